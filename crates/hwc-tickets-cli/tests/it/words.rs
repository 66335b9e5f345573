//! What an error says to a person at a terminal: what it is about, how long it took, and what to do, in the words of
//! this program.

use crate::stage::{FOREVER, Ran, Stage, private};
use hwc_tickets_sim::{Fault, FaultRule, Operation, Route};

/// Reads; an effect that is the same twice; effects that are not.
const COMMANDS: [(&str, &[&str]); 9] = [
    ("read", &["ticket", "status", "case-123"]),
    ("read", &["ticket", "show", "case-123"]),
    ("read", &["message", "history", "case-123"]),
    ("read", &["message", "unread", "case-123"]),
    (
        "read",
        &["api", "GET", "/v2/servicerequest/cases/case-123/status"],
    ),
    ("same", &["message", "mark-read", "case-123"]),
    ("write", &["message", "recall", "case-123", "msg-1"]),
    ("write", &["message", "send", "case-123", "hello"]),
    (
        "write",
        &["api", "POST", "/v2/servicerequest/cases/case-123/message"],
    ),
];

/// What only a programmer understands.
const RUST: [&str; 9] = [
    "::",
    "()",
    "builder",
    "Client",
    "retry_after",
    "UnreadCounts",
    "Ticket::",
    "pipeline",
    "\u{b5}s",
];

fn status(status: u16) -> Fault {
    Fault::Status {
        status,
        code: None,
        retry_after: None,
    }
}

/// Too many requests, says somebody who need not be the service.
fn patience() -> Fault {
    Fault::Status {
        status: 429,
        code: Some("APIGW.0999".to_owned()),
        retry_after: Some("1".to_owned()),
    }
}

fn business(code: &str) -> Fault {
    Fault::Business {
        code: code.to_owned(),
    }
}

/// Every way to fail that the service, its gateway and the line have.
fn faults() -> Vec<Fault> {
    let mut faults: Vec<Fault> = [
        400, 401, 402, 403, 404, 405, 407, 408, 409, 411, 413, 414, 418, 429, 431, 494, 500, 501,
        502, 503, 504, 511, 599,
    ]
    .map(status)
    .to_vec();
    faults.extend(
        [
            "OSM.01010001", // validation
            "OSM.01010002", // permission
            "OSM.01010003", // authentication
            "OSM.01010004", // throttling
            "OSM.01010005", // quota
            "OSM.01010014", // internal
            "OSM.01010015", // not found
            "OSM.01010059", // state
            "OSM.99999999", // not known
        ]
        .map(business),
    );
    faults.extend([
        Fault::Html { status: 200 },
        Fault::Html { status: 511 },
        Fault::Close,
        Fault::Reset,
        Fault::Hang,
    ]);
    faults
}

fn help(ran: &Ran) -> &str {
    ran.stderr
        .lines()
        .find_map(|line| line.strip_prefix("  help: "))
        .unwrap_or_else(|| panic!("no help: {}", ran.stderr))
}

#[test]
fn every_error_of_every_read() {
    every_error(|effect| effect == "read");
}

#[test]
fn every_error_of_everything_else() {
    every_error(|effect| effect != "read");
}

/// No error of any command speaks to programmers; every one names its ticket; and only who may have changed something is
/// told to look before doing it again.
fn every_error(is_meant: fn(&str) -> bool) {
    let stage = Stage::new();
    for fault in faults() {
        for (effect, args) in COMMANDS.into_iter().filter(|(effect, _)| is_meant(effect)) {
            stage.sim().reset();
            let order = FaultRule::new(Route::Any, fault.clone()).times(FOREVER);
            stage.sim().fault(order);
            let limits = ["--retries", "0", "--timeout", "300ms", "-v"];
            let ran = stage.run(&[args, &limits[..]].concat());
            let what = format!("{fault:?}: {args:?}: {}", ran.stderr);
            assert_ne!(ran.code, 0, "{what}");
            for word in RUST {
                assert!(!ran.stderr.contains(word), "{word}: {what}");
            }
            let help = help(&ran);
            assert!(!help.is_empty(), "{what}");
            let is_told_to_look = help.contains("before you do it again")
                || help.contains("read back")
                || help.contains("Do not send it again");
            assert!(!is_told_to_look || effect == "write", "{what}");
            let is_about_one_ticket = !matches!(args.get(1), Some(&"unread" | &"GET" | &"POST"));
            if is_about_one_ticket {
                assert!(ran.stderr.contains("(ticket case-123)"), "{what}");
            }
        }
    }
}

/// Each case that has an advice of its own.
#[test]
fn the_help_fits_the_case() {
    let any = |fault| FaultRule::new(Route::Any, fault).times(FOREVER);
    let read = &["ticket", "status", "case-123"][..];
    let send = &["message", "send", "case-123", "hello"][..];
    for (name, order, args, said) in [
        ("407", any(status(407)), read, "HTTPS_PROXY"),
        ("511", any(status(511)), read, "sign in first"),
        ("read 503", any(status(503)), read, "Try again later"),
        ("read broke", any(Fault::Close), read, "Nothing was changed"),
        ("read late", any(Fault::Hang), read, "--timeout"),
        ("429", any(status(429)), read, "less often"),
        ("401", any(status(401)), read, "auth status"),
        ("not found", any(business("OSM.01010015")), read, "--group"),
        ("page", any(Fault::Html { status: 200 }), read, "--endpoint"),
        (
            "mark-read broke",
            FaultRule::new(Operation::UpdateNewInstantMessagesRead, Fault::Close).times(FOREVER),
            &["message", "mark-read", "case-123"],
            "It may have been done. Doing it again does no harm.",
        ),
        (
            "a write that somebody puts off",
            FaultRule::new(Operation::CreateMessages, patience()).times(FOREVER),
            &["api", "POST", "/v2/servicerequest/cases/case-123/message"],
            "before you do it again",
        ),
        (
            "a write that may have been done",
            FaultRule::new(Operation::CreateMessages, status(503)).times(FOREVER),
            &["api", "POST", "/v2/servicerequest/cases/case-123/message"][..],
            "before you do it again",
        ),
        (
            "a message in doubt",
            FaultRule::new(Operation::CreateMessages, Fault::Close).times(FOREVER),
            send,
            "message reconcile",
        ),
    ] {
        let stage = Stage::new();
        stage.sim().fault(order);
        if name == "a message in doubt" {
            stage.sim().fault(
                FaultRule::new(Operation::ListMessages, status(403))
                    .skipping(1)
                    .times(FOREVER),
            );
        }
        let mut command = stage.command(args);
        let timeout = if name == "a message in doubt" {
            "2s"
        } else {
            "300ms"
        };
        command.args(["--retries", "0", "--timeout", timeout]);
        command.stdin(std::process::Stdio::null());
        let ran = stage.finish(&mut command);
        assert!(help(&ran).contains(said), "{name}: {}", ran.stderr);
    }
}

#[test]
fn a_recall_that_comes_too_late() {
    let stage = Stage::new();
    assert_eq!(
        stage
            .run(&["message", "send", "TT202611210001", "a slip"])
            .code,
        0
    );
    stage.sim().advance(std::time::Duration::from_secs(3600));
    let ran = stage.run(&["message", "recall", "TT202611210001", "--last"]);
    assert_eq!(ran.code, 5, "{}", ran.stderr);
    assert!(
        help(&ran).contains("only for a short time"),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("TT202611210001"), "{}", ran.stderr);
}

/// The code of a missing permission also answers a message to a ticket that is over.
#[test]
fn a_message_to_a_ticket_that_is_over() {
    for (ticket, code, is_state_named) in [
        ("TT202611210005", None, true),
        ("case-123", Some("OSM.01010002"), true),
        ("case-123", Some("APIGW.0302"), false),
    ] {
        let stage = Stage::new();
        if let Some(code) = code {
            let refusal = Fault::Status {
                status: 403,
                code: Some(code.to_owned()),
                retry_after: None,
            };
            let rule = FaultRule::new(Operation::CreateMessages, refusal);
            stage.sim().fault(rule);
        }
        let ran = stage.run(&["message", "send", ticket, "Is it closed?"]);
        assert_eq!(ran.code, 5, "{}", ran.stderr);
        let help = help(&ran);
        let state = format!("hwc-tickets ticket status {ticket}");
        assert_eq!(help.contains(&state), is_state_named, "{}", ran.stderr);
        assert!(help.contains("Check the permissions"), "{}", ran.stderr);
    }
}

#[test]
fn a_text_that_is_too_long() {
    let stage = Stage::new();
    let ran = stage.run(&["message", "send", "case-123", &"x".repeat(2001)]);
    assert_eq!(ran.code, 2);
    for part in ["several messages with --split", "Nothing was sent."] {
        assert!(help(&ran).contains(part), "{part}: {}", ran.stderr);
    }
    assert!(!ran.stderr.contains("split_long"), "{}", ran.stderr);
}

/// The address that failed is named, and lengths of time are those of people.
#[test]
fn the_line_that_failed_is_named() {
    let stage = Stage::new();
    let closed = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().to_string()
    };
    let endpoint = format!("http://{closed}");
    let read = ["ticket", "status", "case-123", "--retries", "0"];
    let ran = stage.run(&[&read[..], &["--endpoint", &endpoint]].concat());
    assert!(
        ran.stderr.contains(&format!("host {closed}")),
        "{}",
        ran.stderr
    );

    // A command that follows from the description is called as it was typed, not as the operation of the interface.
    let list = ["ticket", "list", "--limit", "1", "--retries", "0"];
    let ran = stage.run(&[&list[..], &["--endpoint", &endpoint]].concat());
    assert!(
        ran.stderr.starts_with("error: ticket list: "),
        "{}",
        ran.stderr
    );

    stage
        .sim()
        .fault(FaultRule::new(Route::Any, Fault::Hang).times(FOREVER));
    let slow = stage.run(&[&read[..], &["--timeout", "250ms"]].concat());
    assert!(
        slow.stderr.contains("host 127.0.0.1:PORT"),
        "{}",
        slow.stderr
    );
    assert!(slow.stderr.contains(" within N ms"), "{}", slow.stderr);
}

/// A limit that nobody lives to see is none.
#[test]
fn a_limit_that_is_none() {
    let stage = Stage::new();
    let ran = stage.run(&["doctor", "--timeout", "1000000h"]);
    assert!(ran.stdout.contains("no limit"), "{}", ran.golden());
    for wait in [u64::MAX, 0] {
        let stage = Stage::new();
        let no_wait = Fault::Status {
            status: 429,
            code: None,
            retry_after: Some(wait.to_string()),
        };
        stage
            .sim()
            .fault(FaultRule::new(Route::Any, no_wait).times(FOREVER));
        let ran = stage.run(&["ticket", "status", "case-123", "--retries", "0"]);
        assert_eq!(help(&ran), "Wait a while and try again, less often.");
    }
}

/// A proxy that wants a login refuses before TLS, without an answer of the service.
#[test]
fn a_proxy_that_wants_a_login() {
    use std::io::{Read as _, Write as _};
    let stage = Stage::new();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let proxy = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            let mut asked = [0; 4096];
            let _ = stream.read(&mut asked);
            let _ = stream.write_all(
                b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n",
            );
        }
    });
    let ran = stage.finish(
        stage
            .command(&["ticket", "status", "case-123", "--retries", "0"])
            .env(
                "HWC_TICKETS_ENDPOINT",
                "https://osm.cn-south-1.myhuaweicloud.com",
            )
            .env("HTTPS_PROXY", &proxy),
    );
    assert_eq!(ran.code, 8, "{}", ran.stderr);
    assert!(
        help(&ran).contains("user name and a password"),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr.contains("osm.cn-south-1.myhuaweicloud.com"),
        "{}",
        ran.stderr
    );
}

/// What a file is about is told with its path.
#[test]
fn a_file_is_named() {
    let stage = Stage::new();
    let path = private(&stage.home().join("place.cursor"), b"no cursor");
    let ran = stage.run(&[
        "message",
        "follow",
        "case-123",
        "--cursor",
        &path.display().to_string(),
    ]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("~/place.cursor"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("no cursor\""), "{}", ran.stderr);
}

/// The wrong value is named with what to write in its place, in words of people.
#[test]
fn wrong_values_say_what_to_write() {
    let stage = Stage::new();
    let missing = stage
        .home()
        .join("missing/cursor.json")
        .display()
        .to_string();
    let up = format!("{}/..", stage.home().display());
    for (args, said, unsaid) in [
        (
            &["ticket", "status", "case-123", "--timeout", "5"][..],
            "needs a unit: write 5s",
            "not a duration",
        ),
        (
            &["message", "follow", "case-123", "--for", "90"],
            "needs a unit: write 90s",
            "not a duration",
        ),
        (
            &["message", "follow", "case-123", "--interval", "3"],
            "needs a unit: write 3s",
            "not a duration",
        ),
        (
            &["message", "history", "case-123", "--since", "12"],
            "needs a unit: write 12s",
            "not a time",
        ),
        (
            &["message", "history", "case-123", "--since", "soon"],
            "2h (ago)",
            "unit",
        ),
        (
            &["message", "reconcile", "zzz"],
            "not the beginning of an id",
            "cannot be used",
        ),
        (
            &["message", "reconcile", "./zzz.json"],
            "there is no file ./zzz.json",
            "cannot be used",
        ),
        (
            &["message", "follow", "case-123", "--cursor", &missing],
            "there is no directory ~/missing",
            "lock file",
        ),
        (
            &["message", "follow", "case-123", "--cursor", &up],
            "it is a directory",
            "lock file",
        ),
        (
            &["sim", "--clock", "tomorrow"],
            "2026-11-21T08:00:00Z",
            "four digit",
        ),
        (
            &["sim", "--clock", "2026-11-21"],
            "2026-11-21T08:00:00Z",
            "four digit",
        ),
        (&["sim", "--listen", "8480"], "127.0.0.1:8480", "syntax"),
    ] {
        let ran = stage.run(args);
        assert!(matches!(ran.code, 1 | 2), "{args:?}: {}", ran.golden());
        assert!(ran.stderr.contains(said), "{args:?}: {}", ran.stderr);
        assert!(!ran.stderr.contains(unsaid), "{args:?}: {}", ran.stderr);
    }
}

/// Doctor asks about a ticket of its own, and says which.
#[test]
fn doctor_names_the_ticket_it_asked_about() {
    let stage = Stage::new();
    for token in ["TOKENEXAMPLE", "wrong"] {
        let ran = stage.finish(stage.command(&["doctor"]).env("HWC_TICKETS_TOKEN", token));
        assert!(ran.stdout.contains("hwc-tickets-doctor"), "{}", ran.stdout);
    }
}

/// A raw call that fails is told by its method and path, and the answer ends its line.
#[test]
fn a_raw_call_is_told_by_its_method_and_path() {
    let stage = Stage::new();
    let missing = "/v2/servicerequest/cases/case-999/status";
    let ran = stage.run(&["api", "get", &format!("{missing}?x=1")]);
    assert_eq!(ran.code, 3, "{}", ran.golden());
    assert!(
        ran.stderr.starts_with(&format!("error: GET {missing}: ")),
        "{}",
        ran.stderr
    );
    assert!(!ran.stderr.contains("raw call"), "{}", ran.stderr);
    assert!(ran.stdout.ends_with("}\n"), "{:?}", ran.stdout);

    let unknown = stage.run(&["api", "POST", "/v2/nothing"]);
    assert_eq!(unknown.code, 3, "{}", unknown.golden());
    assert!(
        unknown.stderr.starts_with("error: POST /v2/nothing: "),
        "{}",
        unknown.stderr
    );
    assert!(unknown.stderr.contains("APIGW.0101"), "{}", unknown.stderr);
    for said in ["the method and the path", "--endpoint"] {
        assert!(help(&unknown).contains(said), "{}", unknown.stderr);
    }
    assert!(!help(&unknown).contains("id"), "{}", unknown.stderr);
    // Nobody reads the answer: the failure is one all the same.
    let unread = stage.unread(&["api", "GET", missing]);
    assert_eq!(unread.code, 3, "{}", unread.golden());
    assert!(
        unread
            .stderr
            .starts_with(&format!("error: GET {missing}: ")),
        "{}",
        unread.stderr
    );
}

/// What was done is told when its answer cannot be shown; a read may simply be done again.
#[cfg(target_os = "linux")]
#[test]
fn a_raw_call_whose_answer_cannot_be_shown() {
    let stage = Stage::new();
    let ran = stage.onto_a_full_disk(&["api", "GET", "/v2/servicerequest/cases/case-123/status"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    let body = stage.home().join("body");
    std::fs::write(&body, r#"{"type":0,"message":{"content":"raw"}}"#).unwrap();
    let ran = stage.onto_a_full_disk(&[
        "api",
        "POST",
        "/v2/servicerequest/cases/case-123/message",
        "--input",
        &body.display().to_string(),
    ]);
    assert_eq!(ran.code, 9, "{}", ran.stderr);
    for said in [
        "POST /v2/servicerequest/cases/case-123/message was done",
        "cannot write the output",
    ] {
        assert!(ran.stderr.contains(said), "{}", ran.stderr);
    }
    assert_eq!(stage.sim().arrived("case-123"), ["raw"]);
}
