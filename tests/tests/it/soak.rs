//! For long, and only when asked to: hundreds of tickets are followed while a call fails each second, and the ledger of the
//! simulator says whether anything was missed or doubled. `cargo xtask soak` names the simulator, which runs in a process of its own,
//! so that the memory of this one is that of the client.

use bytes::Bytes;
use http_body_util::BodyExt as _;
use hwc_tickets::{
    Client, Clock as _, CursorFile, Delivery, Event, ProxyChoice, TicketId,
    transport::{HttpTransport, Transport as _},
};
use hwc_tickets_sim::Credentials;
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::sync::Notify;

const TICKETS: usize = 500;
/// Replies of engineers in each second, each to another ticket.
const REPLIES: usize = 5;
/// After so many seconds the follower is killed, and begins again where its file stands.
const LIFE: u64 = 40;
/// So many seconds it may take until the follower has begun, and until all is told once all is well: it waits a minute after
/// many failures, for a call that hangs half a minute, and a machine may have other work.
const PATIENCE: u64 = 300;
/// From so many seconds on memory is looked at. Before that it still grows: connections, first answers, places of tickets.
const FILLED: u64 = 300;
/// By so much memory may grow, in KiB: what an allocator keeps for itself.
const SLACK: u64 = 4 << 10;

/// The simulator, until this is dropped.
struct Simulator {
    process: Child,
    endpoint: String,
    line: HttpTransport,
}

impl Simulator {
    fn start(program: &str) -> Self {
        let mut process = Command::new(program)
            .args(["--listen", "127.0.0.1:0", "--control", "--no-log"])
            .args(["--engineers", "silent"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let out = process.stdout.take().unwrap();
        BufReader::new(out).read_line(&mut line).unwrap();
        let endpoint = line.trim_end().strip_prefix("listening on ");
        Self {
            process,
            endpoint: endpoint.unwrap().to_owned(),
            line: HttpTransport::builder()
                .proxy(ProxyChoice::Direct)
                .build()
                .unwrap(),
        }
    }

    /// Asks its control.
    async fn ask(&self, method: &str, path: &str, body: &Value) -> Value {
        let body = match body {
            Value::Null => Bytes::new(),
            body => Bytes::from(body.to_string()),
        };
        let request = http::Request::builder()
            .method(method)
            .uri(format!("{}/_sim/{path}", self.endpoint))
            .header("content-type", "application/json")
            .body(body.into())
            .unwrap();
        let (head, body) = self.line.send(request).await.unwrap().into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let told = String::from_utf8_lossy(&body);
        assert!(head.status.is_success(), "{method} {path}: {told}");
        serde_json::from_str(&told).unwrap_or_default()
    }

    fn client(&self) -> Client {
        let builder = Client::builder()
            .endpoint(&*self.endpoint)
            .proxy(ProxyChoice::Direct)
            .token(Credentials::demo().token);
        builder.build().unwrap()
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What goes wrong, one after the other. None of them ends a follower.
fn faults() -> Vec<Value> {
    vec![
        json!({ "kind": "status", "status": 502 }),
        json!({ "kind": "reset" }),
        json!({ "kind": "cut" }),
        json!({ "kind": "status", "status": 429, "retry_after": "1" }),
        json!({ "kind": "html" }),
        json!({ "kind": "business", "code": "OSM.01010014" }),
        json!({ "kind": "close" }),
        json!({ "kind": "delay", "millis": 1500 }),
        json!({ "kind": "cut", "chunked": true }),
        json!({ "kind": "reset_next" }),
        json!({ "kind": "drip", "millis": 1 }),
        json!({ "kind": "status", "status": 503 }),
        json!({ "kind": "hang" }),
    ]
}

/// Where a ticket stands: replies are numbered from 1.
#[derive(Debug, Default)]
struct Place {
    last: u64,
    /// Part of a checkpoint.
    sure: u64,
    /// Of this life nothing was told yet.
    begins: bool,
}

/// What the follower gave. It does not grow with the replies.
#[derive(Debug, Default)]
struct Book {
    places: BTreeMap<String, Place>,
    /// Messages of the customer.
    own: BTreeSet<String>,
    /// Whether each ticket was part of an answer: what came before is none of its messages.
    has_begun: bool,
    degraded: u64,
    gaps: u64,
    wrong: Vec<String>,
}

impl Book {
    fn take(&mut self, event: Event) {
        match event {
            Event::Message { ticket, message } => match message.content.split_once(' ') {
                Some(("reply", number)) => self.reply(ticket.as_str(), number.parse().unwrap()),
                Some(("submit", _)) => {
                    self.own.insert(message.content.clone());
                }
                _ => {}
            },
            Event::Checkpoint(_) => {
                // Of what this life was not told again, the file knows no more than before.
                for place in self.places.values_mut().filter(|place| !place.begins) {
                    place.sure = place.last;
                }
            }
            Event::Degraded { .. } => self.degraded += 1,
            Event::PossibleGap { .. } => self.gaps += 1,
            other => self.wrong.push(format!("{other:?}")),
        }
    }

    fn reply(&mut self, ticket: &str, number: u64) {
        let place = self.places.entry(ticket.to_owned()).or_default();
        // What was told and not yet part of a checkpoint may come again in a new life.
        let first = if place.begins {
            place.sure + 1
        } else {
            place.last + 1
        };
        if !(first..=place.last + 1).contains(&number) {
            self.wrong
                .push(format!("{ticket}: {number} with {place:?}"));
        }
        place.begins = false;
        place.last = number;
    }

    fn is_killed(&mut self) {
        for place in self.places.values_mut() {
            place.begins = true;
        }
    }
}

/// Follows for ever, in lives that end with `kill`.
async fn follow(client: Client, tickets: Vec<TicketId>, book: Arc<Mutex<Book>>, kill: Arc<Notify>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cursor.json");
    loop {
        let file = CursorFile::open(&path).unwrap();
        let follow = client.follow(tickets.clone()).cursor_file(file);
        let (shortest, longest) = (Duration::from_millis(500), Duration::from_secs(2));
        let mut events = follow.interval(shortest, longest).stream();
        loop {
            tokio::select! {
                event = events.next() => match event {
                    Some(event) => {
                        let mut book = book.lock().unwrap();
                        book.take(event);
                        // The tickets are asked for in groups, and one may begin long after another.
                        book.has_begun |= events.has_connected();
                    }
                    None => {
                        book.lock().unwrap().wrong.push("it ended".to_owned());
                        return;
                    }
                },
                () = kill.notified() => break,
            }
        }
        book.lock().unwrap().is_killed();
    }
}

/// What is in memory, in KiB. Linux tells it.
fn resident() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// The most of the second quarter, and of the last one.
fn growth(samples: &[u64]) -> Option<(u64, u64)> {
    let quarter = samples.len() / 4;
    let early = samples.get(quarter..quarter * 2)?.iter().max()?;
    let late = samples.get(quarter * 3..)?.iter().max()?;
    Some((*early, *late))
}

#[tokio::test]
async fn a_fault_every_second_loses_and_doubles_nothing() {
    let Ok(seconds) = env::var("SOAK_SECONDS") else {
        return;
    };
    let seconds: u64 = seconds.parse().unwrap();
    let simulator = Simulator::start(&env::var("SOAK_SIMULATOR").unwrap());
    let clock = hwc_core::SystemClock::new();
    let mut tickets = Vec::new();
    for _ in 0..TICKETS {
        let opened = json!({ "content": "soak" });
        let opened = simulator.ask("POST", "ticket", &opened).await;
        tickets.push(TicketId::new(opened["ticket"].as_str().unwrap()).unwrap());
    }
    let book = Arc::new(Mutex::new(Book::default()));
    let kill = Arc::new(Notify::new());
    let follower = tokio::spawn(follow(
        simulator.client(),
        tickets.clone(),
        Arc::clone(&book),
        Arc::clone(&kill),
    ));

    for _ in 0..PATIENCE {
        if book.lock().unwrap().has_begun || follower.is_finished() {
            break;
        }
        clock.sleep(Duration::from_secs(1)).await;
    }
    {
        let book = book.lock().unwrap();
        assert!(book.has_begun, "the follower does not begin: {book:#?}");
    }

    let client = simulator.client();
    let faults = faults();
    let mut sent = vec![0_u64; TICKETS];
    let (mut next, mut samples, mut submits) = (0, Vec::new(), Vec::new());
    for second in 0..seconds {
        let fault = &faults[usize::try_from(second).unwrap() % faults.len()];
        // Half of them spoil the answer to what was done.
        let rule =
            json!({ "operation": "tickets", "fault": fault, "after_commit": second % 2 == 0 });
        simulator.ask("POST", "fault", &rule).await;
        for _ in 0..REPLIES {
            sent[next] += 1;
            let content = format!("reply {}", sent[next]);
            let reply = json!({ "ticket": tickets[next].as_str(), "content": content });
            simulator.ask("POST", "reply", &reply).await;
            next = (next + 1) % TICKETS;
        }
        let ticket = client.ticket(&tickets[next]).unwrap();
        let text = format!("submit {second}");
        submits.push(tokio::spawn(async move {
            let result = ticket.submit(&*text).await;
            (text, result.map_err(|error| error.delivery()).err())
        }));
        samples.extend(resident());
        if second % LIFE == LIFE - 1 {
            kill.notify_one();
        }
        clock.sleep(Duration::from_secs(1)).await;
    }
    simulator.ask("DELETE", "fault", &Value::Null).await;

    let mut ends = BTreeMap::new();
    for submit in submits {
        let (text, failed) = submit.await.unwrap();
        ends.insert(text, failed);
    }
    let ledger = ledger(&simulator, &tickets).await;
    for _ in 0..PATIENCE {
        let is_told = {
            let book = book.lock().unwrap();
            let told = |(ticket, sent): (&TicketId, &u64)| {
                let place = book.places.get(ticket.as_str());
                place.map_or(0, |place| place.last) == *sent
            };
            tickets.iter().zip(&sent).all(told) && book.own.len() >= ledger.own.len()
        };
        if is_told || follower.is_finished() {
            break;
        }
        clock.sleep(Duration::from_secs(1)).await;
    }
    follower.abort();

    let book = book.lock().unwrap();
    assert!(book.wrong.is_empty(), "{:#?}", book.wrong);
    for (ticket, sent) in tickets.iter().zip(&sent) {
        let last = book.places.get(ticket.as_str()).map_or(0, |it| it.last);
        assert_eq!(last, *sent, "{ticket}: not all was told");
        let arrived = ledger.replies.get(ticket.as_str()).copied();
        assert_eq!(arrived.unwrap_or(0), *sent, "{ticket}: the ledger differs");
    }
    for (text, failed) in &ends {
        let stands = ledger.own.get(text).copied().unwrap_or(0);
        let fits = match failed {
            None => stands == 1,
            Some(Delivery::Unknown) => stands <= 1,
            Some(_) => stands == 0,
        };
        assert!(fits, "{text} stands {stands} times: {failed:?}");
        assert_eq!(book.own.contains(text), stands == 1, "{text} was not told");
    }
    let open = ends
        .values()
        .filter(|failed| **failed == Some(Delivery::Unknown));
    println!(
        "{seconds} s: {} replies and {} messages told, {} in doubt, {} times degraded, {} gaps told; KiB in memory {:?}",
        sent.iter().sum::<u64>(),
        book.own.len(),
        open.count(),
        book.degraded,
        book.gaps,
        growth(&samples),
    );
    if let Some((early, late)) = growth(&samples).filter(|_| seconds >= FILLED) {
        let most = early + early / 10 + SLACK;
        assert!(late <= most, "memory grows from {early} to {late} KiB");
    }
}

/// What really arrived.
#[derive(Default)]
struct Ledger {
    /// Replies of each ticket.
    replies: BTreeMap<String, u64>,
    /// How often each message of the customer stands there.
    own: BTreeMap<String, u32>,
}

async fn ledger(simulator: &Simulator, tickets: &[TicketId]) -> Ledger {
    let mut ledger = Ledger::default();
    for ticket in tickets {
        let path = format!("ledger?ticket={ticket}");
        let told = simulator.ask("GET", &path, &Value::Null).await;
        for arrival in told["arrivals"].as_array().unwrap() {
            let text = arrival["text"].as_str().unwrap();
            match text.split_once(' ') {
                Some(("reply", _)) => {
                    *ledger.replies.entry(ticket.to_string()).or_default() += 1;
                }
                Some(("submit", _)) => *ledger.own.entry(text.to_owned()).or_default() += 1,
                _ => {}
            }
        }
    }
    ledger
}
