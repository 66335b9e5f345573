//! What is told of tickets besides: counts, the file, whom to reach, extra values.

use hwc_tickets_sim::{Command, DEMO, LeftOut, Quirks, Rules, Simulator, TicketSeed, ValuesAgain};
use serde_json::{Value, json};

use crate::client::{Answer, ask};
use crate::life::{COLLEAGUES, FEEDBACK, WAITING, act, counts, simulator};
use crate::world::start;

#[tokio::test]
async fn tickets_are_counted_by_state() {
    let sim = simulator().await;
    let all = [
        (0, 1),
        (1, 5),
        (2, 1),
        (3, 1),
        (4, 1),
        (5, 1),
        (12, 1),
        (17, 1),
    ];
    assert_eq!(
        counts(&sim, "").await,
        all,
        "one's own, and no deleted ones"
    );
    assert_eq!(counts(&sim, "?status=1").await, [(1, 5)]);
    assert_eq!(counts(&sim, "?status=13").await, []);
    assert_eq!(counts(&sim, "?status=9").await, []);
    assert_eq!(counts(&sim, "?product_category_id=123").await, all);
    assert_eq!(counts(&sim, "?business_type_id=unknown").await, []);
    act(&sim, WAITING, "cancel", "{}").await;
    assert_eq!(counts(&sim, "?status=0").await, []);
    assert_eq!(counts(&sim, "?status=4").await, [(4, 2)]);
    let listed = ask(&sim, "GET", "?limit=100", "").await.json();
    assert_eq!(listed["total_count"], 12, "as many as are counted");
    let answer = ask(&sim, "GET", "/count?status=21", "").await;
    assert_eq!(answer.code(), "OSM.01010001");
}

async fn export(sim: &Simulator, query: &str) -> Answer {
    ask(sim, "GET", &format!("/export?{query}"), "").await
}

#[tokio::test]
async fn tickets_come_as_a_file() {
    let sim = simulator().await;
    sim.apply(Command::Open(
        TicketSeed::new("zz-1", DEMO, start()).title("Zebra, \"black\"\nand white"),
    ));
    let lines = async |query: &str| {
        let answer = export(&sim, &format!("language=en-us&timezone=GMT%2B1&{query}")).await;
        assert_eq!(
            answer.header("content-type"),
            Some("application/octet-stream"),
            "{query}"
        );
        let text = String::from_utf8(answer.body).unwrap();
        let rest = text.strip_prefix(
            "\u{feff}Ticket,State,Problem,Product,Region,Description,Opened,Customer\r\n",
        );
        rest.unwrap().to_owned()
    };
    assert_eq!(
        lines("incident_id=zz-1").await,
        "zz-1,In progress,Fault,Elastic Cloud Server,CN South-Guangzhou,\"Zebra, \"\"black\"\"\nand white\",2026-11-21 01:00:00,demo\r\n"
    );
    let ids = async |query: &str| {
        let lines = lines(query).await;
        let ids = lines.split("\r\n").filter(|line| !line.is_empty());
        ids.map(|line| line.split(',').next().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(ids("").await.len(), 13, "all of them");
    for (query, expected) in [
        ("incident_id=zz-1,TT202611210001", &["zz-1", WAITING][..]),
        ("search_key=zebra%20white", &["zz-1"]),
        ("search_key=zebra%20red", &[]),
        ("status=17", &[FEEDBACK]),
        ("query_start_time=2026-11-21%2001:00:00", &["zz-1"]),
        ("query_start_time=2026-11-21%2001:00:01", &[]),
        ("limit=1", &["zz-1"]),
        ("limit=1&offset=1", &[WAITING]),
        ("limit=0", &[]),
        (
            "incident_id=zz-1&customer_id=user-demo&sub_customer_id=user-demo",
            &["zz-1"],
        ),
        ("sub_customer_id=user-li-wei", &[]),
        ("x_customer_name=nobody", &[]),
        (
            "incident_id=zz-1&tenant_source_id_list=83aeb0f2834c4df49826c781d32a963e",
            &["zz-1"],
        ),
        ("tenant_source_id_list=another", &[]),
    ] {
        assert_eq!(ids(query).await, expected, "{query}");
    }
    let answer = export(&sim, "language=zh-cn&timezone=UTC&incident_id=zz-1").await;
    assert_eq!(
        answer.header("content-disposition"),
        Some("attachment; filename*=UTF-8''tickets.csv")
    );
    let text = String::from_utf8(answer.body).unwrap();
    assert!(
        text.contains("问题描述") && text.contains("2026-11-21 00:00:00"),
        "{text}"
    );
    for query in [
        "",
        "language=zh-cn",
        "timezone=GMT%2B8",
        "language=zh-cn&timezone=Mars",
        "language=zh-cn&timezone=GMT%2B8&query_end_time=soon",
        "language=zh-cn&timezone=GMT%2B8&limit=101",
    ] {
        assert_eq!(export(&sim, query).await.code(), "OSM.01010001", "{query}");
    }
    let mut quirks = Quirks::default();
    quirks.file_name_header = false;
    quirks.zero_limit = false;
    sim.set_quirks(quirks);
    let answer = export(&sim, "language=zh-cn&timezone=UTC").await;
    assert_eq!(answer.header("content-disposition"), None);
    let answer = export(&sim, "language=zh-cn&timezone=UTC&limit=0").await;
    assert_eq!(answer.code(), "OSM.01010001");
}

#[tokio::test]
async fn whom_to_reach_can_be_changed() {
    let sim = simulator().await;
    let set = async |ticket: &str, body: &str| {
        let answer = ask(&sim, "PUT", &format!("/{ticket}/contact-info"), body).await;
        answer.code()
    };
    let reached = async || {
        let detail = ask(&sim, "GET", "/case-123", "").await.json();
        detail["incident_detail_info"]["ext_info"].clone()
    };
    assert_eq!(reached().await, Value::Null);
    assert_eq!(
        set(
            "case-123",
            r#"{"area_code":"86","remind_mobile":"130","remind_time":"0"}"#
        )
        .await,
        ""
    );
    let mail = r#"{"remind_mail":"a@example.com","remind_time":"09:00-18:00","extension_map":[]}"#;
    assert_eq!(set("case-123", mail).await, "");
    let both = json!({
        "area_code": "86", "remind_mobile": "130", "remind_mail": "a@example.com", "remind_time": "09:00-18:00",
    });
    assert_eq!(reached().await, both);
    for (ticket, body, code) in [
        ("nowhere", "{}", "OSM.01010015"),
        (COLLEAGUES, "{}", "OSM.01010002"),
        ("case-123", r#"{"area_code":""}"#, "OSM.01010001"),
        ("case-123", r#"{"remind_mobile":1}"#, "OSM.01010001"),
        ("case-123", r#"{"extension_map":["x"]}"#, "OSM.01010001"),
        (
            "case-123",
            r#"{"extension_map":{"cc_email":"nobody"}}"#,
            "OSM.01010008",
        ),
    ] {
        assert_eq!(set(ticket, body).await, code, "{ticket} {body}");
    }
    assert_eq!(reached().await, both);
    let mut rules = Rules::default();
    rules.contact_left_out = LeftOut::Emptied;
    sim.set_rules(rules);
    assert_eq!(set("case-123", r#"{"remind_time":"0"}"#).await, "");
    assert_eq!(reached().await, json!({ "remind_time": "0" }));
    assert_eq!(set("case-123", "").await, "");
    assert_eq!(reached().await, Value::Null);
}

#[tokio::test]
async fn extra_values_are_stored_and_shown() {
    let sim = simulator().await;
    let target = "/case-123/extends-param";
    let store = async |body: &str| ask(&sim, "POST", target, body).await.code();
    let shown = async || ask(&sim, "GET", target, "").await.json()["extends_map"].clone();
    assert_eq!(shown().await, json!({}));
    let first = r#"{"message_id":"m-1","extends_map":{"disk_id":"d-1","count":2,"list":["a"]}}"#;
    assert_eq!(store(first).await, "");
    assert_eq!(
        shown().await,
        json!({ "disk_id": "d-1", "count": 2, "list": ["a"] })
    );
    assert_eq!(
        store(r#"{"extends_map":{"login_password":"secret"}}"#).await,
        ""
    );
    assert_eq!(
        shown().await,
        json!({ "login_password": "secret" }),
        "the first ones are gone"
    );
    let world = format!("{:?}", sim.world());
    assert!(!world.contains("secret"), "no value in a log");
    let mut rules = Rules::default();
    rules.values_again = ValuesAgain::Add;
    sim.set_rules(rules);
    assert_eq!(store(r#"{"extends_map":{"disk_id":"d-2"}}"#).await, "");
    assert_eq!(
        shown().await,
        json!({ "disk_id": "d-2", "login_password": "secret" })
    );
    for (ticket, body, code) in [
        ("case-123", r#"{"extends_map":["x"]}"#, "OSM.01010001"),
        ("case-123", r#"{"extends_map":1}"#, "OSM.01010001"),
        ("case-123", r#"{"group_id":""}"#, "OSM.01010001"),
        ("nowhere", "{}", "OSM.01010015"),
        (COLLEAGUES, "{}", "OSM.01010002"),
    ] {
        let answer = ask(&sim, "POST", &format!("/{ticket}/extends-param"), body).await;
        assert_eq!(answer.code(), code, "{ticket} {body}");
    }
    let foreign = ask(&sim, "GET", &format!("/{COLLEAGUES}/extends-param"), "").await;
    assert_eq!(foreign.code(), "OSM.01010002");
    let shared = ask(
        &sim,
        "GET",
        &format!("/{COLLEAGUES}/extends-param?group_id=123456"),
        "",
    )
    .await;
    assert_eq!(shared.json(), json!({ "extends_map": {} }));
    assert_eq!(
        store(r#"{"extends_map":[]}"#).await,
        "",
        "the empty map of some languages (D-62)"
    );
}
