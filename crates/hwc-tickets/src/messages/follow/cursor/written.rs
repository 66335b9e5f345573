//! The written form of a cursor: plain JSON, with a version.

use super::{
    Cursor, Group, LARGEST, MOST_LEFT_OUT, Mark, TicketDigest, VERSION, is_usable, version1,
};
use crate::messages::follow::dedupe::{Seen, ShortKey};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Digits and punctuation around the tickets of a group.
const PER_GROUP: usize = 96;
/// What is written of a ticket beside the messages that are known of it.
const PER_TICKET: usize = 256;
/// A known message, at most.
const PER_KEY: usize = 48;
/// What all known messages together may take.
const ROOM_FOR_KEYS: usize = 1 << 20;

#[derive(Serialize, Deserialize)]
pub(super) struct Stored {
    /// Version of this form.
    hwc_tickets_cursor: u32,
    groups: Vec<StoredGroup>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    left_out: Vec<StoredGroup>,
    #[serde(default, skip_serializing_if = "is_false")]
    forgot_tickets: bool,
}

#[derive(Serialize, Deserialize)]
struct StoredGroup {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    position: Option<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    opening: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    marks: Vec<StoredMark>,
    /// The marks as version 1 wrote them.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    tickets: String,
}

#[derive(Serialize, Deserialize)]
struct StoredMark {
    /// Digest of its id.
    ticket: String,
    #[serde(default, skip_serializing_if = "is_false")]
    catching_up: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    owes_gap: bool,
    /// Its name. One that only a later version knows is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    forgotten: Option<i64>,
    #[serde(default, skip_serializing_if = "is_false")]
    forgot_undated: bool,
    /// Second and digest of each message.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    known: Vec<(Option<i64>, String)>,
}

fn is_false(flag: &bool) -> bool {
    !flag
}

/// A stored cursor cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum InvalidCursor {
    #[error(
        "the cursor has version {0}, this crate reads up to {VERSION}: use a newer version of it"
    )]
    Version(u32),
    #[error("the cursor is damaged")]
    Damaged,
}

impl From<Cursor> for Stored {
    fn from(mut cursor: Cursor) -> Self {
        fit(&mut cursor);
        Self {
            hwc_tickets_cursor: VERSION,
            groups: (cursor.groups.into_iter())
                .map(|group| StoredGroup::from(Arc::unwrap_or_clone(group)))
                .collect(),
            left_out: cursor.left_out.into_iter().map(StoredGroup::from).collect(),
            forgot_tickets: cursor.forgot_tickets,
        }
    }
}

impl From<Group> for StoredGroup {
    fn from(group: Group) -> Self {
        Self {
            position: group.position,
            opening: group.opening,
            marks: group.marks.into_iter().map(StoredMark::from).collect(),
            tickets: String::new(),
        }
    }
}

impl From<Mark> for StoredMark {
    fn from(mark: Mark) -> Self {
        let seen = &mark.seen;
        Self {
            ticket: crate::hex::encode(&mark.ticket.0),
            catching_up: mark.catching_up,
            owes_gap: mark.owes_gap,
            status: mark.status.map(|status| status.to_string()),
            from: seen.from,
            forgotten: seen.forgotten(),
            forgot_undated: seen.forgot_undated(),
            known: (seen.known())
                .map(|(second, key)| (second, crate::hex::encode(&key.0.to_be_bytes())))
                .collect(),
        }
    }
}

impl TryFrom<Stored> for Cursor {
    type Error = InvalidCursor;

    fn try_from(stored: Stored) -> Result<Self, InvalidCursor> {
        if !(1..=VERSION).contains(&stored.hwc_tickets_cursor) {
            return Err(InvalidCursor::Version(stored.hwc_tickets_cursor));
        }
        let read = |groups: Vec<StoredGroup>| -> Result<Vec<Group>, InvalidCursor> {
            groups.into_iter().map(Group::try_from).collect()
        };
        Ok(Self {
            groups: read(stored.groups)?.into_iter().map(Arc::new).collect(),
            left_out: read(stored.left_out)?,
            forgot_tickets: stored.forgot_tickets,
        })
    }
}

impl TryFrom<StoredGroup> for Group {
    type Error = InvalidCursor;

    fn try_from(stored: StoredGroup) -> Result<Self, InvalidCursor> {
        if !stored.position.as_deref().is_none_or(is_usable) {
            return Err(InvalidCursor::Damaged);
        }
        let marks = match stored.tickets.as_str() {
            "" => (stored.marks.into_iter())
                .map(Mark::try_from)
                .collect::<Result<_, _>>()?,
            packed => version1::unpack(packed).ok_or(InvalidCursor::Damaged)?,
        };
        Ok(Self {
            position: stored.position,
            opening: stored.opening,
            marks,
        })
    }
}

impl TryFrom<StoredMark> for Mark {
    type Error = InvalidCursor;

    fn try_from(stored: StoredMark) -> Result<Self, InvalidCursor> {
        let known: Vec<(Option<i64>, ShortKey)> = (stored.known.into_iter())
            .map(|(second, key)| Ok((second, ShortKey(u64::from_be_bytes(bytes(&key)?)))))
            .collect::<Result<_, InvalidCursor>>()?;
        Ok(Self {
            ticket: TicketDigest(bytes(&stored.ticket)?),
            catching_up: stored.catching_up,
            owes_gap: stored.owes_gap,
            status: (stored.status).and_then(|name| name.parse().ok()),
            seen: Arc::new(Seen::restored(
                known,
                stored.forgotten,
                stored.forgot_undated,
                stored.from,
            )),
        })
    }
}

fn bytes(digits: &str) -> Result<[u8; 8], InvalidCursor> {
    let mut bytes = [0; 8];
    crate::hex::decode_into(digits, &mut bytes).ok_or(InvalidCursor::Damaged)?;
    Ok(bytes)
}

/// Forgets the tickets that were left out longest, and the oldest messages of all, until the rest fits.
fn fit(cursor: &mut Cursor) {
    let cost_of_one = |group: &Group| -> usize {
        let position = group.position.as_ref().map_or(0, String::len);
        // A character of a position may need an escape of six.
        PER_GROUP + position * 6 + group.marks.len() * PER_TICKET
    };
    let cost = |groups: &[Group]| -> usize { groups.iter().map(cost_of_one).sum() };
    let followed: usize = cursor.groups.iter().map(|group| cost_of_one(group)).sum();
    while !cursor.left_out.is_empty()
        && (followed + cost(&cursor.left_out) > LARGEST / 2
            || number_of_tickets(&cursor.left_out) > MOST_LEFT_OUT)
    {
        cursor.forgot_tickets = true;
        let beyond = number_of_tickets(&cursor.left_out).saturating_sub(MOST_LEFT_OUT);
        match cursor.left_out.first_mut() {
            Some(longest) if beyond > 0 && beyond < longest.marks.len() => {
                longest.marks.drain(..beyond);
            }
            _ => drop(cursor.left_out.remove(0)),
        }
    }
    let fixed = PER_GROUP + followed + cost(&cursor.left_out);
    let keys = LARGEST.saturating_sub(fixed).min(ROOM_FOR_KEYS) / PER_KEY;
    let groups = || {
        let followed = cursor.groups.iter().map(|group| &**group);
        followed.chain(&cursor.left_out)
    };
    let numbers: Vec<usize> = (groups().flat_map(|group| &group.marks))
        .map(|mark| mark.seen.known().len())
        .collect();
    let takes = |most: usize| -> usize { numbers.iter().map(|number| (*number).min(most)).sum() };
    let largest = numbers.iter().copied().max().unwrap_or(0);
    if takes(largest) <= keys {
        return;
    }
    // The largest number that each may keep.
    let (mut fits, mut too_many) = (0, largest);
    while too_many - fits > 1 {
        let middle = fits.midpoint(too_many);
        if takes(middle) <= keys {
            fits = middle;
        } else {
            too_many = middle;
        }
    }
    let groups = cursor.groups.iter_mut().map(Arc::make_mut);
    let groups = groups.chain(&mut cursor.left_out);
    for mark in groups.flat_map(|group| &mut group.marks) {
        if mark.seen.known().len() > fits {
            Arc::make_mut(&mut mark.seen).shorten(fits);
        }
    }
}

fn number_of_tickets(groups: &[Group]) -> usize {
    groups.iter().map(|group| group.marks.len()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{messages::follow::MOST_TICKETS, tickets::detail::TicketStatus};
    use proptest::prelude::*;

    fn mark(number: u64, known: impl Iterator<Item = (Option<i64>, u64)>) -> Mark {
        let known = known.map(|(second, key)| (second, ShortKey(key)));
        Mark {
            ticket: TicketDigest(number.to_be_bytes()),
            catching_up: number % 2 == 1,
            owes_gap: number.is_multiple_of(3),
            status: (number % 5 == 1).then_some(TicketStatus::AwaitingConfirmation),
            seen: Arc::new(Seen::restored(known, None, false, Some(1_772_236_800))),
        }
    }

    fn cursor(groups: Vec<Group>, left_out: Vec<Group>) -> Cursor {
        Cursor {
            groups: groups.into_iter().map(Arc::new).collect(),
            left_out,
            forgot_tickets: false,
        }
    }

    fn group(position: Option<String>, marks: Vec<Mark>) -> Group {
        Group {
            position,
            opening: false,
            marks,
        }
    }

    fn round_trip(cursor: &Cursor) -> (usize, Cursor) {
        let text = serde_json::to_string(cursor).unwrap();
        (text.len(), serde_json::from_str(&text).unwrap())
    }

    #[test]
    fn the_largest_follower_fits_and_keeps_the_newest_of_each_ticket() {
        let busy =
            || (0..1024).map(|second| (Some(1_772_236_800 + second), u64::MAX - second as u64));
        let marks = |from: u64| (from..from + MOST_TICKETS as u64).map(|n| mark(n, busy()));
        let grouped = |marks: Vec<Mark>| -> Vec<Group> {
            let chunks = marks.chunks(100);
            chunks
                .map(|marks| group(Some("x".repeat(64)), marks.to_vec()))
                .collect()
        };
        let all = cursor(grouped(marks(0).collect()), grouped(marks(5000).collect()));
        let (length, back) = round_trip(&all);
        assert!(length <= LARGEST && length > LARGEST / 8, "{length}");
        let groups = back.groups.iter().map(|group| &**group);
        let groups = groups.chain(&back.left_out);
        let mut number = 0;
        for mark in groups.flat_map(|group| &group.marks) {
            let (last, _) = mark.seen.known().last().unwrap();
            assert_eq!(last, Some(1_772_236_800 + 1023));
            assert!(mark.seen.forgotten().is_some());
            number += 1;
        }
        assert_eq!(number, 2 * MOST_TICKETS, "every ticket keeps its place");
        assert!(!back.forgot_tickets);
    }

    #[test]
    fn the_tickets_left_out_longest_are_forgotten_first_and_that_is_remembered() {
        let left_out =
            (0..2000).map(|n| group(Some(format!("p{n}")), vec![mark(n, [].into_iter())]));
        let left_out: Vec<Group> = left_out.collect();
        let (_, back) = round_trip(&cursor(Vec::new(), left_out.clone()));
        assert!(back.forgot_tickets);
        assert_eq!(back.left_out, left_out[500..]);
        let one = vec![group(
            None,
            (0..2000).map(|n| mark(n, [].into_iter())).collect(),
        )];
        let (_, back) = round_trip(&cursor(Vec::new(), one.clone()));
        assert_eq!(back.left_out[0].marks, one[0].marks[500..]);
        // Positions of a length beyond reason take no room from the rest.
        let long = (0..400).map(|n| group(Some("x".repeat(16_000)), vec![mark(n, [].into_iter())]));
        let (length, back) = round_trip(&cursor(Vec::new(), long.collect()));
        assert!(length <= LARGEST && back.forgot_tickets && !back.left_out.is_empty());
    }

    fn any_mark() -> impl Strategy<Value = Mark> {
        let second = 1_772_236_800_i64..1_772_240_400;
        let known = proptest::collection::vec(
            (proptest::option::weighted(0.9, second), any::<u64>()),
            0..600,
        );
        (any::<u64>(), known).prop_map(|(number, known)| mark(number, known.into_iter()))
    }

    proptest::proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn a_cursor_fits_and_forgets_only_what_it_calls_forgotten(
            marks in proptest::collection::vec(any_mark(), 0..80),
            position in proptest::option::of(".{1,64}"),
        ) {
            let before = cursor(vec![group(position, marks)], Vec::new());
            let (length, back) = round_trip(&before);
            assert!(length <= LARGEST, "{length}");
            assert_eq!(before.groups[0].position, back.groups[0].position);
            let pairs = before.groups[0].marks.iter().zip(&back.groups[0].marks);
            for (before, after) in pairs {
                assert_eq!((before.ticket, before.catching_up), (after.ticket, after.catching_up));
                assert_eq!(before.owes_gap, after.owes_gap);
                let gone = before.seen.known().len() - after.seen.known().len();
                for (place, (second, key)) in before.seen.known().enumerate() {
                    if place >= gone {
                        assert_eq!(after.seen.known().nth(place - gone), Some((second, key)));
                    } else if let Some(second) = second {
                        assert!(after.seen.forgotten().unwrap() >= second);
                    } else {
                        assert!(after.seen.forgot_undated());
                    }
                }
            }
        }
    }
}
