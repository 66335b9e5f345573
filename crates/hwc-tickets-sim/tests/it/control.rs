//! `/_sim`: absent unless enabled, closed to strangers, and good for everything the handle is good for.

use hwc_tickets_sim::{DEMO, Operation, Rules, Simulator, StartError, Time};
use serde_json::{Value, json};

use crate::client::{Answer, ask, send};
use crate::world::start;

async fn control(sim: &Simulator, method: &str, target: &str, body: Value) -> Answer {
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    send(
        sim,
        method,
        &format!("/_sim{target}"),
        "content-type: application/json\r\n",
        body.as_bytes(),
    )
    .await
    .unwrap()
}

#[tokio::test]
async fn it_is_not_there_unless_enabled() {
    let sim = Simulator::start().await.unwrap();
    for (method, target) in [
        ("GET", ""),
        ("POST", "/reset"),
        ("GET", "/ledger?ticket=case-123"),
        ("POST", "/fault"),
    ] {
        let answer = control(&sim, method, target, Value::Null).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (404, "APIGW.0101"),
            "{target}"
        );
    }
}

#[tokio::test]
async fn it_is_not_given_to_other_machines_by_accident() {
    let exposed = Simulator::builder()
        .listen("0.0.0.0:0".parse().unwrap())
        .control(true);
    assert!(matches!(
        exposed.start().await,
        Err(StartError::ExposedControl { .. })
    ));
    let without = Simulator::builder().listen("0.0.0.0:0".parse().unwrap());
    without.start().await.unwrap().shutdown().await;
    let allowed = Simulator::builder()
        .listen("0.0.0.0:0".parse().unwrap())
        .control(true)
        .control_from_anywhere(true);
    allowed.start().await.unwrap().shutdown().await;
}

#[tokio::test]
async fn pages_of_other_origins_and_other_names_are_refused() {
    let sim = Simulator::builder().control(true).start().await.unwrap();
    let address = sim.address();
    let cases = [
        (format!("host: {address}"), 200),
        (format!("host: localhost:{}", address.port()), 200),
        ("host: [::1]:80".to_owned(), 200),
        ("host: [::1]".to_owned(), 200),
        ("host: evil.example".to_owned(), 403),
        ("host: evil.example:80".to_owned(), 403),
        ("host: 127.evil.example".to_owned(), 403),
        (format!("host: {address}\r\norigin: http://{address}"), 200),
        (
            format!("host: {address}\r\norigin: http://evil.example"),
            403,
        ),
        (format!("host: {address}\r\norigin: null"), 403),
    ];
    for (headers, status) in cases {
        let request = format!("GET /_sim HTTP/1.1\r\nconnection: close\r\n{headers}\r\n\r\n");
        let answer = crate::client::raw(&sim, request.as_bytes()).await.unwrap();
        assert!(
            answer.starts_with(format!("HTTP/1.1 {status}").as_bytes()),
            "{headers}"
        );
    }
}

/// Whatever answers, it tells one time: that of the clock that was moved.
#[tokio::test]
async fn every_answer_tells_the_time_of_the_simulator() {
    let sim = Simulator::builder()
        .control(true)
        .time(Time::Manual(start()))
        .start()
        .await
        .unwrap();
    for (hours, date) in [
        (0, "Sat, 21 Nov 2026 00:00:00 GMT"),
        (1, "Sat, 21 Nov 2026 01:00:00 GMT"),
    ] {
        sim.advance(std::time::Duration::from_secs(hours * 3600));
        for target in [
            "/",
            "/docs",
            "/page/page.js",
            "/_sim",
            "/nowhere",
            "/v2/servicerequest/cases/case-123/status",
        ] {
            let answer = send(&sim, "GET", target, "", b"").await.unwrap();
            assert_eq!(answer.header("date"), Some(date), "{target}");
        }
    }
}

#[tokio::test]
async fn everything_can_be_done_from_outside() {
    let sim = Simulator::builder()
        .control(true)
        .seed(3)
        .time(Time::Manual(start()))
        .start()
        .await
        .unwrap();
    let overview = control(&sim, "GET", "", Value::Null).await.json();
    assert_eq!(
        (&overview["seed"], &overview["now"], &overview["faults"]),
        (&json!(3), &json!("2026-11-21T00:00:00Z"), &json!(0))
    );

    let order = json!({ "operation": "createMessages", "fault": { "kind": "close" }, "after_commit": true });
    assert_eq!(control(&sim, "POST", "/fault", order).await.status, 200);
    let lost = send(
        &sim,
        "POST",
        "/v2/servicerequest/cases/case-123/message",
        "x-auth-token: TOKENEXAMPLE\r\n",
        br#"{"message":{"content":"lost"}}"#,
    );
    assert!(lost.await.is_err());
    let arrivals = control(&sim, "GET", "/ledger?ticket=case-123", Value::Null)
        .await
        .json();
    assert_eq!(arrivals["arrivals"][4]["text"], "lost");
    let entries = control(&sim, "GET", "/journal?after=0", Value::Null)
        .await
        .json();
    assert_eq!(entries["entries"][0]["operation"], "createMessages");
    assert_eq!(entries["entries"][0]["fault"], json!({ "kind": "close" }));
    assert_eq!(
        control(&sim, "GET", "/journal?after=1", Value::Null)
            .await
            .json(),
        json!({ "entries": [] })
    );

    assert_eq!(
        control(&sim, "POST", "/trigger", json!({ "ticket": "case-123" }))
            .await
            .json(),
        json!({ "answered": 1 })
    );
    assert_eq!(
        control(&sim, "POST", "/trigger", Value::Null).await.json(),
        json!({ "answered": 0 })
    );
    let reply = control(
        &sim,
        "POST",
        "/reply",
        json!({ "ticket": "case-123", "content": "by hand" }),
    )
    .await
    .json();
    assert_eq!(
        sim.ledger("case-123")
            .last()
            .map(|arrival| json!(arrival.message_id)),
        Some(reply["message_id"].clone())
    );
    control(
        &sim,
        "POST",
        "/status",
        json!({ "ticket": "case-123", "status": "to_confirm" }),
    )
    .await;
    assert_eq!(
        ask(&sim, "GET", "/case-123/status", "").await.json(),
        json!({ "status": 2 })
    );
    let advanced = control(&sim, "POST", "/advance", json!({ "millis": 61_000 }))
        .await
        .json();
    assert_eq!(advanced["now"], "2026-11-21T00:01:01Z");

    control(
        &sim,
        "PUT",
        "/quirks",
        json!({ "time_format": "epoch_number" }),
    )
    .await;
    assert!(
        ask(&sim, "GET", "/case-123/messages", "").await.json()["message_list"][0]["create_time"]
            .is_u64()
    );
    assert_eq!(
        control(&sim, "GET", "/quirks", Value::Null).await.json()["time_format"],
        "epoch_number"
    );
    control(&sim, "PUT", "/rules", json!({ "poll_limit": 7 })).await;
    assert_eq!(
        control(&sim, "GET", "/rules", Value::Null).await.json()["poll_limit"],
        7
    );

    control(
        &sim,
        "POST",
        "/fault",
        json!({ "fault": { "kind": "delay", "millis": 5 }, "count": 9 }),
    )
    .await;
    let faults = control(&sim, "GET", "/fault", Value::Null).await.json();
    assert_eq!(
        faults["faults"][0]["fault"],
        json!({ "kind": "delay", "millis": 5 })
    );
    control(&sim, "DELETE", "/fault", Value::Null).await;
    assert!(sim.faults().is_empty());
    control(&sim, "POST", "/expire", Value::Null).await;
    assert_eq!(
        ask(&sim, "GET", "/case-123/status", "").await.code(),
        "APIGW.0307"
    );
    assert_eq!(
        control(&sim, "POST", "/seed", json!({ "seed": 9 }))
            .await
            .json(),
        json!({ "seed": 9 })
    );
    assert!(sim.arrived("case-123").is_empty());
    assert_eq!(
        control(&sim, "GET", "", Value::Null).await.json()["seed"],
        9
    );
    control(&sim, "POST", "/reset", Value::Null).await;
    assert_eq!(
        control(&sim, "GET", "", Value::Null).await.json()["seed"],
        3
    );
}

#[tokio::test]
async fn a_file_is_kept_and_given_back_and_a_message_and_a_ticket_carry_it() {
    let sim = Simulator::builder()
        .control(true)
        .time(Time::Manual(start()))
        .max_upload(64)
        .start()
        .await
        .unwrap();
    let keep = async |bytes: &'static [u8]| {
        // `日志 "1".txt`
        let target = "/_sim/file?name=%E6%97%A5%E5%BF%97%20%221%22.txt";
        send(&sim, "POST", target, "", bytes).await.unwrap()
    };
    let bytes = b"<script>no</script>\0\xff";
    let [one, two] = [keep(bytes).await.json(), keep(b"").await.json()];
    // The ones that are there already keep their ids.
    assert_eq!(
        (&one["file"], &two["file"]),
        (&json!("att-0004"), &json!("att-0005"))
    );

    let reply =
        json!({ "ticket": "case-123", "content": "see there", "attachments": ["att-0004"] });
    assert_eq!(control(&sim, "POST", "/reply", reply).await.status, 200);
    let arrival = sim.ledger("case-123").pop().unwrap();
    assert_eq!(arrival.file_names, ["日志 \"1\".txt"]);
    // To whoever looks on, and to the customer.
    for (target, headers) in [
        ("/_sim/file?id=att-0004", ""),
        (
            "/v2/servicerequest/accessorys/att-0004",
            "x-auth-token: TOKENEXAMPLE\r\n",
        ),
    ] {
        let answer = send(&sim, "GET", target, headers, b"").await.unwrap();
        assert_eq!(
            (answer.status, &answer.body[..]),
            (200, &bytes[..]),
            "{target}"
        );
    }
    let kept = send(&sim, "GET", "/_sim/file?id=att-0004", "", b"")
        .await
        .unwrap();
    for (name, value) in [
        ("content-type", "application/octet-stream"),
        (
            "content-disposition",
            "attachment; filename*=UTF-8''%E6%97%A5%E5%BF%97%20%221%22%2Etxt",
        ),
        ("content-security-policy", "sandbox"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(kept.header(name), Some(value));
    }

    let opening = json!({ "content": "It fails again.", "attachments": ["att-0005"] });
    let opened = control(&sim, "POST", "/ticket", opening).await.json();
    let ticket = opened["ticket"].as_str().unwrap();
    let first = sim.ledger(ticket).pop().unwrap();
    assert_eq!(
        (
            &*first.by,
            &*first.text,
            &first.attachments[..],
            first.history
        ),
        (DEMO, "It fails again.", &["att-0005".to_owned()][..], false)
    );
    let status = ask(&sim, "GET", &format!("/{ticket}/status"), "").await;
    assert_eq!(status.json(), json!({ "status": 0 }));

    let large = keep(&[b'x'; 65]).await;
    assert_eq!(large.status, 413);
    assert!(!large.json()["error"].as_str().unwrap().is_empty());
    let absent = control(&sim, "GET", "/file?id=none", Value::Null).await;
    assert_eq!(absent.status, 404);
    assert!(!absent.json()["error"].as_str().unwrap().is_empty());
}

#[tokio::test]
async fn what_keeps_a_program_from_opening_a_ticket_keeps_the_control_from_it() {
    let mut rules = Rules::default();
    rules.quota = Some(0);
    let sim = Simulator::builder().control(true).rules(rules);
    let sim = sim.start().await.unwrap();
    let before = sim.world().ticket_ids();
    let refused = control(&sim, "POST", "/ticket", json!({ "content": "x" })).await;
    assert_eq!(
        (refused.status, refused.json()),
        (400, json!({ "error": "refused: QuotaUsedUp" }))
    );
    assert_eq!(sim.world().ticket_ids(), before);
}

#[tokio::test]
async fn every_operation_is_named_and_told() {
    let sim = Simulator::builder().control(true).start().await.unwrap();
    let told = control(&sim, "GET", "/operations", Value::Null)
        .await
        .json();
    let told = told["operations"].as_array().unwrap();
    assert_eq!(told.len(), Operation::all().count());
    for (operation, told) in Operation::all().zip(told) {
        assert_eq!(told["name"], operation.name());
        assert_eq!(told["method"], operation.method().as_str());
        assert_eq!(told["path"], operation.path());
        assert!(!told["summary"].as_str().unwrap().is_empty());
        assert_eq!(Operation::named(operation.name()), Ok(operation));
        let json = json!(operation);
        assert_eq!(json, operation.name());
        assert_eq!(
            serde_json::from_value::<Operation>(json).unwrap(),
            operation
        );
    }
    // The constants are no list of their own: each is a row.
    for (constant, name) in [
        (Operation::CreateMessages, "createMessages"),
        (Operation::ListOrderIncident, "listOrderIncident"),
        (Operation::DownloadAccessories, "downloadAccessories"),
        (Operation::CreateToken, "createToken"),
    ] {
        assert_eq!(Operation::named(name), Ok(constant));
    }
    let unknown = Operation::named("createMessage").unwrap_err().to_string();
    let refused = serde_json::from_value::<Operation>(json!("createMessage"));
    for told in [unknown, refused.unwrap_err().to_string()] {
        assert!(
            told.contains("`createMessage`") || told.contains("\"createMessage\""),
            "{told}"
        );
        assert!(told.contains("`createMessages`, "), "{told}");
    }
}

#[tokio::test]
async fn wrong_orders_are_refused_with_a_reason() {
    let sim = Simulator::builder().control(true).start().await.unwrap();
    let cases = [
        (
            "/fault",
            json!({ "operation": "noSuch", "fault": { "kind": "reset" } }),
        ),
        ("/fault", json!({ "fault": { "kind": "earthquake" } })),
        ("/fault", json!({ "fault": { "kind": "delay" } })),
        (
            "/fault",
            json!({ "fault": { "kind": "reset" }, "cuont": 3 }),
        ),
        ("/seed", json!({ "seed": "x" })),
        ("/reply", json!({ "ticket": "nowhere", "content": "x" })),
        (
            "/reply",
            json!({ "ticket": "case-123", "content": "x", "attachments": ["none"] }),
        ),
        (
            "/status",
            json!({ "ticket": "case-123", "status": "tired" }),
        ),
        ("/trigger", json!({ "tikcet": "case-123" })),
        ("/ticket", json!({ "text": "x" })),
        (
            "/ticket",
            json!({ "content": "x", "attachments": ["none"] }),
        ),
    ];
    for (target, body) in cases {
        let answer = control(&sim, "POST", target, body.clone()).await;
        assert_eq!(answer.status, 400, "{target} {body}");
        assert!(!answer.json()["error"].as_str().unwrap().is_empty());
    }
    // What is allowed in the place of a wrong name is listed.
    for (body, names) in [
        (
            json!({ "operation": "noSuch", "fault": { "kind": "reset" } }),
            &["noSuch", "any", "tickets", "createMessages", "createToken"][..],
        ),
        (
            json!({ "operation": 5, "fault": { "kind": "reset" } }),
            &["any", "tickets", "showCaseStatus"],
        ),
        (
            json!({ "fault": { "kind": "earthquake" } }),
            &["reset", "hang"],
        ),
        (json!({ "fault": "reset" }), &["kind"]),
    ] {
        let answer = control(&sim, "POST", "/fault", body.clone()).await.json();
        let told = answer["error"].as_str().unwrap();
        for name in names {
            assert!(told.contains(name), "{body}: {told}");
        }
        assert!(!told.contains("enum"), "{told}");
    }
    for name in ["any", "tickets", "showCaseStatus"] {
        let order = json!({ "operation": name, "fault": { "kind": "reset" } });
        control(&sim, "POST", "/fault", order).await;
        let open = control(&sim, "GET", "/fault", Value::Null).await.json();
        let last = open["faults"].as_array().unwrap().last().unwrap().clone();
        assert_eq!(last["operation"], name);
    }
    let quirk = control(&sim, "PUT", "/quirks", json!({ "time_fromat": "utc" })).await;
    assert_eq!(quirk.status, 400);
}
