//! The program's one look at the clock, and its one place to sleep; and what an answer tells of that of the service.

use http::{HeaderMap, header};
use jiff::{Timestamp, fmt::rfc2822::DateTimeParser};
use std::time::Duration;

/// The time now.
#[expect(
    clippy::disallowed_methods,
    reason = "the program's one look at the wall clock"
)]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

/// The time that an answer tells (`Date`).
pub(crate) fn told(answer: &HeaderMap) -> Option<Timestamp> {
    let date = answer.get(header::DATE)?.to_str().ok()?;
    DateTimeParser::new().parse_timestamp(date).ok()
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
