//! The kinds of error: what each means and what to do.

use crate::names::UnknownName;
use hwc_core::FaultKind;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// The kind of an [`Error`](crate::Error), to branch on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorKind {
    /// What the caller gave cannot be sent: an id, a text, a setting. Nothing was sent.
    /// What to do: correct the value that the error names.
    InvalidInput,
    /// No usable credentials, or they could not be fetched.
    /// What to do: set credentials in one of the places that the error names.
    Credentials,
    /// The name could not be resolved or the connection could not be made.
    /// What to do: check the endpoint, the network and the proxy.
    Connect,
    /// The TLS handshake failed.
    /// What to do: check the clock, and the CA file if a proxy inspects TLS.
    Tls,
    /// A deadline passed.
    /// What to do: try again, or allow more time.
    Timeout,
    /// The line broke after the request was sent, wholly or in part.
    /// What to do: try again; after a submit, look at the delivery first.
    Interrupted,
    /// The service or its gateway asks for a slower pace.
    /// What to do: wait as long as `retry_after()` says, and set a rate limit.
    Throttled,
    /// The credentials were refused.
    /// What to do: renew them; check the account they belong to.
    Unauthorized,
    /// The credentials are good, the permission is missing.
    /// What to do: check the IAM role and the site; a colleague's ticket needs the group id.
    Forbidden,
    /// The ticket or the message does not exist.
    /// What to do: check the id and the site.
    NotFound,
    /// The service refused the content of the call.
    /// What to do: see the error code.
    Refused,
    /// The request is larger than the service or its gateway takes.
    /// What to do: send less at once.
    RequestTooLarge,
    /// The service or its gateway failed.
    /// What to do: try again later.
    Unavailable,
    /// The answer is not one of this service: a web page, a redirect, nothing, or not decodable.
    /// What to do: check the endpoint and whether a proxy or a login page answers in its place.
    Protocol,
    /// The answer is larger than the limit.
    /// What to do: ask for less at once.
    BodyTooLarge,
    /// A file of this crate (outbox, cursor) could not be read or written.
    /// What to do: check the path, the free space and who may write there.
    Storage,
    /// Someone else holds what the call needs alone: the lock of an outbox file, a key that is under way, or a key of which it is
    /// not known yet what became of it.
    /// What to do: wait for the other one, end it, or use another file; of a key see the error.
    Locked,
    /// A limit that was stated for this call was reached.
    /// What to do: raise it, or use the way that needs no buffer.
    LimitExceeded,
    /// The call was stopped before it began, because another one failed or the caller asked for it.
    /// What to do: fix the first failure, then retry the rest.
    Stopped,
    /// A blocking call was made inside an asynchronous runtime.
    /// What to do: use the asynchronous client there.
    InsideRuntime,
    /// A kind that this version has no name for: a report of a later one said it.
    /// What to do: see what the error says.
    #[serde(other)]
    Other,
}

impl ErrorKind {
    /// Every kind of this version, for tables.
    pub const ALL: &[Self] = &[
        Self::InvalidInput,
        Self::Credentials,
        Self::Connect,
        Self::Tls,
        Self::Timeout,
        Self::Interrupted,
        Self::Throttled,
        Self::Unauthorized,
        Self::Forbidden,
        Self::NotFound,
        Self::Refused,
        Self::RequestTooLarge,
        Self::Unavailable,
        Self::Protocol,
        Self::BodyTooLarge,
        Self::Storage,
        Self::Locked,
        Self::LimitExceeded,
        Self::Stopped,
        Self::InsideRuntime,
        Self::Other,
    ];

    /// What to do, in one or two sentences.
    #[must_use]
    pub fn advice(self) -> &'static str {
        self.row().2
    }

    /// Whether it may pass by itself. Of a write that says nothing about doing it again: see
    /// [`Error::is_safe_to_repeat`](crate::Error::is_safe_to_repeat). What is [`Locked`](Self::Locked) passes when the other
    /// program, or the other call with the same key, has ended.
    #[must_use]
    pub fn is_transient(self) -> bool {
        use ErrorKind as K;
        matches!(
            self,
            K::Connect | K::Timeout | K::Interrupted | K::Throttled | K::Unavailable | K::Locked
        )
    }

    /// Its name in lower case, stable, for logs, metrics and columns: as serde writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.row().0
    }

    /// What it means, in half a sentence.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        self.row().1
    }

    fn row(self) -> (&'static str, &'static str, &'static str) {
        use ErrorKind as K;
        match self {
            K::InvalidInput => (
                "invalid_input",
                "a value cannot be sent",
                "Correct the value that the error names. Nothing was sent.",
            ),
            K::Credentials => (
                "credentials",
                "no usable credentials",
                "Set HWC_TICKETS_TOKEN, or HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK, or give credentials to the builder.",
            ),
            K::Connect => (
                "connect",
                "no connection to the service",
                "Check the endpoint, the network and the proxy settings.",
            ),
            K::Tls => (
                "tls",
                "the TLS handshake failed",
                "Check the clock and the endpoint. If a proxy inspects TLS, give its CA file to the builder.",
            ),
            K::Timeout => (
                "timeout",
                "the deadline passed",
                "Try again, or allow more time with the timeouts of the builder or of the call.",
            ),
            K::Interrupted => (
                "interrupted",
                "the connection broke before the answer was complete",
                "Try again. If it happens often, look at proxies and firewalls on the way.",
            ),
            K::Throttled => (
                "throttled",
                "the service asks for fewer requests",
                "Wait as long as retry_after() says, and set a rate limit on the builder.",
            ),
            K::Unauthorized => (
                "unauthorized",
                "the credentials were refused",
                "Get a new token or check the keys, and check the account they belong to.",
            ),
            K::Forbidden => (
                "forbidden",
                "the permission is missing",
                "Check the IAM role (Ticket Administrator or Ticket Group Operator) and the site. A colleague's ticket needs the group id.",
            ),
            K::NotFound => (
                "not_found",
                "what the call names does not exist",
                "Check the id and the site. A colleague's ticket needs the group id.",
            ),
            K::Refused => (
                "refused",
                "the service refused the call",
                "See the error code, and service_message() for the service's own words.",
            ),
            K::RequestTooLarge => (
                "request_too_large",
                "the request is larger than the service takes",
                "Send less at once: fewer ids, a shorter text.",
            ),
            K::Unavailable => (
                "unavailable",
                "the service failed",
                "Try again later. If it persists, quote the request id to support.",
            ),
            K::Protocol => (
                "protocol",
                "the answer is not one of this service",
                "Check the endpoint. A proxy or a login page may have answered in its place; body_excerpt() may show it.",
            ),
            K::BodyTooLarge => (
                "body_too_large",
                "the answer is larger than the limit",
                "Ask for less at once.",
            ),
            K::Storage => (
                "storage",
                "a file could not be read or written",
                "Check the path, the free space and the permissions.",
            ),
            K::Locked => (
                "locked",
                "another program holds the lock",
                "End the other program, or use another file.",
            ),
            K::LimitExceeded => (
                "limit_exceeded",
                "a stated limit was reached",
                "Raise the limit, or use the stream, which needs no buffer.",
            ),
            K::Stopped => (
                "stopped",
                "the call was stopped before it began",
                "Fix the first failure, then retry the rest.",
            ),
            K::InsideRuntime => (
                "inside_runtime",
                "a blocking call was made inside an asynchronous runtime",
                "Use hwc_tickets::Client there, or move the call to a thread of its own.",
            ),
            K::Other => (
                "other",
                "a failure of a kind that this version does not know",
                "See what the error says; a later version of this crate has stored it.",
            ),
        }
    }
}

/// The name.
impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// From the name.
impl FromStr for ErrorKind {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        let known = Self::ALL.iter().find(|kind| kind.as_str() == text);
        known.copied().ok_or(UnknownName::new("a kind of error"))
    }
}

impl From<FaultKind> for ErrorKind {
    fn from(kind: FaultKind) -> Self {
        match kind {
            FaultKind::InvalidInput => Self::InvalidInput,
            FaultKind::Credentials => Self::Credentials,
            FaultKind::Connect => Self::Connect,
            FaultKind::Tls => Self::Tls,
            FaultKind::Timeout => Self::Timeout,
            FaultKind::Interrupted => Self::Interrupted,
            FaultKind::Throttled => Self::Throttled,
            FaultKind::Unauthorized => Self::Unauthorized,
            FaultKind::Forbidden => Self::Forbidden,
            FaultKind::NotFound => Self::NotFound,
            FaultKind::Refused => Self::Refused,
            FaultKind::RequestTooLarge => Self::RequestTooLarge,
            FaultKind::BodyTooLarge => Self::BodyTooLarge,
            FaultKind::Protocol => Self::Protocol,
            // `Unavailable`, and kinds that a later core adds: the careful reading.
            _ => Self::Unavailable,
        }
    }
}
