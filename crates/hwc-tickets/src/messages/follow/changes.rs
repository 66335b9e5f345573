//! Tickets that are added to a follower, and taken out of it, while it runs.

use super::stop::StopHandle;
use crate::ids::TicketId;
use futures_util::task::AtomicWaker;
use jiff::Timestamp;
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
    /// Tickets that are added from now on, and that the cursor does not know, begin here.
    BeginAt(Timestamp),
}

/// What was asked for and is not done yet, and whom to wake.
#[derive(Clone, Default)]
pub(super) struct Changes(Arc<Inner>);

#[derive(Default)]
struct Inner {
    asked: Mutex<Asked>,
    waker: AtomicWaker,
    /// Somebody can ask.
    has_handle: AtomicBool,
}

/// What waits to be done.
#[derive(Default)]
struct Asked {
    changes: VecDeque<Change>,
    /// The stream has ended: nothing more will be done.
    is_over: bool,
}

/// Held by the stream: when it goes, what is asked for has no effect any more.
pub(super) struct Takes(Changes);

impl Takes {
    pub(super) fn new(changes: Changes) -> Self {
        Self(changes)
    }
}

impl Drop for Takes {
    fn drop(&mut self) {
        self.0.end();
    }
}

impl Changes {
    /// Whether there is, or was, a handle.
    pub(super) fn has_handle(&self) -> bool {
        self.0.has_handle.load(Ordering::Acquire)
    }

    /// The next one.
    pub(super) fn take(&self) -> Option<Change> {
        self.lock().changes.pop_front()
    }

    /// Whether there is one; wakes the task when there is.
    pub(super) fn poll(&self, context: &Context<'_>) -> bool {
        self.0.waker.register(context.waker());
        !self.lock().changes.is_empty()
    }

    /// The stream has ended.
    pub(super) fn end(&self) {
        self.lock().is_over = true;
    }

    /// Whether somebody will do it.
    fn ask(&self, change: Change) -> bool {
        let mut asked = self.lock();
        if asked.is_over {
            return false;
        }
        asked.changes.push_back(change);
        drop(asked);
        self.0.waker.wake();
        true
    }

    fn lock(&self) -> MutexGuard<'_, Asked> {
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
    ///
    /// `false`: nothing comes of it, for the stream has ended, was dropped, or was told to stop.
    pub fn add(&self, ticket: TicketId) -> bool {
        self.ask(Change::Add(ticket))
    }

    /// Follows `ticket` no longer. What was not handed out of it comes when it is added again, in this run or a later one: the cursor
    /// keeps its place. One of which nothing was heard yet has none and begins anew. A gap that is owed is told first, and a checkpoint
    /// follows.
    ///
    /// `false`: nothing comes of it, for the stream has ended, was dropped, or was told to stop.
    pub fn remove(&self, ticket: TicketId) -> bool {
        self.ask(Change::Remove(ticket))
    }

    /// Begins each ticket that is added from now on, and that the cursor does not know, with the messages made at `instant` or later.
    pub(crate) fn begin_at(&self, instant: Timestamp) {
        self.ask(Change::BeginAt(instant));
    }

    fn ask(&self, change: Change) -> bool {
        !self.stop.is_asked() && self.changes.ask(change)
    }

    /// Stops the stream: as [`StopHandle::stop`].
    pub fn stop(&self) {
        self.stop.stop();
    }
}

impl fmt::Debug for FollowHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FollowHandle")
            .field("waiting", &self.changes.lock().changes.len())
            .field("stop", &self.stop)
            .finish()
    }
}
