//! Connections, driven by hand: a test can order how one dies, below everything a web framework lets it say.

use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use http::{Request, Response};
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tower_service::Service;

use super::alarm::Timers;
use super::date::Dates;
use crate::clock::Clock;

/// Time a client gets for the next piece of its request, unless told otherwise.
pub(crate) const IDLE_TIMEOUT: Duration = Duration::from_secs(60);

/// Largest head of a request that is read; what the gateway refuses is smaller.
const READ_BUFFER: usize = 1024 * 1024;

/// Time open connections get to finish when the simulator stops.
const GRACE: Duration = Duration::from_secs(1);

/// Time until a failed accept is tried again.
const PAUSE: Duration = Duration::from_millis(10);

/// What is to become of a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum End {
    /// Nothing special.
    #[default]
    Usual,
    /// Reset instead of the next byte.
    Reset,
    /// Closed instead of the next byte.
    Close,
    /// Reset when the next request arrives.
    ResetOnRead,
    /// Bytes leave one by one.
    Drip(Duration),
}

/// The handle of one connection.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line(Arc<Mutex<End>>);

impl Line {
    pub(crate) fn order(&self, end: End) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = end;
    }

    fn end(&self) -> End {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What answers the requests that arrive.
pub(crate) trait Answers: Send + Sync + 'static {
    /// The answer to one that arrived on this line.
    fn answer(
        &self,
        request: Request<Body>,
        line: &Line,
    ) -> impl Future<Output = Response<Body>> + Send;
}

/// Its handlers find the line in the extensions of the request.
impl Answers for Router {
    async fn answer(&self, mut request: Request<Body>, line: &Line) -> Response<Body> {
        request.extensions_mut().insert(line.clone());
        let answering = self.clone().call(request);
        let Ok(response) = answering.await;
        response
    }
}

/// What listens on an address of this machine. It stops when it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    clock: Clock,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Server {
    /// Listens, and answers on the current tokio runtime.
    pub(crate) async fn start(
        listen: SocketAddr,
        answers: impl Answers,
        clock: Clock,
        idle_timeout: Duration,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(listen).await?;
        let address = listener.local_addr()?;
        let stop = watch::Sender::new(false);
        let task = tokio::spawn(serve(
            listener,
            Arc::new(answers),
            clock.clone(),
            idle_timeout,
            stop.subscribe(),
        ));
        Ok(Server {
            address,
            clock,
            stop,
            task,
        })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Base address for clients on this machine. Listening on every address (`0.0.0.0`, `[::]`) is no address to call: then
    /// it is the loopback one.
    pub(crate) fn endpoint(&self) -> String {
        let near = match self.address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
            IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
            ip => ip,
        };
        format!("http://{}", SocketAddr::new(near, self.address.port()))
    }

    /// Stops listening, lets calls under way finish for a moment, and ends what waits for the clock.
    pub(crate) async fn shutdown(mut self) {
        self.stop();
        let _ = (&mut self.task).await;
    }

    fn stop(&self) {
        self.stop.send_replace(true);
        self.clock.stop();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Serves until told to stop, then lets open connections finish for a moment.
async fn serve(
    listener: TcpListener,
    answers: Arc<impl Answers>,
    clock: Clock,
    idle_timeout: Duration,
    mut stop: watch::Receiver<bool>,
) {
    let mut connections = JoinSet::new();
    let dates = Arc::new(Dates::of(clock.clone()));
    let for_connections = stop.clone();
    loop {
        tokio::select! {
            () = stopped(&mut stop) => break,
            Some(_) = connections.join_next() => {}
            (stream, _) = accepted(|| listener.accept()) => {
                connections.spawn(connection(
                    stream, Arc::clone(&answers), Arc::clone(&dates), idle_timeout, for_connections.clone(),
                ));
            }
        }
    }
    drop(listener);
    let finish = async { while connections.join_next().await.is_some() {} };
    clock.at_most(GRACE, finish).await;
    connections.shutdown().await;
}

/// The next connection. A failed accept is the client's doing (it went away) or a lack of descriptors, which lasts: it is
/// tried again after a pause.
async fn accepted<T, F>(mut accept: impl FnMut() -> F) -> T
where
    F: Future<Output = io::Result<T>>,
{
    loop {
        match accept().await {
            Ok(connection) => return connection,
            Err(_) => Clock::real_time(PAUSE).await,
        }
    }
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

async fn connection(
    stream: TcpStream,
    answers: Arc<impl Answers>,
    dates: Arc<Dates>,
    idle_timeout: Duration,
    mut stop: watch::Receiver<bool>,
) {
    let line = Line::default();
    let _ = stream.set_nodelay(true);
    let wire = Wire {
        stream,
        line: line.clone(),
        clock: dates.clock().clone(),
        nap: None,
        dead: false,
    };
    let service = service_fn(move |request: Request<Incoming>| {
        let (answers, line) = (Arc::clone(&answers), line.clone());
        let dates = Arc::clone(&dates);
        async move {
            let request = request.map(|body| owed(body, idle_timeout));
            let mut response = answers.answer(request, &line).await;
            dates.write(&mut response);
            Ok::<_, Infallible>(response)
        }
    });
    let serving = http1::Builder::new()
        .timer(Timers::default())
        .header_read_timeout(idle_timeout)
        // The time of the simulator is told, or none.
        .auto_date_header(false)
        .max_buf_size(READ_BUFFER)
        .serve_connection(TokioIo::new(wire), service);
    tokio::pin!(serving);
    // What a connection dies of is the client's business, or was ordered.
    tokio::select! {
        _ = serving.as_mut() => return,
        () = stopped(&mut stop) => serving.as_mut().graceful_shutdown(),
    }
    let _ = serving.await;
}

/// The body of a request.
fn owed(body: Incoming, idle_timeout: Duration) -> Body {
    match body.is_end_stream() {
        // Most requests have none.
        true => Body::empty(),
        false => Body::new(Owed {
            body,
            idle_timeout,
            alarm: None,
        }),
    }
}

/// The body of a request, which its sender owes: when no more of it comes for a while, it ends with an error.
struct Owed {
    body: Incoming,
    idle_timeout: Duration,
    /// Rings when the next piece is too late.
    alarm: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
}

impl HttpBody for Owed {
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(cx) {
            self.alarm = None;
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        let idle_timeout = self.idle_timeout;
        let alarm = self
            .alarm
            .get_or_insert_with(|| Box::pin(Clock::real_time(idle_timeout)));
        ready!(alarm.as_mut().poll(cx));
        Poll::Ready(Some(Err(io::Error::from(io::ErrorKind::TimedOut).into())))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A socket that does what its [`Line`] says.
struct Wire {
    stream: TcpStream,
    line: Line,
    clock: Clock,
    /// The pause between two dripping bytes.
    nap: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    /// It was reset: nothing more is to be said, not even good-bye.
    dead: bool,
}

impl Wire {
    fn reset(&mut self) -> io::Error {
        self.dead = true;
        // Without lingering, closing sends RST instead of FIN.
        let _ = self.stream.set_zero_linger();
        io::Error::from(io::ErrorKind::ConnectionReset)
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        if self.line.end() == End::ResetOnRead && buf.filled().len() > before {
            buf.set_filled(before);
            return Poll::Ready(Err(self.reset()));
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.line.end() {
            End::Usual | End::ResetOnRead => Pin::new(&mut self.stream).poll_write(cx, bytes),
            End::Reset => Poll::Ready(Err(self.reset())),
            End::Close => Poll::Ready(Err(io::Error::from(io::ErrorKind::BrokenPipe))),
            End::Drip(every) => {
                if let Some(nap) = &mut self.nap {
                    ready!(nap.as_mut().poll(cx));
                    self.nap = None;
                }
                let first = bytes.get(..1).unwrap_or_default();
                let written = ready!(Pin::new(&mut self.stream).poll_write(cx, first))?;
                let clock = self.clock.clone();
                self.nap = Some(Box::pin(async move { clock.sleep(every).await }));
                Poll::Ready(Ok(written))
            }
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.dead {
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use super::*;

    /// A failed accept is not tried again at once, which would take a whole core, but later. No time passes on the
    /// runtime's clock between the polls: nothing is awaited.
    #[tokio::test]
    async fn a_failed_accept_is_tried_again_after_a_pause() {
        let mut tries = 0;
        let next = accepted(|| {
            tries += 1;
            std::future::ready(match tries {
                1 => Err(io::Error::other("no descriptor")),
                _ => Ok(tries),
            })
        });
        let mut next = Box::pin(next);
        for poll in 1..=3 {
            let polled = next.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            assert!(polled.is_pending(), "poll {poll}: {polled:?}");
        }
        assert_eq!(next.await, 2);
    }
}
