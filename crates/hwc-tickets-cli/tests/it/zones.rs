//! The zone of times: that of the machine unless another is named, everywhere the same, and never on the wire.

use crate::stage::{Ran, Stage, ZONE};
use hwc_tickets_sim::Time;
use std::time::Duration;

/// A run on a machine in this zone.
fn there(stage: &Stage, zone: &str, args: &[&str]) -> Ran {
    stage.finish(stage.command(args).env_remove(ZONE.0).env("TZ", zone))
}

/// The offset that the service was asked with.
fn on_the_wire(stage: &Stage, zone: &str, more: &[&str]) -> String {
    let args = [
        "message",
        "send",
        "case-123",
        "hello",
        "--dry-run",
        "-o",
        "json",
    ];
    let ran = there(stage, zone, &[&args[..], more].concat());
    assert_eq!(ran.code, 0, "{}", ran.golden());
    let headers = &ran.json()["headers"];
    let found = headers["x-time-zone"].as_str();
    found
        .unwrap_or_else(|| panic!("{}", ran.golden()))
        .to_owned()
}

const HISTORY: [&str; 4] = ["message", "history", "case-123", "--oldest-first"];

/// The first message of the ticket is of 2026-11-21T03:00:00Z.
#[test]
fn times_are_those_of_the_machine_unless_a_zone_is_named() {
    let stage = Stage::new();
    for (machine, option, title, first) in [
        ("Europe/Berlin", None, "TIME (Europe/Berlin)", "04:00:00"),
        (
            "America/New_York",
            None,
            "TIME (America/New_York)",
            "2026-11-20 22:00:00",
        ),
        (":Asia/Kolkata", None, "TIME (Asia/Kolkata)", "08:30:00"),
        ("", None, "TIME (UTC)", "03:00:00"),
        // A rule without a name.
        (
            "EST5EDT,M3.2.0,M11.1.0",
            None,
            "TIME (EST/EDT)",
            "2026-11-20 22:00:00",
        ),
        ("<+03>-3", None, "TIME (+03)", "06:00:00"),
        (
            "Europe/Berlin",
            Some("local"),
            "TIME (Europe/Berlin)",
            "04:00:00",
        ),
        (
            "Europe/Berlin",
            Some("Asia/Shanghai"),
            "TIME (Asia/Shanghai)",
            "11:00:00",
        ),
        (
            "Europe/Berlin",
            Some("GMT-03:30"),
            "TIME (GMT-03:30)",
            "2026-11-20 23:30:00",
        ),
        ("Europe/Berlin", Some("UTC"), "TIME (GMT+0)", "03:00:00"),
    ] {
        let option = option.map(|zone| ["--time-zone", zone]);
        let args = [
            &HISTORY[..],
            option.as_ref().map_or(&[][..], |option| &option[..]),
        ]
        .concat();
        let ran = there(&stage, machine, &args);
        assert_eq!(ran.code, 0, "{}", ran.golden());
        let mut lines = ran.stdout.lines();
        let told = lines.next().unwrap();
        assert!(told.starts_with(title), "{machine} {option:?}: {told}");
        let line = lines.next().unwrap();
        assert!(line.contains(first), "{machine} {option:?}: {line}");
    }
}

/// One instant, in every command and every form.
#[test]
fn every_command_names_the_same_zone() {
    let stage = Stage::new();
    for (args, said) in [
        (&HISTORY[..], "2026-11-21 04:00:00"),
        (&["ticket", "show", "case-123"][..], "2026-11-21 04:00:00"),
        (&["ticket", "show", "case-123"], "Europe/Berlin"),
        (
            &["message", "history", "case-123", "-o", "plain"],
            "2026-11-21T04:00:00+01:00",
        ),
        (
            &["ticket", "show", "case-123", "-o", "plain"],
            "2026-11-21T04:00:00+01:00",
        ),
        (
            &[
                "message",
                "follow",
                "case-123",
                "--tail",
                "9",
                "--for",
                "100ms",
                "--interval",
                "10ms",
            ],
            "TIME (Europe/Berlin)",
        ),
        (
            &["message", "send", "case-123", "hello", "--confirm"],
            "Europe/Berlin",
        ),
        (&["config", "get", "time-zone"], "Europe/Berlin"),
    ] {
        let ran = there(&stage, "Europe/Berlin", args);
        assert_eq!(ran.code, 0, "{args:?}: {}", ran.stderr);
        assert!(ran.stdout.contains(said), "{args:?}: {}", ran.stdout);
    }
}

/// The service knows no names.
#[test]
fn the_service_is_asked_with_a_fixed_offset() {
    let stage = Stage::new();
    for (machine, more, offset) in [
        ("Asia/Kolkata", &[][..], "GMT+05:30"),
        ("UTC", &[], "GMT+0"),
        ("UTC", &["--time-zone", "Asia/Shanghai"], "GMT+8"),
        ("UTC", &["--time-zone", "GMT-03:30"], "GMT-03:30"),
    ] {
        assert_eq!(on_the_wire(&stage, machine, more), offset, "{machine}");
    }
}

/// A time that was typed means the wall of that zone.
#[test]
fn typed_times_are_of_the_zone() {
    let stage = Stage::new();
    let since = |machine: &str| {
        let args = [
            "message",
            "history",
            "case-123",
            "--since",
            "2026-11-21 03:59",
            "-o",
            "ndjson",
        ];
        let ran = there(&stage, machine, &args);
        assert_eq!(ran.code, 0, "{}", ran.golden());
        ran.stdout.matches("\"type\":\"message\"").count()
    };
    // All of them; the last, as the others are of three o'clock there; none, as the last is of midnight there.
    assert_eq!(since("Europe/Berlin"), 4);
    assert_eq!(since("UTC"), 1);
    assert_eq!(since("America/New_York"), 0);
}

/// What is no zone is refused by the name of its place, and nothing is sent.
#[test]
fn what_is_no_zone_is_refused() {
    let stage = Stage::new();
    let told = |ran: Ran, place: &str| {
        assert_eq!(ran.code, 2, "{}", ran.golden());
        assert!(ran.stderr.contains(place), "{}", ran.stderr);
        assert!(ran.stderr.contains("Europe/Berlin"), "{}", ran.stderr);
    };
    let bad = [
        "ticket",
        "status",
        "case-123",
        "--time-zone",
        "Europe/Atlantis",
    ];
    told(stage.run(&bad), "--time-zone");
    told(
        stage.finish(stage.command(&bad[..3]).env(ZONE.0, "Europe/Atlantis")),
        ZONE.0,
    );
    // A machine with another zone than it was told to have would show times that look right.
    for machine in ["Europe/Atlantis", "/etc/passwd", "x"] {
        told(there(&stage, machine, &bad[..3]), "the value of TZ");
    }
    stage.write_config("[profiles.default]\ntime_zone = \"Europe/Atlantis\"\n");
    told(
        there(&stage, "UTC", &bad[..3]),
        "key time_zone of profile default",
    );
    // Asked for by name, it must be known.
    let ran = stage.finish(
        stage
            .command(&["auth", "status", "--time-zone", "local"])
            .env("TZ", "x"),
    );
    assert_eq!(ran.code, 2, "{}", ran.golden());
    assert!(ran.stderr.contains("TZ"), "{}", ran.stderr);
    assert_eq!(stage.requests(), 0);
}

/// In the hour that comes twice, both are told apart, and a typed time of it means the first.
#[test]
fn the_hour_that_comes_twice() {
    let begin = Time::Manual("2026-10-25T00:30:00Z".parse().unwrap());
    let stage = Stage::with(|builder| builder.time(begin));
    for text in ["edge one", "edge two", "edge three"] {
        stage.sim().reply_as_engineer("case-123", text).unwrap();
        stage.sim().advance(Duration::from_secs(3600));
    }
    let args = [
        "message",
        "history",
        "case-123",
        "--since",
        "2026-10-25 02:29",
    ];
    let ran = there(&stage, "Europe/Berlin", &args);
    assert_eq!(ran.code, 0, "{}", ran.golden());
    for (text, time) in [
        ("edge one", "2026-10-25 02:30:00 CEST  "),
        ("edge two", "2026-10-25 02:30:00 CET   "),
        ("edge three", "2026-10-25 03:30:00       "),
    ] {
        let line = ran.stdout.lines().find(|line| line.contains(text));
        let line = line.unwrap_or_else(|| panic!("{text}: {}", ran.golden()));
        assert!(line.starts_with(time), "{line}");
    }
    let plain = there(
        &stage,
        "Europe/Berlin",
        &[&args[..], &["-o", "plain"]].concat(),
    );
    for time in ["2026-10-25T02:30:00+02:00\t", "2026-10-25T02:30:00+01:00\t"] {
        assert!(plain.stdout.contains(time), "{}", plain.stdout);
    }
}
