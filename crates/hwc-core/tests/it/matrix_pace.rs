//! Fault matrix, rows 40 to 42: the service asks for a slower pace. And the client's own rate limit.

use std::time::Duration;

use hwc_core::{
    CallOptions, Clock, Delivery, FaultKind, RateLimit,
    testing::{FakeClock, ScriptedTransport, Step},
};

use crate::given::{
    Expect::{Fails, Ok},
    MARK, READ, SUBMIT, call_through, call_with, request, scripted,
};

const SECOND: Duration = Duration::from_secs(1);

fn throttled(retry_after: &str) -> Step {
    Step::json(429, r#"{"error_code":"APIGW.0308"}"#)
        .header("date", "Sun, 06 Nov 1994 08:49:37 GMT")
        .header("retry-after", retry_after)
}

/// (header, shortest wait, longest wait). The usual pause is at most 0.25 s.
const WAITS: &[(&str, f64, f64)] = &[
    ("3", 3.0, 3.3),
    ("20", 20.0, 21.0),
    ("1.5", 1.5, 1.65),
    ("0", 0.0, 0.25),
    ("-1", 0.0, 0.25),
    ("Sun, 06 Nov 1994 08:49:47 GMT", 10.0, 11.0),
    ("Sunday, 06-Nov-94 08:49:47 GMT", 10.0, 11.0),
    ("Sun Nov  6 08:49:47 1994", 10.0, 11.0),
    ("Sun, 06 Nov 1994 08:49:00 GMT", 0.0, 0.25),
    ("soon", 0.0, 0.25),
    ("", 0.0, 0.25),
    ("12 seconds", 0.0, 0.25),
];

#[test]
fn rows_40_and_41_the_wait_is_as_long_as_asked_and_little_longer() {
    for (text, least, most) in WAITS {
        for operation in [&READ, &MARK, &SUBMIT] {
            let outcome = call_through(operation, |network| {
                network.then(throttled(text)).then(Step::json(200, "{}"))
            });
            let took = outcome.took.as_secs_f64();
            assert!((*least..=*most).contains(&took), "{text:?} took {took} s");
            outcome.expect(text, Ok(2));
        }
    }
}

#[test]
fn rows_40_and_41_a_wait_beyond_the_deadline_fails_at_once_and_tells_how_long() {
    for (text, seconds) in [
        ("30", 30),
        ("3600", 3600),
        ("1e9", 1_000_000_000),
        ("Sun, 06 Nov 1994 09:49:37 GMT", 3600),
        ("99999999999999999999", u64::MAX),
    ] {
        for operation in [&READ, &MARK, &SUBMIT] {
            let outcome = call_with(operation, &throttled(text));
            assert_eq!(outcome.took, Duration::ZERO, "{text}");
            let fault = outcome
                .expect(text, Fails(FaultKind::Throttled, Delivery::Rejected, 1))
                .unwrap();
            let told = fault.retry_after.unwrap();
            assert!(
                told.as_secs().abs_diff(seconds) <= seconds / 1_000,
                "{text}: {told:?}"
            );
            assert!(fault.help().contains("wait as long as the service asks"));
        }
    }
}

#[test]
fn row_42_without_a_header_the_pauses_grow() {
    let known = Step::json(429, r#"{"error_code":"APIGW.0308"}"#);
    // Any machine in between can say it like this, also on the way back.
    let bare = Step::answer(429);
    let unreadable = Step::answer(429).header("retry-after", "soon");
    for (step, delivery, operations) in [
        (&known, Delivery::Rejected, &[&READ, &MARK, &SUBMIT][..]),
        (&bare, Delivery::Unknown, &[&READ, &MARK]),
        (&unreadable, Delivery::Unknown, &[&READ, &MARK]),
    ] {
        for operation in operations {
            let outcome = call_with(operation, step);
            assert!(outcome.took <= Duration::from_millis(250 + 500 + 1000));
            assert!(
                outcome.took > Duration::ZERO,
                "pauses are random, but not all zero"
            );
            outcome.expect("42", Fails(FaultKind::Throttled, delivery, 4));
        }
    }
    for step in [bare, unreadable] {
        call_with(&SUBMIT, &step).expect("42", Fails(FaultKind::Throttled, Delivery::Unknown, 1));
    }
}

#[test]
fn row_43_a_read_waits_as_an_unavailable_service_asks() {
    let step = Step::answer(503).header("retry-after", "4");
    let outcome = call_through(&READ, |network| {
        network.then(step.clone()).then(Step::json(200, "{}"))
    });
    assert!((4.0..=4.4).contains(&outcome.took.as_secs_f64()));
    outcome.expect("43", Ok(2));
    // For a submit the wait is told, but nothing is repeated.
    let fault = call_with(&SUBMIT, &step)
        .expect("43", Fails(FaultKind::Unavailable, Delivery::Unknown, 1))
        .unwrap();
    assert_eq!(fault.retry_after, Some(4 * SECOND));
}

/// A rule of the business with a hint is worth waiting for, without one it is not.
#[test]
fn a_throttling_code_with_200_is_repeated_only_with_a_hint() {
    let step = Step::json(200, r#"{"error_code":"THG.1004"}"#);
    call_with(&SUBMIT, &step).expect("200", Fails(FaultKind::Throttled, Delivery::Rejected, 1));
    let hinted = step.header("retry-after", "2");
    call_through(&SUBMIT, |network| {
        network.then(hinted).then(Step::json(200, "{}"))
    })
    .expect("200", Ok(2));
}

#[test]
fn the_own_rate_limit_spreads_requests_and_counts_attempts() {
    let clock = FakeClock::new();
    let network = ScriptedTransport::new(&clock)
        .then(Step::refused())
        .otherwise(Step::json(200, "{}"));
    let pipeline = scripted(&clock, &network)
        .rate_limit(RateLimit::per_second(2.0).burst(2))
        .build()
        .unwrap();
    clock.run(async {
        for _ in 0..6 {
            pipeline
                .call(request(&READ), &READ, &CallOptions::default())
                .await
                .unwrap();
        }
    });
    assert_eq!(network.requests().len(), 7);
    // Two at once, then five at half a second each.
    assert_eq!(clock.elapsed(), Duration::from_millis(2_500));
}

#[test]
fn a_turn_beyond_the_deadline_fails_at_once_and_sends_nothing() {
    let clock = FakeClock::new();
    let network = ScriptedTransport::new(&clock).otherwise(Step::json(200, "{}"));
    let pipeline = scripted(&clock, &network)
        .rate_limit(RateLimit::per_second(0.01))
        .build()
        .unwrap();
    let call = || clock.run(pipeline.call(request(&SUBMIT), &SUBMIT, &CallOptions::default()));
    call().unwrap();
    let fault = call().unwrap_err();
    assert_eq!(
        (fault.kind, fault.delivery, fault.attempts),
        (FaultKind::Throttled, Delivery::NotSent, 0)
    );
    assert_eq!(fault.retry_after, Some(100 * SECOND));
    assert_eq!(network.requests().len(), 1);
    assert_eq!(clock.elapsed(), Duration::ZERO);
}
