//! The record of a ticket whose opening is in doubt: enough to find out later, and never the text.

mod stored;

use crate::{
    doubt::{
        fingerprint::Fingerprint,
        id::PendingId,
        moment::{Moment, Span},
        origin::Origin,
    },
    ids::TicketId,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, fmt};
use stored::Stored;

/// The list of tickets as it was before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Before {
    /// Ids of the tickets that were seen.
    pub(crate) seen: BTreeSet<String>,
    /// Whether these were all.
    pub(crate) is_whole: bool,
    /// What is no newer than this may have been there without having been seen. `None` of a list that is not whole: anything may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) floor: Option<Timestamp>,
    /// The service's time when it was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) date: Option<Timestamp>,
}

/// The ticket that came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Made {
    pub(crate) ticket: TicketId,
    /// Whether the service itself said so in its answer, and it was not found by looking.
    pub(crate) is_told: bool,
}

/// The opening of a ticket whose outcome is not known, or was found out a moment ago.
///
/// Serialise it, keep it, and hand it to [`Client::reconcile_ticket`](crate::Client::reconcile_ticket) later, from this process
/// or another. It holds the kind of problem, the length of the description and keyed digests of it, and the ids of the tickets that
/// there were before; never a text. Who has the record can test a guess of a text, so keep it private.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Stored", try_from = "Stored")]
pub struct PendingTicket {
    pub(crate) id: PendingId,
    /// The caller's key.
    pub(crate) key: Option<String>,
    /// Where it was sent, and as whom. `None`: an older version wrote the record.
    pub(crate) origin: Option<Origin>,
    pub(crate) problem_type: String,
    pub(crate) begun_at: Timestamp,
    pub(crate) fingerprint: Fingerprint,
    pub(crate) before: Option<Before>,
    /// When it was under way, by the clock of the service.
    pub(crate) span: Option<Span>,
    /// Other tickets of this caller in doubt when it was begun, which may come into sight afterwards.
    pub(crate) rivals: BTreeSet<PendingId>,
    /// Those that stand in the list before, if they stand anywhere.
    pub(crate) past: BTreeSet<PendingId>,
    /// When its outcome was found out. `None`: it is not known.
    pub(crate) settled: Option<Moment>,
    pub(crate) made: Option<Made>,
    /// A person has ended the doubt: it stands for its key alone.
    pub(crate) forgotten: bool,
}

impl PendingTicket {
    /// Names this record.
    #[must_use]
    pub fn id(&self) -> PendingId {
        self.id
    }

    /// The key that the caller gave it.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// Id of the kind of problem.
    #[must_use]
    pub fn problem_type(&self) -> &str {
        &self.problem_type
    }

    /// Where it was sent, and as whom. `None`: an older version of this crate wrote the record.
    #[must_use]
    pub fn origin(&self) -> Option<&Origin> {
        self.origin.as_ref()
    }

    /// When it was begun, by the clock of this machine.
    #[must_use]
    pub fn begun_at(&self) -> Timestamp {
        self.begun_at
    }

    /// Length of the canonical description in UTF-16 units.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.fingerprint.units
    }

    /// The ticket, when it is known that it was opened. Such a record stays in an [`Outbox`](crate::Outbox) for a while, so that
    /// no other process takes its ticket for one of its own.
    #[must_use]
    pub fn ticket(&self) -> Option<&TicketId> {
        self.made.as_ref().map(|made| &made.ticket)
    }

    /// Whether it is known that the ticket was opened.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.settled.is_some()
    }

    /// Whether `description` is the description of this ticket, apart from line ends, outer white space and HTML entities.
    #[must_use]
    pub fn is_of(&self, description: &str) -> bool {
        self.fingerprint.is_of(description)
    }

    /// Whether a person has ended the doubt about it ([`Client::forget_ticket`](crate::Client::forget_ticket)): what became of it is
    /// not known, and the record stays for its key alone, until that is given free
    /// ([`Client::acknowledge`](crate::Client::acknowledge)).
    #[must_use]
    pub fn is_forgotten(&self) -> bool {
        self.forgotten
    }

    /// The same record, forgotten: what an [`Outbox`](crate::Outbox) is to hold in its place when a person ends the doubt about a
    /// ticket that has a [key](PendingTicket::key). [`Client::forget_ticket`](crate::Client::forget_ticket) does so. One that is
    /// settled is in no doubt, and stays as it is.
    #[must_use]
    pub fn forgotten(mut self) -> Self {
        self.forgotten = !self.is_settled();
        self
    }

    /// The record to keep of it now that `made` came of it.
    pub(crate) fn settled(mut self, at: Moment, made: Made) -> Self {
        self.settled = Some(at);
        self.made = Some(made);
        self.forgotten = false;
        self.before = None;
        self.span = None;
        self.rivals = BTreeSet::new();
        self.past = BTreeSet::new();
        self
    }
}

/// Shows no digest and no key.
impl fmt::Debug for PendingTicket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingTicket")
            .field("id", &format_args!("{}", self.id))
            .field("problem_type", &self.problem_type)
            .field("begun_at", &self.begun_at)
            .field("length", &self.fingerprint.units)
            .field("has_list", &self.before.is_some())
            .field("ticket", &self.ticket())
            .field("is_forgotten", &self.forgotten)
            .finish_non_exhaustive()
    }
}
