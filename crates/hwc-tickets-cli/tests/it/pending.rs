//! Messages whose fate is not known: how they are listed, looked into and forgotten, and what is kept of them.

use crate::stage::{Ran, Stage, until};
use hwc_tickets_sim::{Fault, Operation, Order};
use std::process::Stdio;

const FOREVER: u32 = u32::MAX;
const TICKET: &str = "case-123";

fn unavailable() -> Fault {
    Fault::Status {
        status: 503,
        code: None,
        retry_after: None,
    }
}

/// Sends a message whose answer is lost, on a stage whose tickets cannot be read meanwhile; `reads` go well before.
fn in_doubt(stage: &Stage, ticket: &str, text: &str, acted: bool, reads: u32) -> Ran {
    let lost = Order::new(Operation::CreateMessages, Fault::Close);
    stage
        .sim()
        .fault(if acted { lost.after_acting() } else { lost });
    stage.sim().fault(
        Order::new(Operation::ListMessages, unavailable())
            .skipping(reads)
            .times(FOREVER),
    );
    let ran = stage.run(&["message", "send", ticket, text, "--timeout", "2s"]);
    assert_eq!(ran.code, 6, "{}", ran.stderr);
    stage.sim().clear_faults();
    ran
}

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
    in_doubt(&stage, TICKET, "only once", true, 0);
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
        in_doubt(&stage, ticket, text, true, 1);
    }
    assert_eq!(list(&stage).len(), 3);
    let settled = stage.run(&[
        "message",
        "reconcile",
        "--all",
        "--timeout",
        "3s",
        "-o",
        "json",
    ]);
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
    in_doubt(&stage, TICKET, "x", true, 0);
    let file = std::fs::read_dir(stage.pending())
        .unwrap()
        .map(|file| file.unwrap().path())
        .find(|path| path.extension().is_some_and(|end| end == "json"))
        .unwrap();
    // A second one that begins the same.
    let name = file.file_stem().unwrap().to_str().unwrap();
    let other = format!("{}{}", name.get(..12).unwrap(), "0".repeat(20));
    let text = std::fs::read_to_string(&file)
        .unwrap()
        .replace(name, &other);
    let path = file.with_file_name(format!("{other}.json"));
    std::fs::write(&path, text).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    let short = id(&stage);
    assert!(short.len() > 12, "{short}");
    for (named, said) in [
        (name.get(..10).unwrap(), "2 pending messages"),
        ("ffff0000ffff", "no pending message"),
        (name.get(..3).unwrap(), "cannot be used"),
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
        .fault(Order::new(Operation::CreateMessages, Fault::Close));
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
        .fault(Order::new(Operation::CreateMessages, Fault::Close));
    let third = stage.run(&["message", "send", TICKET, "ping", "--timeout", "2s"]);
    assert_eq!(third.code, 6, "{} {}", third.stdout, third.stderr);
}

/// A record that cannot be read may be of a message that looks the same.
#[test]
fn a_record_that_cannot_be_read_leaves_a_doubt() {
    let stage = Stage::new();
    in_doubt(&stage, TICKET, "other", true, 0);
    let file = std::fs::read_dir(stage.pending())
        .unwrap()
        .map(|file| file.unwrap().path())
        .find(|path| path.extension().is_some_and(|end| end == "json"))
        .unwrap();
    std::fs::write(&file, "{}").unwrap();
    stage
        .sim()
        .fault(Order::new(Operation::CreateMessages, Fault::Close).after_acting());
    let ran = stage.run(&["message", "send", TICKET, "ping", "--timeout", "2s"]);
    assert_eq!(ran.code, 6, "{} {}", ran.stdout, ran.stderr);
    let listed = list(&stage);
    assert!(listed.iter().any(|row| row["state"] == "unreadable"));
}

/// What was done is said on standard error when the output cannot be written, with an exit code of its own.
#[cfg(target_os = "linux")]
#[test]
fn what_was_done_is_not_lost_with_the_output() {
    let full = || {
        Stdio::from(
            std::fs::File::options()
                .write(true)
                .open("/dev/full")
                .unwrap(),
        )
    };
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
        let mut command = stage.command(args);
        let output = command
            .stdout(full())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let ran = stage.ran(output.wait_with_output().unwrap());
        assert_eq!(ran.code, 9, "{args:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(said), "{args:?}: {}", ran.stderr);
        assert!(
            ran.stderr.contains("cannot write the output"),
            "{}",
            ran.stderr
        );
    }
    let stage = Stage::new();
    in_doubt(&stage, TICKET, "only once", true, 1);
    let mut command = stage.command(&["message", "reconcile", "--all", "--timeout", "2s"]);
    let output = command
        .stdout(full())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let ran = stage.ran(output.wait_with_output().unwrap());
    assert_eq!(ran.code, 9, "{}", ran.stderr);
    assert!(ran.stderr.contains("1 settled, 0 not"), "{}", ran.stderr);
}

/// The program where no file can grow, as on a full disk.
#[cfg(unix)]
fn on_a_full_disk(stage: &Stage, args: &[&str]) -> Ran {
    let environment: Vec<_> = stage
        .command(args)
        .get_envs()
        .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())))
        .collect();
    let mut command = std::process::Command::new("sh");
    command
        .args(["-c", "trap '' XFSZ; ulimit -f 0; exec \"$0\" \"$@\""])
        .arg(crate::stage::program())
        .args(args)
        .env_clear()
        .envs(environment)
        .stdin(Stdio::null());
    stage.finish(&mut command)
}

#[cfg(unix)]
#[test]
fn a_full_disk_stops_no_recovery() {
    let stage = Stage::new();
    in_doubt(&stage, TICKET, "only once", true, 1);
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
    let settled = on_a_full_disk(
        &stage,
        &[
            "message",
            "reconcile",
            "--all",
            "--timeout",
            "2s",
            "-o",
            "json",
        ],
    );
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
        .fault(Order::new(Operation::CreateMessages, Fault::Close).after_acting());
    stage.sim().fault(
        Order::new(Operation::ListMessages, unavailable())
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

/// A pending file that cannot be read may be that of the message that was found: it is named, and what to do.
#[test]
fn a_damaged_pending_file_is_named_where_it_keeps_a_message_from_being_confirmed() {
    let stage = Stage::new();
    in_doubt(&stage, TICKET, "only once", true, 1);
    let short = id(&stage);
    let damaged = stage.pending().join(format!("{}.json", "0".repeat(32)));
    std::fs::write(&damaged, "damaged").unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(&damaged, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    // Whatever is told stands in the words of the stage: its home is `~`, and ids of files have no digits.
    let file = "~/.local/state/hwc-tickets/pending/PENDING-ID.json";
    let one = stage.run(&["message", "reconcile", &short, "--timeout", "2s"]);
    assert_eq!(one.code, 6, "{}", one.stderr);
    for word in [file, "not confirmed", "Move"] {
        assert!(one.stderr.contains(word), "{word}: {}", one.stderr);
    }
    let all = stage
        .run(&[
            "message",
            "reconcile",
            "--all",
            "--timeout",
            "2s",
            "-o",
            "json",
        ])
        .json();
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
    in_doubt(&stage, TICKET, "only once", true, 0);
    let path = std::fs::read_dir(stage.pending())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|end| end == "json"))
        .unwrap()
        .with_extension("lock");
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
