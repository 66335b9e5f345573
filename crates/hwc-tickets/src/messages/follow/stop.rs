//! Stopping a follower from elsewhere.

use futures_util::task::AtomicWaker;
use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::Context,
};

/// Whether to stop, and whom to wake.
#[derive(Clone, Default)]
pub(crate) struct Stop(Arc<Inner>);

#[derive(Default)]
struct Inner {
    asked: AtomicBool,
    waker: AtomicWaker,
}

impl Stop {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn is_asked(&self) -> bool {
        self.0.asked.load(Ordering::Acquire)
    }

    /// As [`Stop::is_asked`]; wakes the task when it changes.
    pub(crate) fn poll(&self, context: &Context<'_>) -> bool {
        self.0.waker.register(context.waker());
        self.is_asked()
    }
}

/// Stops a stream of events gracefully.
///
/// The stream then tells each [`Event::PossibleGap`](super::Event::PossibleGap) that it still owes, gives one last
/// [`Event::Checkpoint`](super::Event::Checkpoint), written to the cursor file if there is one, and ends; when
/// the file cannot be written, an [`Event::Degraded`](super::Event::Degraded) comes before it. So go on to ask for
/// events until there is none. Messages that were read and not handed out yet come again with the next run.
#[derive(Clone)]
pub struct StopHandle(Stop);

impl StopHandle {
    pub(crate) fn new(stop: Stop) -> Self {
        Self(stop)
    }

    /// Whether it was asked to.
    pub(super) fn is_asked(&self) -> bool {
        self.0.is_asked()
    }

    /// Asks the stream to stop. From any thread; again does no harm.
    pub fn stop(&self) {
        self.0.0.asked.store(true, Ordering::Release);
        self.0.0.waker.wake();
    }
}

impl fmt::Debug for StopHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StopHandle")
            .field("asked", &self.0.is_asked())
            .finish()
    }
}
