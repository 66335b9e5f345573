//! What is nested in an answer, for people: lists and things by their names, never as JSON.

use crate::cli::described::known_name;
use serde_json::{Map, Value};

/// How the names of fields end that call a thing.
const NAME: &str = "name";
/// The same of those that people type to mean it. What stands before them is the same as before the name, or nothing.
const IDS: [&str; 2] = ["id", "key"];

/// Stands between the parts of what is part of something else.
const WITHIN: &str = ", ";

/// A list, with `between` its items, or a thing, with `between` what is told of it; `None` of what is neither.
pub(super) fn in_words(value: &Value, between: &str) -> Option<String> {
    match value {
        Value::Array(items) => Some(list(items, between)),
        Value::Object(fields) => Some(thing(fields, between)),
        _ => None,
    }
}

fn list(items: &[Value], between: &str) -> String {
    let items = items.iter().map(text).filter(|text| !text.is_empty());
    items.collect::<Vec<_>>().join(between)
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => list(items, WITHIN),
        Value::Object(fields) => thing(fields, WITHIN),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

/// Its name, in brackets what it is meant by, and what else is told of it.
fn thing(fields: &Map<String, Value>, between: &str) -> String {
    let told = fields.iter().map(|(field, value)| (field, text(value)));
    let mut told: Vec<(&String, String)> = told.filter(|(_, text)| !text.is_empty()).collect();
    // Its own name comes before that of something that it is part of.
    let stem = name_stem(&told);
    let name = (stem.as_ref()).and_then(|stem| take(&mut told, &format!("{stem}{NAME}")));
    // Without a name, it is a field like others; and so is the id of something else.
    let id = stem.as_ref().and_then(|stem| {
        let stems = [stem.as_str(), ""].into_iter();
        let mut fields = stems.flat_map(|stem| IDS.map(|id| format!("{stem}{id}")));
        fields.find_map(|field| take(&mut told, &field))
    });
    let rest = told.into_iter();
    let rest = rest.map(|(field, text)| format!("{}: {text}", known_name(field).replace('-', " ")));
    let called = match (name, id) {
        (Some(name), Some(id)) if name != id => Some(format!("{name} ({id})")),
        (name, _) => name,
    };
    called
        .into_iter()
        .chain(rest)
        .collect::<Vec<_>>()
        .join(between)
}

/// What stands before `name` in the field that calls the thing.
fn name_stem(told: &[(&String, String)]) -> Option<String> {
    let mut stems = told.iter().filter_map(|(field, _)| {
        let stem = field.strip_suffix(NAME)?;
        (stem.is_empty() || stem.ends_with('_')).then_some(stem)
    });
    let first = stems.clone().next();
    let own = stems.find(|stem| stem.is_empty());
    own.or(first).map(str::to_owned)
}

/// Takes out the field that is called so.
fn take(told: &mut Vec<(&String, String)>, called: &str) -> Option<String> {
    let place = told.iter().position(|(field, _)| *field == called)?;
    Some(told.remove(place).1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn things_are_told_by_their_names() {
        for (value, expected) in [
            (
                json!([
                    {"severity_id": "1", "severity_name": "Urgent", "language": "en-us"},
                    {"severity_id": "2", "severity_name": "一般", "language": ""},
                ]),
                Some("Urgent (1), language: en-us; 一般 (2)"),
            ),
            (
                json!({"limit_count": "5", "limit_size": 4}),
                Some("limit count: 5; limit size: 4"),
            ),
            (json!({"id": 7}), Some("id: 7")),
            (
                json!({"group_id": "7", "group_name": "g", "id": "9", "name": "n"}),
                Some("n (9); group id: 7; group name: g"),
            ),
            (
                json!({"group_id": "7", "severity_name": "Urgent"}),
                Some("Urgent; group id: 7"),
            ),
            (
                json!({"agreement_name": "n", "agreement_type_name": "t", "id": "1"}),
                Some("n (1); agreement type name: t"),
            ),
            (
                json!({"param_key": "test", "param_name": "test", "is_show": 1}),
                Some("test; is show: 1"),
            ),
            (
                json!({"name": "n", "label_list": [{"name": "a"}, {"name": "b"}, null]}),
                Some("n; label list: a, b"),
            ),
            (json!(["a", 7, true]), Some("a; 7; true")),
            (json!([]), Some("")),
            (json!({}), Some("")),
            (json!("text"), None),
            (json!(7), None),
            (json!(null), None),
        ] {
            assert_eq!(in_words(&value, "; ").as_deref(), expected, "{value}");
        }
    }
}
