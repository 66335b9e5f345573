//! One undecodable element does not lose a page, and one odd field does not lose its element. Used only when an answer
//! does not decode as a whole.
//!
//! A field of a known name whose value has no reading as what is documented (an object where a text is documented, a
//! text where a list is) is set aside: it moves to `extra`, under its name with a `~` in front, and the other fields
//! decode as ever. Elements of a list that are no objects are noted as lost, and kept the same way. What the caller asked
//! for must not be missing without a word: see [`crate::Answer::needs`].

use crate::{Undecodable, shallow};
use serde::de::{DeserializeOwned, value::MapDeserializer};
use serde_json::{Map, Value};

/// An answer type that knows its lists. Implemented by the generator for every answer type.
pub(crate) trait Prune: DeserializeOwned + Default {
    /// Takes out of the lists and objects of `value` what does not decode, and notes the lost elements in `lost`.
    fn prune(value: &mut Value, lost: &mut Vec<Undecodable>);
}

/// Under what name `extra` keeps the value of `field` that has no reading as what is documented.
#[must_use]
pub fn set_aside_name(field: &str) -> String {
    format!("~{field}")
}

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

/// Prunes the list `name` of `value`: first inside each element, then the elements themselves.
pub(crate) fn list<T: Prune>(value: &mut Value, name: &'static str, lost: &mut Vec<Undecodable>) {
    let Value::Object(fields) = value else { return };
    let Some(Value::Array(items)) = fields.get_mut(name) else {
        return;
    };
    let mut next = 0;
    let mut kept_aside = Vec::new();
    items.retain_mut(|item| {
        let index = next;
        next += 1;
        let pointer = format!("/{name}/{index}");
        let Value::Object(_) = item else {
            lost.push(Undecodable {
                list: name,
                index,
                pointer,
                reason: format!("{} where an object is documented", kind(item)),
            });
            kept_aside.push(item.take());
            return false;
        };
        inside::<T>(item, &pointer, lost);
        true
    });
    if !kept_aside.is_empty() {
        fields.insert(set_aside_name(name), Value::Array(kept_aside));
    }
}

/// Prunes the object `name` of `value`.
pub(crate) fn object<T: Prune>(value: &mut Value, name: &'static str, lost: &mut Vec<Undecodable>) {
    if let Some(inner @ Value::Object(_)) = value.get_mut(name) {
        inside::<T>(inner, &format!("/{name}"), lost);
    }
}

/// Prunes the object `value`, which is at `at`, and sets its odd fields aside.
fn inside<T: Prune>(value: &mut Value, at: &str, lost: &mut Vec<Undecodable>) {
    let before = lost.len();
    T::prune(value, lost);
    for inner in lost.iter_mut().skip(before) {
        inner.pointer.insert_str(0, at);
    }
    if let Value::Object(fields) = value
        && T::deserialize(&*fields).is_err()
    {
        set_aside(fields, &odd_fields::<T>(fields));
    }
}

/// The fields that do not decode. Every field is optional, so one at fault fails alone too; unknown ones never fail.
fn odd_fields<T: Prune>(fields: &Map<String, Value>) -> Vec<String> {
    let alone = |(name, value)| {
        let alone = MapDeserializer::<_, serde_json::Error>::new(std::iter::once((name, value)));
        T::deserialize(alone).is_err()
    };
    fields
        .iter()
        .filter(|(name, value)| alone((name.as_str(), *value)))
        .map(|(name, _)| name.clone())
        .collect()
}

fn set_aside(fields: &mut Map<String, Value>, names: &[String]) {
    for name in names {
        if let Some(value) = fields.remove(name) {
            fields.insert(set_aside_name(name), value);
        }
    }
}

/// What of an answer could be decoded.
pub(crate) struct Decoded<T> {
    pub(crate) body: T,
    pub(crate) lost: Vec<Undecodable>,
    /// Odd fields at the top: name, and what stands there instead.
    pub(crate) odd: Vec<(String, &'static str)>,
}

/// Decodes `body` without what does not decode. `Err`: it does not decode even so; why, without any value.
pub(crate) fn decode<T: Prune>(body: &[u8]) -> Result<Decoded<T>, String> {
    let body = shallow::readable(body);
    let value: Value = serde_json::from_slice(&body).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        format!("it is not valid JSON (line {line}, column {column})")
    })?;
    drop(body);
    let Value::Object(_) = value else {
        return Err(format!("{} where an object is documented", kind(&value)));
    };
    let mut value = value;
    let mut lost = Vec::new();
    let mut odd = Vec::new();
    T::prune(&mut value, &mut lost);
    if let Value::Object(fields) = &mut value {
        let names = odd_fields::<T>(fields);
        odd = (names.iter())
            .map(|name| (name.clone(), fields.get(name).map_or("nothing", kind)))
            .collect();
        set_aside(fields, &names);
    }
    T::deserialize(value)
        .map(|body| Decoded { body, lost, odd })
        .map_err(|_| "the fields do not fit together".to_owned())
}
