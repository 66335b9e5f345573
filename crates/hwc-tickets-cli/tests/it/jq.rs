//! `--jq` and `--columns`: what of the output is printed.

use crate::stage::{Stage, ZONE};
use std::{fs, path::Path};

const HISTORY: [&str; 4] = ["message", "history", "case-123", "--oldest-first"];

/// Results stand on lines of their own, texts as they are; the form need not be named.
#[test]
fn results_of_a_filter() {
    let stage = Stage::of_today();
    for (args, filter, stdout) in [
        (
            &HISTORY[..],
            "[.messages[].message.from] | join(\" \")",
            "customer support customer support\n",
        ),
        (
            &HISTORY,
            ".ticket, (.messages | length), .complete",
            "case-123\n4\ntrue\n",
        ),
        (
            &HISTORY,
            ".messages[0].message | {from}",
            "{\"from\":\"customer\"}\n",
        ),
        (&HISTORY, "empty", ""),
        (
            &["ticket", "status", "case-123"],
            ".status",
            "in_progress\n",
        ),
        (&["message", "unread", "case-123"], ".total", "1\n"),
        (
            &["doctor"],
            ".settings[] | select(.name == \"time zone\").value",
            "GMT+8\n",
        ),
        (&["config", "get", "site"], ".value", "china\n"),
        (
            &["api", "GET", "/v2/servicerequest/cases/case-123/status"],
            "keys | length > 0",
            "true\n",
        ),
        // One line after the other, as it comes.
        (
            &[
                "message",
                "history",
                "case-123",
                "--oldest-first",
                "-o",
                "ndjson",
            ],
            ".type",
            "message\nmessage\nmessage\nmessage\n",
        ),
    ] {
        let ran = stage.run(&[args, &["--jq", filter]].concat());
        assert_eq!(
            (ran.code, ran.stdout.as_str()),
            (0, stdout),
            "{args:?} {filter}: {}",
            ran.stderr
        );
    }
}

/// The example of a filter in the help of the program, as a command line.
fn example_of_help(stage: &Stage) -> String {
    let help = stage.run(&["--help"]).stdout;
    let (_, about) = help.split_once("--jq <EXPR>").unwrap();
    let about: Vec<&str> = about.split_whitespace().collect();
    let about = about.join(" ");
    let between = |start: &str, end: &str| {
        let (_, rest) = about.split_once(start).unwrap();
        rest.split_once(end).unwrap().0.to_owned()
    };
    let filter = between("e.g. '", "'");
    let command = between("The example is for `", "`");
    format!("hwc-tickets {command} case-123 --jq '{filter}'")
}

/// The command lines with a filter in the documents for people.
fn examples_of_documents() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut folders = vec![root.clone(), root.join("docs")];
    for entry in fs::read_dir(root.join("crates")).unwrap() {
        let folder = entry.unwrap().path();
        folders.extend([folder.join("docs"), folder]);
    }
    let mut examples = Vec::new();
    for file in folders.iter().flat_map(fs::read_dir).flatten() {
        let path = file.unwrap().path();
        let is_history = path.ends_with("CHANGELOG.md");
        if is_history || path.extension().is_none_or(|end| end != "md") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let lines = text.lines().map(|line| line.trim_start_matches("$ "));
        let is_meant = |line: &&str| line.starts_with("hwc-tickets ") && line.contains(" --jq ");
        examples.extend(lines.filter(is_meant).map(str::to_owned));
    }
    examples
}

/// What help and documents show as a filter finds something in what the command prints.
#[test]
fn examples_of_filters_find_something() {
    let stage = Stage::of_today();
    let mut examples = examples_of_documents();
    assert!(examples.len() >= 2, "{examples:?}");
    examples.push(example_of_help(&stage));
    for example in examples {
        let words = shell_words::split(&example).unwrap();
        let words: Vec<&str> = words.iter().skip(1).map(String::as_str).collect();
        let ran = stage.run(&words);
        assert_eq!(ran.code, 0, "{example}: {}", ran.golden());
        let is_none = |line: &str| line.is_empty() || line == "null";
        let found = ran.stdout.lines().any(|line| !is_none(line));
        assert!(found, "{example}: {}", ran.golden());
    }
}

/// A filter wins over a form that stands in the environment, and goes with no other on the command line.
#[test]
fn a_filter_goes_with_json() {
    let stage = Stage::new();
    let status = ["ticket", "status", "case-123", "--jq", ".status"];
    let ran = stage.finish(stage.command(&status).env("HWC_TICKETS_OUTPUT", "plain"));
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (0, "in_progress\n"),
        "{}",
        ran.stderr
    );
    let requests = stage.requests();
    for (more, said) in [
        (&["-o", "table"][..], "--jq does not go with -o table"),
        (&["-o", "plain"], "--jq does not go with -o plain"),
        (&["--columns", "status"], "--columns"),
    ] {
        let ran = stage.run(&[&status[..], more].concat());
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{more:?}");
        assert!(ran.stderr.contains(said), "{more:?}: {}", ran.stderr);
    }
    assert_eq!(stage.requests(), requests);
}

/// What is no filter is told before anything is sent; one that fails on the output does not hide what was done.
#[test]
fn a_bad_filter_is_told() {
    let stage = Stage::new();
    for filter in [".a |", ".a[", "nothing", "$x"] {
        let ran = stage.run(&["message", "send", "case-123", "hello", "--jq", filter]);
        assert_eq!(
            (ran.code, ran.stdout.as_str()),
            (2, ""),
            "{filter}: {}",
            ran.stderr
        );
        assert!(ran.stderr.contains("--jq"), "{filter}: {}", ran.stderr);
    }
    assert_eq!(stage.requests(), 0);
    let ran = stage.run(&["message", "send", "case-123", "hello", "--jq", ".ticket.no"]);
    assert_eq!(ran.code, 9, "{}", ran.golden());
    assert!(
        ran.stderr.contains("the message is in the ticket"),
        "{}",
        ran.stderr
    );
    let ran = stage.run(&["ticket", "status", "case-123", "--jq", ".status.no"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("the filter of --jq failed"),
        "{}",
        ran.stderr
    );
}

/// A filter of the whole comes after what was done: it is told all the same, with the ids that nobody else tells.
#[test]
fn what_was_done_is_told_although_the_filter_fails() {
    let stage = Stage::new();
    let file = crate::stage::private(&stage.home().join("disk.log"), b"from the disk");
    let filter = ["--jq", ".attachments.id"];
    let upload = ["attachment", "upload", file.to_str().unwrap()];
    let ran = stage.run(&[&upload[..], &filter].concat());
    assert_eq!(ran.code, 9, "{}", ran.golden());
    let stored = ran
        .stderr
        .split_once("`disk.log` was stored as ")
        .unwrap()
        .1;
    let id: String = stored.chars().take_while(|c| *c != ';').collect();
    let delete = ["attachment", "delete", id.as_str(), "--yes"];
    let ran = stage.run(&[&delete[..], &filter].concat());
    assert_eq!(ran.code, 9, "{}", ran.golden());
    let says = format!("{id} is deleted");
    assert!(ran.stderr.contains(&says), "{}", ran.stderr);
}

/// What failed is told, and not that a filter of nothing fails as well.
#[test]
fn a_filter_hides_no_failure() {
    let stage = Stage::new();
    let args = ["message", "history", "case-none"];
    let failed = stage.run(&args);
    let ran = stage.run(&[&args[..], &["--jq", ".messages.id"]].concat());
    assert_eq!(ran.code, failed.code, "{}", ran.golden());
    assert_ne!(ran.code, 1, "{}", ran.golden());
    let first = failed.stderr.lines().next().unwrap();
    assert!(ran.stderr.contains(first), "{}", ran.stderr);
}

#[test]
fn columns_by_name_and_in_the_order_asked_for() {
    let stage = Stage::new();
    let first = "The disk of node 7 is full again. Writes fail since this morning.";
    for (args, columns, lines) in [
        (
            &HISTORY[..],
            "from",
            vec!["FROM".to_owned(), "customer: demo".to_owned()],
        ),
        (
            &[
                "message",
                "history",
                "case-123",
                "--oldest-first",
                "-o",
                "plain",
            ],
            "text,time",
            vec![format!("{first}\t2026-11-21T11:00:00+08:00")],
        ),
        (
            &[
                "message",
                "history",
                "case-123",
                "--oldest-first",
                "-o",
                "plain",
            ],
            "FROM",
            vec!["customer: demo".to_owned()],
        ),
        (
            &["ticket", "show", "case-123", "-o", "plain"],
            "text",
            vec![format!("message\t{first}")],
        ),
        (
            &["message", "unread", "case-123", "-o", "plain"],
            "ticket",
            vec!["case-123".to_owned()],
        ),
        (
            &["config", "list", "-o", "plain"],
            "setting,value",
            vec!["profile\tdefault".to_owned()],
        ),
        (
            &["config", "list", "-o", "plain"],
            "value",
            vec!["default".to_owned()],
        ),
    ] {
        let ran = stage.run(&[args, &["--columns", columns]].concat());
        assert_eq!(ran.code, 0, "{args:?} {columns}: {}", ran.stderr);
        let shown: Vec<&str> = ran.stdout.lines().take(lines.len()).collect();
        assert_eq!(shown, lines, "{args:?} {columns}");
    }
    for columns in ["text,from", "time,text"] {
        let args = [&HISTORY[..], &["--columns", columns]].concat();
        let ran = stage.finish(stage.command(&args).env("COLUMNS", "60"));
        insta::assert_snapshot!(
            format!("columns_{}", columns.replace(',', "_")),
            ran.golden()
        );
    }
}

/// A name that is none is told with those that there are, before anything is asked.
#[test]
fn unknown_columns_are_refused() {
    let stage = Stage::new();
    for (args, known) in [
        (&HISTORY[..], "time, from, text"),
        (&["message", "follow", "case-123"], "time, from, text"),
        (&["ticket", "list"], "incident_id"),
    ] {
        let ran = stage.run(&[args, &["--columns", "time,txet"]].concat());
        assert_eq!(
            (ran.code, ran.stdout.as_str()),
            (2, ""),
            "{args:?}: {}",
            ran.stderr
        );
        assert!(
            ran.stderr.contains("--columns: there is no column"),
            "{args:?}: {}",
            ran.stderr
        );
        assert!(ran.stderr.contains(known), "{args:?}: {}", ran.stderr);
    }
    assert_eq!(stage.requests(), 0);
    let json = [
        "ticket",
        "status",
        "case-123",
        "-o",
        "json",
        "--columns",
        "status",
    ];
    let ran = stage.run(&json);
    assert_eq!(ran.code, 2, "{}", ran.golden());
    assert!(ran.stderr.contains("--jq"), "{}", ran.stderr);
    // Where there is no table, it is told that it does nothing.
    let ran = stage.finish(
        stage
            .command(&["ticket", "status", "case-123", "--columns", "status"])
            .env(ZONE.0, "UTC"),
    );
    assert_eq!(ran.code, 0, "{}", ran.golden());
    assert!(
        ran.stderr.contains("--columns is for lists and tables"),
        "{}",
        ran.stderr
    );
}
