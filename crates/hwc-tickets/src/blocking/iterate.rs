//! Streams as iterators: each step gives what was read already, or else waits for the next item.
//!
//! Whole pages come, and to wait is to enter the runtime, which costs more than to hand a row on. What is sent (`Outcomes`) or
//! followed goes on only while somebody waits, and a checkpoint says what a follower has handed out: there nothing is held.

use super::runtime::Runtime;
use crate::{
    api,
    error::Result,
    messages::{
        follow::{Event, FollowHandle, StopHandle},
        history::{History, ReadReport, Reader},
        message::Message,
        submit::{self, Draft, Sent, SubmitAll},
    },
    tickets::{
        follow_all::{self, AllEvent},
        follow_new::{self, TicketEvent},
        rows,
    },
};
use futures_core::Stream;
use futures_util::StreamExt as _;
use std::{fmt, iter::FusedIterator, pin::pin, sync::Arc};

/// What is read step by step, and the runtime it is read on.
struct Steps<S> {
    source: S,
    runtime: Arc<Runtime>,
    has_ended: bool,
}

impl<S> Steps<S> {
    fn new(source: S, runtime: &Arc<Runtime>) -> Self {
        Self {
            source,
            runtime: Arc::clone(runtime),
            has_ended: false,
        }
    }

    /// The next item: what `held` has without waiting, or else what `wait` waits for. Inside a runtime an error, even where something is
    /// held; after an error and after the end nothing.
    fn step<T>(
        &mut self,
        held: impl FnOnce(&mut S) -> Option<T>,
        wait: impl FnOnce(&mut S, &Runtime) -> Result<Option<T>>,
    ) -> Option<Result<T>> {
        if self.has_ended {
            return None;
        }
        if let Err(error) = self.runtime.check() {
            self.has_ended = true;
            return Some(Err(error));
        }
        if let Some(item) = held(&mut self.source) {
            return Some(Ok(item));
        }
        let next = wait(&mut self.source, &self.runtime);
        self.has_ended = !matches!(next, Ok(Some(_)));
        next.transpose()
    }
}

impl<S: Stream + Unpin> Steps<S> {
    /// The next item of a stream that holds nothing.
    fn next(&mut self) -> Option<Result<S::Item>> {
        self.step(|_| None, |stream, runtime| runtime.wait(stream.next()))
    }
}

/// Waits for the next item of a stream that ends after an error.
fn read<S, T>(stream: &mut S, runtime: &Runtime) -> Result<Option<T>>
where
    S: Stream<Item = Result<T>> + Unpin,
{
    runtime.wait(stream.next())?.transpose()
}

/// The messages of a conversation: made by [`Ticket::history`](super::Ticket::history). Ends after an
/// error.
#[must_use = "an iterator reads nothing until it is asked for a message"]
pub struct Messages(Steps<Reader>);

impl Messages {
    pub(super) fn new(history: History, runtime: &Arc<Runtime>) -> Self {
        Self(Steps::new(history.reader(), runtime))
    }

    /// What is known of the read so far; final once the iterator has ended.
    #[must_use]
    pub fn report(&self) -> ReadReport {
        self.0.source.report()
    }
}

impl Iterator for Messages {
    type Item = Result<Message>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.step(Reader::next_held, |reader, runtime| {
            if !reader.has_read_all() {
                // Where it is: the future of a page is large.
                runtime.wait(pin!(reader.fill()))??;
            }
            Ok(reader.next_held())
        })
    }
}

impl FusedIterator for Messages {}

impl fmt::Debug for Messages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Messages").field(&self.report()).finish()
    }
}

/// Each draft of a [`SubmitAll`](crate::submit::SubmitAll) with its outcome, as they end: made by
/// [`Client::submit_all`](super::Client::submit_all).
///
/// The outer result is an error only inside an asynchronous runtime; then the iterator ends.
#[must_use = "nothing is sent until the iterator is asked for an outcome"]
pub struct Outcomes(Steps<submit::Outcomes>);

impl Outcomes {
    pub(super) fn new(options: SubmitAll, runtime: &Arc<Runtime>) -> Self {
        Self(Steps::new(options.stream(), runtime))
    }
}

impl Iterator for Outcomes {
    type Item = Result<(Draft, Result<Sent>)>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next()
    }
}

impl FusedIterator for Outcomes {}

impl fmt::Debug for Outcomes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outcomes").finish_non_exhaustive()
    }
}

/// Makes the iterator of what a follower tells.
macro_rules! events {
    ($(#[$about:meta])* $name:ident: $stream:ty => $event:ident) => {
        $(#[$about])*
        #[must_use = "nothing is followed until the iterator is asked for an event"]
        pub struct $name(Steps<$stream>);

        impl $name {
            pub(super) fn new(events: $stream, runtime: &Arc<Runtime>) -> Self {
                Self(Steps::new(events, runtime))
            }

            /// Stops the iterator from elsewhere, for instance from another thread: the wait for the next event then ends.
            #[must_use]
            pub fn stop_handle(&self) -> StopHandle {
                self.0.source.stop_handle()
            }
        }

        impl Iterator for $name {
            type Item = $event;

            fn next(&mut self) -> Option<$event> {
                let next = self.0.next()?;
                Some(next.unwrap_or_else($event::Fatal))
            }
        }

        impl FusedIterator for $name {}

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    };
}

events! {
    /// What happens to followed tickets: made by [`Client::follow`](super::Client::follow).
    ///
    /// Inside an asynchronous runtime it gives [`Event::Fatal`], and then it ends.
    Events: crate::Events => Event
}

impl Events {
    /// Adds tickets to the running iterator and removes them from it, from elsewhere.
    #[must_use]
    pub fn handle(&self) -> FollowHandle {
        self.0.source.handle()
    }

    /// Whether every ticket was part of an answer in this run, or was given up.
    #[must_use]
    pub fn has_connected(&self) -> bool {
        self.0.source.has_connected()
    }

    /// Whether the clock of this machine counted for what of the past is told: see [`used_local_clock`](crate::Events::used_local_clock).
    #[must_use]
    pub fn used_local_clock(&self) -> bool {
        self.0.source.used_local_clock()
    }
}

events! {
    /// What happens to the list of tickets: made by [`follow_new`](api::Tickets::<super::Client>::follow_new).
    ///
    /// Inside an asynchronous runtime it gives [`TicketEvent::Fatal`], and then it ends.
    TicketEvents: follow_new::TicketEvents => TicketEvent
}

events! {
    /// What happens to all tickets: made by [`Client::follow_all`](super::Client::follow_all).
    ///
    /// Inside an asynchronous runtime it gives [`AllEvent::Fatal`], and then it ends.
    AllEvents: follow_all::AllEvents => AllEvent
}

impl AllEvents {
    /// Whether the clock of this machine counted for where tickets begin, or for what of the past is told: see
    /// [`used_local_clock`](crate::AllEvents::used_local_clock).
    #[must_use]
    pub fn used_local_clock(&self) -> bool {
        self.0.source.used_local_clock()
    }
}

/// The pages of a list: made by [`Call::pages`](crate::api::Call::pages). The same as [`api::Pages`], as an iterator.
#[must_use = "an iterator reads nothing until it is asked for a page"]
pub struct Pages<R: api::Paged>(Steps<api::Pages<R>>);

impl<R: api::Paged> Pages<R> {
    pub(super) fn new(pages: api::Pages<R>, runtime: &Arc<Runtime>) -> Self {
        Self(Steps::new(pages, runtime))
    }

    /// What is known of the reading so far; final once the iterator has ended.
    #[must_use]
    pub fn report(&self) -> &api::ListReport {
        self.0.source.report()
    }
}

impl<R: api::Paged> Iterator for Pages<R> {
    type Item = Result<api::Page<R::Item>>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.step(|_| None, read)
    }
}

impl<R: api::Paged> FusedIterator for Pages<R> {}

impl<R: api::Paged> fmt::Debug for Pages<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pages").field(self.report()).finish()
    }
}

/// The items of a list: made by [`Call::items`](crate::api::Call::items). The same as [`api::Items`], as an iterator.
#[must_use = "an iterator reads nothing until it is asked for an item"]
pub struct Items<R: api::Paged>(Steps<api::Items<R>>);

impl<R: api::Paged> Items<R> {
    pub(super) fn new(items: api::Items<R>, runtime: &Arc<Runtime>) -> Self {
        Self(Steps::new(items, runtime))
    }

    /// What is known of the reading so far; final once the iterator has ended.
    #[must_use]
    pub fn report(&self) -> &api::ListReport {
        self.0.source.report()
    }
}

impl<R: api::Paged> Iterator for Items<R> {
    type Item = Result<R::Item>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.step(api::Items::next_held, read)
    }
}

impl<R: api::Paged> FusedIterator for Items<R> {}

impl<R: api::Paged> fmt::Debug for Items<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Items").field(self.report()).finish()
    }
}

/// The rows of a list, such as that of tickets: the same as [`rows::Rows`], as an iterator.
#[must_use = "an iterator reads nothing until it is asked for a row"]
pub struct Rows<T: Unpin>(Steps<rows::Rows<T>>);

impl<T: Unpin> Rows<T> {
    pub(super) fn new(rows: rows::Rows<T>, runtime: &Arc<Runtime>) -> Self {
        Self(Steps::new(rows, runtime))
    }

    /// What is known of the reading so far; final once the iterator has ended.
    #[must_use]
    pub fn report(&self) -> &api::ListReport {
        self.0.source.report()
    }
}

impl<T: Unpin> Iterator for Rows<T> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.step(rows::Rows::next_held, read)
    }
}

impl<T: Unpin> FusedIterator for Rows<T> {}

impl<T: Unpin> fmt::Debug for Rows<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Rows").field(self.report()).finish()
    }
}

/// The pages of a list, such as that of tickets: the same as [`rows::RowPages`], as an iterator.
#[must_use = "an iterator reads nothing until it is asked for a page"]
pub struct RowPages<T>(Steps<rows::RowPages<T>>);

impl<T> RowPages<T> {
    pub(super) fn new(pages: rows::RowPages<T>, runtime: &Arc<Runtime>) -> Self {
        Self(Steps::new(pages, runtime))
    }

    /// What is known of the reading so far; final once the iterator has ended.
    #[must_use]
    pub fn report(&self) -> &api::ListReport {
        self.0.source.report()
    }
}

impl<T> Iterator for RowPages<T> {
    type Item = Result<api::Page<T>>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.step(|_| None, read)
    }
}

impl<T> FusedIterator for RowPages<T> {}

impl<T> fmt::Debug for RowPages<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RowPages").field(self.report()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::VecDeque;

    /// Of what comes at once the first alone is waited for.
    #[test]
    fn what_is_held_is_given_without_waiting() {
        let runtime = Arc::new(Runtime::start().unwrap());
        let mut steps = Steps::new(VecDeque::<u32>::new(), &runtime);
        let mut waits = 0;
        let mut next = || {
            steps.step(VecDeque::pop_front, |held, runtime| {
                waits += 1;
                let comes = waits <= 2;
                runtime.wait(async {
                    if comes {
                        held.extend([1, 2, 3]);
                    }
                    held.pop_front()
                })
            })
        };
        let mut given = Vec::new();
        while let Some(item) = next() {
            given.push(item.unwrap());
        }
        assert_eq!((given, waits), (vec![1, 2, 3, 1, 2, 3], 3));
    }
}
