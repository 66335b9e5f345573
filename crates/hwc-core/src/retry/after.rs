//! The `Retry-After` header: how long the service asks to wait; and what else an answer says of time.

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

/// Whether the answer was stored by a machine on the way and is given once more: it says nothing of this call.
#[must_use]
pub fn is_stored(headers: &HeaderMap) -> bool {
    let ages = headers.get_all(header::AGE).iter();
    ages.filter_map(|age| age.to_str().ok())
        .any(|age| age.trim().parse().is_ok_and(|seconds: u64| seconds > 0))
}

fn seconds(text: &str) -> Option<Duration> {
    if !text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+' | b'e' | b'E'))
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

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn after(text: &str, date: Option<&str>) -> Option<f64> {
        let mut headers = HeaderMap::new();
        headers.insert(header::RETRY_AFTER, HeaderValue::from_str(text).unwrap());
        if let Some(date) = date {
            headers.insert(header::DATE, HeaderValue::from_str(date).unwrap());
        }
        // Sun, 06 Nov 1994 08:49:37 GMT
        let now = Timestamp::from_second(784_111_777).unwrap();
        retry_after(&headers, now).map(|wait| wait.as_secs_f64())
    }

    #[test]
    fn every_spelling() {
        let unreadable = None;
        for (text, expected) in [
            ("3", Some(3.0)),
            (" 120 ", Some(120.0)),
            ("0", Some(0.0)),
            ("1.5", Some(1.5)),
            ("+2", Some(2.0)),
            ("-1", Some(0.0)),
            ("1e9", Some(1e9)),
            ("99999999999999999999999", Some(Duration::MAX.as_secs_f64())),
            ("Sun, 06 Nov 1994 08:49:40 GMT", Some(3.0)),
            ("Sunday, 06-Nov-94 08:49:40 GMT", Some(3.0)),
            ("Sun Nov  6 08:49:40 1994", Some(3.0)),
            ("Sun, 06 Nov 1994 16:49:40 +0800", Some(3.0)),
            ("Sun, 06 Nov 1994 08:49:30 GMT", Some(0.0)),
            ("soon", unreadable),
            ("", unreadable),
            (".", unreadable),
            ("3 seconds", unreadable),
            ("nan", unreadable),
            ("inf", unreadable),
        ] {
            assert_eq!(after(text, None), expected, "{text:?}");
        }
    }

    #[test]
    fn a_date_is_held_against_the_date_of_the_same_answer() {
        let until = "Sun, 06 Nov 1994 10:00:10 GMT";
        assert_eq!(
            after(until, Some("Sun, 06 Nov 1994 10:00:00 GMT")),
            Some(10.0)
        );
        assert_eq!(after(until, Some("yesterday")), Some(4_233.0));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_without_harm(text in "[ -~]{0,40}") {
            if let Some(wait) = after(&text, None) {
                proptest::prop_assert!(wait >= 0.0);
            }
        }

        #[test]
        fn every_second_of_an_http_date_is_read(second in 0_i64..4_102_444_800) {
            let stamp = Timestamp::from_second(second).unwrap();
            let text = stamp.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
            proptest::prop_assert_eq!(http_date(&text), Some(stamp));
        }
    }
}
