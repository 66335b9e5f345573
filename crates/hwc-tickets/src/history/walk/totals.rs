//! What the totals in the answers of a walk say about its completeness.

/// Where `count` of an answer ends (D-33): no statement from there on.
const COUNT_END: u64 = 65_535;

/// The totals that the answers of one walk stated.
#[derive(Debug, Default)]
pub(super) struct Totals {
    pub(super) first: Option<u64>,
    /// Whether every answer stated the same: then nothing arrived and nothing was recalled meanwhile.
    steady: bool,
}

impl Totals {
    pub(super) fn add(&mut self, total: Option<u64>) {
        match (self.first, total) {
            (None, Some(total)) => {
                self.first = Some(total);
                self.steady = true;
            }
            (Some(first), Some(total)) if first == total => {}
            _ => self.steady = false,
        }
    }

    pub(super) fn exact(&self) -> Option<u64> {
        self.first.filter(|first| *first < COUNT_END)
    }

    pub(super) fn says_more_than(&self, seen: u64) -> bool {
        self.first.is_some_and(|first| first > seen)
    }

    pub(super) fn agrees_with(&self, seen: u64) -> bool {
        self.steady && self.exact() == Some(seen)
    }

    pub(super) fn contradicts(&self, seen: u64) -> bool {
        self.steady && self.exact().is_some_and(|first| first > seen)
    }
}
