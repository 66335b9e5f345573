//! Outcomes into bytes, as roughly as the service makes them. What is particular to an operation is in `handler`.

use std::fmt;

use http::StatusCode;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use serde::Serialize;
use serde_json::{Value, json};

use super::answer::{Answer, JSON, status_of};
use super::asked::Asked;
use super::json::Json;
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
    pub(super) fn json(&self, body: impl Serialize) -> Rendered {
        if self.asked.quirks.numbers_as_text {
            let body = serde_json::to_value(body).unwrap_or_default();
            return Answer::json(StatusCode::OK, &numbers_as_text(body)).into();
        }
        Answer::json(StatusCode::OK, &body).into()
    }

    /// An answer of JSON that is written already.
    pub(super) fn text(&self, body: Vec<u8>) -> Rendered {
        if self.asked.quirks.numbers_as_text {
            let body: Value = serde_json::from_slice(&body).unwrap_or_default();
            return self.json(body);
        }
        Answer::new(StatusCode::OK, JSON, body).into()
    }

    pub(super) fn count(&self, number: usize) -> usize {
        number.min(self.asked.quirks.count_limit)
    }

    pub(super) fn list(&self, items: impl Iterator<Item = Value>) -> Value {
        self.items(items).map_or(Value::Null, Value::Array)
    }

    /// The items of a list; `None` is written as null.
    pub(super) fn items<T>(&self, items: impl Iterator<Item = T>) -> Option<Vec<T>> {
        let items: Vec<T> = items.collect();
        (!self.is_null(&items)).then_some(items)
    }

    /// The same, written at once.
    pub(super) fn write_list<'i, T>(
        &self,
        json: &mut Json,
        items: &'i [T],
        write: impl Fn(&mut Json, &'i T),
    ) {
        match self.is_null(items) {
            true => json.null(),
            false => json.list(items, write),
        }
    }

    /// Whether a list of these items is written as null.
    fn is_null<T>(&self, items: &[T]) -> bool {
        items.is_empty() && self.asked.quirks.null_lists
    }

    pub(super) fn say(&self, english: &'static str, chinese: &'static str) -> &'static str {
        if self.asked.english() {
            english
        } else {
            chinese
        }
    }

    pub(super) fn time(&self, at: Timestamp) -> Value {
        match self.moment(at) {
            // Not by a macro, which would copy it.
            Moment::ZoneLess(text) => Value::String(text.as_str().to_owned()),
            Moment::Other(value) => value,
        }
    }

    /// The same for the rows of a list.
    pub(super) fn moment(&self, at: Timestamp) -> Moment {
        let zone = self.asked.offset;
        let format = |offset: Offset, form: &str| offset.to_datetime(at).strftime(form).to_string();
        let text = match self.asked.quirks.time_format {
            TimeFormat::ZoneLess => match Digits::of(zone.to_datetime(at)) {
                Some(text) => return Moment::ZoneLess(text),
                None => format(zone, ZONE_LESS),
            },
            TimeFormat::Utc => format(Offset::UTC, "%Y-%m-%dT%H:%M:%SZ"),
            TimeFormat::UtcMillis => format(Offset::UTC, "%Y-%m-%dT%H:%M:%S.%3fZ"),
            TimeFormat::Offset => format(zone, "%Y-%m-%dT%H:%M:%S") + &sign(zone),
            TimeFormat::EpochText => at.as_millisecond().to_string(),
            TimeFormat::EpochNumber => return Moment::Other(json!(at.as_millisecond())),
        };
        Moment::Other(Value::String(text))
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
    Answer::new(StatusCode::OK, JSON, body).into()
}

/// `2020-07-09 00:00:00`.
const ZONE_LESS: &str = "%Y-%m-%d %H:%M:%S";

/// A time as answers show it.
pub(super) enum Moment {
    /// As nearly all do.
    ZoneLess(Digits),
    Other(Value),
}

impl Moment {
    pub(super) fn write(&self, json: &mut Json) {
        match self {
            Moment::ZoneLess(text) => json.plain(&text.0),
            Moment::Other(value) => json.value(value),
        }
    }
}

/// A time as [`ZONE_LESS`] has it. Every row of every list has one, so it is written without a form to be read, and without room
/// of its own.
pub(super) struct Digits([u8; 19]);

impl Digits {
    /// `None` for a year that four digits cannot show.
    fn of(at: DateTime) -> Option<Self> {
        let year = u16::try_from(at.year()).ok()?;
        let century = u8::try_from(year / 100).ok()?;
        let within = u8::try_from(year % 100).ok()?;
        let digits = |pair: u8| [b'0' + pair / 10, b'0' + pair % 10];
        let [[y1, y2], [y3, y4]] = [century, within].map(digits);
        let rest = [at.month(), at.day(), at.hour(), at.minute(), at.second()];
        let [[m1, m2], [d1, d2], [h1, h2], [n1, n2], [s1, s2]] =
            rest.map(|pair| digits(pair.unsigned_abs()));
        Some(Digits([
            y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b' ', h1, h2, b':', n1, n2, b':', s1, s2,
        ]))
    }

    fn as_str(&self) -> &str {
        // Digits are text.
        str::from_utf8(&self.0).unwrap_or_default()
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_the_form_says() {
        let times = [
            "2020-07-09T00:00:00",
            "2026-11-30T23:59:08.999",
            "0001-01-01T01:02:03",
            "9999-12-31T23:59:59",
            "-000044-03-15T12:00:00",
        ];
        for time in times {
            let time: DateTime = time.parse().unwrap();
            let form = time.strftime(ZONE_LESS).to_string();
            match Digits::of(time) {
                Some(digits) => assert_eq!(digits.as_str(), form),
                None => assert!(form.starts_with('-'), "{form}"),
            }
        }
    }
}
