//! Tickets that belong together.

use super::Handler;
use crate::domain::Command;
use crate::http::asked::{Asked, Malformed, Parsed};
use crate::http::render::written;
use crate::operation::Operation;

#[allow(non_upper_case_globals, reason = "named as the variants of a list")]
impl Operation {
    /// Takes a related ticket off a ticket.
    pub const DeleteRelation: Operation = Operation::new("deleteRelation");
}

pub(super) const HANDLERS: &[Handler] = &[Handler::new(Operation::DeleteRelation, delete, written)];

fn delete(asked: &Asked<'_>) -> Parsed<Command> {
    let group = asked.field("group_id");
    if group.is_none() && asked.quirks.relation_group_required {
        return Err(Malformed::Parameter);
    }
    Ok(Command::DeleteRelation {
        by: asked.by.clone(),
        ticket: asked.path("case_id"),
        related: asked.field("related_id").ok_or(Malformed::Parameter)?,
        group,
    })
}
