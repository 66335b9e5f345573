//! Keys and forms: what the OpenAPI specification allows where, and what a lenient reader would drop without a word.

use super::Subject;
use crate::{
    problem::Problem,
    spec::{grammar::Slip, pointer},
};
use openapiv3 as oas;
use serde_json::Value as Json;
use serde_yaml::Value;

/// 3.0.3, the version everything downstream is made for.
pub(super) fn version(subject: &Subject<'_>, found: &mut Vec<Problem>) {
    if subject.root.get("openapi").and_then(Value::as_str) != Some("3.0.3") {
        found.push(subject.problem(
            "/openapi",
            "the description is not OpenAPI 3.0.3",
            "write `openapi: 3.0.3`; the generator reads no 3.1",
        ));
    }
    let version = subject
        .root
        .get("info")
        .and_then(|info| info.get("version"))
        .and_then(Value::as_str);
    // Some generators put it into a header, and their clients panic on anything else.
    if version
        .is_none_or(|version| version.is_empty() || !version.chars().all(|c| c.is_ascii_graphic()))
    {
        found.push(subject.problem(
            "/info/version",
            "the version is missing or not visible ASCII",
            "write the version of the description, e.g. `version: 0.1.0`",
        ));
    }
}

/// Each object has the keys and the form that the published schema of OpenAPI gives it.
pub(super) fn published_schema(subject: &Subject<'_>, found: &mut Vec<Problem>) {
    // Once for all: each object holds those inside of it.
    let whole = serde_json::to_value(subject.root).ok();
    for node in &subject.nodes {
        if pointer::reference(node.value).is_some() {
            continue;
        }
        let own;
        let value = match whole
            .as_ref()
            .and_then(|whole| whole.pointer(&node.pointer))
        {
            Some(value) => value,
            // Something else in the document, or a tag around this, has no form in JSON.
            None => match serde_json::to_value(node.value) {
                Ok(value) => {
                    own = value;
                    &own
                }
                Err(_) => continue,
            },
        };
        for slip in node.kind.slips(value) {
            let name = node.kind.name();
            found.push(match slip {
                Slip::NoMapping => subject.problem(
                    &node.pointer,
                    format!("{name} must be a mapping"),
                    "write it as `key: value` lines",
                ),
                Slip::Key { key, nearest } => subject.problem(
                    &pointer::join(&node.pointer, &key),
                    format!("`{key}` is not a key of {name} in OpenAPI 3.0.3"),
                    match nearest {
                        Some(nearest) => format!("write `{nearest}`, or delete it"),
                        None => "delete it, or make it an extension `x-...` and explain that in spec/README.md".to_owned(),
                    },
                ),
                Slip::Form { at, why } => subject.problem(
                    &format!("{}{at}", node.pointer),
                    format!("this is not as {name} of OpenAPI 3.0.3 has it: {why}"),
                    "a key is missing, or a value has another type or is none of those allowed",
                ),
            });
        }
    }
}

/// Reading and writing the document again loses nothing.
pub(super) fn round_trip(subject: &Subject<'_>, found: &mut Vec<Problem>) {
    let Ok(before) = serde_json::to_value(subject.root) else {
        return;
    };
    let document = match serde_json::from_value::<oas::OpenAPI>(before.clone()) {
        Ok(document) => document,
        Err(error) => {
            // Mostly told already, with its place.
            if found.is_empty() {
                found.push(subject.problem(
                    "",
                    format!("the generator's reader refuses the description: {error}"),
                    "look at what changed last",
                ));
            }
            return;
        }
    };
    let Ok(after) = serde_json::to_value(document) else {
        return;
    };
    let mut lost = Vec::new();
    compare(&before, &after, "", &mut lost);
    for pointer in lost {
        // A key that is not of this object has been told already, with a better remedy.
        let place = Some(subject.description.place(&pointer));
        if found.iter().any(|problem| problem.place == place) {
            continue;
        }
        let key = pointer::last(&pointer);
        found.push(subject.problem(
            &pointer,
            format!("`{key}` has no effect here: readers drop it without a word"),
            "check the spelling and the type of the object it stands in, or delete it",
        ));
    }
}

/// The pointers of what `before` has and `after` lacks. A key with the value it would have anyway may go.
fn compare(before: &Json, after: &Json, at: &str, lost: &mut Vec<String>) {
    match (before, after) {
        (Json::Object(before), Json::Object(after)) => {
            for (key, value) in before {
                let at = pointer::join(at, key);
                match after.get(key) {
                    Some(other) => compare(value, other, &at, lost),
                    None if is_default(key, value) => {}
                    None => lost.push(at),
                }
            }
        }
        (Json::Array(before), Json::Array(after)) => {
            for (index, (value, other)) in before.iter().zip(after).enumerate() {
                compare(value, other, &pointer::join(at, &index.to_string()), lost);
            }
        }
        _ => {}
    }
}

fn is_default(key: &str, value: &Json) -> bool {
    match value {
        Json::Null | Json::Bool(false) => true,
        Json::Bool(true) => key == "additionalProperties",
        Json::Array(list) => list.is_empty(),
        Json::Object(map) => map.is_empty(),
        Json::String(text) => matches!((key, text.as_str()), ("style", "form" | "simple")),
        Json::Number(_) => false,
    }
}
