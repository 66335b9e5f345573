//! The `Retry-After` header: how long the service asks to wait.

use std::time::Duration;

use http::{HeaderMap, header};
use jiff::{Timestamp, civil::DateTime, fmt::rfc2822, fmt::strtime, tz::TimeZone};

/// How long the answer asks to wait. `None`: it does not say, or not readably.
///
/// Seconds and all three spellings of an HTTP date are read. A date is measured against the `Date` of
/// the same answer, so that a wrong local clock does no harm, and against `now` without one. A time in
/// the past or below zero is no wait at all. The result can be very long: the caller holds it against
/// its deadline.
#[must_use]
pub fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    seconds(text).or_else(|| {
        let until = http_date(text)?;
        let from = date(headers).unwrap_or(now);
        Some(Duration::try_from(until.duration_since(from)).unwrap_or(Duration::ZERO))
    })
}

/// The `Date` of an answer: what the clock of the service says.
#[must_use]
pub fn date(headers: &HeaderMap) -> Option<Timestamp> {
    http_date(headers.get(header::DATE)?.to_str().ok()?.trim())
}

fn seconds(text: &str) -> Option<Duration> {
    if !text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+'))
    {
        return None;
    }
    let seconds: f64 = text.parse().ok()?;
    // Too large to hold is as good as never.
    Some(Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(Duration::MAX))
}

/// Reads an HTTP date: the usual form, and the two old ones that a reader must accept.
#[must_use]
pub fn http_date(text: &str) -> Option<Timestamp> {
    if let Ok(zoned) = rfc2822::parse(text) {
        return Some(zoned.timestamp());
    }
    // Sunday, 06-Nov-94 08:49:37 GMT, and Sun Nov  6 08:49:37 1994.
    ["%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"]
        .iter()
        .find_map(|format| {
            let civil: DateTime = strtime::parse(format, text).ok()?.to_datetime().ok()?;
            Some(civil.to_zoned(TimeZone::UTC).ok()?.timestamp())
        })
}
