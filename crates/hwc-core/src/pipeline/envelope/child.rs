//! A value of an object: whether there is anything in it, what it says as text, and the error fields below it.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{
    fields::{Fields, Object},
    values::shortened,
    words,
};

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
    /// The error fields of an object in its place (or of the first in a list that has a say), when they say anything.
    pub(super) fields: Option<Box<Fields>>,
}

impl Seen {
    fn scalar(weight: Weight, text: impl ToString) -> Self {
        Self {
            weight,
            text: Some(text.to_string()),
            holds_scalar: false,
            is_plain_object: false,
            fields: None,
        }
    }
}

/// Reads a value.
pub(super) struct Child<'m> {
    /// How an object in the place of the value is read. Without it, it is skipped.
    pub(super) object: Option<Object<'m>>,
}

impl<'de> DeserializeSeed<'de> for Child<'_> {
    type Value = Seen;

    fn deserialize<D: Deserializer<'de>>(self, value: D) -> Result<Seen, D::Error> {
        value.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Child<'_> {
    type Value = Seen;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Seen, A::Error> {
        let Some(object) = self.object else {
            let mut is_something = false;
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {
                is_something = true;
            }
            return Ok(Seen {
                weight: Weight::of(is_something),
                ..Seen::default()
            });
        };
        let fields = object.visit_map(map)?;
        let has_say = fields.says_failure || fields.says_success();
        Ok(Seen {
            weight: Weight::of(fields.has_keys),
            text: None,
            holds_scalar: false,
            is_plain_object: !fields.is_strange && !fields.says_failure,
            fields: has_say.then(|| Box::new(fields)),
        })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Seen, A::Error> {
        let mut seen = Seen::default();
        let Some(object) = self.object.and_then(Object::in_a_list) else {
            while seq.next_element::<IgnoredAny>()?.is_some() {
                seen.weight = Weight::Something;
            }
            return Ok(seen);
        };
        let object = Some(object);
        while let Some(one) = seq.next_element_seed(Child { object })? {
            seen.weight = Weight::Something;
            seen.holds_scalar |=
                one.holds_scalar || one.text.is_some() && one.weight == Weight::Something;
            let is_said = seen
                .fields
                .as_ref()
                .is_some_and(|fields| fields.says_failure);
            if !is_said {
                seen.fields = one.fields.or(seen.fields);
            }
        }
        Ok(seen)
    }

    fn visit_str<E>(self, text: &str) -> Result<Seen, E> {
        let weight = match text.trim() {
            "" => Weight::Nothing,
            text if words::is_zero(text) || words::is_no(text) => Weight::No,
            _ => Weight::Something,
        };
        Ok(Seen::scalar(weight, shortened(text)))
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Seen, E> {
        Ok(Seen::scalar(Weight::of_number(!flag), flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Seen, E> {
        Ok(Seen::scalar(Weight::of_number(number == 0), number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Seen, E> {
        Ok(Seen::scalar(Weight::of_number(number == 0), number))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Seen, E> {
        Ok(Seen::scalar(Weight::of_number(number == 0.0), number))
    }

    fn visit_unit<E>(self) -> Result<Seen, E> {
        Ok(Seen::default())
    }
}
