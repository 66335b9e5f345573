//! Reading a list: an element with no reading costs itself alone.

use super::{Field, Notes, Seed, kind};
use serde::de::{
    Deserialize, Deserializer, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer,
};
use serde_json::Value;
use std::fmt;

struct List<'n, T> {
    notes: &'n mut Notes,
    place: &'n mut Option<Vec<T>>,
}

impl<'de, T: Field> Visitor<'de> for List<'_, T> {
    type Value = Option<Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list, each element {}", T::WANTED)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        let mut lost = Vec::new();
        for index in 0.. {
            let before = self.notes.lost.len();
            let mut item: Option<T> = None;
            let seed = Seed {
                notes: self.notes,
                place: &mut item,
            };
            let Some(aside) = list.next_element_seed(seed)? else {
                break;
            };
            if self.notes.lost.len() > before {
                self.notes.at(before, index);
            }
            if aside.is_none()
                && let Some(item) = item
            {
                items.push(item);
                continue;
            }
            lost.extend(take_odd(
                self.notes,
                index,
                T::WANTED,
                item.is_some(),
                aside,
            ));
            items.extend(item);
        }
        *self.place = Some(items);
        Ok(match lost.is_empty() {
            true => None,
            false => Some(lost.into()),
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        Value::deserialize(MapAccessDeserializer::new(map)).map(Some)
    }
    super::scalars_are_odd!();
}

/// What is lost of element number `index`: itself, or, where it `is_read`, what stands in it.
#[cold]
#[inline(never)]
fn take_odd(
    notes: &mut Notes,
    index: usize,
    wanted: &'static str,
    is_read: bool,
    aside: Option<Value>,
) -> Vec<Value> {
    match aside {
        // The lost elements of a list in a list.
        Some(Value::Array(inner)) if is_read => inner,
        _ if is_read => Vec::new(),
        None => {
            notes.lose(index, "nothing", wanted);
            vec![Value::Null]
        }
        Some(value) => {
            notes.lose(index, kind(&value), wanted);
            vec![value]
        }
    }
}

impl<T: Field> Field for Vec<T> {
    const WANTED: &'static str = "a list";
    fn read<'de, D: Deserializer<'de>>(
        from: D,
        notes: &mut Notes,
        place: &mut Option<Self>,
    ) -> Result<Option<Value>, D::Error> {
        from.deserialize_any(List { notes, place })
    }
}
