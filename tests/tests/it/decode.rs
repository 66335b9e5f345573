//! What an answer may be without being lost: longer than documented, with unknown values and new fields, null, or with
//! scalars of another type. Made from the description, for every field of every answer.

use contract_tests::{description::Description, loss::losses, sample, wire};
use hwc_core::{Idempotency, Operation, Sent, testing::Step};
use hwc_tickets_wire::operations;
use serde_json::Value;

#[test]
fn odd_answers_decode_whole() {
    let description = Description::read();
    let arguments = wire::good_arguments();
    let unplugged = wire::Unplugged::default();
    let mut wrong = Vec::new();
    for operation in operations::ALL {
        let described = description.operation(operation.name);
        if described.answers_bytes() {
            continue;
        }
        let schema = &described.responses[&200].content["application/json"];
        let mut answers = sample::odd(schema);
        answers.push(("nothing odd".to_owned(), sample::whole(schema)));
        for (what, answer) in answers {
            let step = Step::json(200, serde_json::to_vec(&answer).unwrap());
            let flaws = match unplugged.ask(operation, &arguments[operation.name], step) {
                Err(fault) if is_in_doubt(operation, &what) && fault.sent == Sent::Maybe => vec![],
                Ok(decoded) if decoded.undecodable.is_empty() => losses(&answer, &decoded.body),
                other => vec![format!("{other:?}")],
            };
            let flaws = flaws.into_iter();
            wrong.extend(flaws.map(|flaw| format!("{}, {what}: {flaw}", operation.name)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whether an answer may say that nothing was done: to a write that must not be done twice, without an id of what was made.
fn is_in_doubt(operation: &Operation, what: &str) -> bool {
    let is_new = what.starts_with("a new field") && operation.makes.is_none();
    let is_no_id = ["a flag for a text", "a text beyond ASCII"]
        .iter()
        .any(|odd| what.starts_with(odd));
    operation.idempotency == Idempotency::NotIdempotent && (is_new || is_no_id)
}

/// The generator of odd answers reaches every field: what it makes covers every name of the schemas.
#[test]
fn odd_answers_reach_every_field() {
    let description = Description::read();
    let objects = description.operations();
    for operation in objects.filter(|operation| !operation.answers_bytes()) {
        let schema = &operation.responses[&200].content["application/json"];
        let (mut described, mut made) = (0, 0);
        count_fields(schema, &mut described);
        for (what, _) in sample::odd(schema) {
            made += usize::from(what.starts_with("null at"));
        }
        // The two error fields of the top are left out: they make a failure.
        assert_eq!(made, described - 2, "{}", operation.id);
    }
}

fn count_fields(schema: &Value, count: &mut usize) {
    for (_, field) in schema["properties"].as_object().into_iter().flatten() {
        *count += 1;
        count_fields(field, count);
        count_fields(&field["items"], count);
    }
}
