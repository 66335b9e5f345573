//! A file on its way down.

use std::{
    fmt,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use http::{HeaderMap, StatusCode, header};

use super::{attempt, incoming::Incoming, places::Place};
use crate::{Fault, FaultKind, Operation, trace};

/// A file under way: the head of the answer was judged, its beginning is no error document, and the rest comes
/// as it is asked for.
///
/// There is no size limit but [`CallOptions::body_limit`](crate::CallOptions::body_limit), and no deadline but
/// [`CallOptions::deadline`](crate::CallOptions::deadline); a pause inside the file is bounded by
/// [`Timeouts::idle_body`](crate::Timeouts::idle_body). It counts as one of the requests under way until it has
/// ended, failed or been dropped. Dropping it cancels.
///
/// As a [`Stream`] it gives the pieces that [`chunk`](Self::chunk) gives, and ends after an error.
///
/// ```no_run
/// # async fn example(
/// #     pipeline: hwc_core::Pipeline,
/// #     request: http::Request<bytes::Bytes>,
/// #     operation: hwc_core::Operation,
/// # ) -> Result<(), Box<dyn std::error::Error>> {
/// let mut download = pipeline.download(request, &operation, &Default::default()).await?;
/// while let Some(piece) = download.chunk().await? {
///     println!("{} bytes", piece.len());
/// }
/// println!("whole: {} bytes", download.received()); // only here
/// # Ok(())
/// # }
/// ```
#[must_use = "a download that is dropped is cancelled"]
pub struct Download {
    facts: Facts,
    /// What was read to judge it, not yet handed out.
    beginning: Option<Bytes>,
    state: State,
    received: u64,
    length: Option<u64>,
}

enum State {
    Coming {
        incoming: Box<Incoming>,
        /// Given back with this.
        _place: Place,
    },
    Whole,
    Failed(Fault),
}

/// What is known of the call.
pub(super) struct Facts {
    pub(super) operation: Operation,
    pub(super) host: String,
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) request_id: Option<String>,
    pub(super) attempts: u32,
    /// When the call began.
    pub(super) started: Duration,
    pub(super) elapsed: Duration,
    /// When the head of the answer came.
    pub(super) answered_at: Duration,
}

impl Download {
    pub(super) fn new(
        facts: Facts,
        beginning: Bytes,
        incoming: Box<Incoming>,
        place: Place,
    ) -> Self {
        Self {
            facts,
            beginning: (!beginning.is_empty()).then_some(beginning),
            length: incoming.length(),
            state: State::Coming {
                incoming,
                _place: place,
            },
            received: 0,
        }
    }

    /// HTTP status: always 200 today.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.facts.status
    }

    /// Headers of the answer.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.facts.headers
    }

    /// `Content-Type`, if it is there and plain text.
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        self.facts.headers.get(header::CONTENT_TYPE)?.to_str().ok()
    }

    /// The length that the answer declares, in bytes. A file of another length ends in an error.
    #[must_use]
    pub fn length(&self) -> Option<u64> {
        self.length
    }

    /// Bytes handed out so far.
    #[must_use]
    pub fn received(&self) -> u64 {
        self.received
    }

    /// Request id, if the answer has one.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.facts.request_id.as_deref()
    }

    /// Attempts on the wire. What has begun to come is not tried again.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.facts.attempts
    }

    /// Time from the beginning of the call until the file began to come.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.facts.elapsed
    }

    /// When the head of the answer came, as [`Clock::elapsed`](crate::Clock::elapsed) tells time.
    #[must_use]
    pub fn answered_at(&self) -> Duration {
        self.facts.answered_at
    }

    /// The next piece. `None` at the end, and only when that is proven: by the declared length, by the last
    /// chunk, or by a protocol that marks the end.
    ///
    /// # Errors
    /// A [`Fault`] when the connection breaks, nothing comes for as long as the idle limit, the deadline of the call
    /// passes, there are fewer or more bytes than declared or more than the limit, or the connection is closed
    /// and nothing shows that the file is whole. [`FaultFacts::received`](crate::FaultFacts::received) says how
    /// many bytes were handed out before: they are no whole file. Asked again, it is the same error.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Fault> {
        poll_fn(|context| self.poll_chunk(context)).await
    }

    /// The whole file, or what of it was not taken yet, in memory.
    ///
    /// # Errors
    /// What [`chunk`](Self::chunk) gives; [`FaultKind::BodyTooLarge`] when there are more than `limit` bytes.
    pub async fn bytes(mut self, limit: usize) -> Result<Bytes, Fault> {
        let too_large = |download: &Self| {
            let detail = format!("the file is larger than {limit} bytes");
            download.fault(Fault::new(
                FaultKind::BodyTooLarge,
                crate::Delivery::Unknown,
                detail,
            ))
        };
        let left = self
            .length
            .map(|length| length.saturating_sub(self.received));
        if left.is_some_and(|left| left > limit as u64) {
            return Err(too_large(&self));
        }
        let mut whole = BytesMut::new();
        while let Some(piece) = self.chunk().await? {
            if whole.len().saturating_add(piece.len()) > limit {
                return Err(too_large(&self));
            }
            whole.extend_from_slice(&piece);
        }
        Ok(whole.freeze())
    }

    fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<Bytes>, Fault>> {
        if let Some(beginning) = self.beginning.take() {
            self.received = beginning.len() as u64;
            return Poll::Ready(Ok(Some(beginning)));
        }
        let read = match &mut self.state {
            State::Whole => return Poll::Ready(Ok(None)),
            State::Failed(fault) => return Poll::Ready(Err(fault.clone())),
            State::Coming { incoming, .. } => std::task::ready!(incoming.poll_proven(context))
                .map_err(|unread| {
                    let failure =
                        attempt::unread_failure(&unread, incoming.limits(), self.facts.status);
                    (failure.fault, incoming.now())
                }),
        };
        Poll::Ready(match read {
            Ok(Some(piece)) => {
                self.received = self.received.saturating_add(piece.len() as u64);
                Ok(Some(piece))
            }
            Ok(None) => {
                trace::download_ended(&self.facts.operation, self.received);
                self.state = State::Whole;
                Ok(None)
            }
            Err((fault, now)) => {
                let mut fault = self.broken(fault);
                fault.elapsed = now.saturating_sub(self.facts.started);
                trace::download_failed(&fault);
                self.state = State::Failed(fault.clone());
                Err(fault)
            }
        })
    }

    fn broken(&self, mut fault: Fault) -> Fault {
        let came = match self.length {
            Some(length) => format!("{} of {length} bytes", self.received),
            None => format!("{} bytes", self.received),
        };
        fault.detail = format!("the download ended after {came}: {}", fault.detail).into();
        self.fault(fault)
    }

    /// With the facts of the call.
    fn fault(&self, mut fault: Fault) -> Fault {
        fault.received = Some(self.received);
        fault.http_status = Some(self.facts.status.as_u16());
        fault.request_id.clone_from(&self.facts.request_id);
        fault.attempts = self.facts.attempts;
        fault.elapsed = self.facts.elapsed;
        fault.host = Some(self.facts.host.clone());
        fault.of(&self.facts.operation)
    }
}

impl Stream for Download {
    type Item = Result<Bytes, Fault>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if matches!(self.state, State::Failed(_)) {
            return Poll::Ready(None);
        }
        self.poll_chunk(context).map(Result::transpose)
    }
}

/// Without the content.
impl fmt::Debug for Download {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Download")
            .field("status", &self.facts.status)
            .field("length", &self.length)
            .field("received", &self.received)
            .field("is_whole", &matches!(self.state, State::Whole))
            .field("request_id", &self.facts.request_id)
            .field("attempts", &self.facts.attempts)
            .field("elapsed", &self.facts.elapsed)
            .finish_non_exhaustive()
    }
}
