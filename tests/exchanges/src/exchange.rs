//! Recorded exchanges: `spec/examples/<operationId>/<name>.json`, whose form `spec/README.md` explains.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value, json};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// The directory `spec` of this repository.
#[must_use]
pub fn spec() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spec")
}

/// One request and its answer.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// `<operationId>/<name>`.
    #[serde(skip)]
    pub name: String,
    /// The document, or `constructed`.
    pub source: String,
    /// The table a constructed one follows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub follows: Option<String>,
    /// What it shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// What a client has to make of the answer.
    pub verdict: Verdict,
    /// What is asked.
    pub request: Request,
    /// What is answered.
    pub response: Response,
    /// Where the two leave the description.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deviations: Vec<Deviation>,
    /// The call of the SDK that makes this request.
    pub sdk: Sdk,
}

/// What a client has to make of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It was done, or this is the answer.
    Success,
    /// It was not done, and that is certain.
    Refused,
    /// The service or the gateway failed; a write may have been done.
    Unavailable,
    /// No answer of this service; a write may have been done.
    Protocol,
}

/// The request of an exchange.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// HTTP method.
    pub method: String,
    /// Percent-encoded.
    pub path: String,
    /// Pairs, not encoded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub query: Vec<(String, String)>,
    /// Header parameters only.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// A JSON body.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub body: Option<Value>,
    /// Any other body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body_text: Option<String>,
    /// The parts of a multipart form, by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form: Option<BTreeMap<String, Part>>,
}

/// A part of a form.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(untagged)]
pub enum Part {
    /// A text.
    Text(String),
    /// A file.
    File(File),
}

/// A file in a form.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Its name.
    pub name: String,
    /// Its bytes, as text.
    pub content: String,
}

/// What stands between the parts of a form. No recorded file has it inside.
const BOUNDARY: &str = "boundary-of-a-recorded-exchange";

/// The answer of an exchange.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Headers; `Content-Type` is `application/json` unless it stands here.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// A JSON body.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub body: Option<Value>,
    /// Any other body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body_text: Option<String>,
}

/// A place where an exchange leaves the description.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Deviation {
    /// JSON pointer into the taken-apart exchange.
    #[serde(rename = "where")]
    pub place: String,
    /// The rule that is broken there.
    pub rule: String,
    /// The entry of `discrepancies.md` that explains it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discrepancy: Option<String>,
    /// Why it is so.
    pub why: String,
}

/// How the SDK makes the request of an exchange.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(untagged)]
pub enum Sdk {
    /// It has a call for it.
    Call(SdkCall),
    /// It rightly refuses to.
    None(NotExpressible),
}

/// A verb of the SDK and its arguments.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SdkCall {
    /// The verb.
    pub call: String,
    /// Arguments by name.
    pub args: Map<String, Value>,
}

/// Why the SDK makes no such request.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct NotExpressible {
    /// The reason.
    #[serde(rename = "not_expressible")]
    pub why: String,
    /// The entry of `discrepancies.md` behind it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discrepancy: Option<String>,
}

/// `null` counts as a body that should not be there, not as an absent one.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Null => Err(serde::de::Error::custom(
            "`body` is null; write it as `body_text`",
        )),
        value => Ok(Some(value)),
    }
}

impl Exchange {
    /// The exchange `<operationId>/<name>` out of the JSON of its file.
    ///
    /// # Errors
    /// It has not the form of an exchange.
    pub fn of(name: &str, value: Value) -> Result<Self, String> {
        let exchange: Exchange =
            serde_json::from_value(expand(value)?).map_err(|error| error.to_string())?;
        Ok(Exchange {
            name: name.to_owned(),
            ..exchange
        })
    }

    /// The text of its file, with `$repeat` and `$list` where much is the same.
    ///
    /// # Errors
    /// It cannot be written as JSON.
    pub fn text(&self) -> Result<String, serde_json::Error> {
        let mut written = self.clone();
        let body = |body: &mut Option<Value>, text: &mut Option<String>| {
            if let Some(body) = body {
                *body = fold(body);
                // Where both stand, the text is not sent.
                *text = None;
            }
        };
        body(&mut written.request.body, &mut written.request.body_text);
        body(&mut written.response.body, &mut written.response.body_text);
        if let Sdk::Call(call) = &mut written.sdk {
            call.args
                .values_mut()
                .for_each(|value| *value = fold(value));
        }
        let mut text = serde_json::to_string_pretty(&written)?;
        text.push('\n');
        Ok(text)
    }

    /// Every entry of `discrepancies.md` that it names.
    pub fn discrepancies(&self) -> impl Iterator<Item = &str> {
        let listed = self.deviations.iter();
        let listed = listed.filter_map(|deviation| deviation.discrepancy.as_deref());
        let reason = match &self.sdk {
            Sdk::Call(_) => None,
            Sdk::None(reason) => reason.discrepancy.as_deref(),
        };
        listed.chain(reason)
    }

    /// The operation it belongs to, by its directory.
    #[must_use]
    pub fn operation(&self) -> &str {
        self.name.split('/').next().unwrap_or_default()
    }

    /// The call of the SDK, if it has one for this.
    #[must_use]
    pub fn sdk_call(&self) -> Option<&SdkCall> {
        match &self.sdk {
            Sdk::Call(call) => Some(call),
            Sdk::None(_) => None,
        }
    }

    /// Whether the request is as described and documented.
    #[must_use]
    pub fn request_conforms(&self) -> bool {
        let mut deviations = self.deviations.iter();
        deviations.all(|deviation| !deviation.place.starts_with("/request/"))
    }

    /// Whether it shows something done.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.verdict == Verdict::Success && self.response.status == 200
    }

    /// Whether it shows an error of the service with HTTP 200.
    #[must_use]
    pub fn is_business_error(&self) -> bool {
        self.response.status == 200
            && self
                .error_code()
                .is_some_and(|code| code.starts_with("OSM."))
    }

    /// Whether it shows an error of the gateway in front of the service.
    #[must_use]
    pub fn is_gateway_error(&self) -> bool {
        self.response.status >= 400
            && self
                .error_code()
                .is_some_and(|code| code.starts_with("APIGW."))
    }

    /// Whether its answer is text that is not JSON.
    #[must_use]
    pub fn is_not_json(&self) -> bool {
        self.response
            .body_text
            .as_ref()
            .is_some_and(|text| !text.is_empty() && serde_json::from_str::<Value>(text).is_err())
    }

    /// The non-empty `error_code` of its answer.
    #[must_use]
    pub fn error_code(&self) -> Option<&str> {
        let body = self.response.body.as_ref()?;
        body.get("error_code")?
            .as_str()
            .filter(|code| !code.is_empty())
    }
}

impl Request {
    /// The body as it goes over the wire.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let Some(form) = &self.form else {
            return bytes(self.body.as_ref(), self.body_text.as_deref());
        };
        let mut text = String::new();
        for (name, part) in form {
            let (file, content) = match part {
                Part::Text(text) => (String::new(), text),
                Part::File(File { name, content }) => (format!("; filename=\"{name}\""), content),
            };
            text.push_str(&format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n{content}\r\n"
            ));
        }
        text.push_str(&format!("--{BOUNDARY}--\r\n"));
        text.into_bytes()
    }

    /// What the body says it is; `None` without a body.
    #[must_use]
    pub fn content_type(&self) -> Option<String> {
        if self.form.is_some() {
            return Some(format!("multipart/form-data; boundary={BOUNDARY}"));
        }
        let has_body =
            self.body.is_some() || self.body_text.as_ref().is_some_and(|text| !text.is_empty());
        has_body.then(|| "application/json".to_owned())
    }

    /// The parts of a form as the fields of an object, a file as its bytes.
    #[must_use]
    pub fn form_fields(&self) -> Option<Value> {
        let part = |(name, part): (&String, &Part)| {
            let (Part::Text(text) | Part::File(File { content: text, .. })) = part;
            (name.clone(), Value::from(text.as_str()))
        };
        Some(
            self.form
                .as_ref()?
                .iter()
                .map(part)
                .collect::<Map<_, _>>()
                .into(),
        )
    }
}

impl Response {
    /// The body as it goes over the wire.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        bytes(self.body.as_ref(), self.body_text.as_deref())
    }

    /// The media type, without parameters.
    #[must_use]
    pub fn media_type(&self) -> &str {
        let given = self
            .headers
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        given.map_or("application/json", |(_, value)| {
            value.split(';').next().unwrap_or_default().trim()
        })
    }
}

fn bytes(body: Option<&Value>, text: Option<&str>) -> Vec<u8> {
    match (body, text) {
        (Some(value), _) => value.to_string().into_bytes(),
        (None, text) => text.unwrap_or_default().as_bytes().to_vec(),
    }
}

/// Every recorded exchange, by operation and name, for tests.
///
/// # Panics
/// One of them cannot be read.
#[must_use]
pub fn recorded() -> Vec<Exchange> {
    let mut exchanges = Vec::new();
    for directory in entries(&spec().join("examples")) {
        for file in entries(&directory) {
            let stem = |path: &Path| {
                path.file_stem()
                    .map(|name| name.to_string_lossy().into_owned())
            };
            let name = format!(
                "{}/{}",
                stem(&directory).unwrap_or_default(),
                stem(&file).unwrap_or_default()
            );
            exchanges.push(named(&name));
        }
    }
    exchanges
}

/// The recorded exchange `<operationId>/<name>`, for tests.
///
/// # Panics
/// It cannot be read.
#[must_use]
#[expect(clippy::panic, reason = "tests call it, and fail by panicking")]
pub fn named(name: &str) -> Exchange {
    let file = spec().join(format!("examples/{name}.json"));
    let read = || -> Result<Exchange, String> {
        let text = fs::read_to_string(&file).map_err(|error| error.to_string())?;
        let value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        Exchange::of(name, value)
    };
    read().unwrap_or_else(|error| panic!("{}: {error} (see spec/README.md)", file.display()))
}

#[expect(clippy::panic, reason = "tests call it, and fail by panicking")]
fn entries(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).and_then(|entries| {
        entries
            .map(|entry| Ok(entry?.path()))
            .collect::<std::io::Result<Vec<_>>>()
    });
    let mut paths = entries.unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    paths.sort();
    paths
}

/// Puts in what `$repeat` and `$list` stand for.
///
/// # Errors
/// One of them has another form, or stands for very much.
pub fn expand(value: Value) -> Result<Value, String> {
    match value {
        Value::Array(items) => items.into_iter().map(expand).collect(),
        Value::Object(fields) => match repeated(&fields)? {
            Some(value) => Ok(value),
            None => {
                let fields = fields.into_iter();
                fields
                    .map(|(name, value)| Ok((name, expand(value)?)))
                    .collect::<Result<Map<_, _>, String>>()
                    .map(Value::from)
            }
        },
        scalar => Ok(scalar),
    }
}

/// Longest value that `$repeat` or `$list` stands for. Longer ones are slips: nothing documented is above 65535.
const MOST: usize = 1 << 17;

/// Puts in `$repeat` and `$list` for what is long and everywhere the same: the reverse of [`expand`].
#[must_use]
pub fn fold(value: &Value) -> Value {
    // Shorter ones are easier to read as they are.
    const LONG: usize = 64;
    const MANY: usize = 8;
    match value {
        Value::String(text) if text.len() > LONG => {
            let mut letters = text.chars();
            let first = letters.next();
            let count = text.chars().count();
            match first.filter(|first| letters.all(|letter| letter == *first)) {
                Some(first) if count <= MOST => json!({"$repeat": [first.to_string(), count]}),
                _ => value.clone(),
            }
        }
        Value::Array(items) => match items.split_first() {
            Some((first, rest))
                if (MANY..=MOST).contains(&items.len())
                    && rest.iter().all(|item| item == first) =>
            {
                json!({"$list": [fold(first), items.len()]})
            }
            _ => items.iter().map(fold).collect(),
        },
        Value::Object(fields) => {
            let fields = fields.iter();
            let fields = fields.map(|(name, value)| (name.clone(), fold(value)));
            Value::Object(fields.collect())
        }
        scalar => scalar.clone(),
    }
}

fn repeated(fields: &Map<String, Value>) -> Result<Option<Value>, String> {
    let Some((name, value)) = fields
        .iter()
        .next()
        .filter(|(name, _)| matches!(name.as_str(), "$repeat" | "$list"))
    else {
        return Ok(None);
    };
    let pair = value.as_array().map(Vec::as_slice);
    let (Some([item, count]), 1) = (pair, fields.len()) else {
        return Err(format!("{name} stands alone, and takes what and how often"));
    };
    let count = count.as_u64().and_then(|count| usize::try_from(count).ok());
    let Some(count) = count.filter(|count| *count <= MOST) else {
        return Err(format!("{name} takes a number up to {MOST}"));
    };
    Ok(Some(match (name.as_str(), item.as_str()) {
        ("$repeat", Some(text)) => text.repeat(count).into(),
        ("$repeat", None) => return Err("$repeat takes a text".to_owned()),
        _ => vec![expand(item.clone())?; count].into(),
    }))
}
