//! How messages, receipts and tickets look: in a table, in one line, in JSON.

use crate::{
    cli::Form,
    failure::Failure,
    render::{
        Screen,
        table::{Column, ColumnWidth, QUIET, STRONG, Table},
    },
};
use hwc_tickets::{
    Message, MessageId, MessageKind, Role, Sent, TicketId, TicketStatus, ZoneOffset,
};
use serde_json::{Value, json};

/// Columns of a time: `2026-01-31 12:00:00`.
const TIME: usize = 19;
/// Columns of an author with his side; longer names are cut.
const AUTHOR: usize = 20;

/// What a table of messages shows besides time, author and text.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Extras {
    /// Columns of the longest message id, when ids are shown.
    pub(crate) ids: Option<usize>,
    /// Columns of the longest ticket id, when there is more than one ticket.
    pub(crate) tickets: Option<usize>,
}

/// A table of messages that grows.
#[derive(Debug)]
pub(crate) struct Messages<'a> {
    screen: &'a Screen,
    table: Table,
    zone: ZoneOffset,
    extras: Extras,
}

impl<'a> Messages<'a> {
    pub(crate) fn begin(
        screen: &'a Screen,
        zone: ZoneOffset,
        extras: Extras,
    ) -> Result<Self, Failure> {
        let mut columns = vec![Column::new("TIME", ColumnWidth::Fixed(TIME)).styled(QUIET)];
        if let Some(width) = extras.tickets {
            columns.push(Column::new("TICKET", ColumnWidth::Fixed(width.max(6))));
        }
        columns.push(Column::new("FROM", ColumnWidth::Fixed(AUTHOR)).styled(STRONG));
        if let Some(width) = extras.ids {
            columns.push(Column::new("ID", ColumnWidth::Fixed(width.max(2))).styled(QUIET));
        }
        columns.push(Column::new("TEXT", ColumnWidth::Rest));
        let table = screen.begin_table(&columns, &[])?;
        Ok(Self {
            screen,
            table,
            zone,
            extras,
        })
    }

    pub(crate) fn row(&self, ticket: &TicketId, message: &Message) -> Result<(), Failure> {
        let mut cells = vec![time(message, self.zone)];
        if self.extras.tickets.is_some() {
            cells.push(ticket.to_string());
        }
        cells.push(author(message));
        if self.extras.ids.is_some() {
            cells.push(
                message
                    .id
                    .as_ref()
                    .map_or_else(|| "-".to_owned(), ToString::to_string),
            );
        }
        cells.push(text(message));
        self.screen.row(&self.table, &cells)
    }

    /// A change of status, as a row of its own.
    pub(crate) fn status(
        &self,
        ticket: &TicketId,
        status: TicketStatus,
        at: String,
    ) -> Result<(), Failure> {
        let mut cells = vec![at];
        if self.extras.tickets.is_some() {
            cells.push(ticket.to_string());
        }
        cells.push("status".to_owned());
        if self.extras.ids.is_some() {
            cells.push(String::new());
        }
        cells.push(status_name(status));
        self.screen.row(&self.table, &cells)
    }
}

/// When it was written, in the zone of the settings; as the service wrote it when that is no time.
pub(crate) fn time(message: &Message, zone: ZoneOffset) -> String {
    match message.created_at.instant() {
        Some(instant) => zone.wall_time(instant),
        None => message.created_at.raw().to_owned(),
    }
}

/// Who wrote it: the side, and the name if there is one.
pub(crate) fn author(message: &Message) -> String {
    let side = match (message.author.role, message.kind) {
        (Role::ThirdParty, _) => "third party",
        (Role::Engineer, _) | (_, MessageKind::Support) => "support",
        (Role::Customer, _) | (_, MessageKind::Customer) => "customer",
        _ => "unknown",
    };
    match message
        .author
        .name
        .as_deref()
        .filter(|name| !name.is_empty())
    {
        Some(name) => format!("{side}: {name}"),
        None => side.to_owned(),
    }
}

/// Columns of the longest id among messages.
pub(crate) fn id_width<'a>(ids: impl Iterator<Item = &'a MessageId>) -> usize {
    ids.map(|id| id.as_str().len()).max().unwrap_or(0)
}

/// Shown below a message whose list of attachments has no reading.
pub(crate) const ATTACHMENTS_UNKNOWN: &str =
    "[attachments unknown: the service sent a list of them that cannot be read]";

/// The text, and what is attached.
fn text(message: &Message) -> String {
    let mut text = message.content.clone();
    for attachment in &message.attachments {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&format!(
            "[attachment {}: {}]",
            attachment.raw_id, attachment.file_name
        ));
    }
    if message.attachments_unknown {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(ATTACHMENTS_UNKNOWN);
    }
    text
}

/// One message as JSON.
pub(crate) fn message_json(ticket: &TicketId, message: &Message) -> Value {
    json!({ "type": "message", "ticket": ticket, "message": message, "key": message.key() })
}

/// The name of a status, as it is typed and shown.
pub(crate) fn status_name(status: TicketStatus) -> String {
    match serde_json::to_value(status) {
        Ok(Value::String(name)) => name,
        _ => match status {
            TicketStatus::Other(code) => format!("other ({code})"),
            _ => "unknown".to_owned(),
        },
    }
}

/// The receipt of a message that is in the ticket.
pub(crate) fn sent(screen: &Screen, sent: &Sent, zone: ZoneOffset) -> Result<(), Failure> {
    let outcome = if sent.is_confirmed() {
        "confirmed"
    } else {
        "accepted"
    };
    if matches!(screen.form(), Form::Json | Form::Ndjson) {
        return screen.document(&json!({
            "outcome": outcome,
            "ticket": sent.ticket,
            "message": sent.message(),
            "reference": sent.reference,
            "attempts": sent.attempts,
            "request_id": sent.request_id,
        }));
    }
    let mut facts = vec![
        ("outcome", outcome.to_owned()),
        ("ticket", sent.ticket.to_string()),
        (
            "time",
            sent.message()
                .map(|message| time(message, zone))
                .unwrap_or_default(),
        ),
        ("reference", sent.reference.clone().unwrap_or_default()),
    ];
    if screen.is_verbose() {
        facts.push(("attempts", sent.attempts.to_string()));
        facts.push(("request id", sent.request_id.clone().unwrap_or_default()));
    }
    screen.facts(&facts)
}
