//! What a documented limit is. The limits themselves are generated, in [`crate::limits`].

/// What a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Unicode characters of a text.
    Characters,
    /// Items of a list.
    Items,
    /// The number itself.
    Value,
}

/// A documented limit of something a caller can send. Both ends are included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Limit {
    /// The operation, e.g. `createMessages`.
    pub operation: &'static str,
    /// The field: a parameter's name, or the way to it in the body, e.g. `message.content`; `[]` means each item.
    pub field: &'static str,
    /// What is counted.
    pub unit: Unit,
    /// Least allowed, if documented.
    pub min: Option<i64>,
    /// Most allowed, if documented.
    pub max: Option<i64>,
    /// Whether the field is documented as mandatory.
    pub required: bool,
    /// Whether the operation's own document states the limit. `false`: another source does, and the description
    /// only records it.
    pub enforced: bool,
}

impl Limit {
    /// Whether `measure` (characters, items or the value, as [`Limit::unit`] says) is within the limit.
    #[must_use]
    pub fn allows(&self, measure: i64) -> bool {
        self.min.is_none_or(|min| measure >= min) && self.max.is_none_or(|max| measure <= max)
    }

    /// Whether the length of `text` in characters is within the limit.
    #[must_use]
    pub fn allows_text(&self, text: &str) -> bool {
        self.allows(i64::try_from(text.chars().count()).unwrap_or(i64::MAX))
    }
}
