//! Authorizations: only examples answer, but the documents have a code for an action that there is not.

use super::Check;
use crate::http::asked::{Asked, Malformed, Parsed};
use crate::operation::Operation;

pub(super) const CHECKS: &[Check] = &[Check::new(Operation::new("updateAuthorizations"), action)];

/// Whether the action is one of the two. It may be left out (D-116).
fn action(asked: &Asked<'_>) -> Parsed<()> {
    match asked.in_query("action_id") {
        None | Some("reject" | "cancel") => Ok(()),
        Some(_) => Err(Malformed::Authorization),
    }
}
