//! One undecodable element does not lose a page. Used only when an answer does not decode as a whole.

use crate::Undecodable;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// An answer type that knows its lists. Implemented by the generator for every answer type.
pub(crate) trait Prune: DeserializeOwned + Default {
    /// Takes out of `value` the list elements that do not decode, and notes them in `lost`.
    fn prune(value: &mut Value, lost: &mut Vec<Undecodable>);
}

/// Prunes the list `name` of `value`: first inside each element, then the elements themselves.
pub(crate) fn list<T: Prune>(value: &mut Value, name: &'static str, lost: &mut Vec<Undecodable>) {
    let Some(Value::Array(items)) = value.get_mut(name) else {
        return;
    };
    let mut next = 0;
    items.retain_mut(|item| {
        let index = next;
        next += 1;
        let at = format!("/{name}/{index}");
        inside::<T>(item, &at, lost);
        match flaw::<T>(item) {
            None => true,
            Some(reason) => {
                lost.push(Undecodable {
                    list: name,
                    index,
                    pointer: at,
                    reason,
                });
                false
            }
        }
    });
}

/// Prunes the lists inside the object `name` of `value`.
pub(crate) fn object<T: Prune>(value: &mut Value, name: &'static str, lost: &mut Vec<Undecodable>) {
    if let Some(inner) = value.get_mut(name) {
        inside::<T>(inner, &format!("/{name}"), lost);
    }
}

/// Prunes `value`, which is at `at`.
fn inside<T: Prune>(value: &mut Value, at: &str, lost: &mut Vec<Undecodable>) {
    let before = lost.len();
    T::prune(value, lost);
    for inner in lost.iter_mut().skip(before) {
        inner.pointer.insert_str(0, at);
    }
}

/// Decodes `body` without the list elements that do not decode. `None`: it does not decode even so.
pub(crate) fn decode<T: Prune>(body: &[u8]) -> Option<(T, Vec<Undecodable>)> {
    let mut value: Value = serde_json::from_slice(body).ok()?;
    let mut lost = Vec::new();
    T::prune(&mut value, &mut lost);
    Some((T::deserialize(value).ok()?, lost))
}

/// Why `item` does not decode; never a value. serde's own message would show one.
fn flaw<T: Prune>(item: &Value) -> Option<String> {
    T::deserialize(item).err()?;
    let Value::Object(fields) = item else {
        return Some(format!("{} where an object is documented", kind(item)));
    };
    // Every field is optional, so the one at fault fails alone too. It is a known field: others never fail.
    let culprit = fields.iter().find(|(name, value)| {
        let alone = Map::from_iter([((*name).clone(), (*value).clone())]);
        T::deserialize(Value::Object(alone)).is_err()
    });
    Some(match culprit {
        Some((name, value)) => format!(
            "the field {name} is {}, which has no reading as what is documented",
            kind(value)
        ),
        None => "the fields do not fit together".to_owned(),
    })
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a flag",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
