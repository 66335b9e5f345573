//! An operation that answers with a list.

use super::{described::Described, rows::Rows};

/// What names a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PagedBy {
    /// The number of items before it.
    Offset,
    /// Its number; the first one is 1.
    Number,
    /// Nothing: there is one.
    Whole,
}

/// An operation that answers with a list. Implemented by the generator, and by nobody else.
pub trait Paged: Described<Response: Send> + Unpin {
    /// An item.
    type Item: Send + Unpin + 'static;
    /// What names a page.
    const BY: PagedBy;
    /// The field with the items.
    const LIST: &'static str;
    /// The parameter of the page; `None` of a list that comes whole.
    const AT: Option<&'static str>;
    /// The parameter of its length.
    const SIZE: Option<&'static str>;
    /// Whether an item has an id.
    const HAS_ID: bool;
    /// The page that is asked for first, and its length, where the call says so.
    #[doc(hidden)]
    fn begins(&self) -> (Option<i64>, Option<i64>);
    /// Asks for a page.
    #[doc(hidden)]
    fn ask(&mut self, at: i64, size: i64);
    /// The number of all items, as the answer states it.
    #[doc(hidden)]
    fn total(answer: &Self::Response) -> Option<i64>;
    /// The items.
    #[doc(hidden)]
    fn list(answer: Self::Response) -> Option<Vec<Self::Item>>;
    /// How many items there are, of those that could be read; `None` without a list.
    #[doc(hidden)]
    fn count(answer: &Self::Response) -> Option<usize>;
    /// What tells an item from all others.
    #[doc(hidden)]
    fn id(item: &Self::Item) -> Option<String>;
}

impl Rows {
    /// Of the answer to `request`.
    pub(super) fn of<R: Paged>(request: &R, answer: &R::Response) -> Self {
        let (at, size) = request.begins();
        let before = match R::BY {
            PagedBy::Whole => 0,
            PagedBy::Offset => at.unwrap_or(0),
            // Of pages without a length, only the first is known to have nothing before it.
            PagedBy::Number => at
                .unwrap_or(1)
                .saturating_sub(1)
                .saturating_mul(size.unwrap_or(0)),
        };
        Self {
            field: R::LIST,
            count: R::count(answer),
            total: R::total(answer),
            before,
        }
    }
}
