//! A request as it came in, and how it differs from a recorded one.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use bytes::Bytes;
use futures_util::stream;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use http::request::Parts;
use serde::Serialize;
use serde_json::{Value, json};

use super::exchange::{Content, Part, Query, Request, by_name, segments};

/// Longest value in characters that a difference shows whole.
const LONGEST: usize = 200;

/// Where a difference in the body stands.
const BODY: &str = "/request/body";

/// A request that came in.
pub(super) struct Asked {
    pub(super) method: String,
    /// As it came.
    pub(super) path: String,
    segments: Vec<String>,
    query: Query,
    headers: HeaderMap,
    body: Bytes,
    /// The body, if it is JSON.
    json: Option<Value>,
    /// Its parts in order, if it is a form.
    form: Option<Vec<Part>>,
}

/// A place where a request is not as recorded. What is not there is not shown.
#[derive(Serialize)]
pub(super) struct Difference {
    /// JSON pointer in the words of `spec/README.md`.
    #[serde(rename = "where")]
    pub(super) place: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    here: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recorded: Option<Value>,
}

impl Asked {
    pub(super) async fn of(parts: &Parts, body: Bytes) -> Self {
        let query = parts.uri.query().unwrap_or_default();
        Asked {
            method: parts.method.to_string(),
            path: parts.uri.path().to_owned(),
            segments: segments(parts.uri.path()),
            query: by_name(form_urlencoded::parse(query.as_bytes()).into_owned()),
            headers: parts.headers.clone(),
            json: serde_json::from_slice(&body).ok(),
            form: form(&parts.headers, &body).await,
            body,
        }
    }

    /// How far method and path are from the recorded ones: 0 when they are the same. Another id is less than another method.
    pub(super) fn distance(&self, recorded: &Request) -> usize {
        let pairs = self.segments.iter().zip(&recorded.segments);
        let other = pairs.filter(|(here, recorded)| here != recorded).count();
        let longer = self.segments.len().abs_diff(recorded.segments.len());
        let method = if self.method == recorded.method { 0 } else { 2 };
        other + longer + method
    }

    /// What is not as recorded. Further headers and empty lists do not count, nor does the order of a query or of a form.
    pub(super) fn differences(&self, recorded: &Request) -> Vec<Difference> {
        let mut found = Differences(Vec::new());
        if self.method != recorded.method {
            let (here, recorded) = (json!(self.method), json!(recorded.method));
            found.add("/request/method", Some(&here), Some(&recorded));
        }
        if self.segments != recorded.segments {
            let (here, recorded) = (json!(self.path), json!(recorded.path));
            found.add("/request/path", Some(&here), Some(&recorded));
        }
        let names: BTreeSet<&String> = self.query.keys().chain(recorded.query.keys()).collect();
        for name in names {
            let (here, recorded) = (self.query.get(name), recorded.query.get(name));
            if here != recorded {
                let place = format!("/request/query/{}", escaped(name));
                let (here, recorded) = (here.map(Vec::as_slice), recorded.map(Vec::as_slice));
                found.add(
                    &place,
                    here.map(values).as_ref(),
                    recorded.map(values).as_ref(),
                );
            }
        }
        for (name, recorded) in &recorded.headers {
            let here = self.headers.get(name.as_str());
            if here.is_none_or(|here| here.as_bytes() != recorded.as_bytes()) {
                let here = here.map(|here| json!(String::from_utf8_lossy(here.as_bytes())));
                let place = format!("/request/header/{}", escaped(name));
                found.add(&place, here.as_ref(), Some(&json!(recorded)));
            }
        }
        self.content(&recorded.content, &mut found);
        found.0
    }

    fn content(&self, recorded: &Content, found: &mut Differences) {
        match recorded {
            Content::Nothing if self.body.is_empty() => {}
            Content::Nothing => found.add(BODY, self.shown().as_ref(), None),
            Content::Text(text) if self.body == text.as_bytes() => {}
            Content::Text(text) => found.add(BODY, self.shown().as_ref(), Some(&json!(text))),
            Content::Json(recorded) => match &self.json {
                Some(here) => found.compare(BODY, Some(here), Some(recorded)),
                None => found.add(BODY, self.shown().as_ref(), Some(recorded)),
            },
            Content::Form(recorded) => match &self.form {
                Some(here) if here == recorded => {}
                Some(here) => found.forms(here, recorded),
                None => {
                    let recorded = recorded.iter().map(|part| (part.name.clone(), shown(part)));
                    let recorded = Value::Object(recorded.collect());
                    found.add(BODY, self.shown().as_ref(), Some(&recorded));
                }
            },
        }
    }

    /// The body as a value; nothing if it is empty.
    fn shown(&self) -> Option<Value> {
        if self.body.is_empty() {
            return None;
        }
        let text = || json!(String::from_utf8_lossy(&self.body));
        Some(self.json.clone().unwrap_or_else(text))
    }
}

struct Differences(Vec<Difference>);

impl Differences {
    fn add(&mut self, place: &str, here: Option<&Value>, recorded: Option<&Value>) {
        self.0.push(Difference {
            place: place.to_owned(),
            here: here.map(shortened),
            recorded: recorded.map(shortened),
        });
    }

    /// The places below `place` at which two values are not the same.
    fn compare(&mut self, place: &str, here: Option<&Value>, recorded: Option<&Value>) {
        match (here, recorded) {
            (None, None) => {}
            (Some(Value::Object(here)), Some(Value::Object(recorded))) => {
                let names: BTreeSet<&String> = here.keys().chain(recorded.keys()).collect();
                let full = |value: &&Value| value.as_array().is_none_or(|list| !list.is_empty());
                for name in names {
                    let (here, recorded) = (here.get(name), recorded.get(name));
                    let place = format!("{place}/{}", escaped(name));
                    self.compare(&place, here.filter(full), recorded.filter(full));
                }
            }
            (Some(Value::Array(here)), Some(Value::Array(recorded))) => {
                for index in 0..here.len().max(recorded.len()) {
                    let place = format!("{place}/{index}");
                    self.compare(&place, here.get(index), recorded.get(index));
                }
            }
            (Some(here), Some(recorded)) if is_same(here, recorded) => {}
            (here, recorded) => self.add(place, here, recorded),
        }
    }

    fn forms(&mut self, here: &[Part], recorded: &[Part]) {
        let (here, recorded) = (parts_by_name(here), parts_by_name(recorded));
        let names: BTreeSet<&&str> = here.keys().chain(recorded.keys()).collect();
        for name in names {
            let (here, recorded) = (here.get(*name), recorded.get(*name));
            if here != recorded {
                let all = |parts: &Vec<&Part>| match parts.as_slice() {
                    [part] => shown(part),
                    parts => parts.iter().copied().map(shown).collect(),
                };
                let (here, recorded) = (here.map(all), recorded.map(all));
                let place = format!("{BODY}/{}", escaped(name));
                self.add(&place, here.as_ref(), recorded.as_ref());
            }
        }
    }
}

fn parts_by_name(parts: &[Part]) -> BTreeMap<&str, Vec<&Part>> {
    let mut named: BTreeMap<&str, Vec<&Part>> = BTreeMap::new();
    for part in parts {
        named.entry(&part.name).or_default().push(part);
    }
    named
}

/// Numbers are the same however they are written: 1 and 1.0.
fn is_same(here: &Value, recorded: &Value) -> bool {
    match (here.as_f64(), recorded.as_f64()) {
        (Some(one), Some(other)) if here.is_f64() || recorded.is_f64() => one == other,
        _ => here == recorded,
    }
}

/// A part of a form as the file of an exchange has it.
fn shown(part: &Part) -> Value {
    let content = String::from_utf8_lossy(&part.content);
    match &part.file {
        Some(name) => json!({ "name": name, "content": content }),
        None => json!(content),
    }
}

/// One value, or a list of several.
fn values(values: &[String]) -> Value {
    match values {
        [value] => json!(value),
        values => json!(values),
    }
}

fn shortened(value: &Value) -> Value {
    let text = match value {
        Value::String(text) => text.clone(),
        value => value.to_string(),
    };
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => json!(format!("{}...", text.get(..end).unwrap_or_default())),
        None => value.clone(),
    }
}

/// A name as a step of a JSON pointer.
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// The parts of a form in order; nothing if it is none.
async fn form(headers: &HeaderMap, body: &Bytes) -> Option<Vec<Part>> {
    let kind = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let boundary = multer::parse_boundary(kind).ok()?;
    let body = stream::iter([Ok::<_, Infallible>(body.clone())]);
    let mut form = multer::Multipart::new(body, boundary);
    let mut parts = Vec::new();
    while let Some(field) = form.next_field().await.ok()? {
        let name = field.name().unwrap_or_default().to_owned();
        let file = field.file_name().map(str::to_owned);
        let content = field.bytes().await.ok()?;
        parts.push(Part {
            name,
            file,
            content,
        });
    }
    parts.sort();
    Some(parts)
}
