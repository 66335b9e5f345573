//! Agreements: the newest one is read, signed, and signed from then on, until there is a newer one.

use hwc_tickets_sim::{Agreement, DEMO, Refusal, Rules, SignAgain, Simulator, UnknownAgreement};
use serde_json::{Value, json};

use crate::client::{Answer, send};

const AGREEMENTS: &str = "/v2/servicerequest/agreements";

async fn call_as(sim: &Simulator, token: &str, method: &str, target: &str, body: &str) -> Answer {
    let headers =
        format!("x-auth-token: {token}\r\nx-language: en_US\r\ncontent-type: application/json\r\n");
    let target = format!("{AGREEMENTS}{target}");
    let answer = send(sim, method, &target, &headers, body.as_bytes()).await;
    answer.unwrap()
}

async fn get(sim: &Simulator, target: &str) -> Value {
    let answer = call_as(sim, "TOKENEXAMPLE", "GET", target, "").await;
    assert_eq!((answer.status, answer.header("x-simulated")), (200, None));
    answer.json()
}

async fn latest(sim: &Simulator, query: &str) -> Value {
    get(sim, &format!("/published-agreement{query}")).await["case_agreement"].clone()
}

async fn is_signed(sim: &Simulator, query: &str) -> bool {
    let answer = get(sim, &format!("/signed-latest{query}")).await;
    answer["is_signed_latest"].as_bool().unwrap()
}

/// The id of the record, or the code of the refusal.
async fn sign(sim: &Simulator, id: &str, body: &str) -> Value {
    let target = format!("/{id}/signed");
    let answer = call_as(sim, "TOKENEXAMPLE", "POST", &target, body).await;
    assert_eq!((answer.status, answer.header("x-simulated")), (200, None));
    match answer.code().as_str() {
        "" => answer.json()["agreement_signed_record_id"].clone(),
        code => json!(code),
    }
}

#[tokio::test]
async fn an_agreement_is_read_and_signed_until_there_is_a_newer_one() {
    let sim = Simulator::start().await.unwrap();
    let ticket = latest(&sim, "?agreement_type=0").await;
    assert_eq!(
        ticket,
        json!({
            "id": "1", "agreement_name": "New ticket", "agreement_type": "0",
            "agreement_type_name": "New ticket", "version": 1,
            "content": "The text of agreement 1, version 1. It binds nobody.",
        })
    );
    assert!(!is_signed(&sim, "?agreement_type=0").await);
    assert_eq!(sign(&sim, "1", r#"{"relation_id":"case-123"}"#).await, 1);
    assert!(is_signed(&sim, "?agreement_type=0").await);
    assert!(!is_signed(&sim, "?agreement_type=1").await);
    assert!(!is_signed(&sim, "?agreement_type=2").await);
    let colleague = call_as(&sim, "TOKENCOLLEAGUE", "GET", "/signed-latest", "").await;
    assert_eq!(colleague.json(), json!({ "is_signed_latest": false }));
    assert_eq!(sign(&sim, "1", "{}").await, 1, "it is signed already");
    assert_eq!(sign(&sim, "3", "").await, 2);
    assert!(is_signed(&sim, "?agreement_type=2").await);

    sim.publish_agreement(Agreement::new(32, "0", 2));
    let newer = latest(&sim, "?agreement_type=0").await;
    assert_eq!((&newer["id"], &newer["version"]), (&json!("32"), &json!(2)));
    assert!(!is_signed(&sim, "?agreement_type=0").await);
    assert_eq!(sign(&sim, "1", "{}").await, 1, "an older one");
    assert!(!is_signed(&sim, "?agreement_type=0").await);
    assert_eq!(sign(&sim, "32", "{}").await, 3);
    assert!(is_signed(&sim, "?agreement_type=0").await);
    // The same once more changes nothing; another text in its place was signed by nobody.
    sim.publish_agreement(Agreement::new(32, "0", 2));
    assert!(is_signed(&sim, "?agreement_type=0").await);
    sim.publish_agreement(Agreement::new(32, "0", 3));
    assert!(!is_signed(&sim, "?agreement_type=0").await);
    assert_eq!(sim.world().published_agreements().len(), 4);
}

/// For tests that are about something else.
#[tokio::test]
async fn a_test_signs_without_a_call() {
    let sim = Simulator::start().await.unwrap();
    sim.sign_agreement(DEMO, 1).unwrap();
    assert!(sim.journal().is_empty());
    assert!(is_signed(&sim, "?agreement_type=0").await);
    for (customer, agreement, refusal) in [
        (DEMO, 99, Refusal::NoSuchAgreement),
        ("nobody", 1, Refusal::NoSuchCustomer),
    ] {
        assert_eq!(sim.sign_agreement(customer, agreement), Err(refusal));
    }
}

#[tokio::test]
async fn without_a_kind_it_is_the_agreement_for_new_tickets() {
    let sim = Simulator::start().await.unwrap();
    let ticket = latest(&sim, "?agreement_type=0").await;
    // The example of the documents asks for 5 and is given 0.
    for query in ["", "?agreement_type=5"] {
        assert_eq!(latest(&sim, query).await, ticket, "{query}");
        assert!(!is_signed(&sim, query).await, "{query}");
    }
    sign(&sim, "1", "{}").await;
    for query in ["", "?agreement_type=5"] {
        assert!(is_signed(&sim, query).await, "{query}");
    }
    let authorization = latest(&sim, "?agreement_type=2").await;
    assert_eq!(
        (&authorization["id"], &authorization["agreement_type_name"]),
        (&json!("3"), &json!("Authorization"))
    );
    let chinese = send(
        &sim,
        "GET",
        &format!("{AGREEMENTS}/published-agreement"),
        "x-auth-token: TOKENEXAMPLE\r\n",
        b"",
    )
    .await
    .unwrap();
    assert_eq!(
        chinese.json()["case_agreement"]["agreement_name"],
        "新建工单"
    );
    sim.publish_agreement(Agreement::new(7, "5", 1));
    assert_eq!(latest(&sim, "?agreement_type=5").await["id"], "7");
}

#[tokio::test]
async fn choices_of_agreements_can_be_switched() {
    let sim = Simulator::start().await.unwrap();
    let mut rules = Rules::default();
    rules.unknown_agreement = UnknownAgreement::Refused;
    rules.sign_again = SignAgain::AnotherRecord;
    sim.set_rules(rules.clone());
    for target in [
        "/published-agreement?agreement_type=5",
        "/signed-latest?agreement_type=5",
    ] {
        assert_eq!(get(&sim, target).await["error_code"], "OSM.01010001");
    }
    assert_eq!(latest(&sim, "").await["id"], "1");
    assert_eq!(sign(&sim, "1", "{}").await, 1);
    assert_eq!(sign(&sim, "1", "{}").await, 2);
    rules.sign_again = SignAgain::Refused;
    sim.set_rules(rules);
    assert_eq!(sign(&sim, "1", "{}").await, "OSM.01010001");
    assert_eq!(sign(&sim, "2", "{}").await, 3);
}

#[tokio::test]
async fn what_no_agreement_is_cannot_be_signed() {
    let sim = Simulator::start().await.unwrap();
    sim.publish_agreement(Agreement::new(33, "9", 1));
    let long = format!(r#"{{"relation_id":"{}"}}"#, "x".repeat(33));
    for (id, body) in [
        ("4", "{}"),
        ("0", "{}"),
        ("-1", "{}"),
        ("01", "{}"),
        // D-96.
        ("33", "{}"),
        ("123456789012", "{}"),
        ("word", "{}"),
        ("1", "[]"),
        ("1", "{"),
        ("1", r#"{"relation_id":""}"#),
        ("1", r#"{"relation_id":1}"#),
        ("1", &long),
    ] {
        assert_eq!(sign(&sim, id, body).await, "OSM.01010001", "{id} {body}");
    }
    for query in ["?agreement_type=", &format!("?agreement_type={long}")] {
        let query = query.replace('"', "");
        let answer = get(&sim, &format!("/signed-latest{query}")).await;
        assert_eq!(answer["error_code"], "OSM.01010001", "{query}");
    }
    assert!(!is_signed(&sim, "").await);
}
