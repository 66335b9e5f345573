//! The pages of a list whose type nobody knows.

use crate::{
    api::{ListAudit, Page, Paged, Pages},
    error::{Error, ErrorKind, Result},
};
use futures_core::Stream;
use serde::Serialize;
use serde_json::Value;
use std::{
    fmt,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll},
};

/// The pages of a list as JSON, as a stream: made by [`Operation::pages`](crate::api::Operation::pages). Ends after an error.
#[must_use = "nothing is sent before it is polled"]
pub struct JsonPages(Box<dyn Listing + Send>);

/// Pages of any type.
trait Listing {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Page<Value>>>>;
    fn audit(&self) -> &ListAudit;
}

impl<R: Paged<Item: Serialize>> Listing for Pages<R> {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Page<Value>>>> {
        let page = Pin::new(self).poll_next(context);
        page.map(|page| page.map(|page| untyped::<R>(page?)))
    }

    fn audit(&self) -> &ListAudit {
        Pages::audit(self)
    }
}

fn untyped<R: Paged<Item: Serialize>>(page: Page<R::Item>) -> Result<Page<Value>> {
    let untyped = page.try_map(serde_json::to_value);
    untyped.map_err(|_| without_json(R::OPERATION.name))
}

/// An answer that was read as what is documented can be written as JSON again.
pub(super) fn without_json(operation: &'static str) -> Error {
    let detail = "the answer has no form in JSON";
    Error::local(ErrorKind::Protocol, detail).with_operation(operation)
}

impl JsonPages {
    pub(super) fn new<R: Paged<Item: Serialize>>(pages: Pages<R>) -> Self {
        Self(Box::new(pages))
    }

    /// The next page; `None` at the end.
    pub async fn next(&mut self) -> Option<Result<Page<Value>>> {
        poll_fn(|context| self.0.poll(context)).await
    }

    /// What is known of the reading so far; final once the stream has ended.
    #[must_use]
    pub fn audit(&self) -> &ListAudit {
        self.0.audit()
    }
}

impl Stream for JsonPages {
    type Item = Result<Page<Value>>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll(context)
    }
}

impl fmt::Debug for JsonPages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("JsonPages");
        shown.field("audit", self.audit()).finish_non_exhaustive()
    }
}
