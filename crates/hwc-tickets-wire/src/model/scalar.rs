//! Reading a scalar: what the service means counts, not the JSON type it chose.
//!
//! A number in quotes is a number, a number where a text is documented is that number as text, `null` is absence, and so
//! is an empty text where a number is documented.

use super::{Field, Notes};
use serde::de::{
    Deserialize, Deserializer, MapAccess, SeqAccess, Visitor,
    value::{MapAccessDeserializer, SeqAccessDeserializer},
};
use serde_json::{Map, Value};
use std::fmt;

/// A scalar of an answer, made from whatever scalar came.
trait Scalar: Sized {
    const WANTED: &'static str;
    /// `Ok(None)` means absent.
    fn from_text(text: &str) -> Option<Option<Self>>;
    fn from_integer(value: i64) -> Option<Self>;
    fn from_unsigned(value: u64) -> Option<Self> {
        i64::try_from(value).ok().and_then(Self::from_integer)
    }
    fn from_number(value: f64) -> Option<Self>;
    fn from_flag(value: bool) -> Option<Self>;
}

impl Scalar for String {
    const WANTED: &'static str = "a text";
    fn from_text(text: &str) -> Option<Option<Self>> {
        Some(Some(text.to_owned()))
    }
    fn from_integer(value: i64) -> Option<Self> {
        Some(value.to_string())
    }
    fn from_unsigned(value: u64) -> Option<Self> {
        Some(value.to_string())
    }
    fn from_number(value: f64) -> Option<Self> {
        Some(serde_json::Number::from_f64(value)?.to_string())
    }
    fn from_flag(value: bool) -> Option<Self> {
        Some(value.to_string())
    }
}

impl Scalar for i64 {
    const WANTED: &'static str = "a whole number";
    fn from_text(text: &str) -> Option<Option<Self>> {
        match text.trim() {
            "" => Some(None),
            "true" => Some(Some(1)),
            "false" => Some(Some(0)),
            text => match text.parse() {
                Ok(value) => Some(Some(value)),
                Err(_) => text.parse().ok().and_then(Self::from_number).map(Some),
            },
        }
    }
    fn from_integer(value: i64) -> Option<Self> {
        Some(value)
    }
    fn from_number(value: f64) -> Option<Self> {
        // Beyond 2^53 a float no longer names one whole number.
        const EXACT: f64 = 9_007_199_254_740_992.0;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "whole and in range, just checked"
        )]
        (value.fract() == 0.0 && value.abs() <= EXACT).then_some(value as Self)
    }
    fn from_flag(value: bool) -> Option<Self> {
        Some(value.into())
    }
}

impl Scalar for f64 {
    const WANTED: &'static str = "a number";
    fn from_text(text: &str) -> Option<Option<Self>> {
        match text.trim() {
            "" => Some(None),
            text => text
                .parse()
                .ok()
                .filter(|value: &Self| value.is_finite())
                .map(Some),
        }
    }
    fn from_integer(value: i64) -> Option<Self> {
        #[expect(
            clippy::cast_precision_loss,
            reason = "the field is documented as a float"
        )]
        Some(value as Self)
    }
    fn from_number(value: f64) -> Option<Self> {
        Some(value)
    }
    fn from_flag(value: bool) -> Option<Self> {
        Some(f64::from(u8::from(value)))
    }
}

impl Scalar for bool {
    const WANTED: &'static str = "true or false";
    fn from_text(text: &str) -> Option<Option<Self>> {
        match text.trim() {
            "" => Some(None),
            "true" | "1" => Some(Some(true)),
            "false" | "0" => Some(Some(false)),
            _ => None,
        }
    }
    fn from_integer(value: i64) -> Option<Self> {
        match value {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
    fn from_number(value: f64) -> Option<Self> {
        i64::from_number(value).and_then(Self::from_integer)
    }
    fn from_flag(value: bool) -> Option<Self> {
        Some(value)
    }
}

struct One<'s, T> {
    place: &'s mut Option<T>,
}

impl<T: Scalar> One<'_, T> {
    fn take(self, read: Option<Option<T>>, odd: impl FnOnce() -> Value) -> Option<Value> {
        match read {
            Some(value) => {
                *self.place = value;
                None
            }
            None => Some(odd()),
        }
    }
}

impl<'de, T: Scalar> Visitor<'de> for One<'_, T> {
    type Value = Option<Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::WANTED)
    }
    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(self.take(T::from_text(text), || text.into()))
    }
    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        let read = T::from_flag(value).map(Some);
        Ok(self.take(read, || value.into()))
    }
    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        let read = T::from_integer(value).map(Some);
        Ok(self.take(read, || value.into()))
    }
    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        let read = T::from_unsigned(value).map(Some);
        Ok(self.take(read, || value.into()))
    }
    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        let read = T::from_number(value).map(Some);
        Ok(self.take(read, || value.into()))
    }
    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
        Value::deserialize(SeqAccessDeserializer::new(list)).map(Some)
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        Value::deserialize(MapAccessDeserializer::new(map)).map(Some)
    }
}

macro_rules! scalars {
    ($($ty:ty)*) => {$(
        impl Field for $ty {
            const WANTED: &'static str = <Self as Scalar>::WANTED;
            fn read<'de, D: Deserializer<'de>>(
                from: D,
                _: &mut Notes,
                place: &mut Option<Self>,
            ) -> Result<Option<Value>, D::Error> {
                from.deserialize_any(One { place })
            }
        }
    )*};
}
scalars!(String i64 f64 bool);

/// What no document gives a form.
impl Field for Value {
    const WANTED: &'static str = "a value";
    fn read<'de, D: Deserializer<'de>>(
        from: D,
        _: &mut Notes,
        place: &mut Option<Self>,
    ) -> Result<Option<Value>, D::Error> {
        *place = Some(Self::deserialize(from)?).filter(|value| !value.is_null());
        Ok(None)
    }
}

/// An object of which no document names the fields.
impl Field for Map<String, Value> {
    const WANTED: &'static str = "an object";
    fn read<'de, D: Deserializer<'de>>(
        from: D,
        _: &mut Notes,
        place: &mut Option<Self>,
    ) -> Result<Option<Value>, D::Error> {
        Ok(match Value::deserialize(from)? {
            Value::Null => None,
            Value::Object(fields) => {
                *place = Some(fields);
                None
            }
            odd => Some(odd),
        })
    }
}
