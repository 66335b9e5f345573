//! The messages near the boundary of the last page: the only ones that can come again.

use crate::messages::message::{Message, MessageKey};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// Pages after which a message without a readable time is forgotten: it was near the boundary then.
const UNDATED_PAGES: u64 = 3;

/// How often each message near the boundary was handed out.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// `None` as long as there are none: a read that ends with its first page needs no map.
    entries: Option<BTreeMap<MessageKey, Entry>>,
    /// Those of the last page that have a time, with its number. A key is a digest of all of a message, and most reads end with their first page.
    without_key: Vec<(Message, u64)>,
    /// No message that is known is older.
    oldest: Option<Timestamp>,
}

/// Whether a message made at `instant` can come again with a page that is asked from `newest`. Nobody knows it of one without a
/// readable time, nor as long as there is no oldest message.
fn comes_again_by(instant: Option<Timestamp>, newest: Option<Timestamp>) -> bool {
    match (instant, newest) {
        (Some(instant), Some(newest)) => instant <= newest,
        _ => true,
    }
}

#[derive(Debug)]
struct Entry {
    count: u32,
    instant: Option<Timestamp>,
    page: u64,
}

impl Known {
    /// How often the message was handed out.
    pub(super) fn count(&self, key: &MessageKey) -> u32 {
        let entry = self.entries.as_ref().and_then(|entries| entries.get(key));
        entry.map_or(0, |entry| entry.count)
    }

    /// Whether a message made at `instant` may be among them: where not, nobody needs to know its key.
    pub(super) fn may_hold(&self, instant: Option<Timestamp>) -> bool {
        let is_older = (instant.zip(self.oldest)).is_some_and(|(own, oldest)| own < oldest);
        let is_empty = self.entries.as_ref().is_none_or(BTreeMap::is_empty);
        !(is_empty || is_older)
    }

    /// Takes up what was handed out of a page, as far as it can come again with one that is asked from `newest`, and forgets what
    /// cannot any more: everything after `newest`, and old messages without a time.
    pub(super) fn turn_page(&mut self, messages: &[Message], newest: Option<Timestamp>, page: u64) {
        for message in messages {
            if comes_again_by(message.created_at.instant(), newest) {
                self.add(message, page);
            }
        }
        // Only then: one without a readable time that came once more is not old, and its count is that of all that were handed out.
        if let Some(entries) = &mut self.entries {
            entries.retain(|_, entry| match entry.instant {
                Some(_) => comes_again_by(entry.instant, newest),
                None => entry.page + UNDATED_PAGES > page,
            });
        }
    }

    pub(super) fn add(&mut self, message: &Message, page: u64) {
        match message.created_at.instant() {
            Some(own) => {
                self.oldest = Some(self.oldest.map_or(own, |oldest| oldest.min(own)));
                self.without_key.push((message.clone(), page));
            }
            // How long it is remembered hangs on all that are equal to it.
            None => self.enter(message, page),
        }
    }

    /// Another page came: what was added is told from what comes by its key.
    pub(super) fn find_keys(&mut self) {
        if self.without_key.is_empty() {
            return;
        }
        for (message, page) in std::mem::take(&mut self.without_key) {
            self.enter(&message, page);
        }
    }

    fn enter(&mut self, message: &Message, page: u64) {
        let entries = self.entries.get_or_insert_default();
        let entry = entries.entry(message.key()).or_insert(Entry {
            count: 0,
            instant: message.created_at.instant(),
            page,
        });
        entry.count += 1;
        entry.page = page;
    }

    /// Messages that come again when the next page is asked from `bound`.
    pub(super) fn until(&self, bound: Timestamp) -> u64 {
        self.number(|instant| instant.is_none_or(|own| own <= bound))
    }

    /// Those made since `instant`.
    pub(super) fn since(&self, instant: Timestamp) -> u64 {
        self.number(|own| own.is_some_and(|own| own >= instant))
    }

    /// How many there are of some times.
    fn number(&self, counts: impl Fn(Option<Timestamp>) -> bool) -> u64 {
        if self.entries.is_none() && self.without_key.is_empty() {
            return 0;
        }
        let entries = self.entries.iter().flat_map(BTreeMap::values);
        let with_key = entries.filter(|entry| counts(entry.instant));
        let with_key: u64 = with_key.map(|entry| u64::from(entry.count)).sum();
        let rest = self.without_key.iter();
        let rest = rest.filter(|(message, _)| counts(message.created_at.instant()));
        with_key + rest.count() as u64
    }

    /// Those made at `instant`, each with how often it was handed out.
    pub(super) fn at(&self, instant: Timestamp) -> impl Iterator<Item = (&MessageKey, u32)> {
        (self.entries.iter().flatten())
            .filter(move |(_, entry)| entry.instant == Some(instant))
            .map(|(key, entry)| (key, entry.count))
    }
}

#[cfg(test)]
mod tests;
