//! The labels of an account, and those of a ticket.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Handler;
use crate::domain::{Command, Label, LabelAction, Outcome};
use crate::http::asked::{Asked, Malformed, Parsed};
use crate::http::render::{Paint, Rendered, written};
use crate::operation::Operation;

#[allow(non_upper_case_globals, reason = "named as the variants of a list")]
impl Operation {
    /// Lists labels.
    pub const ListLabels: Operation = Operation::new("listLabels");
    /// Makes a label.
    pub const CreateLabels: Operation = Operation::new("createLabels");
    /// Gives a label another name and colour.
    pub const UpdateLabels: Operation = Operation::new("updateLabels");
    /// Deletes a label.
    pub const DeleteLabels: Operation = Operation::new("deleteLabels");
    /// Lists the labels of a ticket.
    pub const ListCaseLabels: Operation = Operation::new("listCaseLabels");
    /// Puts labels on a ticket.
    pub const CreateCaseLabels: Operation = Operation::new("createCaseLabels");
    /// Takes labels off a ticket.
    pub const DeleteCaseLabels: Operation = Operation::new("deleteCaseLabels");
}

pub(super) const HANDLERS: &[Handler] = &[
    Handler::new(Operation::ListLabels, list, listed),
    Handler::new(Operation::CreateLabels, create, written),
    Handler::new(Operation::UpdateLabels, update, written),
    Handler::new(Operation::DeleteLabels, delete, written),
    Handler::new(Operation::ListCaseLabels, of_ticket, listed_of_ticket),
    Handler::new(Operation::CreateCaseLabels, put_on, written),
    Handler::new(Operation::DeleteCaseLabels, take_off, written),
];

fn list(asked: &Asked<'_>) -> Parsed<Command> {
    let action = LabelAction::List {
        name: asked.text("name"),
        label: asked.text("label_id").as_deref().map(id).transpose()?,
        offset: asked.count("offset").unwrap_or(0),
        limit: asked.limit()?,
    };
    Ok(command(asked, action))
}

/// Creating a label does not tell its id (D-81).
fn create(asked: &Asked<'_>) -> Parsed<Command> {
    let action = LabelAction::Create {
        name: asked.field("name").ok_or(Malformed::Parameter)?,
        color: asked.field("color").ok_or(Malformed::Parameter)?,
    };
    Ok(command(asked, action))
}

fn update(asked: &Asked<'_>) -> Parsed<Command> {
    let action = LabelAction::Update {
        label: id(&asked.path("label_id"))?,
        name: asked.field("name").ok_or(Malformed::Parameter)?,
        color: asked.field("color").ok_or(Malformed::Parameter)?,
    };
    Ok(command(asked, action))
}

fn delete(asked: &Asked<'_>) -> Parsed<Command> {
    let label = id(&asked.path("label_id"))?;
    Ok(command(asked, LabelAction::Delete { label }))
}

fn of_ticket(asked: &Asked<'_>) -> Parsed<Command> {
    let ticket = asked.path("case_id");
    Ok(command(asked, LabelAction::OfTicket { ticket }))
}

fn put_on(asked: &Asked<'_>) -> Parsed<Command> {
    let action = LabelAction::PutOn {
        ticket: asked.path("case_id"),
        labels: ids(asked)?,
    };
    Ok(command(asked, action))
}

fn take_off(asked: &Asked<'_>) -> Parsed<Command> {
    let action = LabelAction::TakeOff {
        ticket: asked.path("case_id"),
        labels: ids(asked)?,
    };
    Ok(command(asked, action))
}

fn command(asked: &Asked<'_>, action: LabelAction) -> Command {
    Command::Labels {
        by: asked.by(),
        action,
    }
}

fn id(text: &str) -> Parsed<u32> {
    text.parse().map_err(|_| Malformed::Parameter)
}

/// The ids in a query, by repeated keys (D-80).
fn ids(asked: &Asked<'_>) -> Parsed<BTreeSet<u32>> {
    let ids = asked.list("label_ids");
    ids.iter().map(|text| id(text)).collect()
}

fn listed(paint: &Paint<'_>, outcome: Outcome) -> Rendered {
    match outcome {
        Outcome::Labels { total, labels } => paint.json(json!({
            "total_count": paint.count(total),
            "label_list": lines(paint, &labels),
        })),
        other => written(paint, other),
    }
}

fn listed_of_ticket(paint: &Paint<'_>, outcome: Outcome) -> Rendered {
    match outcome {
        Outcome::Labels { labels, .. } => {
            paint.json(json!({ "case_label_list": lines(paint, &labels) }))
        }
        other => written(paint, other),
    }
}

pub(super) fn lines(paint: &Paint<'_>, labels: &[Label]) -> Value {
    let line =
        |label: &Label| json!({ "label_id": label.id, "name": label.name, "color": label.color });
    paint.list(labels.iter().map(line))
}
