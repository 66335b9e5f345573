//! A value of an object: whether there is anything in it, what it says as text, and the error fields below it.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{
    super::{
        seen::{Seen, Weight},
        text::shortened,
        words,
    },
    Fields, Object,
};

/// A value with what stands below it.
#[derive(Debug, Default)]
pub(super) struct Value {
    pub(super) seen: Seen,
    /// The error fields of an object in its place (or of the first in a list that has a say), when they say anything.
    pub(super) fields: Option<Box<Fields>>,
}

impl From<Seen> for Value {
    fn from(seen: Seen) -> Self {
        Self { seen, fields: None }
    }
}

/// Reads a value.
pub(super) struct Child<'m> {
    /// How an object in the place of the value is read. Without it, it is skipped.
    pub(super) object: Option<Object<'m>>,
}

impl<'de> DeserializeSeed<'de> for Child<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, value: D) -> Result<Value, D::Error> {
        value.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Child<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let Some(object) = self.object else {
            let mut is_something = false;
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {
                is_something = true;
            }
            return Ok(Value::from(Seen {
                weight: Weight::of(is_something),
                ..Seen::default()
            }));
        };
        let fields = object.visit_map(map)?;
        let has_say = fields.says_failure || fields.says_success();
        Ok(Value {
            seen: Seen {
                weight: Weight::of(fields.has_keys),
                text: None,
                holds_scalar: false,
                is_plain_object: !fields.is_strange && !fields.says_failure,
            },
            fields: has_say.then(|| Box::new(fields)),
        })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut whole = Value::default();
        let Some(object) = self.object.and_then(Object::in_a_list) else {
            while seq.next_element::<IgnoredAny>()?.is_some() {
                whole.seen.weight = Weight::Something;
            }
            return Ok(whole);
        };
        let object = Some(object);
        while let Some(Value { seen: one, fields }) = seq.next_element_seed(Child { object })? {
            whole.seen.weight = Weight::Something;
            whole.seen.holds_scalar |=
                one.holds_scalar || one.text.is_some() && one.weight == Weight::Something;
            let is_said = whole
                .fields
                .as_ref()
                .is_some_and(|fields| fields.says_failure);
            if !is_said {
                whole.fields = fields.or(whole.fields);
            }
        }
        Ok(whole)
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        let weight = match text.trim() {
            "" => Weight::Nothing,
            text if words::is_zero(text) || words::is_no(text) => Weight::No,
            _ => Weight::Something,
        };
        Ok(Seen::scalar(weight, shortened(text)).into())
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(Seen::scalar(Weight::of_number(!flag), flag).into())
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Seen::scalar(Weight::of_number(number == 0), number).into())
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Seen::scalar(Weight::of_number(number == 0), number).into())
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Seen::scalar(Weight::of_number(number == 0.0), number).into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Default::default())
    }
}
