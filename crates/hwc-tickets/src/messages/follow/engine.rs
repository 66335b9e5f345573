//! The course of a follower: poll, sort out what is new, hand out, advance, checkpoint.
//!
//! One answer is worked off at a time. A message counts as handed out when the stream gives it; so a
//! checkpoint may be taken between any two messages, and the position of the service is advanced only
//! after the last one.

mod answers;
mod failures;
mod hand_out;
mod history;
mod managed;
mod send;
mod sort;

use self::hand_out::Out;
use super::{
    CursorFile, Event, Follow, Start, Told,
    cadence::Cadence,
    changes::Changes,
    job::{Done, Job, Jobs},
    own::Own,
    roster::{CatchUp, GroupNumber, Roster},
    status::StatusWatch,
    stop::Stop,
    trouble::Trouble,
};
use crate::{ids::TicketId, verb::within};
use futures_util::{FutureExt as _, StreamExt as _, stream::FuturesUnordered};
use hwc_core::{Clock, clock::Sleep};
use std::{collections::VecDeque, future::poll_fn, sync::Arc, task::Poll, time::Duration};

/// Messages after which a checkpoint is offered in the middle of a long answer.
const CHECKPOINT_EVERY: usize = 100;

/// A follower at work.
pub(super) struct Engine {
    jobs: Jobs,
    clock: Arc<dyn Clock>,
    roster: Roster,
    start: Start,
    /// Knows what is left out as the caller's own.
    own: Option<Own>,
    status: Option<StatusWatch>,
    file: Option<CursorFile>,
    stop: Stop,
    /// Tickets to add and to take out.
    changes: Changes,
    /// Tickets were added or taken out in this run: without any, it waits for others.
    is_managed: bool,
    /// The first event was asked for.
    has_started: bool,
    trouble: Trouble,
    /// When the follower began to ask.
    began: Option<Duration>,
    told: Told,
    /// Tickets that no answer named.
    to_ask_after: Vec<TicketId>,
    asking_after: bool,
    /// Asking after them failed: not before this moment again.
    ask_after_due: Duration,
    ask_after_pace: Cadence,
    /// Nothing is sent before this moment.
    paused_until: Duration,
    under_way: FuturesUnordered<Job>,
    /// Results that wait until what came before was handed out.
    finished: VecDeque<Done>,
    catching_up: Option<TicketId>,
    /// Catching up failed: not before this moment again.
    catch_up_due: Duration,
    catch_up_pace: Cadence,
    queue: VecDeque<Out>,
    /// Something changed since the last checkpoint.
    changed: bool,
    ended: bool,
}

impl Engine {
    pub(super) fn new(follow: Follow, stop: Stop, changes: Changes, told: Told) -> Self {
        let parts = follow.client.parts();
        let clock = Arc::clone(&parts.clock);
        let deadline = follow.timeout.unwrap_or(parts.deadline);
        let pace = Cadence::new(follow.shortest, follow.longest);
        let stored = follow.cursor.as_ref();
        let stored = stored.or(follow.file.as_ref().and_then(CursorFile::cursor));
        let group = follow.group.as_ref().or(follow.client.group());
        let mut roster = Roster::new(follow.tickets, stored, group, pace.clone());
        // Stopped before the first message of its history: it begins as asked for now.
        let begun = roster
            .groups
            .values_mut()
            .flat_map(|group| &mut group.tickets);
        for ticket in begun.filter(|ticket| ticket.catch_up == Some(CatchUp::FROM_START)) {
            ticket.catch_up = follow.start.catch_up();
        }
        let ids = || {
            roster
                .groups
                .values()
                .flat_map(|group| &group.tickets)
                .map(|t| t.id.clone())
        };
        let mut engine = Self {
            status: (follow.status_every).map(|every| StatusWatch::new(every, ids())),
            jobs: Jobs {
                client: follow.client.clone(),
                group: follow.group,
                options: within(deadline),
            },
            clock,
            roster,
            start: follow.start,
            own: (follow.skip_own).then(|| Own::new(parts.consistency_window)),
            file: follow.file,
            stop,
            changes,
            is_managed: follow.is_managed,
            has_started: false,
            trouble: Trouble::default(),
            began: None,
            told,
            to_ask_after: Vec::new(),
            asking_after: false,
            ask_after_due: Duration::ZERO,
            ask_after_pace: pace.clone(),
            paused_until: Duration::ZERO,
            under_way: FuturesUnordered::new(),
            finished: VecDeque::new(),
            catching_up: None,
            catch_up_due: Duration::ZERO,
            catch_up_pace: pace,
            queue: VecDeque::new(),
            changed: false,
            ended: false,
        };
        engine.tell_owed_gaps(None);
        engine
    }

    /// The next event; `None` at the end.
    pub(super) async fn next_event(&mut self) -> Option<Event> {
        loop {
            if self.ended {
                return None;
            }
            self.apply_changes();
            self.check_number();
            if self.stop.is_asked() {
                // What waits was not handed out; it comes again with the next run. Gaps may not: their reason is over.
                self.queue.clear();
                self.tell_owed_gaps(None);
                self.queue.extend([Out::Checkpoint, Out::End]);
                self.stop = Stop::new();
                self.under_way = FuturesUnordered::new();
            }
            // Requests go on while messages are handed out, so that a slow handler does not make them late.
            while let Some(Some(done)) = self.under_way.next().now_or_never() {
                self.finished.push_back(done);
            }
            if let Some(out) = self.queue.pop_front() {
                match self.hand_out(out) {
                    Some(event) => {
                        if matches!(event, Event::Fatal(_)) {
                            self.changes.end();
                        }
                        return Some(event);
                    }
                    None => continue,
                }
            }
            if let Some(done) = self.finished.pop_front() {
                self.work_off(done);
                continue;
            }
            let next = self.send_what_is_due();
            let waits_for_tickets = self.is_managed && self.roster.groups.is_empty();
            if self.under_way.is_empty() && next.is_none() && !waits_for_tickets {
                return None;
            }
            if let Some(done) = self.wait(next).await {
                self.work_off(done);
            }
        }
    }

    /// Waits for an answer, the time of the next request, or the stop.
    async fn wait(&mut self, next: Option<Duration>) -> Option<Done> {
        let now = self.clock.elapsed();
        let mut sleep: Option<Sleep> = next.map(|next| self.clock.sleep(next.saturating_sub(now)));
        let (under_way, stop, changes) = (&mut self.under_way, &self.stop, &self.changes);
        poll_fn(|context| {
            // Both are asked, so that both wake it.
            if stop.poll(context) | changes.poll(context) {
                return Poll::Ready(None);
            }
            if let Poll::Ready(Some(done)) = under_way.poll_next_unpin(context) {
                return Poll::Ready(Some(done));
            }
            match &mut sleep {
                Some(sleep) => sleep.as_mut().poll(context).map(|()| None),
                None => Poll::Pending,
            }
        })
        .await
    }

    fn work_off(&mut self, done: Done) {
        match done {
            Done::Polled {
                group,
                result: Ok(answer),
            } => self.take_news(group, answer),
            Done::Polled {
                group,
                result: Err(error),
            } => self.poll_failed(group, error),
            Done::CaughtUp {
                group,
                ticket,
                result,
            } => {
                self.catching_up = None;
                match result {
                    Ok(past) => self.take_history(group, ticket, past),
                    Err(error) => self.catch_up_failed(ticket, error),
                }
            }
            Done::Status { ticket, result } => self.take_status(ticket, result),
            Done::AskedAfter(missing) => self.take_missing(missing),
        }
    }

    fn group_of(&self, ticket: &TicketId) -> Option<GroupNumber> {
        let mut groups = self.roster.groups.iter();
        groups
            .find(|(_, group)| group.tickets.iter().any(|own| own.id == *ticket))
            .map(|(number, _)| *number)
    }
}
