//! What other languages get: words, hints, examples and names that follow from the sources, and the forms beside it.

use crate::house::{House, real};
use serde_json::{Map, Value, json};
use std::{fs, sync::LazyLock};
use xtask::{codegen, file::Workspace};

/// A file in `spec/dist` as the real description gives it.
pub(crate) fn dist(name: &str) -> Value {
    static OUTPUTS: LazyLock<Vec<(String, String)>> =
        LazyLock::new(|| codegen::outputs(&Workspace::new(real())).unwrap());
    let path = format!("spec/dist/{name}");
    let (_, text) = OUTPUTS.iter().find(|(other, _)| *other == path).unwrap();
    serde_json::from_str(text).unwrap()
}

#[test]
fn what_programs_are_told_people_are_told_too() {
    let house = House::new();
    let run = house.xtask(&["codegen"]);
    assert!(run.passed, "{}", run.said);
    let published: Value = serde_json::from_str(&house.read("spec/dist/openapi.json")).unwrap();
    let write = "/paths/~1v2~1servicerequest~1cases~1{case_id}~1message/post";
    let read = "/paths/~1v2~1servicerequest~1cases~1messages/get";
    let schemas = "/components/schemas";
    for (at, told) in [
        (
            "/components/parameters/XSite/description".to_owned(),
            json!("Site that is asked. If it is left out, the service takes 0. Limit: 0 to 1."),
        ),
        (
            "/components/parameters/XSite/schema/description".to_owned(),
            json!("Site that is asked. If it is left out, the service takes 0. Limit: 0 to 1."),
        ),
        (
            format!("{write}/parameters/0/schema/description"),
            json!("Id of the ticket. Limit: 1 to 64 characters."),
        ),
        (
            format!("{schemas}/CreateMessageDoV2/properties/content/description"),
            json!("Text of the message. Limit: at most 2000 characters."),
        ),
        (
            format!("{schemas}/CreateMessageDoV2/properties/accessory_ids/description"),
            json!(
                "Ids of attachments. Limit: at most 10 items. Limit of an item: at most 32 characters."
            ),
        ),
        (
            format!("{schemas}/Message/properties/type/description"),
            json!(
                "Kind of the message. Known values: 0 (Customer), 1 (Support). Others may exist."
            ),
        ),
        (
            format!("{schemas}/WriteResult/properties/error_code/description"),
            json!("Code of a failure. Documented limit, not enforced: 0 to 32 characters."),
        ),
        (
            format!("{schemas}/WriteResult/description"),
            json!(
                "Any field may be absent or null, and a number may come as a text or a text as a number (D-42)."
            ),
        ),
        (
            format!("{write}/description"),
            json!(
                "Adds a message to the ticket. Doing it twice is more than doing it once: a program must not repeat \
                 it by itself, also when the answer was lost. Each call adds a message."
            ),
        ),
        (format!("{write}/x-idempotent"), json!(false)),
        (
            format!("{read}/description"),
            json!(
                "Gives messages of several tickets. `message_list` comes whole, in one answer. It changes nothing, \
                 so it can be asked again."
            ),
        ),
        (format!("{read}/x-idempotent"), json!(true)),
        (
            format!("{read}/x-pagination"),
            json!({"by": "whole", "list": "message_list"}),
        ),
        (
            "/components/responses/Forbidden/content/application~1json/examples".to_owned(),
            json!({"APIGW.0301": {
                "summary": "The credentials are wrong.",
                "value": {"error_code": "APIGW.0301", "error_msg": "Incorrect credentials."},
            }}),
        ),
        (
            format!("{read}/responses/200/content/application~1json/schema/$ref"),
            json!("#/components/schemas/ListMessagesAnswer"),
        ),
    ] {
        assert_eq!(published.pointer(&at), Some(&told), "{at}");
    }
    assert!(published["components"]["schemas"]["ListMessagesResponse"].is_null());
    let operations: Value = serde_json::from_str(&house.read("spec/dist/operations.json")).unwrap();
    assert_eq!(
        operations["operations"][1]["response"]["schema"],
        "ListMessagesAnswer"
    );
}

#[test]
fn what_a_description_tells_itself_is_not_told_twice() {
    let house = House::new();
    let kind = "Kind of the message, 0 of the customer or 1 of the support.";
    house.edit("spec/openapi.yaml", "Kind of the message.", kind);
    let limit = "Most messages to give, 10 if left out and never more than 100.";
    house.edit("spec/openapi.yaml", "Most messages to give.", limit);
    let run = house.xtask(&["spec", "bundle"]);
    assert!(run.passed, "{}", run.said);
    let published: Value = serde_json::from_str(&house.read("spec/dist/openapi.json")).unwrap();
    let parameters = "/paths/~1v2~1servicerequest~1cases~1messages/get/parameters";
    for (at, told) in [
        (
            "/components/schemas/Message/properties/type/description".to_owned(),
            kind,
        ),
        (format!("{parameters}/1/description"), limit),
    ] {
        assert_eq!(published.pointer(&at), Some(&json!(told)), "{at}");
    }
}

/// Checked on the file, and not by what writes the words.
#[test]
fn every_known_value_and_every_default_is_told_in_words() {
    let published = dist("openapi.json");
    let (mut looked_at, mut untold) = (0, Vec::new());
    each_object(&published, "", &mut |at, object| {
        let own = |object: &Map<String, Value>| {
            let text = object.get("description").and_then(Value::as_str);
            text.unwrap_or_default().to_owned()
        };
        let around = at.rsplit_once('/').map_or("", |(around, _)| around);
        let around = published.pointer(around).and_then(Value::as_object);
        let text = own(object) + &around.map(own).unwrap_or_default();
        let values = object.get("x-known-values").and_then(Value::as_array);
        let default = object.get("x-documented-default");
        for value in values.into_iter().flatten().chain(default) {
            looked_at += 1;
            let value = value.as_str().map_or(value.to_string(), str::to_owned);
            if !text.contains(&value) {
                untold.push(format!("{at}: {value} in {text:?}"));
            }
        }
    });
    assert!(untold.is_empty(), "{}", untold.join("\n"));
    assert!(looked_at > 200, "only {looked_at}");
}

/// There are generators that show the words on the schema, and none of those on the parameter.
#[test]
fn the_words_on_a_parameter_are_on_its_schema() {
    for name in ["openapi.json", "openapi.tolerant.json", "openapi-3.1.json"] {
        let (published, mut looked_at) = (dist(name), 0);
        each_object(&published, "", &mut |at, object| {
            let schema = object.get("schema").filter(|_| object.contains_key("in"));
            if let Some(schema) = schema.filter(|schema| schema.get("$ref").is_none()) {
                looked_at += 1;
                assert_eq!(
                    schema.get("description"),
                    object.get("description"),
                    "{name}: {at}"
                );
            }
        });
        assert!(looked_at > 100, "only {looked_at} in {name}");
    }
    // The wire crate has its own words on limits.
    assert!(!dist("openapi.codegen.json").to_string().contains("Limit: "));
}

fn each_object(value: &Value, at: &str, see: &mut impl FnMut(&str, &Map<String, Value>)) {
    match value {
        Value::Object(object) => {
            see(at, object);
            for (key, value) in object {
                let key = key.replace('~', "~0").replace('/', "~1");
                each_object(value, &format!("{at}/{key}"), see);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                each_object(value, &format!("{at}/{index}"), see);
            }
        }
        _ => {}
    }
}

#[test]
fn there_is_one_credential_and_what_newer_documents_dropped_is_marked() {
    let published = dist("openapi.json");
    let schemes = &published["components"]["securitySchemes"];
    assert_eq!(schemes.as_object().unwrap().len(), 1, "{schemes}");
    assert_eq!(published["security"], json!([{"AuthToken": []}]));
    let mut deprecated = Vec::new();
    each_object(&published, "", &mut |at, object| {
        if object.get("deprecated") == Some(&Value::Bool(true)) {
            deprecated.push(at.rsplit('/').next().unwrap_or_default().to_owned());
        }
    });
    deprecated.sort();
    assert_eq!(
        deprecated,
        ["authorization_content", "is_authorized", "type"]
    );
}

/// `nullable` of OpenAPI 3.0 as JSON Schema has it.
fn json_schema(value: &Value) -> Value {
    match value {
        Value::Object(object) => {
            let fields = object.iter().filter(|(key, _)| *key != "nullable");
            let schema: Map<String, Value> = fields
                .map(|(key, value)| (key.clone(), json_schema(value)))
                .collect();
            match object.get("nullable") {
                Some(Value::Bool(true)) => json!({"anyOf": [{"type": "null"}, schema]}),
                _ => schema.into(),
            }
        }
        Value::Array(items) => items.iter().map(json_schema).collect(),
        scalar => scalar.clone(),
    }
}

/// `value` with each scalar made another: null, or a number of a text and a text of a number.
fn altered(value: &Value, is_null: bool) -> Value {
    match value {
        Value::Object(object) => object
            .iter()
            .map(|(key, value)| (key.clone(), altered(value, is_null)))
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(items) => items.iter().map(|item| altered(item, is_null)).collect(),
        _ if is_null => Value::Null,
        Value::String(_) => json!(12),
        Value::Number(number) => json!(number.to_string()),
        other => other.clone(),
    }
}

#[test]
fn the_tolerant_form_takes_every_recorded_success_and_what_may_become_of_it() {
    let tolerant = dist("openapi.tolerant.json");
    let components = json!({"schemas": json_schema(&tolerant["components"]["schemas"])});
    let operations: Vec<&Value> = tolerant["paths"]
        .as_object()
        .unwrap()
        .values()
        .flat_map(|item| item.as_object().unwrap().values())
        .collect();
    let files = Workspace::new(real())
        .files("spec/examples", ".json")
        .unwrap();
    let (mut taken, mut refused) = (0, Vec::new());
    for file in files {
        let text = fs::read_to_string(real().join(&file)).unwrap();
        let exchange: Value = serde_json::from_str(&text).unwrap();
        let body = &exchange["response"]["body"];
        let is_abridged = body.to_string().contains("\"$");
        if exchange["verdict"] != "success" || body.is_null() || is_abridged {
            continue;
        }
        let id = file.split('/').nth_back(1).unwrap();
        let Some(operation) = operations.iter().find(|own| own["operationId"] == id) else {
            continue;
        };
        let schema = &operation["responses"]["200"]["content"]["application/json"]["schema"];
        let schema = json!({"allOf": [schema], "components": components});
        let validator = jsonschema::options()
            .with_draft(jsonschema::Draft::Draft7)
            .should_validate_formats(false)
            .build(&schema)
            .unwrap();
        for body in [body.clone(), altered(body, true), altered(body, false)] {
            taken += 1;
            if let Err(error) = validator.validate(&body) {
                refused.push(format!("{file}: {error} at {}", error.instance_path()));
            }
        }
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
    assert!(taken > 300, "only {taken}");
}

#[test]
fn requests_of_the_tolerant_form_are_the_documented_ones() {
    let (published, tolerant) = (dist("openapi.json"), dist("openapi.tolerant.json"));
    for (path, item) in published["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let other = &tolerant["paths"][path][method];
            for part in ["parameters", "requestBody"] {
                assert_eq!(operation[part], other[part], "{method} {path}");
            }
        }
    }
    let message = "CreateMessageDoV2";
    assert_eq!(
        published["components"]["schemas"][message],
        tolerant["components"]["schemas"][message]
    );
}

/// Nothing else is written in another way, so far: the linters hold it to what a converter of others makes.
#[test]
fn the_form_in_openapi_3_1_says_the_same() {
    let mut newer = dist("openapi-3.1.json");
    assert_eq!(newer["openapi"], "3.1.0");
    newer["openapi"] = "3.0.3".into();
    assert!(
        newer == dist("openapi.json"),
        "it differs in more than its edition"
    );
}

#[test]
fn error_codes_have_the_published_form() {
    let form = fs::read_to_string(real().join("spec/errors.schema.json")).unwrap();
    let form = jsonschema::validator_for(&serde_json::from_str(&form).unwrap()).unwrap();
    let codes = dist("errors.json");
    let wrong: Vec<String> = form
        .iter_errors(&codes)
        .map(|error| format!("{error} at {}", error.instance_path()))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
