//! Who is let in: tokens, passwords, signatures.

use std::time::Duration;

use hwc_tickets_sim::{Fault, FaultRule, Operation, Route, Simulator, Time};
use serde_json::{Value, json};

use crate::client::{Answer, ask_as, send};
use crate::world::start;

const STATUS: &str = "/v2/servicerequest/cases/case-123/status";

fn password(name: &str, password: &str, account: &str, scope: &Value) -> String {
    let user = json!({ "name": name, "password": password, "domain": { "name": account } });
    let identity = json!({ "methods": ["password"], "password": { "user": user } });
    json!({ "auth": { "identity": identity, "scope": scope } }).to_string()
}

async fn log_in(sim: &Simulator, body: &str) -> Answer {
    send(
        sim,
        "POST",
        "/v3/auth/tokens?nocatalog=true",
        "content-type: application/json;charset=utf8\r\n",
        body.as_bytes(),
    )
    .await
    .unwrap()
}

#[tokio::test]
async fn a_password_makes_a_token_that_lives_its_time() {
    let sim = Simulator::builder()
        .time(Time::Manual(start()))
        .token_lifetime(Duration::from_secs(3600))
        .start()
        .await
        .unwrap();
    let scope = json!({ "project": { "name": "cn-south-1" } });
    let answer = log_in(&sim, &password("demo", "demo", "demo", &scope)).await;
    assert_eq!(answer.status, 201);
    let token = answer.header("x-subject-token").unwrap().to_owned();
    let body = &answer.json()["token"];
    assert_eq!(body["issued_at"], "2026-11-21T00:00:00.000000Z");
    assert_eq!(body["expires_at"], "2026-11-21T01:00:00.000000Z");
    assert_eq!(body["project"]["name"], "cn-south-1");
    assert_eq!(body.get("catalog"), None);
    assert!((1000..=5000).contains(&token.len()));

    let other = log_in(&sim, &password("demo", "demo", "demo", &scope)).await;
    assert_ne!(
        other.header("x-subject-token"),
        Some(token.as_str()),
        "a new token each time"
    );
    assert_eq!(
        ask_as(&sim, &token, "GET", "/case-123/status", "")
            .await
            .status,
        200,
        "and the old one stays good"
    );
    sim.advance(Duration::from_secs(3599));
    assert_eq!(
        ask_as(&sim, &token, "GET", "/case-123/status", "")
            .await
            .status,
        200
    );
    sim.advance(Duration::from_secs(1));
    let expired = ask_as(&sim, &token, "GET", "/case-123/status", "").await;
    assert_eq!(
        (expired.status, expired.code().as_str()),
        (401, "APIGW.0307")
    );
    assert!(expired.json()["request_id"].is_string());
}

#[tokio::test]
async fn wrong_log_ins_are_refused_as_iam_does() {
    let sim = Simulator::start().await.unwrap();
    let scope = json!({ "domain": { "name": "demo" } });
    let cases = [
        (password("demo", "wrong", "demo", &scope), 401),
        (password("nobody", "demo", "demo", &scope), 401),
        (password("demo", "demo", "elsewhere", &scope), 401),
        (
            json!({ "auth": { "identity": { "methods": ["totp"] } } }).to_string(),
            400,
        ),
        ("{}".to_owned(), 400),
        ("".to_owned(), 400),
    ];
    for (body, status) in cases {
        let answer = log_in(&sim, &body).await;
        assert_eq!(
            (answer.status, answer.json()["error"]["code"].as_u64()),
            (status, Some(u64::from(status))),
            "{body}"
        );
        assert_eq!(answer.header("x-subject-token"), None);
    }
}

/// So a test of a client counts what arrived, and need not ask the client.
#[tokio::test]
async fn the_journal_names_each_header_with_a_credential() {
    let sim = Simulator::start().await.unwrap();
    let cases: [(&str, &[&str]); 4] = [
        ("", &[]),
        ("X-Auth-Token: TOKENEXAMPLE\r\n", &["x-auth-token"]),
        (
            "x-auth-token: TOKENEXAMPLE\r\nx-auth-token: CANARY\r\n",
            &["x-auth-token", "x-auth-token"],
        ),
        (
            "x-auth-token: TOKENEXAMPLE\r\ncookie: a=CANARY\r\nauthorization: Bearer CANARY\r\n",
            &["authorization", "cookie", "x-auth-token"],
        ),
    ];
    for (headers, names) in cases {
        send(&sim, "GET", STATUS, headers, b"").await.unwrap();
        let journal = sim.journal();
        let entry = journal.last().unwrap();
        assert_eq!(entry.credentials, names, "{headers}");
        let told = format!("{entry:?}{}", json!(entry));
        assert!(!told.contains("CANARY") && !told.contains("TOKENEXAMPLE"));
    }
}

#[tokio::test]
async fn wrong_credentials_are_refused_as_the_gateway_does() {
    let sim = Simulator::start().await.unwrap();
    sim.fault(FaultRule::new(Route::Tickets, Fault::Expire).skipping(99));
    let cases = [
        ("", "APIGW.0301"),
        ("x-auth-token: \r\n", "APIGW.0301"),
        ("x-auth-token: unknown\r\n", "APIGW.0301"),
        ("authorization: Bearer x\r\n", "APIGW.0301"),
        (
            "authorization: SDK-HMAC-SHA256 Access=AKEXAMPLE, SignedHeaders=host;x-sdk-date, Signature=00\r\nx-sdk-date: 20261121T000000Z\r\n",
            "APIGW.0301",
        ),
        (
            "authorization: SDK-HMAC-SHA256 Access=AKOTHER, SignedHeaders=host;x-sdk-date, Signature=00\r\n",
            "APIGW.0301",
        ),
    ];
    for (headers, code) in cases {
        let answer = send(&sim, "GET", STATUS, headers, b"").await.unwrap();
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (401, code),
            "{headers}"
        );
    }
    assert!(
        sim.journal()
            .iter()
            .all(|entry| !entry.acted && entry.caller.is_none())
    );
}

#[tokio::test]
async fn tokens_can_be_made_to_expire() {
    let sim = Simulator::start().await.unwrap();
    sim.fault(FaultRule::new(Operation::ShowCaseStatus, Fault::Expire));
    for (round, status) in [(0, 401), (1, 401)] {
        let answer = ask_as(&sim, "TOKENEXAMPLE", "GET", "/case-123/status", "").await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (status, "APIGW.0307"),
            "{round}"
        );
    }
    assert_eq!(
        ask_as(&sim, "TOKENCOLLEAGUE", "GET", "/TT202611210007/status", "")
            .await
            .status,
        200
    );
    sim.expire_tokens();
    assert_eq!(
        ask_as(&sim, "TOKENCOLLEAGUE", "GET", "/TT202611210007/status", "")
            .await
            .code(),
        "APIGW.0307"
    );
    let scope = json!({ "domain": { "name": "demo" } });
    let answer = log_in(&sim, &password("demo", "demo", "demo", &scope)).await;
    let token = answer.header("x-subject-token").unwrap();
    assert_eq!(
        ask_as(&sim, token, "GET", "/case-123/status", "")
            .await
            .status,
        200
    );
    sim.reset();
    assert_eq!(
        ask_as(&sim, "TOKENEXAMPLE", "GET", "/case-123/status", "")
            .await
            .status,
        200
    );
}

/// The vectors of the official signer, sent over a real connection.
#[tokio::test]
async fn requests_of_the_official_signer_get_in() {
    let sim = Simulator::builder()
        .time(Time::Manual(start()))
        .start()
        .await
        .unwrap();
    let vectors: Value = serde_json::from_str(include_str!("../signing_vectors.json")).unwrap();
    let mut reached = 0;
    for vector in vectors["vectors"].as_array().unwrap() {
        let target = vector["wire_uri"].as_str().unwrap();
        if !target.contains("/cases/") || vector["method"] == "DELETE" {
            continue;
        }
        let body = vector["body_utf8"].as_str().unwrap_or_default();
        let mut request = format!(
            "{} {target} HTTP/1.1\r\nconnection: close\r\ncontent-length: {}\r\n",
            vector["method"].as_str().unwrap(),
            body.len()
        );
        for headers in ["headers_before_signing", "headers_added_by_signer"] {
            for (name, value) in vector[headers].as_object().unwrap() {
                request.push_str(&format!("{name}: {}\r\n", value.as_str().unwrap()));
            }
        }
        let sent = format!("{request}\r\n{body}");
        let answer =
            String::from_utf8(crate::client::raw(&sim, sent.as_bytes()).await.unwrap()).unwrap();
        assert!(
            answer.starts_with("HTTP/1.1 200"),
            "{}: {answer}",
            vector["name"]
        );
        let forged = sent.replace("Signature=", "Signature=0");
        let answer =
            String::from_utf8(crate::client::raw(&sim, forged.as_bytes()).await.unwrap()).unwrap();
        assert!(
            answer.starts_with("HTTP/1.1 401"),
            "{}: {answer}",
            vector["name"]
        );
        reached += 1;
    }
    assert!(reached >= 6, "{reached}");
}
