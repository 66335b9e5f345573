//! What is remembered of messages that were taken back: their records prove nothing any more by what is not there.

use super::OwnSubmits;
use crate::{
    ids::{MessageId, TicketId},
    messages::submit::pending::{Pending, PendingId},
};
use std::{collections::BTreeMap, io};

impl OwnSubmits {
    /// A message that could be that of `record` is about to be taken back: that none is there proves nothing from now on.
    ///
    /// # Errors
    /// When the outbox cannot take note of it, or could not take note before that the message is in the ticket.
    pub(crate) fn never_absent(&self, record: &Pending) -> io::Result<()> {
        if let Some(unrecorded) = self.unrecorded(record.id) {
            return Err(io::Error::other(unrecorded.error));
        }
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
        // What another process has settled or taken note of counts as it stands there. One that could not be written down as settled
        // stays in doubt, and is never found to be absent.
        let kept = kept.filter(Pending::is_settled);
        let Some(mut record) = kept.or_else(|| own.filter(Pending::is_settled)) else {
            return;
        };
        record.recalled = Some(message.clone());
        self.renew_listed(&record);
        // When that cannot be written, the record says still that the message was in the ticket: nothing is sent again.
        if self.store(&record).is_ok() {
            self.note_unrecorded(id, None);
        }
    }

    /// The message of `pending`, which may be an older copy of its record, if it was taken back.
    pub(crate) fn taken_back(&self, pending: &Pending) -> Option<MessageId> {
        self.of_recall(pending, |record| record.recalled.as_ref())
    }

    /// The same, if it was to be taken back.
    pub(super) fn being_taken_back(&self, pending: &Pending) -> Option<MessageId> {
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

    /// What was read of the outbox last holds `record` as it is now, if it holds it.
    fn renew_listed(&self, record: &Pending) {
        let mut listed = self.last_listed();
        if let Some(kept) = listed.iter_mut().find(|kept| kept.id == record.id) {
            kept.clone_from(record);
        }
    }
}
