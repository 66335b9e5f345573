//! A small ticket service in memory, with a ledger to ask what really arrived.
//!
//! Written for these tests alone: it shares no code with the client, and hides nothing from the test.
//! Which call of the client a request belongs to is told by a task-local number ([`OP`]).

pub mod alter;
pub mod altered;
pub mod faults;
pub mod processes;
pub mod schedule;
pub mod shelf;
pub mod world;

use bytes::Bytes;
use hwc_core::testing::{CapturedRequest, FakeClock, ScriptedTransport, Step};
use hwc_tickets::{Client, ClientBuilder, SecretString};
use std::{
    future::Future,
    sync::{Arc, Mutex, MutexGuard},
};
use world::World;

tokio::task_local! {
    /// The operation of the test that the running call belongs to.
    static OP: u64;
}

/// Runs `call` as operation `op`.
pub async fn as_op<T>(op: u64, call: impl Future<Output = T>) -> T {
    OP.scope(op, call).await
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
        let clock = FakeClock::new();
        let world = Arc::new(Mutex::new(World::new(clock.clone())));
        let served = Arc::clone(&world);
        let line = ScriptedTransport::new(&clock).answering(move |request| {
            let op = OP.try_with(|op| *op).ok();
            served.lock().unwrap().serve(request, op)
        });
        Self { clock, world, line }
    }

    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap()
    }

    /// Settings of a client of this service.
    pub fn builder(&self) -> ClientBuilder {
        Client::builder()
            .token(SecretString::from("token-for-tests"))
            .account("of the tests")
            .clock(self.clock.clone())
            .transport(self.line.clone())
    }

    pub fn client(&self) -> Client {
        self.builder().build().unwrap()
    }

    /// Requests of one method so far.
    pub fn requests(&self, method: &str) -> usize {
        self.line
            .requests()
            .iter()
            .filter(|request| request.method == method)
            .count()
    }
}

/// The last part of the path that is no id, e.g. `messages`.
pub fn route(request: &CapturedRequest) -> &str {
    request.uri.path().rsplit('/').next().unwrap()
}

pub fn json(status: u16, value: serde_json::Value) -> Step {
    Step::json(status, Bytes::from(value.to_string()))
}
