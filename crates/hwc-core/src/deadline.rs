//! Racing a future against the clock.

use std::{
    fmt,
    future::{Future, poll_fn},
    pin::pin,
    task::{Context, Poll},
    time::Duration,
};

use crate::clock::{Clock, Sleep};

/// A moment on the monotonic clock by which something must be over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Deadline {
    at: Duration,
}

/// The time was up first.
#[derive(Debug)]
pub(crate) struct Elapsed;

impl Deadline {
    /// The deadline `limit` after the moment `start`. Too late to be told means: none.
    pub(crate) fn after(start: Duration, limit: Duration) -> Self {
        Self {
            at: start.saturating_add(limit),
        }
    }

    /// When it is, on the monotonic clock.
    pub(crate) fn moment(self) -> Duration {
        self.at
    }

    /// Time left at the moment `now`. Zero once it has passed.
    pub(crate) fn left_at(self, now: Duration) -> Duration {
        self.at.saturating_sub(now)
    }

    /// Time left. Zero once it has passed.
    pub(crate) fn remaining(self, clock: &dyn Clock) -> Duration {
        self.left_at(clock.elapsed())
    }
}

/// Waits for a deadline. A timer is only set when something really has to wait.
pub(crate) struct Timer<'a> {
    clock: &'a dyn Clock,
    deadline: Deadline,
    sleep: Option<Sleep>,
}

impl<'a> Timer<'a> {
    pub(crate) fn new(clock: &'a dyn Clock, deadline: Deadline) -> Self {
        Self {
            clock,
            deadline,
            sleep: None,
        }
    }

    /// Ready once the deadline has passed.
    pub(crate) fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let sleep = self
            .sleep
            .get_or_insert_with(|| self.clock.sleep(self.deadline.remaining(self.clock)));
        sleep.as_mut().poll(context)
    }

    /// Runs `future` until the deadline. The future is dropped then, which cancels it.
    pub(crate) async fn race<T>(&mut self, future: impl Future<Output = T>) -> Result<T, Elapsed> {
        let mut future = pin!(future);
        poll_fn(|context| {
            // The work first: an answer that is there counts, even at the last moment.
            if let Poll::Ready(done) = future.as_mut().poll(context) {
                return Poll::Ready(Ok(done));
            }
            self.poll(context).map(|()| Err(Elapsed))
        })
        .await
    }
}

impl fmt::Debug for Timer<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_tuple("Timer")
            .field(&self.deadline)
            .finish()
    }
}
