//! JSON pointers, and walking a YAML value by them.

use serde_yaml::Value;
use std::borrow::Cow;

/// `pointer` with one more segment.
#[must_use]
pub fn join(pointer: &str, segment: &str) -> String {
    // Most have nothing to escape.
    if !segment.contains('~') && !segment.contains('/') {
        return format!("{pointer}/{segment}");
    }
    format!(
        "{pointer}/{}",
        segment.replace('~', "~0").replace('/', "~1")
    )
}

/// The segments of a pointer, unescaped.
pub fn segments(pointer: &str) -> impl Iterator<Item = Cow<'_, str>> + '_ {
    pointer
        .split('/')
        .skip(1)
        .map(|segment| match segment.contains('~') {
            true => Cow::Owned(segment.replace("~1", "/").replace("~0", "~")),
            false => Cow::Borrowed(segment),
        })
}

/// The last segment, unescaped; empty for the root.
#[must_use]
pub fn last(pointer: &str) -> String {
    segments(pointer).last().unwrap_or_default().into_owned()
}

/// The pointer without its last segment; `None` for the root.
#[must_use]
pub fn parent(pointer: &str) -> Option<&str> {
    pointer.rsplit_once('/').map(|(parent, _)| parent)
}

/// What `pointer` points to.
#[must_use]
pub fn get<'v>(root: &'v Value, pointer: &str) -> Option<&'v Value> {
    segments(pointer).try_fold(root, |value, segment| match value {
        Value::Mapping(map) => map.get(&*segment),
        Value::Sequence(list) => list.get(segment.parse::<usize>().ok()?),
        _ => None,
    })
}

/// The same, to change it.
#[must_use]
pub fn get_mut<'v>(root: &'v mut Value, pointer: &str) -> Option<&'v mut Value> {
    segments(pointer).try_fold(root, |value, segment| match value {
        Value::Mapping(map) => map.get_mut(&*segment),
        Value::Sequence(list) => list.get_mut(segment.parse::<usize>().ok()?),
        _ => None,
    })
}

/// The target of a `$ref` in this value, if it is one.
#[must_use]
pub fn reference(value: &Value) -> Option<&str> {
    value.get("$ref").and_then(Value::as_str)
}

/// `value`, or what its `$ref` points to.
#[must_use]
pub fn resolve<'v>(root: &'v Value, mut value: &'v Value) -> Option<&'v Value> {
    // A chain longer than this is a circle.
    for _ in 0..16 {
        let Some(target) = reference(value) else {
            return Some(value);
        };
        value = get(root, target.strip_prefix('#')?)?;
    }
    None
}

/// The entries of a mapping whose keys are strings; nothing for anything else.
pub fn entries(value: Option<&Value>) -> impl Iterator<Item = (&str, &Value)> {
    value
        .and_then(Value::as_mapping)
        .into_iter()
        .flatten()
        .filter_map(|(key, value)| Some((key.as_str()?, value)))
}

/// The items of a sequence; nothing for anything else.
pub fn items(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    value.and_then(Value::as_sequence).into_iter().flatten()
}

/// The text under `key`; empty where there is none.
#[must_use]
pub fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// Visits every mapping below `value`, itself first.
pub fn each_mapping(value: &mut Value, visit: &mut impl FnMut(&mut serde_yaml::Mapping)) {
    if let Value::Mapping(map) = value {
        visit(map);
    }
    match value {
        Value::Mapping(map) => map.values_mut().for_each(|v| each_mapping(v, visit)),
        Value::Sequence(list) => list.iter_mut().for_each(|v| each_mapping(v, visit)),
        _ => {}
    }
}
