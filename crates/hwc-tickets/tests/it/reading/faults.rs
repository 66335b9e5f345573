//! What a fault of the network or the service means for each read: rows 31, 37, 40 to 43 and 50 of the
//! fault matrix, and what a hostile answer comes to.

use super::desk::{Desk, Rules, refusal};
use hwc_core::{Clock as _, testing::Step};
use hwc_tickets::{Client, Error, ErrorKind, RetryPolicy};
use std::time::Duration;

const TICKET: &str = "case-123";
const S: fn(u64) -> Duration = Duration::from_secs;

/// The reads of the SDK, each as one call that fails or does not.
#[derive(Debug, Clone, Copy)]
enum Call {
    History,
    OlderPage,
    Unread,
    Detail,
    Status,
    MarkRead,
}

const ALL: [Call; 6] = [
    Call::History,
    Call::OlderPage,
    Call::Unread,
    Call::Detail,
    Call::Status,
    Call::MarkRead,
];

impl Call {
    /// The request, counted from 1, that the fault hits.
    fn victim(self) -> usize {
        match self {
            Self::OlderPage => 2,
            _ => 1,
        }
    }

    async fn call(self, client: &Client) -> Result<(), Error> {
        let ticket = client.ticket(TICKET)?;
        match self {
            Self::History | Self::OlderPage => {
                let whole = ticket.history().page_size(5).collect().await?;
                assert_eq!(whole.messages.len(), 12);
            }
            Self::Unread => {
                let numbers = client
                    .unread([ticket.id().clone()])
                    .fetch()
                    .await
                    .into_result()?;
                assert_eq!(numbers[ticket.id()], 12);
            }
            Self::Detail => assert_eq!(ticket.detail().await?.messages.len(), 12),
            Self::Status => drop(ticket.status().await?),
            Self::MarkRead => ticket.mark_read().await?,
        }
        Ok(())
    }
}

fn desk() -> Desk {
    let desk = Desk::new(Rules::default());
    for n in 0..12 {
        desk.state().post(TICKET, 1, &format!("{n}"));
        desk.clock.advance(S(1));
    }
    desk.state().status.insert(TICKET.to_owned(), 1);
    desk
}

/// Lets `step` happen to so many requests, from the victim on.
fn spoil(desk: &Desk, read: Call, step: Step, times: usize) {
    let mut number = 0;
    desk.on_request(move |_, _| {
        number += 1;
        (read.victim()..read.victim() + times)
            .contains(&number)
            .then(|| step.clone())
    });
}

fn run(desk: &Desk, read: Call) -> Result<(), Error> {
    let client = desk
        .builder()
        .retry(RetryPolicy::standard())
        .build()
        .unwrap();
    desk.clock.run(read.call(&client))
}

#[test]
fn what_may_pass_is_repeated_within_the_deadline() {
    let date = "Sun, 01 Mar 2026 02:00:20 GMT";
    // (what happens to two requests, shortest time that passes)
    let passing: [(Step, u64); 15] = [
        (Step::refused(), 0),
        (Step::closed_before_request(), 0),
        (Step::reset(), 0),
        (Step::hang(), 10),
        (
            Step::json(200, r#"{"count": 12, "message_list": []}"#).cut(15),
            0,
        ),
        (Step::answer(408), 0),
        (Step::answer(500), 0),
        (Step::answer(502).body("<html>bad gateway</html>"), 0),
        (Step::answer(503), 0),
        (Step::answer(504), 0),
        (Step::answer(429), 0),
        (Step::answer(429).header("retry-after", "4"), 8),
        (Step::answer(429).header("retry-after", date), 0),
        (Step::answer(429).header("retry-after", "-1"), 0),
        (Step::answer(429).header("retry-after", "soon"), 0),
    ];
    for read in ALL {
        for (step, least) in &passing {
            let desk = desk();
            spoil(&desk, read, step.clone(), if *least == 10 { 1 } else { 2 });
            let before = desk.clock.elapsed();
            let result = run(&desk, read);
            let took = desk.clock.elapsed() - before;
            if let Err(error) = result {
                panic!("{read:?} {step:?}: {error:?}");
            }
            assert!(
                (S(*least)..S(60)).contains(&took),
                "{read:?} {step:?}: {took:?}"
            );
        }
    }
}

#[test]
fn what_will_not_pass_ends_at_once_with_its_reason() {
    let cases: [(Step, ErrorKind); 9] = [
        (
            Step::json(401, r#"{"error_code":"APIGW.0301"}"#),
            ErrorKind::Unauthorized,
        ),
        (
            Step::json(403, r#"{"error_code":"APIGW.0302"}"#),
            ErrorKind::Forbidden,
        ),
        (
            Step::json(200, refusal("OSM.01010002").to_string()),
            ErrorKind::Forbidden,
        ),
        (
            Step::json(200, refusal("OSM.01010001").to_string()),
            ErrorKind::Refused,
        ),
        (
            Step::json(200, refusal("OSM.01010015").to_string()),
            ErrorKind::NotFound,
        ),
        (Step::answer(413), ErrorKind::RequestTooLarge),
        (
            Step::answer(302).header("location", "https://login.example/"),
            ErrorKind::Protocol,
        ),
        (
            Step::answer(429).header("retry-after", "3600"),
            ErrorKind::Throttled,
        ),
        (
            Step::tls(hwc_core::transport::TlsFlaw::Expired),
            ErrorKind::Tls,
        ),
    ];
    for read in ALL {
        for (step, kind) in &cases {
            let desk = desk();
            spoil(&desk, read, step.clone(), usize::MAX - 2);
            let before = desk.clock.elapsed();
            let error = run(&desk, read).unwrap_err();
            assert_eq!(error.kind(), *kind, "{read:?} {step:?}");
            assert_eq!(
                desk.clock.elapsed(),
                before,
                "{read:?} {step:?} waits for nothing"
            );
            assert!(
                error.operation().is_some() && !error.help().is_empty(),
                "{error:?}"
            );
            if *kind == ErrorKind::Throttled {
                assert_eq!(error.retry_after(), Some(S(3600)));
            }
        }
    }
}

#[test]
fn a_total_outage_ends_within_the_deadline() {
    for read in ALL {
        for step in [
            Step::hang(),
            Step::answer(503),
            Step::refused(),
            Step::reset(),
        ] {
            let desk = desk();
            spoil(&desk, read, step.clone(), usize::MAX - 2);
            let before = desk.clock.elapsed();
            let error = run(&desk, read).unwrap_err();
            assert!(error.is_retryable(), "{error:?}");
            assert!(desk.clock.elapsed() - before <= S(30), "{read:?} {step:?}");
            assert!(error.attempts() >= 2 && error.attempts() <= 4, "{error:?}");
        }
    }
}

#[test]
fn hostile_answers_to_a_read_are_errors_never_nothing() {
    let deep = "[".repeat(100_000);
    let bodies: [&str; 9] = [
        "",
        "null",
        "[]",
        "\"ok\"",
        "7",
        "<html><body>sign in</body></html>",
        "{\"message_list\": 7, \"imunread\": 7, \"incident_detail_info\": 7, \"status\": []}",
        "\u{feff}<?xml version=\"1.0\"?>",
        &deep,
    ];
    for read in [Call::History, Call::OlderPage, Call::Unread, Call::Detail] {
        for body in bodies {
            let desk = desk();
            spoil(
                &desk,
                read,
                Step::json(200, body.to_owned()),
                usize::MAX - 2,
            );
            let error = run(&desk, read).unwrap_err();
            let start: String = body.chars().take(40).collect();
            assert_eq!(
                error.kind(),
                ErrorKind::Protocol,
                "{read:?} {start}: {error:?}"
            );
            assert!(
                !error.to_string().contains("sign in"),
                "no foreign text: {error}"
            );
        }
    }
}

#[test]
fn an_answer_without_its_list_is_a_fault_and_no_empty_list() {
    let foreign = [
        "{}",
        r#"{"message_list":null,"imunread":null,"immsg":null}"#,
        r#"{"error_msg":"failed"}"#,
        r#"{"error_code":"","error_msg":"failed"}"#,
        r#"{"count":0,"error_msg":"failed"}"#,
        r#"{"request_id":"r","error":{"code":"500"}}"#,
        r#"{"code":"500","message":"Internal Server Error"}"#,
    ];
    for answer in foreign {
        let desk = desk();
        let client = desk.client();
        spoil(&desk, Call::History, Step::json(200, answer), 9);
        let ticket = client.ticket(TICKET).unwrap();
        let error = desk.clock.run(ticket.history().collect()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol, "{answer}: {error}");
        spoil(&desk, Call::Unread, Step::json(200, answer), 9);
        let unread_counts = desk
            .clock
            .run(client.unread([TICKET.parse().unwrap()]).fetch());
        assert!(
            unread_counts.unread.is_empty(),
            "{answer}: no word is not zero"
        );
        assert_eq!(
            unread_counts.failed[0].error.kind(),
            ErrorKind::Protocol,
            "{answer}"
        );
    }
}

/// A list that is empty beside words of failure does not say that there is nothing.
#[test]
fn an_empty_list_beside_a_complaint_is_a_fault() {
    let lists = r#""count":0,"message_list":[],"imunread":[],"immsg":[]"#;
    for complaint in [r#""error_msg":"failed""#, r#""errorMsg":"failed""#] {
        for answer in [
            format!("{{{lists},{complaint}}}"),
            format!("{{{complaint},{lists}}}"),
        ] {
            for read in [Call::History, Call::OlderPage, Call::Unread] {
                let desk = desk();
                spoil(&desk, read, Step::json(200, answer.clone()), usize::MAX - 2);
                let error = run(&desk, read).unwrap_err();
                assert_eq!(
                    error.kind(),
                    ErrorKind::Protocol,
                    "{read:?} {answer}: {error}"
                );
            }
        }
    }
}
