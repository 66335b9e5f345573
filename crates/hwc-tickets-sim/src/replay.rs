//! Recorded exchanges, replayed: a server that knows nothing of tickets, and gives each recorded request its recorded answer.

mod asked;
mod exchange;
mod serve;
mod shelf;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::clock::{Clock, Time};
use crate::http::serve as connections;
use crate::simulator::StartError;

/// Time a client gets for the next piece of its request.
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);

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
    address: SocketAddr,
    count: usize,
    stop: watch::Sender<bool>,
    task: Option<JoinHandle<()>>,
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
        let failed = |source| StartError::Listen {
            address: listen,
            source,
        };
        let listener = TcpListener::bind(listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let stop = watch::Sender::new(false);
        let router = serve::router(Arc::new(shelf::Shelf::of(exchanges)), observer);
        let task = tokio::spawn(connections::serve(
            listener,
            router,
            Clock::new(Time::Wall),
            IDLE_TIMEOUT,
            stop.subscribe(),
        ));
        Ok(Replay {
            address,
            count,
            stop,
            task: Some(task),
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Base address for clients, such as `http://127.0.0.1:8480`.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many exchanges there are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Stops listening, and lets calls under way finish for up to a second.
    pub async fn shutdown(mut self) {
        self.stop.send_replace(true);
        if let Some(task) = self.task.take() {
            let _ = task.await;
        }
    }
}

impl Drop for Replay {
    fn drop(&mut self) {
        self.stop.send_replace(true);
    }
}
