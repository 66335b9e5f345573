//! No two values of a request are swapped: every parameter and field has a value of its own, and that value is found on
//! the wire in its place, under its name.

use contract_tests::{
    description::{Description, Operation},
    request::Asked,
    server::{Answer, Server},
    wire::{self, Arguments},
};
use hwc_tickets_wire::operations;
use serde_json::{Map, Value, json};

/// The value of every parameter and body field, by name. No two are alike.
const VALUES: &[(&str, &str)] = &[
    ("case_id", "id-of-the-ticket"),
    ("message_id", "id-of-the-message"),
    ("group_id", "id-of-the-group"),
    ("case_ids", "id-of-one-of-the-tickets"),
    ("create_time", "2020-07-09 00:00:01"),
    ("last_message_time_id", "cursor"),
    ("limit", "11"),
    ("offset", "22"),
    ("type", "33"),
    ("trim_osm_rich_text_label", "true"),
    ("content", "text"),
    ("is_authorized", "44"),
    ("authorization_content", "confidential"),
    ("accessory_ids", "id-of-the-attachment"),
];

fn value(name: &str) -> &'static str {
    let found = VALUES.iter().find(|(known, _)| *known == name);
    found
        .unwrap_or_else(|| panic!("give {name} a value of its own"))
        .1
}

/// Every parameter and field of `operation` under its name, each with its value, as the index takes them.
fn arguments(operation: &Operation) -> Value {
    let mut arguments = Map::new();
    for parameter in &operation.parameters {
        if parameter.place != "header" {
            let value = filled(&parameter.name, &parameter.schema);
            arguments.insert(parameter.name.clone(), value);
        }
    }
    if let Some(body) = &operation.body {
        arguments.insert("body".to_owned(), filled("", &body.schema));
    }
    arguments.into()
}

/// The request that has every parameter and field of `operation`, each with its value.
fn expected(operation: &Operation) -> (String, Vec<(String, String)>, Option<Value>) {
    let path = operation
        .parameters_in("path")
        .fold(operation.path.clone(), |path, parameter| {
            path.replace(&format!("{{{}}}", parameter.name), value(&parameter.name))
        });
    let query = operation.parameters_in("query");
    let mut query: Vec<_> = query
        .map(|parameter| (parameter.name.clone(), value(&parameter.name).to_owned()))
        .collect();
    query.sort();
    (
        path,
        query,
        operation.body.as_ref().map(|body| filled("", &body.schema)),
    )
}

fn filled(name: &str, schema: &Value) -> Value {
    match schema["type"].as_str() {
        Some("object") => {
            let fields = schema["properties"].as_object().unwrap().iter();
            let fields = fields.map(|(name, schema)| (name.clone(), filled(name, schema)));
            fields.collect::<Map<_, _>>().into()
        }
        Some("array") => json!([filled(name, &schema["items"])]),
        Some("integer") => json!(value(name).parse::<i64>().unwrap()),
        Some("boolean") => json!(value(name).parse::<bool>().unwrap()),
        _ => json!(value(name)),
    }
}

#[tokio::test]
async fn every_argument_is_found_under_its_name() {
    let description = Description::read();
    let server = Server::start().await;
    let client = wire::client(wire::pipeline(&server.url()));
    for operation in operations::ALL {
        server.answer(Answer::json(200, "{}"));
        let arguments = Arguments::from_json(arguments(description.operation(operation.name)));
        wire::call(&client, operation, arguments)
            .await
            .unwrap_or_else(|fault| panic!("{}: {fault}", operation.name));
        let [asked]: [Asked; 1] = server.asked().try_into().expect("one request");
        let body = asked.json().unwrap();
        let mut query = asked.query;
        query.sort();
        let expected = expected(description.operation(operation.name));
        assert_eq!((asked.path, query, body), expected, "{}", operation.name);
        assert_eq!(asked.method, operation.method, "{}", operation.name);
    }
}

#[test]
fn no_two_values_are_alike() {
    for (index, (name, value)) in VALUES.iter().enumerate() {
        assert!(
            VALUES[..index].iter().all(|(_, other)| other != value),
            "{name} has the value of another argument"
        );
    }
}
