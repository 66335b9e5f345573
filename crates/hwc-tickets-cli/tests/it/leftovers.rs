//! What killed runs leave behind is swept; what is somebody's stays, and nobody is hindered.

use crate::stage::{DRAFT, Stage, damage, names, private, until};
use hwc_tickets_sim::{Fault, FaultRule, Operation};

const TICKET: &str = "case-123";

fn states(stage: &Stage) -> Vec<String> {
    let listed = stage.run(&["message", "reconcile", "-o", "json"]).json();
    let rows = listed["pending"].as_array().unwrap();
    rows.iter()
        .map(|row| row["state"].as_str().unwrap().to_owned())
        .collect()
}

/// What a killed run left is swept by the next one that looks; what is somebody's stays.
#[test]
fn what_a_killed_run_left_is_swept() {
    let stage = Stage::new();
    stage
        .sim()
        .fault(FaultRule::new(Operation::CreateMessages, Fault::Hang).after_commit());
    let mut child = stage.spawn(&["message", "send", TICKET, "on its way"]);
    until("the message to arrive", || {
        !stage.sim().arrived(TICKET).is_empty()
    });
    let place = stage.pending();
    // While it runs, its lock is its own.
    assert_eq!(states(&stage), ["under way"]);
    assert_eq!(names(&place).len(), 2, "{:?}", names(&place));
    child.kill().unwrap();
    child.wait().unwrap();
    private(&place.join(DRAFT), b"half writ");
    private(&place.join(format!("{}.lock", "0".repeat(32))), b"");
    let mine = [
        ".hwc-tickets-aB3xYz",
        ".hwc-tickets-notes",
        "notes.lock",
        "x.lock",
    ];
    for name in mine {
        private(&place.join(name), b"mine");
    }
    assert_eq!(states(&stage), ["unknown"]);
    let record = stage.pending_file().file_name().unwrap().to_owned();
    let record = record.into_string().unwrap();
    let mut expected: Vec<&str> = mine.into_iter().chain([record.as_str()]).collect();
    expected.sort_unstable();
    assert_eq!(names(&place), expected);
    // Sending sweeps, too.
    private(&place.join(DRAFT), b"half writ");
    stage.sim().clear_faults();
    assert_eq!(stage.run(&["message", "send", TICKET, "another"]).code, 0);
    assert!(!place.join(DRAFT).exists());
}

/// An abandoned lock is swept although another run looks at it: whoever looks and whoever sweeps may do so together.
#[test]
fn looking_at_a_lock_and_sweeping_it_go_together() {
    let stage = Stage::new();
    let lock = private(&damage(&stage, "a").with_extension("lock"), b"");
    let looked_at = std::fs::File::open(&lock).unwrap();
    fs4::FileExt::try_lock_shared(&looked_at).unwrap();
    assert_eq!(states(&stage), ["unreadable"]);
    assert!(!lock.exists());
}

/// Runs that look and sweep at the same time: none takes the sweep of another for one that is still sending.
#[test]
fn a_sweep_is_not_taken_for_a_run_that_sends() {
    let stage = Stage::new();
    let digits: Vec<String> = ('0'..='9')
        .chain('a'..='f')
        .map(|c| c.to_string())
        .collect();
    for _ in 0..5 {
        for digit in &digits {
            private(&damage(&stage, digit).with_extension("lock"), b"");
        }
        let runs: Vec<_> = (0..6)
            .map(|_| stage.spawn(&["message", "reconcile", "-o", "json"]))
            .collect();
        for run in runs {
            let ran = stage.ran(run.wait_with_output().unwrap());
            assert_eq!(ran.code, 0, "{}", ran.stderr);
            let rows = ran.json()["pending"].as_array().unwrap().clone();
            assert_eq!(rows.len(), digits.len());
            for row in rows {
                assert_eq!(row["state"], "unreadable");
            }
        }
    }
}

/// A copy of a record elsewhere has no lock: a file that is called so beside it is somebody's.
#[test]
fn the_lock_file_beside_a_copy_is_not_touched() {
    let stage = Stage::new();
    stage.in_doubt(TICKET, "only once", true, 1);
    let text = std::fs::read(stage.pending_file()).unwrap();
    let copy = private(&stage.home().join("copy.json"), &text);
    let beside = private(&stage.home().join("copy.lock"), b"mine");
    let held = std::fs::File::open(&beside).unwrap();
    fs4::FileExt::try_lock(&held).unwrap();
    let named = copy.display().to_string();
    let settled = stage.run(&["message", "reconcile", &named]);
    assert_eq!(settled.code, 0, "{}", settled.golden());
    assert!(!copy.exists());
    private(&copy, &text);
    let forgotten = stage.run(&["message", "reconcile", &named, "--forget"]);
    assert_eq!(forgotten.code, 0, "{}", forgotten.golden());
    assert!(!copy.exists());
    assert_eq!(std::fs::read(&beside).unwrap(), b"mine");
}

/// A login that was killed leaves its secret half written: logging out removes it, also when nothing else is removed.
#[test]
fn logging_out_leaves_no_secret_of_a_killed_login() {
    for config in ["", "[profiles.default]\ngroup = \"1\"\n"] {
        let stage = Stage::new();
        let draft = private(&stage.config().with_file_name(DRAFT), b"token = \"SECRET\"");
        let mine = private(&stage.config().with_file_name(".hwc-tickets-mine"), b"mine");
        if !config.is_empty() {
            stage.write_config(config);
        }
        let ran = stage.finish(&mut stage.bare(&["auth", "logout"]));
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        assert!(!draft.exists(), "{config:?}");
        assert!(mine.exists());
    }
}
