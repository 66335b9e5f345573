//! Bodies: the answer's, streamed, and the request's, watched.

use std::{
    convert::Infallible,
    fmt,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt, Full, combinators::UnsyncBoxBody};

use super::TransportFault;

/// The body of an answer, as it comes in.
pub struct AnswerBody(UnsyncBoxBody<Bytes, TransportFault>);

impl AnswerBody {
    /// A body that is already whole.
    pub fn full(bytes: impl Into<Bytes>) -> Self {
        Self(UnsyncBoxBody::new(
            Full::new(bytes.into()).map_err(|never| match never {}),
        ))
    }

    /// Any streamed body.
    pub fn from_body<B>(body: B) -> Self
    where
        B: Body<Data = Bytes, Error = TransportFault> + Send + 'static,
    {
        Self(UnsyncBoxBody::new(body))
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = TransportFault;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportFault>>> {
        Pin::new(&mut self.0).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}

impl fmt::Debug for AnswerBody {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("AnswerBody(..)")
    }
}

const UNTRACKED: u8 = 0;
const NOT_BEGUN: u8 = 1;
const BEGUN: u8 = 2;

/// How far a request came, for the proof that it cannot have had an effect.
///
/// The pipeline puts one into the extensions of each request. A server cannot act on a request whose
/// body (not empty, its length declared) it never got. So a body that the HTTP engine never asked for
/// proves that nothing was done, however the line broke.
#[derive(Debug, Clone)]
pub struct SendProgress(Arc<AtomicU8>);

impl Default for SendProgress {
    fn default() -> Self {
        Self::new()
    }
}

impl SendProgress {
    /// For a new request: nobody watches yet.
    #[must_use]
    pub fn new() -> Self {
        Self(Arc::new(AtomicU8::new(UNTRACKED)))
    }

    /// The transport watches the body from here on, and has not begun it.
    pub fn watch(&self) {
        self.0.store(NOT_BEGUN, Ordering::Release);
    }

    /// The body is being handed to the wire.
    pub fn begin(&self) {
        self.0.store(BEGUN, Ordering::Release);
    }

    /// Whether the service may have got the request: the body was begun, or nobody watched.
    #[must_use]
    pub fn may_have_arrived(&self) -> bool {
        self.0.load(Ordering::Acquire) != NOT_BEGUN
    }
}

/// A request body that tells when the HTTP engine first asks for it.
#[derive(Debug)]
pub(super) struct WatchedBody {
    bytes: Option<Bytes>,
    progress: SendProgress,
}

impl WatchedBody {
    /// Watches `bytes`. An empty body is never asked for and can prove nothing, so it counts as begun.
    pub(super) fn new(bytes: Bytes, progress: SendProgress) -> Self {
        if bytes.is_empty() {
            progress.begin();
            Self {
                bytes: None,
                progress,
            }
        } else {
            progress.watch();
            Self {
                bytes: Some(bytes),
                progress,
            }
        }
    }
}

impl Body for WatchedBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.progress.begin();
        Poll::Ready(self.bytes.take().map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
    }
}
