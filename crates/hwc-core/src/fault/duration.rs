//! Lengths of time as people say them.

use jiff::{SignedDuration, Unit};
use std::{fmt, time::Duration};

/// Longer than anybody waits: a limit that is none.
const ENDLESS: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

/// A length of time for people: `0.9 ms`, `300 ms`, `1.5 s`, `1m 30s`, `no limit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HumanDuration(pub Duration);

impl fmt::Display for HumanDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(length) = *self;
        let millis = length.as_secs_f64() * 1e3;
        if length.is_zero() {
            f.write_str("0 s")
        } else if length >= ENDLESS {
            f.write_str("no limit")
        } else if millis < 0.1 {
            f.write_str("less than 0.1 ms")
        } else if millis < 9.95 {
            tenths(f, millis, "ms")
        } else if millis < 999.5 {
            write!(f, "{millis:.0} ms")
        } else if millis < 59_950.0 {
            tenths(f, millis / 1e3, "s")
        } else {
            let length = SignedDuration::try_from(length).unwrap_or(SignedDuration::MAX);
            let rounded = length.round(Unit::Second).unwrap_or(length);
            write!(f, "{rounded:#}")
        }
    }
}

/// One digit behind the point, unless it is 0.
fn tenths(f: &mut fmt::Formatter<'_>, number: f64, unit: &str) -> fmt::Result {
    let text = format!("{number:.1}");
    write!(f, "{} {unit}", text.strip_suffix(".0").unwrap_or(&text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_people_say_it() {
        for (length, spoken) in [
            (Duration::ZERO, "0 s"),
            (Duration::from_nanos(1), "less than 0.1 ms"),
            (Duration::from_nanos(905_793), "0.9 ms"),
            (Duration::from_micros(2_040), "2 ms"),
            (Duration::from_nanos(299_930_000), "300 ms"),
            (Duration::from_millis(1_500), "1.5 s"),
            (Duration::from_nanos(9_999_999_999), "10 s"),
            (Duration::from_secs(30), "30 s"),
            (Duration::from_millis(59_960), "1m"),
            (Duration::from_secs(90), "1m 30s"),
            (Duration::from_millis(3_605_400), "1h 5s"),
            (Duration::from_secs(u64::MAX), "no limit"),
            (Duration::MAX, "no limit"),
        ] {
            assert_eq!(HumanDuration(length).to_string(), spoken, "{length:?}");
        }
    }
}
