//! Keeps a fetched identity: one fetch for many callers, early renewal, failures not kept.
//!
//! What is fetched, and how often an attempt is repeated, is the business of the [`FetchIdentity`]
//! behind it. Lifetimes are counted on the monotonic clock, so that a jump of the wall clock neither
//! ends an identity nor keeps a dead one.

mod schedule;
mod state;

use std::{
    fmt::Debug,
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{runtime::Handle, sync::watch};

use self::state::{Ask, Flight, Outcome, State, Task};
use super::{
    Identity, IdentityContext, IdentityError, IdentityErrorKind, IdentityFuture, Principal,
    ProvideIdentity,
};
use crate::{
    clock::Clock,
    deadline::{Deadline, Timer},
};

/// How often one caller joins a new fetch after the one it waited for was ended from outside.
const TAKEOVERS: u32 = 3;

/// Fetches an identity from its issuer, each time it is asked.
///
/// A vault of your own in a few lines; [`CachedIdentity`] brings the rest:
///
/// ```
/// use std::time::Duration;
/// // The same as `hwc_tickets::{SecretString, identity}`.
/// use hwc_core::{
///     identity::{
///         CachedIdentity, FetchIdentity, Fetched, Identity, IdentityContext, IdentityFuture, Token,
///     },
///     secret::SecretString,
/// };
///
/// #[derive(Debug)]
/// struct Vault;
///
/// impl Vault {
///     async fn lease(&self) -> (SecretString, Duration) {
///         (SecretString::from("from the vault"), Duration::from_secs(3600))
///     }
/// }
///
/// impl FetchIdentity for Vault {
///     fn fetch<'a>(&'a self, _: &'a IdentityContext) -> IdentityFuture<'a, Fetched> {
///         Box::pin(async move {
///             let (token, lifetime) = self.lease().await;
///             Ok(Fetched::lasting(Identity::token(Token::new(&token)?), lifetime))
///         })
///     }
/// }
///
/// let identity = CachedIdentity::new(Vault);
/// ```
pub trait FetchIdentity: Debug + Send + Sync + 'static {
    /// Fetches a new identity. Must end by itself: nobody else sets a limit.
    ///
    /// # Errors
    /// [`IdentityError`]; all callers that wait get the same.
    fn fetch<'a>(&'a self, context: &'a IdentityContext) -> IdentityFuture<'a, Fetched>;

    /// Who the fetched credentials are of: see [`ProvideIdentity::principal`]. Unknown by default.
    fn principal(&self) -> Principal {
        Principal::unknown()
    }
}

impl<F: FetchIdentity + ?Sized> FetchIdentity for Arc<F> {
    fn fetch<'a>(&'a self, context: &'a IdentityContext) -> IdentityFuture<'a, Fetched> {
        (**self).fetch(context)
    }

    fn principal(&self) -> Principal {
        (**self).principal()
    }
}

/// A fetched identity and how long it holds.
#[derive(Debug, Clone)]
pub struct Fetched {
    identity: Identity,
    lifetime: Option<Duration>,
}

impl Fetched {
    /// An identity that holds for `lifetime` from the moment the fetch began.
    #[must_use]
    pub fn lasting(identity: Identity, lifetime: Duration) -> Self {
        Self {
            identity,
            lifetime: Some(lifetime),
        }
    }

    /// An identity without a known end.
    #[must_use]
    pub fn unlimited(identity: Identity) -> Self {
        Self {
            identity,
            lifetime: None,
        }
    }

    /// The identity.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// How long it holds from the moment the fetch began; `None` when no end is known.
    #[must_use]
    pub fn lifetime(&self) -> Option<Duration> {
        self.lifetime
    }
}

/// Keeps what a [`FetchIdentity`] fetched.
///
/// - However many callers ask at once, there is one fetch, and all get its result. It runs in a task of
///   its own: a caller that gives up strands nobody. (Outside a tokio runtime the first caller runs it,
///   and the next takes over if that one gives up.) Dropping the cache ends the task. A task goes on only while its
///   runtime is driven: one that was begun on another runtime and has not ended within 20 seconds is ended, and the
///   caller begins another, which is given twice as long.
/// - An identity is renewed in the background after 80 % of its life or 5 minutes before its end,
///   whichever comes first, a little earlier by chance so that many programs do not renew at once. Until
///   the new one is there the old one is used.
/// - A failed fetch is not kept: the next caller tries again, though not within a short pause, in which
///   callers get the same error. The pause is 1 second, doubled with each further failure up to 30, or as long
///   as the issuer asks, up to 15 minutes. When the issuer refused the login it is 30 seconds, doubled up to
///   15 minutes: repeated wrong logins lock a user.
/// - When the service refuses an identity, that generation alone is dropped and another one is fetched.
///   If that replacement is refused too, before any call with it was answered, fetching does not help: when
///   none of this source ever worked, asking fails for 30 seconds without a fetch; otherwise the
///   replacement stays in use, and the next fetch because of a refusal comes after 30 seconds at the
///   earliest. An answered call ends either. After two fetches because of refusals within 5 minutes, each
///   further one comes 10 seconds after the last at the earliest: what is refused time and again among
///   answered calls is not the identity.
#[derive(Debug)]
pub struct CachedIdentity {
    shared: Arc<Shared>,
}

/// What callers and the fetching task share.
#[derive(Debug)]
struct Shared {
    source: Box<dyn FetchIdentity>,
    state: Mutex<State>,
    /// The clock of the first caller. All times kept are on it: another clock starts elsewhere.
    clock: OnceLock<Arc<dyn Clock>>,
    /// The last generation that was noted as accepted.
    accepted: AtomicU64,
}

/// A fetch to be run by the caller, outside a runtime.
type Errand = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What a caller does next.
enum Step {
    Done(Result<Identity, IdentityError>),
    /// For a fetch, which the caller may have to run; or for so long at most.
    Wait(Outcome, Option<Errand>, Option<Duration>),
}

impl CachedIdentity {
    /// A cache in front of `source`, with nothing in it yet.
    #[must_use]
    pub fn new(source: impl FetchIdentity) -> Self {
        let state = Mutex::new(State::default());
        let clock = OnceLock::new();
        Self {
            shared: Arc::new(Shared {
                source: Box::new(source),
                state,
                clock,
                accepted: AtomicU64::new(0),
            }),
        }
    }
}

impl Drop for CachedIdentity {
    fn drop(&mut self) {
        self.shared.state().end_flight();
    }
}

impl ProvideIdentity for CachedIdentity {
    fn identity<'a>(&'a self, context: &'a IdentityContext) -> IdentityFuture<'a, Identity> {
        Box::pin(self.shared.identity(context))
    }

    fn refused(&self, identity: &Identity) -> bool {
        // Nothing was handed out before a first caller brought a clock.
        let Some(clock) = self.shared.clock.get() else {
            return false;
        };
        self.shared.state().refused(identity, clock.elapsed())
    }

    fn accepted(&self, identity: &Identity) {
        let generation = identity.generation();
        // Once for each generation is enough; all other calls pass without the lock.
        if self.shared.accepted.load(Ordering::Relaxed) != generation {
            self.shared.state().accepted(identity);
            self.shared.accepted.store(generation, Ordering::Relaxed);
        }
    }

    fn principal(&self) -> Principal {
        self.shared.source.principal()
    }
}

impl Shared {
    /// The state. A panic elsewhere while it was locked cannot leave it half-changed.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn identity(
        self: &Arc<Self>,
        context: &IdentityContext,
    ) -> Result<Identity, IdentityError> {
        for _ in 0..TAKEOVERS {
            let (mut outcome, errand, patience) = match self.ask(context) {
                Step::Done(result) => return result,
                Step::Wait(outcome, errand, patience) => (outcome, errand, patience),
            };
            if let Some(errand) = errand {
                errand.await;
            }
            // Nothing here means that the fetch ended without a result: its runtime was shut down or is not driven,
            // its caller gave up, or it panicked. Then the next one takes over.
            let landed = async {
                let landed = outcome.wait_for(Option::is_some).await.ok()?;
                landed.clone()
            };
            let clock = &*context.clock;
            let landed = match patience {
                None => landed.await,
                Some(left) => {
                    let until = Deadline::after(clock.elapsed(), left);
                    let raced = Timer::new(clock, until).race(landed).await;
                    raced.ok().flatten()
                }
            };
            if let Some(result) = landed {
                return result;
            }
        }
        Err(IdentityError::new(
            IdentityErrorKind::Interrupted,
            "fetching credentials was cut off from outside, several times",
            "try again; if it persists, look for a runtime that is being shut down or a provider that panics",
        ))
    }

    /// What there is for a caller now. Starts a fetch when there is none, a renewal when it is due.
    fn ask(self: &Arc<Self>, context: &IdentityContext) -> Step {
        let now = self
            .clock
            .get_or_init(|| Arc::clone(&context.clock))
            .elapsed();
        let mut state = self.state();
        let here = || Handle::try_current().ok().map(|runtime| runtime.id());
        let patience = state.patience(now, here);
        match state.ask(now) {
            Ask::Have(identity) => {
                // Without a runtime there is no background; then it is fetched anew at its end.
                if state.is_renewal_due(now) && Handle::try_current().is_ok() {
                    let _ = self.start_flight(&mut state, now, context);
                }
                Step::Done(Ok(identity))
            }
            Ask::Failed(error) => Step::Done(Err(error)),
            Ask::Wait(outcome) => Step::Wait(outcome, None, patience),
            Ask::Fetch => {
                let (outcome, errand) = self.start_flight(&mut state, now, context);
                Step::Wait(outcome, errand, None)
            }
        }
    }

    /// Starts a fetch in a task of its own, or gives it back to be run when there is no runtime.
    fn start_flight(
        self: &Arc<Self>,
        state: &mut State,
        now: Duration,
        context: &IdentityContext,
    ) -> (Outcome, Option<Errand>) {
        let (sender, outcome) = watch::channel(None);
        let number = state.next_flight();
        let shared = Arc::clone(self);
        let context = context.clone();
        let errand = async move {
            let result = shared.source.fetch(&context).await;
            let result = shared.settle(number, now, result);
            // Nobody may be waiting any more.
            let _ = sender.send(Some(result));
        };
        let (task, errand): (_, Option<Errand>) = match Handle::try_current() {
            Ok(runtime) => {
                let task = Task {
                    handle: runtime.spawn(errand).abort_handle(),
                    runtime: runtime.id(),
                };
                (Some(task), None)
            }
            Err(_) => (None, Some(Box::pin(errand))),
        };
        state.set_flight(Flight::new(number, now, outcome.clone(), task));
        (outcome, errand)
    }

    /// Takes the result of fetch `number`, begun at `begun`, into the state.
    fn settle(
        &self,
        number: u64,
        begun: Duration,
        result: Result<Fetched, IdentityError>,
    ) -> Result<Identity, IdentityError> {
        let now = self.clock.get().map_or(begun, |clock| clock.elapsed());
        let mut state = self.state();
        match result {
            Ok(fetched) => Ok(state.store(number, begun, fetched, fastrand::f64())),
            Err(error) => {
                state.fail(number, now, &error);
                Err(error)
            }
        }
    }
}
