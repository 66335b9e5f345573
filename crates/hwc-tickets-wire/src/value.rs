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
    // Of most values nothing has to be encoded.
    match text.bytes().all(stands_for_itself) {
        true => out.push_str(text),
        false => out.extend(utf8_percent_encode(text, ENCODED)),
    }
}

/// Whether a byte is none of [`ENCODED`].
fn stands_for_itself(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~')
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_character_is_encoded_as_the_set_says_alone_and_beside_others() {
        for byte in 0..=127_u8 {
            for text in [
                String::from(char::from(byte)),
                format!("a{}1", char::from(byte)),
            ] {
                let mut encoded = String::from("before=");
                encode(&text, &mut encoded);
                let expected = utf8_percent_encode(&text, ENCODED);
                assert_eq!(encoded, format!("before={expected}"), "{byte}");
            }
        }
    }
}
