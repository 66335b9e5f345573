//! Messages whose outcome is not known: how they are listed, looked into and forgotten, and what is kept of them.

use crate::stage::{FOREVER, Ran, Stage, damage, forbidden, private, private_directory, until};
use hwc_tickets_sim::{Fault, FaultRule, Operation};
#[cfg(unix)]
use std::time::Duration;

const TICKET: &str = "case-123";
const ALL_AS_JSON: [&str; 7] = [
    "message",
    "reconcile",
    "--all",
    "--timeout",
    "3s",
    "-o",
    "json",
];

fn list(stage: &Stage) -> Vec<serde_json::Value> {
    let listed = stage.run(&["message", "reconcile", "-o", "json"]).json();
    listed["pending"].as_array().unwrap().clone()
}

fn id(stage: &Stage) -> String {
    let raw = stage
        .finish(&mut stage.command(&["message", "reconcile", "-o", "plain"]))
        .stdout;
    raw.split('\t').next().unwrap().to_owned()
}

/// Nothing proves what became of it, and the ticket shows one such message: it is shown, and a person ends the doubt.
#[test]
fn a_doubt_that_nothing_proves_is_shown_and_ended_by_a_person() {
    let stage = Stage::new();
    stage.in_doubt(TICKET, "only once", true, 0);
    let short = id(&stage);
    assert_eq!(short.len(), 8, "{short}");

    let told = stage.run(&["message", "reconcile", &short, "--timeout", "1s"]);
    assert_eq!(told.code, 6, "{}", told.stderr);
    assert!(told.stdout.contains("the same"), "{}", told.stdout);
    assert!(told.stdout.contains("only once"), "{}", told.stdout);
    assert!(told.stderr.contains("--forget"), "{}", told.stderr);
    let json = stage
        .run(&[
            "message",
            "reconcile",
            &short,
            "--timeout",
            "1s",
            "-o",
            "json",
        ])
        .json();
    assert_eq!(json["outcome"], "unknown");
    assert_eq!(json["candidates"][0]["resemblance"], "same_text");
    assert_eq!(json["candidates"][0]["message"]["content"], "only once");

    let forgotten = stage.run(&["message", "reconcile", &short, "--forget"]);
    assert_eq!(forgotten.code, 0, "{}", forgotten.stderr);
    assert!(
        forgotten.stdout.contains("forgotten"),
        "{}",
        forgotten.stdout
    );
    assert!(list(&stage).is_empty());
    assert_eq!(stage.sim().arrived(TICKET), ["only once"]);
}

#[test]
fn all_that_is_pending_is_settled_at_once() {
    let stage = Stage::new();
    for (ticket, text) in [
        (TICKET, "one"),
        (TICKET, "two"),
        ("TT202611210003", "three"),
    ] {
        stage.in_doubt(ticket, text, true, 1);
    }
    assert_eq!(list(&stage).len(), 3);
    let settled = stage.run(&ALL_AS_JSON);
    let rows = settled.json()["reconciled"].as_array().unwrap().clone();
    assert_eq!(rows.len(), 3);
    assert!(
        rows.iter().all(|row| row["outcome"] == "confirmed"),
        "{rows:?} {}",
        settled.stderr
    );
    assert_eq!(settled.code, 0, "{}", settled.stderr);
    assert!(list(&stage).is_empty());
    let nothing = stage.run(&["message", "reconcile", "--all"]);
    assert_eq!(nothing.code, 0);
    assert!(
        nothing.stderr.contains("Nothing is pending"),
        "{}",
        nothing.stderr
    );
}

#[test]
fn beginnings_of_ids() {
    let stage = Stage::new();
    stage.in_doubt(TICKET, "x", true, 0);
    let file = stage.pending_file();
    // A second one that begins the same.
    let name = file.file_stem().unwrap().to_str().unwrap();
    let other = format!("{}{}", name.get(..12).unwrap(), "0".repeat(20));
    let text = std::fs::read_to_string(&file)
        .unwrap()
        .replace(name, &other);
    let path = file.with_file_name(format!("{other}.json"));
    private(&path, text.as_bytes());
    let short = id(&stage);
    assert!(short.len() > 12, "{short}");
    for (named, said) in [
        (name.get(..10).unwrap(), "2 pending messages"),
        ("ffff0000ffff", "no pending message"),
        (name.get(..3).unwrap(), "not the beginning of an id"),
    ] {
        let ran = stage.run(&["message", "reconcile", named]);
        assert_eq!(ran.code, 2, "{named}: {}", ran.stderr);
        assert!(ran.stderr.contains(said), "{named}: {}", ran.stderr);
    }
    for args in [
        &["message", "reconcile", "--forget"][..],
        &["message", "reconcile", "--all", "abcd"],
        &["message", "reconcile", "--all", "--forget"],
    ] {
        assert_eq!(stage.run(args).code, 2, "{args:?}");
    }
    assert_eq!(
        stage
            .run(&["message", "reconcile", &other, "--forget"])
            .code,
        0
    );
    assert_eq!(list(&stage).len(), 1);
}

/// Two runs of one user send the same text: the first is lost, the second stored.
#[test]
fn one_run_does_not_take_the_message_of_another_for_its_own() {
    let stage = Stage::new();
    stage
        .sim()
        .fault(FaultRule::new(Operation::CreateMessages, Fault::Close));
    let first = stage.spawn(&["message", "send", TICKET, "ping", "--timeout", "4s"]);
    until("the first to be lost", || {
        stage
            .sim()
            .journal()
            .iter()
            .any(|entry| entry.method == "POST")
    });
    let second = stage.run(&["message", "send", TICKET, "ping"]);
    assert_eq!(second.code, 0, "{}", second.stderr);
    let first = stage.ran(first.wait_with_output().unwrap());
    assert_eq!(stage.sim().arrived(TICKET), ["ping"]);
    assert_eq!(first.code, 6, "{} {}", first.stdout, first.stderr);
    // The third begins when the second has just ended, and is lost too.
    stage
        .sim()
        .fault(FaultRule::new(Operation::CreateMessages, Fault::Close));
    let third = stage.run(&["message", "send", TICKET, "ping", "--timeout", "2s"]);
    assert_eq!(third.code, 6, "{} {}", third.stdout, third.stderr);
}

/// A record that cannot be read may be of a message that looks the same.
#[test]
fn a_record_that_cannot_be_read_leaves_a_doubt() {
    let stage = Stage::new();
    stage.in_doubt(TICKET, "other", true, 0);
    let file = stage.pending_file();
    std::fs::write(&file, "{}").unwrap();
    stage
        .sim()
        .fault(FaultRule::new(Operation::CreateMessages, Fault::Close).after_commit());
    let ran = stage.run(&["message", "send", TICKET, "ping", "--timeout", "2s"]);
    assert_eq!(ran.code, 6, "{} {}", ran.stdout, ran.stderr);
    let listed = list(&stage);
    assert!(listed.iter().any(|row| row["state"] == "unreadable"));
}

/// What was done is said on standard error when the output cannot be written, with an exit code of its own.
#[cfg(target_os = "linux")]
#[test]
fn what_was_done_is_not_lost_with_the_output() {
    for (args, said) in [
        (
            &["message", "send", TICKET, "ping"][..],
            "the message is in the ticket",
        ),
        (
            &["message", "mark-read", TICKET],
            "the messages are marked as read",
        ),
        (&["message", "recall", TICKET, "--last"], "recalled"),
    ] {
        let stage = Stage::new();
        if args.contains(&"recall") {
            stage.run(&["message", "send", TICKET, "ping"]);
        }
        let ran = stage.onto_a_full_disk(args);
        assert_eq!(ran.code, 9, "{args:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(said), "{args:?}: {}", ran.stderr);
        assert!(
            ran.stderr.contains("cannot write the output"),
            "{}",
            ran.stderr
        );
    }
    let stage = Stage::new();
    stage.in_doubt(TICKET, "only once", true, 1);
    let ran = stage.onto_a_full_disk(&ALL_AS_JSON[..5]);
    assert_eq!(ran.code, 9, "{}", ran.stderr);
    assert!(ran.stderr.contains("1 is settled"), "{}", ran.stderr);
}

/// The program on a full disk.
#[cfg(unix)]
fn on_a_full_disk(stage: &Stage, args: &[&str]) -> Ran {
    stage.on_a_full_disk(&stage.command(args), b"")
}

#[cfg(unix)]
#[test]
fn a_full_disk_stops_no_recovery() {
    let stage = Stage::new();
    stage.in_doubt(TICKET, "only once", true, 1);
    let refused = on_a_full_disk(&stage, &["message", "send", TICKET, "another"]);
    assert_eq!(refused.code, 1, "{}", refused.stderr);
    for said in [
        "nothing was sent",
        "~/.local/state/hwc-tickets/pending",
        "--without-record",
    ] {
        assert!(refused.stderr.contains(said), "{}", refused.stderr);
    }
    assert_eq!(stage.sim().arrived(TICKET), ["only once"]);

    let listed = on_a_full_disk(&stage, &["message", "reconcile"]);
    assert_eq!(listed.code, 0, "{}", listed.stderr);
    assert!(listed.stdout.contains(TICKET), "{}", listed.stdout);
    let settled = on_a_full_disk(&stage, &ALL_AS_JSON);
    assert_eq!(settled.code, 0, "{}", settled.stderr);
    assert_eq!(settled.json()["reconciled"][0]["outcome"], "confirmed");

    let sent = on_a_full_disk(
        &stage,
        &["message", "send", TICKET, "another", "--without-record"],
    );
    assert_eq!(sent.code, 0, "{}", sent.stderr);
    // Its answer is lost: the record is all there is to find out with, so it is shown.
    stage
        .sim()
        .fault(FaultRule::new(Operation::CreateMessages, Fault::Close).after_commit());
    stage.sim().fault(
        FaultRule::new(Operation::ListMessages, forbidden())
            .skipping(1)
            .times(FOREVER),
    );
    let args = [
        "message",
        "send",
        TICKET,
        "third",
        "--without-record",
        "--timeout",
        "2s",
    ];
    let open = on_a_full_disk(&stage, &args);
    assert_eq!(open.code, 6, "{}", open.stderr);
    assert!(
        open.stderr.contains("\"hwc_tickets_pending\":2"),
        "{}",
        open.stderr
    );
}

/// Nothing was written down, and it is on its way all the same: an interruption must not tell that nothing was sent.
#[cfg(unix)]
#[test]
fn a_message_without_a_record_is_in_doubt_when_it_is_interrupted() {
    let stage = Stage::new();
    let hangs = FaultRule::new(Operation::CreateMessages, Fault::Hang);
    stage.sim().fault(hangs.after_commit());
    let args = ["message", "send", TICKET, "on its way", "--without-record"];
    let ran = stage.interrupted_on_a_full_disk(&args, || !stage.sim().arrived(TICKET).is_empty());
    assert_eq!(ran.code, 130, "{}", ran.golden());
    for part in ["not known whether the message arrived", "message history"] {
        assert!(ran.stderr.contains(part), "{part}: {}", ran.stderr);
    }
}

/// The directory of pending files cannot be used any more when the answer comes: what was done is told as done, and that its file does
/// not say so.
#[cfg(unix)]
#[test]
fn a_message_whose_file_cannot_be_settled_is_told_as_sent() {
    use std::os::unix::fs::PermissionsExt as _;
    let with_key = ["--key", "job-1"];
    for more in [&[][..], &with_key, &["--without-record"]] {
        let stage = Stage::new();
        // The simulator's clock stands still, and with it the delay.
        let by = Duration::from_secs(10);
        let delay = FaultRule::new(Operation::CreateMessages, Fault::Delay { by });
        stage.sim().fault(delay.after_commit());
        let args = ["message", "send", TICKET, "ping", "--timeout", "5m"];
        let args = [&args[..], &["-o", "json"], more].concat();
        let mut child = stage.spawn(&args);
        until("the message to be there", || {
            !stage.sim().arrived(TICKET).is_empty()
        });
        let mode = |mode| {
            let mode = std::fs::Permissions::from_mode(mode);
            std::fs::set_permissions(stage.pending(), mode).unwrap();
        };
        mode(0o777);
        until("the end of it", || {
            // The delay may begin a moment after the message is there.
            stage.sim().advance(by);
            child.try_wait().unwrap().is_some()
        });
        let ran = stage.ran(child.wait_with_output().unwrap());
        assert_eq!(ran.code, 0, "{more:?}: {}", ran.golden());
        let json = ran.json();
        assert_eq!(json["outcome"], "accepted", "{more:?}");
        assert!(json["unrecorded"]["error"].is_string(), "{more:?}: {json}");
        for part in ["warning: the message arrived", "message reconcile"] {
            assert!(ran.stderr.contains(part), "{more:?}: {}", ran.golden());
        }
        mode(0o700);
        assert_eq!(list(&stage).len(), 1, "{more:?}");
        let settled = stage.run(&ALL_AS_JSON);
        assert_eq!(settled.code, 0, "{more:?}: {}", settled.golden());
        assert_eq!(settled.json()["reconciled"][0]["outcome"], "confirmed");
        assert!(list(&stage).is_empty(), "{more:?}");
        assert_eq!(stage.sim().arrived(TICKET), ["ping"], "{more:?}");
    }
}

/// A pending file that cannot be read may be that of the message that was found: it is named, and what to do.
#[test]
fn a_damaged_pending_file_is_named_where_it_keeps_a_message_from_being_confirmed() {
    let stage = Stage::new();
    stage.in_doubt(TICKET, "only once", true, 1);
    let short = id(&stage);
    let damaged = damage(&stage, "0");
    // Whatever is told stands in the words of the stage: its home is `~`, and ids of files have no digits.
    let file = "~/.local/state/hwc-tickets/pending/PENDING-ID.json";
    let one = stage.run(&["message", "reconcile", &short, "--timeout", "2s"]);
    assert_eq!(one.code, 6, "{}", one.stderr);
    for word in [file, "not confirmed", "Move"] {
        assert!(one.stderr.contains(word), "{word}: {}", one.stderr);
    }
    let all = stage.run(&ALL_AS_JSON).json();
    let problem = all["reconciled"][0]["error"].to_string();
    assert!(problem.contains(file), "{all}");
    std::fs::remove_file(&damaged).unwrap();
    let one = stage.run(&["message", "reconcile", &short]);
    assert_eq!(one.code, 0, "{}", one.stderr);
}

/// A lock that cannot be looked at counts as held; one that others look at does not.
#[test]
fn whether_a_message_is_still_on_its_way() {
    use fs4::FileExt;
    let stage = Stage::new();
    stage.in_doubt(TICKET, "only once", true, 0);
    let path = stage.pending_file().with_extension("lock");
    let state = || list(&stage)[0]["state"].as_str().unwrap().to_owned();
    assert_eq!(state(), "unknown");
    let lock = std::fs::File::create(&path).unwrap();
    assert_eq!(state(), "unknown", "left behind by a run that was killed");
    FileExt::try_lock_shared(&lock).unwrap();
    assert_eq!(state(), "unknown", "another run looks at the same time");
    FileExt::unlock(&lock).unwrap();
    FileExt::try_lock(&lock).unwrap();
    assert_eq!(state(), "under way");
    drop(lock);
    std::fs::remove_file(&path).unwrap();
    std::fs::create_dir(&path).unwrap();
    assert_eq!(state(), "under way", "that cannot be told");
}

/// What keeps a message from being confirmed is named where the doubt is told.
#[test]
fn a_doubt_after_sending_names_the_damaged_file() {
    let stage = Stage::new();
    std::fs::create_dir_all(stage.pending().parent().unwrap()).unwrap();
    private_directory(&stage.pending());
    let damaged = damage(&stage, "0");
    stage
        .sim()
        .fault(FaultRule::new(Operation::CreateMessages, Fault::Close).after_commit());
    let ran = stage.run(&["message", "send", TICKET, "ping", "--timeout", "2s"]);
    assert_eq!(ran.code, 6, "{} {}", ran.stdout, ran.stderr);
    for said in [
        "cannot be read",
        "no message is confirmed",
        "~/.local/state/hwc-tickets/pending/PENDING-ID.json: it is not a pending file",
        "move it out",
    ] {
        assert!(ran.stderr.contains(said), "{said}: {}", ran.stderr);
    }
    std::fs::remove_file(damaged).unwrap();
    let clear = stage.run(&ALL_AS_JSON[..5]);
    assert_eq!(clear.code, 0, "{}", clear.stderr);
}

/// A record that cannot be read can be forgotten, by its full name only, and nothing else is removed.
#[test]
fn an_unreadable_record_is_forgotten_by_its_full_name() {
    let forget = |stage: &Stage, named: &str| {
        stage.run(&["message", "reconcile", named, "--forget", "-o", "json"])
    };
    let stage = Stage::new();
    private_directory(&stage.pending());
    let file = damage(&stage, "a");
    let shown = stage.stable(&file.display().to_string());
    let raw = stage
        .command(&["message", "reconcile", "-o", "json"])
        .output()
        .unwrap();
    let listed: serde_json::Value = serde_json::from_slice(&raw.stdout).unwrap();
    assert_eq!(listed["pending"][0]["id"], "a".repeat(32), "{listed}");
    // Not even looked into: the advice tells the full name.
    for named in ["aaaaaaaa", &"a".repeat(31)] {
        let refused = forget(&stage, named);
        assert_eq!(refused.code, 2, "{}", refused.stderr);
        let advice = format!("hwc-tickets message reconcile {shown} --forget");
        assert!(refused.stderr.contains(&advice), "{}", refused.stderr);
        assert!(
            refused.stderr.contains("not a pending file"),
            "{}",
            refused.stderr
        );
        assert!(file.exists());
    }
    // Without --forget it stays what it is.
    let settle = stage.run(&["message", "reconcile", &file.display().to_string()]);
    assert_eq!(settle.code, 2, "{}", settle.stderr);
    for named in [file.display().to_string(), "a".repeat(32)] {
        damage(&stage, "a");
        let done = forget(&stage, &named);
        assert_eq!(done.code, 0, "{}", done.stderr);
        let json = done.json();
        assert_eq!(json["outcome"], "forgotten");
        assert!(
            json["problem"]
                .as_str()
                .unwrap()
                .contains("not a pending file")
        );
        assert!(done.stderr.contains("is not known"), "{}", done.stderr);
        assert!(!file.exists());
    }
    // Only what is a pending file of this program.
    let elsewhere = private(
        &stage.home().join(format!("{}.json", "b".repeat(32))),
        b"mine",
    );
    let inside = private(&stage.pending().join("notes.json"), b"mine");
    for other in [&elsewhere, &inside] {
        let refused = forget(&stage, &other.display().to_string());
        assert_eq!(refused.code, 2, "{}", refused.stderr);
        assert!(
            refused.stderr.contains("not removed here"),
            "{}",
            refused.stderr
        );
        assert!(other.exists());
    }
    let gone = forget(&stage, &file.display().to_string());
    assert_eq!(gone.code, 2, "{}", gone.stderr);
    assert!(gone.stderr.contains("no file"), "{}", gone.stderr);
    // Of a message that may be on its way.
    damage(&stage, "a");
    let lock = std::fs::File::create(file.with_extension("lock")).unwrap();
    fs4::FileExt::try_lock(&lock).unwrap();
    let held = forget(&stage, &"a".repeat(32));
    assert_eq!(held.code, 1, "{}", held.stderr);
    assert!(file.exists());
}

/// What was found out is told although the output is gone, with the right numbers, and never as done when it is not.
#[cfg(target_os = "linux")]
#[test]
fn the_numbers_are_right_when_the_output_is_gone() {
    let stage = Stage::new();
    stage.in_doubt(TICKET, "one", true, 1);
    stage.in_doubt("TT202611210003", "two", true, 1);
    stage.in_doubt("TT202611210005", "three", false, 1);
    let all = ["message", "reconcile", "--all", "--timeout", "1s"];
    let ran = stage.onto_a_full_disk(&all);
    assert_eq!(ran.code, 6, "{}", ran.stderr);
    for said in [
        "of 1 it is still not known",
        "2 are settled",
        "cannot write the output",
        "PENDING-ID of case-123: confirmed",
        "PENDING-ID of TT202611210003: confirmed",
        "PENDING-ID of TT202611210005: unknown",
    ] {
        assert!(ran.stderr.contains(said), "{said}: {}", ran.stderr);
    }
    assert!(!ran.stderr.contains("it is done"), "{}", ran.stderr);
    assert_eq!(list(&stage).len(), 1);
    damage(&stage, "0");
    let ran = stage.onto_a_full_disk(&all);
    assert_eq!(ran.code, 6, "{}", ran.stderr);
    for said in [
        "of 1 it is still not known",
        "1 pending file cannot be read",
    ] {
        assert!(ran.stderr.contains(said), "{said}: {}", ran.stderr);
    }
    assert!(!ran.stderr.contains("settled"), "{}", ran.stderr);
}

/// The same for one record; a reader that is gone does not make a doubt a success.
#[cfg(target_os = "linux")]
#[test]
fn a_doubt_stays_one_when_the_output_is_gone() {
    let stage = Stage::new();
    stage.in_doubt(TICKET, "only once", true, 0);
    let short = id(&stage);
    let one = ["message", "reconcile", &short, "--timeout", "1s"];
    for ran in [
        stage.onto_a_full_disk(&one),
        stage.unread(&one),
        stage.run(&one),
    ] {
        assert_eq!(ran.code, 6, "{}", ran.golden());
        assert!(ran.stderr.contains("still not known"), "{}", ran.stderr);
        // What is to be typed can be typed.
        assert!(
            ran.stderr.contains("message reconcile PENDING-ID --forget"),
            "{}",
            ran.stderr
        );
        assert!(!ran.stderr.contains("it is done"), "{}", ran.stderr);
    }
}

/// For programs, times are RFC 3339.
#[test]
fn plain_times_can_be_read_by_programs() {
    let stage = Stage::new();
    let is_time = |ran: &Ran, field: usize| {
        let line = ran.stdout.lines().next().unwrap_or_default();
        let text = line.split('\t').nth(field).unwrap_or_default();
        assert!(text.ends_with("+08:00"), "{}", ran.golden());
        assert!(text.parse::<jiff::Timestamp>().is_ok(), "{}", ran.golden());
    };
    let send = [
        "message",
        "send",
        "TT202611210001",
        "a slip",
        "--confirm",
        "-o",
        "plain",
    ];
    is_time(&stage.run(&send), 2);
    is_time(
        &stage.run(&[
            "message",
            "recall",
            "TT202611210001",
            "--last",
            "-o",
            "plain",
        ]),
        3,
    );
    stage.in_doubt(TICKET, "only once", true, 0);
    is_time(&stage.run(&["message", "reconcile", "-o", "plain"]), 1);
    let short = id(&stage);
    let open = stage.run(&[
        "message",
        "reconcile",
        &short,
        "--timeout",
        "1s",
        "-o",
        "plain",
    ]);
    let candidate = open.stdout.lines().nth(1).unwrap_or_default().to_owned() + "\n";
    is_time(
        &Ran {
            stdout: candidate,
            ..open
        },
        0,
    );
    let stage = Stage::new();
    stage.in_doubt(TICKET, "only once", true, 1);
    let short = id(&stage);
    is_time(
        &stage.run(&["message", "reconcile", &short, "-o", "plain"]),
        2,
    );
}

/// What is named like a record and is none is pending all the same: told as what it is, and removed only if it is a link.
#[cfg(unix)]
#[test]
fn what_is_no_file_in_the_place_of_a_record() {
    let stage = Stage::new();
    private_directory(&stage.pending());
    let link = stage.pending().join(format!("{}.json", "a".repeat(32)));
    std::os::unix::fs::symlink("nowhere", &link).unwrap();
    let named = |path: &std::path::Path| path.display().to_string();
    let listed = stage.run(&["message", "reconcile"]);
    assert!(
        listed
            .stdout
            .contains("a symbolic link to a file that is not there"),
        "{}",
        listed.golden()
    );
    let all = stage.run(&["message", "reconcile", "--all"]);
    assert_eq!(all.code, 6, "{}", all.golden());
    assert!(!all.stderr.contains("Nothing is pending"), "{}", all.stderr);
    let forgotten = stage.run(&["message", "reconcile", &named(&link), "--forget"]);
    assert_eq!(forgotten.code, 0, "{}", forgotten.golden());
    assert!(link.symlink_metadata().is_err());

    let directory = stage.pending().join(format!("{}.json", "b".repeat(32)));
    std::fs::create_dir(&directory).unwrap();
    let all = stage.run(&["message", "reconcile", "--all"]);
    assert_eq!(all.code, 6, "{}", all.golden());
    assert!(
        all.stderr.contains("Move the directory") && !all.stderr.contains("--forget"),
        "{}",
        all.stderr
    );
    for name in [named(&directory), "bbbb".to_owned(), "b".repeat(32)] {
        let ran = stage.run(&["message", "reconcile", &name, "--forget"]);
        assert_eq!(ran.code, 2, "{}", ran.golden());
        assert!(
            ran.stderr.contains("directory") && !ran.stderr.contains("name it in full"),
            "{}",
            ran.stderr
        );
    }
    assert!(directory.exists());
}

/// What is sent after a message in doubt may keep it so: that is told, and nothing else changes.
#[test]
fn a_message_sent_after_one_in_doubt_is_told_of_it() {
    let says = "an earlier message to this ticket is in doubt";
    let stage = Stage::new();
    stage.in_doubt(TICKET, "only once", true, 1);
    let other = stage.run(&["message", "send", "TT202611210003", "elsewhere"]);
    assert_eq!(other.code, 0, "{}", other.golden());
    assert!(!other.stderr.contains(says), "{}", other.stderr);
    let next = stage.run(&["message", "send", TICKET, "the next one"]);
    assert_eq!(next.code, 0, "{}", next.golden());
    assert!(next.stderr.contains(says), "{}", next.stderr);
    let all = stage.run(&["message", "reconcile", "--all"]);
    assert_eq!(all.code, 0, "{}", all.golden());
    let last = stage.run(&["message", "send", TICKET, "the last one"]);
    assert!(!last.stderr.contains(says), "{}", last.stderr);
}
