//! The messages of a ticket.

use std::borrow::Cow;

use serde_json::{Value, json};

use super::Handler;
use crate::domain::{Author, Command, MessageId, MessageView, Outcome, Position, Text, UnreadView};
use crate::http::asked::{Asked, Malformed, Parsed};
use crate::http::json::Json;
use crate::http::render::{Paint, Rendered, written};
use crate::operation::Operation;
use crate::quirks::StatusMeaning;

#[allow(non_upper_case_globals, reason = "named as the variants of a list")]
impl Operation {
    /// Submits a message.
    pub const CreateMessages: Operation = Operation::new("createMessages");
    /// Lists messages by offset.
    pub const ListMessages: Operation = Operation::new("listMessages");
    /// Lists messages older than a given one.
    pub const ListMoreInstantMessages: Operation = Operation::new("listMoreInstantMessages");
    /// Polls several tickets for new messages.
    pub const ListNewInstantMessages: Operation = Operation::new("listNewInstantMessages");
    /// Counts unread messages of several tickets.
    pub const ListUnreadNewInstantMessages: Operation =
        Operation::new("listUnreadNewInstantMessages");
    /// Marks the messages of a ticket as read.
    pub const UpdateNewInstantMessagesRead: Operation =
        Operation::new("updateNewInstantMessagesRead");
    /// Recalls a message.
    pub const RevokeMessage: Operation = Operation::new("revokeMessage");
}

pub(super) const HANDLERS: &[Handler] = &[
    // Quirks decide about the type (D-01), the text (D-03) and the number of attachments (D-29).
    Handler::new(Operation::CreateMessages, submit, written).waiving(
        &["/type"],
        &["/type", "/message/content", "/message/accessory_ids"],
    ),
    Handler::new(Operation::ListMessages, list, answer),
    // A type that is none has a code of its own.
    Handler::new(Operation::ListMoreInstantMessages, more, answer).waiving(&[], &["type"]),
    Handler::new(Operation::ListNewInstantMessages, poll, answer),
    Handler::new(Operation::ListUnreadNewInstantMessages, unread, answer),
    Handler::new(Operation::UpdateNewInstantMessagesRead, mark_read, marked),
    // A quirk decides how long the id may be (D-06, D-35).
    Handler::new(Operation::RevokeMessage, recall, written).waiving(&[], &["case_id"]),
];

fn submit(asked: &Asked<'_>) -> Parsed<Command> {
    match asked.body.get("type").and_then(Value::as_i64) {
        Some(0 | 1) => {}
        None if !asked.quirks.type_required => {}
        None => return Err(Malformed::Parameter),
        Some(_) => return Err(Malformed::Type),
    }
    let message = asked.body.get("message").ok_or(Malformed::Parameter)?;
    let text = |name: &str| message.get(name).and_then(Value::as_str);
    let ids = message.get("accessory_ids").and_then(Value::as_array);
    let ids = ids.into_iter().flatten().filter_map(Value::as_str);
    // The note is confidential: its text is forgotten.
    let noted = text("authorization_content").is_some_and(|note| !note.is_empty());
    Ok(Command::Submit {
        by: asked.by(),
        ticket: asked.path("case_id"),
        group: asked.field("group_id"),
        content: Text::from(text("content").unwrap_or_default()),
        attachments: ids.map(str::to_owned).collect(),
        confidential: noted || message.get("is_authorized") == Some(&json!(1)),
    })
}

fn list(asked: &Asked<'_>) -> Parsed<Command> {
    Ok(Command::List {
        by: asked.by(),
        ticket: asked.path("case_id"),
        group: asked.text("group_id"),
        offset: asked.count("offset").unwrap_or(0),
        limit: asked.limit()?,
    })
}

fn more(asked: &Asked<'_>) -> Parsed<Command> {
    if !matches!(asked.number("type"), None | Some(0 | 1)) {
        return Err(Malformed::Type);
    }
    Ok(Command::More {
        by: asked.by(),
        ticket: asked.path("case_id"),
        group: asked.text("group_id"),
        // By its table the time may be empty. Then there is nothing to start from but the newest message.
        before: asked.time("create_time")?,
        limit: asked.limit()?,
    })
}

/// None at all only where the examples of the documents are to be believed (D-10).
fn tickets(asked: &Asked<'_>) -> Option<Vec<String>> {
    Some(asked.list("case_ids")).filter(|ids| !ids.is_empty())
}

fn poll(asked: &Asked<'_>) -> Parsed<Command> {
    Ok(Command::Poll {
        by: asked.by(),
        tickets: tickets(asked),
        group: asked.text("group_id"),
        since: position(asked)?,
    })
}

fn unread(asked: &Asked<'_>) -> Parsed<Command> {
    Ok(Command::Unread {
        by: asked.by(),
        tickets: tickets(asked),
        group: asked.text("group_id"),
    })
}

fn mark_read(asked: &Asked<'_>) -> Parsed<Command> {
    Ok(Command::MarkRead {
        by: asked.by(),
        ticket: asked.path("case_id"),
        group: asked.field("group_id"),
    })
}

fn recall(asked: &Asked<'_>) -> Parsed<Command> {
    let ticket = asked.path("case_id");
    if ticket.encode_utf16().count() > asked.quirks.recall_id_limit {
        return Err(Malformed::Parameter);
    }
    Ok(Command::Recall {
        by: asked.by(),
        ticket,
        message: asked.path("message_id"),
    })
}

/// The cursor, exactly as [`position_text`] wrote it; or a time alone, in milliseconds since 1970.
fn position(asked: &Asked<'_>) -> Parsed<Option<Position>> {
    let Some(text) = asked.text("last_message_time_id") else {
        return Ok(None);
    };
    let (millis, number) = text.split_once('_').unwrap_or((text.as_str(), ""));
    let millis: i64 = millis.parse().map_err(|_| Malformed::Parameter)?;
    if number.is_empty() && text == millis.to_string() {
        return Ok(Some(Position {
            millis,
            number: u64::MAX,
        }));
    }
    let number = number.parse().map_err(|_| Malformed::Parameter)?;
    let position = Position { millis, number };
    if position_text(position) == text {
        Ok(Some(position))
    } else {
        Err(Malformed::Parameter)
    }
}

/// A cursor. Opaque to callers.
fn position_text(position: Position) -> String {
    format!("{}_{}", position.millis, position.number)
}

fn answer(paint: &Paint<'_>, outcome: Outcome) -> Rendered {
    match outcome {
        Outcome::Page { total, messages } => paint.text(Json::written(|json| {
            json.object(|page| {
                page.field("count").value(&paint.count(total));
                several(paint, page.field("message_list"), &messages);
            });
        })),
        Outcome::News {
            tickets,
            messages,
            next,
        } => paint.text(Json::written(|json| {
            json.object(|news| {
                let immsg = news.field("immsg");
                paint.write_list(immsg, &messages, |json, (ticket, messages)| {
                    json.object(|news| {
                        news.field("incident_id").text(ticket);
                        several(paint, news.field("message_list"), messages);
                    });
                });
                let states = paint.list(tickets.iter().map(|ticket| read_state(paint, ticket)));
                news.field("imstatus").value(&states);
                news.field("last_message_time_id")
                    .text(&position_text(next));
            });
        })),
        Outcome::Unread(tickets) => paint.json(json!({
            "imunread": paint.list(tickets.iter().map(|ticket| unread_count(paint, ticket))),
        })),
        other => written(paint, other),
    }
}

/// Marking as read shows the group of the request (D-08).
fn marked(paint: &Paint<'_>, outcome: Outcome) -> Rendered {
    if !paint.asked.quirks.mark_read_echo {
        return written(paint, outcome);
    }
    let group = paint.asked.field("group_id");
    paint.json(group.map_or(json!({}), |group| json!({ "group_id": group })))
}

// What most calls are answered with is written straight from the messages. Fields stand in the order of the alphabet, as they
// do in a tree of values.

/// What a kind of message has besides what all have. What is `None` is left out.
#[derive(Default)]
struct Besides {
    iam_user_type: Option<i64>,
    id: Option<MessageId>,
    replier_type: Option<i64>,
    author: Option<i64>,
}

fn several(paint: &Paint<'_>, json: &mut Json, messages: &[MessageView]) {
    paint.write_list(json, messages, |json, message| listed(paint, json, message));
}

/// A message in a list (QueryMessageInfoV2).
fn listed(paint: &Paint<'_>, json: &mut Json, message: &MessageView) {
    let quirks = paint.asked.quirks;
    let author = author_number(message.author);
    let by_customer = message.author == Author::Customer;
    let besides = Besides {
        iam_user_type: by_customer.then_some(i64::from(message.writer.is_sub_user())),
        id: quirks.message_id_in_lists.then_some(message.id),
        replier_type: quirks.replier_type_in_lists.then_some(author),
        author: quirks.type_in_lists.then_some(author),
    };
    shown(paint, json, message, &besides);
}

/// A message in the details of a ticket (IncidentMessageV2).
pub(super) fn detailed(paint: &Paint<'_>, message: &MessageView) -> Value {
    let besides = Besides {
        id: Some(message.id),
        author: Some(author_number(message.author)),
        ..Besides::default()
    };
    let text = Json::written(|json| shown(paint, json, message, &besides));
    serde_json::from_slice(&text).unwrap_or_default()
}

/// What both kinds of message have (D-16), and what this one has besides.
fn shown(paint: &Paint<'_>, json: &mut Json, message: &MessageView, besides: &Besides) {
    json.object(|object| {
        let files = object.field("accessory_list");
        paint.write_list(files, &message.attachments, |json, (id, name)| {
            json.object(|file| {
                file.field("accessory_id").text(id);
                file.field("file_actual_name").text(name);
            });
        });
        object.field("content").text(&content(paint, message));
        paint.moment(message.at).write(object.field("create_time"));
        if let Some(kind) = besides.iam_user_type {
            object.field("iam_user_type").number(kind);
        }
        let is_first = i64::from(message.first);
        object.field("is_first_message").number(is_first);
        if let Some(id) = besides.id {
            object.field("message_id").text(&id.to_string());
        }
        object.field("replier").text(message.writer.id());
        object.field("replier_name").text(message.writer.name());
        if let Some(role) = besides.replier_type {
            object.field("replier_type").number(role);
        }
        if let Some(author) = besides.author {
            object.field("type").number(author);
        }
    });
}

fn content<'a>(paint: &Paint<'_>, message: &'a MessageView) -> Cow<'a, str> {
    let text = if message.rich && paint.asked.trim() {
        Cow::Owned(without_mark_up(&message.content))
    } else {
        Cow::Borrowed(&*message.content)
    };
    match paint.asked.quirks.cut_content {
        Some(most) => Cow::Owned(cut(&text, most)),
        None => text,
    }
}

fn read_state(paint: &Paint<'_>, ticket: &UnreadView) -> Value {
    let status = match paint.asked.quirks.poll_status {
        StatusMeaning::Flag => i64::from(ticket.unread == 0),
        StatusMeaning::Ticket => ticket.status.number(),
    };
    json!({ "status": status, "incident_id": ticket.ticket })
}

fn unread_count(paint: &Paint<'_>, ticket: &UnreadView) -> Value {
    let status = match paint.asked.quirks.unread_status {
        StatusMeaning::Flag => i64::from(ticket.status.is_open()),
        StatusMeaning::Ticket => ticket.status.number(),
    };
    json!({
        "status": status,
        "incident_id": ticket.ticket,
        "unread_num": paint.count(ticket.unread),
    })
}

/// `type` and `replier_type` have the same first two numbers.
fn author_number(author: Author) -> i64 {
    i64::from(author == Author::Engineer)
}

/// The text without its tags.
fn without_mark_up(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut inside = false;
    for c in text.chars() {
        match c {
            '<' => inside = true,
            '>' if inside => inside = false,
            c if !inside => plain.push(c),
            _ => {}
        }
    }
    plain
}

/// At most so many UTF-16 units, and no half character.
fn cut(text: &str, most: usize) -> String {
    let mut units = 0;
    text.chars()
        .take_while(|c| {
            units += c.len_utf16();
            units <= most
        })
        .collect()
}
