//! JSON values side by side: what they refer to, what tells them apart, which is more, and how they are shown.

use serde_json::{Map, Value};
use std::{cmp::Ordering, collections::BTreeSet};

pub(super) type Object = Map<String, Value>;
/// A value as it was and as it is; `None` where it is not.
pub(super) type Pair<'d> = (Option<&'d Value>, Option<&'d Value>);

/// The keys of both.
pub(super) fn names<'d>(was: Option<&'d Object>, is: Option<&'d Object>) -> BTreeSet<&'d str> {
    let both = was.into_iter().chain(is);
    both.flat_map(|object| object.keys().map(String::as_str))
        .collect()
}

/// What a value refers to, if it does.
pub(super) fn reference(value: &Value) -> Option<&str> {
    value.get("$ref").and_then(Value::as_str)
}

/// `value`, or what its references lead to.
pub(super) fn resolve<'d>(root: &'d Value, mut value: &'d Value) -> Option<&'d Value> {
    // A chain longer than this is a circle.
    for _ in 0..16 {
        let Some(target) = reference(value) else {
            return Some(value);
        };
        value = root.pointer(target.strip_prefix('#')?)?;
    }
    None
}

/// What people call a thing that is referred to.
pub(super) fn section(target: &str) -> &str {
    let section = target.rsplit('/').nth(1).unwrap_or_default();
    match section {
        "schemas" => "schema",
        "parameters" => "parameter",
        "headers" => "header",
        "responses" => "answer",
        other => other,
    }
}

/// The items with what tells them apart, references followed.
pub(super) fn identified<'d>(
    root: &'d Value,
    items: &'d [Value],
    by: &[&str],
) -> Vec<(String, &'d Value)> {
    let id = |item: &'d Value| {
        let item = resolve(root, item).unwrap_or(item);
        let parts = by.iter().filter_map(|key| item.get(*key));
        let parts: Vec<String> = parts
            .map(|part| {
                part.as_str()
                    .map_or_else(|| part.to_string(), str::to_owned)
            })
            .collect();
        parts.join(", ")
    };
    items.iter().map(|item| (id(item), item)).collect()
}

/// Each value with its name; `None` where there are not as many of both.
pub(super) fn named<'d>(
    names: &'d Value,
    keys: &[&str],
    around: Option<&'d Object>,
) -> Option<Vec<(&'d Value, &'d Value)>> {
    let (names, around) = (names.as_array()?, around?);
    let values = keys.iter().find_map(|key| around.get(*key))?.as_array()?;
    (names.len() == values.len()).then(|| values.iter().zip(names).collect())
}

/// The word of a promise: `{depends-on: NAME}` has its key for one.
pub(super) fn word(value: Option<&Value>) -> Option<String> {
    match value {
        None => Some("absent".to_owned()),
        Some(Value::Bool(truth)) => Some(truth.to_string()),
        Some(Value::String(word)) => Some(word.clone()),
        Some(Value::Object(object)) if object.len() == 1 => object.keys().next().cloned(),
        Some(_) => None,
    }
}

/// Which of two numbers is more.
pub(super) fn order(was: &Value, is: &Value) -> Option<Ordering> {
    match (was.as_i64(), is.as_i64()) {
        (Some(was), Some(is)) => Some(was.cmp(&is)),
        _ => was.as_f64()?.partial_cmp(&is.as_f64()?),
    }
}

/// A difference in words.
pub(super) fn told(key: &str, pair: Pair<'_>) -> String {
    match pair {
        (None, None) => format!("`{key}` is absent"),
        (None, Some(is)) => format!("`{key}` is new: {}", shown(is)),
        (Some(was), None) => format!("`{key}` is gone, was {}", shown(was)),
        (Some(was), Some(is)) => format!("`{key}` was {}, is {}", shown(was), shown(is)),
    }
}

/// A value as JSON, not longer than can be read at a glance.
pub(super) fn shown(value: &Value) -> String {
    const MOST: usize = 60;
    let text = value.to_string();
    if text.chars().count() <= MOST {
        return text;
    }
    let begin: String = text.chars().take(MOST).collect();
    format!("{begin}...")
}
