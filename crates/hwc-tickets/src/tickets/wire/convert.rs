//! Wire structures of tickets turned into this crate's own types. Nothing is refused here: what cannot be used is
//! kept as it came.

use crate::{
    ids::TicketId,
    messages::{
        message::{Author, Message, Role, Undecodable},
        wire::convert::{
            Readable, are_attachments_unknown, attachments, is_lossy, kind, message_id,
        },
    },
    service::rows::{odd_field, set_aside},
    tickets::detail::{content::TicketDetail, status::TicketStatus},
    time::{MessageTime, ZoneOffset},
};
use hwc_tickets_wire::tickets::{IncidentDetailInfoV2, IncidentMessageV2};
use serde_json::{Map, Value};

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
