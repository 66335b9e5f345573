//! The course of a follower of all tickets: what the list says decides which tickets are followed, and a checkpoint is one of both.
//!
//! Each follower gives a checkpoint behind what it gave. One that is handed out here holds for both, so it waits until neither is ahead
//! of its own.

use super::{AllCursor, AllCursorFile, AllEvent, FollowAll};
use crate::{
    doubt::moment::FOREIGN_CLOCK,
    error::Error,
    kept_cursor,
    messages::follow::{Event, Events, FollowHandle, MOST_TICKETS, stop::Stop},
    tickets::{
        follow_new::{TicketEvent, TicketEvents},
        listed::ListedTicket,
    },
    time::earlier,
};
use futures_util::StreamExt as _;
use hwc_core::Clock;
use jiff::{SignedDuration, Timestamp};
use std::{
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

/// Beyond the longest wait between two polls: the time in which what was written last can be heard of.
const SLACK: Duration = Duration::from_secs(60);
/// How far the time that the service tells may lie beyond that of this machine and beyond its newest ticket, in whatever zone the time of
/// that was read. What lies beyond both counts for nothing: all that is written until then would be left out, for good.
const BEYOND_ALL: SignedDuration = SignedDuration::from_hours(24);
/// Seconds for which failures keep a ticket that has ended at most: one that fails for weeks is no reason to keep all others.
const MOST_PUT_OFF: i64 = 24 * 3_600;

/// A follower at work.
pub(super) struct Course {
    tickets: TicketEvents,
    messages: Events,
    handle: FollowHandle,
    clock: Arc<dyn Clock>,
    /// When this run began: the second by the wall clock, and the moment of the monotonic one.
    begun: (i64, Duration),
    /// Seconds by which the wall clock was set since, as the last checkpoint took it.
    set_by: i64,
    /// Seconds for which a ticket that has ended is followed still.
    keep: i64,
    /// Seconds for which it is so at least, from the start of a run and from each failure on.
    slack: i64,
    /// The second from which on nothing has failed for so long.
    calm_from: i64,
    cursor: AllCursor,
    file: Option<AllCursorFile>,
    /// Events of the list were handed out that its last checkpoint does not have.
    list_is_ahead: bool,
    messages_are_ahead: bool,
    /// Comes next, whatever else there is.
    next: Option<AllEvent>,
    pub(super) is_over: bool,
}

impl Course {
    pub(super) fn new(follow: FollowAll, stop: &Stop) -> Self {
        let file = follow.file;
        let stored = follow.cursor;
        let stored = stored.or_else(|| file.as_ref()?.cursor().cloned());
        let mut cursor = stored.unwrap_or_default();
        if follow.since.is_some() {
            cursor.since = follow.since;
            cursor.local_clock = false;
            cursor.newest = None;
        }
        let slack = seconds(follow.messages.longest().saturating_add(SLACK));
        let mut ids = cursor.followed();
        let too_many = ids.split_off(ids.len().min(MOST_TICKETS));
        let messages = match cursor.since {
            Some(since) => follow.messages.since(since),
            // The first reading of the list will tell. No ticket is known before.
            None => follow.messages,
        };
        let messages = messages.resume(cursor.messages.clone()).managed(ids);
        let messages = messages.stream_until(stop.clone());
        let handle = messages.handle();
        for id in too_many {
            // Each is told as lost.
            handle.add(id);
        }
        let tickets = follow.tickets.tell_open().resume(cursor.tickets.clone());
        let begun = (follow.clock.now().as_second(), follow.clock.elapsed());
        let calm_from = begun.0.saturating_add(slack);
        let keep = seconds(follow.keep_ended).max(slack);
        for at in cursor.ended.values_mut() {
            // Later than this only where the clock was ahead then, or it was to be kept for longer.
            *at = (*at).clamp(calm_from, begun.0.saturating_add(keep));
        }
        Self {
            tickets: tickets.stream_until(stop.clone()),
            messages,
            handle,
            clock: follow.clock,
            begun,
            set_by: 0,
            keep,
            slack,
            calm_from,
            cursor,
            file,
            list_is_ahead: false,
            messages_are_ahead: false,
            next: None,
            is_over: false,
        }
    }

    /// The next event; `None` at the end.
    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<AllEvent>> {
        if let Some(event) = self.next.take() {
            return Poll::Ready(Some(event));
        }
        while !self.is_over {
            self.let_go();
            // The list first: a ticket is told before its messages are.
            let told = match self.tickets.poll_next_unpin(context) {
                Poll::Ready(Some(event)) => self.take_of_list(event),
                Poll::Ready(None) | Poll::Pending => {
                    match ready!(self.messages.poll_next_unpin(context)) {
                        Some(event) => self.take_of_messages(event),
                        None => {
                            self.is_over = true;
                            None
                        }
                    }
                }
            };
            if told.is_some() {
                return Poll::Ready(told);
            }
        }
        Poll::Ready(None)
    }

    fn take_of_list(&mut self, event: TicketEvent) -> Option<AllEvent> {
        self.begin();
        Some(match event {
            TicketEvent::Opened { ticket } => {
                self.begin_before(&ticket);
                self.see(&ticket);
                AllEvent::Opened { ticket }
            }
            TicketEvent::Status { ticket, was } => {
                self.see(&ticket);
                AllEvent::Status { ticket, was }
            }
            TicketEvent::Gone { ticket } => {
                self.list_is_ahead = true;
                self.cursor.ended.remove(&ticket);
                self.handle.remove(ticket.clone());
                AllEvent::Gone { ticket }
            }
            TicketEvent::PossibleGap => AllEvent::PossibleGap { ticket: None },
            TicketEvent::Checkpoint(cursor) => {
                self.cursor.tickets = cursor;
                self.list_is_ahead = false;
                return self.checkpoint();
            }
            TicketEvent::Degraded { error, next_try } => AllEvent::Degraded { error, next_try },
            TicketEvent::Fatal(error) => self.end(error),
            TicketEvent::Other => return None,
        })
    }

    /// Once the list was read first: each ticket begins where this run began. By the clock of the service, whatever that of this machine
    /// shows, for messages have its times; only where it does not tell, or tells what nothing else bears out, by that of this machine. What
    /// stamps messages may be some seconds behind what stamps answers: it begins so much earlier, and may tell what was written just
    /// before.
    fn begin(&mut self) {
        if self.cursor.since.is_some() {
            return;
        }
        let Some(first) = self.tickets.first_reading() else {
            return;
        };
        let (second, at) = self.begun;
        let own = Timestamp::from_second(second).unwrap_or(Timestamp::UNIX_EPOCH);
        // Time in which the machine slept. If its clock was set ahead instead, that is only earlier.
        let asleep = SignedDuration::from_secs(self.was_set_by().max(0));
        let told = first.clock.and_then(|clock| clock.at(at));
        let told = told.map(|begun| earlier(begun, asleep));
        let proven = told.filter(|told| !is_beyond_all(*told, own, first.newest));
        // It may be off, so that it counts is told.
        self.cursor.local_clock = proven.is_none();
        // It may also be what is off by years: not even then whole conversations are told.
        let newest = told.and(first.newest);
        let least = newest.map_or(own, |newest| earlier(newest, BEYOND_ALL));
        let begun = proven.unwrap_or(own.max(least));
        let since = earlier(begun, FOREIGN_CLOCK).max(Timestamp::UNIX_EPOCH);
        self.cursor.newest = Some(first.newest.unwrap_or(Timestamp::UNIX_EPOCH));
        self.begin_at(since);
    }

    /// A ticket that is newer than all of the first reading was opened after that, whatever clock told when that was: nothing in it is too
    /// old.
    fn begin_before(&mut self, ticket: &ListedTicket) {
        let opened = ticket.opened_at.instant();
        let newer =
            opened.filter(|opened| self.cursor.newest.is_some_and(|newest| *opened > newest));
        let Some((opened, since)) = newer.zip(self.cursor.since) else {
            return;
        };
        if opened < since {
            self.begin_at(earlier(opened, FOREIGN_CLOCK));
        }
    }

    fn begin_at(&mut self, since: Timestamp) {
        self.cursor.since = Some(since);
        self.handle.begin_at(since);
    }

    /// Whether that was taken from the clock of this machine, in this run or in the one that began; or the past of a ticket was.
    pub(super) fn used_local_clock(&self) -> bool {
        self.cursor.local_clock || self.messages.used_local_clock()
    }

    fn take_of_messages(&mut self, event: Event) -> Option<AllEvent> {
        Some(match event {
            Event::Message { ticket, message } => {
                self.messages_are_ahead = true;
                AllEvent::Message { ticket, message }
            }
            Event::PossibleGap { ticket } => {
                self.messages_are_ahead = true;
                let ticket = Some(ticket);
                AllEvent::PossibleGap { ticket }
            }
            Event::TicketLost { ticket, error } => {
                self.cursor.ended.remove(&ticket);
                AllEvent::TicketLost { ticket, error }
            }
            Event::Undecodable(item) => AllEvent::Undecodable(item),
            Event::Checkpoint(cursor) => {
                self.cursor.messages = cursor;
                self.messages_are_ahead = false;
                return self.checkpoint();
            }
            Event::Degraded { error, next_try } => {
                self.put_off(next_try);
                AllEvent::Degraded { error, next_try }
            }
            Event::Fatal(error) => self.end(error),
            // The list tells it.
            Event::Status { .. } | Event::Other => return None,
        })
    }

    /// Follows a ticket of the list from now on. One that has ended is let go later: what was written last comes still.
    fn see(&mut self, ticket: &ListedTicket) {
        self.list_is_ahead = true;
        let Some(id) = &ticket.id else {
            return;
        };
        if ticket.status.has_ended() {
            let at = self.now().saturating_add(self.keep);
            self.cursor.ended.insert(id.clone(), at);
        } else {
            self.cursor.ended.remove(id);
        }
        self.handle.add(id.clone());
    }

    /// Follows those no longer whose time is over, once all were heard of in this run.
    fn let_go(&mut self) {
        if self.cursor.ended.is_empty() || !self.messages.has_connected() {
            return;
        }
        let now = self.now();
        let is_calm = now >= self.calm_from && !self.cursor.messages.is_catching_up();
        let due = now.saturating_sub(if is_calm { 0 } else { MOST_PUT_OFF });
        let handle = &self.handle;
        let ended = &mut self.cursor.ended;
        ended.retain(|id, at| *at > due || !handle.remove(id.clone()));
    }

    /// Those that have ended stay until it is tried again after `wait`, and a while longer.
    fn put_off(&mut self, wait: Duration) {
        let tried = self.now().saturating_add(seconds(wait));
        self.calm_from = self.calm_from.max(tried.saturating_add(self.slack));
    }

    /// One of both, unless something was handed out that one of them does not have: then it comes with the next one of that.
    fn checkpoint(&mut self) -> Option<AllEvent> {
        if self.list_is_ahead || self.messages_are_ahead {
            return None;
        }
        let cursor = self.kept();
        let (event, next) = kept_cursor::checkpoint(
            self.file.as_mut().map(|file| &mut file.0),
            cursor,
            AllEvent::Checkpoint,
            |error, next_try| AllEvent::Degraded { error, next_try },
        );
        self.next = next;
        Some(event)
    }

    /// The cursor for another run, which has nothing but the wall clock to go by: it was set meanwhile, or went on while this machine
    /// slept. Small differences are none, so that the same is written as before.
    fn kept(&mut self) -> AllCursor {
        let set_by = self.was_set_by();
        if set_by.abs_diff(self.set_by) > SLACK.as_secs() {
            self.set_by = set_by;
        }
        let mut cursor = self.cursor.clone();
        for at in cursor.ended.values_mut() {
            *at = at.saturating_add(self.set_by);
        }
        cursor
    }

    /// Seconds by which the wall clock was set since this run began, or went on while this machine slept.
    fn was_set_by(&self) -> i64 {
        (self.clock.now().as_second()).saturating_sub(self.now())
    }

    fn end(&mut self, error: Error) -> AllEvent {
        self.is_over = true;
        AllEvent::Fatal(error)
    }

    /// The second by the wall clock, as if nobody had set it since this run began: time that did not pass lets no ticket go.
    fn now(&self) -> i64 {
        let (second, at) = self.begun;
        second.saturating_add(seconds(self.clock.elapsed().saturating_sub(at)))
    }
}

/// Whether the time that the service `told` is proven neither by that of this machine nor by its newest ticket.
fn is_beyond_all(told: Timestamp, own: Timestamp, newest: Option<Timestamp>) -> bool {
    let known = newest.map_or(own, |newest| newest.max(own));
    told.duration_since(known) > BEYOND_ALL
}

fn seconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}
