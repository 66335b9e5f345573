//! What the pipeline must know about one operation and one call of it.

use std::time::Duration;

/// What doing a call twice does, in the words of RFC 9110, section 9.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Idempotency {
    /// Changes nothing: may be repeated freely. An empty answer is a protocol error.
    Safe,
    /// Changes something, but doing it twice is the same as doing it once, and so is the answer: may be
    /// repeated.
    Idempotent,
    /// Doing it twice has the effect of doing it once, but the second answer may be another: "not found" after
    /// a DELETE. May be repeated. A refusal after an attempt whose end is not known can be the answer to that
    /// attempt's success, so it proves nothing: [`FaultFacts::earlier`](crate::FaultFacts::earlier) says so.
    IdempotentInEffect,
    /// A parameter of the call decides. The caller says it with [`CallOptions::with_idempotency`]; a call that
    /// says nothing is [`NotIdempotent`](Self::NotIdempotent).
    DependsOnCall,
    /// Doing it twice is a second effect: repeated only when it is proven that it did not happen.
    NotIdempotent,
}

impl Idempotency {
    /// Whether it changes nothing.
    #[must_use]
    pub const fn is_safe(self) -> bool {
        matches!(self, Self::Safe)
    }

    /// Whether it may be done again when nobody knows whether it was done.
    #[must_use]
    pub const fn may_be_repeated(self) -> bool {
        match self {
            Self::Safe | Self::Idempotent | Self::IdempotentInEffect => true,
            Self::DependsOnCall | Self::NotIdempotent => false,
        }
    }
}

/// What the requests of an operation carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RequestContent {
    /// No body.
    Nothing,
    /// JSON, or no body where that is optional.
    Json,
    /// A form, `multipart/form-data`.
    Multipart,
    /// Bytes of any kind.
    Bytes,
}

/// What an operation answers when it succeeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ResponseContent {
    /// A JSON object; for writes also nothing. Read whole, by [`Pipeline::call`](crate::Pipeline::call).
    Object,
    /// Bytes of any kind. Streamed, by [`Pipeline::download`](crate::Pipeline::download).
    Bytes,
}

/// What a success of a write tells of what was made: by it a success is told from all else that comes with HTTP 200.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Makes {
    /// Nobody knows what a success answers. Only what says failure counts.
    Unknown,
    /// Nothing. An answer may hold only what says no failure in any service; all else leaves the call in doubt.
    Nothing,
    /// Its id, in this field. The id proves the success, whatever new fields stand beside it; without it the call is in doubt.
    Id(&'static str),
}

/// One operation of a service, from the generated operations table.
///
/// ```
/// use hwc_core::{Idempotency, Makes, Operation, RequestContent};
/// const CREATE: Operation =
///     Operation::new("createThing", "POST", "/v1/things", Idempotency::NotIdempotent)
///         .with_request(RequestContent::Json)
///         .with_makes(Makes::Id("thing_id"));
/// assert_eq!(CREATE.method, "POST");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Operation {
    /// Name in the service description, e.g. `createMessages`.
    pub name: &'static str,
    /// HTTP method in capitals.
    pub method: &'static str,
    /// Path template, safe to log, e.g. `/v2/servicerequest/cases/{case_id}/message`.
    pub path: &'static str,
    /// What doing it twice does.
    pub idempotency: Idempotency,
    /// What a request carries.
    pub request: RequestContent,
    /// What a success answers.
    pub response: ResponseContent,
    /// What a success tells of what was made: by it an answer to a write is told from all else.
    pub makes: Makes,
}

impl Operation {
    /// An operation that sends no body and answers an object, of which nobody knows what a success holds.
    ///
    /// `name` is the one in the service description, `method` an HTTP method in capitals, and `path` a template
    /// with `{name}` in the place of each value.
    #[must_use]
    pub const fn new(
        name: &'static str,
        method: &'static str,
        path: &'static str,
        idempotency: Idempotency,
    ) -> Self {
        Self {
            name,
            method,
            path,
            idempotency,
            request: RequestContent::Nothing,
            response: ResponseContent::Object,
            makes: Makes::Unknown,
        }
    }

    /// With requests that carry this.
    #[must_use]
    pub const fn with_request(self, request: RequestContent) -> Self {
        Self { request, ..self }
    }

    /// With this answer to a success.
    #[must_use]
    pub const fn with_response(self, response: ResponseContent) -> Self {
        Self { response, ..self }
    }

    /// With a success that tells this of what was made.
    #[must_use]
    pub const fn with_makes(self, makes: Makes) -> Self {
        Self { makes, ..self }
    }

    /// Whether `path` is this operation's path with values in place of the parameters.
    ///
    /// A value is one segment: not empty, not `.` or `..` in any spelling, without an encoded separator.
    #[must_use]
    pub fn matches_path(&self, path: &str) -> bool {
        let is_separator = |byte: &u8| *byte == b'/';
        let mut given = path.as_bytes().split(is_separator);
        let mut wanted = self.path.as_bytes().split(is_separator);
        loop {
            match (given.next(), wanted.next()) {
                (None, None) => return true,
                (Some(value), Some([b'{', ..])) => {
                    if !is_one_segment(value) {
                        return false;
                    }
                }
                (Some(given), Some(wanted)) if given == wanted => {}
                _ => return false,
            }
        }
    }
}

fn is_one_segment(value: &[u8]) -> bool {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-' || *byte == b'_';
    if !value.is_empty() && value.iter().all(plain) {
        return true;
    }
    // What stands between two ASCII characters of a text is a text.
    std::str::from_utf8(value).is_ok_and(is_no_other_route)
}

#[cold]
#[inline(never)]
fn is_no_other_route(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let dots = lower.replace("%2e", ".");
    !value.is_empty()
        && dots != "."
        && dots != ".."
        && !["%2f", "%5c", "%00", "\\"]
            .iter()
            .any(|bad| lower.contains(bad))
}

/// What one call wants to differ from the defaults of the pipeline.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct CallOptions {
    /// Total deadline of the call, every attempt and wait included. `None`: the pipeline's; a call that streams
    /// its body or its answer then has none ([`Timeouts`](crate::Timeouts) says which limits hold).
    pub deadline: Option<Duration>,
    /// Most attempts of one call. `None`: the pipeline's retry policy.
    pub max_attempts: Option<u32>,
    /// What doing this call twice does, for an operation where that
    /// [depends on the call](Idempotency::DependsOnCall). `None`: it counts as not idempotent.
    pub idempotency: Option<Idempotency>,
    /// Most bytes of the answer's body. `None`: the pipeline's limit for an object, no limit for bytes.
    pub body_limit: Option<u64>,
}

impl CallOptions {
    /// With this total deadline in place of the pipeline's.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// With at most so many attempts in place of the pipeline's. Zero counts as one.
    #[must_use]
    pub fn with_max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = Some(attempts);
        self
    }

    /// Says what doing this call twice does.
    ///
    /// Only for an operation where that [depends on the call](Idempotency::DependsOnCall): for any other, another
    /// value than the operation's own is refused as [`InvalidInput`](crate::FaultKind::InvalidInput).
    #[must_use]
    pub fn with_idempotency(mut self, idempotency: Idempotency) -> Self {
        self.idempotency = Some(idempotency);
        self
    }

    /// With at most so many bytes in the body of the answer. More is
    /// [`BodyTooLarge`](crate::FaultKind::BodyTooLarge); a file that declares more is refused before its first
    /// byte.
    #[must_use]
    pub fn with_body_limit(mut self, bytes: u64) -> Self {
        self.body_limit = Some(bytes);
        self
    }
}
