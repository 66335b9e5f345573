//! Contacts: a code is sent, the contact is verified with it, listed, and needs no code until that ends.

use std::time::Duration;

use hwc_tickets_sim::{Contact, DEMO, Refusal, Rules, Simulator, Time};
use serde_json::{Value, json};

use crate::client::{call_as, send};
use crate::world::start;

const CODES: &str = "/v2/servicerequest/verifycodes";
const COPIES: &str = "/v2/servicerequest/carbon-copy-emails";

async fn simulator() -> Simulator {
    let sim = Simulator::builder().time(Time::Manual(start()));
    sim.control(true).start().await.unwrap()
}

async fn get(sim: &Simulator, target: &str) -> Value {
    let answer = call_as(sim, "TOKENEXAMPLE", "GET", target, "").await;
    assert_eq!((answer.status, answer.header("x-simulated")), (200, None));
    answer.json()
}

/// Whether a code is needed, and until when.
async fn need(sim: &Simulator, query: &str) -> (i64, Option<String>) {
    let answer = get(sim, &format!("{CODES}/need-verify?{query}")).await;
    let until = answer["expire_time"].as_str().map(str::to_owned);
    (answer["need_verify_code"].as_i64().unwrap(), until)
}

/// The code of the refusal; empty if there is none.
async fn post(sim: &Simulator, path: &str, body: Value) -> String {
    let target = format!("{CODES}{path}");
    let answer = call_as(sim, "TOKENEXAMPLE", "POST", &target, &body.to_string()).await;
    assert_eq!(answer.status, 200, "{body}");
    let code = answer.code();
    assert_eq!(code.is_empty(), answer.json() == json!({}), "{body}");
    code
}

async fn send_to(sim: &Simulator, way: i64, value: &str, area: &str) -> String {
    let body = json!({ "contact_value": value, "contact_way": way, "area_code": area });
    post(sim, "/send", body).await
}

async fn verify(sim: &Simulator, way: i64, value: &str, code: &str) -> String {
    let body = json!({ "verify_code": code, "contact_value": value, "contact_way": way });
    post(sim, "", body).await
}

async fn listed(sim: &Simulator, query: &str) -> Value {
    get(sim, &format!("{CODES}/has-verified?{query}")).await
}

/// The verified contacts of a query, by their values.
async fn values(sim: &Simulator, query: &str) -> (u64, Vec<String>) {
    let answer = listed(sim, query).await;
    let list = answer["contact_list"].as_array().unwrap().iter();
    let value = |contact: &Value| contact["contact_value"].as_str().unwrap().to_owned();
    (answer["count"].as_u64().unwrap(), list.map(value).collect())
}

fn some(time: &str) -> Option<String> {
    Some(time.to_owned())
}

#[tokio::test]
async fn a_contact_is_verified_and_listed_and_needs_no_code_for_a_while() {
    let sim = simulator().await;
    let mail = "ops@example.com";
    let query = "contact_value=ops@example.com&contact_way=1";
    assert_eq!(
        listed(&sim, "").await,
        json!({ "count": 0, "contact_list": [] })
    );
    // Nothing of it holds at this time.
    assert_eq!(need(&sim, query).await, (1, some("2026-11-21 08:00:00")));
    assert_eq!(sim.verification_code(mail), None);

    assert_eq!(send_to(&sim, 1, mail, "").await, "");
    assert_eq!(need(&sim, query).await, (1, some("2026-11-21 08:05:00")));
    let code = sim.verification_code(mail).unwrap();
    assert!(code.len() == 6 && code.bytes().all(|digit| digit.is_ascii_digit()));
    let wrong = if code == "000000" { "000001" } else { "000000" };
    assert_eq!(verify(&sim, 1, mail, wrong).await, "OSM.01010010");
    assert_eq!(verify(&sim, 0, mail, &code).await, "OSM.01010010");
    assert_eq!(values(&sim, "").await, (0, vec![]));

    assert_eq!(verify(&sim, 1, mail, &code).await, "");
    assert_eq!(
        verify(&sim, 1, mail, &code).await,
        "OSM.01010010",
        "a code can be used once"
    );
    assert_eq!(sim.verification_code(mail), None);
    assert_eq!(need(&sim, query).await, (0, some("2027-02-19 08:00:00")));
    let line = json!({ "contact_way": 1, "contact_value": mail, "verified_id": "verified-000001" });
    assert_eq!(
        listed(&sim, "").await,
        json!({ "count": 1, "contact_list": [line] })
    );
    let others = format!("{CODES}/has-verified");
    let others = call_as(&sim, "TOKENCOLLEAGUE", "GET", &others, "").await;
    assert_eq!(others.json()["count"], 0, "it is the customer's own");

    sim.advance(Duration::from_secs(90 * 24 * 60 * 60 - 1));
    assert_eq!(values(&sim, "").await.0, 1);
    sim.advance(Duration::from_secs(1));
    assert_eq!(values(&sim, "").await, (0, vec![]));
    assert_eq!(need(&sim, query).await, (1, some("2027-02-19 08:00:00")));
}

#[tokio::test]
async fn codes_come_once_a_minute_and_are_good_for_five() {
    let sim = simulator().await;
    let mail = "ops@example.com";
    assert_eq!(send_to(&sim, 1, mail, "").await, "");
    let first = sim.verification_code(mail).unwrap();
    assert_eq!(send_to(&sim, 1, mail, "86").await, "OSM.01010024");
    assert_eq!(send_to(&sim, 1, "other@example.com", "").await, "");
    sim.advance(Duration::from_secs(60));
    assert_eq!(send_to(&sim, 1, mail, "").await, "");
    let second = sim.verification_code(mail).unwrap();
    assert_ne!(first, second);
    assert_eq!(verify(&sim, 1, mail, &first).await, "OSM.01010010");
    sim.advance(Duration::from_secs(300));
    assert_eq!(verify(&sim, 1, mail, &second).await, "OSM.01010010");
    assert_eq!(sim.verification_code(mail), None);

    let mut rules = Rules::default();
    rules.daily_codes = Some(4);
    sim.set_rules(rules);
    for expected in ["", "OSM.01010036"] {
        assert_eq!(send_to(&sim, 1, mail, "").await, expected);
        sim.advance(Duration::from_secs(60));
    }
    sim.advance(Duration::from_secs(24 * 60 * 60));
    assert_eq!(send_to(&sim, 1, mail, "").await, "", "another day");
}

#[tokio::test]
async fn a_phone_has_a_country_code_and_not_everybody_says_it() {
    let sim = simulator().await;
    let phone = "13912345678";
    assert_eq!(send_to(&sim, 0, phone, "86").await, "");
    assert_eq!(send_to(&sim, 0, phone, "852").await, "", "another phone");
    let code = "987654";
    let put = sim.expect_code(DEMO, Contact::phone("86", phone), code);
    assert_eq!(put, Ok(()));
    let body = |area: &str| json!({ "verify_code": code, "contact_value": phone, "contact_way": 0, "area_code": area });
    assert_eq!(post(&sim, "", body("852")).await, "OSM.01010010");
    assert_eq!(verify(&sim, 0, phone, code).await, "");
    assert_eq!(
        listed(&sim, "").await["contact_list"][0],
        json!({ "contact_way": 0, "contact_value": phone, "area_code": "86", "verified_id": "verified-000001" })
    );
    let query = format!("contact_value={phone}&contact_way=0");
    assert_eq!(need(&sim, &query).await.0, 0);
    assert_eq!(need(&sim, &format!("{query}&area_code=86")).await.0, 0);
    assert_eq!(need(&sim, &format!("{query}&area_code=852")).await.0, 1);
    // What is registered needs no code, and nothing of it ends.
    for query in [
        "contact_value=13800138000&contact_way=0&area_code=86",
        "contact_value=demo@example.com&contact_way=1",
    ] {
        assert_eq!(need(&sim, query).await, (0, None), "{query}");
    }
    assert_eq!(
        need(&sim, "contact_value=li.wei@example.com&contact_way=1")
            .await
            .0,
        1
    );
    let nobody = sim.expect_code("nobody", Contact::mail("x"), code);
    assert_eq!(nobody, Err(Refusal::NoSuchCustomer));
}

#[tokio::test]
async fn every_filter_of_verified_contacts_filters() {
    let sim = simulator().await;
    for (contact, value, way) in [
        (Contact::mail("a@example.com"), "a@example.com", 1),
        (Contact::phone("86", "139"), "139", 0),
        (Contact::phone("852", "138"), "138", 0),
    ] {
        sim.expect_code(DEMO, contact, "123456").unwrap();
        assert_eq!(verify(&sim, way, value, "123456").await, "");
        sim.advance(Duration::from_secs(60));
    }
    for (query, total, expected) in [
        ("", 3, &["138", "139", "a@example.com"][..]),
        ("contact_way=0", 2, &["138", "139"]),
        ("contact_way=1", 1, &["a@example.com"]),
        ("contact_value=139", 1, &["139"]),
        ("contact_value=13", 0, &[]),
        ("area_code=852", 1, &["138"]),
        ("verified_id=verified-000001", 1, &["a@example.com"]),
        ("customer_id=user-demo", 3, &["138", "139", "a@example.com"]),
        ("customer_id=user-stranger", 0, &[]),
        ("sub_customer_id=user-li-wei", 0, &[]),
        ("expired_time=2027-02-19%2008:01:00", 2, &["138", "139"]),
        ("expired_time=2028-01-01%2000:00:00", 0, &[]),
        ("offset=1&limit=1", 3, &["139"]),
        ("offset=3", 3, &[]),
        ("limit=0", 3, &[]),
    ] {
        let expected: Vec<String> = expected.iter().map(|it| (*it).to_owned()).collect();
        assert_eq!(values(&sim, query).await, (total, expected), "{query}");
    }
}

#[tokio::test]
async fn what_is_outside_of_its_limits_is_refused() {
    let sim = simulator().await;
    let long = "x".repeat(65);
    for query in [
        "/need-verify",
        "/need-verify?contact_value=&contact_way=1",
        "/need-verify?contact_value=a",
        "/need-verify?contact_value=a&contact_way=2",
        "/need-verify?contact_value=a&contact_way=1&area_code=12345678901234567",
        &format!("/need-verify?contact_value={long}&contact_way=1"),
        "/has-verified?contact_way=2",
        "/has-verified?expired_time=soon",
        "/has-verified?limit=101",
        "/has-verified?offset=-1",
        &format!("/has-verified?verified_id={long}"),
    ] {
        let target = format!("{CODES}{query}");
        let answer = call_as(&sim, "TOKENEXAMPLE", "GET", &target, "").await;
        let got = (answer.status, answer.code());
        assert_eq!(got, (200, "OSM.01010001".to_owned()), "{query}");
    }
    for (path, body) in [
        ("/send", json!({ "contact_value": "a", "contact_way": 1 })),
        ("/send", json!({ "contact_way": 1, "area_code": "" })),
        (
            "/send",
            json!({ "contact_value": "a", "contact_way": 2, "area_code": "" }),
        ),
        (
            "/send",
            json!({ "contact_value": long, "contact_way": 1, "area_code": "" }),
        ),
        (
            "",
            json!({ "verify_code": "12345", "contact_value": "a", "contact_way": 1 }),
        ),
        ("", json!({ "contact_value": "a", "contact_way": 1 })),
        ("", json!({ "verify_code": "123456", "contact_way": 1 })),
    ] {
        assert_eq!(
            post(&sim, path, body.clone()).await,
            "OSM.01010001",
            "{body}"
        );
    }
}

#[tokio::test]
async fn a_test_is_told_the_code_and_nobody_else() {
    let sim = simulator().await;
    let mail = "canary@example.com";
    let target = "/_sim/code?contact=canary@example.com";
    let control = async || send(&sim, "GET", target, "", b"").await.unwrap();
    let none = control().await;
    assert_eq!(none.status, 404);
    assert_eq!(send_to(&sim, 1, mail, "").await, "");
    let code = sim.verification_code(mail).unwrap();
    assert_eq!(control().await.json(), json!({ "code": code }));
    let query = format!("contact_value={mail}&contact_way=1");
    assert_eq!(need(&sim, &query).await.0, 1);
    assert_eq!(verify(&sim, 1, mail, &code).await, "");
    let journal = sim.journal();
    for told in [
        format!("{journal:?}{}", json!(journal)),
        format!("{:?}", sim.world()),
    ] {
        assert!(!told.contains(mail) && !told.contains(&format!("\"{code}\"")));
    }
    assert_eq!(control().await.status, 404, "it was used");
    let missing = send(&sim, "GET", "/_sim/code", "", b"").await.unwrap();
    assert_eq!(missing.status, 400);
    // The same world sends the same codes.
    let again = simulator().await;
    assert_eq!(send_to(&again, 1, "other", "").await, "");
    assert_eq!(again.verification_code("other"), Some(code));
}

#[tokio::test]
async fn addresses_for_copies_are_always_the_same() {
    let sim = simulator().await;
    let expected = |user: &str| {
        json!({
            "cc_email_info": {
                "user_id": user, "customer_id": "user-demo", "cc_email": "operations@example.com",
            },
            "mc_email_infos": ["operations@example.com", "on-call@example.com"],
        })
    };
    assert_eq!(get(&sim, COPIES).await, expected("user-demo"));
    let colleague = call_as(&sim, "TOKENCOLLEAGUE", "GET", COPIES, "").await;
    assert_eq!(colleague.json(), expected("user-li-wei"));
}
