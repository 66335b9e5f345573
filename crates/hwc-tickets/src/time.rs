//! Times: the service sends them without a zone, so they are read in the zone that was asked for.
//!
//! A zone is a fixed offset, never a name from a time-zone database: in such a database `Etc/GMT+8`
//! lies eight hours *west*, while the service means eight hours *east* by `GMT+8`. The raw text is
//! always kept, and a time that cannot be read costs no message.

mod usual;

pub use hwc_core::fault::HumanDuration;
use jiff::{
    SignedDuration, Timestamp, TimestampArithmetic, civil::DateTime,
    fmt::temporal::DateTimePrinter, tz::Offset,
};
use serde::{Deserialize, Serialize, Serializer, ser::SerializeStruct};
use std::{cmp::Ordering, fmt, ops::Range, str::FromStr};

/// The moment so long before `instant`; the earliest there is, where none lies so far back.
pub(crate) fn earlier(instant: Timestamp, by: impl Into<TimestampArithmetic>) -> Timestamp {
    instant.checked_sub(by).unwrap_or(Timestamp::MIN)
}

/// The moment so long after `instant`, in whole seconds; the latest there is, where none lies so far on.
pub(crate) fn later(instant: Timestamp, by: SignedDuration) -> Timestamp {
    let second = instant.as_second().saturating_add(by.as_secs());
    Timestamp::new(second, instant.subsec_nanosecond()).unwrap_or(Timestamp::MAX)
}

/// A fixed distance from UTC in whole minutes, -12:00 to +14:00. Sent as `X-Time-Zone`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ZoneOffset {
    minutes: i16,
}

/// A text or number is not a fixed offset.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidZone {
    /// Outside -12:00 to +14:00.
    #[error("a time zone lies between GMT-12 and GMT+14, not at {minutes} minutes")]
    Range {
        /// The distance asked for.
        minutes: i32,
    },
    /// Not of the form `GMT+8`, `GMT-03:30`, `UTC+8`, `+08:00` or `UTC`.
    #[error(
        "not a fixed offset: write it like GMT+8 or GMT-03:30; names such as Asia/Shanghai are not understood by the service"
    )]
    Form,
}

impl ZoneOffset {
    /// GMT+8, the documented default of the service.
    pub const CHINA: Self = Self { minutes: 480 };
    /// GMT+0.
    pub const UTC: Self = Self { minutes: 0 };

    /// `hours` east of UTC (negative: west).
    ///
    /// # Errors
    /// [`InvalidZone::Range`] outside -12..=14.
    pub fn from_hours(hours: i8) -> Result<Self, InvalidZone> {
        Self::from_minutes(i32::from(hours) * 60)
    }

    /// `minutes` east of UTC (negative: west).
    ///
    /// # Errors
    /// [`InvalidZone::Range`] outside -720..=840.
    pub fn from_minutes(minutes: i32) -> Result<Self, InvalidZone> {
        match i16::try_from(minutes) {
            Ok(m @ -720..=840) => Ok(Self { minutes: m }),
            _ => Err(InvalidZone::Range { minutes }),
        }
    }

    /// Minutes east of UTC.
    #[must_use]
    pub fn minutes(self) -> i32 {
        i32::from(self.minutes)
    }

    /// `instant` as a clock in this zone shows it: `yyyy-MM-dd HH:mm:ss`, the form the service uses.
    #[must_use]
    pub fn wall_time(self, instant: Timestamp) -> String {
        let wall = self.offset().to_datetime(instant);
        let Ok(year) = u16::try_from(wall.year()) else {
            return before_year_0(&wall);
        };
        let of_year = |digits: u16| i8::try_from(digits).unwrap_or_default();
        let parts = [
            ("", of_year(year / 100)),
            ("", of_year(year % 100)),
            ("-", wall.month()),
            ("-", wall.day()),
            (" ", wall.hour()),
            (":", wall.minute()),
            (":", wall.second()),
        ];
        let mut text = String::with_capacity("yyyy-MM-dd HH:mm:ss".len());
        for (separator, number) in parts {
            let number = number.unsigned_abs();
            text.push_str(separator);
            text.push(char::from(b'0' + number / 10));
            text.push(char::from(b'0' + number % 10));
        }
        text
    }

    /// `instant` in RFC 3339 with this offset: `2026-01-31T12:00:00+08:00`.
    #[must_use]
    pub fn rfc_3339(self, instant: Timestamp) -> String {
        instant.display_with_offset(self.offset()).to_string()
    }

    fn offset(self) -> Offset {
        // Within +-14 hours: always inside what jiff accepts.
        Offset::from_seconds(i32::from(self.minutes) * 60).unwrap_or(Offset::UTC)
    }

    /// The instant at which a clock in this zone shows what lies so many seconds after the beginning of 1970 on it.
    fn instant_of(self, wall: i64) -> Option<Timestamp> {
        Timestamp::from_second(wall - i64::from(self.minutes) * 60).ok()
    }

    fn instant(self, wall: DateTime) -> Option<Timestamp> {
        self.offset().to_timestamp(wall).ok()
    }
}

/// A time that no ticket has: its year takes a sign.
#[cold]
fn before_year_0(wall: &DateTime) -> String {
    const PRINTER: DateTimePrinter = DateTimePrinter::new().separator(b' ').precision(Some(0));
    PRINTER.datetime_to_string(wall)
}

impl Default for ZoneOffset {
    /// [`ZoneOffset::CHINA`].
    fn default() -> Self {
        Self::CHINA
    }
}

/// The value of the header: `GMT+8`, `GMT-03:30`, `GMT+0`.
impl fmt::Display for ZoneOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.minutes < 0 { '-' } else { '+' };
        let (hours, minutes) = (
            self.minutes.unsigned_abs() / 60,
            self.minutes.unsigned_abs() % 60,
        );
        if minutes == 0 {
            write!(f, "GMT{sign}{hours}")
        } else {
            write!(f, "GMT{sign}{hours:02}:{minutes:02}")
        }
    }
}

impl FromStr for ZoneOffset {
    type Err = InvalidZone;

    /// Reads `GMT+8`, `GMT-03:30`, `UTC+8`, `+08:00`, `+0800`, `UTC`, `GMT` and `Z`.
    fn from_str(text: &str) -> Result<Self, InvalidZone> {
        let text = text.trim();
        let rest = ["GMT", "UTC", "gmt", "utc"]
            .iter()
            .find_map(|name| text.strip_prefix(name));
        match rest.unwrap_or(text) {
            "" if rest.is_some() => Ok(Self::UTC),
            "Z" | "z" if rest.is_none() => Ok(Self::UTC),
            distance => Self::from_minutes(minutes_of(distance).ok_or(InvalidZone::Form)?),
        }
    }
}

impl Serialize for ZoneOffset {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ZoneOffset {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// `+8`, `-03`, `+0330` or `+03:30` in minutes.
fn minutes_of(text: &str) -> Option<i32> {
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some((hours, minutes)) if minutes.len() == 2 => (hours, minutes),
        Some(_) => return None,
        None if digits.len() == 4 => digits.split_at_checked(2)?,
        None => (digits, "0"),
    };
    if hours.is_empty()
        || hours.len() > 2
        || !(hours.bytes().chain(minutes.bytes())).all(|b| b.is_ascii_digit())
    {
        return None;
    }
    let (hours, minutes) = (hours.parse::<i32>().ok()?, minutes.parse::<i32>().ok()?);
    (minutes < 60).then_some(sign * (hours * 60 + minutes))
}

/// A time as the service gave it, and the instant it means.
///
/// Understood: `yyyy-MM-dd HH:mm:ss`, with `T`, with fractions, with an offset or `Z`, and seconds or
/// milliseconds (13 digits) since 1970. Text without an offset is read in the zone the call asked for.
#[derive(Clone, PartialEq, Eq, Hash, Deserialize)]
pub struct MessageTime {
    instant: Option<Timestamp>,
    raw: String,
}

impl MessageTime {
    /// Reads `raw`; without an offset in it, as a clock in `zone` shows it.
    #[must_use]
    pub fn read(raw: impl Into<String>, zone: ZoneOffset) -> Self {
        let raw = raw.into();
        let instant = parse(&raw, zone);
        Self { instant, raw }
    }

    /// The instant, or `None` when the text is missing or not understood.
    #[must_use]
    pub fn instant(&self) -> Option<Timestamp> {
        self.instant
    }

    /// The text as the service sent it; empty when it sent none.
    #[must_use]
    pub fn raw(&self) -> &str {
        &self.raw
    }
}

/// By the instant. Those that are not understood come after all that are, by their text.
impl Ord for MessageTime {
    fn cmp(&self, other: &Self) -> Ordering {
        let place = (self.instant.is_none(), self.instant, &self.raw);
        place.cmp(&(other.instant.is_none(), other.instant, &other.raw))
    }
}

impl PartialOrd for MessageTime {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The time of an instant, with its text in UTC: `2026-01-31T12:00:00Z`.
impl From<Timestamp> for MessageTime {
    fn from(instant: Timestamp) -> Self {
        Self {
            instant: Some(instant),
            raw: instant.to_string(),
        }
    }
}

/// The instant in UTC (`2020-07-08T16:00:00Z`); the raw text when there is none.
impl fmt::Display for MessageTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.instant {
            Some(instant) => write!(f, "{instant}"),
            None => f.write_str(&self.raw),
        }
    }
}

impl fmt::Debug for MessageTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.instant {
            Some(instant) => write!(f, "MessageTime({instant})"),
            None => write!(f, "MessageTime(not understood, {} bytes)", self.raw.len()),
        }
    }
}

impl Serialize for MessageTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("MessageTime", 2)?;
        object.serialize_field("instant", &self.instant.map(|instant| instant.to_string()))?;
        object.serialize_field("raw", &self.raw)?;
        object.end()
    }
}

/// Seconds since 1970 stay below this until the year 5138.
const SECONDS_END: u64 = 100_000_000_000;
/// Milliseconds since 1970 lie in here from September 2001 to the year 2286. What has fewer or more digits may as well be a date
/// and a time without separators, such as 20200709093343: no guess.
const MILLISECONDS: Range<u64> = 1_000_000_000_000..10_000_000_000_000;

fn parse(raw: &str, zone: ZoneOffset) -> Option<Timestamp> {
    match usual::read(raw) {
        Some(wall) => zone.instant_of(wall),
        None => unusual(raw.trim(), zone),
    }
}

#[inline(never)]
fn unusual(text: &str, zone: ZoneOffset) -> Option<Timestamp> {
    // There may have been blanks around it.
    if let Some(wall) = usual::read(text) {
        return zone.instant_of(wall);
    }
    if let Ok(number) = text.parse::<i64>() {
        return match number.unsigned_abs() {
            // Fewer digits than any real epoch value could as well be a date or a year: no guess.
            0..SECONDS_END if text.len() >= 9 => Timestamp::from_second(number).ok(),
            many if MILLISECONDS.contains(&many) => Timestamp::from_millisecond(number).ok(),
            _ => None,
        };
    }
    let (date, clock) = text.split_once(['T', 't', ' '])?;
    let clock = clock.trim_start();
    let (clock, zone) = match clock.find(['Z', 'z', '+', '-']) {
        None => (clock, zone),
        Some(at) => {
            let (clock, distance) = clock.split_at_checked(at)?;
            (clock.trim_end(), distance.parse().ok()?)
        }
    };
    // Only the plain shape reaches the parser, which would also take annotations and other forms.
    let plain = date.len() == 10
        && date.bytes().all(|b| b.is_ascii_digit() || b == b'-')
        && clock.len() >= 5
        && clock
            .bytes()
            .all(|b| b.is_ascii_digit() || matches!(b, b':' | b'.' | b','));
    if !plain {
        return None;
    }
    // With one blank between them the parser takes both as they stand.
    let whole = text.get(..date.len() + 1 + clock.len());
    let wall = match whole.filter(|whole| whole.ends_with(clock)) {
        Some(whole) => whole.parse::<DateTime>(),
        None => format!("{date}T{clock}").parse::<DateTime>(),
    };
    let wall = wall.ok()?;
    zone.instant(wall)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Before 1970 the parts of a second count backwards, and beyond the last moment there is none.
    #[test]
    fn later_is_what_a_calendar_adds_up_to_the_end_of_time() {
        for instant in [
            "-009999-01-02T01:59:59Z",
            "-000001-06-01T00:00:00.25Z",
            "1969-12-31T23:59:59.75Z",
            "1970-01-01T00:00:00Z",
            "2026-11-30T12:00:00.5Z",
            "9999-12-29T22:00:00.999999999Z",
            "9999-12-29T22:00:01Z",
            "9999-12-30T22:00:00.999999999Z",
        ] {
            let instant: Timestamp = instant.parse().unwrap();
            for seconds in [0, 1, 24 * 3_600, i64::MAX] {
                let by = SignedDuration::from_secs(seconds);
                let added = instant.checked_add(by).unwrap_or(Timestamp::MAX);
                assert_eq!(later(instant, by), added, "{instant} {seconds}");
            }
        }
    }
}
