//! What the totals in the answers of a walk say about its completeness.

/// Where `count` of an answer ends (D-33): no statement from there on.
const COUNT_END: u64 = 65_535;

/// The totals that the answers of one walk stated.
#[derive(Debug, Default)]
pub(super) struct Totals {
    pub(super) first: Option<u64>,
    /// Whether every answer stated the same: then nothing arrived and nothing was recalled meanwhile.
    steady: bool,
    /// A total stood for more than the rows of its page: so it does not count those alone.
    is_beyond_page: bool,
}

impl Totals {
    pub(super) fn add(&mut self, total: Option<u64>, rows: u64) {
        self.is_beyond_page |= total.is_some_and(|total| total > rows);
        match (self.first, total) {
            (None, Some(total)) => {
                self.first = Some(total);
                self.steady = true;
            }
            (Some(first), Some(total)) if first == total => {}
            _ => self.steady = false,
        }
    }

    fn exact(&self) -> Option<u64> {
        self.first.filter(|first| *first < COUNT_END)
    }

    /// Whether there were more when the walk began than were seen. A message that was recalled meanwhile is
    /// among them.
    pub(super) fn says_more_than(&self, seen: u64) -> bool {
        self.exact().is_some_and(|first| first > seen)
    }

    /// Whether every message is proven to be seen. A total that is equal to the rows of its page may count
    /// the page alone.
    pub(super) fn agrees_with(&self, seen: u64) -> bool {
        self.steady && self.is_beyond_page && self.exact() == Some(seen)
    }
}

#[cfg(test)]
mod tests;
