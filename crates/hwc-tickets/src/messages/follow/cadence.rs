//! How long to wait before the next poll: short after traffic, longer when it is quiet, longest after
//! failures.

use std::time::Duration;

/// Growth of the wait with each quiet poll.
const QUIET_GROWTH: f64 = 1.5;
/// First wait after a failure.
const FIRST_BACKOFF: Duration = Duration::from_secs(1);
/// Longest wait after failures.
const LONGEST_BACKOFF: Duration = Duration::from_secs(60);
/// Longest wait that a follower is sent into by others. Whoever asks for more has a wrong clock, or a number that means something
/// else; a question a day harms nobody, and a follower that sleeps for years is no better than one that ended without a word.
const LONGEST_ASKED: Duration = Duration::from_secs(24 * 3600);
/// Time without a failure after which earlier ones are forgotten: a service that fails every other
/// time is not polled as if all were well.
pub(super) const FORGET_FAILURES: Duration = Duration::from_secs(120);

/// How long to wait of what the service asked for.
pub(super) fn heeded(asked: Option<Duration>) -> Duration {
    asked.unwrap_or_default().min(LONGEST_ASKED)
}

/// The pace of one group of tickets.
#[derive(Debug, Clone)]
pub(crate) struct Cadence {
    shortest: Duration,
    longest: Duration,
    current: Duration,
    failures: u32,
    last_failure: Option<Duration>,
}

impl Cadence {
    pub(crate) fn new(shortest: Duration, longest: Duration) -> Self {
        Self {
            shortest,
            longest: longest.max(shortest),
            current: shortest,
            failures: 0,
            last_failure: None,
        }
    }

    /// There were new messages: more may follow soon.
    pub(crate) fn after_traffic(&mut self, now: Duration) -> Duration {
        self.forgive(now);
        self.current = self.shortest;
        self.shortest
    }

    /// Nothing new. `chance` is between 0 and 1: somewhere between the shortest wait and the current
    /// one, so that many followers do not poll at the same moment.
    pub(crate) fn after_quiet(&mut self, now: Duration, chance: f64) -> Duration {
        self.forgive(now);
        // Beyond what a duration can hold it is longer than the longest.
        let grown = self.current.as_secs_f64() * QUIET_GROWTH;
        self.current = Duration::try_from_secs_f64(grown)
            .unwrap_or(Duration::MAX)
            .min(self.longest);
        self.shortest + (self.current.saturating_sub(self.shortest)).mul_f64(chance.clamp(0.0, 1.0))
    }

    /// The poll failed; the service may have asked for a wait.
    pub(crate) fn after_failure(
        &mut self,
        now: Duration,
        asked: Option<Duration>,
        chance: f64,
    ) -> Duration {
        self.forgive(now);
        self.last_failure = Some(now);
        let doubled = FIRST_BACKOFF.saturating_mul(2_u32.saturating_pow(self.failures.min(16)));
        self.failures = self.failures.saturating_add(1);
        let bound = doubled.min(LONGEST_BACKOFF).max(self.shortest);
        // At least half, so that chance alone never makes a storm.
        let half = bound / 2;
        let wait = half.saturating_add(half.mul_f64(chance.clamp(0.0, 1.0)));
        // Never earlier than asked for; a little later, as everyone was asked the same.
        let asked = heeded(asked);
        wait.max(asked.saturating_add(asked.mul_f64(chance.clamp(0.0, 1.0) / 10.0)))
    }

    fn forgive(&mut self, now: Duration) {
        if (self.last_failure).is_some_and(|last| now.saturating_sub(last) >= FORGET_FAILURES) {
            self.failures = 0;
            self.last_failure = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: fn(u64) -> Duration = Duration::from_secs;

    #[test]
    fn quiet_polls_slow_down_and_traffic_speeds_up() {
        let mut cadence = Cadence::new(S(3), S(60));
        let waits: Vec<u64> = (0..10)
            .map(|n| cadence.after_quiet(S(n), 1.0).as_secs())
            .collect();
        assert_eq!(waits, [4, 6, 10, 15, 22, 34, 51, 60, 60, 60]);
        assert_eq!(
            cadence.after_quiet(S(20), 0.0),
            S(3),
            "chance never goes below the shortest"
        );
        assert_eq!(cadence.after_traffic(S(21)), S(3));
        assert_eq!(cadence.after_quiet(S(22), 1.0).as_secs(), 4);
    }

    #[test]
    fn failures_back_off_and_are_forgotten_after_two_quiet_minutes() {
        let mut cadence = Cadence::new(S(3), S(60));
        let waits: Vec<u64> = (0..8)
            .map(|n| cadence.after_failure(S(n), None, 1.0).as_secs())
            .collect();
        assert_eq!(waits, [3, 3, 4, 8, 16, 32, 60, 60]);
        cadence.after_traffic(S(100));
        assert_eq!(
            cadence.after_failure(S(101), None, 0.0),
            S(30),
            "not forgotten yet"
        );
        cadence.after_traffic(S(230));
        assert_eq!(cadence.after_failure(S(231), None, 1.0), S(3));
    }

    #[test]
    fn what_the_service_asks_for_is_kept_to() {
        let mut cadence = Cadence::new(S(3), S(60));
        assert_eq!(cadence.after_failure(S(0), Some(S(90)), 0.0), S(90));
        assert_eq!(cadence.after_failure(S(0), Some(S(90)), 1.0), S(99));
        assert!(cadence.after_failure(S(0), Some(S(0)), 0.5) > S(1));
        let years = Some(S(99_999_999_999));
        assert_eq!(cadence.after_failure(S(0), years, 0.0), LONGEST_ASKED);
    }

    #[test]
    fn the_longest_waits_there_are_do_no_harm() {
        let mut cadence = Cadence::new(Duration::MAX, Duration::MAX);
        assert_eq!(cadence.after_quiet(S(0), 1.0), Duration::MAX);
        let asked = Some(Duration::MAX);
        assert!(cadence.after_failure(S(0), asked, 1.0) > Duration::MAX / 2);
        assert!(cadence.after_failure(S(0), None, 1.0) > Duration::MAX / 2);
    }
}
