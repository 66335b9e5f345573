//! Each documented oddity, switched: what it changes, and that the default is the documented behaviour.

use hwc_tickets_sim::{
    FirstPoll, MoreBoundary, Quirks, Rules, Simulator, TicketSeed, Time, UnknownTicket,
};
use serde_json::{Value, json};

use crate::client::{Answer, ask, send};
use crate::world::{at, start};

/// Quirks as JSON, so that each case names the one switch it is about.
fn quirks(switch: Value) -> Quirks {
    serde_json::from_value(switch).unwrap()
}

async fn simulator(quirks: Quirks, rules: Rules) -> Simulator {
    let sim = Simulator::builder()
        .time(Time::Manual(start()))
        .quirks(quirks)
        .rules(rules)
        .start()
        .await
        .unwrap();
    let ticket = TicketSeed::new("odd", hwc_tickets_sim::DEMO, at(-60))
        .customer(at(-60), "😀".repeat(300))
        .customer(at(-30), "second")
        .engineer(at(-2), "third")
        .unread(1);
    sim.open(ticket).unwrap();
    sim.open(TicketSeed::new("empty", hwc_tickets_sim::DEMO, at(-60)))
        .unwrap();
    sim
}

const LIST: (&str, &str, &str) = ("GET", "/odd/messages", "");
const SUBMIT: (&str, &str, &str) = ("POST", "/odd/message", r#"{"message":{"content":"x"}}"#);
const MARK: (&str, &str, &str) = (
    "POST",
    "/odd/instant-messages/unread",
    r#"{"group_id":"7"}"#,
);
const POLL: (&str, &str, &str) = ("GET", "/instant-messages?case_ids=odd,empty", "");
const UNREAD: (&str, &str, &str) = (
    "GET",
    "/instant-messages/unread?case_ids=TT202611210004",
    "",
);
const MORE: (&str, &str, &str) = (
    "GET",
    "/odd/instant-messages/more?create_time=2026-11-21%2007:59:30&type=0&limit=9",
    "",
);

/// A switch, a request, where to look in the answer, what stands there without and with the switch.
#[expect(clippy::type_complexity, reason = "a table of one use")]
fn cases() -> Vec<(
    Value,
    (&'static str, &'static str, &'static str),
    &'static str,
    Value,
    Value,
)> {
    let nothing = Value::Null;
    vec![
        (
            json!({ "type_required": true }),
            SUBMIT,
            "/error_code",
            nothing.clone(),
            json!("OSM.01010001"),
        ),
        (
            json!({ "content_limit": 0 }),
            SUBMIT,
            "/error_code",
            nothing.clone(),
            json!("OSM.01010001"),
        ),
        (
            json!({ "recall_id_limit": 2 }),
            ("POST", "/odd/instant-messages/msg-0000000102/withdraw", ""),
            "/error_code",
            nothing.clone(),
            json!("OSM.01010001"),
        ),
        (
            json!({ "cut_content": 399 }),
            LIST,
            "/message_list/2/content",
            json!("😀".repeat(300)),
            json!("😀".repeat(199)),
        ),
        (
            json!({ "cut_error_msg": 5 }),
            ("GET", "/nowhere", ""),
            "/error_msg",
            json!("This case does not exist."),
            json!("This "),
        ),
        (
            json!({ "mark_read_echo": false }),
            MARK,
            "/group_id",
            json!("7"),
            nothing.clone(),
        ),
        (
            json!({ "mandatory_query": false }),
            ("GET", "/instant-messages/unread", ""),
            "/imunread/0/incident_id",
            nothing.clone(),
            json!("TT202611210001"),
        ),
        (
            json!({ "mandatory_query": false }),
            ("GET", "/odd/instant-messages/more", ""),
            "/count",
            nothing.clone(),
            json!(3),
        ),
        (
            json!({ "time_query": "millis" }),
            MORE,
            "/error_code",
            nothing.clone(),
            json!("OSM.01010001"),
        ),
        (
            json!({ "time_query": "text" }),
            (
                "GET",
                "/odd/instant-messages/more?create_time=1795219170000&type=0&limit=9",
                "",
            ),
            "/error_code",
            nothing.clone(),
            json!("OSM.01010001"),
        ),
        (
            json!({ "time_format": "utc" }),
            LIST,
            "/message_list/0/create_time",
            json!("2026-11-21 07:59:58"),
            json!("2026-11-20T23:59:58Z"),
        ),
        (
            json!({ "time_format": "utc_millis" }),
            LIST,
            "/message_list/0/create_time",
            json!("2026-11-21 07:59:58"),
            json!("2026-11-20T23:59:58.000Z"),
        ),
        (
            json!({ "time_format": "offset" }),
            LIST,
            "/message_list/0/create_time",
            json!("2026-11-21 07:59:58"),
            json!("2026-11-21T07:59:58+08:00"),
        ),
        (
            json!({ "time_format": "epoch_text" }),
            LIST,
            "/message_list/0/create_time",
            json!("2026-11-21 07:59:58"),
            json!("1795219198000"),
        ),
        (
            json!({ "time_format": "epoch_number" }),
            LIST,
            "/message_list/0/create_time",
            json!("2026-11-21 07:59:58"),
            json!(1_795_219_198_000_u64),
        ),
        (
            json!({ "message_id_in_lists": true }),
            LIST,
            "/message_list/2/message_id",
            nothing.clone(),
            json!("msg-0000000101"),
        ),
        (
            json!({ "replier_type_in_lists": false }),
            LIST,
            "/message_list/0/replier_type",
            json!(1),
            nothing.clone(),
        ),
        (
            json!({ "type_in_lists": false }),
            LIST,
            "/message_list/0/type",
            json!(1),
            nothing.clone(),
        ),
        (
            json!({ "unread_status": "ticket" }),
            UNREAD,
            "/imunread/0/status",
            json!(1),
            json!(2),
        ),
        (
            json!({ "poll_status": "ticket" }),
            ("GET", "/instant-messages?case_ids=odd", ""),
            "/imstatus/0/status",
            json!(0),
            json!(1),
        ),
        (
            json!({ "zero_limit": false }),
            ("GET", "/odd/messages?limit=0", ""),
            "/error_code",
            nothing.clone(),
            json!("OSM.01010001"),
        ),
        (
            json!({ "comma_lists": true }),
            POLL,
            "/imstatus/1/incident_id",
            nothing.clone(),
            json!("empty"),
        ),
        (
            json!({ "group_required": false }),
            ("GET", "/TT202611210007/messages", ""),
            "/count",
            nothing.clone(),
            json!(2),
        ),
        (
            json!({ "count_limit": 2 }),
            LIST,
            "/count",
            json!(3),
            json!(2),
        ),
        (
            json!({ "count_of_older": true }),
            MORE,
            "/count",
            json!(3),
            json!(1),
        ),
        (
            json!({ "success_body": "empty_error_msg" }),
            SUBMIT,
            "",
            json!({}),
            json!({ "error_msg": "" }),
        ),
        (
            json!({ "success_body": "empty_fields" }),
            SUBMIT,
            "",
            json!({}),
            json!({ "error_code": "", "error_msg": "" }),
        ),
        (
            json!({ "success_body": "zero_code" }),
            SUBMIT,
            "/error_code",
            nothing.clone(),
            json!("OSM.0000"),
        ),
        (
            json!({ "success_body": "null" }),
            SUBMIT,
            "",
            json!({}),
            nothing.clone(),
        ),
        (
            json!({ "null_lists": true }),
            ("GET", "/empty/messages", ""),
            "/message_list",
            json!([]),
            nothing.clone(),
        ),
        (
            json!({ "numbers_as_text": true }),
            LIST,
            "/count",
            json!(3),
            json!("3"),
        ),
    ]
}

#[tokio::test]
async fn each_switch_does_what_it_says() {
    for (switch, (method, target, body), place, without, with) in cases() {
        for (quirks, expected) in [(Quirks::default(), without), (quirks(switch.clone()), with)] {
            let sim = simulator(quirks, Rules::default()).await;
            let answer = ask(&sim, method, target, body).await.json();
            assert_eq!(
                answer.pointer(place).unwrap_or(&Value::Null),
                &expected,
                "{switch} at {place} of {answer}"
            );
        }
    }
}

#[tokio::test]
async fn business_errors_can_come_with_other_statuses() {
    let sim = simulator(
        quirks(json!({ "business_status": "by_category" })),
        Rules::default(),
    )
    .await;
    for (target, status, code) in [
        ("/nowhere", 404, "OSM.01010015"),
        ("/odd/messages?limit=x", 400, "OSM.01010001"),
        ("/TT202611210007", 403, "OSM.01010002"),
    ] {
        let answer = ask(&sim, "GET", target, "").await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (status, code),
            "{target}"
        );
    }
}

#[tokio::test]
async fn an_empty_body_can_stand_for_success() {
    let sim = simulator(
        quirks(json!({ "success_body": "nothing" })),
        Rules::default(),
    )
    .await;
    let answer = ask(&sim, SUBMIT.0, SUBMIT.1, SUBMIT.2).await;
    assert_eq!((answer.status, answer.body.len()), (200, 0));
}

#[tokio::test]
async fn silences_of_the_documents_can_be_filled_otherwise() {
    let mut rules = Rules::default();
    rules.more_boundary = MoreBoundary::UpTo;
    rules.first_poll = FirstPoll::Everything;
    rules.unknown_ticket = UnknownTicket::RefusesAll;
    let sim = simulator(Quirks::default(), rules).await;
    assert_eq!(
        ask(&sim, "GET", MORE.1, "").await.json()["message_list"]
            .as_array()
            .map(Vec::len),
        Some(2)
    );
    let news = ask(&sim, "GET", "/instant-messages?case_ids=odd", "")
        .await
        .json();
    assert_eq!(
        news["immsg"][0]["message_list"].as_array().map(Vec::len),
        Some(3)
    );
    assert_eq!(
        ask(
            &sim,
            "GET",
            "/instant-messages?case_ids=odd&case_ids=nowhere",
            ""
        )
        .await
        .code(),
        "OSM.01010015"
    );
}

/// Of a read and of a write: the time of the answer, and how long ago it was stored.
#[tokio::test]
async fn answers_tell_the_time_as_the_rules_say() {
    const NOW: Option<&str> = Some("Sat, 21 Nov 2026 00:00:00 GMT");
    const LATER: Option<&str> = Some("Sat, 21 Nov 2026 02:00:00 GMT");
    let hour = json!({ "secs": 3600, "nanos": 0 });
    for (rules, read, written, age) in [
        (json!({}), NOW, NOW, None),
        (json!({ "tells_time": false }), None, None, None),
        (json!({ "date_ahead": 7200 }), LATER, LATER, None),
        (
            json!({ "date_ahead": -1 }),
            Some("Fri, 20 Nov 2026 23:59:59 GMT"),
            Some("Fri, 20 Nov 2026 23:59:59 GMT"),
            None,
        ),
        (
            json!({ "stored_for": hour }),
            Some("Fri, 20 Nov 2026 23:00:00 GMT"),
            NOW,
            Some("3600"),
        ),
        (
            json!({ "stored_for": hour, "date_ahead": 3600 }),
            NOW,
            Some("Sat, 21 Nov 2026 01:00:00 GMT"),
            Some("3600"),
        ),
        (
            json!({ "stored_for": hour, "tells_time": false }),
            None,
            None,
            Some("3600"),
        ),
        // Beyond all times.
        (json!({ "date_ahead": i64::MAX }), None, None, None),
    ] {
        let name = rules.to_string();
        let rules: Rules = serde_json::from_value(rules).unwrap();
        let sim = simulator(Quirks::default(), rules).await;
        let answer = ask(&sim, LIST.0, LIST.1, LIST.2).await;
        let told = (answer.header("date"), answer.header("age"));
        assert_eq!(told, (read, age), "{name}");
        let answer = ask(&sim, SUBMIT.0, SUBMIT.1, SUBMIT.2).await;
        let told = (answer.header("date"), answer.header("age"));
        assert_eq!(told, (written, None), "{name}");
        // Whatever else is on the connection tells it.
        assert_eq!(page(&sim).await.header("date"), NOW, "{name}");
    }
}

async fn page(sim: &Simulator) -> Answer {
    send(sim, "GET", "/", "", b"").await.unwrap()
}

#[tokio::test]
async fn mark_up_of_engineers_is_taken_out_unless_asked_for() {
    let sim = Simulator::builder().seed(1).start().await.unwrap();
    // The second answer of an engineer asks for something, in bold.
    for _ in 0..2 {
        ask(
            &sim,
            "POST",
            "/case-123/message",
            r#"{"message":{"content":"a <b>bold</b> word"}}"#,
        )
        .await;
        assert!(sim.trigger("case-123"));
    }
    let contents = async |target: &str| {
        let page = ask(&sim, "GET", target, "").await.json();
        let list = page["message_list"].as_array().unwrap().clone();
        list.into_iter()
            .take(2)
            .map(|message| message["content"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let (plain, rich) = (
        contents("/case-123/messages").await,
        contents("/case-123/messages?trim_osm_rich_text_label=false").await,
    );
    assert_eq!(
        plain[1], "a <b>bold</b> word",
        "what a customer wrote is not touched"
    );
    assert_eq!(plain[1], rich[1]);
    assert_eq!(plain[0], rich[0].replace("<b>", "").replace("</b>", ""));
}

#[test]
fn every_number_is_in_the_list_of_discrepancies() {
    let list = include_str!("../../spec/discrepancies.md");
    let source = include_str!("../../src/quirks.rs");
    let numbers: Vec<&str> = source
        .match_indices("D-")
        .filter_map(|(start, _)| source.get(start..start + 4))
        .collect();
    assert!(numbers.len() > 20);
    for number in numbers {
        assert!(list.contains(&format!("## {number} ")), "{number}");
    }
}
