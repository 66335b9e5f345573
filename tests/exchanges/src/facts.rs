//! The facts of the description, each of which can be made wrong.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "only tests call this, and a test fails by panicking"
)]

use crate::{
    compare::Part,
    description::{BYTES, COMPONENT, JSON, Operation, Parameter},
};
use serde_json::{Value, json};
use std::{collections::HashSet, fmt};

const LIMITS: [&str; 6] = [
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "minItems",
    "maxItems",
];

/// A fact of a `T`.
pub struct Fact<T> {
    /// What it is. A fact of a shared part has the same name in every operation.
    pub name: String,
    change: Box<dyn Fn(&mut T)>,
}

impl<T: Clone> Fact<T> {
    fn new(name: String, change: impl Fn(&mut T) + 'static) -> Self {
        let change = Box::new(change);
        Self { name, change }
    }

    /// `right` with the fact made wrong.
    #[must_use]
    pub fn wrong(&self, right: &T) -> T {
        let mut wrong = right.clone();
        (self.change)(&mut wrong);
        wrong
    }
}

impl<T> fmt::Debug for Fact<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Fact").field(&self.name).finish()
    }
}

/// The facts of an operation itself, and the part of an exchange that shows each. Left out here and below is what no exchange
/// can show; `spec/README.md` lists it.
#[must_use]
pub fn of_operation(operation: &Operation) -> Vec<(Part, Fact<Operation>)> {
    let mut facts = Facts {
        operation,
        found: Vec::new(),
    };
    facts.calling();
    facts.parameters();
    facts.body();
    facts.answer();
    facts.found
}

struct Facts<'o> {
    operation: &'o Operation,
    found: Vec<(Part, Fact<Operation>)>,
}

impl Facts<'_> {
    fn add(&mut self, part: Part, name: String, change: impl Fn(&mut Operation) + 'static) {
        self.found.push((part, Fact::new(name, change)));
    }

    /// A fact that belongs to this operation alone.
    fn own(&mut self, part: Part, name: &str, change: impl Fn(&mut Operation) + 'static) {
        self.add(part, format!("{}, {name}", self.operation.id), change);
    }

    fn calling(&mut self) {
        self.own(Part::Head, "method", |wrong| wrong.method.push('X'));
        self.own(Part::Head, "path", |wrong| wrong.path.push_str("/more"));
    }

    fn parameters(&mut self) {
        for (index, parameter) in self.operation.parameters.iter().enumerate() {
            let what = what(self.operation, parameter);
            self.add(Part::Head, format!("{what}: name"), move |wrong| {
                wrong.parameters[index].name.push_str("_x");
            });
            let other = match parameter.place.as_str() {
                // A path without a value is another path.
                "path" => continue,
                "query" => "header",
                _ => "query",
            };
            self.add(Part::Head, format!("{what}: place"), move |wrong| {
                wrong.parameters[index].place = other.to_owned();
            });
        }
    }

    fn body(&mut self) {
        if self.operation.body.is_none() {
            return;
        }
        self.own(Part::Body, "body: described", |wrong| wrong.body = None);
        self.own(Part::Body, "body: mandatory", |wrong| {
            wrong.body.as_mut().expect("a body").required ^= true;
        });
    }

    fn answer(&mut self) {
        if self.operation.answers_bytes() {
            self.own(Part::Answer, "answer: media type of bytes", |wrong| {
                let answer = wrong.responses.get_mut(&200).expect("an answer");
                let schema = answer.content.remove(BYTES).expect("bytes");
                answer.content.insert("image/png".to_owned(), schema);
            });
        }
        self.own(Part::Answer, "answer: described", |wrong| {
            wrong.responses.remove(&200);
        });
        self.own(Part::Answer, "answer: media type", |wrong| {
            let answer = wrong.responses.get_mut(&200).expect("an answer");
            let schema = answer.content.remove(JSON).expect("JSON");
            answer.content.insert("text/plain".to_owned(), schema);
        });
    }
}

/// What a parameter is, for the names of its facts.
fn what(operation: &Operation, parameter: &Parameter) -> String {
    match &parameter.component {
        Some(component) => component.clone(),
        None => format!("{}, {} {}", operation.id, parameter.place, parameter.name),
    }
}

/// The facts of one parameter, which its values show.
#[must_use]
pub fn of_parameter(operation: &Operation, parameter: &Parameter) -> Vec<Fact<Parameter>> {
    let what = what(operation, parameter);
    let mut facts = Vec::new();
    // A path without a value is another path.
    if parameter.place != "path" {
        let name = format!("{what}: mandatory");
        facts.push(Fact::new(name, |wrong: &mut Parameter| {
            wrong.required ^= true;
        }));
    }
    for place in places(&parameter.schema, &what, HashSet::new()) {
        for fact in of_schema(&place.schema, Part::Head) {
            let (name, at) = (format!("{}: {}", place.name, fact.name), place.at.clone());
            // An empty list in a query is an absent parameter: nothing shows whether it may be empty.
            let empty = ["/minItems is 0", "/minItems is 1"];
            if !(parameter.place == "query" && empty.iter().any(|end| name.ends_with(end))) {
                facts.push(Fact::new(name, move |wrong: &mut Parameter| {
                    (fact.change)(wrong.schema.pointer_mut(&at).expect("a place"));
                }));
            }
        }
    }
    facts
}

/// The name of a schema: of a shared part, that of the part.
fn name_of(schema: &Value, name: String) -> String {
    match schema[COMPONENT].as_str() {
        Some(component) => component.to_owned(),
        None => name,
    }
}

fn properties(schema: &Value) -> impl Iterator<Item = (&String, &Value)> {
    schema["properties"].as_object().into_iter().flatten()
}

/// The schemas of an operation that have parts of their own: that of the body, and that of a good answer.
#[must_use]
pub fn schemas(operation: &Operation) -> Vec<(Part, &'static str, &Value)> {
    let body = operation.body.iter();
    let body = body.map(|body| (Part::Body, "body", &body.schema));
    let answer = &operation.responses[&200].content[JSON];
    body.chain([(Part::Answer, "answer", answer)]).collect()
}

/// A schema somewhere in a schema, and the values that are held against it.
#[derive(Debug)]
pub struct Place<'v> {
    /// Where it stands in the whole schema: a JSON pointer.
    at: String,
    /// What it is.
    pub name: String,
    /// The schema, without what it says of fields and items: those are places of their own.
    pub schema: Value,
    /// All different ones.
    pub values: HashSet<&'v Value>,
}

/// Every place of `schema`, which is called `name` and holds for `values`.
#[must_use]
pub fn places<'v>(schema: &Value, name: &str, values: HashSet<&'v Value>) -> Vec<Place<'v>> {
    let mut places = Vec::new();
    go_into(schema, String::new(), name.to_owned(), values, &mut places);
    places
}

fn go_into<'v>(
    schema: &Value,
    at: String,
    name: String,
    values: HashSet<&'v Value>,
    places: &mut Vec<Place<'v>>,
) {
    let name = name_of(schema, name);
    for (field, schema) in properties(schema) {
        let values = values.iter().filter_map(|value| value.get(field)).collect();
        let at = format!("{at}/properties/{field}");
        go_into(schema, at, format!("{name}/{field}"), values, places);
    }
    if let Some(items) = schema.get("items") {
        let lists = values.iter().filter_map(|value| value.as_array());
        go_into(
            items,
            format!("{at}/items"),
            format!("{name}/*"),
            lists.flatten().collect(),
            places,
        );
    }
    let schema = alone(schema);
    places.push(Place {
        at,
        name,
        schema,
        values,
    });
}

/// `schema` without what it says of fields and items, but for the names of the fields.
fn alone(schema: &Value) -> Value {
    let mut alone = schema.clone();
    let fields = alone.get_mut("properties").and_then(Value::as_object_mut);
    for (_, field) in fields.into_iter().flatten() {
        *field = json!({});
    }
    if let Some(items) = alone.get_mut("items") {
        *items = json!({});
    }
    alone
}

/// The facts of one schema itself.
#[must_use]
pub fn of_schema(schema: &Value, part: Part) -> Vec<Fact<Value>> {
    let mut facts = Vec::new();
    let other = if schema["type"] == "integer" {
        "boolean"
    } else {
        "integer"
    };
    let set = move |wrong: &mut Value| wrong["type"] = json!(other);
    facts.push(Fact::new("type".to_owned(), set));

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
                    let (name, at) = (format!("{at} is {near}"), at.clone());
                    facts.push(Fact::new(name, move |wrong: &mut Value| {
                        *wrong.pointer_mut(&at).expect("a limit") = json!(near);
                    }));
                }
            }
        }
    }
    let values = schema["x-known-values"].as_array();
    for (index, value) in values.into_iter().flatten().enumerate() {
        let name = format!("the value {value} is not known");
        facts.push(Fact::new(name, move |wrong: &mut Value| {
            let values = wrong["x-known-values"].as_array_mut();
            values.expect("a list").remove(index);
        }));
    }
    facts.extend(of_fields(schema, part));
    facts
}

/// The names of fields, and which of them are mandatory.
fn of_fields(schema: &Value, part: Part) -> Vec<Fact<Value>> {
    // What an answer always has is recorded, and only where a source says it.
    let mandatory = match part {
        Part::Head | Part::Body => Some("required"),
        Part::Answer => Some("x-documented-required").filter(|key| schema.get(key).is_some()),
    };
    let mut facts = Vec::new();
    for (name, _) in properties(schema) {
        let field = name.clone();
        let rename = move |wrong: &mut Value| {
            let fields = wrong["properties"].as_object_mut().expect("fields");
            let schema = fields.remove(&field).expect("a field");
            fields.insert(format!("{field}_x"), schema);
        };
        facts.push(Fact::new(format!("the name {name}"), rename));
        if let Some(key) = mandatory {
            let field = name.clone();
            let change = move |wrong: &mut Value| toggle(wrong, key, &field);
            facts.push(Fact::new(format!("{name} is mandatory"), change));
        }
    }
    facts
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
