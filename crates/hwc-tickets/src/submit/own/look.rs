//! What other own submits mean for one in doubt, as they stand after one look at its ticket.

use super::{OwnSubmits, likeness};
use crate::{
    message::{Message, MessageKey},
    submit::{
        fingerprint::{Forms, Likeness},
        pending::{Pending, PendingId},
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
}

impl Standing {
    /// Whether `message` is that of another submit for sure.
    pub(crate) fn holds_tag_of(&self, message: &Message) -> bool {
        self.tags.iter().any(|tag| message.content.contains(tag))
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
            // This client's own clock knows better.
            let counts = begun_here
                .is_none_or(|baseline_at| self.own.may_appear_after(entry.state, baseline_at));
            others.insert(entry.pending.id, (&entry.pending, counts));
        }
        others.remove(&pending.id);
        let tags = (others.values())
            .filter_map(|(record, _)| record.reference.clone())
            .collect();
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
