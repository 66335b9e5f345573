//! Marks as version 1 of the cursor wrote them: bytes, as hexadecimal digits.

use super::{Mark, TicketDigest};
use crate::messages::follow::dedupe::{Seen, ShortKey};
use std::sync::Arc;

const CATCHING_UP: u8 = 1;
const HAS_FLOOR: u8 = 2;

pub(super) fn unpack(text: &str) -> Option<Vec<Mark>> {
    let mut bytes = vec![0; text.len() / 2];
    crate::hex::decode_into(text, &mut bytes)?;
    let mut rest = bytes.as_slice();
    let mut marks = Vec::new();
    for _ in 0..take(&mut rest)? {
        let ticket = TicketDigest(*take_bytes::<8>(&mut rest)?);
        let [flags] = *take_bytes::<1>(&mut rest)?;
        let floor = match flags & HAS_FLOOR {
            0 => None,
            _ => Some(unzigzag(take(&mut rest)?)),
        };
        let mut known = Vec::new();
        for _ in 0..take(&mut rest)? {
            known.push((None, take_key(&mut rest)?));
        }
        let mut second = floor.unwrap_or(0);
        for _ in 0..take(&mut rest)? {
            second = second.wrapping_add(unzigzag(take(&mut rest)?));
            for _ in 0..take(&mut rest)? {
                known.push((Some(second), take_key(&mut rest)?));
            }
        }
        // It did not tell what was forgotten from what was never of interest.
        let from = floor.map(|floor| floor.saturating_add(1));
        let seen = Seen::restored(known, floor, false, from);
        marks.push(Mark {
            ticket,
            catching_up: flags & CATCHING_UP != 0,
            owes_gap: false,
            status: None,
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

fn unzigzag(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_version_1_wrote_is_read_and_damage_is_refused() {
        // One ticket, catching up, floor 1; no undated; one second later by 4 with two keys.
        let good = concat!(
            "01",
            "0000000000000002",
            "03",
            "02",
            "00",
            "01",
            "08",
            "02",
            "0000000000000007",
            "0000000000001eef"
        );
        let marks = unpack(good).unwrap();
        assert_eq!(marks.len(), 1);
        assert!(marks[0].catching_up && marks[0].ticket == TicketDigest(2_u64.to_be_bytes()));
        let known: Vec<_> = marks[0].seen.known().collect();
        assert_eq!(known, [(Some(5), ShortKey(7)), (Some(5), ShortKey(7919))]);
        assert_eq!(
            (marks[0].seen.forgotten(), marks[0].seen.from),
            (Some(1), Some(2))
        );
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

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(text in "[0-9a-f]{0,200}") {
            let _ = unpack(&text);
        }
    }
}
