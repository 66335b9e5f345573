//! Named examples, defaults and known values: each fits the schema it stands beside.

use super::Subject;
use crate::{
    problem::Problem,
    spec::{
        content::{self, Answers},
        grammar::{Kind, Node},
        pointer::{entries, join, resolve},
    },
};
use exchanges::{compare::Judge, description::resolved};
use serde_json::Value as Json;
use serde_yaml::Value;

fn holders<'s>(subject: &'s Subject<'_>) -> impl Iterator<Item = &'s Node<'s>> {
    [Kind::Parameter, Kind::MediaType, Kind::Header]
        .into_iter()
        .flat_map(|kind| subject.of(kind))
}

/// `example` and `examples` exclude each other; an example has one kind of value.
pub(super) fn either_or(subject: &Subject<'_>, found: &mut Vec<Problem>) {
    for node in holders(subject) {
        if node.value.get("example").is_some() && node.value.get("examples").is_some() {
            found.push(subject.problem(
                &join(&node.pointer, "example"),
                "`example` and `examples` together",
                "move the single one into `examples`, with a name",
            ));
        }
    }
    for node in subject.of(Kind::Example) {
        if node.value.get("value").is_none() {
            found.push(subject.problem(
                &node.pointer,
                "the example has no `value`",
                "write the value here; examples in other files cannot be checked",
            ));
        }
    }
}

/// An answer that tells something is shown: the simulator answers so, and a reader sees what the fields are.
pub(super) fn answered(subject: &Subject<'_>, found: &mut Vec<Problem>) {
    let root = subject.root;
    for operation in &subject.operations {
        let Ok(Answers::Object(schema)) = content::answers(operation, root) else {
            continue;
        };
        if content::own_fields(root, schema).next().is_none() {
            continue;
        }
        let responses = entries(operation.value.get("responses"));
        for (status, response) in responses.filter(|(status, _)| status.starts_with('2')) {
            let response = resolve(root, response).unwrap_or(response);
            let is_failure = |value: &Value| {
                let code = value.get("error_code").and_then(Value::as_str);
                code.is_some_and(|code| !matches!(code, "" | "0")) // D-50
            };
            let shown = entries(response.get("content")).any(|(_, media)| {
                let named = entries(media.get("examples"));
                let named = named.filter_map(|(_, example)| resolve(root, example)?.get("value"));
                named
                    .chain(media.get("example"))
                    .any(|value| !is_failure(value))
            });
            if !shown {
                found.push(subject.problem(
                    &join(&join(&operation.pointer(), "responses"), status),
                    format!("`{}` shows no example of its answer", operation.id()),
                    "add `examples:` with the one of the document, or a `constructed` one with a `summary` that says so",
                ));
            }
        }
    }
}

/// Examples, defaults and known values fit.
pub(super) fn valid(subject: &Subject<'_>, found: &mut Vec<Problem>) {
    let Ok(root) = serde_json::to_value(subject.root) else {
        return;
    };
    let mut judge = Judge::default();
    let mut check = |at: &str, schema: &Value, value: &Value, what: &str| {
        let (Ok(schema), Ok(value)) = (
            serde_json::to_value(schema),
            serde_json::to_value::<&Value>(value),
        ) else {
            return;
        };
        // An error is a reference without target; another rule says so, with the place.
        if let Ok(schema) = resolved(&root, &schema) {
            check_one(subject, &mut judge, at, &schema, &value, what, found);
        }
    };
    for node in holders(subject) {
        let Some(schema) = node.value.get("schema") else {
            continue;
        };
        let examples = join(&node.pointer, "examples");
        for (name, example) in entries(node.value.get("examples")) {
            let at = join(&examples, name);
            if let Some(value) =
                resolve(subject.root, example).and_then(|example| example.get("value"))
            {
                check(
                    &join(&at, "value"),
                    schema,
                    value,
                    &format!("the example `{name}`"),
                );
            }
        }
        for (key, what) in [
            ("example", "the example"),
            ("x-documented-default", "the documented default"),
        ] {
            if let Some(value) = node.value.get(key) {
                check(&join(&node.pointer, key), schema, value, what);
            }
        }
    }
    for node in subject.of(Kind::Schema) {
        for (key, what) in [("default", "the default"), ("example", "the example")] {
            if let Some(value) = node.value.get(key) {
                check(&join(&node.pointer, key), node.value, value, what);
            }
        }
        for value in super::items_of(node.value, "x-known-values") {
            check(
                &join(&node.pointer, "x-known-values"),
                node.value,
                value,
                "a known value",
            );
        }
    }
}

fn check_one(
    subject: &Subject<'_>,
    judge: &mut Judge,
    at: &str,
    schema: &Json,
    value: &Json,
    what: &str,
    found: &mut Vec<Problem>,
) {
    let misfits = judge.value_misfits(schema, value).into_iter();
    // What is only recorded is not enforced, and a schema that is none has a rule of its own.
    for misfit in
        misfits.filter(|misfit| !misfit.rule.starts_with("documented-") && misfit.rule != "schema")
    {
        let below = if misfit.place.is_empty() {
            String::new()
        } else {
            format!(" at {}", misfit.place)
        };
        found.push(subject.problem(
            &format!("{at}{}", misfit.place),
            format!("{what} violates its schema{below}: {}", misfit.rule),
            "mend the value, or the schema if the document says so",
        ));
    }
}
