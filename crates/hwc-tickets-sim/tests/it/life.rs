//! The life of a ticket: opened, cancelled, closed, urged, deleted, rated, and its log.

use std::time::Duration;

use hwc_tickets_sim::{Engineers, Rules, ScoreAgain, Simulator, Status, Time};
use serde_json::{Value, json};

use crate::client::{ask, send};
use crate::world::start;

const CASES: &str = "/v2/servicerequest/cases";
pub(crate) const WAITING: &str = "TT202611210001";
const TO_CONFIRM: &str = "TT202611210004";
const COMPLETED: &str = "TT202611210005";
const CANCELLED: &str = "TT202611210006";
pub(crate) const COLLEAGUES: &str = "TT202611210007";
const SUSPENDED: &str = "TT202611210008";
pub(crate) const FEEDBACK: &str = "TT202611210009";
const INVALID: &str = "TT202611210010";

pub(crate) async fn simulator() -> Simulator {
    let builder = Simulator::builder().time(Time::Manual(start()));
    builder.engineers(Engineers::Silent).start().await.unwrap()
}

pub(crate) async fn act(sim: &Simulator, ticket: &str, action: &str, body: &str) -> String {
    let target = format!("/{ticket}/action?action_id={action}");
    let answer = ask(sim, "POST", &target, body).await;
    assert_eq!(answer.status, 200);
    answer.code()
}

async fn status(sim: &Simulator, ticket: &str) -> Value {
    ask(sim, "GET", &format!("/{ticket}/status"), "")
        .await
        .json()["status"]
        .clone()
}

pub(crate) async fn counts(sim: &Simulator, query: &str) -> Vec<(i64, i64)> {
    let answer = ask(sim, "GET", &format!("/count{query}"), "").await.json();
    let counts = answer["incident_status_counts"].as_array().unwrap().iter();
    let number = |count: &Value, name: &str| count[name].as_i64().unwrap();
    counts
        .map(|count| (number(count, "status"), number(count, "count")))
        .collect()
}

#[tokio::test]
async fn from_opening_to_deletion_every_answer_tells_the_same() {
    let sim = simulator().await;
    let body = r#"{"business_type_id":"5efc9f47ace944bfafd054161409f15b","simple_description":"Zebra","source_id":"83aeb0f2834c4df49826c781d32a963e"}"#;
    let opened = ask(&sim, "POST", "", body).await.json();
    let id = opened["incident_id"].as_str().unwrap();
    assert_eq!(counts(&sim, "?status=0").await, [(0, 2)], "and another one");
    assert_eq!(
        act(&sim, id, "press", r#"{"operate_desc":"It is urgent."}"#).await,
        ""
    );
    assert_eq!(status(&sim, id).await, 0, "urging moves nothing");
    sim.advance(Duration::from_secs(10));
    sim.reply_as_engineer(id, "Which zebra?").unwrap();
    assert_eq!(status(&sim, id).await, 1);
    sim.set_status(id, Status::ToConfirm).unwrap();
    let rating = r#"{"operate_desc":"Solved.","judgement":"Quick","incident_satisfaction_list":[{"satisfaction_id":1,"satisfaction_value":5}]}"#;
    assert_eq!(act(&sim, id, "close", rating).await, "");
    assert_eq!(status(&sim, id).await, 3);
    let line = ask(&sim, "GET", &format!("?incident_id={id}"), "")
        .await
        .json();
    assert_eq!(line["incident_info_list"][0]["status"], 3);
    assert_eq!(
        line["incident_info_list"][0]["confirmed_time"],
        "2026-11-21 08:00:10"
    );
    let detail = ask(&sim, "GET", &format!("/{id}"), "").await.json();
    let detail = &detail["incident_detail_info"];
    assert_eq!(
        (&detail["judgement"], &detail["status"]),
        (&json!("Quick"), &json!(3))
    );
    assert_eq!(
        detail["incident_satisfaction"],
        json!([{
            "value": 5, "satisfaction_id": 1, "satisfaction_value": 5, "satisfaction_name": "及时性", "per_value": 1,
            "sat_category_id": "1", "sat_category_name": "服务",
        }])
    );
    let closed = r#"{"message":{"content":"One more thing"}}"#;
    let answer = ask(&sim, "POST", &format!("/{id}/message"), closed).await;
    assert_eq!(
        answer.code(),
        "OSM.01010002",
        "nobody writes to a closed ticket"
    );
    assert_eq!(act(&sim, id, "press", "{}").await, "OSM.01010002");
    let log = ask(&sim, "GET", &format!("/{id}/operate-logs?limit=4"), "")
        .await
        .json();
    assert_eq!(log["total_count"], 6);
    let entries: Vec<(&Value, &Value, &Value)> = log["incident_operate_log_list"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| {
            (
                &entry["incident_log_id"],
                &entry["operate_desc"],
                &entry["operator_type"],
            )
        })
        .collect();
    let entry = |id, words, who| (json!(id), json!(words), json!(who));
    let expected = [
        entry("log-6", "评价工单", 0),
        entry("log-5", "Solved.", 0),
        entry("log-4", "状态变更", 1),
        entry("log-3", "状态变更", 1),
    ];
    assert!(
        expected
            .iter()
            .map(|(a, b, c)| (a, b, c))
            .eq(entries.iter().copied()),
        "{entries:?}"
    );
    assert_eq!(act(&sim, id, "delete", "").await, "");
    for target in ["", "/status", "/operate-logs", "/extends-param"] {
        let answer = ask(&sim, "GET", &format!("/{id}{target}"), "").await;
        assert_eq!(answer.code(), "OSM.01010015", "{target}");
    }
    assert_eq!(act(&sim, id, "delete", "{}").await, "OSM.01010015");
    let gone = ask(&sim, "GET", "?search_key=Zebra", "").await.json();
    assert_eq!(gone["total_count"], 0);
    let gone = ask(&sim, "GET", "?search_key=Zebra&status=13", "")
        .await
        .json();
    assert_eq!(
        gone["incident_info_list"][0]["incident_id"], id,
        "for who asks for deleted ones"
    );
    assert_eq!(counts(&sim, "?status=13").await, [(13, 1)]);
}

#[tokio::test]
async fn a_log_entry_has_the_documented_fields() {
    let sim = simulator().await;
    sim.advance(Duration::from_secs(5));
    act(&sim, WAITING, "cancel", "").await;
    let headers = "x-auth-token: TOKENEXAMPLE\r\nx-language: en-us\r\nx-time-zone: GMT+1\r\n";
    let target = format!("{CASES}/{WAITING}/operate-logs?limit=1");
    let log = send(&sim, "GET", &target, headers, b"")
        .await
        .unwrap()
        .json();
    assert_eq!(
        log,
        json!({ "total_count": 2, "incident_operate_log_list": [{
            "incident_log_id": "log-2", "incident_id": WAITING, "operate_type": 2, "operator_type": 0,
            "operator_id": "user-demo", "operator_name": "demo", "operate_desc": "Cancelled",
            "operate_time": "2026-11-21 01:00:05", "timestamp_operate_time": "2026-11-21T00:00:05Z",
        }] })
    );
    let none = ask(
        &sim,
        "GET",
        &format!("/{WAITING}/operate-logs?offset=2"),
        "",
    )
    .await
    .json();
    assert_eq!(
        none,
        json!({ "total_count": 2, "incident_operate_log_list": [] })
    );
}

#[tokio::test]
async fn each_action_belongs_to_its_states() {
    let refused = "OSM.01010002";
    for (action, allowed, end) in [
        ("cancel", &[WAITING][..], Some(4)),
        ("close", &["case-123", TO_CONFIRM], Some(3)),
        ("press", &[WAITING, "case-123"], None),
        ("delete", &[COMPLETED, CANCELLED, INVALID], Some(13)),
    ] {
        let sim = simulator().await;
        for ticket in [
            "case-123", WAITING, TO_CONFIRM, COMPLETED, CANCELLED, SUSPENDED, FEEDBACK, INVALID,
        ] {
            let before = status(&sim, ticket).await;
            let code = act(&sim, ticket, action, "{}").await;
            let fine = allowed.contains(&ticket);
            assert_eq!(code, if fine { "" } else { refused }, "{action} {ticket}");
            match (fine, end) {
                (true, Some(13)) => assert_eq!(status(&sim, ticket).await, Value::Null),
                (true, Some(end)) => assert_eq!(status(&sim, ticket).await, end),
                _ => assert_eq!(status(&sim, ticket).await, before),
            }
        }
    }
    // The choice can be another one.
    let sim = simulator().await;
    let mut rules = Rules::default();
    rules.cancel_in = vec![Status::InProgress];
    sim.set_rules(rules);
    assert_eq!(act(&sim, "case-123", "cancel", "{}").await, "");
    assert_eq!(act(&sim, WAITING, "cancel", "{}").await, refused);
}

#[tokio::test]
async fn actions_are_refused_with_their_codes() {
    let sim = simulator().await;
    for (ticket, action, body, code) in [
        ("case-123", "reopen", "{}", "OSM.01010013"),
        ("case-123", "Close", "{}", "OSM.01010013"),
        ("case-123", "", "{}", "OSM.01010001"),
        ("nowhere", "close", "{}", "OSM.01010015"),
        ("TT202611210099", "close", "{}", "OSM.01010015"),
        (COLLEAGUES, "close", "{}", "OSM.01010002"),
        (
            COLLEAGUES,
            "close",
            r#"{"group_id":"654321"}"#,
            "OSM.01010002",
        ),
        ("case-123", "close", "[]", "OSM.01010001"),
        ("case-123", "close", r#"{"judgement":1}"#, "OSM.01010001"),
        (
            "case-123",
            "close",
            r#"{"incident_satisfaction_list":[{"satisfaction_id":2,"satisfaction_value":5}]}"#,
            "OSM.01010001",
        ),
        (
            "case-123",
            "close",
            r#"{"incident_satisfaction_list":[{"satisfaction_id":1,"satisfaction_value":6}]}"#,
            "OSM.01010001",
        ),
        (
            "case-123",
            "close",
            r#"{"incident_satisfaction_list":[{"satisfaction_id":1}]}"#,
            "OSM.01010001",
        ),
    ] {
        assert_eq!(
            act(&sim, ticket, action, body).await,
            code,
            "{ticket} {action} {body}"
        );
    }
    let none = ask(&sim, "POST", "/case-123/action", "{}").await;
    assert_eq!(none.code(), "OSM.01010001");
    assert_eq!(status(&sim, "case-123").await, 1);
    assert_eq!(
        act(&sim, COLLEAGUES, "close", r#"{"group_id":"123456"}"#).await,
        ""
    );
}

#[tokio::test]
async fn a_ticket_is_urged_once_in_a_while() {
    let sim = simulator().await;
    let press = async || act(&sim, "case-123", "press", "{}").await;
    assert_eq!(press().await, "");
    assert_eq!(press().await, "OSM.01010004");
    sim.advance(Duration::from_secs(3599));
    assert_eq!(press().await, "OSM.01010004");
    sim.advance(Duration::from_secs(1));
    assert_eq!(press().await, "");
    let mut rules = Rules::default();
    rules.urge_after = Duration::from_secs(24 * 3600);
    rules.urge_interval = Duration::ZERO;
    sim.set_rules(rules);
    assert_eq!(press().await, "OSM.01010023", "it was only just opened");
    sim.advance(Duration::from_secs(24 * 3600));
    assert_eq!(
        (press().await, press().await),
        (String::new(), String::new())
    );
}

#[tokio::test]
async fn a_ticket_is_rated_when_it_is_done() {
    let sim = simulator().await;
    let score = async |ticket: &str, body: &str| {
        let answer = ask(&sim, "POST", &format!("/{ticket}/score"), body).await;
        answer.code()
    };
    let rated = async || {
        let detail = ask(&sim, "GET", &format!("/{COMPLETED}"), "").await.json();
        let detail = &detail["incident_detail_info"];
        (
            detail["judgement"].as_str().unwrap().to_owned(),
            detail["incident_satisfaction"].as_array().unwrap().len(),
        )
    };
    let good = r#"{"judgement":"good","incident_satisfaction_list":[{"satisfaction_id":1,"satisfaction_value":5},{"satisfaction_id":3,"satisfaction_value":4}]}"#;
    for (ticket, body, code) in [
        (
            COMPLETED,
            r#"{"judgment":"good","incident_satisfaction_list":[]}"#,
            "OSM.01010001",
        ),
        (COMPLETED, r#"{"judgement":"good"}"#, "OSM.01010001"),
        (
            COMPLETED,
            r#"{"judgement":"","incident_satisfaction_list":[{"satisfaction_id":9,"satisfaction_value":1}]}"#,
            "OSM.01010001",
        ),
        (COMPLETED, "", "OSM.01010001"),
        ("case-123", good, "OSM.01010002"),
        (TO_CONFIRM, good, "OSM.01010002"),
        ("nowhere", good, "OSM.01010015"),
        (COLLEAGUES, good, "OSM.01010002"),
    ] {
        assert_eq!(score(ticket, body).await, code, "{ticket} {body}");
    }
    assert_eq!(rated().await, (String::new(), 0));
    assert_eq!(score(COMPLETED, good).await, "");
    assert_eq!(rated().await, ("good".to_owned(), 2));
    let empty = r#"{"judgement":"","incident_satisfaction_list":[]}"#;
    assert_eq!(
        score(COMPLETED, empty).await,
        "",
        "it takes the place of the first one"
    );
    assert_eq!(rated().await, (String::new(), 0));
    let mut rules = Rules::default();
    rules.score_again = ScoreAgain::Refused;
    rules.score_in = vec![Status::Completed, Status::ToConfirm];
    sim.set_rules(rules);
    assert_eq!(score(COMPLETED, good).await, "OSM.01010002");
    assert_eq!(score(TO_CONFIRM, good).await, "");
}
