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
            if let Some(item) = item {
                items.push(item);
                // The lost elements of a list in a list.
                if let Some(Value::Array(inner)) = aside {
                    lost.extend(inner);
                }
                continue;
            }
            let (what, odd) = match aside {
                None => ("nothing", Value::Null),
                Some(value) => (kind(&value), value),
            };
            self.notes.lose(index, what, T::WANTED);
            lost.push(odd);
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
