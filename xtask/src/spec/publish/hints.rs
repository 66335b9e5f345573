//! Hints for programs: whether a call may be repeated, and how a list is read to its end. Both follow from what the
//! sources say in other words.

use crate::spec::{
    every_operation::entry_before,
    operation::{Idempotency, Operation, operations},
    pointer,
    sdk::{self, Pages, Sdk},
};
use serde_yaml::Value;

/// The key in an operation. Typed where the method is written by hand, and from `x-sdk` everywhere else.
pub const PAGINATION: &str = "x-pagination";

/// What an operation is made of, behind the words on it.
const PARTS: [&str; 3] = ["parameters", "requestBody", "responses"];

/// How `operation` answers in pages.
#[must_use]
pub fn pages(operation: &Operation<'_>) -> Option<Pages> {
    if let Some(Ok(Sdk {
        pages: Some(pages), ..
    })) = sdk::of(operation)
    {
        return Some(pages);
    }
    let said = operation.value.get(PAGINATION)?.clone();
    serde_yaml::from_value(said).ok()
}

/// Puts `x-idempotent` and `x-pagination` into the operations.
pub(super) fn put_in(root: &mut Value) {
    let mut found: Vec<(String, &str, Value)> = Vec::new();
    for operation in operations(root) {
        let at = operation.pointer();
        let repeatable = match operation.idempotency() {
            Some(Idempotency::No) => Some(false),
            // The value of a parameter decides: neither is true of the operation.
            Some(Idempotency::DependsOn(_)) | None => None,
            Some(_) => Some(true),
        };
        if let Some(repeatable) = repeatable {
            found.push((at.clone(), "x-idempotent", repeatable.into()));
        }
        if let Some(pages) = pages(&operation)
            && let Ok(pages) = serde_yaml::to_value(pages)
        {
            found.push((at, PAGINATION, pages));
        }
    }
    for (at, key, value) in found {
        if let Some(Value::Mapping(operation)) = pointer::get_mut(root, &at) {
            operation.shift_remove(key);
            // Where the other words on the operation stand.
            entry_before(operation, key, &PARTS, value);
        }
    }
}
