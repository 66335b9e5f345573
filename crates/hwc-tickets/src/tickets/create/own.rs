//! The tickets that this caller has opened lately: what else could have become a ticket that is found, and the outbox behind it.
//!
//! Tickets have ids, so one that the service named in its answer is known for good. What is in doubt has none: two of the same
//! description cannot be told apart, and a service may show one of another description altered. Those of other processes are known
//! from the outbox, which is read after each look at the list: whatever stood there by then was written down before.

use super::{
    listing::{Listing, Seen},
    pending::{Made, PendingTicket},
};
use crate::{
    doubt::{
        id::PendingId,
        key::{Hindrance, UnderKey},
        moment::{Moment, Span},
        origin::{Kinship, Origin},
        own::{Entry, Own, UnderWay},
        record::{Fields, Record, told_by_fields},
    },
    outbox::{Outbox, Removal, Unrecorded},
};
use std::{collections::BTreeSet, io, time::Duration};

/// The recent tickets of one client, shared by its clones.
pub(crate) type OwnTickets = Own<PendingTicket>;

impl Record for PendingTicket {
    type More = ();

    told_by_fields!();

    fn begun(&self) -> Moment {
        Moment {
            wall: self.begun_at,
            service: self.before.as_ref().and_then(|before| before.date),
        }
    }

    /// One whose outcome is known counts: a process that is killed as it finds its key taken leaves another one.
    fn later(one: Self, other: Self) -> Self {
        match one.is_settled() && !other.is_settled() {
            true => one,
            false => other,
        }
    }

    fn put(&self, outbox: &dyn Outbox) -> io::Result<()> {
        outbox.put_ticket(self)
    }

    fn remove(outbox: &dyn Outbox, id: PendingId, why: Removal) -> io::Result<()> {
        outbox.remove_ticket(&id, why)
    }

    fn list(outbox: &dyn Outbox) -> io::Result<Vec<Self>> {
        outbox.list_tickets()
    }

    fn list_all(outbox: &dyn Outbox) -> io::Result<Vec<Self>> {
        outbox.list_tickets()
    }
}

/// What other tickets of this caller mean for one in doubt.
#[derive(Default)]
pub(super) struct Others {
    /// Ids of tickets that the service said to be those of others.
    pub(super) told: BTreeSet<String>,
    /// Ids of tickets that were found to be those of others.
    pub(super) found: BTreeSet<String>,
    /// Whether all others are known: it was begun by this client, or stands in its outbox.
    pub(super) is_kept: bool,
    /// Those in doubt that may come into sight since the list was read before.
    open: Vec<PendingTicket>,
    /// More of them, of which nothing is known but that they were.
    unknown: usize,
}

impl Others {
    /// Whether `found` could be the ticket of another one in doubt: of one with such a description, or of any whose own is not in
    /// sight beside it, for a service may show that altered.
    pub(super) fn could_be(&self, found: &Seen, listing: &Listing) -> bool {
        let is_alike = |other: &PendingTicket| {
            let forms = found.forms.as_ref();
            forms.is_none_or(|forms| other.fingerprint.matches_forms(forms))
        };
        self.unknown > 0
            || (self.open.iter()).any(|other| is_alike(other) || !is_beside(other, found, listing))
    }
}

/// Whether the list shows a ticket with the words of `other` that was not there before it, besides `found`.
fn is_beside(other: &PendingTicket, found: &Seen, listing: &Listing) -> bool {
    (listing.tickets.iter()).any(|(id, seen)| {
        let is_new = (other.before.as_ref()).is_some_and(|before| !before.seen.contains(id));
        let print = &other.fingerprint;
        is_new
            && seen.row.id != found.row.id
            && (seen.forms.as_ref())
                .is_some_and(|forms| print.matches_canonical(forms) || print.matches_folded(forms))
    })
}

impl OwnTickets {
    /// What has come to stand under `key` since nothing did.
    pub(super) fn kept_by_now(&self, key: &str) -> io::Result<UnderKey<PendingTicket>> {
        self.kept_since(|record| record.key() == Some(key))
    }

    /// Writes it down before its first byte goes out; the list was begun to be read at `before_at` on the monotonic clock. Until
    /// [`OwnTickets::made`] or [`OwnTickets::gone`] is called, its outcome counts as not known: a future that is dropped in the
    /// middle leaves it so.
    pub(super) fn begin(
        &self,
        pending: &mut PendingTicket,
        before_at: Duration,
    ) -> Result<UnderWay<PendingTicket>, Hindrance> {
        let id = pending.id;
        let listed = match pending.key {
            Some(_) => self.read_outbox().map_err(Hindrance::Outbox)?,
            // Nobody is kept from opening a ticket. Before one that is found counts, all are read again, without exception.
            None => self.listed(),
        };
        let begun = pending.begun();
        // Of one that was forgotten a person has looked: it stands for its key alone.
        for other in listed.iter().filter(|other| other.is_in_doubt()) {
            match self.has_ended_before(other, begun) {
                true => pending.past.insert(other.id),
                false => pending.rivals.insert(other.id),
            };
        }
        let mut entries = self.lock();
        let has_key = |entry: &Entry<PendingTicket>| {
            pending.key.is_some() && entry.pending.key == pending.key
        };
        if entries.iter().any(has_key) {
            return Err(Hindrance::KeyTaken);
        }
        for other in entries.iter_mut().filter(|it| !it.pending.is_settled()) {
            let ended = (other.posted)
                .is_some_and(|posted| posted.until.saturating_add(self.shows_after()) < before_at);
            if ended {
                pending.rivals.remove(&other.pending.id);
                pending.past.insert(other.pending.id);
            } else {
                pending.rivals.insert(other.pending.id);
                pending.past.remove(&other.pending.id);
                other.pending.rivals.insert(id);
            }
        }
        Self::remember(&mut entries, pending.clone(), ());
        drop(entries);
        let under_way = self.under_way(id);
        if let Err(error) = self.store(pending) {
            self.drop_entry(id);
            return Err(Hindrance::Outbox(error));
        }
        if let Some(key) = pending.key() {
            let is_other = |other: &PendingTicket| other.id != id && other.key() == Some(key);
            self.claim(id, is_other)?;
        }
        // As long as anything is in doubt, all that could be taken for it stay.
        let is_needed = listed.iter().any(PendingTicket::is_in_doubt);
        self.remove_over(&listed, begun, |_| is_needed);
        Ok(under_way)
    }

    /// Whether nothing says that `pending` was begun with the credentials of `client`, and nothing says the contrary.
    pub(super) fn is_of_unknown(&self, pending: &PendingTicket, client: &Origin) -> bool {
        let is_ours = self.lock().iter().any(|it| it.pending.id == pending.id);
        !is_ours && client.kinship(pending.origin()) == Kinship::Unknown
    }

    /// Those of this and of other processes whose outcome is not known.
    pub(super) fn open(&self) -> Vec<PendingTicket> {
        let listed = self.listed();
        let entries = self.lock();
        let own = |id: PendingId| entries.iter().any(|entry| entry.pending.id == id);
        // Another process may have settled it.
        let is_settled =
            |id: PendingId| (listed.iter()).any(|record| record.id == id && record.is_settled());
        let here = (entries.iter().map(|entry| &entry.pending)).filter(|it| !is_settled(it.id));
        let mut open: Vec<PendingTicket> = here
            .chain(listed.iter().filter(|record| !own(record.id)))
            .filter(|record| record.is_in_doubt())
            .cloned()
            .collect();
        open.sort_by_key(|record| (record.begun_at, record.id));
        open
    }

    /// `made` came of it, as was found out at `moment`. Tells what the outbox could not take note of.
    pub(super) fn made(
        &self,
        pending: &PendingTicket,
        moment: Moment,
        made: Made,
    ) -> Option<Unrecorded> {
        let settled = pending.clone().settled(moment, made);
        let mut entries = self.lock();
        let entry = (entries.iter_mut()).find(|entry| entry.pending.id == pending.id);
        let is_ours = entry.is_some();
        if let Some(entry) = entry {
            entry.pending = settled.clone();
        }
        drop(entries);
        if !is_ours {
            match self.read_outbox() {
                Ok(records) if records.iter().any(|it| it.id == pending.id) => {}
                // The caller keeps it.
                Ok(_) => return None,
                // It may be there.
                Err(error) => return Some(Unrecorded::new(pending.id, error.to_string())),
            }
        }
        self.store_settled(&settled)
    }

    /// A person has ended the doubt about `id`: see [`Own::end_doubt`].
    ///
    /// # Errors
    /// When the outbox cannot take note of it.
    pub(super) fn forget(&self, id: PendingId) -> io::Result<()> {
        self.end_doubt(id, |_| {})
    }

    /// What others mean for `pending`, as they stand after a look at the list.
    ///
    /// # Errors
    /// When the outbox cannot be read: then nothing that is found proves anything.
    pub(super) fn others(&self, pending: &PendingTicket) -> io::Result<Others> {
        let listed = self.read_outbox()?;
        let entries = self.lock();
        let mut others = Others::default();
        let own: BTreeSet<PendingId> = entries.iter().map(|entry| entry.pending.id).collect();
        others.is_kept = own.contains(&pending.id) || listed.iter().any(|it| it.id == pending.id);
        let records = (entries.iter().map(|entry| &entry.pending))
            .chain(listed.iter().filter(|record| !own.contains(&record.id)));
        for record in records.filter(|record| record.id != pending.id) {
            match &record.made {
                Some(made) if made.is_told => {
                    others.told.insert(made.ticket.to_string());
                }
                Some(made) => {
                    others.found.insert(made.ticket.to_string());
                }
                None if record.forgotten || pending.past.contains(&record.id) => {}
                None => others.open.push(record.clone()),
            }
        }
        if !others.is_kept {
            others.unknown = pending.rivals.len();
        }
        Ok(others)
    }
}
