//! The messages near the boundary of the last page: the only ones that can come again.

use crate::messages::message::{Message, MessageKey};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// Pages after which a message without a readable time is forgotten: it was near the boundary then.
const UNDATED_PAGES: u64 = 3;

/// How often each message near the boundary was handed out.
#[derive(Debug, Default)]
pub(super) struct Known(BTreeMap<MessageKey, Entry>);

#[derive(Debug)]
struct Entry {
    count: u32,
    instant: Option<Timestamp>,
    page: u64,
}

impl Known {
    /// How often the message was handed out.
    pub(super) fn count(&self, key: &MessageKey) -> u32 {
        self.0.get(key).map_or(0, |entry| entry.count)
    }

    pub(super) fn add(&mut self, key: MessageKey, message: &Message, page: u64) {
        let entry = self.0.entry(key).or_insert_with(|| Entry {
            count: 0,
            instant: message.created_at.instant(),
            page,
        });
        entry.count += 1;
        entry.page = page;
    }

    /// Forgets what cannot come again: everything after `newest`, and old messages without a time.
    pub(super) fn prune(&mut self, newest: Option<Timestamp>, page: u64) {
        self.0.retain(|_, entry| match (entry.instant, newest) {
            (Some(instant), Some(newest)) => instant <= newest,
            (Some(_), None) => true,
            (None, _) => entry.page + UNDATED_PAGES > page,
        });
    }

    /// Messages that come again when the next page is asked from `bound`.
    pub(super) fn until(&self, bound: Timestamp) -> u64 {
        let entries = self.0.values();
        let until = entries.filter(|entry| entry.instant.is_none_or(|own| own <= bound));
        until.map(|entry| u64::from(entry.count)).sum()
    }

    /// Those made since `instant`.
    pub(super) fn since(&self, instant: Timestamp) -> u64 {
        let entries = self.0.values();
        let since = entries.filter(|entry| entry.instant.is_some_and(|own| own >= instant));
        since.map(|entry| u64::from(entry.count)).sum()
    }

    /// Those made at `instant`, each with how often it was handed out.
    pub(super) fn at(&self, instant: Timestamp) -> impl Iterator<Item = (&MessageKey, u32)> {
        self.0
            .iter()
            .filter(move |(_, entry)| entry.instant == Some(instant))
            .map(|(key, entry)| (key, entry.count))
    }
}
