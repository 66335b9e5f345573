//! Fault matrix, row 52: a call that is dropped at any moment leaves nothing behind.

use std::{
    future::Future,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
    time::Duration,
};

use hwc_core::{
    CallOptions, Clock, RateLimit, Transport,
    testing::{FakeClock, ScriptedTransport, Step},
};

use crate::given::{READ, request, scripted};

/// A network on which one call waits in every way there is: for its turn, for an answer, for a body,
/// for the next attempt.
fn network(clock: &FakeClock) -> ScriptedTransport {
    ScriptedTransport::new(clock)
        .then(Step::refused().after(Duration::from_millis(70)))
        .then(Step::answer(429).header("retry-after", "2"))
        .then(Step::json(200, r#"{"count":1}"#).drip(4, Duration::from_millis(30)))
        .otherwise(Step::json(200, "{}"))
}

#[test]
fn row_52_dropped_after_any_number_of_steps_nothing_is_left() {
    let waker = Waker::noop();
    let mut finished = false;
    let mut steps = 0;
    while !finished {
        let clock = FakeClock::new();
        let network = network(&clock);
        let shared: Arc<dyn Transport> = Arc::new(network.clone());
        let pipeline = scripted(&clock, &network)
            .transport(Arc::clone(&shared))
            .rate_limit(RateLimit::per_second(1.0))
            .build()
            .unwrap();
        let idle = Arc::strong_count(&shared);
        let options = CallOptions::default();
        {
            let mut call = pin!(pipeline.call(request(&READ), &READ, &options));
            for _ in 0..steps {
                if let Poll::Ready(result) = call.as_mut().poll(&mut Context::from_waker(waker)) {
                    result.unwrap();
                    finished = true;
                    break;
                }
                clock.advance_to_next();
            }
        }
        assert_eq!(clock.sleepers(), 0, "a timer is left after {steps} steps");
        assert_eq!(
            Arc::strong_count(&shared),
            idle,
            "a task holds the transport after {steps} steps"
        );
        // No lock is held: the next call goes through.
        let reply = clock
            .run(pipeline.call(request(&READ), &READ, &options))
            .unwrap();
        assert_eq!(reply.status, 200);
        steps += 1;
    }
    assert!(
        steps > 6,
        "the call waited only {steps} times: the script does not do its work"
    );
    assert!(FakeClock::new().elapsed().is_zero());
}
