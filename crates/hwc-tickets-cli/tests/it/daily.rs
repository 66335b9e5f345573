//! The commands of every day that are written by hand: what they print, what they ask, and what they leave behind.

use crate::stage::{FOREVER, Ran, Stage, names, private, unavailable};
#[cfg(unix)]
use hwc_tickets_sim::Entry;
use hwc_tickets_sim::{Fault, FaultRule, Operation};
use std::{path::Path, time::Duration};

const CHINESE: &str = "TT202611210003";
/// Nobody has taken it.
const NEW: &str = "TT202611210001";
const TO_CONFIRM: &str = "TT202611210004";
const COMPLETED: &str = "TT202611210005";

/// What stands in the place of an id that is only known when the stage is set.
const ID: &str = "{id}";

/// Form and width of each golden output of a command.
const FORMS: [(&str, &str); 4] = [
    ("table", "40"),
    ("table", "120"),
    ("json", ""),
    ("plain", ""),
];

/// Name, what is set before, and what is typed.
type Row = (&'static str, fn(&Stage) -> String, &'static [&'static str]);

/// Every command, with what may come of it.
const ROWS: &[Row] = &[
    ("ticket_list", nothing, &["ticket", "list"]),
    (
        "ticket_close",
        nothing,
        &[
            "ticket",
            "close",
            CHINESE,
            "--yes",
            "--comment",
            "问题已解决，谢谢！",
            "--points",
            "1=5",
        ],
    ),
    (
        "ticket_close_again",
        nothing,
        &["ticket", "close", COMPLETED, "--yes", "--comment", "谢谢"],
    ),
    (
        "ticket_close_new",
        nothing,
        &["ticket", "close", NEW, "--yes"],
    ),
    (
        "ticket_close_lost",
        lost_answer,
        &["ticket", "close", "case-123", "--yes"],
    ),
    (
        "ticket_close_unknown",
        nothing,
        &["ticket", "close", "case-999", "--yes"],
    ),
    (
        "ticket_confirm",
        nothing,
        &["ticket", "confirm", TO_CONFIRM, "--yes"],
    ),
    (
        "ticket_confirm_nothing",
        nothing,
        &["ticket", "confirm", CHINESE, "--yes"],
    ),
    (
        "ticket_confirm_closed",
        nothing,
        &["ticket", "confirm", COMPLETED, "--yes", "--comment", "谢谢"],
    ),
    (
        "ticket_confirm_lost",
        lost_answer,
        &["ticket", "confirm", TO_CONFIRM, "--yes"],
    ),
    (
        "ticket_cancel",
        nothing,
        &["ticket", "cancel", NEW, "--yes"],
    ),
    (
        "ticket_cancel_late",
        nothing,
        &["ticket", "cancel", CHINESE, "--yes"],
    ),
    (
        "ticket_delete",
        nothing,
        &["ticket", "delete", COMPLETED, "--yes"],
    ),
    (
        "ticket_delete_open",
        nothing,
        &["ticket", "delete", "case-123", "--yes"],
    ),
    (
        "ticket_urge",
        nothing,
        &["ticket", "urge", CHINESE, "--comment", "请尽快处理"],
    ),
    ("ticket_urge_over", nothing, &["ticket", "urge", COMPLETED]),
    (
        "ticket_score",
        nothing,
        &[
            "ticket",
            "score",
            COMPLETED,
            "--comment",
            "很快",
            "--points",
            "1=5",
            "--points",
            "3=4",
        ],
    ),
    (
        "ticket_score_open",
        nothing,
        &["ticket", "score", "case-123", "--points", "1=5"],
    ),
    ("ticket_log", urged, &["ticket", "log", CHINESE]),
    (
        "ticket_export",
        nothing,
        &["ticket", "export", CHINESE, "--to", "工单.txt"],
    ),
    ("attachment_list", nothing, &["attachment", "list", CHINESE]),
    (
        "attachment_list_none",
        nothing,
        &["attachment", "list", NEW],
    ),
    (
        "attachment_upload",
        files,
        &["attachment", "upload", "磁盘.log", "b.txt"],
    ),
    (
        "attachment_download",
        nothing,
        &["attachment", "download", "123"],
    ),
    (
        "attachment_download_unknown",
        nothing,
        &["attachment", "download", CHINESE],
    ),
    (
        "attachment_download_all",
        nothing,
        &["attachment", "download", CHINESE, "--all", "--to", "文件"],
    ),
    (
        "attachment_delete",
        uploaded,
        &["attachment", "delete", ID, "--yes"],
    ),
    (
        "send_attach",
        files,
        &[
            "message",
            "send",
            CHINESE,
            "日志在附件里。",
            "--attach",
            "磁盘.log",
        ],
    ),
    (
        "send_orphan",
        refused,
        &["message", "send", CHINESE, "日志", "--attach", "磁盘.log"],
    ),
    (
        "send_split",
        long_text,
        &["message", "send", CHINESE, "--file", "长.txt", "--split"],
    ),
];

fn nothing(_: &Stage) -> String {
    String::new()
}

/// The answer to ending a ticket is lost after it was done.
fn lost_answer(stage: &Stage) -> String {
    let rule = FaultRule::new(Operation::UpdateCases, Fault::Close);
    stage.sim().fault(rule.after_commit());
    String::new()
}

fn urged(stage: &Stage) -> String {
    let ran = stage.run(&["ticket", "urge", CHINESE, "--comment", "请尽快处理"]);
    assert_eq!(ran.code, 0, "{}", ran.golden());
    String::new()
}

/// Files in the home of the stage, which is the current directory.
fn files(stage: &Stage) -> String {
    private(&stage.home().join("磁盘.log"), "磁盘又满了\n".as_bytes());
    private(&stage.home().join("b.txt"), b"b");
    String::new()
}

fn long_text(stage: &Stage) -> String {
    let text = "磁盘又满了。".repeat(500);
    private(&stage.home().join("长.txt"), text.as_bytes());
    String::new()
}

/// The id of a file that no message has.
fn uploaded(stage: &Stage) -> String {
    files(stage);
    let path = stage.home().join("b.txt").display().to_string();
    let ran = stage.run(&["attachment", "upload", &path, "-o", "plain"]);
    assert_eq!(ran.code, 0, "{}", ran.golden());
    ran.stdout.split('\t').next().unwrap().to_owned()
}

/// Files go up, and no message is taken.
fn refused(stage: &Stage) -> String {
    files(stage);
    let refusal = Fault::Status {
        status: 403,
        code: None,
        retry_after: None,
    };
    let rule = FaultRule::new(Operation::CreateMessages, refusal);
    stage.sim().fault(rule);
    String::new()
}

/// A run in the home of the stage, so that names of files stand there as they are typed.
fn at_home(stage: &Stage, args: &[&str], columns: &str) -> Ran {
    let mut command = stage.command(args);
    command.current_dir(stage.home()).env("COLUMNS", columns);
    stage.finish(&mut command)
}

#[test]
fn every_command_in_every_form() {
    for (name, prepare, args) in ROWS {
        let mut golden = String::new();
        for (form, columns) in FORMS {
            let stage = Stage::new();
            let id = prepare(&stage);
            let typed = args.iter().map(|arg| match *arg {
                ID => id.as_str(),
                arg => arg,
            });
            let typed: Vec<&str> = typed.chain(["-o", form]).collect();
            let ran = at_home(&stage, &typed, columns);
            assert!(
                form != "json" || ran.stdout.is_empty() || ran.json().is_object(),
                "{}",
                ran.golden()
            );
            golden.push_str(&format!("=== {form} {columns}\n{}", ran.golden()));
        }
        insta::assert_snapshot!(format!("daily_{name}"), golden);
    }
}

/// What cannot be undone is not done without a yes, and nothing is sent before.
#[test]
fn without_a_terminal_nothing_is_ended() {
    let stage = Stage::new();
    for args in [
        &["ticket", "close", "case-123"][..],
        &["ticket", "confirm", TO_CONFIRM],
        &["ticket", "cancel", NEW],
        &["ticket", "delete", COMPLETED],
        &["attachment", "delete", "123"],
    ] {
        let ran = stage.run(args);
        assert_eq!(ran.code, 2, "{}", ran.golden());
        let what = format!("`{} {}` needs confirmation", args[0], args[1]);
        assert!(ran.stderr.contains(&what), "{}", ran.stderr);
    }
    assert_eq!(stage.requests(), 0);
}

/// Values that cannot be sent are refused before anything is.
#[test]
fn what_cannot_be_sent_is_told_first() {
    let stage = Stage::new();
    files(&stage);
    for (args, says) in [
        (&["ticket", "score", "case-123"][..], "--comment"),
        (
            &["ticket", "score", "case-123", "--points", "5"],
            "catalog satisfaction",
        ),
        (
            &["ticket", "score", "case-123", "--points", "-1=5"],
            "the id of the category must be a whole number from 0 to 9999",
        ),
        (
            &["ticket", "close", "case-123", "--yes", "--points", "1=-5"],
            "the points must be a whole number from 0 to 65535",
        ),
        (
            &["ticket", "confirm", TO_CONFIRM, "--points", "1=65536"],
            "the points must be a whole number from 0 to 65535",
        ),
        (
            &["ticket", "score", "case-123", "--points", "--dry-run"],
            "write the id of a category and the points for it",
        ),
        (&["ticket", "close", "-", "--yes"], "not a ticket id"),
        (&["ticket", "export"], "<TICKET>"),
        (
            &["attachment", "upload", "b.txt", "--group", "g-1"],
            "takes no group",
        ),
        (
            &["attachment", "delete", "a", "--yes", "--group", "g-1"],
            "takes no group",
        ),
        (
            &["ticket", "export", "case-123", "--group", "g-1"],
            "takes no group",
        ),
        (&["message", "send", "case-123"], "--file FILE"),
        (
            &["message", "send", "case-123", "--editor"],
            "needs a terminal",
        ),
        (
            &["message", "send", "case-123", "x", "--attach", "none"],
            "none",
        ),
        (
            &["message", "send", "case-123", "x", "--attach", "."],
            "with `-` for FILE",
        ),
        (
            &[
                "message", "send", "case-123", "x", "--attach", "b.txt", "--attach", "./b.txt",
            ],
            "named twice",
        ),
        (
            &["message", "send", "case-123", "x", "--from-part", "2"],
            "--split",
        ),
        (&["attachment", "upload", "b.txt", "none"], "none"),
        (
            &[
                "attachment",
                "upload",
                "b.txt",
                "磁盘.log",
                "--name",
                "c.txt",
            ],
            "--name",
        ),
        (
            &["attachment", "upload", "b.txt", "--name", "a/b.txt"],
            "Give another name with --name.",
        ),
        (
            &["attachment", "download", "a", "b", "--to", "-"],
            "one file",
        ),
        (&["attachment", "download", "a", "b", "--all"], "one ticket"),
        (
            &["attachment", "download", "a", "--to", "none/a.log"],
            "there is no directory none",
        ),
        (
            &["attachment", "download", "a", "--to", "none/"],
            "there is no directory none",
        ),
        (
            &["attachment", "download", "a", "--to", "b.txt/a.log"],
            "b.txt is not a directory",
        ),
        (
            &["attachment", "download", "a", "--to", "b.txt/"],
            "b.txt is not a directory",
        ),
        (
            &["attachment", "download", "a", "b", "--to", "b.txt/in"],
            "b.txt is no directory",
        ),
        (
            &["ticket", "export", "case-123", "--to", "none/list.xlsx"],
            "there is no directory none",
        ),
    ] {
        let ran = at_home(&stage, args, "");
        assert_eq!(ran.code, 2, "{args:?}: {}", ran.golden());
        assert!(ran.stderr.contains(says), "{args:?}: {}", ran.stderr);
        assert!(!ran.stderr.contains("os error"), "{args:?}: {}", ran.stderr);
    }
    assert_eq!(stage.requests(), 0);
}

/// What is not UTF-8 would arrive as another name: it is refused, and told how to give one.
#[cfg(unix)]
#[test]
fn a_name_that_is_not_utf_8_is_not_altered() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _};
    let stage = Stage::new();
    let name = OsStr::from_bytes(b"caf\xe9.log");
    if std::fs::write(stage.home().join(name), b"x").is_err() {
        return; // This system has no such names.
    }
    let run = |args: &[&str]| {
        let mut command = stage.command(args);
        stage.given(command.arg(name).current_dir(stage.home()), b"piped")
    };
    let send = "hwc-tickets attachment upload FILE --name NAME";
    for (args, way) in [
        (&["message", "send", "case-123", "x", "--attach"][..], send),
        (
            &["message", "send", "case-123", "x", "--dry-run", "--attach"],
            send,
        ),
        (
            &["ticket", "create", "--attach"],
            "hwc-tickets attachment upload FILE --name NAME --for-ticket",
        ),
        (
            &["attachment", "upload"],
            "Give it another name with --name",
        ),
        (
            &["attachment", "upload", "-"],
            "alone, under another name: --name",
        ),
        (&["attachment", "upload", "--dry-run"], "--name disk.log"),
    ] {
        let ran = run(args);
        assert_eq!(ran.code, 2, "{args:?}: {}", ran.golden());
        for part in ["not UTF-8 text", "Nothing was sent", way] {
            assert!(ran.stderr.contains(part), "{args:?}: {}", ran.stderr);
        }
    }
    assert_eq!(stage.requests(), 0);
    let ran = run(&["attachment", "upload", "--name", "café.log"]);
    assert_eq!(ran.code, 0, "{}", ran.golden());
    assert!(ran.stdout.contains("café.log"), "{}", ran.stdout);
}

/// A dry run shows the request and sends nothing, whatever the state of the ticket.
#[test]
fn a_dry_run_sends_nothing() {
    let stage = Stage::new();
    files(&stage);
    for (args, body) in [
        (
            &["ticket", "close", "case-123", "--comment", "好"][..],
            "好",
        ),
        (&["ticket", "confirm", "case-123", "--comment", "好"], "好"),
        (&["ticket", "cancel", "case-123", "--comment", "好"], "好"),
        (&["ticket", "delete", "case-123", "--comment", "好"], "好"),
        (&["ticket", "urge", "case-123", "--comment", "好"], "好"),
        (
            &["ticket", "score", "case-123", "--points", "3=4"],
            "satisfaction_id",
        ),
        (
            &[
                "message",
                "send",
                "case-123",
                "看",
                "--attach",
                "b.txt",
                "--attachment",
                "file-1",
            ],
            "<file b.txt of 1 bytes>",
        ),
    ] {
        let ran = at_home(&stage, &[args, &["--dry-run", "-o", "json"]].concat(), "");
        assert_eq!(ran.code, 0, "{args:?}: {}", ran.golden());
        let shown = ran.json();
        assert_eq!(shown["sent"], false, "{args:?}: {shown}");
        assert!(
            shown["body"].to_string().contains(body),
            "{args:?}: {shown}"
        );
    }
    let upload = ["attachment", "upload", "b.txt", "--dry-run", "-o", "json"];
    let ran = at_home(&stage, &upload, "");
    assert_eq!(ran.json()["attachments"][0]["bytes"], 1, "{}", ran.golden());
    assert_eq!(stage.requests(), 0);
}

/// What is done is done, and is told where the output cannot be written.
#[cfg(target_os = "linux")]
#[test]
fn what_is_done_is_told_on_a_full_disk() {
    for (args, says) in [
        (
            &["ticket", "close", "case-123", "--yes"][..],
            "case-123 is closed",
        ),
        (&["ticket", "urge", "case-123"], "case-123 is urged"),
    ] {
        let stage = Stage::new();
        let ran = stage.onto_a_full_disk(args);
        assert_eq!(ran.code, 9, "{}", ran.stderr);
        assert!(ran.stderr.contains(says), "{}", ran.stderr);
    }
}

/// Urging again is refused as too often.
#[test]
fn urging_again_is_throttled() {
    let stage = Stage::new();
    urged(&stage);
    let ran = stage.run(&["ticket", "urge", CHINESE, "--retries", "0"]);
    assert_eq!(ran.code, 7, "{}", ran.golden());
}

/// Whether a ticket was urged shows in no state, but in its log.
#[test]
fn an_urge_without_an_answer_names_the_log() {
    let stage = Stage::new();
    lost_answer(&stage);
    let ran = stage.run(&["ticket", "urge", CHINESE]);
    assert_ne!(ran.code, 0, "{}", ran.golden());
    let log = format!("hwc-tickets ticket log {CHINESE}");
    assert!(ran.stderr.contains(&log), "{}", ran.golden());
}

/// A ticket that a command named is known to completions.
#[test]
fn tickets_are_remembered() {
    let stage = Stage::new();
    assert_eq!(stage.run(&["attachment", "list", CHINESE]).code, 0);
    let seen = stage.home().join(".local/state/hwc-tickets/seen/default");
    let seen = std::fs::read_to_string(seen).unwrap();
    assert!(seen.contains(CHINESE), "{seen}");
}

/// An uploaded file whose message was not made is told by its id, which the next try takes.
#[test]
fn a_file_without_its_message_is_told_and_used() {
    let stage = Stage::new();
    refused(&stage);
    let send = ["message", "send", "case-123", "看附件", "--attach", "b.txt"];
    let ran = at_home(&stage, &[&send[..], &["-o", "json"]].concat(), "");
    assert_eq!(ran.code, 5, "{}", ran.golden());
    let told = ran.json();
    let id = told["uploaded"][0].as_str().unwrap();
    assert_eq!(told["error"]["uploaded"][0], id, "{told}");
    assert!(
        ran.stderr.contains(&format!("--attachment {id}")),
        "{}",
        ran.stderr
    );
    assert!(stage.sim().arrived("case-123").is_empty());
    let again = ["message", "send", "case-123", "看附件", "--attachment", id];
    let ran = stage.run(&again);
    assert_eq!(ran.code, 0, "{}", ran.golden());
    assert_eq!(stage.sim().arrived("case-123"), ["看附件"]);
    let listed = stage.run(&["attachment", "list", "case-123", "-o", "plain"]);
    assert!(
        listed.stdout.contains(&format!("\t{id}\tb.txt")),
        "{}",
        listed.stdout
    );
}

/// A text in parts goes on where it stopped.
#[test]
fn parts_go_on_where_they_stopped() {
    let stage = Stage::new();
    long_text(&stage);
    let refusal = Fault::Status {
        status: 403,
        code: None,
        retry_after: None,
    };
    let rule = FaultRule::new(Operation::CreateMessages, refusal);
    stage.sim().fault(rule.skipping(1));
    let send = ["message", "send", "case-123", "--file", "长.txt", "--split"];
    let ran = at_home(&stage, &send, "");
    assert_eq!(ran.code, 5, "{}", ran.golden());
    assert!(
        ran.stderr.contains("--split --from-part 2"),
        "{}",
        ran.stderr
    );
    let says = "already in the ticket: part 1 (request id REQUEST-ID)";
    assert!(ran.stderr.contains(says), "{}", ran.stderr);
    let ran = at_home(&stage, &[&send[..], &["--from-part", "2"]].concat(), "");
    assert_eq!(ran.code, 0, "{}", ran.golden());
    let arrived = stage.sim().arrived("case-123");
    assert_eq!(arrived.len(), 2);
    for (number, text) in arrived.iter().enumerate() {
        assert!(text.starts_with(&format!("({}/2) ", number + 1)), "{text}");
    }
    let beyond = [&send[..], &["--from-part", "3"]].concat();
    for args in [beyond.clone(), [&beyond[..], &["--dry-run"]].concat()] {
        let ran = at_home(&stage, &args, "");
        assert_eq!(ran.code, 2, "{}", ran.golden());
        for says in ["fewer parts", "a number from 1 to 2", "Nothing was sent."] {
            assert!(ran.stderr.contains(says), "{says}: {}", ran.stderr);
        }
        // Nor is anything kept of it.
        assert!(!ran.stderr.contains("is kept in"), "{}", ran.stderr);
    }
    let short = ["message", "send", "case-123", "x", "--split", "--from-part"];
    let ran = stage.run(&[&short[..], &["2"]].concat());
    assert_eq!(ran.code, 2, "{}", ran.golden());
    assert!(ran.stderr.contains("It is sent whole"), "{}", ran.stderr);
    assert_eq!(stage.sim().arrived("case-123").len(), 2);
}

/// White space alone makes no part, however long it is.
#[test]
fn a_long_text_of_white_space_is_empty() {
    let stage = Stage::new();
    let send = ["message", "send", "case-123", "-", "--split"];
    let ran = stage.run_with_input(&send, &" ".repeat(3_000));
    assert_eq!(ran.code, 2, "{}", ran.golden());
    assert!(ran.stderr.contains("the text is empty"), "{}", ran.stderr);
    assert_eq!(stage.requests(), 0);
}

/// A log that was given by mistake makes no hundreds of messages.
#[test]
fn many_parts_are_sent_only_when_that_is_meant() {
    let stage = Stage::new();
    let text = "A line of a log.\n".repeat(14_000);
    let send = ["message", "send", "case-123", "-", "--split"];
    let ran = stage.run_with_input(&send, &text);
    assert_eq!(ran.code, 2, "{}", ran.golden());
    for says in ["120 messages", "--yes", "Nothing was sent."] {
        assert!(ran.stderr.contains(says), "{says}: {}", ran.stderr);
    }
    let shown = stage.run_with_input(&[&send[..], &["--dry-run"]].concat(), &text);
    assert_eq!(shown.code, 0, "{}", shown.golden());
    assert!(shown.stderr.contains("--yes"), "{}", shown.stderr);
    assert!(stage.sim().arrived("case-123").is_empty());
    // Few of them are left.
    let ran = stage.run_with_input(&[&send[..], &["--from-part", "119"]].concat(), &text);
    assert_eq!(ran.code, 0, "{}", ran.golden());
    assert_eq!(stage.sim().arrived("case-123").len(), 2);
}

/// A part in doubt: what was not sent is told, its text is kept, and what became of the part says how to go on.
#[test]
fn a_part_in_doubt_leads_on_to_the_others() {
    for acts in [true, false] {
        let stage = Stage::new();
        long_text(&stage);
        let text = std::fs::read_to_string(stage.home().join("长.txt")).unwrap();
        let lost = FaultRule::new(Operation::CreateMessages, Fault::Close);
        let lost = match acts {
            true => lost.after_commit(),
            false => lost,
        };
        stage.sim().fault(lost);
        let unread = FaultRule::new(Operation::ListMessages, unavailable());
        stage.sim().fault(unread.skipping(1).times(FOREVER));
        let send = [
            "message",
            "send",
            "case-123",
            "-",
            "--split",
            "--timeout",
            "2s",
        ];
        let ran = stage.run_with_input(&send, &text);
        assert_eq!(ran.code, 6, "{}", ran.golden());
        for says in [
            "Part 2 was not sent",
            "message reconcile",
            "your text is kept in",
        ] {
            assert!(ran.stderr.contains(says), "{says}: {}", ran.golden());
        }
        stage.sim().clear_faults();
        // Only later it is sure that what is not there does not come any more.
        stage.sim().advance(Duration::from_secs(60));
        let pending = stage.pending_file();
        let ran = stage.run(&["message", "reconcile", pending.to_str().unwrap()]);
        assert_eq!(ran.code, 0, "{}", ran.golden());
        assert!(ran.stdout.contains("1 of 2"), "{}", ran.golden());
        let (_, command) = ran.stderr.split_once("Go on with: hwc-tickets ").unwrap();
        let command = command.lines().next().unwrap();
        let home = stage.home().to_str().unwrap();
        let words = shell_words::split(&command.replace('~', home)).unwrap();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        assert_eq!(words.contains(&"--from-part"), acts, "{command}");
        let ran = stage.run(&words);
        assert_eq!(ran.code, 0, "{}", ran.golden());
        let arrived = stage.sim().arrived("case-123");
        assert_eq!(arrived.len(), 2, "{arrived:?}");
        for (number, part) in arrived.iter().enumerate() {
            assert!(part.starts_with(&format!("({}/2) ", number + 1)), "{part}");
        }
        let drafts = stage.pending().with_file_name("drafts");
        assert_eq!(names(&drafts), Vec::<String>::new());
    }
}

/// A text that cannot be read any more hides no parts that were not sent.
#[test]
fn a_kept_text_that_cannot_be_read_is_told() {
    for all in [false, true] {
        let stage = Stage::new();
        long_text(&stage);
        let text = std::fs::read_to_string(stage.home().join("长.txt")).unwrap();
        let lost = FaultRule::new(Operation::CreateMessages, Fault::Close);
        stage.sim().fault(lost.after_commit());
        let unread = FaultRule::new(Operation::ListMessages, unavailable());
        stage.sim().fault(unread.skipping(1).times(FOREVER));
        let send = ["message", "send", "case-123", "-", "--split"];
        let ran = stage.run_with_input(&[&send[..], &["--timeout", "2s"]].concat(), &text);
        assert_eq!(ran.code, 6, "{}", ran.golden());
        stage.sim().clear_faults();
        let drafts = stage.pending().with_file_name("drafts");
        private(&drafts.join("case-123.parts.1.txt"), &[0xff, 0xfe, 0xfd]);
        stage.sim().advance(Duration::from_secs(60));
        let pending = stage.pending_file();
        let which = match all {
            true => "--all",
            false => pending.to_str().unwrap(),
        };
        let ran = stage.run(&["message", "reconcile", which]);
        assert_eq!(ran.code, 0, "{}", ran.golden());
        for says in ["case-123.parts.1.txt", "may not have been sent"] {
            assert!(ran.stderr.contains(says), "{says}: {}", ran.golden());
        }
    }
}

/// A try to go on that failed before its first part: the command that is told sends no part that is in the ticket.
#[test]
fn the_rest_of_a_text_is_offered_with_its_options() {
    for more in [&[][..], &["--reference"], &["--key", "k1"]] {
        let stage = Stage::new();
        long_text(&stage);
        let text = std::fs::read_to_string(stage.home().join("长.txt")).unwrap();
        let refusal = Fault::Status {
            status: 403,
            code: None,
            retry_after: None,
        };
        let rule = FaultRule::new(Operation::CreateMessages, refusal);
        stage.sim().fault(rule.skipping(1));
        let send = ["message", "send", "case-123", "-", "--split"];
        let ran = stage.run_with_input(&send, &text);
        assert_eq!(ran.code, 5, "{}", ran.golden());
        let drafts = stage.pending().with_file_name("drafts");
        let kept = drafts.join("case-123.parts.1.txt").display().to_string();
        let rest = ["message", "send", "case-123", "--file", kept.as_str()];
        let rest = [&rest[..], &["--split", "--from-part", "2"], more].concat();
        let ran = stage.finish(stage.command(&rest).env_remove("HWC_TICKETS_TOKEN"));
        assert_eq!(ran.code, 4, "{}", ran.golden());
        let (_, command) = ran.stderr.split_once("sent with: hwc-tickets ").unwrap();
        let command = command.lines().next().unwrap();
        let home = stage.home().to_str().unwrap();
        let words = shell_words::split(&command.replace('~', home)).unwrap();
        assert_eq!(words, rest, "{command}");
        let ran = stage.run(&rest);
        assert_eq!(ran.code, 0, "{}", ran.golden());
        let arrived = stage.sim().arrived("case-123");
        assert_eq!(arrived.len(), 2, "{arrived:?}");
        for (number, part) in arrived.iter().enumerate() {
            assert!(part.starts_with(&format!("({}/2) ", number + 1)), "{part}");
        }
        assert_eq!(names(&drafts), Vec::<String>::new());
    }
}

/// Programs are told which parts are in the ticket, and by what they can be told.
#[test]
fn parts_that_were_sent_are_told() {
    let stage = Stage::new();
    long_text(&stage);
    let refusal = Fault::Status {
        status: 403,
        code: None,
        retry_after: None,
    };
    let rule = FaultRule::new(Operation::CreateMessages, refusal);
    stage.sim().fault(rule.skipping(1));
    let send = ["message", "send", "case-123", "--file", "长.txt", "--split"];
    let more = ["--reference", "-o", "json"];
    let ran = at_home(&stage, &[&send[..], &more].concat(), "");
    assert_eq!(ran.code, 5, "{}", ran.golden());
    let told = ran.json();
    let arrived = stage.sim().arrived("case-123");
    assert_eq!(arrived.len(), 1);
    for parts in [&told["parts"], &told["error"]["sent_parts"]] {
        assert_eq!(parts.as_array().unwrap().len(), 1, "{told}");
        assert_eq!(parts[0]["number"], 1);
        assert_eq!(parts[0]["request_id"], "REQUEST-ID");
        let reference = parts[0]["reference"].as_str().unwrap();
        assert!(arrived[0].ends_with(reference), "{reference}");
    }
    assert_eq!(told["error"]["part"]["number"], 2, "{told}");
}

/// Ctrl-C in the middle: which parts are in the ticket is told, to people and to programs.
#[cfg(unix)]
#[test]
fn an_interruption_tells_the_parts_that_were_sent() {
    for form in ["table", "json"] {
        let stage = Stage::new();
        long_text(&stage);
        let hangs = FaultRule::new(Operation::CreateMessages, Fault::Hang);
        stage.sim().fault(hangs.skipping(1));
        let path = stage.home().join("长.txt").display().to_string();
        let send = ["message", "send", "case-123", "--file", path.as_str()];
        let child = stage.spawn(&[&send[..], &["--split", "-o", form]].concat());
        crate::stage::until("the second part", || {
            let journal = stage.sim().journal();
            let is_send = |entry: &&Entry| entry.operation == Some(Operation::CreateMessages);
            journal.iter().filter(is_send).count() == 2
        });
        crate::exit::interrupt(&child);
        let ran = stage.ran(child.wait_with_output().unwrap());
        assert_eq!(ran.code, 130, "{}", ran.golden());
        // Whether the second one arrived is to be found out first.
        assert!(ran.stderr.contains("message reconcile"), "{}", ran.stderr);
        match form {
            "json" => {
                let told = ran.json();
                let parts = told["parts"].as_array().unwrap();
                assert_eq!(parts.len(), 1, "{told}");
                assert_eq!(parts[0]["number"], 1, "{told}");
                assert_eq!(told["error"]["exit_code"], 130, "{told}");
            }
            _ => {
                let says = "already in the ticket: part 1 (request id REQUEST-ID)";
                assert!(ran.stderr.contains(says), "{}", ran.stderr);
            }
        }
    }
}

/// Names from the service stay inside the directory, two of one name stand beside each other, and nothing is overwritten.
#[test]
fn files_are_saved_whole_and_over_no_other() {
    let stage = Stage::new();
    for (id, name, content) in [
        ("file-1", "../../evil.log", "one"),
        ("file-2", "evil.log", "two"),
    ] {
        stage.sim().attach_file(id, name, content);
        let ran = stage.run(&["message", "send", "case-123", "x", "--attachment", id]);
        assert_eq!(ran.code, 0, "{}", ran.golden());
    }
    let all = ["attachment", "download", "case-123", "--all", "--to", "in"];
    let ran = at_home(&stage, &all, "");
    assert_eq!(ran.code, 0, "{}", ran.golden());
    let place = stage.home().join("in");
    let found = names(&place);
    let beside = found.iter().find(|name| name.ends_with("-evil.log"));
    let beside = place.join(beside.unwrap());
    assert!(!stage.home().join("evil.log").exists());
    let read = |path: &Path| std::fs::read_to_string(path).unwrap();
    let mut both = [read(&place.join("evil.log")), read(&beside)];
    both.sort();
    assert_eq!(both, ["one", "two"]);
    private(&place.join("evil.log"), b"mine");
    let ran = at_home(&stage, &[&all[..], &["-o", "json"]].concat(), "");
    assert_eq!(ran.code, 2, "{}", ran.golden());
    assert!(ran.stderr.contains("--force"), "{}", ran.stderr);
    assert_eq!(read(&place.join("evil.log")), "mine");
    let told = ran.json();
    assert_eq!(told["files"][0]["error"]["exit_code"], 2, "{told}");
    assert_eq!(told["complete"], false, "{told}");
    let ran = at_home(&stage, &[&all[..], &["--force", "-o", "json"]].concat(), "");
    assert_eq!(ran.code, 0, "{}", ran.golden());
    assert_eq!(ran.json()["complete"], true, "{}", ran.golden());
    assert_ne!(read(&place.join("evil.log")), "mine");
    // By their ids alone the names are not known before: none takes the place of another one of the same run.
    let both = ["attachment", "download", "file-1", "file-2", "--to", "two"];
    std::fs::create_dir(stage.home().join("two")).unwrap();
    for more in [&[][..], &["--force"]] {
        let ran = at_home(&stage, &[&both[..], more].concat(), "");
        assert_eq!(ran.code, 0, "{}", ran.golden());
        let two = stage.home().join("two");
        assert_eq!(read(&two.join("evil.log")), "one");
        assert_eq!(read(&two.join("file-2-evil.log")), "two");
    }
    // One that breaks off is no file.
    let cut = Fault::Cut {
        keep: Some(1),
        chunked: false,
    };
    let rule = FaultRule::new(Operation::DownloadAccessories, cut);
    stage.sim().fault(rule.times(FOREVER));
    let to = stage.home().join("cut.log").display().to_string();
    let ran = stage.run(&[
        "attachment",
        "download",
        "file-1",
        "--to",
        &to,
        "--retries",
        "0",
    ]);
    assert_eq!(ran.code, 8, "{}", ran.golden());
    assert!(!Path::new(&to).exists());
    stage.sim().clear_faults();
    let ran = stage.run(&["attachment", "download", "file-1", "--to", "-"]);
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (0, "one"),
        "{}",
        ran.stderr
    );
}

/// A file without a ticket that was named says nothing itself.
#[test]
fn a_ticket_that_an_export_does_not_have() {
    let stage = Stage::new();
    for (tickets, missing) in [
        (&[CHINESE][..], None),
        (&[CHINESE, "nosuch"], Some("does not name nosuch:")),
    ] {
        let file = stage.home().join(format!("{}.csv", tickets.len()));
        let file = file.display().to_string();
        for to in ["-", file.as_str()] {
            let export = [&["ticket", "export", "--to", to][..], tickets].concat();
            let ran = stage.run(&export);
            assert_eq!(ran.code, 0, "{}", ran.golden());
            match missing {
                None => assert_eq!(ran.stderr, ""),
                Some(says) => assert!(ran.stderr.contains(says), "{}", ran.stderr),
            }
        }
    }
}

/// An id that no file has is told as such; one of a ticket leads to the files of the ticket, also one of an odd form that was
/// seen before.
#[test]
fn an_id_of_no_file() {
    let stage = Stage::new();
    assert_eq!(stage.run(&["ticket", "status", "case-123"]).code, 0);
    for (id, says) in [
        ("nosuch", "There may be no file with this id."),
        ("case-123", "attachment download case-123 --all"),
        (CHINESE, "attachment download TT202611210003 --all"),
    ] {
        for more in [&[][..], &["--to", "-"][..]] {
            let ran = stage.run(&[&["attachment", "download", id][..], more].concat());
            assert_eq!(ran.code, 5, "{}", ran.golden());
            assert!(ran.stderr.contains(says), "{}", ran.stderr);
        }
    }
}

/// A file goes up from a path or from standard input, under its own name or another.
#[test]
fn a_file_is_sent_from_a_path_or_from_standard_input() {
    let stage = Stage::new();
    let path = private(&stage.home().join("disk.log"), b"from the disk");
    let path = path.to_str().unwrap();
    let upload = ["attachment", "upload", "-o", "json"];
    for (more, input, name, content) in [
        (&[path][..], "", "disk.log", "from the disk"),
        (&[path, "--name", "b.txt"], "", "b.txt", "from the disk"),
        (
            &["-", "--name", "c.txt"],
            "from a pipe\n",
            "c.txt",
            "from a pipe\n",
        ),
        (&[path, "--for-ticket"], "", "disk.log", "from the disk"),
    ] {
        let ran = stage.run_with_input(&[&upload[..], more].concat(), input);
        assert_eq!(ran.code, 0, "{more:?}: {}", ran.golden());
        let answer = ran.json();
        let id = answer["attachments"][0]["id"].as_str().unwrap();
        assert_eq!(answer["attachments"][0]["bytes"], content.len());
        assert_eq!(stage.sim().file(id).unwrap().name, name);
        let ran = stage.run(&["attachment", "download", id, "--to", "-"]);
        assert_eq!(ran.stdout, content, "{more:?}");
    }
    let mut refused = vec!["/"];
    if cfg!(target_os = "linux") {
        // A device, and what says that it is empty and is not.
        refused.extend(["/dev/null", "/proc/self/status"]);
    }
    let asked = stage.requests();
    for file in refused {
        let ran = stage.run(&[&upload[..], &[file]].concat());
        assert_eq!(ran.code, 2, "{}", ran.golden());
    }
    // Out of a pipe that failed.
    let ran = stage.run_with_input(&[&upload[..], &["-"]].concat(), "");
    assert_eq!(ran.code, 2, "{}", ran.golden());
    assert!(
        ran.stderr.contains("standard input is empty"),
        "{}",
        ran.stderr
    );
    assert_eq!(stage.requests(), asked);
    // Without a name nobody knows of which kind it is.
    for (more, way) in [
        (&["-"][..], "Give it another name with --name"),
        (&["-", path], "alone, under another name: --name"),
    ] {
        let ran = stage.run_with_input(&[&upload[..], more].concat(), "from a pipe\n");
        assert_eq!(ran.code, 2, "{more:?}: {}", ran.golden());
        for text in ["`file` is of a kind", "Nothing was sent", way] {
            assert!(ran.stderr.contains(text), "{more:?}: {}", ran.stderr);
        }
    }
    // A kind that the service does not take keeps all of them back.
    let other = private(&stage.home().join("core.bin"), b"x");
    let ran = stage.run(&[&upload[..], &[path, other.to_str().unwrap()]].concat());
    assert_eq!(ran.code, 2, "{}", ran.golden());
    assert!(ran.stderr.contains("core.bin"), "{}", ran.stderr);
    let journal = stage.sim().journal();
    let uploads = journal.iter().skip(asked);
    let uploads = uploads.filter(|entry| entry.method == "POST");
    assert_eq!(uploads.count(), 0);
}

#[cfg(unix)]
mod on_a_terminal {
    use super::*;
    use crate::terminal::Terminal;

    /// The question names the command and the ticket; only a yes is one.
    #[test]
    fn it_is_asked_before_a_ticket_ends() {
        let stage = Stage::new();
        for (answer, code, sent) in [("n\r", 1, 0), ("\r", 1, 0), ("y\r", 0, 1)] {
            let args = ["ticket", "delete", COMPLETED, "--color", "never"];
            let mut terminal = Terminal::run(&stage, 24, 100, &args);
            terminal.shows(&format!("`ticket delete` {COMPLETED}"));
            terminal.shows("[y/N]");
            terminal.type_in(answer);
            assert_eq!(terminal.end(), code, "{answer:?}");
            let journal = stage.sim().journal();
            let writes = journal.iter().filter(|entry| entry.method != "GET");
            assert_eq!(writes.count(), sent, "{answer:?}");
        }
    }

    /// Sends with an editor that does what `script` says; `more` is typed behind the ticket.
    fn edited(stage: &Stage, script: &str, more: &[&str]) -> (u32, String) {
        let editor = private(&stage.home().join("editor.sh"), script.as_bytes());
        let editor = format!("sh '{}'", editor.display());
        let args = [
            &["message", "send", "case-123", "--color", "never"][..],
            more,
        ]
        .concat();
        let variables = [("EDITOR", editor.as_str()), ("PATH", "/usr/bin:/bin")];
        let mut terminal = Terminal::with(stage, 30, 200, &args, &variables);
        let code = terminal.end();
        (code, terminal.screen())
    }

    /// Puts a text above the line.
    const WRITE: &str =
        "{ printf '磁盘又满了\\n\\n第二段\\n'; cat \"$1\"; } > \"$1.new\" && mv \"$1.new\" \"$1\"";

    /// Asked for or not, where no variable names an editor, the usual one opens. Here it takes the page for a script without
    /// a command, and leaves it as it is.
    #[test]
    fn the_usual_editor_opens_where_none_is_named() {
        for more in [&[][..], &["--editor"][..]] {
            let stage = Stage::new();
            let programs = stage.home().join("programs");
            std::fs::create_dir(&programs).unwrap();
            std::os::unix::fs::symlink("/bin/sh", programs.join("vi")).unwrap();
            let programs = programs.display().to_string();
            let args = [
                &["message", "send", "case-123", "--color", "never"][..],
                more,
            ]
            .concat();
            let variables = [("PATH", programs.as_str())];
            let mut terminal = Terminal::with(&stage, 30, 200, &args, &variables);
            assert_eq!(terminal.end(), 1, "{}", terminal.screen());
            assert!(terminal.screen().contains("no text was written"));
        }
    }

    /// What signs in, here or at a proxy, is not for an editor either.
    #[test]
    fn no_credentials_are_handed_to_the_editor() {
        let stage = Stage::new();
        let script = "env > \"$HOME/given.txt\"; echo hello > \"$1\"";
        let editor = private(&stage.home().join("editor.sh"), script.as_bytes());
        let editor = format!("sh '{}'", editor.display());
        let variables = [
            ("EDITOR", editor.as_str()),
            ("PATH", "/usr/bin:/bin"),
            ("HTTPS_PROXY", "http://me:CANARY@127.0.0.1:9"),
        ];
        let args = ["message", "send", "case-123", "--editor"];
        let mut terminal = Terminal::with(&stage, 30, 200, &args, &variables);
        assert_eq!(terminal.end(), 0, "{}", terminal.screen());
        let given = std::fs::read_to_string(stage.home().join("given.txt")).unwrap();
        assert!(given.contains("EDITOR="), "{given}");
        for secret in ["HWC_TICKETS_TOKEN", "CANARY"] {
            assert!(!given.contains(secret), "{secret}: {given}");
        }
    }

    #[test]
    fn a_text_is_written_in_an_editor() {
        let drafts = |stage: &Stage| stage.home().join(".local/state/hwc-tickets/drafts");
        for (script, more, code, arrived, says) in [
            (WRITE, &[][..], 0, Some("磁盘又满了\n\n第二段"), "case-123"),
            (
                ":",
                &["--editor", "已有的文字"],
                0,
                Some("已有的文字"),
                "case-123",
            ),
            (":", &["--editor"], 1, None, "no text was written"),
            (": > \"$1\"", &[], 1, None, "no text was written"),
            ("exit 3", &[], 1, None, "the editor sh failed"),
            ("rm \"$1\"", &[], 1, None, "the editor left no file"),
            ("rm \"$1\"; exit 3", &[], 1, None, "the editor sh failed"),
        ] {
            let stage = Stage::new();
            let (ended, screen) = edited(&stage, script, more);
            assert_eq!(ended, code, "{script}: {screen}");
            assert!(screen.contains(says), "{script}: {screen}");
            let expected: Vec<&str> = arrived.into_iter().collect();
            assert_eq!(stage.sim().arrived("case-123"), expected, "{script}");
            assert!(names(&drafts(&stage)).is_empty(), "{script}");
        }
        // A doubt keeps the text, and does not offer to send it again.
        let stage = Stage::new();
        let lost = FaultRule::new(Operation::CreateMessages, Fault::Close);
        stage.sim().fault(lost.after_commit());
        let unread = FaultRule::new(Operation::ListMessages, crate::stage::forbidden());
        stage.sim().fault(unread.skipping(1).times(FOREVER));
        let (ended, screen) = edited(&stage, WRITE, &["--editor", "--timeout", "2s"]);
        assert_eq!(ended, 6, "{screen}");
        assert!(screen.contains("your text is kept in"), "{screen}");
        assert!(!screen.contains("it can be sent with"), "{screen}");
        assert_eq!(names(&drafts(&stage)), ["case-123.send.1.txt"]);
        // What was not sent is kept for its author alone.
        use std::os::unix::fs::PermissionsExt as _;
        let stage = Stage::new();
        refused(&stage);
        let (ended, screen) = edited(&stage, WRITE, &["--editor"]);
        assert_eq!(ended, 5, "{screen}");
        assert!(screen.contains("your text is kept in"), "{screen}");
        let kept = drafts(&stage).join("case-123.send.1.txt");
        let text = std::fs::read_to_string(&kept).unwrap();
        assert_eq!(text, "磁盘又满了\n\n第二段");
        let mode = std::fs::metadata(&kept).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let kept = kept.display().to_string();
        let ran = stage.run(&["message", "send", "case-123", "--file", &kept]);
        assert_eq!(ran.code, 0, "{}", ran.golden());
        assert_eq!(stage.sim().arrived("case-123"), [text]);
    }
}

/// Of several files it is told which one failed, which id is whose, and what the next try is to take: none is left out.
#[test]
fn which_of_several_files_failed() {
    let stage = Stage::new();
    let mut paths = Vec::new();
    for name in ["a.log", "b.log", "c.log"] {
        let path = stage.home().join(name);
        std::fs::write(&path, name).unwrap();
        paths.push(path.display().to_string());
    }
    let [a, b, c] = paths.as_slice() else {
        panic!("{paths:?}")
    };
    let fails = |after: u32| {
        let lost = FaultRule::new(Operation::UploadAccessory, Fault::Close);
        stage.sim().fault(lost.after_commit().skipping(after));
    };
    fails(2);
    let args = ["message", "send", "case-123", "three files"];
    let mut args = args.to_vec();
    for path in &paths {
        args.extend(["--attach", path.as_str()]);
    }
    let ran = stage.run(&args);
    assert_ne!(ran.code, 0, "{}", ran.golden());
    for says in [
        "a.log is file-",
        "b.log is file-",
        "c.log failed",
        "--attach ~/c.log",
    ] {
        assert!(ran.stderr.contains(says), "{says}: {}", ran.stderr);
    }
    stage.sim().clear_faults();
    fails(1);
    let ran = stage.run(&["attachment", "upload", a, b, c]);
    assert_ne!(ran.code, 0, "{}", ran.golden());
    let says = "`b.log` failed; not tried: `c.log`";
    assert!(ran.stderr.contains(says), "{}", ran.stderr);
}
