//! `message follow` with commands for its events, and with a terminal that calls.

use crate::{
    follow::Follower,
    stage::{Ran, Stage, unavailable, until},
    terminal::Terminal,
};
use hwc_tickets_sim::{FaultRule, Operation, Status};
use std::{fs, path::PathBuf, time::Duration};

/// Follows case-123 with these options.
fn follow(stage: &Stage, options: &[&str]) -> Follower {
    let args = ["message", "follow", "case-123", "--interval", "10ms"];
    Follower::of(&mut stage.command(&[&args[..], options].concat()))
}

fn reply(stage: &Stage, text: &str) {
    stage.sim().reply_as_engineer("case-123", text).unwrap();
}

/// A file for what commands are given.
fn log(stage: &Stage) -> PathBuf {
    stage.home().join("given.txt")
}

/// Lines that were given so far.
fn given(stage: &Stage) -> Vec<String> {
    let text = fs::read_to_string(log(stage)).unwrap_or_default();
    text.lines().map(|line| stage.stable(line)).collect()
}

/// Waits until the service was asked for messages a few times more: what was to be shown at the start was shown.
fn a_few_polls(stage: &Stage) {
    let before = stage.requests();
    until("a few polls", || stage.requests() > before + 6);
}

#[test]
fn each_event_is_given_as_it_is_printed() {
    let stage = Stage::new();
    let exec = format!("/bin/sh -c 'cat >> \"$0\"' {}", log(&stage).display());
    let mut follower = follow(&stage, &["--tail", "2", "-o", "ndjson", "--exec", &exec]);
    follower.line();
    follower.line();
    for text in ["第一条", "two\nlines"] {
        reply(&stage, text);
        follower.line();
    }
    until("four events", || given(&stage).len() == 4);
    let ran = follower.interrupt(&stage);
    assert_eq!(
        (ran.code, ran.stderr.as_str()),
        (130, ""),
        "{}",
        ran.golden()
    );
    assert_eq!(given(&stage), ran.stdout.lines().collect::<Vec<_>>());
}

/// It is shown where one is waited for. That it comes late, after a failure, makes no change of it.
#[test]
fn the_status_at_the_start_does_not_call() {
    let stage = Stage::new();
    let failing = FaultRule::new(Operation::ShowCaseStatus, unavailable());
    stage.sim().fault(failing);
    let notify = format!("/bin/sh -c 'cat >> \"$0\"' {}", log(&stage).display());
    let waiting = ["--until-status", "completed", "--retries", "0"];
    let options = ["--tail", "1", "-o", "ndjson", "--notify", &notify];
    let mut follower = follow(&stage, &[&waiting[..], &options].concat());
    assert!(follower.line().contains("\"type\":\"message\""));
    assert!(follower.line().contains("\"type\":\"status\""));
    stage
        .sim()
        .set_status("case-123", Status::ToConfirm)
        .unwrap();
    let change = "awaiting_confirmation";
    assert!(follower.line().contains(change));
    let is_change = |line: &String| line.contains(change);
    until("the change", || given(&stage).iter().any(is_change));
    let ran = follower.interrupt(&stage);
    assert_eq!(ran.code, 130, "{}", ran.golden());
    let statuses = given(&stage)
        .iter()
        .filter(|line| line.contains("\"type\":\"status\""))
        .count();
    assert_eq!(statuses, 1, "{:?}", given(&stage));
}

/// Whatever a command does with its environment, the credentials of this program are not in it.
#[test]
fn no_credentials_are_handed_on() {
    let stage = Stage::new();
    let exec = format!(
        "/bin/sh -c 'cat > /dev/null; env >> \"$0\"' {}",
        log(&stage).display()
    );
    let args = ["message", "follow", "case-123", "--interval", "10ms"];
    let args = [&args[..], &["--tail", "1", "--exec", &exec]].concat();
    let mut command = stage.command(&args);
    let canaries = [
        "HUAWEICLOUD_SDK_AK",
        "HUAWEICLOUD_SDK_SK",
        "HUAWEICLOUD_SDK_SECURITY_TOKEN",
        "HWC_IAM_USER",
        "HWC_IAM_PASSWORD",
        "HWC_IAM_ACCOUNT",
    ];
    for name in canaries {
        command.env(name, "CANARY");
    }
    // Of this machine itself no proxy is asked.
    for name in ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "all_proxy"] {
        command.env(name, "http://me:CANARY@127.0.0.1:9");
    }
    command
        .env("ALL_PROXY", "http://127.0.0.1:9")
        .env("OF_THE_USER", "stays")
        .env("PATH", "/usr/bin:/bin");
    let mut follower = Follower::of(&mut command);
    follower.line();
    until("the environment", || {
        given(&stage).contains(&"OF_THE_USER=stays".to_owned())
    });
    let ran = follower.interrupt(&stage);
    assert_eq!(ran.code, 130, "{}", ran.golden());
    let given = given(&stage).join("\n");
    assert!(!given.contains("CANARY"), "{given}");
    assert!(!given.contains("HWC_TICKETS_TOKEN"), "{given}");
    for stays in ["HWC_TICKETS_ENDPOINT=", "ALL_PROXY=http://127.0.0.1:9"] {
        assert!(given.contains(stays), "{stays}: {given}");
    }
}

/// Words are split as a shell does it, and nothing in them is expanded. What the command prints is no data.
#[test]
fn no_shell_runs() {
    let stage = Stage::new();
    let exec = "/bin/echo '$HOME'  \"a  b\" $HOME ~ * $(id) ; rm";
    let mut follower = follow(&stage, &["--tail", "1", "--exec", exec, "-o", "plain"]);
    follower.line();
    a_few_polls(&stage);
    let ran = follower.interrupt(&stage);
    assert_eq!(ran.stderr, "$HOME a  b $HOME ~ * $(id) ; rm\n");
    assert_eq!(ran.stdout.lines().count(), 1, "{}", ran.golden());
    for (bad, said) in [("", "no command"), ("a 'b", "not closed")] {
        for option in ["--exec", "--notify"] {
            let ran = stage.run(&["message", "follow", "case-123", option, bad]);
            assert_eq!(ran.code, 2, "{}", ran.golden());
            assert!(ran.stderr.contains(said), "{}", ran.stderr);
        }
    }
}

/// A command that fails, is not there, hangs or does not read is told, and following goes on.
#[test]
fn a_bad_command_is_told_and_nothing_waits_for_it() {
    for (exec, said) in [
        (
            "/bin/sh -c 'exit 3'",
            "--exec: /bin/sh failed (exit status: 3)",
        ),
        ("/bin/sh -c 'kill $$'", "--exec: /bin/sh failed (signal: 15"),
        (
            "/nonexistent/hook",
            "--exec: /nonexistent/hook cannot be started",
        ),
        (
            "/bin/sleep 600",
            "--exec: /bin/sleep took longer than 50ms and was ended",
        ),
        (
            "/bin/sh -c '/bin/sleep 600 & /bin/sleep 600'",
            "--exec: /bin/sh took longer than 50ms and was ended",
        ),
    ] {
        let stage = Stage::new();
        let mut follower = follow(
            &stage,
            &["--tail", "1", "--exec", exec, "--exec-timeout", "50ms"],
        );
        follower.line();
        follower.line();
        for text in ["first", "second"] {
            stage.sim().advance(Duration::from_secs(5));
            reply(&stage, text);
            assert!(follower.line().contains(text), "{exec}");
        }
        let ran = follower.interrupt(&stage);
        assert_eq!(ran.code, 130, "{exec}: {}", ran.golden());
        assert!(ran.stderr.contains(said), "{exec}: {}", ran.stderr);
    }
}

/// The end comes all the same, the document is whole, and what was left undone is told.
#[test]
fn a_command_that_hangs_does_not_hold_the_end() {
    let stage = Stage::new();
    let mut follower = follow(
        &stage,
        &["--tail", "3", "-o", "json", "--exec", "/bin/sleep 600"],
    );
    // The last one is printed with the end of the document.
    while !follower.line().contains("Here it is") {}
    let ran = follower.interrupt(&stage);
    assert_eq!(ran.code, 130, "{}", ran.golden());
    assert_eq!(ran.json()["end"], "interrupted");
    let told = "--exec: 3 events were not done with at the end";
    assert!(ran.stderr.contains(told), "{}", ran.stderr);
}

/// A queue has an end: what finds no place is told, at once and with its number.
#[test]
fn what_a_slow_command_misses_is_told() {
    let stage = Stage::new();
    let mut follower = follow(&stage, &["-o", "ndjson", "--exec", "/bin/sleep 600"]);
    a_few_polls(&stage);
    for number in 0..80 {
        stage.sim().advance(Duration::from_secs(1));
        reply(&stage, &format!("number {number}"));
        follower.line();
    }
    let ran: Ran = follower.interrupt(&stage);
    for told in [
        "64 events wait for it",
        "were not done with at the end",
        "events were left out, because the command was too slow",
    ] {
        assert!(ran.stderr.contains(told), "{told}: {}", ran.stderr);
    }
}

/// For what calls for a person alone; and no text of a message is an argument, which others can see.
#[test]
fn a_notification_is_for_what_is_new_and_not_of_ones_own() {
    let stage = Stage::new();
    let notify = format!(
        "/bin/sh -c 'printf \"%s|%s\\n\" \"$1\" \"$2\" >> \"$0\"' {}",
        log(&stage).display()
    );
    let mut follower = follow(&stage, &["--tail", "9", "--notify", &notify, "-o", "plain"]);
    for _ in 0..4 {
        follower.line();
    }
    a_few_polls(&stage);
    assert_eq!(
        stage.run(&["message", "send", "case-123", "my own"]).code,
        0
    );
    assert!(follower.line().contains("my own"));
    stage.sim().advance(Duration::from_secs(5));
    reply(&stage, "the answer");
    assert!(follower.line().contains("the answer"));
    until("a notification", || !given(&stage).is_empty());
    let ran = follower.interrupt(&stage);
    assert_eq!(ran.stderr, "");
    assert_eq!(
        given(&stage),
        ["hwc-tickets|case-123: message from support"]
    );
}

/// What came between two runs is new: nobody has seen it.
#[test]
fn what_was_missed_since_the_run_before_calls_too() {
    let stage = Stage::new();
    let cursor = stage.home().join("cursor.json").display().to_string();
    let notify = format!(
        "/bin/sh -c 'echo \"$2\" >> \"$0\"' {}",
        log(&stage).display()
    );
    let options = ["--cursor", &cursor, "--notify", &notify, "-o", "plain"];
    let mut first = follow(&stage, &[&options[..], &["--tail", "1"]].concat());
    first.line();
    a_few_polls(&stage);
    assert_eq!(first.interrupt(&stage).code, 130);
    let before = given(&stage).len();
    stage.sim().advance(Duration::from_secs(60));
    reply(&stage, "in the break");
    let mut again = follow(&stage, &options);
    assert!(again.line().contains("in the break"));
    until("a notification", || given(&stage).len() == before + 1);
    assert_eq!(again.interrupt(&stage).code, 130);
}

#[test]
fn a_terminal_calls_and_what_is_none_stays_clean() {
    for (kind, sequence) in [
        (
            "osc9",
            "\u{1b}]9;hwc-tickets: case-123: message from support\u{1b}\\",
        ),
        (
            "osc777",
            "\u{1b}]777;notify;hwc-tickets;case-123: message from support\u{1b}\\",
        ),
    ] {
        let stage = Stage::new();
        let options = ["--bell", "--notify-terminal", kind, "--tail", "1"];
        let args = ["message", "follow", "case-123", "--interval", "10ms"];
        let mut terminal = Terminal::run(&stage, 24, 80, &[&args[..], &options].concat());
        terminal.shows("Old snapshots");
        a_few_polls(&stage);
        assert!(
            !terminal.written().contains('\u{7}'),
            "history does not call"
        );
        reply(&stage, "the answer");
        terminal.until("the call", || {
            let written = terminal.written();
            written.contains(sequence) && written.contains('\u{7}')
        });
        terminal.type_in("\u{3}");
        assert_eq!(terminal.end(), 130);

        let mut follower = follow(&stage, &options);
        follower.line();
        follower.line();
        a_few_polls(&stage);
        reply(&stage, "another");
        assert!(follower.line().contains("another"));
        let ran = follower.interrupt(&stage);
        assert!(
            !ran.stdout.contains(['\u{7}', '\u{1b}']),
            "{}",
            ran.golden()
        );
        assert!(
            !ran.stderr.contains(['\u{7}', '\u{1b}']),
            "{}",
            ran.golden()
        );
    }
}
