//! Complaints: only an example answers, but the documents have a code for a kind that there is not.

use super::Check;
use crate::http::asked::{Asked, Malformed, Parsed};
use crate::operation::Operation;

pub(super) const CHECKS: &[Check] = &[Check::new(Operation::new("createFeedback"), kind)];

/// Whether the kind is one of the two (D-127).
fn kind(asked: &Asked<'_>) -> Parsed<()> {
    match asked.field("type").as_deref() {
        Some("infringement" | "illegal") => Ok(()),
        _ => Err(Malformed::Complaint),
    }
}
