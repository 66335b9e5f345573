//! Points in time as people type them: `2h` (ago), `2026-01-31`, `2026-01-31 12:00`, `2026-01-31T12:00:00+08:00`.

use super::{InvalidSpan, Span};
use crate::zone::Zone;
use jiff::{SignedDuration, Timestamp, civil::DateTime};
use std::{fmt, str::FromStr};

/// A point in time. Without an offset in the text it is read later, in the zone of the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    /// So long ago.
    Ago(Span),
    /// With an offset: certain.
    Instant(Timestamp),
    /// What a clock on the wall shows.
    Wall(DateTime),
}

/// A text is not a point in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InvalidMoment {
    /// A number without a unit.
    NoUnit(u64),
    Other,
}

impl fmt::Display for InvalidMoment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::NoUnit(number) = self {
            return write!(
                f,
                "it needs a unit: write {number}s, {number}m, {number}h or {number}d for an age"
            );
        }
        f.write_str("not a time: write it like 2h (ago), 2026-01-31, \"2026-01-31 12:00\" or 2026-01-31T12:00:00+08:00")
    }
}

impl std::error::Error for InvalidMoment {}

impl FromStr for Moment {
    type Err = InvalidMoment;

    fn from_str(text: &str) -> Result<Self, InvalidMoment> {
        let text = text.trim();
        match text.parse() {
            Ok(span) => return Ok(Self::Ago(span)),
            Err(InvalidSpan::NoUnit(number)) => return Err(InvalidMoment::NoUnit(number)),
            Err(InvalidSpan::Zero | InvalidSpan::Other) => {}
        }
        // The zone is a setting of its own; beside a time only an offset means the same everywhere.
        if text.contains('[') {
            return Err(InvalidMoment::Other);
        }
        if let Ok(instant) = text.parse() {
            return Ok(Self::Instant(instant));
        }
        text.parse()
            .map(Self::Wall)
            .map_err(|_| InvalidMoment::Other)
    }
}

impl Moment {
    /// The instant at which what is asked for ends, seen from `now`, for a clock in `zone`.
    pub(crate) fn end(self, now: Timestamp, zone: Zone) -> Timestamp {
        match self {
            Self::Wall(wall) => zone.latest(wall),
            Self::Instant(_) | Self::Ago(_) => self.instant(now, zone),
        }
    }

    /// The instant, seen from `now`, for a clock in `zone`.
    pub(crate) fn instant(self, now: Timestamp, zone: Zone) -> Timestamp {
        match self {
            Self::Instant(instant) => instant,
            Self::Ago(Span(age)) => SignedDuration::try_from(age)
                .ok()
                .and_then(|age| now.checked_sub(age).ok())
                .unwrap_or(Timestamp::MIN),
            Self::Wall(wall) => zone.earliest(wall),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments() {
        let now: Timestamp = "2026-02-01T00:00:00Z".parse().unwrap();
        let zone = Zone::from(hwc_tickets::ZoneOffset::CHINA);
        for (text, expected) in [
            ("2h", "2026-01-31T22:00:00Z"),
            ("2026-01-31", "2026-01-30T16:00:00Z"),
            ("2026-01-31 12:00", "2026-01-31T04:00:00Z"),
            ("2026-01-31T12:00:00", "2026-01-31T04:00:00Z"),
            ("2026-01-31T12:00:00+01:00", "2026-01-31T11:00:00Z"),
            ("2026-01-31T12:00:00Z", "2026-01-31T12:00:00Z"),
        ] {
            let moment: Moment = text.parse().expect(text);
            assert_eq!(moment.instant(now, zone).to_string(), expected, "{text}");
        }
    }

    #[test]
    fn bad_moments() {
        for text in [
            "",
            "yesterday",
            "-2h",
            "2026-13-01",
            "2026-01-31T12:00:00+08:00[Asia/Shanghai]",
        ] {
            assert_eq!(
                text.parse::<Moment>(),
                Err(InvalidMoment::Other),
                "{text:?}"
            );
        }
        assert_eq!("12".parse::<Moment>(), Err(InvalidMoment::NoUnit(12)));
    }
}
