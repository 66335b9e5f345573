//! What an operation sends. Printed code writes its values in here, one by one; what every kind of operation has in
//! common is written by hand, once.

use crate::{
    limit::{Exceeded, Limit, Measured, Path},
    limits,
    response::Answer,
    upload::{Upload, Uploads},
    value::{Value, Values, encode},
};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use hwc_core::{
    Body, Delivery, Fault, FaultKind, Form, Operation, ResponseContent, headers::put_default,
};
use serde::Serialize;
use std::{collections::HashMap, sync::LazyLock};

/// Headers that a request has room for from the beginning. With what the pipeline, the identity and the engine put on besides,
/// there are hardly ever more, so the map need not grow on the way.
const HEADERS: usize = 12;

/// An operation as a value: its fields are the parameters and the body.
///
/// Implemented by the generator for one struct of each operation.
pub trait Request {
    /// What is called.
    const OPERATION: &'static Operation;
    /// What a success brings.
    type Response: Answer;
    /// Writes the values to where they belong in an HTTP request.
    fn write(&self, parts: &mut Parts);
}

/// An HTTP request while it is written. The first flaw is kept, and nothing is sent then.
#[derive(Debug)]
pub struct Parts {
    operation: &'static Operation,
    /// Path and query.
    target: String,
    has_query: bool,
    headers: HeaderMap,
    body: Body,
    /// The parts of a form, so far.
    form: Option<Form>,
    flaw: Option<String>,
}

impl Parts {
    /// The parts of a request.
    ///
    /// # Errors
    /// A value that could change the route, or cannot stand where it belongs. It is named, and not shown.
    pub fn of<R: Request>(request: &R) -> Result<Self, Fault> {
        let mut parts = Self::begin(R::OPERATION);
        request.write(&mut parts);
        parts.end()
    }

    fn begin(operation: &'static Operation) -> Self {
        Self {
            operation,
            target: String::with_capacity(128),
            has_query: false,
            headers: HeaderMap::with_capacity(HEADERS),
            body: Body::empty(),
            form: None,
            flaw: None,
        }
    }

    fn end(mut self) -> Result<Self, Fault> {
        match self.flaw.take() {
            Some(flaw) => Err(invalid(self.operation, flaw)),
            None => Ok(self),
        }
    }
}

/// For the printed code.
#[allow(
    dead_code,
    reason = "which of these the operations need changes with the description"
)]
impl Parts {
    /// A fixed piece of the path.
    pub(crate) fn path(&mut self, text: &'static str) {
        self.target.push_str(text);
    }

    /// A value as one segment of the path. What could change the route is a flaw.
    pub(crate) fn segment(&mut self, name: &'static str, value: &dyn Value) {
        let plain = value.plain();
        // Nearly every id is so: it changes no route, and stands for itself.
        if is_plain_id(&plain) {
            self.target.push_str(&plain);
            return;
        }
        match flaw_of_segment(&plain) {
            None => encode(&plain, &mut self.target),
            Some(flaw) => self.flawed(name, flaw),
        }
    }

    /// A query value: absent, once, or once for each item.
    pub(crate) fn query(&mut self, name: &'static str, values: &dyn Values) {
        values.each(&mut |value| {
            let separator = if self.has_query { '&' } else { '?' };
            self.has_query = true;
            self.target.push(separator);
            self.target.push_str(name);
            self.target.push('=');
            encode(&value.plain(), &mut self.target);
        });
    }

    /// A list of query values of which there must be one. A request without the list would be another one, about
    /// everything perhaps.
    pub(crate) fn list(&mut self, name: &'static str, values: &dyn Values) {
        let before = self.target.len();
        self.query(name, values);
        if self.target.len() == before {
            self.flawed(name, "is empty");
        }
    }

    /// A header: absent, or once.
    pub(crate) fn header(&mut self, name: &'static str, values: &dyn Values) {
        values.each(&mut |value| {
            let pair = (
                HeaderName::try_from(name),
                HeaderValue::try_from(&*value.plain()),
            );
            match pair {
                (Ok(name), Ok(value)) => {
                    self.headers.append(name, value);
                }
                _ => self.flawed(name, "holds what no header may hold"),
            }
        });
    }

    /// The body, as JSON.
    pub(crate) fn json(&mut self, body: &impl Serialize) {
        match serde_json::to_vec(body) {
            Ok(text) => self.body = Body::json(text),
            Err(_) => self.flawed("body", "cannot be written as JSON"),
        }
    }

    /// The body, as bytes.
    pub(crate) fn bytes(&mut self, file: &Upload) {
        self.body = Body::bytes(file.source());
    }

    /// A text of a form: absent, once, or once for each item.
    pub(crate) fn text(&mut self, name: &'static str, values: &dyn Values) {
        values.each(&mut |value| {
            let form = self.form.take().unwrap_or_default();
            self.form = Some(form.text(name, value.plain()));
        });
    }

    /// A file of a form: absent, once, or once for each item.
    pub(crate) fn file(&mut self, name: &'static str, files: &dyn Uploads) {
        files.each(&mut |file| {
            let form = self.form.take().unwrap_or_default();
            self.form = Some(form.file(name, file.part()));
        });
    }

    #[cold]
    #[inline(never)]
    fn flawed(&mut self, name: &str, flaw: &str) {
        self.flaw.get_or_insert_with(|| format!("{name} {flaw}"));
    }
}

/// Whether `text` is letters, digits, `-` and `_` alone, and at least one of them.
fn is_plain_id(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    !text.is_empty() && text.bytes().all(is_plain)
}

/// Why `text` is no segment of a path, if it is none.
#[cold]
#[inline(never)]
fn flaw_of_segment(text: &str) -> Option<&'static str> {
    match text {
        "" => Some("is empty"),
        "." | ".." => Some("is a dot segment, which is no id"),
        text if text.contains(['/', '\\', '%', '?', '#']) => {
            Some("holds one of / \\ % ? #, which no id has")
        }
        text if text.chars().any(char::is_control) => Some("holds a control character"),
        _ => None,
    }
}

impl Parts {
    /// The request for the pipeline, which puts the endpoint in front.
    pub(crate) fn into_http(self) -> Result<http::Request<Body>, Fault> {
        let unusable = || {
            invalid(
                self.operation,
                "the arguments make no valid HTTP request".to_owned(),
            )
        };
        let method = self.operation.method.as_bytes();
        let method = http::Method::from_bytes(method).map_err(|_| unusable())?;
        let uri = http::Uri::try_from(self.target).map_err(|_| unusable())?;
        let mut request = http::Request::new(self.form.map_or(self.body, Body::form));
        *request.method_mut() = method;
        *request.uri_mut() = uri;
        let mut headers = self.headers;
        if self.operation.response == ResponseContent::Object {
            let json = HeaderValue::from_static("application/json");
            put_default(&mut headers, header::ACCEPT, json);
        }
        *request.headers_mut() = headers;
        Ok(request)
    }
}

/// The first limit that `request` does not keep to, of those that the operation's own document states.
///
/// # Errors
/// That limit, and what was measured.
pub fn check<R: Request + Measured>(request: &R) -> Result<(), Exceeded> {
    check_of(R::OPERATION, request)
}

/// The same of any request of `operation`: made once, not for each of them.
fn check_of(operation: &Operation, request: &dyn Measured) -> Result<(), Exceeded> {
    let limits = limits_of(operation.name);
    let mut exceeded = None;
    request.measure(&mut Path::default(), &mut |field, unit, measure| {
        let mut own = limits.iter().copied().filter(|limit| limit.enforced);
        let own = own.find(|limit| limit.field == field && limit.unit == unit);
        if let Some(limit) = own
            && !limit.allows(measure)
        {
            exceeded.get_or_insert(Exceeded { limit, measure });
        }
    });
    exceeded.map_or(Ok(()), Err)
}

/// The documented limits of what the operation of this name can be sent, in the order of [`limits::ALL`].
///
/// A list asks for them with each page, and there are hundreds in all: they are put in order once.
#[must_use]
pub fn limits_of(operation: &str) -> &'static [&'static Limit] {
    static OF_EACH: LazyLock<HashMap<&'static str, Vec<&'static Limit>>> = LazyLock::new(|| {
        let mut of_each: HashMap<&'static str, Vec<&'static Limit>> = HashMap::new();
        for limit in limits::ALL {
            of_each.entry(limit.operation).or_default().push(limit);
        }
        of_each
    });
    OF_EACH
        .get(operation)
        .map(Vec::as_slice)
        .unwrap_or_default()
}

/// The fault for input that makes no request.
#[cold]
#[inline(never)]
pub(crate) fn invalid(operation: &'static Operation, detail: String) -> Fault {
    Fault::new(FaultKind::InvalidInput, Delivery::NotSent, detail).of(operation)
}
