//! The seam to the network: one request out, one answer with a streamed body in.

use std::{
    fmt::{self, Debug},
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::{Body, Frame};

/// Sends one request and gives back the head of the answer; its body is streamed.
pub trait Transport: Debug + Send + Sync + 'static {
    /// One request, one answer head. Deadlines are the caller's business: dropping the future cancels.
    fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<http::Response<AnswerBody>, TransportFault>> + Send>>;
}

/// The body of an answer, as it comes in.
pub struct AnswerBody(Pin<Box<dyn Body<Data = Bytes, Error = TransportFault> + Send>>);

impl AnswerBody {
    /// A body that is already there.
    #[must_use]
    pub fn full(bytes: Bytes) -> Self {
        use http_body_util::BodyExt as _;
        Self(Box::pin(
            http_body_util::Full::new(bytes).map_err(|never| match never {}),
        ))
    }
}

impl Debug for AnswerBody {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("AnswerBody")
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = TransportFault;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportFault>>> {
        self.0.as_mut().poll_frame(context)
    }
}

/// What broke on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransportFaultKind {
    /// The name has no address.
    Resolve,
    /// No connection.
    Connect,
    /// The TLS handshake failed.
    Tls,
    /// The line broke.
    Interrupted,
}

/// Why there is no answer.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct TransportFault {
    /// To branch on.
    pub kind: TransportFaultKind,
    /// Whether a byte of the request body may be on the wire.
    pub body_started: bool,
    /// For people. No URL, no secret.
    pub detail: String,
}
