//! The record of a submit whose outcome is not known: enough to find out later, and never the text.

mod stored;

use super::baseline::{Baseline, Seen};
use crate::{
    doubt::{
        fingerprint::Fingerprint,
        moment::{Moment, Span},
        origin::Origin,
        part_key::is_of_part,
    },
    ids::{AttachmentId, GroupId, MessageId, TicketId},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, fmt};
use stored::Stored;

pub use crate::doubt::id::{InvalidPendingId, PendingId};

/// A submit whose outcome is not known, or was found out a moment ago.
///
/// Serialise it (JSON or any other serde format), keep it, and hand it to
/// [`Client::reconcile`](crate::Client::reconcile) later, from this process or another. It holds the
/// ticket, the ids of the attachments, the length of the text and keyed digests of it and of its first 400 UTF-16 units, marks of
/// the messages that stood in the ticket before and of the one it made; never a text. Who has the record can
/// test a guess of a text, so keep it as private as the ticket itself.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Stored", try_from = "Stored")]
pub struct Pending {
    pub(crate) id: PendingId,
    /// The caller's key.
    pub(crate) key: Option<String>,
    /// Where it was sent, and as whom. `None`: an older version wrote the record.
    pub(crate) origin: Option<Origin>,
    pub(crate) ticket: TicketId,
    pub(crate) group: Option<GroupId>,
    pub(crate) begun_at: Timestamp,
    pub(crate) fingerprint: Fingerprint,
    pub(crate) reference: Option<String>,
    /// What its message names. Of a record that an older version of this crate wrote, and of a settled one, none.
    pub(crate) attachments: Vec<AttachmentId>,
    pub(crate) baseline: Option<Baseline>,
    /// When it was under way, by the clock of the service.
    pub(crate) span: Option<Span>,
    /// Other submits of the same text by this caller that may have arrived since the baseline.
    pub(crate) rivals: BTreeSet<PendingId>,
    /// Submits, of whatever text, whose messages stand in the baseline, if they stand anywhere.
    pub(crate) past: BTreeSet<PendingId>,
    /// More rivals, counted by an older version of this crate.
    pub(crate) counted_rivals: u32,
    /// It is in the ticket, and this is when that was found out. `None`: its outcome is not known.
    pub(crate) settled: Option<Moment>,
    /// The message that it made: the service said yes, and this was read back as the only one that it can be. `None`: not
    /// known for sure.
    pub(crate) landed: Option<Seen>,
    /// Its message, which this caller took back: the service said so, or the ticket shows it no more. Of a settled record alone.
    pub(crate) recalled: Option<MessageId>,
    /// Its message, which stood in the ticket when this caller set out to take it back; `recalled` says whether that acted, as far
    /// as it is known. Of a settled record alone.
    pub(crate) recalling: Option<MessageId>,
    /// A person has ended the doubt: it stands for its key alone.
    pub(crate) forgotten: bool,
}

impl Pending {
    /// Names this submit.
    #[must_use]
    pub fn id(&self) -> PendingId {
        self.id
    }

    /// The key that the caller gave it; of a part of a text, the one that was made of that for the part.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// Whether it was sent under this key of the caller: as one message, or as a part of a text.
    #[must_use]
    pub fn is_under(&self, key: &str) -> bool {
        let own = self.key.as_deref();
        own.is_some_and(|own| own == key || is_of_part(own, key))
    }

    /// The ticket it was for.
    #[must_use]
    pub fn ticket(&self) -> &TicketId {
        &self.ticket
    }

    /// The group it was made for.
    #[must_use]
    pub fn group(&self) -> Option<&GroupId> {
        self.group.as_ref()
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

    /// The visible tag in the text, e.g. `[ref 7F3K2Q]`, if it has one.
    #[must_use]
    pub fn reference(&self) -> Option<&str> {
        self.reference.as_deref()
    }

    /// The attachments of its message, in order. When it is found to be absent, no message has them: give them to
    /// [`Submit::attach`](crate::Submit::attach) of the next try. Of a settled record, and of one that an older version of this
    /// crate wrote, none are told.
    #[must_use]
    pub fn attachments(&self) -> &[AttachmentId] {
        &self.attachments
    }

    /// Length of the canonical text in UTF-16 units.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.fingerprint.units
    }

    /// Whether it is known to be in the ticket. Such a record stays in an [`Outbox`](super::Outbox) for a
    /// while, so that another process does not take its message for one of its own.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.settled.is_some()
    }

    /// Whether it proves nothing that its message is not in the ticket.
    pub(crate) fn is_shaky(&self) -> bool {
        self.baseline.as_ref().is_some_and(|it| it.shaky)
    }

    /// Its message, if this caller took it back ([`Ticket::recall`](crate::Ticket::recall)), and the service said so or the ticket
    /// shows it no more: it was in the ticket and is not there. `None` as well where it was not certain by then which message is its own.
    #[must_use]
    pub fn recalled(&self) -> Option<&MessageId> {
        self.recalled.as_ref()
    }

    /// Whether a person has ended the doubt about it ([`Client::forget`](crate::Client::forget)): what became of it is not known, and
    /// the record stays for its key alone, until that is given free ([`Client::acknowledge`](crate::Client::acknowledge)).
    #[must_use]
    pub fn is_forgotten(&self) -> bool {
        self.forgotten
    }

    /// The same record, forgotten: what an [`Outbox`](super::Outbox) is to hold in its place when a person ends the doubt about a
    /// submit that has a [key](Pending::key). [`Client::forget`](crate::Client::forget) does so. One that is settled is in no doubt,
    /// and stays as it is.
    #[must_use]
    pub fn forgotten(mut self) -> Self {
        self.forgotten = !self.is_settled();
        self
    }

    /// Whether the ticket was read before it was sent. Without that, its message is found by a reference tag alone, and never found
    /// to be absent.
    #[must_use]
    pub fn has_baseline(&self) -> bool {
        self.baseline.is_some()
    }

    /// The record to keep of it now that it is in the ticket: what is needed to know its message again, and to tell
    /// whether it is in sight yet.
    pub(crate) fn settled(mut self, at: Moment) -> Self {
        self.settled = Some(at);
        self.forgotten = false;
        self.span = None;
        self.rivals = BTreeSet::new();
        self.past = BTreeSet::new();
        self.attachments = Vec::new();
        self
    }

    /// Whether the message of `other` stood in the ticket already when this one was sent.
    pub(crate) fn came_after(&self, other: &Self) -> bool {
        (self.baseline.as_ref().zip(other.landed.as_ref()))
            .is_some_and(|(baseline, landed)| baseline.holds(landed))
    }

    /// Whether `text` is the text of this submit, apart from line ends, outer white space and HTML
    /// entities. For a text longer than 400 UTF-16 units an equal beginning of that length counts.
    #[must_use]
    pub fn is_of(&self, text: &str) -> bool {
        self.fingerprint.is_of(text)
    }
}

/// Shows no digest and no key.
impl fmt::Debug for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending")
            .field("id", &format_args!("{}", self.id))
            .field("ticket", &self.ticket)
            .field("group", &self.group)
            .field("begun_at", &self.begun_at)
            .field("length", &self.fingerprint.units)
            .field("has_baseline", &self.baseline.is_some())
            .field("is_settled", &self.is_settled())
            .field("is_forgotten", &self.forgotten)
            .finish_non_exhaustive()
    }
}
