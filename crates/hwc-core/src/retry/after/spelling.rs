//! How an HTTP date is spelled: the usual way, which nearly every answer has, and all others that are read.
//!
//! An answer comes after a wait in which other programs ran, so each new line of code has to be fetched from memory. The usual
//! spelling is therefore read by few lines of code that stand together; all others are read by jiff, which knows them.

use jiff::{
    Timestamp,
    civil::{DateTime, Weekday},
    fmt::{rfc2822, strtime},
    tz::{Offset, TimeZone},
};

const MONTHS: [&[u8; 3]; 12] = [
    b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec",
];

/// Reads `Mon, 30 Nov 2026 12:00:00 GMT`, the form in which RFC 9110, section 5.6.7, has a date written. What is not spelled
/// so to the letter, or is no moment, is `None`, and [`other`] has to look.
pub(super) fn usual(text: &[u8]) -> Option<Timestamp> {
    #[rustfmt::skip]
    let &[
        w1, w2, w3, b',', b' ', d1, d2, b' ', m1, m2, m3, b' ', y1, y2, y3, y4, b' ',
        h1, h2, b':', n1, n2, b':', s1, s2, b' ', b'G', b'M', b'T',
    ] = text else {
        return None;
    };
    let digits = [d1, d2, y1, y2, y3, y4, h1, h2, n1, n2, s1, s2];
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let (_, month) = (MONTHS.iter().zip(1_i8..)).find(|(name, _)| ***name == [m1, m2, m3])?;
    let year = i16::from(number(y1, y2)) * 100 + i16::from(number(y3, y4));
    let (day, hour) = (number(d1, d2), number(h1, h2));
    let (minute, second) = (number(n1, n2), number(s1, s2));
    let civil = DateTime::new(year, month, day, hour, minute, second, 0).ok()?;
    if *name(civil.weekday()) != [w1, w2, w3] {
        return None;
    }
    Offset::UTC.to_timestamp(civil).ok()
}

/// The number of two digits.
fn number(tens: u8, ones: u8) -> i8 {
    // The low half of a digit is its value.
    ((tens & 0x0F) * 10 + (ones & 0x0F)).cast_signed()
}

fn name(day: Weekday) -> &'static [u8; 3] {
    match day {
        Weekday::Monday => b"Mon",
        Weekday::Tuesday => b"Tue",
        Weekday::Wednesday => b"Wed",
        Weekday::Thursday => b"Thu",
        Weekday::Friday => b"Fri",
        Weekday::Saturday => b"Sat",
        Weekday::Sunday => b"Sun",
    }
}

/// Reads every spelling, the usual one too: that of mail with all its liberties, and the two old ones that a reader must accept.
#[cold]
#[inline(never)]
pub(super) fn other(text: &str) -> Option<Timestamp> {
    if let Ok(zoned) = rfc2822::parse(text) {
        return Some(zoned.timestamp());
    }
    // Sunday, 06-Nov-94 08:49:37 GMT, and Sun Nov  6 08:49:37 1994.
    ["%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"]
        .iter()
        .find_map(|format| {
            let civil: DateTime = strtime::parse(format, text).ok()?.to_datetime().ok()?;
            Some(civil.to_zoned(TimeZone::UTC).ok()?.timestamp())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is read of a text has to be the same whether the usual spelling is tried first or not.
    fn read(text: &str) -> Option<Timestamp> {
        let all = other(text);
        if let Some(usual) = usual(text.as_bytes()) {
            assert_eq!(Some(usual), all, "{text:?}");
        }
        all
    }

    #[test]
    fn only_what_is_spelled_as_usual_to_the_letter_is_read_at_once() {
        let (at_once, with_care, never) = ((true, true), (false, true), (false, false));
        for (text, expected) in [
            ("Mon, 30 Nov 2026 12:00:00 GMT", at_once),
            ("Thu, 29 Feb 2024 23:59:59 GMT", at_once),
            ("Wed, 31 Dec 1969 23:59:59 GMT", at_once),
            ("Sat, 01 Jan 0000 00:00:00 GMT", at_once),
            ("Thu, 30 Dec 9999 22:00:00 GMT", at_once),
            // Beyond the last moment that is known here.
            ("Fri, 31 Dec 9999 23:59:59 GMT", never),
            // No day, or another day of the week.
            ("Tue, 30 Nov 2026 12:00:00 GMT", never),
            ("Wed, 31 Feb 2026 12:00:00 GMT", never),
            ("Sun, 29 Feb 2026 12:00:00 GMT", never),
            ("Mon, 00 Nov 2026 12:00:00 GMT", never),
            ("Mon, 32 Nov 2026 12:00:00 GMT", never),
            ("Mon, 30 Nov 2026 24:00:00 GMT", never),
            ("Mon, 30 Nov 2026 12:60:00 GMT", never),
            ("Mon, 30 Nov 2026 12:00:61 GMT", never),
            // A second that is put in between.
            ("Mon, 30 Nov 2026 12:00:60 GMT", with_care),
            ("mon, 30 nov 2026 12:00:00 gmt", with_care),
            ("Mon, 30  Nov 2026 12:00:00 GMT", with_care),
            ("Mon,\t30 Nov 2026 12:00:00 GMT", with_care),
            ("Mon,  2 Nov 2026 12:00:00 GMT", with_care),
            ("Mon, 2 Nov 2026 12:00:00 GMT", with_care),
            (" Mon, 30 Nov 2026 12:00:00 GMT ", with_care),
            ("Mon, 30 Nov 2026 12:00:00 UTC", with_care),
            ("Mon, 30 Nov 2026 12:00:00 EST", with_care),
            ("Mon, 30 Nov 2026 20:00:00 +0800", with_care),
            ("30 Nov 2026 12:00:00 GMT", with_care),
            ("Monday, 30-Nov-26 12:00:00 GMT", with_care),
            ("Mon Nov 30 12:00:00 2026", with_care),
            ("Mon, 30 Nov 2026 12:00:00", never),
            ("Mon, 30 Nov 2026 1\u{e9}:00:00 GMT", never),
            ("", never),
        ] {
            let found = (usual(text.as_bytes()).is_some(), read(text).is_some());
            assert_eq!(found, expected, "{text:?}");
        }
    }

    #[test]
    fn no_change_of_one_letter_is_read_otherwise_than_with_care() {
        for text in [
            "Mon, 30 Nov 2026 12:00:00 GMT",
            "Thu, 29 Feb 2024 23:59:59 GMT",
        ] {
            for place in 0..text.len() {
                for letter in 0..128 {
                    let mut changed = text.as_bytes().to_vec();
                    changed[place] = letter;
                    read(std::str::from_utf8(&changed).unwrap());
                }
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn every_moment_of_the_years_of_four_digits_is_read_at_once(
            second in -62_167_219_200_i64..=253_402_207_200,
        ) {
            let stamp = Timestamp::from_second(second).unwrap();
            let text = stamp.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
            proptest::prop_assert_eq!(usual(text.as_bytes()), Some(stamp));
            proptest::prop_assert_eq!(other(&text), Some(stamp));
        }
    }
}
