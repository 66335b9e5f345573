//! What a failed request does to the follower.

use super::{Engine, Event, GroupNumber, Out};
use crate::{
    error::{Error, ErrorKind},
    follow::trouble::{Remedy, Trouble},
    ids::TicketId,
};
use std::time::Duration;

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
                self.roster.remove(number);
                if let Some(ticket) = ids.into_iter().next() {
                    self.lose(ticket, error);
                }
                self.roster.join();
            }
            Remedy::End => self.end(error),
        }
    }

    pub(super) fn catch_up_failed(&mut self, number: GroupNumber, ticket: TicketId, error: Error) {
        let now = self.clock.elapsed();
        let number = self.group_of(&ticket).unwrap_or(number);
        if error.kind() == ErrorKind::LimitExceeded {
            self.roster.remove_ticket(number, &ticket);
            self.lose(ticket, error);
            return;
        }
        match self.trouble.remedy(&error, std::slice::from_ref(&ticket)) {
            Remedy::GiveUp => {
                self.roster.remove_ticket(number, &ticket);
                self.lose(ticket, error);
            }
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

    pub(super) fn lose(&mut self, ticket: TicketId, error: Error) {
        if let Some(status) = &mut self.status {
            status.forget(&ticket);
        }
        if self.roster.groups.is_empty() {
            self.end(error);
        } else {
            self.queue
                .push_back(Out::Event(Event::TicketLost { ticket, error }));
        }
    }

    pub(super) fn end(&mut self, error: Error) {
        if self.changed {
            self.queue.push_back(Out::Checkpoint);
        }
        self.queue
            .extend([Out::Event(Event::Fatal(error)), Out::End]);
    }
}
