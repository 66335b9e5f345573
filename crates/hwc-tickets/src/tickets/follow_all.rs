//! Following all tickets of the caller: those that there are, those that are opened, and the messages of each, with one cursor for all
//! of it.
//!
//! It joins the follower of the list ([`follow_new`](crate::follow_new)) and that of messages ([`follow`](crate::follow)), and says to the
//! second what the first one tells.

mod course;
mod cursor;

pub use cursor::{AllCursor, AllCursorFile};

use self::course::Course;
use crate::{
    client::Client,
    error::Error,
    ids::{GroupId, TicketId},
    messages::{
        follow::{
            Follow,
            stop::{Stop, StopHandle},
        },
        message::{Message, Undecodable},
    },
    tickets::{detail::status::TicketStatus, follow_new::FollowNew, listed::ListedTicket},
};
use futures_core::{FusedStream, Stream};
use hwc_core::Clock;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{
    fmt,
    future::poll_fn,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

/// How long a ticket that has ended is followed still, unless the call says otherwise.
const KEEP_ENDED: Duration = Duration::from_secs(3_600);

/// Something that happened to a ticket, or in one.
///
/// In JSON the field `type` says what: `{"type":"gone","ticket":"case-123"}`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum AllEvent {
    /// A message that was not handed out before.
    Message {
        /// Its ticket.
        ticket: TicketId,
        /// The message. In order of time among those that the service told together.
        message: Box<Message>,
    },
    /// A ticket that was not known before, the oldest first among those that one reading of the list showed. It is told before its
    /// messages are.
    Opened {
        /// The ticket.
        ticket: Box<ListedTicket>,
    },
    /// The status of a ticket is another one than at the last reading of the list. What changed and changed back in between is not seen.
    Status {
        /// The ticket, with its status now.
        ticket: Box<ListedTicket>,
        /// Its status before.
        was: TicketStatus,
    },
    /// Two whole readings of the list in a row did not show the ticket, so it is no longer followed. Should it come back, it is
    /// [`AllEvent::Opened`], and goes on where it stood.
    Gone {
        /// The ticket.
        ticket: TicketId,
    },
    /// The messages of a ticket are no longer followed: it does not exist, the service refuses it alone, or there are more than
    /// [`MOST_TICKETS`](crate::follow::MOST_TICKETS). What the list tells of it still comes. The next run tries again.
    TicketLost {
        /// The ticket.
        ticket: TicketId,
        /// Why.
        error: Error,
    },
    /// A message of the ticket may not have been handed out: look at [`Ticket::history`](crate::Ticket::history). When as of
    /// [`Event::PossibleGap`](crate::Event::PossibleGap).
    ///
    /// Without a ticket: a reading of the list may have missed one, which is told by a later one. As
    /// [`TicketEvent::PossibleGap`](crate::TicketEvent::PossibleGap).
    PossibleGap {
        /// The ticket; `None` for the list.
        #[serde(default)]
        ticket: Option<TicketId>,
    },
    /// An item of an answer could not be read. The others were handed out.
    Undecodable(Undecodable),
    /// Everything handed out so far is part of this cursor, messages and tickets: a safe moment to save it, with whatever was done about
    /// them.
    Checkpoint(AllCursor),
    /// Something failed and is tried again by itself.
    Degraded {
        /// What failed.
        error: Error,
        /// Time until the next try.
        next_try: Duration,
    },
    /// Cannot heal without a person. The last event.
    Fatal(Error),
    /// An event that a later version stored and this one has no name for. Following gives none.
    #[serde(other)]
    Other,
}

/// How to follow all tickets: made by [`Client::follow_all`]. Nothing is sent before the stream is polled.
#[derive(Debug)]
#[must_use = "nothing is followed before the stream is polled"]
pub struct FollowAll {
    clock: Arc<dyn Clock>,
    messages: Follow,
    tickets: FollowNew,
    since: Option<Timestamp>,
    keep_ended: Duration,
    cursor: Option<AllCursor>,
    file: Option<AllCursorFile>,
}

impl Client {
    /// Follows all tickets of the caller: their messages, new tickets, and changes of their status. With one cursor for all of it, so
    /// that a program goes on where it stood whatever ended it.
    ///
    /// The tickets that have ended before the first run are known from the start and left out. One that ends later, or was opened and
    /// ended between two runs, is followed for a while longer ([`FollowAll::keep_ended`]) and then let go; opened again, it goes on where
    /// it stood. At most [`MOST_TICKETS`](crate::follow::MOST_TICKETS) are followed at a time, and one more is
    /// [`AllEvent::TicketLost`].
    ///
    /// ```no_run
    /// # async fn example(client: hwc_tickets::Client) -> hwc_tickets::Result<()> {
    /// use hwc_tickets::{AllCursorFile, AllEvent};
    /// let file = AllCursorFile::open("all.json")?;
    /// let mut events = client.follow_all().cursor_file(file).skip_own().stream();
    /// while let Some(event) = events.next().await {
    ///     match event {
    ///         AllEvent::Opened { ticket } => println!("new: {} {}", ticket.raw_id, ticket.title),
    ///         AllEvent::Message { ticket, message } => println!("{ticket}: {}", message.content),
    ///         AllEvent::Degraded { error, next_try } => eprintln!("{error}; again in {next_try:?}"),
    ///         AllEvent::Fatal(error) => return Err(error),
    ///         _ => {}
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn follow_all(&self) -> FollowAll {
        FollowAll {
            clock: Arc::clone(&self.parts().clock),
            messages: self.follow([]),
            tickets: FollowNew::new(self),
            since: None,
            keep_ended: KEEP_ENDED,
            cursor: None,
            file: None,
        }
    }
}

impl FollowAll {
    /// Waits between two polls of a ticket: as [`Follow::interval`](crate::Follow::interval). Default: 3 s and 60 s.
    pub fn interval(mut self, shortest: Duration, longest: Duration) -> Self {
        self.messages = self.messages.interval(shortest, longest);
        self
    }

    /// Waits between two readings of the list of tickets: as [`FollowNew::interval`](crate::FollowNew::interval). Default: 60 s and
    /// 300 s.
    pub fn list_interval(mut self, shortest: Duration, longest: Duration) -> Self {
        self.tickets = self.tickets.interval(shortest, longest);
        self
    }

    /// Begins each ticket with the messages made at `instant` or later, then follows;
    /// [`Timestamp::UNIX_EPOCH`](jiff::Timestamp::UNIX_EPOCH) gives whole conversations. Default: the moment when the first run began that
    /// read the list, which the cursor keeps: by the clock of the service, and by that of this machine only if the service does not tell its
    /// time, which [`AllEvents::used_local_clock`] says. It is taken 5 s earlier, as the service may stamp messages by another clock; and a
    /// ticket that is newer than all that the list showed then is told whole, whatever the clocks show. Tickets that the cursor knows go on
    /// where they stood.
    pub fn since(mut self, instant: Timestamp) -> Self {
        self.since = Some(instant);
        self
    }

    /// For how long a ticket is followed that has ended, so that what was written last is not lost. Default: an hour; at least the
    /// longest wait between two polls and a minute. After a failure it is longer, by a day at most; and after a restart, until all were
    /// heard of.
    pub fn keep_ended(mut self, duration: Duration) -> Self {
        self.keep_ended = duration;
        self
    }

    /// Goes on where `cursor` stands.
    pub fn resume(mut self, cursor: AllCursor) -> Self {
        self.cursor = Some(cursor);
        self
    }

    /// Goes on where the cursor in `file` stands, and writes each checkpoint there before its event comes. The file stays locked as
    /// long as the stream lives.
    pub fn cursor_file(mut self, file: AllCursorFile) -> Self {
        self.file = Some(file);
        self
    }

    /// Leaves out what this caller wrote: as [`Follow::skip_own`](crate::Follow::skip_own).
    pub fn skip_own(mut self) -> Self {
        self.messages = self.messages.skip_own();
        self
    }

    /// Acts for `group`, as colleagues' tickets need it (D-32).
    pub fn group(mut self, group: GroupId) -> Self {
        self.messages = self.messages.group(group.clone());
        self.tickets = self.tickets.group(group);
        self
    }

    /// Total deadline of each request. Default: that of the client (30 s).
    pub fn timeout(mut self, request: Duration) -> Self {
        self.messages = self.messages.timeout(request);
        self.tickets = self.tickets.timeout(request);
        self
    }

    /// The events as a stream. It ends after [`AllEvent::Fatal`], or when its [`StopHandle`] is used.
    pub fn stream(self) -> AllEvents {
        let stop = Stop::new();
        AllEvents {
            course: Course::new(self, &stop),
            stop: StopHandle::new(stop),
        }
    }
}

/// A stream of events: [`FollowAll::stream`].
///
/// Dropping it ends everything it has under way. Dropping the future of [`AllEvents::next`] loses nothing.
#[must_use = "a stream does nothing until it is polled"]
pub struct AllEvents {
    course: Course,
    stop: StopHandle,
}

impl AllEvents {
    /// The next event; `None` at the end, and however often it is asked for after that. As of the `Stream` trait, without its
    /// import.
    pub async fn next(&mut self) -> Option<AllEvent> {
        poll_fn(|context| self.course.poll(context)).await
    }

    /// Whether the moment with which tickets begin was taken from the clock of this machine, because no answer of the first reading of
    /// the list told the time of the service, or it told one that lies more than a day beyond both that clock and its newest ticket. If
    /// that clock was ahead, messages of tickets that were there by then may be missing, in later runs with the cursor as well: one that
    /// is opened later is told whole all the same. If it was behind, there are more than asked for. `false` also as long as the list was
    /// not read, and with [`FollowAll::since`], which mends it.
    ///
    /// Also whether history was read so in this run: see [`Events::used_local_clock`](crate::Events::used_local_clock).
    #[must_use]
    pub fn used_local_clock(&self) -> bool {
        self.course.used_local_clock()
    }

    /// Stops the stream from elsewhere: it tells the gaps that it still owes, gives one last checkpoint, and ends.
    #[must_use]
    pub fn stop_handle(&self) -> StopHandle {
        self.stop.clone()
    }
}

impl Stream for AllEvents {
    type Item = AllEvent;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<AllEvent>> {
        self.course.poll(context)
    }
}

impl FusedStream for AllEvents {
    fn is_terminated(&self) -> bool {
        self.course.is_over
    }
}

impl fmt::Debug for AllEvents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AllEvents").finish_non_exhaustive()
    }
}
