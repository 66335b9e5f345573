//! Bodies: the answer's, streamed, and the request's, watched.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt, Full, combinators::UnsyncBoxBody};

use super::{TransportFault, progress::Turn};

/// The body of a request, on its way out. Its length is known.
///
/// As an [`http_body::Body`] it gives as many bytes as its length says, or ends with an error.
///
/// ```
/// use hwc_core::transport::RequestBody;
/// let bodies = [RequestBody::from("{}"), String::from("{}").into(), b"{}".to_vec().into()];
/// assert!(bodies.iter().all(|body| body.as_bytes().is_some_and(|bytes| bytes == "{}")));
/// ```
pub struct RequestBody(Outgoing);

enum Outgoing {
    Whole(Bytes),
    Streamed {
        pieces: UnsyncBoxBody<Bytes, TransportFault>,
        left: u64,
    },
}

impl RequestBody {
    /// A body that is read while it is sent. It must give exactly `length` bytes, or end with an error.
    pub(crate) fn streamed<B>(pieces: B, length: u64) -> Self
    where
        B: Body<Data = Bytes, Error = TransportFault> + Send + 'static,
    {
        Self(Outgoing::Streamed {
            pieces: UnsyncBoxBody::new(pieces),
            left: length,
        })
    }

    /// The body, if it is whole in memory. `None`: it is streamed.
    #[must_use]
    pub fn as_bytes(&self) -> Option<&Bytes> {
        match &self.0 {
            Outgoing::Whole(bytes) => Some(bytes),
            Outgoing::Streamed { .. } => None,
        }
    }

    /// Bytes that are still to be sent.
    #[must_use]
    pub fn length(&self) -> u64 {
        match &self.0 {
            Outgoing::Whole(bytes) => bytes.len() as u64,
            Outgoing::Streamed { left, .. } => *left,
        }
    }

    /// The whole body in memory, for a transport that keeps it or writes it in one piece.
    ///
    /// # Errors
    /// The [`TransportFault`] of a source that cannot be read.
    pub async fn collect(self) -> Result<Bytes, TransportFault> {
        match self.0 {
            Outgoing::Whole(bytes) => Ok(bytes),
            Outgoing::Streamed { pieces, .. } => Ok(BodyExt::collect(pieces).await?.to_bytes()),
        }
    }
}

impl From<Bytes> for RequestBody {
    fn from(bytes: Bytes) -> Self {
        Self(Outgoing::Whole(bytes))
    }
}

/// From what is bytes.
macro_rules! from_bytes {
    ($($type:ty),*) => {
        $(impl From<$type> for RequestBody {
            fn from(bytes: $type) -> Self {
                Bytes::from(bytes).into()
            }
        })*
    };
}
from_bytes!(Vec<u8>, String, &'static str, &'static [u8]);

impl Body for RequestBody {
    type Data = Bytes;
    type Error = TransportFault;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportFault>>> {
        match &mut self.0 {
            Outgoing::Whole(bytes) if bytes.is_empty() => Poll::Ready(None),
            Outgoing::Whole(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Outgoing::Streamed { pieces, left } => {
                let frame = ready!(Pin::new(pieces).poll_frame(context));
                if let Some(Ok(frame)) = &frame
                    && let Some(data) = frame.data_ref()
                {
                    *left = left.saturating_sub(data.len() as u64);
                }
                Poll::Ready(frame)
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.length() == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.length())
    }
}

/// Empty.
impl Default for RequestBody {
    fn default() -> Self {
        Bytes::new().into()
    }
}

/// Without the content.
impl fmt::Debug for RequestBody {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("RequestBody")
            .field("is_streamed", &self.as_bytes().is_none())
            .field("length", &self.length())
            .finish()
    }
}

/// The body of an answer, as it comes in.
pub struct ResponseBody(UnsyncBoxBody<Bytes, TransportFault>);

impl ResponseBody {
    /// A body that is already whole: its end is proven.
    pub fn full(bytes: impl Into<Bytes>) -> Self {
        Self(UnsyncBoxBody::new(
            Full::new(bytes.into()).map_err(|never| match never {}),
        ))
    }

    /// Any streamed body. That it ends is no proof that it is whole, unless its length is known at the
    /// beginning, the head of the answer declares `Content-Length` or chunks, or its version is HTTP/2
    /// or later. A body that breaks off must end with an error.
    pub fn from_body<B>(body: B) -> Self
    where
        B: Body<Data = Bytes, Error = TransportFault> + Send + 'static,
    {
        Self(UnsyncBoxBody::new(body))
    }
}

impl Body for ResponseBody {
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

impl fmt::Debug for ResponseBody {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ResponseBody(..)")
    }
}

/// Most bytes of a streamed body that the HTTP engine gets in one piece. It queues as many bytes as it may read ahead, but sixteen pieces
/// at most, and so with these no more than 128 KiB. What it has taken counts as moved, so little may wait in it: the last of it has
/// to go out, and be answered, within the limit of one pause.
const AT_ONCE: usize = 8 * 1024;

/// A request body that tells when the HTTP engine first gets a byte of it.
pub(super) struct WatchedBody {
    body: RequestBody,
    turn: Turn,
    /// Of the last piece of the body, what the engine did not get yet.
    rest: Bytes,
}

impl WatchedBody {
    pub(super) fn new(body: RequestBody, turn: Turn) -> Self {
        Self {
            body,
            turn,
            rest: Bytes::new(),
        }
    }
}

/// Without the content.
impl fmt::Debug for WatchedBody {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("WatchedBody");
        shown.field("body", &self.body).finish_non_exhaustive()
    }
}

impl Body for WatchedBody {
    type Data = Bytes;
    type Error = TransportFault;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportFault>>> {
        if self.rest.is_empty() {
            match ready!(Pin::new(&mut self.body).poll_frame(context)) {
                // The body of a request has no trailers.
                Some(Ok(frame)) => self.rest = frame.into_data().unwrap_or_default(),
                ended => return Poll::Ready(ended),
            }
        }
        // Not before there is a byte: a source that gives none leaves nothing to act on.
        if let Err(fault) = self.turn.begin() {
            return Poll::Ready(Some(Err(fault)));
        }
        // What is whole in memory is short, and nobody asks how much of it has moved.
        let most = match self.body.as_bytes() {
            Some(_) => self.rest.len(),
            None => self.rest.len().min(AT_ONCE),
        };
        Poll::Ready(Some(Ok(Frame::data(self.rest.split_to(most)))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let rest = self.rest.len() as u64;
        SizeHint::with_exact(self.body.length().saturating_add(rest))
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{SendProgress, progress::Passage},
        *,
    };
    use hyper_util::client::legacy::connect::capture_connection;
    use std::task::Waker;

    fn poll(body: &mut WatchedBody) -> Poll<Option<Result<Bytes, TransportFault>>> {
        let frame = Pin::new(body).poll_frame(&mut Context::from_waker(Waker::noop()));
        frame.map(|frame| frame.map(|frame| frame.map(|frame| frame.into_data().unwrap())))
    }

    /// A request on its way, which gets no connection.
    fn sent(progress: &SendProgress) -> (Passage, WatchedBody) {
        let connection = capture_connection(&mut http::Request::new(()));
        let passage = progress.send(true, None, connection).unwrap();
        let body = WatchedBody::new(Bytes::from_static(b"text").into(), passage.turn());
        (passage, body)
    }

    #[test]
    fn a_request_that_was_given_up_is_not_begun_later() {
        let progress = SendProgress::new();
        assert!(!progress.give_up(), "nobody watched");
        let (_passage, mut body) = sent(&progress);
        assert!(!progress.may_have_arrived());
        assert!(progress.give_up());
        assert!(matches!(poll(&mut body), Poll::Ready(Some(Err(_)))));
        assert!(!progress.may_have_arrived() && progress.give_up());
    }

    #[test]
    fn a_request_that_was_begun_is_not_given_up() {
        let progress = SendProgress::new();
        let (_passage, mut body) = sent(&progress);
        assert!(matches!(poll(&mut body), Poll::Ready(Some(Ok(_)))));
        assert!(!progress.give_up() && progress.may_have_arrived());
        assert!(matches!(poll(&mut body), Poll::Ready(None)));
    }

    #[test]
    fn a_streamed_body_comes_in_small_pieces_and_one_in_memory_whole() {
        let data: Vec<u8> = (0..10_000).map(|number| (number % 251) as u8).collect();
        let data = Bytes::from(data);
        let pieces = Full::new(data.clone()).map_err(|never| -> TransportFault { match never {} });
        let streamed = RequestBody::streamed(pieces, data.len() as u64);
        for (body, sizes) in [
            (streamed, vec![8_192, 1_808]),
            (data.clone().into(), vec![10_000]),
        ] {
            let progress = SendProgress::new();
            let connection = capture_connection(&mut http::Request::new(()));
            let passage = progress.send(true, None, connection).unwrap();
            let mut body = WatchedBody::new(body, passage.turn());
            let mut given = Vec::new();
            for size in sizes {
                let left = (data.len() - given.len()) as u64;
                assert_eq!(body.size_hint().exact(), Some(left));
                assert!(!body.is_end_stream());
                let Poll::Ready(Some(Ok(piece))) = poll(&mut body) else {
                    panic!("no piece");
                };
                assert_eq!(piece.len(), size);
                given.extend_from_slice(&piece);
            }
            assert_eq!(body.size_hint().exact(), Some(0));
            assert!(body.is_end_stream() && data == given);
            assert!(matches!(poll(&mut body), Poll::Ready(None)));
        }
    }
}
