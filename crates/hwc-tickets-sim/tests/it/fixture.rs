//! Operations that nobody has built: a made-up service, one operation for each shape, is routed, checked and answered by its
//! description alone.

use std::path::{Path, PathBuf};

use hwc_tickets_sim::{Entry, Example, Fault, FaultRule, Operation, Route, Simulator};
use serde_json::{Value, json};

use crate::client::{Answer, send};

const INVALID: &str = "OSM.01010001";
const TOKEN: &str = "x-auth-token: TOKENEXAMPLE\r\n";
const FORM: &str =
    "x-auth-token: TOKENEXAMPLE\r\ncontent-type: multipart/form-data; boundary=b\r\n";

/// The OpenAPI document. The table of operations is made of it.
fn document() -> Value {
    json!({
        "paths": {
            "/v1/things": {
                "get": {
                    "operationId": "listThings",
                    "parameters": [query("offset", integer(0, 9)), query("limit", integer(1, 3)), { "$ref": "#/components/parameters/Site" }],
                    "responses": answers(reference("Things")),
                },
                "post": {
                    "operationId": "createThing",
                    "requestBody": body("application/json", reference("Thing")),
                    "responses": answers(json!({ "type": "object", "properties": { "error_code": { "type": "string" } } })),
                },
            },
            "/v1/pages": { "get": {
                "operationId": "listPages",
                "parameters": [query("pageNo", integer(1, 9)), query("pageSize", integer(1, 3))],
                "responses": answers(reference("Things")),
            } },
            "/v1/whole": { "get": {
                "operationId": "listWhole",
                "responses": { "200": { "content": { "application/json": {
                    "schema": reference("Things"),
                    "examples": {
                        "constructed": { "value": { "total": 7 } },
                        "documented": { "value": { "total": 2, "things": [{ "id": "a" }, { "id": "b" }] } },
                    },
                } } } },
            } },
            "/v1/files": { "post": {
                "operationId": "uploadFile",
                "requestBody": body("multipart/form-data", json!({
                    "type": "object",
                    "required": ["content", "note"],
                    "properties": { "content": { "type": "string", "format": "binary" }, "note": text(1, 4) },
                })),
                "responses": { "201": { "content": { "application/json": { "schema": reference("Thing") } } } },
            } },
            "/v1/files/{file_id}": { "get": {
                "operationId": "fetchFile",
                "parameters": [in_path("file_id", text(1, 4))],
                "responses": { "200": { "content": {
                    "application/json": { "schema": reference("Things") },
                    "application/octet-stream": { "schema": { "type": "string", "format": "binary" }, "example": "bytes" },
                } } },
            } },
            "/v1/things/{thing_id}": { "get": {
                "operationId": "showThing",
                "parameters": [in_path("thing_id", integer(0, 2_147_483_647))],
                "responses": answers(reference("Thing")),
            } },
            // The same place under another name.
            "/v1/things/{id}": { "delete": {
                "operationId": "removeThing",
                "parameters": [in_path("id", integer(0, 99))],
                "requestBody": body("application/json", json!({
                    "type": "object", "required": ["why"], "properties": { "why": text(1, 5) },
                })),
                "responses": { "202": {} },
            } },
            "/v1/find": { "get": {
                "operationId": "findThings",
                "parameters": [{
                    "name": "ids", "in": "query", "required": true,
                    "schema": { "type": "array", "minItems": 1, "maxItems": 2, "items": { "type": "integer", "format": "int32" } },
                }],
                "responses": answers(reference("Things")),
            } },
            "/v1/secret": { "put": {
                "operationId": "setSecret",
                "requestBody": body("application/json", json!({
                    "type": "object",
                    "required": ["secret"],
                    "properties": { "secret": { "type": "string", "minLength": 8, "maxLength": 16, "x-sensitive": true } },
                })),
                "responses": answers(json!({ "type": "object" })),
            } },
        },
        "components": {
            "parameters": { "Site": { "name": "X-Site", "in": "header", "schema": integer(0, 1) } },
            "schemas": {
                "Thing": {
                    "type": "object",
                    "required": ["name"],
                    "properties": {
                        "name": text(1, 8),
                        "size": { "type": "integer", "minimum": 2, "maximum": 5 },
                        "share": { "type": "number", "minimum": 0, "maximum": 1 },
                        "shown": { "type": "boolean" },
                        "tags": { "type": "array", "maxItems": 2, "items": text(2, 3) },
                        "part": { "type": "object", "required": ["of"], "properties": { "of": text(0, 3) } },
                        "error_msg": { "type": "string" },
                    },
                },
                "Things": {
                    "type": "object",
                    "properties": {
                        "total": { "type": "integer" },
                        "things": { "type": "array", "items": { "type": "object", "properties": { "id": { "type": "string" } } } },
                    },
                },
            },
        },
    })
}

fn integer(least: i64, most: i64) -> Value {
    json!({ "type": "integer", "minimum": least, "maximum": most })
}

fn text(least: usize, most: usize) -> Value {
    json!({ "type": "string", "minLength": least, "maxLength": most })
}

fn query(name: &str, schema: Value) -> Value {
    json!({ "name": name, "in": "query", "schema": schema })
}

fn in_path(name: &str, schema: Value) -> Value {
    json!({ "name": name, "in": "path", "required": true, "schema": schema })
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn body(media: &str, schema: Value) -> Value {
    json!({ "required": true, "content": { media: { "schema": schema } } })
}

fn answers(schema: Value) -> Value {
    json!({ "200": { "content": { "application/json": { "schema": schema } } } })
}

/// How the lists are asked for.
fn pages(name: &str) -> Value {
    let pages = match name {
        "listThings" => {
            json!({ "by": "offset", "at": "offset", "size": "limit", "list": "things" })
        }
        "listPages" => {
            json!({ "by": "number", "at": "pageNo", "size": "pageSize", "list": "things" })
        }
        "listWhole" => json!({ "by": "whole", "list": "things" }),
        _ => return json!({}),
    };
    json!({ "pages": pages })
}

/// The table that `cargo xtask codegen` makes of such a document.
fn table(document: &Value) -> Value {
    let mut rows = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let mut success = operation["responses"].as_object().unwrap().values();
            let content = success.next().unwrap()["content"].as_object();
            let mut content: Vec<&String> = content.into_iter().flat_map(|it| it.keys()).collect();
            // Bytes stand first, as the description has them.
            content.sort_by_key(|media| *media == "application/json");
            rows.push(json!({
                "name": operation["operationId"],
                "method": method.to_uppercase(),
                "path": path,
                "summary": "Made up.",
                "response": { "content": content },
                "sdk": pages(operation["operationId"].as_str().unwrap()),
            }));
        }
    }
    json!({ "operations": rows })
}

async fn simulator() -> Simulator {
    let document = document();
    let table = table(&document).to_string();
    Simulator::builder()
        .described(&table, &document.to_string())
        .unwrap()
        .control(true)
        .max_upload(1000)
        .start()
        .await
        .unwrap()
}

fn last(sim: &Simulator) -> Entry {
    sim.journal().pop().unwrap()
}

/// A form with these parts.
fn form(parts: &[(&str, &str)]) -> String {
    let parts = parts.iter().map(|(head, content)| {
        format!("--b\r\ncontent-disposition: form-data; {head}\r\n\r\n{content}\r\n")
    });
    parts.collect::<String>() + "--b--\r\n"
}

const FILE: (&str, &str) = (r#"name="content"; filename="a""#, "bytes of a file");

/// Name, method, target, headers, body; status, example, and the answer of JSON.
type Good = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    String,
    u16,
    Example,
    Value,
);

fn good() -> Vec<Good> {
    let (described, synthesised) = (Example::Described, Example::Synthesised);
    let things = json!({ "total": 1, "things": [{ "id": "example" }] });
    let thing = json!({
        "name": "example", "size": 2, "share": 1, "shown": false, "tags": ["exa"], "part": { "of": "exa" },
    });
    let none = String::new();
    vec![
        (
            "listThings",
            "GET",
            "/v1/things?offset=0&limit=3",
            TOKEN,
            none.clone(),
            200,
            synthesised,
            things.clone(),
        ),
        (
            "listPages",
            "GET",
            "/v1/pages?pageNo=1&pageSize=1",
            TOKEN,
            none.clone(),
            200,
            synthesised,
            things.clone(),
        ),
        (
            "listWhole",
            "GET",
            "/v1/whole",
            TOKEN,
            none.clone(),
            200,
            described,
            json!({ "total": 2, "things": [{ "id": "a" }, { "id": "b" }] }),
        ),
        (
            "createThing",
            "POST",
            "/v1/things",
            TOKEN,
            json!({ "name": "😀😀😀😀", "tags": ["ab"] }).to_string(),
            200,
            synthesised,
            json!({}),
        ),
        (
            "uploadFile",
            "POST",
            "/v1/files",
            FORM,
            form(&[FILE, (r#"name="note""#, "note")]),
            201,
            synthesised,
            thing.clone(),
        ),
        (
            "fetchFile",
            "GET",
            "/v1/files/a%2Fb",
            TOKEN,
            none.clone(),
            200,
            described,
            Value::Null,
        ),
        (
            "showThing",
            "GET",
            "/v1/things/12",
            TOKEN,
            none.clone(),
            200,
            synthesised,
            thing,
        ),
        (
            "findThings",
            "GET",
            "/v1/find?ids=1&ids=2",
            TOKEN,
            none,
            200,
            synthesised,
            things,
        ),
        (
            "removeThing",
            "DELETE",
            "/v1/things/12",
            TOKEN,
            json!({ "why": "gone" }).to_string(),
            202,
            synthesised,
            Value::Null,
        ),
        (
            "setSecret",
            "PUT",
            "/v1/secret",
            TOKEN,
            json!({ "secret": "CANARY-IN-BODY" }).to_string(),
            200,
            synthesised,
            json!({}),
        ),
    ]
}

async fn ask(sim: &Simulator, good: &Good) -> Answer {
    let (_, method, target, headers, body, ..) = good;
    let answer = send(sim, method, target, headers, body.as_bytes()).await;
    answer.unwrap()
}

#[tokio::test]
async fn each_shape_is_routed_and_answered_with_an_example() {
    let sim = simulator().await;
    for good in good() {
        let (name, _, _, _, _, status, example, json) = &good;
        let answer = ask(&sim, &good).await;
        assert_eq!(answer.status, *status, "{name}: {answer:?}");
        assert_eq!(answer.header("x-simulated"), Some(example.name()), "{name}");
        match (*name, json) {
            ("fetchFile", _) => {
                let kind = answer.header("content-type");
                assert_eq!(kind, Some("application/octet-stream"));
                assert_eq!(answer.body, b"bytes");
            }
            (_, Value::Null) => assert!(answer.body.is_empty(), "{name}"),
            _ => assert_eq!(answer.json(), *json, "{name}"),
        }
        let entry = last(&sim);
        assert_eq!(entry.operation.unwrap().name(), *name);
        assert_eq!(
            (entry.example, entry.acted),
            (Some(*example), true),
            "{name}"
        );
        assert_eq!(entry.caller.as_deref(), Some(hwc_tickets_sim::DEMO));
        assert!(!format!("{entry:?}{}", json!(entry)).contains("CANARY"));
    }
    let journal = send(&sim, "GET", "/_sim/journal", "", b"").await.unwrap();
    assert_eq!(
        journal.json()["entries"][0]["example"],
        "synthesised-example"
    );
    let told = send(&sim, "GET", "/_sim/operations", "", b"")
        .await
        .unwrap();
    let told = told.json()["operations"].as_array().unwrap().clone();
    let examples = told.iter().filter(|told| told["example"] == true).count();
    assert_eq!((told.len(), examples), (11, 10), "and IAM");
}

/// A list that said the same at every place would have no end.
#[tokio::test]
async fn an_example_of_a_list_has_pages_and_an_end() {
    let sim = simulator().await;
    for (target, items) in [
        ("/v1/things", 1),
        ("/v1/things?limit=3", 1),
        ("/v1/things?offset=0", 1),
        ("/v1/things?offset=1&limit=3", 0),
        ("/v1/things?offset=9", 0),
        ("/v1/pages", 1),
        ("/v1/pages?pageNo=1&pageSize=3", 1),
        ("/v1/pages?pageNo=2", 0),
        ("/v1/pages?pageNo=2&pageSize=3", 0),
        ("/v1/whole", 2),
    ] {
        let answer = send(&sim, "GET", target, TOKEN, b"").await.unwrap();
        let things = answer.json()["things"].as_array().unwrap().len();
        assert_eq!(things, items, "{target}");
    }
}

#[tokio::test]
async fn the_gateway_and_the_weather_are_those_of_every_operation() {
    let sim = simulator().await;
    for good in good() {
        let (name, method, target, headers, body, ..) = &good;
        let stranger = headers.replace("TOKENEXAMPLE", "UNKNOWN");
        let answer = send(&sim, method, target, &stranger, body.as_bytes());
        let answer = answer.await.unwrap();
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (401, "APIGW.0301"),
            "{name}"
        );

        let zone = format!("{headers}x-time-zone: Mars/Olympus\r\n");
        let answer = send(&sim, method, target, &zone, body.as_bytes()).await;
        assert_eq!(answer.unwrap().code(), INVALID, "{name}");
        assert!(!last(&sim).acted, "{name}");

        let down = Fault::Status {
            status: 503,
            code: None,
            retry_after: None,
        };
        sim.fault(FaultRule::new(Route::Tickets, down));
        let answer = ask(&sim, &good).await;
        assert_eq!(
            (answer.status, answer.header("x-simulated")),
            (503, None),
            "{name}"
        );
        sim.fault(FaultRule::new(Route::Tickets, Fault::Close).after_commit());
        let lost = send(&sim, method, target, headers, body.as_bytes()).await;
        assert!(lost.is_err(), "{name}");
        assert!(last(&sim).acted, "{name}");
    }
    let large = form(&[
        FILE,
        (r#"name="note""#, "note"),
        ("name=\"x\"", &"x".repeat(2000)),
    ]);
    let answer = send(&sim, "POST", "/v1/files", FORM, large.as_bytes())
        .await
        .unwrap();
    assert_eq!((answer.status, answer.code().as_str()), (413, "APIGW.0201"));
    let other = send(&sim, "PATCH", "/v1/things", TOKEN, b"").await.unwrap();
    assert_eq!(other.status, 404);
    // The documented service is another one.
    let path = "/v2/servicerequest/cases";
    assert_eq!(
        send(&sim, "GET", path, TOKEN, b"").await.unwrap().status,
        404
    );
}

#[tokio::test]
async fn each_shape_is_held_to_its_description() {
    let sim = simulator().await;
    let get = |target: &str| ("GET", target.to_owned(), String::new());
    let post = |body: Value| ("POST", "/v1/things".to_owned(), body.to_string());
    let delete = |target: &str, body: &str| ("DELETE", target.to_owned(), body.to_owned());
    let put = |body: &str| ("PUT", "/v1/secret".to_owned(), body.to_owned());
    let mut wrong = vec![
        get("/v1/things?offset=10"),
        get("/v1/things?offset=-1"),
        get("/v1/things?limit=0"),
        get("/v1/things?limit=some"),
        get("/v1/things?limit="),
        get("/v1/pages?pageNo=0"),
        get("/v1/pages?pageSize=4"),
        get("/v1/files/abcde"),
        get("/v1/files/%FF"),
        get("/v1/things/012"),
        get("/v1/things/-1"),
        get("/v1/things/2147483648"),
        get("/v1/things/some"),
        get("/v1/find"),
        get("/v1/find?ids=1&ids=2&ids=3"),
        get("/v1/find?ids=1&ids=x"),
        get("/v1/find?ids=2147483648"),
        delete("/v1/things/12", ""),
        delete("/v1/things/12", "null"),
        delete("/v1/things/12", "{"),
        delete("/v1/things/12", r#"{"why":""}"#),
        delete("/v1/things/12", r#"{"why":"too long"}"#),
        delete("/v1/things/100", r#"{"why":"gone"}"#),
        put("{}"),
        put(r#"{"secret":"short"}"#),
        put(r#"{"secret":null}"#),
        put(r#"{"secret":12345678}"#),
        post(json!([])),
        post(json!("name")),
        post(json!({})),
        post(json!({ "name": "" })),
        // Nine UTF-16 units, five characters.
        post(json!({ "name": "😀😀😀😀x" })),
    ];
    for (field, values) in [
        ("size", vec![json!(1), json!(6), json!("2"), json!(2.5)]),
        ("share", vec![json!(1.5), json!(-1), json!("1")]),
        ("shown", vec![json!("true"), json!(1)]),
        (
            "tags",
            vec![
                json!("ab"),
                json!(["a"]),
                json!([1]),
                json!([null]),
                json!(["ab", "ab", "ab"]),
            ],
        ),
        ("part", vec![json!({}), json!([]), json!({ "of": "long" })]),
    ] {
        let good = values.into_iter();
        wrong.extend(good.map(|value| post(json!({ "name": "x", field: value }))));
    }
    for (method, target, body) in wrong {
        let answer = send(&sim, method, &target, TOKEN, body.as_bytes())
            .await
            .unwrap();
        let shown = format!("{method} {target} {body}");
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (200, INVALID),
            "{shown}"
        );
        assert_eq!(answer.header("x-simulated"), None, "{shown}");
        assert!(!last(&sim).acted, "{shown}");
    }
    let note = |note: &'static str| (r#"name="note""#, note);
    for parts in [
        vec![FILE],
        vec![note("note")],
        vec![FILE, note("")],
        vec![FILE, note("notes")],
        vec![FILE, note("note"), note("note")],
        vec![FILE, FILE, note("note")],
        vec![FILE, note("note"), (r#"name="more""#, "x")],
        vec![(r#"name="content""#, "no file name"), note("note")],
    ] {
        let answer = send(&sim, "POST", "/v1/files", FORM, form(&parts).as_bytes()).await;
        assert_eq!(answer.unwrap().code(), INVALID, "{parts:?}");
    }
    let site = format!("{TOKEN}x-site: 2\r\n");
    let answer = send(&sim, "GET", "/v1/things", &site, b"").await.unwrap();
    assert_eq!(answer.code(), INVALID);
    // What is absent, null or not described is fine.
    for body in [
        json!({ "name": "x", "size": null, "other": 1 }),
        json!({ "name": "x", "size": 5, "share": 0.5, "shown": true, "tags": [], "part": { "of": "" } }),
    ] {
        let body = body.to_string();
        let answer = send(&sim, "POST", "/v1/things?other=1", TOKEN, body.as_bytes()).await;
        assert_eq!(
            answer.unwrap().header("x-simulated"),
            Some("synthesised-example")
        );
    }
}

/// The Rust files below a directory.
fn sources(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
    found
}

#[test]
fn an_operation_is_named_in_the_file_of_its_resource_or_nowhere() {
    let files = sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    assert!(files.len() > 40);
    for operation in Operation::all().filter(|operation| *operation != Operation::CreateToken) {
        let quoted = format!("\"{}\"", operation.name());
        let names = |path: &&PathBuf| {
            let text = std::fs::read_to_string(path).unwrap();
            let mut code = text
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"));
            code.any(|line| line.contains(&quoted))
        };
        let naming: Vec<&PathBuf> = files.iter().filter(names).collect();
        let below = |path: &&&PathBuf| path.ancestors().any(|it| it.ends_with("http/handler"));
        assert!(naming.len() <= 1, "{operation:?}: {naming:?}");
        assert_eq!(
            naming.iter().filter(below).count(),
            naming.len(),
            "{naming:?}"
        );
    }
}
