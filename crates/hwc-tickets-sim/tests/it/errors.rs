//! Every error code of the catalogue: reached through HTTP by what the simulator holds, or listed as not; and each of them
//! by an injected fault.

use std::collections::BTreeSet;
use std::time::Duration;

use hwc_tickets_sim::{Fault, FaultRule, Quirks, Route, Rules, Simulator, Time, World};
use serde_json::{Value, json};

use crate::client::{Answer, raw, send};
use crate::world::start;

/// What the description says of error codes, with those that are listed as unreachable.
fn catalogue() -> Vec<Value> {
    let file: Value = serde_json::from_str(include_str!("../../spec/errors.json")).unwrap();
    file["errors"].as_array().unwrap().clone()
}

fn key(entry: &Value) -> (String, u16) {
    let status = entry["http_status"].as_u64().unwrap();
    let code = entry["code"].as_str().unwrap().to_owned();
    (code, u16::try_from(status).unwrap())
}

/// One request; what is not said is as the usual customer sends it.
struct Call {
    method: &'static str,
    target: String,
    token: &'static str,
    headers: String,
    body: Vec<u8>,
}

fn call(method: &'static str, target: impl Into<String>, body: impl ToString) -> Call {
    Call {
        method,
        target: target.into(),
        token: "TOKENEXAMPLE",
        headers: String::new(),
        body: body.to_string().into_bytes(),
    }
}

fn get(target: impl Into<String>) -> Call {
    call("GET", target, "")
}

/// A code and its status, the rules of a world, and the calls that lead there: the last one is answered with it.
struct Way {
    code: &'static str,
    status: u16,
    rules: Rules,
    calls: Vec<Call>,
}

/// A way to a code of the service in a world as it is.
fn way(code: &'static str, calls: Vec<Call>) -> Way {
    Way {
        code,
        status: 200,
        rules: Rules::default(),
        calls,
    }
}

impl Way {
    /// The same by the gateway.
    fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    fn rules(mut self, rule: impl FnOnce(&mut Rules)) -> Self {
        rule(&mut self.rules);
        self
    }
}

const STATUS: &str = "/v2/servicerequest/cases/case-123/status";
const MESSAGE: &str = "/v2/servicerequest/cases/case-123/message";
const CODES: &str = "/v2/servicerequest/verifycodes";

/// Opens a ticket with these fields besides the least that is needed.
fn open(fields: Value) -> Call {
    let mut body = json!({
        "business_type_id": "5efc9f47ace944bfafd054161409f15b",
        "simple_description": "How?",
        "source_id": "83aeb0f2834c4df49826c781d32a963e",
    });
    let fields = fields.as_object().unwrap().clone();
    body.as_object_mut().unwrap().extend(fields);
    call("POST", "/v2/servicerequest/cases", body)
}

fn act(action: &str) -> Call {
    let target = format!("/v2/servicerequest/cases/case-123/action?action_id={action}");
    call("POST", target, "{}")
}

fn upload() -> Call {
    let body =
        json!({ "accessory_name": "a", "accessory_from": "message", "accessory_data": "eHh4eHg=" });
    call(
        "POST",
        "/v2/servicerequest/accessorys/json-format-content",
        body,
    )
}

fn send_code(contact: &str) -> Call {
    let body = json!({ "contact_value": contact, "contact_way": 1, "area_code": "" });
    call("POST", format!("{CODES}/send"), body)
}

/// Of what the service itself answers.
fn of_the_service() -> Vec<Way> {
    let colleague = Call {
        token: "TOKENCOLLEAGUE",
        ..open(json!({}))
    };
    let fault = json!({
        "business_type_id": "124", "region_id": "cn-north-4", "extends_map": { "disk_id": "d-1" },
    });
    let complaint = json!({
        "type": "complaint", "title": "test;www.example.com", "content": "test", "files": ["accessory-1"],
        "contacts": { "name": "test", "mobile": "13800000000", "id_type": 20, "id_files": ["accessory-2"] },
    });
    let authorization = "/v2/servicerequest/authorizations/1/action?action_id=approve";
    vec![
        way(
            "OSM.01010001",
            vec![get("/v2/servicerequest/cases/case-123/messages?limit=x")],
        ),
        way(
            "OSM.01010002",
            vec![get("/v2/servicerequest/cases/TT202611210007")],
        ),
        way("OSM.01010004", vec![act("press"), act("press")]),
        way("OSM.01010005", vec![upload()]).rules(|rules| rules.daily_upload = Some(3)),
        way("OSM.01010006", vec![open(json!({ "severity_id": "9" }))]),
        way("OSM.01010007", vec![colleague]).rules(|rules| rules.sub_users_open = false),
        way(
            "OSM.01010008",
            vec![open(json!({ "extension_map": { "cc_email": "nobody" } }))],
        ),
        way("OSM.01010009", vec![open(fault)]).rules(|rules| rules.support_plan = false),
        way(
            "OSM.01010010",
            vec![open(json!({ "remind_mobile": "13000000000" }))],
        ),
        way(
            "OSM.01010012",
            vec![call(
                "POST",
                MESSAGE,
                json!({ "type": 2, "message": { "content": "test" } }),
            )],
        ),
        way("OSM.01010013", vec![act("reopen")]),
        way("OSM.01010014", vec![open(json!({}))]).rules(|rules| rules.capacity = 0),
        way(
            "OSM.01010015",
            vec![get("/v2/servicerequest/cases/nowhere")],
        ),
        way(
            "OSM.01010016",
            vec![call("POST", "/v2/servicerequest/feedbacks", complaint)],
        ),
        way("OSM.01010018", vec![call("PUT", authorization, "{}")]),
        way("OSM.01010023", vec![act("press")]).rules(|rules| {
            // As if the tickets of the usual world were opened a moment ago.
            rules.urge_after = Duration::from_secs(365 * 24 * 3600);
        }),
        way(
            "OSM.01010024",
            vec![send_code("a@example.com"), send_code("a@example.com")],
        ),
        way(
            "OSM.01010036",
            vec![send_code("a@example.com"), send_code("b@example.com")],
        )
        .rules(|rules| rules.daily_codes = Some(1)),
        way("OSM.01010037", vec![open(json!({})), open(json!({}))])
            .rules(|rules| rules.quota = Some(1)),
    ]
}

/// Of what the gateway in front of it answers.
fn of_the_gateway() -> Vec<Way> {
    let large = Call {
        body: vec![b' '; 12 * 1024 * 1024 + 1],
        ..call("POST", MESSAGE, "")
    };
    let headers = Call {
        headers: format!("x-more: {}\r\n", "x".repeat(33_000)),
        ..get(STATUS)
    };
    let unknown = Call {
        token: "unknown",
        ..get(STATUS)
    };
    vec![
        way("APIGW.0101", vec![get("/v2/servicerequest/nothing")]).status(404),
        way("APIGW.0201", vec![large]).status(413),
        way(
            "APIGW.0201",
            vec![get(format!("{STATUS}?x={}", "x".repeat(33_000)))],
        )
        .status(414),
        way("APIGW.0201", vec![headers]).status(494),
        way("APIGW.0301", vec![unknown]).status(401),
        way("APIGW.0308", vec![get(STATUS), get(STATUS)])
            .status(429)
            .rules(|rules| rules.requests_per_second = Some(1)),
    ]
}

/// What no rule and no call alone leads to: each has its own test below.
const BY_THEMSELVES: [(&str, u16); 3] = [
    ("OSM.01010011", 200),
    ("APIGW.0201", 400),
    ("APIGW.0307", 401),
];

async fn ask(sim: &Simulator, call: &Call) -> Answer {
    let headers = format!("x-auth-token: {}\r\n{}", call.token, call.headers);
    let answer = send(sim, call.method, &call.target, &headers, &call.body).await;
    answer.unwrap()
}

#[tokio::test]
async fn each_way_leads_to_its_code() {
    for way in of_the_service().into_iter().chain(of_the_gateway()) {
        let sim = Simulator::builder().time(Time::Manual(start()));
        let sim = sim.rules(way.rules).start().await.unwrap();
        let (last, before) = way.calls.split_last().unwrap();
        for call in before {
            let answer = ask(&sim, call).await;
            assert_eq!((answer.status, answer.code().as_str()), (200, ""), "before");
        }
        let answer = ask(&sim, last).await;
        let found = (answer.status, answer.code());
        assert_eq!(found, (way.status, way.code.to_owned()), "{}", last.target);
    }
}

/// A body that is announced and does not come.
#[tokio::test]
async fn half_a_request_is_a_malformed_one() {
    let sim = Simulator::builder().idle_timeout(Duration::from_millis(200));
    let sim = sim.start().await.unwrap();
    let half = format!(
        "POST {MESSAGE} HTTP/1.1\r\nhost: x\r\nx-auth-token: TOKENEXAMPLE\r\ncontent-length: 99\r\n\r\n{{"
    );
    let answer = raw(&sim, half.as_bytes()).await.unwrap();
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    assert!(answer.contains("\"APIGW.0201\""), "{answer}");
}

/// HEAD is refused as well, though for a router it goes with GET.
#[tokio::test]
async fn a_method_that_a_path_does_not_have_is_told_which_it_has() {
    let sim = Simulator::start().await.unwrap();
    let cases = [
        ("POST", "/case-123/status", Some("GET,HEAD")),
        ("GET", "/case-123/message", Some("POST")),
        ("HEAD", "/case-123/status", None),
        ("GET", "/case-123/nothing/of/this", None),
    ];
    for (method, target, allow) in cases {
        let request = format!(
            "{method} /v2/servicerequest/cases{target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
        );
        let answer = raw(&sim, request.as_bytes()).await.unwrap();
        let answer = String::from_utf8(answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 404 "), "{request}{head}");
        let told = head.lines().find_map(|line| line.strip_prefix("allow: "));
        assert_eq!(told, allow, "{request}");
        assert_eq!(body.is_empty(), method == "HEAD", "{request}{body}");
    }
}

#[tokio::test]
async fn a_token_that_has_expired_has_a_code_of_its_own() {
    let sim = Simulator::start().await.unwrap();
    sim.expire_tokens();
    let answer = ask(&sim, &get(STATUS)).await;
    let found = (answer.status, answer.code());
    assert_eq!(found, (401, "APIGW.0307".to_owned()));
}

/// A world of one's own need not have the customers that the credentials are of.
#[tokio::test]
async fn a_token_of_nobody_says_nothing_of_a_customer() {
    let world = World::empty(0, Rules::default(), Quirks::default());
    let sim = Simulator::builder().world(world).start().await.unwrap();
    let answer = ask(&sim, &get(STATUS)).await;
    let found = (answer.status, answer.code());
    assert_eq!(found, (200, "OSM.01010011".to_owned()));
}

/// A new code of the catalogue has a way here or says why there is none, and no other has.
#[test]
fn every_code_is_reached_or_listed_as_not() {
    let ways = of_the_service().into_iter().chain(of_the_gateway());
    let ways = ways.map(|way| (way.code.to_owned(), way.status));
    let own = BY_THEMSELVES.map(|(code, status)| (code.to_owned(), status));
    let reached: BTreeSet<(String, u16)> = ways.chain(own).collect();
    let catalogue = catalogue();
    let (listed, reachable): (Vec<_>, Vec<_>) =
        (catalogue.iter()).partition(|entry| entry["unreachable"].is_string());
    let reachable: BTreeSet<_> = reachable.into_iter().map(key).collect();
    let listed: BTreeSet<_> = listed.into_iter().map(key).collect();
    let missing: Vec<_> = reachable.difference(&reached).collect();
    assert!(
        missing.is_empty(),
        "neither reached here nor `unreachable` in spec/errors.yaml: {missing:?}"
    );
    let both: Vec<_> = reached.intersection(&listed).collect();
    assert!(both.is_empty(), "reached, and listed as not: {both:?}");
    let gone: Vec<_> = reached.difference(&reachable).collect();
    assert!(gone.is_empty(), "not in the catalogue: {gone:?}");
}

/// Whatever the catalogue has can be injected, with its status and its text, before and after the service acts.
#[tokio::test]
async fn every_code_can_be_ordered() {
    let sim = Simulator::start().await.unwrap();
    for entry in catalogue() {
        let (code, status) = key(&entry);
        let fault = match status {
            200 => Fault::Business { code: code.clone() },
            status => Fault::Status {
                status,
                code: Some(code.clone()),
                retry_after: None,
            },
        };
        let order = FaultRule::new(Route::Any, fault);
        for order in [order.clone(), order.after_commit()] {
            sim.fault(order);
            let answer = ask(&sim, &get(STATUS)).await;
            let found = (answer.status, answer.code());
            assert_eq!(found, (status, code.clone()));
            if let Some(message) = entry["message"].as_str() {
                assert_eq!(answer.json()["error_msg"], message, "{code} {status}");
            }
        }
    }
}
