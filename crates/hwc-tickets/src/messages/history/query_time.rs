//! The moment a page is asked from, written the way the service writes times.
//!
//! The document calls the parameter a timestamp and shows no value (D-12). So a time goes out in the
//! form in which the service gave one, and a switch sends milliseconds instead.

use crate::time::{MessageTime, ZoneOffset};
use jiff::{SignedDuration, Timestamp};

/// How the time in a request for older messages is written (D-12).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum TimeForm {
    /// Like the times in the service's own answers; `yyyy-MM-dd HH:mm:ss` before the first answer.
    #[default]
    AsReceived,
    /// Milliseconds since 1970.
    EpochMillis,
}

/// Epoch seconds stay below this until the year 5138; milliseconds pass it in March 1973.
const SECONDS_END: u64 = 100_000_000_000;

impl TimeForm {
    /// `instant` in this form, `like` being the time it was derived from.
    pub(super) fn write(
        self,
        instant: Timestamp,
        like: Option<&MessageTime>,
        zone: ZoneOffset,
    ) -> String {
        match (self, like) {
            (Self::EpochMillis, _) => instant.as_millisecond().to_string(),
            (Self::AsReceived, None) => zone.wall_time(instant),
            // The very text of the service, byte for byte.
            (Self::AsReceived, Some(time)) if time.instant() == Some(instant) => {
                time.raw().to_owned()
            }
            (Self::AsReceived, Some(time)) => imitate(time.raw().trim(), instant, zone),
        }
    }
}

/// How far apart two moments must be for the service to write them differently, judged by `like`. A time
/// that ends in whole seconds may have been cut, so only other milliseconds prove that they count.
pub(super) fn resolution(like: &MessageTime) -> SignedDuration {
    let raw = like.raw().trim();
    let has_millis = match epoch(raw) {
        Some(Epoch::Millis) => true,
        Some(Epoch::Seconds) => false,
        None => fraction_digits(raw) >= 3,
    };
    let is_fine = has_millis
        && (like.instant()).is_some_and(|instant| instant.as_millisecond().rem_euclid(1000) != 0);
    match is_fine {
        true => SignedDuration::from_millis(1),
        false => SignedDuration::from_secs(1),
    }
}

enum Epoch {
    Seconds,
    Millis,
}

fn epoch(raw: &str) -> Option<Epoch> {
    let number: i64 = raw.parse().ok()?;
    Some(if number.unsigned_abs() < SECONDS_END {
        Epoch::Seconds
    } else {
        Epoch::Millis
    })
}

/// `instant` written like `raw`: same separator, same number of decimals, same offset.
fn imitate(raw: &str, instant: Timestamp, zone: ZoneOffset) -> String {
    match epoch(raw) {
        Some(Epoch::Seconds) => return instant.as_second().to_string(),
        Some(Epoch::Millis) => return instant.as_millisecond().to_string(),
        None => {}
    }
    let suffix = offset_text(raw);
    let zone = match suffix.trim() {
        "" => zone,
        distance => distance.parse().unwrap_or(zone),
    };
    let wall = zone.wall_time(instant);
    let (date, clock) = wall.split_once(' ').unwrap_or((wall.as_str(), ""));
    let separator = raw.chars().nth(date.len()).unwrap_or(' ');
    let mut text = format!("{date}{separator}{clock}");
    let digits = fraction_digits(raw);
    if digits > 0 {
        let nanos = format!("{:09}", instant.subsec_nanosecond().unsigned_abs());
        let point = if raw.contains(',') { ',' } else { '.' };
        text.push(point);
        text.extend(nanos.chars().chain(std::iter::repeat('0')).take(digits));
    }
    text.push_str(suffix);
    text
}

/// What follows the clock of `raw`: nothing, `Z`, or an offset, with the space before it.
fn offset_text(raw: &str) -> &str {
    let Some((date, clock)) = raw.split_at_checked(11) else {
        return "";
    };
    let end = clock.find(|c: char| !(c.is_ascii_digit() || matches!(c, ':' | '.' | ',')));
    end.and_then(|end| raw.get(date.len() + end..))
        .unwrap_or_default()
}

fn fraction_digits(raw: &str) -> usize {
    raw.split_once(['.', ',']).map_or(0, |(_, rest)| {
        rest.bytes().take_while(u8::is_ascii_digit).count()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_goes_out_in_the_form_in_which_it_came() {
        // (as received, one second later in the same form)
        let cases = [
            ("2020-07-09 00:00:00", "2020-07-09 00:00:01"),
            ("2020-07-09T23:59:59", "2020-07-10T00:00:00"),
            ("2020-07-09 00:00:00.250", "2020-07-09 00:00:01.250"),
            ("2020-07-09T00:00:00,5", "2020-07-09T00:00:01,5"),
            ("2020-07-07T09:33:43.000Z", "2020-07-07T09:33:44.000Z"),
            ("2019-05-22T03:30:52Z", "2019-05-22T03:30:53Z"),
            ("2020-07-09T00:00:00+08:00", "2020-07-09T00:00:01+08:00"),
            ("2020-07-09 00:00:00 -0330", "2020-07-09 00:00:01 -0330"),
            ("1594224000", "1594224001"),
            ("1594224000123", "1594224001123"),
        ];
        for zone in [ZoneOffset::CHINA, ZoneOffset::UTC] {
            for (raw, later) in cases {
                let time = MessageTime::read(raw, zone);
                let instant = time.instant().unwrap();
                let next = instant + SignedDuration::from_secs(1);
                let form = TimeForm::AsReceived;
                assert_eq!(form.write(instant, Some(&time), zone), raw);
                assert_eq!(form.write(next, Some(&time), zone), later, "{raw}");
                let read_back = MessageTime::read(later, zone);
                assert_eq!(read_back.instant(), Some(next), "{raw}");
            }
        }
    }

    #[test]
    fn the_time_of_a_message_goes_out_byte_for_byte() {
        let zone = ZoneOffset::CHINA;
        for raw in [
            " 2020-07-09 00:00:00 ",
            "+1594224000",
            "2020-07-09  00:00:00",
        ] {
            let time = MessageTime::read(raw, zone);
            let instant = time.instant().unwrap();
            assert_eq!(TimeForm::AsReceived.write(instant, Some(&time), zone), raw);
        }
    }

    #[test]
    fn milliseconds_begin_where_seconds_end() {
        let cases = [
            ("99999999999", Some(false)),
            ("-99999999999", Some(false)),
            ("100000000000", Some(true)),
            ("-100000000000", Some(true)),
            ("2020-07-09", None),
        ];
        for (raw, is_millis) in cases {
            let form = epoch(raw).map(|form| matches!(form, Epoch::Millis));
            assert_eq!(form, is_millis, "{raw}");
        }
    }

    #[test]
    fn only_other_milliseconds_prove_that_they_count() {
        let cases = [
            ("2020-07-09 00:00:00", 1000),
            ("2020-07-09 00:00:00.000", 1000),
            ("2020-07-09 00:00:00.250", 1),
            ("2020-07-09 00:00:00.2", 1000),
            ("1594224000000", 1000),
            ("1594224000001", 1),
            ("1594224000", 1000),
        ];
        for (raw, millis) in cases {
            let time = MessageTime::read(raw, ZoneOffset::CHINA);
            assert_eq!(
                resolution(&time),
                SignedDuration::from_millis(millis),
                "{raw}"
            );
        }
    }

    #[test]
    fn milliseconds_and_the_first_request() {
        let instant: Timestamp = "2020-07-08T16:00:00Z".parse().unwrap();
        let zone = ZoneOffset::CHINA;
        assert_eq!(
            TimeForm::AsReceived.write(instant, None, zone),
            "2020-07-09 00:00:00"
        );
        assert_eq!(
            TimeForm::EpochMillis.write(instant, None, zone),
            "1594224000000"
        );
    }

    proptest::proptest! {
            #[test]
            fn every_instant_in_every_form_is_read_back_as_it_was(
                millis in 1_000_000_000_000_i64..4_000_000_000_000,
                later in 0_i64..100_000_000,
                minutes in -720_i32..=840,
            ) {
                let zone = ZoneOffset::from_minutes(minutes).unwrap();
                let instant = Timestamp::from_millisecond(millis).unwrap();
                let whole = Timestamp::from_second(instant.as_second()).unwrap();
                let wall = zone.wall_time(instant);
                let forms = [
                    (wall.clone(), whole),
                    (wall.replace(' ', "T"), whole),
                    (format!("{wall}.{:03}", millis % 1000), instant),
                    (format!("{}Z", whole.strftime("%Y-%m-%dT%H:%M:%S")), whole),
                    (instant.as_second().to_string(), whole),
                    (millis.to_string(), instant),
                ];
                for (raw, meant) in forms {
                    let time = MessageTime::read(raw.as_str(), zone);
                    assert_eq!(time.instant(), Some(meant), "{raw}");
                    let form = TimeForm::AsReceived;
                    assert_eq!(form.write(meant, Some(&time), zone), raw);
                    // A later moment goes out in the same form, as exactly as the form can say.
                    let other = meant + SignedDuration::from_millis(later);
                    let written = form.write(other, Some(&time), zone);
                    let back = MessageTime::read(written.as_str(), zone).instant().unwrap();
    let gap = other.duration_since(back);
                    assert!((SignedDuration::ZERO..SignedDuration::from_secs(1)).contains(&gap), "{raw} {written}");
                    assert_eq!(written.len(), raw.len(), "{raw} {written}");
                }
            }
        }
}
