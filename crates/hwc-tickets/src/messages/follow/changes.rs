//! Tickets that are added to a follower, and taken out of it, while it runs.

use super::stop::StopHandle;
use crate::ids::TicketId;
use futures_util::task::AtomicWaker;
use std::{
    collections::VecDeque,
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::Context,
};

/// What is to change.
#[derive(Debug)]
pub(super) enum Change {
    Add(TicketId),
    Remove(TicketId),
}

/// What was asked for and is not done yet, and whom to wake.
#[derive(Clone, Default)]
pub(super) struct Changes(Arc<Inner>);

#[derive(Default)]
struct Inner {
    asked: Mutex<VecDeque<Change>>,
    waker: AtomicWaker,
    /// Somebody can ask.
    has_handle: AtomicBool,
}

impl Changes {
    /// Whether there is, or was, a handle.
    pub(super) fn has_handle(&self) -> bool {
        self.0.has_handle.load(Ordering::Acquire)
    }

    /// The next one.
    pub(super) fn take(&self) -> Option<Change> {
        self.lock().pop_front()
    }

    /// Whether there is one; wakes the task when there is.
    pub(super) fn poll(&self, context: &Context<'_>) -> bool {
        self.0.waker.register(context.waker());
        !self.lock().is_empty()
    }

    fn ask(&self, change: Change) {
        self.lock().push_back(change);
        self.0.waker.wake();
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Change>> {
        self.0.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Changes which tickets a running stream of events follows, from anywhere: [`Events::handle`](super::Events::handle).
///
/// What is asked for takes effect with the next event that is asked for. The stream does not end when the last ticket was removed: it
/// waits for others, or for [`FollowHandle::stop`]. So does one that began without any, when its handle was made before its first event
/// was asked for.
#[derive(Clone)]
pub struct FollowHandle {
    changes: Changes,
    stop: StopHandle,
}

impl FollowHandle {
    pub(super) fn new(changes: Changes, stop: StopHandle) -> Self {
        changes.0.has_handle.store(true, Ordering::Release);
        Self { changes, stop }
    }

    /// Follows `ticket` as well. Where a ticket begins that neither this run nor the cursor knows, is as the follower was told to
    /// begin; one that was removed before goes on where it stood. One that is followed already stays as it is. A ticket that does
    /// not exist, or is one too many, is told at once as [`Event::TicketLost`](super::Event::TicketLost).
    pub fn add(&self, ticket: TicketId) {
        self.changes.ask(Change::Add(ticket));
    }

    /// Follows `ticket` no longer. What was not handed out of it comes when it is added again, in this run or a later one: the cursor
    /// keeps its place. One of which nothing was heard yet has none and begins anew. A gap that is owed is told first, and a checkpoint
    /// follows.
    pub fn remove(&self, ticket: TicketId) {
        self.changes.ask(Change::Remove(ticket));
    }

    /// Stops the stream: as [`StopHandle::stop`].
    pub fn stop(&self) {
        self.stop.stop();
    }
}

impl fmt::Debug for FollowHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FollowHandle")
            .field("waiting", &self.changes.lock().len())
            .field("stop", &self.stop)
            .finish()
    }
}
