//! Many messages: a bounded number at a time, in order for each ticket, each with its own outcome.

use super::{Confirm, Options, Sent, run};
use crate::{
    client::Client,
    error::{Error, ErrorKind, Result},
    ids::{AttachmentId, GroupId, TicketId},
    tickets::ticket::Ticket,
};
use futures_core::Stream;
use futures_util::{
    StreamExt as _, future,
    lock::{Mutex as AsyncMutex, OwnedMutexGuard},
    stream::BoxStream,
};
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    fmt,
    future::poll_fn,
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

/// One message of a [`SubmitAll`].
///
/// ```
/// use hwc_tickets::Draft;
/// // To be kept in a queue, with its text.
/// let draft = Draft::new("case-123".try_into()?, "The disk is full again.");
/// let kept = serde_json::to_string(&draft)?;
/// assert_eq!(serde_json::from_str::<Draft>(&kept)?, draft);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Draft {
    /// The ticket it is for.
    pub ticket: TicketId,
    /// The text.
    pub text: String,
    /// The group it acts for; `None`: that of the client.
    #[serde(default)]
    pub group: Option<GroupId>,
    /// Files that were uploaded before, at most ten.
    #[serde(default)]
    pub attachments: Vec<AttachmentId>,
    /// Whether to add a visible reference tag.
    #[serde(default)]
    pub reference: bool,
}

impl Draft {
    /// A message for `ticket`.
    pub fn new(ticket: TicketId, text: impl Into<String>) -> Self {
        Self {
            ticket,
            text: text.into(),
            group: None,
            attachments: Vec::new(),
            reference: false,
        }
    }

    /// Attaches a file that was uploaded before.
    #[must_use]
    pub fn attach(mut self, attachment: AttachmentId) -> Self {
        self.attachments.push(attachment);
        self
    }

    /// Acts for `group`.
    #[must_use]
    pub fn group(mut self, group: GroupId) -> Self {
        self.group = Some(group);
        self
    }

    /// Adds a visible reference tag.
    #[must_use]
    pub fn with_reference(mut self) -> Self {
        self.reference = true;
        self
    }
}

/// Does not show the text.
impl fmt::Debug for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Draft")
            .field("ticket", &self.ticket)
            .field("text", &format_args!("<{} bytes>", self.text.len()))
            .finish_non_exhaustive()
    }
}

/// A submit of many messages about to begin. Nothing happens before its stream is polled.
#[must_use = "`submit_all` does nothing until its stream is polled"]
pub struct SubmitAll {
    client: Client,
    drafts: BoxStream<'static, Draft>,
    concurrency: usize,
    stop_on: Vec<ErrorKind>,
    options: Options,
}

impl Client {
    /// Submits many messages. Drafts are taken from the stream as there is room; drafts of one ticket go
    /// out in the order of the stream. The pace is that of [`ClientBuilder::rate_limit`](crate::ClientBuilder::rate_limit).
    ///
    /// A draft has no key, and takes files that were uploaded before. What is to be sent at most once across a crash, or with a file from the
    /// disk, is a [`Submit`](crate::Submit) with a [`key`](crate::Submit::key) each.
    pub fn submit_all(&self, drafts: impl Stream<Item = Draft> + Send + 'static) -> SubmitAll {
        SubmitAll {
            client: self.clone(),
            drafts: drafts.boxed(),
            concurrency: 4,
            stop_on: Vec::new(),
            options: Options::default(),
        }
    }
}

impl SubmitAll {
    /// Messages under way at once, at least 1. Default 4.
    pub fn concurrency(mut self, count: usize) -> Self {
        self.concurrency = count.max(1);
        self
    }

    /// Begins no further message after one failed with `kind`. Those under way are finished; those that
    /// were taken but not begun come back as [`ErrorKind::Stopped`]; the rest of the stream is not taken.
    pub fn stop_on(mut self, kind: ErrorKind) -> Self {
        self.stop_on.push(kind);
        self
    }

    /// When to read messages back. Default: [`Confirm::OnDoubt`].
    pub fn confirm(mut self, confirm: Confirm) -> Self {
        self.options.confirm = confirm;
        self
    }

    /// Total deadline of each message. Default: that of the client.
    pub fn timeout(mut self, total: Duration) -> Self {
        self.options.timeout = Some(total);
        self
    }

    /// Each draft with its outcome, as they end.
    pub fn stream(self) -> Outcomes {
        let Self {
            client,
            drafts,
            concurrency,
            stop_on,
            options,
        } = self;
        let stopped = Arc::new(AtomicBool::new(false));
        let turns = Turns::default();
        let taking = Arc::clone(&stopped);
        let outcomes = drafts
            .take_while(move |_| future::ready(!taking.load(Ordering::Acquire)))
            .map(move |draft| {
                let (client, stopped, stop_on) =
                    (client.clone(), Arc::clone(&stopped), stop_on.clone());
                let options = Options {
                    attachments: draft.attachments.iter().map(Into::into).collect(),
                    reference: draft.reference,
                    ..options.clone()
                };
                // Taken in the order of the stream, so that the turns are in that order too.
                let mut turn = turns.of(&draft.ticket);
                async move {
                    turn.come().await;
                    let ticket = Ticket {
                        client,
                        id: draft.ticket.clone(),
                        group: draft.group.clone(),
                    };
                    let outcome = if stopped.load(Ordering::Acquire) {
                        Err(Error::local(
                            ErrorKind::Stopped,
                            "another message failed before this one was started",
                        )
                        .with_operation("submit message"))
                    } else {
                        run::submit(ticket, draft.text.clone(), options).await
                    };
                    if outcome
                        .as_ref()
                        .is_err_and(|error| stop_on.contains(&error.kind()))
                    {
                        stopped.store(true, Ordering::Release);
                    }
                    drop(turn);
                    (draft, outcome)
                }
            })
            .buffer_unordered(concurrency)
            .boxed();
        Outcomes(outcomes)
    }
}

/// Each draft with its outcome, as a stream: [`SubmitAll::stream`].
///
/// Dropping it begins no further message and cancels those under way.
#[must_use = "nothing is sent before it is polled"]
pub struct Outcomes(BoxStream<'static, (Draft, Result<Sent>)>);

impl Outcomes {
    /// The next draft that has ended, with its outcome; `None` at the end. As of the `Stream` trait, without its import.
    pub async fn next(&mut self) -> Option<(Draft, Result<Sent>)> {
        poll_fn(|context| self.0.poll_next_unpin(context)).await
    }
}

impl Stream for Outcomes {
    type Item = (Draft, Result<Sent>);

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_next_unpin(context)
    }
}

impl fmt::Debug for Outcomes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outcomes").finish_non_exhaustive()
    }
}

impl fmt::Debug for SubmitAll {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SubmitAll")
            .field("concurrency", &self.concurrency)
            .field("stop_on", &self.stop_on)
            .finish_non_exhaustive()
    }
}

/// The last message of each ticket that has messages under way: the next one waits for its end.
#[derive(Default)]
struct Turns(Mutex<HashMap<TicketId, Weak<AsyncMutex<()>>>>);

/// A place in the row of one ticket. Dropping it lets the next one in.
struct Turn {
    before: Option<Arc<AsyncMutex<()>>>,
    _own: Option<OwnedMutexGuard<()>>,
}

impl Turns {
    /// A place at the end of the row. Each waits for the one before it alone: a lock that many wait for
    /// would let them in in any order.
    fn of(&self, ticket: &TicketId) -> Turn {
        let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = turns.get(ticket).and_then(Weak::upgrade);
        turns.retain(|_, turn| turn.strong_count() > 0);
        let own = Arc::new(AsyncMutex::new(()));
        turns.insert(ticket.clone(), Arc::downgrade(&own));
        Turn {
            before,
            // New, so nobody else holds it.
            _own: own.try_lock_owned(),
        }
    }
}

impl Turn {
    /// Waits until the message before has ended.
    async fn come(&mut self) {
        if let Some(before) = self.before.take() {
            drop(before.lock().await);
        }
    }
}
