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
        key::{Hindrance, Kept},
        moment::{Moment, Posting},
        origin::{Kinship, Origin},
    },
    messages::submit::outbox::{Outbox, Removal},
};
use jiff::SignedDuration;
use std::{
    collections::BTreeSet,
    fmt, io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// Tickets that are remembered. Older ones whose outcome is known are forgotten first.
const MOST_ENTRIES: usize = 10_000;
/// How far the clocks of two machines, or of two parts of the service, may be apart.
const CLOCK_SLACK: Duration = Duration::from_secs(5);
/// A settled record stays at least so long after the consistency window: longer than it takes from reading the list to writing a
/// record.
const KEPT: Duration = Duration::from_secs(180);
/// A settled record whose time by the clock of the service is not known stays so long.
const KEPT_BY_WALL: SignedDuration = SignedDuration::from_hours(24);
/// No POST is under way for so long: that of a process that died has ended by then.
const LONGEST_POST: Duration = Duration::from_secs(24 * 60 * 60);

/// The recent tickets of one client, shared by its clones.
#[derive(Clone)]
pub(crate) struct OwnTickets(Arc<Inner>);

struct Inner {
    outbox: Option<Arc<dyn Outbox>>,
    window: Duration,
    entries: Mutex<Vec<Entry>>,
    /// What the outbox held when it was last read well.
    listed: Mutex<Vec<PendingTicket>>,
}

struct Entry {
    pending: PendingTicket,
    /// When its POST was under way. `None`: it was not seen to its end.
    posted: Option<Posting>,
    /// Whether it is still being carried out.
    under_way: bool,
}

/// Holds as long as a ticket is being opened, also when its future is dropped.
pub(super) struct UnderWay {
    own: OwnTickets,
    id: PendingId,
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let mut entries = self.own.lock();
        if let Some(entry) = (entries.iter_mut()).find(|entry| entry.pending.id == self.id) {
            entry.under_way = false;
        }
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
    pub(crate) fn new(outbox: Option<Arc<dyn Outbox>>, window: Duration) -> Self {
        Self(Arc::new(Inner {
            outbox,
            window,
            entries: Mutex::default(),
            listed: Mutex::default(),
        }))
    }

    /// Whether records outlive this client.
    pub(super) fn is_durable(&self) -> bool {
        self.0.outbox.is_some()
    }

    /// What stands under `key`.
    pub(super) fn kept(&self, key: &str) -> io::Result<Kept<PendingTicket>> {
        let listed = self.listed()?;
        let entries = self.lock();
        let own = (entries.iter()).find(|entry| entry.pending.key() == Some(key));
        Ok(match own {
            Some(entry) if entry.under_way => Kept::UnderWay,
            // Another process may have settled it.
            Some(entry) => Kept::Record(Box::new(
                (listed.into_iter())
                    .filter(|it| it.id == entry.pending.id && it.key() == Some(key))
                    .find(PendingTicket::is_settled)
                    .unwrap_or_else(|| entry.pending.clone()),
            )),
            // One whose outcome is known counts: a process that is killed as it finds its key taken leaves another one.
            None => (listed.into_iter())
                .filter(|record| record.key() == Some(key))
                .max_by_key(PendingTicket::is_settled)
                .map_or(Kept::Nothing, |record| Kept::Record(Box::new(record))),
        })
    }

    /// What has come to stand under `key` since nothing did.
    pub(super) fn kept_by_now(&self, key: &str) -> io::Result<Kept<PendingTicket>> {
        let listed = self.listed()?;
        let entries = self.lock();
        let all = (entries.iter().map(|entry| &entry.pending)).chain(&listed);
        let news = all.filter(|record| record.key() == Some(key));
        Ok(Kept::by_now(news, PendingTicket::is_settled))
    }

    /// Writes it down before its first byte goes out; the list was begun to be read at `before_at` on the monotonic clock. Until
    /// [`OwnTickets::made`] or [`OwnTickets::gone`] is called, its outcome counts as not known: a future that is dropped in the
    /// middle leaves it so.
    pub(super) fn begin(
        &self,
        pending: &mut PendingTicket,
        before_at: Duration,
    ) -> Result<UnderWay, Hindrance> {
        let id = pending.id;
        let listed = match pending.key {
            Some(_) => self.listed().map_err(Hindrance::Outbox)?,
            // Nobody is kept from opening a ticket. Before one that is found counts, all are read again, without exception.
            None => self.listed_or_last(),
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
        let has_key = |entry: &Entry| pending.key.is_some() && entry.pending.key == pending.key;
        if entries.iter().any(has_key) {
            return Err(Hindrance::KeyTaken);
        }
        let enough = self.0.window.saturating_add(CLOCK_SLACK);
        for other in entries.iter_mut().filter(|it| !it.pending.is_settled()) {
            let ended = (other.posted)
                .is_some_and(|posted| posted.until.saturating_add(enough) < before_at);
            if ended {
                pending.rivals.remove(&other.pending.id);
                pending.past.insert(other.pending.id);
            } else {
                pending.rivals.insert(other.pending.id);
                pending.past.remove(&other.pending.id);
                other.pending.rivals.insert(id);
            }
        }
        if entries.len() >= MOST_ENTRIES {
            let settled = (entries.iter()).position(|entry| entry.pending.is_settled());
            entries.remove(settled.unwrap_or(0));
        }
        entries.push(Entry {
            pending: pending.clone(),
            posted: None,
            under_way: true,
        });
        drop(entries);
        let under_way = UnderWay {
            own: self.clone(),
            id,
        };
        if let Err(error) = self.store(pending) {
            self.drop_entry(id);
            return Err(Hindrance::Outbox(error));
        }
        if let Some(key) = pending.key() {
            // Another process may have written the same key since it was looked for. Each looks after it has written, so that at
            // least one sees the other; who sees another sends nothing.
            let is_taken = self.listed().map(|listed| {
                (listed.iter()).any(|other| other.id != id && other.key() == Some(key))
            });
            match is_taken {
                Ok(false) => {}
                Ok(true) => {
                    let _ = self.gone(id, Removal::KeyTaken);
                    return Err(Hindrance::KeyTaken);
                }
                Err(error) => {
                    let _ = self.gone(id, Removal::NotDone);
                    return Err(Hindrance::Outbox(error));
                }
            }
        }
        self.tidy(&listed, begun);
        Ok(under_way)
    }

    /// When the POST of `id` was under way, if this client saw it to its end.
    pub(super) fn posting(&self, id: PendingId) -> Option<Posting> {
        let entries = self.lock();
        entries.iter().find(|entry| entry.pending.id == id)?.posted
    }

    /// Whether `id` is still being carried out by this client.
    pub(super) fn is_under_way(&self, id: PendingId) -> bool {
        let entries = self.lock();
        (entries.iter()).any(|entry| entry.pending.id == id && entry.under_way)
    }

    /// Whether nothing says that `pending` was begun with the credentials of `client`, and nothing says the contrary.
    pub(super) fn is_of_unknown(&self, pending: &PendingTicket, client: &Origin) -> bool {
        let is_ours = self.lock().iter().any(|it| it.pending.id == pending.id);
        !is_ours && client.kinship(pending.origin()) == Kinship::Unknown
    }

    /// Those of this and of other processes whose outcome is not known.
    pub(super) fn open(&self) -> Vec<PendingTicket> {
        let listed = self.listed_or_last();
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

    /// Its outcome stays unknown: writes down what was learned, and gives the record to keep.
    pub(super) fn keep(&self, pending: &PendingTicket, posted: Posting) -> PendingTicket {
        // What another process has found out or forgotten is not written over.
        let mut listed = self.listed_or_last().into_iter();
        let stored = listed.find(|it| it.id == pending.id);
        let is_settled = stored.as_ref().is_some_and(PendingTicket::is_settled);
        let is_forgotten = stored.as_ref().is_some_and(PendingTicket::is_forgotten);
        let mut entries = self.lock();
        let Some(entry) = (entries.iter_mut()).find(|entry| entry.pending.id == pending.id) else {
            return pending.clone();
        };
        entry.posted = Some(posted);
        let has_news = entry.pending.span != pending.span;
        entry.pending.span = pending.span;
        entry.pending.forgotten |= is_forgotten;
        let kept = entry.pending.clone();
        drop(entries);
        if has_news && !is_settled {
            // The older record is in the outbox: less is known from it, nothing wrong.
            let _ = self.store(&kept);
        }
        kept
    }

    /// `made` came of it, as was found out at `moment`.
    pub(super) fn made(&self, pending: &PendingTicket, moment: Moment, made: Made) {
        let settled = pending.clone().settled(moment, made);
        let mut entries = self.lock();
        let entry = (entries.iter_mut()).find(|entry| entry.pending.id == pending.id);
        let is_ours = entry.is_some();
        if let Some(entry) = entry {
            entry.pending = settled.clone();
        }
        drop(entries);
        let is_kept = |records: Vec<PendingTicket>| records.iter().any(|it| it.id == pending.id);
        if is_ours || self.listed().is_ok_and(is_kept) {
            // When that cannot be written, it is reconciled once more later: harmless.
            let _ = self.store(&settled);
        }
    }

    /// Nothing came of it and never will, or nobody wants to know any more.
    pub(super) fn gone(&self, id: PendingId, why: Removal) -> io::Result<()> {
        self.drop_entry(id);
        self.last_listed().retain(|record| record.id != id);
        (self.0.outbox.as_ref()).map_or(Ok(()), |outbox| outbox.remove_ticket(&id, why))
    }

    /// A person has ended the doubt about `id`. What has a key keeps it: nobody knows what became of it, so nothing may be sent
    /// under that key until it is given free.
    ///
    /// # Errors
    /// When the outbox cannot take note of it.
    pub(super) fn forget(&self, id: PendingId) -> io::Result<()> {
        let listed = self.listed()?;
        let here = (self.lock().iter())
            .find(|entry| entry.pending.id == id)
            .map(|entry| entry.pending.clone());
        let record = here.or_else(|| listed.into_iter().find(|record| record.id == id));
        let Some(record) = record.filter(|record| record.key.is_some()) else {
            return self.gone(id, Removal::Forgotten);
        };
        if record.is_settled() {
            // There is no doubt about it.
            return Ok(());
        }
        let forgotten = record.forgotten();
        // Not later: what cannot be written down is as it was.
        self.store(&forgotten)?;
        self.drop_entry(id);
        let mut listed = self.last_listed();
        listed.retain(|record| record.id != id);
        listed.push(forgotten);
        Ok(())
    }

    /// Whether it is known what became of what was sent under `key`, if anything was, or whether a person has forgotten it.
    pub(crate) fn is_known(&self, key: &str) -> io::Result<bool> {
        Ok(match self.kept(key)? {
            Kept::Nothing => true,
            Kept::UnderWay => false,
            Kept::Record(record) => !record.is_in_doubt(),
        })
    }

    /// The caller has taken note of what is kept under `key`. `false`: it is not known yet what became of it.
    pub(crate) fn acknowledge(&self, key: &str) -> io::Result<bool> {
        let mut record = match self.kept(key)? {
            Kept::Nothing => return Ok(true),
            Kept::UnderWay => return Ok(false),
            Kept::Record(record) if record.forgotten => {
                self.gone(record.id, Removal::Forgotten)?;
                return Ok(true);
            }
            Kept::Record(record) if !record.is_settled() => return Ok(false),
            Kept::Record(record) => record,
        };
        // The record itself stays until no other one can be taken for its ticket.
        record.key = None;
        self.store(&record)?;
        // Not before: what cannot be written down is as it was.
        let mut entries = self.lock();
        if let Some(entry) = (entries.iter_mut()).find(|entry| entry.pending.id == record.id) {
            entry.pending.key = None;
        }
        Ok(true)
    }

    /// What others mean for `pending`, as they stand after a look at the list.
    ///
    /// # Errors
    /// When the outbox cannot be read: then nothing that is found proves anything.
    pub(super) fn others(&self, pending: &PendingTicket) -> io::Result<Others> {
        let listed = self.listed()?;
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

    /// Whether the POST of a record in doubt had ended so long before `begun` that a list of that time holds its ticket, if there
    /// is one.
    fn has_ended_before(&self, record: &PendingTicket, begun: Moment) -> bool {
        let enough = self.0.window.saturating_add(CLOCK_SLACK);
        (record.ended()).is_some_and(|ended| ended.is_before(begun, enough))
            || record.begun().is_before(begun, LONGEST_POST)
    }

    /// Removes settled records that nobody can need any more.
    fn tidy(&self, listed: &[PendingTicket], now: Moment) {
        let Some(outbox) = &self.0.outbox else { return };
        if listed.iter().any(PendingTicket::is_in_doubt) {
            return;
        }
        let enough = self.0.window.saturating_add(KEPT);
        let is_over = |settled: Moment| {
            settled.is_before(now, enough)
                || (settled.service.is_none()
                    && now.wall.duration_since(settled.wall) > KEPT_BY_WALL)
        };
        for record in listed.iter().filter(|record| record.key.is_none()) {
            if record.settled.is_some_and(is_over) {
                // It stays, and is tried again later.
                let _ = outbox.remove_ticket(&record.id, Removal::Over);
            }
        }
    }

    fn drop_entry(&self, id: PendingId) {
        let mut entries = self.lock();
        entries.retain(|entry| entry.pending.id != id);
        for entry in entries.iter_mut() {
            entry.pending.rivals.remove(&id);
        }
    }

    fn store(&self, pending: &PendingTicket) -> io::Result<()> {
        (self.0.outbox.as_ref()).map_or(Ok(()), |outbox| outbox.put_ticket(pending))
    }

    /// The records of the outbox as they are now, every one of them.
    fn listed(&self) -> io::Result<Vec<PendingTicket>> {
        let Some(outbox) = &self.0.outbox else {
            return Ok(Vec::new());
        };
        let all = outbox.list_tickets()?;
        self.last_listed().clone_from(&all);
        self.see_forgotten(&all);
        Ok(all)
    }

    /// Of what another process has forgotten this client remembers no more than that one does: what the outbox holds.
    fn see_forgotten(&self, listed: &[PendingTicket]) {
        let forgotten: BTreeSet<PendingId> = (listed.iter())
            .filter(|record| record.forgotten)
            .map(|record| record.id)
            .collect();
        if forgotten.is_empty() {
            return;
        }
        let is_it = |entry: &&Entry| {
            let record = &entry.pending;
            !record.is_settled() && !entry.under_way && forgotten.contains(&record.id)
        };
        let here: Vec<PendingId> = (self.lock().iter())
            .filter(is_it)
            .map(|entry| entry.pending.id)
            .collect();
        for id in here {
            self.drop_entry(id);
        }
    }

    /// The same; when it cannot be read, as it was when last it could.
    fn listed_or_last(&self) -> Vec<PendingTicket> {
        match self.listed() {
            Ok(all) => all,
            Err(_) => self.last_listed().clone(),
        }
    }

    fn last_listed(&self) -> MutexGuard<'_, Vec<PendingTicket>> {
        (self.0.listed.lock()).unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Entry>> {
        (self.0.entries.lock()).unwrap_or_else(PoisonError::into_inner)
    }
}

/// Shows no content.
impl fmt::Debug for OwnTickets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnTickets")
            .field("entries", &self.lock().len())
            .finish_non_exhaustive()
    }
}
