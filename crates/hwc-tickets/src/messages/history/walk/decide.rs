//! Where the walk goes from a page, where it ends, and what can be said then.

use super::{Step, Walk};
use crate::service::MAX_PAGE;

impl Walk {
    /// Decides what to ask for next. Neither a short page nor one that brings nothing is the end by itself:
    /// the service may give fewer rows than asked for.
    pub(super) fn decide(&mut self, found: &Found) {
        let seen = self.seen + self.at_the_end.len() as u64;
        let is_at_beginning =
            found.reached_beginning && !found.full && !self.totals.says_more_than(seen);
        // A full page may have cut off messages of the same second behind the first one.
        let is_whole = found.says_none
            || is_at_beginning
            || ((found.reached_beginning || !found.full) && self.totals.agrees_with(seen));
        // Where rows stand in no order of time, none of them tells where the rest begins, nor whether all since a moment came.
        self.passed_over |= !found.came_in_order && !is_whole;
        if found.reached_since || is_whole {
            self.end(true);
        } else if found.returned == 0 {
            // An answer that leaves its list out is no proof of an end.
            self.passed_over = true;
            self.end(false);
        } else if !found.has_time {
            if self.step == Step::Overlap && !self.is_widest() {
                self.step = Step::Wide;
            } else {
                // A page without one readable time: there is no way on.
                self.passed_over = true;
                self.end(false);
            }
        } else if found.progress {
            self.step = Step::Overlap;
        } else {
            self.step_on(found);
        }
    }

    /// A page brought nothing new: on to what times alone do not show.
    fn step_on(&mut self, found: &Found) {
        self.step = match self.step {
            Step::Overlap if found.full && !self.is_widest() => Step::Wide,
            Step::Overlap | Step::Wide => {
                self.build_bridge();
                // It had room for more of the boundary.
                self.is_boundary_shown = self.lengths.has_room(found.returned);
                Step::AtOldest
            }
            Step::AtOldest => {
                self.is_boundary_shown |= self.lengths.has_room(found.returned);
                self.passed_over |= !self.is_boundary_whole();
                Step::Below
            }
            Step::Below => {
                self.passed_over = true;
                self.end(false);
                Step::Below
            }
        };
    }

    /// What can be said so far. A short page that leaves the total unreached casts a doubt until more is read.
    pub(super) fn judge(&mut self, is_short: bool) {
        if self.done {
            let at_the_end = std::mem::take(&mut self.at_the_end);
            self.count_undecodable(&at_the_end);
        }
        self.report.possible_gap = self.passed_over;
        // Where it ended at `since`, the total counts more than was asked for.
        if (self.done || is_short) && !self.reached_since {
            if self.totals.agrees_with(self.seen) {
                // Nothing can be missing when the total is reached, whatever was stepped over.
                self.report.possible_gap = false;
            } else if self.totals.says_more_than(self.seen) {
                self.report.possible_gap = true;
            }
        }
        self.report.possible_gap |= self.is_stale;
    }

    fn is_widest(&self) -> bool {
        self.options.page_size >= MAX_PAGE
    }

    fn end(&mut self, complete: bool) {
        self.done = true;
        self.report.complete = complete;
    }

    /// The caller has as many as it wanted.
    pub(crate) fn stop(&mut self) {
        if !self.done {
            // The total is out of reach by the caller's own wish.
            self.report.possible_gap = self.passed_over || self.is_stale;
        }
        self.end(true);
    }
}

/// What a page came to.
pub(super) struct Found {
    /// Rows of the page.
    pub(super) returned: u64,
    /// The answer says that there are no more rows.
    pub(super) says_none: bool,
    /// As many as were asked for.
    pub(super) full: bool,
    pub(super) progress: bool,
    pub(super) reached_since: bool,
    /// The last row is the first message of the conversation.
    pub(super) reached_beginning: bool,
    /// A time could be read, on this page or on one before.
    pub(super) has_time: bool,
    /// The rows came in an order of time.
    pub(super) came_in_order: bool,
}

#[cfg(test)]
mod tests;
