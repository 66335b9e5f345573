//! A small service in memory that opens tickets, with a ledger to ask which were really opened.
//!
//! Written for these tests alone: it shares no code with the client. Which call a request belongs to is told by a task-local
//! number.

use crate::ledger::{
    alter::Alteration,
    faults::{Fault, ReadFault},
    json, route,
};
use hwc_core::{
    Clock as _,
    testing::{CapturedRequest, FakeClock, ScriptedTransport, Step},
};
use hwc_tickets::{Client, ClientBuilder, SecretString};
use jiff::{SignedDuration, Timestamp, tz::Offset};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, VecDeque},
    future::Future,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

tokio::task_local! {
    /// The operation of the test that the running call belongs to.
    static OP: u64;
}

/// Runs `call` as operation `op`.
pub async fn as_op<T>(op: u64, call: impl Future<Output = T>) -> T {
    OP.scope(op, call).await
}

/// The operation that is running.
pub fn running() -> Option<u64> {
    OP.try_with(|op| *op).ok()
}

/// A ticket of the ledger.
#[derive(Debug, Clone)]
pub struct Opened {
    pub id: String,
    pub text: String,
    pub created: Timestamp,
    /// From this moment of the monotonic clock on the list shows it.
    pub visible_at: Duration,
    /// The operation that opened it. `None`: a colleague.
    pub op: Option<u64>,
    pub attachments: Vec<String>,
    pub deleted: bool,
}

pub struct World {
    clock: FakeClock,
    origin: Timestamp,
    pub tickets: Vec<Opened>,
    /// What happens to the next POSTs; then all is well.
    pub faults: VecDeque<Fault>,
    /// What happens to the next reads; then all is well.
    pub read_faults: VecDeque<ReadFault>,
    pub lag: Duration,
    pub oldest_first: bool,
    pub altered: Alteration,
    /// Fewer rows than asked for.
    pub page_cap: usize,
    /// How far the clock that stamps tickets is ahead of the one that stamps answers.
    pub stamps_ahead: SignedDuration,
    pub has_total: bool,
    /// Pages that a machine on the way kept: the list as it was at this moment.
    pub copy_of: Option<Duration>,
    /// POSTs that the service got to see.
    pub posts: usize,
}

impl World {
    pub fn now(&self) -> Timestamp {
        self.origin + SignedDuration::try_from(self.clock.elapsed()).unwrap()
    }

    /// A colleague opens a ticket.
    pub fn open(&mut self, text: &str) {
        self.store(text, None, Duration::ZERO, self.clock.elapsed());
    }

    fn store(&mut self, text: &str, op: Option<u64>, later: Duration, at: Duration) -> String {
        let created = self.now() + SignedDuration::try_from(later).unwrap() + self.stamps_ahead;
        let id = format!("TT{:012}", self.tickets.len() + 1);
        self.tickets.push(Opened {
            id: id.clone(),
            text: text.to_owned(),
            created: Timestamp::from_second(created.as_second()).unwrap(),
            visible_at: at,
            op,
            attachments: Vec::new(),
            deleted: false,
        });
        id
    }

    /// The tickets that `op` opened.
    pub fn made(&self, op: u64) -> Vec<String> {
        let own = self.tickets.iter().filter(|it| it.op == Some(op));
        own.map(|it| it.id.clone()).collect()
    }

    pub fn serve(&mut self, request: &CapturedRequest, op: Option<u64>) -> Step {
        match (request.method.as_str(), route(request)) {
            ("POST", "cases") => {
                self.posts += 1;
                let fault = self.faults.pop_front().unwrap_or(Fault::None);
                self.create(request, op, &fault)
            }
            ("GET", "cases") => {
                let answer = self.list(request);
                let fault = self.read_faults.pop_front().unwrap_or(ReadFault::None);
                let made = self.copy_of.unwrap_or(self.clock.elapsed());
                fault.answer(answer).header("date", self.http_date(made))
            }
            other => panic!("the test service has no route for {other:?}"),
        }
    }

    fn http_date(&self, elapsed: Duration) -> String {
        let at = self.origin + SignedDuration::try_from(elapsed).unwrap();
        at.to_zoned(jiff::tz::TimeZone::UTC)
            .strftime("%a, %d %b %Y %H:%M:%S GMT")
            .to_string()
    }

    fn create(&mut self, request: &CapturedRequest, op: Option<u64>, fault: &Fault) -> Step {
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        assert_eq!(body["source_id"], "83aeb0f2834c4df49826c781d32a963e");
        let mut id = String::new();
        if fault.acts() {
            let text = body["simple_description"].as_str().unwrap().to_owned();
            let later = fault.acts_after();
            let visible_at = self.clock.elapsed() + later + self.lag;
            id = self.store(&text, op, later, visible_at);
            let files = body["accessory_ids"].as_array().into_iter().flatten();
            let files = files.map(|id| id.as_str().unwrap().to_owned()).collect();
            self.tickets.last_mut().unwrap().attachments = files;
        }
        let good = json(200, json!({"incident_id": id}));
        let answer = match fault {
            Fault::None => good,
            Fault::Slow(delay) => good.after(*delay),
            Fault::CutAnswer => good.cut(5),
            Fault::StalledAnswer => good.stall(5),
            other => other.answer(),
        };
        answer.header("date", self.http_date(self.clock.elapsed()))
    }

    fn list(&self, request: &CapturedRequest) -> Step {
        let query: BTreeMap<&str, &str> = (request.uri.query().unwrap_or_default().split('&'))
            .filter_map(|pair| pair.split_once('='))
            .collect();
        let number = |name: &str, default: usize| {
            let text = query.get(name);
            text.map_or(default, |text| text.parse().unwrap())
        };
        let now = self.copy_of.unwrap_or(self.clock.elapsed());
        let mut shown: Vec<&Opened> = (self.tickets.iter())
            .filter(|it| it.visible_at <= now && !it.deleted)
            .collect();
        shown.sort_by_key(|it| it.created);
        if !self.oldest_first {
            shown.reverse();
        }
        let rows: Vec<Value> = (shown.iter())
            .skip(number("offset", 0))
            .take(number("limit", 10).min(self.page_cap))
            .map(|it| {
                let wall = Offset::from_seconds(8 * 3600).unwrap();
                let wall = wall.to_datetime(it.created).strftime("%Y-%m-%d %H:%M:%S");
                json!({
                    "incident_id": it.id,
                    "status": 0,
                    "simple_description": self.altered.apply(&it.text),
                    "create_time": wall.to_string(),
                })
            })
            .collect();
        match self.has_total {
            true => json(
                200,
                json!({"total_count": shown.len(), "incident_info_list": rows}),
            ),
            false => json(200, json!({"incident_info_list": rows})),
        }
    }
}

/// The service, its clock and the line to it.
#[derive(Clone)]
pub struct Service {
    pub clock: FakeClock,
    /// What answers on `line` holds this and not the line, so that both go when nobody needs them any more.
    pub world: Arc<Mutex<World>>,
    pub line: ScriptedTransport,
}

impl Service {
    pub fn new() -> Self {
        Self::on(FakeClock::new())
    }

    /// By this clock, which other services may share.
    pub fn on(clock: FakeClock) -> Self {
        let world = Arc::new(Mutex::new(World {
            clock: clock.clone(),
            origin: "2026-03-01T02:00:00Z".parse().unwrap(),
            tickets: Vec::new(),
            faults: VecDeque::new(),
            read_faults: VecDeque::new(),
            lag: Duration::ZERO,
            oldest_first: false,
            altered: Alteration::None,
            page_cap: usize::MAX,
            stamps_ahead: SignedDuration::ZERO,
            has_total: true,
            copy_of: None,
            posts: 0,
        }));
        let served = Arc::clone(&world);
        let line = ScriptedTransport::new(&clock)
            .answering(move |request| served.lock().unwrap().serve(request, running()));
        Self { clock, world, line }
    }

    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap()
    }

    pub fn builder(&self) -> ClientBuilder {
        self.builder_with_token().account("of the tests")
    }

    /// A token does not say whose it is.
    pub fn builder_with_token(&self) -> ClientBuilder {
        Client::builder()
            .token(SecretString::from("token-for-tests"))
            .clock(self.clock.clone())
            .transport(self.line.clone())
    }

    pub fn client(&self) -> Client {
        self.builder().build().unwrap()
    }
}
