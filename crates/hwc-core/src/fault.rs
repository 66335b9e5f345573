//! Why a call did not succeed, and whether it may have had an effect.

mod advice;
mod duration;

pub use advice::Advice;
pub use duration::HumanDuration;

use std::{borrow::Cow, error::Error, fmt, ops, sync::Arc, time::Duration};

use crate::{Delivery, Endpoint, Idempotency, Operation, transport::TlsFlaw};

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
    /// The service answered with an error of its own: the content of the call, a quota, the state of
    /// what it names, or a code that is not in the table. `delivery` says whether nothing was done for sure.
    Refused,
    /// The request is larger than the service or its gateway takes (413, 414, 431, 494).
    RequestTooLarge,
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
#[non_exhaustive]
pub struct ErrorCode {
    /// The code as it stands in answers, e.g. `OSM.01010015`.
    pub code: &'static str,
    /// HTTP status it is documented with.
    pub http_status: u16,
    /// What it is about.
    pub category: Category,
    /// What it means, in one sentence.
    pub meaning: &'static str,
    /// Whether no source says what it means for a write: it may have been done.
    pub in_doubt: bool,
}

impl ErrorCode {
    /// A row: the code as it stands in answers, the HTTP status it is documented with, what it is about, and what it means in
    /// one sentence. What it means for a write is known.
    #[must_use]
    pub const fn new(
        code: &'static str,
        http_status: u16,
        category: Category,
        meaning: &'static str,
    ) -> Self {
        Self {
            code,
            http_status,
            category,
            meaning,
            in_doubt: false,
        }
    }

    /// With no source that says what it means for a write: see [`in_doubt`](Self::in_doubt).
    #[must_use]
    pub const fn with_doubt(self) -> Self {
        Self {
            in_doubt: true,
            ..self
        }
    }
}

/// Why a call did not succeed.
///
/// One pointer wide; the facts are fields: `fault.kind`, `fault.delivery`, `fault.code`. `Display` is one
/// line without secrets, paths or text from the body; it names the host when the way to it
/// failed. Nor does `Debug` show foreign text: that is only in [`FaultFacts::message`] and behind [`Fault::body_excerpt`].
#[derive(Clone)]
pub struct Fault {
    facts: Box<FaultFacts>,
}

/// What is known about a failed call.
#[derive(Clone)]
#[non_exhaustive]
pub struct FaultFacts {
    /// To branch on.
    pub kind: FaultKind,
    /// Whether the call may have had an effect.
    pub delivery: Delivery,
    /// The most that attempts before the last one may have done. [`Delivery::Unknown`] beside a refusal such as
    /// [`FaultKind::NotFound`]: it may have been done, and the refusal be the answer to its being done already.
    pub earlier: Delivery,
    /// Name of the operation, e.g. `createMessages`.
    pub operation: Option<&'static str>,
    /// What doing the call twice does.
    pub idempotency: Option<Idempotency>,
    /// Host and port the call went to, e.g. `osm.cn-north-4.myhuaweicloud.com`; of a failure to get credentials
    /// that of their issuer, if one was asked.
    pub host: Option<String>,
    /// What failed, in own words. Safe to log.
    pub detail: Cow<'static, str>,
    /// Whether the code says of itself nothing about a write that it answers: see [`Fault::doubt`].
    pub in_doubt: bool,
    /// Whether a machine on the way had stored the answer: it says nothing of this call, nor of how things are now.
    pub is_stored: bool,
    /// HTTP status of the last answer, if there was one.
    pub http_status: Option<u16>,
    /// `error_code` of the answer, if it has one. Letters, digits, `.`, `_` and `-` only.
    pub code: Option<String>,
    /// What the code is about, if the table knows it.
    pub category: Option<Category>,
    /// `error_msg` of the answer: foreign text, may name things of the customer.
    pub message: Option<String>,
    /// Request id of the last answer: what the provider's support asks for.
    pub request_id: Option<String>,
    /// Attempts on the wire.
    pub attempts: u32,
    /// Time from the first attempt to the verdict.
    pub elapsed: Duration,
    /// How long the service asks to wait, or how long the client's own rate limit would wait.
    pub retry_after: Option<Duration>,
    /// What was wrong with TLS, when that failed.
    pub tls_flaw: Option<TlsFlaw>,
    /// Host that a redirect pointed to. It was not followed.
    pub redirect_host: Option<String>,
    /// Bytes of the answer that came before a download ended in this fault.
    pub received: Option<u64>,
    /// Whether it is about getting credentials, not about the service.
    pub(crate) is_of_identity: bool,
    /// Whether the time was up before there was a connection.
    pub(crate) is_unconnected: bool,
    /// Whether the proxy opened no line because it wants a login.
    pub(crate) is_proxy_login: bool,
    pub(crate) excerpt: Option<String>,
    pub(crate) help: Option<Cow<'static, str>>,
    pub(crate) source: Option<Arc<dyn Error + Send + Sync>>,
}

impl Fault {
    /// A fault with everything else unknown. `detail` says what failed, without secrets or foreign text.
    #[cold]
    pub fn new(kind: FaultKind, delivery: Delivery, detail: impl Into<Cow<'static, str>>) -> Self {
        Self {
            facts: Box::new(FaultFacts {
                kind,
                delivery,
                earlier: Delivery::NotSent,
                operation: None,
                idempotency: None,
                host: None,
                detail: detail.into(),
                in_doubt: false,
                is_stored: false,
                http_status: None,
                code: None,
                category: None,
                message: None,
                request_id: None,
                attempts: 0,
                elapsed: Duration::ZERO,
                retry_after: None,
                tls_flaw: None,
                redirect_host: None,
                received: None,
                is_of_identity: false,
                is_unconnected: false,
                is_proxy_login: false,
                excerpt: None,
                help: None,
                source: None,
            }),
        }
    }

    /// With the error that caused it.
    #[must_use]
    pub fn caused_by(mut self, source: impl Error + Send + Sync + 'static) -> Self {
        self.facts.source = Some(Arc::new(source));
        self
    }

    /// With its own advice in place of the usual one for its kind.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<Cow<'static, str>>) -> Self {
        self.facts.help = Some(help.into());
        self
    }

    /// As a failure of `operation`.
    #[must_use]
    pub fn of(mut self, operation: &Operation) -> Self {
        self.facts.operation = Some(operation.name);
        self.facts.idempotency = Some(operation.idempotency);
        self
    }

    /// As a failure of a call to `endpoint`. One of getting credentials stays at their issuer.
    #[must_use]
    pub fn at(mut self, endpoint: &Endpoint) -> Self {
        if !self.facts.is_of_identity {
            self.facts.host = Some(endpoint.authority().to_string());
        }
        self
    }

    /// As a failure to get credentials.
    pub(crate) fn of_identity(mut self) -> Self {
        self.facts.is_of_identity = true;
        self
    }

    /// The host, when the way to it failed or something may have answered in its place; a refusal of
    /// the service itself needs none.
    #[must_use]
    pub fn host_in_question(&self) -> Option<&str> {
        let in_question = matches!(
            self.kind,
            FaultKind::Connect
                | FaultKind::Tls
                | FaultKind::Timeout
                | FaultKind::Interrupted
                | FaultKind::Unavailable
                | FaultKind::Protocol
        );
        let in_question = in_question || self.is_of_identity;
        self.facts.host.as_deref().filter(|_| in_question)
    }

    /// The HTTP status, unless it says nothing: this platform reports most errors with 200.
    #[must_use]
    pub fn telling_status(&self) -> Option<u16> {
        telling_status(self.http_status)
    }

    /// The sentence about a write that belongs behind the detail, when the meaning of the code leaves it open. Who knows
    /// better, because nothing was written or because it was looked for, leaves it away.
    #[must_use]
    pub fn doubt(&self) -> Option<&'static str> {
        self.in_doubt
            .then_some("Whether a write was done is not known.")
    }

    /// What failed, with the doubt about a write if the code leaves one.
    #[must_use]
    pub fn meaning(&self) -> Cow<'_, str> {
        let detail = &*self.detail;
        match self.doubt() {
            None => detail.into(),
            Some(doubt) if detail.ends_with('.') => format!("{detail} {doubt}").into(),
            Some(doubt) => format!("{detail}. {doubt}").into(),
        }
    }

    /// What to do about it, by name.
    #[must_use]
    pub fn advice(&self) -> Advice {
        match &self.facts.help {
            Some(_) => Advice::Given,
            None => advice::of(&self.facts),
        }
    }

    /// What to do about it, in one sentence.
    #[must_use]
    pub fn help(&self) -> &str {
        match &self.facts.help {
            Some(help) => help,
            None => advice::of(&self.facts).words(),
        }
    }

    /// The beginning of an answer that is not one of this service: at most 200 characters, control
    /// characters escaped. Foreign text: show it to a person who asked, do not log it.
    #[must_use]
    pub fn body_excerpt(&self) -> Option<&str> {
        self.facts.excerpt.as_deref()
    }
}

/// How codes of the gateway begin.
pub(crate) const GATEWAY: &str = "APIGW.";
/// How the same codes, with the same numbers, begin in the family of gateways it comes from.
pub(crate) const OLD_GATEWAY: &str = "APIG.";

/// Whether an error code is one of the gateway, in either of its spellings, and not of the service behind it: then the service
/// has said nothing.
///
/// ```
/// use hwc_core::fault::is_of_gateway;
/// assert!(is_of_gateway("APIGW.0201") && is_of_gateway("APIG.0201"));
/// assert!(!is_of_gateway("OSM.01010015"));
/// ```
#[must_use]
pub fn is_of_gateway(code: &str) -> bool {
    code.starts_with(GATEWAY) || code.starts_with(OLD_GATEWAY)
}

/// The HTTP status of an answer, unless it says nothing: this platform reports most errors with 200.
#[must_use]
pub fn telling_status(status: Option<u16>) -> Option<u16> {
    status.filter(|status| *status != 200)
}

impl ops::Deref for Fault {
    type Target = FaultFacts;

    fn deref(&self) -> &FaultFacts {
        &self.facts
    }
}

impl ops::DerefMut for Fault {
    fn deref_mut(&mut self) -> &mut FaultFacts {
        &mut self.facts
    }
}

/// `createMessages: the ticket does not exist (OSM.01010015), request id 4f1c`.
impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(operation) = self.operation {
            write!(formatter, "{operation}: ")?;
        }
        formatter.write_str(&self.meaning())?;
        match (&self.code, self.telling_status()) {
            (Some(code), None) => write!(formatter, " ({code})")?,
            (Some(code), Some(status)) => write!(formatter, " ({code}, HTTP {status})")?,
            (None, Some(status)) => write!(formatter, " (HTTP {status})")?,
            (None, None) => {}
        }
        if let Some(host) = self.host_in_question() {
            write!(formatter, ", host {host}")?;
        }
        if let Some(id) = &self.request_id {
            write!(formatter, ", request id {id}")?;
        }
        Ok(())
    }
}

/// Foreign text is only counted.
impl fmt::Debug for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.facts, formatter)
    }
}

/// Foreign text is only counted.
impl fmt::Debug for FaultFacts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Fault")
            .field("kind", &self.kind)
            .field("delivery", &self.delivery)
            .field("operation", &self.operation)
            .field("idempotency", &self.idempotency)
            .field("earlier", &self.earlier)
            .field("host", &self.host)
            .field("detail", &self.detail)
            .field("in_doubt", &self.in_doubt)
            .field("http_status", &self.http_status)
            .field("code", &self.code)
            .field("category", &self.category)
            .field(
                "message_chars",
                &self.message.as_ref().map(|text| text.chars().count()),
            )
            .field("request_id", &self.request_id)
            .field("attempts", &self.attempts)
            .field("elapsed", &self.elapsed)
            .field("retry_after", &self.retry_after)
            .field("tls_flaw", &self.tls_flaw)
            .field("redirect_host", &self.redirect_host)
            .field("received", &self.received)
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}

impl Error for Fault {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.facts.source {
            Some(source) => Some(&**source),
            None => None,
        }
    }
}
