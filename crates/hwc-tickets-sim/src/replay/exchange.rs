//! Exchanges as files: one JSON file is one request and its answer. `spec/README.md` explains the form.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue, TRANSFER_ENCODING};
use http::{Method, StatusCode};
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::simulator::StartError;

/// The ending of a file that is an exchange.
const ENDING: &str = ".json";

/// The most that `$repeat` and `$list` stand for; what is more is a slip.
const MOST: usize = 1 << 17;

/// One request and its answer.
pub(super) struct Exchange {
    /// Its file below the directory, without the ending.
    pub(super) name: String,
    pub(super) file: PathBuf,
    pub(super) verdict: Verdict,
    /// What it shows.
    pub(super) note: Option<String>,
    pub(super) request: Request,
    pub(super) answer: Answer,
}

/// What a client has to make of an answer.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Verdict {
    Success,
    Refused,
    Unavailable,
    Protocol,
}

/// A recorded request, ready to be compared.
pub(super) struct Request {
    pub(super) method: String,
    /// As written.
    pub(super) path: String,
    /// The path, decoded.
    pub(super) segments: Vec<String>,
    pub(super) query: Query,
    /// Those that a request must have.
    pub(super) headers: BTreeMap<String, String>,
    pub(super) content: Content,
}

/// Values by name. Their order does not matter.
pub(super) type Query = BTreeMap<String, Vec<String>>;

/// The body of a recorded request.
pub(super) enum Content {
    Nothing,
    Json(Value),
    /// What is not JSON.
    Text(String),
    /// Parts in order.
    Form(Vec<Part>),
}

/// A part of a form.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Part {
    pub(super) name: String,
    /// The name of a file.
    pub(super) file: Option<String>,
    pub(super) content: Bytes,
}

/// A recorded answer as it goes over the wire.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    pub(super) body: Bytes,
    /// Its `error_code` that is not empty.
    pub(super) error_code: Option<String>,
    /// The names in the object that it is.
    pub(super) fields: Vec<String>,
}

/// Every exchange of a directory.
pub(super) fn read_all(directory: &Path) -> Result<Vec<Exchange>, StartError> {
    // A kit has papers beside them.
    let inner = directory.join("exchanges");
    let directory = if inner.is_dir() {
        inner.as_path()
    } else {
        directory
    };
    let mut files = Vec::new();
    collect(directory, "", &mut files)?;
    if files.is_empty() {
        let problem = format!("has no exchange: no file in it ends in {ENDING}");
        return Err(unusable(directory, problem));
    }
    files.sort();
    let read = |(name, file): (String, PathBuf)| {
        of(&name, &file).map_err(|problem| unusable(&file, problem))
    };
    files.into_iter().map(read).collect()
}

/// What a file says, with all that `$repeat` and `$list` stand for.
pub(super) fn whole(file: &Path) -> Result<Value, StartError> {
    let read = || -> Result<Value, String> {
        let text = text(file)?;
        let value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        expand(value)
    };
    read().map_err(|problem| unusable(file, problem))
}

/// The segments of a path, decoded: `%2C`, `%2c` and a comma are the same.
pub(super) fn segments(path: &str) -> Vec<String> {
    let decode = |segment| percent_decode_str(segment).decode_utf8_lossy().into_owned();
    path.split('/').map(decode).collect()
}

/// Pairs by name.
pub(super) fn by_name(pairs: impl IntoIterator<Item = (String, String)>) -> Query {
    let mut query = Query::new();
    for (name, value) in pairs {
        query.entry(name).or_default().push(value);
    }
    for values in query.values_mut() {
        values.sort();
    }
    query
}

fn unusable(path: &Path, problem: String) -> StartError {
    StartError::Exchange {
        path: path.to_owned(),
        problem,
    }
}

/// The files below a directory with the names of their exchanges; not the hidden ones.
fn collect(
    directory: &Path,
    below: &str,
    found: &mut Vec<(String, PathBuf)>,
) -> Result<(), StartError> {
    let failed = |error: io::Error| {
        let why = match error.kind() {
            io::ErrorKind::NotFound => "there is no such directory".to_owned(),
            io::ErrorKind::NotADirectory => "it is not a directory".to_owned(),
            _ => error.to_string(),
        };
        unusable(directory, format!("cannot be listed: {why}"))
    };
    for entry in fs::read_dir(directory).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let file = entry.file_name().to_string_lossy().into_owned();
        if file.starts_with('.') {
            continue;
        }
        if entry.file_type().map_err(failed)?.is_dir() {
            collect(&entry.path(), &format!("{below}{file}/"), found)?;
        } else if let Some(stem) = file.strip_suffix(ENDING) {
            found.push((format!("{below}{stem}"), entry.path()));
        }
    }
    Ok(())
}

fn text(file: &Path) -> Result<String, String> {
    fs::read_to_string(file).map_err(|error| format!("cannot be read: {error}"))
}

/// A file as it is written. Who recorded it, and where it leaves the description, does not matter here.
#[derive(Deserialize)]
struct Written {
    verdict: Verdict,
    note: Option<String>,
    request: WrittenRequest,
    response: WrittenResponse,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRequest {
    method: String,
    path: String,
    #[serde(default)]
    query: Vec<(String, String)>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default, deserialize_with = "present")]
    body: Option<Value>,
    body_text: Option<String>,
    form: Option<BTreeMap<String, WrittenPart>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum WrittenPart {
    Text(String),
    File { name: String, content: String },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenResponse {
    status: u16,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default, deserialize_with = "present")]
    body: Option<Value>,
    body_text: Option<String>,
}

/// `null` is a body, and written as text: a forgotten one must not pass for none.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Null => Err(serde::de::Error::custom(
            "`body` is null; write it as `body_text`",
        )),
        value => Ok(Some(value)),
    }
}

fn of(name: &str, file: &Path) -> Result<Exchange, String> {
    if HeaderValue::from_str(name).is_err() {
        return Err("its name cannot be sent as X-Replay; use ASCII".to_owned());
    }
    let text = text(file)?;
    let written: Written = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let within = |side: &str, problem: String| format!("`{side}`: {problem}");
    Ok(Exchange {
        name: name.to_owned(),
        file: file.to_owned(),
        verdict: written.verdict,
        note: written.note,
        request: request(written.request).map_err(|problem| within("request", problem))?,
        answer: answer(written.response).map_err(|problem| within("response", problem))?,
    })
}

fn request(written: WrittenRequest) -> Result<Request, String> {
    if Method::from_bytes(written.method.as_bytes()).is_err() {
        return Err("`method` is no method of HTTP".to_owned());
    }
    if !written.path.starts_with('/') {
        return Err("`path` begins with a slash".to_owned());
    }
    let content = match (written.body, written.body_text, written.form) {
        (None, None, None) => Content::Nothing,
        (Some(body), None, None) => Content::Json(expand(body)?),
        (None, Some(text), None) if text.is_empty() => Content::Nothing,
        (None, Some(text), None) => match serde_json::from_str(&text) {
            Ok(value) => Content::Json(value),
            Err(_) => Content::Text(text),
        },
        (None, None, Some(form)) => Content::Form(form.into_iter().map(part).collect()),
        _ => return Err("has one of `body`, `body_text` and `form`".to_owned()),
    };
    Ok(Request {
        method: written.method,
        segments: segments(&written.path),
        path: written.path,
        query: by_name(written.query),
        headers: written.headers,
        content,
    })
}

fn part((name, written): (String, WrittenPart)) -> Part {
    let (file, content) = match written {
        WrittenPart::Text(text) => (None, text),
        WrittenPart::File { name, content } => (Some(name), content),
    };
    Part {
        name,
        file,
        content: content.into(),
    }
}

fn answer(written: WrittenResponse) -> Result<Answer, String> {
    let status = StatusCode::from_u16(written.status).ok();
    let status = status.filter(|status| (200..600).contains(&status.as_u16()));
    let status = status.ok_or("`status` is one of 200 to 599")?;
    let mut headers = Vec::new();
    for (name, value) in &written.headers {
        let named = HeaderName::from_bytes(name.as_bytes());
        let named = named.map_err(|_| format!("`{name}` is no name of a header"))?;
        if named == CONTENT_LENGTH || named == TRANSFER_ENCODING {
            return Err(format!("`{name}` follows from the body; leave it out"));
        }
        let value = HeaderValue::from_bytes(value.as_bytes());
        let value = value.map_err(|_| format!("the value of `{name}` cannot be sent"))?;
        headers.push((named, value));
    }
    if !headers.iter().any(|(name, _)| *name == CONTENT_TYPE) {
        headers.push((CONTENT_TYPE, HeaderValue::from_static("application/json")));
    }
    let (value, body) = match (written.body, written.body_text) {
        (Some(body), None) => {
            let body = expand(body)?;
            let bytes = body.to_string();
            (body, bytes)
        }
        (None, Some(text)) => (serde_json::from_str(&text).unwrap_or_default(), text),
        _ => return Err("has one of `body` and `body_text`".to_owned()),
    };
    let bodiless = [StatusCode::NO_CONTENT, StatusCode::NOT_MODIFIED];
    if bodiless.contains(&status) && !body.is_empty() {
        return Err(format!("an answer with {} has no body", status.as_u16()));
    }
    let code = value.get("error_code").and_then(Value::as_str);
    let fields = value.as_object().into_iter().flat_map(Map::keys);
    Ok(Answer {
        status,
        headers,
        error_code: code.filter(|code| !code.is_empty()).map(str::to_owned),
        fields: fields.cloned().collect(),
        body: body.into(),
    })
}

/// Puts in what `$repeat` and `$list` stand for.
fn expand(value: Value) -> Result<Value, String> {
    match value {
        Value::Array(items) => items.into_iter().map(expand).collect(),
        Value::Object(fields) => match repeated(&fields)? {
            Some(value) => Ok(value),
            None => {
                let fields = fields.into_iter();
                let fields = fields.map(|(name, value)| Ok((name, expand(value)?)));
                fields
                    .collect::<Result<Map<_, _>, String>>()
                    .map(Value::from)
            }
        },
        scalar => Ok(scalar),
    }
}

/// What an object stands for that is a `$repeat` or a `$list`.
fn repeated(fields: &Map<String, Value>) -> Result<Option<Value>, String> {
    let key = ["$repeat", "$list"]
        .into_iter()
        .find(|key| fields.contains_key(*key));
    let Some(key) = key else {
        return Ok(None);
    };
    let pair = fields.get(key).and_then(Value::as_array);
    let (Some([item, count]), 1) = (pair.map(Vec::as_slice), fields.len()) else {
        return Err(format!(
            "`{key}` stands alone, and takes what and how often"
        ));
    };
    let count = count.as_u64().and_then(|count| usize::try_from(count).ok());
    let Some(count) = count.filter(|count| *count <= MOST) else {
        return Err(format!("`{key}` takes a number up to {MOST}"));
    };
    match (key, item.as_str()) {
        ("$repeat", Some(text)) => Ok(Some(text.repeat(count).into())),
        ("$repeat", None) => Err("`$repeat` takes a text".to_owned()),
        _ => Ok(Some(vec![expand(item.clone())?; count].into())),
    }
}
