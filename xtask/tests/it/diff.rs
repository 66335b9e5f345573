//! What changed in the published description: each kind of change has its class, and owes a version and a line.

use crate::{house::House, published::dist};
use serde_json::{Value, json};
use std::{collections::BTreeMap, process::Command};
use xtask::spec::{
    self,
    diff::{self, Class, Edition, Report},
};

use Class::{Additive, Breaking, Words};

/// A small description: `NewThing` is sent, `ListThingsAnswer` comes back, `Owner` does both.
fn made_up() -> Value {
    let text = r##"{
        "openapi": "3.0.3",
        "info": {"title": "things", "version": "0.2.0", "description": "Things."},
        "servers": [{"url": "https://one.example", "description": "One."}],
        "security": [{"Token": []}],
        "tags": [{"name": "things", "description": "What there is."}],
        "paths": {
            "/things": {
                "get": {
                    "operationId": "listThings",
                    "tags": ["things"],
                    "summary": "Lists things.",
                    "x-source": ["Listing Things"],
                    "x-idempotency": "safe",
                    "x-idempotent": true,
                    "x-pagination": {"by": "offset", "at": "offset", "size": "limit", "list": "things"},
                    "x-sdk": {"resource": "things", "method": "list", "command": "thing list", "columns": ["id"]},
                    "parameters": [
                        {"name": "limit", "in": "query", "description": "Most of them.", "x-documented-default": 10,
                         "schema": {"type": "integer", "minimum": 1, "maximum": 100}},
                        {"name": "kind", "in": "query", "required": true,
                         "schema": {"type": "integer", "x-known-values": [0, 1], "x-enum-varnames": ["Old", "New"]}},
                        {"$ref": "#/components/parameters/Site"}
                    ],
                    "responses": {
                        "200": {
                            "description": "The things.",
                            "headers": {"X-Request-Id": {"schema": {"type": "string"}}},
                            "content": {"application/json": {
                                "schema": {"$ref": "#/components/schemas/ListThingsAnswer"},
                                "examples": {"some": {"value": {}}}
                            }}
                        },
                        "404": {"description": "None."}
                    }
                }
            },
            "/things/new": {
                "post": {
                    "operationId": "createThing",
                    "tags": ["things"],
                    "x-idempotency": "no",
                    "x-idempotent": false,
                    "x-makes": "id",
                    "requestBody": {
                        "required": true,
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/NewThing"}}}
                    },
                    "responses": {"200": {"description": "It is made."}}
                },
                "delete": {
                    "operationId": "deleteThing",
                    "x-idempotency": {"depends-on": "kind"},
                    "responses": {"200": {"description": "It is gone."}}
                }
            }
        },
        "components": {
            "securitySchemes": {"Token": {
                "type": "apiKey", "in": "header", "name": "X-Auth-Token", "x-sensitive": true,
                "x-signing": {"algorithm": "SDK-HMAC-SHA256", "headers": {"X-Sdk-Date": "The time."}, "steps": ["Sign."]}
            }},
            "parameters": {"Site": {"name": "X-Site", "in": "header", "schema": {"type": "integer", "maximum": 1}}},
            "schemas": {
                "NewThing": {
                    "type": "object",
                    "required": ["name"],
                    "properties": {
                        "name": {"type": "string", "minLength": 1, "maxLength": 20},
                        "colour": {"type": "string", "enum": ["red", "blue"]},
                        "password": {"type": "string", "x-sensitive": true},
                        "owner": {"$ref": "#/components/schemas/Owner"}
                    }
                },
                "ListThingsAnswer": {
                    "type": "object",
                    "required": ["things"],
                    "x-documented-required": ["things"],
                    "properties": {
                        "things": {"type": "array", "maxItems": 10, "items": {"type": "string"}},
                        "total": {"type": "integer", "format": "int64", "x-documented-limits": {"maximum": 9}},
                        "state": {"type": "string", "enum": ["new", "old"]},
                        "owner": {"$ref": "#/components/schemas/Owner"}
                    }
                },
                "Owner": {
                    "type": "object",
                    "description": "Whose it is.",
                    "properties": {"id": {"type": "string", "maxLength": 5}}
                },
                "Unused": {"type": "string", "maxLength": 5}
            }
        }
    }"##;
    serde_json::from_str(text).unwrap()
}

/// `value` with one place changed: `None` takes it away. `-` is the end of a list.
fn patched(mut value: Value, at: &str, put: Option<Value>) -> Value {
    let (parent, key) = at.rsplit_once('/').unwrap();
    let key = key.replace("~1", "/").replace("~0", "~");
    match (value.pointer_mut(parent).expect(at), put) {
        (Value::Object(object), Some(put)) => {
            object.insert(key, put);
        }
        (Value::Object(object), None) => {
            object.remove(&key).expect(at);
        }
        (Value::Array(items), Some(put)) if key == "-" => items.push(put),
        (Value::Array(items), Some(put)) => items[key.parse::<usize>().unwrap()] = put,
        (Value::Array(items), None) => {
            items.remove(key.parse().unwrap());
        }
        _ => panic!("nothing can be put at {at}"),
    }
    value
}

fn edition(name: &str, file: &str, value: Value, changelog: &str) -> Edition {
    Edition {
        name: name.to_owned(),
        files: BTreeMap::from([(file.to_owned(), value)]),
        changelog: changelog.to_owned(),
    }
}

fn compared(file: &str, was: &Value, is: Value) -> Report {
    diff::report(
        &edition("before", file, was.clone(), ""),
        &edition("now", file, is, ""),
    )
}

/// Each row: what is changed, to what, the worst that it is, and where that is told.
fn hold(file: &str, was: &Value, rows: &[(&str, Option<Value>, Class, &str)]) {
    for (at, put, class, told) in rows {
        let report = compared(file, was, patched(was.clone(), at, put.clone()));
        assert!(
            report.unclassified.is_empty(),
            "{at} {put:?}: {:?}",
            report.unclassified
        );
        assert_eq!(report.worst(), Some(*class), "{at} {put:?}:\n{report}");
        let is_told = report
            .changes()
            .any(|change| change.class == *class && change.pointer == *told);
        assert!(is_told, "{at} {put:?}: nothing at {told}:\n{report}");
    }
}

const LIST: &str = "/paths/~1things/get";
const MAKE: &str = "/paths/~1things~1new/post";
const NEW: &str = "/components/schemas/NewThing";
const ANSWER: &str = "/components/schemas/ListThingsAnswer";

/// The rows are below one place; `told` is the same place, if it is empty.
fn below(place: &str, rows: &[(&str, Option<Value>, Class, &str)]) {
    for (at, put, class, told) in rows {
        let at = format!("{place}{at}");
        let told = match *told {
            "" => at.clone(),
            told => format!("{place}{told}"),
        };
        hold(
            spec::BUNDLED,
            &made_up(),
            &[(at.as_str(), put.clone(), *class, told.as_str())],
        );
    }
}

#[test]
fn operations_and_answers_come_and_go() {
    below(
        "",
        &[
            ("/paths/~1things/get", None, Breaking, ""),
            ("/paths/~1things", None, Breaking, "/paths/~1things/get"),
            (
                "/paths/~1other",
                Some(json!({"get": {"operationId": "other"}})),
                Additive,
                "/paths/~1other/get",
            ),
            (
                "/paths/~1things/put",
                Some(json!({"operationId": "other"})),
                Additive,
                "",
            ),
            ("/openapi", Some(json!("3.1.0")), Breaking, ""),
            (
                "/servers/-",
                Some(json!({"url": "https://two.example"})),
                Additive,
                "/servers/1",
            ),
            ("/servers/0", None, Breaking, ""),
            ("/servers/0/description", Some(json!("First.")), Words, ""),
            ("/security", Some(json!([])), Breaking, ""),
            (
                "/tags/0/description",
                Some(json!("Other words.")),
                Words,
                "",
            ),
            ("/info/description", Some(json!("Other words.")), Words, ""),
            ("/info/version", Some(json!("0.3.0")), Words, ""),
        ],
    );
    below(
        LIST,
        &[
            ("/operationId", Some(json!("getThings")), Breaking, ""),
            ("/tags", Some(json!(["other"])), Breaking, ""),
            ("/summary", Some(json!("Other words.")), Words, ""),
            ("/description", Some(json!("Other words.")), Words, ""),
            ("/x-source", Some(json!(["Another page"])), Words, ""),
            ("/x-discrepancy", Some(json!(["D-01"])), Words, ""),
            ("/deprecated", Some(json!(true)), Additive, ""),
            ("/responses/404", None, Breaking, ""),
            (
                "/responses/409",
                Some(json!({"description": "No."})),
                Additive,
                "",
            ),
            ("/responses/200/headers/X-Request-Id", None, Breaking, ""),
            (
                "/responses/200/headers/X-More",
                Some(json!({"schema": {}})),
                Additive,
                "",
            ),
            (
                "/responses/200/content/text~1plain",
                Some(json!({})),
                Breaking,
                "",
            ),
            (
                "/responses/200/content/application~1json/examples",
                None,
                Words,
                "",
            ),
            (
                "/responses/200/content/application~1json/schema",
                Some(json!({"$ref": "#/components/schemas/Owner"})),
                Breaking,
                "/responses/200/content/application~1json/schema/$ref",
            ),
            ("/requestBody", Some(json!({"content": {}})), Additive, ""),
            (
                "/requestBody",
                Some(json!({"required": true, "content": {}})),
                Breaking,
                "",
            ),
        ],
    );
    below(
        MAKE,
        &[
            ("/requestBody", None, Breaking, ""),
            ("/requestBody/required", None, Additive, ""),
            (
                "/requestBody/content/text~1plain",
                Some(json!({})),
                Additive,
                "",
            ),
            ("/requestBody/content/application~1json", None, Breaking, ""),
        ],
    );
}

#[test]
fn parameters_and_requests_may_get_wider_not_narrower() {
    let optional = json!({"name": "more", "in": "query", "schema": {"type": "string"}});
    let mandatory = json!({"name": "more", "in": "query", "required": true});
    below(
        &format!("{LIST}/parameters"),
        &[
            ("/-", Some(optional), Additive, "/3"),
            ("/-", Some(mandatory), Breaking, "/3"),
            ("/0", None, Breaking, ""),
            ("/0/required", Some(json!(true)), Breaking, ""),
            ("/0/required", Some(json!(false)), Words, ""),
            ("/1/required", None, Additive, ""),
            ("/0/description", Some(json!("Other words.")), Words, ""),
            ("/0/in", Some(json!("header")), Breaking, "/0"),
            ("/0/schema/type", Some(json!("string")), Breaking, ""),
            ("/0/schema/maximum", Some(json!(99)), Breaking, ""),
            ("/0/schema/maximum", Some(json!(101)), Additive, ""),
            ("/0/schema/maximum", None, Additive, ""),
            ("/0/schema/minimum", Some(json!(2)), Breaking, ""),
            ("/0/schema/minimum", Some(json!(0)), Additive, ""),
            ("/0/schema/multipleOf", Some(json!(5)), Breaking, ""),
            ("/0/x-documented-default", Some(json!(20)), Breaking, ""),
            ("/0/x-sensitive", Some(json!(true)), Additive, ""),
            (
                "/1/schema/x-known-values",
                Some(json!([1, 0])),
                Breaking,
                "/1/schema/x-enum-varnames",
            ),
        ],
    );
    below(
        NEW,
        &[
            (
                "/properties/size",
                Some(json!({"type": "string"})),
                Additive,
                "",
            ),
            ("/properties/colour", None, Breaking, ""),
            (
                "/required/-",
                Some(json!("colour")),
                Breaking,
                "/required/1",
            ),
            ("/required/0", None, Additive, ""),
            ("/properties/name/maxLength", Some(json!(19)), Breaking, ""),
            ("/properties/name/maxLength", Some(json!(21)), Additive, ""),
            ("/properties/name/minLength", None, Additive, ""),
            ("/properties/name/pattern", Some(json!("^a")), Breaking, ""),
            ("/properties/name/format", Some(json!("uuid")), Breaking, ""),
            ("/properties/name/nullable", Some(json!(true)), Additive, ""),
            (
                "/properties/colour/enum/-",
                Some(json!("green")),
                Additive,
                "/properties/colour/enum/2",
            ),
            ("/properties/colour/enum/0", None, Breaking, ""),
            ("/properties/colour/enum", None, Additive, ""),
            ("/properties/password/x-sensitive", None, Breaking, ""),
        ],
    );
}

/// The same edits, read from the other end.
#[test]
fn answers_go_the_other_way_round() {
    below(
        ANSWER,
        &[
            (
                "/properties/size",
                Some(json!({"type": "string"})),
                Additive,
                "",
            ),
            ("/properties/total", None, Breaking, ""),
            ("/required/-", Some(json!("total")), Additive, "/required/1"),
            ("/required/0", None, Breaking, ""),
            ("/properties/things/maxItems", Some(json!(9)), Additive, ""),
            ("/properties/things/maxItems", Some(json!(11)), Breaking, ""),
            ("/properties/things/maxItems", None, Breaking, ""),
            (
                "/properties/things/items/type",
                Some(json!("integer")),
                Breaking,
                "",
            ),
            (
                "/properties/state/enum/-",
                Some(json!("lost")),
                Breaking,
                "/properties/state/enum/2",
            ),
            ("/properties/state/enum/0", None, Additive, ""),
            (
                "/properties/state/nullable",
                Some(json!(true)),
                Breaking,
                "",
            ),
            ("/properties/total/format", None, Breaking, ""),
            (
                "/properties/total/x-documented-limits/maximum",
                Some(json!(8)),
                Additive,
                "/properties/total/x-documented-limits",
            ),
            (
                "/x-documented-required/0",
                None,
                Additive,
                "/x-documented-required",
            ),
        ],
    );
}

#[test]
fn each_key_of_our_own_has_its_class() {
    below(
        LIST,
        &[
            ("/x-idempotency", Some(json!("idempotent")), Breaking, ""),
            ("/x-idempotency", None, Breaking, ""),
            ("/x-idempotent", Some(json!(false)), Breaking, ""),
            ("/x-idempotency-reason", Some(json!("Because.")), Words, ""),
            ("/x-pagination", None, Breaking, ""),
            ("/x-pagination/list", Some(json!("items")), Breaking, ""),
            ("/x-pagination/id", Some(json!("id")), Additive, ""),
            ("/x-sdk", None, Breaking, ""),
            ("/x-sdk/method", Some(json!("all")), Breaking, ""),
            ("/x-sdk/command", None, Breaking, ""),
            ("/x-sdk/columns", Some(json!(["name"])), Additive, ""),
            ("/x-sdk/asks", Some(json!(true)), Breaking, ""),
        ],
    );
    below(
        &format!("{LIST}/parameters/1/schema"),
        &[
            (
                "/x-enum-varnames/0",
                Some(json!("Ancient")),
                Breaking,
                "/x-enum-varnames",
            ),
            ("/x-enum-varnames", None, Breaking, ""),
            ("/x-inferred", Some(json!(true)), Words, ""),
        ],
    );
    below(
        "",
        &[
            (
                "/paths/~1things~1new/post/x-idempotency",
                Some(json!("idempotent")),
                Additive,
                "",
            ),
            (
                "/paths/~1things~1new/post/x-idempotent",
                Some(json!(true)),
                Additive,
                "",
            ),
            ("/paths/~1things~1new/post/x-makes", None, Breaking, ""),
            (
                "/paths/~1things~1new/delete/x-idempotency/depends-on",
                Some(json!("other")),
                Breaking,
                "/paths/~1things~1new/delete/x-idempotency",
            ),
            (
                "/paths/~1things~1new/delete/x-idempotency",
                Some(json!("no")),
                Breaking,
                "",
            ),
            ("/info/x-origin", Some(json!([])), Words, ""),
            (
                "/components/securitySchemes/Token/x-signing/steps",
                Some(json!([])),
                Words,
                "",
            ),
            (
                "/components/securitySchemes/Token/x-signing/algorithm",
                Some(json!("other")),
                Breaking,
                "",
            ),
            (
                "/components/securitySchemes/Token/x-signing/headers/X-Sdk-Date",
                Some(json!("Now.")),
                Words,
                "",
            ),
            (
                "/components/securitySchemes/Token/x-signing/headers/X-More",
                Some(json!("It.")),
                Breaking,
                "",
            ),
        ],
    );
}

/// A new known value comes with its name: the value is told, the name is not told again.
#[test]
fn a_new_known_value_is_additive() {
    let was = made_up();
    let schema = format!("{LIST}/parameters/1/schema");
    let values = format!("{schema}/x-known-values/-");
    let names = format!("{schema}/x-enum-varnames/-");
    let is = patched(was.clone(), &values, Some(json!(2)));
    let is = patched(is, &names, Some(json!("Newest")));
    let report = compared(spec::BUNDLED, &was, is);
    assert!(report.unclassified.is_empty(), "{:?}", report.unclassified);
    let told: Vec<_> = report
        .changes()
        .map(|change| (change.class, change.pointer.clone()))
        .collect();
    assert_eq!(told, [(Additive, format!("{schema}/x-known-values/2"))]);
}

#[test]
fn what_is_shared_is_told_once_with_everyone_who_sees_it() {
    let was = made_up();
    for (at, put, class, operations) in [
        // Sent and answered: whatever its direction, it breaks one side.
        (
            "/components/schemas/Owner/properties/id/maxLength",
            json!(4),
            Breaking,
            vec!["createThing", "listThings"],
        ),
        (
            "/components/schemas/Owner/properties/id/maxLength",
            json!(6),
            Breaking,
            vec!["createThing", "listThings"],
        ),
        (
            "/components/schemas/Owner/description",
            json!("Other words."),
            Words,
            vec!["createThing", "listThings"],
        ),
        (
            "/components/parameters/Site/schema/maximum",
            json!(2),
            Additive,
            vec!["listThings"],
        ),
        (
            "/components/schemas/Unused/maxLength",
            json!(6),
            Breaking,
            vec![],
        ),
    ] {
        let report = compared(spec::BUNDLED, &was, patched(was.clone(), at, Some(put)));
        let changes: Vec<_> = report.changes().collect();
        let [change] = changes.as_slice() else {
            panic!("{at}: {report}");
        };
        assert_eq!((change.class, change.pointer.as_str()), (class, at));
        assert_eq!(change.operations().collect::<Vec<_>>(), operations);
    }
}

#[test]
fn a_schema_with_another_name_is_another_type() {
    let was = made_up();
    let owner = was["components"]["schemas"]["Owner"].clone();
    let mut is = patched(was.clone(), "/components/schemas/Owner", None);
    is = patched(is, "/components/schemas/Person", Some(owner));
    for place in [NEW, ANSWER] {
        let at = format!("{place}/properties/owner");
        let named = json!({"$ref": "#/components/schemas/Person"});
        is = patched(is, &at, Some(named));
    }
    let report = compared(spec::BUNDLED, &was, is);
    let told: Vec<_> = report
        .changes()
        .map(|change| (change.class, change.pointer.clone()))
        .collect();
    assert_eq!(
        told,
        [
            (Breaking, format!("{ANSWER}/properties/owner/$ref")),
            (Breaking, format!("{NEW}/properties/owner/$ref")),
            (Breaking, "/components/schemas/Owner".to_owned()),
            (Additive, "/components/schemas/Person".to_owned()),
        ]
    );
}

#[test]
fn nothing_changed_is_nothing_told() {
    let was = made_up();
    let report = compared(spec::BUNDLED, &was, was.clone());
    assert_eq!((report.worst(), report.to_string().as_str()), (None, ""));
    assert!(report.unclassified.is_empty(), "{:?}", report.unclassified);
}

#[test]
fn a_change_that_no_table_knows_is_an_error_with_its_place() {
    let was = made_up();
    for (at, put) in [
        ("/x-made-up", Some(json!(1))),
        ("/paths/~1things/get/x-made-up", Some(json!(true))),
        ("/paths/~1things/get/callbacks", Some(json!({}))),
        ("/paths/~1things/get/responses/x-made-up", Some(json!({}))),
        ("/paths/x-made-up", Some(json!({}))),
        ("/paths/~1things/get/x-idempotency", Some(json!("perhaps"))),
        (
            "/paths/~1things/get/parameters/0/schema/maximum",
            Some(json!("many")),
        ),
        ("/components/schemas/Owner/x-made-up", Some(json!(1))),
        ("/components/schemas/Unused/x-made-up", Some(json!(1))),
        ("/components/links", Some(json!({}))),
    ] {
        let report = compared(spec::BUNDLED, &was, patched(was.clone(), at, put));
        let places: Vec<_> = report
            .unclassified
            .iter()
            .filter_map(|problem| problem.place.as_ref()?.pointer.as_deref())
            .collect();
        assert_eq!(places, [at]);
        let judged = diff::judge(
            &edition("before", spec::BUNDLED, was.clone(), ""),
            &edition("now", spec::BUNDLED, was.clone(), ""),
            &report,
        );
        let said = judged.unwrap_err().to_string();
        assert!(
            said.contains(&format!("{} (#{at})", spec::BUNDLED)),
            "{said}"
        );
    }
}

#[test]
fn error_codes_and_columns_are_compared_too() {
    let errors = json!({"errors": [
        {"code": "OSM.1", "http_status": 200, "category": "validation", "repeatable": "never", "message": "No.",
         "meaning": "It was refused.", "source": "Error codes"},
        {"code": "OSM.2", "http_status": 200, "category": "state", "repeatable": "never", "meaning": "Gone."}
    ]});
    let more = json!({"code": "OSM.3", "http_status": 200});
    hold(
        spec::ERRORS_JSON,
        &errors,
        &[
            ("/errors/0", None, Breaking, "/errors/0"),
            ("/errors/-", Some(more), Additive, "/errors/2"),
            (
                "/errors/0/http_status",
                Some(json!(400)),
                Breaking,
                "/errors/0",
            ),
            (
                "/errors/0/category",
                Some(json!("internal")),
                Breaking,
                "/errors/0/category",
            ),
            (
                "/errors/1/repeatable",
                Some(json!("later")),
                Breaking,
                "/errors/1/repeatable",
            ),
            (
                "/errors/1/in_doubt",
                Some(json!(true)),
                Breaking,
                "/errors/1/in_doubt",
            ),
            (
                "/errors/0/message",
                Some(json!("Not.")),
                Additive,
                "/errors/0/message",
            ),
            (
                "/errors/0/meaning",
                Some(json!("Refused.")),
                Words,
                "/errors/0/meaning",
            ),
        ],
    );
    let operations = json!({"operations": [{"name": "listThings", "summary": "Lists things."}]});
    for (at, put, unknown) in [
        ("/operations/0/summary", json!("Other words."), None),
        (
            "/operations/0/colour",
            json!("red"),
            Some("/operations/0/colour"),
        ),
    ] {
        let is = patched(operations.clone(), at, Some(put));
        let report = compared(spec::OPERATIONS_JSON, &operations, is);
        let places = report.unclassified.iter();
        let places = places.filter_map(|problem| problem.place.as_ref()?.pointer.as_deref());
        assert_eq!(places.collect::<Vec<_>>(), Vec::from_iter(unknown));
        assert_eq!(report.worst(), None);
    }
}

#[test]
fn a_change_owes_a_version_and_a_line() {
    const OLD: &str = "## 0.2.0 - 2026-11-21\n\n- The first.\n";
    let line = |version: &str| format!("## {version} - unreleased\n\n- Another\n  thing.\n\n{OLD}");
    let summary = ("/paths/~1things/get/summary", Some(json!("Other.")));
    let wider = (
        "/components/schemas/NewThing/properties/name/maxLength",
        Some(json!(30)),
    );
    let gone = ("/components/schemas/NewThing/properties/name", None);
    for (from, to, (at, put), changelog, unmet) in [
        // Words owe nothing, and may have their line.
        ("0.2.0", "0.2.0", &summary, OLD.to_owned(), vec![]),
        ("0.2.0", "0.1.9", &summary, OLD.to_owned(), vec!["0.2.0"]),
        (
            "0.2.0",
            "0.2.0",
            &wider,
            line("0.2.0"),
            vec!["version: 0.2.1"],
        ),
        ("0.2.0", "0.2.1", &wider, line("0.2.1"), vec![]),
        ("0.2.0", "0.3.0", &wider, line("0.3.0"), vec![]),
        (
            "0.2.0",
            "0.2.1",
            &wider,
            OLD.to_owned(),
            vec!["no section `## 0.2.1`"],
        ),
        (
            "0.2.0",
            "0.2.1",
            &wider,
            format!("{OLD}\n## 0.2.1\n"),
            vec!["nothing under `## 0.2.1`"],
        ),
        (
            "0.2.0",
            "0.2.1",
            &wider,
            line("0.2.10"),
            vec!["no section `## 0.2.1`"],
        ),
        (
            "0.2.0",
            "0.2.9",
            &gone,
            line("0.2.9"),
            vec!["version: 0.3.0"],
        ),
        ("0.2.0", "0.3.0", &gone, line("0.3.0"), vec![]),
        ("0.2.0", "1.0.0", &gone, line("1.0.0"), vec![]),
        (
            "1.2.3",
            "1.2.4",
            &wider,
            line("1.2.4"),
            vec!["version: 1.3.0"],
        ),
        (
            "1.2.3",
            "1.3.0",
            &gone,
            line("1.3.0"),
            vec!["version: 2.0.0"],
        ),
        ("1.2.3", "2.0.0", &gone, line("2.0.0"), vec![]),
        ("0.2.0", "0.3", &gone, line("0.3"), vec!["three numbers"]),
        (
            "0.2.0",
            "0.2.0",
            &gone,
            OLD.to_owned(),
            vec!["nothing under `## 0.2.0`", "version: 0.3.0"],
        ),
    ] {
        let was = patched(made_up(), "/info/version", Some(json!(from)));
        let is = patched(was.clone(), at, put.clone());
        let is = patched(is, "/info/version", Some(json!(to)));
        let before = edition("spec-v1", spec::BUNDLED, was, OLD);
        let now = edition("the working tree", spec::BUNDLED, is, &changelog);
        let judged = diff::judge(&before, &now, &diff::report(&before, &now));
        let case = format!("{from} to {to} with {at}: {judged:?}");
        match judged {
            Ok(said) => {
                assert!(unmet.is_empty(), "{case}");
                assert!(said.ends_with(" since spec-v1"), "{case}");
            }
            Err(problems) => {
                let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
                assert_eq!(problems.len(), unmet.len(), "{case}");
                for unmet in unmet {
                    assert!(
                        problems.iter().any(|it| it.contains(unmet)),
                        "{unmet}: {case}"
                    );
                }
            }
        }
    }
}

/// Keys whose value says which thing it is, or is one of few words.
const KEPT: &[&str] = &[
    "$ref",
    "name",
    "in",
    "url",
    "operationId",
    "x-idempotency",
    "code",
    "http_status",
];

/// `value` with everything in it another, where it stands under `key`.
fn altered(key: &str, value: &Value) -> Value {
    match value {
        Value::Object(object) => object
            .iter()
            .map(|(key, value)| (key.clone(), altered(key, value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        Value::Array(items) => items.iter().map(|item| altered(key, item)).collect(),
        kept if KEPT.contains(&key) => kept.clone(),
        Value::String(text) => json!(format!("{text}?")),
        Value::Bool(truth) => json!(!truth),
        Value::Number(number) => json!(number.as_f64().unwrap() / 2.0 + 1.5),
        Value::Null => Value::Null,
    }
}

/// Whatever is published, it is known what a change of it means.
#[test]
fn every_key_of_the_real_description_has_a_class() {
    for (file, least) in [
        ("openapi.json", 1000),
        ("errors.json", 200),
        ("operations.json", 0),
    ] {
        let was = dist(file);
        let is = altered("", &was);
        let report = compared(&format!("spec/dist/{file}"), &was, is);
        let unclassified: Vec<String> = report
            .unclassified
            .iter()
            .map(ToString::to_string)
            .collect();
        assert!(unclassified.is_empty(), "{}", unclassified.join("\n"));
        let count = report.changes().count();
        assert!(count >= least, "{file}: only {count}");
    }
}

fn git(house: &House, arguments: &[&str]) {
    let author = [
        "-c",
        "user.name=a",
        "-c",
        "user.email=a@example.com",
        "-c",
        "commit.gpgsign=false",
    ];
    let output = Command::new("git")
        .current_dir(house.path(""))
        .args(author)
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:?}");
}

#[test]
fn a_revision_of_git_is_what_it_is_compared_with() {
    let house = House::new();
    let write = |value: &Value| house.write(spec::BUNDLED, &value.to_string());
    let since = |revision: &str| house.xtask(&["spec", "diff", "--since", revision]);
    let released = |house: &House| diff::since_release(&house.workspace());
    house.write("spec/CHANGELOG.md", "## 0.2.0\n\n- The first.\n");
    write(&made_up());
    git(&house, &["init", "--quiet"]);
    git(&house, &["add", "--all"]);
    git(&house, &["commit", "--quiet", "--message", "First"]);
    assert_eq!(
        released(&house).unwrap(),
        "no tag `spec-v[0-9]*` to compare with"
    );
    git(&house, &["tag", "spec-v0.2.0"]);

    let run = since("spec-v0.2.0");
    assert!(run.passed, "{}", run.said);
    assert_eq!(
        run.said.trim(),
        "0 breaking, 0 additive, 0 words only since spec-v0.2.0"
    );

    let name = format!("{NEW}/properties/name");
    let changed = patched(made_up(), &format!("{name}/maxLength"), Some(json!(10)));
    write(&changed);
    let run = since("spec-v0.2.0");
    assert!(!run.passed, "{}", run.said);
    let pointer = format!("spec/dist/openapi.json#{name}/maxLength");
    for told in [
        "breaking (1)",
        "schema `NewThing`, field `name`: `maxLength` was 20, is 10",
        "request of createThing",
        pointer.as_str(),
        "write `version: 0.3.0` or more",
        "nothing under `## 0.2.0` is new since spec-v0.2.0",
    ] {
        assert!(run.said.contains(told), "{told}: {}", run.said);
    }
    assert!(released(&house).is_err());

    write(&patched(changed, "/info/version", Some(json!("0.3.0"))));
    house.write(
        "spec/CHANGELOG.md",
        "## 0.3.0\n\n- Names are shorter.\n\n## 0.2.0\n\n- The first.\n",
    );
    let run = since("spec-v0.2.0");
    assert!(run.passed, "{}", run.said);
    assert!(
        run.said
            .contains("1 breaking, 0 additive, 1 words only since spec-v0.2.0"),
        "{}",
        run.said
    );
    assert_eq!(
        released(&house).unwrap(),
        "1 breaking, 0 additive, 1 words only since spec-v0.2.0"
    );

    for odd in ["no-such-tag", "HEAD:spec", "--all"] {
        let run = house.xtask(&["spec", "diff", &format!("--since={odd}")]);
        assert!(!run.passed, "{odd}: {}", run.said);
        let told = format!("git knows no revision `{odd}`");
        assert!(run.said.contains(&told), "{}", run.said);
    }
}
