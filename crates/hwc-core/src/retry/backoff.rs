//! Pauses between attempts: the hint of the service first, then exponential with full jitter.

use std::time::Duration;

use super::RetryPolicy;

/// The pause before the attempt after `attempt` (1 is the first), with `chance` from 0 to 1.
///
/// Never shorter than the hint. A little is added to a hint, so that all callers that were turned away
/// together do not come back together.
pub(crate) fn wait(
    policy: &RetryPolicy,
    attempt: u32,
    hint: Option<Duration>,
    chance: f64,
) -> Duration {
    let chance = chance.clamp(0.0, 1.0);
    match hint {
        Some(hint) if !hint.is_zero() => {
            let spread = (hint / 10).min(Duration::from_secs(1));
            hint.saturating_add(spread.mul_f64(chance))
        }
        _ => {
            let doubled = 2_u32.saturating_pow(attempt.saturating_sub(1));
            policy
                .base
                .saturating_mul(doubled)
                .min(policy.max_wait)
                .mul_f64(chance)
        }
    }
}
