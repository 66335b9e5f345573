//! What of a ticket was handed out: enough to make "at least once" into "once", in bounded memory.
//!
//! The newest messages are known by short digests of their keys; of everything older only the time up
//! to which all was handed out. Whole seconds are forgotten, never parts of one.

use crate::message::{Message, MessageKey};
use std::collections::{BTreeMap, VecDeque};

/// Messages of one ticket that are known one by one; more when they fall into a single second.
pub(super) const KNOWN_PER_TICKET: usize = 256;
/// Messages without a readable time that are known.
pub(super) const KNOWN_UNDATED: usize = 64;

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
    /// It is older than everything that is of interest.
    TooOld,
}

/// What was handed out of one ticket.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// Nothing of this second or before it is of interest.
    pub(super) floor: Option<i64>,
    /// Keys of each later second, one for each message.
    pub(super) seconds: BTreeMap<i64, Vec<ShortKey>>,
    pub(super) undated: VecDeque<ShortKey>,
    number: usize,
}

impl Seen {
    /// `occurrence`: how often this key has stood in the same answer so far, this one included.
    pub(super) fn judge(&self, message: &Message, key: ShortKey, occurrence: usize) -> Verdict {
        let known = match second_of(message) {
            Some(second) if self.floor.is_some_and(|floor| second <= floor) => {
                return Verdict::TooOld;
            }
            Some(second) => self.seconds.get(&second).map_or(0, |keys| count(keys, key)),
            None => count(&self.undated, key),
        };
        if occurrence <= known {
            Verdict::Known
        } else {
            Verdict::New
        }
    }

    /// Notes a message as handed out.
    pub(super) fn add(&mut self, message: &Message) {
        self.add_key(second_of(message), ShortKey::of(message));
    }

    pub(super) fn add_key(&mut self, second: Option<i64>, key: ShortKey) {
        let Some(second) = second else {
            self.undated.push_back(key);
            if self.undated.len() > KNOWN_UNDATED {
                self.undated.pop_front();
            }
            return;
        };
        self.seconds.entry(second).or_default().push(key);
        self.number += 1;
        // A burst may go on, so its second is kept as a whole however large it is.
        while self.number > KNOWN_PER_TICKET && self.seconds.len() > 1 {
            let Some((oldest, keys)) = self.seconds.pop_first() else {
                return;
            };
            self.number -= keys.len();
            self.raise_floor(oldest);
        }
    }

    /// From now on nothing of `second` or before it is of interest.
    pub(super) fn raise_floor(&mut self, second: i64) {
        self.floor = Some(self.floor.map_or(second, |floor| floor.max(second)));
        while let Some(entry) = self.seconds.first_entry() {
            if *entry.key() > second {
                break;
            }
            self.number -= entry.remove().len();
        }
    }

    /// Forgets every dated message; the floor stays.
    pub(super) fn forget_keys(&mut self) {
        self.seconds.clear();
        self.number = 0;
    }

    /// The newest second that something was handed out of.
    pub(super) fn newest(&self) -> Option<i64> {
        self.seconds.keys().next_back().copied().or(self.floor)
    }
}

/// The second a message was made in.
pub(super) fn second_of(message: &Message) -> Option<i64> {
    let instant = message.created_at.instant()?;
    Some(instant.as_millisecond().div_euclid(1000))
}

fn count<'a>(keys: impl IntoIterator<Item = &'a ShortKey>, key: ShortKey) -> usize {
    keys.into_iter().filter(|known| **known == key).count()
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

    /// Adds to `held` what of an answer is not in it. The same message may come with every answer.
    pub(super) fn merge(held: &mut Vec<Message>, answer: Vec<Message>) {
        let mut in_held = Self::default();
        for message in held.iter() {
            in_held.next(ShortKey::of(message));
        }
        let mut in_answer = Self::default();
        for message in answer {
            let key = ShortKey::of(&message);
            if in_answer.next(key) > in_held.so_far(key) {
                held.push(message);
            }
        }
    }

    pub(super) fn so_far(&self, key: ShortKey) -> usize {
        self.0.get(&key).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(range: std::ops::Range<u64>) -> impl Iterator<Item = ShortKey> {
        range.map(ShortKey)
    }

    #[test]
    fn whole_seconds_are_forgotten_and_a_burst_never() {
        let mut seen = Seen::default();
        for key in keys(0..1000) {
            seen.add_key(Some(7), key);
        }
        assert_eq!(seen.seconds[&7].len(), 1000);
        assert_eq!(seen.floor, None);
        seen.add_key(Some(8), ShortKey(1));
        assert_eq!(
            (seen.floor, seen.seconds.len(), seen.number),
            (Some(7), 1, 1)
        );
        for second in 9..1000 {
            seen.add_key(Some(second), ShortKey(second.unsigned_abs()));
        }
        assert_eq!(seen.number, KNOWN_PER_TICKET);
        assert_eq!(seen.seconds.len(), KNOWN_PER_TICKET);
        assert_eq!(seen.newest(), Some(999));
        seen.raise_floor(998);
        assert_eq!((seen.number, seen.seconds.len()), (1, 1));
    }

    #[test]
    fn memory_is_bounded_for_messages_without_a_time() {
        let mut seen = Seen::default();
        keys(0..10_000).for_each(|key| seen.add_key(None, key));
        assert_eq!(seen.undated.len(), KNOWN_UNDATED);
    }
}
