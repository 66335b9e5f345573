//! `hwc-tickets ticket show` and `ticket status`.

use crate::{
    cli::{Form, ticket::Ticket},
    context::{Context, interruptible, ticket_id},
    failure::Failure,
    render,
    view::{self, Extras, Messages, id_width, status_name},
};
use hwc_tickets::{MessageTime, TicketDetail, TicketId, ZoneOffset};
use serde_json::{Value, json};
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
            let messages: Vec<Value> = detail
                .messages
                .iter()
                .map(|message| {
                    let mut value = view::message_value(message);
                    if let Some(object) = value.as_object_mut() {
                        object.insert("from".to_owned(), view::side(message).into());
                    }
                    value
                })
                .collect();
            let mut detail = serde_json::to_value(&detail).map_err(Failure::unserialisable)?;
            if let Some(object) = detail.as_object_mut() {
                object.insert("messages".to_owned(), messages.into());
                // Warned of above.
                object.remove("undecodable");
            }
            screen.document(&json!({ "ticket": ticket.id(), "detail": detail }))
        }
        Form::Table | Form::Plain => {
            let facts = facts(ticket.id(), &detail, zone, screen.form());
            if screen.form() == Form::Table {
                screen.facts(&facts)?;
                screen.raw_line("")?;
            } else {
                (facts.into_iter())
                    .filter(|(_, value)| !value.is_empty())
                    .try_for_each(|(name, value)| {
                        screen.facts(&[("", name.to_owned()), ("", value)])
                    })?;
            }
            let width = id_width(
                detail
                    .messages
                    .iter()
                    .filter_map(|message| message.id.as_ref()),
            );
            let extras = Extras {
                ids: Some(width),
                name: Some("message"),
                ..Extras::default()
            };
            let mut table = Messages::begin(screen, zone, extras);
            sorted(detail)
                .iter()
                .try_for_each(|message| table.row(ticket.id(), message))?;
            table.end()
        }
    }
}

/// What the service tells of a ticket by names of its own, and what people call it.
const FIELDS: [(&str, &str); 13] = [
    ("severity", "severity_name"),
    ("kind", "business_type_name"),
    ("product", "incident_type_name"),
    ("category", "product_category_name"),
    ("region", "dc_name"),
    ("customer", "xcustomer_name"),
    ("opened by", "customer_id"),
    ("opened in", "source_name"),
    ("cause", "root_cause"),
    ("solution", "resolution"),
    ("judgement", "judgement"),
    ("solved", "resolve_time"),
    ("confirmed", "confirmed_time"),
];

/// Everything that is known of a ticket but its messages; what is empty is left out.
fn facts(
    id: &TicketId,
    detail: &TicketDetail,
    zone: ZoneOffset,
    form: Form,
) -> Vec<(&'static str, String)> {
    let mut facts = vec![
        ("ticket", id.to_string()),
        ("status", status_name(detail.status)),
    ];
    for (name, field) in FIELDS {
        let value = match detail.extra.get(field) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => continue,
        };
        let value = match field.ends_with("_time") {
            true => view::named_time(&MessageTime::read(value, zone), zone, form),
            false => value,
        };
        facts.push((name, value));
    }
    facts.push(("created", view::named_time(&detail.created_at, zone, form)));
    facts.push(("about", detail.description.clone().unwrap_or_default()));
    facts
}

/// Oldest first, as a conversation is read.
fn sorted(detail: TicketDetail) -> Vec<hwc_tickets::Message> {
    let mut messages = detail.messages;
    messages.sort_by_key(|message| message.created_at.instant());
    messages
}
