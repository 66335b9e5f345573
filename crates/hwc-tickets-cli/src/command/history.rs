//! `hwc-tickets message history`.

use crate::{
    cli::{Form, message::History},
    clock,
    context::{Context, interruptible, ticket_id},
    failure::Failure,
    render::{self, List},
    view::{Extras, Messages, id_width, message_json},
};
use hwc_tickets::{Message, MessageId, MessageKey, Ticket, TicketId, history::Audit};
use serde_json::{Map, json};
use std::collections::{BTreeMap, VecDeque};

pub(crate) async fn run(args: History, context: &Context) -> Result<(), Failure> {
    let id = ticket_id(&args.ticket)?;
    let ticket = context.client()?.ticket(id)?;
    let ids = match args.ids {
        true => Some(interruptible(render::wait("reading the ticket", known_ids(&ticket))).await?),
        false => None,
    };
    let width = ids.as_ref().map(|ids| id_width(ids.values().flatten()));
    let mut sink = Sink::begin(context, ticket.id(), width)?;
    let mut audit = Audit::default();
    let reading = read(
        &args,
        context,
        &ticket,
        ids.unwrap_or_default(),
        &mut sink,
        &mut audit,
    );
    let outcome = interruptible(reading).await;
    let outcome = sink.end(&audit, outcome);
    if outcome.is_ok() && audit.possible_gap {
        context.screen.warn(
            "a message may be missing: the service counts more than it shows, or more stand in one second than it gives at once",
        );
    }
    if audit.undecodable > 0 {
        context
            .screen
            .warn(&format!("{} messages could not be read", audit.undecodable));
    }
    outcome
}

type Ids = BTreeMap<MessageKey, VecDeque<MessageId>>;

async fn read(
    args: &History,
    context: &Context,
    ticket: &Ticket,
    mut ids: Ids,
    sink: &mut Sink<'_>,
    audit: &mut Audit,
) -> Result<(), Failure> {
    let mut history = ticket.history();
    if let Some(moment) = args.since {
        let zone = context.settings.time_zone.value;
        history = history.since(moment.instant(clock::now(), zone.minutes()));
    }
    if let Some(limit) = args.limit {
        history = history.limit(limit);
    }
    if args.oldest_first {
        history = history.oldest_first();
    }
    let mut messages = history.stream();
    loop {
        let next = render::wait("reading messages", messages.next()).await;
        *audit = messages.audit();
        let Some(message) = next else { return Ok(()) };
        let mut message = message?;
        if let Some(same) = ids.get_mut(&message.key()) {
            // Equal messages stand oldest first.
            message.id = if args.oldest_first {
                same.pop_front()
            } else {
                same.pop_back()
            };
        }
        sink.message(ticket.id(), &message)?;
    }
}

/// The ids that the ticket detail shows, by message. Equal messages keep their order.
async fn known_ids(ticket: &Ticket) -> Result<Ids, Failure> {
    let mut messages = ticket.detail().await?.messages;
    messages.sort_by_key(|message| message.created_at.instant());
    let mut ids = Ids::new();
    for message in messages {
        if let Some(id) = message.id.clone() {
            ids.entry(message.key()).or_default().push_back(id);
        }
    }
    Ok(ids)
}

/// Where messages go, in the form that was asked for.
enum Sink<'a> {
    Table(Messages<'a>),
    Json(List<'a>),
}

impl<'a> Sink<'a> {
    fn begin(context: &'a Context, ticket: &TicketId, ids: Option<usize>) -> Result<Self, Failure> {
        let screen = &context.screen;
        match screen.form() {
            Form::Table | Form::Plain => {
                let extras = Extras {
                    ids,
                    ..Extras::default()
                };
                Ok(Self::Table(Messages::begin(
                    screen,
                    context.settings.time_zone.value,
                    extras,
                )))
            }
            Form::Json | Form::Ndjson => {
                let fields = Map::from_iter([("ticket".to_owned(), json!(ticket))]);
                Ok(Self::Json(List::begin(screen, &fields, "messages")?))
            }
        }
    }

    fn message(&mut self, ticket: &TicketId, message: &Message) -> Result<(), Failure> {
        match self {
            Self::Table(table) => table.row(ticket, message),
            Self::Json(list) => list.item(&message_json(ticket, message)),
        }
    }

    /// Ends the output; also when reading has failed, so that the document is whole.
    fn end(self, audit: &Audit, outcome: Result<(), Failure>) -> Result<(), Failure> {
        let list = match self {
            Self::Json(list) => list,
            Self::Table(table) if outcome.is_ok() => return table.end(),
            Self::Table(_) => return outcome,
        };
        // Who reads only the one word must not take a conversation with a gap for the whole one.
        let mut audit = audit.clone();
        audit.complete &= !audit.possible_gap;
        // Their number is enough here.
        audit.unreadable.clear();
        list.end_of_reading(audit.complete, &audit, outcome)
    }
}
