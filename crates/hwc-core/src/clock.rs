//! The one place that asks for the time and sleeps.

use std::{fmt::Debug, future::Future, pin::Pin, time::Duration};

/// Wall time, monotonic time and sleeping, so that tests can stand in for them.
pub trait Clock: Debug + Send + Sync + 'static {
    /// Wall time, for signing and for dates. May jump.
    fn now(&self) -> jiff::Timestamp;
    /// Monotonic time since an arbitrary start, for deadlines. Never goes back.
    fn elapsed(&self) -> Duration;
    /// Completes after `duration` of monotonic time.
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>>;
}
