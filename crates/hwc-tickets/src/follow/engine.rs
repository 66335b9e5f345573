//! The course of a follower: poll, sort out what is new, hand out, advance, checkpoint.
//!
//! One answer is worked off at a time. A message counts as handed out when the stream gives it; so a
//! checkpoint may be taken between any two messages, and the position of the service is advanced only
//! after the last one.

use super::{
    CursorFile, Event, Follow, MOST_TICKETS, Start,
    cadence::Cadence,
    catch_up::Past,
    cursor::{Cursor, usable_position},
    dedupe::{Occurrences, ShortKey, Verdict, second_of},
    job::{Answer, Done, Job, Jobs},
    roster::{CatchUp, GroupNumber, Roster},
    status::StatusWatch,
    stop::Stop,
    trouble::{Remedy, Trouble},
};
use crate::{
    error::{Error, ErrorKind},
    ids::TicketId,
    message::{Message, MessageKind},
    verb::within,
};
use futures_util::{StreamExt as _, stream::FuturesUnordered};
use hwc_core::{Clock, clock::Sleep};
use jiff::Timestamp;
use std::{collections::VecDeque, future::poll_fn, sync::Arc, task::Poll, time::Duration};

/// Requests under way at once.
const CONCURRENCY: usize = 4;
/// Messages after which a checkpoint is offered in the middle of a long answer.
const CHECKPOINT_EVERY: usize = 100;
/// An answer with so many messages may have been cut: the next poll comes at once.
const FULL_ANSWER: usize = 100;
/// Full answers in a row without anything new after which the next poll waits: a service that answers the
/// same over and over is not polled without a pause.
const MOST_AT_ONCE: u32 = 100;

/// What waits to be handed out.
#[derive(Debug)]
enum Out {
    Event(Event),
    Message {
        group: GroupNumber,
        ticket: TicketId,
        message: Box<Message>,
        /// Known to be this caller's own: noted, not handed out.
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
    skip_own: bool,
    status: Option<StatusWatch>,
    file: Option<CursorFile>,
    stop: Stop,
    trouble: Trouble,
    /// Nothing is sent before this moment.
    paused_until: Duration,
    under_way: FuturesUnordered<Job>,
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
    pub(super) fn new(follow: Follow, stop: Stop) -> Self {
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
            skip_own: follow.skip_own,
            file: follow.file,
            stop,
            trouble: Trouble::default(),
            paused_until: Duration::ZERO,
            under_way: FuturesUnordered::new(),
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
            if let Some(out) = self.queue.pop_front() {
                match self.hand_out(out) {
                    Some(event) => return Some(event),
                    None => continue,
                }
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
                .push(self.jobs.poll(*number, ids, group.position.clone()));
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
                    group.position = position;
                    group.begun = true;
                }
                self.roster.join();
                self.checkpoint_if_changed()
            }
            Out::CaughtUp { group, ticket } => {
                if let Some(followed) = self.roster.ticket(group, &ticket) {
                    followed.catch_up = None;
                    self.changed = true;
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
                    error,
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
        }
    }

    /// Sorts out the answer to a poll.
    fn take_news(&mut self, number: GroupNumber, answer: Answer) {
        self.trouble.is_over();
        let now = self.clock.elapsed();
        let Answer { news, asked_at } = answer;
        let Some(group) = self.roster.groups.get_mut(&number) else {
            return;
        };
        group.under_way = false;
        let is_first = !group.begun;
        if is_first {
            begin(
                group,
                self.start,
                asked_at,
                self.jobs.client.parts().consistency_window,
            );
        }
        let lists = news.messages.len();
        let total: usize = news
            .messages
            .iter()
            .map(|(_, messages)| messages.len())
            .sum();
        let mut new = 0;
        for (id, messages) in news.messages {
            let Some(followed) = (group.tickets.iter_mut()).find(|own| own.id.as_str() == id)
            else {
                continue;
            };
            let messages = oldest_first(messages);
            if followed.catch_up.is_some() {
                followed.held.extend(messages);
                continue;
            }
            let mut occurrences = Occurrences::default();
            for message in messages {
                let key = ShortKey::of(&message);
                let verdict = followed.seen.judge(&message, key, occurrences.next(key));
                if verdict != Verdict::New {
                    continue;
                }
                if is_first && is_before(&message, asked_at) {
                    // From now on: what was there before is known, and not handed out.
                    Arc::make_mut(&mut followed.seen).add(&message);
                    continue;
                }
                new += 1;
                if new % CHECKPOINT_EVERY == 0 {
                    self.queue.push_back(Out::Checkpoint);
                }
                let skip = self.skip_own && is_own(&self.jobs, &followed.id, &message);
                self.queue.push_back(Out::Message {
                    group: number,
                    ticket: followed.id.clone(),
                    message: Box::new(message),
                    skip,
                });
            }
        }
        let undecodable = news.undecodable.into_iter();
        self.queue
            .extend(undecodable.map(|item| Out::Event(Event::Undecodable(item))));
        // Missing or empty: the old one stays.
        let position = usable_position(news.cursor).or_else(|| group.position.clone());
        // Old messages count too: behind them there may be new ones.
        let advanced = total > 0 && group.position != position;
        let is_full = advanced && (total >= FULL_ANSWER || lists >= FULL_ANSWER);
        group.at_once = if is_full { group.at_once + 1 } else { 0 };
        let wait = if is_full && (new > 0 || group.at_once < MOST_AT_ONCE) {
            Duration::ZERO
        } else if new > 0 || advanced {
            group.cadence.after_traffic(now)
        } else {
            group.cadence.after_quiet(now, fastrand::f64())
        };
        group.due = now.saturating_add(wait);
        self.queue.push_back(Out::Advance {
            group: number,
            position,
        });
    }

    fn poll_failed(&mut self, number: GroupNumber, error: Error) {
        let now = self.clock.elapsed();
        let Some(group) = self.roster.groups.get_mut(&number) else {
            return;
        };
        group.under_way = false;
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

    /// Sorts out the history of a ticket, and what polls brought meanwhile.
    fn take_history(&mut self, number: GroupNumber, ticket: TicketId, past: Past) {
        self.trouble.is_over();
        // The group may have been split or joined meanwhile.
        let number = self.group_of(&ticket).unwrap_or(number);
        let Some(followed) = self.roster.ticket(number, &ticket) else {
            return;
        };
        let held = std::mem::take(&mut followed.held);
        let history = past.messages;
        if past.possible_gap {
            let ticket = ticket.clone();
            self.queue
                .push_back(Out::Event(Event::PossibleGap { ticket }));
        }
        if let Some(CatchUp::Tail(_)) = followed.catch_up
            && let Some(oldest) = history.iter().find_map(second_of)
        {
            Arc::make_mut(&mut followed.seen).raise_floor(oldest.saturating_sub(1));
        }
        let mut in_history = Occurrences::default();
        let mut in_held = Occurrences::default();
        let mut new = Vec::new();
        for message in history {
            let key = ShortKey::of(&message);
            if followed.seen.judge(&message, key, in_history.next(key)) == Verdict::New {
                new.push(message);
            }
        }
        for message in oldest_first(held) {
            let key = ShortKey::of(&message);
            let occurrence = in_held.next(key);
            if occurrence > in_history.so_far(key)
                && followed.seen.judge(&message, key, occurrence) == Verdict::New
            {
                new.push(message);
            }
        }
        for (place, message) in oldest_first(new).into_iter().enumerate() {
            if place > 0 && place % CHECKPOINT_EVERY == 0 {
                self.queue.push_back(Out::Checkpoint);
            }
            let skip = self.skip_own && is_own(&self.jobs, &ticket, &message);
            self.queue.push_back(Out::Message {
                group: number,
                ticket: ticket.clone(),
                message: Box::new(message),
                skip,
            });
        }
        self.queue.push_back(Out::CaughtUp {
            group: number,
            ticket,
        });
    }

    fn catch_up_failed(&mut self, number: GroupNumber, ticket: TicketId, error: Error) {
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

    fn take_status(&mut self, ticket: TicketId, result: crate::Result<crate::TicketStatus>) {
        let now = self.clock.elapsed();
        let Some(watch) = &mut self.status else {
            return;
        };
        match result {
            Ok(status) => {
                if watch.learn(&ticket, status) {
                    self.queue
                        .push_back(Out::Event(Event::Status { ticket, status }));
                }
            }
            Err(error) => {
                let wait = watch.failed(now, error.retry_after());
                self.degraded(error, wait);
            }
        }
    }

    fn group_of(&self, ticket: &TicketId) -> Option<GroupNumber> {
        let mut groups = self.roster.groups.iter();
        groups
            .find(|(_, group)| group.tickets.iter().any(|own| own.id == *ticket))
            .map(|(number, _)| *number)
    }

    fn degraded(&mut self, error: Error, next_try: Duration) {
        self.queue
            .push_back(Out::Event(Event::Degraded { error, next_try }));
    }

    fn lose(&mut self, ticket: TicketId, error: Error) {
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

    fn end(&mut self, error: Error) {
        if self.changed {
            self.queue.push_back(Out::Checkpoint);
        }
        self.queue
            .extend([Out::Event(Event::Fatal(error)), Out::End]);
    }
}

/// The first answer of a group came: from here on, and as far back as was asked for.
fn begin(group: &mut super::roster::Polled, start: Start, asked_at: Timestamp, window: Duration) {
    let second = asked_at.as_second();
    let slack = i64::try_from(window.as_secs())
        .unwrap_or(0)
        .saturating_add(1);
    for followed in &mut group.tickets {
        let seen = Arc::make_mut(&mut followed.seen);
        match start {
            // What was made before and shows late is new all the same.
            Start::Now | Start::Tail(0) => seen.raise_floor(second.saturating_sub(slack)),
            Start::Since(since) => {
                let since = since.as_second();
                seen.raise_floor(since.saturating_sub(1));
                followed.catch_up = Some(CatchUp::Since(since));
            }
            Start::Tail(messages) => followed.catch_up = Some(CatchUp::Tail(messages)),
        }
    }
}

/// Whether the message was there before; one without a readable time counts as such.
fn is_before(message: &Message, moment: Timestamp) -> bool {
    second_of(message).is_none_or(|second| second < moment.as_second())
}

fn is_own(jobs: &Jobs, ticket: &TicketId, message: &Message) -> bool {
    let parts = jobs.client.parts();
    message.kind != MessageKind::Support
        && (parts.author_id.is_some() && message.author.id == parts.author_id
            || parts.own.recognises(ticket, message))
}

/// In order of time; messages of one second, and those without a time, keep their order.
fn oldest_first(mut messages: Vec<Message>) -> Vec<Message> {
    let mut times = messages
        .iter()
        .filter_map(|message| message.created_at.instant());
    let descending =
        matches!((times.next(), times.next_back()), (Some(first), Some(last)) if first > last);
    if descending {
        messages.reverse();
    }
    let mut previous = Timestamp::MIN;
    let mut dated: Vec<(Timestamp, Message)> = (messages.into_iter())
        .map(|message| {
            previous = message.created_at.instant().unwrap_or(previous);
            (previous, message)
        })
        .collect();
    dated.sort_by_key(|(time, _)| *time);
    dated.into_iter().map(|(_, message)| message).collect()
}
