//! When to renew, when to stop using, and how long to pause after a failure. Pure.

use std::time::Duration;

use super::super::{IdentityError, IdentityErrorKind};

/// Renew this long before the end at the latest: time for several tries, as the IAM pages advise.
const RENEW_BEFORE_END: Duration = Duration::from_secs(5 * 60);
/// An identity must outlive the request it is put on; this is what one attempt may take.
const UNUSABLE_BEFORE_END: Duration = Duration::from_secs(10);
/// A fetch that was begun on another runtime counts as stuck after this time at first: longer than a login takes, shorter
/// than a call.
const STUCK_AFTER: Duration = Duration::from_secs(20);
/// First pause after a failed fetch.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// Longest pause after a fetch that failed for reasons that pass.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// Pause after a refusal: the first of a login, and each of a credential that was just renewed.
pub(super) const REFUSAL_PAUSE: Duration = Duration::from_secs(30);
/// Longest pause after a refused login. IAM locks a user after some wrong ones within 15 minutes.
const LONGEST_REFUSAL_PAUSE: Duration = Duration::from_secs(15 * 60);

/// After how much of its life to renew an identity, between the beginning and [`usable_for`].
///
/// `chance` is between 0 and 1 and moves the moment forward by up to a twentieth of the life. An
/// identity with less than ten minutes to live is renewed after half of its life at the earliest:
/// otherwise a short one would be renewed with every call.
pub(super) fn renew_after(lifetime: Duration, chance: f64) -> Duration {
    let by_share = lifetime.mul_f64(0.8);
    let by_end = lifetime.saturating_sub(RENEW_BEFORE_END).max(lifetime / 2);
    let jitter = lifetime.mul_f64(0.05 * chance.clamp(0.0, 1.0));
    by_share.min(by_end).saturating_sub(jitter)
}

/// How long an identity is handed out: 10 seconds, or a tenth of its life if that is less, short of its end.
pub(super) fn usable_for(lifetime: Duration) -> Duration {
    lifetime.saturating_sub(UNUSABLE_BEFORE_END.min(lifetime / 10))
}

/// After how long a fetch that was begun on another runtime counts as stuck, when `ended` in a row were ended for that and
/// none came to its end. Twice as long each time: with a slow issuer, runtimes that are all driven would end each
/// other's fetches for ever.
pub(super) fn stuck_after(ended: u32) -> Duration {
    // 2^6 is 20 minutes, longer than any caller waits.
    STUCK_AFTER.saturating_mul(1 << ended.min(6))
}

/// Whether a fetch failed because the issuer refused the login. Anything else, such as a captive portal or a broken
/// line, says nothing about the login and locks nobody.
pub(super) fn is_refused_login(error: &IdentityError) -> bool {
    error.kind() == IdentityErrorKind::Rejected
}

/// How long not to fetch again after the `failures`-th failure of this sort in a row, or as long as the issuer asks.
pub(super) fn pause_after(failures: u32, error: &IdentityError) -> Duration {
    let (first, longest) = if is_refused_login(error) {
        (REFUSAL_PAUSE, LONGEST_REFUSAL_PAUSE)
    } else {
        (FIRST_PAUSE, LONGEST_PAUSE)
    };
    // 2^8 is past both limits.
    let doublings = failures.saturating_sub(1).min(8);
    let asked = error.retry_after().unwrap_or_default();
    first
        .saturating_mul(1 << doublings)
        .min(longest)
        .max(asked.min(LONGEST_REFUSAL_PAUSE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn renewal_comes_early_and_never_at_once() {
        // Life, latest and earliest renewal, end of use; in seconds.
        let table = [
            (24 * 3600, 69_120.0, 64_800.0, 86_390.0), // 80 % of a day
            (1500, 1200.0, 1125.0, 1490.0),            // 80 % is 5 minutes before the end
            (900, 600.0, 555.0, 890.0),                // 5 minutes before the end
            (300, 150.0, 135.0, 290.0),                // half
            (10, 5.0, 4.5, 9.0),
            (0, 0.0, 0.0, 0.0),
        ];
        for (life, latest, earliest, end) in table {
            let life = Duration::from_secs(life);
            let seconds = |duration: Duration| duration.as_secs_f64();
            assert!(
                (seconds(renew_after(life, 0.0)) - latest).abs() < 0.01,
                "{life:?}"
            );
            assert!(
                (seconds(renew_after(life, 1.0)) - earliest).abs() < 0.01,
                "{life:?}"
            );
            assert!((seconds(usable_for(life)) - end).abs() < 0.01, "{life:?}");
        }
    }

    #[test]
    fn pauses_double_and_are_longer_after_a_refused_login() {
        let lost = IdentityError::new(IdentityErrorKind::Connect, "", "");
        let foreign = IdentityError::new(IdentityErrorKind::Protocol, "", "");
        let asks = lost.clone().with_retry_after(Duration::from_secs(60));
        let asks_much = lost.clone().with_retry_after(Duration::from_secs(86_400));
        let rejected = IdentityError::new(IdentityErrorKind::Rejected, "", "");
        let table = [
            (lost, [1, 2, 4, 8, 16, 30, 30, 30]),
            (foreign, [1, 2, 4, 8, 16, 30, 30, 30]),
            (asks, [60; 8]),
            (asks_much, [900; 8]),
            (rejected, [30, 60, 120, 240, 480, 900, 900, 900]),
        ];
        for (error, expected) in table {
            let seconds = |failures| pause_after(failures, &error).as_secs();
            assert_eq!(
                [1, 2, 3, 4, 5, 6, 7, u32::MAX].map(seconds),
                expected,
                "{:?}",
                error.kind()
            );
        }
    }
}
