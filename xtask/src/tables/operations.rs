//! The operations table: name, method, path template and effect, for the pipeline.

use super::{constant, literal, method};
use crate::{
    problem::{Problems, Result},
    spec::read::{Description, Operation},
};
use serde_yaml::Value;

/// What calling it does, as a variant of `hwc_core::Effect`.
fn effect(operation: &Operation<'_>) -> Option<&'static str> {
    let idempotent = operation
        .value
        .get("x-idempotent")
        .and_then(Value::as_bool)?;
    Some(match (operation.method, idempotent) {
        ("get" | "head", true) => "Read",
        (_, true) => "IdempotentWrite",
        (_, false) => "Write",
    })
}

/// The body of `operations.rs`.
///
/// # Errors
/// An operation does not say whether it is idempotent.
pub fn text(description: &Description) -> Result<String> {
    let mut text = String::from("use hwc_core::{Effect, Operation};\n\n");
    let (mut all, mut arms, mut found) = (String::new(), String::new(), Vec::new());
    for operation in description.operations() {
        let id = operation.id();
        let Some(effect) = effect(&operation) else {
            found.push(description.problem(
                &operation.pointer(),
                "`x-idempotent` is missing or neither true nor false",
                "say `x-idempotent: true` if calling it twice leaves the same state as calling it once, else false",
            ));
            continue;
        };
        let name = constant(id);
        let summary = operation
            .value
            .get("summary")
            .and_then(Value::as_str)
            .unwrap_or(id);
        text.push_str(&format!(
            "/// {}\npub const {name}: Operation = Operation {{\n    name: {},\n    method: {},\n    path: {},\n    effect: Effect::{effect},\n}};\n\n",
            summary.trim(),
            literal(id),
            literal(&operation.method.to_uppercase()),
            literal(operation.path),
        ));
        all.push_str(&format!("    {name},\n"));
        arms.push_str(&format!(
            "        {} => Some(&{name}),\n",
            literal(&method(id))
        ));
    }
    text.push_str(&format!("/// Every operation, in the order of the description.\npub const ALL: &[Operation] = &[\n{all}];\n\n"));
    text.push_str(&format!(
        "/// The operation of a generated method, by the name of the method.\n#[must_use]\npub fn by_method(method: &str) -> Option<&'static Operation> {{\n    match method {{\n{arms}        _ => None,\n    }}\n}}\n"
    ));
    Problems::unless_empty(found, text)
}
