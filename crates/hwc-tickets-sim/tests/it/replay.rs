//! Recorded exchanges, replayed: each request gets its answer, and what is no recorded request is told how it differs.

use std::collections::BTreeSet;
use std::path::PathBuf;

use hwc_tickets_sim::{Replay, StartError};
use serde_json::{Value, json};

use crate::client::{Answer, send_to};
use crate::recorded::{exchanges, play_to, spec};

fn examples() -> PathBuf {
    spec().join("examples")
}

/// A directory of made-up exchanges: file and what it says.
fn directory(files: &[(&str, &str)]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let file = directory.path().join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        #[expect(clippy::disallowed_methods, reason = "a test sets its scene")]
        std::fs::write(file, text).unwrap();
    }
    directory
}

/// An exchange with this request, answered with this field.
fn exchange(request: Value, says: &str) -> String {
    json!({
        "source": "constructed", "follows": "nothing", "sdk": { "not_expressible": "made up" },
        "verdict": "success",
        "request": request,
        "response": { "status": 200, "body": { "says": says } },
    })
    .to_string()
}

async fn replay_of(files: &[(&str, String)]) -> (tempfile::TempDir, Replay) {
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, &**text)).collect();
    let directory = directory(&files);
    let replay = Replay::start(directory.path()).await.unwrap();
    (directory, replay)
}

async fn ask(replay: &Replay, method: &str, target: &str, headers: &str, body: &str) -> Answer {
    send_to(replay.address(), method, target, headers, body.as_bytes())
        .await
        .unwrap()
}

async fn get(replay: &Replay, target: &str) -> Value {
    ask(replay, "GET", target, "", "").await.json()
}

/// Name of a recorded exchange, as it is replayed.
fn name_of(file: &str) -> &str {
    let name = file.strip_prefix("examples/").unwrap();
    name.strip_suffix(".json").unwrap()
}

/// What differs between an answer and the recorded one.
fn unlike(answer: &Answer, recorded: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    if json!(answer.status) != recorded["status"] {
        wrong.push(format!("status {}", answer.status));
    }
    let body = match recorded.get("body") {
        Some(body) => body.to_string(),
        None => recorded["body_text"].as_str().unwrap().to_owned(),
    };
    if answer.body != body.as_bytes() {
        wrong.push(format!("body {}", String::from_utf8_lossy(&answer.body)));
    }
    let headers = recorded["headers"].as_object().cloned().unwrap_or_default();
    for (name, value) in &headers {
        if answer.header(name) != value.as_str() {
            wrong.push(format!("{name}: {:?}", answer.header(name)));
        }
    }
    let is_type = |name: &String| name.eq_ignore_ascii_case("content-type");
    if !headers.keys().any(is_type) && answer.header("content-type") != Some("application/json") {
        wrong.push(format!("type {:?}", answer.header("content-type")));
    }
    wrong
}

/// By header and by selection: every recorded request gets its recorded answer.
#[tokio::test]
async fn every_recorded_request_gets_its_recorded_answer() {
    let replay = Replay::start(examples()).await.unwrap();
    let exchanges = exchanges();
    assert_eq!(replay.count(), exchanges.len());
    let mut wrong = Vec::new();
    for (file, exchange) in &exchanges {
        let name = name_of(file);
        for by_header in [true, false] {
            let chosen = match by_header {
                true => format!("x-replay: {name}\r\n"),
                false => {
                    let target = format!("/_replay/{name}");
                    let row = ask(&replay, "POST", &target, "", "").await.json();
                    assert_eq!(row["exchange"], *exchange, "{name}");
                    String::new()
                }
            };
            let answer = play_to(replay.address(), &chosen, &exchange["request"]).await;
            assert_eq!(answer.header("x-replay"), Some(name), "{}", answer.head);
            let unlike = unlike(&answer, &exchange["response"]);
            wrong.extend(unlike.into_iter().map(|what| format!("{name}: {what}")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Nobody chooses: an exchange with an equal request answers, and each of them in its turn.
#[tokio::test]
async fn every_recorded_exchange_has_its_turn() {
    let replay = Replay::start(examples()).await.unwrap();
    let exchanges = exchanges();
    let mut given = BTreeSet::new();
    for _ in 0..2 {
        for (file, exchange) in &exchanges {
            let answer = play_to(replay.address(), "", &exchange["request"]).await;
            let name = answer.header("x-replay");
            given.insert(name.unwrap_or_else(|| panic!("{file}")).to_owned());
        }
    }
    let all: BTreeSet<String> = exchanges
        .iter()
        .map(|(file, _)| name_of(file).to_owned())
        .collect();
    let never: Vec<_> = all.difference(&given).collect();
    assert!(never.is_empty(), "{never:?}");
    let list = get(&replay, "/_replay").await;
    assert_eq!(list["unmatched"], 0);
    let times = list["exchanges"].as_array().unwrap().iter();
    let times: u64 = times.map(|row| row["given"].as_u64().unwrap()).sum();
    assert_eq!(times, 2 * u64::try_from(exchanges.len()).unwrap());
}

#[tokio::test]
async fn the_list_says_what_to_make_of_each() {
    let replay = Replay::start(examples()).await.unwrap();
    let list = get(&replay, "/_replay").await;
    let rows = list["exchanges"].as_array().unwrap();
    for (file, exchange) in exchanges() {
        let row = rows.iter().find(|row| row["name"] == name_of(&file));
        let row = row.unwrap_or_else(|| panic!("{file}"));
        assert_eq!(row["verdict"], exchange["verdict"], "{file}");
        assert_eq!(row["status"], exchange["response"]["status"], "{file}");
        let body = &exchange["response"]["body"];
        let fields = body
            .as_object()
            .into_iter()
            .flat_map(|fields| fields.keys());
        assert_eq!(row["fields"], json!(fields.collect::<Vec<_>>()), "{file}");
        let code = body["error_code"].as_str().filter(|code| !code.is_empty());
        assert_eq!(row["error_code"], json!(code), "{file}");
    }
    let some = get(&replay, "/_replay?operation=createMessages").await;
    let names = some["exchanges"].as_array().unwrap().iter();
    let mut names = names.map(|row| row["name"].as_str().unwrap());
    assert!(names.all(|name| name.starts_with("createMessages/")));
    assert!(some["exchanges"].as_array().unwrap().len() > 5);
    let missing = ask(&replay, "GET", "/_replay/nothing", "", "").await;
    assert_eq!(
        (missing.status, missing.code().as_str()),
        (404, "REPLAY.NoSuchExchange")
    );
}

/// A request that is written in another way is the same one.
#[tokio::test]
async fn what_does_not_matter_does_not_count() {
    let request = json!({
        "method": "POST", "path": "/v2/a%2Cb/c", "query": [["x", "1 2"], ["y", "b"], ["y", "a"]],
        "headers": { "X-Site": "0" },
        "body": { "n": 1, "list": [], "deep": { "text": { "$repeat": ["ab", 3] } } },
    });
    let (_directory, replay) = replay_of(&[("op/one.json", exchange(request, "one"))]).await;
    let body = r#"{"n": 1, "list": [], "deep": {"text": "ababab"}}"#;
    let site = "x-site: 0\r\n";
    for (target, headers, body) in [
        ("/v2/a%2Cb/c?x=1+2&y=b&y=a", site, body),
        ("/v2/a%2cb/c?y=a&x=1%202&y=b", site, body),
        (
            "/v2/a,b/c?x=1%202&y=a&y=b",
            "X-SITE: 0\r\nx-language: en_US\r\n",
            body,
        ),
        (
            "/v2/a%2Cb/c?x=1+2&y=b&y=a",
            site,
            r#"{"deep":{"text":"ababab"},"n":1.0}"#,
        ),
    ] {
        let answer = ask(&replay, "POST", target, headers, body).await;
        assert_eq!(answer.json(), json!({ "says": "one" }), "{target} {body}");
    }
}

#[tokio::test]
async fn an_unmatched_request_is_told_the_nearest_exchange_and_what_differs() {
    let request = json!({
        "method": "POST", "path": "/v2/a/1/b", "query": [["x", "1"]], "headers": { "X-Site": "0" },
        "body": { "deep": { "text": "a/b" }, "list": [1, 2] },
    });
    let form = json!({
        "method": "POST", "path": "/v2/files",
        "form": { "file": { "name": "a.txt", "content": "bytes" }, "note": "n" },
    });
    let (_directory, replay) = replay_of(&[
        ("op/form.json", exchange(form, "form")),
        (
            "op/get.json",
            exchange(json!({ "method": "GET", "path": "/v2/a/1/b" }), "get"),
        ),
        ("op/post.json", exchange(request, "post")),
    ])
    .await;
    let body = r#"{"deep":{"text":"a/b"},"list":[1,2]}"#;
    let site = "x-site: 0\r\n";
    let multipart = "content-type: multipart/form-data; boundary=b\r\n";
    let parts = "--b\r\ncontent-disposition: form-data; name=\"note\"\r\n\r\nother\r\n\
        --b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nbytes\r\n--b--\r\n";
    let cases = [
        (
            "POST",
            "/v2/a/2/b?x=1",
            site,
            body,
            "op/post",
            json!([
                { "where": "/request/path", "here": "/v2/a/2/b", "recorded": "/v2/a/1/b" },
            ]),
        ),
        (
            "PUT",
            "/v2/a/1/b",
            "",
            "",
            "op/get",
            json!([
                { "where": "/request/method", "here": "PUT", "recorded": "GET" },
            ]),
        ),
        (
            "GET",
            "/v2/a/1/b?y=1",
            "",
            "",
            "op/get",
            json!([
                { "where": "/request/query/y", "here": "1" },
            ]),
        ),
        (
            "POST",
            "/v2/a/1/b",
            "x-site: 1\r\n",
            body,
            "op/post",
            json!([
                { "where": "/request/query/x", "recorded": "1" },
                { "where": "/request/header/X-Site", "here": "1", "recorded": "0" },
            ]),
        ),
        (
            "POST",
            "/v2/a/1/b?x=1",
            site,
            r#"{"deep":{"more/less":null},"list":[1,"2",3]}"#,
            "op/post",
            json!([
                { "where": "/request/body/deep/more~1less", "here": null },
                { "where": "/request/body/deep/text", "recorded": "a/b" },
                { "where": "/request/body/list/1", "here": "2", "recorded": 2 },
                { "where": "/request/body/list/2", "here": 3 },
            ]),
        ),
        (
            "POST",
            "/v2/a/1/b?x=1",
            site,
            "",
            "op/post",
            json!([
                { "where": "/request/body", "recorded": { "deep": { "text": "a/b" }, "list": [1, 2] } },
            ]),
        ),
        (
            "POST",
            "/v2/files",
            multipart,
            parts,
            "op/form",
            json!([
                { "where": "/request/body/note", "here": "other", "recorded": "n" },
            ]),
        ),
    ];
    for (method, target, headers, body, nearest, differences) in &cases {
        let answer = ask(&replay, method, target, headers, body).await;
        let said = answer.json();
        assert_eq!(answer.status, 404, "{method} {target}: {said}");
        assert_eq!(
            said["error_code"], "REPLAY.NotRecorded",
            "{method} {target}"
        );
        assert_eq!(said["nearest"], **nearest, "{method} {target}: {said}");
        assert_eq!(said["differences"], *differences, "{method} {target}");
        let told = said["error_msg"].as_str().unwrap();
        let first = differences[0]["where"].as_str().unwrap();
        assert!(told.contains(*nearest) && told.ends_with(first), "{told}");
    }
    assert_eq!(get(&replay, "/_replay").await["unmatched"], cases.len());
    // What is long is not repeated at length.
    let long = format!("/v2/a/1/b?y={}", "x".repeat(10_000));
    let answer = ask(&replay, "GET", &long, "", "").await;
    assert!(answer.body.len() < 1000, "{}", answer.body.len());
}

/// Equal requests: in turn, by header, by selection; and those that name more headers first.
#[tokio::test]
async fn one_of_several_is_chosen() {
    let request = || json!({ "method": "GET", "path": "/v2/a" });
    let with = json!({ "method": "GET", "path": "/v2/a", "headers": { "X-Site": "0" } });
    let other = json!({ "method": "GET", "path": "/v2/b" });
    let (_directory, replay) = replay_of(&[
        ("op/one.json", exchange(request(), "one")),
        ("op/two.json", exchange(request(), "two")),
        ("op/three.json", exchange(with, "three")),
        ("op/other.json", exchange(other, "other")),
    ])
    .await;
    let says = async |headers: &str| {
        let answer = ask(&replay, "GET", "/v2/a", headers, "").await.json();
        answer["says"].as_str().unwrap_or("nothing").to_owned()
    };
    let mut turns = Vec::new();
    for _ in 0..4 {
        turns.push(says("").await);
    }
    assert_eq!(turns, ["one", "two", "one", "two"]);
    assert_eq!(says("x-site: 0\r\n").await, "three");
    assert_eq!(says("x-replay: op/two\r\n").await, "two");
    assert_eq!(says("x-replay: op/other\r\n").await, "nothing");
    assert_eq!(says("x-replay: op/five\r\n").await, "nothing");

    let row = ask(&replay, "POST", "/_replay/op%2Ftwo", "", "")
        .await
        .json();
    assert_eq!((&row["name"], &row["given"]), (&json!("op/two"), &json!(0)));
    // It holds: a client may ask again after a failure.
    for _ in 0..3 {
        assert_eq!(says("").await, "two");
    }
    assert_eq!(get(&replay, "/_replay/op/two").await["given"], 3);
    assert_eq!(
        says("x-replay: op/one\r\n").await,
        "one",
        "the header goes first"
    );
    ask(&replay, "POST", "/_replay/op/other", "", "").await;
    assert_eq!(says("").await, "nothing", "the request of another one");
    assert_eq!(get(&replay, "/_replay").await["selected"], "op/other");
    ask(&replay, "DELETE", "/_replay", "", "").await;
    let list = get(&replay, "/_replay").await;
    assert_eq!(
        (&list["selected"], &list["unmatched"]),
        (&Value::Null, &json!(0))
    );
    assert_eq!(says("").await, "one", "nothing was given");
}

/// A kit has its exchanges in a directory of that name, beside papers that are none.
#[tokio::test]
async fn a_kit_is_taken_as_it_is() {
    let (_directory, replay) = replay_of(&[
        ("errors.json", "{}".to_owned()),
        ("README.md", "Read me.".to_owned()),
        (
            "exchanges/op/one.json",
            exchange(json!({ "method": "GET", "path": "/v2/a" }), "one"),
        ),
    ])
    .await;
    let answer = ask(&replay, "GET", "/v2/a", "", "").await;
    assert_eq!(answer.header("x-replay"), Some("op/one"));
    replay.shutdown().await;
}

#[tokio::test]
async fn what_cannot_be_replayed_is_named_with_its_place() {
    let good = || json!({ "method": "GET", "path": "/v2/a" });
    let answered = |response: Value| {
        json!({ "verdict": "success", "request": good(), "response": response }).to_string()
    };
    let cases = [
        ("{\n  \"verdict\": }".to_owned(), "line 2 column"),
        (
            "{\"verdict\": \"good\"}".to_owned(),
            "unknown variant `good`",
        ),
        (
            "{\"verdict\": \"success\"}".to_owned(),
            "missing field `request`",
        ),
        (
            exchange(
                json!({ "method": "GET", "path": "/v2/a", "qurey": [] }),
                "a",
            ),
            "qurey",
        ),
        (
            exchange(json!({ "method": "GET", "path": "v2/a" }), "a"),
            "`path`",
        ),
        (
            exchange(json!({ "method": "", "path": "/v2/a" }), "a"),
            "`method`",
        ),
        (
            exchange(
                json!({ "method": "PUT", "path": "/v2/a", "body": null }),
                "a",
            ),
            "null",
        ),
        (
            exchange(
                json!({ "method": "PUT", "path": "/v2/a", "body": 1, "body_text": "" }),
                "a",
            ),
            "`request`: has one of",
        ),
        (
            exchange(
                json!({ "method": "PUT", "path": "/v2/a", "body": { "$repeat": [1, 2] } }),
                "a",
            ),
            "`$repeat` takes a text",
        ),
        (answered(json!({ "status": 200 })), "`response`: has one of"),
        (answered(json!({ "status": 99, "body": {} })), "`status`"),
        (
            answered(json!({ "status": 204, "body": {} })),
            "204 has no body",
        ),
        (
            answered(json!({ "status": 200, "headers": { "Content-Length": "7" }, "body": {} })),
            "`Content-Length`",
        ),
        (
            answered(json!({ "status": 200, "headers": { "a b": "7" }, "body": {} })),
            "`a b`",
        ),
        (
            answered(json!({ "status": 200, "body": { "$list": [1, 1_000_000_000] } })),
            "up to 131072",
        ),
    ];
    for (text, says) in cases {
        let directory = directory(&[
            ("op/a.json", exchange(good(), "good").as_str()),
            ("op/wrong.json", text.as_str()),
        ]);
        let error = Replay::start(directory.path()).await.unwrap_err();
        let StartError::Exchange { path, problem } = &error else {
            panic!("{error}");
        };
        assert!(path.ends_with("op/wrong.json"), "{error}");
        assert!(problem.contains(says), "{says}: {error}");
        assert!(error.to_string().contains("wrong.json: "), "{error}");
    }
    let empty = directory(&[("README.md", "Read me.")]);
    for (path, says) in [
        (empty.path().to_owned(), "no exchange"),
        (empty.path().join("nowhere"), "cannot be listed"),
    ] {
        let error = Replay::start(&path).await.unwrap_err();
        let text = error.to_string();
        assert!(text.contains(says), "{text}");
        assert!(text.starts_with(&path.display().to_string()), "{text}");
    }
}
