//! Streams as iterators: each step waits for the next item.

use super::runtime::Runtime;
use crate::{
    api,
    error::Result,
    messages::{
        follow::{Event, FollowHandle, StopHandle},
        history::ReadReport,
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
use futures_util::{StreamExt as _, stream::Fuse};
use std::{fmt, iter::FusedIterator, sync::Arc};

/// A stream, and the runtime it is polled on.
struct Steps<S> {
    stream: Fuse<S>,
    runtime: Arc<Runtime>,
    was_refused: bool,
}

impl<S: Stream + Unpin> Steps<S> {
    fn new(stream: S, runtime: &Arc<Runtime>) -> Self {
        Self {
            stream: stream.fuse(),
            runtime: Arc::clone(runtime),
            was_refused: false,
        }
    }

    /// The next item; inside a runtime an error, and then the end.
    fn next(&mut self) -> Option<Result<S::Item>> {
        if self.was_refused {
            return None;
        }
        let next = self.runtime.wait(self.stream.next());
        self.was_refused = next.is_err();
        next.transpose()
    }
}

/// The messages of a conversation: made by [`Ticket::history`](super::Ticket::history). Ends after an
/// error.
#[must_use = "an iterator reads nothing until it is asked for a message"]
pub struct Messages(Steps<crate::Messages>);

impl Messages {
    pub(super) fn new(messages: crate::Messages, runtime: &Arc<Runtime>) -> Self {
        Self(Steps::new(messages, runtime))
    }

    /// What is known of the read so far; final once the iterator has ended.
    #[must_use]
    pub fn report(&self) -> ReadReport {
        self.0.stream.get_ref().report()
    }
}

impl Iterator for Messages {
    type Item = Result<Message>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|next| next.and_then(|message| message))
    }
}

impl FusedIterator for Messages {}

impl fmt::Debug for Messages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Messages")
            .field(self.0.stream.get_ref())
            .finish()
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
                self.0.stream.get_ref().stop_handle()
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
        self.0.stream.get_ref().handle()
    }

    /// Whether every ticket was part of an answer in this run, or was given up.
    #[must_use]
    pub fn has_connected(&self) -> bool {
        self.0.stream.get_ref().has_connected()
    }

    /// Whether an age was counted back from the clock of this machine: see [`used_local_clock`](crate::Events::used_local_clock).
    #[must_use]
    pub fn used_local_clock(&self) -> bool {
        self.0.stream.get_ref().used_local_clock()
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
    /// Whether tickets begin with a moment by the clock of this machine: see [`used_local_clock`](crate::AllEvents::used_local_clock).
    #[must_use]
    pub fn used_local_clock(&self) -> bool {
        self.0.stream.get_ref().used_local_clock()
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
        self.0.stream.get_ref().report()
    }
}

impl<R: api::Paged> Iterator for Pages<R> {
    type Item = Result<api::Page<R::Item>>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|next| next.and_then(|page| page))
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
        self.0.stream.get_ref().report()
    }
}

impl<R: api::Paged> Iterator for Items<R> {
    type Item = Result<R::Item>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|next| next.and_then(|item| item))
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
        self.0.stream.get_ref().report()
    }
}

impl<T: Unpin> Iterator for Rows<T> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|next| next.and_then(|row| row))
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
        self.0.stream.get_ref().report()
    }
}

impl<T> Iterator for RowPages<T> {
    type Item = Result<api::Page<T>>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|next| next.and_then(|page| page))
    }
}

impl<T> FusedIterator for RowPages<T> {}

impl<T> fmt::Debug for RowPages<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RowPages").field(self.report()).finish()
    }
}
