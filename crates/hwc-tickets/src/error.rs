//! The one error of this crate: what failed, what it means, and what is known about its effect.

mod kind;

pub use kind::ErrorKind;

use crate::{
    ids::InvalidId,
    submit::{Pending, TextError},
    time::InvalidZone,
};
use hwc_core::{Fault, Sent as FaultSent};
use std::{fmt, time::Duration};

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What is known about the effect of a call that did not return `Ok`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Delivery {
    /// Nothing of it can have been acted on. It is safe to do it again.
    NotSent,
    /// The service or its gateway answered, and the answer proves that nothing was done.
    Rejected,
    /// The ticket was read back, more than once and over the consistency window: it is not there.
    Absent,
    /// It may have been done. [`Error::into_pending`] gives what is needed to find out later. Sending
    /// it again now may double it.
    Unknown,
}

/// Why a call failed.
///
/// `Display` names the operation, the meaning, the error code and the request id on one line, and
/// never a secret, a message text or foreign text; `{:#}` adds the causes. Look at [`Error::kind`] to
/// branch, at [`Error::delivery`] before sending anything again, and at [`Error::help`] for what to do.
pub struct Error(Box<Inner>);

struct Inner {
    operation: Option<&'static str>,
    kind: ErrorKind,
    delivery: Delivery,
    /// What went wrong, when it did not come from a call: own words, no foreign text.
    detail: Option<String>,
    /// Meaning of the error code, from the service's table.
    meaning: Option<&'static str>,
    code: Option<String>,
    http_status: Option<u16>,
    request_id: Option<String>,
    service_message: Option<String>,
    body_excerpt: Option<String>,
    attempts: u32,
    elapsed: Duration,
    retry_after: Option<Duration>,
    pending: Option<Box<Pending>>,
    part: Option<Part>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// Which part of a text that was sent in parts an error belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Part {
    /// Number of the part that failed, from 1. The parts before it are in the ticket.
    pub number: usize,
    /// Number of all parts.
    pub total: usize,
}

impl Error {
    /// An error that was found before anything was sent. `detail` must hold no foreign text.
    pub(crate) fn local(kind: ErrorKind, detail: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            operation: None,
            kind,
            delivery: Delivery::NotSent,
            detail: Some(detail.into()),
            meaning: None,
            code: None,
            http_status: None,
            request_id: None,
            service_message: None,
            body_excerpt: None,
            attempts: 0,
            elapsed: Duration::ZERO,
            retry_after: None,
            pending: None,
            part: None,
            source: None,
        }))
    }

    pub(crate) fn with_operation(mut self, operation: &'static str) -> Self {
        self.0.operation = Some(operation);
        self
    }

    pub(crate) fn with_source(
        mut self,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        self.0.source = Some(source.into());
        self
    }

    pub(crate) fn with_delivery(mut self, delivery: Delivery) -> Self {
        self.0.delivery = delivery;
        self
    }

    pub(crate) fn with_pending(mut self, pending: Pending) -> Self {
        self.0.delivery = Delivery::Unknown;
        self.0.pending = Some(Box::new(pending));
        self
    }

    pub(crate) fn with_part(mut self, number: usize, total: usize) -> Self {
        self.0.part = Some(Part { number, total });
        self
    }

    pub(crate) fn with_elapsed(mut self, elapsed: Duration) -> Self {
        self.0.elapsed = elapsed;
        self
    }

    /// To branch on. Each kind's documentation says what to do.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// What the failed call was to do, in the words of this crate, e.g. `submit message`.
    #[must_use]
    pub fn operation(&self) -> Option<&'static str> {
        self.0.operation
    }

    /// The error code of the service or its gateway, e.g. `OSM.01010015`.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// HTTP status of the last answer. This service reports most errors with 200.
    #[must_use]
    pub fn http_status(&self) -> Option<u16> {
        self.0.http_status
    }

    /// The request id of the last answer: quote it to the support.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// The service's own words. Foreign text, never part of `Display`: escape it before showing it.
    #[must_use]
    pub fn service_message(&self) -> Option<&str> {
        self.0.service_message.as_deref()
    }

    /// The beginning of an answer that could not be understood, if it was kept. Foreign text that may
    /// hold anything; never part of `Display` or `Debug`.
    #[must_use]
    pub fn body_excerpt(&self) -> Option<&str> {
        self.0.body_excerpt.as_deref()
    }

    /// Attempts on the wire. 0: nothing was sent.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Time from the start of the call to its end.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed
    }

    /// Whether the same call may succeed later without a change by a person. For a submit, look at
    /// [`Error::delivery`] first: `true` does not mean that sending again is safe.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.0.kind.is_transient()
    }

    /// How long the service asks to wait before the next call.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// What is known about the effect of the call. For a read it has no meaning: a read has no effect.
    #[must_use]
    pub fn delivery(&self) -> Delivery {
        self.0.delivery
    }

    /// The part that failed, when a text was sent in parts.
    #[must_use]
    pub fn part(&self) -> Option<Part> {
        self.0.part
    }

    /// The record of a submit whose fate is not known.
    #[must_use]
    pub fn pending(&self) -> Option<&Pending> {
        self.0.pending.as_deref()
    }

    /// Takes the record of a submit whose fate is not known: keep it, and hand it to
    /// [`Client::reconcile`](crate::Client::reconcile) later.
    ///
    /// # Errors
    /// The error itself, when its fate is known or it was no submit.
    pub fn into_pending(mut self) -> Result<Pending, Self> {
        match self.0.pending.take() {
            Some(pending) => Ok(*pending),
            None => Err(self),
        }
    }

    /// One or two sentences a person can act on.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        Some(match (self.0.delivery, &self.0.pending) {
            (Delivery::Unknown, Some(_)) => {
                "It is not known whether the message arrived. Keep the pending record and reconcile it later; do not send the text again before."
            }
            (Delivery::Absent, _) => {
                "The message did not arrive. Sending it again is reasonable; the cause is named in the error."
            }
            _ => self.0.kind.help(),
        })
    }

    /// The fault of a call, told in the words of this crate.
    pub(crate) fn from_fault(operation: &'static str, fault: Fault) -> Self {
        Self::from(fault).with_operation(operation)
    }

    /// Whether the call may have reached the service.
    pub(crate) fn is_doubtful(&self) -> bool {
        self.0.delivery == Delivery::Unknown
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        let meaning = fault.code.as_deref().and_then(crate::service::meaning_of);
        Self(Box::new(Inner {
            operation: None,
            kind: ErrorKind::from(fault.kind),
            delivery: match fault.sent {
                FaultSent::No => Delivery::NotSent,
                FaultSent::Refused => Delivery::Rejected,
                FaultSent::Maybe => Delivery::Unknown,
            },
            detail: None,
            meaning,
            code: fault.code,
            http_status: fault.http_status,
            request_id: fault.request_id,
            service_message: fault.message,
            body_excerpt: None,
            attempts: fault.attempts,
            elapsed: fault.elapsed,
            retry_after: fault.retry_after,
            pending: None,
            part: None,
            source: None,
        }))
    }
}

impl From<InvalidId> for Error {
    fn from(invalid: InvalidId) -> Self {
        Self::local(ErrorKind::InvalidInput, invalid.to_string()).with_source(invalid)
    }
}

/// So that `client.ticket(id)` takes an id that is already checked.
impl From<std::convert::Infallible> for Error {
    fn from(never: std::convert::Infallible) -> Self {
        match never {}
    }
}

impl From<InvalidZone> for Error {
    fn from(invalid: InvalidZone) -> Self {
        Self::local(ErrorKind::InvalidInput, invalid.to_string()).with_source(invalid)
    }
}

impl From<TextError> for Error {
    fn from(invalid: TextError) -> Self {
        Self::local(ErrorKind::InvalidInput, invalid.to_string()).with_source(invalid)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        if let Some(operation) = inner.operation {
            write!(f, "{operation}")?;
            if let Some(Part { number, total }) = inner.part {
                write!(f, " (part {number} of {total})")?;
            }
            f.write_str(": ")?;
        }
        match (&inner.detail, inner.meaning) {
            (Some(detail), _) => f.write_str(detail)?,
            (None, Some(meaning)) => f.write_str(meaning)?,
            (None, None) => f.write_str(inner.kind.meaning())?,
        }
        let mut facts = Vec::new();
        facts.extend(
            inner
                .code
                .as_deref()
                .filter(|code| is_code(code))
                .map(str::to_owned),
        );
        if inner.code.is_none() {
            facts.extend(inner.http_status.map(|status| format!("HTTP {status}")));
        }
        facts.extend(
            inner
                .request_id
                .as_deref()
                .filter(|id| is_code(id))
                .map(|id| format!("request id {id}")),
        );
        if !facts.is_empty() {
            write!(f, " ({})", facts.join(", "))?;
        }
        if f.alternate() {
            let mut cause = std::error::Error::source(self);
            while let Some(error) = cause {
                write!(f, ": {error}")?;
                cause = error.source();
            }
        }
        Ok(())
    }
}

/// Codes and request ids come from the answer: shown only when they look like one.
fn is_code(text: &str) -> bool {
    text.len() <= 128
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b':'))
}

/// The facts without the service's own words and without excerpts.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        f.debug_struct("Error")
            .field("operation", &inner.operation)
            .field("kind", &inner.kind)
            .field("delivery", &inner.delivery)
            .field("detail", &inner.detail)
            .field("code", &inner.code)
            .field("http_status", &inner.http_status)
            .field("request_id", &inner.request_id)
            .field("attempts", &inner.attempts)
            .field("elapsed", &inner.elapsed)
            .field("retry_after", &inner.retry_after)
            .field("part", &inner.part)
            .field("pending", &inner.pending)
            .field("source", &inner.source)
            .finish()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0
            .source
            .as_deref()
            .map(|source| source as &(dyn std::error::Error + 'static))
    }
}
