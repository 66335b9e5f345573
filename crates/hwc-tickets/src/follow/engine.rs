//! The course of a follower: poll, sort out what is new, hand out, advance, checkpoint.
//!
//! One answer is worked off at a time. A message counts as handed out when the stream gives it; so a
//! checkpoint may be taken between any two messages, and the position of the service is advanced only
//! after the last one.

mod answers;
mod failures;

use super::{
    CursorFile, Event, Follow, MOST_TICKETS, Start,
    cadence::Cadence,
    cursor::Cursor,
    job::{Done, Job, Jobs},
    own::Own,
    roster::{CatchUp, GroupNumber, Roster},
    status::StatusWatch,
    stop::Stop,
    trouble::Trouble,
};
use crate::{
    error::{Error, ErrorKind},
    ids::TicketId,
    message::Message,
    verb::within,
};
use futures_util::{FutureExt as _, StreamExt as _, stream::FuturesUnordered};
use hwc_core::{Clock, clock::Sleep};
use std::{
    collections::VecDeque,
    future::poll_fn,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::Poll,
    time::Duration,
};

/// Requests under way at once.
const CONCURRENCY: usize = 4;
/// Messages after which a checkpoint is offered in the middle of a long answer.
const CHECKPOINT_EVERY: usize = 100;
/// What writing the cursor file is called in errors.
const SAVE: &str = "save cursor";
/// What waits to be handed out.
#[derive(Debug)]
enum Out {
    Event(Event),
    Message {
        group: GroupNumber,
        ticket: TicketId,
        message: Box<Message>,
        /// This caller's own, or there before the beginning: noted, not handed out.
        skip: bool,
    },
    /// Everything of an answer was handed out.
    Advance {
        group: GroupNumber,
        position: Option<String>,
    },
    /// Everything of a ticket's history was handed out.
    CaughtUp {
        group: GroupNumber,
        ticket: TicketId,
    },
    Checkpoint,
    End,
}

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
    trouble: Trouble,
    /// When the follower began to ask.
    began: Option<Duration>,
    /// Every ticket was part of an answer in this run.
    connected: Arc<AtomicBool>,
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
    pub(super) fn new(follow: Follow, stop: Stop, connected: Arc<AtomicBool>) -> Self {
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
            ticket.catch_up = match follow.start {
                Start::Now | Start::Tail(0) => None,
                Start::Since(since) => Some(CatchUp::Since(since.as_second())),
                Start::Tail(messages) => Some(CatchUp::Tail(messages)),
            };
        }
        let mut queue = VecDeque::new();
        let number = roster.len();
        if !(1..=MOST_TICKETS).contains(&number) {
            let detail =
                format!("{number} tickets cannot be followed at once: 1 to {MOST_TICKETS} can");
            let error = Error::local(ErrorKind::InvalidInput, detail)
                .with_operation("follow tickets")
                .with_help("Give each follower its share of the tickets, and its own cursor.");
            queue.extend([Out::Event(Event::Fatal(error)), Out::End]);
        }
        let unsure = std::mem::take(&mut roster.unsure).into_iter();
        queue.extend(unsure.map(|ticket| Out::Event(Event::PossibleGap { ticket })));
        let ids = || {
            roster
                .groups
                .values()
                .flat_map(|group| &group.tickets)
                .map(|t| t.id.clone())
        };
        Self {
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
            trouble: Trouble::default(),
            began: None,
            connected,
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
            queue,
            changed: false,
            ended: false,
        }
    }

    /// The next event; `None` at the end.
    pub(super) async fn next_event(&mut self) -> Option<Event> {
        loop {
            if self.ended {
                return None;
            }
            if self.stop.is_asked() {
                // What waits was not handed out; it comes again with the next run.
                self.queue = VecDeque::from([Out::Checkpoint, Out::End]);
                self.stop = Stop::new();
                self.under_way = FuturesUnordered::new();
            }
            // Requests go on while messages are handed out, so that a slow handler does not make them late.
            while let Some(Some(done)) = self.under_way.next().now_or_never() {
                self.finished.push_back(done);
            }
            if let Some(out) = self.queue.pop_front() {
                match self.hand_out(out) {
                    Some(event) => return Some(event),
                    None => continue,
                }
            }
            if let Some(done) = self.finished.pop_front() {
                self.work_off(done);
                continue;
            }
            let next = self.send_what_is_due();
            if self.under_way.is_empty() && next.is_none() {
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
        let (under_way, stop) = (&mut self.under_way, &self.stop);
        poll_fn(|context| {
            if stop.poll(context) {
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

    /// Starts the requests whose time has come. Gives the moment of the next one that may be started.
    fn send_what_is_due(&mut self) -> Option<Duration> {
        let now = self.clock.elapsed();
        if now < self.paused_until {
            return Some(self.paused_until);
        }
        let began = *self.began.get_or_insert(now);
        let mut next = None;
        let mut later = |moment: Duration| {
            next = Some(next.map_or(moment, |next: Duration| next.min(moment)));
        };
        for (number, group) in &mut self.roster.groups {
            if group.under_way || self.under_way.len() >= CONCURRENCY {
                continue;
            }
            if now < group.due {
                later(group.due);
                continue;
            }
            group.under_way = true;
            let ids = group
                .tickets
                .iter()
                .map(|ticket| ticket.id.clone())
                .collect();
            self.under_way
                .push(self.jobs.poll(*number, ids, group.position_to_ask(), began));
        }
        if !self.to_ask_after.is_empty() && !self.asking_after {
            if now < self.ask_after_due {
                later(self.ask_after_due);
            } else {
                self.asking_after = true;
                let tickets = std::mem::take(&mut self.to_ask_after);
                self.under_way.push(self.jobs.ask_after(tickets));
            }
        }
        if let Some(own) = &mut self.own
            && self.jobs.client.parts().own.has_outbox()
        {
            if now >= own.due {
                own.look(&self.jobs.client, now);
            }
            later(own.due);
        }
        if self.catching_up.is_none() {
            // One at a time: many tickets at the start are no reason for a storm.
            let waiting = (self.roster.groups.iter())
                .filter(|(_, group)| group.begun)
                .find_map(|(number, group)| {
                    let ticket = group
                        .tickets
                        .iter()
                        .find(|ticket| ticket.catch_up.is_some())?;
                    Some((*number, ticket.id.clone(), ticket.catch_up?))
                });
            if let Some((group, ticket, reach)) = waiting {
                if now < self.catch_up_due {
                    later(self.catch_up_due);
                } else {
                    self.catching_up = Some(ticket.clone());
                    self.under_way
                        .push(self.jobs.catch_up(group, ticket, reach));
                }
            }
        }
        if let Some(status) = &mut self.status
            && !status.under_way
            && !status.is_empty()
        {
            match status.take_due(now) {
                Some(ticket) => self.under_way.push(self.jobs.status(ticket)),
                None => later(status.due),
            }
        }
        next
    }

    /// Gives the event of `out`, if it has one, and does what handing it out means.
    fn hand_out(&mut self, out: Out) -> Option<Event> {
        match out {
            Out::Event(event) => Some(event),
            Out::Message {
                group,
                ticket,
                message,
                skip,
            } => {
                // A ticket that was given up meanwhile still has its messages handed out.
                if let Some(followed) = self.roster.ticket(group, &ticket) {
                    Arc::make_mut(&mut followed.seen).add(&message);
                }
                self.changed = true;
                (!skip).then_some(Event::Message { ticket, message })
            }
            Out::Advance { group, position } => {
                if let Some(group) = self.roster.groups.get_mut(&group) {
                    self.changed |= group.position != position || !group.begun;
                    if !group.begun {
                        // Only what was there before is in front of it.
                        group.safe.clone_from(&position);
                    }
                    group.position = position;
                    group.begun = true;
                    group.settle();
                }
                if self.roster.groups.values().all(|group| group.answered) {
                    self.connected.store(true, Ordering::Release);
                }
                self.roster.join();
                self.checkpoint_if_changed()
            }
            Out::CaughtUp { group, ticket } => {
                if let Some(followed) = self.roster.ticket(group, &ticket) {
                    followed.catch_up = None;
                    self.changed = true;
                }
                if let Some(group) = self.roster.groups.get_mut(&group) {
                    group.settle();
                }
                self.checkpoint_if_changed()
            }
            Out::Checkpoint => Some(self.checkpoint()),
            Out::End => {
                self.ended = true;
                None
            }
        }
    }

    fn checkpoint_if_changed(&mut self) -> Option<Event> {
        self.changed.then(|| self.checkpoint())
    }

    /// Everything handed out so far was handled: the stream was asked for more.
    fn checkpoint(&mut self) -> Event {
        self.changed = false;
        let cursor: Cursor = self.roster.cursor();
        let saved = self.file.as_mut().map_or(Ok(()), |file| file.save(&cursor));
        match saved {
            Ok(()) => Event::Checkpoint(cursor),
            Err(error) => {
                // The next checkpoint tries again; this one is offered all the same.
                self.queue.push_front(Out::Event(Event::Checkpoint(cursor)));
                Event::Degraded {
                    error: error.with_operation(SAVE),
                    next_try: Duration::ZERO,
                }
            }
        }
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
                    Err(error) => self.catch_up_failed(group, ticket, error),
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
