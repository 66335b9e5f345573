//! A request taken apart, in the same way for every operation.

use std::borrow::Cow;
use std::sync::Arc;

use http::HeaderMap;
use http::header::AsHeaderName;
use http::request::Parts;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use serde_json::Value;

use super::form::{Content, Flaw, Form, Payload};
use super::zone;
use crate::description::{Body, Row};
use crate::domain::Refusal;
use crate::quirks::{Quirks, TimeQuery};

/// Why a request is refused before anything happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Malformed {
    /// A value is missing, of the wrong type or outside its limits.
    Parameter,
    /// `type` is neither 0 nor 1.
    Type,
    /// There is no such action on a ticket.
    Action,
    /// There is no such kind of complaint.
    Complaint,
    /// There is no such action on an authorization.
    Authorization,
    /// There is no room for the file.
    NoRoom,
}

impl From<Malformed> for &'static str {
    fn from(malformed: Malformed) -> Self {
        match malformed {
            Malformed::Parameter => code_of(Refusal::Invalid),
            Malformed::Type => "OSM.01010012",
            Malformed::Action => "OSM.01010013",
            Malformed::Complaint => "OSM.01010016",
            Malformed::Authorization => "OSM.01010018",
            Malformed::NoRoom => code_of(Refusal::Full),
        }
    }
}

/// The code a refusal is answered with. For recalling, files, labels, relations and agreements no source has codes of their own, so the
/// nearest general ones stand in.
pub(super) fn code_of(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Invalid
        | Refusal::NoSuchMessage
        | Refusal::AlreadyRecalled
        | Refusal::NoSuchFile
        | Refusal::NoSuchLabel
        | Refusal::NoSuchRelation
        | Refusal::NoSuchAgreement
        | Refusal::SignedAlready => "OSM.01010001",
        Refusal::NoSuchCustomer => "OSM.01010011",
        Refusal::DailyVolume => "OSM.01010005",
        Refusal::NotVerified | Refusal::ContactNotVerified => "OSM.01010010",
        Refusal::CodeTooSoon => "OSM.01010024",
        Refusal::NoMoreCodes => "OSM.01010036",
        Refusal::NoSuchTicket => "OSM.01010015",
        Refusal::NotAllowed
        | Refusal::NotOwn
        | Refusal::FileInUse
        | Refusal::TooLate
        | Refusal::Closed
        | Refusal::WrongState
        | Refusal::ScoredAlready => "OSM.01010002",
        Refusal::UrgedTooOften => "OSM.01010004",
        Refusal::UrgedTooSoon => "OSM.01010023",
        Refusal::NoSuchSeverity => "OSM.01010006",
        Refusal::NoRole => "OSM.01010007",
        Refusal::BadCopy => "OSM.01010008",
        Refusal::NotInPlan => "OSM.01010009",
        Refusal::QuotaUsedUp => "OSM.01010037",
        Refusal::Full => "OSM.01010014",
    }
}

pub(super) type Parsed<T> = Result<T, Malformed>;

/// Values of the path by name, decoded.
pub(super) type Params = Vec<(&'static str, String)>;

/// A request of a customer, and how its answer should look.
pub(super) struct Asked<'a> {
    pub(super) row: &'a Row,
    /// Id of the calling customer.
    by: Arc<str>,
    pub(super) quirks: &'a Quirks,
    /// Zone of times in the answer.
    pub(super) offset: Offset,
    /// The body of JSON; null if there is none.
    pub(super) body: Value,
    /// Bytes of the body.
    pub(super) length: usize,
    form: Option<&'a Form>,
    params: &'a Params,
    query: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    headers: &'a HeaderMap,
}

impl<'a> Asked<'a> {
    /// Takes a request apart, as far as that needs no description.
    pub(super) fn new(
        row: &'a Row,
        params: &'a Params,
        parts: &'a Parts,
        payload: &'a Payload,
        by: Arc<str>,
        quirks: &'a Quirks,
    ) -> Parsed<Self> {
        let query = parts.uri.query().unwrap_or_default();
        Ok(Asked {
            row,
            by,
            quirks,
            offset: time_zone(&parts.headers, quirks)?,
            body: body(row, payload)?,
            length: payload.length,
            form: form(payload)?,
            params,
            query: form_urlencoded::parse(query.as_bytes()).collect(),
            headers: &parts.headers,
        })
    }

    /// Id of the calling customer.
    pub(super) fn by(&self) -> String {
        (*self.by).to_owned()
    }

    /// A value of the path.
    pub(super) fn in_path(&self, name: &str) -> Option<&str> {
        named(self.params, name)
    }

    /// A value of the query, the first one of its name.
    pub(super) fn in_query(&self, name: &str) -> Option<&str> {
        named(&self.query, name)
    }

    /// A header; one that is no text is empty.
    pub(super) fn header(&self, name: impl AsHeaderName) -> Option<&str> {
        let value = self.headers.get(name)?;
        Some(value.to_str().unwrap_or_default())
    }

    pub(super) fn form(&self) -> Option<&Form> {
        self.form
    }

    /// A value of the path that was found to be there.
    pub(super) fn path(&self, name: &str) -> String {
        self.in_path(name).unwrap_or_default().to_owned()
    }

    /// A text of the query; an empty one counts as absent.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        let text = self.in_query(name).filter(|text| !text.is_empty());
        text.map(str::to_owned)
    }

    pub(super) fn number(&self, name: &str) -> Option<i64> {
        self.in_query(name)?.parse().ok()
    }

    /// A number of the query that counts something.
    pub(super) fn count(&self, name: &str) -> Option<usize> {
        usize::try_from(self.number(name)?).ok()
    }

    /// `limit`: how many items are wanted, ten if nothing is said.
    pub(super) fn limit(&self) -> Parsed<usize> {
        match self.count("limit") {
            Some(0) if !self.quirks.zero_limit => Err(Malformed::Parameter),
            limit => Ok(limit.unwrap_or(10)),
        }
    }

    /// The values of a list (D-27).
    pub(super) fn list(&self, name: &str) -> Vec<String> {
        let named = self.query.iter().filter(|(key, _)| key == name);
        let values = named.flat_map(|(_, value)| match self.quirks.comma_lists {
            true => value.split(',').collect(),
            false => vec![&**value],
        });
        values.map(str::to_owned).collect()
    }

    /// A time of the query (D-12): text as answers carry it, or milliseconds since 1970. An empty one counts as absent.
    pub(super) fn time(&self, name: &str) -> Parsed<Option<Timestamp>> {
        self.time_in(name, self.offset)
    }

    /// The same in another zone than that of the answer.
    pub(super) fn time_in(&self, name: &str, offset: Offset) -> Parsed<Option<Timestamp>> {
        match self.in_query(name) {
            None | Some("") => Ok(None),
            Some(text) => moment(text, offset, self.quirks.time_query)
                .map(Some)
                .ok_or(Malformed::Parameter),
        }
    }

    /// A text of the body; an empty one and null count as absent.
    pub(super) fn field(&self, name: &str) -> Option<String> {
        let text = self.body.get(name)?.as_str()?;
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// Whether names are to be in English. The default is Chinese.
    pub(super) fn english(&self) -> bool {
        self.header("x-language").is_some_and(is_english)
    }

    /// Whether mark-up is to be taken out of texts.
    pub(super) fn trim(&self) -> bool {
        self.in_query("trim_osm_rich_text_label") != Some("false")
    }
}

/// Whether a language is not Chinese: then it is English.
pub(super) fn is_english(language: &str) -> bool {
    !language.to_ascii_lowercase().starts_with("zh")
}

fn named<'p>(pairs: &'p [(impl AsRef<str>, impl AsRef<str>)], name: &str) -> Option<&'p str> {
    let mut pairs = pairs.iter();
    pairs
        .find(|(key, _)| key.as_ref() == name)
        .map(|(_, value)| value.as_ref())
}

/// The JSON in a body. One that is missing or `null` is nothing (D-23, D-47): whether that is enough, is said elsewhere.
fn body(row: &Row, payload: &Payload) -> Parsed<Value> {
    let bytes = payload.bytes().trim_ascii();
    let wanted = match &row.body {
        Body::Json { .. } => true,
        // What the service does not ask for, it may still trip over.
        Body::None => row.method != http::Method::GET,
        Body::Form(_) | Body::Bytes { .. } => false,
    };
    if !wanted || bytes.is_empty() {
        return Ok(Value::Null);
    }
    let body = serde_json::from_slice(payload.bytes()).map_err(|_| Malformed::Parameter)?;
    match (&row.body, &body) {
        (Body::None, Value::Object(_) | Value::Null) | (Body::Json { .. }, _) => Ok(body),
        _ => Err(Malformed::Parameter),
    }
}

fn form(payload: &Payload) -> Parsed<Option<&Form>> {
    match &payload.content {
        Content::Whole(_) => Ok(None),
        Content::Form { form: Ok(form), .. } => Ok(Some(form)),
        Content::Form {
            form: Err(Flaw::NotTaken),
            ..
        } => Err(Malformed::Parameter),
        Content::Form {
            form: Err(Flaw::NoRoom),
            ..
        } => Err(Malformed::NoRoom),
    }
}

/// A zone is a zone whether the operation describes the header or not: it is read before anything else is.
fn time_zone(headers: &HeaderMap, quirks: &Quirks) -> Parsed<Offset> {
    let Some(value) = headers.get("x-time-zone") else {
        return Ok(zone::DEFAULT);
    };
    let text = value.to_str().map_err(|_| Malformed::Parameter)?;
    zone::offset(text, quirks.zone_names).ok_or(Malformed::Parameter)
}

fn moment(text: &str, offset: Offset, forms: TimeQuery) -> Option<Timestamp> {
    let digits = text.len() > 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    if text.len() > 32 || (digits && forms == TimeQuery::Text) {
        return None;
    }
    if digits {
        // A number beyond all dates is later than all messages.
        let millis = text.parse().unwrap_or(i64::MAX);
        return Some(Timestamp::from_millisecond(millis).unwrap_or(Timestamp::MAX));
    }
    if forms == TimeQuery::Millis {
        return None;
    }
    // A form with an offset is also one that answers can carry (D-14).
    text.parse::<Timestamp>()
        .ok()
        .or_else(|| offset.to_timestamp(text.parse::<DateTime>().ok()?).ok())
}
