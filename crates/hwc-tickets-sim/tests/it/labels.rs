//! Labels: made, found, put on a ticket, filtered by, changed, taken off, deleted.

use hwc_tickets_sim::{Label, Quirks, Repeated, Rules, Simulator};
use serde_json::{Value, json};

use crate::client::{Answer, call_as};

const LABELS: &str = "/v2/servicerequest/labels";
const CASES: &str = "/v2/servicerequest/cases";
const ON_TICKET: &str = "/v2/servicerequest/cases/case-123/labels";

async fn call(sim: &Simulator, method: &str, target: &str, body: &str) -> Answer {
    call_as(sim, "TOKENEXAMPLE", method, target, body).await
}

async fn read(sim: &Simulator, target: &str) -> Value {
    let answer = call(sim, "GET", target, "").await;
    assert_eq!(answer.header("x-simulated"), None, "{target}");
    answer.json()
}

/// A write that is done and tells nothing.
async fn done(sim: &Simulator, method: &str, target: &str, body: &str) {
    let answer = call(sim, method, target, body).await;
    assert_eq!(
        (answer.status, answer.json()),
        (200, json!({})),
        "{method} {target}"
    );
}

async fn refused(sim: &Simulator, method: &str, target: &str, body: &str, code: &str) {
    let answer = call(sim, method, target, body).await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (200, code),
        "{method} {target} {body}"
    );
}

fn label(name: &str) -> String {
    json!({ "name": name, "color": "#123456" }).to_string()
}

fn ids(list: &Value) -> Vec<u64> {
    let list = list.as_array().unwrap();
    list.iter()
        .map(|label| label["label_id"].as_u64().unwrap())
        .collect()
}

/// Ids of the labels on `case-123`.
async fn on_ticket(sim: &Simulator) -> Vec<u64> {
    ids(&read(sim, ON_TICKET).await["case_label_list"])
}

/// Tickets with a label.
async fn with_label(sim: &Simulator, id: u64) -> Vec<String> {
    let found = read(sim, &format!("{CASES}?label_id_list={id}")).await;
    let list = found["incident_info_list"].as_array().unwrap();
    list.iter()
        .map(|ticket| ticket["incident_id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_label_has_one_story_from_its_first_write_to_its_last_read() {
    let sim = Simulator::start().await.unwrap();
    // Made, and found by a part of its name.
    done(&sim, "POST", LABELS, &label("Urgent")).await;
    let found = read(&sim, &format!("{LABELS}?name=rgen")).await;
    let id = found["label_list"][0]["label_id"].as_u64().unwrap();
    assert_eq!(
        found,
        json!({ "total_count": 1, "label_list": [{ "label_id": id, "name": "Urgent", "color": "#123456" }] })
    );
    assert_eq!(with_label(&sim, id).await, [""; 0]);
    // Put on a ticket beside those that it has.
    done(&sim, "POST", &format!("{ON_TICKET}?label_ids={id}"), "").await;
    assert_eq!(on_ticket(&sim).await, [1, 2, id]);
    assert_eq!(with_label(&sim, id).await, ["case-123"]);
    // Changed: every list has the new name.
    done(&sim, "PUT", &format!("{LABELS}/{id}"), &label("later")).await;
    let on_ticket_now = read(&sim, ON_TICKET).await;
    assert_eq!(
        on_ticket_now["case_label_list"][2],
        json!({ "label_id": id, "name": "later", "color": "#123456" })
    );
    assert_eq!(
        read(&sim, &format!("{LABELS}?name=urgent")).await["total_count"],
        0
    );
    // Taken off: the label itself stays.
    done(&sim, "DELETE", &format!("{ON_TICKET}?label_ids={id}"), "").await;
    assert_eq!(on_ticket(&sim).await, [1, 2]);
    assert_eq!(with_label(&sim, id).await, [""; 0]);
    let stays = read(&sim, &format!("{LABELS}?label_id={id}")).await;
    assert_eq!(ids(&stays["label_list"]), [id]);
    // Deleted: it is gone from its tickets, too, and its id is not given out again.
    done(&sim, "POST", &format!("{ON_TICKET}?label_ids={id}"), "").await;
    done(&sim, "DELETE", &format!("{LABELS}/{id}"), "").await;
    assert_eq!(on_ticket(&sim).await, [1, 2]);
    let gone = read(&sim, &format!("{LABELS}?label_id={id}")).await;
    assert_eq!(gone, json!({ "total_count": 0, "label_list": [] }));
    for (method, target, body) in [
        ("DELETE", format!("{LABELS}/{id}"), String::new()),
        ("PUT", format!("{LABELS}/{id}"), label("again")),
        ("POST", format!("{ON_TICKET}?label_ids={id}"), String::new()),
        (
            "DELETE",
            format!("{ON_TICKET}?label_ids={id}"),
            String::new(),
        ),
    ] {
        refused(&sim, method, &target, &body, "OSM.01010001").await;
    }
    done(&sim, "POST", LABELS, &label("next")).await;
    let next = read(&sim, &format!("{LABELS}?name=next")).await;
    assert!(ids(&next["label_list"])[0] > id);
}

#[tokio::test]
async fn labels_come_in_pages_and_belong_to_the_account() {
    let sim = Simulator::start().await.unwrap();
    for number in 3..=12 {
        done(&sim, "POST", LABELS, &label(&format!("label {number}"))).await;
    }
    let page = async |query: &str| {
        let found = read(&sim, &format!("{LABELS}?{query}")).await;
        (
            found["total_count"].as_u64().unwrap(),
            ids(&found["label_list"]),
        )
    };
    let all: Vec<u64> = (1..=12).collect();
    assert_eq!(page("").await, (12, all[..10].to_vec()), "ten by default");
    assert_eq!(page("offset=10").await, (12, all[10..].to_vec()));
    assert_eq!(page("offset=4&limit=3").await, (12, vec![5, 6, 7]));
    assert_eq!(page("name=LABEL%201").await, (3, vec![10, 11, 12]));
    assert_eq!(page("limit=0").await, (12, vec![]));
    let others = call_as(&sim, "TOKENSTRANGER", "GET", LABELS, "").await;
    assert_eq!(others.json()["total_count"], 0);
    let colleague = call_as(&sim, "TOKENCOLLEAGUE", "GET", LABELS, "").await;
    assert_eq!(colleague.json()["total_count"], 12, "of the same account");
    let delete = call_as(&sim, "TOKENSTRANGER", "DELETE", &format!("{LABELS}/1"), "").await;
    assert_eq!(delete.code(), "OSM.01010001");
    assert_eq!(sim.labels().len(), 12);
    // A colleague's ticket of a common group has its labels without the group, for which there is no place (D-101).
    let colleagues = format!("{CASES}/TT202611210007/labels");
    done(&sim, "POST", &format!("{colleagues}?label_ids=3"), "").await;
    assert_eq!(ids(&read(&sim, &colleagues).await["case_label_list"]), [3]);
}

#[tokio::test]
async fn what_is_wrong_with_labels_is_refused_and_changes_nothing() {
    let sim = Simulator::start().await.unwrap();
    sim.add_label(Label::new(9, "elsewhere", "foreign", "#ffffff"));
    for (method, target, body, code) in [
        ("POST", LABELS, "{}", "OSM.01010001"),
        ("POST", LABELS, r#"{"name":"x"}"#, "OSM.01010001"),
        (
            "POST",
            LABELS,
            r##"{"name":"","color":"#fff"}"##,
            "OSM.01010001",
        ),
        (
            "POST",
            LABELS,
            r##"{"name":"x","color":"#1234567"}"##,
            "OSM.01010001",
        ),
        (
            "GET",
            "/v2/servicerequest/labels?limit=101",
            "",
            "OSM.01010001",
        ),
        (
            "GET",
            "/v2/servicerequest/labels?label_id=one",
            "",
            "OSM.01010001",
        ),
        ("DELETE", "/v2/servicerequest/labels/3", "", "OSM.01010001"),
        ("DELETE", "/v2/servicerequest/labels/9", "", "OSM.01010001"),
        (
            "GET",
            "/v2/servicerequest/cases/none/labels",
            "",
            "OSM.01010015",
        ),
        (
            "POST",
            "/v2/servicerequest/cases/none/labels?label_ids=1",
            "",
            "OSM.01010015",
        ),
        (
            "DELETE",
            "/v2/servicerequest/cases/none/labels?label_ids=1",
            "",
            "OSM.01010015",
        ),
        (
            "GET",
            "/v2/servicerequest/cases/TT202611210099/labels",
            "",
            "OSM.01010015",
        ),
        ("POST", ON_TICKET, "", "OSM.01010001"),
        ("DELETE", ON_TICKET, "", "OSM.01010001"),
        // The key is repeated (D-80).
        (
            "POST",
            "/v2/servicerequest/cases/case-123/labels?label_ids=1,2",
            "",
            "OSM.01010001",
        ),
        // One that is not there refuses them all.
        (
            "DELETE",
            "/v2/servicerequest/cases/case-123/labels?label_ids=1&label_ids=3",
            "",
            "OSM.01010001",
        ),
        (
            "POST",
            "/v2/servicerequest/cases/TT202611210004/labels?label_ids=1&label_ids=3",
            "",
            "OSM.01010001",
        ),
        (
            "POST",
            "/v2/servicerequest/cases/TT202611210004/labels?label_ids=9",
            "",
            "OSM.01010001",
        ),
        (
            "POST",
            "/v2/servicerequest/cases/TT202611210004/labels?label_ids=-1",
            "",
            "OSM.01010001",
        ),
    ] {
        refused(&sim, method, target, body, code).await;
    }
    assert_eq!(on_ticket(&sim).await, [1, 2]);
    assert_eq!(with_label(&sim, 1).await, ["case-123"]);
    assert_eq!(sim.labels().len(), 3);
}

#[tokio::test]
async fn choices_about_labels_can_be_switched() {
    let sim = Simulator::start().await.unwrap();
    for name in ["disk", "three", "four", "five"] {
        done(&sim, "POST", LABELS, &label(name)).await;
    }
    // Five on a ticket (D-82), and again is no more.
    let put = |ids: &str| format!("{ON_TICKET}?label_ids={}", ids.replace(',', "&label_ids="));
    done(&sim, "POST", &put("2,3,4,5"), "").await;
    refused(&sim, "POST", &put("6"), "", "OSM.01010001").await;
    assert_eq!(on_ticket(&sim).await, [1, 2, 3, 4, 5]);
    let mut quirks = Quirks::default();
    quirks.ticket_label_limit = 6;
    quirks.comma_lists = true;
    sim.set_quirks(quirks);
    done(&sim, "POST", &format!("{ON_TICKET}?label_ids=5,6"), "").await;
    assert_eq!(on_ticket(&sim).await, [1, 2, 3, 4, 5, 6]);

    let mut rules = Rules::default();
    rules.label_again = Repeated::Refused;
    rules.label_gone = Repeated::Accepted;
    rules.equal_label_names = false;
    rules.label_limit = 7;
    sim.set_rules(rules);
    refused(&sim, "POST", &put("6"), "", "OSM.01010001").await;
    done(&sim, "DELETE", &put("6,99"), "").await;
    done(&sim, "DELETE", &put("6"), "").await;
    assert_eq!(on_ticket(&sim).await, [1, 2, 3, 4, 5]);
    refused(&sim, "POST", LABELS, &label("three"), "OSM.01010001").await;
    let third = format!("{LABELS}/3");
    refused(&sim, "PUT", &third, &label("three"), "OSM.01010001").await;
    done(&sim, "PUT", &format!("{LABELS}/4"), &label("three")).await;
    done(&sim, "POST", LABELS, &label("seven")).await;
    refused(&sim, "POST", LABELS, &label("eight"), "OSM.01010014").await;
}
