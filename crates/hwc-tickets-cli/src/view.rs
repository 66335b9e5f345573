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
    Message, MessageId, MessageKind, MessageTime, Role, Sent, TicketId, TicketStatus, ZoneOffset,
};
use jiff::Timestamp;
use serde_json::{Value, json};

/// Columns of a time: `2026-01-31 12:00:00`. Its zone stands in the title.
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
    /// The first field of each line of `plain`, where lines of other sorts stand beside.
    pub(crate) name: Option<&'static str>,
}

/// A table of messages that grows.
#[derive(Debug)]
pub(crate) struct Messages<'a> {
    screen: &'a Screen,
    table: Table,
    zone: ZoneOffset,
    extras: Extras,
    /// Whether the titles stand there.
    is_begun: bool,
}

impl<'a> Messages<'a> {
    pub(crate) fn begin(screen: &'a Screen, zone: ZoneOffset, extras: Extras) -> Self {
        let title = format!("TIME ({zone})");
        let mut columns = vec![Column::new(title, ColumnWidth::Fixed(TIME)).styled(QUIET)];
        if let Some(width) = extras.tickets {
            columns.push(Column::new("TICKET", ColumnWidth::Fixed(width.max(6))));
        }
        columns.push(Column::new("FROM", ColumnWidth::Fixed(AUTHOR)).styled(STRONG));
        if let Some(width) = extras.ids {
            columns.push(Column::new("ID", ColumnWidth::Fixed(width.max(2))).styled(QUIET));
        }
        columns.push(Column::new("TEXT", ColumnWidth::Rest));
        let table = screen.begin_table(&columns, &[]);
        Self {
            screen,
            table,
            zone,
            extras,
            is_begun: false,
        }
    }

    /// The titles, once: before the first row, so that nothing stands before an error.
    fn head(&mut self) -> Result<(), Failure> {
        if !std::mem::replace(&mut self.is_begun, true) {
            let legend = format!("Times in {}", self.zone);
            self.screen.header(&self.table, &legend)?;
        }
        Ok(())
    }

    /// Nothing more comes, and nothing failed: an empty table has its titles, too.
    pub(crate) fn end(mut self) -> Result<(), Failure> {
        self.head()
    }

    pub(crate) fn row(&mut self, ticket: &TicketId, message: &Message) -> Result<(), Failure> {
        self.head()?;
        // Its zone stands in the title, or, without titles, with each time.
        let written = match self.screen.form() {
            Form::Table => clock_time(message, self.zone),
            form => time(message, self.zone, form),
        };
        let mut cells = Vec::new();
        if let (Some(name), Form::Plain) = (self.extras.name, self.screen.form()) {
            cells.push(name.to_owned());
        }
        cells.push(written);
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
        match self.screen.form() {
            Form::Plain => {
                cells.push(message.content.clone());
                cells.extend(attachment_fields(message));
            }
            _ => cells.push(text(message)),
        }
        self.screen.row(&self.table, &cells)
    }

    /// A change of status, as a row of its own.
    pub(crate) fn status(
        &mut self,
        ticket: &TicketId,
        status: TicketStatus,
        at: Timestamp,
    ) -> Result<(), Failure> {
        self.head()?;
        let mut cells = vec![match self.screen.form() {
            Form::Table => self.zone.wall_time(at),
            form => moment(at, self.zone, form),
        }];
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

/// When it was written, for a place that names the zone already; as the service wrote it when that is no time.
pub(crate) fn clock_time(message: &Message, zone: ZoneOffset) -> String {
    match message.created_at.instant() {
        Some(instant) => zone.wall_time(instant),
        None => message.created_at.raw().to_owned(),
    }
}

/// When it was written, with the zone.
pub(crate) fn time(message: &Message, zone: ZoneOffset, form: Form) -> String {
    named_time(&message.created_at, zone, form)
}

/// The same of any time of the service.
pub(crate) fn named_time(time: &MessageTime, zone: ZoneOffset, form: Form) -> String {
    match time.instant() {
        Some(instant) => moment(instant, zone, form),
        None => time.raw().to_owned(),
    }
}

/// A moment with its zone: for programs in RFC 3339, in a table as people read it.
pub(crate) fn moment(instant: Timestamp, zone: ZoneOffset, form: Form) -> String {
    match form {
        Form::Table => format!("{} {zone}", zone.wall_time(instant)),
        _ => zone.rfc_3339(instant),
    }
}

/// The side a message comes from: the same word in every command, because every read of the service tells the side, and
/// only some tell more of the author.
pub(crate) fn side(message: &Message) -> &'static str {
    match (message.kind, message.author.role) {
        (MessageKind::Support, _) => "support",
        (MessageKind::Customer, _) => "customer",
        (_, Role::Engineer) => "support",
        (_, Role::Customer) => "customer",
        (_, Role::ThirdParty) => "third party",
        _ => "unknown",
    }
}

/// Who wrote it: the side, and the name if there is one.
pub(crate) fn author(message: &Message) -> String {
    let side = side(message);
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

/// The text, and below it what is attached.
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

/// What is attached, as fields behind the text: id and file name of each. Nobody can take them for a part of the text.
fn attachment_fields(message: &Message) -> impl Iterator<Item = String> {
    let known = message
        .attachments
        .iter()
        .flat_map(|attachment| [attachment.raw_id.clone(), attachment.file_name.clone()]);
    let unknown = message
        .attachments_unknown
        .then(|| ["?".to_owned(), ATTACHMENTS_UNKNOWN.to_owned()]);
    known.chain(unknown.into_iter().flatten())
}

/// A message in JSON. Only some reads of the service tell the role of the author; what it says of the side, every one
/// tells by other means, and `from` beside the message holds. So it stands here only where it says more.
pub(crate) fn message_value(message: &Message) -> Value {
    let mut value = json!(message);
    if matches!(
        message.author.role,
        Role::Customer | Role::Engineer | Role::Unknown
    ) && let Some(author) = value.get_mut("author").and_then(Value::as_object_mut)
    {
        author.remove("role");
    }
    value
}

/// One message as JSON.
pub(crate) fn message_json(ticket: &TicketId, message: &Message) -> Value {
    json!({
        "type": "message",
        "ticket": ticket,
        "from": side(message),
        "message": message_value(message),
        "key": message.key(),
    })
}

/// The name of a status, as it is typed and shown.
pub(crate) fn status_name(status: TicketStatus) -> String {
    match serde_json::to_value(status) {
        Ok(Value::String(name)) => name.replace('_', "-"),
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
            "from": sent.message().map(side),
            "message": sent.message().map(message_value),
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
                .map(|message| time(message, zone, screen.form()))
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
