//! The program's one look at the clock, and its one place to sleep; and what an answer tells of that of the service.

use http::HeaderMap;
use hwc_core::retry::after;
use jiff::Timestamp;
use std::time::Duration;

/// The time now.
#[expect(
    clippy::disallowed_methods,
    reason = "the program's one look at the wall clock"
)]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

/// The time that an answer tells (`Date`). `None` also of one that was stored on the way: that tells when it was made.
pub(crate) fn told(answer: &HeaderMap) -> Option<Timestamp> {
    after::fresh_date(answer)
}

/// Whether a machine on the way had stored the answer.
pub(crate) fn is_stored(answer: &HeaderMap) -> bool {
    after::is_stored(answer)
}

/// Waits on a thread that has nothing else to do.
#[expect(
    clippy::disallowed_methods,
    reason = "outside of the runtime, which may be what is stuck"
)]
pub(crate) fn pause(duration: Duration) {
    std::thread::sleep(duration);
}

/// Waits.
#[expect(
    clippy::disallowed_methods,
    reason = "the program's one place to sleep"
)]
pub(crate) async fn sleep(duration: Duration) {
    tokio::time::sleep(duration).await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderValue, header};

    #[test]
    fn an_answer_that_was_stored_tells_no_time() {
        let mut answer = HeaderMap::new();
        assert_eq!(told(&answer), None);
        // The old spelling of a date as well.
        for date in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
        ] {
            answer.insert(header::DATE, HeaderValue::from_static(date));
            for (age, second) in [("0", Some(784_111_777)), ("3600", None)] {
                answer.insert(header::AGE, HeaderValue::from_static(age));
                assert_eq!(told(&answer).map(Timestamp::as_second), second, "{age}");
            }
        }
    }
}
