//! Racing a future against the clock.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
    time::Duration,
};

use crate::clock::{Clock, Sleep};

/// The moment a call must be over, on the monotonic clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline {
    at: Duration,
}

/// The time was up first.
#[derive(Debug)]
pub(crate) struct Elapsed;

impl Deadline {
    /// The deadline `duration` from now. A duration too large to add means: none.
    pub(crate) fn after(clock: &dyn Clock, duration: Duration) -> Self {
        Self {
            at: clock.elapsed().saturating_add(duration),
        }
    }

    /// Time left. Zero once it has passed.
    pub(crate) fn remaining(self, clock: &dyn Clock) -> Duration {
        self.at.saturating_sub(clock.elapsed())
    }
}

/// Runs `future` until `timer` is up. The future is dropped then, which cancels it.
pub(crate) async fn within<T>(
    timer: &mut Sleep,
    future: impl Future<Output = T>,
) -> Result<T, Elapsed> {
    let mut future = pin!(future);
    poll_fn(|context| {
        // The work first: an answer that is there counts, even at the last moment.
        if let Poll::Ready(done) = future.as_mut().poll(context) {
            return Poll::Ready(Ok(done));
        }
        timer.as_mut().poll(context).map(|()| Err(Elapsed))
    })
    .await
}
