//! How far the local clock is from the service's, learned from the `Date` of its answers.

use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use crate::trace;

/// Differences below this are not corrected: `Date` has whole seconds, answers travel, and the gateway
/// accepts 15 minutes.
const TOLERANCE: SignedDuration = SignedDuration::from_secs(30);

/// Differences above this are worth a warning, once.
const ALARMING: SignedDuration = SignedDuration::from_mins(5);

/// The last three differences. Their middle is used, so that one odd answer does no harm.
///
/// They are held against the wall clock, not the monotonic one: after a machine slept, its wall clock is
/// right and its monotonic clock is behind. A wall clock that jumps costs one refused request, after
/// which [`Skew::restart`] forgets the old differences.
#[derive(Debug, Default)]
pub(super) struct Skew {
    differences: Mutex<Vec<SignedDuration>>,
}

impl Skew {
    /// Learns from an answer that came at local time `now`, and was made for the call.
    pub(super) fn learn(&self, service: Timestamp, now: Timestamp) {
        let mut differences = self.lock();
        if differences.len() >= 3 {
            differences.remove(0);
        }
        let difference = service.duration_since(now);
        let before = differences.last().is_some_and(|last| last.abs() > ALARMING);
        differences.push(difference);
        if difference.abs() > ALARMING && !before {
            trace::clock_is_off(difference.as_secs());
        }
    }

    /// Believes only the newest answer.
    pub(super) fn restart(&self) {
        let mut differences = self.lock();
        let keep = differences.len().saturating_sub(1);
        differences.drain(..keep);
    }

    /// The local time, corrected.
    pub(super) fn correct(&self, now: Timestamp) -> Timestamp {
        let differences = self.lock();
        if differences.is_empty() {
            return now;
        }
        let mut sorted = differences.clone();
        drop(differences);
        sorted.sort_unstable();
        match sorted.get(sorted.len() / 2) {
            Some(middle) if middle.abs() > TOLERANCE => now.checked_add(*middle).unwrap_or(now),
            _ => now,
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<SignedDuration>> {
        self.differences
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether two times differ enough to explain a refused signature.
pub(super) fn explains_refusal(signed: Timestamp, corrected: Timestamp) -> bool {
    signed.duration_since(corrected).abs() > TOLERANCE
}
