//! A request as it came in, and how it differs from a recorded one.

use crate::exchange;
use percent_encoding::percent_decode_str;
use serde_json::Value;

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
