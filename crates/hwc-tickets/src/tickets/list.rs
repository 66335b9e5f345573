//! The tickets of the caller.

use super::{
    detail::status::TicketStatus,
    listed::ListedTicket,
    rows::{RowPages, Rows},
    wire::convert,
};
use crate::{
    api::{Call, Caller, Page, Tickets, models::tickets::ListCases},
    client::Client,
    error::{Error, ErrorKind, Result},
    ids::{GroupId, TicketId},
};
use jiff::Timestamp;
use std::{
    future::{Future, IntoFuture},
    pin::Pin,
    time::Duration,
};

const OPERATION: &str = "list tickets";
/// The service counts no further (D-33).
const LAST: u32 = 65_535;

/// A list of tickets: made by [`Tickets::list`]. Nothing is sent before it is awaited or read.
///
/// All filters that are set must fit. They are those of the service: it has none for the region, which each row names.
#[derive(Debug, Clone)]
#[must_use = "nothing is sent before it is awaited or read"]
pub struct ListTickets<C = Client> {
    call: Call<ListCases, C>,
    flaw: Option<&'static str>,
}

impl<C: Caller> Tickets<C> {
    /// Lists the tickets of the caller: one by one with [`ListTickets::items`], page by page with [`ListTickets::pages`], or awaited
    /// for one page. A blocking client has the same, and [`ListTickets::call`] for one page.
    ///
    /// The order is that of the service, and no document says which (D-60). Each ticket comes once, however the list changes while
    /// it is read; when one may be missing, the report says so. In an order of its own, the newest first: [`newest_first`].
    ///
    /// ```no_run
    /// # async fn example(client: hwc_tickets::Client) -> hwc_tickets::Result<()> {
    /// use hwc_tickets::TicketStatus;
    /// let mut tickets = client.tickets().list().status(TicketStatus::InProgress).items();
    /// while let Some(ticket) = tickets.next().await {
    ///     let ticket = ticket?;
    ///     println!("{} {}", ticket.raw_id, ticket.title);
    /// }
    /// if tickets.report().possible_gap {
    ///     println!("the list changed while it was read: one may be missing");
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// When read: [`ErrorKind::InvalidInput`] when a filter is beyond a documented limit; every kind of a
    /// read.
    pub fn list(&self) -> ListTickets<C> {
        ListTickets {
            call: Call::new(&self.client, None, ListCases::default()),
            flaw: None,
        }
    }
}

impl<C: Caller> ListTickets<C> {
    /// Those in this state. Of an unknown one there is no name to ask by.
    pub fn status(mut self, status: TicketStatus) -> Self {
        self.call.request.status = status.code();
        if status.code().is_none() {
            self.flaw = Some("tickets of an unknown status cannot be asked for");
        }
        self
    }

    /// Those opened at this time or later, to the second. Sent in the time zone of the client; that it is read so is not documented
    /// (D-60).
    pub fn opened_since(mut self, instant: Timestamp) -> Self {
        self.call.request.query_start_time = Some(self.wall_time(instant));
        self
    }

    /// Those opened at this time or earlier, to the second. As of [`ListTickets::opened_since`].
    pub fn opened_until(mut self, instant: Timestamp) -> Self {
        self.call.request.query_end_time = Some(self.wall_time(instant));
        self
    }

    /// Those with label `id`. Up to five may be named; whether a ticket then needs one or all of them is not documented (D-56).
    pub fn label(mut self, id: i64) -> Self {
        let labels = self.call.request.label_id_list.get_or_insert_default();
        labels.push(id.to_string());
        self
    }

    /// Those with `word` in their title. Up to three may be named (D-58).
    pub fn keyword(mut self, word: impl Into<String>) -> Self {
        let words = self.call.request.search_key.get_or_insert_default();
        words.push(word.into());
        self
    }

    /// Those with `text` in their id or title.
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.call.request.app_key = Some(text.into());
        self
    }

    /// Ticket `id`, as lists have it.
    pub fn id(mut self, id: &TicketId) -> Self {
        self.call.request.incident_id = Some(id.to_string());
        self
    }

    /// Those that this user inside the account opened.
    pub fn owner_id(mut self, id: impl Into<String>) -> Self {
        self.call.request.x_customer_id = Some(id.into());
        self
    }

    /// Those that the user of this name inside the account opened.
    pub fn owner_name(mut self, name: impl Into<String>) -> Self {
        self.call.request.x_customer_name = Some(name.into());
        self
    }

    /// Those of `group` (D-32). Default: the group of the client.
    pub fn group(mut self, group: GroupId) -> Self {
        self.call.about.group = Some(group);
        self
    }

    /// Total deadline of each request. Default: that of the client (30 s).
    pub fn timeout(mut self, request: Duration) -> Self {
        self.call = self.call.timeout(request);
        self
    }

    /// Most tickets of one page, up to 100, which is the default. Where several are read, at least 2: they overlap by one.
    pub fn page_size(mut self, tickets: u32) -> Self {
        self.call.request.limit = Some(tickets.clamp(1, 100).into());
        self
    }

    /// Leaves out the first `tickets`. The service counts up to 65,535.
    pub fn skip(mut self, tickets: u32) -> Self {
        self.call.request.offset = Some(tickets.into());
        if tickets > LAST {
            self.flaw = Some("the service counts tickets up to 65535: no more can be skipped");
        }
        self
    }

    fn wall_time(&self, instant: Timestamp) -> String {
        let parts = self.call.caller.client().parts();
        parts.service.zone().wall_time(instant)
    }

    /// The pages, whoever reads them.
    pub(crate) fn read(self) -> RowPages<ListedTicket> {
        if let Some(flaw) = self.flaw {
            let error = Error::local(ErrorKind::InvalidInput, flaw);
            return RowPages::refused(error.with_operation(OPERATION));
        }
        let zone = self.call.caller.client().parts().service.zone();
        RowPages::new(self.call, move |row| convert::listed(row, zone))
    }

    /// One page.
    pub(crate) async fn one(self) -> Result<Page<ListedTicket>> {
        let most = self.call.request.limit;
        let mut page = self.read().first().await?;
        if let Some(most) = most {
            page.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        }
        Ok(page)
    }

    #[cfg(feature = "blocking")]
    pub(crate) fn caller(&self) -> &C {
        &self.call.caller
    }
}

impl ListTickets {
    /// The tickets, page by page.
    pub fn pages(self) -> RowPages<ListedTicket> {
        self.read()
    }

    /// The tickets, one by one.
    pub fn items(self) -> Rows<ListedTicket> {
        Rows::new(self.read())
    }
}

impl IntoFuture for ListTickets {
    type Output = Result<Page<ListedTicket>>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.one())
    }
}

/// Puts tickets into one order, whatever order they came in: the newest first, of one time the greatest id first, those without a
/// time last.
pub fn newest_first(tickets: &mut [ListedTicket]) {
    tickets.sort_by(|one, other| {
        let key = |ticket: &ListedTicket| ticket.opened_at.instant();
        (key(other), &other.raw_id).cmp(&(key(one), &one.raw_id))
    });
}
