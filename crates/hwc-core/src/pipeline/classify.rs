//! THE place that decides whether an answer is a success, and what a failed one proves.
//!
//! Nothing above this function looks at a status or an error code. The order of proof:
//!
//! 1. Statuses that are given before a request is acted on: 401, 413, 414, 429, 431, 494 (`Refused`).
//! 2. A code that the table knows, with any other status: validation, permission, not found,
//!    authentication, throttling, quota and state mean that the service looked at the call and turned it
//!    down before acting (`Refused`). A code of the service's own failure proves nothing (`Maybe`).
//! 3. A code of the platform's form (`APIGW.0999`) with any other 4xx but 408: refused, though the
//!    reason is not known. The same code with status 200 or 5xx proves nothing.
//! 4. All else proves nothing: 3xx, 408, 5xx, and 400, 403 or 404 without a code, which any machine in
//!    between can give, also on the way back.
//!
//! On 2xx, an answer is a success when it is a JSON object without a failing code at its top. For writes
//! an empty answer is a success too, as documented, but only when its end is proven: by `Content-Length: 0`,
//! status 204, the last chunk, or a protocol that marks the end. A connection that was closed proves nothing;
//! a broken one looks the same. A JSON object needs no such proof: no part of one is one. Everything else
//! (HTML, `null`, `[]`, a lone string, UTF-16, a compression nobody asked for) is not an answer of this
//! service.
//!
//! Where bytes are expected, `document` says what stands in their place; the order of proof is the same.

use std::borrow::Cow;

use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use jiff::Timestamp;

use super::{
    document,
    envelope::{self, Envelope, Shape},
    surrogates,
};
use crate::{
    Category, ErrorCode, Fault, FaultKind, Idempotency, ResponseContent, Sent,
    retry::{Repeat, after},
};

/// Longest body whose invalid UTF-8 is replaced, so that no answer costs a multiple of its size.
const LONGEST_REPAIR: usize = 2 * 1024 * 1024;

/// An answer that was read until the line said it is over.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Answer<'a> {
    /// What doing the operation twice does.
    pub idempotency: Idempotency,
    /// What the operation answers when it succeeds.
    pub response: ResponseContent,
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
            status,
            headers,
            body,
            whole: true,
            now,
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

/// What an answer means.
#[derive(Debug)]
pub enum Verdict {
    /// The call was done. The body is a JSON object, or empty for a write, or bytes where those are expected.
    Success(Success),
    /// The call was not done, or nobody knows.
    Failure(Failure),
}

/// The body of a good answer, ready to decode.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Success {
    /// UTF-8 without a byte order mark; bytes as they came.
    pub body: Bytes,
    /// Bytes that were not UTF-8, or escapes of half a character, were replaced by U+FFFD.
    pub lossy: bool,
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
fn finish(mut failure: Failure, answer: &Answer<'_>) -> Failure {
    failure.fault.http_status = Some(answer.status.as_u16());
    failure.fault.retry_after = after::retry_after(answer.headers, answer.now);
    // A business rule ("once a minute") without a hint will not pass within one call.
    if failure.fault.kind == FaultKind::Throttled && failure.fault.retry_after.is_some() {
        failure.repeat = Repeat::Backoff;
    }
    failure
}

/// An answer that is not one of this service.
pub(super) fn foreign(detail: impl Into<Cow<'static, str>>, repeat: Repeat) -> Failure {
    Failure {
        fault: Fault::new(FaultKind::Protocol, Sent::Maybe, detail),
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

fn judge_success(answer: &Answer<'_>, codes: &[ErrorCode]) -> Result<Success, Failure> {
    let read = answer.idempotency.is_safe();
    let coding = Coding::of(answer.headers);
    if let Coding::Compressed(name) = coding {
        return Err(foreign(
            format!("the answer has a content encoding nobody asked for ({name})"),
            Repeat::Never,
        ));
    }
    let body = without_bom(answer.body);
    let object = |text: &[u8]| text.starts_with(b"{") && text.ends_with(b"}");
    if coding == Coding::Unknown && !object(body.trim_ascii()) {
        return Err(foreign(
            "the answer has a content encoding nobody asked for (another one)",
            Repeat::Never,
        ));
    }
    if is_utf16(&body) {
        return Err(foreign("the answer is UTF-16, not UTF-8", Repeat::Never));
    }
    let text = body.trim_ascii();
    match text {
        [] if !answer.whole => return Err(without_end()),
        [] if !read => return Ok(Success { body, lossy: false }),
        [] => return Err(foreign("the answer is empty", Repeat::Never)),
        [b'{', .., b'}'] => {}
        [first, ..] => {
            let (what, repeat) = match first {
                // A page of a proxy or a portal may be gone a moment later.
                b'<' => ("the answer is a page, not JSON", Repeat::Once),
                b'{' => ("the answer is cut off", Repeat::Once),
                b'[' => ("the answer is a list, not an object", Repeat::Never),
                _ => ("the answer is not a JSON object", Repeat::Never),
            };
            let mut failure = foreign(what, repeat);
            failure.fault.excerpt = excerpt(&body);
            return Err(failure);
        }
    }
    let (body, lossy) = match simdutf8::basic::from_utf8(&body) {
        Ok(_) => (body, false),
        // A replacement is up to three times as long as what it replaces.
        Err(_) if body.len() > LONGEST_REPAIR => {
            return Err(foreign("the answer is not UTF-8", Repeat::Never));
        }
        Err(_) => {
            let repaired = String::from_utf8_lossy(&body).into_owned();
            (Bytes::from(repaired), true)
        }
    };
    let (body, lossy) = match surrogates::repaired(&body) {
        Some(whole) => (whole, true),
        None => (body, lossy),
    };
    // The good path of a read is parsed once, by the decoder above. A write's answer is small, and
    // whether it is whole is the only sign of success it gives. Without a proven end the parse is the proof.
    if !read || !answer.whole || envelope::may_hold_code(&body) {
        let envelope = envelope::read(&body, Shape::Success).map_err(|error| {
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
            return Err(business(answer.status, envelope, codes));
        }
    }
    Ok(Success { body, lossy })
}

/// Nothing came, and the line was closed. That the service has nothing to say is one reason, that the line or
/// a machine in between broke is another.
pub(super) fn without_end() -> Failure {
    Failure {
        fault: Fault::new(
            FaultKind::Interrupted,
            Sent::Maybe,
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
        envelope::read(&body, Shape::Failure).unwrap_or_default()
    } else {
        Envelope::default()
    };
    let recognised = envelope.code.is_some();
    let mut failure = business(answer.status, envelope, codes);
    if !recognised && readable {
        failure.fault.excerpt = excerpt(&body);
    }
    failure
}

/// Sorts by code and status.
pub(super) fn business(status: StatusCode, envelope: Envelope, codes: &[ErrorCode]) -> Failure {
    let number = status.as_u16();
    let row = envelope
        .code
        .as_deref()
        .and_then(|code| lookup(code, number, codes));
    let category = row
        .map(|row| row.category)
        .filter(|known| *known != Category::Unknown);
    let code = envelope.code.as_deref().map(printable_code);
    let kind = kind(number, category, code.is_some());
    let sent = proof(number, category, code.as_deref());
    let detail: Cow<'static, str> = match (row, &code) {
        (Some(row), _) => row.meaning.into(),
        (None, Some(_)) => "the service reports an error with a code that is not known here".into(),
        (None, None) => match kind {
            FaultKind::Throttled => "too many requests".into(),
            FaultKind::Unauthorized => "the credentials were refused".into(),
            FaultKind::RequestTooLarge => "the request is too large".into(),
            _ => "the answer is an error, and not one of this service".into(),
        },
    };
    let repeat = match kind {
        FaultKind::Throttled if number == 429 => Repeat::Backoff,
        FaultKind::Unavailable if matches!(number, 200..=299 | 408 | 500 | 502 | 503 | 504) => {
            Repeat::Backoff
        }
        _ => Repeat::Never,
    };
    let mut fault = Fault::new(kind, sent, detail);
    fault.code = code;
    fault.category = category;
    fault.message = envelope
        .message
        .map(|text| text.chars().take(2_000).collect());
    fault.request_id = envelope
        .request_id
        .as_deref()
        .and_then(super::record::printable_id);
    Failure { fault, repeat }
}

fn kind(status: u16, category: Option<Category>, has_code: bool) -> FaultKind {
    match (status, category) {
        (413 | 414 | 431 | 494, _) => FaultKind::RequestTooLarge,
        (429, _) | (_, Some(Category::Throttling)) => FaultKind::Throttled,
        (_, Some(Category::Validation | Category::Quota | Category::State)) => FaultKind::Refused,
        (_, Some(Category::Permission)) => FaultKind::Forbidden,
        (_, Some(Category::NotFound)) => FaultKind::NotFound,
        (401, _) | (_, Some(Category::Authentication)) => FaultKind::Unauthorized,
        (_, Some(Category::Internal)) | (408 | 500..=599, _) => FaultKind::Unavailable,
        (403, _) => FaultKind::Forbidden,
        // Without a code this can be any machine in between, for instance for a wrong address.
        (404, _) if has_code => FaultKind::NotFound,
        (400 | 402 | 405..=499, _) => FaultKind::Refused,
        (200..=299, _) => FaultKind::Refused,
        _ => FaultKind::Protocol,
    }
}

/// What the answer proves about a write. See the order on top.
fn proof(status: u16, category: Option<Category>, code: Option<&str>) -> Sent {
    match (category, status) {
        (_, 401 | 413 | 414 | 429 | 431 | 494) => Sent::Refused,
        (Some(Category::Internal), _) => Sent::Maybe,
        (Some(Category::Unknown) | None, 400..=407 | 409..=499)
            if code.is_some_and(is_platform_code) =>
        {
            Sent::Refused
        }
        (Some(Category::Unknown) | None, _) => Sent::Maybe,
        (Some(_), _) => Sent::Refused,
    }
}

/// The row of a code. The gateway uses one code with several statuses and meanings (`APIGW.0201` is a
/// malformed request with 400 and a dead backend with 502), so the status decides; without a row for the
/// status, all rows must agree.
fn lookup<'a>(code: &str, status: u16, codes: &'a [ErrorCode]) -> Option<&'a ErrorCode> {
    let mut rows = codes.iter().filter(|row| row.code == code);
    if let Some(exact) = rows.clone().find(|row| row.http_status == status) {
        return Some(exact);
    }
    let first = rows.next()?;
    rows.all(|row| row.category == first.category)
        .then_some(first)
}

/// `OSM.01010015`, `APIGW.0307`: capitals and digits, a dot, digits.
fn is_platform_code(code: &str) -> bool {
    code.split_once('.').is_some_and(|(front, back)| {
        front.starts_with(|letter: char| letter.is_ascii_uppercase())
            && front
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
            && !back.is_empty()
            && back.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// The code as it may be shown: foreign text must not reach logs in its place.
fn printable_code(code: &str) -> String {
    let code = code.trim();
    let good = code.len() <= 64
        && code
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
    if good {
        code.to_owned()
    } else {
        "?".to_owned()
    }
}

/// What `Content-Encoding` says of the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    /// None: absent, empty, `identity`, or the name of a character set that somebody put there.
    Plain,
    /// A compression, by its name.
    Compressed(&'static str),
    /// A name that is not known here. The header is foreign text; whether the body is plain JSON, it shows itself.
    Unknown,
}

impl Coding {
    /// The first that is not plain, of all the lines of the header.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        const COMPRESSIONS: [&str; 8] = [
            "gzip",
            "deflate",
            "br",
            "zstd",
            "compress",
            "x-gzip",
            "x-compress",
            "exi",
        ];
        const PLAIN: [&str; 9] = [
            "", "identity", "none", "utf-8", "utf8", "us-ascii", "ascii", "8bit", "binary",
        ];
        let mut all = Self::Plain;
        for line in headers.get_all(header::CONTENT_ENCODING) {
            for name in line.as_bytes().split(|byte| *byte == b',') {
                let name = name.trim_ascii();
                let is = |known: &&str| name.eq_ignore_ascii_case(known.as_bytes());
                if let Some(compression) = COMPRESSIONS.into_iter().find(is) {
                    return Self::Compressed(compression);
                }
                if !PLAIN.iter().any(is) {
                    all = Self::Unknown;
                }
            }
        }
        all
    }
}

pub(super) fn without_bom(body: &Bytes) -> Bytes {
    match body.strip_prefix(b"\xEF\xBB\xBF") {
        Some(rest) => body.slice_ref(rest),
        None => body.clone(),
    }
}

fn is_utf16(body: &[u8]) -> bool {
    matches!(
        body,
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [0, _, ..] | [_, 0, ..]
    )
}

/// At most 200 characters, control characters escaped.
pub(super) fn excerpt(body: &[u8]) -> Option<String> {
    // No character is longer than 4 bytes.
    let head = body.get(..800).unwrap_or(body);
    let text = String::from_utf8_lossy(head);
    let text = text.trim();
    (!text.is_empty()).then(|| text.chars().take(200).flat_map(escape).collect())
}

/// Nothing that moves a cursor or turns the direction of writing.
fn escape(letter: char) -> impl Iterator<Item = char> {
    let bidi = matches!(letter, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    let plain = !letter.is_control() && !bidi;
    let escaped = (!plain).then(|| letter.escape_unicode());
    plain
        .then_some(letter)
        .into_iter()
        .chain(escaped.into_iter().flatten())
}
