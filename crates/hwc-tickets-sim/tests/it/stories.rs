//! Whole stories over HTTP, as far as one needs no client of this project for them.

use std::time::Duration;

use hwc_tickets_sim::{
    Engineers, Fault, FaultRule, Operation, Rules, Simulator, Status, TicketSeed, Time,
};
use serde_json::json;

use crate::client::{ask, ask_as, send};
use crate::world::{at, start};

#[tokio::test]
async fn a_lost_answer_is_in_the_ledger_and_in_the_history() {
    let sim = Simulator::start().await.unwrap();
    sim.fault(FaultRule::new(Operation::CreateMessages, Fault::Reset).after_commit());
    let headers = "x-auth-token: TOKENEXAMPLE\r\n";
    let body = br#"{"message":{"content":"Please restart node 7"}}"#;
    assert!(
        send(
            &sim,
            "POST",
            "/v2/servicerequest/cases/case-123/message",
            headers,
            body
        )
        .await
        .is_err()
    );
    assert_eq!(sim.arrived("case-123"), ["Please restart node 7"]);
    let page = ask(&sim, "GET", "/case-123/messages?limit=1", "")
        .await
        .json();
    assert_eq!(page["message_list"][0]["content"], "Please restart node 7");
}

#[tokio::test]
async fn an_engineer_answers_after_a_while_and_the_recall_comes_too_late() {
    let engineers = Engineers::Timed {
        min: Duration::from_secs(30),
        max: Duration::from_secs(60),
    };
    let sim = Simulator::builder()
        .time(Time::Manual(start()))
        .engineers(engineers)
        .start()
        .await
        .unwrap();
    ask(
        &sim,
        "POST",
        "/TT202611210001/message",
        r#"{"message":{"content":"It also happens with Firefox."}}"#,
    )
    .await;
    let id = sim.ledger("TT202611210001").pop().unwrap().message_id;
    let unread = "/instant-messages/unread?case_ids=TT202611210001";
    assert_eq!(
        ask(&sim, "GET", unread, "").await.json()["imunread"][0]["unread_num"],
        0
    );
    sim.advance(Duration::from_secs(60));
    assert_eq!(
        ask(&sim, "GET", unread, "").await.json()["imunread"][0]["unread_num"],
        1
    );
    assert_eq!(
        ask(&sim, "GET", "/TT202611210001/status", "").await.json()["status"],
        1,
        "somebody has taken it over"
    );
    sim.advance(Duration::from_secs(541));
    let late = ask(
        &sim,
        "POST",
        &format!("/TT202611210001/instant-messages/{id}/withdraw"),
        "",
    )
    .await;
    assert_eq!(late.code(), "OSM.01010002");
}

#[tokio::test]
async fn two_people_share_a_ticket_and_each_reads_for_himself() {
    let sim = Simulator::start().await.unwrap();
    let shared = "TT202611210007";
    let unread = format!("/instant-messages/unread?case_ids={shared}");
    let count = async |token: &str, group: &str| {
        ask_as(&sim, token, "GET", &format!("{unread}{group}"), "")
            .await
            .json()["imunread"][0]["unread_num"]
            .clone()
    };
    assert_eq!(
        count("TOKENEXAMPLE", "").await,
        json!(null),
        "without the group it is not answered for"
    );
    assert_eq!(count("TOKENEXAMPLE", "&group_id=123456").await, 1);
    let body = r#"{"group_id":"123456","message":{"content":"I can help on Sunday."}}"#;
    assert_eq!(
        ask(&sim, "POST", &format!("/{shared}/message"), body)
            .await
            .json(),
        json!({})
    );
    assert_eq!(
        ask(
            &sim,
            "POST",
            &format!("/{shared}/instant-messages/unread"),
            r#"{"group_id":"123456"}"#
        )
        .await
        .status,
        200
    );
    assert_eq!(count("TOKENEXAMPLE", "&group_id=123456").await, 0);
    assert_eq!(count("TOKENCOLLEAGUE", "").await, 1);
    let page = ask_as(
        &sim,
        "TOKENCOLLEAGUE",
        "GET",
        &format!("/{shared}/messages?limit=1"),
        "",
    )
    .await
    .json();
    assert_eq!(page["message_list"][0]["replier_name"], "demo");
    let mine = sim.ledger(shared).pop().unwrap().message_id;
    let target = format!("/{shared}/instant-messages/{mine}/withdraw");
    assert_eq!(
        ask_as(&sim, "TOKENCOLLEAGUE", "POST", &target, "")
            .await
            .code(),
        "OSM.01010002",
        "not the colleague's to take back"
    );
    assert_eq!(ask(&sim, "POST", &target, "").await.json(), json!({}));
}

#[tokio::test]
async fn a_cursor_survives_a_restart_of_the_service() {
    let first = Simulator::builder()
        .time(Time::Manual(start()))
        .start()
        .await
        .unwrap();
    let target = "/instant-messages?case_ids=case-123";
    first.reply_as_engineer("case-123", "before").unwrap();
    let cursor = ask(&first, "GET", target, "").await.json()["last_message_time_id"]
        .as_str()
        .unwrap()
        .to_owned();
    first.shutdown().await;
    let second = Simulator::builder()
        .time(Time::Manual(at(60)))
        .start()
        .await
        .unwrap();
    second.reply_as_engineer("case-123", "after").unwrap();
    let news = ask(
        &second,
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
    assert_eq!(texts, ["after"]);
}

#[tokio::test]
async fn counts_end_at_65535() {
    let sim = Simulator::start().await.unwrap();
    let mut ticket = TicketSeed::new("huge", hwc_tickets_sim::DEMO, at(0))
        .status(Status::InProgress)
        .unread(70_000);
    for _ in 0..70_000 {
        ticket = ticket.engineer(at(0), "x");
    }
    sim.open(ticket).unwrap();
    let unread = ask(&sim, "GET", "/instant-messages/unread?case_ids=huge", "")
        .await
        .json();
    assert_eq!(unread["imunread"][0]["unread_num"], 65_535);
    let page = ask(&sim, "GET", "/huge/messages?offset=65535&limit=100", "")
        .await
        .json();
    assert_eq!(
        (
            &page["count"],
            page["message_list"].as_array().map(Vec::len)
        ),
        (&json!(65_535), Some(100))
    );
    let detail = ask(&sim, "GET", "/huge", "").await.json();
    assert_eq!(
        detail["incident_detail_info"]["message_list"]
            .as_array()
            .map(Vec::len),
        Some(65_535)
    );
}

#[tokio::test]
async fn stopping_lets_calls_under_way_finish() {
    let sim = Simulator::builder()
        .time(Time::Manual(start()))
        .start()
        .await
        .unwrap();
    sim.fault(FaultRule::new(
        Operation::CreateMessages,
        Fault::Delay {
            by: Duration::from_secs(1),
        },
    ));
    let address = sim.address();
    let headers = "x-auth-token: TOKENEXAMPLE\r\n";
    let waiting = async {
        let sent = send(
            &sim,
            "POST",
            "/v2/servicerequest/cases/case-123/message",
            headers,
            br#"{"message":{"content":"x"}}"#,
        );
        sent.await.unwrap().status
    };
    let advancing = async {
        while sim
            .journal()
            .last()
            .is_none_or(|entry| entry.fault.is_none())
        {
            tokio::task::yield_now().await;
        }
        sim.advance(Duration::from_secs(1));
    };
    assert_eq!(tokio::join!(waiting, advancing).0, 200);
    sim.shutdown().await;
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn too_many_requests_within_a_second_are_throttled() {
    let mut rules = Rules::default();
    rules.requests_per_second = Some(2);
    let sim = Simulator::builder()
        .time(Time::Manual(start()))
        .rules(rules)
        .start()
        .await
        .unwrap();
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(ask(&sim, "GET", "/case-123/status", "").await.status);
    }
    assert_eq!(statuses, [200, 200, 429]);
    let answer = ask(&sim, "GET", "/case-123/status", "").await;
    assert_eq!(
        (answer.code().as_str(), answer.header("retry-after")),
        ("APIGW.0308", Some("1"))
    );
    assert_eq!(
        ask_as(&sim, "TOKENCOLLEAGUE", "GET", "/TT202611210007/status", "")
            .await
            .status,
        200
    );
    sim.advance(Duration::from_secs(1));
    assert_eq!(ask(&sim, "GET", "/case-123/status", "").await.status, 200);
}

#[tokio::test]
async fn whoever_watches_sees_an_answer_without_asking() {
    let moment = Duration::from_millis(1);
    let engineers = Engineers::Timed {
        min: moment,
        max: moment,
    };
    let sim = Simulator::builder()
        .engineers(engineers)
        .start()
        .await
        .unwrap();
    let mut changes = sim.changes();
    let before = sim.world().stored();
    ask(
        &sim,
        "POST",
        "/case-123/message",
        r#"{"message":{"content":"x"}}"#,
    )
    .await;
    // The ledger is only looked at, which lets nothing happen.
    while sim.world().stored() < before + 2 {
        changes.changed().await.unwrap();
    }
}

#[tokio::test]
async fn a_call_that_waits_while_the_simulator_stops_is_still_done() {
    let sim = Simulator::builder()
        .time(Time::Manual(start()))
        .start()
        .await
        .unwrap();
    sim.fault(FaultRule::new(
        Operation::CreateMessages,
        Fault::Delay {
            by: Duration::from_secs(9),
        },
    ));
    let address = sim.address();
    let waiting = tokio::spawn(async move {
        let body = r#"{"message":{"content":"x"}}"#;
        let head = "POST /v2/servicerequest/cases/case-123/message HTTP/1.1\r\nhost: x\r\nx-auth-token: TOKENEXAMPLE\r\n";
        let request = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        tokio::io::AsyncWriteExt::write_all(&mut stream, request.as_bytes())
            .await
            .unwrap();
        let mut answer = String::new();
        tokio::io::AsyncReadExt::read_to_string(&mut stream, &mut answer)
            .await
            .unwrap();
        answer
    });
    while sim
        .journal()
        .last()
        .is_none_or(|entry| entry.fault.is_none())
    {
        tokio::task::yield_now().await;
    }
    sim.shutdown().await;
    let answer = waiting.await.unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.contains("Sat, 21 Nov 2026 00:00:00 GMT"),
        "{answer}"
    );
}
