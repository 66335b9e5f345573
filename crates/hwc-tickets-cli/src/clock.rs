//! The program's one look at the clock, and its one place to sleep.

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
