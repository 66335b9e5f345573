//! `message follow`: events as they come, an orderly end, and going on where it ended.

use crate::{
    exit::interrupt,
    stage::{FOREVER, Ran, Stage, private, unavailable, until},
};
use hwc_tickets_sim::{Fault, FaultRule, Operation, Status};
use std::{
    io::{BufRead as _, BufReader, Read as _},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    time::Duration,
};

/// A follower under way.
pub(crate) struct Follower {
    child: Child,
    lines: Receiver<String>,
    seen: Vec<String>,
}

impl Follower {
    fn start(stage: &Stage, args: &[&str]) -> Self {
        let args: Vec<&str> = ["message", "follow", "--interval", "10ms"]
            .into_iter()
            .chain(args.iter().copied())
            .collect();
        Self::of(&mut stage.command(&args))
    }

    /// Any command that ends only with Ctrl-C.
    pub(crate) fn of(command: &mut Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            stdout
                .lines()
                .map_while(Result::ok)
                .try_for_each(|line| sender.send(line))
        });
        Self {
            child,
            lines,
            seen: Vec::new(),
        }
    }

    /// The next line, as soon as it is there.
    pub(crate) fn line(&mut self) -> &str {
        let line = self
            .lines
            .recv_timeout(Duration::from_secs(60))
            .expect("a line within a minute");
        self.seen.push(line);
        self.seen.last().unwrap()
    }

    /// Presses Ctrl-C and collects the rest.
    pub(crate) fn interrupt(self, stage: &Stage) -> Ran {
        interrupt(&self.child);
        self.finish(stage)
    }

    /// Sends a signal.
    pub(crate) fn only_tell(&self, signal: rustix::process::Signal) {
        let process = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(process, signal).unwrap();
    }

    /// Sends a signal and collects the rest.
    pub(crate) fn tell(self, stage: &Stage, signal: rustix::process::Signal) -> Ran {
        self.only_tell(signal);
        self.finish(stage)
    }

    fn finish(mut self, stage: &Stage) -> Ran {
        self.seen.extend(self.lines.iter());
        let mut stderr = String::new();
        self.child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut stderr)
            .unwrap();
        let code = self.child.wait().unwrap().code().unwrap_or(-1);
        let stdout: String = self.seen.iter().map(|line| format!("{line}\n")).collect();
        Ran {
            code,
            stdout: stage.stable(&stdout),
            stderr: stage.stable(&stderr),
        }
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        // Nothing goes on behind a test that failed. One that has ended stays as it is.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn one_event_a_line_as_it_comes() {
    let stage = Stage::new();
    let mut follower = Follower::start(&stage, &["case-123", "--tail", "1", "-o", "ndjson"]);
    assert!(follower.line().contains("Old snapshots"));
    stage.sim().reply_as_engineer("case-123", "第一条").unwrap();
    assert!(follower.line().contains("第一条"));
    stage.sim().advance(Duration::from_secs(5));
    stage
        .sim()
        .reply_as_engineer("case-123", "the second")
        .unwrap();
    assert!(follower.line().contains("the second"));
    let ran = follower.interrupt(&stage);
    assert_eq!(ran.code, 130, "{}", ran.stderr);
    insta::assert_snapshot!("follow_ndjson", ran.golden());
}

#[test]
fn json_is_one_document_when_it_is_interrupted() {
    let stage = Stage::new();
    let mut follower = Follower::start(
        &stage,
        &["case-123", "TT202611210003", "--tail", "1", "-o", "json"],
    );
    while !follower.line().contains("TT202611210003") {}
    let ran = follower.interrupt(&stage);
    assert_eq!(ran.code, 130, "{}", ran.stderr);
    let document = ran.json();
    assert_eq!(document["events"].as_array().unwrap().len(), 2);
    assert_eq!(document["end"], "interrupted");
}

#[test]
fn a_table_of_several_tickets() {
    let stage = Stage::new();
    let mut follower = Follower::start(
        &stage,
        &["case-123", "TT202611210003", "--since", "2026-11-21 13:00"],
    );
    assert!(follower.line().starts_with("TIME"));
    follower.line();
    follower.line();
    stage
        .sim()
        .reply_as_engineer("case-123", "新的消息")
        .unwrap();
    assert!(follower.line().contains("新的消息"));
    let ran = follower.interrupt(&stage);
    let mut rows: Vec<&str> = ran.stdout.lines().collect();
    // Two tickets are read side by side: their first messages come in either order.
    rows[1..3].sort_unstable();
    insta::assert_snapshot!("follow_table", rows.join("\n"));
}

/// Ctrl-C saves the place: the next run begins behind it and misses nothing.
#[test]
fn a_cursor_file_neither_loses_nor_repeats() {
    let stage = Stage::new();
    let cursor = stage.home().join("cursor.json");
    let path = cursor.display().to_string();
    let args = ["case-123", "--cursor", &path, "-o", "plain"];
    let mut first = Follower::start(&stage, &[&args[..], &["--tail", "1"]].concat());
    assert!(first.line().contains("Old snapshots"));
    stage
        .sim()
        .reply_as_engineer("case-123", "before the break")
        .unwrap();
    assert!(first.line().contains("before the break"));

    let second = stage.run(&["message", "follow", "case-123", "--cursor", &path]);
    assert_eq!(
        second.code, 1,
        "two followers on one file: {}",
        second.stderr
    );

    assert_eq!(first.interrupt(&stage).code, 130);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(
            std::fs::metadata(&cursor).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
    assert!(
        !std::fs::read_to_string(&cursor)
            .unwrap()
            .contains("before the break")
    );
    stage.sim().advance(Duration::from_secs(60));
    stage
        .sim()
        .reply_as_engineer("case-123", "in the break")
        .unwrap();
    let mut again = Follower::start(&stage, &args);
    assert!(again.line().contains("in the break"), "{:?}", again.seen);
    stage.sim().advance(Duration::from_secs(60));
    stage
        .sim()
        .reply_as_engineer("case-123", "after the break")
        .unwrap();
    assert!(again.line().contains("after the break"), "{:?}", again.seen);
    assert_eq!(again.interrupt(&stage).code, 130);
}

#[test]
fn ends_by_itself() {
    let stage = Stage::new();
    let ran = stage.run(&["message", "follow", "case-123", "--for", "3s", "-o", "json"]);
    assert_eq!(
        (ran.code, ran.json()["end"].as_str()),
        (0, Some("time")),
        "{}",
        ran.stderr
    );
    let ran = stage.run(&[
        "message",
        "follow",
        "TT202611210005",
        "--until-status",
        "completed",
        "-o",
        "json",
    ]);
    assert_eq!(
        (ran.code, ran.json()["end"].as_str()),
        (0, Some("status")),
        "{}",
        ran.stderr
    );
    stage
        .sim()
        .set_status("case-123", Status::ToConfirm)
        .unwrap();
    let ran = stage.run(&[
        "message",
        "follow",
        "case-123",
        "--until-status",
        "awaiting-confirmation",
        "-o",
        "ndjson",
    ]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(
        ran.stdout,
        "{\"at\":\"2026-11-21T06:00:00Z\",\"status\":\"awaiting_confirmation\",\"ticket\":\"case-123\",\"type\":\"status\"}\n"
    );
    // The row has the time of the service as well, not that of this machine.
    let ran = stage.run(&[
        "message",
        "follow",
        "case-123",
        "--until-status",
        "awaiting-confirmation",
        "-o",
        "plain",
    ]);
    assert!(
        ran.stdout.contains("2026-11-21T14:00:00+08:00"),
        "{}",
        ran.golden()
    );
}

/// How often the status of a ticket was asked for.
fn status_questions(stage: &Stage) -> usize {
    let journal = stage.sim().journal().into_iter();
    let asked = journal.filter(|entry| entry.operation == Some(Operation::ShowCaseStatus));
    asked.count()
}

/// It is told without being waited for. The status at the start is no change.
#[test]
fn a_change_of_status_is_told() {
    let stage = Stage::new();
    let mut follower = Follower::start(&stage, &["case-123", "--tail", "1", "-o", "ndjson"]);
    assert!(follower.line().contains("Old snapshots"));
    // With the second question, the answer to the first is known.
    until("two questions", || status_questions(&stage) >= 2);
    stage
        .sim()
        .set_status("case-123", Status::ToConfirm)
        .unwrap();
    assert_eq!(
        follower.line(),
        "{\"at\":\"2026-11-21T06:00:00Z\",\"status\":\"awaiting_confirmation\",\"ticket\":\"case-123\",\"type\":\"status\"}"
    );
    let ran = follower.interrupt(&stage);
    assert_eq!((ran.code, ran.stderr.as_str()), (130, ""));
    assert_eq!(ran.stdout.lines().count(), 2, "{}", ran.golden());
}

/// Where the messages cannot be read for the same reason, that is told, once.
#[test]
fn a_status_that_cannot_be_read_is_told_beside_messages_only() {
    let stage = Stage::new();
    let failing = FaultRule::new(Operation::ShowCaseStatus, unavailable());
    stage.sim().fault(failing.times(FOREVER));
    let mut follower = Follower::start(
        &stage,
        &["case-123", "--tail", "1", "-o", "ndjson", "--retries", "0"],
    );
    assert!(follower.line().contains("Old snapshots"));
    stage.sim().reply_as_engineer("case-123", "new").unwrap();
    assert!(follower.line().contains("new"));
    assert_eq!(follower.interrupt(&stage).code, 130);
    let args = ["message", "follow", "case-123", "--retries", "0"];
    let ran = stage.finish(stage.command(&args).env("HWC_TICKETS_TOKEN", "wrong"));
    assert_eq!(ran.code, 4, "{}", ran.golden());
    assert!(!ran.stderr.contains("warning: "), "{}", ran.golden());
}

/// Whoever may read messages and no statuses is told so once, and statuses are asked for no more. Who waits for one cannot.
#[test]
fn a_status_that_may_not_be_read_is_told_once() {
    let stage = Stage::new();
    let code = "OSM.01010002".to_owned();
    let denied = Fault::Business { code };
    let denied = FaultRule::new(Operation::ShowCaseStatus, denied);
    stage.sim().fault(denied.times(FOREVER));
    let both = ["case-123", "TT202611210003", "--tail", "1", "-o", "ndjson"];
    let mut follower = Follower::start(&stage, &both);
    until("a question for each", || status_questions(&stage) >= 2);
    stage.sim().reply_as_engineer("case-123", "new").unwrap();
    while !follower.line().contains("new") {}
    let ran = follower.interrupt(&stage);
    assert_eq!(ran.code, 130, "{}", ran.golden());
    assert_eq!(status_questions(&stage), 2);
    assert_eq!(ran.stderr.matches("warning: ").count(), 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("not asked for again"), "{}", ran.stderr);
    let waiting = [
        "message",
        "follow",
        "case-123",
        "--until-status",
        "completed",
    ];
    let ran = stage.run(&waiting);
    assert_eq!(ran.code, 5, "{}", ran.golden());
    assert_eq!(status_questions(&stage), 3);
}

/// What changed between two runs is a change; what stayed is none.
#[test]
fn a_change_of_status_between_two_runs_is_told() {
    let stage = Stage::new();
    let path = stage.home().join("cursor.json").display().to_string();
    let args = ["case-123", "--tail", "1", "--cursor", &path, "-o", "ndjson"];
    let mut first = Follower::start(&stage, &args);
    assert!(first.line().contains("Old snapshots"));
    // With the second question, the answer to the first is known.
    until("two questions", || status_questions(&stage) >= 2);
    assert_eq!(first.interrupt(&stage).code, 130);
    stage
        .sim()
        .set_status("case-123", Status::ToConfirm)
        .unwrap();
    let mut second = Follower::start(&stage, &args);
    assert!(second.line().contains("awaiting_confirmation"));
    assert_eq!(second.interrupt(&stage).code, 130);
    // The status of this run came with an answer before that message, if it is told at all.
    let mut third = Follower::start(&stage, &args);
    let questions = stage.requests();
    until("its questions", || stage.requests() >= questions + 4);
    stage.sim().reply_as_engineer("case-123", "new").unwrap();
    assert!(third.line().contains("new"), "{:?}", third.seen);
    assert_eq!(third.interrupt(&stage).code, 130);
}

#[test]
fn bad_weather_is_told_and_survived() {
    let stage = Stage::new();
    stage.sim().fault(FaultRule::new(
        Operation::ListNewInstantMessages,
        unavailable(),
    ));
    let mut follower = Follower::start(
        &stage,
        &["case-123", "--tail", "1", "-o", "ndjson", "--retries", "0"],
    );
    follower.line();
    stage
        .sim()
        .reply_as_engineer("case-123", "after the storm")
        .unwrap();
    assert!(follower.line().contains("after the storm"));
    let ran = follower.interrupt(&stage);
    assert_eq!(ran.code, 130);
    assert!(
        ran.stderr.contains("warning: ") && ran.stderr.contains("trying again in"),
        "{}",
        ran.stderr
    );
}

#[test]
fn what_cannot_heal_ends_it() {
    let stage = Stage::new();
    let ran = stage.run(&[
        "message",
        "follow",
        "case-999",
        "--interval",
        "10ms",
        "--tail",
        "1",
    ]);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    let ran = stage.finish(
        stage
            .command(&["message", "follow", "case-123", "-o", "json"])
            .env("HWC_TICKETS_TOKEN", "wrong"),
    );
    assert_eq!(ran.code, 4, "{}", ran.stderr);
    assert_eq!(ran.json()["end"], "failed");
    assert_eq!(ran.json()["error"]["exit_code"], 4);
}

#[test]
fn a_ticket_that_does_not_exist_is_named_and_the_exit_code_is_3() {
    let stage = Stage::new();
    let ran = stage.run(&[
        "message", "follow", "case-999", "--for", "60s", "-o", "json",
    ]);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    assert_eq!(ran.json()["events"][0]["ticket"], "case-999");
    assert_eq!(ran.json()["end"], "failed");
    // Beside one that does: the other is followed on, and the end is not a good one.
    let mut follower = Follower::start(
        &stage,
        &[
            "case-999",
            "TT202611210005",
            "--until-status",
            "completed",
            "-o",
            "ndjson",
        ],
    );
    while !follower.line().contains("lost") {}
    let ran = follower.finish(&stage);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("case-999 is not followed any more"),
        "{}",
        ran.stderr
    );
}

#[test]
fn an_end_by_time_is_no_good_one_when_the_service_was_never_heard_of() {
    let stage = Stage::new();
    stage
        .sim()
        .fault(FaultRule::new(Operation::ListNewInstantMessages, unavailable()).times(1_000));
    let args = [
        "message",
        "follow",
        "case-123",
        "--for",
        "200ms",
        "--retries",
        "0",
    ];
    let ran = stage.run(&args);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    let nobody = stage.finish(
        stage
            .command(&args)
            .env("HWC_TICKETS_ENDPOINT", "http://127.0.0.1:9"),
    );
    assert_eq!(nobody.code, 8, "{}", nobody.stderr);
}

#[cfg(target_os = "linux")]
#[test]
fn an_end_is_no_good_one_when_the_place_could_not_be_saved() {
    let stage = Stage::new();
    // Linux takes paths of 4095 bytes: the file and its lock have short names, new content would have a long one.
    let mut long = stage.home().to_owned();
    while long.as_os_str().len() < 4068 {
        let missing = 4068 - long.as_os_str().len() - 1;
        long.push("d".repeat(missing.clamp(1, 200)));
    }
    std::fs::create_dir_all(&long).unwrap();
    let ends = |path: &std::path::Path| {
        let path = path.display().to_string();
        stage.run(&[
            "message",
            "follow",
            "TT202611210005",
            "--until-status",
            "completed",
            "--cursor",
            &path,
        ])
    };
    let ran = ends(&long.join("cursor.json"));
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("cursor file could not be written"),
        "{}",
        ran.stderr
    );
    let ran = ends(&stage.home().join("cursor.json"));
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
}

#[test]
fn a_ticket_left_out_of_one_run_keeps_its_place() {
    let stage = Stage::new();
    let path = stage.home().join("cursor.json").display().to_string();
    let both = [
        "case-123",
        "TT202611210003",
        "--cursor",
        &path,
        "-o",
        "plain",
        "--tail",
        "1",
    ];
    let mut first = Follower::start(&stage, &both);
    first.line();
    first.line();
    assert_eq!(first.interrupt(&stage).code, 130);
    stage.sim().advance(Duration::from_secs(60));
    stage
        .sim()
        .reply_as_engineer("TT202611210003", "while it was left out")
        .unwrap();
    stage
        .sim()
        .reply_as_engineer("case-123", "meanwhile")
        .unwrap();
    let mut alone = Follower::start(&stage, &["case-123", "--cursor", &path, "-o", "plain"]);
    assert!(alone.line().contains("meanwhile"));
    assert_eq!(alone.interrupt(&stage).code, 130);
    let mut again = Follower::start(&stage, &both);
    assert!(
        again.line().contains("while it was left out"),
        "{:?}",
        again.seen
    );
    assert_eq!(again.interrupt(&stage).code, 130);
}

/// The reader goes away: the next event ends it.
#[test]
fn a_closed_pipe_ends_it_quietly() {
    let stage = Stage::new();
    let mut child = stage.spawn(&[
        "message",
        "follow",
        "case-123",
        "--tail",
        "1",
        "-o",
        "ndjson",
        "--interval",
        "10ms",
    ]);
    drop(child.stdout.take());
    // It may have written the first event before the reader went away.
    stage
        .sim()
        .reply_as_engineer("case-123", "Is anybody there?")
        .unwrap();
    let ran = stage.ran(child.wait_with_output().unwrap());
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
}

/// What other people write is inert here, too.
#[test]
fn foreign_text_is_inert() {
    let stage = Stage::new();
    for form in ["table", "plain", "ndjson"] {
        let mut follower = Follower::start(&stage, &["case-123", "--tail", "1", "-o", form]);
        while !follower.line().contains("Old snapshots") {}
        let evil = "\u{1b}[2J\u{9b}31m\u{202e}txt.exe\r\u{8}after";
        stage.sim().reply_as_engineer("case-123", evil).unwrap();
        while !follower.line().contains("after") {}
        let ran = follower.interrupt(&stage);
        let text = ran.stdout.replace('\t', " ");
        assert_eq!(crate::hostile::active(&text), None, "{form}: {text:?}");
        stage.sim().reset();
    }
}

/// The last word names the tickets that cannot be followed; each is told once.
#[test]
fn tickets_that_cannot_be_followed_are_named_at_the_end() {
    let stage = Stage::new();
    for (ids, named) in [
        (
            &["case-123", "nope"][..],
            "error: nope cannot be followed: ",
        ),
        (&["nope"], "error: nope cannot be followed: "),
        (&["case-123", "nope", "none"], " cannot be followed: "),
    ] {
        let options = ["--for", "500ms", "--tail", "1", "--interval", "10ms"];
        let args = [&["message", "follow"], ids, &options].concat();
        let ran = stage.run(&args);
        assert_eq!(ran.code, 3, "{}", ran.golden());
        let last = ran.stderr.lines().find(|line| line.starts_with("error: "));
        let last = last.unwrap_or_else(|| panic!("{}", ran.golden()));
        assert!(last.contains(named), "{}", ran.golden());
        for id in ids.iter().filter(|id| **id != "case-123") {
            assert!(last.contains(id), "{}", ran.golden());
            let told = format!("warning: {id} is not followed any more");
            assert_eq!(ran.stderr.matches(&told).count(), 1, "{}", ran.golden());
        }
        let json = stage.run(&[&args[..], &["-o", "json"]].concat());
        assert!(
            json.json()["error"]["ticket"].is_string(),
            "{}",
            json.golden()
        );
    }
}

/// What can never be the file of a cursor is a wrong value, and told as what it is.
#[test]
fn what_is_no_file_for_a_cursor_is_a_wrong_value() {
    let stage = Stage::new();
    let home = stage.home().display().to_string();
    let link = stage.home().join("link");
    std::os::unix::fs::symlink("elsewhere", &link).unwrap();
    for (path, reason) in [
        (
            format!("{home}/nowhere/cursor.json"),
            "there is no directory",
        ),
        (home.clone(), "it is a directory"),
        ("/".to_owned(), "it is a directory"),
        (link.display().to_string(), "it is a symbolic link"),
        ("/dev/null".to_owned(), "it is not a plain file"),
    ] {
        let ran = stage.run(&["message", "follow", "case-123", "--cursor", &path]);
        assert_eq!(ran.code, 2, "{path}: {}", ran.golden());
        assert!(
            ran.stderr.contains("--cursor") && ran.stderr.contains(reason),
            "{path}: {}",
            ran.golden()
        );
    }
    assert_eq!(stage.requests(), 0);
}

/// One that others can reach is refused, with the command that mends it.
#[test]
fn a_cursor_that_others_can_reach_is_a_wrong_value() {
    use std::os::unix::fs::PermissionsExt as _;
    let stage = Stage::new();
    let path = private(&stage.home().join("cursor.json"), b"{}");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let shown = path.display().to_string();
    let ran = stage.run(&["message", "follow", "case-123", "--cursor", &shown]);
    assert_eq!(ran.code, 2, "{}", ran.golden());
    for text in [
        "cannot read ~/cursor.json",
        "(mode 644)",
        "help: Run: chmod 600 ",
    ] {
        assert!(ran.stderr.contains(text), "{}", ran.stderr);
    }
    assert_eq!(stage.requests(), 0);
}

/// A full disk leaves nothing half written beside the cursor.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_no_half_written_cursor() {
    let stage = Stage::new();
    let cursor = stage.home().join("cursor.json");
    let path = cursor.display().to_string();
    let args = ["message", "follow", "case-123", "--cursor", &path];
    let options = ["--for", "300ms", "--interval", "10ms", "-o", "ndjson"];
    let command = stage.command(&[&args[..], &options].concat());
    let ran = stage.on_a_full_disk(&command, b"");
    assert_eq!(ran.code, 1, "{}", ran.golden());
    assert!(
        ran.stderr.contains("could not be written"),
        "{}",
        ran.stderr
    );
    let left = std::fs::read_dir(stage.home()).unwrap().flatten();
    let left: Vec<_> = left.map(|entry| entry.file_name()).collect();
    let is_draft = |name: &std::ffi::OsString| name.to_string_lossy().contains("draft");
    assert!(!left.iter().any(is_draft), "{left:?}");
    assert!(!cursor.exists());
}

/// Ids come from standard input where there are many; elsewhere a dash is no id.
#[test]
fn ids_from_standard_input() {
    let stage = Stage::new();
    let follow = |ids: &[&str], input: &str| {
        let options = ["--for", "300ms", "--tail", "1", "--interval", "10ms"];
        let args = [&["message", "follow"], ids, &options].concat();
        stage.run_with_input(&args, input)
    };
    let both = follow(&["-"], "case-123\n\n TT202611210003 \n");
    assert_eq!(both.code, 0, "{}", both.golden());
    for id in ["case-123", "TT202611210003"] {
        assert!(both.stdout.contains(id), "{}", both.golden());
    }
    let none = follow(&["-"], "\n");
    assert_eq!(none.code, 2, "{}", none.golden());
    assert!(none.stderr.contains("names no ticket"), "{}", none.stderr);
    let requests = stage.requests();
    let mixed = follow(&["-", "case-123"], "TT202611210003\n");
    for ran in [
        mixed,
        stage.run(&["ticket", "status", "-"]),
        stage.run(&["message", "send", "-", "text"]),
        stage.run(&["chat", "-"]),
    ] {
        assert_eq!(ran.code, 2, "{}", ran.golden());
        assert!(ran.stderr.contains("message follow -"), "{}", ran.stderr);
    }
    assert_eq!(stage.requests(), requests);
}
