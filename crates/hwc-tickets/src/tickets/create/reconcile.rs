//! Finding out what became of tickets in doubt, whenever and wherever they were begun.

use super::{
    looking::{Looking, Sought},
    outcome::TicketOutcome,
    pending::{Made, PendingTicket},
};
use crate::{
    client::Client,
    doubt::{account, id::PendingId, moment::Moment},
    error::{Error, ErrorKind, Result, unconfirmed},
    outbox::{Removal, Unrecorded},
    setters::setters,
};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Name of this operation in errors.
const OPERATION: &str = "reconcile ticket";

/// One record of a ticket, and what became of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReconciledTicket {
    /// The record.
    pub pending: PendingTicket,
    /// What became of it; an error when the list of tickets, or the outbox that would tell, could not be read, or when it is of
    /// another account. It is not known then.
    pub outcome: Result<TicketOutcome>,
    /// The outbox could not take note of the outcome, which is known all the same. [`Unrecorded`] says what to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unrecorded: Option<Unrecorded>,
}

impl ReconciledTicket {
    /// A record, and what became of it.
    #[must_use]
    pub fn new(pending: PendingTicket, outcome: Result<TicketOutcome>) -> Self {
        Self {
            pending,
            outcome,
            unrecorded: None,
        }
    }
}

setters! {
    ReconciledTicket {}
    optional { unrecorded: Unrecorded }
}

impl Client {
    /// Finds out what became of a ticket whose opening is in doubt, from this process or another.
    ///
    /// Reads the list of tickets until it tells or the total deadline of the client is over. Absence takes at least the
    /// consistency window (10 s by default). A ticket that this client is still opening stays unknown: it tells its end itself.
    /// That the outbox cannot take note of the outcome is told by [`Client::reconcile_all_tickets`] alone, as
    /// [`ReconciledTicket::unrecorded`].
    ///
    /// # Errors
    /// When the list could not be read at all; [`ErrorKind::Storage`] when the outbox cannot be read. The record stays good: try
    /// again later. [`ErrorKind::Credentials`] when it was begun with another account or at another address (nothing is read then), or
    /// when nothing says whether the list is that of the same account: the outcome is as unknown as before, and the error says what
    /// to do.
    pub async fn reconcile_ticket(&self, pending: &PendingTicket) -> Result<TicketOutcome> {
        let deadline = self.parts().deadline;
        let mut reconciled = self.look_for(vec![pending.clone()], deadline).await;
        match reconciled.pop() {
            Some(one) => one.outcome,
            None => Ok(TicketOutcome::Unknown(Vec::new())),
        }
    }

    /// Reconciles every record of a ticket whose outcome is not known, from the outbox and from this client: one read of the list
    /// serves them all. Call it once at the start of a program. What this client could not write down before
    /// ([`Created::unrecorded`](crate::Created::unrecorded)), it writes down first.
    ///
    /// An outbox that several processes share holds records of tickets that another process is still opening: leave those out,
    /// and use [`Client::reconcile_all_tickets`].
    pub async fn reconcile_tickets(&self) -> Vec<ReconciledTicket> {
        self.reconcile_all_tickets(self.pending_tickets()).await
    }

    /// Finds out what became of many tickets: one read of the list serves all records. The total deadline of the client is that of
    /// them all. Each record has its own outcome; they come in any order.
    pub async fn reconcile_all_tickets(
        &self,
        records: impl IntoIterator<Item = PendingTicket>,
    ) -> Vec<ReconciledTicket> {
        let records = records.into_iter().collect();
        self.look_for(records, self.parts().deadline).await
    }

    /// The tickets whose opening is in doubt, from the outbox and from this client. Reads nothing else. An outbox that cannot be
    /// read now counts as it was when last it could.
    #[must_use]
    pub fn pending_tickets(&self) -> Vec<PendingTicket> {
        self.parts().tickets.own.open()
    }

    /// Ends the doubt about a ticket, for a person who has looked at the list and decided; nothing is sent or read.
    ///
    /// Its record leaves the outbox and this client, unless it has a key ([`CreateTicket::key`](crate::CreateTicket::key)): that one
    /// stays, is in doubt no more ([`PendingTicket::is_forgotten`]), and goes on holding the key. The same key is an error then, and
    /// nothing is sent, until [`Client::acknowledge`] gives it free: its ticket may be open. Reconciling such a record later still
    /// tells. One that was settled meanwhile is in no doubt, and stays as it is.
    ///
    /// # Errors
    /// [`ErrorKind::Storage`] when the outbox cannot be read, or cannot take note of it.
    pub fn forget_ticket(&self, id: PendingId) -> Result<()> {
        let forgotten = self.parts().tickets.own.forget(id);
        forgotten.map_err(|error| {
            Error::local(
                ErrorKind::Storage,
                format!("the outbox cannot forget the record: {error}"),
            )
            .with_source(error)
        })
    }

    async fn look_for(
        &self,
        records: Vec<PendingTicket>,
        deadline: Duration,
    ) -> Vec<ReconciledTicket> {
        let parts = self.parts();
        let own = &parts.tickets.own;
        own.write_again();
        let began = parts.clock.elapsed();
        let (under_way, open): (Vec<PendingTicket>, Vec<PendingTicket>) = records
            .into_iter()
            .partition(|record| own.is_under_way(record.id));
        let mut reconciled: Vec<ReconciledTicket> = Vec::new();
        for pending in under_way {
            let unknown = Ok(TicketOutcome::Unknown(Vec::new()));
            reconciled.push(ReconciledTicket::new(pending, unknown));
        }
        let mut own_open = Vec::new();
        for pending in open {
            match account::check_record(&parts.origin, pending.origin()) {
                Ok(()) => own_open.push(pending),
                Err(error) => {
                    let outcome = Err(error.with_operation(OPERATION));
                    reconciled.push(ReconciledTicket::new(pending, outcome));
                }
            }
        }
        let open = own_open;
        if open.is_empty() {
            return reconciled;
        }
        let sought = (open.into_iter())
            .map(|record| {
                let posted = own.posting(record.id);
                Sought::new(record, posted)
            })
            .collect();
        let mut looking = Looking::new(parts, began.saturating_add(deadline), sought);
        looking.run().await;
        let fault = looking.fault.take().filter(|_| !looking.has_read);
        let moment = Moment {
            wall: parts.clock.now(),
            service: looking.date,
        };
        for sought in looking.sought {
            let Sought {
                pending,
                outcome,
                hindered,
                is_of_unknown,
                ..
            } = sought;
            let unrecorded = match &outcome {
                TicketOutcome::Confirmed(ticket) => {
                    let made = Made {
                        ticket: ticket.clone(),
                        is_told: false,
                    };
                    own.made(&pending, moment, made)
                }
                TicketOutcome::Absent => own.remove(pending.id, Removal::Absent),
                TicketOutcome::Unknown(_) => None,
            };
            let outcome = match (&fault, &outcome, hindered) {
                (Some(fault), TicketOutcome::Unknown(_), _) => {
                    let elapsed = parts.clock.elapsed() - began;
                    Err(Error::from_fault(OPERATION, fault.clone()).with_elapsed(elapsed))
                }
                (None, TicketOutcome::Unknown(_), Some(error)) => {
                    Err(Error::local(ErrorKind::Storage, unconfirmed(&error))
                        .with_operation(OPERATION)
                        .with_source(error))
                }
                (None, TicketOutcome::Unknown(candidates), None)
                    if candidates.is_empty() && is_of_unknown =>
                {
                    let why = "it is not known yet whether the ticket was opened";
                    Err(account::not_known_whose(why).with_operation(OPERATION))
                }
                _ => Ok(outcome),
            };
            reconciled.push(ReconciledTicket {
                pending,
                outcome,
                unrecorded,
            });
        }
        reconciled
    }
}
