//! `hwc-tickets ticket ...`, as far as it is written by hand.

mod change;

use crate::{
    cli::{Form, ticket::Ticket},
    context::{Context, interruptible, ticket_id},
    failure::Failure,
    render::{self, Cell, Fact, Part, Show, fact, json::with_fields},
    view::{self, Extras, MessageJson, id_width, status_name},
    zone::Zone,
};
use hwc_tickets::{Message, MessageTime, TicketDetail, TicketId, TicketStatus};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use std::future::IntoFuture as _;

pub(crate) async fn run(args: Ticket, context: &Context) -> Result<(), Failure> {
    match args {
        Ticket::Show(one) => interruptible(show(ticket_id(&one.ticket)?, context)).await,
        Ticket::Status(one) => interruptible(status(ticket_id(&one.ticket)?, context)).await,
        Ticket::Close(args) => change::close(args, context).await,
        Ticket::Confirm(args) => change::confirm(args, context).await,
        Ticket::Cancel(args) => change::cancel(args, context).await,
        Ticket::Delete(args) => change::delete(args, context).await,
        Ticket::Urge(args) => change::urge(args, context).await,
        Ticket::Score(args) => change::score(args, context).await,
        Ticket::Export(args) => super::described::export(args, context).await,
        Ticket::Create(args) => super::create::run(&args, context).await,
        Ticket::Reconcile(args) => super::create::reconcile(&args, context).await,
    }
}

async fn status(id: TicketId, context: &Context) -> Result<(), Failure> {
    let ticket = context.client()?.ticket(id)?;
    let status = render::wait("reading the status", ticket.status().into_future()).await?;
    let ticket = ticket.id();
    context.screen.show(&StatusOf { ticket, status })
}

/// The status of a ticket.
#[derive(Serialize)]
struct StatusOf<'a> {
    ticket: &'a TicketId,
    status: TicketStatus,
}

impl Show for StatusOf<'_> {
    fn parts(&self, form: Form) -> Vec<Part> {
        let mut facts = vec![fact("status", status_name(self.status))];
        // A script that asks for the status of a ticket wants that word alone.
        if form == Form::Table {
            facts.insert(0, fact("ticket", self.ticket.to_string()));
        }
        vec![Part::Facts(facts)]
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
    screen.show(&Whole {
        ticket: ticket.id(),
        detail: DetailJson(&detail),
        zone: context.settings.time_zone.value,
    })
}

/// A ticket with all that is known of it.
#[derive(Serialize)]
struct Whole<'a> {
    ticket: &'a TicketId,
    detail: DetailJson<'a>,
    #[serde(skip)]
    zone: Zone,
}

/// The detail in JSON: as the SDK writes it, with messages as they are in every command.
struct DetailJson<'a>(&'a TicketDetail);

impl Serialize for DetailJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(detail) = self;
        let messages = detail.messages.iter().map(MessageJson);
        let messages = json!(messages.collect::<Vec<_>>());
        with_fields(detail, [("messages", messages)], serializer)
    }
}

impl Show for Whole<'_> {
    fn parts(&self, form: Form) -> Vec<Part> {
        let (ticket, DetailJson(detail), zone) = (self.ticket, &self.detail, self.zone);
        let ids = detail.messages.iter();
        let ids = ids.filter_map(|message| message.id.as_ref());
        let extras = Extras {
            ids: Some(id_width(ids)),
            name: Some("message"),
            ..Extras::default()
        };
        let rows: Vec<Vec<Cell>> = (sorted(detail).into_iter())
            .map(|message| extras.message(ticket, message, zone, form))
            .collect();
        vec![
            Part::NamedFacts(facts(ticket, detail, zone, form)),
            Part::Rows(extras.titles(zone), rows),
        ]
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
fn facts(id: &TicketId, detail: &TicketDetail, zone: Zone, form: Form) -> Vec<Fact> {
    let mut facts = vec![
        fact("ticket", id.to_string()),
        fact("status", status_name(detail.status)),
    ];
    for (name, field) in FIELDS {
        let value = match detail.extra.get(field) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => continue,
        };
        let value = match field.ends_with("_time") {
            true => view::time(&MessageTime::read(value, zone.on_the_wire()), zone, form),
            false => value,
        };
        facts.push(fact(name, value));
    }
    let created = view::time(&detail.created_at, zone, form);
    facts.push(fact("created", created));
    facts.push(fact("about", detail.description.clone()));
    facts
}

/// Oldest first, as a conversation is read.
fn sorted(detail: &TicketDetail) -> Vec<&Message> {
    let mut messages: Vec<&Message> = detail.messages.iter().collect();
    messages.sort_by_key(|message| message.created_at.instant());
    messages
}
