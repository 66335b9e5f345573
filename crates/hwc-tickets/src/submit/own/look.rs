//! What other own submits mean for one in doubt, as they stand after one look at its ticket.

use super::{OwnSubmits, likeness};
use crate::{
    message::{Message, MessageKey},
    submit::{
        fingerprint::{Forms, Likeness},
        pending::{Pending, PendingId},
        watermark::{Mark, mark},
    },
};
use std::{
    cell::OnceCell,
    collections::{BTreeMap, BTreeSet},
    io,
    sync::{Mutex, OnceLock, PoisonError},
};

/// What other own submits mean for one in doubt.
#[derive(Debug, Default)]
pub(crate) struct Standing {
    /// Others that could have made the messages that were found.
    pub(crate) rivals: usize,
    /// Whether all submits of the same text are known: it was begun by this client, or stands in its
    /// outbox.
    pub(crate) is_kept: bool,
    /// Tags of the others that have one.
    tags: Vec<String>,
    /// The messages that others made after the baseline, each with the number of those who are known to have made it.
    landed: BTreeMap<Mark, usize>,
}

impl Standing {
    /// Whether `message` is that of another submit for sure.
    fn holds_tag_of(&self, message: &Message) -> bool {
        self.tags.iter().any(|tag| message.content.contains(tag))
    }

    /// Whether each of `messages` is that of another submit for sure: by its tag, or because that one was read back as
    /// the only one that it could be. One for one; and none that could be that of `pending` as well.
    pub(crate) fn accounts_for(&self, pending: &Pending, messages: &[&Message]) -> bool {
        let mut left = self.landed.clone();
        messages.iter().all(|message| {
            self.holds_tag_of(message)
                || (left.get_mut(&mark(message.key())))
                    .filter(|left| **left > 0)
                    .is_some_and(|left| {
                        *left -= 1;
                        let forms = Forms::of(&message.content);
                        !pending.fingerprint.matches_forms(&forms)
                    })
        })
    }
}

/// The submits as they stand after one look at a ticket.
pub(crate) struct AfterLook<'a> {
    own: &'a OwnSubmits,
    outbox: OnceLock<io::Result<Vec<Pending>>>,
    could_make: Mutex<BTreeMap<(PendingId, MessageKey), bool>>,
}

/// A message that was found in the ticket.
struct Found<'a> {
    message: &'a Message,
    key: MessageKey,
    forms: OnceCell<Forms>,
}

impl OwnSubmits {
    /// What was submitted, as it stands after a look at the ticket.
    pub(crate) fn after_look(&self) -> AfterLook<'_> {
        AfterLook {
            own: self,
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
        let listed = self
            .outbox
            .get_or_init(|| self.own.read_outbox())
            .as_ref()?;
        let entries = self.own.lock();
        let begun_here = entries
            .iter()
            .find(|entry| entry.pending.id == pending.id)
            .map(|entry| entry.baseline_at);
        let is_kept = begun_here.is_some() || listed.iter().any(|record| record.id == pending.id);
        let mut others: BTreeMap<PendingId, (&Pending, bool)> = BTreeMap::new();
        for record in listed
            .iter()
            .filter(|record| record.ticket == pending.ticket)
        {
            let counts = !pending.past.contains(&record.id);
            others.insert(record.id, (record, counts));
        }
        for entry in entries
            .iter()
            .filter(|entry| entry.pending.ticket == pending.ticket)
        {
            // This client's own clock knows better than those that processes share. That the message stood in the
            // ticket was seen.
            let was_there =
                pending.past.contains(&entry.pending.id) && pending.came_after(&entry.pending);
            let may_appear = begun_here
                .is_none_or(|baseline_at| self.own.may_appear_after(entry.state, baseline_at));
            let counts = may_appear && !was_there;
            others.insert(entry.pending.id, (&entry.pending, counts));
        }
        others.remove(&pending.id);
        let tags = (others.values())
            .filter_map(|(record, _)| record.reference.clone())
            .collect();
        let mut landed = BTreeMap::new();
        let after = (others.values()).filter(|(record, _)| !pending.came_after(record));
        for mark in after.filter_map(|(record, _)| record.landed.as_ref()?.only()) {
            *landed.entry(mark).or_default() += 1;
        }
        let found: Vec<Found<'_>> = found.iter().map(|message| Found::of(message)).collect();
        let mut rivals: BTreeSet<PendingId> = (others.values())
            .filter(|(_, counts)| *counts)
            .filter(|(record, _)| found.iter().any(|found| self.could_make(record, found)))
            .map(|(record, _)| record.id)
            .collect();
        if !is_kept {
            rivals.extend(&pending.rivals);
        }
        let counted = usize::try_from(pending.counted_rivals).unwrap_or(usize::MAX);
        Ok(Standing {
            rivals: rivals.len().saturating_add(counted),
            is_kept,
            tags,
            landed,
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
    fn of(message: &'a Message) -> Self {
        Self {
            message,
            key: message.key(),
            forms: OnceCell::new(),
        }
    }
}

/// Whether `message` could be that of `record`, also in a form that the service has stripped.
fn could_make(record: &Pending, message: &Message, forms: &Forms) -> bool {
    matches!(
        likeness(record, message, forms),
        Likeness::Proven | Likeness::Same | Likeness::Folded
    ) || record.fingerprint.may_become(forms)
}
