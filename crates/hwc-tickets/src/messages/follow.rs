//! Following many tickets: a stream of what is new, that survives lost polls, repeated answers and
//! restarts without losing or repeating a message.
//!
//! The order is: hand out, then advance, then a checkpoint. What was handed out and not yet part of a
//! checkpoint comes again after a crash; nothing else does.

pub(crate) mod cadence;
mod catch_up;
mod changes;
mod cursor;
mod dedupe;
mod engine;
mod job;
mod missing;
mod own;
mod roster;
mod status;
pub(crate) mod stop;
mod trouble;

pub use changes::FollowHandle;
pub use cursor::{Cursor, CursorFile};
pub use stop::StopHandle;

use self::{
    changes::{Changes, Takes},
    engine::Engine,
    roster::CatchUp,
    stop::Stop,
};
use crate::{
    client::Client,
    error::Error,
    ids::{GroupId, TicketId},
    messages::message::{Message, Undecodable},
    tickets::detail::TicketStatus,
};
use futures_core::{FusedStream, Stream};
use futures_util::{StreamExt as _, stream};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{
    fmt,
    future::poll_fn,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

/// Most tickets of one follower.
pub const MOST_TICKETS: usize = 1_500;
/// Waits between polls, unless the call says otherwise.
const SHORTEST: Duration = Duration::from_secs(3);
const LONGEST: Duration = Duration::from_secs(60);

/// Something that happened while following.
///
/// In JSON the field `type` says what: `{"type":"possible_gap","ticket":"case-123"}`. An error is its
/// [`ErrorReport`](crate::ErrorReport), and what is read back has an error that says the same.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// A message that was not handed out before.
    Message {
        /// Its ticket.
        ticket: TicketId,
        /// The message. In order of time among those that the service told together.
        message: Box<Message>,
    },
    /// The status of a ticket, at first and whenever it changed. Only with
    /// [`Follow::status_events`].
    Status {
        /// The ticket.
        ticket: TicketId,
        /// Its status now.
        status: TicketStatus,
        /// When the service said so, by its own clock, to the second; `None` when it told no time.
        #[serde(default)]
        at: Option<Timestamp>,
    },
    /// Everything handed out so far is part of this cursor: a safe moment to save it.
    Checkpoint(Cursor),
    /// An item of an answer could not be read, or has messages of no ticket that was asked for: without a ticket id, or with another one.
    /// The others were handed out.
    Undecodable(Undecodable),
    /// A message of the ticket may not have been handed out: look at [`Ticket::history`](crate::Ticket::history).
    ///
    /// Told when history that was read for it may have a gap (see
    /// [`ReadReport::possible_gap`](crate::ReadReport::possible_gap)), when the service refused the position of an
    /// earlier run or gave one that cannot be kept, when a message came that cannot be told from those that
    /// were handed out long ago, and when the cursor may have forgotten the ticket. Once for each reason; when
    /// the service refuses one position after the other, at the first and, later, once for those that followed.
    PossibleGap {
        /// The ticket.
        ticket: TicketId,
    },
    /// Something failed and is tried again by itself. A status that this caller may not read
    /// ([`ErrorKind::Forbidden`](crate::ErrorKind::Forbidden)) is not: the last time it is told, `next_try` is zero.
    Degraded {
        /// What failed.
        error: Error,
        /// Time until the next try.
        next_try: Duration,
    },
    /// A ticket is no longer followed: it does not exist, or the service refuses it alone. A cursor keeps
    /// its place. When it was the last one, [`Event::Fatal`] follows, unless tickets were added or removed with a
    /// [`FollowHandle`] in this run: then the stream waits for others.
    TicketLost {
        /// The ticket.
        ticket: TicketId,
        /// Why.
        error: Error,
    },
    /// Cannot heal without a person. The last event.
    Fatal(Error),
    /// An event that a later version stored and this one has no name for: what it said is lost. Following gives none.
    #[serde(other)]
    Other,
}

/// Where a ticket begins that the cursor does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Start {
    Now,
    Since(Timestamp),
    /// So long before the follower began to ask. The first answer that something begins with makes it a moment.
    MaxAge(Duration),
    Tail(u64),
}

impl Start {
    /// What of the history is read first.
    fn catch_up(self) -> Option<CatchUp> {
        match self {
            Self::Now | Self::Tail(0) => None,
            Self::Since(since) => Some(CatchUp::Since(since.as_second())),
            Self::MaxAge(_) => Some(CatchUp::FROM_START),
            Self::Tail(messages) => Some(CatchUp::Tail(messages)),
        }
    }
}

/// How to follow tickets. Nothing is sent before the stream is polled.
#[derive(Debug)]
#[must_use = "nothing is followed before the stream is polled"]
pub struct Follow {
    client: Client,
    tickets: Vec<TicketId>,
    group: Option<GroupId>,
    shortest: Duration,
    longest: Duration,
    start: Start,
    skip_own: bool,
    status_every: Option<Duration>,
    cursor: Option<Cursor>,
    file: Option<CursorFile>,
    timeout: Option<Duration>,
    /// Without any ticket it waits for others, from the start.
    is_managed: bool,
}

impl Client {
    /// Follows `tickets`: new messages of any of them, as they come. At least one, unless they come later, by [`Events::handle`].
    ///
    /// ```no_run
    /// # async fn example(client: hwc_tickets::Client, ids: Vec<hwc_tickets::TicketId>) -> hwc_tickets::Result<()> {
    /// use hwc_tickets::{CursorFile, Event};
    /// let file = CursorFile::open("cursor.json")?;
    /// let mut events = client.follow(ids).cursor_file(file).skip_own().stream();
    /// while let Some(event) = events.next().await {
    ///     match event {
    ///         Event::Message { ticket, message } => println!("{ticket}: {}", message.content),
    ///         Event::Degraded { error, next_try } => eprintln!("{error}; again in {next_try:?}"),
    ///         Event::Fatal(error) => return Err(error),
    ///         _ => {}
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn follow(&self, tickets: impl IntoIterator<Item = TicketId>) -> Follow {
        Follow {
            client: self.clone(),
            tickets: tickets.into_iter().collect(),
            group: None,
            shortest: SHORTEST,
            longest: LONGEST,
            start: Start::Now,
            skip_own: false,
            status_every: None,
            cursor: None,
            file: None,
            timeout: None,
            is_managed: false,
        }
    }
}

impl Follow {
    /// Waits between two polls of a ticket: `shortest` after new messages, growing to `longest` while it
    /// is quiet, with chance in between. Default: 3 s and 60 s.
    pub fn interval(mut self, shortest: Duration, longest: Duration) -> Self {
        // Never a loop without a pause.
        self.shortest = shortest.max(Duration::from_millis(10));
        self.longest = longest.max(self.shortest);
        self
    }

    /// Begins with the messages made at `instant` or later, then follows. Tickets that the cursor knows
    /// go on where they stood. Replaces [`Follow::max_age`] and [`Follow::tail`].
    pub fn since(mut self, instant: Timestamp) -> Self {
        self.start = Start::Since(instant);
        self
    }

    /// Begins with the messages of at most this age, then follows. Tickets that the cursor knows go on where they stood. Replaces
    /// [`Follow::since`] and [`Follow::tail`].
    ///
    /// It is counted back from the moment at which the follower began to ask, by the time that the service tells with its first answer
    /// (`Date`, RFC 9110, in whole seconds), which costs no request of its own. The clock of this machine may be wrong by hours, and
    /// plays no part. Only where that answer tells no time it counts after all, and [`Events::used_local_clock`] says so. An age beyond
    /// all times leaves nothing out.
    pub fn max_age(mut self, age: Duration) -> Self {
        self.start = Start::MaxAge(age);
        self
    }

    /// Begins with the newest `messages` of each ticket, then follows. Tickets that the cursor knows go
    /// on where they stood. Replaces [`Follow::since`] and [`Follow::max_age`].
    pub fn tail(mut self, messages: u64) -> Self {
        self.start = Start::Tail(messages);
        self
    }

    /// Goes on where `cursor` stands. Tickets that it does not know begin anew. Tickets that it knows and
    /// that are not followed now keep their place in the next cursor, up to 1,500 of them.
    pub fn resume(mut self, cursor: Cursor) -> Self {
        self.cursor = Some(cursor);
        self
    }

    /// Goes on where the cursor in `file` stands, and writes each checkpoint there before its event
    /// comes. The file stays locked as long as the stream lives.
    pub fn cursor_file(mut self, file: CursorFile) -> Self {
        self.file = Some(file);
        self
    }

    /// Leaves out what this caller wrote: messages whose author is the client's known author id, and
    /// those that this client submitted or that its outbox held at any time of the run, written there by
    /// another process for instance. The outbox is looked into every few seconds. Other messages of the
    /// customer's side, colleagues' for instance, are never left out.
    pub fn skip_own(mut self) -> Self {
        self.skip_own = true;
        self
    }

    /// Also reports the status of each ticket, asked for about once in `every`, one ticket after the
    /// other and at most one each second. The polls do not carry it (D-34). What the caller may not read is given up,
    /// and told once: see [`Event::Degraded`]. A cursor holds the status that was told last ([`Cursor::status`]).
    pub fn status_events(mut self, every: Duration) -> Self {
        self.status_every = Some(every);
        self
    }

    /// Acts for `group`, as colleagues' tickets need it (D-32).
    pub fn group(mut self, group: GroupId) -> Self {
        self.group = Some(group);
        self
    }

    /// Total deadline of each request. Default: that of the client (30 s).
    pub fn timeout(mut self, request: Duration) -> Self {
        self.timeout = Some(request);
        self
    }

    /// Follows `tickets`, and waits for others when none of them is left.
    pub(crate) fn managed(mut self, tickets: Vec<TicketId>) -> Self {
        self.tickets = tickets;
        self.is_managed = true;
        self
    }

    /// The longest wait between two polls of a ticket that is well.
    pub(crate) fn longest(&self) -> Duration {
        self.longest
    }

    /// The events as a stream. It ends after [`Event::Fatal`], or when its [`StopHandle`] is used.
    pub fn stream(self) -> Events {
        self.stream_until(Stop::new())
    }

    /// As [`Follow::stream`]; `stop` may be that of others as well, which are polled by the same task.
    pub(crate) fn stream_until(self, stop: Stop) -> Events {
        let told = Told::default();
        let changes = Changes::default();
        let engine = Engine::new(self, stop.clone(), changes.clone(), told.clone());
        // In a box: an engine is large, and each event moves it several times.
        let engine = Box::new(engine);
        let takes = Takes::new(changes.clone());
        let inner = stream::unfold((engine, takes), |(mut engine, takes)| async move {
            let event = engine.next_event().await?;
            Some((event, (engine, takes)))
        });
        Events {
            inner: Box::pin(inner.fuse()),
            stop: StopHandle::new(stop),
            changes,
            told,
        }
    }
}

/// What a stream knows of its run beside the events.
#[derive(Debug, Clone, Default)]
struct Told {
    /// Every ticket was part of an answer in this run.
    connected: Arc<AtomicBool>,
    /// The clock of this machine decided what of the past is told.
    local_clock: Arc<AtomicBool>,
}

/// A stream of events: [`Follow::stream`].
///
/// Dropping it ends everything it has under way. Dropping the future of [`Events::next`] loses nothing.
#[must_use = "a stream does nothing until it is polled"]
pub struct Events {
    inner: Pin<Box<dyn FusedStream<Item = Event> + Send>>,
    stop: StopHandle,
    changes: Changes,
    told: Told,
}

impl Events {
    /// The next event; `None` at the end, and however often it is asked for after that. As of the `Stream` trait, without its
    /// import.
    pub async fn next(&mut self) -> Option<Event> {
        poll_fn(|context| self.inner.as_mut().poll_next(context)).await
    }

    /// Whether every ticket was part of an answer in this run, or was given up; not so once more when one is added. A run that ends before has
    /// not heard of all of them, and says nothing about what they hold.
    #[must_use]
    pub fn has_connected(&self) -> bool {
        self.told.connected.load(Ordering::Acquire)
    }

    /// Whether the clock of this machine counted, because the service told no time of its own: the age of [`Follow::max_age`] was counted
    /// back from it, so that messages are missing at the start if it is ahead, and there are more than asked for if it is behind; or
    /// history was read that began by it ([`ReadReport::local_clock`](crate::ReadReport::local_clock)). `false` also as long as nothing did.
    #[must_use]
    pub fn used_local_clock(&self) -> bool {
        self.told.local_clock.load(Ordering::Acquire)
    }

    /// Adds tickets to the running stream and removes them from it, from elsewhere.
    ///
    /// ```no_run
    /// # fn example(events: &hwc_tickets::Events, new: hwc_tickets::TicketId, done: hwc_tickets::TicketId) {
    /// let handle = events.handle();
    /// handle.add(new);
    /// handle.remove(done); // its place is kept
    /// # }
    /// ```
    #[must_use]
    pub fn handle(&self) -> FollowHandle {
        FollowHandle::new(self.changes.clone(), self.stop.clone())
    }

    /// Stops the stream from elsewhere, for instance on Ctrl-C.
    #[must_use]
    pub fn stop_handle(&self) -> StopHandle {
        self.stop.clone()
    }
}

impl Stream for Events {
    type Item = Event;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Event>> {
        self.inner.as_mut().poll_next(context)
    }
}

impl FusedStream for Events {
    fn is_terminated(&self) -> bool {
        self.inner.is_terminated()
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").finish_non_exhaustive()
    }
}
