//! How many messages wait, over any number of tickets at once.

mod all;
pub(crate) mod batch;

pub use all::{AllUnread, UnreadAll};

use crate::{
    client::Client,
    error::{Advice, Error, ErrorKind, Result},
    ids::{GroupId, TicketId},
    messages::{message::Undecodable, wire::UnreadCount},
    service::{self, About},
    setters::setters,
};
use futures_util::{StreamExt as _, stream::FuturesUnordered};
use hwc_core::CallOptions;
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    future::{Future, IntoFuture},
    pin::Pin,
    time::Duration,
};

/// What this crate calls the operation in errors.
const OPERATION: &str = "count unread messages";
/// Requests under way at once, unless the call says otherwise.
const CONCURRENCY: usize = 4;

/// A question for the number of unread messages of many tickets. Nothing is sent before it is awaited.
#[derive(Debug, Clone)]
#[must_use = "nothing is asked before fetch() is awaited"]
pub struct UnreadQuery {
    client: Client,
    tickets: Vec<TicketId>,
    group: Option<GroupId>,
    concurrency: usize,
    timeout: Option<Duration>,
}

impl Client {
    /// How many messages of `tickets` this account has not read.
    ///
    /// Any number of tickets: they are asked for in groups of at most 100 ids and 6 KiB of URL, each id
    /// once. A group that is refused for one of its ids is split until that id stands alone.
    ///
    /// ```no_run
    /// # async fn example(client: hwc_tickets::Client, ids: Vec<hwc_tickets::TicketId>) {
    /// let unread_counts = client.unread(ids).fetch().await;
    /// for (ticket, number) in unread_counts.unread.iter().filter(|(_, number)| **number > 0) {
    ///     println!("{number:>4} {ticket}");
    /// }
    /// # }
    /// ```
    pub fn unread(&self, tickets: impl IntoIterator<Item = TicketId>) -> UnreadQuery {
        UnreadQuery {
            client: self.clone(),
            tickets: tickets.into_iter().collect(),
            group: None,
            concurrency: CONCURRENCY,
            timeout: None,
        }
    }
}

impl UnreadQuery {
    /// At most so many requests at once; at least one. Default: 4.
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

    /// Asks. Never fails as a whole: what could not be answered is in the result, by name.
    pub async fn fetch(self) -> UnreadCounts {
        let parts = self.client.parts();
        let mut options = CallOptions::default();
        options.deadline = Some(self.timeout.unwrap_or(parts.deadline));
        let group = self.group.as_ref().or(self.client.group());
        let ask = |batch: Vec<TicketId>| {
            let options = &options;
            async move {
                let about = About { group, options };
                let answer = parts.service.unread(&batch, about).await;
                (batch, answer.and_then(service::fresh))
            }
        };

        let mut waiting: VecDeque<Vec<TicketId>> = batch::batches(self.tickets, group).into();
        // Shared by all groups, so that a refusal of everything does not multiply the requests.
        let mut extra = waiting.len() * batch::EXTRA_REQUESTS;
        let mut unread_counts = UnreadCounts::default();
        let mut under_way = FuturesUnordered::new();
        let mut stopped = false;
        loop {
            while under_way.len() < self.concurrency
                && let Some(batch) = waiting.pop_front()
            {
                if stopped {
                    unread_counts.fail(batch, stopped_error());
                } else {
                    under_way.push(ask(batch));
                }
            }
            let Some((batch, answer)) = under_way.next().await else {
                return unread_counts;
            };
            match answer {
                Ok(answer) => {
                    unread_counts.undecodable.extend(answer.body.undecodable);
                    unread_counts.take(batch, answer.body.counts);
                }
                Err(fault) => {
                    let error = Error::from_fault(OPERATION, fault);
                    stopped |= is_about_the_caller(error.kind());
                    match (extra >= 2)
                        .then(|| batch::split(batch.clone(), &error))
                        .flatten()
                    {
                        Some(halves) => {
                            extra -= halves.len().min(extra);
                            halves
                                .into_iter()
                                .rev()
                                .for_each(|half| waiting.push_front(half));
                        }
                        None => unread_counts.fail(batch, error),
                    }
                }
            }
        }
    }
}

impl IntoFuture for UnreadQuery {
    type Output = UnreadCounts;
    type IntoFuture = Pin<Box<dyn Future<Output = UnreadCounts> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.fetch())
    }
}

/// Whether every other request would meet the same refusal.
fn is_about_the_caller(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::Unauthorized | ErrorKind::Credentials)
}

fn stopped_error() -> Error {
    let detail = "not asked, because the credentials were refused for other tickets";
    Error::local(ErrorKind::Stopped, detail).with_operation(OPERATION)
}

/// What is known of the unread messages of many tickets.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct UnreadCounts {
    /// Number of unread messages of each ticket that was answered. The service counts up to 65535.
    pub unread: BTreeMap<TicketId, u64>,
    /// Tickets that the service left out of its answer, or named without a number: unknown to it,
    /// foreign, or closed. Their number is not 0, it is not known.
    pub unanswered: Vec<TicketId>,
    /// Tickets whose request failed, with the reason; also where a machine on the way gave an answer that it had stored.
    pub failed: Vec<FailedTickets>,
    /// Items of answers that could not be read; their tickets are among the unanswered ones.
    pub undecodable: Vec<Undecodable>,
}

/// Tickets whose request failed together.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FailedTickets {
    /// The tickets.
    pub tickets: Vec<TicketId>,
    /// Why they were not answered.
    pub error: Error,
}

impl FailedTickets {
    /// These tickets were not answered, for this reason.
    #[must_use]
    pub fn new(tickets: Vec<TicketId>, error: Error) -> Self {
        Self { tickets, error }
    }
}

setters! {
    UnreadCounts {
        unanswered: Vec<TicketId>,
        failed: Vec<FailedTickets>,
        undecodable: Vec<Undecodable>,
    }
}

impl UnreadCounts {
    /// These numbers of unread messages, and nothing that failed.
    #[must_use]
    pub fn new(unread: BTreeMap<TicketId, u64>) -> Self {
        Self {
            unread,
            ..Self::default()
        }
    }

    /// Unread messages of all answered tickets together.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.unread
            .values()
            .fold(0, |total: u64, number| total.saturating_add(*number))
    }

    /// Whether every ticket was answered.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.unanswered.is_empty() && self.failed.is_empty()
    }

    /// The numbers, if every ticket was answered.
    ///
    /// # Errors
    /// The first failure; [`ErrorKind::NotFound`] when the service left tickets out.
    pub fn into_result(self) -> Result<BTreeMap<TicketId, u64>> {
        if let Some(failed) = self.failed.into_iter().next() {
            return Err(failed.error);
        }
        match self.unanswered.len() {
            0 => Ok(self.unread),
            number => {
                let detail = format!("the service did not answer for {number} of the tickets");
                Err(Error::local(ErrorKind::NotFound, detail)
                    .with_operation(OPERATION)
                    .with_advice(Advice::CheckTickets))
            }
        }
    }

    /// Takes what was answered for tickets of which none stands in the batch twice.
    fn take(&mut self, batch: Vec<TicketId>, counts: Vec<UnreadCount>) {
        // Each named once, in the order in which they were asked for: nothing has to be looked up.
        let is_in_order = batch.len() == counts.len()
            && (batch.iter().zip(&counts)).all(|(ticket, count)| ticket.as_str() == count.ticket);
        if is_in_order {
            for (ticket, count) in batch.into_iter().zip(counts) {
                self.note(ticket, count.unread);
            }
            return;
        }
        // Named twice: the larger number, so that nothing is overlooked.
        let mut answered: HashMap<String, u64> = HashMap::with_capacity(counts.len());
        for UnreadCount { ticket, unread } in counts {
            if let Some(unread) = unread {
                let number = answered.entry(ticket).or_default();
                *number = unread.max(*number);
            }
        }
        for ticket in batch {
            let unread = answered.get(ticket.as_str()).copied();
            self.note(ticket, unread);
        }
    }

    /// Notes the number of one ticket, or that there is none.
    fn note(&mut self, ticket: TicketId, unread: Option<u64>) {
        match unread {
            Some(unread) => {
                self.unread.insert(ticket, unread);
            }
            None => self.unanswered.push(ticket),
        }
    }

    fn fail(&mut self, tickets: Vec<TicketId>, error: Error) {
        self.failed.push(FailedTickets { tickets, error });
    }
}
