//! Opening a ticket, and everything that keeps one from it.

use hwc_tickets_sim::{
    Command, Contact, ContactCommand, DEMO, Engineers, Outcome, Rules, Simulator, Time,
    UnknownChoice,
};
use serde_json::{Value, json};

use crate::client::{Answer, ask, send};
use crate::world::start;

const USAGE: &str = "5efc9f47ace944bfafd054161409f15b";
const CASES: &str = "/v2/servicerequest/cases";

/// The least one has to say.
fn least() -> Value {
    json!({
        "business_type_id": USAGE,
        "simple_description": "How do I resize a disk?",
        "source_id": "83aeb0f2834c4df49826c781d32a963e",
    })
}

fn with(fields: Value) -> Value {
    let mut body = least();
    let fields = fields.as_object().unwrap().clone();
    body.as_object_mut().unwrap().extend(fields);
    body
}

async fn open(sim: &Simulator, headers: &str, body: &Value) -> Answer {
    let headers = format!("x-auth-token: TOKENEXAMPLE\r\n{headers}");
    let body = body.to_string();
    let answer = send(sim, "POST", CASES, &headers, body.as_bytes()).await;
    answer.unwrap()
}

/// Verifies a contact of the usual customer. The first one gets `verified-000001`.
fn verify(sim: &Simulator, contact: Contact) {
    sim.expect_code(DEMO, contact.clone(), "123456").unwrap();
    let verified = sim.apply(Command::Contact {
        by: DEMO.to_owned(),
        what: ContactCommand::Verify {
            contact,
            code: "123456".into(),
        },
    });
    assert_eq!(verified, Outcome::Done);
}

fn manual() -> hwc_tickets_sim::SimulatorBuilder {
    Simulator::builder().time(Time::Manual(start()))
}

#[tokio::test]
async fn an_opened_ticket_is_in_every_later_answer() {
    let sim = manual().start().await.unwrap();
    sim.attach("shot-1", "screen.png");
    verify(&sim, Contact::phone("86", "13000000000"));
    let body = with(json!({
        "incident_sub_type_id": "0", "product_category_id": "123", "region_id": "cn-north-4", "severity_id": "124",
        "accessory_ids": ["shot-1"], "remind_mobile": "13000000000", "area_code": "86", "remind_time": "09:00-18:00",
        "extends_map": { "page_url": "https://example.com" }, "extension_map": { "cc_email": "a@example.com, b@example.com" },
    }));
    let opened = open(&sim, "x-phone-verifiedid: verified-000001\r\n", &body)
        .await
        .json();
    let id = opened["incident_id"].as_str().unwrap().to_owned();
    assert_eq!(
        opened,
        json!({ "incident_id": "TT202611210013" }),
        "TT, the day, a number that is free"
    );
    assert_eq!(
        ask(&sim, "GET", &format!("/{id}/status"), "").await.json(),
        json!({ "status": 0 })
    );
    let detail = ask(&sim, "GET", &format!("/{id}"), "").await.json();
    let detail = &detail["incident_detail_info"];
    assert_eq!(detail["simple_description"], "How do I resize a disk?");
    assert_eq!(detail["business_type_name"], "使用咨询");
    assert_eq!(detail["incident_type_name"], "弹性云服务器");
    assert_eq!(detail["dc_name"], "华北-北京四");
    assert_eq!(detail["severity_name"], "重要");
    assert_eq!(
        detail["ext_info"],
        json!({
            "area_code": "86", "remind_mobile": "13000000000", "remind_time": "09:00-18:00",
            "cc_email": "a@example.com, b@example.com",
        })
    );
    let first = &detail["message_list"][0];
    assert_eq!(first["content"], "How do I resize a disk?");
    assert_eq!(first["is_first_message"], 1);
    assert_eq!(first["accessory_list"][0]["file_actual_name"], "screen.png");
    let list = ask(&sim, "GET", "?limit=1", "").await.json();
    assert_eq!(
        list["incident_info_list"][0]["incident_id"],
        id.as_str(),
        "the newest one"
    );
    let values = ask(&sim, "GET", &format!("/{id}/extends-param"), "")
        .await
        .json();
    assert_eq!(
        values,
        json!({ "extends_map": { "page_url": "https://example.com" } })
    );
    let log = ask(&sim, "GET", &format!("/{id}/operate-logs"), "")
        .await
        .json();
    assert_eq!(log["total_count"], 1);
    // It can be talked about as any other one, and an engineer takes it up.
    assert!(sim.trigger(&id));
    assert_eq!(
        ask(&sim, "GET", &format!("/{id}/status"), "").await.json(),
        json!({ "status": 1 })
    );
    let second = open(&sim, "", &least()).await.json();
    assert_eq!(second["incident_id"], "TT202611210014");
    // The product of whoever names none is the documented one (D-87).
    let detail = ask(&sim, "GET", "/TT202611210014", "").await.json();
    assert_eq!(
        detail["incident_detail_info"]["incident_type_name"],
        "用户中心"
    );
    assert_eq!(detail["incident_detail_info"].get("ext_info"), None);
}

#[tokio::test]
async fn what_keeps_one_from_opening_a_ticket_has_its_code() {
    let sim = manual().engineers(Engineers::Silent).start().await.unwrap();
    let before = sim.world().ticket_ids();
    verify(&sim, Contact::phone("86", "13000000000"));
    verify(&sim, Contact::mail("a@example.com"));
    let files = |count: usize| (0..count).map(|n| format!("f-{n}")).collect::<Vec<_>>();
    for id in files(11) {
        sim.attach(&id, "file");
    }
    let eleven = ["a@example.com"; 11].join(",");
    for (headers, fields, code) in [
        ("", json!({ "business_type_id": "unknown" }), "OSM.01010001"),
        ("", json!({ "business_type_id": "" }), "OSM.01010001"),
        ("", json!({ "business_type_id": null }), "OSM.01010001"),
        ("", json!({ "source_id": null }), "OSM.01010001"),
        (
            "",
            json!({ "simple_description": "x".repeat(1201) }),
            "OSM.01010001",
        ),
        (
            "",
            json!({ "product_category_id": "unknown" }),
            "OSM.01010001",
        ),
        // The two do not go together.
        (
            "",
            json!({ "business_type_id": "123", "product_category_id": "123" }),
            "OSM.01010001",
        ),
        ("", json!({ "incident_sub_type_id": "7" }), "OSM.01010001"),
        (
            "",
            json!({ "incident_sub_type_id": "1", "product_category_id": "123" }),
            "OSM.01010001",
        ),
        ("", json!({ "region_id": "mars-1" }), "OSM.01010001"),
        // A fault report without its region, and without its mandatory field.
        (
            "",
            json!({ "business_type_id": "124", "extends_map": { "disk_id": "d" } }),
            "OSM.01010001",
        ),
        (
            "",
            json!({ "business_type_id": "124", "region_id": "cn-north-4" }),
            "OSM.01010001",
        ),
        (
            "",
            json!({ "business_type_id": "124", "region_id": "cn-north-4", "extends_map": { "disk_id": "" } }),
            "OSM.01010001",
        ),
        ("", json!({ "accessory_ids": ["nowhere"] }), "OSM.01010001"),
        ("", json!({ "accessory_ids": files(11) }), "OSM.01010001"),
        ("", json!({ "extends_map": ["x"] }), "OSM.01010001"),
        ("", json!({ "extends_map": "x" }), "OSM.01010001"),
        ("", json!({ "severity_id": "9" }), "OSM.01010006"),
        (
            "",
            json!({ "extension_map": { "cc_email": "nobody" } }),
            "OSM.01010008",
        ),
        (
            "",
            json!({ "extension_map": { "cc_email": "a@example.com,,b@example.com" } }),
            "OSM.01010008",
        ),
        (
            "",
            json!({ "extension_map": { "cc_email": 1 } }),
            "OSM.01010008",
        ),
        (
            "",
            json!({ "extension_map": { "cc_email": eleven } }),
            "OSM.01010008",
        ),
        (
            "",
            json!({ "remind_mobile": "13000000000" }),
            "OSM.01010010",
        ),
        (
            "x-phone-verifiedid: verified-000001\r\n",
            json!({ "remind_mail": "a@example.com" }),
            "OSM.01010010",
        ),
        // Ids that nobody was given, or for another contact.
        (
            "x-phone-verifiedid: v-1\r\n",
            json!({ "remind_mobile": "13000000000" }),
            "OSM.01010010",
        ),
        (
            "x-phone-verifiedid: verified-000001\r\n",
            json!({ "remind_mobile": "13000000001" }),
            "OSM.01010010",
        ),
        (
            "x-email-verifiedid: verified-000001\r\n",
            json!({ "remind_mail": "a@example.com" }),
            "OSM.01010010",
        ),
        (
            "x-phone-verifiedid: \r\n",
            json!({ "remind_mobile": "13000000000" }),
            "OSM.01010001",
        ),
    ] {
        let answer = open(&sim, headers, &with(fields.clone())).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (200, code),
            "{headers} {fields}"
        );
    }
    assert_eq!(sim.world().ticket_ids(), before, "nothing was opened");
    for (headers, fields) in [
        // Empty counts as absent, and the empty list is the empty map of some languages (D-62).
        (
            "",
            json!({ "remind_mobile": "", "remind_mail": "", "region_id": "", "severity_id": "", "product_category_id": "" }),
        ),
        (
            "",
            json!({ "extends_map": [], "extension_map": [], "accessory_ids": [] }),
        ),
        ("", json!({ "extends_map": null, "region_id": null })),
        (
            "x-email-verifiedid: verified-000002\r\n",
            json!({ "remind_mail": "a@example.com" }),
        ),
        // Registered ones.
        (
            "",
            json!({ "remind_mail": "demo@example.com", "remind_mobile": "13800138000", "area_code": "86" }),
        ),
        ("", json!({ "accessory_ids": files(10) })),
        // Whoever names no product may have any kind of problem.
        (
            "",
            json!({ "business_type_id": "124", "region_id": "cn-north-4", "extends_map": { "disk_id": "d" } }),
        ),
        ("", json!({ "simple_description": "" })),
    ] {
        let answer = open(&sim, headers, &with(fields.clone())).await;
        assert!(
            answer.json()["incident_id"].is_string(),
            "{fields}: {:?}",
            answer.json()
        );
    }
}

#[tokio::test]
async fn choices_about_opening_can_be_switched() {
    let sim = manual().start().await.unwrap();
    let mut rules = Rules::default();
    rules.sub_users_open = false;
    sim.set_rules(rules);
    let headers = "x-auth-token: TOKENCOLLEAGUE\r\n";
    let body = least().to_string();
    let colleague = send(&sim, "POST", CASES, headers, body.as_bytes())
        .await
        .unwrap();
    assert_eq!(colleague.code(), "OSM.01010007");
    let privilege = "/v2/servicerequest/privileges?privilege=createCase";
    let told = send(&sim, "GET", privilege, headers, b"").await.unwrap();
    assert_eq!(told.json(), json!({ "has_privilege": 0 }));
    assert!(
        open(&sim, "", &least()).await.json()["incident_id"].is_string(),
        "the owner may"
    );
    let mut rules = Rules::default();
    rules.unknown_choice = UnknownChoice::Accepted;
    rules.contacts_verified = false;
    rules.extra_fields_required = false;
    sim.set_rules(rules);
    for fields in [
        json!({ "business_type_id": "b", "product_category_id": "p", "incident_sub_type_id": "s", "severity_id": "9" }),
        json!({ "business_type_id": "124", "remind_mobile": "1", "remind_mail": "x" }),
    ] {
        let opened = open(&sim, "", &with(fields)).await.json();
        let detail = ask(
            &sim,
            "GET",
            &format!("/{}", opened["incident_id"].as_str().unwrap()),
            "",
        )
        .await;
        assert_eq!(detail.code(), "");
    }
    let mut rules = Rules::default();
    rules.capacity = 0;
    sim.set_rules(rules);
    assert_eq!(open(&sim, "", &least()).await.code(), "OSM.01010014");
}

#[tokio::test]
async fn a_ticket_is_shared_with_the_group_of_who_opened_it() {
    let sim = manual().start().await.unwrap();
    let id = open(&sim, "", &least()).await.json()["incident_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let get = async |token: &str, query: &str| {
        let headers = format!("x-auth-token: {token}\r\n");
        let target = format!("{CASES}/{id}{query}");
        send(&sim, "GET", &target, &headers, b"")
            .await
            .unwrap()
            .code()
    };
    assert_eq!(get("TOKENCOLLEAGUE", "").await, "OSM.01010002");
    assert_eq!(get("TOKENCOLLEAGUE", "?group_id=123456").await, "");
    assert_eq!(
        get("TOKENSTRANGER", "?group_id=123456").await,
        "OSM.01010015"
    );
}
