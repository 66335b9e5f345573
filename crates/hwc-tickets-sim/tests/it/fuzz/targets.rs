//! What holds of the simulator, for any bytes: it answers or ends the connection, and goes on. The tests beside it bring the inputs, and so does
//! libFuzzer (`tests/fuzzing/guided`): each target is made once, and called with one input after the other.

use std::cell::Cell;
use std::panic;
use std::sync::Once;
use std::time::Duration;

use hwc_tickets_sim::{Simulator, Time};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;

use crate::client::{ask, send};

/// When it begins.
const START: &str = "2026-11-21T00:00:00Z";
/// Time for the rest of half a request. Whoever sends one closes its side, so nobody waits so long.
const IDLE: Duration = Duration::from_secs(5);
const UPLOADS: &str = "/v2/servicerequest/accessorys";

thread_local! {
    /// Whether something has panicked on this thread since the last input began.
    static PANICKED: Cell<bool> = const { Cell::new(false) };
}

/// Has panics noted, besides what else is done about them.
fn note_panics() {
    static NOTING: Once = Once::new();
    NOTING.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |told| {
            PANICKED.set(true);
            before(told);
        }));
    });
}

/// A simulator for all inputs of a target. It runs on the thread that sends them.
struct Running {
    runtime: Runtime,
    sim: Simulator,
}

impl Running {
    fn start(control: bool) -> Self {
        note_panics();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let builder = Simulator::builder()
            .control(control)
            .time(Time::Manual(START.parse().unwrap()))
            .idle_timeout(IDLE);
        let sim = runtime.block_on(builder.start()).unwrap();
        Running { runtime, sim }
    }

    /// Does all that is done with one input.
    fn tries(&self, input: impl Future<Output = ()>) {
        PANICKED.set(false);
        self.runtime.block_on(input);
        // The runtime catches what panics in a connection, and the client only sees it closed.
        assert!(!PANICKED.get(), "the simulator panics; its words are above");
        // The next input finds what this one found, and a long run does not fill the memory. Besides, libFuzzer takes what is
        // held longer than one input for a leak that may be, and looks through the whole memory after each.
        self.sim.reset();
    }
}

/// What comes back for these bytes, until the other side closes. Nothing more is sent after them.
async fn exchange(sim: &Simulator, request: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(sim.address()).await.unwrap();
    // A connection that is refused half-way is an answer, too.
    let _ = stream.write_all(request).await;
    let _ = stream.shutdown().await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    answer
}

/// It is still there, for everybody.
async fn assert_alive(sim: &Simulator) {
    let answer = ask(sim, "GET", "/nowhere/status", "").await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (200, "OSM.01010015")
    );
}

/// Any bytes on a connection: they come over a socket, for what is to hold them is the server with its limits and deadlines.
pub(crate) fn requests() -> impl Fn(&[u8]) {
    let running = Running::start(false);
    move |bytes: &[u8]| {
        let sim = &running.sim;
        running.tries(async {
            let answer = exchange(sim, bytes).await;
            if answer.is_empty() {
                return assert_alive(sim).await;
            }
            assert!(answer.starts_with(b"HTTP/1."), "{}", answer.escape_ascii());
            let status = answer.get(9..12).unwrap_or_default();
            assert_ne!(status, b"500", "{}", answer.escape_ascii());
        });
    }
}

/// Any form. What is told to be stored is there, whole; what is refused leaves nothing.
pub(crate) fn forms() -> impl Fn(&[u8]) {
    let running = Running::start(false);
    let headers = "x-auth-token: TOKENEXAMPLE\r\ncontent-type: multipart/form-data; boundary=b\r\n";
    move |bytes: &[u8]| {
        let sim = &running.sim;
        running.tries(async {
            let before = sim.world().file_ids().len();
            let answer = send(sim, "POST", UPLOADS, headers, bytes).await.unwrap();
            let after = sim.world().file_ids().len();
            assert!(answer.status < 500, "{}", answer.status);
            let told = match answer.status {
                200 => answer.json()["accessory_id"].as_str().map(str::to_owned),
                _ => None,
            };
            match told {
                Some(id) => {
                    assert_eq!(after, before + 1);
                    assert!(sim.file(&id).is_some(), "{id}");
                }
                None => assert_eq!(after, before, "{}", answer.status),
            }
        });
    }
}

/// Any body for a write and for control: a refusal leaves the ledger as it was.
pub(crate) fn bodies() -> impl Fn(&[u8]) {
    let running = Running::start(true);
    let json = "content-type: application/json\r\n";
    move |bytes: &[u8]| {
        let sim = &running.sim;
        running.tries(async {
            let before = sim.ledger("case-123").len();
            let headers = format!("x-auth-token: TOKENEXAMPLE\r\n{json}");
            let target = "/v2/servicerequest/cases/case-123/message";
            let answer = send(sim, "POST", target, &headers, bytes).await.unwrap();
            assert!(answer.status < 500, "{}", answer.status);
            // What a success says is nothing at all, or fields that are empty.
            let said: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
            let code = said["error_code"].as_str().unwrap_or_default();
            let is_stored = answer.status == 200 && code.is_empty();
            let after = sim.ledger("case-123").len();
            assert_eq!(after, before + usize::from(is_stored));
            for (method, target) in [
                ("POST", "/_sim/fault"),
                ("POST", "/_sim/reply"),
                ("POST", "/_sim/status"),
                ("POST", "/_sim/ticket"),
                ("PUT", "/_sim/quirks"),
                ("PUT", "/_sim/rules"),
            ] {
                let answer = send(sim, method, target, json, bytes).await.unwrap();
                assert!(answer.status < 500, "{target}: {}", answer.status);
                if answer.status != 200 {
                    assert!(answer.json()["error"].is_string(), "{target}");
                }
            }
        });
    }
}
