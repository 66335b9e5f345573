//! `X-Time-Zone`: which offset a caller asks for.
//!
//! The trap: in the tz database `Etc/GMT+8` lies eight hours *behind* UTC, while the service's `GMT+8` lies eight hours
//! ahead. Both are read here as what they mean.

use jiff::tz::Offset;

/// Zones with a name and without summer time (D-49: whether the service takes names is not documented).
const NAMED: [(&str, i32); 9] = [
    ("Asia/Shanghai", 8 * 3600),
    ("Asia/Hong_Kong", 8 * 3600),
    ("Asia/Singapore", 8 * 3600),
    ("Asia/Bangkok", 7 * 3600),
    ("Asia/Jakarta", 7 * 3600),
    ("Asia/Kolkata", 5 * 3600 + 1800),
    ("Asia/Tokyo", 9 * 3600),
    ("Africa/Johannesburg", 2 * 3600),
    ("America/Sao_Paulo", -3 * 3600),
];

/// The zone when the header is absent.
pub(super) const DEFAULT: Offset = Offset::constant(8);

/// The offset of a zone text, if it is one.
pub(super) fn offset(text: &str, names: bool) -> Option<Offset> {
    if let Some(rest) = text.strip_prefix("Etc/") {
        return if names { etc(rest) } else { None };
    }
    if let Some((_, seconds)) = NAMED.iter().find(|(name, _)| *name == text) {
        return if names {
            Offset::from_seconds(*seconds).ok()
        } else {
            None
        };
    }
    let digits = text
        .strip_prefix("GMT")
        .or_else(|| text.strip_prefix("UTC"))
        .unwrap_or(text);
    match digits {
        "" if !text.is_empty() => Some(Offset::UTC),
        "Z" => Some(Offset::UTC),
        _ => Offset::from_seconds(signed(digits)?).ok(),
    }
}

/// What follows `Etc/`: there the sign is turned round.
fn etc(rest: &str) -> Option<Offset> {
    match rest {
        "UTC" | "GMT" | "UCT" | "Zulu" => Some(Offset::UTC),
        _ => Offset::from_seconds(signed(rest.strip_prefix("GMT")?)?.checked_neg()?).ok(),
    }
}

/// `+8`, `+08`, `+0830`, `+08:30` in seconds.
fn signed(text: &str) -> Option<i32> {
    let (sign, digits) = match text.strip_prefix('+') {
        Some(digits) => (1, digits),
        None => (-1, text.strip_prefix('-')?),
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some((hours, minutes)) if minutes.len() == 2 => (hours, minutes),
        Some(_) => return None,
        None if digits.len() == 4 => digits.split_at_checked(2)?,
        None => (digits, "0"),
    };
    let number = |text: &str| {
        (1..=2)
            .contains(&text.len())
            .then(|| {
                text.bytes()
                    .all(|b| b.is_ascii_digit())
                    .then(|| text.parse().ok())
            })
            .flatten()
            .flatten()
    };
    let (hours, minutes): (i32, i32) = (number(hours)?, number(minutes)?);
    (hours <= 14 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones() {
        let cases = [
            ("GMT+8", Some(8 * 3600)),
            ("GMT+08:00", Some(8 * 3600)),
            ("GMT-5", Some(-5 * 3600)),
            ("UTC+0530", Some(19_800)),
            ("+05:30", Some(19_800)),
            ("GMT", Some(0)),
            ("UTC", Some(0)),
            ("Z", Some(0)),
            ("Asia/Shanghai", Some(8 * 3600)),
            ("Etc/GMT+8", Some(-8 * 3600)),
            ("Etc/UTC", Some(0)),
            ("GMT+15", None),
            ("GMT+8:0", None),
            ("GMT+8:60", None),
            ("GMT 8", None),
            ("+", None),
            ("", None),
            ("Mars/Olympus", None),
        ];
        for (text, expected) in cases {
            assert_eq!(offset(text, true).map(Offset::seconds), expected, "{text}");
        }
        assert_eq!(offset("Asia/Shanghai", false), None);
        assert_eq!(offset("Etc/GMT+8", false), None);
    }
}
