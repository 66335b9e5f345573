//! What all connections share: the world, the fault rules, the journal, the keys.

use std::collections::BTreeMap;
use std::fmt;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use tokio::sync::watch;

use crate::clock::Clock;
use crate::credentials::Credentials;
use crate::description::Description;
use crate::domain::{COLLEAGUE, Command, DEMO, Rules, STRANGER, World};
use crate::fault::FaultRules;
use crate::http::auth::Keyring;
use crate::http::hex::hex;
use crate::journal::{Entry, Journal};
use crate::quirks::Quirks;

/// Told about each request when it is answered.
pub(crate) type Observer = Box<dyn Fn(&Entry) + Send + Sync>;

/// How a simulator begins, and what it goes back to.
#[derive(Debug)]
pub(crate) struct Beginning {
    pub(crate) seed: u64,
    pub(crate) rules: Rules,
    pub(crate) quirks: Quirks,
    /// A world of the caller's own instead of the usual one.
    pub(crate) world: Option<World>,
    pub(crate) token_lifetime: Duration,
    /// Another service than the documented one, for tests.
    pub(crate) description: Option<&'static Description>,
}

/// What all connections share.
pub(crate) struct Shared {
    pub(crate) clock: Clock,
    /// Whether `/_sim` is there.
    pub(crate) control: bool,
    /// Whether `/_sim` answers callers that name another host than this machine.
    pub(crate) control_from_anywhere: bool,
    /// Largest request of an upload.
    pub(crate) max_upload: usize,
    /// Which operations there are.
    pub(crate) description: &'static Description,
    pub(crate) beginning: Beginning,
    state: Mutex<State>,
    observer: Option<Observer>,
    changes: watch::Sender<u64>,
    /// As `changes`, but not for calls after which nothing else is due: most only look, and wake nobody up.
    timetable: watch::Sender<u64>,
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared")
            .field("clock", &self.clock)
            .field("control", &self.control)
            .finish_non_exhaustive()
    }
}

/// What changes while the simulator runs.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) world: World,
    pub(crate) fault_rules: FaultRules,
    pub(crate) journal: Journal,
    pub(crate) keyring: Keyring,
    pub(crate) token_lifetime: Duration,
    pub(crate) seed: u64,
    /// Another one after each beginning, in whatever process: whoever kept an id learns that it may mean something else.
    pub(crate) run: u64,
    requests: u64,
    /// The current second, and how many requests each customer made in it.
    this_second: (i64, BTreeMap<String, u32>),
}

impl State {
    fn begin(beginning: &Beginning, seed: u64, clock: &Clock) -> Self {
        let world = beginning.world.clone().unwrap_or_else(|| {
            World::demo(
                seed,
                beginning.rules.clone(),
                beginning.quirks.clone(),
                clock.now(),
            )
        });
        let mut keyring = Keyring::default();
        for (credentials, user) in [
            (Credentials::demo(), DEMO),
            (Credentials::colleague(), COLLEAGUE),
            (Credentials::stranger(), STRANGER),
        ] {
            keyring.add_key(credentials.access_key, credentials.secret_key, user);
            keyring.add_token(credentials.token, user, None);
            keyring.add_login(
                credentials.account,
                credentials.user,
                credentials.password,
                user,
            );
        }
        State {
            world,
            fault_rules: FaultRules::default(),
            journal: Journal::default(),
            keyring,
            token_lifetime: beginning.token_lifetime,
            seed,
            // Random, and nothing depends on which.
            run: RandomState::new().build_hasher().finish(),
            requests: 0,
            this_second: Default::default(),
        }
    }

    /// Counts a request of a customer; `false` when it is one too many.
    pub(crate) fn admit(&mut self, caller: &str, now: Timestamp) -> bool {
        let Some(most) = self.world.rules().requests_per_second else {
            return true;
        };
        if self.this_second.0 != now.as_second() {
            self.this_second = (now.as_second(), BTreeMap::new());
        }
        let count = self.this_second.1.entry(caller.to_owned()).or_default();
        *count = count.saturating_add(1);
        *count <= most
    }

    /// 32 hexadecimal digits, the same ones in each run with the same seed.
    pub(crate) fn next_request_id(&mut self) -> String {
        self.requests += 1;
        let mut digest = Sha256::new();
        // Into a digest, this does not fail.
        let _ = write!(digest, "request/{}/{}", self.seed, self.requests);
        let digest = digest.finalize();
        hex(digest.get(..16).unwrap_or_default())
    }
}

impl Shared {
    pub(crate) fn new(
        beginning: Beginning,
        clock: Clock,
        (control, control_from_anywhere): (bool, bool),
        max_upload: usize,
        observer: Option<Observer>,
    ) -> Self {
        let state = Mutex::new(State::begin(&beginning, beginning.seed, &clock));
        let (changes, timetable) = (watch::Sender::new(0), watch::Sender::new(0));
        Shared {
            clock,
            control,
            control_from_anywhere,
            max_upload,
            description: beginning
                .description
                .unwrap_or_else(Description::documented),
            beginning,
            state,
            observer,
            changes,
            timetable,
        }
    }

    /// The state, for a short moment. A panic of somebody else does not stop the simulator.
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether nobody holds the state.
    #[cfg(test)]
    pub(crate) fn is_free(&self) -> bool {
        !matches!(
            self.state.try_lock(),
            Err(std::sync::TryLockError::WouldBlock)
        )
    }

    /// Back to the beginning, perhaps with another seed.
    pub(crate) fn reset(&self, seed: Option<u64>) {
        let seed = seed.unwrap_or(self.beginning.seed);
        let beginning = State::begin(&self.beginning, seed, &self.clock);
        let before = std::mem::replace(&mut *self.lock(), beginning);
        self.changed();
        // Its files are taken off the disk while others go on.
        drop(before);
    }

    /// Lets due things happen on time, so that whoever watches sees them without asking. Ends with the simulator.
    pub(crate) async fn keep_time(self: Arc<Self>) {
        let mut timetable = self.timetable.subscribe();
        while !self.clock.is_stopped() {
            timetable.mark_unchanged();
            let due = self.lock().world.next_due();
            match due.map(|due| due.duration_since(self.clock.now())) {
                Some(left) if !left.is_positive() => {
                    let now = self.clock.now();
                    self.lock().world.apply(Command::Tick, now);
                    self.changed();
                }
                Some(left) => tokio::select! {
                    () = self.clock.sleep(left.unsigned_abs()) => {}
                    _ = timetable.changed() => {}
                },
                None => tokio::select! {
                    () = self.clock.forever() => {}
                    _ = timetable.changed() => {}
                },
            }
        }
    }

    /// Tells those who watch that something may have changed.
    pub(crate) fn changed(&self) {
        self.timetable
            .send_modify(|count| *count = count.wrapping_add(1));
        self.noted();
    }

    /// Tells those who watch that something may have changed, but nothing that is due.
    pub(crate) fn noted(&self) {
        // Each call says so more than once, and it costs several locks even where nobody watches. Whoever begins to watch gets
        // the receiver first and looks then, so that nothing is missed.
        if self.changes.receiver_count() > 0 {
            self.changes
                .send_modify(|count| *count = count.wrapping_add(1));
        }
    }

    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Whether somebody is told about each request.
    pub(crate) fn is_observed(&self) -> bool {
        self.observer.is_some()
    }

    pub(crate) fn observe(&self, entry: &Entry) {
        if let Some(observer) = &self.observer {
            observer(entry);
        }
    }
}
