//! Reading a list: an element with no reading costs itself alone.

use super::{Field, Notes, Reading, Seed, kind};
use serde::de::{
    Deserialize, Deserializer, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer,
};
use serde_json::Value;
use std::{fmt, marker::PhantomData};

struct List<'n, T> {
    notes: &'n mut Notes,
    of: PhantomData<T>,
}

impl<'de, T: Field> Visitor<'de> for List<'_, T> {
    type Value = Reading<Vec<T>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list, each element {}", T::WANTED)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        let mut lost = Vec::new();
        for index in 0.. {
            let before = self.notes.lost.len();
            let seed = Seed {
                notes: self.notes,
                of: PhantomData::<T>,
            };
            let Some(reading) = list.next_element_seed(seed)? else {
                break;
            };
            if self.notes.lost.len() > before {
                self.notes.at(before, index);
            }
            let (what, odd) = match reading {
                Reading::Is(item) => {
                    items.push(item);
                    continue;
                }
                Reading::Partly(item, inner) => {
                    items.push(item);
                    lost.extend(inner);
                    continue;
                }
                Reading::Nothing => ("nothing", Value::Null),
                Reading::Odd(value) => (kind(&value), value),
            };
            self.notes.lose(index, what, T::WANTED);
            lost.push(odd);
        }
        Ok(if lost.is_empty() {
            Reading::Is(items)
        } else {
            Reading::Partly(items, lost)
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        Value::deserialize(MapAccessDeserializer::new(map)).map(Reading::Odd)
    }
    super::scalars_are_odd!();
}

impl<T: Field> Field for Vec<T> {
    const WANTED: &'static str = "a list";
    fn read<'de, D: Deserializer<'de>>(
        from: D,
        notes: &mut Notes,
    ) -> Result<Reading<Self>, D::Error> {
        let of = PhantomData;
        from.deserialize_any(List { notes, of })
    }
}
