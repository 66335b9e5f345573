//! Wire structures turned into this crate's own types. Nothing is refused here: what cannot be used is
//! kept as it came.

use crate::{
    detail::{content::TicketDetail, status::TicketStatus},
    ids::{AttachmentId, MessageId, TicketId},
    message::{Attachment, Author, Message, MessageKind, Role, Undecodable},
    time::{MessageTime, ZoneOffset},
};
use hwc_tickets_wire::{
    self as wire,
    messages::{QueryMessageInfoV2, UserInstantIncidentMsgV2},
    shared::SimpleAccessoryV2,
    tickets::{IncidentDetailInfoV2, IncidentMessageV2},
};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Messages, and the rows that are none: those the wire lost, and those whose text has no reading.
pub(super) struct Readable {
    pub(super) messages: Vec<Message>,
    pub(super) undecodable: Vec<Undecodable>,
}

impl Readable {
    /// Reads the rows of a list from which the rows of `lost` are missing.
    fn from_rows<R>(
        rows: Vec<R>,
        lost: Vec<Undecodable>,
        read: impl Fn(R) -> Result<Message, String>,
    ) -> Self {
        let mut messages = Vec::with_capacity(rows.len());
        let rows = placed(rows, &lost);
        let mut undecodable = lost;
        for (place, row) in rows {
            match read(row) {
                Ok(message) => messages.push(message),
                Err(reason) => undecodable.push(Undecodable::new(place, reason)),
            }
        }
        undecodable.sort_by_key(|item| item.index);
        Self {
            messages,
            undecodable,
        }
    }
}

/// Rows with their places in the answer, in which those of `lost` stood too.
pub(super) fn placed<R>(
    rows: Vec<R>,
    lost: &[Undecodable],
) -> impl Iterator<Item = (usize, R)> + use<R> {
    let missing: BTreeSet<usize> = lost.iter().map(|item| item.index).collect();
    (0..)
        .filter(move |place| !missing.contains(place))
        .zip(rows)
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
    let rows = ticket.message_list.unwrap_or_default();
    let id = ticket.incident_id.unwrap_or_default();
    Ok((id, messages(rows, lost, zone)))
}

/// What stands in the place of the known field `name`, if that has no reading.
pub(super) fn set_aside<'a>(extra: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    extra.get(&wire::set_aside_name(name))
}

pub(super) fn odd_field(list: &str, name: &str, value: &Value) -> String {
    let kind = wire::kind(value);
    format!("{list}: the field {name} is {kind}, which has no reading as what is documented")
}

/// Whether nobody knows what is attached: the list is no list, or part of it is unreadable.
fn are_attachments_unknown(extra: &Map<String, Value>) -> bool {
    set_aside(extra, "accessory_list").is_some()
}

/// A message of history or of a poll. `Err`: its text has no reading.
fn message(from: QueryMessageInfoV2, zone: ZoneOffset) -> Result<Message, String> {
    if let Some(odd) = set_aside(&from.extra, "content") {
        return Err(odd_field("message_list", "content", odd));
    }
    let role = Role::from_code(from.replier_type);
    let mut extra = from.extra;
    if let Some(kind) = from.iam_user_type {
        extra.insert("iam_user_type".to_owned(), kind.into());
    }
    // An id is documented nowhere in these answers (D-15), but it would be welcome.
    let (id, _) = message_id(
        extra
            .get("message_id")
            .and_then(Value::as_str)
            .map(str::to_owned),
    );
    Ok(Message {
        kind: kind(from.type_, role),
        author: Author {
            id: from.replier,
            name: from.replier_name,
            role,
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

/// A message of the ticket detail: with an id, without a role (D-16).
fn detail_message(from: IncidentMessageV2, zone: ZoneOffset) -> Result<Message, String> {
    if let Some(odd) = set_aside(&from.extra, "content") {
        return Err(odd_field("message_list", "content", odd));
    }
    let (id, unusable) = message_id(from.message_id);
    let mut extra = from.extra;
    if let Some(raw) = unusable {
        extra.insert("message_id".to_owned(), raw.into());
    }
    let role = Role::from_code(extra.get("replier_type").and_then(Value::as_i64));
    Ok(Message {
        kind: kind(from.type_, role),
        author: Author {
            id: from.replier,
            name: from.replier_name,
            role,
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

pub(super) fn detail(
    from: IncidentDetailInfoV2,
    undecodable: Vec<Undecodable>,
    zone: ZoneOffset,
) -> TicketDetail {
    let mut from = from;
    let messages = from.message_list.take();
    let has_list = messages.is_some();
    let mut undecodable = undecodable;
    if let Some(odd) = set_aside(&from.extra, "message_list")
        && !has_list
    {
        let reason = odd_field("incident_detail_info", "message_list", odd);
        undecodable.push(Undecodable::new(0, reason));
    }
    let readable = Readable::from_rows(messages.unwrap_or_default(), undecodable, |message| {
        detail_message(message, zone)
    });
    let id = from
        .incident_id
        .as_deref()
        .and_then(|id| TicketId::lenient(id).ok());
    let status = TicketStatus::from_code(from.status);
    let description = from.simple_description.take();
    let created_at = MessageTime::read(from.create_time.clone().unwrap_or_default(), zone);
    // All else by its wire name, so that nothing the service says is lost.
    let extra = match serde_json::to_value(from) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    };
    TicketDetail {
        id,
        status,
        description,
        created_at,
        messages: readable.messages,
        undecodable: readable.undecodable,
        extra,
        has_list,
    }
}

/// The side of a message. Its own field may be left out one day (D-18); then the author's role tells.
fn kind(code: Option<i64>, role: Role) -> MessageKind {
    match (MessageKind::from_code(code), role) {
        (MessageKind::Unknown, Role::Customer) => MessageKind::Customer,
        (MessageKind::Unknown, Role::Engineer) => MessageKind::Support,
        (kind, _) => kind,
    }
}

/// The id, or the text that cannot be one.
fn message_id(raw: Option<String>) -> (Option<MessageId>, Option<String>) {
    match raw.map(|raw| MessageId::lenient(&raw).map_err(|_| raw)) {
        Some(Ok(id)) => (Some(id), None),
        Some(Err(raw)) => (None, Some(raw)),
        None => (None, None),
    }
}

fn attachments(from: Option<Vec<SimpleAccessoryV2>>) -> Vec<Attachment> {
    from.unwrap_or_default()
        .into_iter()
        .map(attachment)
        .collect()
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
fn is_lossy(content: Option<&str>) -> bool {
    content.is_some_and(|content| content.contains('\u{fffd}'))
}

/// What of the list `list` could not be read.
pub(super) fn undecodable(lost: &[wire::Undecodable], list: &str) -> Vec<Undecodable> {
    lost.iter()
        .filter(|item| item.list == list)
        .map(own)
        .collect()
}

/// What of the messages of ticket number `index` of a poll could not be read.
pub(super) fn undecodable_news(lost: &[wire::Undecodable], index: usize) -> Vec<Undecodable> {
    let at = format!("/immsg/{index}/message_list/");
    lost.iter()
        .filter(|item| item.list == "message_list" && item.pointer.starts_with(&at))
        .map(own)
        .collect()
}

fn own(item: &wire::Undecodable) -> Undecodable {
    Undecodable::new(item.index, format!("{}: {}", item.list, item.reason))
}
