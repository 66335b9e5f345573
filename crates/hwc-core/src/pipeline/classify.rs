//! THE place that decides whether an answer is a success, and what a failed one proves.
//!
//! Nothing above this function looks at a status or an error code. The order of proof:
//!
//! 1. A code that the table knows, where the service and its gateway write it, once, and nothing beside it that says
//!    success or names another: validation, permission,
//!    not found, authentication, throttling, quota and state mean that the call was looked at and turned down
//!    before anything was done (`Refused`). A code of the service's own failure proves nothing (`Maybe`), and none
//!    does under a status that speaks of something else: where no row of the code names it, 408 and 5xx, 429 with a
//!    code that is not about the rate, and any but 429 and 401 with the codes after which a call is made again, those
//!    about the rate and the credentials. Nor does a code beside a sign of success: an id, a count,
//!    content; nor one after which the call is made again, beside anything at all that is not about an error.
//! 2. All else proves nothing, whatever its status: 401, 413 and 429 can come from any machine in between,
//!    also on the way back, when the service has long acted.
//!
//! On 2xx, an answer is a success when it is a JSON object without a failing code at its top, and says failure
//! in no other way (`{"error":{..}}`, an `error_msg` without a code, `error_code` twice). Of a read, which has
//! fields of its own, such a complaint counts only where there is nothing else. Of a write, which answers next to
//! nothing, it counts also below the top, and so does a message that stands alone and is no word for success. At the
//! top and one level below, whatever speaks of an outcome must be a plain sign of success (`is_doubtful` in `envelope`).
//! Where an answer tells nothing of its own, a list of what says failure is not enough: there nothing may stand but what
//! such an answer is known to hold (`known` in `envelope`). Where a second time would make another, there must be the id
//! of what was made ([`Makes`]). What an operation without a description answers is not known to anybody
//! ([`Makes::Unknown`]), so it is not held to that.
//!
//! For writes an empty answer is a success too, as documented, but only when its end is proven: by `Content-Length: 0`,
//! status 204, the last chunk, or a protocol that marks the end. A connection that was closed proves nothing;
//! a broken one looks the same. A JSON object needs no such proof: no part of one is one. Everything else
//! (HTML, `null`, `[]`, a lone string, UTF-16, a compression nobody asked for) is not an answer of this
//! service.
//!
//! Where bytes are expected, `document` says what stands in their place; the order of proof is the same.

mod body;
mod document;
mod meaning;

use std::{borrow::Cow, fmt};

use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use jiff::Timestamp;

pub(super) use self::document::Called;
use self::{
    body::{Coding, excerpt, without_bom},
    meaning::meaning,
};
use super::{
    envelope::{self, Envelope, Shape},
    surrogates,
};
use crate::{
    Delivery, ErrorCode, Fault, FaultKind, Idempotency, Makes, ResponseContent,
    retry::{Repeat, after},
};

/// An answer that was read until the line said it is over.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Answer<'a> {
    /// What doing the operation twice does.
    pub idempotency: Idempotency,
    /// What the operation answers when it succeeds.
    pub response: ResponseContent,
    /// What a success tells of what was made.
    pub makes: Makes,
    /// Status line.
    pub status: StatusCode,
    /// Headers.
    pub headers: &'a HeaderMap,
    /// Body; of bytes the beginning, or all of them if they are few.
    pub body: &'a Bytes,
    /// Whether the end of the body is proven. `false` when only the connection was closed.
    pub whole: bool,
    /// The local time, for a `Retry-After` date in an answer without `Date`.
    pub now: Timestamp,
}

/// Shows how long the body is, and nothing of it or of the headers.
impl fmt::Debug for Answer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("idempotency", &self.idempotency)
            .field("response", &self.response)
            .field("makes", &self.makes)
            .field("status", &self.status)
            .field("body_bytes", &self.body.len())
            .field("whole", &self.whole)
            .finish_non_exhaustive()
    }
}

impl<'a> Answer<'a> {
    /// An answer, in which an object is expected. The end of its body is proven, and the local time is `now`.
    #[must_use]
    pub fn new(
        idempotency: Idempotency,
        status: StatusCode,
        headers: &'a HeaderMap,
        body: &'a Bytes,
        now: Timestamp,
    ) -> Self {
        Self {
            idempotency,
            response: ResponseContent::Object,
            makes: Makes::Nothing,
            status,
            headers,
            body,
            whole: true,
            now,
        }
    }

    /// The field with the id of what was made.
    fn made(&self) -> Option<&'static str> {
        match self.makes {
            Makes::Id(field) => Some(field),
            Makes::Nothing | Makes::Unknown => None,
        }
    }

    /// Whether only the id of what was made proves a success.
    fn must_have_id(&self) -> bool {
        self.idempotency == Idempotency::NotIdempotent && self.made().is_some()
    }

    /// Whether a success holds nothing but what is known to say no failure.
    fn must_be_plain(&self) -> bool {
        !self.idempotency.is_safe() && self.makes == Makes::Nothing
    }

    /// Whether an answer of success without the id of what was made comes from somewhere else than the service: by its
    /// status, or by its headers. `Some`: what says so.
    fn speaks_for_another(&self) -> Option<&'static str> {
        let is_usual = matches!(self.status.as_u16(), 200 | 201 | 202 | 204);
        let is_page = (self.headers.get(header::CONTENT_TYPE))
            .and_then(|kind| kind.to_str().ok())
            .is_some_and(|kind| {
                kind.trim_start()
                    .to_ascii_lowercase()
                    .starts_with("text/html")
            });
        match () {
            () if !is_usual => Some("its status"),
            () if is_page && self.body.trim_ascii().is_empty() => Some("its Content-Type"),
            () => OF_OTHERS
                .into_iter()
                .find(|name| self.headers.contains_key(*name)),
        }
    }

    /// An answer with next to nothing in it is the service's own as far as its status and headers tell.
    fn must_be_own(&self) -> Result<(), Failure> {
        match self.speaks_for_another().filter(|_| self.must_be_plain()) {
            None => Ok(()),
            Some(what) => {
                let detail = format!("the answer is of no success of this service ({what})");
                Err(foreign(detail, Repeat::Never))
            }
        }
    }

    /// The same, in which bytes are expected.
    #[must_use]
    pub fn of_bytes(self) -> Self {
        Self {
            response: ResponseContent::Bytes,
            ..self
        }
    }
}

/// Headers of a sign-in, a challenge or an error of another machine.
const OF_OTHERS: [&str; 8] = [
    "location",
    "refresh",
    "www-authenticate",
    "proxy-authenticate",
    "retry-after",
    "x-amzn-waf-action",
    "cf-mitigated",
    "x-error-code",
];

/// What an answer means.
#[derive(Debug)]
pub enum Verdict {
    /// The call was done. The body is a JSON object, or empty for a write, or bytes where those are expected.
    Success(Success),
    /// The call was not done, or nobody knows.
    Failure(Failure),
}

/// The body of a good answer, ready to decode.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Success {
    /// UTF-8 without a byte order mark; bytes as they came.
    pub body: Bytes,
    /// Bytes that were not UTF-8, or escapes of half a character, were replaced by U+FFFD.
    pub lossy: bool,
    /// A read that says failure besides: what it lacks is then not empty, but missing.
    pub partial_failure: bool,
}

/// Shows how long the body is, and nothing of it: it may hold the text of a message.
impl fmt::Debug for Success {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Success")
            .field("body_bytes", &self.body.len())
            .field("lossy", &self.lossy)
            .field("partial_failure", &self.partial_failure)
            .finish()
    }
}

/// What a bad answer proves.
#[derive(Debug)]
#[non_exhaustive]
pub struct Failure {
    /// Kind, proof, code, message, request id of the body, wait.
    pub fault: Fault,
    /// Whether it is likely to pass.
    pub repeat: Repeat,
}

/// Judges an answer.
#[must_use]
pub fn judge(answer: &Answer<'_>, codes: &[ErrorCode]) -> Verdict {
    let judge_success = match answer.response {
        ResponseContent::Object => judge_success,
        ResponseContent::Bytes => document::judge,
    };
    let failure = match answer.status.as_u16() {
        200..=299 if !answer.idempotency.is_safe() && after::is_stored(answer.headers) => {
            foreign("the answer was stored for another call", Repeat::Never)
        }
        200..=205 | 207..=299 => match judge_success(answer, codes) {
            Ok(success) => return Verdict::Success(success),
            Err(failure) => failure,
        },
        400..=599 => judge_error(answer, codes),
        300..=399 => redirect(answer),
        _ => {
            let mut failure = foreign("the answer has a status nobody expects", Repeat::Never);
            failure.fault.excerpt = excerpt(answer.body);
            failure
        }
    };
    Verdict::Failure(finish(failure, answer))
}

/// What every failure has in common.
#[cold]
#[inline(never)]
fn finish(mut failure: Failure, answer: &Answer<'_>) -> Failure {
    failure.fault.http_status = Some(answer.status.as_u16());
    failure.fault.retry_after = after::retry_after(answer.headers, answer.now);
    // A business rule ("once a minute") without a hint will not pass within one call.
    if failure.fault.kind == FaultKind::Throttled && failure.fault.retry_after.is_some() {
        failure.repeat = Repeat::Backoff;
    }
    failure.fault.is_stored = after::is_stored(answer.headers);
    if failure.fault.is_stored && failure.fault.delivery == Delivery::Rejected {
        failure.fault.delivery = Delivery::Unknown;
    }
    failure
}

/// An answer that is not one of this service.
#[cold]
#[inline(never)]
fn foreign(detail: impl Into<Cow<'static, str>>, repeat: Repeat) -> Failure {
    Failure {
        fault: Fault::new(FaultKind::Protocol, Delivery::Unknown, detail),
        repeat,
    }
}

fn redirect(answer: &Answer<'_>) -> Failure {
    let host = answer
        .headers
        .get(header::LOCATION)
        .and_then(|location| location.to_str().ok())
        .and_then(|location| location.parse::<http::Uri>().ok())
        .and_then(|location| location.host().map(str::to_owned))
        .filter(|host| {
            host.len() <= 255
                && host
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte))
        });
    let detail = match &host {
        Some(host) => format!("the answer is a redirect to {host}, which is not followed"),
        None => "the answer is a redirect, which is not followed".to_owned(),
    };
    let mut failure = foreign(detail, Repeat::Never);
    failure.fault.redirect_host = host;
    failure
}

/// What an answer lacks that must tell the id of what was made.
const NO_ID: &str = "no id of what was made";

/// What is in an answer to a write beyond what such an answer may hold.
const STRANGE: &str = "a field that is no known id, time or count and no plain sign of success";

fn judge_success(answer: &Answer<'_>, codes: &[ErrorCode]) -> Result<Success, Failure> {
    let is_read = answer.idempotency.is_safe();
    let body = body::plain(answer)?;
    match body.trim_ascii() {
        [] if !answer.whole => return Err(without_end()),
        [] if answer.must_have_id() => return Err(foreign(NO_ID, Repeat::Never)),
        [] if answer.must_be_plain() && !answer.body.is_empty() => {
            return Err(foreign("the answer is blank", Repeat::Never));
        }
        [] if !is_read => {
            answer.must_be_own()?;
            return Ok(Success {
                body,
                lossy: false,
                partial_failure: false,
            });
        }
        [] => return Err(foreign("the answer is empty", Repeat::Never)),
        text => body::check_object(text)?,
    }
    let (body, lossy) = body::repaired(body)?;
    // The good path of a read is parsed once, by the decoder above. A write's answer is small, and
    // whether it is whole is the only sign of success it gives. Without a proven end the parse is the proof.
    let mut partial_failure = false;
    if !is_read || !answer.whole || envelope::may_hold_code(&body) {
        let shape = match is_read {
            true => Shape::Read,
            false => Shape::Written,
        };
        let envelope = envelope::read(&body, shape, answer.made()).map_err(|error| {
            let cut = error.is_eof() && !answer.whole;
            let mut failure = foreign(
                format!(
                    "the answer is not valid JSON (line {}, column {})",
                    error.line(),
                    error.column()
                ),
                if cut { Repeat::Once } else { Repeat::Never },
            );
            failure.fault.excerpt = excerpt(&body);
            failure
        })?;
        if envelope.code.is_some() {
            return Err(meaning(answer.status, envelope, codes));
        }
        if let Some(field) = envelope.complaint
            && (!is_read || envelope.is_bare)
        {
            return Err(complaint(field, envelope, &body));
        }
        if answer.must_have_id() && !envelope.is_made {
            return Err(complaint(NO_ID, envelope, &body));
        }
        if answer.must_be_plain() && !envelope.is_plain {
            return Err(complaint(STRANGE, envelope, &body));
        }
        answer.must_be_own()?;
        partial_failure = envelope.complaint.is_some();
    }
    Ok(Success {
        body,
        lossy,
        partial_failure,
    })
}

/// An answer that says failure and not as this service does, or something in the place of success: somebody else may
/// speak, and nobody knows what was done.
fn complaint(place: &'static str, envelope: Envelope, body: &[u8]) -> Failure {
    let detail = format!("the answer does not say success as this service does ({place})");
    let mut failure = foreign(detail, Repeat::Never);
    failure.fault.message = envelope.message;
    failure.fault.excerpt = excerpt(body);
    failure
}

/// Nothing came, and the connection was closed. That the service has nothing to say is one reason, that the line or
/// a machine in between broke is another.
fn without_end() -> Failure {
    Failure {
        fault: Fault::new(
            FaultKind::Interrupted,
            Delivery::Unknown,
            "the connection was closed after the headers, and nothing shows that the empty answer is whole",
        ),
        repeat: Repeat::Backoff,
    }
}

fn judge_error(answer: &Answer<'_>, codes: &[ErrorCode]) -> Failure {
    let readable = !matches!(Coding::of(answer.headers), Coding::Compressed(_));
    let body = without_bom(answer.body);
    let body = surrogates::repaired(&body).unwrap_or(body);
    let envelope = if readable {
        envelope::read(&body, Shape::Failure, answer.made()).unwrap_or_default()
    } else {
        Envelope::default()
    };
    let recognised = envelope.code.is_some();
    let mut failure = meaning(answer.status, envelope, codes);
    if !recognised && readable {
        failure.fault.excerpt = excerpt(&body);
    }
    failure
}
