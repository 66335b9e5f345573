//! Wire structures turned into this crate's own types. Nothing is refused here: what cannot be used is
//! kept as it came.

use crate::{
    ids::{AttachmentId, MessageId, TicketId},
    messages::message::{Attachment, Author, Message, MessageKind, Role, Undecodable, UserType},
    service::rows::{odd_field, own, set_aside},
    time::{MessageTime, ZoneOffset},
};
use hwc_tickets_wire::{
    self as wire,
    messages::{QueryMessageInfoV2, UserInstantIncidentMsgV2},
    shared::SimpleAccessoryV2,
};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Messages, and the rows that are none: those the wire lost, and those whose text has no reading.
pub(crate) struct Readable {
    pub(crate) messages: Vec<Message>,
    pub(crate) undecodable: Vec<Undecodable>,
}

impl Readable {
    /// Reads the rows of a list from which the rows of `lost` are missing.
    pub(crate) fn from_rows<R>(
        rows: Vec<R>,
        lost: Vec<Undecodable>,
        read: impl Fn(R) -> Result<Message, String>,
    ) -> Self {
        let mut messages = Vec::with_capacity(rows.len());
        let mut unreadable = Vec::new();
        for (number, row) in rows.into_iter().enumerate() {
            match read(row) {
                Ok(message) => messages.push(message),
                Err(reason) => unreadable.push((number, reason)),
            }
        }
        // Nearly every page is readable as a whole: nothing is reckoned for its places then.
        let undecodable = match lost.is_empty() && unreadable.is_empty() {
            true => Vec::new(),
            false => by_place(lost, unreadable),
        };
        Self {
            messages,
            undecodable,
        }
    }
}

/// All rows that are none, in the order of the answer. Those of `unreadable` have their number among the rows that the wire did not
/// lose, and ascend.
#[cold]
fn by_place(lost: Vec<Undecodable>, unreadable: Vec<(usize, String)>) -> Vec<Undecodable> {
    let missing: BTreeSet<usize> = lost.iter().map(|item| item.index).collect();
    let mut places = (0_usize..).filter(|place| !missing.contains(place));
    let mut undecodable = lost;
    let mut next = 0;
    for (number, reason) in unreadable {
        let place = places.nth(number - next).unwrap_or(number);
        undecodable.push(Undecodable::new(place, reason));
        next = number + 1;
    }
    undecodable.sort_by_key(|item| item.index);
    undecodable
}

/// Messages of history or of a poll.
pub(super) fn messages(
    rows: Vec<QueryMessageInfoV2>,
    lost: Vec<Undecodable>,
    zone: ZoneOffset,
) -> Readable {
    Readable::from_rows(rows, lost, |row| message(row, zone))
}

/// The news of one ticket: its id, and its messages. `Err`: whose they are, or what they are, has no reading.
pub(super) fn news(
    ticket: UserInstantIncidentMsgV2,
    lost: Vec<Undecodable>,
    zone: ZoneOffset,
) -> Result<(String, Readable), String> {
    for name in ["incident_id", "message_list"] {
        if let Some(odd) = set_aside(&ticket.extra, name)
            && (name == "incident_id" || ticket.message_list.is_none())
        {
            return Err(odd_field("immsg", name, odd));
        }
    }
    // A list that is left out is taken for an empty one, as it is where no ticket has news.
    let rows = ticket.message_list.unwrap_or_default();
    let id = ticket.incident_id.unwrap_or_default();
    Ok((id, messages(rows, lost, zone)))
}

/// Why the news of ticket `id` cannot be used: it is none of those that were asked for. `None` where it is one.
pub(super) fn stray(id: &str, asked: &[TicketId]) -> Option<String> {
    match asked.iter().any(|own| own.as_str() == id) {
        true => None,
        false => Some(of_no_ticket(id)),
    }
}

#[cold]
fn of_no_ticket(id: &str) -> String {
    if id.is_empty() {
        return without_id("immsg");
    }
    // Only what has the form of an id is shown: anything else may be any text.
    match TicketId::lenient(id) {
        Ok(id) => format!("immsg: the field incident_id names {id}, which was not asked for"),
        Err(error) => format!("immsg: the field incident_id is {error}"),
    }
}

/// Of a row that names no ticket.
#[cold]
pub(super) fn without_id(list: &str) -> String {
    format!("{list}: the field incident_id is missing, null or empty")
}

/// Whether nobody knows what is attached: the list is no list, or part of it is unreadable.
pub(crate) fn are_attachments_unknown(extra: &Map<String, Value>) -> bool {
    set_aside(extra, "accessory_list").is_some()
}

/// A message of history or of a poll. `Err`: its text has no reading.
fn message(from: QueryMessageInfoV2, zone: ZoneOffset) -> Result<Message, String> {
    if let Some(odd) = set_aside(&from.extra, "content") {
        return Err(odd_field("message_list", "content", odd));
    }
    let role = Role::from_code(from.replier_type);
    let extra = from.extra;
    // An id is documented nowhere in these answers (D-15), but it would be welcome.
    let id = extra.get("message_id").and_then(Value::as_str);
    let id = id.and_then(|id| MessageId::lenient(id).ok());
    Ok(Message {
        kind: kind(from.type_, role),
        author: Author {
            id: from.replier,
            name: from.replier_name,
            role,
            user_type: UserType::from_code(from.iam_user_type),
        },
        lossy: is_lossy(from.content.as_deref()),
        content: from.content.unwrap_or_default(),
        created_at: MessageTime::read(from.create_time.unwrap_or_default(), zone),
        attachments: attachments(from.accessory_list),
        attachments_unknown: are_attachments_unknown(&extra),
        id,
        is_first: from.is_first_message == Some(1),
        extra,
    })
}

/// The side of a message. Its own field may be left out one day (D-18); then the author's role tells.
pub(crate) fn kind(code: Option<i64>, role: Role) -> MessageKind {
    match (MessageKind::from_code(code), role) {
        (MessageKind::Unknown, Role::Customer) => MessageKind::Customer,
        (MessageKind::Unknown, Role::Engineer) => MessageKind::Support,
        (kind, _) => kind,
    }
}

/// The id, or the text that cannot be one.
pub(crate) fn message_id(raw: Option<String>) -> (Option<MessageId>, Option<String>) {
    match raw.map(|raw| MessageId::lenient(&raw).map_err(|_| raw)) {
        Some(Ok(id)) => (Some(id), None),
        Some(Err(raw)) => (None, Some(raw)),
        None => (None, None),
    }
}

pub(crate) fn attachments(from: Option<Vec<SimpleAccessoryV2>>) -> Vec<Attachment> {
    match from {
        Some(files) if !files.is_empty() => files.into_iter().map(attachment).collect(),
        // Most messages have none.
        _ => Vec::new(),
    }
}

fn attachment(from: SimpleAccessoryV2) -> Attachment {
    let raw_id = from.accessory_id.unwrap_or_default();
    Attachment {
        id: AttachmentId::lenient(&raw_id).ok(),
        raw_id,
        file_name: from.file_actual_name.unwrap_or_default(),
    }
}

/// Bytes that were no text arrive as this mark.
pub(crate) fn is_lossy(content: Option<&str>) -> bool {
    // The first byte of the mark is rare, and one byte is found by little code.
    content
        .is_some_and(|content| content.as_bytes().contains(&0xef) && content.contains('\u{fffd}'))
}

/// What of the messages of ticket number `index` of a poll could not be read.
pub(super) fn undecodable_news(lost: &[wire::Undecodable], index: usize) -> Vec<Undecodable> {
    let at = format!("/immsg/{index}/message_list/");
    lost.iter()
        .filter(|item| item.list == "message_list" && item.pointer.starts_with(&at))
        .map(own)
        .collect()
}
