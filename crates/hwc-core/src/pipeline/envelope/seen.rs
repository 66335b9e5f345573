//! What was read of a value: whether there is anything in it, and what it says as text.

/// What a value amounts to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Weight {
    /// `null`, an empty text, list or object.
    #[default]
    Nothing,
    /// `false` or zero.
    No,
    /// Anything else.
    Something,
}

impl Weight {
    pub(super) fn of(is_something: bool) -> Self {
        match is_something {
            true => Self::Something,
            false => Self::Nothing,
        }
    }

    pub(super) fn of_number(is_zero: bool) -> Self {
        match is_zero {
            true => Self::No,
            false => Self::Something,
        }
    }
}

/// What was read of a value.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) weight: Weight,
    /// A text, a number or a truth value as text.
    pub(super) text: Option<String>,
    /// Whether such a value stands in a list in its place.
    pub(super) holds_scalar: bool,
    /// Whether it is an object with nothing in it but what an answer to a write may hold when all is well.
    pub(super) is_plain_object: bool,
}

impl Seen {
    pub(super) fn scalar(weight: Weight, text: impl ToString) -> Self {
        Self {
            weight,
            text: Some(text.to_string()),
            holds_scalar: false,
            is_plain_object: false,
        }
    }
}
