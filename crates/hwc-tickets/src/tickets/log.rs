//! What was done to a ticket.

use super::{
    entry::LogEntry,
    rows::{RowPages, Rows},
    ticket::Ticket,
    wire::convert,
};
use crate::{
    api::{Call, Page, models::tickets::ListCaseOperateLogs},
    error::Result,
    ids::GroupId,
};
use std::{
    future::{Future, IntoFuture},
    pin::Pin,
    time::Duration,
};

/// The log of a ticket: made by [`Ticket::log`]. Awaited, it is its first page.
#[derive(Debug, Clone)]
#[must_use = "nothing is sent before it is awaited or read"]
pub struct Log {
    call: Call<ListCaseOperateLogs>,
}

impl Ticket {
    /// What was done to the ticket, by whom, and when: as [`Log::items`], as [`Log::pages`], or awaited for the first page. The
    /// order is that of the service; no document says which (D-60).
    ///
    /// ```no_run
    /// # async fn example(ticket: hwc_tickets::Ticket) -> hwc_tickets::Result<()> {
    /// let mut entries = ticket.log().items();
    /// while let Some(entry) = entries.next().await {
    ///     println!("{}", entry?.at);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn log(&self) -> Log {
        let request = ListCaseOperateLogs::new(self.id.as_str());
        Log {
            call: Call::new(&self.client, self.group(), request),
        }
    }
}

impl Log {
    /// Acts for `group`, as a colleague's ticket needs it (D-32).
    pub fn group(mut self, group: GroupId) -> Self {
        self.call.about.group = Some(group);
        self
    }

    /// Total deadline of each request. Default: that of the client (30 s).
    pub fn timeout(mut self, request: Duration) -> Self {
        self.call = self.call.timeout(request);
        self
    }

    /// Most entries of one page, up to 100, which is the default.
    pub fn page_size(mut self, entries: u32) -> Self {
        self.call.request.limit = Some(entries.clamp(1, 100).into());
        self
    }

    /// The entries, page by page.
    pub fn pages(self) -> RowPages<LogEntry> {
        let zone = self.call.caller.parts().service.zone();
        RowPages::new(self.call, move |row| convert::entry(row, zone))
    }

    /// The entries, one by one.
    pub fn items(self) -> Rows<LogEntry> {
        Rows::new(self.pages())
    }
}

impl IntoFuture for Log {
    type Output = Result<Page<LogEntry>>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.pages().first())
    }
}
