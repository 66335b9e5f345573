//! `hwc-tickets sim` in one terminal, the other commands in another.

use crate::{
    follow::Follower,
    stage::{Stage, private, program, with_default_signals},
};
use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
};

/// Plays the other side from outside, as `curl` does it; gives the answer with its head.
pub(crate) fn control(endpoint: &str, method: &str, target: &str, body: &str) -> String {
    let host = endpoint.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    let length = body.len();
    write!(
        stream,
        "{method} {target} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\n\r\n{body}"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{target}: {answer}");
    answer
}

#[test]
fn commands_beside_a_simulator() {
    // Only its home is used; the simulator is the program's own.
    let stage = Stage::new();
    let mut sim = Follower::of(with_default_signals(program()).env_clear().args([
        "sim",
        "--listen",
        "127.0.0.1:0",
        "--engineers",
        "silent",
    ]));
    let endpoint = sim.line().strip_prefix("listening on ").unwrap().to_owned();
    let command = |args: &[&str]| {
        let mut command = stage.bare(args);
        command
            .env("HWC_TICKETS_ENDPOINT", &endpoint)
            .env("HWC_TICKETS_TOKEN", "TOKENEXAMPLE");
        command
    };
    let run = |args: &[&str], expected: &str| {
        let ran = stage.finish(&mut command(args));
        assert_eq!(ran.code, 0, "{args:?}: {}", ran.stderr);
        assert!(ran.stdout.contains(expected), "{args:?}: {}", ran.stdout);
    };
    run(
        &["message", "send", "case-123", "The disk is full again."],
        "accepted",
    );
    run(
        &["message", "unread", "case-123", "TT202611210003"],
        "UNREAD",
    );
    let mut follow = Follower::of(&mut command(&[
        "message", "follow", "case-123", "--tail", "2",
    ]));
    while !follow.line().contains("The disk is full again.") {}
    assert_eq!(follow.interrupt(&stage).code, 130);
    run(
        &["message", "history", "case-123"],
        "Old snapshots fill the volume",
    );
    run(&["message", "mark-read", "case-123"], "read");
    run(&["message", "recall", "case-123", "--last"], "recalled");
    run(&["ticket", "show", "case-123"], "in-progress");
    run(&["doctor"], "the credentials are accepted");
    assert_eq!(sim.interrupt(&stage).code, 0);
}

/// Whatever ends a program ends the simulator in its own order: nothing was left undone.
#[cfg(unix)]
#[test]
fn a_simulator_ends_in_its_own_order() {
    use rustix::process::Signal;
    let stage = Stage::new();
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        let mut sim = Follower::of(with_default_signals(program()).env_clear().args([
            "sim",
            "--listen",
            "127.0.0.1:0",
        ]));
        sim.line();
        let ran = sim.tell(&stage, signal);
        assert_eq!(ran.code, 0, "{signal:?}: {}", ran.stderr);
    }
}

/// A broken configuration is no reason not to start the simulator, or to print completions.
#[test]
fn some_commands_need_no_configuration() {
    let stage = Stage::new();
    std::fs::create_dir_all(stage.config().parent().unwrap()).unwrap();
    std::fs::write(stage.config(), "not TOML").unwrap();
    assert_eq!(stage.run(&["ticket", "status", "case-123"]).code, 2);
    assert_eq!(stage.run(&["completions", "bash"]).code, 0);
    let dir = stage.home().join("man").display().to_string();
    assert_eq!(stage.run(&["man", &dir]).code, 0);
    let taken = stage.sim().address().to_string();
    let ran = stage.run(&["sim", "--listen", &taken]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("--listen"), "{}", ran.stderr);
    // No advice that would lead to somebody else's program.
    assert!(ran.stderr.starts_with("error: "), "{}", ran.stderr);
    assert_eq!(ran.stdout, "");
}

/// Recorded exchanges are replayed to any client, this program among them.
#[test]
fn exchanges_are_replayed() {
    let stage = Stage::new();
    let examples = concat!(env!("CARGO_MANIFEST_DIR"), "/../../spec/examples");
    let mut replay = Follower::of(with_default_signals(program()).env_clear().args([
        "sim",
        "--replay",
        examples,
        "--listen",
        "127.0.0.1:0",
    ]));
    let endpoint = replay.line().strip_prefix("listening on ").unwrap();
    let endpoint = endpoint.to_owned();
    let ran = stage.finish(
        stage
            .bare(&["ticket", "status", "case-123"])
            .env("HWC_TICKETS_ENDPOINT", &endpoint)
            .env("HWC_TICKETS_TOKEN", "TOKENEXAMPLE"),
    );
    // The first of the exchanges with this request is a refusal.
    assert_ne!(ran.code, 0, "{}", ran.stdout);
    let ran = replay.interrupt(&stage);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(
        ran.stderr
            .contains("/status 403 showCaseStatus/error-without-fields"),
        "{}",
        ran.stderr
    );
}

/// What cannot be replayed, or listened on in this way, is a wrong value.
#[test]
fn wrong_values_of_the_simulator_are_told_as_such() {
    let stage = Stage::new();
    let file = private(&stage.home().join("wrong/op/a.json"), b"no exchange");
    let file = file.to_str().unwrap();
    let wrong = stage.home().join("wrong").display().to_string();
    for (args, told, option) in [
        (
            &["--replay", "/none/here"][..],
            "/none/here: cannot be listed: there is no such directory",
            "--replay",
        ),
        (
            &["--replay", file],
            "a.json: cannot be listed: it is not a directory",
            "--replay",
        ),
        (&["--replay", &wrong], "~/wrong/op/a.json: ", "--replay"),
        (
            &["--listen", "0.0.0.0:0", "--control"],
            "listen on a loopback address",
            "--listen",
        ),
    ] {
        let ran = stage.run(&[&["sim"][..], args].concat());
        assert_eq!(ran.code, 2, "{args:?}: {}", ran.golden());
        for text in [told, "help: ", option] {
            assert!(ran.stderr.contains(text), "{args:?}: {}", ran.stderr);
        }
        assert!(!ran.stderr.contains("os error"), "{args:?}: {}", ran.stderr);
    }
}

/// Who asks for control is told where the page is, also without a log; nobody else is.
#[test]
fn the_page_is_named_where_there_is_one() {
    let stage = Stage::new();
    for (args, is_there) in [
        (&["--control"][..], true),
        (&["--control", "--no-log"], true),
        (&[], false),
    ] {
        let mut command = with_default_signals(program());
        let mut sim = Follower::of(
            (command.env_clear())
                .args(["sim", "--listen", "127.0.0.1:0", "--engineers", "silent"])
                .args(args),
        );
        let endpoint = sim.line().strip_prefix("listening on ").unwrap().to_owned();
        let ran = sim.interrupt(&stage);
        let page = format!("Open {endpoint}/ in a browser to play the engineer.");
        assert_eq!(
            ran.stderr.lines().any(|line| line == page),
            is_there,
            "{args:?}: {}",
            ran.stderr
        );
    }
}

/// The advice comes when the simulator listens: with the port it got, the token, and an address that can be called.
#[test]
fn the_advice_can_be_followed() {
    let stage = Stage::new();
    for (everywhere, near) in [
        ("127.0.0.1:0", "127.0.0.1:"),
        ("0.0.0.0:0", "127.0.0.1:"),
        ("[::]:0", "[::1]:"),
    ] {
        if std::net::TcpListener::bind(everywhere).is_err() {
            continue; // This machine has no such addresses.
        }
        let mut sim = Follower::of(with_default_signals(program()).env_clear().args([
            "sim",
            "--listen",
            everywhere,
            "--engineers",
            "silent",
        ]));
        let endpoint = sim.line().strip_prefix("listening on ").unwrap().to_owned();
        assert!(
            endpoint.starts_with(&format!("http://{near}")) && !endpoint.ends_with(":0"),
            "{endpoint}"
        );
        let ran = sim.interrupt(&stage);
        let advice =
            format!("  export HWC_TICKETS_ENDPOINT={endpoint} HWC_TICKETS_TOKEN=TOKENEXAMPLE");
        assert!(
            ran.stderr.lines().any(|line| line == advice),
            "{}",
            ran.stderr
        );
    }
}

/// What the README of the simulator says of a message in doubt, word for word: made by requests from outside, and settled.
#[test]
fn a_message_is_made_to_be_in_doubt() {
    let stage = Stage::new();
    let mut sim = Follower::of(with_default_signals(program()).env_clear().args([
        "sim",
        "--listen",
        "127.0.0.1:0",
        "--engineers",
        "silent",
        "--control",
    ]));
    let endpoint = sim.line().strip_prefix("listening on ").unwrap().to_owned();
    let control = |method: &str, target: &str, body: &str| control(&endpoint, method, target, body);
    let readme = include_str!("../../../hwc-tickets-sim/README.md");
    let rules: Vec<&str> = (readme.lines())
        .filter_map(|line| line.strip_prefix("$ curl -s $sim -H \"$json\" -d '"))
        .map(|rule| rule.trim_end_matches('\''))
        .collect();
    assert_eq!(rules.len(), 2, "{rules:?}");
    for rule in rules {
        control("POST", "/_sim/fault", rule);
    }
    let run = |args: &[&str]| {
        let mut command = stage.bare(args);
        command
            .env("HWC_TICKETS_ENDPOINT", &endpoint)
            .env("HWC_TICKETS_TOKEN", "TOKENEXAMPLE");
        stage.finish(&mut command)
    };
    let text = "Is it there?";
    let sent = run(&["message", "send", "case-123", text, "--timeout", "2s"]);
    assert_eq!(sent.code, 6, "{}", sent.golden());
    assert!(control("GET", "/_sim/ledger?ticket=case-123", "").contains(text));
    control("DELETE", "/_sim/fault?kind=status", "");
    let settled = run(&["message", "reconcile", "--all", "-o", "json"]);
    assert_eq!(settled.code, 0, "{}", settled.golden());
    assert_eq!(settled.json()["reconciled"][0]["outcome"], "confirmed");
    assert_eq!(sim.interrupt(&stage).code, 0);
}
