//! Why there is no identity: what was tried, and what to do.

use std::{
    fmt::{self, Display},
    sync::Arc,
    time::Duration,
};

use jiff::Timestamp;

use crate::{
    Delivery,
    fault::{Fault, FaultKind},
    secret::UnfitText,
    variables::NotText,
};

/// The kind of an [`IdentityError`], to branch on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IdentityErrorKind {
    /// No source has credentials. Set one of those the error names.
    Missing,
    /// A value cannot be used: empty, too long, or with characters that cannot be sent. Fix that value.
    Invalid,
    /// A credentials file cannot be used: unreadable, readable by others, too large, not in the format.
    Unreadable,
    /// The credential has ended and nothing can renew it. Give a new one.
    Expired,
    /// Credentials would go over a line anybody can read. Use https.
    Insecure,
    /// The issuer refused the login. Check user, password and account; do not simply try again.
    Rejected,
    /// The service refused a credential that was just renewed. Check permissions and endpoint.
    Refused,
    /// The issuer could not be reached.
    Connect,
    /// The TLS handshake with the issuer failed.
    Tls,
    /// The issuer did not answer in time.
    Timeout,
    /// The line to the issuer broke.
    Interrupted,
    /// The issuer asks for a slower pace.
    Throttled,
    /// The issuer failed (5xx).
    Unavailable,
    /// The issuer's answer is not what it documents.
    Protocol,
}

/// One source that was looked at, in an [`IdentityError`] of kind [`IdentityErrorKind::Missing`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tried {
    /// The source, e.g. `environment`.
    pub source: &'static str,
    /// What was looked for there, e.g. names of variables. Never a value.
    pub looked_for: String,
    /// The place, e.g. `the environment` or the path of a file.
    pub place: String,
    /// What was found, e.g. `not set`.
    pub outcome: String,
}

/// Why there is no identity to use. Never holds a secret. Cheap to clone: many callers may get the same.
#[derive(Clone)]
pub struct IdentityError(Arc<Detail>);

#[derive(Debug, Clone)]
struct Detail {
    kind: IdentityErrorKind,
    what: String,
    help: String,
    tried: Vec<Tried>,
    http_status: Option<u16>,
    code: Option<String>,
    request_id: Option<String>,
    retry_after: Option<Duration>,
    host: Option<String>,
}

impl IdentityError {
    /// An error of this kind: `what` failed, and in `help` what to do. Neither may hold a secret.
    #[must_use]
    #[cold]
    pub fn new(kind: IdentityErrorKind, what: impl Into<String>, help: impl Into<String>) -> Self {
        Self(Arc::new(Detail {
            kind,
            what: what.into(),
            help: help.into(),
            tried: Vec::new(),
            http_status: None,
            code: None,
            request_id: None,
            retry_after: None,
            host: None,
        }))
    }

    /// A value that cannot be used, named but not shown.
    pub(crate) fn invalid(value: &str, reason: UnfitText) -> Self {
        Self::new(
            IdentityErrorKind::Invalid,
            format!("{value} cannot be used: {reason}"),
            format!(
                "check {value} for missing or extra characters, such as a line break at its end"
            ),
        )
    }

    /// A fixed credential has ended.
    pub(super) fn expired(is_signed: bool, expires_at: Timestamp) -> Self {
        let (what, help) = if is_signed {
            (
                "temporary keys",
                "give new temporary keys, or permanent ones",
            )
        } else {
            (
                "token",
                "give a new token; a login with password, or keys, would not run out",
            )
        };
        Self::new(
            IdentityErrorKind::Expired,
            format!("the {what} you gave expired at {expires_at}"),
            help,
        )
    }

    /// What sort of failure it is.
    #[must_use]
    pub fn kind(&self) -> IdentityErrorKind {
        self.0.kind
    }

    /// What to do, in one sentence.
    #[must_use]
    pub fn help(&self) -> &str {
        &self.0.help
    }

    /// The sources that were looked at, in order. Empty unless the kind is [`IdentityErrorKind::Missing`].
    #[must_use]
    pub fn tried(&self) -> &[Tried] {
        &self.0.tried
    }

    /// HTTP status of the issuer's answer, if there was one.
    #[must_use]
    pub fn http_status(&self) -> Option<u16> {
        self.0.http_status
    }

    /// Error code of the issuer's answer, if it has one.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// Request id of the issuer's answer, if it has one.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// How long asking again is of no use: until then the same error is given without a new fetch.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Host and port of the issuer, when it was asked or should have been.
    #[must_use]
    pub fn host(&self) -> Option<&str> {
        self.0.host.as_deref()
    }

    /// The kind of fault a call fails with for this reason. The call itself was then not sent.
    #[must_use]
    pub fn fault_kind(&self) -> FaultKind {
        match self.0.kind {
            IdentityErrorKind::Connect => FaultKind::Connect,
            IdentityErrorKind::Tls => FaultKind::Tls,
            IdentityErrorKind::Timeout => FaultKind::Timeout,
            IdentityErrorKind::Interrupted => FaultKind::Interrupted,
            IdentityErrorKind::Throttled => FaultKind::Throttled,
            IdentityErrorKind::Unavailable => FaultKind::Unavailable,
            IdentityErrorKind::Protocol => FaultKind::Protocol,
            IdentityErrorKind::Refused => FaultKind::Unauthorized,
            IdentityErrorKind::Missing
            | IdentityErrorKind::Invalid
            | IdentityErrorKind::Unreadable
            | IdentityErrorKind::Expired
            | IdentityErrorKind::Insecure
            | IdentityErrorKind::Rejected => FaultKind::Credentials,
        }
    }

    /// Whether trying again later can help without anybody changing anything.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(
            self.0.kind,
            IdentityErrorKind::Connect
                | IdentityErrorKind::Timeout
                | IdentityErrorKind::Interrupted
                | IdentityErrorKind::Throttled
                | IdentityErrorKind::Unavailable
        )
    }

    /// The same error with the sources that were looked at.
    pub(super) fn with_tried(mut self, tried: Vec<Tried>) -> Self {
        Arc::make_mut(&mut self.0).tried = tried;
        self
    }

    /// The same error with what the issuer's answer says about itself.
    pub(super) fn with_answer(
        mut self,
        http_status: u16,
        code: Option<String>,
        request_id: Option<String>,
    ) -> Self {
        let detail = Arc::make_mut(&mut self.0);
        detail.http_status = Some(http_status);
        detail.code = code;
        detail.request_id = request_id;
        self
    }

    /// The same error as one of the issuer at `host`.
    pub(super) fn at(mut self, host: &str) -> Self {
        Arc::make_mut(&mut self.0).host = Some(host.to_owned());
        self
    }

    /// The same error with how long asking again is of no use.
    #[must_use]
    pub fn with_retry_after(mut self, wait: Duration) -> Self {
        Arc::make_mut(&mut self.0).retry_after = Some(wait);
        self
    }
}

impl IdentityError {
    /// What failed and what was tried, without the facts of the answer: a fault has fields for those.
    pub(crate) fn sentence(&self) -> String {
        let mut sentence = self.0.what.clone();
        for (index, tried) in self.0.tried.iter().enumerate() {
            sentence.push_str(if index == 0 { ": " } else { "; " });
            let Tried {
                looked_for,
                place,
                outcome,
                ..
            } = tried;
            sentence.push_str(&format!("looked for {looked_for} in {place}: {outcome}"));
        }
        sentence
    }
}

/// A variable that is not text. Not promised: nobody else gets a [`NotText`].
#[doc(hidden)]
impl From<NotText<'_>> for IdentityError {
    fn from(problem: NotText<'_>) -> Self {
        Self::new(
            IdentityErrorKind::Invalid,
            problem.to_string(),
            format!("set {} again, or unset it", problem.name),
        )
    }
}

impl Display for IdentityError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.sentence())?;
        match (self.0.http_status, self.0.code.as_deref()) {
            (Some(status), Some(code)) => write!(formatter, " (HTTP {status}, {code})")?,
            (Some(status), None) => write!(formatter, " (HTTP {status})")?,
            _ => {}
        }
        if let Some(host) = self.host() {
            write!(formatter, ", host {host}")?;
        }
        if let Some(request_id) = self.0.request_id.as_deref() {
            write!(formatter, ", request id {request_id}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for IdentityError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without the Arc around it.
        self.0.fmt(formatter)
    }
}

impl std::error::Error for IdentityError {}

/// No identity, no call: nothing was sent.
impl From<IdentityError> for Fault {
    #[cold]
    #[inline(never)]
    fn from(error: IdentityError) -> Self {
        let mut fault = Self::new(error.fault_kind(), Delivery::NotSent, error.sentence());
        fault.retry_after = error.retry_after();
        fault.http_status = error.http_status();
        fault.code = error.code().map(str::to_owned);
        fault.request_id = error.request_id().map(str::to_owned);
        fault.host = error.host().map(str::to_owned);
        let fault = fault.of_identity();
        fault.with_help(error.help().to_owned()).caused_by(error)
    }
}
