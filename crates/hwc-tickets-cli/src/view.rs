//! How messages, receipts and tickets look: their cells and facts, and what of them stands in JSON.

use crate::{
    cli::Form,
    failure::Failure,
    render::{
        Cell, List, Part, Row, Screen, Show, Titles, fact,
        table::{Column, ColumnWidth, QUIET, STRONG},
        wrap::width,
    },
    zone::Zone,
};
use hwc_tickets::{
    AttachmentId, Message, MessageId, MessageKey, MessageKind, MessageTime, Role, Sent, TicketId,
    TicketStatus, submit::Unrecorded,
};
use jiff::Timestamp;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

/// Columns of an author with his side; longer names are cut.
const AUTHOR: usize = 20;

/// A message in JSON: as the SDK writes it, and beside that its side and its key. The same in every command.
///
/// Only some reads of the service tell the role of the author. What it says of the side, every one tells by other means,
/// and `from` has. So it is told only where it says more. The type of user says more, and stands wherever the service told it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MessageJson<'a>(pub(crate) &'a Message);

impl Serialize for MessageJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Told<'a> {
            #[serde(flatten)]
            message: &'a Message,
            from: &'static str,
            key: MessageKey,
        }
        let Self(message) = self;
        let mut shown = Message::clone(message);
        if matches!(shown.author.role, Role::Customer | Role::Engineer) {
            shown.author.role = Role::Unknown;
        }
        let told = Told {
            message: &shown,
            from: side(message),
            key: message.key(),
        };
        told.serialize(serializer)
    }
}

/// What happened in a ticket. In JSON it is an event of the SDK.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Happened<'a> {
    Message {
        ticket: &'a TicketId,
        message: MessageJson<'a>,
    },
    Status {
        ticket: &'a TicketId,
        status: TicketStatus,
        /// When the service said so, by its own clock.
        at: Option<Timestamp>,
        /// The same by the clock of this machine, which may be wrong.
        #[serde(skip)]
        seen: Timestamp,
    },
    PossibleGap {
        ticket: &'a TicketId,
    },
    TicketLost {
        ticket: &'a TicketId,
        error: Value,
    },
    /// The clock of this machine counted. The SDK has it beside its events, and reads it as one it has no name for.
    LocalClock,
}

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

impl Extras {
    /// The titles of such a table.
    pub(crate) fn titles(self, zone: Zone) -> Titles {
        let title = format!("TIME ({zone})");
        let time = ColumnWidth::Fixed(zone.columns().max(width(&title)));
        let mut columns = vec![Column::new(title, time).styled(QUIET)];
        if let Some(width) = self.tickets {
            columns.push(Column::new("TICKET", ColumnWidth::Fixed(width.max(6))));
        }
        columns.push(Column::new("FROM", ColumnWidth::Fixed(AUTHOR)).styled(STRONG));
        if let Some(width) = self.ids {
            columns.push(Column::new("ID", ColumnWidth::Fixed(width.max(2))).styled(QUIET));
        }
        columns.push(Column::new("TEXT", ColumnWidth::Rest));
        Titles::new(columns)
            .legend(format!("Times in {zone}"))
            .behind(usize::from(self.name.is_some()))
    }

    /// A message as a row.
    pub(crate) fn message(
        self,
        ticket: &TicketId,
        message: &Message,
        zone: Zone,
        form: Form,
    ) -> Vec<Cell> {
        // Its zone stands in the title, or, without titles, with each time.
        let written = match form {
            Form::Table => clock_time(message, zone),
            _ => time(&message.created_at, zone, form),
        };
        let mut cells = self.beginning(written, ticket, form);
        cells.push(Some(author(message)));
        if self.ids.is_some() {
            cells.push(message.id.as_ref().map(ToString::to_string));
        }
        match form {
            Form::Plain => {
                cells.push(Some(message.content.clone()));
                cells.extend(attachment_fields(message).map(Some));
            }
            _ => cells.push(Some(text(message))),
        }
        cells
    }

    /// A change of status, as a row of its own.
    fn status(
        self,
        ticket: &TicketId,
        status: TicketStatus,
        at: Timestamp,
        zone: Zone,
        form: Form,
    ) -> Vec<Cell> {
        let written = match form {
            Form::Table => zone.wall_time(at),
            _ => moment(at, zone, form),
        };
        let mut cells = self.beginning(written, ticket, form);
        cells.push(Some("status".to_owned()));
        if self.ids.is_some() {
            cells.push(None);
        }
        cells.push(Some(status_name(status)));
        cells
    }

    /// What stands before the author.
    fn beginning(self, time: String, ticket: &TicketId, form: Form) -> Vec<Cell> {
        let name = self.name.filter(|_| form == Form::Plain);
        let ticket = self.tickets.map(|_| ticket.to_string());
        let cells = [name.map(str::to_owned), Some(time), ticket];
        cells.into_iter().flatten().map(Some).collect()
    }
}

/// A list of what happened in tickets, messages above all.
#[derive(Debug)]
pub(crate) struct Conversation<'a> {
    list: List<'a>,
    zone: Zone,
    extras: Extras,
}

impl<'a> Conversation<'a> {
    /// In the form `json`, `fields` stand before the list, which is called `name`.
    pub(crate) fn begin(
        screen: &'a Screen,
        fields: &Map<String, Value>,
        name: &str,
        zone: Zone,
        extras: Extras,
    ) -> Result<Self, Failure> {
        let list = List::begin(screen, extras.titles(zone), fields, name)?;
        Ok(Self { list, zone, extras })
    }

    pub(crate) fn add(&mut self, event: &Happened<'_>) -> Result<(), Failure> {
        match event {
            Happened::Message { .. } | Happened::Status { .. } => self.list.item(&Seen {
                event,
                zone: self.zone,
                extras: self.extras,
            }),
            // These are warnings for people.
            Happened::PossibleGap { .. } | Happened::TicketLost { .. } | Happened::LocalClock => {
                self.list.aside(event)
            }
        }
    }

    /// The list behind it, to be ended.
    pub(crate) fn into_list(self) -> List<'a> {
        self.list
    }
}

/// One row of it.
#[derive(Serialize)]
#[serde(transparent)]
struct Seen<'a> {
    event: &'a Happened<'a>,
    #[serde(skip)]
    zone: Zone,
    #[serde(skip)]
    extras: Extras,
}

impl Row for Seen<'_> {
    fn cells(&self, form: Form) -> Vec<Cell> {
        let (zone, extras) = (self.zone, self.extras);
        match self.event {
            Happened::Message { ticket, message } => extras.message(ticket, message.0, zone, form),
            Happened::Status {
                ticket,
                status,
                at,
                seen,
            } => extras.status(ticket, *status, at.unwrap_or(*seen), zone, form),
            Happened::PossibleGap { .. } | Happened::TicketLost { .. } | Happened::LocalClock => {
                Vec::new()
            }
        }
    }
}

/// When it was written, for a place that names the zone already; as the service wrote it when that is no time.
pub(crate) fn clock_time(message: &Message, zone: Zone) -> String {
    match message.created_at.instant() {
        Some(instant) => zone.wall_time(instant),
        None => message.created_at.raw().to_owned(),
    }
}

/// A time of the service, with its zone; as the service wrote it when that is no time.
pub(crate) fn time(time: &MessageTime, zone: Zone, form: Form) -> String {
    match time.instant() {
        Some(instant) => moment(instant, zone, form),
        None => time.raw().to_owned(),
    }
}

/// A moment with its zone: for programs in RFC 3339, in a table as people read it.
pub(crate) fn moment(instant: Timestamp, zone: Zone, form: Form) -> String {
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

/// The name of a status, as it is typed and shown.
pub(crate) fn status_name(status: TicketStatus) -> String {
    status.to_string().replace('_', "-")
}

/// The receipt of a message that is in the ticket.
#[derive(Debug, Serialize)]
pub(crate) struct Receipt<'a> {
    outcome: &'static str,
    ticket: &'a TicketId,
    message: Option<MessageJson<'a>>,
    reference: Option<&'a str>,
    attempts: u32,
    request_id: Option<&'a str>,
    /// Files that were uploaded for it and that it does not have.
    #[serde(skip_serializing_if = "<[AttachmentId]>::is_empty")]
    unused: &'a [AttachmentId],
    /// Its record says still that it is not known whether it arrived.
    #[serde(skip_serializing_if = "Option::is_none")]
    unrecorded: Option<&'a Unrecorded>,
    #[serde(skip)]
    zone: Zone,
    #[serde(skip)]
    verbose: bool,
}

impl<'a> Receipt<'a> {
    pub(crate) fn of(sent: &'a Sent, zone: Zone, verbose: bool) -> Self {
        let outcome = match sent.receipt {
            hwc_tickets::Receipt::Confirmed(_) => "confirmed",
            hwc_tickets::Receipt::Kept => "kept",
            _ => "accepted",
        };
        Self {
            outcome,
            ticket: &sent.ticket,
            message: sent.message().map(MessageJson),
            reference: sent.reference.as_deref(),
            attempts: sent.attempts,
            request_id: sent.request_id.as_deref(),
            unused: &sent.unused,
            unrecorded: sent.unrecorded.as_ref(),
            zone,
            verbose,
        }
    }

    /// How it is known that the message is in the ticket.
    pub(crate) fn outcome(&self) -> &'static str {
        self.outcome
    }
}

impl Show for Receipt<'_> {
    fn parts(&self, form: Form) -> Vec<Part> {
        let time = self
            .message
            .map(|message| time(&message.0.created_at, self.zone, form));
        let mut facts = vec![
            fact("outcome", self.outcome.to_owned()),
            fact("ticket", self.ticket.to_string()),
            fact("time", time),
            fact("reference", self.reference.map(str::to_owned)),
        ];
        if self.verbose {
            facts.push(fact("attempts", self.attempts.to_string()));
            facts.push(fact("request id", self.request_id.map(str::to_owned)));
        }
        vec![Part::Facts(facts)]
    }
}

/// The receipts of a text that was sent in parts.
#[derive(Debug, Serialize)]
pub(crate) struct Receipts<'a> {
    pub(crate) parts: &'a [Receipt<'a>],
}

impl Show for Receipts<'_> {
    fn parts(&self, form: Form) -> Vec<Part> {
        let parts = self.parts.iter();
        parts.flat_map(|part| part.parts(form)).collect()
    }

    fn lines(&self) -> Option<Vec<Value>> {
        let lines = self.parts.iter().map(serde_json::to_value);
        lines.collect::<Result<_, _>>().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hwc_tickets::{Author, ZoneOffset};

    /// Reads of the service that do not tell the role of the author give the same object as those that do.
    #[test]
    fn a_role_is_told_where_it_says_more_than_the_side() {
        use MessageKind as K;
        use Role as R;
        for (kind, role, from, told) in [
            (K::Support, R::Engineer, "support", "unknown"),
            (K::Support, R::Unknown, "support", "unknown"),
            (K::Support, R::ThirdParty, "support", "third_party"),
            (K::Customer, R::Customer, "customer", "unknown"),
            (K::Unknown, R::Engineer, "support", "unknown"),
            (K::Unknown, R::ThirdParty, "third party", "third_party"),
        ] {
            let time = MessageTime::read("2026-01-31 12:00:00", ZoneOffset::UTC);
            let message = Message::new(kind, time, "the text").author(Author::new(role));
            let json = serde_json::to_value(MessageJson(&message)).unwrap();
            assert_eq!(json["from"], from, "{kind:?} {role:?}");
            assert_eq!(json["author"]["role"], told, "{kind:?} {role:?}");
            assert_eq!(json["key"], message.key().to_string());
            let again: Message = serde_json::from_value(json).unwrap();
            assert_eq!(again.key(), message.key());
        }
    }
}
