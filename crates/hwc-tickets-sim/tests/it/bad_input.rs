//! Wrong requests: each gets its documented error, and the world stays as it was.

use hwc_tickets_sim::Simulator;
use proptest::prelude::*;
use serde_json::json;

use crate::client::{ask, raw, send};

/// Method, target below `/cases`, body, status, code.
type Case = (&'static str, String, String, u16, &'static str);

const INVALID: &str = "OSM.01010001";
const TYPE: &str = "OSM.01010012";
const UNKNOWN: &str = "OSM.01010015";

fn cases() -> Vec<Case> {
    let message = |fields: serde_json::Value| json!({ "message": fields }).to_string();
    let text = |content: &str| message(json!({ "content": content }));
    let ids = |count: usize| {
        (0..count)
            .map(|n| format!("case_ids=t{n}&"))
            .collect::<String>()
    };
    let many: Vec<String> = (0..11).map(|n| n.to_string()).collect();
    let submit = |body: String, code: &'static str| {
        ("POST", "/case-123/message".to_owned(), body, 200, code)
    };
    let get =
        |target: &str, code: &'static str| ("GET", target.to_owned(), String::new(), 200, code);
    let mut cases = vec![
        (
            "POST",
            "/nowhere/message".to_owned(),
            text("x"),
            200,
            UNKNOWN,
        ),
        (
            "POST",
            "/TT202611210099/message".to_owned(),
            text("x"),
            200,
            UNKNOWN,
        ),
        (
            "POST",
            "/TT202611210005/message".to_owned(),
            text("x"),
            200,
            "OSM.01010002",
        ),
        (
            "POST",
            format!("/{}/message", "x".repeat(65)),
            text("x"),
            200,
            INVALID,
        ),
        (
            "POST",
            "/%FF%FE/message".to_owned(),
            text("x"),
            200,
            INVALID,
        ),
        (
            "POST",
            "/case-123/instant-messages/nothing/withdraw".to_owned(),
            String::new(),
            200,
            INVALID,
        ),
        (
            "POST",
            "/case-123/instant-messages/x/withdraw".to_owned(),
            "[]".to_owned(),
            200,
            INVALID,
        ),
        (
            "POST",
            "/case-123/instant-messages/unread".to_owned(),
            r#"{"group_id":7}"#.to_owned(),
            200,
            INVALID,
        ),
        (
            "POST",
            "/case-123/instant-messages/unread".to_owned(),
            "{".to_owned(),
            200,
            INVALID,
        ),
        (
            "DELETE",
            "/case-123/message".to_owned(),
            String::new(),
            404,
            "APIGW.0101",
        ),
        (
            "GET",
            "/case-123/unknown".to_owned(),
            String::new(),
            404,
            "APIGW.0101",
        ),
        get("/nowhere/messages", UNKNOWN),
        get("/nowhere/status", UNKNOWN),
        get("/nowhere", UNKNOWN),
        get("/case-123/messages?limit=101", INVALID),
        get("/case-123/messages?limit=-1", INVALID),
        get("/case-123/messages?limit=ten", INVALID),
        get("/case-123/messages?limit=", INVALID),
        get("/case-123/messages?limit=99999999999999999999", INVALID),
        get("/case-123/messages?offset=65536", INVALID),
        get("/case-123/messages?trim_osm_rich_text_label=maybe", INVALID),
        get(
            &format!("/case-123/messages?group_id={}", "g".repeat(65)),
            INVALID,
        ),
        get("/case-123/instant-messages/more", INVALID),
        get(
            "/case-123/instant-messages/more?create_time=2020-07-09%2000:00:00&limit=1",
            INVALID,
        ),
        get(
            "/case-123/instant-messages/more?create_time=2020-07-09%2000:00:00&type=0",
            INVALID,
        ),
        get(
            "/case-123/instant-messages/more?create_time=2020-07-09%2000:00:00&type=2&limit=1",
            TYPE,
        ),
        get(
            "/case-123/instant-messages/more?create_time=yesterday&type=0&limit=1",
            INVALID,
        ),
        get(
            "/case-123/instant-messages/more?create_time=999999999999999999999999999999999&type=0&limit=1",
            INVALID,
        ),
        get(
            "/case-123/instant-messages/more?create_time=2020-13-09%2000:00:00&type=0&limit=1",
            INVALID,
        ),
        get("/instant-messages", INVALID),
        get("/instant-messages/unread", INVALID),
        get(&format!("/instant-messages?{}", ids(101)), INVALID),
        get(&format!("/instant-messages/unread?{}", ids(101)), INVALID),
        get(
            "/instant-messages?case_ids=case-123&last_message_time_id=junk",
            INVALID,
        ),
        get(
            "/instant-messages?case_ids=case-123&last_message_time_id=007_1",
            INVALID,
        ),
    ];
    for body in [
        "",
        "null",
        "[]",
        "\"x\"",
        "7",
        "{",
        "{}",
        r#"{"message":"x"}"#,
        r#"{"message":{}}"#,
        r#"{"message":{"content":7}}"#,
        r#"{"message":{"content":null}}"#,
        r#"{"message":{"content":"\ud800"}}"#,
        "\u{feff}{}",
    ] {
        cases.push(submit(body.to_owned(), INVALID));
    }
    cases.extend([
        submit(text(&"x".repeat(2001)), INVALID),
        submit(text(&"😀".repeat(1001)), INVALID),
        submit("[".repeat(200_000), INVALID),
        submit(
            json!({ "type": 2, "message": { "content": "x" } }).to_string(),
            TYPE,
        ),
        submit(
            json!({ "type": "0", "message": { "content": "x" } }).to_string(),
            INVALID,
        ),
        submit(
            json!({ "group_id": [], "message": { "content": "x" } }).to_string(),
            INVALID,
        ),
        submit(
            message(json!({ "content": "x", "is_authorized": 2 })),
            INVALID,
        ),
        submit(
            message(json!({ "content": "x", "authorization_content": "s".repeat(401) })),
            INVALID,
        ),
        submit(
            message(json!({ "content": "x", "accessory_ids": "123" })),
            INVALID,
        ),
        submit(
            message(json!({ "content": "x", "accessory_ids": [""] })),
            INVALID,
        ),
        submit(
            message(json!({ "content": "x", "accessory_ids": ["not-uploaded"] })),
            INVALID,
        ),
        submit(
            message(json!({ "content": "x", "accessory_ids": ["1".repeat(33)] })),
            INVALID,
        ),
        submit(
            message(json!({ "content": "x", "accessory_ids": many })),
            INVALID,
        ),
    ]);
    cases
}

#[tokio::test]
async fn each_wrong_request_gets_its_documented_error() {
    let sim = Simulator::start().await.unwrap();
    let before = sim.ledger("case-123");
    for (method, target, body, status, code) in cases() {
        let answer = ask(&sim, method, &target, &body).await;
        let shown: String = format!("{method} {target} {body}")
            .chars()
            .take(200)
            .collect();
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (status, code),
            "{shown}"
        );
        assert!(
            !answer.json()["error_msg"]
                .as_str()
                .unwrap_or_default()
                .is_empty(),
            "{shown}"
        );
        assert_eq!(
            answer.header("content-type"),
            Some("application/json"),
            "{shown}"
        );
    }
    assert_eq!(sim.ledger("case-123"), before);
}

#[tokio::test]
async fn wrong_headers_are_refused() {
    let sim = Simulator::start().await.unwrap();
    let long = "x".repeat(33);
    for header in [
        "x-site: 2",
        "x-site: one",
        "x-language: ",
        &format!("x-language: {long}"),
        "x-time-zone: Mars/Olympus",
        "x-time-zone: GMT 8",
        "x-time-zone: ",
        &format!("x-time-zone: {long}"),
        "x-time-zone: GMT+8\u{e9}",
    ] {
        let headers = format!("x-auth-token: TOKENEXAMPLE\r\n{header}\r\n");
        let answer = send(
            &sim,
            "GET",
            "/v2/servicerequest/cases/case-123/status",
            &headers,
            b"",
        )
        .await
        .unwrap();
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (200, INVALID),
            "{header}"
        );
    }
}

#[tokio::test]
async fn the_gateway_has_limits_and_says_so() {
    let sim = Simulator::start().await.unwrap();
    let body = |size: usize| {
        let frame = r#"{"message":{"content":""}}"#.len();
        [
            r#"{"message":{"content":""}}"#.as_bytes(),
            &vec![b' '; size - frame],
        ]
        .concat()
    };
    let token = "x-auth-token: TOKENEXAMPLE\r\n";
    let most = 12 * 1024 * 1024;
    let message = "/v2/servicerequest/cases/case-123/message";
    let exact = send(&sim, "POST", message, token, &body(most))
        .await
        .unwrap();
    assert_eq!((exact.status, exact.json()), (200, json!({})));
    let over = send(&sim, "POST", message, token, &body(most + 1))
        .await
        .unwrap();
    assert_eq!((over.status, over.code().as_str()), (413, "APIGW.0201"));
    assert_eq!(sim.arrived("case-123"), [""]);

    let status = "/v2/servicerequest/cases/case-123/status";
    let with = |header: String| format!("{token}{header}");
    let cases = [
        // 10,000 bytes are no more than the gateway takes; what they are for may have its own limit.
        (
            status.to_owned(),
            with(format!("x-more: {}\r\n", "x".repeat(10_000))),
            200,
            "",
        ),
        (
            status.to_owned(),
            format!("x-auth-token: {}\r\n", "x".repeat(10_000)),
            401,
            "APIGW.0301",
        ),
        (
            status.to_owned(),
            with(format!("x-more: {}\r\n", "x".repeat(33_000))),
            494,
            "APIGW.0201",
        ),
        (
            status.to_owned(),
            with(
                (0..5)
                    .map(|n| format!("x-more-{n}: {}\r\n", "x".repeat(30_000)))
                    .collect(),
            ),
            494,
            "APIGW.0201",
        ),
        (
            format!("{status}?x={}", "x".repeat(33_000)),
            token.to_owned(),
            414,
            "APIGW.0201",
        ),
        (
            format!("/{}", "x".repeat(33_000)),
            token.to_owned(),
            414,
            "APIGW.0201",
        ),
    ];
    for (target, headers, status, code) in cases {
        let answer = send(&sim, "GET", &target, &headers, b"").await.unwrap();
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (status, code),
            "{}",
            target.len() + headers.len()
        );
    }
}

#[tokio::test]
async fn nonsense_on_the_line_harms_nobody_else() {
    let sim = Simulator::start().await.unwrap();
    for bytes in [
        &b"\x16\x03\x01\x00\xa5"[..],
        b"GET\r\n\r\n",
        b"\r\n\r\n\r\n",
        b"POST / HTTP/1.1\r\ncontent-length: -1\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
    ] {
        let mut stream = tokio::net::TcpStream::connect(sim.address()).await.unwrap();
        tokio::io::AsyncWriteExt::write_all(&mut stream, bytes)
            .await
            .unwrap();
        drop(stream);
    }
    // A body that is announced and never comes.
    let cut = b"POST /v2/servicerequest/cases/case-123/message HTTP/1.1\r\nhost: x\r\nx-auth-token: TOKENEXAMPLE\r\ncontent-length: 99\r\n\r\n{";
    let mut stream = tokio::net::TcpStream::connect(sim.address()).await.unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut stream, cut)
        .await
        .unwrap();
    drop(stream);
    assert_eq!(ask(&sim, "GET", "/case-123/status", "").await.status, 200);
    assert!(sim.arrived("case-123").is_empty());
    let pipelined = b"GET /a HTTP/1.1\r\nhost: x\r\n\r\nGET /b HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let answers = raw(&sim, pipelined).await.unwrap();
    assert_eq!(
        String::from_utf8_lossy(&answers)
            .matches("HTTP/1.1 404")
            .count(),
        2
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_recalls_at_once_one_succeeds() {
    let sim = std::sync::Arc::new(Simulator::start().await.unwrap());
    ask(
        &sim,
        "POST",
        "/case-123/message",
        r#"{"message":{"content":"oops"}}"#,
    )
    .await;
    let id = sim.ledger("case-123").pop().unwrap().message_id;
    let tasks: Vec<_> = (0..16)
        .map(|_| {
            let (sim, target) = (
                sim.clone(),
                format!("/case-123/instant-messages/{id}/withdraw"),
            );
            tokio::spawn(async move { ask(&sim, "POST", &target, "").await.code() })
        })
        .collect();
    let mut codes = Vec::new();
    for task in tasks {
        codes.push(task.await.unwrap());
    }
    codes.sort();
    assert_eq!(codes[0], "");
    assert!(codes[1..].iter().all(|code| code == INVALID), "{codes:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever is sent, the answer is JSON of the service or the gateway, and never a failure of the simulator.
    #[test]
    fn any_request_gets_an_answer(
        method in prop::sample::select(vec!["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS"]),
        segments in prop::collection::vec(prop::sample::select(vec!["case-123", "instant-messages", "message", "messages", "more",
            "unread", "status", "withdraw", "%00", "%E4%B8%AD", "..", "a%2Fb"]), 0..4),
        query in "(case_ids|limit|create_time|type|offset|group_id|last_message_time_id)=[-0-9a-z%+:_]{0,12}(&(limit|type|create_time)=[-0-9]{0,5}){0,3}",
        body in prop_oneof![Just(Vec::new()), prop::collection::vec(any::<u8>(), 0..40), "\\{\"(message|type|group_id)\":[ -~]{0,20}\\}".prop_map(String::into_bytes)],
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let sim = Simulator::start().await.unwrap();
            let target = format!("/v2/servicerequest/cases/{}?{query}", segments.join("/"));
            let bytes = format!("{method} {target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-auth-token: TOKENEXAMPLE\r\ncontent-length: {}\r\n\r\n", body.len());
            let answer = raw(&sim, &[bytes.as_bytes(), &body].concat()).await.unwrap();
            let answer = String::from_utf8(answer).unwrap();
            let (head, body) = answer.split_once("\r\n\r\n").unwrap();
            let status: u16 = head[9..12].parse().unwrap();
            assert!(matches!(status, 200 | 400 | 404), "{head}");
            if method != "HEAD" && head.contains("application/json") {
                serde_json::from_str::<serde_json::Value>(body).unwrap();
            }
            assert!(status == 400 || head.contains("x-request-id"), "{head}");
        });
    }
}
