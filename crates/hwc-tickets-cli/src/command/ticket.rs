//! `hwc-tickets ticket show` and `ticket status`.

use crate::{
    cli::{Form, ticket::Ticket},
    context::{Context, interruptible, ticket_id},
    failure::Failure,
    render,
    view::{Extras, Messages, id_width, status_name},
};
use hwc_tickets::{MessageTime, TicketDetail, TicketId};
use serde_json::json;
use std::future::IntoFuture as _;

pub(crate) async fn run(args: Ticket, context: &Context) -> Result<(), Failure> {
    match args {
        Ticket::Show(one) => interruptible(show(ticket_id(&one.ticket)?, context)).await,
        Ticket::Status(one) => interruptible(status(ticket_id(&one.ticket)?, context)).await,
    }
}

async fn status(id: TicketId, context: &Context) -> Result<(), Failure> {
    let ticket = context.client()?.ticket(id)?;
    let status = render::wait("reading the status", ticket.status().into_future()).await?;
    let screen = &context.screen;
    match screen.form() {
        Form::Json | Form::Ndjson => {
            screen.document(&json!({ "ticket": ticket.id(), "status": status }))
        }
        Form::Table => screen.facts(&[
            ("ticket", ticket.id().to_string()),
            ("status", status_name(status)),
        ]),
        Form::Plain => screen.facts(&[("status", status_name(status))]),
    }
}

async fn show(id: TicketId, context: &Context) -> Result<(), Failure> {
    let ticket = context.client()?.ticket(id)?;
    let detail = render::wait("reading the ticket", ticket.detail().into_future()).await?;
    let screen = &context.screen;
    if !detail.undecodable.is_empty() {
        screen.warn(&format!(
            "{} messages could not be read",
            detail.undecodable.len()
        ));
    }
    let zone = context.settings.time_zone.value;
    match screen.form() {
        Form::Json | Form::Ndjson => {
            screen.document(&json!({ "ticket": ticket.id(), "detail": detail }))
        }
        Form::Table | Form::Plain => {
            if screen.form() == Form::Table {
                screen.facts(&[
                    ("ticket", ticket.id().to_string()),
                    ("status", status_name(detail.status)),
                    ("created", shown(&detail.created_at, zone)),
                    ("about", detail.description.clone().unwrap_or_default()),
                ])?;
                screen.raw_line("")?;
            }
            let width = id_width(
                detail
                    .messages
                    .iter()
                    .filter_map(|message| message.id.as_ref()),
            );
            let extras = Extras {
                ids: Some(width),
                ..Extras::default()
            };
            let table = Messages::begin(screen, zone, extras)?;
            sorted(detail)
                .iter()
                .try_for_each(|message| table.row(ticket.id(), message))
        }
    }
}

/// Oldest first, as a conversation is read.
fn sorted(detail: TicketDetail) -> Vec<hwc_tickets::Message> {
    let mut messages = detail.messages;
    messages.sort_by_key(|message| message.created_at.instant());
    messages
}

fn shown(time: &MessageTime, zone: hwc_tickets::ZoneOffset) -> String {
    time.instant()
        .map_or_else(|| time.raw().to_owned(), |instant| zone.wall_time(instant))
}
