//! An answer before it goes on the wire: whole, so that faults can still spoil it.

use axum::body::Body;
use futures_util::stream;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue};
use http::{HeaderMap, Response, StatusCode};
use serde::Serialize;
use serde_json::json;

use crate::catalogue;
use crate::domain::Blob;
use crate::journal::Example;

/// The type of most answers.
pub(super) const JSON: &str = "application/json";

/// Status, headers and the whole body.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Blob,
    /// `error_code` of the body, for the journal.
    pub(crate) error_code: Option<String>,
    /// Which example it is, for the journal, too.
    pub(crate) example: Option<Example>,
}

impl Answer {
    /// An answer of a content type of its own.
    pub(crate) fn new(status: StatusCode, content_type: &str, body: impl Into<Blob>) -> Self {
        let content_type = match content_type {
            JSON => HeaderValue::from_static(JSON),
            other => HeaderValue::from_str(other).unwrap_or(HeaderValue::from_static("text/plain")),
        };
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, content_type);
        Answer {
            status,
            headers,
            body: body.into(),
            error_code: None,
            example: None,
        }
    }

    /// JSON with a status.
    pub(crate) fn json(status: StatusCode, value: &impl Serialize) -> Self {
        // Only a key that is no text could not be written, and no answer has one.
        let text = serde_json::to_string(value).unwrap_or_default();
        Answer::new(status, JSON, text)
    }

    /// An error as the gateway writes it.
    pub(crate) fn gateway(status: u16, code: &str, request_id: &str) -> Self {
        let message = catalogue::gateway(code, status).map_or("", |entry| entry.message.as_str());
        let body = json!({ "error_code": code, "error_msg": message, "request_id": request_id });
        let mut answer = Answer::json(status_of(status), &body);
        answer.error_code = Some(code.to_owned());
        answer
    }

    /// The same with one more header; left out when the value cannot be a header.
    #[must_use]
    pub(crate) fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }

    /// On the wire, body and all.
    pub(crate) fn into_response(mut self) -> Response<Body> {
        let length = self.body.len();
        let body = match std::mem::take(&mut self.body).into_one_piece() {
            Ok(bytes) => Body::from(bytes),
            // A piece from the disk may hold up other calls for a moment; it is the disk of this machine.
            Err(body) => Body::from_stream(stream::iter(body.pieces())),
        };
        let mut response = self.with_body(body);
        response
            .headers_mut()
            .insert(CONTENT_LENGTH, HeaderValue::from(length));
        response
    }

    /// On the wire with another body.
    pub(crate) fn with_body(self, body: Body) -> Response<Body> {
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }
}

/// A status number as a status; 500 for a number that is none.
pub(crate) fn status_of(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
