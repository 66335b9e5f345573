//! What this caller has submitted lately: the rivals of a submit in doubt, and the outbox behind them.
//!
//! Two submits of the same text to the same ticket cannot be told apart in history. When one of them
//! is in doubt, the other must not stand as its proof: a message that is found counts only when there
//! are more new ones than other own submits could have made. One of another text counts, too, as long as its message
//! is not in sight: a service may show it altered, as the text that is looked for. Those of other processes are known from the
//! outbox, which is read again after each look at the ticket: whatever stood in the ticket by then was
//! written down before. A record stays there after its submit has arrived, until every other one that
//! could mistake its message has a baseline that holds it.

mod look;

pub(crate) use self::look::{AfterLook, Standing};

use super::{
    likeness::Likeness,
    outbox::{Outbox, Removal},
    pending::{Pending, PendingId},
};
use crate::{
    doubt::{
        fingerprint::Forms,
        key::{Hindrance, Kept, is_of_part},
        moment::{Moment, Posting},
    },
    ids::{MessageId, TicketId},
    messages::message::Message,
};
use jiff::SignedDuration;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt, io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// Submits that are remembered. Older ones that arrived are forgotten first.
const MOST_ENTRIES: usize = 10_000;
/// How far the clocks of two machines, or of two parts of the service, may be apart.
const CLOCK_SLACK: Duration = Duration::from_secs(5);
/// A settled record stays at least so long after the consistency window: longer than it takes from a
/// baseline to its record.
const KEPT: Duration = Duration::from_secs(180);
/// A settled record whose time by the clock of the service is not known stays so long.
const KEPT_BY_WALL: SignedDuration = SignedDuration::from_hours(24);
/// No POST is under way for so long: that of a process that died has ended by then.
const LONGEST_POST: Duration = Duration::from_secs(24 * 60 * 60);

/// The recent submits of one client, shared by its clones.
#[derive(Clone)]
pub(crate) struct OwnSubmits(Arc<Inner>);

struct Inner {
    outbox: Option<Arc<dyn Outbox>>,
    window: Duration,
    entries: Mutex<Vec<Entry>>,
    /// What the outbox held when it was last read well.
    listed: Mutex<Vec<Pending>>,
}

struct Entry {
    pending: Pending,
    state: State,
    /// When its baseline was begun, on the monotonic clock.
    baseline_at: Duration,
    /// When its POST was under way. `None`: it was not seen to its end.
    posted: Option<Posting>,
    /// Whether its submit is still being carried out.
    under_way: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// On its way, or its outcome is not known.
    Open,
    /// It is in the ticket, at the latest since this moment of the monotonic clock.
    Arrived { at: Duration },
}

/// Where a submit stands among others as it begins.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    /// When its baseline was begun, on the monotonic clock.
    pub(crate) baseline_at: Duration,
    /// The record of one with the same key that is not in the ticket: it goes when this one is written down.
    pub(crate) replaced: Option<PendingId>,
}

/// Holds as long as a submit is being carried out, also when its future is dropped.
pub(crate) struct UnderWay {
    own: OwnSubmits,
    id: PendingId,
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        if let Some(entry) = (self.own.lock().iter_mut()).find(|entry| entry.pending.id == self.id)
        {
            entry.under_way = false;
        }
    }
}

impl OwnSubmits {
    /// Looks whether the outbox can be read.
    pub(crate) fn new(outbox: Option<Arc<dyn Outbox>>, window: Duration) -> io::Result<Self> {
        let listed = outbox
            .as_ref()
            .map_or(Ok(Vec::new()), |outbox| outbox.list())?;
        Ok(Self(Arc::new(Inner {
            outbox,
            window,
            entries: Mutex::default(),
            listed: Mutex::new(listed),
        })))
    }

    /// Writes a submit down before its first byte goes out. `text` is what will be sent.
    ///
    /// Until [`OwnSubmits::arrived`] or [`OwnSubmits::did_not_arrive`] is called, its outcome counts as not
    /// known: a future that is dropped in the middle leaves it so.
    pub(crate) fn begin(
        &self,
        pending: &mut Pending,
        text: &str,
        place: Place,
    ) -> Result<UnderWay, Hindrance> {
        let Place {
            baseline_at,
            replaced,
        } = place;
        let id = pending.id;
        let others = self.listed();
        let ticket = pending.ticket.clone();
        let forms = Forms::of(text);
        let is_replaced = |other: &Pending| Some(other.id) == replaced;
        // Of one that was forgotten a person has looked: it stands for its key alone.
        let is_other = |other: &Pending| {
            other.ticket == ticket && other.id != id && !is_replaced(other) && !other.forgotten
        };
        // It is not in the ticket: nothing that is found can be its message.
        pending.past.extend(replaced);
        let is_rival = |other: &Pending| is_other(other) && other.fingerprint.matches_forms(&forms);
        let begun = pending.begun();
        for other in others.iter().filter(|other| is_other(other)) {
            // Told now and not later: whatever is written down from now on came after the baseline, whatever
            // the clocks say by then.
            let is_rival = is_rival(other);
            if pending.came_after(other)
                || self.is_past(other, begun)
                || (!is_rival && self.has_ended_before(other, begun))
            {
                pending.past.insert(other.id);
            } else if is_rival {
                pending.rivals.insert(other.id);
            }
        }
        let mut entries = self.lock();
        let key = pending.key.clone();
        let has_key = |entry: &Entry| entry.pending.key == key && !is_replaced(&entry.pending);
        if key.is_some() && entries.iter().any(has_key) {
            return Err(Hindrance::KeyTaken);
        }
        for rival in entries.iter_mut().filter(|entry| {
            self.may_appear_after(entry.state, baseline_at) && is_rival(&entry.pending)
        }) {
            if pending.came_after(&rival.pending) {
                pending.rivals.remove(&rival.pending.id);
                pending.past.insert(rival.pending.id);
                continue;
            }
            pending.rivals.insert(rival.pending.id);
            if rival.state == State::Open {
                rival.pending.rivals.insert(id);
            }
        }
        if entries.len() >= MOST_ENTRIES {
            let oldest = entries
                .iter()
                .position(|entry| entry.state != State::Open)
                .unwrap_or(0);
            entries.remove(oldest);
        }
        entries.push(Entry {
            pending: pending.clone(),
            state: State::Open,
            baseline_at,
            posted: None,
            under_way: true,
        });
        drop(entries);
        // Others need not wait for the disk: the entry stands already.
        if let Err(error) = self.store(pending) {
            self.drop_entry(id);
            return Err(Hindrance::Outbox(error));
        }
        if let Some(key) = &key {
            self.claim(id, key, replaced)?;
        }
        if let Some(replaced) = replaced
            && let Err(error) = self.did_not_arrive(replaced, Removal::Absent)
        {
            // Both would keep the key: then nothing is sent.
            let _ = self.did_not_arrive(id, Removal::NotDone);
            return Err(Hindrance::Outbox(error));
        }
        self.tidy(&others, begun);
        Ok(UnderWay {
            own: self.clone(),
            id,
        })
    }

    /// Another process may have written the same key since it was looked for. Each looks after it has written, so that at least one
    /// sees the other; who sees another sends nothing.
    fn claim(
        &self,
        id: PendingId,
        key: &str,
        replaced: Option<PendingId>,
    ) -> Result<(), Hindrance> {
        let is_other = |record: &Pending| record.id != id && is_news(record, key, replaced);
        match self.read_outbox() {
            Ok(records) if !records.iter().any(is_other) => Ok(()),
            Ok(_) => {
                let _ = self.did_not_arrive(id, Removal::KeyTaken);
                Err(Hindrance::KeyTaken)
            }
            Err(error) => {
                let _ = self.did_not_arrive(id, Removal::NotDone);
                Err(Hindrance::Outbox(error))
            }
        }
    }

    /// What stands under `key`.
    pub(crate) fn kept(&self, key: &str) -> io::Result<Kept<Pending>> {
        let listed = self.read_outbox()?;
        let entries = self.lock();
        let own = (entries.iter()).find(|entry| entry.pending.key() == Some(key));
        Ok(match own {
            Some(entry) if entry.under_way => Kept::UnderWay,
            // Another process may have settled it.
            Some(entry) => Kept::Record(Box::new(
                (listed.into_iter())
                    .filter(|it| it.id == entry.pending.id && it.key() == Some(key))
                    .find(Pending::is_settled)
                    .unwrap_or_else(|| entry.pending.clone()),
            )),
            None => (listed.into_iter())
                .filter(|record| record.key() == Some(key))
                .reduce(later)
                .map_or(Kept::Nothing, |record| Kept::Record(Box::new(record))),
        })
    }

    /// What has come to stand under `key` since it was looked for; `replaced` was not in its ticket then.
    pub(crate) fn kept_by_now(
        &self,
        key: &str,
        replaced: Option<PendingId>,
    ) -> io::Result<Kept<Pending>> {
        let listed = self.read_outbox()?;
        let entries = self.lock();
        let all = (entries.iter().map(|entry| &entry.pending)).chain(&listed);
        let news = all.filter(|record| is_news(record, key, replaced));
        Ok(Kept::by_now(news, Pending::is_settled))
    }

    /// Whether something stands under a key that was made of `key` for a part of a text, as the outbox was read last.
    pub(crate) fn has_parts(&self, key: &str) -> bool {
        let is_one = |record: &Pending| record.key().is_some_and(|other| is_of_part(other, key));
        let here = self.lock().iter().any(|entry| is_one(&entry.pending));
        here || self.last_listed().iter().any(is_one)
    }

    /// `key`, and those that were made of it for the parts of a text, as far as something stands under them.
    pub(crate) fn keys(&self, key: &str) -> io::Result<BTreeSet<String>> {
        let listed = self.read_outbox()?;
        let entries = self.lock();
        let records = entries.iter().map(|entry| &entry.pending).chain(&listed);
        let of_parts = records.filter_map(Pending::key);
        let of_parts = of_parts.filter(|other| is_of_part(other, key));
        let keys = of_parts.chain([key]).map(str::to_owned);
        Ok(keys.collect())
    }

    /// Removes the record that `record` took the place of: a process was killed as it did.
    pub(crate) fn end_replaced(&self, record: &Pending) {
        let is_replaced = |other: &Pending| {
            other.key.is_some() && other.key == record.key && record.past.contains(&other.id)
        };
        let left: Vec<PendingId> = (self.last_listed().iter())
            .filter(|other| is_replaced(other))
            .map(|other| other.id)
            .collect();
        for id in left {
            // One that cannot be removed is tried again later.
            let _ = self.did_not_arrive(id, Removal::Absent);
        }
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
                self.did_not_arrive(record.id, Removal::Forgotten)?;
                return Ok(true);
            }
            Kept::Record(record) if !record.is_settled() => return Ok(false),
            Kept::Record(record) => record,
        };
        // The record itself stays until no other one can be taken for its message.
        record.key = None;
        self.store(&record)?;
        // Not before: what cannot be written down is as it was.
        let mut entries = self.lock();
        if let Some(entry) = (entries.iter_mut()).find(|entry| entry.pending.id == record.id) {
            entry.pending.key = None;
        }
        Ok(true)
    }

    /// When the POST of `id` was under way, if this client saw it to its end.
    pub(crate) fn posting(&self, id: PendingId) -> Option<Posting> {
        let entries = self.lock();
        entries.iter().find(|entry| entry.pending.id == id)?.posted
    }

    /// Whether the submit `id` is still being carried out by this client.
    pub(crate) fn is_under_way(&self, id: PendingId) -> bool {
        let entries = self.lock();
        (entries.iter()).any(|entry| entry.pending.id == id && entry.under_way)
    }

    /// Whether `message` looks like one that this client sent, or one of `records`.
    pub(crate) fn recognises<'a>(
        &self,
        records: impl IntoIterator<Item = &'a Pending>,
        ticket: &TicketId,
        message: &Message,
    ) -> bool {
        let forms = Forms::of(&message.content);
        let is_it =
            |record: &Pending| record.ticket == *ticket && looks_like(record, message, &forms);
        let here = self.lock().iter().any(|entry| is_it(&entry.pending));
        here || records.into_iter().any(is_it)
    }

    /// Whether there is an outbox, which other processes may share.
    pub(crate) fn has_outbox(&self) -> bool {
        self.0.outbox.is_some()
    }

    /// The submits of this and of other processes that are in doubt.
    pub(crate) fn open(&self) -> Vec<Pending> {
        let mut open = self.unsettled();
        open.retain(Pending::is_in_doubt);
        open
    }

    /// The same, and those that were forgotten.
    pub(crate) fn unsettled(&self) -> Vec<Pending> {
        let (settled, listed): (Vec<_>, Vec<_>) =
            (self.listed().into_iter()).partition(Pending::is_settled);
        // Also by another process.
        let settled: BTreeSet<PendingId> = settled.iter().map(|record| record.id).collect();
        let mut open: BTreeMap<PendingId, Pending> = (listed.into_iter())
            .map(|record| (record.id, record))
            .collect();
        for entry in self.lock().iter() {
            let id = entry.pending.id;
            match entry.state {
                State::Open if !settled.contains(&id) => open.insert(id, entry.pending.clone()),
                State::Open | State::Arrived { .. } => open.remove(&id),
            };
        }
        let mut open: Vec<Pending> = open.into_values().collect();
        open.sort_by_key(|record| (record.begun_at, record.id));
        open
    }

    /// Its outcome stays unknown: writes down what was learned, and gives the record to keep.
    pub(crate) fn keep(&self, pending: &Pending, posted: Posting) -> Pending {
        // What another process has found out or taken note of is not written over.
        let mut listed = self.listed().into_iter();
        let stored = listed.find(|stored| stored.id == pending.id);
        let is_shaky = stored.as_ref().is_some_and(Pending::is_shaky);
        let is_forgotten = stored.as_ref().is_some_and(Pending::is_forgotten);
        let is_settled = stored.as_ref().is_some_and(Pending::is_settled);
        let mut entries = self.lock();
        let Some(entry) = entries
            .iter_mut()
            .find(|entry| entry.pending.id == pending.id)
        else {
            return pending.clone();
        };
        entry.posted = Some(posted);
        let has_news = entry.pending.span != pending.span;
        entry.pending.span = pending.span;
        entry.pending.forgotten |= is_forgotten;
        if let Some(baseline) = entry.pending.baseline.as_mut() {
            baseline.shaky |= is_shaky;
        }
        let kept = entry.pending.clone();
        drop(entries);
        if has_news && !is_settled {
            // The older record is in the outbox: less is known from it, nothing wrong.
            let _ = self.store(&kept);
        }
        kept
    }

    /// It is in the ticket, as was found out at `at` on the monotonic clock and at `moment` on the others.
    pub(crate) fn arrived(&self, pending: &Pending, at: Duration, moment: Moment) {
        let id = pending.id;
        let mut settled = pending.clone().settled(moment);
        // What was taken back since it was seen stays so.
        settled.recalled = self.taken_back(pending);
        settled.recalling = self.being_taken_back(pending);
        let mut entries = self.lock();
        let entry = entries.iter_mut().find(|entry| entry.pending.id == id);
        let is_ours = entry.is_some();
        if let Some(entry) = entry {
            entry.state = State::Arrived { at };
            // Only its looks are needed from now on.
            entry.pending = entry.pending.clone().settled(moment);
            entry.pending.landed.clone_from(&pending.landed);
            entry.pending.recalled.clone_from(&settled.recalled);
            entry.pending.recalling.clone_from(&settled.recalling);
        }
        drop(entries);
        let is_kept = |records: &[Pending]| records.iter().any(|record| record.id == id);
        if is_ours || is_kept(&self.last_listed()) || is_kept(&self.listed()) {
            // When that cannot be written, it is reconciled once more later: harmless.
            let _ = self.store(&settled);
        }
    }

    /// It is known by now which message it made.
    pub(crate) fn landed(&self, pending: &Pending) {
        let recalled = self.taken_back(pending);
        let recalling = self.being_taken_back(pending);
        let mut entries = self.lock();
        let mut own = entries.iter_mut().map(|entry| &mut entry.pending);
        let Some(record) = own.find(|record| record.id == pending.id) else {
            return;
        };
        record.landed.clone_from(&pending.landed);
        record.recalled = recalled;
        record.recalling = recalling;
        let record = record.clone();
        drop(entries);
        // When that cannot be written, it counts as a rival for longer: harmless.
        let _ = self.store(&record);
    }

    /// A message that could be that of `record` is about to be taken back: that none is there proves nothing from now on.
    ///
    /// # Errors
    /// When the outbox cannot take note of it.
    pub(crate) fn never_absent(&self, record: &Pending) -> io::Result<()> {
        // As it stands now: while the ticket was read, another process may have settled or removed it.
        let listed = self.listed();
        let mut kept = listed.into_iter().find(|kept| kept.id == record.id);
        if kept.as_ref().is_some_and(Pending::is_settled) {
            return Ok(());
        }
        let is_forgotten = kept.as_ref().is_some_and(Pending::is_forgotten);
        let mut entries = self.lock();
        let mut own = entries.iter_mut().map(|entry| &mut entry.pending);
        let own = own.find(|own| own.id == record.id);
        let Some(record) = own.or(kept.as_mut()).filter(|it| !it.is_settled()) else {
            return Ok(());
        };
        record.forgotten |= is_forgotten;
        // Without a baseline it is never found to be absent.
        let Some(baseline) = record.baseline.as_mut() else {
            return Ok(());
        };
        baseline.shaky = true;
        let record = record.clone();
        drop(entries);
        self.renew_listed(&record);
        // Also when it is known here already: it may be that it could not be written down then.
        self.store(&record)
    }

    /// `message`, which is that of `id`, was taken back: the service said so, or the ticket shows it no more.
    pub(crate) fn recalled(&self, id: PendingId, message: &MessageId) {
        let kept = self.listed().into_iter().find(|record| record.id == id);
        let mut entries = self.lock();
        let mut own = entries.iter_mut().map(|entry| &mut entry.pending);
        let own = own.find(|own| own.id == id).map(|own| {
            own.recalled = Some(message.clone());
            own.clone()
        });
        drop(entries);
        // Another process may have settled it. One that could not be written down as settled stays in doubt, and is never found to
        // be absent.
        let own = own.filter(Pending::is_settled);
        let Some(mut record) = own.or_else(|| kept.filter(Pending::is_settled)) else {
            return;
        };
        record.recalled = Some(message.clone());
        self.renew_listed(&record);
        let _ = self.store(&record);
    }

    /// The message of `pending`, which may be an older copy of its record, if it was taken back.
    pub(crate) fn taken_back(&self, pending: &Pending) -> Option<MessageId> {
        self.of_recall(pending, |record| record.recalled.as_ref())
    }

    /// The same, if it was to be taken back.
    fn being_taken_back(&self, pending: &Pending) -> Option<MessageId> {
        self.of_recall(pending, |record| record.recalling.as_ref())
    }

    /// What is known of a recall of the message of `pending`.
    fn of_recall(
        &self,
        pending: &Pending,
        field: fn(&Pending) -> Option<&MessageId>,
    ) -> Option<MessageId> {
        let known = |record: &Pending| {
            let is_it = record.id == pending.id;
            field(record).filter(|_| is_it).cloned()
        };
        if let Some(message) = known(pending) {
            return Some(message);
        }
        let here = self.lock().iter().find_map(|entry| known(&entry.pending));
        here.or_else(|| self.last_listed().iter().find_map(known))
    }

    /// Records whose message `id` of `ticket` was to be taken back by a recall of which nobody knows whether it acted, as the outbox
    /// was read last.
    pub(crate) fn perhaps_recalled(&self, ticket: &TicketId, id: &MessageId) -> Vec<Pending> {
        let is_it = |record: &&Pending| {
            record.ticket == *ticket
                && record.recalling.as_ref() == Some(id)
                && record.recalled.is_none()
        };
        let mut found: BTreeMap<PendingId, Pending> = (self.last_listed().iter())
            .filter(is_it)
            .map(|record| (record.id, record.clone()))
            .collect();
        for entry in self.lock().iter() {
            if is_it(&&entry.pending) {
                found.insert(entry.pending.id, entry.pending.clone());
            }
        }
        found.into_values().collect()
    }

    /// A person has ended the doubt about `id`. What has a key keeps it: nobody knows what became of it, so nothing may be sent
    /// under that key until it is given free.
    ///
    /// # Errors
    /// When the outbox cannot take note of it.
    pub(crate) fn forget(&self, id: PendingId) -> io::Result<()> {
        let listed = match &self.0.outbox {
            Some(outbox) => outbox.list()?,
            None => Vec::new(),
        };
        self.last_listed().clone_from(&listed);
        let here = (self.lock().iter())
            .find(|entry| entry.pending.id == id)
            .map(|entry| entry.pending.clone());
        let record = here.or_else(|| listed.into_iter().find(|record| record.id == id));
        let Some(record) = record.filter(|record| record.key.is_some()) else {
            return self.did_not_arrive(id, Removal::Forgotten);
        };
        if record.is_settled() {
            // There is no doubt about it.
            return Ok(());
        }
        self.end_replaced(&record);
        let forgotten = record.forgotten();
        // Not later: what cannot be written down is as it was.
        self.store(&forgotten)?;
        self.drop_entry(id);
        let mut listed = self.last_listed();
        listed.retain(|record| record.id != id);
        listed.push(forgotten);
        Ok(())
    }

    /// This client remembers it no longer.
    fn drop_entry(&self, id: PendingId) {
        let mut entries = self.lock();
        entries.retain(|entry| entry.pending.id != id);
        for entry in entries.iter_mut() {
            entry.pending.rivals.remove(&id);
        }
    }

    /// It is not in the ticket and never will be, or nobody wants to know any more.
    ///
    /// # Errors
    /// When the outbox cannot forget it. It is reconciled once more later: harmless.
    pub(crate) fn did_not_arrive(&self, id: PendingId, why: Removal) -> io::Result<()> {
        self.drop_entry(id);
        self.last_listed().retain(|record| record.id != id);
        self.0
            .outbox
            .as_ref()
            .map_or(Ok(()), |outbox| outbox.remove_because(&id, why))
    }

    /// Whether a submit in `state` may show in reads while it is not part of a baseline begun at `baseline_at`.
    fn may_appear_after(&self, state: State, baseline_at: Duration) -> bool {
        match state {
            State::Arrived { at } => at.saturating_add(self.0.window) >= baseline_at,
            State::Open => true,
        }
    }

    /// Whether the message of a submit of another text may show in reads while it is not part of a baseline begun at
    /// `baseline_at`.
    fn may_show_after(&self, entry: &Entry, baseline_at: Duration) -> bool {
        match (entry.state, entry.posted) {
            (State::Open, Some(posted)) => {
                let enough = self.0.window.saturating_add(CLOCK_SLACK);
                posted.until.saturating_add(enough) >= baseline_at
            }
            (state, _) => self.may_appear_after(state, baseline_at),
        }
    }

    /// Whether the POST of a record in doubt had ended so long before `begun` that a baseline of that time holds its
    /// message, if there is one.
    fn has_ended_before(&self, record: &Pending, begun: Moment) -> bool {
        let enough = self.0.window.saturating_add(CLOCK_SLACK);
        record.is_in_doubt()
            && ((record.ended()).is_some_and(|ended| ended.is_before(begun, enough))
                || record.begun().is_before(begun, LONGEST_POST))
    }

    /// Whether a record was settled so long before `begun` that a baseline of that time holds its message.
    fn is_past(&self, record: &Pending, begun: Moment) -> bool {
        let enough = self.0.window.saturating_add(CLOCK_SLACK);
        (record.settled).is_some_and(|settled| settled.is_before(begun, enough))
    }

    /// Removes settled records that nobody can need any more. As long as a submit to the same ticket is
    /// open, its rivals stay.
    fn tidy(&self, listed: &[Pending], now: Moment) {
        let Some(outbox) = &self.0.outbox else { return };
        let open: BTreeSet<&TicketId> = (listed.iter())
            .filter(|record| record.is_in_doubt())
            .map(|record| &record.ticket)
            .collect();
        let enough = self.0.window.saturating_add(KEPT);
        let is_over = |settled: Moment| {
            settled.is_before(now, enough)
                || (settled.service.is_none()
                    && now.wall.duration_since(settled.wall) > KEPT_BY_WALL)
        };
        for record in listed.iter().filter(|record| record.key.is_none()) {
            if record.settled.is_some_and(is_over) && !open.contains(&record.ticket) {
                // It stays, and is tried again later.
                let _ = outbox.remove_because(&record.id, Removal::Over);
            }
        }
    }

    fn store(&self, pending: &Pending) -> io::Result<()> {
        self.0
            .outbox
            .as_ref()
            .map_or(Ok(()), |outbox| outbox.put(pending))
    }

    /// The records of the outbox as they are now, every one of them.
    fn read_outbox(&self) -> io::Result<Vec<Pending>> {
        let Some(outbox) = &self.0.outbox else {
            return Ok(Vec::new());
        };
        let all = outbox.list_all()?;
        self.last_listed().clone_from(&all);
        self.see_forgotten(&all);
        Ok(all)
    }

    /// The same; when it cannot be read, as it was when last it could.
    pub(crate) fn listed(&self) -> Vec<Pending> {
        let Some(outbox) = &self.0.outbox else {
            return Vec::new();
        };
        let Ok(all) = outbox.list() else {
            return self.last_listed().clone();
        };
        self.last_listed().clone_from(&all);
        self.see_forgotten(&all);
        all
    }

    /// Of what another process has forgotten this client remembers no more than that one does: what the outbox holds.
    fn see_forgotten(&self, listed: &[Pending]) {
        let forgotten: BTreeSet<PendingId> = (listed.iter())
            .filter(|record| record.forgotten)
            .map(|record| record.id)
            .collect();
        if forgotten.is_empty() {
            return;
        }
        let is_it = |entry: &&Entry| {
            entry.state == State::Open && !entry.under_way && forgotten.contains(&entry.pending.id)
        };
        let here: Vec<PendingId> = (self.lock().iter())
            .filter(is_it)
            .map(|entry| entry.pending.id)
            .collect();
        for id in here {
            self.drop_entry(id);
        }
    }

    /// What was read of the outbox last holds `record` as it is now, if it holds it.
    fn renew_listed(&self, record: &Pending) {
        let mut listed = self.last_listed();
        if let Some(kept) = listed.iter_mut().find(|kept| kept.id == record.id) {
            kept.clone_from(record);
        }
    }

    /// As it was when last it was read well, without a look at it.
    fn last_listed(&self) -> MutexGuard<'_, Vec<Pending>> {
        self.0.listed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.0
            .entries
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether `record` came to stand under `key` since `replaced` was found not to be in its ticket. That one itself is news when it
/// is there after all.
fn is_news(record: &Pending, key: &str, replaced: Option<PendingId>) -> bool {
    let is_known = Some(record.id) == replaced && !record.is_settled();
    record.key() == Some(key) && !is_known
}

/// Which of two records with one key counts. A process that is killed as one takes the place of another leaves both.
fn later(one: Pending, other: Pending) -> Pending {
    let is_settled = (one.is_settled(), other.is_settled());
    match is_settled {
        (true, false) => one,
        (false, true) => other,
        _ if other.past.contains(&one.id) => other,
        _ => one,
    }
}

fn likeness(record: &Pending, message: &Message, forms: &Forms) -> Likeness {
    let Pending {
        fingerprint,
        reference,
        ..
    } = record;
    fingerprint.likeness(message, forms, None, reference.as_deref())
}

/// Whether `message` is most likely that of `record`.
fn looks_like(record: &Pending, message: &Message, forms: &Forms) -> bool {
    matches!(
        likeness(record, message, forms),
        Likeness::Proven | Likeness::Same
    )
}

/// Shows no content.
impl fmt::Debug for OwnSubmits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnSubmits")
            .field("entries", &self.lock().len())
            .finish_non_exhaustive()
    }
}
