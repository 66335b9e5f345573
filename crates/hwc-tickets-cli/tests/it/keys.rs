//! Messages under a key: at most one arrives, whatever is repeated and whatever got lost.

use crate::stage::{FOREVER, Ran, Stage, damage, forbidden, names, unavailable};
use hwc_tickets_sim::{Fault, FaultRule, Operation};

const TICKET: &str = "case-123";
const TEXT: &str = "磁盘又满了";
const KEY: &str = "outage-17/α";

fn send(stage: &Stage, text: &str, more: &[&str]) -> Ran {
    let args = ["message", "send", TICKET, text, "--key", KEY, "-o", "json"];
    stage.run(&[&args[..], more].concat())
}

/// How often a message was sent.
fn posts(stage: &Stage) -> usize {
    let journal = stage.sim().journal().into_iter();
    let posts = journal.filter(|entry| {
        let operation = entry.operation.map(Operation::name);
        operation == Some("createMessages")
    });
    posts.count()
}

/// The answer is lost after the message arrived, and the ticket may not be read.
fn in_doubt(stage: &Stage) {
    let lost = FaultRule::new(Operation::CreateMessages, Fault::Close);
    stage.sim().fault(lost.after_commit());
    let unread = FaultRule::new(Operation::ListMessages, forbidden());
    stage.sim().fault(unread.skipping(1).times(FOREVER));
    let ran = send(stage, TEXT, &["--timeout", "2s"]);
    assert_eq!(ran.code, 6, "{}", ran.golden());
    stage.sim().clear_faults();
}

/// Sent, repeated, kept; another text is refused; free again when that is said.
#[test]
fn a_key_is_that_of_one_message() {
    let stage = Stage::new();
    let first = send(&stage, TEXT, &[]);
    assert_eq!(first.code, 0, "{}", first.golden());
    assert_eq!(first.json()["outcome"], "accepted");
    for _ in 0..2 {
        let again = send(&stage, TEXT, &[]);
        assert_eq!(again.code, 0, "{}", again.golden());
        assert_eq!(again.json()["outcome"], "kept");
        assert_eq!(again.json()["attempts"], 0);
    }
    assert_eq!(stage.sim().arrived(TICKET), [TEXT]);
    assert_eq!(posts(&stage), 1);
    let requests = stage.requests();
    let other = send(&stage, "something else", &[]);
    assert_eq!(other.code, 2, "{}", other.golden());
    for part in [
        "the key is that of another message",
        "hwc-tickets message reconcile --release KEY",
        "Nothing was sent.",
    ] {
        assert!(other.stderr.contains(part), "{part}: {}", other.stderr);
    }
    assert_eq!(stage.requests(), requests);
    let free = stage.run(&["message", "reconcile", "--release", KEY]);
    assert_eq!(free.code, 0, "{}", free.golden());
    assert!(free.stderr.contains("The key is free."), "{}", free.stderr);
    // Nothing is kept any more under the one, and nothing ever was under the other, which was mistyped.
    for key in [KEY, "outage-71/α"] {
        let none = stage.run(&["message", "reconcile", "--release", key]);
        assert_eq!(none.code, 0, "{}", none.golden());
        let says = "nothing to give free";
        assert!(none.stderr.contains(says), "{}", none.stderr);
    }
    let other = send(&stage, "something else", &[]);
    assert_eq!(other.code, 0, "{}", other.golden());
    assert_eq!(stage.sim().arrived(TICKET), [TEXT, "something else"]);
    // Nothing is left beside the records.
    let names = names(&stage.pending());
    assert!(
        names.iter().all(|name| name.ends_with(".json")),
        "{names:?}"
    );
}

/// The answer is lost: the same command again finds the message, and sends no other.
#[test]
fn a_lost_answer_doubles_nothing() {
    let stage = Stage::new();
    in_doubt(&stage);
    let listed = stage.run(&["message", "reconcile", "-o", "json"]).json();
    assert_eq!(listed["pending"][0]["key"], KEY, "{listed}");
    // A key in doubt is not given free.
    let free = stage.run(&["message", "reconcile", "--release", KEY]);
    assert_ne!(free.code, 0, "{}", free.golden());
    let again = send(&stage, TEXT, &[]);
    assert_eq!(again.code, 0, "{}", again.golden());
    assert_eq!(again.json()["outcome"], "confirmed");
    let kept = send(&stage, TEXT, &[]);
    assert_eq!(kept.json()["outcome"], "kept", "{}", kept.golden());
    assert_eq!(stage.sim().arrived(TICKET), [TEXT]);
    assert_eq!(posts(&stage), 1);
}

/// The doubt is ended by a person, who may have seen the message: its key sends nothing more until it is given free.
#[test]
fn a_forgotten_message_holds_its_key() {
    let release = format!("hwc-tickets message reconcile --release {KEY}");
    for looks in [false, true] {
        let stage = Stage::new();
        in_doubt(&stage);
        let file = stage.pending_file().display().to_string();
        let forgotten = stage.run(&["message", "reconcile", &file, "--forget"]);
        assert_eq!(forgotten.code, 0, "{}", forgotten.golden());
        assert!(forgotten.stderr.contains(&release), "{}", forgotten.stderr);
        let listed = stage.run(&["message", "reconcile", "-o", "json"]).json();
        assert_eq!(listed["pending"].as_array().unwrap().len(), 0, "{listed}");
        let again = send(&stage, TEXT, &[]);
        assert_eq!(again.code, 6, "{}", again.golden());
        for says in ["was forgotten", &release] {
            assert!(again.stderr.contains(says), "{says}: {}", again.stderr);
        }
        assert_eq!(posts(&stage), 1);
        if looks {
            let told = stage.run(&["message", "reconcile", &file]);
            assert_eq!(told.code, 0, "{}", told.golden());
            let kept = send(&stage, TEXT, &[]);
            assert_eq!(kept.json()["outcome"], "kept", "{}", kept.golden());
        } else {
            let free = stage.run(&["message", "reconcile", "--release", KEY]);
            assert_eq!(free.code, 0, "{}", free.golden());
            assert_eq!(send(&stage, TEXT, &[]).code, 0);
        }
        let arrived = stage.sim().arrived(TICKET).len();
        assert_eq!(arrived, if looks { 1 } else { 2 });
    }
}

/// A text in parts has one key: the same command finds out about the part in doubt, and sends those that are missing.
#[test]
fn a_text_in_parts_goes_on_with_the_same_command() {
    let stage = Stage::new();
    let text = "words. ".repeat(700);
    let lost = FaultRule::new(Operation::CreateMessages, Fault::Close);
    stage.sim().fault(lost.skipping(1).after_commit());
    let unread = FaultRule::new(Operation::ListMessages, unavailable());
    stage.sim().fault(unread.skipping(2).times(FOREVER));
    let ran = send(&stage, &text, &["--split", "--timeout", "2s"]);
    assert_eq!(ran.code, 6, "{}", ran.golden());
    let says = "Run the same command again, with the same key";
    assert!(ran.stderr.contains(says), "{}", ran.stderr);
    stage.sim().clear_faults();
    for _ in 0..2 {
        let ran = send(&stage, &text, &["--split"]);
        assert_eq!(ran.code, 0, "{}", ran.golden());
        assert_eq!(ran.json()["parts"].as_array().unwrap().len(), 3);
        assert_eq!(stage.sim().arrived(TICKET).len(), 3);
    }
    assert_eq!(posts(&stage), 3);
    let free = stage.run(&["message", "reconcile", "--release", KEY]);
    assert_eq!(free.code, 0, "{}", free.golden());
    assert!(free.stderr.contains("The key is free."), "{}", free.stderr);
    let other = send(&stage, &format!("Other {text}"), &["--split"]);
    assert_eq!(other.code, 0, "{}", other.golden());
}

/// The same where the ticket tells nothing the second time either: the doubt stays one, and nothing is sent.
#[test]
fn a_doubt_that_stays_sends_nothing() {
    let stage = Stage::new();
    in_doubt(&stage);
    let unread = FaultRule::new(Operation::ListMessages, unavailable());
    stage.sim().fault(unread.times(FOREVER));
    let again = send(&stage, TEXT, &["--timeout", "2s"]);
    assert_eq!(again.code, 6, "{}", again.golden());
    let says = "hwc-tickets message reconcile";
    assert!(again.stderr.contains(says), "{}", again.stderr);
    assert_eq!(posts(&stage), 1);
    assert_eq!(stage.pending_files().len(), 1);
}

/// A key that only begins like another one is that of another message, whose doubt is told.
#[test]
fn a_key_that_begins_like_another_is_another() {
    let stage = Stage::new();
    in_doubt(&stage);
    let next = ["message", "send", TICKET, "the next one", "--key", "outage"];
    let ran = stage.run(&next);
    assert_eq!(ran.code, 0, "{}", ran.golden());
    let says = "an earlier message to this ticket is in doubt";
    assert!(ran.stderr.contains(says), "{}", ran.stderr);
}

/// A key that ends nearly as that of a part does is none of a text in parts.
#[test]
fn a_key_that_is_nearly_that_of_a_part_is_another() {
    let stage = Stage::new();
    let own = format!("{KEY} part 02");
    let ran = stage.run(&["message", "send", TICKET, TEXT, "--key", &own]);
    assert_eq!(ran.code, 0, "{}", ran.golden());
    for (key, says) in [
        (KEY, "nothing to give free"),
        (own.as_str(), "The key is free."),
    ] {
        let free = stage.run(&["message", "reconcile", "--release", key]);
        assert_eq!(free.code, 0, "{}", free.golden());
        assert!(free.stderr.contains(says), "{key}: {}", free.stderr);
    }
}

/// Several runs at once with one key: one sends, and the others send nothing.
#[test]
fn runs_at_once_send_one_message() {
    let stage = Stage::new();
    let args = ["message", "send", TICKET, TEXT, "--key", KEY, "-o", "json"];
    let runs: Vec<_> = (0..4).map(|_| stage.spawn(&args)).collect();
    let mut sent = 0;
    for run in runs {
        let ran = stage.ran(run.wait_with_output().unwrap());
        match ran.code {
            0 => sent += 1,
            1 => assert!(ran.stderr.contains("with this key"), "{}", ran.golden()),
            _ => panic!("{}", ran.golden()),
        }
    }
    assert!(sent > 0);
    assert_eq!(stage.sim().arrived(TICKET), [TEXT]);
    assert_eq!(posts(&stage), 1);
}

/// What stands under a key is read from all records: one that cannot be read keeps it from being used, and says how to go on.
#[test]
fn a_record_that_cannot_be_read_holds_a_key_back() {
    let stage = Stage::new();
    let file = damage(&stage, "a");
    let ran = send(&stage, TEXT, &[]);
    assert_eq!(ran.code, 1, "{}", ran.golden());
    let says = "hwc-tickets message reconcile FILE --forget";
    assert!(ran.stderr.contains(says), "{}", ran.stderr);
    assert!(!ran.stderr.contains("--without-record"), "{}", ran.stderr);
    assert_eq!(posts(&stage), 0);
    let path = file.display().to_string();
    let gone = stage.run(&["message", "reconcile", &path, "--forget"]);
    assert_eq!(gone.code, 0, "{}", gone.golden());
    assert_eq!(send(&stage, TEXT, &[]).code, 0);
    assert_eq!(stage.sim().arrived(TICKET), [TEXT]);
}

/// A dry run uses no key up, and what has no record has none.
#[test]
fn what_has_no_key() {
    let stage = Stage::new();
    let ran = send(&stage, TEXT, &["--dry-run"]);
    assert_eq!(ran.code, 0, "{}", ran.golden());
    let ran = send(&stage, TEXT, &["--without-record"]);
    assert_eq!(ran.code, 2, "{}", ran.golden());
    assert_eq!(stage.requests(), 0);
    assert!(stage.pending_files().is_empty());
}
