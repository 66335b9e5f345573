//! A value below the top of an answer: whether there is anything in it, and the error fields it holds.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{
    Shape,
    fields::{Fields, Object},
};

/// What a value amounts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    /// `null`, an empty text, list or object.
    Nothing,
    /// `false` or zero.
    No,
    /// Anything else.
    Something,
}

impl Weight {
    fn of(is_something: bool) -> Self {
        match is_something {
            true => Self::Something,
            false => Self::Nothing,
        }
    }

    fn of_number(is_zero: bool) -> Self {
        match is_zero {
            true => Self::No,
            false => Self::Something,
        }
    }
}

/// Reads a child of the top object. Its error fields are kept when there is a code among them.
pub(super) struct Child {
    pub(super) shape: Shape,
}

impl<'de> DeserializeSeed<'de> for Child {
    type Value = (Weight, Option<Fields>);

    fn deserialize<D: Deserializer<'de>>(self, value: D) -> Result<Self::Value, D::Error> {
        value.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Child {
    type Value = (Weight, Option<Fields>);

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        let object = Object {
            shape: self.shape,
            nested: true,
        };
        let fields = object.visit_map(map)?;
        let weight = Weight::of(fields.has_keys);
        Ok((weight, fields.has_code().then_some(fields)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut is_something = false;
        while seq.next_element::<IgnoredAny>()?.is_some() {
            is_something = true;
        }
        Ok((Weight::of(is_something), None))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        let weight = match text.trim() {
            "false" | "0" => Weight::No,
            text => Weight::of(!text.is_empty()),
        };
        Ok((weight, None))
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Self::Value, E> {
        Ok((Weight::of_number(!flag), None))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok((Weight::of_number(number == 0), None))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok((Weight::of_number(number == 0), None))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok((Weight::of_number(number == 0.0), None))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok((Weight::Nothing, None))
    }
}
