//! Fault matrix, rows 8, 9, 11 to 13: lines that break or hang, on the fake clock.

use std::time::Duration;

use hwc_core::{
    CallOptions, Clock, Delivery,
    FaultKind::{Interrupted, Timeout},
    testing::{FakeClock, ScriptedTransport, Step},
};

use crate::given::{
    Expect::{Fails, Ok},
    READ, SUBMIT, call_through, call_with, request, scripted,
};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn row_8_request_read_then_closed_and_row_9_reset() {
    for row in ["8", "9"] {
        call_with(&READ, &Step::reset()).expect(row, Fails(Interrupted, Delivery::Unknown, 4));
        call_with(&SUBMIT, &Step::reset()).expect(row, Fails(Interrupted, Delivery::Unknown, 1));
    }
    call_through(&READ, |network| {
        network.then(Step::reset()).then(Step::json(200, "{}"))
    })
    .expect("9", Ok(2));
}

#[test]
fn row_11_hang_before_headers_ends_by_the_attempt_limit_and_the_deadline() {
    let read = call_with(&READ, &Step::hang());
    // 10 s per attempt fit not quite three times into 30 s with pauses in between.
    assert_eq!(read.took, 30 * SECOND);
    read.expect("11", Fails(Timeout, Delivery::Unknown, 3));

    let submit = call_with(&SUBMIT, &Step::hang());
    assert_eq!(submit.took, 10 * SECOND);
    submit.expect("11", Fails(Timeout, Delivery::Unknown, 1));
}

/// The proof that the body was never handed over also holds when the time is up.
#[test]
fn row_11_hang_before_the_request_is_taken_may_be_repeated_even_for_a_submit() {
    call_through(&SUBMIT, |network| {
        network
            .then(Step::hang_before_request())
            .then(Step::json(200, "{}"))
    })
    .expect("11", Ok(2));
}

#[test]
fn row_11_a_late_answer_within_the_limit_is_an_answer() {
    let step = Step::json(200, "{}").after(Duration::from_millis(9_999));
    call_with(&SUBMIT, &step).expect("11", Ok(1));
}

/// Headers that drip are headers that are not there: the same limit (over a socket in matrix_sockets).
#[test]
fn row_12_the_attempt_limit_holds_until_the_whole_head_is_there() {
    let step = Step::json(200, "{}").after(10 * SECOND + Duration::from_millis(1));
    call_with(&SUBMIT, &step).expect("12", Fails(Timeout, Delivery::Unknown, 1));
}

#[test]
fn row_13_a_body_that_stops_ends_by_the_idle_limit() {
    let step = Step::json(200, r#"{"count":1}"#).stall(3);
    let submit = call_with(&SUBMIT, &step);
    assert_eq!(submit.took, 5 * SECOND);
    submit.expect("13", Fails(Timeout, Delivery::Unknown, 1));
    call_through(&READ, |network| {
        network.then(step).then(Step::json(200, "{}"))
    })
    .expect("13", Ok(2));
}

#[test]
fn row_13_a_dripping_body_ends_by_the_total_limit() {
    let step =
        Step::json(200, "{\"a\":\"0123456789012345678901234567890123456789\"}").drip(1, SECOND);
    for operation in [&READ, &SUBMIT] {
        let outcome = call_with(operation, &step);
        assert_eq!(outcome.took, 30 * SECOND);
        outcome.expect("13", Fails(Timeout, Delivery::Unknown, 1));
    }
}

#[test]
fn row_13_a_slow_body_within_the_limits_is_read() {
    let step = Step::json(200, r#"{"count":1}"#).drip(1, 2 * SECOND);
    let outcome = call_with(&READ, &step);
    assert_eq!(outcome.took, 22 * SECOND);
    outcome.expect("13", Ok(1));
}

#[test]
fn every_call_ends_by_its_own_deadline() {
    for (name, step) in [
        ("hang", Step::hang()),
        ("hang before request", Step::hang_before_request()),
        (
            "drip",
            Step::json(200, "{\"a\":\"bbbbbbbbbbbbbbbb\"}").drip(1, SECOND),
        ),
        ("stall", Step::json(200, "{}").stall(1)),
        ("outage", Step::answer(503)),
        (
            "asked to wait",
            Step::answer(429).header("retry-after", "1"),
        ),
        ("late answers", Step::answer(503).after(SECOND)),
    ] {
        for operation in [&READ, &SUBMIT] {
            for milliseconds in [1_u64, 50, 700, 2_500, 7_000] {
                let clock = FakeClock::new();
                let network = ScriptedTransport::new(&clock).otherwise(step.clone());
                let pipeline = scripted(&clock, &network).build().unwrap();
                let options =
                    CallOptions::default().with_deadline(Duration::from_millis(milliseconds));
                let fault = clock
                    .run(pipeline.call(request(operation), operation, &options))
                    .unwrap_err();
                assert!(
                    clock.elapsed() <= Duration::from_millis(milliseconds),
                    "{name}: {milliseconds} ms became {:?}",
                    clock.elapsed()
                );
                assert_eq!(fault.elapsed, clock.elapsed());
                assert_eq!(clock.sleepers(), 0, "{name}");
            }
        }
    }
}
