//! The form of `x-every-operation`: only the known keys, each with what it needs.

use super::{KEY, Outcome};
use crate::spec::pointer;
use serde_yaml::Value;

/// The keys below [`KEY`].
const PARTS: [&str; 5] = [
    "parameters",
    "success",
    "failure",
    "responses",
    "responses-to-a-body",
];

/// Only the known keys, each with the form it needs.
pub(super) fn check(every: &Value, outcome: &mut Outcome) {
    let at = pointer::join("", KEY);
    if !every.is_mapping() {
        outcome.wrong(at, "this is no mapping", "write it as `key: value` lines");
        return;
    }
    for (key, value) in pointer::entries(Some(every)) {
        let at = pointer::join(&at, key);
        if !PARTS.contains(&key) {
            outcome.wrong(
                at,
                format!("`{key}` is not a key of `{KEY}`"),
                format!("use {}", PARTS.map(|part| format!("`{part}`")).join(", ")),
            );
            continue;
        }
        let allowed: &[&str] = match key {
            "success" => &["headers", "properties", "examples"],
            "failure" => &["headers", "content"],
            "parameters" => {
                if !value.is_sequence() {
                    outcome.wrong(at, "this is no list", "write `- $ref: ...` lines");
                }
                continue;
            }
            _ => &[],
        };
        if !value.is_mapping() {
            outcome.wrong(at, "this is no mapping", "write it as `key: value` lines");
            continue;
        }
        for (inner, value) in pointer::entries(Some(value)) {
            let at = pointer::join(&at, inner);
            if !allowed.is_empty() && !allowed.contains(&inner) {
                outcome.wrong(
                    at,
                    format!("`{inner}` is not a key of `{key}` here"),
                    format!("use `{}`", allowed.join("`, `")),
                );
            } else if !value.is_mapping() {
                outcome.wrong(at, "this is no mapping", "write it as `key: value` lines");
            }
        }
    }
}
