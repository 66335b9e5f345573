//! How long the pages of a walk were: a service may give fewer rows than it is asked for.

use super::decide::Found;

/// The lengths of pages.
#[derive(Debug, Default)]
pub(super) struct Lengths {
    /// Rows of the longest page.
    longest: u64,
    /// Rows of the last page, if it had fewer than were asked for.
    last_short: Option<u64>,
    /// Rows of pages that were short and not the last.
    cut_at: Option<u64>,
    /// Pages were cut at different lengths: then no length says that a page had room for more.
    pub(super) vary: bool,
}

impl Lengths {
    pub(super) fn add(&mut self, found: &Found) {
        if found.progress
            && let Some(length) = self.last_short
        {
            self.vary |= self.cut_at.is_some_and(|before| before != length);
            self.cut_at = Some(length);
        }
        self.longest = self.longest.max(found.returned);
        self.last_short = (!found.full).then_some(found.returned);
    }

    /// Whether a page of so many rows could have held more.
    pub(super) fn has_room(&self, rows: u64) -> bool {
        !self.vary && rows < self.longest
    }
}

#[cfg(test)]
mod tests;
