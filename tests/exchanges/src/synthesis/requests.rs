//! Requests: each parameter and each field of the body in every systematic way.

use super::{
    Broken, Edge, complete, edges, exchange, fields, is_in, kind, limit, no_call, other_scalar,
    places, some, with, without,
};
use crate::{
    description::{FORM, Operation, Parameter},
    exchange::{Exchange, File, Part, Request, Verdict},
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(super) fn of(operation: &Operation, base: &Exchange) -> Vec<Exchange> {
    let mut cases = Cases {
        operation,
        base,
        made: Vec::new(),
    };
    for parameter in &operation.parameters {
        cases.parameter(parameter);
    }
    cases.unknown();
    cases.body();
    cases.made
}

/// What is written with percent signs in a path.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

struct Cases<'o> {
    operation: &'o Operation,
    base: &'o Exchange,
    made: Vec<Exchange>,
}

impl Cases<'_> {
    /// A request that keeps to the description, answered as the base is; or that does not, and is refused.
    fn add(&mut self, name: &str, broken: Vec<Broken>, change: impl FnOnce(&mut Request)) {
        // A number that no document names may have a meaning nevertheless.
        let verdict = match broken.iter().all(|(_, rule)| rule == "documented-value") {
            true => Verdict::Success,
            false => Verdict::Refused,
        };
        let mut made = exchange(self.base, name, verdict, broken);
        change(&mut made.request);
        made.sdk = no_call();
        if verdict == Verdict::Refused {
            made.response.headers.clear();
            made.response.body_text = None;
            made.response.body = Some(
                json!({"error_code": "OSM.01010001", "error_msg": "Param validation failed."}),
            );
        }
        self.made.push(made);
    }

    fn parameter(&mut self, parameter: &Parameter) {
        let what = format!("{} {}", parameter.place, parameter.name);
        let at = format!("/request/{}/{}", parameter.place, parameter.name);
        let template = self.operation.path.clone();
        let put = |values: Vec<String>| {
            let (parameter, template) = (parameter.clone(), template.clone());
            move |request: &mut Request| put(request, &template, &parameter, &values)
        };
        if parameter.place != "path" {
            let broken = match parameter.required {
                true => vec![(at.clone(), "required".to_owned())],
                false => Vec::new(),
            };
            self.add(&format!("{what} missing"), broken, put(Vec::new()));
        }
        let schema = &parameter.schema;
        if kind(schema) == "array" {
            let item = &schema["items"];
            let list = |length: i64| {
                let length = usize::try_from(length).expect("a length");
                let item = |index| match kind(item) {
                    "integer" => json!(index),
                    _ => json!(format!("case-{index}")),
                };
                (0..length).map(item).collect()
            };
            for Edge { name, value, rules } in edges(schema, list) {
                let values = value
                    .as_array()
                    .into_iter()
                    .flatten()
                    .map(written)
                    .collect::<Vec<_>>();
                // An empty list in a query is an absent parameter.
                if !values.is_empty() {
                    self.add(&format!("{what} {name}"), broken(&at, rules), put(values));
                }
            }
            for Edge { name, value, rules } in edges(item, |_| Value::Null) {
                let place = format!("{at}/0");
                self.add(
                    &format!("{what} item {name}"),
                    broken(&place, rules),
                    put(vec![written(&value)]),
                );
            }
            self.add(
                &format!("{what} two"),
                Vec::new(),
                put(vec![written(&some(item)), written(&another(item))]),
            );
            return;
        }
        for Edge { name, value, rules } in edges(schema, |_| Value::Null) {
            self.add(
                &format!("{what} {name}"),
                broken(&at, rules),
                put(vec![written(&value)]),
            );
        }
        match kind(schema) {
            "string" if limit(schema, "max").is_none() => {
                self.add(
                    &format!("{what} of any length"),
                    Vec::new(),
                    put(vec!["x".repeat(100)]),
                );
            }
            "boolean" => {
                for value in ["true", "false"] {
                    self.add(
                        &format!("{what} {value}"),
                        Vec::new(),
                        put(vec![value.to_owned()]),
                    );
                }
            }
            _ => {}
        }
        if kind(schema) != "string" {
            self.add(
                &format!("{what} of another type"),
                broken(&at, vec!["type".to_owned()]),
                put(vec!["ten".to_owned()]),
            );
        }
    }

    fn unknown(&mut self) {
        let undocumented = |at: &str| vec![(at.to_owned(), "undocumented".to_owned())];
        self.add(
            "unknown query",
            undocumented("/request/query/field_of_tomorrow"),
            |request| request.query.push(("field_of_tomorrow".into(), "1".into())),
        );
        self.add(
            "unknown header",
            undocumented("/request/header/X-Tomorrow"),
            |request| drop(request.headers.insert("X-Tomorrow".into(), "1".into())),
        );
    }

    /// A form: each part missing, each text at and past its limits, the file without a byte, and what is no form.
    fn form(&mut self, schema: &Value) {
        const AT: &str = "/request/body";
        let at = |rule: &str| vec![(AT.to_owned(), rule.to_owned())];
        self.add("form missing", at("required"), |request| {
            request.form = None
        });
        self.add("form that is JSON", at("syntax"), |request| {
            let fields = request.form_fields();
            (request.body, request.form) = (fields, None);
        });
        fn parts(request: &mut Request) -> &mut BTreeMap<String, Part> {
            request.form.as_mut().expect("the success has a form")
        }
        for (name, part) in fields(schema) {
            let place = format!("{AT}/{name}");
            let rules = match is_in(&schema["required"], name) {
                true => vec!["required".to_owned()],
                false => Vec::new(),
            };
            self.add(
                &format!("form {name} missing"),
                broken(&place, rules),
                |request| drop(parts(request).remove(name)),
            );
            if part["format"] == "binary" {
                let empty = File {
                    name: "empty.txt".to_owned(),
                    content: String::new(),
                };
                self.add(&format!("form {name} empty"), Vec::new(), |request| {
                    parts(request).insert(name.clone(), Part::File(empty));
                });
                continue;
            }
            for Edge {
                name: edge,
                value,
                rules,
            } in edges(part, |_| Value::Null)
            {
                self.add(
                    &format!("form {name} {edge}"),
                    broken(&place, rules),
                    |request| {
                        drop(parts(request).insert(name.clone(), Part::Text(written(&value))))
                    },
                );
            }
        }
        self.add(
            "form with an unknown part",
            broken(
                &format!("{AT}/part_of_tomorrow"),
                vec!["undocumented".to_owned()],
            ),
            |request| {
                let part = Part::Text("new".to_owned());
                parts(request).insert("part_of_tomorrow".to_owned(), part);
            },
        );
    }

    fn body(&mut self) {
        let body = |value: Value| {
            |request: &mut Request| {
                request.body = Some(value);
            }
        };
        const AT: &str = "/request/body";
        let Some(described) = &self.operation.body else {
            let broken = vec![(AT.to_owned(), "undocumented".to_owned())];
            return self.add("body that is not described", broken, body(json!({})));
        };
        if described.media == FORM {
            return self.form(&described.schema);
        }
        let (required, schema) = (described.required, described.schema.clone());
        let broken_at = |rule: &str| vec![(AT.to_owned(), rule.to_owned())];
        let missing = if required {
            broken_at("required")
        } else {
            Vec::new()
        };
        self.add("body missing", missing, |request| request.body = None);
        self.add("body that is no JSON", broken_at("syntax"), |request| {
            request.body = None;
            request.body_text = Some("{\"message\": ".to_owned());
        });
        self.add("body that is a list", broken_at("type"), body(json!([])));

        let whole = complete(&schema, self.base.request.body.as_ref());
        self.add("body whole", Vec::new(), body(whole.clone()));
        let mut found = Vec::new();
        places(&schema, &whole, String::new(), &mut found);
        for (at, schema) in found {
            let place = format!("{AT}{at}");
            let what = format!("body {at}");
            let list = |length: i64| {
                let length = usize::try_from(length).expect("a length");
                let item = |index| match kind(&schema["items"]) {
                    "object" => complete(&schema["items"], None),
                    _ => json!(format!("file-{index}")),
                };
                (0..length).map(item).collect()
            };
            for Edge { name, value, rules } in edges(schema, list) {
                self.add(
                    &format!("{what} {name}"),
                    broken(&place, rules),
                    body(with(&whole, &at, value)),
                );
            }
            if let Some(other) = other_scalar(schema) {
                self.add(
                    &format!("{what} of another type"),
                    broken(&place, vec!["type".to_owned()]),
                    body(with(&whole, &at, other)),
                );
            }
            if !at.is_empty() {
                self.add(
                    &format!("{what} null"),
                    broken(&place, vec!["type".to_owned()]),
                    body(with(&whole, &at, Value::Null)),
                );
            }
            if kind(schema) == "object" {
                for (name, _) in fields(schema) {
                    let rules = match is_in(&schema["required"], name) {
                        true => vec!["required".to_owned()],
                        false => Vec::new(),
                    };
                    let at = format!("{at}/{name}");
                    self.add(
                        &format!("body {at} missing"),
                        broken(&format!("{AT}{at}"), rules),
                        body(without(&whole, &at)),
                    );
                }
                let mut more = whole.clone();
                more.pointer_mut(&at).expect("a place")["field_of_tomorrow"] = json!(1);
                self.add(
                    &format!("{what} with an unknown field"),
                    broken(
                        &format!("{place}/field_of_tomorrow"),
                        vec!["undocumented".to_owned()],
                    ),
                    body(more),
                );
            }
        }
    }
}

fn broken(at: &str, rules: Vec<String>) -> Vec<Broken> {
    let rules = rules.into_iter();
    rules.map(|rule| (at.to_owned(), rule)).collect()
}

/// A scalar as it stands in a path, a query or a header.
fn written(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// Gives a parameter these values.
fn put(request: &mut Request, template: &str, parameter: &Parameter, values: &[String]) {
    match parameter.place.as_str() {
        "query" => {
            request.query.retain(|(name, _)| *name != parameter.name);
            let values = values
                .iter()
                .map(|value| (parameter.name.clone(), value.clone()));
            request.query.extend(values);
        }
        "header" => {
            request.headers.remove(&parameter.name);
            let values = values
                .iter()
                .map(|value| (parameter.name.clone(), value.clone()));
            request.headers.extend(values);
        }
        _ => {
            let own = format!("{{{}}}", parameter.name);
            let value: String = values.iter().map(String::as_str).collect();
            let value = utf8_percent_encode(&value, RESERVED).to_string();
            let segments = template.split('/').zip(request.path.split('/'));
            request.path = segments
                .map(|(wanted, given)| if wanted == own { &value } else { given })
                .collect::<Vec<_>>()
                .join("/");
        }
    }
}

/// A value that fits and is another than [`some`] makes.
fn another(schema: &Value) -> Value {
    match some(schema) {
        Value::Number(number) => json!(number.as_i64().map_or(2, |number| number + 2)),
        value => json!(written(&value) + "2"),
    }
}
