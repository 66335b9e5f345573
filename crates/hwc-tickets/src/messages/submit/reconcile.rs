//! Finding out what became of submits in doubt, whenever and wherever they were begun.

use super::{
    outcome::Outcome,
    pending::{Pending, PendingId},
    search::{Search, Sought},
};
use crate::{
    client::Client,
    doubt::{account, moment::Moment, pace::yield_now},
    error::{Error, ErrorKind, Result, unconfirmed},
    ids::{GroupId, TicketId},
    outbox::{Removal, Unrecorded},
    setters::setters,
};
use futures_util::{StreamExt as _, lock::Mutex as AsyncMutex, stream};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, io, sync::Arc, time::Duration};

/// Name of this operation in errors.
const OPERATION: &str = "reconcile message";
/// Tickets that are looked into at once. Most of the time they wait for the consistency window.
const TICKETS_AT_ONCE: usize = 256;
/// Reads of those tickets that are under way at once.
const READS_AT_ONCE: usize = 16;

/// One record of the outbox, and what became of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Reconciled {
    /// The record.
    pub pending: Pending,
    /// What became of it; an error when the ticket, or the outbox that would tell, could not be read, or when it is of another
    /// account. It is not known then.
    pub outcome: Result<Outcome>,
    /// The outbox could not take note of the outcome, which is known all the same. [`Unrecorded`] says what to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unrecorded: Option<Unrecorded>,
}

impl Reconciled {
    /// A record, and what became of it.
    #[must_use]
    pub fn new(pending: Pending, outcome: Result<Outcome>) -> Self {
        Self {
            pending,
            outcome,
            unrecorded: None,
        }
    }
}

setters! {
    Reconciled {}
    optional { unrecorded: Unrecorded }
}

impl Client {
    /// Finds out what became of a submit whose outcome was not known, from this process or another.
    ///
    /// Reads the conversation until it tells or the total deadline of the client is over. Absence takes
    /// at least the consistency window (10 s by default). A record that has no baseline, because the
    /// conversation could not be read before the submit, is confirmed by its reference tag alone; for the
    /// others the outcome lists what could be it.
    ///
    /// If the same text was sent to the ticket again in the meantime, both may stay unknown: they look
    /// the same. This client and its outbox keep count of that. For a record that you keep yourself
    /// across a restart, only the time tells: the same text sent again within about 15 s of the doubt can
    /// then be taken for the first. A reference tag leaves no room for any of this.
    ///
    /// That the outbox cannot take note of the outcome is told by [`Client::reconcile_all`] alone, as
    /// [`Reconciled::unrecorded`].
    ///
    /// A submit that this client is still carrying out stays unknown: it tells its end itself. Of one whose message was taken
    /// back by this client, or with its outbox, that is told and nothing is read.
    ///
    /// # Errors
    /// [`ErrorKind::Credentials`] when it was begun with another account or at another address: nothing is read then.
    /// When the ticket could not be read at all. [`ErrorKind::Storage`] when a message there could be it and
    /// [`Outbox::list_all`](crate::Outbox::list_all) fails: the error says why. The record stays good: try
    /// again later.
    pub async fn reconcile(&self, pending: &Pending) -> Result<Outcome> {
        self.reconcile_within(pending, self.parts().deadline).await
    }

    /// Like [`Client::reconcile`] with a deadline of its own.
    ///
    /// # Errors
    /// When the ticket could not be read at all. [`ErrorKind::Storage`] when a message there could be it and
    /// [`Outbox::list_all`](crate::Outbox::list_all) fails: the error says why. The record stays good: try
    /// again later.
    pub async fn reconcile_within(&self, pending: &Pending, deadline: Duration) -> Result<Outcome> {
        self.see_outbox();
        let mut reconciled = self
            .reconcile_records(vec![pending.clone()], deadline, None)
            .await;
        match reconciled.pop() {
            Some(one) => one.outcome,
            None => Ok(Outcome::Unknown(Vec::new())),
        }
    }

    /// Finds out what became of many submits: one read of a ticket serves all its records, and up to 256
    /// tickets are looked into at once, with up to 16 reads under way. The total deadline of the client
    /// is that of each ticket.
    ///
    /// Each record has its own outcome: one ticket that cannot be read does not hide the others.
    pub async fn reconcile_all(
        &self,
        records: impl IntoIterator<Item = Pending>,
    ) -> Vec<Reconciled> {
        self.see_outbox();
        self.reconcile_each(records).await
    }

    /// The same, with what was read of the outbox last.
    async fn reconcile_each(&self, records: impl IntoIterator<Item = Pending>) -> Vec<Reconciled> {
        let mut tickets: BTreeMap<(TicketId, Option<GroupId>), Vec<Pending>> = BTreeMap::new();
        for record in records {
            let ticket = (record.ticket.clone(), record.group.clone());
            tickets.entry(ticket).or_default().push(record);
        }
        let places: Vec<Arc<AsyncMutex<()>>> = (0..READS_AT_ONCE).map(|_| Arc::default()).collect();
        let deadline = self.parts().deadline;
        let reconciled = stream::iter(tickets.into_values().zip(places.into_iter().cycle()))
            .map(|(records, place)| self.reconcile_records(records, deadline, Some(place)))
            .buffered(TICKETS_AT_ONCE)
            .collect::<Vec<_>>()
            .await;
        reconciled.into_iter().flatten().collect()
    }

    /// Reconciles every record of the outbox whose outcome is not known: see [`Client::reconcile_all`]. Call it
    /// once at the start of a program. Without an outbox it covers what this client itself has submitted
    /// and does not know the outcome of. What this client could not write down before
    /// ([`Sent::unrecorded`](crate::Sent::unrecorded)), it writes down first.
    ///
    /// An outbox that several processes share holds records of submits that another process is still carrying
    /// out. Leave those out: pick from [`Client::pending`] and use [`Client::reconcile_all`].
    pub async fn reconcile_outbox(&self) -> Vec<Reconciled> {
        self.parts().messages.own.write_again();
        self.reconcile_each(self.pending()).await
    }

    /// The submits whose outcome is not known, from the outbox and from this client. Reads no ticket.
    #[must_use]
    pub fn pending(&self) -> Vec<Pending> {
        self.parts().messages.own.open()
    }

    /// Ends the doubt about a submit, for a person who has looked at the ticket and decided; nothing is sent or read.
    ///
    /// Its record leaves the outbox and this client, unless it has a key ([`Submit::key`](crate::Submit::key)): that one stays, is in
    /// doubt no more ([`Pending::is_forgotten`]), and goes on holding the key. The same key is an error then, and nothing is sent,
    /// until [`Client::acknowledge`] gives it free: its message may be in the ticket. Reconciling such a record later still tells.
    /// One that was settled meanwhile is in no doubt, and stays as it is.
    ///
    /// # Errors
    /// [`ErrorKind::Storage`] when the outbox cannot be read, or cannot take note of it.
    pub fn forget(&self, id: PendingId) -> Result<()> {
        let forgotten = self.parts().messages.own.forget(id);
        forgotten.map_err(|error| {
            Error::local(
                ErrorKind::Storage,
                format!("the outbox cannot forget the record: {error}"),
            )
            .with_source(error)
        })
    }

    /// What another process has taken note of since the outbox was read last is known then.
    fn see_outbox(&self) {
        let own = &self.parts().messages.own;
        own.write_again();
        let _ = own.listed();
    }

    /// Reconciles records that all are of one ticket and group.
    async fn reconcile_records(
        &self,
        records: Vec<Pending>,
        deadline: Duration,
        place: Option<Arc<AsyncMutex<()>>>,
    ) -> Vec<Reconciled> {
        let parts = self.parts();
        let began = parts.clock.elapsed();
        let (mut under_way, open): (Vec<Pending>, Vec<Pending>) = records
            .into_iter()
            .partition(|record| parts.messages.own.is_under_way(record.id));
        let mut reconciled: Vec<Reconciled> = (under_way.drain(..))
            .map(|pending| Reconciled::new(pending, Ok(Outcome::Unknown(Vec::new()))))
            .collect();
        let mut own_open = Vec::new();
        for pending in open {
            let told = match account::check_record(&parts.origin, pending.origin()) {
                Ok(()) => parts.messages.own.taken_back(&pending).map(Ok),
                Err(error) => Some(Err(error.with_operation(OPERATION))),
            };
            match told {
                None => own_open.push(pending),
                Some(told) => {
                    reconciled.push(Reconciled::new(pending, told.map(Outcome::Recalled)));
                }
            }
        }
        let open = own_open;
        let Some(first) = open.first() else {
            return reconciled;
        };
        let ticket = first.ticket.clone();
        let group = first.group.clone().or_else(|| parts.group.clone());
        let sought = open
            .into_iter()
            .map(|record| {
                let posted = parts.messages.own.posting(record.id);
                Sought::new(record, posted)
            })
            .collect();
        let until = began.saturating_add(deadline);
        let mut search = Search::new(parts, &ticket, group.as_ref(), until, sought);
        if let Some(place) = place {
            search = search.taking_turns(place);
        }
        search.run().await;
        let (has_read, date) = (search.has_read, search.date);
        let fault = search.fault.take().filter(|_| !has_read);
        for Sought {
            mut pending,
            outcome,
            hindered,
            ..
        } in search.sought
        {
            // Only with the yes of the service it is known that there is one at all.
            pending.landed = None;
            let unrecorded = self.settle(&pending, &outcome, date);
            yield_now().await;
            let outcome = match (&fault, &outcome, hindered) {
                (Some(fault), Outcome::Unknown(_), _) => {
                    let elapsed = parts.clock.elapsed() - began;
                    Err(Error::from_fault(OPERATION, fault.clone()).with_elapsed(elapsed))
                }
                (None, Outcome::Unknown(_), Some(error)) => Err(unreadable(error)),
                _ => Ok(outcome),
            };
            reconciled.push(Reconciled {
                pending,
                outcome,
                unrecorded,
            });
        }
        reconciled
    }

    /// Takes down what was found out, and tells what the outbox could not take note of.
    fn settle(
        &self,
        pending: &Pending,
        outcome: &Outcome,
        date: Option<Timestamp>,
    ) -> Option<Unrecorded> {
        let parts = self.parts();
        match outcome {
            Outcome::Confirmed(_) => {
                let moment = Moment {
                    wall: parts.clock.now(),
                    service: date,
                };
                parts
                    .messages
                    .own
                    .arrived(pending, parts.clock.elapsed(), moment)
            }
            Outcome::Absent => parts.messages.own.remove(pending.id, Removal::Absent),
            Outcome::Unknown(_) | Outcome::Recalled(_) => None,
        }
    }
}

/// What was found could be it, and the outbox that would tell cannot be read.
fn unreadable(error: Arc<io::Error>) -> Error {
    Error::local(ErrorKind::Storage, unconfirmed(&error))
        .with_operation(OPERATION)
        .with_source(error)
}
