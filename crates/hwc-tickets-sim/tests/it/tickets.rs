//! Lists of tickets with their filters, labels, relations.

use hwc_tickets_sim::{
    DEMO, GROUP, Label, LabelFilter, Quirks, Repeated, Rules, Simulator, Status, TicketSeed, Time,
};
use serde_json::{Value, json};

use crate::client::{Answer, send};
use crate::world::{at, start};

const CASES: &str = "/v2/servicerequest/cases";
const OLDER: &str = "/osm/incidentservice/api/v1/queryincident";

async fn call(sim: &Simulator, method: &str, target: &str, body: &str) -> Answer {
    let headers = "x-auth-token: TOKENEXAMPLE\r\ncontent-type: application/json\r\n";
    send(sim, method, target, headers, body.as_bytes())
        .await
        .unwrap()
}

/// A simulator whose time stands still, with three tickets of known titles among the usual ones.
async fn three() -> Simulator {
    let sim = Simulator::builder()
        .time(Time::Manual(start()))
        .start()
        .await
        .unwrap();
    for (id, seconds, title) in [
        ("zz-1", -30, "Zebra disk"),
        ("zz-2", -20, "Zebra DISK full"),
        ("zz-3", -10, "Zebra"),
    ] {
        let ticket = TicketSeed::new(id, DEMO, at(seconds)).title(title);
        let ticket = if id == "zz-2" {
            ticket.label(1).label(2)
        } else {
            ticket.label(1)
        };
        sim.open(ticket).unwrap();
    }
    sim
}

fn ids(answer: &Value) -> Vec<String> {
    let list = answer["incident_info_list"].as_array().unwrap();
    list.iter()
        .map(|ticket| ticket["incident_id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn every_filter_filters() {
    let sim = three().await;
    sim.set_status("zz-3", Status::Completed).unwrap();
    for (query, expected) in [
        ("search_key=zebra", &["zz-3", "zz-2", "zz-1"][..]),
        ("search_key=zebra&search_key=disk", &["zz-2", "zz-1"]),
        ("search_key=zebra&search_key=none", &[]),
        ("search_key=zebra&label_id_list=2", &["zz-2"]),
        (
            "search_key=zebra&label_id_list=2&label_id_list=1",
            &["zz-3", "zz-2", "zz-1"],
        ),
        ("search_key=zebra&label_id_list=word", &[]),
        ("app_key=ZZ-", &["zz-3", "zz-2", "zz-1"]),
        ("app_key=full&search_key=zebra", &["zz-2"]),
        ("incident_id=zz-2", &["zz-2"]),
        ("incident_id=zz", &[]),
        ("app_key=zz-&status=3", &["zz-3"]),
        ("app_key=zz-&incident_status=1,3", &["zz-3", "zz-2", "zz-1"]),
        ("app_key=zz-&incident_status=17", &[]),
        ("app_key=zz-&incident_status=any", &[]),
        (
            "app_key=zz-&x_customer_id=user-demo",
            &["zz-3", "zz-2", "zz-1"],
        ),
        ("app_key=zz-&x_customer_id=user-li-wei", &[]),
        (
            "app_key=zz-&x_customer_name=demo",
            &["zz-3", "zz-2", "zz-1"],
        ),
        ("app_key=zz-&offset=1&limit=1", &["zz-2"]),
        ("app_key=zz-&offset=3", &[]),
        // Both ends are in, in the zone of the request, which is GMT+8 by default.
        (
            "app_key=zz-&query_start_time=2026-11-21%2007:59:40",
            &["zz-3", "zz-2"],
        ),
        (
            "app_key=zz-&query_end_time=2026-11-21+07:59:40",
            &["zz-2", "zz-1"],
        ),
        ("app_key=zz-&query_start_time=&status=3", &["zz-3"]),
        ("incident_id=TT202611210007", &[]),
        (
            "incident_id=TT202611210007&group_id=123456",
            &["TT202611210007"],
        ),
        ("incident_id=TT202611210099&group_id=123456", &[]),
    ] {
        let answer = call(&sim, "GET", &format!("{CASES}?{query}"), "")
            .await
            .json();
        assert_eq!(ids(&answer), expected, "{query}");
    }
    assert_eq!(GROUP, "123456");
    let page = call(&sim, "GET", &format!("{CASES}?app_key=zz-&limit=1"), "")
        .await
        .json();
    assert_eq!(page["total_count"], 3, "the total is that of all that fit");
}

#[tokio::test]
async fn a_line_has_the_documented_fields_in_both_forms() {
    let sim = three().await;
    let answer = call(&sim, "GET", &format!("{CASES}?incident_id=zz-2"), "")
        .await
        .json();
    let labels = json!([
        {"label_id": 1, "name": "production", "color": "#d00000"},
        {"label_id": 2, "name": "disk", "color": "#000000"},
    ]);
    assert_eq!(
        answer,
        json!({"total_count": 1, "incident_info_list": [{
            "incident_id": "zz-2", "status": 1, "customer_id": "user-demo", "xcustomer_id": "user-demo",
            "xcustomer_name": "demo", "business_type_name": "故障报修", "incident_type_name": "弹性云服务器",
            "dc_name": "华南-广州", "simple_description": "Zebra DISK full", "create_time": "2026-11-21 07:59:40",
            "label_list": labels,
        }]})
    );
    let older = call(&sim, "GET", &format!("{OLDER}?incidentId=zz-2"), "")
        .await
        .json();
    let labels = json!([
        {"labelId": "1", "name": "production", "color": "#d00000"},
        {"labelId": "2", "name": "disk", "color": "#000000"},
    ]);
    assert_eq!(
        older,
        json!({"totalCount": 1, "incidentInfoList": [{
            "incidentId": "zz-2", "type": 0, "status": 1, "customerId": "user-demo", "xcustomerId": "user-demo",
            "xcustomerName": "demo", "businessTypeName": "故障报修", "incidentTypeName": "弹性云服务器",
            "dcName": "华南-广州", "simpleDescribe": "Zebra DISK full", "createTime": "2026-11-21 07:59:40",
            "gray": false, "labelList": labels,
        }]})
    );
}

#[tokio::test]
async fn the_older_form_pages_by_number() {
    let sim = three().await;
    let page = async |query: &str| {
        let answer = call(&sim, "GET", &format!("{OLDER}?appKey=zz-&{query}"), "")
            .await
            .json();
        let list = answer["incidentInfoList"].as_array().unwrap();
        let ids: Vec<String> = list
            .iter()
            .map(|t| t["incidentId"].as_str().unwrap().to_owned())
            .collect();
        (answer["totalCount"].as_u64().unwrap(), ids.join(" "))
    };
    assert_eq!(
        page("pageNo=1&pageSize=2").await,
        (3, "zz-3 zz-2".to_owned())
    );
    assert_eq!(page("pageNo=2&pageSize=2").await, (3, "zz-1".to_owned()));
    assert_eq!(page("pageNo=3&pageSize=2").await, (3, String::new()));
    assert_eq!(page("labelIdList=2").await, (1, "zz-2".to_owned()));
    assert_eq!(
        page("searchKey=full&version=v1").await,
        (1, "zz-2".to_owned())
    );
    assert_eq!(
        page("productCategoryId=p").await,
        (0, String::new()),
        "no ticket is about it"
    );
    assert_eq!(
        page("productCategoryId=123&businessTypeId=7d3e0c52b8f94a1e96c47f20d15ab8e3")
            .await
            .0,
        3
    );
    for query in [
        "pageNo=0",
        "pageSize=101",
        "labelIdList=word",
        "status=101",
        "queryStartTime=soon",
    ] {
        let answer = call(&sim, "GET", &format!("{OLDER}?{query}"), "").await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (200, "OSM.01010001"),
            "{query}"
        );
    }
}

#[tokio::test]
async fn filters_outside_their_limits_are_refused() {
    let sim = three().await;
    let long = "x".repeat(65);
    for query in [
        "search_key=a&search_key=b&search_key=c&search_key=d",
        &format!("search_key={long}"),
        "label_id_list=1&label_id_list=2&label_id_list=3&label_id_list=4&label_id_list=5&label_id_list=6",
        &format!("app_key={long}"),
        &format!("incident_id={}", "x".repeat(33)),
        "query_start_time=soon",
        "status=31",
        "status=open",
        "offset=65536",
        "limit=101",
    ] {
        let answer = call(&sim, "GET", &format!("{CASES}?{query}"), "").await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (200, "OSM.01010001"),
            "{query}"
        );
    }
}

#[tokio::test]
async fn choices_and_oddities_of_lists_can_be_switched() {
    let sim = three().await;
    let mut rules = Rules::default();
    rules.label_filter = LabelFilter::All;
    sim.set_rules(rules);
    let query = format!("{CASES}?app_key=zz-&label_id_list=1&label_id_list=2");
    assert_eq!(ids(&call(&sim, "GET", &query, "").await.json()), ["zz-2"]);
    let mut quirks = Quirks::default();
    quirks.total_as_count = true;
    sim.set_quirks(quirks);
    let answer = call(&sim, "GET", &query, "").await.json();
    assert_eq!(
        (&answer["count"], answer.get("total_count")),
        (&json!(1), None)
    );
    // Deleted tickets show only to who asks for them.
    sim.set_status("zz-1", Status::Deleted).unwrap();
    let deleted = call(&sim, "GET", &format!("{CASES}?app_key=zz-&status=13"), "")
        .await
        .json();
    assert_eq!(ids(&deleted), ["zz-1"]);
    let others = call(&sim, "GET", &format!("{CASES}?app_key=zz-"), "")
        .await
        .json();
    assert_eq!(ids(&others), ["zz-3", "zz-2"]);
}

#[tokio::test]
async fn a_label_gets_another_name_and_colour() {
    let sim = three().await;
    let path = |id: &str| format!("/v2/servicerequest/labels/{id}");
    let body = r##"{"name":"urgent","color":"#ff0000"}"##;
    for _ in 0..2 {
        let answer = call(&sim, "PUT", &path("2"), body).await;
        assert_eq!((answer.status, answer.json()), (200, json!({})));
        assert_eq!(sim.labels()[1], Label::new(2, "demo", "urgent", "#ff0000"));
    }
    let list = call(&sim, "GET", &format!("{CASES}?incident_id=zz-2"), "")
        .await
        .json();
    assert_eq!(
        list["incident_info_list"][0]["label_list"][1]["name"],
        "urgent"
    );
    sim.add_label(Label::new(9, "elsewhere", "foreign", "#fff"));
    let too_long = format!(r##"{{"name":"{}","color":"#ff0000"}}"##, "x".repeat(65));
    for (id, body) in [
        ("3", body),
        ("9", body),
        ("02", body),
        ("-1", body),
        ("2147483648", body),
        ("label-123", body),
        ("2", "{}"),
        ("2", ""),
        ("2", r##"{"name":"","color":"#ff0000"}"##),
        ("2", r##"{"name":"x","color":"#ff00000"}"##),
        ("2", r#"{"name":"x"}"#),
        ("2", r#"{"name":1,"color":"x"}"#),
        ("2", &too_long),
    ] {
        let answer = call(&sim, "PUT", &path(id), body).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (200, "OSM.01010001"),
            "{id} {body}"
        );
    }
    assert_eq!(sim.labels()[1].name, "urgent");
    assert_eq!(call(&sim, "POST", &path("2"), body).await.status, 404);
}

#[tokio::test]
async fn a_relation_ends_for_both_tickets() {
    let sim = three().await;
    sim.relate("zz-1", "zz-2").unwrap();
    sim.relate("zz-1", "zz-3").unwrap();
    assert_eq!(sim.related("zz-1"), ["zz-2", "zz-3"]);
    let path = |id: &str| format!("{CASES}/{id}/relations");
    // A body that something on the way dropped ends nothing (D-55).
    for body in [
        "",
        "null",
        "{}",
        r#"{"related_id":""}"#,
        r#"{"related_id":"none"}"#,
    ] {
        let answer = call(&sim, "DELETE", &path("zz-1"), body).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (200, "OSM.01010001"),
            "{body:?}"
        );
    }
    let body = r#"{"related_id":"zz-2","group_id":"123456"}"#;
    assert_eq!(
        call(&sim, "DELETE", &path("zz-1"), body).await.json(),
        json!({})
    );
    assert_eq!(
        (sim.related("zz-1"), sim.related("zz-2")),
        (vec!["zz-3".to_owned()], vec![])
    );
    assert_eq!(
        call(&sim, "DELETE", &path("zz-1"), body).await.code(),
        "OSM.01010001",
        "it is gone"
    );
    let mut rules = Rules::default();
    rules.relation_gone = Repeated::Accepted;
    sim.set_rules(rules);
    assert_eq!(
        call(&sim, "DELETE", &path("zz-1"), body).await.json(),
        json!({})
    );
    assert_eq!(
        call(&sim, "DELETE", &path("nowhere"), body).await.code(),
        "OSM.01010015"
    );
    let foreign = call(
        &sim,
        "DELETE",
        &path("TT202611210007"),
        r#"{"related_id":"zz-2"}"#,
    )
    .await;
    assert_eq!(
        foreign.code(),
        "OSM.01010002",
        "a colleague's ticket needs its group"
    );
    let mut quirks = Quirks::default();
    quirks.relation_group_required = true;
    sim.set_quirks(quirks);
    let answer = call(&sim, "DELETE", &path("zz-1"), r#"{"related_id":"zz-3"}"#).await;
    assert_eq!(
        answer.code(),
        "OSM.01010001",
        "one edition calls the group mandatory"
    );
    assert_eq!(sim.related("zz-1"), ["zz-3"]);
}
