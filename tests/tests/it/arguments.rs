//! No two positional arguments of a generated method are swapped: every argument has a value of its own, and that value
//! is found on the wire under the argument's name.

use contract_tests::{
    description::{Description, Operation},
    request::Asked,
    server::{Answer, Server},
    wire,
};
use hwc_core::Fault;
use hwc_tickets_wire::{Call, operations, types};
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

/// The arguments as the documentation of each method has them, in its order.
async fn call(call: &Call, operation: &str) -> Result<(), Fault> {
    let ticket = "id-of-the-ticket";
    let group = Some("id-of-the-group");
    let tickets = vec!["id-of-one-of-the-tickets".to_owned()];
    match operation {
        "createMessages" => {
            let body = types::CreateMessageV2Req {
                group_id: group.map(str::to_owned),
                message: types::CreateMessageDoV2 {
                    accessory_ids: Some(vec!["id-of-the-attachment".to_owned()]),
                    authorization_content: Some("confidential".to_owned()),
                    content: "text".to_owned(),
                    is_authorized: Some(44),
                },
                type_: Some(33),
            };
            call.create_messages(ticket, &body).await.map(drop)
        }
        "listMessages" => call
            .list_messages(ticket, group, Some(11), Some(22), Some(true))
            .await
            .map(drop),
        "listMoreInstantMessages" => call
            .list_more_instant_messages(ticket, "2020-07-09 00:00:01", group, 11, Some(true), 33)
            .await
            .map(drop),
        "listNewInstantMessages" => call
            .list_new_instant_messages(&tickets, group, Some("cursor"), Some(true))
            .await
            .map(drop),
        "listUnreadNewInstantMessages" => call
            .list_unread_new_instant_messages(&tickets, group)
            .await
            .map(drop),
        "updateNewInstantMessagesRead" => {
            let body = types::UpdateUnreadNewInstantMsgV2Req {
                group_id: group.map(str::to_owned),
            };
            call.update_new_instant_messages_read(ticket, &body)
                .await
                .map(drop)
        }
        "revokeMessage" => call
            .revoke_message(ticket, "id-of-the-message")
            .await
            .map(drop),
        "showCaseDetail" => call
            .show_case_detail(ticket, group, Some(true))
            .await
            .map(drop),
        "showCaseStatus" => call.show_case_status(ticket).await.map(drop),
        other => panic!("show that the arguments of {other} are not swapped"),
    }
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
        _ => json!(value(name)),
    }
}

#[tokio::test]
async fn every_argument_is_found_under_its_name() {
    let description = Description::read();
    let server = Server::start().await;
    let calls = wire::calls(wire::pipeline(&server.url()));
    for operation in operations::ALL {
        server.answer(Answer::json(200, "{}"));
        call(&calls, operation.name)
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
