//! Keys and forms: what the OpenAPI specification allows where, and what a lenient reader would drop without a word.

use super::Subject;
use crate::{
    problem::Problem,
    spec::{grammar::Kind, pointer},
};
use openapiv3 as oas;
use serde::de::DeserializeOwned;
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
    // The generated client puts it into a header and panics on anything else.
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

/// No key that the specification does not have at that place.
pub(super) fn keys(subject: &Subject<'_>, found: &mut Vec<Problem>) {
    for node in &subject.nodes {
        if pointer::reference(node.value).is_some() {
            continue;
        }
        if !node.value.is_mapping() {
            found.push(subject.problem(
                &node.pointer,
                format!("{} must be a mapping", node.kind.name()),
                "write it as `key: value` lines",
            ));
        }
        for (key, _) in pointer::entries(Some(node.value)).filter(|(key, _)| !node.kind.allows(key))
        {
            let remedy = match node.kind.nearest(key) {
                Some(nearest) => format!("write `{nearest}`, or delete it"),
                None => {
                    "delete it, or make it an extension `x-...` and explain that in spec/README.md"
                        .to_owned()
                }
            };
            found.push(subject.problem(
                &pointer::join(&node.pointer, key),
                format!(
                    "`{key}` is not a key of {} in OpenAPI 3.0.3",
                    node.kind.name()
                ),
                remedy,
            ));
        }
    }
}

fn reads<T: DeserializeOwned>(value: &Value) -> Result<(), String> {
    serde_json::to_value(value)
        .and_then(serde_json::from_value::<T>)
        .map(|_| ())
        .map_err(|error| error.to_string())
}

/// Each object has the form of its kind. Reported at the smallest object that is wrong.
pub(super) fn forms(subject: &Subject<'_>, found: &mut Vec<Problem>) {
    let mut wrong: Vec<&str> = Vec::new();
    for node in subject.nodes.iter().rev() {
        if pointer::reference(node.value).is_some() {
            continue;
        }
        let outcome = match node.kind {
            Kind::Document => reads::<oas::OpenAPI>(node.value),
            Kind::Info => reads::<oas::Info>(node.value),
            Kind::Server => reads::<oas::Server>(node.value),
            Kind::PathItem => reads::<oas::PathItem>(node.value),
            Kind::Operation => reads::<oas::Operation>(node.value),
            Kind::Parameter => reads::<oas::Parameter>(node.value),
            Kind::Header => reads::<oas::Header>(node.value),
            Kind::RequestBody => reads::<oas::RequestBody>(node.value),
            Kind::MediaType => reads::<oas::MediaType>(node.value),
            Kind::Response => reads::<oas::Response>(node.value),
            Kind::Example => reads::<oas::Example>(node.value),
            Kind::Components => reads::<oas::Components>(node.value),
            Kind::Schema => reads::<oas::Schema>(node.value),
            Kind::SecurityScheme => reads::<oas::SecurityScheme>(node.value),
            Kind::Tag => reads::<oas::Tag>(node.value),
            _ => continue,
        };
        let Err(error) = outcome else { continue };
        let below = format!("{}/", node.pointer);
        if !wrong.iter().any(|pointer| pointer.starts_with(&below)) {
            found.push(subject.problem(
                &node.pointer,
                format!("this is not {} of OpenAPI 3.0.3: {error}", node.kind.name().trim_start_matches("the ")),
                "mend the keys below it: a key is missing, or a value has another type or is none of those allowed",
            ));
        }
        wrong.push(&node.pointer);
    }
}

/// Reading and writing the document again loses nothing.
pub(super) fn round_trip(subject: &Subject<'_>, found: &mut Vec<Problem>) {
    let Ok(before) = serde_json::to_value(subject.root) else {
        return;
    };
    let Ok(document) = serde_json::from_value::<oas::OpenAPI>(before.clone()) else {
        return;
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
