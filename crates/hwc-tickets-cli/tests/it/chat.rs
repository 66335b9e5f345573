//! `chat` on a real pseudo-terminal: what stands on the screen, what arrives, and how it leaves.

use crate::{
    follow::Follower,
    stage::{FOREVER, Stage, names, unavailable, until},
    terminal::Terminal,
};
use hwc_tickets_sim::{Fault, FaultRule, Operation, Rules, Status, Time};
use std::{io::Write as _, process::Stdio, time::Duration};

const CHINESE: &str = "TT202611210003";
const ESC: &str = "\u{1b}";

/// Opens the chat; the waits between two looks are short.
fn chat(stage: &Stage, rows: u16, cols: u16, ticket: &str) -> Terminal {
    Terminal::run(stage, rows, cols, &["chat", ticket, "--interval", "10ms"])
}

/// Leaves, and tells how it ended.
fn leave(terminal: &mut Terminal) -> u32 {
    terminal.type_in(ESC);
    let code = terminal.end();
    assert!(terminal.is_as_before());
    code
}

#[test]
fn a_chinese_conversation() {
    for (name, rows, cols) in [("wide", 28, 120), ("narrow", 36, 40)] {
        let stage = Stage::new();
        let mut terminal = chat(&stage, rows, cols, CHINESE);
        let screen = terminal.shows_all(&["in-progress", "建议先检查", "慢查询.log"]);
        insta::assert_snapshot!(format!("chat_chinese_{name}"), screen);

        terminal.type_in("好的，谢谢！😀");
        terminal.shows_all(&["> 好的，谢谢！😀"]);
        // Two columns for the mark, two for each of the seven characters.
        terminal.until("the cursor", || terminal.cursor() == (rows - 2, 16));
        terminal.type_in("\u{7f}\u{7f}。");
        terminal.shows_all(&["> 好的，谢谢。"]);
        terminal.type_in("\r");
        terminal.shows_all(&["confirmed"]);

        // Somebody answers while the next text is being written.
        terminal.type_in("还有一个问题");
        stage.sim().reply_as_engineer(CHINESE, "不客气。").unwrap();
        let screen = terminal.shows_all(&["不客气。", "> 还有一个问题"]);
        insta::assert_snapshot!(format!("chat_chinese_answered_{name}"), screen);
        assert_eq!(stage.sim().arrived(CHINESE), ["好的，谢谢。"]);

        terminal.type_in(ESC);
        terminal.shows_all(&["Esc again leaves"]);
        assert_eq!(leave(&mut terminal), 0);
        terminal.shows("the text being written was not sent (6 characters)");
    }
}

/// Ctrl-Z gives the terminal to the shell: nobody gets what is typed there, and what was being written is there again.
#[test]
fn ctrl_z_is_for_the_shell() {
    let stage = Stage::new();
    let script =
        "set -m; \"$0\" chat case-123 --interval 10ms; echo \"stopped: $?\"; read line; fg";
    let mut terminal = Terminal::in_a_shell(&stage, 28, 120, script);
    terminal.shows_all(&["in-progress", "Old snapshots"]);
    terminal.type_in("half a text");
    terminal.shows_all(&["> half a text"]);
    terminal.type_in("\u{1a}");
    terminal.shows("stopped: ");
    terminal.type_in("for the shell\r");
    terminal.shows_all(&["in-progress", "> half a text"]);
    terminal.type_in("\u{3}");
    assert_eq!(terminal.end(), 0);
    assert!(stage.sim().arrived("case-123").is_empty());
}

/// The answer of the service is lost: the message is read back and not sent again.
#[test]
fn a_lost_answer() {
    let stage = Stage::new();
    stage
        .sim()
        .fault(FaultRule::new(Operation::CreateMessages, Fault::Close).after_commit());
    let mut terminal = chat(&stage, 28, 120, CHINESE);
    terminal.shows_all(&["in-progress", "建议先检查"]);
    terminal.type_in("磁盘又满了。\r");
    let screen = terminal.shows_all(&["磁盘又满了。", "confirmed"]);
    insta::assert_snapshot!("chat_lost_answer", screen);
    assert_eq!(stage.sim().arrived(CHINESE), ["磁盘又满了。"]);
    assert_eq!(leave(&mut terminal), 0);
    assert_eq!(stage.sim().arrived(CHINESE).len(), 1);
    assert_eq!(pending(&stage), 0);
}

/// Nothing tells what became of it: the file is named, on the screen and at the end, and looking again settles it.
#[test]
fn an_outcome_that_stays_unknown() {
    for (acts, code) in [(false, 6), (true, 0)] {
        let stage = Stage::new();
        let sim = stage.sim();
        let mut terminal = Terminal::run(
            &stage,
            28,
            120,
            &["chat", "case-123", "--interval", "10ms", "--timeout", "2s"],
        );
        terminal.shows_all(&["in-progress", "Old snapshots"]);
        let lost = FaultRule::new(Operation::CreateMessages, Fault::Close);
        sim.fault(if acts { lost.after_commit() } else { lost });
        // The reading before goes well; those after it do not.
        sim.fault(
            FaultRule::new(Operation::ListMessages, unavailable())
                .skipping(1)
                .times(u32::MAX),
        );
        terminal.type_in("only once\r");
        terminal.shows_all(&["you  unknown", "hwc-tickets message reconcile"]);
        assert_eq!(pending(&stage), 1);
        if acts {
            // It came into sight, and the ticket is asked about it until that can be answered.
            terminal.shows_all(&["unknown, looking"]);
            sim.clear_faults();
            terminal.shows_all(&["you  confirmed"]);
            assert_eq!(pending(&stage), 0);
        }
        terminal.type_in("\u{3}");
        assert_eq!(terminal.end(), code);
        assert!(terminal.is_as_before());
        // The text of what is not certain stays on the disk, and only that.
        let kept = drafts(&stage).join("case-123.doubt.1.txt");
        match acts {
            false => assert_eq!(std::fs::read_to_string(&kept).unwrap(), "only once"),
            true => assert!(names(&drafts(&stage)).is_empty()),
        }
        let told = terminal.screen();
        assert_eq!(
            told.contains("error: it is not known whether a message arrived"),
            code == 6,
            "{told}"
        );
        assert_eq!(sim.arrived("case-123").len(), usize::from(acts));
    }
}

/// Who leaves while a message is being sent: before its record is written no byte of it has gone out, so its text is there again the next
/// time. With a record, what became of it is to be found out.
#[test]
fn left_while_a_message_is_being_sent() {
    use rustix::process::{Signal, kill_process};
    for (held, signal, code) in [
        (Operation::ListMessages, None, 1),
        (Operation::ListMessages, Some(Signal::HUP), 129),
        (Operation::CreateMessages, None, 6),
        (Operation::CreateMessages, Some(Signal::HUP), 6),
    ] {
        let was_begun = held == Operation::CreateMessages;
        let stage = Stage::new();
        let args = ["chat", "case-123", "--interval", "10ms", "--timeout", "5m"];
        let mut terminal = Terminal::run(&stage, 28, 120, &args);
        terminal.shows_all(&["in-progress", "Old snapshots"]);
        // The simulator's clock stands still, and with it the delay.
        let by = Duration::from_secs(3600);
        let delay = FaultRule::new(held, Fault::Delay { by });
        stage.sim().fault(delay.times(FOREVER));
        terminal.type_in("only once\r");
        terminal.shows_all(&["you  sending"]);
        if was_begun {
            until("the record", || !stage.pending_files().is_empty());
        }
        match signal {
            Some(signal) => kill_process(terminal.process(), signal).unwrap(),
            None => terminal.type_in("\u{3}"),
        }
        assert_eq!(terminal.end(), code, "{}", terminal.screen());
        let file = match was_begun {
            true => "case-123.doubt.1.txt",
            false => "case-123.chat.1.txt",
        };
        assert_eq!(names(&drafts(&stage)), [file], "{signal:?}");
        let kept = std::fs::read_to_string(drafts(&stage).join(file)).unwrap();
        assert_eq!(kept, "only once");
        let told = terminal.screen();
        let is_lost = told.contains("1 message did not reach the ticket: only once");
        assert_eq!(is_lost, !was_begun, "{told}");
        let is_in_doubt = told.contains("not known");
        assert_eq!(is_in_doubt, was_begun, "{told}");
        assert_eq!(pending(&stage), usize::from(was_begun));
        stage.sim().clear_faults();
        if !was_begun {
            assert!(stage.sim().arrived("case-123").is_empty());
            let mut terminal = chat(&stage, 28, 120, "case-123");
            terminal.shows_all(&["Old snapshots", "> only once", "It was not sent"]);
            terminal.type_in("\u{3}");
            assert_eq!(terminal.end(), 0);
        }
    }
}

/// What is to be typed elsewhere can be typed, wherever the record lies.
#[test]
fn a_record_below_a_name_with_a_space_can_be_looked_into() {
    let stage = Stage::new();
    let state = stage.home().join("my state");
    let variables = [("XDG_STATE_HOME", state.to_str().unwrap())];
    let args = ["chat", "case-123", "--interval", "10ms", "--timeout", "2s"];
    let mut terminal = Terminal::with(&stage, 28, 240, &args, &variables);
    terminal.shows_all(&["in-progress", "Old snapshots"]);
    stage
        .sim()
        .fault(FaultRule::new(Operation::CreateMessages, Fault::Close));
    stage.sim().fault(
        FaultRule::new(Operation::ListMessages, unavailable())
            .skipping(1)
            .times(FOREVER),
    );
    terminal.type_in("only once\r");
    let command = format!("hwc-tickets message reconcile '{}", state.display());
    terminal.shows_all(&["you  unknown", &format!("From elsewhere: {command}")]);
    terminal.type_in("\u{3}");
    assert_eq!(terminal.end(), 6);
    terminal.shows(&format!("Find out with: {command}"));
}

/// Messages on the stage whose outcome is not known.
fn pending(stage: &Stage) -> usize {
    let listed = stage.run(&["message", "reconcile", "-o", "json"]).json();
    listed["pending"].as_array().unwrap().len()
}

/// It failed for sure: the reason stands there, and the text is back to be sent again.
#[test]
fn a_refusal_gives_the_text_back() {
    // Absence is proven by answers that are later than the message: the clock has to go.
    let stage = Stage::with(|builder| builder.time(Time::Wall));
    let refused = Fault::Status {
        status: 400,
        code: None,
        retry_after: None,
    };
    stage
        .sim()
        .fault(FaultRule::new(Operation::CreateMessages, refused));
    let mut terminal = chat(&stage, 28, 120, "case-123");
    terminal.shows_all(&["in-progress", "Old snapshots"]);
    terminal.type_in("yes, please\r");
    terminal.shows_all(&["you  failed", "> yes, please"]);
    assert!(stage.sim().arrived("case-123").is_empty());
    terminal.type_in("\r");
    terminal.shows_all(&["confirmed"]);
    assert_eq!(stage.sim().arrived("case-123"), ["yes, please"]);
    assert_eq!(leave(&mut terminal), 0);
}

/// Who leaves learns what did not arrive, with its text, and by the exit code.
#[test]
fn leaving_tells_what_did_not_reach_the_ticket() {
    let stage = Stage::new();
    let refused = Fault::Status {
        status: 400,
        code: Some("OSM.01010001".to_owned()),
        retry_after: None,
    };
    stage
        .sim()
        .fault(FaultRule::new(Operation::CreateMessages, refused).times(FOREVER));
    let mut terminal = chat(&stage, 28, 120, "case-123");
    terminal.shows_all(&["in-progress", "Old snapshots"]);
    terminal.type_in("yes, please\r");
    terminal.shows_all(&["you  failed", "> yes, please"]);
    terminal.type_in("\u{3}");
    assert_eq!(terminal.end(), 5);
    assert!(terminal.is_as_before());
    terminal.shows("error: 1 message did not reach the ticket: yes, please");
    terminal.shows("hwc-tickets message send case-123");
    assert!(!terminal.screen().contains("being written"));

    // What failed is there again, and was not sent by itself.
    let mut terminal = chat(&stage, 28, 120, "case-123");
    terminal.shows_all(&["in-progress", "Old snapshots", "> yes, please"]);
    terminal.type_in("\u{15}first\r");
    terminal.shows_all(&["you  failed", "> first"]);
    terminal.type_in("\u{15}second\r");
    terminal.until("both have failed", || {
        terminal.screen().matches("you  failed").count() == 2
    });
    terminal.type_in("\u{3}");
    assert_eq!(terminal.end(), 5);
    terminal.shows("warning: did not reach the ticket: first");
    terminal.shows("warning: did not reach the ticket: second");
    terminal.shows("error: 2 messages did not reach the ticket");
    terminal.shows("They can be sent again");
}

/// While a message is on its way, the screen says so, and the next one waits.
#[test]
fn one_after_the_other() {
    let stage = Stage::new();
    stage.sim().fault(FaultRule::new(
        Operation::CreateMessages,
        // The simulator's clock stands still, and with it the delay.
        Fault::Delay {
            by: Duration::from_secs(3600),
        },
    ));
    let mut terminal = Terminal::run(
        &stage,
        28,
        40,
        &["chat", "case-123", "--interval", "10ms", "--timeout", "5m"],
    );
    terminal.shows_all(&["in-progress", "30 days?"]);
    terminal.type_in("one\rtwo\r");
    let screen = terminal.shows_all(&["you  sending", "you  waiting"]);
    insta::assert_snapshot!("chat_sending", screen);
    until("the first to be there", || stage.sim().faults().is_empty());
    // The simulator has one thread: when it has answered others, the first one waits for the clock.
    let answered = stage.requests();
    until("polls", || stage.requests() > answered + 2);
    stage.sim().advance(Duration::from_secs(3600));
    until("both to arrive", || {
        stage.sim().arrived("case-123") == ["one", "two"]
    });
    terminal.until("both to be confirmed", || {
        terminal.screen().matches("confirmed").count() == 2
    });
    assert_eq!(leave(&mut terminal), 0);
}

#[test]
fn resized_while_it_runs() {
    let stage = Stage::new();
    let mut terminal = chat(&stage, 28, 120, CHINESE);
    terminal.shows_all(&["in-progress", "建议先检查", "慢查询.log"]);
    terminal.type_in("这是一个比较长的问题，在窄的窗口里要换行显示才行。");
    terminal.shows_all(&["才行。"]);
    terminal.resize(30, 40);
    let screen = terminal.shows_all(&["in-progress", "\n  行显示才行。"]);
    insta::assert_snapshot!("chat_resized", screen);
    for (rows, cols) in [(3, 20), (1, 2), (28, 120)] {
        terminal.resize(rows, cols);
    }
    terminal.shows_all(&["in-progress", "建议先检查", "示才行。"]);
    // Through the conversation and back, in a window that shows a part of it.
    terminal.resize(12, 40);
    terminal.shows_all(&["in-progress", "Enter sends"]);
    terminal.type_in("\u{1b}[5~\u{1b}[5~\u{1b}[5~\u{1b}[5~");
    terminal.shows_all(&["2026-11-20 14:00:00  customer: demo", "End: newest"]);
    stage.sim().reply_as_engineer(CHINESE, "第五条").unwrap();
    let screen = terminal.shows_all(&["1 new below", "Enter sends"]);
    insta::assert_snapshot!("chat_scrolled", screen);
    terminal.type_in("\u{1b}[1;5F");
    terminal.shows_all(&["第五条"]);
    terminal.type_in("\u{3}");
    assert_eq!(terminal.end(), 0);
    assert!(terminal.is_as_before());
}

/// A command never reaches the support, and two slashes send one.
#[test]
fn commands_stay_here() {
    let stage = Stage::new();
    let mut terminal = chat(&stage, 28, 120, "case-123");
    terminal.shows_all(&["in-progress", "Old snapshots"]);
    terminal.type_in("/help\r");
    terminal.shows_all(&["looks again for messages in doubt", "Any key goes back."]);
    terminal.type_in("x");
    terminal.shows_all(&["Old snapshots"]);
    terminal.type_in("/unknown\r");
    terminal.shows_all(&["No message has “unknown”; nothing was sent"]);
    terminal.type_in("\u{15}//var is full\r");
    terminal.shows_all(&["/var is full", "confirmed"]);
    assert_eq!(stage.sim().arrived("case-123"), ["/var is full"]);
    terminal.type_in("/quit\r");
    assert_eq!(terminal.end(), 0);
    assert_eq!(stage.sim().arrived("case-123").len(), 1);
}

/// With a short beginning, everything before it can still be reached.
#[test]
fn older_messages_can_be_reached() {
    const LONG: &str = "TT202611210011";
    let stage = Stage::new();
    let mut terminal = Terminal::run(
        &stage,
        20,
        60,
        &["chat", LONG, "--tail", "3", "--interval", "10ms"],
    );
    terminal.shows_all(&["Server 40 of 40"]);
    assert!(!terminal.screen().contains("Server 1 of 40"));
    // Ctrl-Home: first what one page brings, then the beginning.
    terminal.type_in("\u{1b}[1;5H");
    terminal.until("a page of older messages", || {
        terminal
            .drawn()
            .is_some_and(|screen| !screen.contains("Server 40 of 40"))
    });
    terminal.type_in("\u{1b}[1;5H");
    terminal.shows_all(&["Server 1 of 40"]);
    terminal.type_in("\u{1b}[1;5F");
    terminal.shows_all(&["Server 40 of 40"]);
    assert_eq!(leave(&mut terminal), 0);
}

/// What was shown is read, for every other program, too; unless it is to stay unread.
#[test]
fn what_was_shown_is_read() {
    let unread = |stage: &Stage| {
        let ran = stage.run(&["message", "unread", "case-123", "-o", "json"]);
        ran.json()["total"].as_u64().unwrap()
    };
    let stage = Stage::new();
    assert!(unread(&stage) > 0);
    let keep = ["chat", "case-123", "--keep-unread", "--interval", "10ms"];
    let mut terminal = Terminal::run(&stage, 28, 80, &keep);
    terminal.shows_all(&["in-progress", "Old snapshots"]);
    assert_eq!(leave(&mut terminal), 0);
    assert!(unread(&stage) > 0, "left unread");

    let mut terminal = chat(&stage, 28, 80, "case-123");
    terminal.shows_all(&["in-progress", "Old snapshots"]);
    until("the ticket to be read", || unread(&stage) == 0);
    stage.sim().reply_as_engineer("case-123", "More.").unwrap();
    terminal.shows_all(&["More."]);
    until("the news to be read", || unread(&stage) == 0);
    assert_eq!(leave(&mut terminal), 0);
}

/// Where nothing tells the time, the clock of this machine says where a conversation begins: of one that is behind by days the newest
/// messages would not be on the screen.
#[test]
fn it_says_that_the_service_told_no_time() {
    let mut rules = Rules::default();
    rules.tells_time = false;
    let stage = Stage::with(|builder| builder.rules(rules));
    let mut terminal = chat(&stage, 28, 120, CHINESE);
    terminal.shows_all(&["the service told no time"]);
    assert_eq!(leave(&mut terminal), 0);
}

/// Without a ticket it begins with the list: side by side where there is room, one after the other where there is none.
#[test]
fn the_list_leads_to_conversations() {
    for cols in [120, 40] {
        let stage = Stage::new();
        let mut terminal = Terminal::run(&stage, 28, cols, &["chat", "--interval", "10ms"]);
        terminal.shows_all(&["Tickets, "]);
        terminal.type_in("/case-123\r");
        terminal.shows_all(&["/case-123"]);
        terminal.type_in("\r");
        let screen = terminal.shows_all(&["in-progress", "Old snapshots"]);
        assert_eq!(screen.contains("Tickets"), cols == 120, "{screen}");
        terminal.type_in("from the list\r");
        terminal.shows_all(&["confirmed"]);
        assert_eq!(stage.sim().arrived("case-123"), ["from the list"]);
        // Tab goes to the list, where the same ticket is opened again as it was left.
        terminal.type_in("half");
        terminal.shows_all(&["> half"]);
        terminal.type_in("\t");
        terminal.shows_all(&["Tickets, "]);
        terminal.type_in("\r");
        terminal.shows_all(&["> half", "from the list"]);
        terminal.type_in("\u{3}");
        assert_eq!(terminal.end(), 0);
        assert!(terminal.is_as_before());
    }
}

#[test]
fn without_a_terminal_a_ticket_is_needed() {
    let stage = Stage::new();
    let ran = stage.run(&["chat"]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(ran.stderr.contains("ticket list"), "{}", ran.stderr);
}

/// What was written is there again the next time, for the user only, and gone when it was sent.
#[test]
fn a_text_is_kept_until_it_is_sent() {
    let stage = Stage::new();
    let file = drafts(&stage).join("case-123.chat.1.txt");
    let mut terminal = chat(&stage, 28, 120, "case-123");
    terminal.shows_all(&["in-progress", "Old snapshots"]);
    terminal.type_in("磁盘又满了 half a sent");
    terminal.shows_all(&["half a sent"]);
    // Written down while it runs, too: nobody has to leave in order.
    until("the text to be kept", || file.exists());
    terminal.type_in(ESC);
    terminal.shows_all(&["Esc again leaves"]);
    assert_eq!(leave(&mut terminal), 0);
    assert_eq!(
        std::fs::read_to_string(&file).unwrap(),
        "磁盘又满了 half a sent"
    );
    let mode =
        std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);

    let mut terminal = chat(&stage, 28, 120, "case-123");
    terminal.shows_all(&[
        "Old snapshots",
        "> 磁盘又满了 half a sent",
        "It was not sent",
    ]);
    assert!(stage.sim().arrived("case-123").is_empty());
    terminal.type_in("ence\r");
    terminal.shows_all(&["confirmed"]);
    assert_eq!(
        stage.sim().arrived("case-123"),
        ["磁盘又满了 half a sentence"]
    );
    assert_eq!(leave(&mut terminal), 0);
    assert!(!file.exists());
}

/// Two chats of one ticket at once: each keeps its own text, and none takes the other's.
#[test]
fn two_chats_keep_two_texts() {
    let stage = Stage::new();
    let texts = [(1, "from the first"), (2, "from the second")];
    let file = |number: u32| drafts(&stage).join(format!("case-123.chat.{number}.txt"));
    let mut chats = Vec::new();
    for (number, text) in texts {
        let mut terminal = chat(&stage, 28, 120, "case-123");
        terminal.shows_all(&["in-progress", "Old snapshots"]);
        terminal.type_in(text);
        terminal.shows_all(&[text]);
        until("the text to be kept", || file(number).exists());
        chats.push(terminal);
    }
    for terminal in &mut chats {
        terminal.type_in(ESC);
        terminal.shows_all(&["Esc again leaves"]);
        assert_eq!(leave(terminal), 0);
    }
    for (number, text) in texts {
        assert_eq!(std::fs::read_to_string(file(number)).unwrap(), text);
    }
    assert_eq!(names(&drafts(&stage)).len(), 2, "no locks");
}

/// Texts that were not sent.
fn drafts(stage: &Stage) -> std::path::PathBuf {
    stage.home().join(".local/state/hwc-tickets/drafts")
}

/// A file goes with a message, comes back under a safe name, and replaces nothing; a long text comes from the editor.
#[test]
fn files_and_the_editor() {
    let stage = Stage::new();
    let log = stage.home().join("磁盘 a.log");
    std::fs::write(&log, "disk full\n").unwrap();
    let place = stage.home().join("saved");
    std::fs::create_dir(&place).unwrap();
    let args = ["chat", "case-123", "--interval", "10ms"];
    let editor = [(
        "EDITOR",
        "/bin/sh -c 'printf \"from the\\neditor\\n\" > \"$0\"'",
    )];
    let mut terminal = Terminal::with(&stage, 28, 240, &args, &editor);
    terminal.shows_all(&["in-progress", "Old snapshots"]);
    terminal.type_in("/attach ~/nothing.log\r");
    terminal.shows_all(&[
        "nothing.log` cannot be uploaded",
        "Name a file that can be read.",
    ]);
    terminal.type_in("/attach ~/磁盘 a.log\r");
    terminal.shows_all(&["with [磁盘 a.log]"]);
    terminal.type_in("\u{18}");
    terminal.shows_all(&["> from the\n  editor"]);
    assert!(stage.sim().arrived("case-123").is_empty());
    terminal.type_in("\r");
    terminal.shows_all(&["[2 磁盘 a.log]"]);
    assert_eq!(stage.sim().arrived("case-123"), ["from the\neditor"]);
    for told in ["Saved ", "Not saved: "] {
        terminal.type_in("/save 2 ~/saved\r");
        terminal.shows_all(&[told]);
        let saved = std::fs::read_to_string(place.join("磁盘 a.log")).unwrap();
        assert_eq!(saved, "disk full\n");
    }
    assert_eq!(leave(&mut terminal), 0);
}

/// What is typed while the editor has the terminal, and does not read it, is not waited for until the next key.
#[test]
fn keys_typed_ahead_of_the_end_of_the_editor() {
    let stage = Stage::new();
    let pipe = stage.home().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let args = ["chat", "case-123", "--interval", "10ms"];
    let editor = [("EDITOR", "/bin/sh -c 'cat \"$HOME/pipe\" > \"$0\"'")];
    let mut terminal = Terminal::with(&stage, 28, 120, &args, &editor);
    terminal.shows_all(&["in-progress", "Old snapshots"]);
    terminal.type_in("\u{18}");
    // Opens when the editor does.
    let mut text = std::fs::File::create(&pipe).unwrap();
    terminal.type_in("!");
    text.write_all(b"from the editor").unwrap();
    drop(text);
    terminal.shows_all(&["> from the editor!"]);
    terminal.type_in(ESC);
    terminal.shows_all(&["Esc again leaves"]);
    assert_eq!(leave(&mut terminal), 0);
}

/// Addresses are links of the terminal, and lead where they say.
#[test]
fn addresses_are_links() {
    let stage = Stage::new();
    let text = "See https://a.com/x。 \u{1b}]8;;https://evil.com\u{1b}\\https://b.com";
    stage.sim().reply_as_engineer("case-123", text).unwrap();
    let mut terminal = chat(&stage, 28, 120, "case-123");
    terminal.shows_all(&["https://a.com/x。", "https://b.com"]);
    terminal.until("the links", || {
        terminal
            .written()
            .contains("\u{1b}]8;;https://b.com\u{1b}\\")
    });
    let written = terminal.written();
    assert!(written.contains("\u{1b}]8;;https://a.com/x\u{1b}\\"));
    // The one that came is text, and what follows it is no part of it.
    assert!(
        terminal
            .screen()
            .contains("\\u{1b}]8;;https://evil.com\\u{1b}")
    );
    assert_eq!(leave(&mut terminal), 0);
}

/// Many lines pasted at once are one message, and none is sent before Enter is pressed.
#[test]
fn pasted_lines_are_one_message() {
    let stage = Stage::new();
    let mut terminal = chat(&stage, 28, 120, "case-123");
    terminal.shows_all(&["in-progress", "Old snapshots"]);
    terminal.type_in("\u{1b}[200~第一行\rsecond line\nthird\u{1b}[201~");
    terminal.shows_all(&["> 第一行\n  second line\n  third"]);
    assert!(stage.sim().arrived("case-123").is_empty());
    terminal.type_in("\r");
    terminal.shows_all(&["confirmed"]);
    assert_eq!(
        stage.sim().arrived("case-123"),
        ["第一行\nsecond line\nthird"]
    );
    assert_eq!(leave(&mut terminal), 0);
}

#[test]
fn the_limit_is_shown_in_time() {
    let stage = Stage::new();
    let mut terminal = chat(&stage, 28, 120, "case-123");
    terminal.shows_all(&["in-progress", "Old snapshots"]);
    let text = "磁".repeat(1999);
    terminal.type_in(&format!("\u{1b}[200~{text}\u{1b}[201~"));
    terminal.shows_all(&["1999/2000"]);
    terminal.type_in("😀\r");
    terminal.shows_all(&["2001/2000", "Too long by 1"]);
    assert!(stage.sim().arrived("case-123").is_empty());
    terminal.type_in("\u{7f}磁\r");
    until("it to arrive", || {
        stage.sim().arrived("case-123").len() == 1
    });
    // It is longer than the screen.
    terminal.type_in("\u{1b}[5~");
    terminal.shows_all(&["confirmed"]);
    assert_eq!(stage.sim().arrived("case-123"), [format!("{text}磁")]);
    assert_eq!(leave(&mut terminal), 0);
}

/// The status is asked for all the time, slowly.
#[test]
fn the_status_at_the_top() {
    let stage = Stage::new();
    stage
        .sim()
        .set_status("case-123", Status::ToConfirm)
        .unwrap();
    let mut terminal = chat(&stage, 28, 40, "case-123");
    terminal.shows_all(&["case-123  awaiting-confirmation"]);
    assert_eq!(leave(&mut terminal), 0);
}

/// What other people write, and what is typed, cannot act on the terminal.
#[test]
fn foreign_text_is_inert() {
    let stage = Stage::new();
    let evil = "\u{1b}[2J\u{9b}31m\u{202e}txt.exe\r\u{8}after";
    stage.sim().reply_as_engineer("case-123", evil).unwrap();
    let mut terminal = chat(&stage, 28, 120, "case-123");
    terminal.shows_all(&["\\u{1b}[2J\\u{9b}31m\\u{202e}txt.exe\\r\\u{8}after"]);
    terminal.type_in("\u{1b}[200~a\u{202e}b\u{1b}[201~");
    terminal.shows_all(&["> a\\u{202e}b"]);
    for active in ["\u{9b}", "\u{202e}", "\u{1b}[31m\u{1b}"] {
        assert!(!terminal.written().contains(active));
    }
    terminal.type_in("\u{3}");
    assert_eq!(terminal.end(), 0);
    assert!(terminal.is_as_before());
}

#[test]
fn without_colour() {
    for (variables, coloured) in [(&[][..], true), (&[("NO_COLOR", "1")][..], false)] {
        let stage = Stage::new();
        let mut terminal = Terminal::with(&stage, 28, 80, &["chat", "case-123"], variables);
        terminal.shows_all(&["in-progress", "Old snapshots"]);
        let written = terminal.written();
        let has = written.contains("\u{1b}[38;5;2");
        assert_eq!(has, coloured, "{written:?}");
        assert_eq!(leave(&mut terminal), 0);
    }
}

/// What cannot heal ends the chat, says why, and leaves the terminal as it was.
#[test]
fn what_cannot_heal_ends_it() {
    let stage = Stage::new();
    for (ticket, token, code) in [("case-999", "TOKENEXAMPLE", 3), ("case-123", "wrong", 4)] {
        let mut terminal = Terminal::with(
            &stage,
            28,
            80,
            &["chat", ticket, "--interval", "10ms"],
            &[("HWC_TICKETS_TOKEN", token)],
        );
        assert_eq!(terminal.end(), code, "{}", terminal.screen());
        assert!(terminal.is_as_before());
        assert!(
            terminal.screen().contains("error: "),
            "{}",
            terminal.screen()
        );
    }
}

/// Told to end by the system, it leaves the terminal as it was and says what stays behind.
#[test]
fn the_system_ends_it() {
    use rustix::process::{Signal, kill_process};
    for (signal, code) in [(Signal::TERM, 143), (Signal::HUP, 129), (Signal::INT, 130)] {
        let stage = Stage::new();
        let mut terminal = chat(&stage, 28, 80, "case-123");
        terminal.shows_all(&["in-progress", "Old snapshots"]);
        terminal.type_in("half a sent");
        terminal.shows_all(&["> half a sent"]);
        kill_process(terminal.process(), signal).unwrap();
        assert_eq!(terminal.end(), code);
        assert!(terminal.is_as_before());
        assert!(terminal.screen().contains("was not sent"));
    }
}

#[test]
fn without_a_terminal_it_follows() {
    let stage = Stage::new();
    let args = ["chat", "case-123", "--tail", "1", "--interval", "10ms"];
    // Its input stays open.
    let mut follower = Follower::of(stage.command(&args).stdin(Stdio::piped()));
    assert!(follower.line().starts_with("TIME"));
    assert!(follower.line().contains("Old snapshots"));
    stage
        .sim()
        .reply_as_engineer("case-123", "新的消息")
        .unwrap();
    assert!(follower.line().contains("新的消息"));
    let ran = follower.interrupt(&stage);
    assert_eq!(ran.code, 130, "{}", ran.stderr);
    assert!(!ran.stdout.contains('\u{1b}'));
}

/// Nobody can write: what there is is shown, and that is the end.
#[test]
fn it_ends_with_its_input() {
    let stage = Stage::new();
    let at = stage.sim().now();
    let many = hwc_tickets_sim::TicketSeed::new("TT-many", hwc_tickets_sim::DEMO, at);
    let many = (0..250).fold(many, |seed, number| {
        seed.customer(at, format!("message {number}"))
    });
    stage.sim().open(many).unwrap();
    for (ticket, tail, form) in [
        ("case-123", "50", "table"),
        ("case-123", "50", "json"),
        ("case-123", "0", "json"),
        ("case-123", "2", "ndjson"),
        ("TT-many", "200", "ndjson"),
    ] {
        let args = [
            "chat",
            ticket,
            "--tail",
            tail,
            "-o",
            form,
            "--interval",
            "10ms",
        ];
        let mut child = stage.spawn(&args);
        let mut stdout = child.stdout.take().unwrap();
        let reader = std::thread::spawn(move || {
            let mut text = String::new();
            std::io::Read::read_to_string(&mut stdout, &mut text).unwrap();
            text
        });
        until(&format!("the end of {args:?}"), || {
            child.try_wait().unwrap().is_some()
        });
        let mut ran = stage.ran(child.wait_with_output().unwrap());
        ran.stdout = reader.join().unwrap();
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{args:?}");
        match form {
            "table" => assert!(ran.stdout.contains("Old snapshots"), "{}", ran.stdout),
            "json" => {
                let json = ran.json();
                assert_eq!(json["end"], "input");
                let shown = json["events"].as_array().unwrap().len();
                assert_eq!(shown, if tail == "0" { 0 } else { 4 }, "{args:?}");
            }
            _ => assert_eq!(ran.stdout.lines().count().to_string(), tail),
        }
    }
    // The service is away: it is told, and no reason to wait for ever.
    stage
        .sim()
        .fault(FaultRule::new(hwc_tickets_sim::Route::Any, unavailable()).times(FOREVER));
    let ran = stage.run(&["chat", "case-123", "--retries", "0", "--interval", "10ms"]);
    assert_eq!(ran.code, 1, "{}", ran.golden());
}

/// What is piped in would be lost without a word.
#[test]
fn what_is_piped_in_is_not_sent_and_that_is_said() {
    let stage = Stage::new();
    let args = ["chat", "case-123", "--interval", "10ms"];
    let ran = stage.run_with_input(&args, "The disk is full again.\n");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    for said in ["is not sent", "message send"] {
        assert!(ran.stderr.contains(said), "{said}: {}", ran.stderr);
    }
    assert!(stage.sim().arrived("case-123").is_empty());
}
