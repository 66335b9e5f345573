//! An optional limit on the requests of one pipeline, kept on the client side.

use std::{sync::Mutex, time::Duration};

/// At most so many requests per second, on average, with a small burst.
///
/// Off unless asked for. Each attempt counts, not each call. A call that would have to wait beyond its
/// deadline fails at once as [`Throttled`](crate::FaultKind::Throttled), with the wait in `retry_after`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RateLimit {
    interval: Duration,
    burst: u32,
}

impl RateLimit {
    /// `requests` per second. Values that are not a positive number mean one per second.
    #[must_use]
    pub fn per_second(requests: f64) -> Self {
        let requests = if requests.is_finite() && requests > 0.0 {
            requests
        } else {
            1.0
        };
        // Slower than one a day, or faster than the clock can tell, is not meant.
        let interval = Duration::from_secs_f64((1.0 / requests).clamp(1e-9, 86_400.0));
        Self { interval, burst: 1 }
    }

    /// So many requests may go at once after a quiet time. At least one.
    #[must_use]
    pub fn burst(mut self, requests: u32) -> Self {
        self.burst = requests.max(1);
        self
    }
}

/// Hands out the turns.
#[derive(Debug)]
pub(crate) struct Turns {
    limit: RateLimit,
    /// When the next request would be due if all went at the even pace.
    next: Mutex<Duration>,
}

impl Turns {
    pub(crate) fn new(limit: RateLimit) -> Self {
        Self {
            limit,
            next: Mutex::new(Duration::ZERO),
        }
    }

    /// Takes a turn: how long to wait for it. `Err`: that would be longer than `patience`; no turn was
    /// taken. A caller that goes away while it waits leaves its turn unused, which only slows down.
    pub(crate) fn take(&self, now: Duration, patience: Duration) -> Result<Duration, Duration> {
        let mut next = self
            .next
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let ahead = self
            .limit
            .interval
            .saturating_mul(self.limit.burst.saturating_sub(1));
        let due = (*next).max(now);
        let wait = due.saturating_sub(now.saturating_add(ahead));
        if wait > patience {
            return Err(wait);
        }
        *next = due.saturating_add(self.limit.interval);
        Ok(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn turns_come_at_an_even_pace_after_the_burst() {
        let turns = Turns::new(RateLimit::per_second(2.0).burst(3));
        let waits: Vec<_> = (0..6)
            .map(|_| turns.take(10 * SECOND, SECOND * 60).unwrap().as_millis())
            .collect();
        assert_eq!(waits, [0, 0, 0, 500, 1000, 1500]);
        // After a quiet time the burst is there again, and no more than that.
        let waits: Vec<_> = (0..4)
            .map(|_| turns.take(99 * SECOND, SECOND * 60).unwrap().as_millis())
            .collect();
        assert_eq!(waits, [0, 0, 0, 500]);
    }

    #[test]
    fn who_cannot_wait_takes_no_turn() {
        let turns = Turns::new(RateLimit::per_second(1.0));
        assert_eq!(turns.take(SECOND, SECOND), Ok(Duration::ZERO));
        assert_eq!(turns.take(SECOND, SECOND / 2), Err(SECOND));
        assert_eq!(turns.take(SECOND, SECOND), Ok(SECOND));
    }

    #[test]
    fn odd_rates_are_one_per_second() {
        for odd in [0.0, -3.0, f64::NAN, f64::INFINITY] {
            assert_eq!(RateLimit::per_second(odd), RateLimit::per_second(1.0));
        }
    }
}
