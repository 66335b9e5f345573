//! What holds of every decoder, for any bytes. The tests beside it bring the inputs, and so does
//! libFuzzer (`tests/fuzzing/guided`): each target is made once, and called with one input after the other.

use hwc_core::{
    Body, CallOptions, Idempotency, Makes, Operation, Pipeline, Reply,
    identity::Token,
    testing::{FakeClock, ScriptedTransport, Step},
};
use hwc_tickets_wire::{ERROR_CODES, INDEX, Read};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// Some read. What is decoded does not depend on the call.
const ANY: Operation = Operation::new("readAnything", "GET", "/anything", Idempotency::Safe)
    .with_makes(Makes::Nothing);

/// A field that no version of the service has.
const NEW: &str = "zz_of_a_later_version";

/// The answer, if it is judged a success.
pub(crate) fn judged(body: Vec<u8>) -> Option<Reply> {
    let clock = FakeClock::new();
    let network = ScriptedTransport::new(&clock).then(Step::json(200, body));
    let pipeline = Pipeline::builder("https://example.com".parse().unwrap())
        .identity(Token::new(&"token-for-tests".into()).unwrap())
        .error_codes(ERROR_CODES)
        .clock(Arc::new(clock.clone()))
        .transport(Arc::new(network))
        .build()
        .unwrap();
    let request = http::Request::get("/anything").body(Body::empty()).unwrap();
    clock
        .run(pipeline.call(request, &ANY, &CallOptions::default()))
        .ok()
}

/// No answer that was judged a success breaks a decoder, what it reads is the same each time, and a field of a later version is
/// kept, whatever stands beside it.
pub(crate) fn every_decoder() -> impl Fn(&[u8]) {
    move |bytes: &[u8]| {
        let object = serde_json::from_slice::<Map<String, Value>>(bytes);
        let is_object = object.is_ok();
        let body = match object {
            Ok(mut object) => {
                object.insert(NEW.to_owned(), json!({ "a": [1, "x"] }));
                serde_json::to_vec(&object).unwrap()
            }
            Err(_) => bytes.to_vec(),
        };
        let Some(reply) = judged(body) else { return };
        for entry in INDEX {
            let Read::Object(read) = entry.read else {
                continue;
            };
            let name = entry.operation.name;
            match (
                read(entry.operation, reply.clone()),
                read(entry.operation, reply.clone()),
            ) {
                (Ok(one), Ok(other)) => {
                    assert_eq!(one.body, other.body, "{name}");
                    assert_eq!(one.undecodable, other.undecodable, "{name}");
                    if is_object {
                        assert_eq!(one.body[NEW], json!({ "a": [1, "x"] }), "{name}");
                    }
                }
                (Err(_), Err(_)) => {}
                _ => panic!("{name} reads an answer in two ways"),
            }
        }
    }
}
