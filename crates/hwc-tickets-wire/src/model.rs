//! Models of answers. Decoding is total over JSON: a field whose value has no reading as what is documented costs itself
//! alone, an element of a list that has none costs itself alone, and what is not described is kept.
//!
//! - A field of a known name with an odd value (an object where a text is documented, a text where a list is) is set
//!   aside: it moves to `extra`, under its name with a `~` in front. What the caller asked for must not be missing without
//!   a word: see [`crate::Response::needs`].
//! - An element of a list with no reading is noted as lost ([`Undecodable`]), and kept under the list's name with a `~`.
//! - `null` is absence. A scalar is read for what it means, see [`scalar`].
//!
//! A struct of the description becomes a [`Model`] by one printed line, `answer! { Name { "key" => field, .. } }`; one of a
//! request by `request! { .. }`.

/// The methods of a visitor that wants no scalar: `null` is absence, everything else is odd.
macro_rules! scalars_are_odd {
    () => {
        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(None)
        }
        fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
            Ok(Some(text.into()))
        }
        fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
            Ok(Some(value.into()))
        }
        fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
            Ok(Some(value.into()))
        }
        fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
            Ok(Some(value.into()))
        }
        fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
            Ok(Some(value.into()))
        }
    };
}
use scalars_are_odd;

mod list;
mod object;
mod scalar;
mod show;

use crate::{shallow, undecodable::Undecodable};
use serde::de::{DeserializeSeed, Deserializer as _, MapAccess};
use serde_json::{Map, Value};
use std::borrow::Cow;

pub(crate) use object::Object;
pub(crate) use show::{Shape, shape};

/// What a field can be.
pub(crate) trait Field: Sized {
    /// In words, with an article.
    const WANTED: &'static str;
    /// Reads a value into `place`, which is empty: there it stays, so that nothing large is moved. `null`, and what stands for
    /// it, leaves `place` empty. What has no reading as what is documented is given back: instead of the value, or, beside a
    /// list, its elements that have none. An error says that the text is no JSON, and nothing else.
    fn read<'de, D: serde::Deserializer<'de>>(
        from: D,
        notes: &mut Notes,
        place: &mut Option<Self>,
    ) -> Result<Option<Value>, D::Error>;
}

/// A struct of an answer.
pub(crate) trait Model: Field + Default {
    /// Its name, for people.
    const NAME: &'static str;
    /// Reads the value of `key` into its field. `false`: there is no such field.
    fn set<'de, A: MapAccess<'de>>(
        &mut self,
        key: &str,
        value: &mut Next<'_, A>,
    ) -> Result<bool, A::Error>;
    /// What is not described, and what was set aside.
    fn extra(&mut self) -> &mut Map<String, Value>;
}

/// What was noted while reading.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    /// Lost elements of lists. Their pointers are completed on the way out, and only when there are some.
    pub(crate) lost: Vec<Undecodable>,
    /// Odd fields at the top: name, and what stands there instead.
    pub(crate) odd: Vec<(&'static str, &'static str)>,
    /// Objects around the one that is read.
    depth: usize,
}

/// The value that comes next in an object.
pub(crate) struct Next<'n, A> {
    map: &'n mut A,
    notes: &'n mut Notes,
    /// What has to be kept beside the fields.
    aside: Option<(&'static str, Value)>,
}

impl<'de, A: MapAccess<'de>> Next<'_, A> {
    /// Reads the value into a field.
    pub(crate) fn into<T: Field>(
        &mut self,
        key: &'static str,
        field: &mut Option<T>,
    ) -> Result<bool, A::Error> {
        let before = self.notes.lost.len();
        // Of a key that stands there twice, the last one counts.
        *field = None;
        let seed = Seed {
            notes: self.notes,
            place: &mut *field,
        };
        if let Some(value) = self.map.next_value_seed(seed)? {
            if field.is_none() {
                self.notes.odd(key, &value);
            }
            self.aside = Some((key, value));
        }
        if self.notes.lost.len() > before {
            self.notes.within(before, key);
        }
        Ok(true)
    }
}

impl Notes {
    /// `value` stands in the field `key`, and has no reading as what is documented.
    #[cold]
    fn odd(&mut self, key: &'static str, value: &Value) {
        if self.depth == 1 {
            self.odd.push((key, kind(value)));
        }
    }

    /// Element number `index` of a list has no reading: `found` stands where `wanted` is documented.
    #[cold]
    fn lose(&mut self, index: usize, found: &str, wanted: &str) {
        self.lost.push(Undecodable {
            list: Cow::Borrowed(""),
            index,
            pointer: format!("/{index}"),
            reason: misplaced(found, wanted),
        });
    }

    /// The lost elements from number `before` on stand in the field `key`.
    #[cold]
    fn within(&mut self, before: usize, key: &'static str) {
        for lost in self.lost.iter_mut().skip(before) {
            lost.pointer.insert_str(0, key);
            lost.pointer.insert(0, '/');
            if lost.list.is_empty() {
                lost.list = Cow::Borrowed(key);
            }
        }
    }

    /// The lost elements from number `before` on stand in element number `index`.
    #[cold]
    fn at(&mut self, before: usize, index: usize) {
        for lost in self.lost.iter_mut().skip(before) {
            lost.pointer.insert_str(0, &format!("/{index}"));
        }
    }
}

/// Reads one value, with the notes at hand.
struct Seed<'n, T> {
    notes: &'n mut Notes,
    place: &'n mut Option<T>,
}

impl<'de, T: Field> DeserializeSeed<'de> for Seed<'_, T> {
    type Value = Option<Value>;
    fn deserialize<D: serde::Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        T::read(from, self.notes, self.place)
    }
}

/// Under what name `extra` keeps what has no reading in the field `name`.
#[must_use]
pub fn set_aside_name(name: &str) -> String {
    format!("{ASIDE}{name}")
}

/// Whether `extra` keeps under `key` what has no reading in the field `name`.
#[must_use]
pub fn is_set_aside(key: &str, name: &str) -> bool {
    key.strip_prefix(ASIDE) == Some(name)
}

/// In front of the name of a field that has no reading.
const ASIDE: char = '~';

/// What a JSON value is, in words and without the value.
#[must_use]
pub fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a flag",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// Decodes a body. `Err`: it is no JSON object; why, without any value.
pub(crate) fn decode<T: Model>(body: &[u8]) -> Result<(T, Notes), String> {
    match read(text(body)?) {
        Ok(decoded) => decoded,
        Err(error) => decode_otherwise(body, &error),
    }
}

/// The same of a body of which the reader said `error`.
#[cold]
#[inline(never)]
fn decode_otherwise<T: Model>(
    body: &[u8],
    error: &serde_json::Error,
) -> Result<(T, Notes), String> {
    // What the reader refuses, a number no float holds or nesting without end, is put into other words first.
    match shallow::readable(body) {
        Cow::Owned(body) => read(text(&body)?).unwrap_or_else(|error| Err(no_json(&error))),
        Cow::Borrowed(_) => Err(no_json(error)),
    }
}

/// The whole body as text. Of bytes the reader would ask of each key and each text whether it is UTF-8.
fn text(body: &[u8]) -> Result<&str, String> {
    simdutf8::basic::from_utf8(body).map_err(|_| "it is not UTF-8".to_owned())
}

/// `Err`: it is no JSON. `Ok(Err)`: it is no object.
fn read<T: Model>(body: &str) -> serde_json::Result<Result<(T, Notes), String>> {
    let mut notes = Notes::default();
    let mut model: Option<T> = None;
    let mut json = serde_json::Deserializer::from_str(body);
    let odd = json.deserialize_any(Object::new(&mut notes, &mut model))?;
    json.end()?;
    Ok(match model {
        Some(model) => Ok((model, notes)),
        None => {
            let found = odd.as_ref().map_or("null", kind);
            Err(misplaced(found, T::WANTED))
        }
    })
}

fn misplaced(found: &str, wanted: &str) -> String {
    format!("{found} where {wanted} is documented")
}

fn no_json(error: &serde_json::Error) -> String {
    let (line, column) = (error.line(), error.column());
    format!("it is not valid JSON (line {line}, column {column})")
}

/// Everything a struct of a request needs.
macro_rules! request {
    ($name:ident { $($key:literal => $field:ident),* }) => {
        $crate::model::shown! { $name { $($field),* } }
        impl $crate::limit::Measured for $name {
            fn measure(&self, path: &mut $crate::limit::Path, see: &mut $crate::limit::See<'_>) {
                // An operation may take nothing.
                let _ = (&path, &see);
                $( path.within($key, &self.$field, see); )*
            }
        }
    };
}
pub(crate) use request;

/// What every struct prints in `Debug`: the shape of its fields, never a text.
macro_rules! shown {
    ($name:ident { $($field:ident),* }) => {
        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.debug_struct(stringify!($name))
                    $( .field(stringify!($field), &$crate::model::shape(&self.$field)) )*
                    .finish()
            }
        }
        impl $crate::model::Shape for $name {
            fn shape(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Debug::fmt(self, f)
            }
        }
    };
}
pub(crate) use shown;

/// Everything a struct of an answer needs.
macro_rules! answer {
    ($name:ident { $($key:literal => $field:ident),* }) => {
        $crate::model::shown! { $name { $($field,)* extra } }
        impl $crate::model::Model for $name {
            const NAME: &'static str = stringify!($name);
            fn set<'de, A: ::serde::de::MapAccess<'de>>(
                &mut self,
                key: &str,
                value: &mut $crate::model::Next<'_, A>,
            ) -> ::std::result::Result<bool, A::Error> {
                match key {
                    $( $key => value.into($key, &mut self.$field), )*
                    _ => Ok(false),
                }
            }
            fn extra(&mut self) -> &mut ::serde_json::Map<String, ::serde_json::Value> {
                &mut self.extra
            }
        }
        impl $crate::model::Field for $name {
            const WANTED: &'static str = "an object";
            fn read<'de, D: ::serde::Deserializer<'de>>(
                from: D,
                notes: &mut $crate::model::Notes,
                place: &mut ::std::option::Option<Self>,
            ) -> ::std::result::Result<::std::option::Option<::serde_json::Value>, D::Error> {
                from.deserialize_any($crate::model::Object::new(notes, place))
            }
        }
        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(
                from: D,
            ) -> ::std::result::Result<Self, D::Error> {
                $crate::model::whole(from)
            }
        }
        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(
                &self,
                to: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                use ::serde::ser::SerializeMap as _;
                let mut map = to.serialize_map(None)?;
                $( if let Some(value) = &self.$field { map.serialize_entry($key, value)?; } )*
                for (key, value) in &self.extra { map.serialize_entry(key, value)?; }
                map.end()
            }
        }
    };
}
pub(crate) use answer;

/// `Deserialize` of a struct of an answer, for one that was written down: as total as reading an answer.
pub(crate) fn whole<'de, T: Model, D: serde::Deserializer<'de>>(from: D) -> Result<T, D::Error> {
    let mut model = None;
    T::read(from, &mut Notes::default(), &mut model)?;
    model.ok_or_else(|| serde::de::Error::custom(format_args!("{} is not an object", T::NAME)))
}
