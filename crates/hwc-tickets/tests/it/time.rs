//! Times without a zone mean the zone that was asked for.

use hwc_tickets::{MessageTime, ZoneOffset};

#[test]
fn the_forms_a_time_may_have() {
    let china = ZoneOffset::CHINA;
    for (raw, wanted) in [
        ("2020-07-09 00:00:00", "2020-07-08T16:00:00Z"),
        ("2020-07-09T00:00:00", "2020-07-08T16:00:00Z"),
        (" 2020-07-09 00:00:00 ", "2020-07-08T16:00:00Z"),
        ("2020-07-09 00:00", "2020-07-08T16:00:00Z"),
        ("2020-07-09 00:00:00.250", "2020-07-08T16:00:00.25Z"),
        ("2020-07-09T00:00:00Z", "2020-07-09T00:00:00Z"),
        ("2020-07-07T09:33:43.000Z", "2020-07-07T09:33:43Z"),
        ("2020-07-09T00:00:00+02:00", "2020-07-08T22:00:00Z"),
        ("2020-07-09 00:00:00 +0530", "2020-07-08T18:30:00Z"),
        ("2020-07-09T00:00:00-03:30", "2020-07-09T03:30:00Z"),
        ("1594224000", "2020-07-08T16:00:00Z"),
        ("1594224000000", "2020-07-08T16:00:00Z"),
        ("2024-02-29 23:59:59", "2024-02-29T15:59:59Z"),
        ("2016-12-31 23:59:60", "2016-12-31T15:59:59Z"),
        ("9999-12-31 06:00:00", "9999-12-30T22:00:00Z"),
    ] {
        let time = MessageTime::read(raw, china);
        assert_eq!(
            time.instant().map(|instant| instant.to_string()).as_deref(),
            Some(wanted),
            "{raw}"
        );
        assert_eq!(time.raw(), raw);
    }
}

#[test]
fn every_date_there_is_and_no_other_is_read_as_a_calendar_has_it() {
    let years = [
        0, 1, 4, 99, 100, 400, 1582, 1899, 1900, 1969, 1970, 1999, 2000, 2023, 2024, 2100, 9999,
    ];
    for zone in [ZoneOffset::CHINA, ZoneOffset::from_minutes(-720).unwrap()] {
        let offset = jiff::tz::Offset::from_seconds(zone.minutes() * 60).unwrap();
        for (year, month, day) in years.into_iter().flat_map(|year| {
            let days = (0..=13).flat_map(|month| (0..=32).map(move |day| (month, day)));
            days.map(move |(month, day)| (year, month, day))
        }) {
            let wall = jiff::civil::DateTime::new(year, month, day, 23, 58, 59, 0);
            let meant = wall.ok().and_then(|wall| offset.to_timestamp(wall).ok());
            let raw = format!("{year:04}-{month:02}-{day:02} 23:58:59");
            assert_eq!(
                MessageTime::read(raw.as_str(), zone).instant(),
                meant,
                "{raw}"
            );
        }
    }
}

/// The usual form is read by code of its own, the same with a fraction by that of all other forms.
#[test]
fn one_other_character_in_the_usual_form_means_what_it_means_with_a_fraction() {
    for usual in ["2026-02-28 12:34:46", "1899-12-31T23:58:49"] {
        for place in 0..usual.len() {
            let mut changed: Vec<char> = usual.chars().collect();
            for other in '\0'..='\u{17f}' {
                changed[place] = other;
                let raw: String = changed.iter().collect();
                let [plain, fraction] = [raw.clone(), format!("{raw}.0")]
                    .map(|raw| MessageTime::read(raw, ZoneOffset::CHINA).instant());
                assert_eq!(plain, fraction, "{raw:?}");
            }
        }
    }
}

#[test]
fn a_clock_in_a_zone_shows_an_instant_with_all_its_digits() {
    for (instant, china, west) in [
        (
            "2026-02-28T15:59:59.999Z",
            "2026-02-28 23:59:59",
            "2026-02-28 12:29:59",
        ),
        (
            "0009-01-02T03:04:05Z",
            "0009-01-02 11:04:05",
            "0009-01-01 23:34:05",
        ),
        (
            "9999-12-30T12:00:00Z",
            "9999-12-30 20:00:00",
            "9999-12-30 08:30:00",
        ),
        (
            "-000001-06-01T00:00:00Z",
            "-000001-06-01 08:00:00",
            "-000001-05-31 20:30:00",
        ),
    ] {
        let at: jiff::Timestamp = instant.parse().unwrap();
        assert_eq!(ZoneOffset::CHINA.wall_time(at), china);
        let zone = ZoneOffset::from_minutes(-210).unwrap();
        assert_eq!(zone.wall_time(at), west);
    }
}

#[test]
fn what_is_no_time_is_kept_as_text() {
    for raw in [
        "",
        "-9223372036854775808",
        "9223372036854775807",
        "soon",
        "2020-07-09",
        "20200709",
        "20200709000000",
        "202007090000",
        "1594224000000000",
        "7",
        "2020-13-01 00:00:00",
        "2023-02-29 00:00:00",
        "2020-07-09 24:00:01",
        "2020-07-09 23:59:61",
        "9999-12-31 06:00:01",
        "2020-07-09 00:00:00[Asia/Shanghai]",
        "2020-07-09 00:00:00 Asia/Shanghai",
        "2020-07-09T00:00:00+25:00",
        "09/07/2020 00:00:00",
        "2020-07-09 00:00:00 GMT+99",
        "99999999999999999999",
        "-",
        "工单 00:00:00",
    ] {
        let time = MessageTime::read(raw, ZoneOffset::CHINA);
        assert_eq!(time.instant(), None, "{raw:?}");
        assert_eq!(time.to_string(), raw);
        assert!(
            raw.is_empty() || !format!("{time:?}").contains(raw),
            "Debug shows no raw text"
        );
    }
}

#[test]
fn every_fixed_offset_round_trips() {
    let mut rng = fastrand::Rng::with_seed(1);
    for minutes in (-720..=840).step_by(15) {
        let zone = ZoneOffset::from_minutes(minutes).unwrap();
        assert_eq!(zone.to_string().parse::<ZoneOffset>(), Ok(zone));
        for _ in 0..1000 {
            let instant = jiff::Timestamp::from_second(rng.i64(0..4_102_444_800)).unwrap();
            let read = MessageTime::read(zone.wall_time(instant), zone);
            assert_eq!(read.instant(), Some(instant), "{zone} {read}");
        }
    }
}

#[test]
fn zones_are_fixed_offsets() {
    for (text, minutes) in [
        ("GMT+8", 480),
        ("GMT+08:00", 480),
        ("UTC+8", 480),
        ("+0800", 480),
        ("+08:00", 480),
        ("GMT", 0),
        ("UTC", 0),
        ("Z", 0),
        ("GMT-03:30", -210),
        ("GMT+14", 840),
        ("GMT-12", -720),
        ("gmt+5:45", 345),
    ] {
        assert_eq!(
            text.parse::<ZoneOffset>().map(ZoneOffset::minutes),
            Ok(minutes),
            "{text}"
        );
    }
    for text in [
        "",
        "8",
        "Asia/Shanghai",
        "Etc/GMT+8",
        "CST",
        "GMT+15",
        "GMT-13",
        "GMT+8:7",
        "GMT+8:60",
        "GMT +8",
        "GMT+",
        "GMT+8\r\nX: 1",
        "+٨",
    ] {
        assert!(text.parse::<ZoneOffset>().is_err(), "{text:?}");
    }
    assert_eq!(ZoneOffset::CHINA.to_string(), "GMT+8");
    assert_eq!(ZoneOffset::UTC.to_string(), "GMT+0");
    assert_eq!(
        ZoneOffset::from_minutes(-210).unwrap().to_string(),
        "GMT-03:30"
    );
    assert!(ZoneOffset::from_hours(15).is_err());
}

#[test]
fn times_are_in_the_order_of_their_instants() {
    let early = MessageTime::read("2026-01-31 12:00:00", ZoneOffset::CHINA);
    let late = MessageTime::read("2026-01-31 12:00:00", ZoneOffset::UTC);
    let [missing, unclear] = ["", "soon"].map(|raw| MessageTime::read(raw, ZoneOffset::UTC));
    let mut times = [&unclear, &late, &missing, &early];
    times.sort();
    assert_eq!(times, [&early, &late, &missing, &unclear]);
}
