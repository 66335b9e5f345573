//! What other own submits mean for one in doubt, as they stand after one look at its ticket.

use super::{OwnSubmits, likeness};
use crate::{
    doubt::fingerprint::Forms,
    messages::{
        message::{Message, MessageKey},
        submit::{
            likeness::Likeness,
            mark::mark,
            pending::{Pending, PendingId},
            snapshot::Snapshot,
        },
    },
};
use std::{
    cell::OnceCell,
    collections::{BTreeMap, BTreeSet},
    io,
    sync::{Mutex, OnceLock, PoisonError},
    time::Duration,
};

/// What other own submits mean for one in doubt.
#[derive(Debug, Default)]
pub(crate) struct Standing {
    /// Others that could have made the messages that were found: those of a text like it, and those of any other text whose
    /// message may come into sight and is not there. A service that masks, strips or adds may show one of these so.
    pub(crate) rivals: usize,
    /// Whether all submits of the same text are known: it was begun by this client, or stands in its
    /// outbox.
    pub(crate) is_kept: bool,
    /// Tags of the others that have one.
    tags: Vec<String>,
}

impl Standing {
    /// Whether `message` is that of another submit for sure.
    pub(crate) fn holds_tag_of(&self, message: &Message) -> bool {
        self.tags.iter().any(|tag| message.content.contains(tag))
    }
}

/// Another submit to the same ticket.
#[derive(Clone, Copy)]
struct Other<'a> {
    record: &'a Pending,
    /// Whether its message may be among what is new, if it looks like what was found.
    counts: bool,
    /// The same, whatever it looks like.
    may_hide: bool,
}

/// The submits as they stand after one look at a ticket.
pub(crate) struct AfterLook<'a> {
    own: &'a OwnSubmits,
    snapshot: &'a Snapshot,
    /// Those whose message is in sight.
    shown: OnceLock<BTreeSet<PendingId>>,
    outbox: OnceLock<io::Result<Vec<Pending>>>,
    could_make: Mutex<BTreeMap<(PendingId, MessageKey), bool>>,
}

/// A message that was found in the ticket.
struct Found<'a> {
    message: &'a Message,
    key: MessageKey,
    /// How often the ticket shows it.
    count: usize,
    forms: OnceCell<Forms>,
}

impl OwnSubmits {
    /// What was submitted, as it stands after a look at the ticket, which showed `snapshot`.
    pub(crate) fn after_look<'a>(&'a self, snapshot: &'a Snapshot) -> AfterLook<'a> {
        AfterLook {
            own: self,
            snapshot,
            shown: OnceLock::new(),
            outbox: OnceLock::new(),
            could_make: Mutex::default(),
        }
    }
}

impl AfterLook<'_> {
    /// What the others mean for `pending`, of which `found` may be the message. The outbox is read when this is
    /// first asked, once for all records that one look serves.
    ///
    /// # Errors
    /// When it cannot be read: then nothing that is found proves anything.
    pub(crate) fn standing(
        &self,
        pending: &Pending,
        found: &[&Message],
    ) -> Result<Standing, &io::Error> {
        let listed = self.outbox().as_ref()?;
        let entries = self.own.lock();
        let begun_here = entries
            .iter()
            .find(|entry| entry.pending.id == pending.id)
            .map(|entry| entry.more.baseline_at);
        let is_kept = begun_here.is_some() || listed.iter().any(|record| record.id == pending.id);
        let mut others: BTreeMap<PendingId, Other<'_>> = BTreeMap::new();
        // Of one that was forgotten a person has looked: it stands for its key alone.
        let is_meant = |record: &&Pending| {
            record.ticket == pending.ticket && (!record.forgotten || record.id == pending.id)
        };
        for record in listed.iter().filter(is_meant) {
            let counts = !pending.past.contains(&record.id);
            let other = Other {
                record,
                counts,
                // What was taken back is not in sight, and in no other form either.
                may_hide: counts && record.recalled.is_none(),
            };
            others.insert(record.id, other);
        }
        for entry in entries
            .iter()
            .filter(|entry| entry.pending.ticket == pending.ticket)
        {
            // This client's own clock knows better than those that processes share. That the message stood in the
            // ticket was seen.
            let is_past = pending.past.contains(&entry.pending.id);
            let was_there = pending.came_after(&entry.pending);
            let may_appear =
                begun_here.is_none_or(|baseline_at| self.own.may_appear_after(entry, baseline_at));
            let may_show = match begun_here {
                Some(baseline_at) => self.own.may_show_after(entry, baseline_at),
                None => !is_past,
            };
            let other = Other {
                record: &entry.pending,
                counts: may_appear && !(is_past && was_there),
                may_hide: may_show && !was_there && entry.pending.recalled.is_none(),
            };
            others.insert(entry.pending.id, other);
        }
        let shown = match found {
            [] => None,
            _ => Some(self.shown.get_or_init(|| {
                let records = others.values().map(|other| other.record);
                in_sight(self.snapshot, records, self.own.window())
            })),
        };
        others.remove(&pending.id);
        let tags = (others.values())
            .filter_map(|other| other.record.reference.clone())
            .collect();
        let found: Vec<Found<'_>> = (found.iter())
            .map(|message| Found::of(message, self.snapshot))
            .collect();
        let mut rivals: BTreeSet<PendingId> = (others.values())
            .filter(|other| {
                let record = other.record;
                // What has a message of its own made no other one.
                let hides =
                    other.may_hide && shown.is_some_and(|shown| !shown.contains(&record.id));
                let may_be_its_own = |found: &Found<'_>| {
                    let could_be = hides || (other.counts && self.could_make(record, found));
                    could_be && !stood_before(record, found)
                };
                found.iter().any(may_be_its_own) && !is_elsewhere(record, pending, self.snapshot)
            })
            .map(|other| other.record.id)
            .collect();
        if !is_kept {
            rivals.extend(&pending.rivals);
        }
        let counted = usize::try_from(pending.counted_rivals).unwrap_or(usize::MAX);
        Ok(Standing {
            rivals: rivals.len().saturating_add(counted),
            is_kept,
            tags,
        })
    }

    /// Whether it is known of `pending`, which may be an older copy of its record, that it is in the ticket, or that a message
    /// that could be its own was taken back: then it proves nothing that no message is there.
    pub(crate) fn forbids_absence(&self, pending: &Pending) -> bool {
        let forbids = |record: &Pending| {
            record.id == pending.id && (record.is_settled() || record.is_shaky())
        };
        if forbids(pending) {
            return true;
        }
        // Another process may have taken it back while it was looked for: that was written down before.
        let _ = self.outbox();
        let here = (self.own.lock().iter()).any(|entry| forbids(&entry.pending));
        here || self.own.last_listed().iter().any(forbids)
    }

    /// The outbox as it stands after the look.
    fn outbox(&self) -> &io::Result<Vec<Pending>> {
        self.outbox.get_or_init(|| {
            self.own.read_outbox().inspect_err(|_| {
                // What can be read of it tells at least what was taken back.
                let _ = self.own.listed();
            })
        })
    }

    /// Why the outbox could not be read, when it was asked for.
    pub(crate) fn problem(&self) -> Option<&io::Error> {
        self.outbox.get()?.as_ref().err()
    }

    /// Told once for each record and message.
    fn could_make(&self, record: &Pending, found: &Found<'_>) -> bool {
        let mut told = (self.could_make.lock()).unwrap_or_else(PoisonError::into_inner);
        *told.entry((record.id, found.key)).or_insert_with(|| {
            let forms = found
                .forms
                .get_or_init(|| Forms::of(&found.message.content));
            could_make(record, found.message, forms)
        })
    }
}

impl<'a> Found<'a> {
    fn of(message: &'a Message, snapshot: &Snapshot) -> Self {
        let key = message.key();
        Self {
            message,
            key,
            count: snapshot.count(key).max(1),
            forms: OnceCell::new(),
        }
    }
}

/// Whether the ticket showed `found` before `record` was sent, each of it: then it is that of another one, whatever it looks like.
/// What was seen and has been taken back since may have made room for one of this record.
fn stood_before(record: &Pending, found: &Found<'_>) -> bool {
    (record.baseline.as_ref())
        .is_some_and(|baseline| !baseline.shaky && baseline.saw(found.key, found.count))
}

/// Whether `record` went to another ticket, which has the same id where it was sent. That it went to another address or was sent
/// with other credentials is no proof: a service may have several names, and an account several keys. But then its ticket showed
/// what this one does, as far as this one was seen whole.
fn is_elsewhere(record: &Pending, pending: &Pending, snapshot: &Snapshot) -> bool {
    let origins = record.origin.as_ref().zip(pending.origin.as_ref());
    let baselines = record.baseline.as_ref().zip(pending.baseline.as_ref());
    origins.is_some_and(|(other, own)| own.is_another(other))
        && baselines.is_some_and(|(other, own)| other.has_nothing_of(own, snapshot))
}

/// Whether `message` could be that of `record`, also in a form that the service has stripped.
fn could_make(record: &Pending, message: &Message, forms: &Forms) -> bool {
    is_alike(record, message, forms) || record.fingerprint.may_become(forms)
}

/// A record, how many messages could be its own, and which: row and how many of it.
type Choice<'a> = (usize, &'a Pending, Vec<(usize, usize)>);

/// Which of `records` have a message of their own in `snapshot`: one that looks like theirs and was not there before they
/// were sent, each another one.
fn in_sight<'a>(
    snapshot: &Snapshot,
    records: impl Iterator<Item = &'a Pending>,
    window: Duration,
) -> BTreeSet<PendingId> {
    let rows: Vec<_> = (snapshot.rows())
        .map(|(key, row)| (mark(key), row))
        .collect();
    let mut choices: Vec<Choice<'_>> = records
        .filter_map(|record| {
            let baseline = record.baseline.as_ref()?;
            let seen = baseline.seen.counts();
            let tells_new = baseline.tells_new_in(snapshot);
            let own: Vec<_> = (rows.iter().enumerate())
                .filter_map(|(index, (mark, row))| {
                    let known = seen.get(mark).copied().unwrap_or(0);
                    let more = row.count.saturating_sub(known);
                    // Nor one that the read before may not have shown.
                    let is_own = more > 0
                        && tells_new
                        && !baseline.is_below(&row.message)
                        && !baseline.may_have_missed(&row.message, window)
                        && is_alike(record, &row.message, row.forms());
                    is_own.then_some((index, more))
                })
                .collect();
            let all = own.iter().map(|(_, more)| *more).sum();
            Some((all, record, own))
        })
        .collect();
    // Who has the least to choose from chooses first.
    choices.sort_by_key(|(all, record, _)| (*all, record.id));
    let mut taken = vec![0; rows.len()];
    (choices.into_iter())
        .filter_map(|(_, record, own)| {
            own.into_iter().find_map(|(index, more)| {
                let taken = taken.get_mut(index).filter(|taken| **taken < more)?;
                *taken += 1;
                Some(record.id)
            })
        })
        .collect()
}

/// Whether `message` has the words of `record`.
fn is_alike(record: &Pending, message: &Message, forms: &Forms) -> bool {
    matches!(
        likeness(record, message, forms),
        Likeness::Proven | Likeness::Same | Likeness::Folded
    )
}

#[cfg(test)]
mod tests;
