//! Answers made from the description: whole ones, and whole ones with one thing that is not as documented.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "only tests call this, and a test fails by panicking"
)]

use serde_json::{Map, Value, json};

/// Fields that would turn an answer into a failure.
const ERROR_FIELDS: [&str; 3] = ["error_code", "error_msg", "request_id"];

/// Which fields are made, by their names.
type Which = fn(&str) -> bool;

/// Those that do not turn an answer into a failure.
fn harmless(name: &str) -> bool {
    !ERROR_FIELDS.contains(&name)
}

/// Every one.
fn any(_: &str) -> bool {
    true
}

/// A value with everything that `schema` describes and that makes no failure of it, two elements in each list, no two texts and
/// numbers alike.
#[must_use]
pub fn whole(schema: &Value) -> Value {
    make(schema, harmless, &mut 0)
}

/// The same with what makes a failure of it: for a reader that comes after the judge.
#[must_use]
pub fn everything(schema: &Value) -> Value {
    make(schema, any, &mut 0)
}

fn make(schema: &Value, which: Which, next: &mut u32) -> Value {
    *next += 1;
    match kind(schema) {
        "object" => fields(schema, which)
            .map(|(name, schema)| (name.clone(), make(schema, which, next)))
            .collect::<Map<_, _>>()
            .into(),
        "array" => (0..2)
            .map(|_| make(&schema["items"], which, next))
            .collect(),
        "integer" => json!(*next),
        "number" => json!(f64::from(*next) + 0.5),
        "boolean" => json!(true),
        _ => json!(format!("text-{next}")),
    }
}

/// `whole(schema)` once for each place and each thing that can be odd there, with a name for it.
#[must_use]
pub fn odd(schema: &Value) -> Vec<(String, Value)> {
    let whole = whole(schema);
    let mut places = Vec::new();
    walk(schema, harmless, String::new(), &mut places);
    let mut made = Vec::new();
    for (at, schema) in places {
        let mut odd = oddities(schema, whole.pointer(&at).expect("a place"));
        // The answer itself and the elements of a list are not fields, which may be null instead of absent.
        if !at.is_empty() && !at.ends_with("/1") {
            odd.push(("null", Value::Null));
        }
        for (what, value) in odd {
            let mut answer = whole.clone();
            *answer.pointer_mut(&at).expect("a place") = value;
            made.push((format!("{what} at {at:?}"), answer));
        }
    }
    made
}

/// Every place of [`everything`] with its schema, what is inside before what it is in; of lists the second element, so that there
/// is one in front.
#[must_use]
pub fn places(schema: &Value) -> Vec<(String, &Value)> {
    let mut places = Vec::new();
    walk(schema, any, String::new(), &mut places);
    places
}

/// The places of the lists of objects in a whole value.
#[must_use]
pub fn lists_of_objects(schema: &Value) -> Vec<String> {
    let mut places = Vec::new();
    walk(schema, harmless, String::new(), &mut places);
    let lists = places.into_iter();
    lists
        .filter(|(_, schema)| kind(schema) == "array" && kind(&schema["items"]) == "object")
        .map(|(at, _)| at)
        .collect()
}

/// Every place of a whole value; of lists the second element, so that there is one in front.
fn walk<'s>(schema: &'s Value, which: Which, at: String, places: &mut Vec<(String, &'s Value)>) {
    match kind(schema) {
        "object" => {
            for (name, schema) in fields(schema, which) {
                walk(schema, which, format!("{at}/{name}"), places);
            }
        }
        "array" => walk(&schema["items"], which, format!("{at}/1"), places),
        _ => {}
    }
    places.push((at, schema));
}

fn oddities(schema: &Value, whole: &Value) -> Vec<(&'static str, Value)> {
    let limit = |name: &str| schema["x-documented-limits"][name].as_u64();
    match kind(schema) {
        "object" => {
            let mut more = whole.clone();
            more["field_of_tomorrow"] = json!({"list": [1, "two", null], "text": "new"});
            vec![("a new field", more)]
        }
        "array" => {
            let longer = usize::try_from(limit("maxItems").unwrap_or(100) + 1).expect("a length");
            vec![
                ("an empty list", json!([])),
                (
                    "a longer list",
                    vec![least(&schema["items"]); longer].into(),
                ),
            ]
        }
        "integer" => vec![
            ("a text for a number", json!("12")),
            (
                "an unknown value",
                json!(limit("maximum").map_or(9_999, |most| most.min(1 << 62) + 1)),
            ),
            ("a negative number", json!(-1)),
            ("the greatest number", json!(i64::MAX)),
        ],
        "boolean" | "number" => vec![("text", json!("1"))],
        _ => {
            let longer =
                usize::try_from(limit("maxLength").unwrap_or(4_096) + 1).expect("a length");
            vec![
                ("a number for a text", json!(12)),
                ("a flag for a text", json!(true)),
                ("a longer text", json!("x".repeat(longer))),
                ("an empty text", json!("")),
                (
                    "a text beyond ASCII",
                    json!("\u{10348}\u{0}\u{4f60}\u{202e}\n"),
                ),
            ]
        }
    }
}

/// The least that is a value of a schema.
fn least(schema: &Value) -> Value {
    match kind(schema) {
        "object" => json!({}),
        "array" => json!([]),
        "integer" | "number" => json!(1),
        "boolean" => json!(true),
        _ => json!("text"),
    }
}

/// The fields of an object schema that are wanted.
fn fields(schema: &Value, which: Which) -> impl Iterator<Item = (&String, &Value)> {
    let fields = schema["properties"].as_object().into_iter().flatten();
    fields.filter(move |(name, _)| which(name))
}

fn kind(schema: &Value) -> &str {
    schema["type"].as_str().expect("a schema names its type")
}

/// Whether a value can be an id: a text of visible letters, not longer than any id is, or a number above zero.
#[must_use]
pub fn is_id(value: &Value) -> bool {
    match value {
        Value::String(text) => {
            (1..=1024).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
        }
        other => other.as_u64().is_some_and(|number| number > 0),
    }
}
