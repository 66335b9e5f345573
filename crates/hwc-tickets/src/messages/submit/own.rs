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
mod recall;

pub(crate) use self::look::{AfterLook, Standing};

use super::{
    likeness::Likeness,
    pending::{Pending, PendingId},
};
use crate::{
    doubt::{
        fingerprint::Forms,
        key::{Hindrance, UnderKey},
        moment::{Moment, Span},
        own::{Entry, Own, UnderWay},
        part_key::is_of_part,
        record::{Fields, Record, told_by_fields},
    },
    ids::TicketId,
    messages::message::Message,
    outbox::{Outbox, Removal, Unrecorded},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    sync::Arc,
    time::Duration,
};

/// The recent submits of one client, shared by its clones.
pub(crate) type OwnSubmits = Own<Pending>;

/// What this client knows of a submit of its own by its monotonic clock.
pub(crate) struct Times {
    /// When its baseline was begun.
    baseline_at: Duration,
    /// It is in the ticket, at the latest since this moment. `None`: it is on its way, or its outcome is not known.
    arrived_at: Option<Duration>,
}

/// Where a submit stands among others as it begins.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    /// When its baseline was begun, on the monotonic clock.
    pub(crate) baseline_at: Duration,
    /// The record of one with the same key that is not in the ticket: it goes when this one is written down.
    pub(crate) replaced: Option<PendingId>,
}

impl Record for Pending {
    type More = Times;

    told_by_fields!();

    fn begun(&self) -> Moment {
        Moment {
            wall: self.begun_at,
            service: self.baseline.as_ref().and_then(|baseline| baseline.date),
        }
    }

    fn heed(&mut self, stored: &Self) {
        if let Some(baseline) = self.baseline.as_mut() {
            baseline.shaky |= stored.is_shaky();
        }
    }

    /// One that took the place of another is the later of the two.
    fn later(one: Self, other: Self) -> Self {
        match (one.is_settled(), other.is_settled()) {
            (true, false) => one,
            (false, true) => other,
            _ if other.past.contains(&one.id) => other,
            _ => one,
        }
    }

    fn put(&self, outbox: &dyn Outbox) -> io::Result<()> {
        outbox.put(self)
    }

    fn remove(outbox: &dyn Outbox, id: PendingId, why: Removal) -> io::Result<()> {
        outbox.remove_because(&id, why)
    }

    fn list(outbox: &dyn Outbox) -> io::Result<Vec<Self>> {
        outbox.list()
    }

    fn list_all(outbox: &dyn Outbox) -> io::Result<Vec<Self>> {
        outbox.list_all()
    }
}

impl OwnSubmits {
    /// Looks whether the outbox can be read.
    pub(crate) fn open_outbox(
        outbox: Option<Arc<dyn Outbox>>,
        window: Duration,
    ) -> io::Result<Self> {
        let own = Self::new(outbox, window);
        own.look()?;
        Ok(own)
    }

    /// Writes a submit down before its first byte goes out. `text` is what will be sent.
    ///
    /// Until [`OwnSubmits::arrived`] or [`OwnSubmits::gone`] is called, its outcome counts as not
    /// known: a future that is dropped in the middle leaves it so.
    pub(crate) fn begin(
        &self,
        pending: &mut Pending,
        text: &str,
        place: Place,
    ) -> Result<UnderWay<Pending>, Hindrance> {
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
        let has_key =
            |entry: &Entry<Pending>| entry.pending.key == key && !is_replaced(&entry.pending);
        if key.is_some() && entries.iter().any(has_key) {
            return Err(Hindrance::KeyTaken);
        }
        for rival in entries
            .iter_mut()
            .filter(|entry| self.may_appear_after(entry, baseline_at) && is_rival(&entry.pending))
        {
            if pending.came_after(&rival.pending) {
                pending.rivals.remove(&rival.pending.id);
                pending.past.insert(rival.pending.id);
                continue;
            }
            pending.rivals.insert(rival.pending.id);
            if !rival.pending.is_settled() {
                rival.pending.rivals.insert(id);
            }
        }
        let times = Times {
            baseline_at,
            arrived_at: None,
        };
        Self::remember(&mut entries, pending.clone(), times);
        drop(entries);
        // Others need not wait for the disk: the entry stands already.
        if let Err(error) = self.store(pending) {
            self.drop_entry(id);
            return Err(Hindrance::Outbox(error));
        }
        if let Some(key) = &key {
            let is_other = |record: &Pending| record.id != id && is_news(record, key, replaced);
            self.claim(id, is_other)?;
        }
        if let Some(replaced) = replaced
            && let Err(error) = self.gone(replaced, Removal::Absent)
        {
            // Both would keep the key: then nothing is sent.
            let unremoved = self.remove(id, Removal::NotDone);
            return Err(Hindrance::Outbox(error).beside(unremoved));
        }
        self.tidy(&others, begun);
        Ok(self.under_way(id))
    }

    /// What has come to stand under `key` since it was looked for; `replaced` was not in its ticket then.
    pub(crate) fn kept_by_now(
        &self,
        key: &str,
        replaced: Option<PendingId>,
    ) -> io::Result<UnderKey<Pending>> {
        self.kept_since(|record| is_news(record, key, replaced))
    }

    /// Whether something stands under a key that was made of `key` for a part of a text, as the outbox was read last.
    pub(crate) fn has_parts(&self, key: &str) -> bool {
        let is_one = |record: &Pending| record.key().is_some_and(|other| is_of_part(other, key));
        let here = self.lock().iter().any(|entry| is_one(&entry.pending));
        here || self.last_listed().iter().any(is_one)
    }

    /// `key`, and those that were made of it for the parts of a text, as far as something stands under them. The outbox holds `listed`.
    pub(crate) fn keys(&self, key: &str, listed: &[Pending]) -> BTreeSet<String> {
        let entries = self.lock();
        let records = entries.iter().map(|entry| &entry.pending).chain(listed);
        let of_parts = records.filter_map(Pending::key);
        let of_parts = of_parts.filter(|other| is_of_part(other, key));
        of_parts.chain([key]).map(str::to_owned).collect()
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
            let _ = self.gone(id, Removal::Absent);
        }
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
            match entry.pending.is_settled() || settled.contains(&id) {
                true => open.remove(&id),
                false => open.insert(id, entry.pending.clone()),
            };
        }
        let mut open: Vec<Pending> = open.into_values().collect();
        open.sort_by_key(|record| (record.begun_at, record.id));
        open
    }

    /// It is in the ticket, as was found out at `at` on the monotonic clock and at `moment` on the others. Tells what the outbox
    /// could not take note of.
    pub(crate) fn arrived(
        &self,
        pending: &Pending,
        at: Duration,
        moment: Moment,
    ) -> Option<Unrecorded> {
        let id = pending.id;
        let mut settled = pending.clone().settled(moment);
        // What was taken back since it was seen stays so.
        settled.recalled = self.taken_back(pending);
        settled.recalling = self.being_taken_back(pending);
        let mut entries = self.lock();
        let entry = entries.iter_mut().find(|entry| entry.pending.id == id);
        let is_ours = entry.is_some();
        if let Some(entry) = entry {
            entry.more.arrived_at = Some(at);
            // Only its looks are needed from now on.
            entry.pending = entry.pending.clone().settled(moment);
            entry.pending.landed.clone_from(&pending.landed);
            entry.pending.recalled.clone_from(&settled.recalled);
            entry.pending.recalling.clone_from(&settled.recalling);
        }
        drop(entries);
        let is_kept = |records: &[Pending]| records.iter().any(|record| record.id == id);
        if is_ours || is_kept(&self.last_listed()) || is_kept(&self.listed()) {
            self.store_settled(&settled)
        } else {
            None
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
        // When that cannot be written, it counts as a rival for longer: harmless. What could not be written before is written with it.
        if self.store(&record).is_ok() {
            self.note_unrecorded(record.id, None);
        }
    }

    /// A person has ended the doubt about `id`: see [`Own::end_doubt`].
    ///
    /// # Errors
    /// When the outbox cannot take note of it.
    pub(crate) fn forget(&self, id: PendingId) -> io::Result<()> {
        self.end_doubt(id, |record| self.end_replaced(record))
    }

    /// Whether a submit may show in reads while it is not part of a baseline begun at `baseline_at`.
    fn may_appear_after(&self, entry: &Entry<Pending>, baseline_at: Duration) -> bool {
        let arrived_at = entry.more.arrived_at;
        arrived_at.is_none_or(|at| at.saturating_add(self.window()) >= baseline_at)
    }

    /// Whether the message of a submit of another text may show in reads while it is not part of a baseline begun at
    /// `baseline_at`.
    fn may_show_after(&self, entry: &Entry<Pending>, baseline_at: Duration) -> bool {
        match (entry.more.arrived_at, entry.posted) {
            (None, Some(posted)) => posted.until.saturating_add(self.shows_after()) >= baseline_at,
            _ => self.may_appear_after(entry, baseline_at),
        }
    }

    /// Whether a record was settled so long before `begun` that a baseline of that time holds its message.
    fn is_past(&self, record: &Pending, begun: Moment) -> bool {
        (record.settled).is_some_and(|settled| settled.is_before(begun, self.shows_after()))
    }

    /// Removes settled records that nobody can need any more. As long as a submit to the same ticket is
    /// open, its rivals stay.
    fn tidy(&self, listed: &[Pending], now: Moment) {
        let open: BTreeSet<&TicketId> = (listed.iter())
            .filter(|record| record.is_in_doubt())
            .map(|record| &record.ticket)
            .collect();
        self.remove_over(listed, now, |record| open.contains(&record.ticket));
    }
}

/// Whether `record` came to stand under `key` since `replaced` was found not to be in its ticket. That one itself is news when it
/// is there after all.
fn is_news(record: &Pending, key: &str, replaced: Option<PendingId>) -> bool {
    let is_known = Some(record.id) == replaced && !record.is_settled();
    record.key() == Some(key) && !is_known
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
