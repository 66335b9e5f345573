//! Marks as bytes: 1,500 tickets have to fit into 64 KiB.

use super::{Group, LARGEST, Mark, TicketDigest};
use crate::follow::dedupe::{KNOWN_UNDATED, Seen, ShortKey};
use std::{cmp::Reverse, sync::Arc};

const CATCHING_UP: u8 = 1;
const HAS_FLOOR: u8 = 2;
/// Digits and punctuation around the bytes of a group.
const PER_GROUP: usize = 64;
/// Digest, flags, floor, and two lengths of a ticket.
const PER_TICKET: usize = 24;
/// Distance and length of a second.
const PER_SECOND: usize = 10;
const PER_KEY: usize = 8;

/// Forgets the oldest seconds, over all tickets, until what is left fits.
pub(super) fn trim(groups: &mut [Group]) {
    let fixed: usize = (groups.iter())
        .map(|group| {
            let undated: usize = group.marks.iter().map(|mark| mark.seen.undated.len()).sum();
            let position = group.position.as_ref().map_or(0, String::len);
            // A character of a position may need an escape of six.
            PER_GROUP + position * 6 + 2 * (group.marks.len() * PER_TICKET + undated * PER_KEY)
        })
        .sum();
    // Two digits make a byte.
    let mut room = LARGEST.saturating_sub(PER_GROUP + fixed) / 2;
    let mut newest: Vec<(i64, usize)> = (groups.iter().flat_map(|group| &group.marks))
        .flat_map(|mark| &mark.seen.seconds)
        .map(|(second, keys)| (*second, PER_SECOND + keys.len() * PER_KEY))
        .collect();
    newest.sort_unstable_by_key(|(second, _)| Reverse(*second));
    let cut = newest
        .into_iter()
        .find_map(|(second, cost)| match room.checked_sub(cost) {
            Some(rest) => {
                room = rest;
                None
            }
            None => Some(second),
        });
    let Some(cut) = cut else { return };
    for mark in groups.iter_mut().flat_map(|group| &mut group.marks) {
        let seen = Arc::make_mut(&mut mark.seen);
        match seen.newest() {
            // The newest second of a ticket may not be over: then rather twice than never.
            Some(newest) if newest <= cut => {
                seen.raise_floor(newest.saturating_sub(1));
                seen.forget_keys();
            }
            Some(_) => seen.raise_floor(cut),
            None => {}
        }
    }
}

pub(super) fn pack(marks: &[Mark]) -> String {
    let mut bytes = Vec::with_capacity(marks.len() * PER_TICKET);
    put(&mut bytes, marks.len() as u64);
    for mark in marks {
        let seen = &mark.seen;
        bytes.extend(mark.ticket.0);
        bytes.push(
            if mark.catching_up { CATCHING_UP } else { 0 }
                | if seen.floor.is_some() { HAS_FLOOR } else { 0 },
        );
        let mut last = seen.floor.unwrap_or(0);
        if seen.floor.is_some() {
            put(&mut bytes, zigzag(last));
        }
        put(&mut bytes, seen.undated.len() as u64);
        seen.undated
            .iter()
            .for_each(|key| bytes.extend(key.0.to_be_bytes()));
        put(&mut bytes, seen.seconds.len() as u64);
        for (second, keys) in &seen.seconds {
            put(&mut bytes, zigzag(second.wrapping_sub(last)));
            last = *second;
            put(&mut bytes, keys.len() as u64);
            keys.iter()
                .for_each(|key| bytes.extend(key.0.to_be_bytes()));
        }
    }
    crate::hex::encode(&bytes)
}

pub(super) fn unpack(text: &str) -> Option<Vec<Mark>> {
    let mut bytes = vec![0; text.len() / 2];
    crate::hex::decode_into(text, &mut bytes)?;
    let mut rest = bytes.as_slice();
    let mut marks = Vec::new();
    for _ in 0..take(&mut rest)? {
        let ticket = TicketDigest(*take_bytes::<8>(&mut rest)?);
        let [flags] = *take_bytes::<1>(&mut rest)?;
        let mut seen = Seen::default();
        if flags & HAS_FLOOR != 0 {
            seen.floor = Some(unzigzag(take(&mut rest)?));
        }
        let undated = take(&mut rest)?;
        if undated > KNOWN_UNDATED as u64 {
            return None;
        }
        for _ in 0..undated {
            seen.add_key(None, take_key(&mut rest)?);
        }
        let mut second = seen.floor.unwrap_or(0);
        for _ in 0..take(&mut rest)? {
            second = second.wrapping_add(unzigzag(take(&mut rest)?));
            for _ in 0..take(&mut rest)? {
                seen.add_key(Some(second), take_key(&mut rest)?);
            }
        }
        marks.push(Mark {
            ticket,
            catching_up: flags & CATCHING_UP != 0,
            seen: Arc::new(seen),
        });
    }
    rest.is_empty().then_some(marks)
}

fn take_key(rest: &mut &[u8]) -> Option<ShortKey> {
    take_bytes::<8>(rest).map(|bytes| ShortKey(u64::from_be_bytes(*bytes)))
}

fn take_bytes<'a, const N: usize>(rest: &mut &'a [u8]) -> Option<&'a [u8; N]> {
    let (bytes, after) = rest.split_first_chunk::<N>()?;
    *rest = after;
    Some(bytes)
}

/// Seven bits a byte, the lowest first.
fn put(bytes: &mut Vec<u8>, mut number: u64) {
    loop {
        let low = u8::try_from(number & 0x7f).unwrap_or(0);
        number >>= 7;
        if number == 0 {
            bytes.push(low);
            return;
        }
        bytes.push(low | 0x80);
    }
}

fn take(rest: &mut &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for shift in (0..64).step_by(7) {
        let [byte] = *take_bytes::<1>(rest)?;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

fn zigzag(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)).cast_unsigned()
}

fn unzigzag(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::follow::{Cursor, MOST_TICKETS};
    use proptest::prelude::*;

    fn mark(number: u64, seconds: &[(i64, u64)], floor: Option<i64>) -> Mark {
        let mut seen = Seen::default();
        seen.floor = floor;
        for (second, keys) in seconds {
            (0..*keys).for_each(|key| seen.add_key(Some(*second), ShortKey(key * 7919)));
        }
        Mark {
            ticket: TicketDigest(number.to_be_bytes()),
            catching_up: number % 2 == 1,
            seen: Arc::new(seen),
        }
    }

    fn round_trip(cursor: &Cursor) -> (usize, Cursor) {
        let text = serde_json::to_string(cursor).unwrap();
        (text.len(), serde_json::from_str(&text).unwrap())
    }

    #[test]
    fn what_fits_comes_back_as_it_was() {
        let marks = vec![
            mark(0, &[], None),
            mark(1, &[], Some(-5)),
            mark(
                2,
                &[(1_772_236_800, 3), (1_772_236_900, 1)],
                Some(1_772_236_799),
            ),
            mark(3, &[(-1, 2), (i64::MAX, 1)], None),
        ];
        for position in [None, Some("a \"b\" \\ 中\u{1}".to_owned())] {
            let cursor = Cursor {
                groups: vec![Group {
                    position,
                    marks: marks.clone(),
                }],
            };
            assert_eq!(round_trip(&cursor).1, cursor);
        }
    }

    #[test]
    fn the_largest_follower_fits_and_keeps_the_newest() {
        let busy: Vec<(i64, u64)> = (0..200).map(|second| (1_772_236_800 + second, 1)).collect();
        let tickets = (0..MOST_TICKETS as u64).map(|n| mark(n, &busy, None));
        let groups: Vec<Group> = (tickets.collect::<Vec<_>>().chunks(100))
            .map(|marks| Group {
                position: Some("x".repeat(64)),
                marks: marks.to_vec(),
            })
            .collect();
        let (length, back) = round_trip(&Cursor { groups });
        assert!(length <= LARGEST, "{length}");
        for mark in back.groups.iter().flat_map(|group| &group.marks) {
            let floor = mark.seen.floor.unwrap();
            assert_eq!(
                floor, 1_772_236_998,
                "nothing of the last second is too old"
            );
        }
        // Fewer tickets: each keeps its newest.
        let marks: Vec<Mark> = (0..20).map(|n| mark(n, &busy, None)).collect();
        let (length, back) = round_trip(&Cursor {
            groups: vec![Group {
                position: None,
                marks,
            }],
        });
        assert!(length <= LARGEST && length > LARGEST / 2, "{length}");
        for mark in &back.groups[0].marks {
            assert!(mark.seen.seconds.len() > 50);
            assert_eq!(mark.seen.newest(), Some(1_772_236_999));
        }
    }

    #[test]
    fn numbers_of_every_size() {
        for number in [0, 1, -1, 63, -64, 64, 1 << 40, i64::MAX, i64::MIN] {
            let mut bytes = Vec::new();
            put(&mut bytes, zigzag(number));
            assert_eq!(take(&mut bytes.as_slice()).map(unzigzag), Some(number));
        }
    }

    #[test]
    fn damaged_bytes_are_refused() {
        let good = pack(&[mark(2, &[(5, 3)], Some(1))]);
        for end in (0..good.len()).step_by(2) {
            assert_eq!(unpack(good.get(..end).unwrap()), None, "cut at {end}");
        }
        for bad in [
            "0",
            "zz",
            "ffffffffffffffffffff",
            "ff",
            "0100",
            &format!("{good}00"),
        ] {
            assert_eq!(unpack(bad), None, "{bad}");
        }
    }

    fn any_mark() -> impl Strategy<Value = Mark> {
        let second = 1_772_236_800_i64..1_772_240_400;
        let messages = proptest::collection::vec(
            (proptest::option::weighted(0.9, second), any::<u64>()),
            0..600,
        );
        (any::<[u8; 8]>(), any::<bool>(), messages).prop_map(
            |(ticket, catching_up, mut messages)| {
                // As they are handed out.
                messages.sort_unstable();
                let mut seen = Seen::default();
                for (second, key) in messages {
                    seen.add_key(second, ShortKey(key));
                }
                Mark {
                    ticket: TicketDigest(ticket),
                    catching_up,
                    seen: Arc::new(seen),
                }
            },
        )
    }

    proptest::proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn a_cursor_fits_and_forgets_only_what_it_calls_old(
            marks in proptest::collection::vec(any_mark(), 0..40),
            position in proptest::option::of(".{1,64}"),
        ) {
            let cursor = Cursor { groups: vec![Group { position, marks }] };
            let (length, back) = round_trip(&cursor);
            assert!(length <= LARGEST, "{length}");
            let before = cursor.groups.iter().flat_map(|group| &group.marks);
            let after = back.groups.iter().flat_map(|group| &group.marks);
            assert_eq!(cursor.groups[0].position, back.groups[0].position);
            for (before, after) in before.zip(after) {
                assert_eq!((before.ticket, before.catching_up), (after.ticket, after.catching_up));
                assert_eq!(before.seen.undated, after.seen.undated);
                let newest = before.seen.newest();
                for (second, keys) in &before.seen.seconds {
                    let kept = after.seen.seconds.get(second) == Some(keys);
                    let old = after.seen.floor.is_some_and(|floor| *second <= floor);
                    // The newest second may be forgotten when there is no room: it may come twice then.
                    assert!(kept || old || Some(*second) == newest);
                }
                // Nothing that was not handed out is called old.
                assert!(after.seen.floor.is_none_or(|floor| newest.is_some_and(|newest| floor <= newest)));
            }
        }

        #[test]
        fn no_bytes_make_it_panic(text in "[0-9a-f]{0,200}") {
            if let Some(marks) = unpack(&text) {
                assert_eq!(unpack(&pack(&marks)), Some(marks));
            }
        }
    }
}
