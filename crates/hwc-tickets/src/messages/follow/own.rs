//! Which messages are the caller's own: by author, by what this client submitted, and by what anyone wrote
//! into its outbox, another process for instance.

use crate::{
    client::Client,
    ids::TicketId,
    messages::{
        message::{Message, MessageKind},
        submit::{Pending, PendingId},
    },
};
use jiff::Timestamp;
use std::{collections::BTreeMap, time::Duration};

/// Longest time between two looks into the outbox. A record may go soon after its message arrived.
const LONGEST: Duration = Duration::from_secs(5);
const SHORTEST: Duration = Duration::from_secs(1);
/// Records that are remembered.
const MOST_RECORDS: usize = 10_000;

/// Knows the caller's own messages.
#[derive(Debug)]
pub(super) struct Own {
    every: Duration,
    pub(super) due: Duration,
    /// Seen in the outbox, also those that are not there any more.
    records: BTreeMap<PendingId, Pending>,
}

impl Own {
    /// `window`: how long a record stays, at least.
    pub(super) fn new(window: Duration) -> Self {
        Self {
            every: (window / 2).clamp(SHORTEST, LONGEST),
            due: Duration::ZERO,
            records: BTreeMap::new(),
        }
    }

    /// Looks into the outbox. What cannot be read is not recognised, and so handed out.
    pub(super) fn look(&mut self, client: &Client, now: Duration) {
        self.due = now.saturating_add(self.every);
        for record in client.parts().messages.own.listed() {
            self.records.insert(record.id(), record);
        }
        if self.records.len() > MOST_RECORDS {
            // The oldest go.
            let mut by_age: Vec<(Timestamp, PendingId)> = (self.records.values())
                .map(|record| (record.begun_at(), record.id()))
                .collect();
            by_age.sort_unstable();
            let too_many = by_age.len().saturating_sub(MOST_RECORDS);
            for (_, id) in by_age.into_iter().take(too_many) {
                self.records.remove(&id);
            }
        }
    }

    pub(super) fn wrote(&self, client: &Client, ticket: &TicketId, message: &Message) -> bool {
        let parts = client.parts();
        if message.kind == MessageKind::Support {
            return false;
        }
        match (&parts.author_id, &message.author.id) {
            // A colleague may well write the same words.
            (Some(own), Some(author)) => own == author,
            // What the outbox held is in `records`: it was looked into after the answer came.
            _ => (parts.messages.own).recognises(self.records.values(), ticket, message),
        }
    }
}
