//! Pauses between attempts: the hint of the service first, then exponential with full jitter.

use std::time::Duration;

use super::RetryPolicy;

/// A pause: not shorter than `least`, better a little longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pause {
    least: Duration,
    extra: Duration,
}

impl Pause {
    /// The pause that fits into `room`. `None`: not even the shortest does.
    pub(crate) fn within(self, room: Duration) -> Option<Duration> {
        let wanted = self.least.saturating_add(self.extra);
        (self.least <= room && !room.is_zero()).then(|| wanted.min(room))
    }
}

/// The pause after attempt number `attempt` (1 is the first), with `chance` from 0 to 1.
///
/// A hint is never cut short. Something is added to it, so that all callers that were turned away
/// together do not come back together. A hint of zero says nothing about when, so the usual pause holds.
pub(crate) fn pause(
    policy: &RetryPolicy,
    attempt: u32,
    hint: Option<Duration>,
    chance: f64,
) -> Pause {
    let chance = chance.clamp(0.0, 1.0);
    match hint.filter(|hint| !hint.is_zero()) {
        Some(hint) => Pause {
            least: hint,
            extra: (hint / 10).min(Duration::from_secs(1)).mul_f64(chance),
        },
        None => {
            let doubled = 2_u32.saturating_pow(attempt.saturating_sub(1));
            let longest = policy.base.saturating_mul(doubled).min(policy.max_wait);
            Pause {
                least: Duration::ZERO,
                extra: longest.mul_f64(chance),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn pauses_double_up_to_the_longest_and_chance_decides_the_rest() {
        let policy = RetryPolicy::standard();
        for (attempt, chance, milliseconds) in [
            (1, 1.0, 250),
            (2, 1.0, 500),
            (3, 1.0, 1_000),
            (6, 1.0, 8_000),
            (u32::MAX, 1.0, 8_000),
            (3, 0.5, 500),
            (3, 0.0, 0),
        ] {
            let pause = pause(&policy, attempt, None, chance).within(Duration::MAX);
            assert_eq!(
                pause,
                Some(Duration::from_millis(milliseconds)),
                "attempt {attempt}"
            );
        }
    }

    #[test]
    fn a_hint_is_never_cut_short_and_never_stretched_beyond_the_room() {
        let policy = RetryPolicy::standard();
        let hinted = |hint, chance| pause(&policy, 1, Some(hint), chance);
        assert_eq!(
            hinted(3 * SECOND, 0.0).within(Duration::MAX),
            Some(3 * SECOND)
        );
        assert_eq!(
            hinted(3 * SECOND, 1.0).within(Duration::MAX),
            Some(Duration::from_millis(3_300))
        );
        // Room for the hint, but not for what is added to it.
        assert_eq!(hinted(3 * SECOND, 1.0).within(3 * SECOND), Some(3 * SECOND));
        assert_eq!(hinted(3 * SECOND, 0.0).within(2 * SECOND), None);
        assert_eq!(hinted(Duration::MAX, 1.0).within(30 * SECOND), None);
        // Zero is no hint.
        assert_eq!(
            hinted(Duration::ZERO, 1.0).within(SECOND),
            Some(Duration::from_millis(250))
        );
        assert_eq!(hinted(Duration::ZERO, 1.0).within(Duration::ZERO), None);
    }
}
