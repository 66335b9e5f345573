//! Schemas: types, keywords that fit them, bounds that make sense, and open answers.

use super::{Subject, listed};
use crate::{
    problem::Problem,
    spec::{
        grammar::Kind,
        pointer::{self, entries, items, join},
    },
};
use serde_yaml::Value;
use std::collections::BTreeSet;

const TYPES: &[&str] = &["string", "integer", "number", "boolean", "array", "object"];

/// The formats that OpenAPI 3.0 names, by type.
const FORMATS: &[(&str, &[&str])] = &[
    ("integer", &["int32", "int64"]),
    ("number", &["float", "double"]),
    (
        "string",
        &["byte", "binary", "date", "date-time", "password"],
    ),
];

/// Keywords that limit a value, by the types they have an effect on.
const KEYWORDS: &[(&str, &[&str])] = &[
    ("minLength", &["string"]),
    ("maxLength", &["string"]),
    ("pattern", &["string"]),
    ("minimum", &["integer", "number"]),
    ("maximum", &["integer", "number"]),
    ("exclusiveMinimum", &["integer", "number"]),
    ("exclusiveMaximum", &["integer", "number"]),
    ("multipleOf", &["integer", "number"]),
    ("items", &["array"]),
    ("minItems", &["array"]),
    ("maxItems", &["array"]),
    ("uniqueItems", &["array"]),
    ("properties", &["object"]),
    ("required", &["object"]),
    ("additionalProperties", &["object"]),
    ("minProperties", &["object"]),
    ("maxProperties", &["object"]),
];

/// Limits, which answers must not enforce.
const LIMITS: &[&str] = &[
    "minLength",
    "maxLength",
    "pattern",
    "minimum",
    "maximum",
    "minItems",
    "maxItems",
    "uniqueItems",
    "multipleOf",
];

fn type_of(schema: &Value) -> &str {
    schema
        .get("type")
        .and_then(Value::as_str)
        .unwrap_or_default()
}

fn is_composed(schema: &Value) -> bool {
    ["allOf", "oneOf", "anyOf", "not"]
        .iter()
        .any(|key| schema.get(*key).is_some())
}

/// Each schema has one known type; formats are known; lists say of what.
pub(super) fn types(subject: &Subject<'_>, found: &mut Vec<Problem>) {
    for node in subject.of(Kind::Schema) {
        let name = type_of(node.value);
        if !TYPES.contains(&name) && !is_composed(node.value) {
            found.push(subject.problem(
                &node.pointer,
                "the schema has no type of OpenAPI 3.0",
                format!(
                    "write `type:` with one of {}; lists of types are of 3.1",
                    listed(TYPES.iter().copied())
                ),
            ));
        }
        if name == "array" && node.value.get("items").is_none() {
            found.push(subject.problem(
                &node.pointer,
                "a list without `items`",
                "say what it is a list of",
            ));
        }
        if node.value.get("nullable").is_some() {
            found.push(subject.problem(
                &join(&node.pointer, "nullable"),
                "`nullable` is not used in this description",
                "delete it: clients of this description take null for absent; the generator gets it from the lowering",
            ));
        }
        let Some(format) = node.value.get("format") else {
            continue;
        };
        let known = FORMATS
            .iter()
            .find(|(of, _)| *of == name)
            .map_or(&[][..], |(_, formats)| formats);
        if !format
            .as_str()
            .is_some_and(|format| known.contains(&format))
        {
            found.push(subject.problem(
                &join(&node.pointer, "format"),
                format!(
                    "`{}` is no format of {name} in OpenAPI 3.0",
                    format.as_str().unwrap_or("this")
                ),
                match known {
                    [] => "delete it".to_owned(),
                    known => format!("use {}, or delete it", listed(known.iter().copied())),
                },
            ));
        }
    }
}

/// No keyword without effect; `required` names what is there.
pub(super) fn keywords(subject: &Subject<'_>, found: &mut Vec<Problem>) {
    for node in subject.of(Kind::Schema) {
        let name = type_of(node.value);
        for (keyword, types) in KEYWORDS {
            if TYPES.contains(&name) && node.value.get(*keyword).is_some() && !types.contains(&name)
            {
                found.push(subject.problem(
                    &join(&node.pointer, keyword),
                    format!("`{keyword}` has no effect on type {name}"),
                    format!("it belongs to {}", listed(types.iter().copied())),
                ));
            }
        }
        let properties: BTreeSet<&str> = entries(node.value.get("properties"))
            .map(|(name, _)| name)
            .collect();
        for key in ["required", "x-documented-required"] {
            let mut seen = BTreeSet::new();
            for name in items(node.value.get(key)) {
                let name = name.as_str().unwrap_or_default();
                if !seen.insert(name) || (!properties.contains(name) && !is_composed(node.value)) {
                    found.push(subject.problem(
                        &join(&node.pointer, key),
                        format!("`{key}` names `{name}`, which is no property or named twice"),
                        format!("the properties are {}", listed(properties.iter().copied())),
                    ));
                }
            }
        }
        if let Some(values) = node.value.get("enum") {
            let values: Vec<&Value> = items(Some(values)).collect();
            let repeated = values
                .iter()
                .enumerate()
                .any(|(index, value)| values.iter().take(index).any(|other| other == value));
            let fits = |value: &&&Value| match name {
                "string" => value.is_string(),
                "integer" => value.is_i64() || value.is_u64(),
                "number" => value.is_number(),
                "boolean" => value.is_bool(),
                _ => true,
            };
            if values.is_empty() || repeated || values.iter().filter(fits).count() != values.len() {
                found.push(subject.problem(
                    &join(&node.pointer, "enum"),
                    format!("the values of `enum` are none, repeated, or not of type {name}"),
                    "numbers without quotes for integer; each value once",
                ));
            }
        }
    }
}

/// Lower bounds are not above upper ones.
pub(super) fn bounds(subject: &Subject<'_>, found: &mut Vec<Problem>) {
    let pairs = [
        ("minLength", "maxLength"),
        ("minimum", "maximum"),
        ("minItems", "maxItems"),
        ("minProperties", "maxProperties"),
    ];
    let mut check = |at: &str, holder: &Value| {
        for (low, high) in pairs {
            let bound = |key| holder.get(key).and_then(Value::as_f64);
            if let (Some(least), Some(most)) = (bound(low), bound(high))
                && least > most
            {
                found.push(subject.problem(
                    &join(at, low),
                    format!("`{low}` {least} is above `{high}` {most}: nothing fits"),
                    "check both against the document",
                ));
            }
            for key in [low, high] {
                let negative = bound(key).is_some_and(|bound| bound < 0.0)
                    && key != "minimum"
                    && key != "maximum";
                let no_number = holder.get(key).is_some_and(|value| !value.is_number());
                if negative || no_number {
                    found.push(subject.problem(
                        &join(at, key),
                        format!("`{key}` is not a number of its kind"),
                        "write a plain number",
                    ));
                }
            }
        }
    };
    for node in subject.of(Kind::Schema) {
        check(&node.pointer, node.value);
        if let Some(documented) = node.value.get("x-documented-limits") {
            check(&join(&node.pointer, "x-documented-limits"), documented);
        }
    }
}

/// Names are those of the wire: snake_case or lowerCamelCase fields and parameters, UpperCamelCase components.
pub(super) fn names(subject: &Subject<'_>, found: &mut Vec<Problem>) {
    let of_wire = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            && !(name.contains('_') && name.contains(|c: char| c.is_ascii_uppercase()))
    };
    for node in subject.of(Kind::Schema) {
        for (name, _) in entries(node.value.get("properties")).filter(|(name, _)| !of_wire(name)) {
            found.push(subject.problem(
                &join(&join(&node.pointer, "properties"), name),
                format!("the property `{name}` is neither snake_case nor camelCase"),
                "every field of this service is one of the two; check it against the document",
            ));
        }
    }
    for node in subject.of(Kind::Parameter) {
        let text = |key| {
            node.value
                .get(key)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        let header = |name: &str| {
            name.split('-')
                .all(|word| word.starts_with(|c: char| c.is_ascii_uppercase()))
        };
        let good = if text("in") == "header" {
            header(text("name"))
        } else {
            of_wire(text("name"))
        };
        if !good {
            found.push(subject.problem(
                &join(&node.pointer, "name"),
                format!(
                    "`{}` is no name of a {} parameter",
                    text("name"),
                    text("in")
                ),
                "snake_case or camelCase in path and query, Train-Case in headers",
            ));
        }
    }
    for (section, members) in entries(subject.root.get("components")) {
        for (name, _) in entries(Some(members)) {
            let good = name.starts_with(|c: char| c.is_ascii_uppercase())
                && name.chars().all(|c| c.is_ascii_alphanumeric());
            if !good || matches!(name, "Error" | "ApiError") {
                found.push(subject.problem(
                    &join(&join("/components", section), name),
                    format!("`{name}` is no good name for a component"),
                    "UpperCamelCase; `Error` and `ApiError` clash with classes of generators, use `ErrorBody`",
                ));
            }
        }
    }
}

/// Answers are described as open: nothing the service may send is refused.
pub(super) fn answers(subject: &Subject<'_>, found: &mut Vec<Problem>) {
    for node in subject
        .of(Kind::Schema)
        .filter(|node| subject.in_answers.contains(&node.pointer))
    {
        let limits = LIMITS.iter().filter(|key| node.value.get(**key).is_some());
        // A schema used on both sides is enforced for requests; the lowering separates the two.
        for key in limits.filter(|_| !subject.in_requests.contains(&node.pointer)) {
            found.push(subject.problem(
                &join(&node.pointer, key),
                format!("`{key}` is enforced on an answer"),
                "real answers exceed it: move it into `x-documented-limits`",
            ));
        }
        if node.value.get("enum").is_some() {
            found.push(subject.problem(
                &join(&node.pointer, "enum"),
                "a closed list of values in an answer",
                "one new value would lose the whole answer: use `x-known-values` and `x-enum-varnames`",
            ));
        }
        if node.value.get("required").is_some() && !subject.in_requests.contains(&node.pointer) {
            found.push(subject.problem(
                &join(&node.pointer, "required"),
                "a mandatory field in an answer",
                "real answers leave fields out: use `x-documented-required`",
            ));
        }
        if node
            .value
            .get("additionalProperties")
            .and_then(Value::as_bool)
            == Some(false)
        {
            found.push(subject.problem(
                &join(&node.pointer, "additionalProperties"),
                "an answer that refuses new fields",
                "delete it",
            ));
        }
        let int64 = node.value.get("format").and_then(Value::as_str) == Some("int64");
        if type_of(node.value) == "integer" && !int64 {
            found.push(subject.problem(
                &node.pointer,
                "an integer of an answer that is not int64",
                "write `format: int64`: documented ranges are exceeded",
            ));
        }
    }
    for pointer in entries(
        subject
            .root
            .get("components")
            .and_then(|c| c.get("schemas")),
    )
    .map(|(name, _)| join("/components/schemas", name))
    {
        let shared =
            subject.in_answers.contains(&pointer) && subject.in_requests.contains(&pointer);
        let limited = pointer::get(subject.root, &pointer)
            .is_some_and(|schema| LIMITS.iter().any(|key| schema.get(*key).is_some()));
        if shared && limited {
            found.push(subject.problem(
                &pointer,
                "a limited schema is shared by requests and answers",
                "give answers a schema of their own",
            ));
        }
    }
}
