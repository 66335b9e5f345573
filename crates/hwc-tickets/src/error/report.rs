//! What is known of an error, as a value that can be stored, sent on and built in tests.

use super::{Advice, Cause, Delivery, Error, ErrorKind, Part, SentPart};
use crate::{
    ids::{AttachmentId, TicketId},
    messages::submit::{Pending, PendingId, Unrecorded},
    setters::setters,
    tickets::{action::StateRefusal, create::pending::PendingTicket},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::DeserializeOwned};
use serde_json::Value;
use std::{borrow::Cow, fmt, time::Duration};

/// What is known of an [`Error`], as a value: to be stored, sent on, or built in a test.
///
/// An error serialises as its report, and [`Error::from`] makes an error of a report again, which says the same: so a
/// program's own handling of errors can be tested with any of them.
///
/// ```
/// use hwc_tickets::{Delivery, Error, ErrorKind, error::ErrorReport};
///
/// let report = ErrorReport::new(ErrorKind::Throttled, "the quota is used up")
///     .delivery(Delivery::Rejected)
///     .operation("submit message");
/// let error = Error::from(report);
/// assert!(error.is_retryable());
/// assert_eq!(error.to_string(), "submit message: the quota is used up");
/// ```
///
/// It holds no text of a message, no secret, and no foreign text: neither [`Error::service_message`] nor
/// [`Error::body_excerpt`], and no causes. Of a submit in doubt it names the record alone, for the record is what has to be
/// kept: take it with [`Error::into_pending`] and store it beside the report.
///
/// What a later version of this crate stored is read as well: fields that this one does not have are left out, a kind without a
/// name is [`ErrorKind::Other`], a delivery without one [`Delivery::Unknown`], and an advice without one leaves its words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ErrorReport {
    /// To branch on.
    #[serde(deserialize_with = "kind")]
    pub kind: ErrorKind,
    /// What is known about the effect of the call.
    #[serde(deserialize_with = "delivery")]
    pub delivery: Delivery,
    /// Whether it was to change something that must not be done twice.
    #[serde(default)]
    pub is_write: bool,
    /// What the call was to do, e.g. `submit message`.
    #[serde(default)]
    pub operation: Option<String>,
    /// The ticket it concerns.
    #[serde(default)]
    pub ticket: Option<TicketId>,
    /// The part that failed, when a text was sent in parts.
    #[serde(default)]
    pub part: Option<Part>,
    /// What failed, in the words of this crate, without the facts that have fields of their own.
    pub what: String,
    /// Why what was found in the ticket is not taken for the message, where that is so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hindrance: Option<String>,
    /// What to do, by name.
    #[serde(deserialize_with = "advice")]
    pub advice: Advice,
    /// What to do, in words for programmers.
    pub help: String,
    /// Host and port of the service, when the way to it failed.
    #[serde(default)]
    pub host: Option<String>,
    /// The error code of the service or its gateway.
    #[serde(default)]
    pub code: Option<String>,
    /// HTTP status of the last answer.
    #[serde(default)]
    pub http_status: Option<u16>,
    /// Request id of the last answer.
    #[serde(default)]
    pub request_id: Option<String>,
    /// Attempts on the wire. 0: nothing was sent.
    #[serde(default)]
    pub attempts: u32,
    /// Time from the start of the call to its end.
    #[serde(default)]
    pub elapsed: Duration,
    /// How long the service asks to wait before the next call.
    #[serde(default)]
    pub retry_after: Option<Duration>,
    /// The record of a submit or of a ticket whose outcome is not known, by its id. The record itself is not part of the report.
    #[serde(default)]
    pub pending: Option<PendingId>,
    /// Whether a follower could not save its cursor.
    #[serde(default)]
    pub is_of_cursor: bool,
    /// The state of the ticket, read after the service refused to do something to it. In JSON the field is there only with one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state_refusal: Option<StateRefusal>,
    /// The files that were uploaded for a message that is not known to be in the ticket.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub uploaded: Vec<AttachmentId>,
    /// The parts of a text that were sent before one failed: [`Error::sent_parts`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sent_parts: Vec<SentPart>,
    /// The record that does not say what is known by this error: [`Error::unrecorded`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unrecorded: Option<Unrecorded>,
}

impl ErrorReport {
    /// A failure of `kind`: `what` failed, before anything was sent. `what` must hold no foreign text: it is shown as it is.
    pub fn new(kind: ErrorKind, what: impl Into<String>) -> Self {
        Self {
            kind,
            delivery: Delivery::NotSent,
            is_write: false,
            operation: None,
            ticket: None,
            part: None,
            what: what.into(),
            hindrance: None,
            advice: Advice::of_kind(kind),
            help: kind.advice().to_owned(),
            host: None,
            code: None,
            http_status: None,
            request_id: None,
            attempts: 0,
            elapsed: Duration::ZERO,
            retry_after: None,
            pending: None,
            is_of_cursor: false,
            state_refusal: None,
            uploaded: Vec::new(),
            sent_parts: Vec::new(),
            unrecorded: None,
        }
    }
}

fn kind<'de, D: Deserializer<'de>>(from: D) -> Result<ErrorKind, D::Error> {
    known_or(ErrorKind::Other, from)
}

fn delivery<'de, D: Deserializer<'de>>(from: D) -> Result<Delivery, D::Error> {
    known_or(Delivery::Unknown, from)
}

fn advice<'de, D: Deserializer<'de>>(from: D) -> Result<Advice, D::Error> {
    known_or(Advice::Given, from)
}

/// What a later version wrote and this one cannot read, in whatever form, is `other`.
fn known_or<'de, T: DeserializeOwned, D: Deserializer<'de>>(
    other: T,
    from: D,
) -> Result<T, D::Error> {
    let written = Value::deserialize(from)?;
    Ok(T::deserialize(written).unwrap_or(other))
}

setters! {
    ErrorReport {
        delivery: Delivery,
        is_write: bool,
        advice: Advice,
        help: impl Into<String>,
        attempts: u32,
        elapsed: Duration,
        is_of_cursor: bool,
        uploaded: Vec<AttachmentId>,
        sent_parts: Vec<SentPart>,
    }
    optional {
        operation: impl Into<String>,
        ticket: TicketId,
        part: Part,
        hindrance: impl Into<String>,
        host: impl Into<String>,
        code: impl Into<String>,
        http_status: u16,
        request_id: impl Into<String>,
        retry_after: Duration,
        pending: PendingId,
        state_refusal: StateRefusal,
        unrecorded: Unrecorded,
    }
}

impl From<&Error> for ErrorReport {
    fn from(error: &Error) -> Self {
        let pending = error.report().and_then(|report| report.pending);
        Self {
            kind: error.kind(),
            delivery: error.delivery(),
            is_write: error.is_write(),
            operation: error.operation().map(str::to_owned),
            ticket: error.ticket().cloned(),
            part: error.part(),
            what: error.failed().into_owned(),
            hindrance: error.hindrance().map(Cow::into_owned),
            advice: error.advice(),
            help: error.help().to_owned(),
            host: error.host().map(str::to_owned),
            code: error.code().map(str::to_owned),
            http_status: error.http_status(),
            request_id: error.request_id().map(str::to_owned),
            attempts: error.attempts(),
            elapsed: error.elapsed(),
            retry_after: error.retry_after(),
            pending: (error.pending().map(Pending::id))
                .or(error.pending_ticket().map(PendingTicket::id))
                .or(pending),
            is_of_cursor: error.is_of_cursor(),
            state_refusal: error.state_refusal(),
            uploaded: error.uploaded().to_vec(),
            sent_parts: error.sent_parts().to_vec(),
            unrecorded: error.unrecorded().cloned(),
        }
    }
}

/// An error that says what the report says. It has no causes, no words of the service and no [`Error::pending`].
impl From<ErrorReport> for Error {
    fn from(report: ErrorReport) -> Self {
        let (kind, delivery) = (report.kind, report.delivery);
        let operation = report.operation.clone();
        let (ticket, part) = (report.ticket.clone(), report.part);
        let (is_write, is_of_cursor) = (report.is_write, report.is_of_cursor);
        let (advice, state_refusal) = (report.advice, report.state_refusal);
        let (uploaded, sent_parts) = (report.uploaded.clone(), report.sent_parts.clone());
        let unrecorded = report.unrecorded.clone();
        let mut error = Self::new(kind, delivery, Cause::Report(Box::new(report)));
        let inner = &mut *error.0;
        inner.operation = operation.map(Cow::Owned);
        inner.ticket = ticket;
        inner.part = part;
        inner.is_write = is_write;
        inner.is_of_cursor = is_of_cursor;
        inner.advice = Some(advice);
        inner.state_refusal = state_refusal;
        inner.uploaded = uploaded;
        inner.sent_parts = sent_parts;
        inner.unrecorded = unrecorded;
        error
    }
}

/// The same line as that of the error.
impl fmt::Display for ErrorReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&Error::from(self.clone()), f)
    }
}

/// As its [`ErrorReport`].
impl Serialize for Error {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        ErrorReport::from(self).serialize(serializer)
    }
}

/// From its [`ErrorReport`].
impl<'de> Deserialize<'de> for Error {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        ErrorReport::deserialize(deserializer).map(Self::from)
    }
}
