//! Fault matrix, row 50: a local clock that is wrong, or jumps during a call.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use hwc_core::{
    CallOptions, Clock, Delivery, Fault, FaultKind, Operation, Pipeline, Reply,
    identity::Keys,
    testing::{FakeClock, ScriptedTransport, Step},
};
use jiff::{SignedDuration, Timestamp, civil::DateTime, tz::TimeZone};

use crate::given::{READ, SUBMIT, request, scripted};

/// A service that keeps its own time and refuses signatures more than 15 minutes off, as the gateway does.
struct Service {
    clock: FakeClock,
    network: ScriptedTransport,
    pipeline: Pipeline,
    /// Seconds the service is ahead of the local clock.
    ahead: Arc<AtomicI64>,
}

impl Service {
    fn new(ahead: SignedDuration) -> Self {
        let clock = FakeClock::new();
        let ahead = Arc::new(AtomicI64::new(ahead.as_secs()));
        let (time, offset) = (clock.clone(), ahead.clone());
        let network = ScriptedTransport::new(&clock).answering(move |request| {
            let now = time.now() + SignedDuration::from_secs(offset.load(Ordering::SeqCst));
            let date = now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
            let signed = signing_time(request.header("x-sdk-date").unwrap());
            let good = now.duration_since(signed).abs() <= SignedDuration::from_mins(15);
            let step = if good {
                Step::json(200, "{}")
            } else {
                Step::json(
                    401,
                    r#"{"error_code":"APIGW.0301","error_msg":"signature expired"}"#,
                )
            };
            step.header("date", date)
        });
        let keys = Keys::new(&"AKEXAMPLE".into(), "SKEXAMPLE".into()).unwrap();
        let pipeline = scripted(&clock, &network).identity(keys).build().unwrap();
        Self {
            clock,
            network,
            pipeline,
            ahead,
        }
    }

    /// The result of one call, and how many requests it took.
    fn call(&self, operation: &Operation) -> (Result<Reply, Fault>, usize) {
        let before = self.network.requests().len();
        let result = self.clock.run(self.pipeline.call(
            request(operation),
            operation,
            &CallOptions::default(),
        ));
        (result, self.network.requests().len() - before)
    }
}

fn signing_time(text: &str) -> Timestamp {
    DateTime::strptime("%Y%m%dT%H%M%SZ", text)
        .unwrap()
        .to_zoned(TimeZone::UTC)
        .unwrap()
        .timestamp()
}

#[test]
fn row_50_a_clock_an_hour_off_costs_one_request_once() {
    for hours in [-1, 1, 26] {
        for operation in [&READ, &SUBMIT] {
            let service = Service::new(SignedDuration::from_hours(hours));
            let (result, requests) = service.call(operation);
            assert!(result.is_ok(), "{hours} h: {result:?}");
            assert_eq!(requests, 2, "{hours} h: refused once, signed anew");
            let (result, requests) = service.call(operation);
            assert!(result.is_ok());
            assert_eq!(requests, 1, "{hours} h: the difference is known now");
        }
    }
}

#[test]
fn row_50_a_clock_that_jumps_between_calls_is_learned_anew() {
    let service = Service::new(SignedDuration::ZERO);
    for _ in 0..5 {
        assert_eq!(service.call(&READ).1, 1);
    }
    service.ahead.store(-3_600, Ordering::SeqCst);
    let (result, requests) = service.call(&SUBMIT);
    assert!(result.is_ok());
    assert_eq!(
        requests, 2,
        "three old differences do not outvote the newest"
    );
    assert_eq!(service.call(&SUBMIT).1, 1);
}

#[test]
fn row_50_a_clock_that_jumps_during_a_call() {
    let service = Service::new(SignedDuration::ZERO);
    assert_eq!(service.call(&READ).1, 1);
    // Somebody sets the clock of this machine one hour back; the service does not move.
    service
        .clock
        .set_wall_time(service.clock.now() - SignedDuration::from_hours(1));
    service.ahead.store(3_600, Ordering::SeqCst);
    let (result, requests) = service.call(&SUBMIT);
    assert!(result.is_ok());
    assert_eq!(requests, 2);
}

/// Small differences are the network's, and are not touched.
#[test]
fn a_clock_a_few_seconds_off_is_left_alone() {
    let service = Service::new(SignedDuration::from_secs(20));
    for _ in 0..3 {
        assert_eq!(service.call(&READ).1, 1);
    }
    let signed = signing_time(service.network.requests()[2].header("x-sdk-date").unwrap());
    assert_eq!(signed, service.clock.now());
}

/// A machine on the way gives answers that are an hour old, and says so: no clock is wrong, and no signature is made for that hour.
#[test]
fn the_time_of_a_stored_answer_is_not_learned() {
    let clock = FakeClock::new();
    let time = clock.clone();
    let network = ScriptedTransport::new(&clock).answering(move |_| {
        let stored = time.now() - SignedDuration::from_hours(1);
        Step::json(200, "{}").header("age", "3600").header(
            "date",
            stored.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string(),
        )
    });
    let keys = Keys::new(&"AKEXAMPLE".into(), "SKEXAMPLE".into()).unwrap();
    let pipeline = scripted(&clock, &network).identity(keys).build().unwrap();
    for _ in 0..2 {
        let options = CallOptions::default();
        let call = pipeline.call(request(&READ), &READ, &options);
        clock.run(call).unwrap();
    }
    for request in network.requests() {
        let signed = signing_time(request.header("x-sdk-date").unwrap());
        assert_eq!(signed, clock.now());
    }
}

/// Wrong keys are not a wrong clock: nothing to correct, nothing to renew, nothing repeated.
#[test]
fn refused_keys_with_a_right_clock_are_refused_once() {
    for (offset, requests) in [(0, 1), (3_600, 2)] {
        let clock = FakeClock::new();
        let time = clock.clone();
        let network = ScriptedTransport::new(&clock).answering(move |_| {
            let date = time.now() + SignedDuration::from_secs(offset);
            Step::json(401, r#"{"error_code":"APIGW.0301"}"#).header(
                "date",
                date.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string(),
            )
        });
        let keys = Keys::new(&"AKEXAMPLE".into(), "SKEXAMPLE".into()).unwrap();
        let pipeline = scripted(&clock, &network).identity(keys).build().unwrap();
        let fault = clock
            .run(pipeline.call(request(&SUBMIT), &SUBMIT, &CallOptions::default()))
            .unwrap_err();
        assert_eq!(
            (fault.kind, fault.delivery),
            (FaultKind::Unauthorized, Delivery::Rejected)
        );
        assert_eq!(
            network.requests().len(),
            requests,
            "signed anew at most once"
        );
        assert!(fault.help().contains("clock"));
    }
}

/// A service whose own clock jumps with every answer is not followed for ever.
#[test]
fn a_signature_is_renewed_once_per_call() {
    let clock = FakeClock::new();
    let (time, answers) = (clock.clone(), AtomicI64::new(0));
    let network = ScriptedTransport::new(&clock).answering(move |_| {
        let hours = answers.fetch_add(1, Ordering::SeqCst) + 1;
        let date = time.now() + SignedDuration::from_hours(hours);
        Step::json(401, r#"{"error_code":"APIGW.0301"}"#).header(
            "date",
            date.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string(),
        )
    });
    let keys = Keys::new(&"AKEXAMPLE".into(), "SKEXAMPLE".into()).unwrap();
    let pipeline = scripted(&clock, &network).identity(keys).build().unwrap();
    let fault = clock
        .run(pipeline.call(request(&READ), &READ, &CallOptions::default()))
        .unwrap_err();
    assert_eq!(fault.kind, FaultKind::Unauthorized);
    assert_eq!(network.requests().len(), 2);
}
