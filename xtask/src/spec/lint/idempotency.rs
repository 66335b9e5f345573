//! Whether an operation may be done twice: the client repeats it, or not, on the strength of that.

use super::{Subject, text};
use crate::{
    problem::Problem,
    spec::{
        pointer::join,
        read::{Idempotency, Operation},
    },
};

/// Each operation says it, in words that fit its method.
pub(super) fn words(subject: &Subject<'_>, found: &mut Vec<Problem>) {
    for operation in &subject.operations {
        stated(subject, operation, found);
    }
}

/// Whether an operation may be done twice, and for everything but a plain read why.
fn stated(subject: &Subject<'_>, operation: &Operation<'_>, found: &mut Vec<Problem>) {
    let (id, at) = (operation.id(), operation.pointer());
    let own = join(&at, "x-idempotency");
    let reads = matches!(operation.method, "get" | "head");
    let said = operation.idempotency();
    match said {
        None => found.push(subject.problem(
            if operation.value.get("x-idempotency").is_some() { &own } else { &at },
            format!("`{id}` does not say whether it is idempotent"),
            "add `x-idempotency` with `safe`, `idempotent`, `idempotent-in-effect`, `\"no\"`, or `{depends-on: <parameter>}`; spec/README.md says what each means",
        )),
        Some(said) if reads && said != Idempotency::Safe => found.push(subject.problem(
            &own,
            format!("`{id}` reads, but says that it is `{}`", said.word()),
            "write `x-idempotency: safe`, or check the method against the document",
        )),
        Some(Idempotency::Safe) if !reads && matches!(operation.method, "put" | "delete") => {
            found.push(subject.problem(
                &own,
                format!("`{id}` is a {}, but says that it changes nothing", operation.method.to_uppercase()),
                "write `idempotent` or `idempotent-in-effect`",
            ));
        }
        _ => {}
    }
    if !reads && said.is_some() && text(operation.value, "x-idempotency-reason").is_empty() {
        found.push(subject.problem(
            &at,
            format!("`{id}` writes and says whether it is idempotent, but not why"),
            "add `x-idempotency-reason`: the client will repeat it, or not, on the strength of that",
        ));
    }
    if let Some(name) = said.and_then(Idempotency::parameter)
        && !operation
            .parameters(subject.root)
            .iter()
            .any(|(_, parameter)| text(parameter, "name") == name)
    {
        found.push(subject.problem(
            &join(&own, "depends-on"),
            format!("`{name}` is no parameter of `{id}`"),
            "name the parameter whose value decides",
        ));
    }
}
