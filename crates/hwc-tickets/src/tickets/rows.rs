//! Lists whose rows are of this crate: read as those of [`api`](crate::api), each row turned into its own type.

use crate::{
    api::{
        Call, Caller, Interrupted, List, ListReport, Page, Paged, Pages,
        held::{self, Held},
    },
    doubt::moment::ServiceClock,
    error::{Error, Result},
};
use futures_core::Stream;
use std::{
    fmt,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll},
};

/// Where pages come from.
trait Source<T>: Send {
    fn poll_page(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Page<T>>>>;
    fn report(&self) -> &ListReport;
    /// What the clock of the service showed with the first answer that told, or earlier.
    fn clock(&self) -> Option<ServiceClock>;
    /// One page without rows.
    fn nothing(&self) -> Page<T>;
}

/// A list of the service, whose rows are read by `read`.
struct Read<R: Paged, F> {
    pages: Pages<R>,
    read: F,
}

impl<R, T, F> Source<T> for Read<R, F>
where
    R: Paged,
    F: FnMut(R::Item) -> T + Send,
{
    fn poll_page(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Page<T>>>> {
        let read = &mut self.read;
        match Pin::new(&mut self.pages).poll_next(context) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(None) => Poll::Ready(None),
            Poll::Ready(Some(Err(error))) => Poll::Ready(Some(Err(error))),
            Poll::Ready(Some(Ok(page))) => Poll::Ready(Some(page.try_map(|row| Ok(read(row))))),
        }
    }

    fn report(&self) -> &ListReport {
        self.pages.report()
    }

    fn clock(&self) -> Option<ServiceClock> {
        self.pages.clock()
    }

    fn nothing(&self) -> Page<T> {
        Page::new(R::LIST, self.pages.report().reported)
    }
}

/// A list that cannot be asked for.
struct Refused {
    error: Option<Error>,
    report: ListReport,
}

impl<T> Source<T> for Refused {
    fn poll_page(&mut self, _: &mut Context<'_>) -> Poll<Option<Result<Page<T>>>> {
        Poll::Ready(self.error.take().map(Err))
    }

    fn report(&self) -> &ListReport {
        &self.report
    }

    fn clock(&self) -> Option<ServiceClock> {
        None
    }

    fn nothing(&self) -> Page<T> {
        Page::new("", None)
    }
}

/// The pages of a list, as a stream. A page holds at least one row, or says what of it could not be read. They overlap by a row: a
/// list that changes while it is read neither doubles nor loses a row in silence, see [`ListReport`]. Ends after an error.
#[must_use = "nothing is sent before it is polled"]
pub struct RowPages<T>(Box<dyn Source<T>>);

impl<T> RowPages<T> {
    /// The pages of `call`, each row turned into another type.
    pub(crate) fn new<R: Paged>(
        call: Call<R, impl Caller>,
        read: impl FnMut(R::Item) -> T + Send + 'static,
    ) -> Self {
        Self(Box::new(Read {
            pages: Pages::new(call),
            read,
        }))
    }

    /// Nothing but this error.
    pub(crate) fn refused(error: Error) -> Self {
        Self(Box::new(Refused {
            error: Some(error),
            report: ListReport::default(),
        }))
    }

    /// The next page; `None` at the end.
    pub async fn next(&mut self) -> Option<Result<Page<T>>> {
        poll_fn(|context| self.0.poll_page(context)).await
    }

    /// What is known of the reading so far; final once the stream has ended.
    #[must_use]
    pub fn report(&self) -> &ListReport {
        self.0.report()
    }

    /// The first page, which may have no row.
    pub(crate) async fn first(mut self) -> Result<Page<T>> {
        match self.next().await {
            Some(page) => page,
            None => Ok(self.0.nothing()),
        }
    }
}

impl<T> Stream for RowPages<T> {
    type Item = Result<Page<T>>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_page(context)
    }
}

impl<T> fmt::Debug for RowPages<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("RowPages");
        shown.field("report", self.report()).finish_non_exhaustive()
    }
}

/// The rows of a list, as a stream: each once, in the order in which the service lists them. Rows that cannot be read are left out
/// and counted in the report.
#[must_use = "nothing is sent before it is polled"]
pub struct Rows<T> {
    pages: RowPages<T>,
    held: Held<T>,
}

impl<T: Unpin> Rows<T> {
    pub(crate) fn new(pages: RowPages<T>) -> Self {
        Self {
            pages,
            held: Held::new(),
        }
    }

    /// The next row; `None` at the end.
    pub async fn next(&mut self) -> Option<Result<T>> {
        poll_fn(|context| self.poll(context)).await
    }

    /// All rows, in memory, with the report of the reading, in the order in which they came.
    ///
    /// # Errors
    /// Why the list could not be read to its end, and what was read before: it becomes an [`Error`] with `?`.
    pub async fn collect(mut self) -> Result<List<T>, Interrupted<T>> {
        self.gather().await
    }

    /// All rows that were not handed out: as [`Rows::collect`].
    pub(crate) async fn gather(&mut self) -> Result<List<T>, Interrupted<T>> {
        let gathered = self.held.gather(&mut self.pages).await;
        held::ended(gathered, self.report().clone())
    }

    /// What is known of the reading so far; final once the stream has ended. Whole pages are counted.
    #[must_use]
    pub fn report(&self) -> &ListReport {
        self.pages.report()
    }

    /// What the clock of the service showed with the first answer that told, or earlier.
    pub(crate) fn clock(&self) -> Option<ServiceClock> {
        self.pages.0.clock()
    }

    /// The next row, where its page was read already: without a request.
    #[cfg(feature = "blocking")]
    pub(crate) fn next_held(&mut self) -> Option<T> {
        self.held.next()
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<T>>> {
        self.held.poll_next(&mut self.pages, context)
    }
}

impl<T: Unpin> Stream for Rows<T> {
    type Item = Result<T>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll(context)
    }
}

impl<T> fmt::Debug for Rows<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Rows");
        shown
            .field("report", self.pages.report())
            .finish_non_exhaustive()
    }
}
