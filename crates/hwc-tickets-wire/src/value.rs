//! Scalars that can stand in a path, a query, a header or a form.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::borrow::Cow;

/// What does not stand for itself in a path or a query: the form that signatures are made of.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// Writes `text` percent-encoded behind what is in `out`.
pub(crate) fn encode(text: &str, out: &mut String) {
    out.extend(utf8_percent_encode(text, ENCODED));
}

/// A scalar.
pub(crate) trait Value {
    /// As text, not encoded.
    fn plain(&self) -> Cow<'_, str>;
}

impl Value for String {
    fn plain(&self) -> Cow<'_, str> {
        Cow::Borrowed(self)
    }
}

macro_rules! shown {
    ($($ty:ty)*) => {$(
        impl Value for $ty {
            fn plain(&self) -> Cow<'_, str> {
                Cow::Owned(self.to_string())
            }
        }
    )*};
}
shown!(i64 f64 bool);

/// No, one or many scalars.
pub(crate) trait Values {
    /// Hands out one after the other.
    fn each(&self, take: &mut dyn FnMut(&dyn Value));
}

impl<V: Value> Values for V {
    fn each(&self, take: &mut dyn FnMut(&dyn Value)) {
        take(self);
    }
}

impl<V: Values> Values for Option<V> {
    fn each(&self, take: &mut dyn FnMut(&dyn Value)) {
        if let Some(values) = self {
            values.each(take);
        }
    }
}

impl<V: Values> Values for Vec<V> {
    fn each(&self, take: &mut dyn FnMut(&dyn Value)) {
        for values in self {
            values.each(take);
        }
    }
}
