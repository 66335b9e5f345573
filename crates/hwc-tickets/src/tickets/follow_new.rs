//! Following the list of tickets: new ones, and changes of their status, across restarts.
//!
//! The service tells neither, so the list is read again and again and compared with what is known. What was handed out and is not
//! part of a saved cursor comes again after a crash; nothing else does.

mod cursor;
mod watch;

pub use cursor::{TicketsCursor, TicketsCursorFile};

use self::watch::Watch;
use crate::{
    api::Tickets,
    client::Client,
    doubt::moment::ServiceClock,
    error::Error,
    ids::{GroupId, TicketId},
    messages::follow::stop::{Stop, StopHandle},
    tickets::{detail::status::TicketStatus, listed::ListedTicket},
};
use futures_core::{FusedStream, Stream};
use futures_util::{StreamExt as _, stream};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{
    fmt,
    future::poll_fn,
    pin::Pin,
    sync::{Arc, OnceLock},
    task::{Context, Poll},
    time::Duration,
};

/// Waits between two readings of the list, unless the call says otherwise.
const SHORTEST: Duration = Duration::from_secs(60);
const LONGEST: Duration = Duration::from_secs(300);

/// Something that happened to the list of tickets.
///
/// In JSON the field `type` says what: `{"type":"gone","ticket":"case-123"}`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum TicketEvent {
    /// A ticket that was not known before, the oldest first among those that one reading showed.
    Opened {
        /// The ticket.
        ticket: Box<ListedTicket>,
    },
    /// The status of a ticket is another one than at the last reading. What changed and changed back in between is not seen.
    Status {
        /// The ticket, with its status now.
        ticket: Box<ListedTicket>,
        /// Its status before.
        was: TicketStatus,
    },
    /// Two whole readings in a row did not show the ticket: it was deleted, or is no longer shown to this caller. Should it come back, it
    /// is [`TicketEvent::Opened`].
    Gone {
        /// The ticket.
        ticket: TicketId,
    },
    /// A reading may have missed a ticket; told once until a reading is whole again, which then shows what was missed: as
    /// [`TicketEvent::Opened`], for it was not known. When it was the first reading, that may be one that was there before, also without
    /// [`FollowNew::tell_existing`].
    PossibleGap,
    /// Everything handed out so far is part of this cursor: a safe moment to save it.
    Checkpoint(TicketsCursor),
    /// Something failed and is tried again by itself. What was read before is handed out.
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

/// Which tickets of the first reading are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Existing {
    Known,
    Open,
    All,
}

impl Existing {
    /// Whether one in this status is known without being told.
    fn is_known(self, status: TicketStatus) -> bool {
        match self {
            Self::Known => true,
            Self::Open => status.has_ended(),
            Self::All => false,
        }
    }
}

/// How to follow the list of tickets: made by [`Tickets::follow_new`]. Nothing is sent before the stream is polled.
#[derive(Debug)]
#[must_use = "nothing is followed before the stream is polled"]
pub struct FollowNew {
    client: Client,
    group: Option<GroupId>,
    timeout: Option<Duration>,
    shortest: Duration,
    longest: Duration,
    existing: Existing,
    cursor: Option<TicketsCursor>,
    file: Option<TicketsCursorFile>,
}

impl FollowNew {
    pub(crate) fn new(client: &Client) -> Self {
        Self {
            client: client.clone(),
            group: None,
            timeout: None,
            shortest: SHORTEST,
            longest: LONGEST,
            existing: Existing::Known,
            cursor: None,
            file: None,
        }
    }
}

impl Tickets {
    /// Follows the list of tickets: new ones, and changes of their status. To follow their messages as well, add them to
    /// [`Client::follow`] with its [`handle`](crate::Events::handle), and begin that with [`Follow::since`](crate::Follow::since): a ticket is
    /// told with the next reading of the list, and something may stand in it by then. [`Client::follow_all`] does all that.
    ///
    /// What the first reading shows is known and not told, unless [`FollowNew::tell_existing`] says so. What it may have missed
    /// ([`TicketEvent::PossibleGap`]) is told as opened by a later one, however old it is.
    ///
    /// ```no_run
    /// # async fn example(client: hwc_tickets::Client) -> hwc_tickets::Result<()> {
    /// use hwc_tickets::{TicketEvent, TicketsCursorFile};
    /// let file = TicketsCursorFile::open("tickets.json")?;
    /// let mut events = client.tickets().follow_new().cursor_file(file).stream();
    /// while let Some(event) = events.next().await {
    ///     match event {
    ///         TicketEvent::Opened { ticket } => println!("new: {} {}", ticket.raw_id, ticket.title),
    ///         TicketEvent::Status { ticket, was } => println!("{}: {was} -> {}", ticket.raw_id, ticket.status),
    ///         TicketEvent::Fatal(error) => return Err(error),
    ///         _ => {}
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn follow_new(&self) -> FollowNew {
        FollowNew::new(&self.client)
    }
}

impl FollowNew {
    /// Waits between two readings: `shortest` after something happened, growing to `longest` while it is quiet, with chance in
    /// between. Each reading costs a request for every 100 tickets. Default: 60 s and 300 s.
    pub fn interval(mut self, shortest: Duration, longest: Duration) -> Self {
        // Never a loop without a pause.
        self.shortest = shortest.max(Duration::from_millis(10));
        self.longest = longest.max(self.shortest);
        self
    }

    /// Without a cursor, begins with the tickets that there are: each is told as opened. Default: they are known from the start.
    pub fn tell_existing(mut self) -> Self {
        self.existing = Existing::All;
        self
    }

    /// As [`FollowNew::tell_existing`], without those that have ended by then: these are known from the start. Replaces it.
    pub fn tell_open(mut self) -> Self {
        self.existing = Existing::Open;
        self
    }

    /// Goes on where `cursor` stands: what happened since is told.
    pub fn resume(mut self, cursor: TicketsCursor) -> Self {
        self.cursor = Some(cursor);
        self
    }

    /// Goes on where the cursor in `file` stands, and writes each checkpoint there before its event comes. The file stays locked as
    /// long as the stream lives.
    pub fn cursor_file(mut self, file: TicketsCursorFile) -> Self {
        self.file = Some(file);
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

    /// The events as a stream. It ends after [`TicketEvent::Fatal`], or when its [`StopHandle`] is used.
    pub fn stream(self) -> TicketEvents {
        self.stream_until(Stop::new())
    }

    /// As [`FollowNew::stream`]; `stop` may be that of others as well, which are polled by the same task.
    pub(crate) fn stream_until(self, stop: Stop) -> TicketEvents {
        let watch = Watch::new(self, stop.clone());
        let first = watch.first();
        // In a box: each event moves it several times.
        let inner = stream::unfold(Box::new(watch), |mut watch| async move {
            let event = watch.next_event().await?;
            Some((event, watch))
        });
        TicketEvents {
            inner: Box::pin(inner.fuse()),
            stop: StopHandle::new(stop),
            first,
        }
    }
}

/// A stream of events: [`FollowNew::stream`].
///
/// Dropping it ends everything it has under way. Dropping the future of [`TicketEvents::next`] loses nothing.
#[must_use = "a stream does nothing until it is polled"]
pub struct TicketEvents {
    inner: Pin<Box<dyn FusedStream<Item = TicketEvent> + Send>>,
    stop: StopHandle,
    first: Arc<OnceLock<FirstReading>>,
}

/// The reading of the list that a follower began with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FirstReading {
    /// What the clock of the service showed then, or earlier, if it told.
    pub(crate) clock: Option<ServiceClock>,
    /// When the newest of its tickets was opened.
    pub(crate) newest: Option<Timestamp>,
}

impl TicketEvents {
    /// The next event; `None` at the end, and however often it is asked for after that. As of the `Stream` trait, without its
    /// import.
    pub async fn next(&mut self) -> Option<TicketEvent> {
        poll_fn(|context| self.inner.as_mut().poll_next(context)).await
    }

    /// The first reading of the list, once it succeeded. `None` also where the cursor is of a run that had one.
    pub(crate) fn first_reading(&self) -> Option<FirstReading> {
        self.first.get().copied()
    }

    /// Stops the stream from elsewhere: it gives one last checkpoint, and ends.
    #[must_use]
    pub fn stop_handle(&self) -> StopHandle {
        self.stop.clone()
    }
}

impl Stream for TicketEvents {
    type Item = TicketEvent;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.inner.as_mut().poll_next(context)
    }
}

impl FusedStream for TicketEvents {
    fn is_terminated(&self) -> bool {
        self.inner.is_terminated()
    }
}

impl fmt::Debug for TicketEvents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TicketEvents").finish_non_exhaustive()
    }
}
