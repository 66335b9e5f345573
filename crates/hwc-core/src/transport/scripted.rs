//! A transport that answers from a script and remembers what it was asked.

use std::{
    collections::VecDeque,
    fmt,
    future::{pending, poll_fn},
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri, header,
};
use http_body::{Body, Frame};

use super::{
    RequestBody, ResponseBody, SendProgress, Sending, TlsFlaw, Transport, TransportFault,
    TransportFaultKind,
};
use crate::clock::{Clock, Sleep, fake::FakeClock};

/// What happens to one request.
#[derive(Debug, Clone)]
#[must_use = "a step does nothing before it is in a script"]
pub struct Step {
    delay: Duration,
    taking: Taking,
    act: Act,
}

#[derive(Debug, Clone)]
enum Act {
    Answer {
        status: StatusCode,
        headers: HeaderMap,
        body: Bytes,
        flow: Flow,
        framed: bool,
    },
    Hang {
        arrived: bool,
    },
    Fail(TransportFault),
}

/// How a body comes in.
#[derive(Debug, Clone, Copy)]
enum Flow {
    Whole,
    Cut { keep: usize },
    Stall { keep: usize },
    Drip { piece: usize, pause: Duration },
}

impl Step {
    /// An answer without a body.
    ///
    /// # Panics
    /// When `status` is not between 100 and 999.
    #[expect(
        clippy::expect_used,
        reason = "a script with a typing mistake must fail loudly"
    )]
    pub fn answer(status: u16) -> Self {
        Self {
            delay: Duration::ZERO,
            taking: Taking::default(),
            act: Act::Answer {
                status: StatusCode::from_u16(status).expect("a status from 100 to 999"),
                headers: HeaderMap::new(),
                body: Bytes::new(),
                flow: Flow::Whole,
                framed: true,
            },
        }
    }

    /// An answer with a JSON body.
    ///
    /// # Panics
    /// When `status` is not between 100 and 999.
    pub fn json(status: u16, body: impl Into<Bytes>) -> Self {
        Self::answer(status)
            .header("content-type", "application/json")
            .body(body)
    }

    /// With a header. Without effect on a step that is not an answer.
    ///
    /// # Panics
    /// When name or value cannot stand in a header.
    #[expect(
        clippy::expect_used,
        reason = "a script with a typing mistake must fail loudly"
    )]
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        if let Act::Answer { headers, .. } = &mut self.act {
            headers.append(
                HeaderName::from_bytes(name.as_bytes()).expect("a header name"),
                HeaderValue::from_bytes(value.as_ref()).expect("a header value"),
            );
        }
        self
    }

    /// With a body. `Content-Length` is added unless the script has one or names a transfer encoding.
    pub fn body(mut self, bytes: impl Into<Bytes>) -> Self {
        if let Act::Answer { body, .. } = &mut self.act {
            *body = bytes.into();
        }
        self
    }

    /// The answer says nothing of its length: the end of the connection is its end, as in HTTP/1.0.
    pub fn until_close(mut self) -> Self {
        if let Act::Answer { framed, .. } = &mut self.act {
            *framed = false;
        }
        self
    }

    /// The line breaks after `keep` bytes of the body.
    pub fn cut(self, keep: usize) -> Self {
        self.flow(Flow::Cut { keep })
    }

    /// The body stops after `keep` bytes, and nothing more happens.
    pub fn stall(self, keep: usize) -> Self {
        self.flow(Flow::Stall { keep })
    }

    /// The body comes in pieces of so many bytes, with a pause before each.
    pub fn drip(self, piece: usize, pause: Duration) -> Self {
        self.flow(Flow::Drip {
            piece: piece.max(1),
            pause,
        })
    }

    fn flow(mut self, to: Flow) -> Self {
        if let Act::Answer { flow, .. } = &mut self.act {
            *flow = to;
        }
        self
    }

    /// Of a streamed request body, a piece is taken after each such pause.
    pub fn taking_slowly(mut self, pause: Duration) -> Self {
        self.taking.pause = pause;
        self
    }

    /// Of a streamed request body no more than so many bytes are taken (to the end of their piece), then this
    /// happens.
    pub fn taking_only(mut self, bytes: usize) -> Self {
        self.taking.enough = Some(bytes);
        self
    }

    /// Of a streamed request body no more than so many bytes are taken (to the end of their piece), then nothing
    /// happens any more.
    pub fn taking_no_more_after(mut self, bytes: usize) -> Self {
        self.taking.stall = Some(bytes);
        self
    }

    /// Whether the request arrives, as far as it does.
    fn arrives(&self) -> bool {
        match &self.act {
            Act::Answer { .. } => true,
            Act::Hang { arrived } => *arrived,
            Act::Fail(fault) => fault.body_started,
        }
    }

    /// The same, later.
    pub fn after(mut self, delay: Duration) -> Self {
        self.delay = self.delay.saturating_add(delay);
        self
    }

    /// The request arrives, and no answer ever comes.
    pub fn hang() -> Self {
        Self {
            delay: Duration::ZERO,
            taking: Taking::default(),
            act: Act::Hang { arrived: true },
        }
    }

    /// The connection stands, but the request is not taken, and nothing ever comes.
    pub fn hang_before_request() -> Self {
        Self {
            delay: Duration::ZERO,
            taking: Taking::default(),
            act: Act::Hang { arrived: false },
        }
    }

    /// Any failure of a transport.
    pub fn fail(fault: TransportFault) -> Self {
        Self {
            delay: Duration::ZERO,
            taking: Taking::default(),
            act: Act::Fail(fault),
        }
    }

    /// The name of the host cannot be resolved.
    pub fn unresolved() -> Self {
        Self::fail(TransportFault::new(
            TransportFaultKind::Resolve,
            "no such host",
        ))
    }

    /// Nobody listens.
    pub fn refused() -> Self {
        Self::fail(TransportFault::new(
            TransportFaultKind::Connect,
            "connection refused",
        ))
    }

    /// The TLS handshake fails.
    pub fn tls(flaw: TlsFlaw) -> Self {
        Self::fail(TransportFault::new(TransportFaultKind::Tls(flaw), ""))
    }

    /// The request arrives, then the connection is reset.
    pub fn reset() -> Self {
        Self::fail(TransportFault::new(
            TransportFaultKind::Interrupted,
            "connection reset",
        ))
    }

    /// The connection is closed before the request is taken.
    pub fn closed_before_request() -> Self {
        Self::fail(
            TransportFault::new(TransportFaultKind::Interrupted, "connection closed").not_arrived(),
        )
    }
}

/// A request as it went out.
#[derive(Clone)]
#[non_exhaustive]
pub struct CapturedRequest {
    /// Method.
    pub method: Method,
    /// Absolute address.
    pub uri: Uri,
    /// Headers, the credentials among them.
    pub headers: HeaderMap,
    /// Body.
    pub body: Bytes,
}

impl CapturedRequest {
    /// A header as text. `None`: not there, or not visible ASCII.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// Without path, headers and body: they hold ids, credentials and messages.
impl fmt::Debug for CapturedRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("CapturedRequest")
            .field("method", &self.method)
            .field("host", &self.uri.host())
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// A transport that answers from a script. Clones are the same transport.
///
/// Steps are used up one by one, in the order of the requests. When none is left, [`Self::otherwise`]
/// answers; without it the request fails and says so.
#[derive(Clone)]
pub struct ScriptedTransport {
    shared: Arc<Shared>,
}

struct Shared {
    clock: FakeClock,
    script: Mutex<Script>,
}

type Responder = Arc<dyn Fn(&CapturedRequest) -> Step + Send + Sync>;

#[derive(Default)]
struct Script {
    steps: VecDeque<Step>,
    otherwise: Option<Responder>,
    requests: Vec<CapturedRequest>,
}

impl ScriptedTransport {
    /// An empty script. Pauses and delays happen on `clock`.
    #[must_use]
    pub fn new(clock: &FakeClock) -> Self {
        Self {
            shared: Arc::new(Shared {
                clock: clock.clone(),
                script: Mutex::default(),
            }),
        }
    }

    /// Adds a step at the end of the script.
    #[must_use = "the transport is needed to send through it"]
    pub fn then(self, step: Step) -> Self {
        self.lock().steps.push_back(step);
        self
    }

    /// Answers every request for which no step is left.
    #[must_use = "the transport is needed to send through it"]
    pub fn otherwise(self, step: Step) -> Self {
        self.answering(move |_| step.clone())
    }

    /// Answers every request for which no step is left by what it asks.
    #[must_use = "the transport is needed to send through it"]
    pub fn answering(
        self,
        responder: impl Fn(&CapturedRequest) -> Step + Send + Sync + 'static,
    ) -> Self {
        self.lock().otherwise = Some(Arc::new(responder));
        self
    }

    /// Every request so far, in order.
    #[must_use]
    pub fn requests(&self) -> Vec<CapturedRequest> {
        self.lock().requests.clone()
    }

    /// Steps that were not used yet.
    #[must_use]
    pub fn steps_left(&self) -> usize {
        self.lock().steps.len()
    }

    fn lock(&self) -> MutexGuard<'_, Script> {
        self.shared
            .script
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps the request and takes the step for it, at once: other threads send as well.
    fn next_step(&self, request: CapturedRequest) -> Step {
        let responder = {
            let mut script = self.lock();
            script.requests.push(request.clone());
            if let Some(step) = script.steps.pop_front() {
                return step;
            }
            script.otherwise.clone()
        };
        answer_of(responder, &request)
    }

    fn keep(&self, request: CapturedRequest) {
        self.lock().requests.push(request);
    }

    /// What answers `request`, when no step is left.
    fn step_for(&self, request: &CapturedRequest) -> Step {
        let responder = self.lock().otherwise.clone();
        answer_of(responder, request)
    }
}

/// Called without the lock of the script: a responder may look at the transport.
fn answer_of(responder: Option<Responder>, request: &CapturedRequest) -> Step {
    match responder {
        Some(responder) => responder(request),
        None => Step::fail(TransportFault::new(
            TransportFaultKind::Unsendable,
            "the script has no answer for this request",
        )),
    }
}

impl fmt::Debug for ScriptedTransport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let script = self.lock();
        formatter
            .debug_struct("ScriptedTransport")
            .field("steps_left", &script.steps.len())
            .field("requests", &script.requests)
            .finish_non_exhaustive()
    }
}

impl Transport for ScriptedTransport {
    fn send(&self, request: Request<RequestBody>) -> Sending {
        let (head, body) = request.into_parts();
        let progress = head
            .extensions
            .get::<SendProgress>()
            .cloned()
            .unwrap_or_default();
        progress.watch();
        let captured = CapturedRequest {
            method: head.method,
            uri: head.uri,
            headers: head.headers,
            body: body.as_bytes().cloned().unwrap_or_default(),
        };
        let clock = self.shared.clock.clone();
        if body.as_bytes().is_some() {
            let step = self.next_step(captured);
            if step.arrives() {
                let _ = progress.begin();
            }
            return Box::pin(play(step, clock));
        }
        let this = self.clone();
        let mut captured = captured;
        Box::pin(async move {
            // What a step does with a streamed body is known before the body is read; what answers by the request
            // needs all of it.
            let planned = this.lock().steps.pop_front();
            let taking = planned
                .as_ref()
                .map_or(Taking::default(), |step| step.taking);
            if planned.as_ref().is_none_or(Step::arrives) {
                let taken = take(body, taking, &progress, &clock).await;
                captured.body = taken.bytes;
                this.keep(captured.clone());
                taken.whole?;
            } else {
                this.keep(captured.clone());
            }
            let step = match planned {
                Some(step) => step,
                None => this.step_for(&captured),
            };
            play(step, clock).await
        })
    }
}

/// What the other side takes of a streamed body.
#[derive(Debug, Clone, Copy, Default)]
struct Taking {
    /// Before each piece.
    pause: Duration,
    /// After so many bytes it takes no more: it answers.
    enough: Option<usize>,
    /// After so many bytes it takes no more, and nothing happens.
    stall: Option<usize>,
}

struct Taken {
    bytes: Bytes,
    whole: Result<(), TransportFault>,
}

async fn take(
    body: RequestBody,
    taking: Taking,
    progress: &SendProgress,
    clock: &FakeClock,
) -> Taken {
    let mut bytes = Vec::new();
    let mut body = std::pin::pin!(body);
    let mut whole = Ok(());
    while !body.is_end_stream() {
        if taking.stall.is_some_and(|stall| bytes.len() >= stall) {
            pending::<()>().await;
        }
        if taking.enough.is_some_and(|enough| bytes.len() >= enough) {
            break;
        }
        if !taking.pause.is_zero() {
            clock.sleep(taking.pause).await;
        }
        match poll_fn(|context| body.as_mut().poll_frame(context)).await {
            None => break,
            Some(Ok(frame)) => {
                if !progress.begin() {
                    break;
                }
                bytes.extend_from_slice(&frame.into_data().unwrap_or_default());
            }
            Some(Err(fault)) => {
                whole = Err(fault);
                break;
            }
        }
    }
    Taken {
        bytes: bytes.into(),
        whole,
    }
}

async fn play(step: Step, clock: FakeClock) -> Result<Response<ResponseBody>, TransportFault> {
    if !step.delay.is_zero() {
        clock.sleep(step.delay).await;
    }
    match step.act {
        Act::Hang { .. } => pending().await,
        Act::Fail(fault) => Err(fault),
        Act::Answer {
            status,
            headers,
            body,
            flow,
            framed,
        } => Ok(answer(status, headers, body, flow, framed, clock)),
    }
}

fn answer(
    status: StatusCode,
    mut headers: HeaderMap,
    body: Bytes,
    flow: Flow,
    framed: bool,
    clock: FakeClock,
) -> Response<ResponseBody> {
    if framed
        && !headers.contains_key(header::CONTENT_LENGTH)
        && !headers.contains_key(header::TRANSFER_ENCODING)
    {
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    }
    let body = match flow {
        Flow::Whole if framed => ResponseBody::full(body),
        flow => ResponseBody::from_body(Pieces {
            rest: body,
            flow,
            clock,
            pause: None,
        }),
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

/// A body that does not come in one piece, or not whole.
struct Pieces {
    rest: Bytes,
    flow: Flow,
    clock: FakeClock,
    pause: Option<Sleep>,
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = TransportFault;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportFault>>> {
        let this = &mut *self;
        match &mut this.flow {
            Flow::Cut { keep } | Flow::Stall { keep } if *keep > 0 && !this.rest.is_empty() => {
                let piece = this.rest.split_to((*keep).min(this.rest.len()));
                *keep = 0;
                Poll::Ready(Some(Ok(Frame::data(piece))))
            }
            Flow::Cut { .. } => Poll::Ready(Some(Err(TransportFault::new(
                TransportFaultKind::Interrupted,
                "connection closed inside the body",
            )))),
            Flow::Stall { .. } => Poll::Pending,
            Flow::Drip { .. } | Flow::Whole if this.rest.is_empty() => Poll::Ready(None),
            Flow::Drip { piece, pause } => {
                let timer = this.pause.get_or_insert_with(|| this.clock.sleep(*pause));
                if timer.as_mut().poll(context).is_pending() {
                    return Poll::Pending;
                }
                this.pause = None;
                let piece = this.rest.split_to((*piece).min(this.rest.len()));
                Poll::Ready(Some(Ok(Frame::data(piece))))
            }
            Flow::Whole => {
                let all = std::mem::take(&mut this.rest);
                Poll::Ready(Some(Ok(Frame::data(all))))
            }
        }
    }
}
