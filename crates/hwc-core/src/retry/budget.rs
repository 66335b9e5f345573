//! A budget of repeats shared by all calls, so that an outage does not multiply the traffic.

use std::sync::atomic::{AtomicU32, Ordering};

/// What one repeat costs.
pub(crate) const COST: u32 = 5;

/// A bucket of tokens. A repeat takes some out; a success puts them back. During a total outage it runs
/// empty, and from then on every call makes one attempt.
#[derive(Debug)]
pub(crate) struct Budget {
    tokens: AtomicU32,
    capacity: u32,
}

impl Budget {
    pub(crate) fn new(capacity: u32) -> Self {
        Self {
            tokens: AtomicU32::new(capacity),
            capacity,
        }
    }

    /// Takes the price of one repeat. `false`: none left, do not repeat.
    pub(crate) fn withdraw(&self) -> bool {
        self.tokens
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |tokens| {
                tokens.checked_sub(COST)
            })
            .is_ok()
    }

    /// A call succeeded after `repeats` repeats: their price comes back, and one token besides.
    pub(crate) fn refill(&self, repeats: u32) {
        let back = repeats.saturating_mul(COST).saturating_add(1);
        // Never fails: the closure always gives a value.
        let _ = self
            .tokens
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |tokens| {
                Some(tokens.saturating_add(back).min(self.capacity))
            });
    }
}
