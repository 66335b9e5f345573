//! The operations that change or read the world: how their requests become commands, and how outcomes look.
//!
//! One file for each kind of thing, with the operations on it and their names. An operation that stands in none of them is
//! answered with an example, after what a code of the documents is for was checked.

mod agreements;
mod attachments;
mod authorizations;
mod catalog;
mod contacts;
mod feedback;
mod labels;
mod messages;
mod privileges;
mod relations;
mod tickets;

use std::collections::HashMap;
use std::sync::LazyLock;

use super::asked::{Asked, Parsed};
use super::render::{Paint, Rendered};
use super::validate::Waived;
use crate::domain::{Command, Outcome};
use crate::operation::Operation;

/// An operation on the world.
#[derive(Debug)]
pub(super) struct Handler {
    operation: Operation,
    /// What of the description does not hold, because the command looks at it.
    pub(super) waived: Waived,
    /// Makes a command of a request that keeps to the description.
    pub(super) command: fn(&Asked<'_>) -> Parsed<Command>,
    /// Shows an outcome that is no refusal.
    pub(super) answer: fn(&Paint<'_>, Outcome) -> Rendered,
}

impl Handler {
    const fn new(
        operation: Operation,
        command: fn(&Asked<'_>) -> Parsed<Command>,
        answer: fn(&Paint<'_>, Outcome) -> Rendered,
    ) -> Self {
        Handler {
            operation,
            waived: Waived::NOTHING,
            command,
            answer,
        }
    }

    /// Leaves it to the command whether these may be missing, and what their limits are.
    const fn waiving(
        mut self,
        presence: &'static [&'static str],
        limits: &'static [&'static str],
    ) -> Self {
        self.waived = Waived { presence, limits };
        self
    }

    /// The handler of an operation, if somebody wrote one.
    pub(super) fn of(operation: Operation) -> Option<&'static Handler> {
        static BY_OPERATION: LazyLock<HashMap<Operation, &'static Handler>> = LazyLock::new(|| {
            let kinds = [
                agreements::HANDLERS,
                attachments::HANDLERS,
                catalog::HANDLERS,
                contacts::HANDLERS,
                labels::HANDLERS,
                messages::HANDLERS,
                privileges::HANDLERS,
                relations::HANDLERS,
                tickets::HANDLERS,
                tickets::changes::HANDLERS,
                tickets::export::HANDLERS,
            ];
            let handlers = kinds.into_iter().flatten();
            handlers
                .map(|handler| (handler.operation, handler))
                .collect()
        });
        BY_OPERATION.get(&operation).copied()
    }
}

/// What has a code of its own in the documents, of an operation that is answered with an example.
#[derive(Debug)]
struct Check {
    operation: Operation,
    /// Refuses a request that keeps to the description.
    of: fn(&Asked<'_>) -> Parsed<()>,
}

impl Check {
    const fn new(operation: Operation, of: fn(&Asked<'_>) -> Parsed<()>) -> Self {
        Check { operation, of }
    }
}

/// Checks a request that is answered with an example.
pub(super) fn check(asked: &Asked<'_>) -> Parsed<()> {
    let kinds = [authorizations::CHECKS, feedback::CHECKS];
    let mut checks = kinds.into_iter().flatten();
    match checks.find(|check| check.operation == asked.row.operation) {
        Some(check) => (check.of)(asked),
        None => Ok(()),
    }
}

/// Whether an operation is answered with an example.
pub(crate) fn is_stub(operation: Operation) -> bool {
    operation != Operation::CreateToken && Handler::of(operation).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::description::{Body, Description, Row, Schema};

    fn has(schema: &Schema, pointer: &str) -> bool {
        let (name, rest) = pointer.split_once('/').unwrap_or((pointer, ""));
        let field = schema.fields().iter().find(|field| field.name == name);
        field.is_some_and(|field| rest.is_empty() || has(&field.schema, rest))
    }

    #[test]
    fn what_is_waived_is_described() {
        for row in Description::documented().rows() {
            let Row {
                operation,
                parameters,
                body,
                ..
            } = row;
            let Some(Waived { presence, limits }) =
                Handler::of(*operation).map(|handler| handler.waived)
            else {
                continue;
            };
            for place in presence.iter().chain(limits) {
                let known = match (place.strip_prefix('/'), body) {
                    (Some(pointer), Body::Json { schema, .. }) => has(schema, pointer),
                    _ => parameters
                        .iter()
                        .any(|parameter| parameter.field.name == *place),
                };
                assert!(known, "{operation:?} has no {place}");
            }
        }
    }
}
