//! What one client has sent lately, and the outbox behind it: what holds of every kind of record.
//!
//! What other processes have sent is known from the outbox alone. It is read again after each look at the service: whatever a look
//! shows was written down before.

use super::{
    id::PendingId,
    key::{Hindrance, UnderKey},
    moment::{Moment, Posting},
    record::Record,
};
use crate::outbox::{Outbox, Removal, Unrecorded};
use jiff::SignedDuration;
use std::{
    collections::BTreeSet,
    fmt, io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// Entries that are remembered. Older ones whose outcome is known are forgotten first.
const MOST_ENTRIES: usize = 10_000;
/// How far the clocks of two machines, or of two parts of the service, may be apart.
const CLOCK_SLACK: Duration = Duration::from_secs(5);
/// A settled record stays at least so long after the consistency window: longer than it takes from the look before something is
/// sent to its record.
const KEPT: Duration = Duration::from_secs(180);
/// A settled record whose time by the clock of the service is not known stays so long.
const KEPT_BY_WALL: SignedDuration = SignedDuration::from_hours(24);
/// No POST is under way for so long: that of a process that died has ended by then.
const LONGEST_POST: Duration = Duration::from_secs(24 * 60 * 60);

/// The recent records of one client, shared by its clones.
#[derive(Clone)]
pub(crate) struct Own<R: Record>(Arc<Inner<R>>);

struct Inner<R: Record> {
    outbox: Option<Arc<dyn Outbox>>,
    window: Duration,
    entries: Mutex<Vec<Entry<R>>>,
    /// What the outbox held when it was last read well.
    listed: Mutex<Vec<R>>,
}

/// What was begun by this client.
pub(crate) struct Entry<R: Record> {
    pub(crate) pending: R,
    /// When its POST was under way. `None`: it was not seen to its end.
    pub(crate) posted: Option<Posting>,
    /// Whether it is still being carried out.
    under_way: bool,
    /// Why the outbox does not say yet that its outcome is known.
    unrecorded: Option<Unrecorded>,
    pub(crate) more: R::More,
}

/// Holds as long as something is being carried out, also when its future is dropped.
pub(crate) struct UnderWay<R: Record> {
    own: Own<R>,
    id: PendingId,
}

impl<R: Record> Drop for UnderWay<R> {
    fn drop(&mut self) {
        let mut entries = self.own.lock();
        if let Some(entry) = (entries.iter_mut()).find(|entry| entry.pending.id() == self.id) {
            entry.under_way = false;
        }
    }
}

impl<R: Record> Own<R> {
    /// Nothing is known yet, also of what the outbox holds.
    pub(crate) fn new(outbox: Option<Arc<dyn Outbox>>, window: Duration) -> Self {
        Self(Arc::new(Inner {
            outbox,
            window,
            entries: Mutex::default(),
            listed: Mutex::default(),
        }))
    }

    /// The consistency window.
    pub(crate) fn window(&self) -> Duration {
        self.0.window
    }

    /// Time after which what was sent shows in every read, whatever clocks tell it.
    pub(crate) fn shows_after(&self) -> Duration {
        self.0.window.saturating_add(CLOCK_SLACK)
    }

    /// Whether there is an outbox, which outlives this client and which other processes may share.
    pub(crate) fn has_outbox(&self) -> bool {
        self.0.outbox.is_some()
    }

    /// Remembers what is being carried out from now on. In the place of the oldest whose outcome is known, where there are too many.
    pub(crate) fn remember(entries: &mut Vec<Entry<R>>, pending: R, more: R::More) {
        if entries.len() >= MOST_ENTRIES {
            let settled = (entries.iter()).position(|entry| entry.pending.is_settled());
            entries.remove(settled.unwrap_or(0));
        }
        entries.push(Entry {
            pending,
            posted: None,
            under_way: true,
            unrecorded: None,
            more,
        });
    }

    /// Until this goes, `id` is being carried out.
    pub(crate) fn under_way(&self, id: PendingId) -> UnderWay<R> {
        UnderWay {
            own: self.clone(),
            id,
        }
    }

    /// Another process may have written the key of `id` since it was looked for; `is_other` tells a record that stands under it.
    /// Each looks after it has written, so that at least one sees the other; who sees another sends nothing.
    pub(crate) fn claim(
        &self,
        id: PendingId,
        is_other: impl Fn(&R) -> bool,
    ) -> Result<(), Hindrance> {
        match self.read_outbox() {
            Ok(records) if !records.iter().any(&is_other) => Ok(()),
            Ok(_) => {
                let unremoved = self.remove(id, Removal::KeyTaken);
                Err(Hindrance::KeyTaken.beside(unremoved))
            }
            Err(error) => {
                let unremoved = self.remove(id, Removal::NotDone);
                Err(Hindrance::Outbox(error).beside(unremoved))
            }
        }
    }

    /// What stands under `key`.
    pub(crate) fn kept(&self, key: &str) -> io::Result<UnderKey<R>> {
        let listed = self.read_outbox()?;
        Ok(self.kept_of(key, &listed))
    }

    /// The same, of an outbox that holds `listed`.
    fn kept_of(&self, key: &str, listed: &[R]) -> UnderKey<R> {
        let listed = listed.iter().filter(|record| record.key() == Some(key));
        let entries = self.lock();
        let own = (entries.iter()).find(|entry| entry.pending.key() == Some(key));
        let record = match own {
            Some(entry) if entry.under_way => return UnderKey::UnderWay,
            // Another process may have settled it.
            Some(entry) => {
                let mut stored = listed.filter(|record| record.id() == entry.pending.id());
                let settled = stored.find(|record| record.is_settled());
                Some(settled.unwrap_or(&entry.pending).clone())
            }
            None => listed.cloned().reduce(R::later),
        };
        record.map_or(UnderKey::Nothing, |record| {
            UnderKey::Record(Box::new(record))
        })
    }

    /// What has come to stand under a key since it was looked for, as `is_news` tells: what is settled counts. What is not counts as
    /// under way: whoever began it meanwhile may still be working on it.
    pub(crate) fn kept_since(&self, is_news: impl Fn(&R) -> bool) -> io::Result<UnderKey<R>> {
        let listed = self.read_outbox()?;
        let entries = self.lock();
        let all = (entries.iter().map(|entry| &entry.pending)).chain(&listed);
        let mut kept = UnderKey::Nothing;
        for record in all.filter(|record| is_news(record)) {
            if record.is_settled() {
                return Ok(UnderKey::Record(Box::new(record.clone())));
            }
            kept = UnderKey::UnderWay;
        }
        Ok(kept)
    }

    /// Whether it is known what became of what was sent under `key`, if anything was, or whether a person has forgotten it.
    /// The outbox holds `listed`.
    pub(crate) fn is_known(&self, key: &str, listed: &[R]) -> bool {
        match self.kept_of(key, listed) {
            UnderKey::Nothing => true,
            UnderKey::UnderWay => false,
            UnderKey::Record(record) => !record.is_in_doubt(),
        }
    }

    /// The caller has taken note of what is kept under `key`. `false`: it is not known yet what became of it.
    pub(crate) fn acknowledge(&self, key: &str) -> io::Result<bool> {
        let mut record = match self.kept(key)? {
            UnderKey::Nothing => return Ok(true),
            UnderKey::UnderWay => return Ok(false),
            UnderKey::Record(record) if record.is_forgotten() => {
                self.gone(record.id(), Removal::Forgotten)?;
                return Ok(true);
            }
            UnderKey::Record(record) if !record.is_settled() => return Ok(false),
            UnderKey::Record(record) => *record,
        };
        // The record itself stays until no other one can be taken for what it made.
        *record.fields().key = None;
        self.store(&record)?;
        // Not before: what cannot be written down is as it was.
        let mut entries = self.lock();
        let mut own = entries.iter_mut();
        if let Some(own) = own.find(|own| own.pending.id() == record.id()) {
            *own.pending.fields().key = None;
            own.unrecorded = None;
        }
        Ok(true)
    }

    /// When the POST of `id` was under way, if this client saw it to its end.
    pub(crate) fn posting(&self, id: PendingId) -> Option<Posting> {
        let entries = self.lock();
        let entry = entries.iter().find(|entry| entry.pending.id() == id)?;
        entry.posted
    }

    /// Whether `id` is still being carried out by this client.
    pub(crate) fn is_under_way(&self, id: PendingId) -> bool {
        let entries = self.lock();
        (entries.iter()).any(|entry| entry.pending.id() == id && entry.under_way)
    }

    /// Its outcome stays unknown: writes down what was learned, and gives the record to keep.
    pub(crate) fn keep(&self, pending: &R, posted: Posting) -> R {
        // What another process has found out or taken note of is not written over.
        let mut listed = self.listed().into_iter();
        let stored = listed.find(|stored| stored.id() == pending.id());
        let is_settled = stored.as_ref().is_some_and(R::is_settled);
        let mut entries = self.lock();
        let Some(entry) = (entries.iter_mut()).find(|entry| entry.pending.id() == pending.id())
        else {
            return pending.clone();
        };
        entry.posted = Some(posted);
        let has_news = entry.pending.span() != pending.span();
        *entry.pending.fields().span = pending.span();
        if let Some(stored) = &stored {
            *entry.pending.fields().forgotten |= stored.is_forgotten();
            entry.pending.heed(stored);
        }
        let kept = entry.pending.clone();
        drop(entries);
        if has_news && !is_settled {
            // The older record is in the outbox: less is known from it, nothing wrong.
            let _ = self.store(&kept);
        }
        kept
    }

    /// A person has ended the doubt about `id`. What has a key keeps it: nobody knows what became of it, so nothing may be sent
    /// under that key until it is given free. What is settled stays as it is. `before`: what is done with the record first, where it
    /// stays for its key.
    ///
    /// # Errors
    /// When the outbox cannot take note of it.
    pub(crate) fn end_doubt(&self, id: PendingId, before: impl FnOnce(&R)) -> io::Result<()> {
        let stored = self.look()?.into_iter().find(|record| record.id() == id);
        let here = (self.lock().iter())
            .find(|entry| entry.pending.id() == id)
            .map(|entry| entry.pending.clone());
        // What another process has found out or taken note of is not written over.
        let record = match (here, stored) {
            (Some(mut here), Some(stored)) if !stored.is_settled() => {
                here.heed(&stored);
                Some(here)
            }
            (here, stored) => stored.or(here),
        };
        if record.as_ref().is_some_and(R::is_settled) {
            // There is no doubt about it, and others may need it still.
            return Ok(());
        }
        let Some(mut record) = record.filter(|record| record.key().is_some()) else {
            return self.gone(id, Removal::Forgotten);
        };
        before(&record);
        *record.fields().forgotten = true;
        // Not later: what cannot be written down is as it was.
        self.store(&record)?;
        self.drop_entry(id);
        let mut listed = self.last_listed();
        listed.retain(|record| record.id() != id);
        listed.push(record);
        Ok(())
    }

    /// Nothing came of it and never will, or nobody wants to know any more.
    ///
    /// # Errors
    /// When the outbox cannot forget it: it still says that the outcome is not known.
    pub(crate) fn gone(&self, id: PendingId, why: Removal) -> io::Result<()> {
        self.drop_entry(id);
        self.last_listed().retain(|record| record.id() != id);
        let outbox = self.0.outbox.as_ref();
        outbox.map_or(Ok(()), |outbox| R::remove(&**outbox, id, why))
    }

    /// The same where its outcome is told whatever becomes of the record: what the outbox could not take note of is told beside.
    pub(crate) fn remove(&self, id: PendingId, why: Removal) -> Option<Unrecorded> {
        let error = self.gone(id, why).err()?;
        Some(Unrecorded::new(id, error.to_string()))
    }

    /// Writes down a record whose outcome is known. What cannot be written now can be told, and be [written
    /// again](Own::write_again).
    pub(crate) fn store_settled(&self, record: &R) -> Option<Unrecorded> {
        let written = self.store(record);
        let unrecorded =
            (written.err()).map(|error| Unrecorded::new(record.id(), error.to_string()));
        self.note_unrecorded(record.id(), unrecorded.clone());
        unrecorded
    }

    /// Takes note of what the outbox does not say of `id`; `None`: it says that the outcome is known.
    pub(crate) fn note_unrecorded(&self, id: PendingId, unrecorded: Option<Unrecorded>) {
        let mut entries = self.lock();
        if let Some(entry) = (entries.iter_mut()).find(|entry| entry.pending.id() == id) {
            entry.unrecorded = unrecorded;
        }
    }

    /// What the outbox does not say of `id`, of which this client knows more.
    pub(crate) fn unrecorded(&self, id: PendingId) -> Option<Unrecorded> {
        let entries = self.lock();
        let entry = entries.iter().find(|entry| entry.pending.id() == id)?;
        entry.unrecorded.clone()
    }

    /// The records of which the outbox does not say that their outcome is known.
    pub(crate) fn all_unrecorded(&self) -> Vec<R> {
        (self.lock().iter())
            .filter(|entry| entry.unrecorded.is_some())
            .map(|entry| entry.pending.clone())
            .collect()
    }

    /// Writes down what is known of records and could not be written before.
    pub(crate) fn write_again(&self) {
        let unrecorded = self.all_unrecorded();
        if unrecorded.is_empty() {
            return;
        }
        let Ok(listed) = self.look() else { return };
        for record in unrecorded {
            let is_it = |stored: &&R| stored.id() == record.id() && !stored.is_settled();
            match listed.iter().find(is_it) {
                // When that fails again, it stays among them.
                Some(_) => drop(self.store_settled(&record)),
                // Another process has found it out, or has given its key free meanwhile: that is not written over.
                None => self.note_unrecorded(record.id(), None),
            }
        }
    }

    /// This client remembers it no longer.
    pub(crate) fn drop_entry(&self, id: PendingId) {
        let mut entries = self.lock();
        entries.retain(|entry| entry.pending.id() != id);
        for entry in entries.iter_mut() {
            entry.pending.fields().rivals.remove(&id);
        }
    }

    /// Whether the POST of a record in doubt had ended so long before `begun` that what was read then shows what it made, if it made
    /// anything.
    pub(crate) fn has_ended_before(&self, record: &R, begun: Moment) -> bool {
        record.is_in_doubt()
            && ((record.ended()).is_some_and(|ended| ended.is_before(begun, self.shows_after()))
                || record.begun().is_before(begun, LONGEST_POST))
    }

    /// Removes those of the settled records `listed` that nobody can need any more, unless one is needed still.
    pub(crate) fn remove_over(&self, listed: &[R], now: Moment, is_needed: impl Fn(&R) -> bool) {
        let Some(outbox) = &self.0.outbox else { return };
        let enough = self.0.window.saturating_add(KEPT);
        let is_over = |settled: Moment| {
            settled.is_before(now, enough)
                || (settled.service.is_none()
                    && now.wall.duration_since(settled.wall) > KEPT_BY_WALL)
        };
        for record in listed.iter().filter(|record| record.key().is_none()) {
            if record.settled_at().is_some_and(is_over) && !is_needed(record) {
                // It stays, and is tried again later.
                let _ = R::remove(&**outbox, record.id(), Removal::Over);
            }
        }
    }

    pub(crate) fn store(&self, pending: &R) -> io::Result<()> {
        let outbox = self.0.outbox.as_ref();
        outbox.map_or(Ok(()), |outbox| pending.put(&**outbox))
    }

    /// The records of the outbox as they are now, every one of them.
    pub(crate) fn read_outbox(&self) -> io::Result<Vec<R>> {
        self.read(R::list_all)
    }

    /// The same, but for those that cannot be read.
    pub(crate) fn look(&self) -> io::Result<Vec<R>> {
        self.read(R::list)
    }

    /// The same; when it cannot be read, as it was when last it could.
    pub(crate) fn listed(&self) -> Vec<R> {
        match self.look() {
            Ok(all) => all,
            Err(_) => self.last_listed().clone(),
        }
    }

    fn read(&self, list: impl FnOnce(&dyn Outbox) -> io::Result<Vec<R>>) -> io::Result<Vec<R>> {
        let Some(outbox) = &self.0.outbox else {
            return Ok(Vec::new());
        };
        let all = list(&**outbox)?;
        self.last_listed().clone_from(&all);
        self.see_forgotten(&all);
        Ok(all)
    }

    /// Of what another process has forgotten this client remembers no more than that one does: what the outbox holds.
    fn see_forgotten(&self, listed: &[R]) {
        let forgotten: BTreeSet<PendingId> = (listed.iter())
            .filter(|record| record.is_forgotten())
            .map(R::id)
            .collect();
        if forgotten.is_empty() {
            return;
        }
        let is_it = |entry: &&Entry<R>| {
            let record = &entry.pending;
            !record.is_settled() && !entry.under_way && forgotten.contains(&record.id())
        };
        let here: Vec<PendingId> = (self.lock().iter())
            .filter(is_it)
            .map(|entry| entry.pending.id())
            .collect();
        for id in here {
            self.drop_entry(id);
        }
    }

    /// As it was when last it was read well, without a look at it.
    pub(crate) fn last_listed(&self) -> MutexGuard<'_, Vec<R>> {
        (self.0.listed.lock()).unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Vec<Entry<R>>> {
        (self.0.entries.lock()).unwrap_or_else(PoisonError::into_inner)
    }
}

/// Shows no content.
impl<R: Record> fmt::Debug for Own<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Own")
            .field("entries", &self.lock().len())
            .finish_non_exhaustive()
    }
}
