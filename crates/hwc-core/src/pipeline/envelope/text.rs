//! The text of a field: read without storing what is not asked for.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// Text, or a number in its usual spelling. `null` is nothing, and so is `false` where an error is named. A list or an
/// object in the place of a code is not nothing: it counts as an unreadable code.
pub(super) struct Text {
    /// Whether `false` says something.
    counts_no: bool,
}

impl Text {
    /// Of a field about an error: `false` says that there is none.
    pub(super) const OF_ERROR: Self = Self { counts_no: false };
    /// Of a field that may tell a success as well: `false` says that there is none.
    pub(super) const OF_RESULT: Self = Self { counts_no: true };
}

/// Most characters that are kept of a text.
const LONGEST: usize = 2_000;

/// The text without blanks in front, and not without end.
pub(super) fn shortened(text: &str) -> String {
    text.trim_start().chars().take(LONGEST).collect()
}

/// Stands for a code that is neither text nor number.
pub(super) const UNREADABLE: &str = "?";

impl<'de> DeserializeSeed<'de> for Text {
    type Value = Option<String>;

    fn deserialize<D: Deserializer<'de>>(self, value: D) -> Result<Self::Value, D::Error> {
        value.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Text {
    type Value = Option<String>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any JSON value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some(shortened(text)))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Some(number.to_string()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Some(number.to_string()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Some(number.to_string()))
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Self::Value, E> {
        Ok((flag || self.counts_no).then(|| UNREADABLE.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        // It says nothing.
        Ok(Default::default())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        IgnoredAny.visit_map(map)?;
        Ok(Some(UNREADABLE.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
        IgnoredAny.visit_seq(seq)?;
        Ok(Some(UNREADABLE.to_owned()))
    }
}
