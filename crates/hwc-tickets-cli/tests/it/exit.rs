//! Each exit code, by what leads to it.

use crate::stage::{FOREVER, Ran, Stage, unavailable};
use hwc_tickets_sim::{Fault, FaultRule, Operation, Route};

fn status(status: u16, retry_after: Option<&str>) -> Fault {
    Fault::Status {
        status,
        code: None,
        retry_after: retry_after.map(str::to_owned),
    }
}

#[test]
fn refusals_and_their_codes() {
    for (name, order, args, code) in [
        ("ok", None, vec!["message", "send", "case-123", "hello"], 0),
        (
            "service_failed",
            Some(FaultRule::new(Route::Any, status(500, None)).times(FOREVER)),
            vec!["ticket", "status", "case-123"],
            1,
        ),
        (
            "not_an_answer",
            Some(FaultRule::new(Route::Any, Fault::Html { status: 200 }).times(FOREVER)),
            vec!["ticket", "status", "case-123"],
            1,
        ),
        (
            "not_found",
            None,
            vec!["message", "send", "case-999", "hello"],
            3,
        ),
        (
            "credentials_expired",
            Some(FaultRule::new(Route::Any, Fault::Expire)),
            vec!["message", "send", "case-123", "hello"],
            4,
        ),
        (
            "refused",
            Some(FaultRule::new(
                Operation::CreateMessages,
                Fault::Business {
                    code: "OSM.01010001".to_owned(),
                },
            )),
            vec!["message", "send", "case-123", "hello"],
            5,
        ),
        (
            "throttled",
            Some(FaultRule::new(Route::Any, status(429, Some("60"))).times(FOREVER)),
            vec!["ticket", "status", "case-123"],
            7,
        ),
        (
            "time_out",
            Some(FaultRule::new(Route::Any, Fault::Hang).times(FOREVER)),
            vec!["ticket", "status", "case-123", "--timeout", "300ms"],
            8,
        ),
    ] {
        let stage = Stage::new();
        if let Some(order) = order {
            stage.sim().fault(order);
        }
        let args: Vec<&str> = args.into_iter().chain(["--retries", "0"]).collect();
        let ran = stage.run(&args);
        assert_eq!(ran.code, code, "{name}: {}", ran.golden());
        insta::assert_snapshot!(format!("exit_{name}"), ran.golden());
    }
}

#[test]
fn usage_errors_send_nothing() {
    let stage = Stage::new();
    for args in [
        vec!["message", "send"],
        vec!["message", "send", "case-123"],
        vec!["message", "send", "case-123", "text", "--file", "also"],
        vec!["message", "send", "case-123", "   "],
        vec!["message", "send", "case-123", "--file", "/dev/null/none"],
        vec!["message", "send", "case-123", "x", "--attachment", "../etc"],
        vec!["message", "recall", "case-123"],
        vec!["message", "recall", "case-123", "m-1", "--last"],
        vec!["message", "history", "case-123", "--since", "soon"],
        vec!["message", "follow", "case-123", "--until-status", "happy"],
        vec!["message", "reconcile", "/dev/null/none"],
        vec![
            "ticket",
            "status",
            "case-123",
            "--time-zone",
            "Asia/Nowhere",
        ],
        vec!["ticket", "status", "case-123", "--timeout", "0s"],
        vec!["ticket", "status", "case-123", "-o", "xml"],
        vec!["ticket", "status", "case-123", "--group", "a b"],
        vec!["ticket", "status", "case-123", "--language", "a\nb"],
        vec!["ticket", "status", "case-123", "--profile", "none"],
        vec![
            "ticket",
            "status",
            "case-123",
            "--endpoint",
            "http://example.com",
        ],
        vec!["api", "TRACE", "/v2"],
        vec!["api", "GET", "https://elsewhere.example/v2"],
        vec!["api", "GET", "/v2#fragment"],
        vec!["api", "GET", "/v2", "--query", "novalue"],
        vec!["api", "POST", "/v2", "--input", "/dev/null/none"],
        vec!["unknown"],
    ] {
        let ran = stage.run(&args);
        assert_eq!(
            (ran.code, ran.stdout.as_str()),
            (2, ""),
            "{args:?}: {}",
            ran.stderr
        );
        assert!(
            ran.stderr.starts_with("error: "),
            "{args:?}: {}",
            ran.stderr
        );
        assert!(
            ran.stderr.lines().count() >= 2,
            "{args:?} does not say what to do: {}",
            ran.stderr
        );
    }
    assert_eq!(stage.requests(), 0);
}

#[test]
fn nothing_listens() {
    let stage = Stage::new();
    let closed = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap()
    };
    let endpoint = format!("http://{closed}");
    let ran = stage.run(&[
        "message",
        "send",
        "case-123",
        "hello",
        "--endpoint",
        &endpoint,
        "--retries",
        "0",
    ]);
    assert_eq!(ran.code, 8, "{}", ran.stderr);
    assert!(ran.stderr.contains("cannot connect"), "{}", ran.stderr);
    assert!(!stage.pending().exists() || std::fs::read_dir(stage.pending()).unwrap().count() == 0);
}

/// `-v` tells the causes and the attempts, and nothing of the text.
#[test]
fn more_on_request() {
    let stage = Stage::new();
    stage
        .sim()
        .fault(FaultRule::new(Route::Any, status(503, None)).times(FOREVER));
    let send = ["message", "history", "case-123", "--retries", "1"];
    let plain = stage.run(&send);
    let more = stage.run(&[&send[..], &["-v"]].concat());
    assert_eq!((plain.code, more.code), (1, 1));
    for line in ["  kind: unavailable", "  attempts: 2"] {
        assert!(more.stderr.contains(line), "{line}: {}", more.stderr);
        assert!(!plain.stderr.contains(line), "{}", plain.stderr);
    }
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let refused = stage.run(&[
        "message",
        "send",
        "case-123",
        "canary-text",
        "-v",
        "--endpoint",
        &endpoint,
        "--retries",
        "0",
    ]);
    assert!(
        refused.stderr.contains("  cause: cannot connect"),
        "{}",
        refused.stderr
    );
    assert!(
        refused
            .stderr
            .contains("  effect: nothing can have been done"),
        "{}",
        refused.stderr
    );
    assert!(
        !refused.stderr.contains("canary-text"),
        "{}",
        refused.stderr
    );
}

/// Programs find the record of a doubt in one document, with files or without.
#[test]
fn a_doubt_is_one_document_for_programs() {
    for attached in [false, true] {
        let stage = Stage::new();
        let file = stage.home().join("a.log");
        std::fs::write(&file, "from the disk").unwrap();
        let file = file.display().to_string();
        let lost = FaultRule::new(Operation::CreateMessages, Fault::Close);
        stage.sim().fault(lost.after_commit());
        let unread = FaultRule::new(Operation::ListMessages, status(503, None));
        stage.sim().fault(unread.skipping(1).times(FOREVER));
        let mut args = vec!["message", "send", "case-123", "x", "--timeout", "2s"];
        args.extend(["-o", "json"]);
        if attached {
            args.extend(["--attach", file.as_str()]);
        }
        let ran = stage.run(&args);
        assert_eq!(ran.code, 6, "{}", ran.golden());
        let told = ran.json();
        assert_eq!(told["ticket"], "case-123", "{told}");
        assert_eq!(told["error"]["exit_code"], 6, "{told}");
        assert!(told["error"]["pending"].is_string(), "{told}");
        for list in ["uploaded", "parts"] {
            assert!(told[list].is_array(), "{list}: {told}");
        }
    }
}

/// The answer to a submit is lost and nothing can be read: a file remains, and it settles the matter later.
#[test]
fn unknown_outcome_and_its_file() {
    for acted in [true, false] {
        let stage = Stage::new();
        let lost = FaultRule::new(Operation::CreateMessages, Fault::Close);
        stage
            .sim()
            .fault(if acted { lost.after_commit() } else { lost });
        // The reading before goes well; those after it do not.
        stage.sim().fault(
            FaultRule::new(Operation::ListMessages, status(503, None))
                .skipping(1)
                .times(FOREVER),
        );
        let ran = stage.run(&[
            "message",
            "send",
            "case-123",
            "only once",
            "--timeout",
            "2s",
        ]);
        assert_eq!(ran.code, 6, "{}", ran.stderr);
        insta::allow_duplicates! { insta::assert_snapshot!("exit_unknown", ran.golden()) };

        let files: Vec<_> = std::fs::read_dir(stage.pending())
            .unwrap()
            .map(|file| file.unwrap().path())
            .collect();
        let [file] = files.as_slice() else {
            panic!("{files:?}")
        };
        let text = std::fs::read_to_string(file).unwrap();
        assert!(!text.contains("only once"));
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(json["hwc_tickets_pending"], 2);
        mode_600(file);

        let listed = stage.run(&["message", "reconcile", "-o", "json"]).json();
        assert_eq!(listed["pending"][0]["ticket"], "case-123");

        let file = file.display().to_string();
        let still = stage.run(&["message", "reconcile", &file, "--timeout", "1s"]);
        assert_ne!(still.code, 0, "{}", still.stdout);
        assert!(std::path::Path::new(&file).exists());

        // Nothing but time can prove an absence, and no real time is waited for here.
        stage.sim().clear_faults();
        let settled = stage.run(&[
            "message",
            "reconcile",
            &file,
            "-o",
            "json",
            "--timeout",
            "1s",
        ]);
        let (code, outcome) = if acted {
            (0, "confirmed")
        } else {
            (6, "unknown")
        };
        assert_eq!(settled.code, code, "{}", settled.stderr);
        assert_eq!(settled.json()["outcome"], outcome);
        let left = stage.run(&["message", "reconcile", "-o", "json"]).json();
        assert_eq!(
            left["pending"].as_array().unwrap().len(),
            usize::from(!acted)
        );
        assert_eq!(stage.sim().arrived("case-123").len(), usize::from(acted));
    }
}

/// Asked to confirm and not able to: that is said, and the message counts as accepted.
#[test]
fn a_confirmation_that_failed_is_told() {
    let args = [
        "message",
        "send",
        "case-123",
        "hello",
        "--confirm",
        "--timeout",
        "2s",
    ];
    let stage = Stage::new();
    stage.sim().fault(
        FaultRule::new(Operation::ListMessages, unavailable())
            .skipping(1)
            .times(FOREVER),
    );
    let ran = stage.run(&args);
    assert_eq!(ran.code, 0, "{}", ran.golden());
    assert!(ran.stdout.contains("accepted"), "{}", ran.stdout);
    assert!(
        ran.stderr
            .contains("warning: the service accepted the message, but it was not confirmed")
            && ran.stderr.contains("hwc-tickets message history case-123"),
        "{}",
        ran.stderr
    );
    stage.sim().clear_faults();
    let well = stage.run(&["message", "send", "case-123", "another", "--confirm"]);
    assert!(well.stdout.contains("confirmed"), "{}", well.golden());
    assert_eq!(well.stderr, "");
}

/// The answer is lost, the message is found: an ordinary success, sent once.
#[test]
fn a_lost_answer_is_found_out() {
    let stage = Stage::new();
    stage
        .sim()
        .fault(FaultRule::new(Operation::CreateMessages, Fault::Close).after_commit());
    let ran = stage.run(&["message", "send", "case-123", "only once"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("confirmed"), "{}", ran.stdout);
    assert_eq!(stage.sim().arrived("case-123"), ["only once"]);
    let left = stage.run(&["message", "reconcile", "-o", "json"]).json();
    assert_eq!(left, serde_json::json!({ "pending": [] }));
}

#[cfg(unix)]
#[test]
fn interrupted_while_sending() {
    use crate::stage::until;
    let stage = Stage::new();
    stage
        .sim()
        .fault(FaultRule::new(Operation::CreateMessages, Fault::Hang).after_commit());
    let child = stage.spawn(&["message", "send", "case-123", "on its way"]);
    until("the message to arrive", || {
        !stage.sim().arrived("case-123").is_empty()
    });

    // As long as that run lives, no other one judges its message.
    let files = || -> Vec<_> {
        std::fs::read_dir(stage.pending())
            .unwrap()
            .map(|file| file.unwrap().path())
            .collect()
    };
    let file = files()
        .into_iter()
        .find(|file| file.extension().is_some_and(|end| end == "json"))
        .unwrap();
    let listed = stage.run(&["message", "reconcile", "-o", "json"]).json();
    assert_eq!(listed["pending"][0]["state"], "under way");
    let judged = stage.run(&["message", "reconcile", &file.display().to_string()]);
    assert_eq!(judged.code, 1, "{}", judged.stderr);
    assert!(judged.stderr.contains("still sending"), "{}", judged.stderr);

    interrupt(&child);
    let ran = stage.ran(child.wait_with_output().unwrap());
    assert_eq!(ran.code, 130, "{}", ran.stderr);
    insta::assert_snapshot!("exit_interrupted", ran.golden());
    assert_eq!(files(), [file]);
    insta::assert_snapshot!(
        "reconcile_list",
        redacted(stage.run(&["message", "reconcile"]))
    );
}

/// Without the time it was begun at, which is the real one.
fn redacted(ran: Ran) -> String {
    let lines = ran
        .stdout
        .lines()
        .map(|line| match line.split_once("  case-123") {
            Some((_, rest)) => format!("TIME  case-123{rest}\n"),
            None => format!("{line}\n"),
        });
    lines.collect()
}

#[cfg(unix)]
pub(crate) fn interrupt(child: &std::process::Child) {
    let process = rustix::process::Pid::from_child(child);
    rustix::process::kill_process(process, rustix::process::Signal::INT).unwrap();
}

#[cfg(unix)]
fn mode_600(path: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt as _;
    assert_eq!(
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let directory = path.parent().unwrap();
    assert_eq!(
        std::fs::metadata(directory).unwrap().permissions().mode() & 0o777,
        0o700
    );
}

#[cfg(not(unix))]
fn mode_600(_: &std::path::Path) {}
