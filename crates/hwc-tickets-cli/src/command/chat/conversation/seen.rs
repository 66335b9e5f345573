//! Which messages of the support were really on the screen: only then the ticket may be marked as read.

use super::{Conversation, Effect, Entry, layout};
use hwc_tickets::{MessageKey, MessageKind};
use std::collections::HashMap;

/// What of a message was shown. A long one is seen when its beginning and its end were.
#[derive(Debug, Clone, Copy, Default)]
struct Shown {
    beginning: bool,
    end: bool,
}

/// What is unread and was not shown yet.
#[derive(Debug, Default)]
pub(super) struct Unseen {
    /// Whether the beginning is all there.
    is_there: bool,
    /// How many messages were unread at the beginning, when that is known. The outer one: whether the answer is there.
    counted: Option<Option<u64>>,
    /// Messages that came since the beginning and before the answer.
    late: u64,
    /// Whether those at the beginning were looked up among what was loaded.
    is_begun: bool,
    /// Messages on the screen that are to be seen.
    waiting: HashMap<MessageKey, Shown>,
    /// Unread messages that stand before those that were read so far.
    before: u64,
    /// One of the unread messages may be missing on the screen, and is never seen then.
    is_doubted: bool,
    /// Something was unread since the ticket was marked.
    is_any: bool,
}

impl Conversation {
    /// What was there at the beginning is all on the screen, or above it.
    pub(super) fn begin(&mut self) {
        self.unseen.is_there = true;
    }

    /// The number of unread messages was asked for; `None` when there was no answer.
    pub(super) fn count(&mut self, unread: Option<u64>) {
        self.unseen.counted = Some(unread);
    }

    /// A message that came to be read.
    pub(super) fn unsee(&mut self, key: MessageKey) {
        if self.unseen.is_begun {
            self.unseen.waiting.insert(key, Shown::default());
            self.unseen.is_any = true;
        } else if self.unseen.is_there {
            self.unseen.late += 1;
        }
    }

    /// One of the older messages that come may be missing. It may be one of those that are still to be seen, and an older one was
    /// taken for it.
    pub(super) fn doubt_older(&mut self) {
        let unseen = &mut self.unseen;
        unseen.is_doubted |= unseen.is_any || !unseen.is_begun;
    }

    /// Older messages were put before all others: the newest of them may be unread. `is_all`: it is proven that none is missing.
    pub(super) fn unsee_older(&mut self, messages: usize, is_all: bool) {
        let unseen = &mut self.unseen;
        let older = self.entries.iter().take(messages).rev();
        for key in older.filter_map(of_support) {
            if unseen.before == 0 {
                break;
            }
            unseen.before -= 1;
            unseen.waiting.insert(key, Shown::default());
        }
        if is_all {
            unseen.before = 0;
            unseen.is_doubted = false;
        }
    }

    /// Takes note of what is in sight. Gives whether all that was unread has been seen now.
    pub(super) fn see(&mut self) -> Option<Effect> {
        if self.keeps_unread || !self.unseen.is_there {
            return None;
        }
        self.begin_to_see();
        if self.is_covered || !self.unseen.is_any {
            return None;
        }
        for (number, beginning, end) in layout::in_sight(self) {
            let key = self.entries.get(number).and_then(of_support);
            let Some(key) = key else { continue };
            if let Some(shown) = self.unseen.waiting.get_mut(&key) {
                shown.beginning |= beginning;
                shown.end |= end;
                if shown.beginning && shown.end {
                    self.unseen.waiting.remove(&key);
                }
            }
        }
        let is_all = self.unseen.waiting.is_empty() && self.unseen.before == 0;
        if !is_all || self.unseen.is_doubted || self.is_marking {
            return None;
        }
        self.unseen.is_any = false;
        self.is_marking = true;
        Some(Effect::MarkRead)
    }

    /// Finds the unread messages among those of the beginning, once both are there.
    fn begin_to_see(&mut self) {
        let Some(counted) = self.unseen.counted.filter(|_| !self.unseen.is_begun) else {
            return;
        };
        self.unseen.is_begun = true;
        let newest = self.entries.iter().rev();
        let keys: Vec<MessageKey> = match counted {
            Some(number) => {
                let number = number.saturating_add(self.unseen.late);
                let most = usize::try_from(number).unwrap_or(usize::MAX);
                newest.filter_map(of_support).take(most).collect()
            }
            // What came since the customer wrote last.
            None => newest
                .take_while(|entry| is_of_others(entry))
                .filter_map(of_support)
                .collect(),
        };
        let found = u64::try_from(keys.len()).unwrap_or(u64::MAX);
        let read = u64::try_from(self.entries.len()).unwrap_or(u64::MAX);
        // With fewer than were asked for, none stands before them.
        if self.older != super::Older::None && read >= self.tail {
            self.unseen.before = counted.unwrap_or(0).saturating_sub(found);
        }
        self.unseen.is_any = !keys.is_empty() || self.unseen.before > 0;
        self.unseen.is_doubted &= self.unseen.is_any;
        let keys = keys.into_iter().map(|key| (key, Shown::default()));
        self.unseen.waiting.extend(keys);
    }

    /// Messages that are to be seen before the ticket is marked as read.
    pub(crate) fn unseen(&self) -> u64 {
        let waiting = u64::try_from(self.unseen.waiting.len()).unwrap_or(u64::MAX);
        waiting.saturating_add(self.unseen.before)
    }
}

fn is_of_others(entry: &Entry) -> bool {
    matches!(entry, Entry::Read(message) if message.kind != MessageKind::Customer)
}

fn of_support(entry: &Entry) -> Option<MessageKey> {
    match entry {
        Entry::Read(message) if message.kind != MessageKind::Customer => Some(message.key()),
        _ => None,
    }
}
