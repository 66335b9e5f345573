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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_empty_and_is_refilled_by_success_up_to_its_size() {
        let budget = Budget::new(3 * COST);
        assert_eq!((0..5).filter(|_| budget.withdraw()).count(), 3);
        budget.refill(0);
        assert!(!budget.withdraw(), "one token is not the price of a repeat");
        budget.refill(1);
        assert!(
            budget.withdraw(),
            "a success gives back what its repeats cost"
        );
        for _ in 0..100 {
            budget.refill(4);
        }
        assert_eq!((0..9).filter(|_| budget.withdraw()).count(), 3);
    }
}
