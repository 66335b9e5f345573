//! Wire structures turned into this crate's own types. Nothing is refused here: what cannot be used is
//! kept as it came.

use crate::{
    detail::{TicketDetail, TicketStatus},
    ids::{AttachmentId, MessageId, TicketId},
    message::{Attachment, Author, Message, MessageKind, Role, Undecodable},
    time::{MessageTime, ZoneOffset},
};
use hwc_tickets_wire::{self as wire, types};
use serde_json::{Map, Value};

/// A message of history or of a poll.
pub(super) fn message(from: types::QueryMessageInfoV2, zone: ZoneOffset) -> Message {
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
    Message {
        kind: kind(from.type_, role),
        author: Author {
            id: from.replier,
            name: from.replier_name,
            role,
        },
        lossy: is_lossy(from.content.as_deref()),
        content: from.content.unwrap_or_default(),
        created_at: MessageTime::read(from.create_time.unwrap_or_default(), zone),
        attachments: from
            .accessory_list
            .unwrap_or_default()
            .into_iter()
            .map(attachment)
            .collect(),
        id,
        is_first: from.is_first_message == Some(1),
        extra,
    }
}

/// A message of the ticket detail: with an id, without a role (D-16).
fn detail_message(from: types::IncidentMessageV2, zone: ZoneOffset) -> Message {
    let (id, unusable) = message_id(from.message_id);
    let mut extra = from.extra;
    if let Some(raw) = unusable {
        extra.insert("message_id".to_owned(), raw.into());
    }
    let role = Role::from_code(extra.get("replier_type").and_then(Value::as_i64));
    Message {
        kind: kind(from.type_, role),
        author: Author {
            id: from.replier,
            name: from.replier_name,
            role,
        },
        lossy: is_lossy(from.content.as_deref()),
        content: from.content.unwrap_or_default(),
        created_at: MessageTime::read(from.create_time.unwrap_or_default(), zone),
        attachments: from
            .accessory_list
            .unwrap_or_default()
            .into_iter()
            .map(attachment)
            .collect(),
        id,
        is_first: from.is_first_message == Some(1),
        extra,
    }
}

pub(super) fn detail(
    from: types::IncidentDetailInfoV2,
    undecodable: Vec<Undecodable>,
    zone: ZoneOffset,
) -> TicketDetail {
    let mut from = from;
    let messages = from.message_list.take();
    let has_list = messages.is_some();
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
        messages: (messages.unwrap_or_default().into_iter())
            .map(|message| detail_message(message, zone))
            .collect(),
        undecodable,
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

fn attachment(from: types::SimpleAccessoryV2) -> Attachment {
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

/// What could not be read, of every list.
pub(super) fn all_undecodable(lost: &[wire::Undecodable]) -> Vec<Undecodable> {
    lost.iter().map(own).collect()
}

fn own(item: &wire::Undecodable) -> Undecodable {
    Undecodable::new(item.index, format!("{}: {}", item.list, item.reason))
}
