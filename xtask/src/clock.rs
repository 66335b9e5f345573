//! How long work takes: the one place where this program looks at a clock. Nothing is decided by it.

use std::time::{Duration, Instant};

/// Does the work, and tells how long it took.
#[expect(clippy::disallowed_methods, reason = "it tells, and decides nothing")]
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let began = Instant::now();
    let done = work();
    (began.elapsed(), done)
}
