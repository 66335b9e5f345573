//! Fault matrix, row 44: a total outage, and a thousand callers that meet it together.

use std::sync::Arc;

use hwc_core::{
    CallOptions, Fault, Operation, Pipeline, Reply,
    testing::{FakeClock, ScriptedTransport, Step},
};

use crate::given::{READ, SUBMIT, request, scripted};

const CALLERS: usize = 1_000;

async fn storm(pipeline: &Arc<Pipeline>, operation: Operation) -> Vec<Result<Reply, Fault>> {
    let calls: Vec<_> = (0..CALLERS)
        .map(|_| {
            let pipeline = Arc::clone(pipeline);
            tokio::spawn(async move {
                pipeline
                    .call(request(&operation), &operation, &CallOptions::default())
                    .await
            })
        })
        .collect();
    let mut results = Vec::new();
    for call in calls {
        results.push(call.await.unwrap());
    }
    results
}

#[test]
fn row_44_an_outage_is_not_multiplied() {
    for (step, operation, most) in [
        (Step::answer(503), READ, 1_200),
        (Step::hang(), READ, 1_200),
        (Step::refused(), READ, 1_200),
        (Step::refused(), SUBMIT, 1_200),
        // What may have arrived is not sent again, outage or not.
        (Step::answer(503), SUBMIT, CALLERS),
        (Step::hang(), SUBMIT, CALLERS),
        (Step::reset(), SUBMIT, CALLERS),
    ] {
        let clock = FakeClock::new();
        let network = ScriptedTransport::new(&clock).otherwise(step.clone());
        let pipeline = scripted(&clock, &network).max_connections(CALLERS);
        let pipeline = Arc::new(pipeline.build().unwrap());
        let results = clock.run(storm(&pipeline, operation));
        assert!(results.iter().all(Result::is_err));
        let requests = network.requests().len();
        assert!(
            (CALLERS..=most).contains(&requests),
            "{step:?}: {requests} requests"
        );
        assert_eq!(clock.sleepers(), 0);
        // It does not get worse when the callers come again.
        let again = clock.run(storm(&pipeline, operation));
        assert!(
            again
                .iter()
                .all(|result| result.as_ref().is_err_and(|fault| fault.attempts == 1))
        );
    }
}

#[test]
fn row_44_after_the_outage_repeats_come_back_with_the_successes() {
    let clock = FakeClock::new();
    let script = (0..2 * CALLERS).fold(ScriptedTransport::new(&clock), |network, _| {
        network.then(Step::answer(503))
    });
    let network = script.otherwise(Step::json(200, "{}"));
    let pipeline = Arc::new(scripted(&clock, &network).build().unwrap());
    clock.run(async {
        storm(&pipeline, READ).await;
        storm(&pipeline, READ).await;
        let results = storm(&pipeline, READ).await;
        assert!(results.iter().all(Result::is_ok));
    });
    let network_down_once = network.clone().then(Step::answer(503));
    let reply = clock
        .run(pipeline.call(request(&READ), &READ, &CallOptions::default()))
        .unwrap();
    assert_eq!(reply.attempts, 2, "a repeat can be paid again");
    assert_eq!(network_down_once.steps_left(), 0);
}
