//! What the engine holds of a body on its way out.

use super::*;
use bytes::Bytes;
use http_body::{Body, Frame};
use hyper::{
    client::conn::http1,
    rt::{Read, ReadBufCursor, Write},
};
use std::{
    io,
    pin::{Pin, pin},
    sync::atomic::{AtomicUsize, Ordering},
    task::{Context, Poll, Waker},
};

/// A line on which nothing moves.
struct Stuck;

impl Read for Stuck {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        _: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Poll::Pending
    }
}

impl Write for Stuck {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, _: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Pending
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Pending
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Pending
    }

    /// As those that there are: `stream`.
    fn is_write_vectored(&self) -> bool {
        true
    }
}

/// Gives pieces as those of a file are, and counts their bytes.
struct Long(Arc<AtomicUsize>);

impl Body for Long {
    type Data = Bytes;
    type Error = TransportFault;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportFault>>> {
        let piece = Bytes::from(vec![7; 64 * 1024]);
        self.0.fetch_add(piece.len(), Ordering::Relaxed);
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }
}

/// What the engine has taken counts as moved. If it held much, a slow line could not carry that off within one pause, and each long
/// upload would end in doubt right before its end.
#[tokio::test]
#[expect(
    clippy::disallowed_methods,
    reason = "the one module that builds HTTP clients"
)]
async fn the_engine_holds_little_of_a_body_that_nobody_takes() {
    let taken = Arc::new(AtomicUsize::new(0));
    let mut request = Request::post("/v2/files").body(()).unwrap();
    let way = capture_connection(&mut request);
    let passage = SendProgress::new().send(true, None, way).unwrap();
    let body = RequestBody::streamed(Long(Arc::clone(&taken)), 64 * 1024 * 1024);
    let request = request.map(|()| WatchedBody::new(body, passage.turn()));

    let mut builder = http1::Builder::new();
    let handshake = builder.max_buf_size(READ_AHEAD).handshake(Stuck);
    let (mut sender, connection) = handshake.await.unwrap();
    let _answer = sender.send_request(request);
    let mut connection = pin!(connection);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..20 {
        assert!(connection.as_mut().poll(&mut context).is_pending());
    }
    let taken = taken.load(Ordering::Relaxed);
    assert!((1..=128 * 1024).contains(&taken), "{taken}");
}
