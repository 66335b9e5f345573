//! Reading an object as a struct.

use super::{Model, Next, Notes, set_aside_name};
use serde::de::{
    Deserialize, Deserializer, MapAccess, SeqAccess, Visitor, value::SeqAccessDeserializer,
};
use serde_json::{Map, Value};
use std::{borrow::Cow, fmt};

/// Reads an object as `T`.
pub(crate) struct Object<'n, T> {
    notes: &'n mut Notes,
    place: &'n mut Option<T>,
}

impl<'n, T> Object<'n, T> {
    pub(crate) fn new(notes: &'n mut Notes, place: &'n mut Option<T>) -> Self {
        Self { notes, place }
    }
}

impl<'de, T: Model> Visitor<'de> for Object<'_, T> {
    type Value = Option<Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::WANTED)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let model = self.place.insert(T::default());
        self.notes.depth += 1;
        while let Some(Key(key)) = map.next_key()? {
            let mut next = Next {
                map: &mut map,
                notes: self.notes,
                aside: None,
            };
            let is_known = model.set(&key, &mut next)?;
            if let Some((key, value)) = next.aside {
                set_aside(model.extra(), key, value);
            }
            if !is_known {
                keep(model.extra(), key, map.next_value()?);
            }
        }
        self.notes.depth -= 1;
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
        Value::deserialize(SeqAccessDeserializer::new(list)).map(Some)
    }
    super::scalars_are_odd!();
}

/// Keeps what has no reading in the field `key`.
#[cold]
fn set_aside(extra: &mut Map<String, Value>, key: &str, value: Value) {
    extra.insert(set_aside_name(key), value);
}

/// Keeps what is not described.
fn keep(extra: &mut Map<String, Value>, key: Cow<'_, str>, value: Value) {
    extra.insert(key.into_owned(), value);
}

/// A key, borrowed unless it is written with escapes.
struct Key<'de>(Cow<'de, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Text;
        impl<'de> Visitor<'de> for Text {
            type Value = Key<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Borrowed(text)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Owned(text.to_owned())))
            }
        }
        from.deserialize_str(Text)
    }
}
