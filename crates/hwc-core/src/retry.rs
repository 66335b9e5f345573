//! What may be repeated, how often, and after how long.
//!
//! A read may be repeated after any passing failure. A write is repeated only when it is proven that it
//! was not done. Three brakes hold besides: the number of attempts, the deadline, and a budget that all
//! calls of a pipeline share, so that an outage does not multiply the traffic.

pub mod after;
pub(crate) mod backoff;
pub(crate) mod budget;

use std::time::Duration;

use crate::{Delivery, Idempotency};

/// Whether a failure is likely to pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Repeat {
    /// It would fail again.
    Never,
    /// It may pass soon: one more try.
    Once,
    /// It is likely to pass: try with growing pauses.
    Backoff,
}

/// How a pipeline repeats.
///
/// ```
/// use std::time::Duration;
/// use hwc_core::RetryPolicy; // the same as `hwc_tickets::RetryPolicy`
/// let patient = RetryPolicy::standard().max_attempts(6).max_wait(Duration::from_secs(20));
/// let never = RetryPolicy::never();
/// # let _ = (patient, never);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct RetryPolicy {
    pub(crate) max_attempts: u32,
    pub(crate) base: Duration,
    pub(crate) max_wait: Duration,
    pub(crate) budget: u32,
}

impl RetryPolicy {
    /// Up to 4 attempts; pauses of a random part of 0.25 s, 0.5 s, 1 s and so on, at most 8 s; the wait
    /// the service asks for goes before; a shared budget of 100 repeats, refilled by successes.
    #[must_use]
    pub fn standard() -> Self {
        Self {
            max_attempts: 4,
            base: Duration::from_millis(250),
            max_wait: Duration::from_secs(8),
            budget: 500,
        }
    }

    /// One attempt. An expired token is still renewed once: the service refused that attempt.
    #[must_use]
    pub fn never() -> Self {
        Self {
            max_attempts: 1,
            ..Self::standard()
        }
    }

    /// Most attempts of one call, the first included. Zero counts as one.
    #[must_use]
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts.max(1);
        self
    }

    /// The longest first pause. It doubles with each attempt.
    #[must_use]
    pub fn base_wait(mut self, wait: Duration) -> Self {
        self.base = wait;
        self
    }

    /// The longest pause that is chosen without a hint from the service.
    #[must_use]
    pub fn max_wait(mut self, wait: Duration) -> Self {
        self.max_wait = wait;
        self
    }

    /// How many repeats all calls of a pipeline together may make without a success in between.
    #[must_use]
    pub fn budget(mut self, repeats: u32) -> Self {
        self.budget = repeats.saturating_mul(budget::COST);
        self
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self::standard()
    }
}

/// Whether doing it again cannot be a second effect.
pub(crate) fn is_safe(idempotency: Idempotency, delivery: Delivery) -> bool {
    // Otherwise only with the proof that it was not done.
    idempotency.may_be_repeated() || delivery != Delivery::Unknown
}

/// Whether a failed attempt may be repeated at all, apart from attempts, time and budget.
pub(crate) fn may_repeat(
    idempotency: Idempotency,
    delivery: Delivery,
    repeat: Repeat,
    repeats_so_far: u32,
) -> bool {
    let worth_it = match repeat {
        Repeat::Never => false,
        Repeat::Once => repeats_so_far == 0,
        Repeat::Backoff => true,
    };
    is_safe(idempotency, delivery) && worth_it
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_changes_itself_and_no_other() {
        let wait = Duration::from_secs(20);
        let never = RetryPolicy::never;
        for (changed, expected) in [
            (
                never().max_attempts(6),
                RetryPolicy {
                    max_attempts: 6,
                    ..never()
                },
            ),
            // Zero counts as one.
            (never().max_attempts(0), never()),
            (
                never().base_wait(wait),
                RetryPolicy {
                    base: wait,
                    ..never()
                },
            ),
            (
                never().max_wait(wait),
                RetryPolicy {
                    max_wait: wait,
                    ..never()
                },
            ),
            // A repeat costs five.
            (
                never().budget(7),
                RetryPolicy {
                    budget: 35,
                    ..never()
                },
            ),
            (
                never().budget(u32::MAX),
                RetryPolicy {
                    budget: u32::MAX,
                    ..never()
                },
            ),
        ] {
            assert_eq!(changed, expected);
        }
    }
}
