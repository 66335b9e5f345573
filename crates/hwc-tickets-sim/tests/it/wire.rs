//! Each operation as it looks on the wire.

use hwc_tickets_sim::{Operation, Simulator, TicketSeed, Time};
use serde_json::{Value, json};

use crate::client::{ask, ask_as, send};
use crate::world::{at, start};

/// A simulator whose time stands still, with one ticket whose every field is known.
async fn still() -> Simulator {
    let sim = Simulator::builder()
        .time(Time::Manual(start()))
        .start()
        .await
        .unwrap();
    let ticket = TicketSeed::new("known", hwc_tickets_sim::DEMO, at(-3600))
        .title("Known")
        .customer(at(-3600), "first 你好")
        .attached("123")
        .engineer(at(-1), "answer")
        .unread(1);
    sim.open(ticket).unwrap();
    sim
}

fn first() -> Value {
    json!({
        "type": 0, "replier_type": 0, "replier": "user-demo", "replier_name": "demo", "iam_user_type": 0,
        "content": "first 你好", "create_time": "2026-11-21 07:00:00", "is_first_message": 1,
        "accessory_list": [{ "accessory_id": "123", "file_actual_name": "messages.zip" }],
    })
}

fn answer(replier: &Value, name: &Value) -> Value {
    json!({
        "type": 1, "replier_type": 1, "replier": replier, "replier_name": name, "content": "answer",
        "create_time": "2026-11-21 07:59:59", "is_first_message": 0, "accessory_list": [],
    })
}

#[tokio::test]
async fn lists_give_pages_newest_first() {
    let sim = still().await;
    let whole = ask(&sim, "GET", "/known/messages", "").await.json();
    let (replier, name) = (
        &whole["message_list"][0]["replier"],
        &whole["message_list"][0]["replier_name"],
    );
    assert_eq!(
        whole,
        json!({ "count": 2, "message_list": [answer(replier, name), first()] })
    );
    let second = ask(&sim, "GET", "/known/messages?offset=1&limit=1", "")
        .await
        .json();
    assert_eq!(second, json!({ "count": 2, "message_list": [first()] }));
    let none = ask(&sim, "GET", "/known/messages?limit=0", "").await.json();
    assert_eq!(none, json!({ "count": 2, "message_list": [] }));
    for time in [
        "2026-11-21%2007:59:59",
        "2026-11-21T07:59:59%2B08:00",
        "1795219199000",
        "2026-11-20T23:59:59Z",
    ] {
        let older = ask(
            &sim,
            "GET",
            &format!("/known/instant-messages/more?create_time={time}&type=1&limit=10"),
            "",
        )
        .await;
        assert_eq!(
            older.json(),
            json!({ "count": 2, "message_list": [first()] }),
            "{time}"
        );
    }
}

#[tokio::test]
async fn a_poll_gives_a_cursor_and_goes_on_from_it() {
    let sim = still().await;
    let target = "/instant-messages?case_ids=known&case_ids=nowhere";
    let news = ask(&sim, "GET", target, "").await.json();
    assert_eq!(
        news["imstatus"],
        json!([{ "incident_id": "known", "status": 0 }])
    );
    assert_eq!(news["immsg"][0]["incident_id"], "known");
    assert_eq!(news["immsg"][0]["message_list"][0]["content"], "answer");
    let cursor = news["last_message_time_id"].as_str().unwrap();
    assert!(cursor.len() <= 64);

    sim.advance(std::time::Duration::from_secs(1));
    let sent = ask(
        &sim,
        "POST",
        "/known/message",
        r#"{"message":{"content":"mine"}}"#,
    )
    .await;
    assert_eq!((sent.status, sent.json()), (200, json!({})));
    let news = ask(
        &sim,
        "GET",
        &format!("{target}&last_message_time_id={cursor}"),
        "",
    )
    .await
    .json();
    let texts: Vec<_> = news["immsg"][0]["message_list"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| &message["content"])
        .collect();
    assert_eq!(texts, ["mine"]);
    let cursor = news["last_message_time_id"].as_str().unwrap();
    let news = ask(
        &sim,
        "GET",
        &format!("{target}&last_message_time_id={cursor}"),
        "",
    )
    .await
    .json();
    assert_eq!(
        (&news["immsg"], news["last_message_time_id"].as_str()),
        (&json!([]), Some(cursor))
    );
}

#[tokio::test]
async fn unread_counts_go_down_when_marked_read() {
    let sim = still().await;
    let unread = "/instant-messages/unread?case_ids=known";
    let before = json!({ "imunread": [{ "incident_id": "known", "status": 1, "unread_num": 1 }] });
    assert_eq!(ask(&sim, "GET", unread, "").await.json(), before);
    let echo = ask(
        &sim,
        "POST",
        "/known/instant-messages/unread",
        r#"{"group_id":"123456"}"#,
    )
    .await;
    assert_eq!(echo.json(), json!({ "group_id": "123456" }));
    assert_eq!(
        ask(&sim, "GET", unread, "").await.json()["imunread"][0]["unread_num"],
        0
    );
    for body in ["", "null", "{}", r#"{"group_id":null}"#] {
        assert_eq!(
            ask(&sim, "POST", "/known/instant-messages/unread", body)
                .await
                .json(),
            json!({}),
            "{body}"
        );
    }
}

#[tokio::test]
async fn ticket_detail_has_ids_and_a_message_can_be_recalled_with_one() {
    let sim = still().await;
    ask(
        &sim,
        "POST",
        "/known/message",
        r#"{"type":0,"message":{"content":"oops","accessory_ids":["123"]}}"#,
    )
    .await;
    let detail = ask(&sim, "GET", "/known", "").await.json();
    let detail = &detail["incident_detail_info"];
    assert_eq!(
        (
            &detail["incident_id"],
            &detail["status"],
            &detail["simple_description"]
        ),
        (&json!("known"), &json!(1), &json!("Known"))
    );
    let mut expected = first();
    for (field, value) in [
        (
            "message_id",
            detail["message_list"][0]["message_id"].clone(),
        ),
        ("replier_type", Value::Null),
        ("iam_user_type", Value::Null),
    ] {
        let expected = expected.as_object_mut().unwrap();
        if value.is_null() {
            expected.remove(field)
        } else {
            expected.insert(field.to_owned(), value)
        };
    }
    assert_eq!(detail["message_list"][0], expected);
    let id = detail["message_list"][2]["message_id"].as_str().unwrap();
    let recalled = ask(
        &sim,
        "POST",
        &format!("/known/instant-messages/{id}/withdraw"),
        "",
    )
    .await;
    assert_eq!((recalled.status, recalled.json()), (200, json!({})));
    assert_eq!(
        ask(&sim, "GET", "/known/messages", "").await.json()["count"],
        2
    );
    assert_eq!(
        ask(
            &sim,
            "POST",
            &format!("/known/instant-messages/{id}/withdraw"),
            "null"
        )
        .await
        .code(),
        "OSM.01010001"
    );
    assert_eq!(
        ask(&sim, "GET", "/known/status", "").await.json(),
        json!({ "status": 1 })
    );
}

#[tokio::test]
async fn times_are_in_the_zone_that_was_asked_for() {
    let sim = still().await;
    let cases = [
        ("GMT+8", "2026-11-21 07:00:00"),
        ("GMT-5", "2026-11-20 18:00:00"),
        ("UTC", "2026-11-20 23:00:00"),
        ("GMT+05:30", "2026-11-21 04:30:00"),
        ("Etc/GMT+8", "2026-11-20 15:00:00"),
        ("Asia/Shanghai", "2026-11-21 07:00:00"),
    ];
    for (zone, expected) in cases {
        let headers = format!("x-auth-token: TOKENEXAMPLE\r\nx-time-zone: {zone}\r\n");
        let page = send(
            &sim,
            "GET",
            "/v2/servicerequest/cases/known/messages",
            &headers,
            b"",
        )
        .await
        .unwrap()
        .json();
        assert_eq!(page["message_list"][1]["create_time"], expected, "{zone}");
        // What was received can be sent back as it is.
        let newest = page["message_list"][0]["create_time"]
            .as_str()
            .unwrap()
            .replace(' ', "%20");
        let target = format!(
            "/v2/servicerequest/cases/known/instant-messages/more?create_time={newest}&type=1&limit=5"
        );
        let older = send(&sim, "GET", &target, &headers, b"")
            .await
            .unwrap()
            .json();
        assert_eq!(
            older["message_list"].as_array().map(Vec::len),
            Some(1),
            "{zone}"
        );
    }
}

#[tokio::test]
async fn every_answer_has_the_headers_of_the_gateway() {
    let sim = still().await;
    for target in ["/known", "/nowhere", "/known/status", "/x/y/z"] {
        let answer = ask(&sim, "GET", target, "").await;
        assert_eq!(
            answer.header("x-request-id").map(str::len),
            Some(32),
            "{target}"
        );
        assert_eq!(
            answer.header("content-type"),
            Some("application/json"),
            "{target}"
        );
        assert_eq!(
            answer.header("date"),
            Some("Sat, 21 Nov 2026 00:00:00 GMT"),
            "{target}"
        );
    }
    let ids: std::collections::BTreeSet<_> = sim
        .journal()
        .into_iter()
        .map(|entry| entry.request_id)
        .collect();
    assert_eq!(ids.len(), 4);
}

#[tokio::test]
async fn paths_with_words_do_not_hide_tickets() {
    let sim = still().await;
    // `instant-messages` as a ticket id: a path without a parameter wins (D-46), every other one is that ticket's.
    let cases = [
        ("GET", "/instant-messages", 200, "OSM.01010001"),
        ("GET", "/instant-messages/messages", 200, "OSM.01010015"),
        ("GET", "/instant-messages/status", 200, "OSM.01010015"),
        ("POST", "/instant-messages/unread", 404, "APIGW.0101"),
        ("GET", "/known/instant-messages/unread", 404, "APIGW.0101"),
        // Listing and opening tickets have a path of their own.
        ("GET", "", 200, ""),
        ("POST", "", 200, "OSM.01010001"),
        ("PUT", "", 404, "APIGW.0101"),
        ("GET", "//messages", 404, "APIGW.0101"),
        ("GET", "/known/", 404, "APIGW.0101"),
        ("GET", "/kn%6Fwn/status", 200, ""),
        ("GET", "/..%2Fknown/status", 200, "OSM.01010015"),
    ];
    for (method, target, status, code) in cases {
        let answer = ask(&sim, method, target, "").await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (status, code),
            "{method} {target}"
        );
    }
    for operation in Operation::all() {
        let other = if operation.method() == http::Method::GET {
            "DELETE"
        } else {
            "GET"
        };
        let target = operation
            .path()
            .replace("{case_id}", "known")
            .replace("{message_id}", "m");
        let answer = send(&sim, other, &target, "", b"").await.unwrap();
        let fits = |operation: &Operation| {
            let path = operation.path();
            let mut segments = path.split('/').zip(target.split('/'));
            operation.method() == other
                && path.split('/').count() == target.split('/').count()
                && segments.all(|(own, asked)| own.starts_with('{') || own == asked)
        };
        let taken = Operation::all().any(|operation| fits(&operation));
        assert!(
            answer.status == 404 || taken,
            "{other} {target}: {}",
            answer.status
        );
    }
}

#[tokio::test]
async fn other_people_see_only_what_they_may() {
    let sim = Simulator::start().await.unwrap();
    let shared = "TT202611210007";
    let cases = [
        (
            "TOKENEXAMPLE",
            format!("/{shared}/messages"),
            "OSM.01010002",
        ),
        (
            "TOKENEXAMPLE",
            format!("/{shared}/messages?group_id=123456"),
            "",
        ),
        ("TOKENCOLLEAGUE", format!("/{shared}/messages"), ""),
        (
            "TOKENSTRANGER",
            format!("/{shared}/messages?group_id=123456"),
            "OSM.01010015",
        ),
        ("TOKENEXAMPLE", "/TT202611210099".to_owned(), "OSM.01010015"),
    ];
    for (token, target, code) in cases {
        assert_eq!(
            ask_as(&sim, token, "GET", &target, "").await.code(),
            code,
            "{token} {target}"
        );
    }
}
