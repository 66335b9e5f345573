//! Tables, plain lines, JSON and NDJSON: golden, a Chinese conversation among them.

use crate::stage::{Ran, Stage, unavailable};
use hwc_tickets_sim::{Fault, FaultRule, Operation};

const CHINESE: &str = "TT202611210003";
const LONG: &str = "TT202611210011";

fn columns(stage: &Stage, columns: &str, args: &[&str]) -> Ran {
    stage.finish(stage.command(args).env("COLUMNS", columns))
}

#[test]
fn conversations_as_tables() {
    let stage = Stage::new();
    for (name, width, args) in [
        (
            "history_wide",
            "100",
            vec!["message", "history", "case-123"],
        ),
        (
            "history_oldest_first",
            "100",
            vec!["message", "history", "case-123", "--oldest-first"],
        ),
        (
            "history_ids",
            "100",
            vec!["message", "history", "case-123", "--ids"],
        ),
        (
            "history_limit_since",
            "100",
            vec![
                "message",
                "history",
                LONG,
                "--limit",
                "3",
                "--since",
                "2026-11-20 12:00",
            ],
        ),
        (
            "history_chinese",
            "80",
            vec!["message", "history", CHINESE, "--oldest-first"],
        ),
        (
            "history_chinese_40",
            "40",
            vec!["message", "history", CHINESE, "--oldest-first"],
        ),
        (
            "history_chinese_zone",
            "80",
            vec!["message", "history", CHINESE, "--time-zone", "GMT-03:30"],
        ),
        ("history_no_width", "", vec!["message", "history", CHINESE]),
        (
            "history_plain",
            "40",
            vec!["message", "history", CHINESE, "-o", "plain", "--ids"],
        ),
        (
            "history_burst",
            "80",
            vec!["message", "history", "TT202611210012", "--oldest-first"],
        ),
        ("show", "80", vec!["ticket", "show", CHINESE]),
        ("show_40", "40", vec!["ticket", "show", "case-123"]),
        ("status", "80", vec!["ticket", "status", "case-123"]),
        (
            "unread",
            "80",
            vec!["message", "unread", "case-123", CHINESE, "TT202611210005"],
        ),
        (
            "unread_unanswered",
            "80",
            vec!["message", "unread", "case-123", "case-999"],
        ),
        (
            "dry_run",
            "",
            vec!["message", "send", "case-123", "磁盘又满了", "--dry-run"],
        ),
    ] {
        let ran = columns(&stage, width, &args);
        if let Ok(width) = width.parse::<usize>() {
            let free = args.contains(&"plain") || name.starts_with("unread") || name == "dry_run";
            assert!(
                free || ran.stdout.lines().all(|line| unicode_width(line) <= width),
                "{name}:\n{}",
                ran.stdout
            );
        }
        insta::assert_snapshot!(name, ran.golden());
    }
}

/// Columns as a terminal counts them, asked of a terminal and not of the program.
fn unicode_width(line: &str) -> usize {
    let mut terminal = vt100::Parser::new(2, 500, 0);
    terminal.process(line.as_bytes());
    terminal.screen().cursor_position().1.into()
}

#[test]
fn conversations_as_json() {
    let stage = Stage::new();
    for form in ["json", "ndjson"] {
        for (name, args) in [
            ("history", vec!["message", "history", CHINESE, "--ids"]),
            ("show", vec!["ticket", "show", "case-123"]),
            ("status", vec!["ticket", "status", "case-123"]),
            (
                "unread",
                vec!["message", "unread", "case-123", CHINESE, "case-999"],
            ),
            ("mark_read", vec!["message", "mark-read", "case-123"]),
            (
                "recall",
                vec!["message", "recall", "TT202611210001", "--last"],
            ),
        ] {
            let args: Vec<&str> = args.into_iter().chain(["-o", form]).collect();
            let stage_of_its_own;
            let stage = if name == "recall" {
                stage_of_its_own = fresh_message();
                &stage_of_its_own
            } else {
                &stage
            };
            let ran = stage.run(&args);
            let documents: Vec<serde_json::Value> = match form {
                "json" => vec![ran.json()],
                _ => ran
                    .stdout
                    .lines()
                    .map(|line| serde_json::from_str(line).unwrap())
                    .collect(),
            };
            assert!(!documents.is_empty(), "{args:?}");
            insta::assert_snapshot!(format!("{form}_{name}"), ran.golden());
        }
    }
}

/// A ticket whose newest message is young enough to be recalled.
fn fresh_message() -> Stage {
    let stage = Stage::new();
    assert_eq!(
        stage
            .run(&["message", "send", "TT202611210001", "a slip"])
            .code,
        0
    );
    stage
}

#[test]
fn recall_and_recall_again() {
    let stage = fresh_message();
    let shown = stage
        .run(&[
            "message",
            "history",
            "TT202611210001",
            "--ids",
            "-o",
            "json",
        ])
        .json();
    let id = shown["messages"][0]["message"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let first = stage.run(&["message", "recall", "TT202611210001", &id, "-o", "json"]);
    assert_eq!(first.json()["outcome"], "recalled", "{}", first.stderr);
    let again = stage.run(&["message", "recall", "TT202611210001", &id, "-o", "json"]);
    // Whether it was ever there cannot be told any more, so it is not called recalled.
    assert_eq!(again.code, 3, "{}", again.stderr);
    assert!(
        again.stderr.contains(&format!("shows no message {id}")),
        "{}",
        again.stderr
    );
    let never = stage.run(&["message", "recall", "TT202611210001", "msg-9999999999"]);
    assert_eq!((never.code, never.stdout.as_str()), (3, ""));
    assert!(
        never.stderr.contains("or the id is wrong"),
        "{}",
        never.stderr
    );
    assert_eq!(
        stage
            .run(&["message", "send", "TT202611210001", "another slip"])
            .code,
        0
    );
    stage.sim().advance(std::time::Duration::from_secs(3600));
    let too_late = stage.run(&["message", "recall", "TT202611210001", "--last"]);
    assert_eq!(too_late.code, 5, "{}", too_late.stderr);
}

/// Paging fails in the middle: what was read is there, the document is whole, the exit code says so.
#[test]
fn json_stays_one_document_when_paging_fails() {
    let stage = Stage::new();
    for form in ["json", "ndjson", "table"] {
        stage.sim().clear_faults();
        let broken = Fault::Status {
            status: 500,
            code: None,
            retry_after: None,
        };
        let many = "TT-many";
        if form == "json" {
            stage.sim().open(conversation(many, 250)).unwrap();
        }
        stage.sim().fault(
            FaultRule::new(Operation::ListMoreInstantMessages, broken)
                .skipping(1)
                .times(u32::MAX),
        );
        let ran = stage.run(&["message", "history", many, "-o", form, "--retries", "0"]);
        assert_eq!(ran.code, 1, "{form}: {}", ran.stderr);
        assert!(ran.stderr.contains("error: "), "{}", ran.stderr);
        match form {
            "json" => {
                let document = ran.json();
                let read = document["messages"].as_array().unwrap().len();
                assert!((1..250).contains(&read), "{read}");
                assert_eq!(document["complete"], false);
                assert_eq!(document["error"]["exit_code"], 1);
            }
            "ndjson" => assert!(
                ran.stdout
                    .lines()
                    .all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok())
            ),
            _ => assert!(ran.stdout.lines().count() > 1),
        }
    }
}

/// A conversation with a gap is not the whole one, wherever it is said.
#[test]
fn a_possible_gap_is_not_complete() {
    let stage = Stage::new();
    let args = ["message", "history", "case-123", "-o", "json"];
    let whole = stage.run(&args);
    assert_eq!(whole.json()["complete"], true, "{}", whole.golden());
    // More is counted than is shown.
    let counted = Fault::Body {
        status: 200,
        content_type: "application/json".to_owned(),
        body: r#"{"count":3,"message_list":[]}"#.into(),
    };
    for operation in [Operation::ListMessages, Operation::ListMoreInstantMessages] {
        let order = FaultRule::new(operation, counted.clone());
        stage.sim().fault(order.times(u32::MAX));
    }
    let ran = stage.run(&args);
    assert!(
        ran.stderr.contains("a message may be missing"),
        "{}",
        ran.golden()
    );
    let document = ran.json();
    assert_eq!(document["report"]["possible_gap"], true, "{document}");
    assert_eq!(document["complete"], false, "{document}");
    assert_eq!(document["report"]["complete"], false, "{document}");
}

fn conversation(id: &str, messages: u32) -> hwc_tickets_sim::TicketSeed {
    let now: jiff::Timestamp = crate::stage::NOW.parse().unwrap();
    let mut ticket = hwc_tickets_sim::TicketSeed::new(
        id,
        hwc_tickets_sim::DEMO,
        now - jiff::SignedDuration::from_hours(10),
    );
    for number in 0..messages {
        let at = now - jiff::SignedDuration::from_secs(i64::from(30_000 - number * 60));
        ticket = ticket.customer(at, format!("message {number}"));
    }
    ticket
}

/// The reader goes away: no error, no panic.
#[test]
fn a_closed_pipe_ends_quietly() {
    let stage = Stage::new();
    stage.sim().open(conversation("TT-many", 500)).unwrap();
    for args in [
        vec!["message", "history", "TT-many"],
        vec!["message", "history", "TT-many", "-o", "json"],
        vec!["message", "history", "TT-many", "-o", "ndjson"],
        vec!["ticket", "show", "TT-many"],
        vec!["api", "GET", "/v2/servicerequest/cases/TT-many"],
        vec!["completions", "bash"],
        vec!["doctor"],
        vec!["--help"],
    ] {
        let mut child = stage.spawn(&args);
        drop(child.stdout.take());
        let ran = stage.ran(child.wait_with_output().unwrap());
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{args:?}");
    }
}

/// Foreign text is shown inert in every form, and comes through JSON unharmed.
#[test]
fn foreign_text_is_inert() {
    let stage = Stage::new();
    let evil =
        "before\u{1b}[2J\u{1b}]0;title\u{7}\u{9b}31m\u{202e}txt.exe\u{2066}\r\t\u{8}\u{7f}after";
    let now = stage.sim().now();
    stage
        .sim()
        .attach("att-evil", "\u{202e}gnp.exe\u{1b}[31m\n");
    stage
        .sim()
        .open(
            hwc_tickets_sim::TicketSeed::new("TT-evil", hwc_tickets_sim::DEMO, now)
                .title(evil)
                .engineer(now, evil)
                .attached("att-evil"),
        )
        .unwrap();
    for args in [
        vec!["message", "history", "TT-evil"],
        vec!["message", "history", "TT-evil", "--ids"],
        vec!["ticket", "show", "TT-evil"],
    ] {
        for form in ["table", "plain", "json", "ndjson"] {
            for width in ["40", "100"] {
                let args: Vec<&str> = args.iter().copied().chain(["-o", form]).collect();
                let ran = columns(&stage, width, &args);
                assert_eq!(ran.code, 0, "{args:?}: {}", ran.stderr);
                // Tabs stand between the fields of `plain`, and nowhere else.
                let fields = if form == "plain" { "\t" } else { "" };
                let text = ran.stdout.replace(fields, " ");
                let text = if fields.is_empty() {
                    &ran.stdout
                } else {
                    &text
                };
                assert_eq!(crate::hostile::active(text), None, "{args:?}: {text:?}");
                if form == "plain" {
                    assert!(
                        ran.stdout
                            .lines()
                            .all(|line| line.matches('\t').count() <= 6),
                        "{text:?}"
                    );
                }
                assert!(ran.stdout.contains("after"), "{args:?}: {}", ran.stdout);
            }
        }
    }
    let json = stage
        .run(&["message", "history", "TT-evil", "-o", "json"])
        .json();
    assert_eq!(json["messages"][0]["message"]["content"], evil);
}

#[test]
fn colour_only_when_wanted() {
    let stage = Stage::new();
    let escapes = |ran: &Ran| ran.stdout.contains("\u{1b}[");
    let history = ["message", "history", "case-123"];
    let coloured = ["message", "history", "case-123", "--color", "always"];
    assert!(!escapes(&stage.run(&history)));
    assert!(escapes(&stage.run(&coloured)));
    assert!(escapes(
        &stage.finish(stage.command(&history).env("CLICOLOR_FORCE", "1"))
    ));
    for args in [&history[..], &["--help"], &["message", "history"]] {
        let ran = stage.finish(stage.command(args).env("CLICOLOR_FORCE", "0"));
        assert!(!escapes(&ran) && !ran.stderr.contains('\u{1b}'), "{args:?}");
    }
    assert!(!escapes(
        &stage.finish(
            stage
                .command(&["message", "history", "case-123", "--color", "never"])
                .env("CLICOLOR_FORCE", "1")
        )
    ));
    assert!(
        escapes(&stage.finish(stage.command(&coloured).env("NO_COLOR", "1"))),
        "the flag wins over the environment"
    );
}

#[test]
fn api_gives_the_raw_answer() {
    let stage = Stage::new();
    let ran = stage.run(&["api", "get", "/v2/servicerequest/cases/case-123/status"]);
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (0, r#"{"status":1}"#),
        "{}",
        ran.stderr
    );
    let body = r#"{"type":0,"message":{"content":"raw"}}"#;
    let ran = stage.run_with_input(
        &[
            "api",
            "POST",
            "/v2/servicerequest/cases/case-123/message",
            "--input",
            "-",
        ],
        body,
    );
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(stage.sim().arrived("case-123"), ["raw"]);
    let ran = stage.run(&["api", "GET", "/v2/servicerequest/cases/case-999/status"]);
    assert_eq!(ran.code, 3);
    insta::assert_snapshot!("api_refused", ran.golden());
}

/// A query behind the path, a path without a slash in front.
#[test]
fn api_takes_a_path_as_people_write_it() {
    let stage = Stage::new();
    let list = "/v2/servicerequest/cases/case-123/messages";
    let expected = stage
        .run(&[
            "api", "GET", list, "--query", "limit=1", "--query", "offset=1",
        ])
        .stdout;
    assert!(expected.contains("message_list"), "{expected}");
    for path in [
        format!("{list}?limit=1&offset=1"),
        format!("{}?limit=1&offset=1", list.trim_start_matches('/')),
        format!("{list}?limit=%31&offset=1"),
    ] {
        let ran = stage.run(&["api", "GET", &path]);
        assert_eq!(
            (ran.code, ran.stdout),
            (0, expected.clone()),
            "{path}: {}",
            ran.stderr
        );
    }
    let both = stage.run(&[
        "api",
        "GET",
        &format!("{list}?limit=1"),
        "--query",
        "offset=1",
    ]);
    assert_eq!(both.stdout, expected);
}

/// Nothing stands on standard output before an error; an empty table has its titles all the same.
#[test]
fn no_titles_before_an_error() {
    let stage = Stage::new();
    for args in [
        vec!["message", "history", "case-999"],
        vec!["message", "history", "case-999", "--ids"],
        vec!["ticket", "show", "case-999"],
        vec![
            "message",
            "follow",
            "case-123",
            "--cursor",
            "/dev/null/cursor",
        ],
    ] {
        let ran = stage.run(&args);
        assert_ne!(ran.code, 0, "{args:?}");
        assert_eq!(ran.stdout, "", "{args:?}: {}", ran.stderr);
    }
    stage
        .sim()
        .fault(FaultRule::new(hwc_tickets_sim::Route::Any, unavailable()).times(u32::MAX));
    let unread = ["message", "unread", "case-123", CHINESE, "--retries", "0"];
    let ran = stage.run(&unread);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""), "{}", ran.stderr);
    stage.sim().clear_faults();
    let empty = stage.run(&[
        "message",
        "history",
        "case-123",
        "--since",
        "1s",
        "--oldest-first",
    ]);
    assert_eq!(empty.code, 0, "{}", empty.stderr);
    assert_eq!(empty.stdout.lines().count(), 1, "{}", empty.stdout);
}

/// Every time names its zone: in the title, in the legend, with the time, or as an offset.
#[test]
fn every_time_names_its_zone() {
    let stage = Stage::new();
    for (args, zone) in [
        (vec!["message", "history", "case-123"], "GMT-03:30"),
        (
            vec![
                "message",
                "follow",
                "case-123",
                "--tail",
                "2",
                "--for",
                "100ms",
                "--interval",
                "10ms",
            ],
            "GMT-03:30",
        ),
        (vec!["ticket", "show", "case-123"], "GMT-03:30"),
        (
            vec!["message", "send", "case-123", "hello", "--confirm"],
            "GMT-03:30",
        ),
        (
            vec!["message", "history", "case-123", "-o", "plain"],
            "T07:30:00-03:30",
        ),
        (
            vec!["ticket", "show", "case-123", "-o", "plain"],
            "T07:30:00-03:30",
        ),
        (
            vec![
                "message",
                "follow",
                "case-123",
                "--tail",
                "9",
                "--for",
                "100ms",
                "--interval",
                "10ms",
                "-o",
                "plain",
            ],
            "T07:30:00-03:30",
        ),
        (
            vec!["message", "history", "case-123", "-o", "json"],
            "\"instant\":\"2026-11-21T03:00:00Z\"",
        ),
    ] {
        for width in ["40", "120"] {
            let stage_of_its_own;
            let stage = if args.contains(&"send") {
                stage_of_its_own = Stage::new();
                &stage_of_its_own
            } else {
                &stage
            };
            let args: Vec<&str> = args
                .iter()
                .copied()
                .chain(["--time-zone=GMT-03:30"])
                .collect();
            let ran = columns(stage, width, &args);
            assert_eq!(ran.code, 0, "{args:?}: {}", ran.stderr);
            let zone = zone.replace("T07:30:00", "T23:30:00");
            assert!(ran.stdout.contains(&zone), "{args:?}: {}", ran.stdout);
        }
    }
}

/// A backslash of the text and a line break are told apart, and the text can be had back.
#[test]
fn plain_is_unambiguous() {
    let stage = Stage::new();
    for text in ["C:\\new\\table", "C:\new\table"] {
        assert_eq!(
            stage
                .run_with_input(&["message", "send", "case-123", "-"], text)
                .code,
            0
        );
    }
    let ran = stage.run(&[
        "message", "history", "case-123", "--limit", "2", "-o", "plain",
    ]);
    let texts: Vec<&str> = ran
        .stdout
        .lines()
        .map(|line| line.rsplit('\t').next().unwrap())
        .collect();
    assert_eq!(
        texts,
        ["C:\\new\\table", "C:\\\\new\\\\table"],
        "{}",
        ran.stdout
    );
}

/// One message has one side, in the same word, whichever command shows it.
#[test]
fn sides_have_the_same_words_everywhere() {
    let stage = Stage::new();
    let sides = |args: &[&str]| -> Vec<String> {
        let ran = stage.run(args);
        let (is_show, plain) = (args.contains(&"show"), args.contains(&"plain"));
        if plain {
            let field = usize::from(args.contains(&"follow")) + usize::from(is_show) + 1;
            let line_of_message = |line: &&str| !is_show || line.starts_with("message\t");
            let side = |line: &str| {
                let author = line.split('\t').nth(field).unwrap().to_owned();
                author.split(':').next().unwrap().to_owned()
            };
            return ran
                .stdout
                .lines()
                .filter(line_of_message)
                .map(side)
                .collect();
        }
        let json = ran.json();
        let messages = if is_show {
            &json["detail"]["messages"]
        } else if args.contains(&"follow") {
            &json["events"]
        } else {
            &json["messages"]
        };
        let side = |item: &serde_json::Value| {
            let message = if is_show { item } else { &item["message"] };
            message["from"].as_str().unwrap_or_default().to_owned()
        };
        messages.as_array().unwrap().iter().map(side).collect()
    };
    for form in ["plain", "json"] {
        let expected = ["customer", "support", "customer", "support"];
        let follow = [
            "message",
            "follow",
            "case-123",
            "--tail",
            "9",
            "--for",
            "100ms",
            "--interval",
            "10ms",
            "-o",
            form,
        ];
        assert_eq!(sides(&["ticket", "show", "case-123", "-o", form]), expected);
        assert_eq!(
            sides(&[
                "message",
                "history",
                "case-123",
                "--oldest-first",
                "-o",
                form
            ]),
            expected
        );
        assert_eq!(sides(&follow), expected);
    }
}

#[test]
fn texts_from_files_and_standard_input() {
    let stage = Stage::new();
    let path = stage.home().join("text.txt");
    std::fs::write(&path, "from a file\r\nsecond line\r\n").unwrap();
    assert_eq!(
        stage
            .run(&[
                "message",
                "send",
                "case-123",
                "--file",
                &path.display().to_string()
            ])
            .code,
        0
    );
    assert_eq!(
        stage
            .run_with_input(&["message", "send", "case-123", "-"], "from a pipe\n")
            .code,
        0
    );
    assert_eq!(
        stage
            .run_with_input(
                &["message", "send", "case-123", "--file", "-"],
                "from a pipe, too\n"
            )
            .code,
        0
    );
    assert_eq!(
        stage
            .run(&["message", "send", "case-123", "--", "-v is text here"])
            .code,
        0
    );
    assert_eq!(
        stage
            .run(&["message", "send", "case-123", "--attachment", "123"])
            .code,
        0
    );
    assert_eq!(
        stage.sim().arrived("case-123"),
        [
            "from a file\r\nsecond line",
            "from a pipe",
            "from a pipe, too",
            "-v is text here",
            ""
        ]
    );
    std::fs::write(&path, [0xff, 0xfe, 0x00]).unwrap();
    assert_eq!(
        stage
            .run(&[
                "message",
                "send",
                "case-123",
                "--file",
                &path.display().to_string()
            ])
            .code,
        2
    );
}

#[test]
fn unread_of_a_thousand_tickets_from_standard_input() {
    let stage = Stage::new();
    let ids: String = (0..1000)
        .map(|number| format!("TT-{number:029}\n"))
        .collect();
    let before = stage.requests();
    let ran = stage.run_with_input(
        &["message", "unread", "-", "-o", "json"],
        &format!("\n{ids}\n"),
    );
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    assert_eq!(ran.json()["unanswered"].as_array().unwrap().len(), 1000);
    assert_eq!(stage.requests() - before, 10);
}

/// `plain` tells all that the table tells: a line per fact, a line per message, attachments in fields of their own.
#[test]
fn plain_tells_the_whole_ticket() {
    let stage = Stage::new();
    let ran = stage.run(&["ticket", "show", CHINESE, "-o", "plain"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let lines: Vec<Vec<&str>> = ran
        .stdout
        .lines()
        .map(|line| line.split('\t').collect())
        .collect();
    for fact in [
        ["ticket", CHINESE],
        ["status", "in-progress"],
        ["severity", "一般"],
        ["region", "华南-广州"],
        ["created", "2026-11-20T14:00:00+08:00"],
        ["about", "数据库连接失败"],
    ] {
        assert!(lines.contains(&fact.to_vec()), "{fact:?}: {}", ran.stdout);
    }
    let messages: Vec<_> = lines.iter().filter(|line| line[0] == "message").collect();
    assert_eq!(messages.len(), 4, "{}", ran.stdout);
    assert_eq!(
        messages[2][1..],
        [
            "2026-11-20T14:45:00+08:00",
            "customer: demo",
            "msg-0000000012",
            "实例 rds-7f3k，日志见附件。😀",
            "att-0002",
            "慢查询.log",
        ]
    );
    // The text is the text, and nothing that looks like an attachment can be one.
    let text = "[attachment 1: x]";
    assert_eq!(stage.run(&["message", "send", "case-123", text]).code, 0);
    let history = [
        "message", "history", "case-123", "--limit", "1", "-o", "plain",
    ];
    let ran = stage.run(&history);
    let fields: Vec<&str> = ran.stdout.trim_end_matches('\n').split('\t').collect();
    assert_eq!(fields[2..], [text], "{}", ran.stdout);
}

/// One message is one document, whichever command shows it.
#[test]
fn a_message_is_the_same_in_every_command() {
    let stage = Stage::new();
    let show = stage
        .run(&["ticket", "show", "case-123", "-o", "json"])
        .json();
    let history = stage
        .run(&[
            "message",
            "history",
            "case-123",
            "--ids",
            "--oldest-first",
            "-o",
            "json",
        ])
        .json();
    let shown = show["detail"]["messages"].as_array().unwrap();
    let listed = history["messages"].as_array().unwrap();
    assert_eq!((shown.len(), listed.len()), (4, 4));
    for (shown, listed) in shown.iter().zip(listed) {
        for field in [
            "from",
            "key",
            "content",
            "created_at",
            "id",
            "kind",
            "attachments",
            "is_first",
        ] {
            assert_eq!(shown[field], listed["message"][field], "{field}");
        }
        let (shown, listed) = (&shown["author"], &listed["message"]["author"]);
        for field in ["id", "name", "role"] {
            assert_eq!(shown[field], listed[field], "{field}");
        }
        // No document has it in what `ticket show` reads.
        assert!(shown.get("user_type").is_none(), "{shown}");
    }
}

/// What is to be typed can be typed, wherever the files lie.
#[cfg(unix)]
#[test]
fn commands_to_be_typed_quote_their_path() {
    use std::os::unix::fs::PermissionsExt as _;
    let stage = Stage::new();
    let pages = stage.home().join("my pages");
    let man = stage.run(&["man", pages.to_str().unwrap()]);
    let quoted = "Read one with: man '~/my pages/hwc-tickets.1'";
    assert!(man.stderr.contains(quoted), "{}", man.golden());

    let place = stage.home().join("my config");
    let config = crate::stage::private(&place.join("hwc-tickets/config.toml"), b"");
    std::fs::set_permissions(&config, std::fs::Permissions::from_mode(0o644)).unwrap();
    let doctor = stage.finish(stage.command(&["doctor"]).env("XDG_CONFIG_HOME", &place));
    let quoted = "Run: chmod 600 '~/my config/hwc-tickets/config.toml'";
    assert!(doctor.golden().contains(quoted), "{}", doctor.golden());
}
