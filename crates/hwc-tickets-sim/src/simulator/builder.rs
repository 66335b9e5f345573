//! How a simulator is set up and started.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::Simulator;
use crate::clock::{Clock, Time};
use crate::description::Description;
use crate::domain::{Engineers, Rules, World};
use crate::http::gateway;
use crate::http::routes::Routes;
use crate::http::serve::{IDLE_TIMEOUT, Server};
use crate::journal::Entry;
use crate::quirks::Quirks;
use crate::state::{Beginning, Observer, Shared};

/// Why a simulator, or a replay of exchanges, did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The address cannot be listened on.
    #[error(
        "cannot listen on {address}: {source}; choose another address, or port 0 for any free one"
    )]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        source: std::io::Error,
    },
    /// Control was enabled on an address that other machines can reach.
    #[error(
        "control under /_sim is not given to other machines, and {address} can be reached from them; \
         listen on a loopback address, leave control out, or allow it explicitly"
    )]
    ExposedControl {
        /// The address.
        address: SocketAddr,
    },
    /// Exchanges were to be replayed on an address that other machines can reach.
    #[error(
        "exchanges are replayed to this machine alone, and {address} can be reached from others; \
         listen on a loopback address"
    )]
    ExposedReplay {
        /// The address.
        address: SocketAddr,
    },
    /// Exchanges to be replayed cannot be read; only [`Replay`](crate::Replay) tells this.
    #[error("{}: {problem}", .path.display())]
    Exchange {
        /// The file or the directory.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
}

/// How a simulator is to be. [`Simulator::builder`] makes one.
#[must_use = "nothing happens before `start`"]
pub struct SimulatorBuilder {
    beginning: Beginning,
    time: Time,
    listen: SocketAddr,
    control: bool,
    control_from_anywhere: bool,
    idle_timeout: Duration,
    max_upload: usize,
    observer: Option<Observer>,
}

impl fmt::Debug for SimulatorBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimulatorBuilder")
            .field("beginning", &self.beginning)
            .field("listen", &self.listen)
            .finish_non_exhaustive()
    }
}

impl SimulatorBuilder {
    pub(super) fn new() -> Self {
        SimulatorBuilder {
            beginning: Beginning {
                seed: 0,
                rules: Rules::default(),
                quirks: Quirks::default(),
                world: None,
                token_lifetime: Duration::from_secs(24 * 3600),
                description: None,
            },
            time: Time::default(),
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            control: false,
            control_from_anywhere: false,
            idle_timeout: IDLE_TIMEOUT,
            max_upload: gateway::LARGEST_BODY,
            observer: None,
        }
    }

    /// Fixes what the engineers say and when. Default: 0.
    pub fn seed(mut self, seed: u64) -> Self {
        self.beginning.seed = seed;
        self
    }

    /// Choices where the documents are silent.
    pub fn rules(mut self, rules: Rules) -> Self {
        self.beginning.rules = rules;
        self
    }

    /// How the engineers behave; a part of the rules. Default: they answer when triggered.
    pub fn engineers(mut self, engineers: Engineers) -> Self {
        self.beginning.rules.engineers = engineers;
        self
    }

    /// Documented oddities.
    pub fn quirks(mut self, quirks: Quirks) -> Self {
        self.beginning.quirks = quirks;
        self
    }

    /// A world of your own instead of the usual one. It has rules and quirks of its own, too. The credentials let in the
    /// customers with the ids [`DEMO`](crate::DEMO), [`COLLEAGUE`](crate::COLLEAGUE) and [`STRANGER`](crate::STRANGER).
    pub fn world(mut self, world: World) -> Self {
        self.beginning.world = Some(world);
        self
    }

    /// The clock. Default: the wall clock.
    pub fn time(mut self, time: Time) -> Self {
        self.time = time;
        self
    }

    /// Where to listen. Default: a free port of 127.0.0.1.
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.listen = address;
        self
    }

    /// Life of a token IAM gives out. Default: 24 hours.
    pub fn token_lifetime(mut self, lifetime: Duration) -> Self {
        self.beginning.token_lifetime = lifetime;
        self
    }

    /// Answer under `/_sim`. Default: no.
    pub fn control(mut self, enabled: bool) -> Self {
        self.control = enabled;
        self
    }

    /// Answer under `/_sim` even where other machines can reach it: whoever can, reads and changes everything.
    /// Default: no.
    pub fn control_from_anywhere(mut self, allowed: bool) -> Self {
        self.control_from_anywhere = allowed;
        self
    }

    /// Real time a client gets for the head of its next request, and for each next piece of a body: a connection on which
    /// nothing or half a request comes is closed then. Default: 60 seconds.
    pub fn idle_timeout(mut self, limit: Duration) -> Self {
        self.idle_timeout = limit;
        self
    }

    /// Largest request of an upload, the form around the file included, in bytes. What is above it is refused as the
    /// gateway refuses it. Large files lie on the disk ([`Blob`](crate::Blob)); see [`Rules::storage`], too. Default:
    /// 12 MiB.
    pub fn max_upload(mut self, bytes: usize) -> Self {
        self.max_upload = bytes;
        self
    }

    /// Another service than the documented one: the text of a table of operations and of the OpenAPI document that it is the
    /// table of. For tests of this project, which prove that no operation is known to the simulator by name; it stays in
    /// memory as long as the process.
    ///
    /// # Errors
    ///
    /// One of them is not JSON, or the table is none.
    #[doc(hidden)]
    pub fn described(
        mut self,
        operations: &str,
        document: &str,
    ) -> Result<Self, serde_json::Error> {
        let description = Description::read(operations, document)?;
        self.beginning.description = Some(Box::leak(Box::new(description)));
        Ok(self)
    }

    /// Is told about each request when it is answered.
    pub fn on_request(mut self, observer: impl Fn(&Entry) + Send + Sync + 'static) -> Self {
        self.observer = Some(Box::new(observer));
        self
    }

    /// Starts the simulator on the current tokio runtime.
    ///
    /// # Errors
    ///
    /// [`StartError::Listen`] when the address is taken or not ours; [`StartError::ExposedControl`] when control would be
    /// open to other machines and that was not allowed.
    pub async fn start(self) -> Result<Simulator, StartError> {
        let control = (self.control, self.control_from_anywhere);
        if self.control && !self.control_from_anywhere && !self.listen.ip().is_loopback() {
            return Err(StartError::ExposedControl {
                address: self.listen,
            });
        }
        let failed = |source| StartError::Listen {
            address: self.listen,
            source,
        };
        let clock = Clock::new(self.time);
        let shared = Arc::new(Shared::new(
            self.beginning,
            clock.clone(),
            control,
            self.max_upload,
            self.observer,
        ));
        let routes = Routes::new(Arc::clone(&shared));
        let server = Server::start(self.listen, routes, clock, self.idle_timeout);
        let server = server.await.map_err(failed)?;
        tokio::spawn(Arc::clone(&shared).keep_time());
        Ok(Simulator { shared, server })
    }
}
