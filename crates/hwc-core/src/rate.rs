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
