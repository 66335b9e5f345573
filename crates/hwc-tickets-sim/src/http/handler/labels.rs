//! The labels of an account.

use super::Handler;
use crate::domain::Command;
use crate::http::asked::{Asked, Malformed, Parsed};
use crate::http::render::written;
use crate::operation::Operation;

#[allow(non_upper_case_globals, reason = "named as the variants of a list")]
impl Operation {
    /// Gives a label another name and colour.
    pub const UpdateLabels: Operation = Operation::new("updateLabels");
}

pub(super) const HANDLERS: &[Handler] = &[Handler::new(Operation::UpdateLabels, update, written)];

fn update(asked: &Asked<'_>) -> Parsed<Command> {
    let missing = Malformed::Parameter;
    Ok(Command::UpdateLabel {
        by: asked.by.clone(),
        label: asked.path("label_id").parse().map_err(|_| missing)?,
        name: asked.field("name").ok_or(missing)?,
        color: asked.field("color").ok_or(missing)?,
    })
}
