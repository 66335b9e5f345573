//! Outcomes into bytes, as roughly as the service makes them.

use http::StatusCode;
use http::header::CONTENT_DISPOSITION;
use jiff::Timestamp;
use jiff::tz::Offset;
use serde_json::{Map, Value, json};

use super::answer::{Answer, status_of};
use super::archive::{self, Unarchived};
use super::parse::{View, code_of, position_text};
use crate::catalogue;
use crate::domain::{
    Author, FileView, Label, MessageView, Outcome, Refusal, TicketLine, TicketView, UnreadView,
};
use crate::operation::Operation;
use crate::quirks::{BusinessStatus, FileType, Quirks, StatusMeaning, SuccessBody, TimeFormat};

/// What an outcome becomes.
#[derive(Debug)]
pub(super) enum Rendered {
    /// The answer.
    Answer(Answer),
    /// These files, which [`files`] makes an answer of by these quirks: that may take long.
    Files(Vec<FileView>, Box<Quirks>),
}

impl From<Answer> for Rendered {
    fn from(answer: Answer) -> Self {
        Rendered::Answer(answer)
    }
}

/// The answer to a command, as far as it takes no time.
pub(super) fn answer(
    operation: Operation,
    outcome: Outcome,
    view: &View,
    quirks: &Quirks,
) -> Rendered {
    let paint = Paint { view, quirks };
    let body = match outcome {
        Outcome::Refused(refusal) => return business(code_of(refusal), quirks).into(),
        Outcome::Page { total, messages } => {
            json!({ "count": paint.count(total), "message_list": paint.list(messages.iter().map(|message| paint.listed(message))) })
        }
        Outcome::News {
            tickets,
            messages,
            next,
        } => json!({
            "imstatus": paint.list(tickets.iter().map(|ticket| paint.read_state(ticket))),
            "immsg": paint.list(messages.iter().map(|(ticket, messages)| {
                json!({ "incident_id": ticket, "message_list": paint.list(messages.iter().map(|message| paint.listed(message))) })
            })),
            "last_message_time_id": position_text(next),
        }),
        Outcome::Unread(tickets) => {
            json!({ "imunread": paint.list(tickets.iter().map(|ticket| paint.unread(ticket))) })
        }
        Outcome::Detail(ticket) => json!({ "incident_detail_info": paint.ticket(&ticket) }),
        Outcome::Status(status) => json!({ "status": status.number() }),
        Outcome::Tickets { total, tickets } if operation == Operation::ListOrderIncident => json!({
            "totalCount": paint.count(total),
            "incidentInfoList": paint.list(tickets.iter().map(|ticket| paint.older_line(ticket))),
        }),
        Outcome::Tickets { total, tickets } => {
            let name = if quirks.total_as_count {
                "count"
            } else {
                "total_count"
            };
            json!({
                (name): paint.count(total),
                "incident_info_list": paint.list(tickets.iter().map(|ticket| paint.line(ticket))),
            })
        }
        Outcome::Uploaded { file } => json!({ "accessory_id": file }),
        Outcome::Files(files) => return Rendered::Files(files, Box::new(quirks.clone())),
        Outcome::Done | Outcome::Stored { .. } | Outcome::Answered(_) => {
            return paint.success(operation).into();
        }
    };
    Answer::json(StatusCode::OK, &paint.finish(body)).into()
}

/// A failure as the service tells it: a code and its text, mostly with HTTP 200 (D-26).
pub(super) fn business(code: &str, quirks: &Quirks) -> Answer {
    let entry = catalogue::business(code);
    let message = entry.map_or("", |entry| entry.message.as_str());
    let message: String = message
        .chars()
        .take(quirks.cut_error_msg.unwrap_or(usize::MAX))
        .collect();
    let status = match quirks.business_status {
        BusinessStatus::Ok => 200,
        BusinessStatus::ByCategory => match entry.map_or("", |entry| entry.category.as_str()) {
            "authentication" => 401,
            "permission" => 403,
            "not_found" => 404,
            "throttling" => 429,
            "internal" => 500,
            _ => 400,
        },
    };
    let mut answer = Answer::json(
        status_of(status),
        &json!({ "error_code": code, "error_msg": message }),
    );
    answer.error_code = Some(code.to_owned());
    answer
}

/// One file as it is, or several as an archive (D-53, D-54). An archive may take long: others must not wait for it.
pub(super) fn files(files: &[FileView], quirks: &Quirks) -> Answer {
    let (name, content) = match files {
        [one] => (one.name.as_str(), one.content.clone()),
        several => match archive::of(several) {
            Ok(archive) => ("attachments.zip", archive),
            Err(Unarchived::Format) => return business(code_of(Refusal::Invalid), quirks),
            Err(Unarchived::Disk) => return business(code_of(Refusal::Full), quirks),
        },
    };
    let kind = match quirks.file_type {
        FileType::Bytes => "application/octet-stream",
        FileType::ByName => kind_of(name),
    };
    let answer = Answer::new(StatusCode::OK, kind, content);
    if quirks.file_name_header {
        let name = percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC);
        answer.header(
            CONTENT_DISPOSITION,
            &format!("attachment; filename*=UTF-8''{name}"),
        )
    } else {
        answer
    }
}

/// The media type of a file by the end of its name.
fn kind_of(name: &str) -> &'static str {
    let end = name.rsplit_once('.').map_or("", |(_, end)| end);
    match end.to_ascii_lowercase().as_str() {
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "gif" => "image/gif",
        "bmp" => "image/bmp",
        "txt" | "log" | "ini" => "text/plain",
        "html" => "text/html",
        "json" => "application/json",
        "pdf" => "application/pdf",
        "zip" => "application/zip",
        "mp4" => "video/mp4",
        _ => "application/octet-stream",
    }
}

/// How everything looks in one answer.
struct Paint<'a> {
    view: &'a View,
    quirks: &'a Quirks,
}

impl Paint<'_> {
    fn success(&self, operation: Operation) -> Answer {
        if operation == Operation::UpdateNewInstantMessagesRead && self.quirks.mark_read_echo {
            let body = self
                .view
                .group
                .as_ref()
                .map_or(json!({}), |group| json!({ "group_id": group }));
            return Answer::json(StatusCode::OK, &body);
        }
        let body = match self.quirks.success_body {
            SuccessBody::EmptyObject => "{}",
            SuccessBody::EmptyErrorMsg => r#"{"error_msg":""}"#,
            SuccessBody::EmptyFields => r#"{"error_code":"","error_msg":""}"#,
            SuccessBody::ZeroCode => r#"{"error_code":"OSM.0000","error_msg":"success"}"#,
            SuccessBody::Nothing => "",
            SuccessBody::Null => "null",
        };
        Answer::new(StatusCode::OK, "application/json", body)
    }

    fn count(&self, number: usize) -> usize {
        number.min(self.quirks.count_limit)
    }

    fn list(&self, items: impl Iterator<Item = Value>) -> Value {
        let items: Vec<Value> = items.collect();
        if items.is_empty() && self.quirks.null_lists {
            Value::Null
        } else {
            Value::Array(items)
        }
    }

    /// A message in a list (QueryMessageInfoV2).
    fn listed(&self, message: &MessageView) -> Value {
        let mut fields = self.message(message);
        if self.quirks.replier_type_in_lists {
            fields.insert("replier_type".to_owned(), author_number(message.author));
        }
        if message.author == Author::Customer {
            fields.insert(
                "iam_user_type".to_owned(),
                json!(i64::from(message.sub_user)),
            );
        }
        if !self.quirks.type_in_lists {
            fields.remove("type");
        }
        if self.quirks.message_id_in_lists {
            fields.insert("message_id".to_owned(), json!(message.id));
        }
        Value::Object(fields)
    }

    /// A message in the details of a ticket (IncidentMessageV2).
    fn detailed(&self, message: &MessageView) -> Value {
        let mut fields = self.message(message);
        fields.insert("message_id".to_owned(), json!(message.id));
        Value::Object(fields)
    }

    /// What both kinds of message have (D-16).
    fn message(&self, message: &MessageView) -> Map<String, Value> {
        let attachments = message
            .attachments
            .iter()
            .map(|(id, name)| json!({ "accessory_id": id, "file_actual_name": name }));
        let fields = [
            ("type", author_number(message.author)),
            ("replier", json!(message.replier)),
            ("replier_name", json!(message.replier_name)),
            ("content", json!(self.content(message))),
            ("create_time", self.time(message.at)),
            ("is_first_message", json!(i64::from(message.first))),
            ("accessory_list", self.list(attachments)),
        ];
        fields
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }

    fn content(&self, message: &MessageView) -> String {
        let text = if message.rich && self.view.trim {
            without_mark_up(&message.content)
        } else {
            message.content.to_string()
        };
        match self.quirks.cut_content {
            Some(most) => cut(&text, most),
            None => text,
        }
    }

    fn read_state(&self, ticket: &UnreadView) -> Value {
        let status = match self.quirks.poll_status {
            StatusMeaning::Flag => i64::from(ticket.unread == 0),
            StatusMeaning::Ticket => ticket.status.number(),
        };
        json!({ "status": status, "incident_id": ticket.ticket })
    }

    fn unread(&self, ticket: &UnreadView) -> Value {
        let status = match self.quirks.unread_status {
            StatusMeaning::Flag => i64::from(ticket.status.is_open()),
            StatusMeaning::Ticket => ticket.status.number(),
        };
        json!({ "status": status, "incident_id": ticket.ticket, "unread_num": self.count(ticket.unread) })
    }

    fn ticket(&self, ticket: &TicketView) -> Value {
        json!({
            "incident_id": ticket.id,
            "customer_id": ticket.owner,
            "status": ticket.status.number(),
            "judgement": "",
            "business_type_name": self.say("Fault", "故障报修"),
            "incident_type_name": self.say("Elastic Cloud Server", "弹性云服务器"),
            "dc_name": self.say("CN South-Guangzhou", "华南-广州"),
            "simple_description": &*ticket.title,
            "source_name": self.say("Console", "控制台"),
            "severity_name": self.say("Minor", "一般"),
            "business_ownership": 0,
            "create_time": self.time(ticket.opened),
            "message_list": self.list(ticket.messages.iter().map(|message| self.detailed(message))),
            "incident_satisfaction": self.list(std::iter::empty()),
        })
    }

    /// A ticket in a list (IncidentInfoV2).
    fn line(&self, ticket: &TicketLine) -> Value {
        let labels = ticket.labels.iter().map(
            |Label {
                 id, name, color, ..
             }| json!({ "label_id": id, "name": name, "color": color }),
        );
        json!({
            "incident_id": ticket.id,
            "customer_id": ticket.owner,
            "xcustomer_id": ticket.owner,
            "xcustomer_name": ticket.owner_name,
            "status": ticket.status.number(),
            "business_type_name": self.say("Fault", "故障报修"),
            "incident_type_name": self.say("Elastic Cloud Server", "弹性云服务器"),
            "dc_name": self.say("CN South-Guangzhou", "华南-广州"),
            "simple_description": &*ticket.title,
            "create_time": self.time(ticket.opened),
            "label_list": self.list(labels),
        })
    }

    /// The same in the older form (IncidentInfo).
    fn older_line(&self, ticket: &TicketLine) -> Value {
        let labels = ticket.labels.iter().map(
            |Label {
                 id, name, color, ..
             }| json!({ "labelId": id.to_string(), "name": name, "color": color }),
        );
        json!({
            "incidentId": ticket.id,
            "type": 0,
            "customerId": ticket.owner,
            "xcustomerId": ticket.owner,
            "xcustomerName": ticket.owner_name,
            "status": ticket.status.number(),
            "businessTypeName": self.say("Fault", "故障报修"),
            "incidentTypeName": self.say("Elastic Cloud Server", "弹性云服务器"),
            "dcName": self.say("CN South-Guangzhou", "华南-广州"),
            "simpleDescribe": &*ticket.title,
            "createTime": self.time(ticket.opened),
            "gray": false,
            "labelList": self.list(labels),
        })
    }

    fn say(&self, english: &'static str, chinese: &'static str) -> &'static str {
        if self.view.english { english } else { chinese }
    }

    fn time(&self, at: Timestamp) -> Value {
        let format = |offset: Offset, form: &str| offset.to_datetime(at).strftime(form).to_string();
        match self.quirks.time_format {
            TimeFormat::ZoneLess => json!(format(self.view.offset, "%Y-%m-%d %H:%M:%S")),
            TimeFormat::Utc => json!(format(Offset::UTC, "%Y-%m-%dT%H:%M:%SZ")),
            TimeFormat::UtcMillis => json!(format(Offset::UTC, "%Y-%m-%dT%H:%M:%S.%3fZ")),
            TimeFormat::Offset => json!(format!(
                "{}{}",
                format(self.view.offset, "%Y-%m-%dT%H:%M:%S"),
                sign(self.view.offset)
            )),
            TimeFormat::EpochText => json!(at.as_millisecond().to_string()),
            TimeFormat::EpochNumber => json!(at.as_millisecond()),
        }
    }

    fn finish(&self, body: Value) -> Value {
        if self.quirks.numbers_as_text {
            numbers_as_text(body)
        } else {
            body
        }
    }
}

/// `type` and `replier_type` have the same first two numbers.
fn author_number(author: Author) -> Value {
    json!(i64::from(author == Author::Engineer))
}

/// `+08:00`.
fn sign(offset: Offset) -> String {
    let minutes = offset.seconds() / 60;
    format!(
        "{}{:02}:{:02}",
        if minutes < 0 { '-' } else { '+' },
        minutes.abs() / 60,
        minutes.abs() % 60
    )
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

fn numbers_as_text(value: Value) -> Value {
    match value {
        Value::Number(number) => Value::String(number.to_string()),
        Value::Array(items) => Value::Array(items.into_iter().map(numbers_as_text).collect()),
        Value::Object(fields) => Value::Object(
            fields
                .into_iter()
                .map(|(name, value)| (name, numbers_as_text(value)))
                .collect(),
        ),
        other => other,
    }
}
