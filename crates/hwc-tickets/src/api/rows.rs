//! Whether an answer has the list it was asked for.

use hwc_core::Fault;
use hwc_tickets_wire::{self as wire, Undecodable};

/// What an answer holds of the list it was asked for.
#[derive(Debug)]
pub struct Rows {
    pub(super) field: &'static str,
    /// Rows that could be read; `None` without a list.
    pub(super) count: Option<usize>,
    /// The number of all rows, as the answer states it.
    pub(super) total: Option<i64>,
    /// Rows before the page that was asked for.
    pub(super) before: i64,
}

impl Rows {
    /// Whether `answer` says what stands in the list, be it nothing. `reached`: rows that are known to stand before it.
    ///
    /// Every way to a list asks here, so that none takes a complaint, an odd list or a missing one for an empty one.
    pub(super) fn check<T>(self, answer: &wire::Response<T>, reached: i64) -> Result<(), Fault> {
        answer.needs(self.field)?;
        match self.flaw(&answer.undecodable, answer.partial_failure, reached) {
            None => Ok(()),
            Some(flaw) => Err(answer.unlike(flaw)),
        }
    }

    /// What is wrong with the list.
    fn flaw(
        &self,
        undecodable: &[Undecodable],
        partial_failure: bool,
        reached: i64,
    ) -> Option<String> {
        let lost = undecodable.iter();
        let lost = lost.filter(|lost| is_row(lost, self.field)).count();
        // Some services leave an empty list out: behind the last row that says nothing new.
        let place = self.before.max(reached);
        let is_behind = self.total.is_some_and(|total| (0..=place).contains(&total));
        if self.count.is_none() && lost == 0 && !is_behind {
            return Some(format!("the field {} is left out", self.field));
        }
        if self.count.unwrap_or(0) + lost == 0 && partial_failure {
            return Some(format!("it reports a failure, and {} is empty", self.field));
        }
        None
    }
}

/// Whether it is a row of the list `field` itself, not an element of a list within a row, which may be called the same.
pub(super) fn is_row(lost: &Undecodable, field: &str) -> bool {
    let within = lost.pointer.strip_prefix('/');
    let place = within.and_then(|within| within.strip_prefix(field));
    let place = place.and_then(|place| place.strip_prefix('/'));
    lost.list == field && place.is_some_and(|place| !place.contains('/'))
}

/// The row of the list `field` that it stood in; `None` elsewhere in the answer.
pub(super) fn row_around(lost: &Undecodable, field: &str) -> Option<usize> {
    let mut steps = lost.pointer.split('/').skip(1);
    let row = steps.next().filter(|step| *step == field);
    row.and(steps.next())?.parse().ok()
}
