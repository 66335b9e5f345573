//! Decoding of the scalars in answers: what the service means counts, not the JSON type it chose.
//!
//! A number in quotes is a number, a number where a text is documented is that number as text, `null` is absence.
//! What has no such reading (an object where a text is documented) is set aside, and costs its field alone; see
//! [`crate::page`]. No message of an error holds a value.

use serde::{
    Deserializer,
    de::{Error, SeqAccess, Unexpected, Visitor},
};
use std::{fmt, marker::PhantomData};

/// A scalar of an answer, made from whatever scalar came.
trait Scalar: Sized {
    const WANTED: &'static str;
    /// `Ok(None)` means absent.
    fn from_text(text: &str) -> Option<Option<Self>>;
    fn from_owned(text: String) -> Option<Option<Self>> {
        Self::from_text(&text)
    }
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
    fn from_owned(text: String) -> Option<Option<Self>> {
        Some(Some(text))
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

struct One<T>(PhantomData<T>);

impl<T> One<T> {
    const NEW: Self = Self(PhantomData);
}

impl<'de, T: Scalar> Visitor<'de> for One<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::WANTED)
    }
    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        T::from_text(text).ok_or_else(|| E::invalid_type(Unexpected::Other("other text"), &self))
    }
    fn visit_string<E: Error>(self, text: String) -> Result<Self::Value, E> {
        T::from_owned(text).ok_or_else(|| E::invalid_type(Unexpected::Other("other text"), &self))
    }
    fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
        T::from_integer(value)
            .map(Some)
            .ok_or_else(|| number(&self))
    }
    fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
        T::from_unsigned(value)
            .map(Some)
            .ok_or_else(|| number(&self))
    }
    fn visit_f64<E: Error>(self, value: f64) -> Result<Self::Value, E> {
        T::from_number(value).map(Some).ok_or_else(|| number(&self))
    }
    fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
        T::from_flag(value)
            .map(Some)
            .ok_or_else(|| E::invalid_type(Unexpected::Other("a flag"), &self))
    }
    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}

/// The error for a number that the wanted type cannot take; without the number.
fn number<'de, E: Error, T: Scalar>(visitor: &One<T>) -> E
where
    One<T>: Visitor<'de>,
{
    E::invalid_type(Unexpected::Other("a number out of range"), visitor)
}

/// For the elements of a list.
struct Element<T>(PhantomData<T>);

impl<'de, T: Scalar> serde::de::DeserializeSeed<'de> for Element<T> {
    type Value = Option<T>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(One::<T>::NEW)
    }
}

struct Many<T>(PhantomData<T>);

impl<'de, T: Scalar> Visitor<'de> for Many<T> {
    type Value = Option<Vec<T>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list, each item {}", T::WANTED)
    }
    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(Element(PhantomData))? {
            items.extend(item);
        }
        Ok(Some(items))
    }
}

fn one<'de, D: Deserializer<'de>, T: Scalar>(deserializer: D) -> Result<Option<T>, D::Error> {
    deserializer.deserialize_any(One::<T>::NEW)
}

fn many<'de, D: Deserializer<'de>, T: Scalar>(deserializer: D) -> Result<Option<Vec<T>>, D::Error> {
    deserializer.deserialize_any(Many(PhantomData))
}

macro_rules! decoders {
    ($($(#[$docs:meta])* $name:ident: $kind:ident of $scalar:ty => $answer:ty;)*) => {$(
        $(#[$docs])*
        #[allow(dead_code, reason = "which of them the generated types need changes with the description")]
        pub(crate) fn $name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<$answer, D::Error> {
            $kind::<D, $scalar>(deserializer)
        }
    )*};
}

decoders! {
    /// A text.
    text: one of String => Option<String>;
    /// A list of texts.
    texts: many of String => Option<Vec<String>>;
    /// A whole number.
    integer: one of i64 => Option<i64>;
    /// A list of whole numbers.
    integers: many of i64 => Option<Vec<i64>>;
    /// A number.
    decimal: one of f64 => Option<f64>;
    /// A list of numbers.
    decimals: many of f64 => Option<Vec<f64>>;
    /// A flag.
    flag: one of bool => Option<bool>;
    /// A list of flags.
    flags: many of bool => Option<Vec<bool>>;
}
