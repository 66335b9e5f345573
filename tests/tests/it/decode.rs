//! What an answer may be without being lost: longer than documented, with unknown values and new fields, null, or with
//! scalars of another type. Made from the description, for every field of every answer.

use contract_tests::{description::Description, loss::losses, sample, wire};
use hwc_core::{Delivery, Makes, Operation, testing::Step};
use hwc_tickets_wire::operations;
use serde_json::Value;

#[test]
fn odd_answers_decode_whole() {
    let description = Description::shared();
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
            let outcome = unplugged.ask(operation, &arguments[operation.name], step);
            let flaws = match (outcome, is_in_doubt(operation, &what, &answer)) {
                (Err(fault), true) if fault.delivery == Delivery::Unknown => Vec::new(),
                (Ok(decoded), false) if decoded.undecodable.is_empty() => {
                    losses(&answer, &decoded.body)
                }
                (other, _) => vec![format!("{other:?}")],
            };
            let flaws = flaws.into_iter();
            wrong.extend(flaws.map(|flaw| format!("{}, {what}: {flaw}", operation.name)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whether an answer may say that nothing was done: to a write that must not be done twice, where the id of what it makes
/// is none, or where it makes nothing and a field is new.
fn is_in_doubt(operation: &Operation, what: &str, answer: &Value) -> bool {
    match operation.makes {
        Makes::Id(field) => !sample::is_id(&answer[field]),
        Makes::Nothing => what.starts_with("a new field"),
        Makes::Unknown => false,
        other => panic!("when is an answer that tells {other:?} in doubt?"),
    }
}

/// The generator of odd answers reaches every field: what it makes covers every name of the schemas.
#[test]
fn odd_answers_reach_every_field() {
    let description = Description::shared();
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
