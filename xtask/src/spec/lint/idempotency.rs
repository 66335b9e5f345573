//! Whether an operation may be done twice: the client repeats it, or not, on the strength of that.

use super::Subject;
use crate::{
    problem::Problem,
    spec::{
        content::{self, Answers},
        operation::{Idempotency, Operation},
        pointer::{self, join, text},
    },
};

/// Each operation says it, in words that fit its method.
pub(super) fn words(subject: &Subject<'_>, found: &mut Vec<Problem>) {
    for operation in &subject.operations {
        stated(subject, operation, found);
        made(subject, operation, found);
        created(subject, operation, found);
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

/// An operation that makes another thing each time says which field of the answer is its id: by that a success is known.
fn made(subject: &Subject<'_>, operation: &Operation<'_>, found: &mut Vec<Problem>) {
    let (id, at) = (operation.id(), operation.pointer());
    let own = join(&at, "x-makes");
    let said = operation.value.get("x-makes");
    if operation.idempotency() != Some(Idempotency::No) {
        if said.is_some() {
            found.push(subject.problem(
                &own,
                format!("`{id}` may be done twice, but says what it makes each time"),
                "take `x-makes` out, or write `x-idempotency: \"no\"`",
            ));
        }
        return;
    }
    let Ok(Answers::Object(schema)) = content::answers(operation, subject.root) else {
        return;
    };
    let is_id = |field| {
        let field = pointer::resolve(subject.root, field).unwrap_or(field);
        matches!(text(field, "type"), "string" | "integer")
    };
    let mut fields = content::own_fields(subject.root, schema);
    match (said, operation.makes()) {
        (None, _) if fields.next().is_none() => {}
        (None, _) => found.push(subject.problem(
            &at,
            format!("`{id}` makes something each time, and does not say which field of its answer is the id of it"),
            "add `x-makes: <field>`: by that id a success is told from all else that comes with HTTP 200",
        )),
        (Some(_), Some(name)) if fields.any(|(field, schema)| field == name && is_id(schema)) => {}
        (Some(_), _) => found.push(subject.problem(
            &own,
            format!("`x-makes` of `{id}` names no text and no integer at the top of its answer"),
            "name the field with the id of what was made",
        )),
    }
}

/// An answer with an id that the request did not name tells what was made: then each call makes another one.
fn created(subject: &Subject<'_>, operation: &Operation<'_>, found: &mut Vec<Problem>) {
    let harmless = [Idempotency::Idempotent, Idempotency::IdempotentInEffect];
    let said = operation.idempotency();
    if operation.method == "delete" || !said.is_some_and(|said| harmless.contains(&said)) {
        return;
    }
    let root = subject.root;
    let Ok(Answers::Object(schema)) = content::answers(operation, root) else {
        return;
    };
    let parameters = operation.parameters(root);
    let body = operation.body_schema(root);
    let body = body.and_then(|body| pointer::resolve(root, body));
    let in_body = pointer::entries(body.and_then(|body| body.get("properties")));
    let asked: Vec<&str> = parameters
        .iter()
        .map(|(_, parameter)| text(parameter, "name"))
        .chain(in_body.map(|(name, _)| name))
        .collect();
    let is_id = |name: &str| name == "id" || name.ends_with("_id") || name.ends_with("Id");
    let mut fields = content::own_fields(root, schema).map(|(name, _)| name);
    if let Some(id) = fields.find(|name| is_id(name) && !asked.contains(name)) {
        found.push(subject.problem(
            &join(&operation.pointer(), "x-idempotency"),
            format!(
                "`{}` answers `{id}`, which its request does not name, and says that it may be done twice",
                operation.id()
            ),
            format!("what makes another thing each time has `x-idempotency: \"no\"` and `x-makes: {id}`"),
        ));
    }
}
