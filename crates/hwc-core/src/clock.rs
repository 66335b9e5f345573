//! The one place that asks for the time and sleeps.

#[cfg(feature = "testing")]
pub(crate) mod fake;
mod system;

use std::{fmt::Debug, future::Future, pin::Pin, time::Duration};

pub use system::SystemClock;

/// A sleep under way. Dropping it ends it.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Wall time, monotonic time and sleeping, so that tests can stand in for them.
///
/// Programs use [`SystemClock`]. Tests use the fake clock of the `testing` feature, on which no real
/// time passes.
pub trait Clock: Debug + Send + Sync + 'static {
    /// Wall time, for signing and for dates. May jump.
    fn now(&self) -> jiff::Timestamp;
    /// Monotonic time since an arbitrary start, for deadlines. Never goes back.
    fn elapsed(&self) -> Duration;
    /// Completes after `duration` of monotonic time.
    fn sleep(&self, duration: Duration) -> Sleep;
    /// Work begins that blocks on another thread: a file is read. A clock that moves by itself when everything
    /// waits stands still until as many [`release`](Self::release) came. Does nothing by default.
    fn hold(&self) {}
    /// That work is over.
    fn release(&self) {}
}
