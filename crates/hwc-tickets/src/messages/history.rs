//! The conversation of a ticket as a stream: pages hidden, no gaps, no repeats.
//!
//! Only what lies near the boundary of two pages is remembered, so a stream of the newest messages
//! first costs the same memory for ten messages as for a million.

mod known;
mod query_time;
mod reader;
mod report;
mod walk;

pub use query_time::TimeForm;
pub(crate) use reader::{Manner, Reader};
pub use report::ReadReport;
pub(crate) use walk::{Since, WalkOptions};

use crate::{
    error::{Error, Result},
    ids::GroupId,
    messages::message::Message,
    service::MAX_PAGE,
    tickets::ticket::Ticket,
};
use futures_core::{FusedStream, Stream};
use futures_util::{StreamExt as _, stream};
use hwc_core::CallOptions;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{
    fmt,
    future::poll_fn,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

/// Rows of one page, unless the call says otherwise. The largest the service gives.
const DEFAULT_PAGE: u64 = MAX_PAGE;
/// Messages that are held at once, unless the call says otherwise: some 100 MB at 1 KB each.
const DEFAULT_BUFFER: usize = 100_000;

/// How to read a conversation. Nothing is sent before the stream is polled or `collect` is awaited.
///
/// ```no_run
/// # async fn example(ticket: hwc_tickets::Ticket) -> hwc_tickets::Result<()> {
/// let mut messages = ticket.history().limit(20).stream();
/// while let Some(message) = messages.next().await {
///     let message = message?;
///     println!("{} {}", message.created_at, message.content);
/// }
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
#[must_use = "nothing is read before stream() is polled or collect() is awaited"]
pub struct History {
    ticket: Ticket,
    since: Option<Since>,
    oldest_first: bool,
    page_size: u64,
    limit: Option<u64>,
    buffer: usize,
    form: TimeForm,
    timeout: Option<Duration>,
}

impl Ticket {
    /// Reads the conversation.
    ///
    /// The newest message comes first, unless told otherwise. A message that arrives while the
    /// conversation is read is not part of it, except within the second that is being read.
    pub fn history(&self) -> History {
        History {
            ticket: self.clone(),
            since: None,
            oldest_first: false,
            page_size: DEFAULT_PAGE,
            limit: None,
            buffer: DEFAULT_BUFFER,
            form: TimeForm::default(),
            timeout: None,
        }
    }
}

impl History {
    /// Only messages made at `instant` or later, and those whose time cannot be read. Replaces [`History::max_age`].
    pub fn since(mut self, instant: Timestamp) -> Self {
        self.since = Some(Since::At(instant));
        self
    }

    /// Only messages of at most this age, and those whose time cannot be read. Replaces [`History::since`].
    ///
    /// It is counted back from the time that the service tells with the first page (`Date`, RFC 9110, in whole seconds, so up to one
    /// second more is given), which costs no request of its own. The clock of this machine may be wrong by hours, and plays no part.
    /// Only where the service tells no time, or a machine on the way had stored the page, it counts after all, and
    /// [`ReadReport::local_clock`] says so. An age beyond all times leaves nothing out.
    ///
    /// ```no_run
    /// # async fn example(ticket: hwc_tickets::Ticket) -> hwc_tickets::Result<()> {
    /// use std::time::Duration;
    /// let recent = ticket.history().max_age(Duration::from_secs(2 * 3600)).collect().await?;
    /// # Ok(()) }
    /// ```
    pub fn max_age(mut self, age: Duration) -> Self {
        self.since = Some(Since::Ago(age));
        self
    }

    /// The newest message first (the default): older pages are read on demand, and memory stays flat.
    pub fn newest_first(mut self) -> Self {
        self.oldest_first = false;
        self
    }

    /// The oldest message first. The service can only be read backwards, so the whole range is held
    /// before the first message comes: at most [`History::buffer_limit`] messages.
    pub fn oldest_first(mut self) -> Self {
        self.oldest_first = true;
        self
    }

    /// Rows asked for at a time, 1 to 100; anything else is brought into that range. Default: 100.
    /// A few more are asked for where pages overlap.
    pub fn page_size(mut self, rows: u8) -> Self {
        self.page_size = u64::from(rows).clamp(1, MAX_PAGE);
        self
    }

    /// Maximum number of messages, counted in the order they are handed out.
    pub fn limit(mut self, messages: u64) -> Self {
        self.limit = Some(messages);
        self
    }

    /// At most so many messages are held at once, by [`History::oldest_first`] and
    /// [`History::collect`]. Default: 100,000. Beyond it the read ends with
    /// [`ErrorKind::LimitExceeded`](crate::ErrorKind::LimitExceeded).
    pub fn buffer_limit(mut self, messages: usize) -> Self {
        self.buffer = messages;
        self
    }

    /// How times are written in requests (D-12). Change it only if the service refuses the default.
    pub fn time_form(mut self, form: TimeForm) -> Self {
        self.form = form;
        self
    }

    /// Acts for `group`, as a colleague's ticket needs it (D-32).
    pub fn group(mut self, group: GroupId) -> Self {
        self.ticket.group = Some(group);
        self
    }

    /// Total deadline of reading one page. Default: that of the client (30 s). The stream as a whole
    /// has none: it goes at the pace of who reads it.
    pub fn timeout(mut self, page: Duration) -> Self {
        self.timeout = Some(page);
        self
    }

    /// The messages as a stream. It ends after an error.
    ///
    /// # Errors
    /// Each item may be the error that ended the stream: every kind of a read, and
    /// [`ErrorKind::LimitExceeded`](crate::ErrorKind::LimitExceeded) with
    /// [`History::oldest_first`].
    #[must_use = "a stream does nothing until it is polled"]
    pub fn stream(self) -> Messages {
        let report = Arc::new(Mutex::new(ReadReport::default()));
        // In a box: a reader is large, and each message moves it several times.
        let state = (Box::new(self.reader()), Arc::clone(&report));
        let inner = stream::unfold(Some(state), |state| async move {
            let (mut reader, shared) = state?;
            let next = reader.next().await;
            reader.tell(&mut shared.lock().unwrap_or_else(PoisonError::into_inner));
            match next {
                Ok(Some(message)) => Some((Ok(message), Some((reader, shared)))),
                Ok(None) => None,
                Err(error) => Some((Err(error), None)),
            }
        });
        Messages {
            inner: Box::pin(inner.fuse()),
            report,
        }
    }

    /// All messages at once, in the wanted order, with the report of the read.
    ///
    /// # Errors
    /// Every kind of a read; [`ErrorKind::LimitExceeded`](crate::ErrorKind::LimitExceeded) when there
    /// are more than [`History::buffer_limit`] of them.
    pub async fn collect(self) -> Result<Conversation> {
        let mut reader = self.reader();
        let messages = reader.collect().await?;
        Ok(Conversation {
            messages,
            report: reader.take_report(),
        })
    }

    pub(crate) fn reader(self) -> Reader {
        let mut options = CallOptions::default();
        let parts = self.ticket.client.parts();
        options.deadline = Some(self.timeout.unwrap_or(parts.deadline));
        // No larger pages than can be used. The whole range is needed to find the oldest.
        let page_size = match self.limit {
            Some(limit) if !self.oldest_first => self.page_size.min(limit.max(1)),
            _ => self.page_size,
        };
        let walk_options = WalkOptions {
            page_size,
            since: self.since,
            form: self.form,
            zone: parts.service.zone(),
        };
        let manner = Manner {
            oldest_first: self.oldest_first,
            limit: self.limit,
            buffer: self.buffer,
        };
        Reader::new(self.ticket, options, walk_options, manner)
    }
}

/// A whole conversation, or the part of it that was asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Conversation {
    /// The messages, in the order that was asked for.
    pub messages: Vec<Message>,
    /// What can be said about their completeness.
    pub report: ReadReport,
}

impl Conversation {
    /// These messages, and what is said about their completeness.
    #[must_use]
    pub fn new(messages: Vec<Message>, report: ReadReport) -> Self {
        Self { messages, report }
    }
}

/// A stream of messages: [`History::stream`].
///
/// Dropping it, or the future of [`Messages::next`], loses nothing that was not handed out yet.
#[must_use = "a stream does nothing until it is polled"]
pub struct Messages {
    inner: Pin<Box<dyn FusedStream<Item = Result<Message, Error>> + Send>>,
    report: Arc<Mutex<ReadReport>>,
}

impl Messages {
    /// The next message; `None` at the end, and however often it is asked for after that. As of the `Stream` trait, without its
    /// import.
    pub async fn next(&mut self) -> Option<Result<Message>> {
        poll_fn(|context| self.inner.as_mut().poll_next(context)).await
    }

    /// What is known of the read so far; final once the stream has ended.
    #[must_use]
    pub fn report(&self) -> ReadReport {
        self.report
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Stream for Messages {
    type Item = Result<Message>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.inner.as_mut().poll_next(context)
    }
}

impl FusedStream for Messages {
    fn is_terminated(&self) -> bool {
        self.inner.is_terminated()
    }
}

impl fmt::Debug for Messages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Messages")
            .field("report", &self.report())
            .finish_non_exhaustive()
    }
}
