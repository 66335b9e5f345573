//! What a documented limit is, and how what can be sent is measured. The limits themselves are generated, in
//! [`crate::limits`].

use serde_json::{Map, Value};
use std::fmt;

/// What a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Unit {
    /// UTF-16 units of a text: no source says what is counted, and no reading counts more (D-03).
    Characters,
    /// Items of a list.
    Items,
    /// The number itself.
    Value,
}

/// A documented limit of something a caller can send. Both ends are included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
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
    /// Whether `measure` (units of text, items or the value, as [`Limit::unit`] says) is within the limit.
    #[must_use]
    pub fn allows(&self, measure: i64) -> bool {
        self.min.is_none_or(|min| measure >= min) && self.max.is_none_or(|max| measure <= max)
    }

    /// Whether the length of `text` is within the limit.
    #[must_use]
    pub fn allows_text(&self, text: &str) -> bool {
        self.allows(units(text))
    }
}

/// A limit that a request does not keep to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Exceeded {
    /// The limit.
    pub limit: &'static Limit,
    /// What was measured: units of text, items, or the number.
    pub measure: i64,
}

impl Exceeded {
    /// What is wrong, for whoever has a name of its own for the field: `has 2001 characters, and the most is 2000`.
    #[must_use]
    pub fn breach(&self) -> Breach<'_> {
        Breach(self)
    }
}

/// What is wrong with a value, without its name: [`Exceeded::breach`].
#[derive(Debug, Clone, Copy)]
pub struct Breach<'a>(&'a Exceeded);

/// `message.content has 2001 characters, and the most is 2000`.
impl fmt::Display for Exceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.limit.field, self.breach())
    }
}

impl fmt::Display for Breach<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Exceeded { limit, measure } = self.0;
        match limit.unit {
            Unit::Characters => write!(f, "has {measure} characters")?,
            Unit::Items => write!(f, "has {measure} items")?,
            Unit::Value => write!(f, "is {measure}")?,
        }
        match (limit.min, limit.max) {
            (Some(min), _) if *measure < min => write!(f, ", and the least is {min}"),
            (_, Some(max)) => write!(f, ", and the most is {max}"),
            (_, None) => Ok(()),
        }
    }
}

/// UTF-16 units.
fn units(text: &str) -> i64 {
    i64::try_from(text.encode_utf16().count()).unwrap_or(i64::MAX)
}

/// The way to a value, as [`Limit::field`] has it.
#[derive(Debug, Default)]
pub struct Path(String);

impl Path {
    /// Measures the value of a field. The body is no field of its own: its fields stand beside the parameters.
    pub(crate) fn within(&mut self, field: &str, value: &dyn Measured, see: &mut See<'_>) {
        if self.0.is_empty() && field == "body" {
            return value.measure(self, see);
        }
        let length = self.0.len();
        if length > 0 {
            self.0.push('.');
        }
        self.0.push_str(field);
        value.measure(self, see);
        self.0.truncate(length);
    }

    /// Tells of a list how many items it has, and goes into them. Gives the length to go back to.
    fn enter_items(&mut self, count: usize, see: &mut See<'_>) -> usize {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        see(&self.0, Unit::Items, count);
        let length = self.0.len();
        self.0.push_str("[]");
        length
    }
}

/// What is told about every part of a request that can be measured: its field, what was counted, and how much.
pub(crate) type See<'s> = dyn FnMut(&str, Unit, i64) + 's;

/// Something that can be sent. Implemented by the generator for every struct of a request.
pub trait Measured {
    /// Tells the measure of everything it holds.
    #[doc(hidden)]
    fn measure(&self, path: &mut Path, see: &mut See<'_>);
}

impl Measured for String {
    fn measure(&self, path: &mut Path, see: &mut See<'_>) {
        see(&path.0, Unit::Characters, units(self));
    }
}

impl Measured for i64 {
    fn measure(&self, path: &mut Path, see: &mut See<'_>) {
        see(&path.0, Unit::Value, *self);
    }
}

impl<T: Measured> Measured for Option<T> {
    fn measure(&self, path: &mut Path, see: &mut See<'_>) {
        if let Some(value) = self {
            value.measure(path, see);
        }
    }
}

impl<T: Measured> Measured for Vec<T> {
    fn measure(&self, path: &mut Path, see: &mut See<'_>) {
        let length = path.enter_items(self.len(), see);
        for item in self {
            item.measure(path, see);
        }
        path.0.truncate(length);
    }
}

macro_rules! without_limit {
    ($($ty:ty)*) => {$(
        impl Measured for $ty {
            fn measure(&self, _: &mut Path, _: &mut See<'_>) {}
        }
    )*};
}
without_limit!(f64 bool Value Map<String, Value>);
