//! What of a ticket was handed out: enough to make "at least once" into "once", in bounded memory.
//!
//! Messages are known by short digests of their keys, in the order in which they were handed out, the
//! newest so many of them. No clock decides: a message that is not known is new, whatever its time says.
//! Only where something was forgotten, a message that is not newer than what was forgotten cannot be told
//! from it, and is in doubt.

use crate::messages::message::{Message, MessageKey};
use std::collections::{BTreeMap, HashSet, VecDeque};

/// Messages of one ticket that are known one by one; more when they fall into a single second.
pub(super) const KNOWN_PER_TICKET: usize = 1024;
/// Messages of a single second that are.
const KNOWN_IN_A_SECOND: usize = 10_000;
/// Messages in doubt of one ticket that are remembered, so that each is announced once.
const MOST_DOUBTED: usize = 65_536;

/// The first eight bytes of a [`MessageKey`]: one collision in some 10^14 messages of a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct ShortKey(pub(super) u64);

impl ShortKey {
    pub(super) fn of(message: &Message) -> Self {
        let key: MessageKey = message.key();
        let head = key.as_bytes().first_chunk::<8>();
        Self(head.map_or(0, |head| u64::from_be_bytes(*head)))
    }
}

/// Whether a message was handed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    New,
    /// It was, or one that cannot be told from it.
    Known,
    /// It may be one of those that were forgotten.
    InDoubt,
}

/// What was handed out of one ticket.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// Second and key of each message that is known, in the order of handing out.
    known: VecDeque<(Option<i64>, ShortKey)>,
    /// The newest second of which a message was forgotten.
    forgotten: Option<i64>,
    /// Messages without a readable time were forgotten.
    forgot_undated: bool,
    /// The second the ticket is followed from. History is read back to it; it filters nothing else.
    pub(super) from: Option<i64>,
}

impl Seen {
    pub(super) fn restored(
        known: impl IntoIterator<Item = (Option<i64>, ShortKey)>,
        forgotten: Option<i64>,
        forgot_undated: bool,
        from: Option<i64>,
    ) -> Self {
        Self {
            known: known.into_iter().collect(),
            forgotten,
            forgot_undated,
            from,
        }
    }

    /// `occurrence`: how often this key has stood in the same answer so far, this one included.
    pub(super) fn judge(&self, message: &Message, key: ShortKey, occurrence: usize) -> Verdict {
        let same = self.known.iter().filter(|(_, known)| *known == key);
        if occurrence <= same.count() {
            return Verdict::Known;
        }
        let in_doubt = match second_of(message) {
            Some(second) => self.forgotten.is_some_and(|forgotten| second <= forgotten),
            None => self.forgot_undated,
        };
        if in_doubt {
            Verdict::InDoubt
        } else {
            Verdict::New
        }
    }

    /// Notes a message as handed out.
    pub(super) fn add(&mut self, message: &Message) {
        self.add_key(second_of(message), ShortKey::of(message));
    }

    fn add_key(&mut self, second: Option<i64>, key: ShortKey) {
        self.known.push_back((second, key));
        self.keep(KNOWN_PER_TICKET);
    }

    /// Forgets the oldest until `most` are left. A burst may go on, so its second is kept as a whole, unless it
    /// has no end: where the clock of the service stands still, everything is of one second.
    fn keep(&mut self, most: usize) {
        if self.known.len() <= most {
            return;
        }
        let newest = self.known.back().and_then(|(second, _)| *second);
        let mut excess = self.known.len() - most;
        let (forgotten, forgot_undated) = (&mut self.forgotten, &mut self.forgot_undated);
        self.known.retain(|(second, _)| {
            if excess == 0 || (second.is_some() && *second == newest) {
                return true;
            }
            excess -= 1;
            *forgotten = (*forgotten).max(*second);
            *forgot_undated |= second.is_none();
            false
        });
        self.shorten(KNOWN_IN_A_SECOND.max(most));
    }

    /// Forgets the oldest until `most` are left, whatever their time.
    pub(super) fn shorten(&mut self, most: usize) {
        let excess = self.known.len().saturating_sub(most);
        for (second, _) in self.known.drain(..excess) {
            self.forgotten = self.forgotten.max(second);
            self.forgot_undated |= second.is_none();
        }
    }

    pub(super) fn known(&self) -> impl ExactSizeIterator<Item = (Option<i64>, ShortKey)> + '_ {
        self.known.iter().copied()
    }

    pub(super) fn forgotten(&self) -> Option<i64> {
        self.forgotten
    }

    pub(super) fn forgot_undated(&self) -> bool {
        self.forgot_undated
    }

    /// The second from which on everything that is not known was not handed out; without one, the newest
    /// that is known. `None`: nothing tells.
    pub(super) fn told_apart_from(&self) -> Option<i64> {
        let after = self.forgotten.map(|second| second.saturating_add(1));
        let newest = || self.known.iter().filter_map(|(second, _)| *second).max();
        self.from.max(after).or_else(newest)
    }
}

/// The second a message was made in.
pub(super) fn second_of(message: &Message) -> Option<i64> {
    let instant = message.created_at.instant()?;
    Some(instant.as_millisecond().div_euclid(1000))
}

/// Messages that could not be told from forgotten ones, and were announced.
#[derive(Debug, Default)]
pub(super) struct Doubted(HashSet<(ShortKey, usize)>);

impl Doubted {
    /// Whether it is doubted for the first time.
    pub(super) fn add(&mut self, key: ShortKey, occurrence: usize) -> bool {
        if self.0.len() >= MOST_DOUBTED {
            self.0.clear();
        }
        self.0.insert((key, occurrence))
    }
}

/// Counts keys within one answer.
#[derive(Debug, Default)]
pub(super) struct Occurrences(BTreeMap<ShortKey, usize>);

impl Occurrences {
    pub(super) fn next(&mut self, key: ShortKey) -> usize {
        let number = self.0.entry(key).or_insert(0);
        *number += 1;
        *number
    }

    pub(super) fn so_far(&self, key: ShortKey) -> usize {
        self.0.get(&key).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_handed_out_are_known_and_a_burst_as_a_whole() {
        let mut seen = Seen::default();
        for key in 0..3000 {
            seen.add_key(Some(7), ShortKey(key));
        }
        assert_eq!((seen.known.len(), seen.forgotten), (3000, None));
        seen.add_key(Some(8), ShortKey(1));
        assert_eq!(
            (seen.known.len(), seen.forgotten),
            (KNOWN_PER_TICKET, Some(7))
        );
        let mut endless = Seen::default();
        for key in 0..20_000 {
            endless.add_key(Some(7), ShortKey(key));
        }
        let bounds = (endless.known.len(), endless.forgotten);
        assert_eq!(bounds, (KNOWN_IN_A_SECOND, Some(7)));
        // A clock that stepped back forgets the oldest handed out, not the oldest by time.
        for key in 0..100 {
            seen.add_key(Some(5), ShortKey(key));
        }
        let behind = seen.known().filter(|(second, _)| *second == Some(5));
        assert_eq!((behind.count(), seen.forgotten), (100, Some(7)));
        seen.shorten(10);
        assert_eq!((seen.known.len(), seen.forgotten), (10, Some(8)));
        assert_eq!(seen.told_apart_from(), Some(9));
        seen.from = Some(100);
        assert_eq!(seen.told_apart_from(), Some(100));
    }

    #[test]
    fn memory_is_bounded_for_messages_without_a_time() {
        let mut seen = Seen::default();
        (0..10_000).for_each(|key| seen.add_key(None, ShortKey(key)));
        assert_eq!(seen.known.len(), KNOWN_PER_TICKET);
        assert!(seen.forgot_undated && seen.forgotten.is_none());
        let mut doubted = Doubted::default();
        let news = (0..200_000).filter(|key| doubted.add(ShortKey(*key), 1));
        assert_eq!(news.count(), 200_000);
        assert!(doubted.0.len() <= MOST_DOUBTED);
        assert!(!doubted.add(ShortKey(199_999), 1));
    }
}
