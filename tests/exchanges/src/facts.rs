//! The facts of the description, each made wrong in turn.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "only tests call this, and a test fails by panicking"
)]

use crate::{
    compare::Side,
    description::{BYTES, COMPONENT, JSON, Operation},
};
use serde_json::{Value, json};

const LIMITS: [&str; 6] = [
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "minItems",
    "maxItems",
];

/// A fact that was made wrong.
#[derive(Debug)]
pub struct Wrong {
    /// What it is. A fact of a shared part has the same name in every operation.
    pub fact: String,
    /// Where it shows.
    pub side: Side,
    /// The operation with it.
    pub operation: Operation,
}

/// `operation` once for each fact, with that fact made wrong. Left out is what no exchange can show; `spec/README.md`
/// lists it.
#[must_use]
pub fn wrong(operation: &Operation) -> Vec<Wrong> {
    let mut facts = Facts {
        operation,
        wrong: Vec::new(),
    };
    facts.calling();
    facts.parameters();
    facts.body();
    facts.answer();
    facts.wrong
}

struct Facts<'o> {
    operation: &'o Operation,
    wrong: Vec<Wrong>,
}

impl Facts<'_> {
    fn add(&mut self, side: Side, fact: String, change: impl FnOnce(&mut Operation)) {
        let mut operation = self.operation.clone();
        change(&mut operation);
        self.wrong.push(Wrong {
            fact,
            side,
            operation,
        });
    }

    /// A fact that belongs to this operation alone.
    fn own(&mut self, side: Side, fact: &str, change: impl FnOnce(&mut Operation)) {
        self.add(side, format!("{}, {fact}", self.operation.id), change);
    }

    fn calling(&mut self) {
        self.own(Side::Request, "method", |wrong| wrong.method.push('X'));
        self.own(Side::Request, "path", |wrong| wrong.path.push_str("/more"));
    }

    fn parameters(&mut self) {
        for (index, parameter) in self.operation.parameters.iter().enumerate() {
            let what = match &parameter.component {
                Some(component) => component.clone(),
                None => format!(
                    "{}, {} {}",
                    self.operation.id, parameter.place, parameter.name
                ),
            };
            self.add(Side::Request, format!("{what}: name"), |wrong| {
                wrong.parameters[index].name.push_str("_x");
            });
            if parameter.place != "path" {
                let other = if parameter.place == "query" {
                    "header"
                } else {
                    "query"
                };
                self.add(Side::Request, format!("{what}: place"), |wrong| {
                    wrong.parameters[index].place = other.to_owned();
                });
                // A path without a value is another path.
                self.add(Side::Request, format!("{what}: mandatory"), |wrong| {
                    wrong.parameters[index].required ^= true;
                });
            }
            for (fact, schema) in wrong_schemas(&parameter.schema, &what, Side::Request) {
                // An empty list in a query is an absent parameter: nothing shows whether it may be empty.
                let empty = ["/minItems is 0", "/minItems is 1"];
                if !(parameter.place == "query" && empty.iter().any(|end| fact.ends_with(end))) {
                    self.add(Side::Request, fact, |wrong| {
                        wrong.parameters[index].schema = schema
                    });
                }
            }
        }
    }

    fn body(&mut self) {
        let Some(body) = &self.operation.body else {
            return;
        };
        self.own(Side::Request, "body: described", |wrong| wrong.body = None);
        self.own(Side::Request, "body: mandatory", |wrong| {
            wrong.body.as_mut().expect("a body").required ^= true;
        });
        for (fact, schema) in wrong_schemas(&body.schema, "body", Side::Request) {
            self.add(Side::Request, fact, |wrong| {
                wrong.body.as_mut().expect("a body").schema = schema;
            });
        }
    }

    fn answer(&mut self) {
        let described = &self.operation.responses[&200].content[JSON];
        for (fact, schema) in wrong_schemas(described, "answer", Side::Response) {
            self.add(Side::Response, fact, |wrong| {
                let answer = wrong.responses.get_mut(&200).expect("an answer");
                answer.content.insert(JSON.to_owned(), schema);
            });
        }
        if self.operation.answers_bytes() {
            self.own(Side::Response, "answer: media type of bytes", |wrong| {
                let answer = wrong.responses.get_mut(&200).expect("an answer");
                let schema = answer.content.remove(BYTES).expect("bytes");
                answer.content.insert("image/png".to_owned(), schema);
            });
        }
        self.own(Side::Response, "answer: described", |wrong| {
            wrong.responses.remove(&200);
        });
        self.own(Side::Response, "answer: media type", |wrong| {
            let answer = wrong.responses.get_mut(&200).expect("an answer");
            let schema = answer.content.remove(JSON).expect("JSON");
            answer.content.insert("text/plain".to_owned(), schema);
        });
    }
}

/// A schema in a schema: where it stands, its name, itself.
struct Part<'s> {
    at: String,
    name: String,
    schema: &'s Value,
}

/// `schema` with one thing made wrong, for each thing in it.
fn wrong_schemas(schema: &Value, name: &str, side: Side) -> Vec<(String, Value)> {
    let mut parts = Vec::new();
    walk(schema, String::new(), name.to_owned(), &mut parts);
    let mut made = Vec::new();
    for part in parts {
        for (fact, wrong) in wrong_parts(part.schema, side) {
            let mut whole = schema.clone();
            *whole.pointer_mut(&part.at).expect("a place") = wrong;
            made.push((format!("{}: {fact}", part.name), whole));
        }
    }
    made
}

fn walk<'s>(schema: &'s Value, at: String, name: String, parts: &mut Vec<Part<'s>>) {
    let name = match schema[COMPONENT].as_str() {
        Some(component) => component.to_owned(),
        None => name,
    };
    for (field, schema) in schema["properties"].as_object().into_iter().flatten() {
        let (at, name) = (
            format!("{at}/properties/{field}"),
            format!("{name}/{field}"),
        );
        walk(schema, at, name, parts);
    }
    if let Some(items) = schema.get("items") {
        walk(items, format!("{at}/items"), format!("{name}/*"), parts);
    }
    parts.push(Part { at, name, schema });
}

/// One schema with one thing of its own made wrong.
fn wrong_parts(schema: &Value, side: Side) -> Vec<(String, Value)> {
    let mut made = Vec::new();
    let mut add = |fact: String, change: &dyn Fn(&mut Value)| {
        let mut wrong = schema.clone();
        change(&mut wrong);
        made.push((fact, wrong));
    };
    let other = if schema["type"] == "integer" {
        "boolean"
    } else {
        "integer"
    };
    add("type".to_owned(), &|wrong| wrong["type"] = json!(other));

    for inside in ["", "/x-documented-limits"] {
        for limit in LIMITS {
            let at = format!("{inside}/{limit}");
            let Some(value) = schema.pointer(&at).and_then(Value::as_i64) else {
                continue;
            };
            let near = [value.checked_add(1), value.checked_sub(1)];
            for near in near.into_iter().flatten() {
                // Nothing is shorter than nothing.
                if near >= 0 || limit == "minimum" {
                    let set =
                        |wrong: &mut Value| *wrong.pointer_mut(&at).expect("a limit") = json!(near);
                    add(format!("{at} is {near}"), &set);
                }
            }
        }
    }
    let values = schema["x-known-values"].as_array();
    for (index, value) in values.into_iter().flatten().enumerate() {
        let remove = |wrong: &mut Value| {
            let values = wrong["x-known-values"].as_array_mut();
            values.expect("a list").remove(index);
        };
        add(format!("the value {value} is not known"), &remove);
    }

    // What an answer always has is recorded, and only where a source says it.
    let mandatory = match side {
        Side::Request => Some("required"),
        Side::Response => Some("x-documented-required").filter(|key| schema.get(key).is_some()),
    };
    for name in schema["properties"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, _)| name)
    {
        add(format!("the name {name}"), &|wrong| {
            let fields = wrong["properties"].as_object_mut().expect("fields");
            let field = fields.remove(name).expect("a field");
            fields.insert(format!("{name}_x"), field);
        });
        if let Some(key) = mandatory {
            add(format!("{name} is mandatory"), &|wrong| {
                toggle(wrong, key, name)
            });
        }
    }
    made
}

/// Puts `name` into the list `key`, or takes it out.
fn toggle(schema: &mut Value, key: &str, name: &str) {
    let mut list = schema[key].as_array().cloned().unwrap_or_default();
    match list.iter().position(|known| known == name) {
        Some(index) => drop(list.remove(index)),
        None => list.push(json!(name)),
    }
    schema[key] = list.into();
}
