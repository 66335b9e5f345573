//! Wire structures of tickets turned into this crate's own types. Nothing is refused here: what cannot be used is
//! kept as it came.

use crate::{
    ids::TicketId,
    messages::{
        message::{Author, Message, Role, Undecodable, UserType},
        wire::convert::{
            Readable, are_attachments_unknown, attachments, is_lossy, kind, message_id,
        },
    },
    service::rows::{odd_field, set_aside},
    tickets::{
        detail::{content::TicketDetail, status::TicketStatus},
        entry::LogEntry,
        listed::{ListedTicket, TicketLabel},
    },
    time::{MessageTime, ZoneOffset},
};
use hwc_tickets_wire::tickets::{
    IncidentDetailInfoV2, IncidentInfoV2, IncidentMessageV2, IncidentOperateLogV2, LabelInfo,
};
use serde_json::{Map, Value};

/// A message of the ticket detail: with an id, without a role or a type of user (D-16), which would be welcome.
fn detail_message(from: IncidentMessageV2, zone: ZoneOffset) -> Result<Message, String> {
    if let Some(odd) = set_aside(&from.extra, "content") {
        return Err(odd_field("message_list", "content", odd));
    }
    let (id, unusable) = message_id(from.message_id);
    let mut extra = from.extra;
    if let Some(raw) = unusable {
        extra.insert("message_id".to_owned(), raw.into());
    }
    let code = |name: &str| extra.get(name).and_then(Value::as_i64);
    let role = Role::from_code(code("replier_type"));
    let user_type = UserType::from_code(code("iam_user_type"));
    Ok(Message {
        kind: kind(from.type_, role),
        author: Author {
            id: from.replier,
            name: from.replier_name,
            role,
            user_type,
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
        is_stored: false,
    }
}

/// A row of a list of tickets.
pub(in crate::tickets) fn listed(from: IncidentInfoV2, zone: ZoneOffset) -> ListedTicket {
    let raw_id = from.incident_id.unwrap_or_default();
    let mut extra = from.extra;
    // No document has it in lists; it is welcome all the same.
    let severity = extra.get("severity_name").and_then(Value::as_str);
    let severity = severity.map(str::to_owned);
    for (name, value) in [
        ("customer_id", from.customer_id),
        ("incident_service_type", from.incident_service_type),
        ("root_cause", from.root_cause),
        ("resolution", from.resolution),
    ] {
        if let Some(value) = value {
            extra.insert(name.to_owned(), value.into());
        }
    }
    let labels = from.label_list.unwrap_or_default();
    ListedTicket {
        id: TicketId::lenient(&raw_id).ok(),
        raw_id,
        title: from.simple_description.unwrap_or_default(),
        status: TicketStatus::from_code(from.status),
        opened_at: MessageTime::read(from.create_time.unwrap_or_default(), zone),
        confirmed_at: (from.confirmed_time).map(|time| MessageTime::read(time, zone)),
        kind: from.incident_type_name,
        problem: from.business_type_name,
        product: from.product_category_name,
        region: from.dc_name,
        severity,
        owner_id: from.xcustomer_id,
        owner_name: from.xcustomer_name,
        labels: labels.into_iter().map(label).collect(),
        extra,
    }
}

fn label(from: LabelInfo) -> TicketLabel {
    TicketLabel {
        id: from.label_id,
        name: from.name.unwrap_or_default(),
        color: from.color.unwrap_or_default(),
    }
}

/// A row of the log of a ticket.
pub(in crate::tickets) fn entry(from: IncidentOperateLogV2, zone: ZoneOffset) -> LogEntry {
    let mut extra = from.extra;
    if let Some(stamp) = &from.timestamp_operate_time {
        extra.insert("timestamp_operate_time".to_owned(), stamp.clone().into());
    }
    let at = MessageTime::read(from.operate_time.unwrap_or_default(), zone);
    let at = match (at.instant(), from.timestamp_operate_time) {
        (None, Some(stamp)) => MessageTime::read(stamp, zone),
        _ => at,
    };
    LogEntry {
        id: from.incident_log_id,
        at,
        act: from.operate_type,
        words: from.operate_desc,
        actor_kind: from.operator_type,
        actor_id: from.operator_id,
        actor_name: from.operator_name,
        extra,
    }
}
