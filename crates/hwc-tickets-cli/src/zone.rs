//! The zone of displayed and typed times: the one of this machine, a name of the time zone database, or a fixed offset.
//!
//! The service knows fixed offsets only. It is asked with the one that holds in the zone when the program starts, and what
//! it answers is read with the same, so that each instant is right; how an instant looks is decided here alone.

use hwc_tickets::{ZoneOffset, time::InvalidZone};
use jiff::{
    Timestamp,
    civil::DateTime,
    tz::{Offset, TimeZone},
};
use std::fmt;

/// Columns of a time without anything beside it: `2026-01-31 12:00:00`.
const PLAIN: usize = 19;
/// Columns of a time with the name that tells the two hours apart when a clock is put back: ` CEST`.
const TOLD_APART: usize = PLAIN + 5;

/// A zone. `Copy`, because a run has one, which is kept to its end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Zone(&'static Known);

/// What is known of a zone. It is not kept: who only asks whether a text names a zone needs no more.
#[derive(Debug)]
pub(crate) struct Known {
    zone: TimeZone,
    name: String,
    on_the_wire: ZoneOffset,
    /// Whether its clocks are still put forward and back.
    is_shifting: bool,
}

impl Known {
    /// The zone that `text` names; `now` decides about the offset on the wire.
    ///
    /// # Errors
    /// Why there is none, without what was typed.
    pub(crate) fn parse(text: &str, now: Timestamp) -> Result<Self, String> {
        let text = text.trim();
        if text.eq_ignore_ascii_case("local") {
            return Self::local(now);
        }
        match text.parse::<ZoneOffset>() {
            Ok(offset) => Ok(Self::from(offset)),
            Err(error @ InvalidZone::Range { .. }) => Err(error.to_string()),
            // A name with the sign of POSIX would be read the other way round.
            Err(_) => match TimeZone::get(text) {
                Ok(zone) if zone.iana_name().is_some() => Ok(Self::named(zone, now)),
                _ => Err(
                    "it is neither `local`, nor a name such as Europe/Berlin, nor an offset such as GMT+8 or GMT-03:30"
                        .to_owned(),
                ),
            },
        }
    }

    fn local(now: Timestamp) -> Result<Self, String> {
        match TimeZone::try_system() {
            Ok(zone) if !zone.is_unknown() => Ok(Self::named(zone, now)),
            _ => Err(
                "the time zone of this machine is not known: TZ names none, or there is no /etc/localtime"
                    .to_owned(),
            ),
        }
    }

    fn named(zone: TimeZone, now: Timestamp) -> Self {
        let name = match zone.iana_name() {
            Some(name) => name.to_owned(),
            None => called(&zone, now),
        };
        let minutes = zone.to_offset(now).seconds() / 60;
        Self {
            name,
            on_the_wire: ZoneOffset::from_minutes(minutes).unwrap_or_default(),
            is_shifting: zone.following(now).next().is_some(),
            zone,
        }
    }
}

impl Zone {
    /// The zone that `text` names, kept: see [`Known::parse`].
    ///
    /// # Errors
    /// Why there is none, without what was typed.
    pub(crate) fn parse(text: &str, now: Timestamp) -> Result<Self, String> {
        Known::parse(text, now).map(Self::keep)
    }

    /// The zone of this machine, as TZ or the system says.
    ///
    /// # Errors
    /// It is not known.
    pub(crate) fn local(now: Timestamp) -> Result<Self, String> {
        Known::local(now).map(Self::keep)
    }

    fn keep(known: Known) -> Self {
        Self(Box::leak(Box::new(known)))
    }

    /// The offset with which the service is asked.
    pub(crate) fn on_the_wire(self) -> ZoneOffset {
        self.0.on_the_wire
    }

    /// `instant` as a clock in this zone shows it. In the hour that comes twice when it is put back, what tells the two
    /// apart stands behind.
    pub(crate) fn wall_time(self, instant: Timestamp) -> String {
        let zone = &self.0.zone;
        let wall = zone.to_datetime(instant);
        let time = wall.strftime("%Y-%m-%d %H:%M:%S").to_string();
        match zone.to_ambiguous_timestamp(wall).is_ambiguous() {
            true => format!("{time} {}", zone.to_offset_info(instant).abbreviation()),
            false => time,
        }
    }

    /// `instant` in RFC 3339 with the offset of that moment: `2026-01-31T12:00:00+08:00`.
    pub(crate) fn rfc_3339(self, instant: Timestamp) -> String {
        let offset = self.0.zone.to_offset(instant);
        instant.display_with_offset(offset).to_string()
    }

    /// The instant that a clock in this zone means. Of two, and where the clock leaps over it, the earlier one: it is the
    /// beginning of what is asked for, and nothing is to be missed.
    pub(crate) fn earliest(self, wall: DateTime) -> Timestamp {
        let instant = self.0.zone.to_ambiguous_timestamp(wall).earlier();
        instant.unwrap_or(Timestamp::MIN)
    }

    /// The same where it is the end of what is asked for: of two, and where the clock leaps over it, the later one.
    pub(crate) fn latest(self, wall: DateTime) -> Timestamp {
        let instant = self.0.zone.to_ambiguous_timestamp(wall).later();
        instant.unwrap_or(Timestamp::MAX)
    }

    /// Columns of its times.
    pub(crate) fn columns(self) -> usize {
        match self.0.is_shifting {
            true => TOLD_APART,
            false => PLAIN,
        }
    }
}

/// What tells a zone that has no name in the database, out of a rule in TZ for instance: what its clocks are called, without and
/// with summer time.
fn called(zone: &TimeZone, now: Timestamp) -> String {
    let info = zone.to_offset_info(now);
    let today = clock_name(info.abbreviation(), info.offset());
    let Some(change) = zone.following(now).next() else {
        return today;
    };
    let later = clock_name(change.abbreviation(), change.offset());
    match info.dst().is_dst() {
        _ if later == today => today,
        true => format!("{later}/{today}"),
        false => format!("{today}/{later}"),
    }
}

/// What clocks are called that are so far from UTC. A rule gives them any name: after `TZ=UTC-3`, which is three hours east, they are
/// called UTC. Those are told by how far they are.
fn clock_name(name: &str, offset: Offset) -> String {
    let claims_utc = name.eq_ignore_ascii_case("UTC") || name.eq_ignore_ascii_case("GMT");
    if !claims_utc || offset == Offset::UTC {
        return name.to_owned();
    }
    match ZoneOffset::from_minutes(offset.seconds() / 60) {
        Ok(offset) => offset.to_string(),
        // A rule may lie farther out than any place on earth.
        Err(_) => format!("GMT{offset}"),
    }
}

/// The zone with its clocks so far from UTC, for ever.
impl From<ZoneOffset> for Known {
    fn from(offset: ZoneOffset) -> Self {
        let seconds = offset.minutes().saturating_mul(60);
        // Within 14 hours: always inside what is accepted.
        let fixed = Offset::from_seconds(seconds).unwrap_or(Offset::UTC);
        Self {
            zone: TimeZone::fixed(fixed),
            name: offset.to_string(),
            on_the_wire: offset,
            is_shifting: false,
        }
    }
}

/// The same, kept.
impl From<ZoneOffset> for Zone {
    fn from(offset: ZoneOffset) -> Self {
        Self::keep(offset.into())
    }
}

/// Its name, as it stands beside times.
impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn zone(text: &str) -> Zone {
        Zone::parse(text, at("2026-11-21T06:00:00Z")).expect(text)
    }

    /// The edges of summer time in both directions, and a zone whose offset is no whole hour.
    #[test]
    fn a_clock_that_is_put_forward_and_back_shows_the_right_time() {
        for (name, instant, wall, rfc_3339) in [
            (
                "Europe/Berlin",
                "2026-03-29T00:59:59Z",
                "2026-03-29 01:59:59",
                "2026-03-29T01:59:59+01:00",
            ),
            (
                "Europe/Berlin",
                "2026-03-29T01:00:00Z",
                "2026-03-29 03:00:00",
                "2026-03-29T03:00:00+02:00",
            ),
            (
                "Europe/Berlin",
                "2026-10-25T00:30:00Z",
                "2026-10-25 02:30:00 CEST",
                "2026-10-25T02:30:00+02:00",
            ),
            (
                "Europe/Berlin",
                "2026-10-25T01:30:00Z",
                "2026-10-25 02:30:00 CET",
                "2026-10-25T02:30:00+01:00",
            ),
            (
                "Europe/Berlin",
                "2026-10-25T02:00:00Z",
                "2026-10-25 03:00:00",
                "2026-10-25T03:00:00+01:00",
            ),
            (
                "America/New_York",
                "2026-11-01T05:30:00Z",
                "2026-11-01 01:30:00 EDT",
                "2026-11-01T01:30:00-04:00",
            ),
            (
                "Asia/Kolkata",
                "2026-11-21T06:00:00Z",
                "2026-11-21 11:30:00",
                "2026-11-21T11:30:00+05:30",
            ),
            (
                "GMT-03:30",
                "2026-11-21T06:00:00Z",
                "2026-11-21 02:30:00",
                "2026-11-21T02:30:00-03:30",
            ),
        ] {
            let (zone, instant) = (zone(name), at(instant));
            assert_eq!(zone.wall_time(instant), wall, "{name}");
            assert_eq!(zone.rfc_3339(instant), rfc_3339, "{name}");
            assert_eq!(zone.to_string(), name);
            assert!(wall.len() <= zone.columns(), "{name}");
        }
    }

    #[test]
    fn a_typed_time_is_the_earlier_of_two_and_as_an_end_the_later() {
        for (wall, first, last) in [
            (
                "2026-10-25T02:30:00",
                "2026-10-25T00:30:00Z",
                "2026-10-25T01:30:00Z",
            ),
            (
                "2026-03-29T02:30:00",
                "2026-03-29T00:30:00Z",
                "2026-03-29T01:30:00Z",
            ),
            (
                "2026-03-29T03:00:00",
                "2026-03-29T01:00:00Z",
                "2026-03-29T01:00:00Z",
            ),
            (
                "2026-07-01T12:00:00",
                "2026-07-01T10:00:00Z",
                "2026-07-01T10:00:00Z",
            ),
        ] {
            let (zone, typed) = (zone("Europe/Berlin"), wall.parse().unwrap());
            assert_eq!(zone.earliest(typed), at(first), "{wall}");
            assert_eq!(zone.latest(typed), at(last), "{wall}");
        }
    }

    #[test]
    fn a_rule_is_told_by_what_its_clocks_are_called() {
        for (rule, called) in [
            ("EST5EDT,M3.2.0,M11.1.0", "EST/EDT"),
            ("<+03>-3", "+03"),
            ("CST-8", "CST"),
            ("UTC0", "UTC"),
            ("UTC0BST,M3.5.0,M10.5.0", "UTC/BST"),
            // These say UTC and are not: west is positive in a rule.
            ("UTC-3", "GMT+3"),
            ("gmt+3:30", "GMT-03:30"),
            ("GMT+14", "GMT-14"),
        ] {
            let zone = TimeZone::posix(rule).unwrap();
            for now in ["2026-11-21T06:00:00Z", "2026-07-01T06:00:00Z"] {
                let zone = Zone::keep(Known::named(zone.clone(), at(now)));
                assert_eq!(zone.to_string(), called, "{now}");
            }
        }
    }

    /// The service takes `GMT+8` for east, names of the database that look like it mean west.
    #[test]
    fn the_wire_has_the_offset_of_now() {
        for (name, now, offset) in [
            ("Europe/Berlin", "2026-11-21T06:00:00Z", "GMT+1"),
            ("Europe/Berlin", "2026-07-01T06:00:00Z", "GMT+2"),
            ("europe/berlin", "2026-07-01T06:00:00Z", "GMT+2"),
            ("Asia/Kolkata", "2026-11-21T06:00:00Z", "GMT+05:30"),
            ("GMT+8", "2026-11-21T06:00:00Z", "GMT+8"),
            ("Etc/GMT+8", "2026-11-21T06:00:00Z", "GMT-8"),
            ("UTC", "2026-11-21T06:00:00Z", "GMT+0"),
        ] {
            let zone = Zone::parse(name, at(now)).unwrap();
            assert_eq!(zone.on_the_wire().to_string(), offset, "{name}");
        }
    }

    #[test]
    fn what_is_no_zone_is_refused_without_being_repeated() {
        for text in [
            "",
            "Europe/Atlantis",
            "GMT+8:5",
            "GMT+15",
            "here",
            "/etc/passwd",
            "../x",
        ] {
            let reason = Zone::parse(text, at("2026-11-21T06:00:00Z")).unwrap_err();
            assert!(text.is_empty() || !reason.contains(text), "{reason}");
        }
    }
}
