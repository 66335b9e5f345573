//! A request as it came in, and how it differs from a recorded one.

use crate::exchange::{self, Part};
use percent_encoding::percent_decode_str;
use serde_json::Value;
use std::collections::BTreeMap;

/// A request that a server got.
#[derive(Debug, Clone)]
pub struct Asked {
    /// HTTP method.
    pub method: String,
    /// Percent-encoded.
    pub path: String,
    /// Pairs as they came, decoded. A `+` is a plus here, as it is for a signature.
    pub query: Vec<(String, String)>,
    /// Headers, names in small letters.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
}

impl Asked {
    /// A request from its parts; `target` is path and query.
    #[must_use]
    pub fn new(method: &str, target: &str, headers: Vec<(String, String)>, body: Vec<u8>) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            query: pairs
                .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
                .map(|(name, value)| (decode(name), decode(value)))
                .collect(),
            headers: headers
                .into_iter()
                .map(|(name, value)| (name.to_ascii_lowercase(), value))
                .collect(),
            body,
        }
    }

    /// The value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find_map(|(known, value)| known.eq_ignore_ascii_case(name).then_some(value.as_str()))
    }

    /// The body as JSON; `None` if there is no body.
    ///
    /// # Errors
    /// The body is not JSON.
    pub fn json(&self) -> Result<Option<Value>, serde_json::Error> {
        if self.body.is_empty() {
            return Ok(None);
        }
        serde_json::from_slice(&self.body).map(Some)
    }

    /// The parts of a multipart form by name: name of the file, if it is one, and content. `None`: no such form.
    #[must_use]
    pub fn form(&self) -> Option<BTreeMap<String, (Option<String>, String)>> {
        let kind = self.header("content-type")?;
        let boundary = kind.strip_prefix("multipart/form-data; boundary=")?;
        let text = String::from_utf8_lossy(&self.body).into_owned();
        let whole = text.strip_suffix(&format!("\r\n--{boundary}--\r\n"))?;
        let first = whole.strip_prefix(&format!("--{boundary}\r\n"))?;
        let between = format!("\r\n--{boundary}\r\n");
        let parts = first.split(&between).map(|part| {
            let (head, content) = part.split_once("\r\n\r\n")?;
            let quoted = |key: &str| {
                let (_, rest) = head.split_once(&format!("; {key}=\""))?;
                Some(rest.split_once('"')?.0.to_owned())
            };
            Some((quoted("name")?, (quoted("filename"), content.to_owned())))
        });
        parts.collect()
    }

    /// What is not as recorded. Order in the query, more headers than recorded, and empty lists do not count.
    #[must_use]
    pub fn differences(&self, recorded: &exchange::Request) -> Vec<String> {
        let mut found = Vec::new();
        let mut compare = |what: &str, got: String, wanted: String| {
            if got != wanted {
                found.push(format!("{what} is {got}, recorded is {wanted}"));
            }
        };
        compare("method", self.method.clone(), recorded.method.clone());
        compare("path", self.path.clone(), recorded.path.clone());
        let sorted = |pairs: &[(String, String)]| {
            let mut pairs = pairs.to_vec();
            pairs.sort();
            format!("{pairs:?}")
        };
        compare("query", sorted(&self.query), sorted(&recorded.query));
        for (name, value) in &recorded.headers {
            let got = format!("{:?}", self.header(name));
            compare(name, got, format!("{:?}", Some(value)));
        }
        if let Some(form) = &recorded.form {
            let wanted: BTreeMap<_, _> = form
                .iter()
                .map(|(name, part)| match part {
                    Part::Text(text) => (name.clone(), (None, text.clone())),
                    Part::File(file) => (
                        name.clone(),
                        (Some(file.name.clone()), file.content.clone()),
                    ),
                })
                .collect();
            compare(
                "form",
                format!("{:?}", self.form()),
                format!("{:?}", Some(wanted)),
            );
            return found;
        }
        let body = match self.json() {
            Ok(body) => format!("{:?}", body.map(without_empty_lists)),
            Err(error) => error.to_string(),
        };
        let wanted = match &recorded.body_text {
            Some(text) => serde_json::from_str(text).ok(),
            None => recorded.body.clone(),
        };
        compare(
            "body",
            body,
            format!("{:?}", wanted.map(without_empty_lists)),
        );
        found
    }
}

/// An empty list in a body equals an absent one.
#[must_use]
pub fn without_empty_lists(value: Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .into_iter()
            .filter(|(_, value)| value != &Value::Array(Vec::new()))
            .map(|(name, value)| (name, without_empty_lists(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        Value::Array(items) => items.into_iter().map(without_empty_lists).collect(),
        scalar => scalar,
    }
}
