//! What is said with an action on a ticket: words, and a rating.

use serde::{Deserialize, Serialize};
use std::fmt;

/// How a ticket was handled, in words and in points.
///
/// What can be rated, with how many points in which steps, is data of the service:
/// `client.catalog().satisfaction_dimensions()` lists it.
///
/// ```
/// use hwc_tickets::Rating;
/// let rating = Rating::new("Quick, and it works.").points(1, 5).points(3, 4);
/// assert_eq!(rating.points.len(), 2);
/// ```
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Rating {
    /// In words; may be empty. At most 400 characters.
    pub words: String,
    /// In points, for each category that is rated.
    pub points: Vec<Points>,
}

/// The points for one category.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Points {
    /// The id of the category, `satisfaction_id` in the words of the service.
    pub category: i64,
    /// The points.
    pub value: i64,
}

impl Points {
    /// `value` points for `category`.
    #[must_use]
    pub fn new(category: i64, value: i64) -> Self {
        Self { category, value }
    }
}

impl Rating {
    /// A rating in words alone.
    #[must_use]
    pub fn new(words: impl Into<String>) -> Self {
        Self {
            words: words.into(),
            points: Vec::new(),
        }
    }

    /// The same with `value` points for `category`.
    #[must_use]
    pub fn points(mut self, category: i64, value: i64) -> Self {
        self.points.push(Points::new(category, value));
        self
    }

    /// Whether it says nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.is_empty() && self.points.is_empty()
    }
}

/// Without the words.
impl fmt::Debug for Rating {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rating")
            .field("points", &self.points)
            .finish_non_exhaustive()
    }
}

/// What goes along with an action.
#[derive(Clone, Default)]
pub(crate) struct Saying {
    pub(crate) words: Option<String>,
    pub(crate) rating: Option<Rating>,
}

/// Without the words.
impl fmt::Debug for Saying {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Saying")
            .field("has_words", &self.words.is_some())
            .field("rating", &self.rating)
            .finish()
    }
}
