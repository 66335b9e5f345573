//! Tickets that belong together.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Handler;
use crate::domain::{Command, Outcome, RelatedTicket, RelationAction};
use crate::http::asked::{Asked, Malformed, Parsed};
use crate::http::render::{Paint, Rendered, written};
use crate::operation::Operation;

#[allow(non_upper_case_globals, reason = "named as the variants of a list")]
impl Operation {
    /// Lists the tickets that belong to a ticket.
    pub const ListRelation: Operation = Operation::new("listRelation");
    /// Relates tickets to a ticket.
    pub const CreateRelations: Operation = Operation::new("createRelations");
    /// Takes a related ticket off a ticket.
    pub const DeleteRelation: Operation = Operation::new("deleteRelation");
}

pub(super) const HANDLERS: &[Handler] = &[
    Handler::new(Operation::ListRelation, list, listed),
    Handler::new(Operation::CreateRelations, create, written),
    Handler::new(Operation::DeleteRelation, delete, written),
];

fn list(asked: &Asked<'_>) -> Parsed<Command> {
    Ok(command(asked, RelationAction::List))
}

fn create(asked: &Asked<'_>) -> Parsed<Command> {
    let related = asked.body.get("related_id_list").and_then(Value::as_array);
    let related = related.ok_or(Malformed::Parameter)?.iter();
    let related: BTreeSet<String> = related
        .filter_map(|id| id.as_str().map(str::to_owned))
        .collect();
    let group = group(asked)?;
    Ok(command(asked, RelationAction::Create { related, group }))
}

fn delete(asked: &Asked<'_>) -> Parsed<Command> {
    let group = group(asked)?;
    let related = asked.field("related_id").ok_or(Malformed::Parameter)?;
    Ok(command(asked, RelationAction::Delete { related, group }))
}

fn group(asked: &Asked<'_>) -> Parsed<Option<String>> {
    let group = asked.field("group_id");
    if group.is_none() && asked.quirks.relation_group_required {
        return Err(Malformed::Parameter);
    }
    Ok(group)
}

fn command(asked: &Asked<'_>, action: RelationAction) -> Command {
    Command::Relations {
        by: asked.by(),
        ticket: asked.path("case_id"),
        action,
    }
}

fn listed(paint: &Paint<'_>, outcome: Outcome) -> Rendered {
    let line = |ticket: &RelatedTicket| {
        json!({
            "case_id": ticket.id,
            "simple_description": &*ticket.title,
            "user_name": ticket.owner_name,
        })
    };
    match outcome {
        Outcome::Related(tickets) => {
            let list = paint.list(tickets.iter().map(line));
            paint.json(json!({ "case_relation_list": list }))
        }
        other => written(paint, other),
    }
}
