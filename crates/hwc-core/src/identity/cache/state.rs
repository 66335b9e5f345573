//! What a cache knows at one moment, and how asking, fetching and refusing change it. No I/O, no clock.

use std::time::Duration;

use tokio::{runtime::Id, sync::watch, task::AbortHandle};

use super::{
    super::{Identity, IdentityError, IdentityErrorKind},
    Fetched, schedule,
};

/// A replacement that is refused within this time after a refusal means that renewing does not help.
const REPLACEMENT_WINDOW: Duration = Duration::from_secs(5 * 60);

/// After two fetches because of refusals within [`REPLACEMENT_WINDOW`], the next one comes this long after the
/// last.
const RENEWAL_PAUSE: Duration = Duration::from_secs(10);

/// Where the result of a fetch appears.
pub(super) type Outcome = watch::Receiver<Option<Result<Identity, IdentityError>>>;

/// What the state has for a caller.
pub(super) enum Ask {
    /// An identity to use.
    Have(Identity),
    /// Nothing, and it is too early to fetch again.
    Failed(IdentityError),
    /// Nothing yet, but a fetch is under way.
    Wait(Outcome),
    /// Nothing: fetch.
    Fetch,
}

/// A fetch under way.
#[derive(Debug)]
pub(super) struct Flight {
    number: u64,
    begun: Duration,
    outcome: Outcome,
    task: Option<Task>,
}

/// What carries a fetch on, unless its caller does.
#[derive(Debug)]
pub(super) struct Task {
    pub(super) handle: AbortHandle,
    pub(super) runtime: Id,
}

impl Flight {
    pub(super) fn new(number: u64, begun: Duration, outcome: Outcome, task: Option<Task>) -> Self {
        Self {
            number,
            begun,
            outcome,
            task,
        }
    }

    /// What is left of the time `limit` for a caller on the runtime `here`; `None`: it waits until the fetch ends. A task goes
    /// on only while somebody drives its runtime, and who is on another one cannot tell.
    fn patience(&self, now: Duration, here: Id, limit: Duration) -> Option<Duration> {
        let is_elsewhere = self.task.as_ref()?.runtime != here;
        let age = now.saturating_sub(self.begun);
        is_elsewhere.then(|| limit.saturating_sub(age))
    }

    pub(super) fn outcome(&self) -> Outcome {
        self.outcome.clone()
    }

    /// Whether it ended without a result: its task or its caller is gone.
    fn is_lost(&self) -> bool {
        self.outcome.has_changed().is_err() && self.outcome.borrow().is_none()
    }
}

/// An identity that is handed out. Times are on the cache's monotonic clock.
#[derive(Debug)]
struct Held {
    identity: Identity,
    begun: Duration,
    renew_at: Option<Duration>,
    ends_at: Option<Duration>,
    /// It was fetched because the one before was refused.
    is_replacement: bool,
    /// A call with it was answered.
    has_worked: bool,
}

/// The pause after a failure.
#[derive(Debug)]
struct Pause {
    error: IdentityError,
    until: Duration,
}

/// What the cache knows.
#[derive(Debug, Default)]
pub(super) struct State {
    held: Option<Held>,
    flight: Option<Flight>,
    pause: Option<Pause>,
    /// Failed fetches in a row, all of the same sort: refused logins, or not.
    failures: u32,
    flights: u64,
    /// Fetches in a row that were ended because they seemed stuck.
    stuck: u32,
    generation: u64,
    /// The last identity was refused; what is fetched next replaces it.
    was_refused: bool,
    /// A call with any of them was answered: the source gives what the service takes.
    has_worked: bool,
    /// When the last two fetches because of a refusal were asked for, the earlier one first.
    renewals: [Option<Duration>; 2],
}

impl State {
    /// What there is for a caller at `now`.
    pub(super) fn ask(&mut self, now: Duration) -> Ask {
        if let Some(held) = &self.held
            && held.ends_at.is_none_or(|end| now < end)
        {
            return Ask::Have(held.identity.clone());
        }
        if let Some(flight) = self.flight() {
            return Ask::Wait(flight.outcome());
        }
        match self.pause_left(now) {
            Some((error, left)) => Ask::Failed(error.clone().with_retry_after(left)),
            None => Ask::Fetch,
        }
    }

    /// Whether the identity that is handed out should be renewed now.
    pub(super) fn is_renewal_due(&mut self, now: Duration) -> bool {
        let due = |held: &Held| held.renew_at.is_some_and(|at| now >= at);
        self.held.as_ref().is_some_and(due)
            && self.flight().is_none()
            && self.pause_left(now).is_none()
    }

    /// The fetch under way, if there is one. One that was lost is forgotten.
    pub(super) fn flight(&mut self) -> Option<&Flight> {
        if self.flight.as_ref().is_some_and(Flight::is_lost) {
            self.flight = None;
        }
        self.flight.as_ref()
    }

    /// How much longer a caller on the runtime `here` waits for the fetch under way; `None`: until it ends. One that was waited
    /// for long enough is ended, so that another takes its place.
    pub(super) fn patience(
        &mut self,
        now: Duration,
        here: impl FnOnce() -> Option<Id>,
    ) -> Option<Duration> {
        let limit = schedule::stuck_after(self.stuck);
        let left = self.flight.as_ref()?.patience(now, here()?, limit)?;
        if left.is_zero() {
            self.stuck = self.stuck.saturating_add(1);
            self.end_flight();
            return None;
        }
        Some(left)
    }

    /// The number of a new fetch.
    pub(super) fn next_flight(&mut self) -> u64 {
        self.flights = self.flights.wrapping_add(1);
        self.flights
    }

    /// Notes a fetch that was started.
    pub(super) fn set_flight(&mut self, flight: Flight) {
        self.flight = Some(flight);
    }

    /// Ends the fetch under way.
    pub(super) fn end_flight(&mut self) {
        if let Some(task) = self.flight.take().and_then(|flight| flight.task) {
            task.handle.abort();
        }
    }

    /// Notes what fetch `number` brought; `chance` spreads renewals.
    pub(super) fn store(
        &mut self,
        number: u64,
        begun: Duration,
        fetched: Fetched,
        chance: f64,
    ) -> Identity {
        self.land(number);
        self.failures = 0;
        self.pause = None;
        self.generation = self.generation.wrapping_add(1);
        let identity = fetched.identity.with_generation(self.generation);
        let after = |duration: Duration| begun.saturating_add(duration);
        self.held = Some(Held {
            identity: identity.clone(),
            begun,
            renew_at: fetched
                .lifetime
                .map(|life| after(schedule::renew_after(life, chance))),
            ends_at: fetched
                .lifetime
                .map(|life| after(schedule::usable_for(life))),
            is_replacement: std::mem::take(&mut self.was_refused),
            has_worked: false,
        });
        identity
    }

    /// Notes that fetch `number` failed.
    pub(super) fn fail(&mut self, number: u64, now: Duration, error: &IdentityError) {
        self.land(number);
        let is_refused = schedule::is_refused_login(error);
        let before = self.pause.as_ref().map(|pause| &pause.error);
        // Broken lines do not make the first refused login a fifth one.
        if before.is_some_and(|before| schedule::is_refused_login(before) != is_refused) {
            self.failures = 0;
        }
        self.failures = self.failures.saturating_add(1);
        let until = now.saturating_add(schedule::pause_after(self.failures, error));
        self.pause = Some(Pause {
            error: error.clone(),
            until,
        });
    }

    /// Notes that the service refused `identity`; `true` when asking again can give another.
    pub(super) fn refused(&mut self, identity: &Identity, now: Duration) -> bool {
        let is_held = |held: &Held| held.identity.generation() == identity.generation();
        let Some(held) = self.held.as_ref().filter(|held| is_held(held)) else {
            // An older one, or another caller was faster. What is there, or comes, is newer.
            return self.held.is_some()
                || self.flight().is_some()
                || self.pause_left(now).is_none();
        };
        let age = now.saturating_sub(held.begun);
        let is_suspect = held.is_replacement && !held.has_worked && age < REPLACEMENT_WINDOW;
        if is_suspect && self.has_worked && age < schedule::REFUSAL_PAUSE {
            // Others may well use it: the refusal is about this call, or about a moment. To fetch with
            // each refusal would be a storm of logins.
            return false;
        }
        if is_suspect && !self.has_worked {
            self.held = None;
            let error = IdentityError::new(
                IdentityErrorKind::Refused,
                "the service refused credentials that were just renewed",
                "check that the user may use this service, and that endpoint and credentials belong to the same site",
            );
            let until = now.saturating_add(schedule::REFUSAL_PAUSE);
            self.pause = Some(Pause { error, until });
            return false;
        }
        if !self.may_renew(now) {
            // A call that is always refused, among others that are answered, would drop each replacement in turn.
            return false;
        }
        self.held = None;
        self.was_refused = true;
        true
    }

    /// Whether one more refusal is reason enough to fetch at `now`; counts it then.
    fn may_renew(&mut self, now: Duration) -> bool {
        let is_within = |at: Option<Duration>, time: Duration| {
            at.is_some_and(|at| now.saturating_sub(at) < time)
        };
        let [earlier, last] = self.renewals;
        if is_within(earlier, REPLACEMENT_WINDOW) && is_within(last, RENEWAL_PAUSE) {
            return false;
        }
        self.renewals = [last, Some(now)];
        true
    }

    /// Notes that the service answered a call made with `identity`.
    pub(super) fn accepted(&mut self, identity: &Identity) {
        self.has_worked = true;
        if let Some(held) = &mut self.held
            && held.identity.generation() == identity.generation()
        {
            held.has_worked = true;
        }
        // A refusal was taken for proof that nothing works; this is proof of the opposite.
        let is_refusal = |pause: &Pause| pause.error.kind() == IdentityErrorKind::Refused;
        if self.pause.as_ref().is_some_and(is_refusal) {
            self.pause = None;
            self.was_refused = true;
        }
    }

    /// The pause that still runs at `now`: its error, and how long it lasts.
    fn pause_left(&self, now: Duration) -> Option<(&IdentityError, Duration)> {
        let pause = self.pause.as_ref()?;
        let left = pause
            .until
            .checked_sub(now)
            .filter(|left| !left.is_zero())?;
        Some((&pause.error, left))
    }

    /// Forgets fetch `number` if it is the one under way. It came to its end, so none is stuck.
    fn land(&mut self, number: u64) {
        self.stuck = 0;
        self.flight.take_if(|flight| flight.number == number);
    }
}
