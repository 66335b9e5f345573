//! Durations as people type them: `12s`, `10m`, `2h`, `1h30m`.

use jiff::{SpanRelativeTo, Unit};
use std::{fmt, str::FromStr, time::Duration};

/// A length of time, longer than nothing. A day has 24 hours; months and years have no fixed length and are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span(pub(crate) Duration);

/// A text is not a duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InvalidSpan {
    /// A number without a unit.
    NoUnit(u64),
    /// No time at all.
    Zero,
    Other,
}

impl fmt::Display for InvalidSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoUnit(number) => write!(
                f,
                "it needs a unit: write {number}s for seconds, {number}m for minutes or {number}h for hours"
            ),
            Self::Zero => {
                f.write_str("it must be longer than zero: write it like 12s, 10m, 2h or 1h30m")
            }
            Self::Other => f.write_str("not a duration: write it like 12s, 10m, 2h or 1h30m"),
        }
    }
}

impl InvalidSpan {
    fn of(text: &str) -> Self {
        match text.trim().parse() {
            Ok(0) => Self::Zero,
            Ok(number) => Self::NoUnit(number),
            Err(_) => Self::Other,
        }
    }
}

impl std::error::Error for InvalidSpan {}

impl FromStr for Span {
    type Err = InvalidSpan;

    fn from_str(text: &str) -> Result<Self, InvalidSpan> {
        // "2h ago" is a point in time, not a length.
        let length = !text.contains("ago");
        let span = length
            .then(|| text.trim().parse::<jiff::Span>().ok())
            .flatten()
            .ok_or_else(|| InvalidSpan::of(text))?;
        if span.is_negative() || span.get_months() != 0 || span.get_years() != 0 {
            return Err(InvalidSpan::Other);
        }
        let length = span
            .to_duration(SpanRelativeTo::days_are_24_hours())
            .map_err(|_| InvalidSpan::Other)?;
        if length.is_zero() {
            return Err(InvalidSpan::Zero);
        }
        Duration::try_from(length)
            .map(Self)
            .map_err(|_| InvalidSpan::Other)
    }
}

/// Longer than anybody waits: a limit that is none.
const ENDLESS: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

/// `30s`, `2h 5m`: what [`FromStr`] reads, but for lengths that are no limit.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 >= ENDLESS {
            return f.write_str("no limit");
        }
        let length = jiff::SignedDuration::try_from(self.0).unwrap_or(jiff::SignedDuration::MAX);
        let rounded = length.round(Unit::Millisecond).unwrap_or(length);
        write!(f, "{rounded:#}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        for (text, seconds) in [
            ("12s", 12),
            ("10m", 600),
            ("2h", 7_200),
            ("1h30m", 5_400),
            ("1h 30m", 5_400),
            ("1d", 86_400),
            ("PT5M", 300),
        ] {
            assert_eq!(
                text.parse(),
                Ok(Span(Duration::from_secs(seconds))),
                "{text}"
            );
        }
        assert_eq!("250ms".parse(), Ok(Span(Duration::from_millis(250))));
        for text in [
            "",
            "-5",
            "-5s",
            "5s ago",
            "1y",
            "2mo",
            "soon",
            "10 m m",
            "\u{1b}[31m",
        ] {
            assert_eq!(text.parse::<Span>(), Err(InvalidSpan::Other), "{text:?}");
        }
        for text in ["0", "0s", "0h0m", " 0 "] {
            assert_eq!(text.parse::<Span>(), Err(InvalidSpan::Zero), "{text:?}");
        }
        for text in ["12", " 12 "] {
            assert_eq!(text.parse::<Span>(), Err(InvalidSpan::NoUnit(12)));
        }
    }

    #[test]
    fn what_is_shown_can_be_typed() {
        for text in ["12s", "10m", "2h", "1h30m", "1500ms", "90s", "250ms"] {
            let span: Span = text.parse().unwrap();
            assert_eq!(span.to_string().parse(), Ok(span), "{text}");
        }
        assert_eq!(Span(Duration::MAX).to_string(), "no limit");
    }
}
