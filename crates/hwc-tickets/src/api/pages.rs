//! Lists: their pages, and their items one by one.

use super::{
    Call, Caller, Interrupted, List, ListReport, Page, Paged,
    held::{self, Held},
    walk::Walk,
};
use crate::{doubt::moment::ServiceClock, error::Result};
use futures_core::Stream;
use std::{
    fmt,
    future::{Future, poll_fn},
    pin::Pin,
    task::{Context, Poll},
};

type Step<R> = (Box<Walk<R>>, Option<Result<Page<<R as Paged>::Item>>>);

/// Where a stream stands. A step that was begun goes on, even when nobody waited for it any more.
enum State<R: Paged> {
    Idle(Box<Walk<R>>),
    Busy(Pin<Box<dyn Future<Output = Step<R>> + Send>>),
    /// Between two others; and after an error.
    Moving,
}

/// The pages of a list, as a stream: made by [`Call::pages`]. A page holds at least one item, or says what of it could not
/// be read. Ends after an error.
#[must_use = "nothing is sent before it is polled"]
pub struct Pages<R: Paged> {
    state: State<R>,
    report: ListReport,
    clock: Option<ServiceClock>,
}

impl<R: Paged> Pages<R> {
    pub(crate) fn new(call: Call<R, impl Caller>) -> Self {
        let Call {
            caller,
            request,
            about,
        } = call;
        Self {
            state: State::Idle(Box::new(Walk::new(caller.client(), request, about))),
            report: ListReport::default(),
            clock: None,
        }
    }

    /// The next page; `None` at the end.
    pub async fn next(&mut self) -> Option<Result<Page<R::Item>>> {
        poll_fn(|context| self.poll(context)).await
    }

    /// What is known of the reading so far; final once the stream has ended.
    #[must_use]
    pub fn report(&self) -> &ListReport {
        &self.report
    }

    /// What the clock of the service showed with the first answer that told, or earlier than that. `None`: none did yet.
    pub(crate) fn clock(&self) -> Option<ServiceClock> {
        self.clock
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Page<R::Item>>>> {
        loop {
            match std::mem::replace(&mut self.state, State::Moving) {
                State::Idle(mut walk) => {
                    self.state = State::Busy(Box::pin(async move {
                        let page = walk.page().await.transpose();
                        (walk, page)
                    }));
                }
                State::Busy(mut step) => match step.as_mut().poll(context) {
                    Poll::Pending => {
                        self.state = State::Busy(step);
                        return Poll::Pending;
                    }
                    Poll::Ready((walk, page)) => {
                        self.report.clone_from(walk.report());
                        self.clock = walk.clock();
                        if !matches!(page, Some(Err(_))) {
                            self.state = State::Idle(walk);
                        }
                        return Poll::Ready(page);
                    }
                },
                State::Moving => return Poll::Ready(None),
            }
        }
    }
}

impl<R: Paged> Stream for Pages<R> {
    type Item = Result<Page<R::Item>>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll(context)
    }
}

impl<R: Paged> fmt::Debug for Pages<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Pages");
        shown.field("report", &self.report).finish_non_exhaustive()
    }
}

/// The items of a list, as a stream: made by [`Call::items`]. Items that cannot be read are left out and counted in the
/// report.
#[must_use = "nothing is sent before it is polled"]
pub struct Items<R: Paged> {
    pages: Pages<R>,
    held: Held<R::Item>,
}

impl<R: Paged> Items<R> {
    pub(crate) fn new(call: Call<R, impl Caller>) -> Self {
        Self {
            pages: Pages::new(call),
            held: Held::new(),
        }
    }

    /// The next item; `None` at the end.
    pub async fn next(&mut self) -> Option<Result<R::Item>> {
        poll_fn(|context| self.poll(context)).await
    }

    /// All items, in memory, with the report of the reading.
    ///
    /// # Errors
    /// Why the list could not be read to its end, and what was read before: it becomes an [`Error`](crate::Error) with `?`.
    pub async fn collect(mut self) -> Result<List<R::Item>, Interrupted<R::Item>> {
        let gathered = self.held.gather(&mut self.pages).await;
        held::ended(gathered, self.pages.report)
    }

    /// What is known of the reading so far; final once the stream has ended. Whole pages are counted.
    #[must_use]
    pub fn report(&self) -> &ListReport {
        self.pages.report()
    }

    /// The next item, where its page was read already: without a request.
    #[cfg(feature = "blocking")]
    pub(crate) fn next_held(&mut self) -> Option<R::Item> {
        self.held.next()
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<R::Item>>> {
        self.held.poll_next(&mut self.pages, context)
    }
}

impl<R: Paged> Stream for Items<R> {
    type Item = Result<R::Item>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll(context)
    }
}

impl<R: Paged> fmt::Debug for Items<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Items");
        shown.field("report", self.report()).finish_non_exhaustive()
    }
}

impl<R: Paged> Call<R> {
    /// The pages, as a stream. They overlap by a row, where an item has an id: a list that changes while it is read neither
    /// doubles nor loses an item in silence, see [`ListReport`].
    pub fn pages(self) -> Pages<R> {
        Pages::new(self)
    }

    /// The items, as a stream. What sets the size of a page sets only that: every item comes.
    pub fn items(self) -> Items<R> {
        Items::new(self)
    }
}
