//! What an error says to a person at a terminal: what it is about, how long it took, and what to do, in the words of
//! this program.

use crate::stage::{Ran, Stage};
use hwc_tickets_sim::{Fault, Operation, Order, Route};

const FOREVER: u32 = u32::MAX;

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
    "Digest",
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

/// No error of any command speaks to programmers; every one names its ticket; and only who may have changed something is
/// told to look before doing it again.
#[test]
fn every_error_of_every_command() {
    let stage = Stage::new();
    for fault in faults() {
        for (effect, args) in COMMANDS {
            stage.sim().reset();
            let order = Order::new(Route::Any, fault.clone()).times(FOREVER);
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
    let any = |fault| Order::new(Route::Any, fault).times(FOREVER);
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
            "a write that may have been done",
            Order::new(Operation::CreateMessages, status(503)).times(FOREVER),
            &["api", "POST", "/v2/servicerequest/cases/case-123/message"][..],
            "before you do it again",
        ),
        (
            "a message in doubt",
            Order::new(Operation::CreateMessages, Fault::Close).times(FOREVER),
            send,
            "message reconcile",
        ),
    ] {
        let stage = Stage::new();
        stage.sim().fault(order);
        if name == "a message in doubt" {
            stage.sim().fault(
                Order::new(Operation::ListMessages, status(503))
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

#[test]
fn a_text_that_is_too_long() {
    let stage = Stage::new();
    let ran = stage.run(&["message", "send", "case-123", &"x".repeat(2001)]);
    assert_eq!(ran.code, 2);
    assert!(help(&ran).contains("several messages"), "{}", ran.stderr);
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

    stage
        .sim()
        .fault(Order::new(Route::Any, Fault::Hang).times(FOREVER));
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
    let endless = Fault::Status {
        status: 429,
        code: None,
        retry_after: Some(u64::MAX.to_string()),
    };
    stage
        .sim()
        .fault(Order::new(Route::Any, endless).times(FOREVER));
    let ran = stage.run(&["ticket", "status", "case-123"]);
    assert_eq!(help(&ran), "Wait a while and try again, less often.");
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
    let path = stage.home().join("place.cursor");
    std::fs::write(&path, "no cursor").unwrap();
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
