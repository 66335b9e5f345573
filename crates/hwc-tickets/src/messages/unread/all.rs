//! How many messages wait over all tickets of the caller, without naming them.

use super::{CONCURRENCY, UnreadCounts};
use crate::{
    api::ListReport,
    client::Client,
    error::{Error, Result},
    ids::{GroupId, TicketId},
    tickets::listed::ListedTicket,
};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    future::{Future, IntoFuture},
    pin::Pin,
    time::Duration,
};

/// A question for the unread messages of all tickets: made by [`Client::unread_all`]. Nothing is sent before it is awaited.
#[derive(Debug, Clone)]
#[must_use = "nothing is asked before fetch() is awaited"]
pub struct UnreadAll {
    client: Client,
    group: Option<GroupId>,
    open_only: bool,
    concurrency: usize,
    timeout: Option<Duration>,
}

impl Client {
    /// How many messages this account has not read, over all its tickets: they are listed first, then asked for as by
    /// [`Client::unread`].
    ///
    /// ```no_run
    /// # async fn example(client: hwc_tickets::Client) {
    /// let unread = client.unread_all().open_only().await;
    /// for (ticket, number) in unread.waiting() {
    ///     println!("{number:>4} {} {}", ticket.raw_id, ticket.title);
    /// }
    /// if !unread.is_complete() {
    ///     println!("some could not be asked for: {:?}", unread.counts.failed);
    /// }
    /// # }
    /// ```
    pub fn unread_all(&self) -> UnreadAll {
        UnreadAll {
            client: self.clone(),
            group: None,
            open_only: false,
            concurrency: CONCURRENCY,
            timeout: None,
        }
    }
}

impl UnreadAll {
    /// Leaves out tickets that have ended: fewer requests, where there are many old ones.
    pub fn open_only(mut self) -> Self {
        self.open_only = true;
        self
    }

    /// At most so many counts are asked for at once; at least one. Default: 4. The list is read page by page.
    pub fn concurrency(mut self, requests: usize) -> Self {
        self.concurrency = requests.max(1);
        self
    }

    /// Acts for `group`, as colleagues' tickets need it (D-32).
    pub fn group(mut self, group: GroupId) -> Self {
        self.group = Some(group);
        self
    }

    /// Total deadline of each request. Default: that of the client (30 s).
    pub fn timeout(mut self, request: Duration) -> Self {
        self.timeout = Some(request);
        self
    }

    /// Asks. Never fails as a whole: what could not be listed or answered is in the result.
    pub async fn fetch(self) -> AllUnread {
        let mut list = self.client.tickets().list();
        if let Some(group) = &self.group {
            list = list.group(group.clone());
        }
        if let Some(request) = self.timeout {
            list = list.timeout(request);
        }
        let (read, unlisted) = match list.items().collect().await {
            Ok(read) => (read, None),
            Err(interrupted) => (interrupted.read, Some(interrupted.error)),
        };
        let mut tickets = read.items;
        if self.open_only {
            tickets.retain(|ticket| !ticket.status.has_ended());
        }
        let ids: Vec<TicketId> = tickets.iter().filter_map(|row| row.id.clone()).collect();
        let mut query = self.client.unread(ids).concurrency(self.concurrency);
        if let Some(group) = self.group {
            query = query.group(group);
        }
        if let Some(request) = self.timeout {
            query = query.timeout(request);
        }
        AllUnread {
            counts: query.fetch().await,
            tickets,
            list: read.report,
            unlisted,
        }
    }
}

impl IntoFuture for UnreadAll {
    type Output = AllUnread;
    type IntoFuture = Pin<Box<dyn Future<Output = AllUnread> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.fetch())
    }
}

/// What is known of the unread messages of all tickets.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct AllUnread {
    /// The numbers, and what was not answered.
    pub counts: UnreadCounts,
    /// The tickets that were listed, in the order of the service.
    pub tickets: Vec<ListedTicket>,
    /// What is known of the reading of the list.
    pub list: ListReport,
    /// Why the list could not be read to its end. The tickets that stand behind were not asked for.
    pub unlisted: Option<Error>,
}

impl AllUnread {
    /// These numbers, of these tickets.
    #[must_use]
    pub fn new(counts: UnreadCounts, tickets: Vec<ListedTicket>) -> Self {
        Self {
            counts,
            tickets,
            list: ListReport {
                complete: true,
                ..ListReport::default()
            },
            unlisted: None,
        }
    }

    /// The tickets with unread messages, each with their number, in the order of the list.
    pub fn waiting(&self) -> impl Iterator<Item = (&ListedTicket, u64)> {
        self.tickets.iter().filter_map(|ticket| {
            let unread = self.counts.unread.get(ticket.id.as_ref()?)?;
            (*unread > 0).then_some((ticket, *unread))
        })
    }

    /// Unread messages of all answered tickets together.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.counts.total()
    }

    /// Whether every ticket was listed and answered, as far as the list can tell.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.unlisted.is_none()
            && self.list.complete
            && !self.list.possible_gap
            && self.list.undecodable == 0
            && self.tickets.iter().all(|ticket| ticket.id.is_some())
            && self.counts.is_complete()
    }

    /// The numbers, if the list could be read to its end and every ticket was answered. Whether the list may have a gap is not asked:
    /// see [`AllUnread::is_complete`].
    ///
    /// # Errors
    /// Why the list could not be read, or else as of [`UnreadCounts::into_result`].
    pub fn into_result(self) -> Result<BTreeMap<TicketId, u64>> {
        match self.unlisted {
            Some(error) => Err(error),
            None => self.counts.into_result(),
        }
    }
}
