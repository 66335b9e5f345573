//! What the caller may do.

use serde_json::json;

use super::Handler;
use crate::domain::{Command, Outcome};
use crate::http::asked::{Asked, Parsed};
use crate::http::render::{Paint, Rendered, written};
use crate::operation::Operation;

#[allow(non_upper_case_globals, reason = "named as the variants of a list")]
impl Operation {
    /// Tells whether the caller has a privilege.
    pub const ListPrivileges: Operation = Operation::new("listPrivileges");
}

pub(super) const HANDLERS: &[Handler] = &[Handler::new(Operation::ListPrivileges, list, answer)];

/// Without a word, which only the example of the documents leaves out, it is about opening tickets (D-108).
fn list(asked: &Asked<'_>) -> Parsed<Command> {
    let privilege = asked.text("privilege");
    Ok(Command::Privilege {
        by: asked.by(),
        privilege: privilege.unwrap_or_else(|| "createCase".to_owned()),
    })
}

fn answer(paint: &Paint<'_>, outcome: Outcome) -> Rendered {
    match outcome {
        // D-109.
        Outcome::Privilege(has) => paint.json(json!({ "has_privilege": i64::from(has) })),
        other => written(paint, other),
    }
}
