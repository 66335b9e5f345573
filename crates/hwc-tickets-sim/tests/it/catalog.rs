//! What a new ticket can be about: every list is consistent with the others, and with what opening a ticket takes.

use hwc_tickets_sim::{Rules, Simulator};
use serde_json::{Value, json};

use crate::client::{ask, send};

const BASE: &str = "/v2/servicerequest";
const USER_CENTRE: &str = "b5f0be5c9639466184abf80e01f9fa1d";
const USAGE: &str = "5efc9f47ace944bfafd054161409f15b";

async fn english(sim: &Simulator, target: &str) -> Value {
    let headers = "x-auth-token: TOKENEXAMPLE\r\nx-language: en-us\r\n";
    let target = format!("{BASE}{target}");
    let answer = send(sim, "GET", &target, headers, b"").await.unwrap();
    assert_eq!(answer.header("x-simulated"), None, "{target}");
    answer.json()
}

async fn open(sim: &Simulator, body: &Value) -> Value {
    ask(sim, "POST", "", &body.to_string()).await.json()
}

fn list<'a>(answer: &'a Value, name: &str) -> &'a Vec<Value> {
    answer[name].as_array().unwrap()
}

fn ids(answer: &Value, list_name: &str, id: &str) -> Vec<String> {
    let list = list(answer, list_name).iter();
    list.map(|item| item[id].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn what_one_list_gives_the_next_takes_and_opening_takes_all() {
    let sim = Simulator::start().await.unwrap();
    let severities = format!("product_category_id=123&business_type_id={USAGE}");
    let severities = english(&sim, &format!("/config/severities?{severities}")).await;
    let severity = &severities["severity_list"][2]["severity_id"];
    let regions = english(&sim, "/config/regions").await;
    let region = &regions["data_center_list"][0]["region_id"];
    let categories = english(&sim, "/config/categories").await;
    assert_eq!(categories["total_count"], 2);
    let mut opened = 0;
    for category in list(&categories, "incident_sub_type_list") {
        let subtype = category["incident_sub_type_id"].as_str().unwrap();
        let products = ids(
            category,
            "incident_product_category_list",
            "incident_product_category_id",
        );
        for product in products {
            let query = format!("product_category_id={product}&incident_sub_type_id={subtype}");
            let kinds = english(&sim, &format!("/config/problems?{query}")).await;
            let listed = list(&kinds, "incident_business_type_list");
            assert!(!listed.is_empty(), "{product}");
            for kind in listed {
                let id = kind["business_type_id"].as_str().unwrap();
                let fields = format!(
                    "/config/extends-map?business_type_id={id}&product_category_id={product}"
                );
                let fields = english(&sim, &fields).await;
                let values: serde_json::Map<String, Value> = list(&fields, "extends_params")
                    .iter()
                    .filter(|field| field["required"] == 1)
                    .map(|field| (field["param_key"].as_str().unwrap().to_owned(), json!("x")))
                    .collect();
                let templates =
                    english(&sim, &format!("/config/templates?business_type_id={id}")).await;
                assert_eq!(templates["total_count"], 1, "{id}");
                let mut body = json!({
                    "incident_sub_type_id": subtype, "product_category_id": product, "business_type_id": id,
                    "severity_id": severity, "extends_map": values,
                    "simple_description": templates["incident_template_list"][0]["incident_template_content"],
                    "source_id": "83aeb0f2834c4df49826c781d32a963e",
                });
                if kind["case_type"] == "5" {
                    assert_eq!(
                        open(&sim, &body).await["error_code"],
                        "OSM.01010001",
                        "a fault is somewhere"
                    );
                    body["region_id"] = region.clone();
                }
                let counted = format!(
                    "/cases/count?status=0&business_type_id={id}&product_category_id={product}"
                );
                let waiting = async || {
                    let counts = english(&sim, &counted).await;
                    counts["incident_status_counts"][0]["count"]
                        .as_i64()
                        .unwrap_or(0)
                };
                let before = waiting().await;
                let ticket = open(&sim, &body).await["incident_id"]
                    .as_str()
                    .unwrap()
                    .to_owned();
                let detail = english(&sim, &format!("/cases/{ticket}")).await;
                let detail = &detail["incident_detail_info"];
                assert_eq!(detail["business_type_name"], kind["business_type_name"]);
                assert_eq!(detail["severity_name"], "Critical");
                assert_eq!(waiting().await, before + 1);
                opened += 1;
            }
        }
    }
    assert!(opened >= 8, "{opened}");
}

#[tokio::test]
async fn lists_are_searched_and_narrowed() {
    let sim = Simulator::start().await.unwrap();
    let products = async |name: &str| {
        let found = format!("/config/product-categories?product_category_name={name}");
        ids(
            &english(&sim, &found).await,
            "incident_product_category_list",
            "incident_product_category_id",
        )
    };
    assert_eq!(products("ECS").await, ["123"]);
    assert_eq!(products("user%20CENTRE").await, [USER_CENTRE]);
    assert_eq!(products("nothing").await, [""; 0]);
    assert_eq!(products("").await.len(), 4);
    let kinds = async |query: &str| {
        let found = english(&sim, &format!("/config/problems?{query}")).await;
        ids(&found, "incident_business_type_list", "business_type_id")
    };
    assert_eq!(
        kinds(&format!("product_category_id={USER_CENTRE}")).await,
        [USAGE, "123"]
    );
    assert_eq!(kinds("incident_sub_type_id=1").await, [USAGE, "123"]);
    assert_eq!(
        kinds("product_category_id=123&incident_sub_type_id=1").await,
        [""; 0]
    );
    assert_eq!(kinds("product_category_id=unknown").await, [""; 0]);
    assert_eq!(kinds("").await.len(), 4);
    let none = english(&sim, "/config/templates?business_type_id=unknown").await;
    assert_eq!(
        none,
        json!({ "total_count": 0, "incident_template_list": [] })
    );
    let none = english(&sim, "/config/extends-map?business_type_id=unknown").await;
    assert_eq!(none, json!({ "extends_params": [], "common_params": [] }));
}

#[tokio::test]
async fn every_entry_has_the_documented_fields() {
    let sim = Simulator::start().await.unwrap();
    let categories = english(&sim, "/config/categories").await;
    assert_eq!(
        categories["incident_sub_type_list"][1],
        json!({
            "incident_sub_type_id": "1",
            "incident_sub_type_name": "Account and billing",
            "incident_product_category_list": [{
                "incident_product_category_id": USER_CENTRE,
                "incident_product_category_name": "User centre",
                "incident_product_category_desc": "Accounts and invoices",
                "incident_product_category_acronym": "",
                "can_use_support_plan": false,
            }],
        })
    );
    let kinds = english(&sim, "/config/problems?product_category_id=123").await;
    assert_eq!(
        kinds["incident_business_type_list"][1],
        json!({ "business_type_id": "124", "business_type_name": "Disk fault", "case_type": "5", "can_use_support_plan": true })
    );
    let fields = english(&sim, "/config/extends-map?business_type_id=124").await;
    assert_eq!(
        fields["extends_params"][1],
        json!({
            "tips": "", "required": 0, "length": 64, "language": "en-us", "param_key": "login_password",
            "param_name": "Password", "param_type": 3, "param_desc": "Password for the server", "default_value": "",
            "max_value": 0, "min_value": 0, "select_item": "", "is_show": 1, "is_sensitive": 1,
        })
    );
    assert_eq!(
        fields["common_params"],
        json!([{ "param_key": "region_id", "param_name": "Region", "is_show": 1, "is_required": 1 }])
    );
    let regions = english(&sim, "/config/regions").await;
    assert_eq!(regions["total_count"], 6);
    assert_eq!(
        regions["data_center_list"][0],
        json!({ "type": 0, "region_id": "cn-north-1", "region_name": "CN North-Beijing1", "is_sensitive": 1 })
    );
    let own = english(&sim, "/customers/regions").await;
    assert_eq!(
        own["region_infos"][1],
        json!({ "region_id": "cn-south-1", "region_name": "CN South-Guangzhou" })
    );
    assert_eq!(own["count"], 2);
    let codes = english(&sim, "/config/area-codes").await;
    assert_eq!(
        codes["area_code_list"][0],
        json!({ "id": 1, "area_code": "86", "area_name": "China" })
    );
    let limits = english(&sim, "/config/limits").await;
    assert_eq!(
        limits,
        json!({ "config": { "create_case_ccemail_max_count": 10 } })
    );
    let dimensions = english(&sim, "/config/satisfaction-dimensions").await;
    assert_eq!(
        dimensions,
        json!({ "total_count": 2, "satisfaction_dimension_list": [
            { "value": 5, "satisfaction_id": 1, "satisfaction_name": "Timeliness",
              "satisfaction_desc": "How fast the answers came", "per_value": 1, "sat_category_id": "1" },
            { "value": 5, "satisfaction_id": 3, "satisfaction_name": "Result",
              "satisfaction_desc": "How well the problem was solved", "per_value": 1, "sat_category_id": "1" },
        ] })
    );
    // Without the header names are in Chinese.
    let headers = "x-auth-token: TOKENEXAMPLE\r\n";
    let target = format!("{BASE}/config/severities?product_category_id=123&business_type_id=124");
    let severities = send(&sim, "GET", &target, headers, b"")
        .await
        .unwrap()
        .json();
    assert_eq!(severities["show"], true);
    assert_eq!(
        severities["severity_list"][0],
        json!({ "language": "zh-cn", "severity_name": "一般", "severity_id": "123" })
    );
}

#[tokio::test]
async fn a_quota_goes_down_with_every_ticket_and_ends_with_a_refusal() {
    let mut rules = Rules::default();
    rules.quota = Some(2);
    let sim = Simulator::builder().rules(rules).start().await.unwrap();
    let quota = async || english(&sim, &format!("/quotas?business_type_id={USAGE}")).await;
    let body = json!({
        "business_type_id": USAGE, "simple_description": "How?", "source_id": "83aeb0f2834c4df49826c781d32a963e",
    });
    assert_eq!(quota().await, json!({ "total": 2, "un_used": 2 }));
    for left in [1, 0] {
        assert!(open(&sim, &body).await["incident_id"].is_string());
        assert_eq!(quota().await, json!({ "total": 2, "un_used": left }));
    }
    assert_eq!(open(&sim, &body).await["error_code"], "OSM.01010037");
    let other = english(
        &sim,
        &format!("/quotas?business_type_id={USAGE}&product_category_id=123"),
    )
    .await;
    assert_eq!(
        other,
        json!({ "total": 2, "un_used": 2 }),
        "each product has its own"
    );
    sim.set_rules(Rules::default());
    assert_eq!(quota().await, json!({ "total": -1, "un_used": -1 }));
}

#[tokio::test]
async fn without_a_support_plan_nobody_chooses_a_severity_or_reports_a_fault() {
    let mut rules = Rules::default();
    rules.support_plan = false;
    let sim = Simulator::builder().rules(rules).start().await.unwrap();
    let severities = format!("/config/severities?product_category_id=123&business_type_id={USAGE}");
    assert_eq!(english(&sim, &severities).await["show"], false);
    let mut body = json!({
        "business_type_id": "124", "region_id": "cn-north-4", "extends_map": { "disk_id": "d-1" },
        "simple_description": "Broken", "source_id": "83aeb0f2834c4df49826c781d32a963e",
    });
    assert_eq!(open(&sim, &body).await["error_code"], "OSM.01010009");
    body["business_type_id"] = json!(USAGE);
    assert!(open(&sim, &body).await["incident_id"].is_string());
}
