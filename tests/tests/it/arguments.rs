//! No two values of a request are swapped: every parameter and field has a value of its own, and that value is found on
//! the wire in its place, under its name.

use contract_tests::{
    description::{Description, FORM, Operation, Parameter},
    request::Asked,
    server::{Answer, Server},
    wire::{self, Arguments},
};
use hwc_core::Makes;
use hwc_tickets_wire::operations;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// A value of its own for every name: no two are alike.
struct Values {
    names: BTreeSet<String>,
}

impl Values {
    /// For every name of a parameter and of a field of a request.
    fn of(description: &Description) -> Self {
        let mut names = BTreeSet::new();
        for operation in description.operations() {
            names.extend(operation.parameters.iter().map(|known| known.name.clone()));
            if let Some(body) = &operation.body {
                collect(&body.schema, &mut names);
            }
        }
        Self { names }
    }

    fn number(&self, name: &str) -> usize {
        11 + self.names.iter().position(|known| known == name).unwrap()
    }

    /// As it is sent in a path or a query.
    fn text(&self, name: &str, schema: &Value) -> String {
        match schema["type"].as_str() {
            Some("array") => self.text(name, &schema["items"]),
            Some("integer") => self.number(name).to_string(),
            Some("boolean") => "true".to_owned(),
            _ => format!("value-of-{name}"),
        }
    }

    /// As the index takes it, and as it is sent in JSON.
    fn json(&self, name: &str, schema: &Value) -> Value {
        match schema["type"].as_str() {
            Some("object") => {
                // A map has none that are known.
                let fields = schema["properties"].as_object().into_iter().flatten();
                let fields = fields.map(|(name, schema)| (name.clone(), self.json(name, schema)));
                fields.collect::<Map<_, _>>().into()
            }
            Some("array") => json!([self.json(name, &schema["items"])]),
            Some("integer") => json!(self.number(name)),
            Some("boolean") => json!(true),
            _ => json!(self.text(name, schema)),
        }
    }
}

fn collect(schema: &Value, names: &mut BTreeSet<String>) {
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        names.insert(name.clone());
        collect(field, names);
        collect(&field["items"], names);
    }
}

/// Every parameter and field of `operation` under its name, each with its value, as the index takes them.
fn arguments(operation: &Operation, values: &Values) -> Value {
    let mut arguments = Map::new();
    for parameter in &operation.parameters {
        if parameter.place != "header" {
            let value = values.json(&parameter.name, &parameter.schema);
            arguments.insert(parameter.name.clone(), value);
        }
    }
    match &operation.body {
        Some(body) if body.media == FORM => {
            for (name, part) in body.schema["properties"].as_object().unwrap() {
                let value = match part["format"] == "binary" {
                    true => json!({"name": "name.txt", "content": values.text(name, part)}),
                    false => values.json(name, part),
                };
                arguments.insert(name.clone(), value);
            }
        }
        Some(body) => {
            arguments.insert("body".to_owned(), values.json("", &body.schema));
        }
        None => {}
    }
    arguments.into()
}

/// The request that has every parameter and field of `operation`, each with its value.
fn expected(operation: &Operation, values: &Values) -> (String, Vec<(String, String)>, Value) {
    let text = |parameter: &Parameter| values.text(&parameter.name, &parameter.schema);
    let path = operation
        .parameters_in("path")
        .fold(operation.path.clone(), |path, parameter| {
            path.replace(&format!("{{{}}}", parameter.name), &text(parameter))
        });
    let query = operation.parameters_in("query");
    let mut query: Vec<_> = query
        .map(|parameter| (parameter.name.clone(), text(parameter)))
        .collect();
    query.sort();
    let body = match &operation.body {
        Some(body) => values.json("", &body.schema),
        None => Value::Null,
    };
    (path, query, body)
}

#[tokio::test]
async fn every_argument_is_found_under_its_name() {
    let description = Description::shared();
    let values = Values::of(description);
    let server = Server::start().await;
    let client = wire::client(wire::pipeline(&server.url()));
    for operation in operations::ALL {
        let described = description.operation(operation.name);
        server.answer(match (described.answers_bytes(), operation.makes) {
            (true, _) => Answer::bytes("a file"),
            (false, Makes::Id(field)) => Answer::json(200, format!(r#"{{"{field}":"f-1"}}"#)),
            (false, _) => Answer::json(200, "{}"),
        });
        let arguments = Arguments::from_json(arguments(described, &values));
        wire::call(&client, operation, arguments)
            .await
            .unwrap_or_else(|fault| panic!("{}: {fault}", operation.name));
        let [asked]: [Asked; 1] = server.asked().try_into().expect("one request");
        // The parts of a form as the fields of an object, a file as its content.
        let body = match asked.form() {
            Some(parts) => parts
                .into_iter()
                .map(|(name, (_, content))| (name, content.into()))
                .collect::<Map<_, _>>()
                .into(),
            None => asked.json().unwrap().unwrap_or_default(),
        };
        let mut query = asked.query;
        query.sort();
        let expected = expected(described, &values);
        assert_eq!((asked.path, query, body), expected, "{}", operation.name);
        assert_eq!(asked.method, operation.method, "{}", operation.name);
    }
}
