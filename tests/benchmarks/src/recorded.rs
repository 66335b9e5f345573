//! A conversation out of memory: what the verb `history` once asked the simulator, and what was answered.

use bytes::Bytes;
use http::{Request, Response, Uri};
use http_body_util::BodyExt as _;
use hwc_core::{
    Clock, HttpTransport, ProxyChoice, SystemClock, Transport,
    clock::Sleep,
    transport::{RequestBody, ResponseBody, Sending, TransportFault, TransportFaultKind},
};
use hwc_tickets::Client;
use hwc_tickets_sim::Credentials;
use jiff::Timestamp;
use std::{
    collections::HashMap,
    fmt, mem,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use crate::{failure::Result, sdk, world::World};

/// The long conversation, as it was read once.
pub(crate) struct Recorded {
    /// The body of each page.
    pub(crate) pages: Vec<Bytes>,
    /// A client that gets the same answers to the same requests, and no network.
    pub(crate) client: Client,
}

/// Reads the long conversation to its beginning, and keeps what was answered.
pub(crate) async fn recorded(
    endpoint: &str,
    keys: &Credentials,
    world: &World,
) -> Result<Recorded> {
    let clock = Still::default();
    let kept = Kept::default();
    let recorder = Recorder {
        line: HttpTransport::builder()
            .proxy(ProxyChoice::Direct)
            .build()?,
        kept: Arc::clone(&kept),
    };
    let asking = client(endpoint, keys, &clock, recorder)?;
    let (seen, all) = (sdk::history(&asking, world).await?, world.history);
    if seen != all {
        return Err(format!("the verb brought {seen} messages of {all}").into());
    }
    let answers = mem::take(&mut *kept.lock().unwrap_or_else(PoisonError::into_inner));
    let pages = answers.iter().map(|(_, Answer(answer))| answer.body());
    Ok(Recorded {
        pages: pages.cloned().collect(),
        client: client(
            endpoint,
            keys,
            &clock,
            Memory(answers.into_iter().collect()),
        )?,
    })
}

/// The client of the SDK, as it is measured otherwise, on this clock and this line.
fn client(
    endpoint: &str,
    keys: &Credentials,
    clock: &Still,
    line: impl Transport,
) -> Result<Client> {
    let builder = Client::builder().endpoint(endpoint).token(keys.token);
    Ok(builder.clock(clock.clone()).transport(line).build()?)
}

/// An answer, whole. A clone shares its bytes.
#[derive(Clone)]
struct Answer(Response<Bytes>);

/// Without the content.
impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.body().len())
    }
}

/// What was asked, and the answer to it, one after the other.
type Kept = Arc<Mutex<Vec<(String, Answer)>>>;

/// Path and query: what tells the request for one page from that for another.
fn target_of(uri: &Uri) -> &str {
    uri.path_and_query().map_or("", |target| target.as_str())
}

/// Asks the network, and keeps what is answered.
#[derive(Debug)]
struct Recorder {
    line: HttpTransport,
    kept: Kept,
}

impl Transport for Recorder {
    fn send(&self, request: Request<RequestBody>) -> Sending {
        let target = target_of(request.uri()).to_owned();
        let kept = Arc::clone(&self.kept);
        let answer = self.line.send(request);
        Box::pin(async move {
            let (head, body) = answer.await?.into_parts();
            let body = body.collect().await?.to_bytes();
            // Without what the line noted of itself.
            let mut copy = Response::new(body.clone());
            *copy.status_mut() = head.status;
            copy.headers_mut().clone_from(&head.headers);
            let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.push((target, Answer(copy)));
            Ok(Response::from_parts(head, ResponseBody::full(body)))
        })
    }
}

/// Answers what was asked before, and nothing else.
#[derive(Debug)]
struct Memory(HashMap<String, Answer>);

impl Transport for Memory {
    fn send(&self, request: Request<RequestBody>) -> Sending {
        let answer = self.0.get(target_of(request.uri())).cloned();
        Box::pin(async move {
            let Some(Answer(answer)) = answer else {
                // Of this kind, so that nothing is repeated: it would be asked in vain again.
                let why = "nobody asked for such a page when the conversation was recorded";
                return Err(TransportFault::new(TransportFaultKind::Unsendable, why));
            };
            Ok(answer.map(ResponseBody::full))
        })
    }
}

/// A clock on which no time of day passes: a walk begins beyond its own now, so what it asks first would be another page each time.
/// Deadlines run as they do otherwise.
#[derive(Debug, Clone)]
struct Still {
    now: Timestamp,
    clock: SystemClock,
}

impl Default for Still {
    fn default() -> Self {
        let clock = SystemClock::new();
        let now = clock.now();
        Self { now, clock }
    }
}

impl Clock for Still {
    fn now(&self) -> Timestamp {
        self.now
    }

    fn elapsed(&self) -> Duration {
        self.clock.elapsed()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        self.clock.sleep(duration)
    }
}
