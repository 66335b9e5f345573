//! What the lowering strips is not typed again by hand: tables for the handwritten crates, from the full description.

pub mod error_codes;
pub mod guide;
pub mod limits;
pub mod operations;

use heck::{ToShoutySnakeCase, ToSnakeCase};

/// Name of the constant for an operation or a field.
fn constant(name: &str) -> String {
    name.to_shouty_snake_case()
}

/// Name of the method that clients in several languages have for an operation.
#[must_use]
pub fn method(operation_id: &str) -> String {
    operation_id.to_snake_case()
}

/// `text` as a Rust string literal on one line.
pub(crate) fn literal(text: &str) -> String {
    format!(
        "{:?}",
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    )
}
