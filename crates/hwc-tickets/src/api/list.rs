//! What is known of a list: what of it came, and whether anything may be missing.

use super::{Undecodable, rows::row_around};
use crate::error::Error;
use serde::{Deserialize, Serialize};
use std::fmt;

/// One page.
#[derive(Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Page<T> {
    /// Its items, without those that came before.
    pub items: Vec<T>,
    /// Items that could not be read: they cost themselves alone.
    pub undecodable: Vec<Undecodable>,
    /// Elements of lists within the items, or elsewhere in the answer, that could not be read: what they stood in came without
    /// them.
    pub within: Vec<Undecodable>,
    /// The number of all items, as this answer states it.
    pub total: Option<i64>,
    /// Where the items stood in the answer.
    #[serde(skip)]
    pub(super) places: Vec<usize>,
    /// The field with the items.
    #[serde(skip)]
    list: &'static str,
}

impl<T> Page<T> {
    /// One without items.
    pub(crate) fn new(list: &'static str, total: Option<i64>) -> Self {
        Self {
            items: Vec::new(),
            undecodable: Vec::new(),
            within: Vec::new(),
            total,
            places: Vec::new(),
            list,
        }
    }

    /// The same with these items in place of its own.
    pub(super) fn holding<U>(self, items: Vec<U>) -> Page<U> {
        Page {
            items,
            undecodable: self.undecodable,
            within: self.within,
            total: self.total,
            places: self.places,
            list: self.list,
        }
    }

    /// The same with its items in another form.
    pub(crate) fn try_map<U, E>(
        mut self,
        change: impl FnMut(T) -> Result<U, E>,
    ) -> Result<Page<U>, E> {
        let items = std::mem::take(&mut self.items).into_iter().map(change);
        let items = items.collect::<Result<Vec<U>, E>>()?;
        Ok(self.holding(items))
    }

    /// Whether it says nothing: no item came, and none was lost.
    pub(super) fn is_empty(&self) -> bool {
        self.items.is_empty() && self.undecodable.is_empty() && self.within.is_empty()
    }

    /// Leaves the first `most` items. Where there are as many, what could not be read behind the last of them goes as well: who
    /// wants so many items misses nothing of what stands behind them.
    ///
    /// The report of the reading counts whole pages all the same.
    pub fn truncate(&mut self, most: usize) {
        if self.items.len() < most {
            return;
        }
        self.items.truncate(most);
        self.places.truncate(most);
        let end = self.places.last().map_or(0, |last| last.saturating_add(1));
        self.undecodable.retain(|lost| lost.index < end);
        let list = self.list;
        self.within
            .retain(|lost| row_around(lost, list).is_none_or(|row| row < end));
    }
}

/// How many items there are, never a text.
impl<T> fmt::Debug for Page<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Page")
            .field("items", &self.items.len())
            .field("undecodable", &self.undecodable)
            .field("within", &self.within)
            .field("total", &self.total)
            .finish()
    }
}

/// What was read of a list, and whether anything may be missing. While it is read, what is known so far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ListReport {
    /// The number of all items, as the last answer stated it.
    pub reported: Option<i64>,
    /// Items that were handed out.
    pub yielded: u64,
    /// Items that came again, because pages overlap or rows shifted, and were dropped.
    pub duplicates_dropped: u64,
    /// Items that could not be read.
    pub undecodable: u64,
    /// Elements of lists within the items, or elsewhere in an answer, that could not be read: the items came without them.
    pub undecodable_within: u64,
    /// Answers that were used.
    pub pages: u64,
    /// Whether an item may be missing: the list changed while it was read in a way that could not be made good, its rows end
    /// before the total that is stated, where no further page can be asked for, or where an answer was one that a machine on the
    /// way had stored.
    /// Numbered pages cannot overlap: rows that go from them while as many come are not noticed.
    pub possible_gap: bool,
    /// Whether the end was reached: nothing came where more would stand. A short page is no end. Of items without an id, which
    /// would not be known when they come again, also where as many came as are stated, unless less was stated before than came.
    pub complete: bool,
}

/// A whole list, or what of it was read.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct List<T> {
    /// The items, in the order they came.
    pub items: Vec<T>,
    /// What can be said about their completeness.
    pub report: ListReport,
}

/// A list that could not be read to its end: why, and what was read before. Becomes the [`Error`] with `?`.
#[non_exhaustive]
pub struct Interrupted<T> {
    /// What was read before. Its report says that it is not complete.
    pub read: List<T>,
    /// Why it ended.
    pub error: Error,
}

impl<T> Interrupted<T> {
    pub(crate) fn new(read: List<T>, error: Error) -> Self {
        Self { read, error }
    }
}

impl<T> From<Interrupted<T>> for Error {
    fn from(interrupted: Interrupted<T>) -> Self {
        interrupted.error
    }
}

impl<T> fmt::Display for Interrupted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let items = self.read.items.len();
        write!(f, "{}; {items} item(s) were read before", self.error)
    }
}

/// Without the items.
impl<T> fmt::Debug for Interrupted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Interrupted")
            .field("items", &self.read.items.len())
            .field("report", &self.read.report)
            .field("error", &self.error)
            .finish()
    }
}

impl<T> std::error::Error for Interrupted<T> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        std::error::Error::source(&self.error)
    }
}
