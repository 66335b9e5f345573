//! What is repeated after an attempt whose end is not known, and what the answer to the repetition proves.

use hwc_core::{
    CallOptions, Delivery, FaultKind, Idempotency, Operation,
    fault::Advice,
    testing::{FakeClock, ScriptedTransport, Step},
};

use crate::given::{ACT, DELETE, READ, request, scripted};

const ALL: [Idempotency; 5] = [
    Idempotency::Safe,
    Idempotency::Idempotent,
    Idempotency::IdempotentInEffect,
    Idempotency::DependsOnCall,
    Idempotency::NotIdempotent,
];

/// Requests that went out, and the outcome as kind, delivery, earlier.
type Outcome = (usize, Result<(), (FaultKind, Delivery, Delivery)>);

fn call(operation: &Operation, options: &CallOptions, steps: &[Step]) -> Outcome {
    let clock = FakeClock::new();
    let network = steps
        .iter()
        .cloned()
        .fold(ScriptedTransport::new(&clock), ScriptedTransport::then);
    let pipeline = scripted(&clock, &network).build().unwrap();
    let result = clock.run(pipeline.call(request(operation), operation, options));
    let result = result
        .map(drop)
        .map_err(|fault| (fault.kind, fault.delivery, fault.earlier));
    (network.requests().len(), result)
}

/// [`DELETE`], with this effect of doing it twice.
fn like_delete(idempotency: Idempotency) -> Operation {
    let mut operation = DELETE;
    operation.idempotency = idempotency;
    operation
}

/// The effect of doing it twice decides alone whether it is done again after a broken line.
#[test]
fn what_may_be_done_twice_is_done_again() {
    let steps = [Step::reset(), Step::json(200, "{}")];
    for idempotency in ALL {
        let operation = like_delete(idempotency);
        let expected = match idempotency {
            Idempotency::Safe | Idempotency::Idempotent | Idempotency::IdempotentInEffect => {
                (2, Ok(()))
            }
            Idempotency::DependsOnCall | Idempotency::NotIdempotent => (
                1,
                Err((FaultKind::Interrupted, Delivery::Unknown, Delivery::NotSent)),
            ),
            other => panic!("what is done after a broken line with {other:?}?"),
        };
        let got = call(&operation, &CallOptions::default(), &steps);
        assert_eq!(got, expected, "{idempotency:?}");
    }
}

/// A DELETE that was perhaps done, and then "not found": that can be the answer to its being done.
#[test]
fn a_refusal_after_an_attempt_in_doubt_is_in_doubt() {
    let refusals = [
        (
            Step::json(404, r#"{"error_code":"APIGW.0101"}"#),
            FaultKind::NotFound,
        ),
        (
            Step::json(200, r#"{"error_code":"THG.1015"}"#),
            FaultKind::NotFound,
        ),
        (
            Step::json(200, r#"{"error_code":"THG.1016"}"#),
            FaultKind::Refused,
        ),
        (
            Step::json(200, r#"{"error_code":"THG.1001"}"#),
            FaultKind::Refused,
        ),
        (
            Step::json(403, r#"{"error_code":"THG.0003"}"#),
            FaultKind::Forbidden,
        ),
    ];
    for (refusal, kind) in refusals {
        for before in [
            Step::reset(),
            Step::hang(),
            Step::json(200, "{}").cut(1),
            Step::answer(502),
        ] {
            for idempotency in [Idempotency::Idempotent, Idempotency::IdempotentInEffect] {
                let operation = like_delete(idempotency);
                let steps = [before.clone(), refusal.clone()];
                let got = call(&operation, &CallOptions::default(), &steps);
                let expected = (2, Err((kind, Delivery::Unknown, Delivery::Unknown)));
                assert_eq!(got, expected, "{idempotency:?} {steps:?}");
            }
        }
        // Without such an attempt before, or after one that did not arrive, it is proven.
        for before in [vec![], vec![Step::refused()]] {
            let number = before.len() + 1;
            let steps: Vec<_> = before.into_iter().chain([refusal.clone()]).collect();
            let got = call(&DELETE, &CallOptions::default(), &steps);
            assert_eq!(
                got,
                (number, Err((kind, Delivery::Rejected, Delivery::NotSent)))
            );
        }
    }
}

#[test]
fn the_advice_after_such_a_refusal_is_to_find_out() {
    let refusal = Step::json(200, r#"{"error_code":"THG.1015"}"#);
    for (operation, before, advice) in [
        (&DELETE, Step::reset(), Advice::FindOut),
        (&DELETE, Step::refused(), Advice::CheckId),
        // A read did nothing, whatever came of it.
        (&READ, Step::reset(), Advice::CheckId),
    ] {
        let clock = FakeClock::new();
        let network = ScriptedTransport::new(&clock)
            .then(before)
            .then(refusal.clone());
        let pipeline = scripted(&clock, &network).build().unwrap();
        let result =
            clock.run(pipeline.call(request(operation), operation, &CallOptions::default()));
        assert_eq!(result.unwrap_err().advice(), advice, "{}", operation.name);
    }
}

/// Where a parameter decides, the caller says it for each call; unsaid, it is not repeated.
#[test]
fn the_caller_decides_where_the_call_does() {
    let steps = [Step::reset(), Step::json(200, "{}")];
    for said in ALL {
        let options = CallOptions::default().with_idempotency(said);
        let got = call(&ACT, &options, &steps);
        assert_eq!(
            got.0,
            if said.may_be_repeated() { 2 } else { 1 },
            "{said:?}"
        );
    }
    assert_eq!(call(&ACT, &CallOptions::default(), &steps).0, 1);
}

/// Nobody can talk an operation into another effect: the option is refused by name, and nothing is sent.
#[test]
fn an_option_that_contradicts_the_operation_is_refused() {
    for known in ALL {
        for said in ALL {
            let operation = like_delete(known);
            let options = CallOptions::default().with_idempotency(said);
            let got = call(&operation, &options, &[Step::json(200, "{}")]);
            let expected = match known == said || known == Idempotency::DependsOnCall {
                true => (1, Ok(())),
                false => (
                    0,
                    Err((
                        FaultKind::InvalidInput,
                        Delivery::NotSent,
                        Delivery::NotSent,
                    )),
                ),
            };
            assert_eq!(got, expected, "{known:?} {said:?}");
        }
    }
    let clock = FakeClock::new();
    let network = ScriptedTransport::new(&clock);
    let pipeline = scripted(&clock, &network).build().unwrap();
    let options = CallOptions::default().with_idempotency(Idempotency::Safe);
    let fault = clock
        .run(pipeline.call(request(&DELETE), &DELETE, &options))
        .unwrap_err();
    assert!(fault.to_string().contains("`idempotency`"), "{fault}");
}

/// A DELETE with a body goes out with all of it.
#[test]
fn a_delete_carries_its_body() {
    let clock = FakeClock::new();
    let network = ScriptedTransport::new(&clock).then(Step::json(200, "{}"));
    let pipeline = scripted(&clock, &network).build().unwrap();
    clock
        .run(pipeline.call(request(&DELETE), &DELETE, &CallOptions::default()))
        .unwrap();
    let sent = network.requests().remove(0);
    assert_eq!(sent.method, "DELETE");
    assert_eq!(&sent.body[..], br#"{"content":"the disk is full"}"#);
}
