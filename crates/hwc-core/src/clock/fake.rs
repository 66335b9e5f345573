//! A clock for tests, on which no real time passes.

use std::{
    collections::BTreeMap,
    fmt,
    future::Future,
    pin::{Pin, pin},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};

use super::{Clock, Sleep};

/// A clock that stands still until told otherwise. Clones are the same clock.
///
/// [`FakeClock::run`] moves it by itself: whenever everything is waiting, it jumps to the next moment
/// somebody sleeps until. A test of a 30 s deadline then takes no real time, and gives the same result
/// every time.
///
/// ```
/// use std::time::Duration;
/// use hwc_core::{Clock, testing::FakeClock}; // the same as `hwc_tickets::{Clock, testing::FakeClock}`
///
/// let clock = FakeClock::new();
/// let sleeper = clock.clone();
/// clock.run(async move { sleeper.sleep(Duration::from_secs(3600)).await });
/// assert_eq!(clock.elapsed(), Duration::from_secs(3600));
/// ```
#[derive(Clone)]
pub struct FakeClock {
    state: Arc<Mutex<State>>,
}

struct State {
    elapsed: Duration,
    /// Wall time when `elapsed` was zero.
    origin: Timestamp,
    /// Sleepers by the moment they wait for, then by age.
    sleepers: BTreeMap<(Duration, u64), Waker>,
    next_number: u64,
    asked: Vec<Duration>,
    /// How many hold it while they block on another thread.
    holders: usize,
}

impl FakeClock {
    /// A clock that shows 2026-01-01T00:00:00Z.
    #[must_use]
    pub fn new() -> Self {
        Self::showing(Timestamp::UNIX_EPOCH + SignedDuration::from_secs(1_767_225_600))
    }

    /// A clock that shows `now`.
    #[must_use]
    pub fn showing(now: Timestamp) -> Self {
        Self {
            state: Arc::new(Mutex::new(State {
                elapsed: Duration::ZERO,
                origin: now,
                sleepers: BTreeMap::new(),
                next_number: 0,
                asked: Vec::new(),
                holders: 0,
            })),
        }
    }

    /// Runs `future`, and every task it spawns, on a runtime of its own in which time jumps.
    ///
    /// Time moves only while everything waits. Real sockets are such a wait too: time would run out before they
    /// answer. So use the scripted transport with it, not a server. While a file is read for an upload, it stands.
    ///
    /// # Panics
    /// When the runtime cannot be started, for instance inside another one.
    #[expect(
        clippy::expect_used,
        reason = "a test that cannot run must fail loudly"
    )]
    pub fn run<T>(&self, future: impl Future<Output = T>) -> T {
        let mut output = None;
        {
            // Behind one type, so that a runtime is not compiled for each test.
            let work = pin!(async { output = Some(future.await) });
            self.run_to_end(work);
        }
        output.expect("what has ended has an output")
    }

    #[expect(
        clippy::expect_used,
        reason = "a test that cannot run must fail loudly"
    )]
    fn run_to_end(&self, work: Pin<&mut dyn Future<Output = ()>>) {
        let clock = self.clone();
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            // Called when no task can run. Tasks woken here are run before the thread really parks.
            .on_thread_park(move || {
                if clock.lock().holders == 0 {
                    clock.advance_to_next();
                }
            })
            .build()
            .expect("a tokio runtime can be started")
            .block_on(work);
    }

    /// Moves time on and wakes whoever waited for it, in order.
    pub fn advance(&self, duration: Duration) {
        let until = self.lock().elapsed.saturating_add(duration);
        self.move_to(until);
    }

    /// Jumps to the next moment somebody sleeps until. `false`: nobody sleeps, time stands.
    pub fn advance_to_next(&self) -> bool {
        let next = self.lock().sleepers.keys().next().map(|(at, _)| *at);
        match next {
            Some(at) => {
                self.move_to(at);
                true
            }
            None => false,
        }
    }

    /// Sets the wall time, as when somebody corrects the clock. Monotonic time and sleepers are not
    /// touched.
    pub fn set_wall_time(&self, now: Timestamp) {
        let mut state = self.lock();
        let back = SignedDuration::try_from(state.elapsed).unwrap_or(SignedDuration::ZERO);
        state.origin = now.checked_sub(back).unwrap_or(now);
    }

    /// How many wait for a moment to come. Zero after a call that left nothing behind.
    #[must_use]
    pub fn sleepers(&self) -> usize {
        self.lock().sleepers.len()
    }

    /// Every duration somebody asked to sleep, in order: timers that were dropped early too.
    #[must_use]
    pub fn asked(&self) -> Vec<Duration> {
        self.lock().asked.clone()
    }

    fn move_to(&self, until: Duration) {
        let mut woken = Vec::new();
        {
            let mut state = self.lock();
            state.elapsed = state.elapsed.max(until);
            while let Some(first) = state.sleepers.first_entry() {
                if first.key().0 > until {
                    break;
                }
                woken.push(first.remove());
            }
        }
        for waker in woken {
            waker.wake();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for FakeClock {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for FakeClock {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.lock();
        formatter
            .debug_struct("FakeClock")
            .field("elapsed", &state.elapsed)
            .field("sleepers", &state.sleepers.len())
            .finish_non_exhaustive()
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Timestamp {
        let state = self.lock();
        let passed = SignedDuration::try_from(state.elapsed).unwrap_or(SignedDuration::MAX);
        state.origin.checked_add(passed).unwrap_or(Timestamp::MAX)
    }

    fn elapsed(&self) -> Duration {
        self.lock().elapsed
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        let mut state = self.lock();
        state.asked.push(duration);
        let number = state.next_number;
        state.next_number = number.saturating_add(1);
        let at = state.elapsed.saturating_add(duration);
        Box::pin(Sleeping {
            clock: self.clone(),
            key: (at, number),
        })
    }

    fn hold(&self) {
        let mut state = self.lock();
        state.holders = state.holders.saturating_add(1);
    }

    fn release(&self) {
        let mut state = self.lock();
        state.holders = state.holders.saturating_sub(1);
    }
}

/// One sleep under way.
struct Sleeping {
    clock: FakeClock,
    key: (Duration, u64),
}

impl Future for Sleeping {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut state = self.clock.lock();
        if state.elapsed >= self.key.0 {
            state.sleepers.remove(&self.key);
            return Poll::Ready(());
        }
        state.sleepers.insert(self.key, context.waker().clone());
        Poll::Pending
    }
}

impl Drop for Sleeping {
    fn drop(&mut self) {
        self.clock.lock().sleepers.remove(&self.key);
    }
}
