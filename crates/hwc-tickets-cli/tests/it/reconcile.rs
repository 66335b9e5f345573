//! How `message reconcile --all` ends: what is left is counted rightly, and the advice leads on.

use crate::stage::{Ran, Stage, damage, private};

const TICKET: &str = "case-123";
/// As files of records are shown here: the stage takes their digits away.
const FILE: &str = "~/.local/state/hwc-tickets/pending/PENDING-ID.json";
/// What only time can help.
const LATER: &str = "Try again in a minute";

fn all(stage: &Stage) -> Ran {
    stage.run(&["message", "reconcile", "--all", "--timeout", "1s"])
}

/// How it ended: the exit code, what is said, and what is not.
fn assert_ends(ran: &Ran, code: i32, said: &[&str], unsaid: &[&str]) {
    assert_eq!(ran.code, code, "{}", ran.golden());
    for text in said {
        assert!(ran.stderr.contains(text), "{text}: {}", ran.golden());
    }
    for text in unsaid {
        assert!(!ran.stderr.contains(text), "{text}: {}", ran.golden());
    }
}

/// Time mends no file; whoever is told that one cannot be read is told what to do with it.
#[test]
fn files_that_cannot_be_read_and_nothing_else() {
    let stage = Stage::new();
    damage(&stage, "a");
    let forget = format!("hwc-tickets message reconcile {FILE} --forget");
    let unsaid = ["Nothing is pending", "still not known", LATER, "settled"];
    let one = ["error: 1 pending file cannot be read", "Fix", &forget];
    assert_ends(&all(&stage), 6, &one, &unsaid);
    damage(&stage, "b");
    let several = [
        "error: 2 pending files cannot be read",
        "Fix",
        "hwc-tickets message reconcile FILE --forget",
    ];
    assert_ends(&all(&stage), 6, &several, &unsaid);
}

/// As long as a file cannot be read, it keeps the others open: it comes first.
#[test]
fn a_file_that_cannot_be_read_beside_an_open_message() {
    let stage = Stage::new();
    stage.in_doubt(TICKET, "only once", true, 1);
    damage(&stage, "a");
    let said = [
        "of 1 it is still not known whether it arrived; 1 pending file cannot be read",
        "Fix",
        &format!("reconcile {FILE} --forget; then try again"),
    ];
    assert_ends(&all(&stage), 6, &said, &[LATER]);
}

/// Only a person can say whether a message is the one in doubt.
#[test]
fn messages_that_could_be_it() {
    let stage = Stage::new();
    stage.in_doubt(TICKET, "only once", true, 0);
    let one = [
        "of 1 it is still not known whether it arrived",
        "`hwc-tickets message reconcile PENDING-ID` shows",
        "hwc-tickets message reconcile PENDING-ID --forget",
    ];
    assert_ends(&all(&stage), 6, &one, &[LATER]);
    stage.in_doubt("TT202611210003", "another", true, 0);
    let several = [
        "of 2 it is still not known whether they arrived",
        "hwc-tickets message reconcile ID --forget",
    ];
    assert_ends(&all(&stage), 6, &several, &[LATER]);
    // One that time may help: nobody is told to end its doubt.
    stage.in_doubt("TT202611210005", "lost", false, 1);
    let mixed = [
        "of 3 it is still not known whether they arrived",
        LATER,
        "one at a time",
    ];
    assert_ends(&all(&stage), 6, &mixed, &["--forget"]);
}

#[test]
fn one_that_time_may_help() {
    let stage = Stage::new();
    stage.in_doubt(TICKET, "lost", false, 1);
    let said = [
        "of 1 it is still not known whether it arrived",
        "Try again in a minute: hwc-tickets message reconcile --all",
    ];
    assert_ends(&all(&stage), 6, &said, &["--forget"]);
}

/// What the service refuses to tell stays so until its reason is gone.
#[test]
fn what_the_service_refuses() {
    let stage = Stage::new();
    stage.in_doubt(TICKET, "only once", true, 1);
    let mut command = stage.command(&["message", "reconcile", "--all", "--timeout", "1s"]);
    let ran = stage.finish(command.env("HWC_TICKETS_TOKEN", "WRONGEXAMPLE"));
    let said = [
        "of 1 it is still not known whether it arrived",
        "Get a new token",
    ];
    assert_ends(&ran, 6, &said, &[LATER]);
}

/// The same reason for all of them stands there once; programs find it in each row.
#[test]
fn one_reason_for_several_is_told_once() {
    let stage = Stage::new();
    for ticket in [TICKET, "TT202611210003", "TT202611210005"] {
        stage.in_doubt(ticket, "only once", true, 1);
    }
    let refused = |form| {
        let args = [
            "message",
            "reconcile",
            "--all",
            "--timeout",
            "1s",
            "-o",
            form,
        ];
        let mut command = stage.command(&args);
        stage.finish(command.env("HWC_TICKETS_TOKEN", "WRONGEXAMPLE"))
    };
    let table = refused("table");
    let rows = table.stdout.matches("unknown").count();
    let reasons = table.stdout.matches("request id").count();
    assert_eq!((rows, reasons), (3, 1), "{}", table.golden());
    assert_eq!(table.stdout.matches("as above").count(), 2);
    let plain = refused("plain");
    assert_eq!(
        plain.stdout.matches("request id").count(),
        3,
        "{}",
        plain.golden()
    );
}

/// What another run is sending is pending, and that run says what became of it.
#[test]
fn what_is_under_way_is_pending() {
    let stage = Stage::new();
    let lock = private(&damage(&stage, "a").with_extension("lock"), b"");
    let held = std::fs::File::open(&lock).unwrap();
    fs4::FileExt::try_lock(&held).unwrap();
    let unsaid = ["Nothing is pending", "--forget", "cannot be read"];
    assert_ends(&all(&stage), 0, &["still being sent"], &unsaid);
}

#[cfg(target_os = "linux")]
#[test]
fn numbers_without_an_output() {
    let stage = Stage::new();
    let args = ["message", "reconcile", "--all", "-o", "json"];
    let nothing = stage.onto_a_full_disk(&args);
    assert_ends(
        &nothing,
        9,
        &["there was nothing to settle; "],
        &["settled"],
    );
    for (ticket, text) in [(TICKET, "one"), (TICKET, "two")] {
        stage.in_doubt(ticket, text, true, 1);
    }
    let two = stage.onto_a_full_disk(&args);
    assert_ends(&two, 9, &["all 2 are settled; "], &[]);
}

/// A message that did arrive is told so, whoever asks how: by its file, by its id, or to end a doubt that is none.
#[test]
fn a_message_that_arrived_is_told_to_have_arrived() {
    let stage = Stage::new();
    let sent = stage.run(&["message", "send", TICKET, "only once"]);
    assert_eq!(sent.code, 0, "{}", sent.golden());
    let file = stage.pending_file();
    let id = file.file_stem().unwrap().to_str().unwrap().to_owned();
    let path = file.display().to_string();
    let requests = stage.requests();
    for named in [path.as_str(), id.as_str(), id.get(..8).unwrap()] {
        for more in [&[][..], &["--forget"]] {
            let args = ["message", "reconcile", named, "-o", "json"];
            let told = stage.run(&[&args[..], more].concat());
            assert_eq!(told.code, 0, "{}", told.golden());
            let json = told.json();
            assert_eq!(json["outcome"], "confirmed");
            assert_eq!(json["ticket"], TICKET);
            assert!(
                told.stderr.contains("the message is in the ticket"),
                "{}",
                told.stderr
            );
        }
    }
    // It goes on keeping others from taking that message for theirs.
    assert!(file.exists());
    assert_eq!(stage.requests(), requests);
    let unknown = stage.run(&["message", "reconcile", "ffff0000ffff"]);
    assert_ends(&unknown, 2, &["A record goes some minutes after"], &[]);
}

/// Two of the same text, of which one is there: neither is known as long as the other is not.
#[test]
fn one_doubt_that_keeps_another_open_is_told() {
    let stage = Stage::new();
    stage.in_doubt(TICKET, "ping", false, 1);
    let lost = stage.pending_file();
    stage.in_doubt(TICKET, "ping", true, 1);
    let files = stage.pending_files();
    let there = files.iter().find(|file| **file != lost).unwrap();
    let one = |file: &std::path::Path, more: &[&str]| {
        let file = file.display().to_string();
        let args = ["message", "reconcile", file.as_str(), "--timeout", "1s"];
        stage.run(&[&args[..], more].concat())
    };
    let said = "Another message to this ticket is in doubt, too (PENDING-ID)";
    assert_ends(&one(there, &[]), 6, &[said], &[]);
    let said = "Messages to one ticket keep each other in doubt";
    assert_ends(&all(&stage), 6, &[said], &[]);
    assert_ends(&one(&lost, &["--forget"]), 0, &[], &[]);
    assert_ends(&one(there, &[]), 0, &[], &["keep", "Another message"]);
}
