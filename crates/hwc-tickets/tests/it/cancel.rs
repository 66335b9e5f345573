//! A verb that is dropped at any await: what it leaves behind is nothing, or what a new client goes on with.
//!
//! Each test runs a verb that is dropped after 0, 1, 2 and more polls, until one of these runs comes to its end. After each, a
//! program begins anew over the same outbox, cursor or files, and the ledger of the service says whether all is well.

mod files;
mod followers;
mod messages;
mod reads;
mod rules;
mod submits;
mod tickets;

use crate::ledger::faults::Fault;
use futures_util::FutureExt as _;
use hwc_core::{
    Clock as _, Transport,
    testing::{FakeClock, ScriptedTransport},
    transport::{RequestBody, Sending},
};
use hwc_tickets::{FileOutbox, Ticket};
use std::{
    fs,
    future::poll_fn,
    path::Path,
    pin::{Pin, pin},
    task::Poll,
    time::Duration,
};
use tempfile::TempDir;

/// No verb here waits so often.
const MOST_AWAITS: usize = 2_000;

/// A verb of a ticket. Gives whether it succeeds.
type Verb = fn(&Ticket) -> Pin<Box<dyn Future<Output = bool>>>;

/// Runs a verb. Gives whether it succeeds.
fn is_ok<T: 'static, E: 'static, V>(verb: V) -> Pin<Box<dyn Future<Output = bool>>>
where
    V: IntoFuture<Output = Result<T, E>>,
    V::IntoFuture: 'static,
{
    let ended = verb.into_future();
    ended.map(|result| result.is_ok()).boxed_local()
}

/// A line on which every request waits twice: before anything of it goes out, and with its answer.
#[derive(Debug)]
pub struct Halting {
    line: ScriptedTransport,
    clock: FakeClock,
}

impl Halting {
    const HALT: Duration = Duration::from_millis(1);

    pub fn new(line: &ScriptedTransport, clock: &FakeClock) -> Self {
        Self {
            line: line.clone(),
            clock: clock.clone(),
        }
    }
}

impl Transport for Halting {
    fn send(&self, request: http::Request<RequestBody>) -> Sending {
        let (line, clock) = (self.line.clone(), self.clock.clone());
        Box::pin(async move {
            clock.sleep(Self::HALT).await;
            let answer = line.send(request).await;
            clock.sleep(Self::HALT).await;
            answer
        })
    }
}

/// Polls `future` so many times and drops it then. `None`: it was not done.
pub async fn poll_at_most<T>(future: impl Future<Output = T>, polls: usize) -> Option<T> {
    let mut future = pin!(future);
    let mut left = polls;
    poll_fn(move |context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        future.as_mut().poll(context).map(Some)
    })
    .await
}

/// Runs `life` with one poll more each time, until it says that the verb came to its end. `least`: so many awaits the verb has
/// at least, or the test does not do its work.
fn each_await(verb: &str, least: usize, life: impl Fn(usize) -> bool) {
    let mut polls = 0;
    loop {
        // Waits by chance are the same ones in each life.
        fastrand::seed(7);
        if life(polls) {
            break;
        }
        polls += 1;
        assert!(polls < MOST_AWAITS, "{verb} does not end");
    }
    assert!(polls > least, "{verb} has only {polls} awaits");
}

fn nothing_is_left(clock: &FakeClock, verb: &str, polls: usize) {
    assert_eq!(
        clock.sleepers(),
        0,
        "{verb} leaves something behind after {polls} polls"
    );
}

/// What becomes of a write, and whether the verb succeeds with it when it is not dropped.
fn fates() -> [(Fault, bool); 3] {
    [
        (Fault::None, true),
        (Fault::Reset(true), true),
        (Fault::Reset(false), false),
    ]
}

fn outbox_in(folder: &TempDir) -> FileOutbox {
    FileOutbox::open(folder.path().join("outbox")).unwrap()
}

/// The names in a directory, hidden ones included.
fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}
