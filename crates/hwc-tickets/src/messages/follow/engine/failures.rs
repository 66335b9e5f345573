//! What a failed request does to the follower.

use super::{Engine, Event, GroupNumber, Out};
use crate::{
    error::{Error, ErrorKind},
    ids::TicketId,
    messages::follow::{
        cadence::FORGET_FAILURES,
        missing::Missing,
        trouble::{Remedy, Trouble},
    },
};
use std::time::Duration;

/// When positions are lost one after the other, a gap is told again at the first loss after this time.
const GAP_AGAIN: Duration = Duration::from_secs(900);

impl Engine {
    pub(super) fn poll_failed(&mut self, number: GroupNumber, error: Error) {
        let now = self.clock.elapsed();
        let Some(group) = self.roster.groups.get_mut(&number) else {
            return;
        };
        group.under_way = false;
        if now < self.paused_until && Trouble::is_about_the_caller(&error) {
            // Sent before the pause began: it says nothing new.
            group.due = self.paused_until;
            return;
        }
        let ids: Vec<TicketId> = group
            .tickets
            .iter()
            .map(|ticket| ticket.id.clone())
            .collect();
        if Trouble::may_be_about_the_position(&error, ids.len()) {
            if group.refused.take().is_some() {
                group.is_innocent = true;
            } else if group.position.is_some() && !group.is_innocent {
                // Without it the answer tells which of them was refused.
                group.refused = Some(error);
                group.due = now;
                return;
            }
        }
        match self.trouble.remedy(&error, &ids) {
            Remedy::Wait => {
                let wait = group
                    .cadence
                    .after_failure(now, error.retry_after(), fastrand::f64());
                group.due = now.saturating_add(wait);
                self.degraded(error, wait);
            }
            Remedy::Pause(pause) => {
                group.due = now;
                self.paused_until = now.saturating_add(pause);
                self.degraded(error, pause);
            }
            Remedy::Split(parts) => {
                if matches!(
                    error.kind(),
                    ErrorKind::RequestTooLarge | ErrorKind::BodyTooLarge
                ) {
                    self.roster.most = self.roster.most.min(ids.len() / 2).max(1);
                }
                self.roster.split(number, &parts);
            }
            Remedy::GiveUp => {
                if let Some(ticket) = ids.into_iter().next() {
                    self.lose(number, ticket, error);
                }
                self.roster.join();
            }
            Remedy::End => self.end(error),
        }
    }

    pub(super) fn catch_up_failed(&mut self, ticket: TicketId, error: Error) {
        let now = self.clock.elapsed();
        // It may have been lost for another reason meanwhile: that is told once.
        let Some(number) = self.group_of(&ticket) else {
            return;
        };
        if error.kind() == ErrorKind::LimitExceeded {
            self.lose(number, ticket, error);
            return;
        }
        match self.trouble.remedy(&error, std::slice::from_ref(&ticket)) {
            Remedy::GiveUp => self.lose(number, ticket, error),
            Remedy::Pause(pause) => {
                self.paused_until = now.saturating_add(pause);
                self.degraded(error, pause);
            }
            Remedy::End => self.end(error),
            Remedy::Wait | Remedy::Split(_) => {
                let asked = error.retry_after();
                let wait = self
                    .catch_up_pace
                    .after_failure(now, asked, fastrand::f64());
                self.catch_up_due = now.saturating_add(wait);
                self.degraded(error, wait);
            }
        }
    }

    pub(super) fn degraded(&mut self, error: Error, next_try: Duration) {
        self.queue
            .push_back(Out::Event(Event::Degraded { error, next_try }));
    }

    /// The service does not take the position any more: what it would have told is read from history, as
    /// far as the times of messages tell. Gives how long to wait with the next poll, when another one was lost
    /// shortly before: then the next one may be refused soon, however much there is to read and whatever was taken
    /// in between. So many gaps in a row are told as one.
    pub(super) fn lose_position(&mut self, number: GroupNumber, error: Error) -> Option<Duration> {
        let group = self.roster.groups.get_mut(&number)?;
        let now = self.clock.elapsed();
        let is_again = (group.position_lost_at.replace(now))
            .is_some_and(|last| now.saturating_sub(last) < FORGET_FAILURES);
        let wait = is_again.then(|| {
            let asked = error.retry_after();
            group.cadence.after_failure(now, asked, fastrand::f64())
        });
        group.position = None;
        group.safe = None;
        group.opening = true;
        let mut ids = Vec::new();
        for ticket in &mut group.tickets {
            if ticket.catch_up.is_none() {
                ticket.catch_up = ticket.reach_of_what_is_known();
            }
            let is_told =
                (ticket.gap_told_at).is_some_and(|last| now.saturating_sub(last) < GAP_AGAIN);
            ticket.owes_gap = true;
            if !is_told {
                ticket.gap_told_at = Some(now);
                ids.push(ticket.id.clone());
            }
        }
        self.changed = true;
        let error = error.with_help(
            "The position of the last poll was dropped. What history shows since then is handed out.",
        );
        self.degraded(error, wait.unwrap_or_default());
        ids.into_iter().for_each(|ticket| self.possible_gap(ticket));
        wait
    }

    /// Queues the gaps that are owed: those of one group once no position of it was lost for a while, or all of them
    /// when a run begins or ends. Nothing else waits to be handed out then that would tell them.
    pub(super) fn tell_owed_gaps(&mut self, of: Option<GroupNumber>) {
        let now = self.clock.elapsed();
        let is_over = |lost: Duration| now.saturating_sub(lost) >= FORGET_FAILURES;
        for (number, group) in &mut self.roster.groups {
            let is_due = match of {
                None => true,
                Some(of) => of == *number && group.position_lost_at.is_some_and(is_over),
            };
            if !is_due {
                continue;
            }
            for ticket in group.tickets.iter_mut().filter(|ticket| ticket.owes_gap) {
                ticket.gap_told_at = Some(now);
                let ticket = ticket.id.clone();
                self.queue
                    .push_back(Out::Event(Event::PossibleGap { ticket }));
            }
        }
    }

    /// Queues a gap. It is owed until it is handed out: cursors say so.
    pub(super) fn possible_gap(&mut self, ticket: TicketId) {
        self.changed |= self.roster.set_owes_gap(&ticket, true);
        self.queue
            .push_back(Out::Event(Event::PossibleGap { ticket }));
    }

    /// Goes on without a ticket. What it owes is told before.
    pub(super) fn lose(&mut self, number: GroupNumber, ticket: TicketId, error: Error) {
        if self.roster.remove_ticket(number, &ticket) {
            self.possible_gap(ticket.clone());
        }
        if let Some(status) = &mut self.status {
            status.forget(&ticket);
        }
        let kind = error.kind();
        self.queue
            .push_back(Out::Event(Event::TicketLost { ticket, error }));
        if self.roster.groups.is_empty() && !self.is_managed {
            let error = Error::local(kind, "no ticket is left to follow")
                .with_operation("follow tickets")
                .with_help("Check the ids of the tickets that were lost, and the site.");
            self.end(error);
        }
    }

    /// What asking after tickets came to.
    pub(super) fn take_missing(&mut self, missing: Missing) {
        self.asking_after = false;
        for (ticket, error) in missing.lost {
            if let Some(number) = self.group_of(&ticket) {
                self.lose(number, ticket, error);
            }
        }
        // What was taken out meanwhile is of no interest.
        let mut unclear = missing.unclear;
        unclear.retain(|ticket| self.group_of(ticket).is_some());
        if !unclear.is_empty() {
            let wait =
                self.ask_after_pace
                    .after_failure(self.clock.elapsed(), None, fastrand::f64());
            self.ask_after_due = self.clock.elapsed().saturating_add(wait);
            self.to_ask_after.extend(unclear);
        }
    }

    pub(super) fn end(&mut self, error: Error) {
        self.tell_owed_gaps(None);
        if self.changed {
            self.queue.push_back(Out::Checkpoint);
        }
        self.queue
            .extend([Out::Event(Event::Fatal(error)), Out::End]);
    }
}
