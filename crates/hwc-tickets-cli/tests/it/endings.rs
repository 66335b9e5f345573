//! How the program ends when it is told to, when nobody reads any more, and when its output cannot be written.

use crate::{
    follow::Follower,
    stage::{Stage, env_sets_signals, program, until, with_default_signals},
};
use hwc_tickets_sim::{Fault, FaultRule, Operation};
use rustix::process::{Pid, Signal, kill_process};
use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    time::Duration,
};

const SIGNALS: [(Signal, &str, i32); 3] = [
    (Signal::INT, "SIGINT", 130),
    (Signal::TERM, "SIGTERM", 143),
    (Signal::HUP, "SIGHUP", 129),
];

fn tell(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).unwrap();
}

fn follow<'a>(cursor: &'a str, form: &'a str) -> [&'a str; 11] {
    [
        "message",
        "follow",
        "case-123",
        // The line of one item ends when the next begins.
        "--tail",
        "2",
        "--interval",
        "10ms",
        "--cursor",
        cursor,
        "-o",
        form,
    ]
}

/// Told to end: the document is closed, the place is saved, the exit code says which signal it was.
#[test]
fn a_signal_ends_following_in_order() {
    for (signal, name, code) in SIGNALS {
        let stage = Stage::new();
        let cursor = stage.home().join("cursor.json").display().to_string();
        let mut follower = Follower::of(&mut stage.command(&follow(&cursor, "json")));
        while !follower.line().contains("case-123") {}
        let ran = follower.tell(&stage, signal);
        assert_eq!((ran.code, ran.stderr.as_str()), (code, ""), "{name}");
        let document = ran.json();
        assert_eq!(document["end"], "interrupted", "{name}");
        assert!(!document["events"].as_array().unwrap().is_empty(), "{name}");
        stage.sim().advance(Duration::from_secs(60));
        stage
            .sim()
            .reply_as_engineer("case-123", "meanwhile")
            .unwrap();
        let mut again = Follower::of(&mut stage.command(&follow(&cursor, "ndjson")));
        while !again.line().contains("meanwhile") {}
        again.tell(&stage, signal);
    }
}

/// Also where the tests themselves were started to ignore it, as in the background of a script or below `nohup`.
#[cfg(target_os = "linux")]
#[test]
fn a_signal_that_the_tests_ignore_ends_following_too() {
    if !env_sets_signals() {
        eprintln!("SKIPPED: the `env` of this machine cannot set signals");
        return;
    }
    let mut command = Command::new("sh");
    command
        .args(["-c", "trap '' HUP INT QUIT; exec \"$0\" \"$@\""])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "endings::a_signal_ends_following_in_order"]);
    let mut tests = Follower::of(&mut command);
    let result = loop {
        let line = tests.line();
        if line.starts_with("test result: ") {
            break line.to_owned();
        }
    };
    assert!(result.starts_with("test result: ok. 1 passed"), "{result}");
}

/// A supervisor may tell it twice, and `timeout` does: the second time spoils nothing.
#[test]
fn told_twice_it_still_saves_its_place() {
    let stage = Stage::new();
    let cursor = stage.home().join("cursor.json").display().to_string();
    let mut follower = Follower::of(&mut stage.command(&follow(&cursor, "json")));
    while !follower.line().contains("case-123") {}
    follower.only_tell(Signal::TERM);
    follower.only_tell(Signal::TERM);
    let ran = follower.tell(&stage, Signal::TERM);
    assert_eq!(ran.code, 143, "{}", ran.stderr);
    assert_eq!(ran.json()["end"], "interrupted");
    assert!(std::path::Path::new(&cursor).exists());
}

/// Without a handler the first process of a container is deaf for signals. It reads its own number in
/// /proc, which is the one inside.
#[cfg(target_os = "linux")]
#[test]
fn the_first_process_of_a_container_ends_too() {
    // Whoever is not root may make one inside a namespace of users, where the system allows that.
    let ways: [&[&str]; 2] = [
        &["--fork", "--pid", "--kill-child"],
        &[
            "--user",
            "--map-root-user",
            "--fork",
            "--pid",
            "--kill-child",
        ],
    ];
    let is_allowed = |way: &&&[&str]| {
        let tried = Command::new("unshare")
            .args(**way)
            .arg("true")
            .stderr(Stdio::null())
            .status();
        tried.is_ok_and(|status| status.success())
    };
    let Some(way) = ways.iter().find(is_allowed) else {
        eprintln!("SKIPPED: this system lets nobody make a process namespace");
        return;
    };
    let unshare = |args: &[&str], stage: &Stage| {
        let mut command = with_default_signals("unshare");
        command.args(*way).arg(program()).args(args);
        for (name, value) in stage.command(&[]).get_envs() {
            command.env(name, value.unwrap_or_default());
        }
        command
    };
    let inside = |parent: &Child| {
        let id = parent.id();
        let mut found = None;
        until("the first process", || {
            let list = std::fs::read_to_string(format!("/proc/{id}/task/{id}/children"));
            found = list
                .unwrap_or_default()
                .split_whitespace()
                .next()
                .and_then(|id| Pid::from_raw(id.parse().ok()?));
            // Not `unshare` any more, which has forked it.
            found.is_some_and(|id| {
                let name = std::fs::read_to_string(format!("/proc/{}/comm", id.as_raw_nonzero()));
                name.is_ok_and(|name| name.starts_with("hwc-tickets"))
            })
        });
        found.unwrap()
    };
    for (signal, name, code) in SIGNALS {
        let stage = Stage::new();
        let cursor = stage.home().join("cursor.json").display().to_string();
        let mut child = unshare(&follow(&cursor, "json"), &stage)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut seen = String::new();
        while !seen.contains("case-123") {
            seen.push_str(&lines.next().unwrap().unwrap());
        }
        kill_process(inside(&child), signal).unwrap();
        seen.extend(lines.map_while(Result::ok));
        let document: serde_json::Value = serde_json::from_str(&seen).unwrap();
        assert_eq!(document["end"], "interrupted", "{name}");
        assert_eq!(child.wait().unwrap().code(), Some(code), "{name}");
        assert!(std::path::Path::new(&cursor).exists(), "{name}");

        // Where nothing is waited for but a person: reading standard input.
        let mut child = unshare(&["message", "send", "case-123", "-"], &stage)
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Waiting for the child would close it.
        let _open = child.stdin.take();
        let first = inside(&child);
        waits_for_input(first);
        kill_process(first, signal).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(code), "{name}");
        assert!(stage.sim().arrived("case-123").is_empty());
    }
}

/// Sleeps in a read, with its handlers in place.
#[cfg(target_os = "linux")]
fn waits_for_input(process: Pid) {
    let id = process.as_raw_nonzero();
    until("the read", || {
        let read = |name: &str| std::fs::read_to_string(format!("/proc/{id}/{name}"));
        let status = read("status").unwrap_or_default();
        let caught = status
            .lines()
            .find_map(|line| u64::from_str_radix(line.strip_prefix("SigCgt:")?.trim(), 16).ok());
        // SIGTERM is number 15.
        caught.is_some_and(|mask| mask >> 14 & 1 == 1)
            && read("wchan").is_ok_and(|place| place.contains("pipe") || place == "0")
            && status.lines().any(|line| line.starts_with("State:\tS"))
    });
}

/// The message may be on its way: its pending file is named, whatever the signal.
#[test]
fn a_signal_while_sending_names_the_pending_file() {
    for (signal, name, code) in SIGNALS {
        let stage = Stage::new();
        stage
            .sim()
            .fault(FaultRule::new(Operation::CreateMessages, Fault::Hang).after_commit());
        let child = stage.spawn(&["message", "send", "case-123", "on its way"]);
        until("the message to arrive", || {
            !stage.sim().arrived("case-123").is_empty()
        });
        tell(&child, signal);
        let ran = stage.ran(child.wait_with_output().unwrap());
        assert_eq!(ran.code, code, "{name}: {}", ran.stderr);
        assert!(
            ran.stderr.contains("message reconcile ~/.local/state"),
            "{name}: {}",
            ran.stderr
        );
    }
}

/// What is done is told by a filter that never ends: the signal ends that, and what was done is told all the same.
#[test]
fn a_signal_while_it_is_told_says_what_was_done() {
    for (args, says) in [
        (
            &["message", "send", "case-123", "once"][..],
            "the message is in the ticket (accepted)",
        ),
        (
            &["message", "mark-read", "case-123"],
            "the messages are marked as read",
        ),
        (
            &["ticket", "close", "case-123", "--yes"],
            "case-123 is closed",
        ),
    ] {
        for (signal, name, _) in SIGNALS {
            let stage = Stage::new();
            let filter = ["-o", "json", "--jq", "., last(repeat(.))"];
            let args = [args, &filter].concat();
            let mut follower = Follower::of(&mut stage.command(&args));
            follower.line();
            let ran = follower.tell(&stage, signal);
            assert_eq!(ran.code, 9, "{name} {args:?}: {}", ran.golden());
            for part in [says, "Do not repeat it"] {
                assert!(ran.stderr.contains(part), "{name} {args:?}: {}", ran.stderr);
            }
        }
    }
    // What reads has done nothing.
    let stage = Stage::new();
    let args = ["message", "history", "case-123", "--limit", "1"];
    let filter = ["-o", "ndjson", "--jq", "., last(repeat(.))"];
    let mut follower = Follower::of(&mut stage.command(&[&args[..], &filter].concat()));
    follower.line();
    assert_eq!(follower.tell(&stage, Signal::INT).code, 130);
}

/// Started with `nohup`, it goes on when the terminal is gone.
#[cfg(target_os = "linux")]
#[test]
fn a_hang_up_that_is_ignored_stays_ignored() {
    let stage = Stage::new();
    let mut command = Command::new("sh");
    command
        .args(["-c", "trap '' HUP; exec \"$0\" \"$@\""])
        .arg(program())
        .args([
            "message",
            "follow",
            "case-123",
            "--tail",
            "1",
            "--interval",
            "10ms",
            "-o",
            "ndjson",
        ]);
    for (name, value) in stage.command(&[]).get_envs() {
        command.env(name, value.unwrap_or_default());
    }
    let mut follower = Follower::of(&mut command);
    assert!(follower.line().contains("Old snapshots"));
    follower.only_tell(Signal::HUP);
    stage
        .sim()
        .reply_as_engineer("case-123", "still there?")
        .unwrap();
    assert!(follower.line().contains("still there?"));
    assert_eq!(follower.tell(&stage, Signal::TERM).code, 143);
}

/// `follow | grep -m1`: no message comes any more, and still it ends, with its place saved.
#[test]
fn following_ends_when_nobody_reads_any_more() {
    for form in ["table", "plain", "json", "ndjson"] {
        let stage = Stage::new();
        let cursor = stage.home().join("cursor.json").display().to_string();
        let mut child = stage.spawn(&follow(&cursor, form));
        let mut reader = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        let is_row = |line: &str| match form {
            "table" => !line.is_empty() && !line.starts_with("TIME"),
            _ => line.contains("case-123"),
        };
        while !is_row(&line) {
            line.clear();
            reader.read_line(&mut line).unwrap();
        }
        drop(reader);
        until("the end of a quiet follower", || {
            child.try_wait().unwrap().is_some()
        });
        let ran = stage.ran(child.wait_with_output().unwrap());
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{form}");
        assert!(std::path::Path::new(&cursor).exists(), "{form}");
    }
}

/// Output that cannot be written is told, and never exit code 0.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_below_the_output_is_a_failure() {
    let stage = Stage::new();
    let commands: &[&[&str]] = &[
        &["--help"],
        &["-h"],
        &["--version"],
        &["message", "--help"],
        &["message", "send", "-h"],
        &["completions", "bash"],
        &["completions", "zsh"],
        &["message", "history", "case-123"],
        &["message", "history", "case-123", "-o", "json"],
        &["message", "history", "case-123", "-o", "ndjson"],
        &["message", "history", "case-123", "-o", "plain"],
        &[
            "message", "follow", "case-123", "--tail", "1", "--for", "300ms",
        ],
        &[
            "message", "follow", "case-123", "--tail", "1", "--for", "300ms", "-o", "json",
        ],
        &["message", "unread", "case-123"],
        &["message", "mark-read", "case-123", "-o", "json"],
        &["message", "recall", "case-123", "--last", "-o", "json"],
        &["message", "reconcile", "-o", "json"],
        &["message", "send", "case-123", "hello"],
        &["message", "send", "case-123", "hello", "--dry-run"],
        &["ticket", "show", "case-123"],
        &["ticket", "status", "case-123"],
        &["ticket", "status", "case-123", "-o", "json"],
        &["api", "GET", "/v2/servicerequest/cases/case-123/status"],
        &["auth", "status"],
        &["auth", "status", "-o", "json"],
        &["doctor"],
        &["doctor", "-o", "json"],
        &["chat", "case-123", "-o", "json"],
    ];
    for args in commands {
        let ran = stage.onto_a_full_disk(args);
        assert_ne!(ran.code, 0, "{args:?}: {}", ran.stderr);
        assert!(ran.stderr.contains("error: "), "{args:?}: {}", ran.stderr);
    }
    let man = stage.run(&["man", "/dev/full"]);
    assert_ne!(man.code, 0);
    assert!(man.stderr.contains("/dev/full"), "{}", man.stderr);
}

/// A reader that has seen enough is no failure: `--help | head`.
#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let stage = Stage::new();
    for args in [
        &["--help"][..],
        &["completions", "zsh"],
        &["message", "history", "case-123"],
    ] {
        let ran = stage.unread(args);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{args:?}");
    }
}
