//! Recorded exchanges, replayed: a server that knows nothing of tickets, and gives each recorded request its recorded answer.

mod asked;
mod exchange;
mod serve;
mod shelf;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use crate::clock::{Clock, Time};
use crate::http::serve::{IDLE_TIMEOUT, Server};
use crate::simulator::StartError;

/// Is told a line about each request, without text and credentials.
pub(crate) type Observer = Box<dyn Fn(&str) + Send + Sync>;

/// Recorded exchanges, served on this machine for tests of a client, in whatever language that is written. It stops when it
/// is dropped.
///
/// A request that equals a recorded one gets exactly the recorded answer, broken ones included, with its name as `X-Replay`.
/// `spec/kit.md` says how to choose among several, and what is asked under `/_replay`.
///
/// ```no_run
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), hwc_tickets_sim::StartError> {
/// let replay = hwc_tickets_sim::Replay::start("kit").await?;
/// println!("{} exchanges: see {}/_replay", replay.count(), replay.endpoint());
/// # replay.shutdown().await;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Replay {
    server: Server,
    count: usize,
}

impl Replay {
    /// Reads the exchanges of a directory, and serves them on a free port of 127.0.0.1. They are the files below it, or below
    /// its `exchanges` if it has that, whose names end in `.json`; `spec/exchange.schema.json` has their form.
    ///
    /// # Errors
    ///
    /// [`StartError::Exchange`] when there is none, or one of them cannot be read; [`StartError::Listen`] when this machine
    /// lets nobody listen.
    pub async fn start(directory: impl AsRef<Path>) -> Result<Self, StartError> {
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Replay::start_on(directory.as_ref(), listen, None).await
    }

    /// The same on an address of this machine.
    pub(crate) async fn start_on(
        directory: &Path,
        listen: SocketAddr,
        observer: Option<Observer>,
    ) -> Result<Self, StartError> {
        if !listen.ip().is_loopback() {
            return Err(StartError::ExposedReplay { address: listen });
        }
        let exchanges = exchange::read_all(directory)?;
        let count = exchanges.len();
        let router = serve::router(Arc::new(shelf::Shelf::of(exchanges)), observer);
        let server = Server::start(listen, router, Clock::new(Time::Wall), IDLE_TIMEOUT);
        let failed = |source| StartError::Listen {
            address: listen,
            source,
        };
        Ok(Replay {
            server: server.await.map_err(failed)?,
            count,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// Base address for clients, such as `http://127.0.0.1:8480`.
    pub fn endpoint(&self) -> String {
        self.server.endpoint()
    }

    /// How many exchanges there are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Stops listening, and lets calls under way finish for up to a second.
    pub async fn shutdown(self) {
        self.server.shutdown().await;
    }
}
