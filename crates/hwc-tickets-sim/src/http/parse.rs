//! Requests into commands. Every limit the documents state for a request is checked here or in the world.

use bytes::Bytes;
use http::HeaderMap;
use http::request::Parts;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use serde_json::{Map, Value};

mod files;
mod tickets;

use super::form::Payload;
use super::zone;
use crate::domain::{Command, Position, Refusal, Text};
use crate::operation::Operation;
use crate::quirks::{Quirks, TimeQuery};

/// What a request asks for, and how the answer should look.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) command: Command,
    pub(super) view: View,
}

/// How the answer should look.
#[derive(Clone, Debug)]
pub(super) struct View {
    pub(super) offset: Offset,
    pub(super) english: bool,
    pub(super) trim: bool,
    /// The group of the request, echoed by marking as read (D-08).
    pub(super) group: Option<String>,
}

/// Why a request cannot become a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Malformed {
    /// A value is missing, of the wrong type or outside its limits.
    Parameter,
    /// `type` is neither 0 nor 1.
    Type,
    /// There is no room for the file.
    NoRoom,
}

impl From<Malformed> for &'static str {
    fn from(malformed: Malformed) -> Self {
        match malformed {
            Malformed::Parameter => code_of(Refusal::Invalid),
            Malformed::Type => "OSM.01010012",
            Malformed::NoRoom => code_of(Refusal::Full),
        }
    }
}

/// The code a refusal is answered with. For recalling, files, labels and relations no source has codes of their own, so the
/// nearest general ones stand in.
pub(super) fn code_of(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Invalid
        | Refusal::NoSuchMessage
        | Refusal::AlreadyRecalled
        | Refusal::NoSuchFile
        | Refusal::NoSuchLabel
        | Refusal::NoSuchRelation => "OSM.01010001",
        Refusal::DailyVolume => "OSM.01010005",
        Refusal::NoSuchTicket => "OSM.01010015",
        Refusal::NotAllowed | Refusal::NotOwn | Refusal::TooLate | Refusal::Closed => {
            "OSM.01010002"
        }
        Refusal::Full => "OSM.01010014",
    }
}

type Parsed<T> = Result<T, Malformed>;

/// Path parameters by name, decoded.
pub(super) type Params = Vec<(String, String)>;

/// Makes a command of a request of `by`.
pub(super) fn request(
    operation: Operation,
    params: &Params,
    parts: &Parts,
    payload: &Payload,
    by: String,
    quirks: &Quirks,
) -> Parsed<Request> {
    let body = payload.bytes();
    let headers = &parts.headers;
    site(headers)?;
    let query = Query::new(parts, quirks);
    let mut view = View {
        offset: time_zone(headers, quirks)?,
        english: language(headers)?,
        trim: query.flag("trim_osm_rich_text_label")?.unwrap_or(true),
        group: None,
    };
    let longest = match operation {
        Operation::RevokeMessage => quirks.recall_id_limit,
        // No source states a length for it (D-45).
        Operation::ShowCaseStatus => usize::MAX,
        _ => 64,
    };
    let ticket = || path(params, "case_id", longest);
    let command = match operation {
        Operation::CreateMessages => submit(&object(body)?, by, ticket()?, quirks)?,
        Operation::ListMessages => Command::List {
            by,
            ticket: ticket()?,
            group: query.group()?,
            offset: query.number("offset", 0, 65_535)?.unwrap_or(0),
            limit: query.limit(quirks)?.unwrap_or(10),
        },
        Operation::ListMoreInstantMessages => more(&query, by, ticket()?, view.offset, quirks)?,
        Operation::ListNewInstantMessages => Command::Poll {
            by,
            tickets: query.tickets(quirks)?,
            group: query.group()?,
            since: query.position()?,
        },
        Operation::ListUnreadNewInstantMessages => Command::Unread {
            by,
            tickets: query.tickets(quirks)?,
            group: query.group()?,
        },
        Operation::UpdateNewInstantMessagesRead => {
            let group = group(&object_or_nothing(body)?)?;
            view.group.clone_from(&group);
            Command::MarkRead {
                by,
                ticket: ticket()?,
                group,
            }
        }
        Operation::RevokeMessage => {
            object_or_nothing(body)?;
            Command::Recall {
                by,
                ticket: ticket()?,
                message: path(params, "message_id", 64)?,
            }
        }
        Operation::ShowCaseDetail => Command::Detail {
            by,
            ticket: ticket()?,
            group: query.group()?,
        },
        Operation::ShowCaseStatus => Command::Status {
            by,
            ticket: ticket()?,
        },
        Operation::ListCases => tickets::list(&query, by, view.offset, quirks)?,
        Operation::ListOrderIncident => tickets::list_by_page(&query, by, view.offset, quirks)?,
        Operation::UploadAccessory => files::upload(payload, by)?,
        Operation::DownloadAccessories => files::download(params, &query, by)?,
        Operation::UpdateLabels => {
            let body = object(body)?;
            let label = path(params, "label_id", 10)?;
            Command::UpdateLabel {
                by,
                // One form of a number is a label, as one text is.
                label: label
                    .parse::<u32>()
                    .ok()
                    .filter(|number| number.to_string() == label)
                    .filter(|number| i32::try_from(*number).is_ok())
                    .ok_or(Malformed::Parameter)?,
                name: mandatory(&body, "name", 64)?,
                color: mandatory(&body, "color", 7)?,
            }
        }
        Operation::DeleteRelation => {
            let body = object(body)?;
            let group = some(text(body.get("group_id"), usize::MAX)?, 64)?;
            if group.is_none() && quirks.relation_group_required {
                return Err(Malformed::Parameter);
            }
            Command::DeleteRelation {
                by,
                ticket: ticket()?,
                related: mandatory(&body, "related_id", 64)?,
                group,
            }
        }
        Operation::CreateToken => return Err(Malformed::Parameter),
    };
    Ok(Request { command, view })
}

fn submit(
    body: &Map<String, Value>,
    by: String,
    ticket: String,
    quirks: &Quirks,
) -> Parsed<Command> {
    match integer(body.get("type"))? {
        Some(0 | 1) => {}
        None if !quirks.type_required => {}
        None => return Err(Malformed::Parameter),
        Some(_) => return Err(Malformed::Type),
    }
    let message = body
        .get("message")
        .and_then(Value::as_object)
        .ok_or(Malformed::Parameter)?;
    let content = text(message.get("content"), usize::MAX)?.ok_or(Malformed::Parameter)?;
    let noted = match integer(message.get("is_authorized"))? {
        None | Some(0) => false,
        Some(1) => true,
        Some(_) => return Err(Malformed::Parameter),
    };
    // The note is confidential: its length is checked and the text forgotten.
    let note =
        text(message.get("authorization_content"), 400)?.is_some_and(|note| !note.is_empty());
    Ok(Command::Submit {
        by,
        ticket,
        group: group(body)?,
        content: Text::from(content),
        attachments: ids(message.get("accessory_ids"))?,
        confidential: noted || note,
    })
}

fn more(
    query: &Query,
    by: String,
    ticket: String,
    offset: Offset,
    quirks: &Quirks,
) -> Parsed<Command> {
    let before = match query.one("create_time") {
        // By its table it may be empty. Then there is nothing to start from but the newest message.
        Some("") => None,
        Some(time) => Some(moment(time, offset, quirks.time_query).ok_or(Malformed::Parameter)?),
        None if quirks.mandatory_query => return Err(Malformed::Parameter),
        None => None,
    };
    match query.signed("type")? {
        Some(0 | 1) => {}
        None if !quirks.mandatory_query => {}
        None => return Err(Malformed::Parameter),
        Some(_) => return Err(Malformed::Type),
    }
    let limit = match query.limit(quirks)? {
        Some(limit) => limit,
        None if quirks.mandatory_query => return Err(Malformed::Parameter),
        None => 10,
    };
    Ok(Command::More {
        by,
        ticket,
        group: query.group()?,
        before,
        limit,
    })
}

/// A time of a query (D-12): text as answers carry it, or milliseconds since 1970.
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

/// The query, taken apart.
struct Query {
    pairs: Vec<(String, String)>,
    commas: bool,
}

impl Query {
    fn new(parts: &Parts, quirks: &Quirks) -> Self {
        let query = parts.uri.query().unwrap_or_default();
        Query {
            pairs: form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect(),
            commas: quirks.comma_lists,
        }
    }

    fn one(&self, name: &str) -> Option<&str> {
        self.pairs
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    fn signed(&self, name: &str) -> Parsed<Option<i64>> {
        self.one(name)
            .map(|value| value.parse().map_err(|_| Malformed::Parameter))
            .transpose()
    }

    fn number(&self, name: &str, least: usize, most: usize) -> Parsed<Option<usize>> {
        let Some(number) = self.signed(name)? else {
            return Ok(None);
        };
        let number = usize::try_from(number).map_err(|_| Malformed::Parameter)?;
        if (least..=most).contains(&number) {
            Ok(Some(number))
        } else {
            Err(Malformed::Parameter)
        }
    }

    fn limit(&self, quirks: &Quirks) -> Parsed<Option<usize>> {
        self.number("limit", usize::from(!quirks.zero_limit), 100)
    }

    fn flag(&self, name: &str) -> Parsed<Option<bool>> {
        self.one(name)
            .map(|value| value.parse().map_err(|_| Malformed::Parameter))
            .transpose()
    }

    fn group(&self) -> Parsed<Option<String>> {
        limited(self.one("group_id"), 64)
    }

    /// The values of a list (D-27).
    fn list(&self, name: &str) -> Vec<String> {
        let values = self
            .pairs
            .iter()
            .filter(|(key, _)| key == name)
            .map(|(_, value)| value.as_str());
        if self.commas {
            values
                .flat_map(|value| value.split(','))
                .map(str::to_owned)
                .collect()
        } else {
            values.map(str::to_owned).collect()
        }
    }

    /// `case_ids`: one to a hundred (D-37); none at all only where the examples are to be believed (D-10).
    fn tickets(&self, quirks: &Quirks) -> Parsed<Option<Vec<String>>> {
        let ids = self.list("case_ids");
        match ids.len() {
            0 if !quirks.mandatory_query => Ok(None),
            1..=100 => Ok(Some(ids)),
            _ => Err(Malformed::Parameter),
        }
    }

    /// The cursor, exactly as [`position_text`] wrote it; or a time alone, in milliseconds since 1970.
    fn position(&self) -> Parsed<Option<Position>> {
        let Some(text) = self
            .one("last_message_time_id")
            .filter(|text| !text.is_empty())
        else {
            return Ok(None);
        };
        let (millis, number) = text.split_once('_').unwrap_or((text, ""));
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
}

/// A cursor. Opaque to callers.
pub(super) fn position_text(position: Position) -> String {
    format!("{}_{}", position.millis, position.number)
}

fn path(params: &Params, name: &str, longest: usize) -> Parsed<String> {
    let value = params
        .iter()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.as_str());
    limited(value, longest)?.ok_or(Malformed::Parameter)
}

fn site(headers: &HeaderMap) -> Parsed<()> {
    match headers.get("x-site").map(|value| value.to_str()) {
        None | Some(Ok("0" | "1")) => Ok(()),
        Some(_) => Err(Malformed::Parameter),
    }
}

/// Whether names are to be in English. The default is Chinese.
fn language(headers: &HeaderMap) -> Parsed<bool> {
    let Some(value) = headers.get("x-language") else {
        return Ok(false);
    };
    let language = value
        .to_str()
        .ok()
        .filter(|value| (1..=32).contains(&value.len()))
        .ok_or(Malformed::Parameter)?;
    Ok(!language.to_ascii_lowercase().starts_with("zh"))
}

fn time_zone(headers: &HeaderMap, quirks: &Quirks) -> Parsed<Offset> {
    let Some(value) = headers.get("x-time-zone") else {
        return Ok(zone::DEFAULT);
    };
    let text = value
        .to_str()
        .ok()
        .filter(|value| (1..=32).contains(&value.len()))
        .ok_or(Malformed::Parameter)?;
    zone::offset(text, quirks.zone_names).ok_or(Malformed::Parameter)
}

fn object(body: &Bytes) -> Parsed<Map<String, Value>> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(object)) => Ok(object),
        _ => Err(Malformed::Parameter),
    }
}

/// A body that may be missing or `null` (D-23, D-47).
fn object_or_nothing(body: &Bytes) -> Parsed<Map<String, Value>> {
    if body.trim_ascii().is_empty() || body.trim_ascii() == b"null" {
        return Ok(Map::new());
    }
    object(body)
}

fn group(body: &Map<String, Value>) -> Parsed<Option<String>> {
    limited(text(body.get("group_id"), usize::MAX)?, 64)
}

/// An optional integer; `null` counts as absent.
fn integer(value: Option<&Value>) -> Parsed<Option<i64>> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value.as_i64().map(Some).ok_or(Malformed::Parameter),
    }
}

/// An optional text of limited length; `null` counts as absent.
fn text(value: Option<&Value>, most: usize) -> Parsed<Option<&str>> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if units(text) <= most => Ok(Some(text)),
        Some(_) => Err(Malformed::Parameter),
    }
}

/// Ids of attachments: 1 to 32 characters each. How many there may be is for the world to say.
fn ids(value: Option<&Value>) -> Parsed<Vec<String>> {
    match value {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(items)) => {
            let id = |item: &Value| {
                item.as_str()
                    .filter(|id| (1..=32).contains(&units(id)))
                    .map(str::to_owned)
            };
            items
                .iter()
                .map(|item| id(item).ok_or(Malformed::Parameter))
                .collect()
        }
        Some(_) => Err(Malformed::Parameter),
    }
}

/// A text of limited length; an empty one counts as absent.
fn limited(text: Option<&str>, most: usize) -> Parsed<Option<String>> {
    match text {
        None | Some("") => Ok(None),
        Some(text) if units(text) <= most => Ok(Some(text.to_owned())),
        Some(_) => Err(Malformed::Parameter),
    }
}

/// A text that is there and not empty.
fn mandatory(body: &Map<String, Value>, name: &str, most: usize) -> Parsed<String> {
    some(text(body.get(name), usize::MAX)?, most)?.ok_or(Malformed::Parameter)
}

/// A text that is not empty; none at all is fine.
fn some(text: Option<&str>, most: usize) -> Parsed<Option<String>> {
    match text {
        None => Ok(None),
        Some(text) if (1..=most).contains(&units(text)) => Ok(Some(text.to_owned())),
        Some(_) => Err(Malformed::Parameter),
    }
}

fn units(text: &str) -> usize {
    text.encode_utf16().count()
}
