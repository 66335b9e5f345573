//! Tickets that belong together: related, listed, taken off.

use hwc_tickets_sim::{DEMO, Quirks, Repeated, Rules, Simulator, Status, TicketSeed};
use serde_json::{Value, json};

use crate::client::{Answer, ask};

async fn call(sim: &Simulator, method: &str, ticket: &str, body: Value) -> Answer {
    let body = match body {
        Value::Null => String::new(),
        body => body.to_string(),
    };
    let answer = ask(sim, method, &format!("/{ticket}/relations"), &body).await;
    assert_eq!(answer.header("x-simulated"), None);
    answer
}

async fn relate(sim: &Simulator, ticket: &str, related: &[&str]) -> String {
    let body = json!({ "related_id_list": related });
    let answer = call(sim, "POST", ticket, body).await;
    match answer.code().as_str() {
        "" => assert_eq!((answer.status, answer.json()), (200, json!({}))),
        _ => assert_eq!(answer.status, 200),
    }
    answer.code()
}

async fn listed(sim: &Simulator, ticket: &str) -> Vec<String> {
    let answer = call(sim, "GET", ticket, Value::Null).await.json();
    let list = answer["case_relation_list"].as_array().unwrap();
    list.iter()
        .map(|related| related["case_id"].as_str().unwrap().to_owned())
        .collect()
}

/// A simulator with six tickets that belong to none.
async fn six() -> Simulator {
    let sim = Simulator::start().await.unwrap();
    for number in 1..=6 {
        let ticket = TicketSeed::new(&format!("t{number}"), DEMO, sim.now());
        sim.open(ticket.title(format!("Number {number}"))).unwrap();
    }
    sim
}

#[tokio::test]
async fn a_relation_has_one_story_from_its_first_write_to_its_last_read() {
    let sim = six().await;
    assert_eq!(listed(&sim, "t1").await, [""; 0]);
    assert_eq!(relate(&sim, "t1", &["t3", "t2"]).await, "");
    let list = call(&sim, "GET", "t1", Value::Null).await.json();
    assert_eq!(
        list,
        json!({ "case_relation_list": [
            { "case_id": "t2", "simple_description": "Number 2", "user_name": "demo" },
            { "case_id": "t3", "simple_description": "Number 3", "user_name": "demo" },
        ] })
    );
    // It holds for both, and again is no more.
    assert_eq!(listed(&sim, "t2").await, ["t1"]);
    assert_eq!(relate(&sim, "t2", &["t1"]).await, "");
    assert_eq!(listed(&sim, "t2").await, ["t1"]);
    // A deleted ticket shows nowhere, and leaves its place to another.
    assert_eq!(relate(&sim, "t1", &["t4"]).await, "");
    sim.set_status("t4", Status::Deleted).unwrap();
    assert_eq!(listed(&sim, "t1").await, ["t2", "t3"]);
    assert_eq!(relate(&sim, "t1", &["t5"]).await, "");
    // Ended: for both.
    let ended = call(&sim, "DELETE", "t2", json!({ "related_id": "t1" })).await;
    assert_eq!(ended.json(), json!({}));
    assert_eq!(listed(&sim, "t1").await, ["t3", "t5"]);
    assert_eq!(listed(&sim, "t2").await, [""; 0]);
    let again = call(&sim, "DELETE", "t2", json!({ "related_id": "t1" })).await;
    assert_eq!(again.code(), "OSM.01010001");
}

#[tokio::test]
async fn what_cannot_belong_together_is_refused_and_changes_nothing() {
    let sim = six().await;
    let none: &[&str] = &[];
    assert_eq!(relate(&sim, "t1", none).await, "", "nothing is asked for");
    for (ticket, related, code) in [
        ("t1", &["t1"][..], "OSM.01010001"),
        ("t1", &["t2", "t1"], "OSM.01010001"),
        ("t1", &["t2", "none"], "OSM.01010015"),
        ("none", &["t2"], "OSM.01010015"),
        ("t1", &["TT202611210099"], "OSM.01010015"),
        // A colleague's ticket needs its group.
        ("t1", &["TT202611210007"], "OSM.01010002"),
        ("TT202611210007", &["t1"], "OSM.01010002"),
        ("t1", &["t2", "t3", "t4", "t5"], "OSM.01010001"),
        ("t1", &[""], "OSM.01010001"),
    ] {
        assert_eq!(
            relate(&sim, ticket, related).await,
            code,
            "{ticket} {related:?}"
        );
    }
    for body in [json!({}), json!({ "related_id_list": "t2" }), Value::Null] {
        let answer = call(&sim, "POST", "t1", body).await;
        assert_eq!(answer.code(), "OSM.01010001");
    }
    let unknown = call(&sim, "GET", "none", Value::Null).await;
    assert_eq!(unknown.code(), "OSM.01010015");
    assert_eq!(listed(&sim, "t1").await, [""; 0]);
    // Three in all, and for both.
    assert_eq!(relate(&sim, "t1", &["t2", "t3", "t4"]).await, "");
    assert_eq!(relate(&sim, "t1", &["t5"]).await, "OSM.01010001");
    assert_eq!(relate(&sim, "t5", &["t1"]).await, "OSM.01010001");
    assert_eq!(listed(&sim, "t5").await, [""; 0]);
    // With its group a colleague's ticket can be related; it is listed without, for there is no place for it (D-101).
    let body = json!({ "related_id_list": ["TT202611210007"], "group_id": "123456" });
    assert_eq!(call(&sim, "POST", "t5", body).await.json(), json!({}));
    let list = call(&sim, "GET", "t5", Value::Null).await.json();
    assert_eq!(list["case_relation_list"][0]["user_name"], "li.wei");
    assert_eq!(listed(&sim, "TT202611210007").await, ["t5"]);
}

#[tokio::test]
async fn choices_about_relations_can_be_switched() {
    let sim = six().await;
    let mut rules = Rules::default();
    rules.relations_one_way = true;
    rules.relation_again = Repeated::Refused;
    rules.related_limit = 4;
    sim.set_rules(rules);
    assert_eq!(relate(&sim, "t1", &["t2", "t3"]).await, "");
    assert_eq!(relate(&sim, "t1", &["t4", "t3"]).await, "OSM.01010001");
    assert_eq!(relate(&sim, "t1", &["t4", "t5"]).await, "");
    assert_eq!(relate(&sim, "t1", &["t6"]).await, "OSM.01010001");
    assert_eq!(listed(&sim, "t1").await, ["t2", "t3", "t4", "t5"]);
    assert_eq!(listed(&sim, "t2").await, [""; 0]);
    let ended = call(&sim, "DELETE", "t2", json!({ "related_id": "t1" })).await;
    assert_eq!(
        ended.code(),
        "OSM.01010001",
        "in this direction there is none"
    );
    let mut quirks = Quirks::default();
    quirks.relation_group_required = true;
    sim.set_quirks(quirks);
    assert_eq!(relate(&sim, "t6", &["t2"]).await, "OSM.01010001");
}
