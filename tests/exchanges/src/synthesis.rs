//! Exchanges made from the description: everything systematic, so that nobody has to record it.
//!
//! For each operation, around its recorded success: each limit of the request from both sides, each parameter and field
//! missing, of another type, null, and unknown ones; the answer with each field at and past its documented limits, with
//! each known value and an unknown one, null, another scalar, missing, and unknown fields; and the answers that every
//! operation can meet: a page, nothing, text that is no JSON, a failure in HTTP 200, and each declared status.
//!
//! What deviates is said by the change that was made, not by a judge: so the judge is tested by these too.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "only tests and the kit call this: what breaks it, tests have told before"
)]

mod answers;
mod requests;

use crate::{
    description::{Description, Operation},
    exchange::{self, Deviation, Exchange, NotExpressible, Sdk, Verdict},
};
use serde_json::{Map, Value, json};
use std::{collections::BTreeSet, sync::LazyLock};

/// Fields that would turn an answer into a failure.
const ERROR_FIELDS: [&str; 2] = ["error_code", "error_msg"];

/// The recorded exchanges, and those made for each operation. Made once: some hold the longest list of a document.
#[must_use]
pub fn all() -> &'static [Exchange] {
    static ALL: LazyLock<Vec<Exchange>> = LazyLock::new(|| {
        let mut exchanges = exchange::recorded();
        let operations = Description::shared().operations();
        exchanges.extend(operations.flat_map(of).collect::<Vec<_>>());
        exchanges
    });
    &ALL
}

/// The exchanges made for `operation`, around its recorded success.
#[must_use]
pub fn of(operation: &Operation) -> Vec<Exchange> {
    let base = exchange::named(&format!("{}/success", operation.id));
    let mut made = requests::of(operation, &base);
    made.extend(answers::of(operation, &base));
    let names: BTreeSet<&String> = made.iter().map(|exchange| &exchange.name).collect();
    assert_eq!(names.len(), made.len(), "each has its own name");
    made
}

/// A place and the rule that is broken there.
type Broken = (String, String);

fn exchange(base: &Exchange, name: &str, verdict: Verdict, broken: Vec<Broken>) -> Exchange {
    let deviations = broken.into_iter().map(|(place, rule)| Deviation {
        place,
        rule,
        discrepancy: None,
        why: "made so".to_owned(),
    });
    Exchange {
        name: format!("{}/{name}", base.operation()),
        source: "constructed".to_owned(),
        follows: Some("the description".to_owned()),
        note: None,
        verdict,
        deviations: deviations.collect(),
        ..base.clone()
    }
}

/// The wire makes it or not; the SDK has calls for what people want.
fn no_call() -> Sdk {
    Sdk::None(NotExpressible {
        why: "made from the description".to_owned(),
        discrepancy: None,
    })
}

fn kind(schema: &Value) -> &str {
    schema["type"].as_str().expect("a schema names its type")
}

fn fields(schema: &Value) -> impl Iterator<Item = (&String, &Value)> {
    schema["properties"].as_object().into_iter().flatten()
}

fn is_in(list: &Value, name: &str) -> bool {
    list.as_array()
        .is_some_and(|list| list.iter().any(|item| item == name))
}

/// `value` with everything that `schema` describes, made up where it is not there.
fn complete(schema: &Value, value: Option<&Value>) -> Value {
    match (kind(schema), value) {
        ("object", value) => {
            let field = |(name, schema): (&String, &Value)| {
                let value = value.and_then(|value| value.get(name));
                (name.clone(), complete(schema, value))
            };
            fields(schema).map(field).collect::<Map<_, _>>().into()
        }
        ("array", value) => {
            let items = value.and_then(Value::as_array).cloned().unwrap_or_default();
            match items.is_empty() {
                true => json!([complete(&schema["items"], None)]),
                false => items
                    .iter()
                    .map(|item| complete(&schema["items"], Some(item)))
                    .collect(),
            }
        }
        (_, Some(value)) => value.clone(),
        (_, None) => some(schema),
    }
}

/// A scalar that fits.
fn some(schema: &Value) -> Value {
    let known = schema["x-known-values"].get(0).cloned();
    let (least, most) = (limit(schema, "min"), limit(schema, "max"));
    match kind(schema) {
        "integer" => known.unwrap_or_else(|| json!(least.map_or(0, |(value, _)| value))),
        "number" => json!(0.5),
        "boolean" => json!(true),
        _ => {
            let least = least.map_or(0, |(value, _)| value);
            let most = most.map_or(i64::MAX, |(value, _)| value);
            known.unwrap_or_else(|| text(4.clamp(least, most)))
        }
    }
}

fn text(length: i64) -> Value {
    json!("x".repeat(usize::try_from(length).expect("a length")))
}

/// The lower or upper limit of a schema, and what its rule is called.
fn limit(schema: &Value, end: &str) -> Option<(i64, String)> {
    let name = match kind(schema) {
        "string" => format!("{end}Length"),
        "array" => format!("{end}Items"),
        _ => format!("{end}imum"),
    };
    let enforced = schema[&name].as_i64().map(|value| (value, name.clone()));
    enforced.or_else(|| {
        let recorded = schema["x-documented-limits"][&name].as_i64()?;
        Some((recorded, format!("documented-{name}")))
    })
}

/// A value at or past a limit: what to call it, itself, the rules it breaks.
struct Edge {
    name: String,
    value: Value,
    rules: Vec<String>,
}

/// The values around the limits of `schema`. `list` makes a list of a length.
fn edges(schema: &Value, list: impl Fn(i64) -> Value) -> Vec<Edge> {
    let (least, most) = (limit(schema, "min"), limit(schema, "max"));
    let mut edges = Vec::new();
    let mut add = |name: String, size: i64, rule: Option<String>| {
        let value = match kind(schema) {
            "string" => text(size),
            "array" => list(size),
            _ => json!(size),
        };
        let mut rules: Vec<String> = rule.into_iter().collect();
        let known = schema["x-known-values"].as_array();
        if known.is_some_and(|known| !known.contains(&value)) {
            rules.push("documented-value".to_owned());
        }
        edges.push(Edge { name, value, rules });
    };
    let counts = matches!(kind(schema), "string" | "array");
    for (end, limit, step) in [("lowest", least, -1), ("highest", most, 1)] {
        let Some((value, rule)) = limit else { continue };
        add(format!("{end} {value}"), value, None);
        if let Some(past) = value.checked_add(step).filter(|past| !counts || *past >= 0) {
            add(format!("past the {end} {value}"), past, Some(rule));
        }
    }
    let known = schema["x-known-values"].as_array().into_iter().flatten();
    edges.extend(known.map(|value| Edge {
        name: format!("known {value}"),
        value: value.clone(),
        rules: Vec::new(),
    }));
    edges
}

/// A scalar of another type, which the client takes for what it says.
fn other_scalar(schema: &Value) -> Option<Value> {
    match kind(schema) {
        "integer" => Some(json!("1")),
        "string" => Some(json!(12)),
        "boolean" => Some(json!("true")),
        _ => None,
    }
}

/// Every place of a value that fits, with its schema: objects, lists, their first items, scalars.
fn places<'s>(schema: &'s Value, value: &Value, at: String, found: &mut Vec<(String, &'s Value)>) {
    match kind(schema) {
        "object" => {
            for (name, schema) in fields(schema) {
                if let Some(value) = value.get(name) {
                    places(schema, value, format!("{at}/{name}"), found);
                }
            }
        }
        "array" => {
            if let Some(value) = value.get(0) {
                places(&schema["items"], value, format!("{at}/0"), found);
            }
        }
        _ => {}
    }
    found.push((at, schema));
}

/// `whole` with `value` at a place.
fn with(whole: &Value, at: &str, value: Value) -> Value {
    let mut changed = whole.clone();
    *changed.pointer_mut(at).expect("a place") = value;
    changed
}

/// `whole` without the field at a place.
fn without(whole: &Value, at: &str) -> Value {
    let mut changed = whole.clone();
    let (parent, name) = at.rsplit_once('/').expect("a field");
    let parent = changed.pointer_mut(parent).and_then(Value::as_object_mut);
    parent.expect("an object").remove(name);
    changed
}
