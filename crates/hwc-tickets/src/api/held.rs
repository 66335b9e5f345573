//! Items of a list whose page was read: handed out one by one, or put together with the pages that follow.

use super::{Interrupted, List, ListReport, Page};
use crate::error::{Error, Result};
use futures_core::Stream;
use std::{
    collections::VecDeque,
    future::poll_fn,
    mem,
    pin::Pin,
    task::{Context, Poll},
};

/// Those that nobody took yet.
pub(crate) struct Held<T>(VecDeque<T>);

impl<T> Held<T> {
    pub(crate) fn new() -> Self {
        Self(VecDeque::new())
    }

    /// The next one.
    pub(crate) fn next(&mut self) -> Option<T> {
        self.0.pop_front()
    }

    /// The next one, of the page that comes next if none is held.
    pub(crate) fn poll_next(
        &mut self,
        pages: &mut (impl Stream<Item = Result<Page<T>>> + Unpin),
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<T>>> {
        loop {
            if let Some(item) = self.next() {
                return Poll::Ready(Some(Ok(item)));
            }
            match Pin::new(&mut *pages).poll_next(context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(None) => return Poll::Ready(None),
                // Nothing is held by now, and rows are large: none is moved.
                Poll::Ready(Some(Ok(page))) => self.0 = page.items.into(),
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Some(Err(error))),
            }
        }
    }

    /// All of them and those of the pages that follow, and why these ended early, if they did.
    pub(crate) async fn gather(
        &mut self,
        pages: &mut (impl Stream<Item = Result<Page<T>>> + Unpin),
    ) -> (Vec<T>, Option<Error>) {
        let (mut items, mut error) = (Vec::from(mem::take(&mut self.0)), None);
        while let Some(page) = poll_fn(|context| Pin::new(&mut *pages).poll_next(context)).await {
            match page {
                Ok(mut page) => items.append(&mut page.items),
                Err(why) => error = Some(why),
            }
        }
        (items, error)
    }
}

/// What was gathered, as a list: whole, or with why it is not.
pub(crate) fn ended<T>(
    (items, error): (Vec<T>, Option<Error>),
    report: ListReport,
) -> Result<List<T>, Interrupted<T>> {
    let list = List { items, report };
    match error {
        None => Ok(list),
        Some(error) => Err(Interrupted::new(list, error)),
    }
}
