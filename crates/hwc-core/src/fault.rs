//! Why a call did not succeed, and whether it may have had an effect.

use std::time::Duration;

/// What is known about the effect of a failed call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sent {
    /// No byte of it can have been acted on.
    No,
    /// The service or its gateway answered, and the answer proves that nothing was done.
    Refused,
    /// It may have been acted on. A write must not simply be repeated.
    Maybe,
}

/// The kind of a fault, to branch on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FaultKind {
    /// The request could not be built from what the caller gave.
    InvalidInput,
    /// No usable credentials, or they could not be fetched.
    Credentials,
    /// Name resolution, TCP or proxy connection failed.
    Connect,
    /// The TLS handshake failed.
    Tls,
    /// A deadline passed.
    Timeout,
    /// The line broke after the request was (partly) sent.
    Interrupted,
    /// The service or gateway asks for a slower pace.
    Throttled,
    /// The credentials were refused.
    Unauthorized,
    /// The credentials are good, the permission is missing.
    Forbidden,
    /// What the call names does not exist.
    NotFound,
    /// The service refused the content of the call.
    Refused,
    /// The service or gateway failed (5xx, internal error codes).
    Unavailable,
    /// The answer is not one of this service: HTML, redirect, empty, not decodable.
    Protocol,
    /// The answer is larger than the limit.
    BodyTooLarge,
}

/// What an error code of the service is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Category {
    /// A parameter was refused.
    Validation,
    /// The caller may not do this.
    Permission,
    /// What the call names does not exist.
    NotFound,
    /// The caller is not authenticated.
    Authentication,
    /// Too often.
    Throttling,
    /// A quota is used up.
    Quota,
    /// What the call names is in a state that does not allow it.
    State,
    /// The service failed.
    Internal,
    /// Not known.
    Unknown,
}

/// One row of a service's error-code table (generated from `spec/errors.yaml`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErrorCode {
    /// The code as it stands in answers, e.g. `OSM.01010015`.
    pub code: &'static str,
    /// HTTP status it is documented with.
    pub http_status: u16,
    /// What it is about.
    pub category: Category,
    /// What it means, in one sentence.
    pub meaning: &'static str,
}

/// Why a call did not succeed.
#[derive(Debug)]
#[non_exhaustive]
pub struct Fault {
    /// To branch on.
    pub kind: FaultKind,
    /// Whether the call may have had an effect.
    pub sent: Sent,
    /// HTTP status of the last answer, if there was one.
    pub http_status: Option<u16>,
    /// `error_code` of the answer, if it has one.
    pub code: Option<String>,
    /// `error_msg` of the answer: foreign text.
    pub message: Option<String>,
    /// Request id of the last answer.
    pub request_id: Option<String>,
    /// Attempts on the wire.
    pub attempts: u32,
    /// Time from the first attempt to the verdict.
    pub elapsed: Duration,
    /// How long the service asks to wait.
    pub retry_after: Option<Duration>,
}
