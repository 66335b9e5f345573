//! Outcomes into bytes, as roughly as the service makes them. What is particular to an operation is in `handler`.

use std::fmt;

use http::StatusCode;
use jiff::Timestamp;
use jiff::tz::Offset;
use serde_json::{Value, json};

use super::answer::{Answer, status_of};
use super::asked::Asked;
use crate::catalogue;
use crate::domain::Outcome;
use crate::quirks::{BusinessStatus, Quirks, SuccessBody, TimeFormat};

/// What an outcome becomes.
pub(super) enum Rendered {
    /// The answer.
    Answer(Answer),
    /// An answer that takes time to make: others must not wait for it.
    Later(Box<dyn FnOnce() -> Answer + Send>),
}

impl fmt::Debug for Rendered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Rendered::Answer(answer) => answer.fmt(f),
            Rendered::Later(_) => f.write_str("Later"),
        }
    }
}

impl From<Answer> for Rendered {
    fn from(answer: Answer) -> Self {
        Rendered::Answer(answer)
    }
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

/// How everything looks in the answer to one request.
pub(super) struct Paint<'a> {
    pub(super) asked: &'a Asked<'a>,
}

impl Paint<'_> {
    /// An answer of JSON.
    pub(super) fn json(&self, body: Value) -> Rendered {
        let body = if self.asked.quirks.numbers_as_text {
            numbers_as_text(body)
        } else {
            body
        };
        Answer::json(StatusCode::OK, &body).into()
    }

    pub(super) fn count(&self, number: usize) -> usize {
        number.min(self.asked.quirks.count_limit)
    }

    pub(super) fn list(&self, items: impl Iterator<Item = Value>) -> Value {
        let items: Vec<Value> = items.collect();
        if items.is_empty() && self.asked.quirks.null_lists {
            Value::Null
        } else {
            Value::Array(items)
        }
    }

    pub(super) fn say(&self, english: &'static str, chinese: &'static str) -> &'static str {
        if self.asked.english() {
            english
        } else {
            chinese
        }
    }

    pub(super) fn time(&self, at: Timestamp) -> Value {
        let zone = self.asked.offset;
        let format = |offset: Offset, form: &str| offset.to_datetime(at).strftime(form).to_string();
        match self.asked.quirks.time_format {
            TimeFormat::ZoneLess => json!(format(zone, "%Y-%m-%d %H:%M:%S")),
            TimeFormat::Utc => json!(format(Offset::UTC, "%Y-%m-%dT%H:%M:%SZ")),
            TimeFormat::UtcMillis => json!(format(Offset::UTC, "%Y-%m-%dT%H:%M:%S.%3fZ")),
            TimeFormat::Offset => json!(format!(
                "{}{}",
                format(zone, "%Y-%m-%dT%H:%M:%S"),
                sign(zone)
            )),
            TimeFormat::EpochText => json!(at.as_millisecond().to_string()),
            TimeFormat::EpochNumber => json!(at.as_millisecond()),
        }
    }
}

/// The answer to a write, which tells nothing.
pub(super) fn written(paint: &Paint<'_>, _: Outcome) -> Rendered {
    let body = match paint.asked.quirks.success_body {
        SuccessBody::EmptyObject => "{}",
        SuccessBody::EmptyErrorMsg => r#"{"error_msg":""}"#,
        SuccessBody::EmptyFields => r#"{"error_code":"","error_msg":""}"#,
        SuccessBody::ZeroCode => r#"{"error_code":"OSM.0000","error_msg":"success"}"#,
        SuccessBody::Nothing => "",
        SuccessBody::Null => "null",
    };
    Answer::new(StatusCode::OK, "application/json", body).into()
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
