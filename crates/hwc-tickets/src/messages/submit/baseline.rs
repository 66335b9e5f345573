//! The state of a conversation just before a submit, to tell new messages from old ones afterwards.
//!
//! Reading it also opens or warms the connection: the POST that follows does not meet a line that the
//! other side closed while it was idle.

use super::{
    likeness::Likeness,
    mark::{Mark, mark},
    snapshot::Snapshot,
};
use crate::{
    doubt::{fingerprint::Fingerprint, moment::FOREIGN_CLOCK},
    hex,
    messages::message::{Message, MessageKey},
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize, de};
use std::{borrow::Cow, cmp::Reverse, collections::BTreeMap, time::Duration};

/// What was in the ticket before a submit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Baseline {
    /// A later snapshot has to be complete since this instant. `None`: to the beginning.
    pub(crate) since: Option<Timestamp>,
    /// What is older than this may have been there without having been seen. `None`: all was seen.
    pub(crate) floor: Option<Timestamp>,
    /// The messages that were seen, as a multiset.
    pub(crate) seen: Seen,
    /// Those of them whose text could be taken for the one to be sent.
    pub(crate) alike: Seen,
    /// One that was seen cannot be told from a message that is sent now, or one that came since and could be that
    /// message was taken back. Absence cannot be claimed then: the known one may be recalled while the new one
    /// arrives, and the new one itself may be gone.
    pub(crate) shaky: bool,
    /// The service's time when it was read.
    pub(crate) date: Option<Timestamp>,
}

impl Baseline {
    /// The baseline of a snapshot, or `None` when it does not reach far enough back.
    pub(crate) fn of(
        snapshot: &Snapshot,
        fingerprint: &Fingerprint,
        author: Option<&str>,
    ) -> Option<Self> {
        // The whole conversation was seen: then no message is too old to be compared.
        let since = if snapshot.whole {
            None
        } else {
            Some(snapshot.edge()?)
        };
        if !snapshot.is_covered(since) {
            return None;
        }
        let fresh = snapshot
            .date
            .and_then(|date| date.checked_sub(FOREIGN_CLOCK).ok());
        let mut seen = Seen::default();
        let mut alike = Seen::default();
        let mut shaky = false;
        let mut rows: Vec<_> = snapshot.rows().collect();
        // A row without a time comes first: it is never taken for one that is out of reach by now.
        rows.sort_by_key(|(_, row)| {
            let instant = row.message.created_at.instant();
            (instant.is_some(), Reverse(instant))
        });
        for (key, row) in rows {
            seen.add(key, row.count);
            // Whoever wrote it and whatever is attached: these may be shown otherwise later.
            if fingerprint.matches_forms(row.forms()) {
                alike.add(key, row.count);
            }
            let is_fresh = match (row.message.created_at.instant(), fresh) {
                (Some(instant), Some(fresh)) => instant >= fresh,
                _ => true,
            };
            shaky |= is_fresh
                && match fingerprint.likeness(&row.message, row.forms(), author, None) {
                    Likeness::Proven | Likeness::Same | Likeness::Folded => true,
                    Likeness::Possible => {
                        fingerprint.alterable || fingerprint.may_become(row.forms())
                    }
                    Likeness::Different => false,
                };
        }
        Some(Self {
            since,
            floor: since.and(snapshot.oldest()),
            seen,
            alike,
            shaky,
            date: snapshot.date,
        })
    }

    /// How many messages of the same text are not shown any more. Each may be shown again as one that looks new: its
    /// time, its author or its files are told otherwise now. `new`: rows that were not there before.
    pub(crate) fn vanished(&self, snapshot: &Snapshot, new: u64) -> usize {
        let mut left = snapshot.counts();
        let shown: Vec<(Mark, bool)> = (self
            .seen
            .0
            .iter()
            .map(|mark| (*mark, take(&mut left, mark))))
        .collect();
        // The oldest ones are out of sight where newer ones have taken their place. In no order of time it may be any.
        let pushed_out = match snapshot.whole || !snapshot.is_in_order() {
            true => 0,
            false => usize::try_from(new).unwrap_or(usize::MAX),
        };
        let oldest = (shown.iter().rev())
            .take_while(|(_, is_shown)| !is_shown)
            .count();
        let in_reach = shown.len() - oldest.min(pushed_out);
        let mut alike = self.alike.counts();
        let missing = (shown.iter().take(in_reach)).filter(|(_, is_shown)| !is_shown);
        missing.filter(|(mark, _)| take(&mut alike, mark)).count()
    }

    /// Whether the message that another submit was found to have made was seen.
    pub(crate) fn holds(&self, landed: &Seen) -> bool {
        landed.is_part_of(&self.seen)
    }

    /// Whether the message `key` was seen, at least `count` times.
    pub(crate) fn saw(&self, key: MessageKey, count: usize) -> bool {
        let mark = mark(key);
        (self.seen.0.iter().filter(|seen| **seen == mark)).count() >= count
    }

    /// Whether something was seen, and nothing of it was seen at the time of `other`, nor is shown now: then this is of another
    /// ticket. Of a ticket that was not seen whole, the older messages are out of sight, which proves nothing.
    pub(crate) fn has_nothing_of(&self, other: &Self, snapshot: &Snapshot) -> bool {
        if other.since.is_some() && !snapshot.whole {
            return false;
        }
        let shown = snapshot.counts();
        let is_foreign = |mark: &Mark| !shown.contains_key(mark) && !other.seen.0.contains(mark);
        !self.seen.is_empty() && self.seen.0.iter().all(is_foreign)
    }

    /// Whether what came since can be told from what was there before without having been seen: by its time, which
    /// needs an order of time, or because all was seen.
    pub(crate) fn tells_new_in(&self, snapshot: &Snapshot) -> bool {
        self.since.is_none() || snapshot.is_in_order()
    }

    /// Whether `message` may have been there before without having been seen.
    pub(crate) fn is_below(&self, message: &Message) -> bool {
        match (self.floor, message.created_at.instant()) {
            (Some(floor), Some(instant)) => instant <= floor,
            _ => false,
        }
    }

    /// Whether `message`, by its own time, may have been there before: the read was answered from a state up to
    /// `window` old, and it was made in that time. What is no older than clocks may differ counts as made after it; a
    /// clock that is off by more than the window makes no such message.
    pub(crate) fn may_have_missed(&self, message: &Message, window: Duration) -> bool {
        let (Some(date), Some(instant)) = (self.date, message.created_at.instant()) else {
            return false;
        };
        let window = SignedDuration::try_from(window).unwrap_or(SignedDuration::MAX);
        let oldest = date.checked_sub(window.saturating_add(FOREIGN_CLOCK));
        let newest = date.checked_sub(FOREIGN_CLOCK).unwrap_or(Timestamp::MIN);
        instant >= oldest.unwrap_or(Timestamp::MIN) && instant < newest
    }

    /// Whether `snapshot` proves that nothing came that could be a message of the customer's side, where none of its rows is
    /// new and in question. `below`: whether there are others from the customer's side that may have been there before.
    ///
    /// Only the whole ticket proves it. What came need not stand among the newest: the clock that stamps messages is no
    /// other's. And no total proves it: one that somebody takes back out of sight makes up for one that came there.
    pub(crate) fn proves_nothing_came(&self, snapshot: &Snapshot, below: bool) -> bool {
        !self.shaky
            && snapshot.unreadable == 0
            && snapshot.whole
            && !below
            && snapshot.is_later_than(self.date)
            && self.is_still_shown(snapshot)
    }

    /// Whether `snapshot` shows again all that the baseline saw. One that does not was answered from an older state, for
    /// another ticket or with nothing at all; or a message was recalled, which leaves a doubt open.
    fn is_still_shown(&self, snapshot: &Snapshot) -> bool {
        let mut left = snapshot.counts();
        self.seen.0.iter().all(|mark| take(&mut left, mark))
    }
}

/// Takes one message out, if there is one of it.
fn take(left: &mut BTreeMap<Mark, usize>, mark: &Mark) -> bool {
    match left.get_mut(mark).filter(|count| **count > 0) {
        Some(count) => {
            *count -= 1;
            true
        }
        None => false,
    }
}

/// A multiset of messages, the newest first. Written as one text of hexadecimal digits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Seen(Vec<Mark>);

impl Seen {
    pub(crate) fn add(&mut self, key: MessageKey, count: usize) {
        self.0.extend(std::iter::repeat_n(mark(key), count));
    }

    /// One message, as often as it was seen at once.
    pub(crate) fn of(key: MessageKey, count: usize) -> Self {
        let mut seen = Self::default();
        seen.add(key, count);
        seen
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether all of it was seen there too, each at least as often. Of nothing, nothing is known.
    fn is_part_of(&self, whole: &Self) -> bool {
        !self.0.is_empty()
            && (self.counts().iter())
                .all(|(mark, count)| whole.0.iter().filter(|seen| *seen == mark).count() >= *count)
    }

    /// How often each was seen.
    pub(crate) fn counts(&self) -> BTreeMap<Mark, usize> {
        let mut counts = BTreeMap::new();
        for mark in &self.0 {
            *counts.entry(*mark).or_default() += 1;
        }
        counts
    }
}

impl Serialize for Seen {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(self.0.as_flattened()))
    }
}

impl<'de> Deserialize<'de> for Seen {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <Cow<'de, str>>::deserialize(deserializer)?;
        let digits = 2 * size_of::<Mark>();
        let mut marks = vec![Mark::default(); text.len() / digits];
        match hex::decode_into(&text, marks.as_flattened_mut()) {
            Some(()) => Ok(Self(marks)),
            None => Err(de::Error::custom(
                "hexadecimal digits are expected, sixteen for each message",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        messages::{message::MessageKind, wire::MessagePage},
        time::MessageTime,
    };

    /// A message of this second.
    fn message(second: i64) -> Message {
        let time = MessageTime::from(Timestamp::from_second(second).unwrap());
        Message::new(MessageKind::Customer, time, "words")
    }

    /// What a page with a message for each of these seconds shows.
    fn shown(seconds: &[i64], whole: bool) -> Snapshot {
        let mut snapshot = Snapshot::default();
        snapshot.add(&MessagePage {
            messages: seconds.iter().map(|second| message(*second)).collect(),
            ..MessagePage::default()
        });
        snapshot.whole |= whole;
        snapshot
    }

    /// Messages of these seconds were there before, each alike what is sent then. `since`: of a ticket that was not seen whole.
    fn baseline(since: Option<Timestamp>, seconds: &[i64]) -> Baseline {
        let mut seen = Seen::default();
        for second in seconds {
            seen.add(message(*second).key(), 1);
        }
        Baseline {
            since,
            floor: since,
            alike: seen.clone(),
            seen,
            shaky: false,
            date: None,
        }
    }

    /// Of a ticket that was not seen whole, the time of a message tells that, as far as times are in order.
    #[test]
    fn what_is_new_is_told_by_an_order_of_time_or_because_all_was_seen() {
        let part = Some(Timestamp::UNIX_EPOCH);
        for (since, seconds, wanted) in [
            (None, &[300, 200, 100][..], true),
            (None, &[300, 100, 200], true),
            (part, &[300, 200, 100], true),
            (part, &[100, 200, 300], true),
            (part, &[300, 100, 200], false),
        ] {
            let tells = baseline(since, &[100]).tells_new_in(&shown(seconds, true));
            assert_eq!(tells, wanted, "{since:?} {seconds:?}");
        }
    }

    /// One message is new and one is not shown any more.
    #[test]
    fn an_old_message_is_pushed_out_of_sight_where_times_are_in_order() {
        let before = baseline(None, &[300, 200, 100]);
        for (seconds, whole, wanted) in [
            (&[400, 300, 200][..], false, 0),
            (&[400, 300, 200], true, 1),
            // The one of second 100 may have stood among the newest, and be shown with another time now.
            (&[300, 200, 400], false, 1),
            (&[400, 300, 100], false, 1),
        ] {
            let vanished = before.vanished(&shown(seconds, whole), 1);
            assert_eq!(vanished, wanted, "{seconds:?} {whole}");
        }
    }

    /// What is out of sight in a long ticket is not missing from it.
    #[test]
    fn only_a_ticket_that_was_seen_whole_shows_that_another_one_is_another() {
        let baseline = |since: Option<Timestamp>, marks: &[u8]| Baseline {
            since,
            floor: since,
            seen: Seen(marks.iter().map(|byte| [*byte; 8]).collect()),
            alike: Seen::default(),
            shaky: false,
            date: None,
        };
        let snapshot = |whole: bool| {
            let mut snapshot = Snapshot::default();
            snapshot.whole |= whole;
            snapshot
        };
        let part = Some(Timestamp::UNIX_EPOCH);
        let rows = [
            (&[1][..], None, &[2], false, true),
            (&[1], part, &[2], true, true),
            (&[1], part, &[2], false, false),
            (&[1, 3], None, &[3], true, false),
            (&[], None, &[2], true, false),
        ];
        for (theirs, since, marks, whole, wanted) in rows {
            let (theirs, own) = (baseline(None, theirs), baseline(since, marks));
            let is_another = theirs.has_nothing_of(&own, &snapshot(whole));
            assert_eq!(is_another, wanted, "{theirs:?} {own:?} {whole}");
        }
    }
}
