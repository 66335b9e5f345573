//! The `Retry-After` header: how long the service asks to wait; and what else an answer says of time.

mod spelling;

use std::time::Duration;

use http::{HeaderMap, HeaderValue, header};
use jiff::{SignedDuration, Timestamp};

/// How long the answer asks to wait. `None`: it does not say, or not readably.
///
/// Seconds and all three spellings of an HTTP date are read. A date is measured against the [`service_time`] of
/// the same answer, so that a wrong local clock does no harm, and against `now` without one. A time in
/// the past or below zero is no wait at all. The result can be very long: the caller holds it against
/// its deadline.
#[must_use]
pub fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    seconds(text).or_else(|| {
        let until = http_date(text)?;
        let from = service_time(headers).unwrap_or(now);
        Some(Duration::try_from(until.duration_since(from)).unwrap_or(Duration::ZERO))
    })
}

/// The `Date` of an answer: what the clock of the service said when it was made.
#[must_use]
pub fn date(headers: &HeaderMap) -> Option<Timestamp> {
    let value = headers.get(header::DATE)?;
    spelling::usual(value.as_bytes()).or_else(|| unusual_date(value))
}

#[cold]
#[inline(never)]
fn unusual_date(value: &HeaderValue) -> Option<Timestamp> {
    spelling::other(value.to_str().ok()?.trim())
}

/// The [`date`] of an answer that was made for this call: what the clock of the service says now.
///
/// `None`: it does not say, or it [was stored](is_stored) on the way, and its `Date` is of when it was made.
#[must_use]
pub fn fresh_date(headers: &HeaderMap) -> Option<Timestamp> {
    date(headers).filter(|_| !is_stored(headers))
}

/// What the clock of the service says now: the `Date` of an answer, and how long ago that was if it was stored on the way.
#[must_use]
pub fn service_time(headers: &HeaderMap) -> Option<Timestamp> {
    let passed = SignedDuration::try_from(age(headers).unwrap_or_default()).ok()?;
    date(headers)?.checked_add(passed).ok()
}

/// Whether the answer was stored by a machine on the way and is given once more: it says nothing of this call.
#[must_use]
pub fn is_stored(headers: &HeaderMap) -> bool {
    age(headers).is_some()
}

/// How long ago the answer was stored, as the machine on the way says. `None`: it was made for this call.
///
/// Of several ages, which only a chain of machines gives that do not agree, the longest counts.
#[must_use]
pub fn age(headers: &HeaderMap) -> Option<Duration> {
    // Hardly any answer has one.
    headers.get(header::AGE)?;
    longest_age(headers)
}

#[cold]
#[inline(never)]
fn longest_age(headers: &HeaderMap) -> Option<Duration> {
    let lines = headers.get_all(header::AGE).iter();
    lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .filter_map(|age| whole_seconds(age.trim()))
        .max()
        .filter(|age| !age.is_zero())
}

fn whole_seconds(text: &str) -> Option<Duration> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    // What is too large to hold is no less stored.
    is_number.then(|| Duration::from_secs(text.parse().unwrap_or(u64::MAX)))
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
    spelling::usual(text.as_bytes()).or_else(|| spelling::other(text))
}

#[cfg(test)]
mod tests {
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

    #[test]
    fn the_date_of_an_answer_is_read_without_the_blanks_around_it() {
        let at = Timestamp::from_second(784_111_777).ok();
        for (text, expected) in [
            (&b"Sun, 06 Nov 1994 08:49:37 GMT"[..], at),
            (b" Sun, 06 Nov 1994 08:49:37 GMT\t", at),
            (b"Sunday, 06-Nov-94 08:49:37 GMT", at),
            (b"Sun, 06 Nov 1994 08:49:37 GM\xE9", None),
            (b"yesterday", None),
        ] {
            let mut headers = HeaderMap::new();
            assert_eq!(date(&headers), None);
            headers.insert(header::DATE, HeaderValue::from_bytes(text).unwrap());
            assert_eq!(date(&headers), expected, "{}", text.escape_ascii());
            // Of several lines the first counts, readable or not.
            let second = HeaderValue::from_static("Sun, 06 Nov 1994 08:49:38 GMT");
            headers.append(header::DATE, second);
            assert_eq!(date(&headers), expected, "{}", text.escape_ascii());
        }
    }

    #[test]
    fn an_answer_is_stored_when_it_has_an_age_however_that_is_written() {
        let day = Duration::from_secs(86_400);
        let rows: [(&[&str], Option<Duration>); 11] = [
            (&[], None),
            (&["0"], None),
            (&["000"], None),
            (&["soon"], None),
            (&["-5"], None),
            (&[""], None),
            (&["86400"], Some(day)),
            (&[" 086400 "], Some(day)),
            (&["0, 86400"], Some(day)),
            (&["0", "86400"], Some(day)),
            (
                &["99999999999999999999999"],
                Some(Duration::from_secs(u64::MAX)),
            ),
        ];
        for (lines, expected) in rows {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(header::AGE, HeaderValue::from_str(line).unwrap());
            }
            assert_eq!(age(&headers), expected, "{lines:?}");
            assert_eq!(is_stored(&headers), expected.is_some(), "{lines:?}");
        }
    }

    #[test]
    fn the_date_of_a_stored_answer_is_not_fresh() {
        let mut headers = HeaderMap::new();
        assert_eq!(fresh_date(&headers), None);
        let text = HeaderValue::from_static("Sun, 06 Nov 1994 08:49:37 GMT");
        headers.insert(header::DATE, text);
        let made = Timestamp::from_second(784_111_777).ok();
        assert_eq!(fresh_date(&headers), made);
        for (age, fresh) in [("0", made), ("soon", made), ("1", None), ("0, 1", None)] {
            headers.insert(header::AGE, HeaderValue::from_static(age));
            assert_eq!(fresh_date(&headers), fresh, "{age}");
            assert_eq!(date(&headers), made, "{age}");
        }
    }

    #[test]
    fn the_time_of_a_stored_answer_counts_from_when_it_was_made() {
        let mut headers = HeaderMap::new();
        assert_eq!(service_time(&headers), None);
        let made = HeaderValue::from_static("Sun, 06 Nov 1994 08:49:37 GMT");
        headers.insert(header::DATE, made);
        let until = HeaderValue::from_static("Sun, 06 Nov 1994 08:50:07 GMT");
        headers.insert(header::RETRY_AFTER, until);
        // Another clock than the service's: it must not matter.
        let now = Timestamp::UNIX_EPOCH;
        for (age, passed, wait) in [("0", 0, 30), ("20", 20, 10), ("3600", 3_600, 0)] {
            headers.insert(header::AGE, HeaderValue::from_static(age));
            let time = Timestamp::from_second(784_111_777 + passed).unwrap();
            assert_eq!(service_time(&headers), Some(time), "{age}");
            let wait = Duration::from_secs(wait);
            assert_eq!(retry_after(&headers, now), Some(wait), "{age}");
        }
        // Beyond all times: nobody knows.
        headers.insert(
            header::AGE,
            HeaderValue::from_static("18446744073709551615"),
        );
        assert_eq!(service_time(&headers), None);
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
