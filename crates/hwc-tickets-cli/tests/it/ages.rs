//! Times that are typed as an age, such as `2h`, on a machine whose clock is wrong.

use crate::stage::Stage;
use hwc_tickets_sim::{DEMO, Rules, TicketSeed, Time};
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;

/// A service for which this machine is so many hours ahead, and a ticket there with a message of each of the last six hours.
fn ahead_by(hours: i64) -> Stage {
    ahead_by_with(hours, Rules::default())
}

/// The same where nothing tells the time.
fn untold(hours: i64) -> Stage {
    let mut rules = Rules::default();
    rules.tells_time = false;
    ahead_by_with(hours, rules)
}

fn ahead_by_with(hours: i64, rules: Rules) -> Stage {
    let service = Timestamp::now() - SignedDuration::from_hours(hours);
    let stage = Stage::with(|builder| builder.time(Time::Manual(service)).rules(rules));
    let ago = |minutes| service - SignedDuration::from_mins(minutes);
    let mut ticket = TicketSeed::new("TT-hourly", DEMO, ago(400));
    for minutes in [330, 270, 210, 150, 90, 30] {
        ticket = ticket.engineer(ago(minutes), format!("{minutes} min"));
    }
    stage.sim().open(ticket).unwrap();
    stage
}

#[test]
fn history_of_an_age_goes_by_the_clock_of_the_service() {
    for hours in [-3, 0, 3] {
        let stage = ahead_by(hours);
        let args = ["message", "history", "TT-hourly", "--since", "2h"];
        let ran = stage.run(&[&args[..], &["-o", "plain"]].concat());
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{hours} h ahead");
        let lines: Vec<&str> = ran.stdout.lines().collect();
        assert_eq!(lines.len(), 2, "{hours} h ahead: {}", ran.stdout);
        assert!(lines[0].contains("30 min"), "{}", ran.stdout);
        assert!(lines[1].contains("90 min"), "{}", ran.stdout);
    }
}

#[cfg(unix)]
#[test]
fn following_from_an_age_goes_by_the_clock_of_the_service() {
    use crate::follow::Follower;

    for hours in [-3, 0, 3] {
        let stage = ahead_by(hours);
        let args = ["message", "follow", "TT-hourly", "--since", "2h"];
        let args = [&args[..], &["--interval", "10ms", "-o", "plain"]].concat();
        let mut follower = Follower::of(&mut stage.command(&args));
        assert!(follower.line().contains("90 min"), "{hours} h ahead");
        assert!(follower.line().contains("30 min"), "{hours} h ahead");
        let ran = follower.interrupt(&stage);
        assert_eq!(
            (ran.code, ran.stderr.as_str()),
            (130, ""),
            "{hours} h ahead"
        );
        assert_eq!(ran.stdout.lines().count(), 2, "{hours} h ahead");
    }
}

/// What is counted back from the clock of this machine has what that clock makes of it, and says so.
#[test]
fn history_of_an_age_tells_that_the_service_told_no_time() {
    for (hours, messages) in [(-3, 5), (0, 2), (3, 0)] {
        let stage = untold(hours);
        let args = ["message", "history", "TT-hourly", "--since", "2h"];
        let ran = stage.run(&[&args[..], &["-o", "json"]].concat());
        assert_eq!(ran.code, 0, "{}", ran.golden());
        assert!(ran.stderr.contains("told no time"), "{}", ran.stderr);
        assert!(!ran.stderr.contains("stored"), "{}", ran.stderr);
        let document = ran.json();
        let told = document["messages"].as_array().map(Vec::len);
        assert_eq!(told, Some(messages), "{hours} h ahead: {document}");
        assert_eq!(document["report"]["local_clock"], true, "{document}");
        assert_eq!(document["complete"], false, "{document}");
    }
}

/// An answer that was stored on the way tells a time, which is when it was made: no age is counted back from that.
#[test]
fn history_of_an_age_tells_that_its_answer_may_have_been_stored() {
    let mut rules = Rules::default();
    rules.stored_for = Duration::from_secs(60);
    let stage = ahead_by_with(0, rules);
    let args = ["message", "history", "TT-hourly", "--since", "2h"];
    let ran = stage.run(&[&args[..], &["-o", "json"]].concat());
    assert_eq!(ran.code, 0, "{}", ran.golden());
    let document = ran.json();
    assert_eq!(document["report"]["local_clock"], true, "{document}");
    for told in ["had stored its answer", "tells when it was made"] {
        assert!(ran.stderr.contains(told), "{}", ran.stderr);
    }
}

/// The clock says where reading begins as well: of a machine that is behind by days the newest messages would be missing.
#[test]
fn history_tells_that_the_service_told_no_time() {
    for (hours, messages) in [(-48, 0), (0, 6)] {
        let stage = untold(hours);
        let ran = stage.run(&["message", "history", "TT-hourly", "-o", "json"]);
        assert_eq!(ran.code, 0, "{}", ran.golden());
        assert!(ran.stderr.contains("told no time"), "{}", ran.stderr);
        let document = ran.json();
        let told = document["messages"].as_array().map(Vec::len);
        assert_eq!(told, Some(messages), "{hours} h ahead: {document}");
        assert_eq!(document["complete"], false, "{document}");
    }
}

#[cfg(unix)]
#[test]
fn following_from_an_age_tells_that_the_service_told_no_time() {
    use crate::follow::Follower;

    let stage = untold(0);
    let args = ["message", "follow", "TT-hourly", "--since", "2h"];
    let args = [&args[..], &["--interval", "10ms", "-o", "ndjson"]].concat();
    let mut follower = Follower::of(&mut stage.command(&args));
    assert_eq!(follower.line(), r#"{"type":"local_clock"}"#);
    assert!(follower.line().contains("90 min"));
    assert!(follower.line().contains("30 min"));
    let ran = follower.interrupt(&stage);
    assert_eq!(ran.code, 130, "{}", ran.golden());
    assert_eq!(ran.stdout.lines().count(), 3, "{}", ran.stdout);
    let warnings = ran.stderr.matches("told no time").count();
    assert_eq!(warnings, 1, "{}", ran.stderr);
}

/// It is asked for before the service could tell its time.
#[test]
fn an_export_by_an_age_tells_that_the_clocks_differ() {
    for hours in [-3, 0, 3] {
        let stage = ahead_by(hours);
        for (option, when, is_age) in [
            ("--since", "2h", true),
            ("--until", "2h", true),
            ("--since", "2026-11-21", false),
        ] {
            let ran = stage.run(&["ticket", "export", option, when, "--to", "-"]);
            assert_eq!(ran.code, 0, "{}", ran.golden());
            let is_told = ran.stderr.contains("that of the service shows");
            assert_eq!(
                is_told,
                is_age && hours != 0,
                "{hours} h ahead: {}",
                ran.stderr
            );
        }
    }
}

#[test]
fn an_export_by_an_age_says_why_nothing_proves_it() {
    let mut stored = Rules::default();
    stored.stored_for = Duration::from_secs(60);
    for (stage, why) in [
        (untold(0), "the service told no time"),
        (ahead_by_with(0, stored), "had stored the answer"),
    ] {
        for (when, is_age) in [("2h", true), ("2026-11-21", false)] {
            let ran = stage.run(&["ticket", "export", "--since", when, "--to", "-"]);
            assert_eq!(ran.code, 0, "{}", ran.golden());
            assert_eq!(ran.stderr.contains(why), is_age, "{why}: {}", ran.stderr);
            let warnings = ran.stderr.matches("counted back").count();
            assert_eq!(warnings, usize::from(is_age), "{why}: {}", ran.stderr);
        }
    }
}
