//! The corrections: each does what it says, and one that finds nothing to do fails.

use serde_yaml::Value;
use xtask::spec::lower::{CORRECTIONS, Correction, Expect, apply, lower, requests};

fn yaml(text: &str) -> Value {
    serde_yaml::from_str(text).unwrap()
}

fn fixture() -> Value {
    yaml(include_str!("../fixtures/spec/openapi.yaml"))
}

fn only(name: &str) -> Vec<Correction> {
    let one = CORRECTIONS
        .iter()
        .find(|correction| correction.name == name)
        .unwrap();
    vec![Correction {
        name: one.name,
        since: one.since,
        reason: one.reason,
        expect: one.expect,
        apply: one.apply,
    }]
}

#[test]
fn a_correction_that_finds_nothing_fails_and_names_itself() {
    let empty = yaml("{openapi: 3.0.3, info: {title: t, version: '1'}, paths: {}}");
    for correction in CORRECTIONS {
        let outcome = apply(&empty, &only(correction.name));
        match correction.expect {
            Expect::Something => {
                let message = outcome.unwrap_err().to_string();
                for part in [
                    correction.name,
                    correction.since,
                    correction.reason,
                    "xtask/src/spec/lower.rs",
                    "mend: ",
                ] {
                    assert!(message.contains(part), "{part}: {message}");
                }
            }
            Expect::Guard => assert_eq!(outcome.unwrap(), empty, "{}", correction.name),
        }
    }
}

#[test]
fn every_correction_is_named_once_dated_and_reasoned() {
    let mut names: Vec<&str> = CORRECTIONS
        .iter()
        .map(|correction| correction.name)
        .collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), CORRECTIONS.len());
    for correction in CORRECTIONS {
        assert!(
            correction.since.len() == 10 && correction.reason.len() > 20,
            "{}",
            correction.name
        );
    }
}

/// What one correction makes of the fixture, or of an edit of it, at a pointer.
#[test]
fn each_correction_does_what_it_says() {
    let fixture = include_str!("../fixtures/spec/openapi.yaml");
    for (name, from, to, pointer, expected) in [
        ("drop_security", "", "", "/security", "~"),
        (
            "drop_pipeline_headers",
            "",
            "",
            "/paths/~1v2~1servicerequest~1cases~1{case_id}~1message/post/parameters/1",
            "~",
        ),
        (
            "keep_one_success",
            "",
            "",
            "/paths/~1v2~1servicerequest~1cases~1messages/get/responses/403",
            "~",
        ),
        (
            "keep_one_success",
            "\"403\":\n          $ref",
            "\"202\":\n          $ref",
            "/paths/~1v2~1servicerequest~1cases~1{case_id}~1message/post/responses/202",
            "~",
        ),
        (
            "drop_response_headers",
            "",
            "",
            "/paths/~1v2~1servicerequest~1cases~1{case_id}~1message/post/responses/200/headers",
            "~",
        ),
        (
            "drop_examples",
            "",
            "",
            "/paths/~1v2~1servicerequest~1cases~1messages/get/parameters/1/examples",
            "~",
        ),
        (
            "drop_extensions",
            "",
            "",
            "/components/schemas/Message/properties/type/x-known-values",
            "~",
        ),
        (
            "drop_defaults",
            "description: A kind.",
            "description: A kind.\n          default: 0",
            "/components/schemas/CreateMessageV2Req/properties/type/default",
            "~",
        ),
        (
            "drop_limits",
            "",
            "",
            "/components/schemas/CreateMessageDoV2/properties/content",
            "{type: string, description: Text of the message.}",
        ),
        (
            "drop_enums",
            "description: A kind.",
            "description: A kind.\n          enum: [0, 1]",
            "/components/schemas/CreateMessageV2Req/properties/type/enum",
            "~",
        ),
        (
            "drop_text_formats",
            "description: Text of the message.",
            "description: Text of the message.\n          format: date-time",
            "/components/schemas/CreateMessageDoV2/properties/content/format",
            "~",
        ),
        (
            "widen_integers",
            "",
            "",
            "/components/schemas/CreateMessageV2Req/properties/type/format",
            "int64",
        ),
        (
            "inline_plain_schemas",
            "    Message:\n      type: object\n      properties:\n        content:\n          type: string\n          description: Text of the message.\n",
            "    Text:\n      type: string\n    Message:\n      type: object\n      properties:\n        content:\n          $ref: '#/components/schemas/Text'\n",
            "/components/schemas/Message/properties/content",
            "{type: string}",
        ),
        (
            "separate_answers",
            "            $ref: \"#/components/schemas/Message\"",
            "            $ref: \"#/components/schemas/CreateMessageDoV2\"",
            "/components/schemas/ListMessagesResponse/properties/message_list/items/$ref",
            "'#/components/schemas/CreateMessageDoV2InResponse'",
        ),
        (
            "separate_answers",
            "            $ref: \"#/components/schemas/Message\"",
            "            $ref: \"#/components/schemas/CreateMessageDoV2\"",
            "/components/schemas/CreateMessageV2Req/properties/message/$ref",
            "'#/components/schemas/CreateMessageDoV2'",
        ),
        (
            "open_answers",
            "",
            "",
            "/components/schemas/Message/properties/content/nullable",
            "true",
        ),
        (
            "open_answers",
            "",
            "",
            "/components/schemas/Message/additionalProperties",
            "{}",
        ),
        (
            "open_answers",
            "",
            "",
            "/components/schemas/CreateMessageDoV2/required",
            "[content]",
        ),
        (
            "open_answers",
            "x-documented-required: [message_list]",
            "required: [message_list]",
            "/components/schemas/ListMessagesResponse/required",
            "~",
        ),
        (
            "tell_empty_from_absent",
            "",
            "",
            "/components/schemas/CreateMessageDoV2/properties/accessory_ids/nullable",
            "true",
        ),
        (
            "tell_empty_from_absent",
            "    CreateMessageDoV2:\n      type: object\n      required: [content]\n      properties:\n",
            "    CreateMessageDoV2:\n      type: object\n      required: [content]\n      properties:\n        more:\n          type: object\n          description: More.\n",
            "/components/schemas/CreateMessageDoV2/properties/more/nullable",
            "true",
        ),
        (
            "type_of_submit_may_be_left_out",
            "",
            "",
            "/components/schemas/CreateMessageV2Req/required",
            "[message]",
        ),
        (
            "drop_unused_components",
            "    Message:\n      type: object\n",
            "    Unused:\n      type: object\n    Message:\n      type: object\n",
            "/components/schemas/Unused",
            "~",
        ),
    ] {
        assert!(fixture.contains(from), "the fixture no longer has {from:?}");
        let lowered = apply(&yaml(&fixture.replacen(from, to, 1)), &only(name)).unwrap();
        let got = xtask::spec::pointer::get(&lowered, pointer)
            .cloned()
            .unwrap_or(Value::Null);
        assert_eq!(got, yaml(expected), "{name} at {pointer}");
    }
}

#[test]
fn the_whole_lowering_leaves_nothing_that_the_generator_cannot_take() {
    let text = serde_json::to_string(&lower(&fixture()).unwrap().document).unwrap();
    for gone in [
        "\"x-",
        "minLength",
        "maxItems",
        "\"403\"",
        "X-Site",
        "securitySchemes",
        "examples",
        "int32",
    ] {
        assert!(!text.contains(gone), "{gone} in {text}");
    }
}

/// Two things of one name would be one struct or one field; a kind of content that no client knows would be sent as another.
#[test]
fn an_operation_that_cannot_become_a_schema_is_refused() {
    let fixture = include_str!("../fixtures/spec/openapi.yaml");
    let (schema, body) = (
        "ListMessagesResponse",
        "application/json:\n            schema:\n              $ref: \"#/components/schemas/CreateMessageV2Req\"",
    );
    for (from, to, at, says) in [
        (
            schema,
            "ListMessages",
            "/get/operationId",
            "struct of the operation and that of a schema",
        ),
        (
            "case_id",
            "body",
            "/post/requestBody",
            "the body has the field `body`, and so has a parameter",
        ),
        (
            "name: limit",
            "name: case_ids",
            "/get/parameters",
            "two parameters named `case_ids`",
        ),
        (
            "              schema:\n                $ref: \"#/components/schemas/ListMessagesResponse\"",
            "              schema:\n                type: object\n                properties: {}",
            "/get/responses",
            "an answer whose schema has no name",
        ),
        (
            body,
            "text/csv:\n            schema:\n              type: string",
            "/post/requestBody",
            "a request of text/csv",
        ),
    ] {
        assert!(fixture.contains(from), "the fixture no longer has {from:?}");
        let message = lower(&yaml(&fixture.replace(from, to)))
            .unwrap_err()
            .to_string();
        assert!(
            message.contains(says) && message.contains(at) && message.contains("mend: "),
            "{says}: {message}"
        );
    }
}

/// A body of any fields: the generator would take an empty one for an absent one.
#[test]
fn a_map_as_a_body_may_be_left_out() {
    let fixture = include_str!("../fixtures/spec/openapi.yaml");
    let body = "required: true\n        content:\n          application/json:\n            schema:\n              $ref: \"#/components/schemas/CreateMessageV2Req\"";
    assert!(fixture.contains(body));
    for (required, wanted) in [
        (
            "false",
            "{type: object, description: The body., nullable: true}",
        ),
        ("true", "{type: object, description: The body.}"),
    ] {
        let map = format!(
            "required: {required}\n        content:\n          application/json:\n            schema:\n              type: object"
        );
        let document = requests::as_schemas(&yaml(&fixture.replace(body, &map))).unwrap();
        let got = xtask::spec::pointer::get(
            &document,
            "/components/schemas/CreateMessages/properties/body",
        );
        assert_eq!(got, Some(&yaml(wanted)));
    }
}

/// A form, bytes and an answer of bytes, as the generator sees them.
#[test]
fn files_stay_files() {
    let fixture = include_str!("../fixtures/spec/openapi.yaml");
    let body = "application/json:\n            schema:\n              $ref: \"#/components/schemas/CreateMessageV2Req\"";
    let form = fixture.replace(
        body,
        "multipart/form-data:\n            schema:\n              type: object\n              required: [file]\n              properties:\n                file: {type: string, format: binary}\n                note: {type: string}",
    );
    let bytes = fixture.replace(
        body,
        "application/octet-stream:\n            schema:\n              type: string\n              format: binary",
    );
    // The correction of a schema that these descriptions do not have.
    let corrections: Vec<_> = CORRECTIONS
        .iter()
        .flat_map(|correction| only(correction.name))
        .filter(|correction| correction.name != "type_of_submit_may_be_left_out")
        .collect();
    for (description, wanted) in [
        (
            form,
            "{case_id: {type: string, description: Id of the ticket.}, file: {type: string, format: binary}, note: {type: string}}",
        ),
        (
            bytes,
            "{case_id: {type: string, description: Id of the ticket.}, body: {type: string, format: binary, description: The bytes.}}",
        ),
    ] {
        let corrected = apply(&yaml(&description), &corrections).unwrap();
        let document = requests::as_schemas(&corrected).unwrap();
        let got =
            xtask::spec::pointer::get(&document, "/components/schemas/CreateMessages/properties");
        assert_eq!(got, Some(&yaml(wanted)));
    }
}
