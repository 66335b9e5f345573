//! Injected faults: what the caller meets, what the world hears of it, what the journal says.

use std::io::ErrorKind;
use std::time::Duration;

use hwc_tickets_sim::{Fault, FaultRule, Operation, Route, Simulator, Time};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::client::{ask, raw, send};
use crate::world::start;

const BODY: &str = r#"{"message":{"content":"only once"}}"#;

fn submit() -> Vec<u8> {
    let head = "POST /v2/servicerequest/cases/case-123/message HTTP/1.1\r\nhost: x\r\nx-auth-token: TOKENEXAMPLE\r\n";
    format!("{head}content-length: {}\r\n\r\n{BODY}", BODY.len()).into_bytes()
}

fn status_request() -> &'static [u8] {
    b"GET /v2/servicerequest/cases/case-123/status HTTP/1.1\r\nhost: x\r\nx-auth-token: TOKENEXAMPLE\r\n\r\n"
}

/// Faults that answer something: the fault, then what status and what start of the body is seen.
fn answering() -> Vec<(Fault, u16, &'static str)> {
    let status = |status, code: Option<&str>| Fault::Status {
        status,
        code: code.map(str::to_owned),
        retry_after: None,
    };
    vec![
        (status(429, None), 429, "{\"error_code\":\"APIGW.0308\""),
        (status(500, None), 500, "{\"error_code\":\"APIGW.0601\""),
        (
            status(502, Some("APIGW.0201")),
            502,
            "{\"error_code\":\"APIGW.0201\",\"error_msg\":\"Backend unavailable.\"",
        ),
        (status(503, Some("OWN.1")), 503, "{\"error_code\":\"OWN.1\""),
        (
            Fault::Business {
                code: "OSM.01010014".to_owned(),
            },
            200,
            "{\"error_code\":\"OSM.01010014\",\"error_msg\":\"Operation failed.\"}",
        ),
        (Fault::Html { status: 200 }, 200, "<!DOCTYPE html>"),
        (
            Fault::Redirect {
                status: 302,
                location: "http://127.0.0.1:9/".to_owned(),
            },
            302,
            "",
        ),
        (
            Fault::Body {
                status: 200,
                content_type: "application/json".to_owned(),
                body: "[]".to_owned(),
            },
            200,
            "[]",
        ),
    ]
}

/// Whoever names a fault that is none is told every one there is.
#[test]
fn every_fault_is_among_the_kinds_and_in_the_readme() {
    let refused = serde_json::from_str::<Fault>(r#"{"kind":"none"}"#).unwrap_err();
    let refused = refused.to_string();
    let known: Vec<&str> = refused.split('`').skip(3).step_by(2).collect();
    assert_eq!(known, Fault::KINDS, "{refused}");

    let readme = include_str!("../../README.md");
    let (_, list) = readme.split_once("\nFaults: ").unwrap();
    let (list, _) = list.split_once(". `operation`").unwrap();
    // The fields of a fault stand in parentheses behind its name.
    let outside = list.split(['(', ')']).step_by(2);
    let named: Vec<&str> = outside
        .flat_map(|names| names.split('`').skip(1).step_by(2))
        .collect();
    assert_eq!(named, Fault::KINDS);
}

#[tokio::test]
async fn an_answer_can_be_replaced_before_or_after_acting() {
    for acts in [false, true] {
        for (fault, status, body) in answering() {
            let sim = Simulator::start().await.unwrap();
            let order = FaultRule::new(Operation::CreateMessages, fault.clone());
            sim.fault(if acts { order.after_commit() } else { order });
            let answer = ask(&sim, "POST", "/case-123/message", BODY).await;
            assert_eq!(answer.status, status, "{fault:?}");
            assert!(
                String::from_utf8_lossy(&answer.body).starts_with(body),
                "{fault:?}: {answer:?}"
            );
            assert_eq!(
                sim.arrived("case-123").len(),
                usize::from(acts),
                "{fault:?}"
            );
            let entry = sim.journal().pop().unwrap();
            assert_eq!(
                (entry.acted, entry.status, entry.fault),
                (acts, Some(status), Some(fault))
            );
            assert_eq!(
                ask(&sim, "POST", "/case-123/message", BODY).await.json(),
                serde_json::json!({}),
                "the rule is used up"
            );
        }
    }
}

/// As the README writes it.
#[test]
fn what_retry_after_takes_is_a_text() {
    let read = |value: &str| {
        let fault = format!(r#"{{"kind":"status","status":429,"retry_after":{value}}}"#);
        serde_json::from_str::<Fault>(&fault)
    };
    let fault = Fault::Status {
        status: 429,
        code: None,
        retry_after: Some("5".to_owned()),
    };
    assert_eq!(read(r#""5""#).unwrap(), fault);
    read("5").unwrap_err();
}

#[tokio::test]
async fn throttling_says_when_to_come_back() {
    let sim = Simulator::start().await.unwrap();
    for value in ["3", "Sat, 21 Nov 2026 00:00:00 GMT", "-1", "soon"] {
        let fault = Fault::Status {
            status: 429,
            code: None,
            retry_after: Some(value.to_owned()),
        };
        sim.fault(FaultRule::new(Route::Any, fault));
        let answer = ask(&sim, "GET", "/case-123/status", "").await;
        assert_eq!(
            (
                answer.status,
                answer.header("retry-after"),
                answer.code().as_str()
            ),
            (429, Some(value), "APIGW.0308")
        );
    }
    sim.fault(FaultRule::new(
        Route::Any,
        Fault::Redirect {
            status: 307,
            location: "http://elsewhere/".to_owned(),
        },
    ));
    assert_eq!(
        ask(&sim, "GET", "/case-123/status", "")
            .await
            .header("location"),
        Some("http://elsewhere/")
    );
}

/// Reads to the end: what came, and how the connection ended.
async fn read_all(mut stream: TcpStream) -> (Vec<u8>, Option<ErrorKind>) {
    let mut answer = Vec::new();
    let end = stream
        .read_to_end(&mut answer)
        .await
        .err()
        .map(|error| error.kind());
    (answer, end)
}

#[tokio::test]
async fn connections_die_before_and_after_acting() {
    for acts in [false, true] {
        for (fault, end) in [
            (Fault::Reset, Some(ErrorKind::ConnectionReset)),
            (Fault::Close, None),
        ] {
            let sim = Simulator::start().await.unwrap();
            let order = FaultRule::new(Operation::CreateMessages, fault.clone());
            sim.fault(if acts { order.after_commit() } else { order });
            let mut stream = TcpStream::connect(sim.address()).await.unwrap();
            stream.write_all(&submit()).await.unwrap();
            assert_eq!(read_all(stream).await, (Vec::new(), end), "{fault:?}");
            assert_eq!(
                sim.arrived("case-123").len(),
                usize::from(acts),
                "{fault:?}"
            );
            let entry = sim.journal().pop().unwrap();
            assert_eq!(
                (entry.acted, entry.status, entry.fault),
                (acts, None, Some(fault))
            );
        }
    }
}

#[tokio::test]
async fn an_answer_can_break_off() {
    let sim = Simulator::start().await.unwrap();
    for (keep, chunked) in [
        (None, false),
        (Some(0), false),
        (Some(5), false),
        (Some(5), true),
        (Some(usize::MAX), false),
    ] {
        sim.fault(FaultRule::new(
            Operation::ShowCaseStatus,
            Fault::Cut { keep, chunked },
        ));
        let mut stream = TcpStream::connect(sim.address()).await.unwrap();
        stream.write_all(status_request()).await.unwrap();
        let (answer, _) = read_all(stream).await;
        let answer = String::from_utf8(answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let whole = r#"{"status":1}"#;
        let kept = keep.unwrap_or(whole.len() / 2).min(whole.len() - 1);
        if chunked {
            assert!(head.contains("transfer-encoding: chunked"), "{head}");
            assert_eq!(body, format!("{kept:X}\r\n{}\r\n", &whole[..kept]));
        } else {
            assert!(
                head.contains(&format!("content-length: {}", whole.len())),
                "{head}"
            );
            assert_eq!(body, &whole[..kept]);
        }
    }
}

#[tokio::test]
async fn a_kept_connection_can_die_with_the_next_request() {
    let sim = Simulator::start().await.unwrap();
    sim.fault(FaultRule::new(Operation::ShowCaseStatus, Fault::ResetNext));
    let mut stream = TcpStream::connect(sim.address()).await.unwrap();
    stream.write_all(status_request()).await.unwrap();
    let mut seen = vec![0; 4096];
    let mut length = 0;
    while !String::from_utf8_lossy(&seen[..length]).ends_with('}') {
        length += stream.read(&mut seen[length..]).await.unwrap();
    }
    stream.write_all(&submit()).await.unwrap();
    assert_eq!(
        read_all(stream).await,
        (Vec::new(), Some(ErrorKind::ConnectionReset))
    );
    assert!(sim.arrived("case-123").is_empty());
    assert_eq!(sim.journal().len(), 1, "the second request was never read");
}

#[tokio::test]
async fn slow_answers_wait_for_the_clock() {
    let sim = Simulator::builder()
        .time(Time::Manual(start()))
        .start()
        .await
        .unwrap();
    let second = Duration::from_secs(1);
    // A delay before acting holds the act back, one after acting only the answer.
    for acts in [false, true] {
        let already = sim.arrived("case-123").len();
        let order = FaultRule::new(Operation::CreateMessages, Fault::Delay { by: second });
        sim.fault(if acts { order.after_commit() } else { order });
        let mut stream = TcpStream::connect(sim.address()).await.unwrap();
        stream.write_all(&submit()).await.unwrap();
        while sim.journal().last().is_none_or(|entry| {
            entry.fault.is_none() || entry.acted != acts || entry.status.is_some()
        }) {
            tokio::task::yield_now().await;
        }
        assert_eq!(sim.arrived("case-123").len() - already, usize::from(acts));
        sim.advance(second);
        let mut status = [0; 12];
        stream.read_exact(&mut status).await.unwrap();
        assert_eq!(&status, b"HTTP/1.1 200");
        assert_eq!(sim.arrived("case-123").len() - already, 1);
    }
    for fault in [
        Fault::Drip { every: second },
        Fault::DripHead { every: second },
    ] {
        let head_first = matches!(fault, Fault::Drip { .. });
        sim.fault(FaultRule::new(Operation::ShowCaseStatus, fault));
        let mut stream = TcpStream::connect(sim.address()).await.unwrap();
        stream.write_all(status_request()).await.unwrap();
        let mut answer = String::new();
        let mut buffer = [0; 4096];
        let mut reads = 0;
        while !answer.ends_with("{\"status\":1}") {
            let length = stream.read(&mut buffer).await.unwrap();
            answer.push_str(std::str::from_utf8(&buffer[..length]).unwrap());
            sim.advance(second);
            reads += 1;
        }
        assert!(
            if head_first { reads >= 12 } else { reads > 100 },
            "{reads}"
        );
    }
}

#[tokio::test]
async fn hanging_calls_end_with_the_simulator() {
    for acts in [false, true] {
        let sim = Simulator::start().await.unwrap();
        let order = FaultRule::new(Operation::CreateMessages, Fault::Hang);
        sim.fault(if acts { order.after_commit() } else { order });
        let mut stream = TcpStream::connect(sim.address()).await.unwrap();
        stream.write_all(&submit()).await.unwrap();
        while sim
            .journal()
            .last()
            .is_none_or(|entry| entry.fault.is_none() || entry.acted != acts)
        {
            tokio::task::yield_now().await;
        }
        assert_eq!(sim.arrived("case-123").len(), usize::from(acts));
        sim.shutdown().await;
        assert_eq!(read_all(stream).await, (Vec::new(), None));
    }
}

#[tokio::test]
async fn orders_are_for_a_route_and_a_number_of_calls() {
    let sim = Simulator::start().await.unwrap();
    let html = Fault::Html { status: 200 };
    sim.fault(
        FaultRule::new(Operation::ShowCaseStatus, html.clone())
            .skipping(1)
            .times(2),
    );
    let mut seen = Vec::new();
    for _ in 0..5 {
        ask(&sim, "GET", "/case-123", "").await;
        let answer = ask(&sim, "GET", "/case-123/status", "").await;
        seen.push(
            answer
                .header("content-type")
                .unwrap()
                .starts_with("text/html"),
        );
    }
    assert_eq!(seen, [false, true, true, false, false]);
    assert!(sim.faults().is_empty());

    sim.fault(FaultRule::new(Route::Tickets, html.clone()));
    assert_eq!(
        send(&sim, "POST", "/v3/auth/tokens", "", b"{}")
            .await
            .unwrap()
            .status,
        400
    );
    sim.fault(FaultRule::new(Route::Any, Fault::Html { status: 503 }));
    assert_eq!(ask(&sim, "GET", "/case-123", "").await.status, 200);
    assert_eq!(
        send(&sim, "POST", "/v3/auth/tokens", "", b"{}")
            .await
            .unwrap()
            .status,
        503
    );
    sim.fault(FaultRule::new(Route::Any, html).times(u32::MAX));
    sim.clear_faults();
    assert_eq!(
        ask(&sim, "GET", "/case-123/status", "").await.json()["status"],
        1
    );
}

#[tokio::test]
async fn the_journal_tells_the_order_of_things_and_no_secrets() {
    let sim = Simulator::start().await.unwrap();
    let body = r#"{"message":{"content":"canary text","authorization_content":"canary note"},"group_id":"g"}"#;
    ask(&sim, "POST", "/case-123/message", body).await;
    ask(&sim, "GET", "/case-123/messages?limit=1", "").await;
    raw(
        &sim,
        b"GET /nothing HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
    )
    .await
    .unwrap();
    let journal = sim.journal();
    let told: Vec<_> = journal
        .iter()
        .map(|entry| {
            (
                entry.number,
                entry.operation.map(Operation::name),
                entry.acted,
                entry.status,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (1, Some("createMessages"), true, Some(200)),
            (2, Some("listMessages"), true, Some(200)),
            (3, None, false, Some(404))
        ]
    );
    let ledger = sim.ledger("case-123");
    assert!(ledger.last().unwrap().confidential);
    let world = sim.world();
    for text in [
        format!("{journal:?}"),
        serde_json::to_string(&journal).unwrap(),
        format!("{ledger:?}"),
        format!("{world:?}"),
        format!("{sim:?}"),
    ] {
        for secret in ["canary", "TOKENEXAMPLE", "SKEXAMPLE"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
}

/// A client that connects and sends nothing, half a head or half a body does not hold a line for ever, though the clock
/// of the service stands still.
#[tokio::test]
#[allow(
    clippy::disallowed_methods,
    reason = "a guard against hanging, on the real clock as the sockets are"
)]
async fn a_half_open_line_is_closed() {
    let sim = Simulator::builder()
        .time(Time::Manual("2026-11-21T00:00:00Z".parse().unwrap()))
        .idle_timeout(Duration::from_millis(50))
        .start()
        .await
        .unwrap();
    let post = "POST /v2/servicerequest/cases/case-123/message HTTP/1.1\r\nhost: x\r\nx-auth-token: TOKENEXAMPLE\r\n";
    for half in [
        String::new(),
        "GET /v2/servicereq".to_owned(),
        post.to_owned(),
        format!("{post}content-length: 100\r\n\r\n{{\"type\":0"),
        format!("{post}transfer-encoding: chunked\r\n\r\n9\r\n{{\"type\":0\r\n"),
    ] {
        // Reads until the simulator closes: for ever, if it never does.
        let closed = raw(&sim, half.as_bytes());
        let closed = tokio::time::timeout(Duration::from_secs(30), closed).await;
        assert!(closed.is_ok(), "still open after {half:?}");
    }
    assert!(sim.arrived("case-123").is_empty());
    // One that keeps to the rules is served.
    let status = ask(&sim, "GET", "/case-123/status", "").await;
    assert_eq!(status.status, 200);
    sim.shutdown().await;
}
