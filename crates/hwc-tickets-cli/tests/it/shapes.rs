//! One thing has one shape in JSON, whichever command prints it, and the SDK reads it back.

use crate::stage::{FOREVER, Ran, Stage};
use hwc_tickets::{
    ErrorKind, ErrorReport, Event, Message, ReadReport, TicketDetail, TicketStatus, UnreadCounts,
};
use hwc_tickets_sim::{Fault, FaultRule, Route};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

const TICKET: &str = "TT202611210001";
const TEXT: &str = "where is it?";
const FORMS: [&str; 2] = ["json", "ndjson"];

/// Everything that a command has printed: one document, or one for each line.
fn documents(ran: &Ran) -> Vec<Value> {
    serde_json::Deserializer::from_str(&ran.stdout)
        .into_iter()
        .map(|document| document.unwrap_or_else(|error| panic!("{error}: {}", ran.golden())))
        .collect()
}

/// All objects with a field of this name, wherever they stand.
fn with_field(documents: &[Value], name: &str) -> Vec<Value> {
    fn collect(value: &Value, name: &str, found: &mut Vec<Value>) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| collect(item, name, found)),
            Value::Object(fields) => {
                if fields.contains_key(name) {
                    found.push(value.clone());
                }
                fields
                    .values()
                    .for_each(|value| collect(value, name, found));
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    let documents = documents.iter();
    documents.for_each(|document| collect(document, name, &mut found));
    found
}

fn names(value: &Value) -> Vec<&String> {
    value.as_object().unwrap().keys().collect()
}

fn read<T: DeserializeOwned>(value: &Value) -> T {
    serde_json::from_value(value.clone()).unwrap_or_else(|error| panic!("{error}: {value}"))
}

/// The messages with the text of these tests.
fn messages(ran: &Ran) -> Vec<Value> {
    let mut found = with_field(&documents(ran), "content");
    found.retain(|message| message["content"] == TEXT);
    assert!(!found.is_empty(), "{}", ran.golden());
    found
}

/// Without what only some reads of the service tell.
fn told_by_all(message: &Value) -> Map<String, Value> {
    let mut fields = message.as_object().unwrap().clone();
    for name in ["id", "extra"] {
        assert!(fields.remove(name).is_some(), "{name}: {message}");
    }
    if let Some(author) = fields.get_mut("author").and_then(Value::as_object_mut) {
        author.remove("user_type");
    }
    fields
}

fn assert_is_the_same(message: &Value, expected: &Value, command: &str) {
    assert_eq!(names(message), names(expected), "{command}");
    assert_eq!(told_by_all(message), told_by_all(expected), "{command}");
    let again: Message = read(message);
    assert_eq!(message["key"], again.key().to_string(), "{command}");
}

/// Follows a ticket from its beginning, for a moment.
fn follow(ticket: &str) -> Vec<&str> {
    let follow = ["message", "follow", ticket, "--tail", "9"];
    [&follow[..], &["--for", "500ms", "--interval", "10ms"]].concat()
}

fn history(stage: &Stage, ticket: &str) -> Value {
    let ran = stage.run(&["message", "history", ticket, "-o", "json"]);
    messages(&ran).remove(0)
}

#[test]
fn a_message_is_one_object_in_every_command() {
    let stage = Stage::new();
    let send = ["message", "send", TICKET, TEXT, "--confirm", "-o", "json"];
    let sent = stage.run(&send);
    assert_eq!(sent.code, 0, "{}", sent.golden());
    let expected = history(&stage, TICKET);
    assert_eq!(expected["from"], "customer", "{expected}");
    assert_eq!(
        expected["author"]["user_type"], "main_account",
        "{expected}"
    );
    let mut found = vec![(send.join(" "), messages(&sent))];
    let follow = follow(TICKET);
    for form in FORMS {
        for args in [
            &["message", "history", TICKET][..],
            &["message", "history", TICKET, "--ids"],
            &["ticket", "show", TICKET],
            &follow[..],
            &["chat", TICKET, "--interval", "10ms"],
        ] {
            let args = [args, &["-o", form]].concat();
            let ran = stage.run(&args);
            assert_eq!(ran.code, 0, "{args:?}: {}", ran.golden());
            found.push((args.join(" "), messages(&ran)));
        }
    }
    let recall = ["message", "recall", TICKET, "--last", "-o", "json"];
    found.push((recall.join(" "), messages(&stage.run(&recall))));
    for (command, messages) in found {
        for message in messages {
            assert_is_the_same(&message, &expected, &command);
        }
    }
}

/// Also where it is looked for, as the one that is in the ticket or as one that could be it.
#[test]
fn a_message_in_doubt_is_the_same_object() {
    for (reads, outcome) in [(1, "confirmed"), (0, "unknown")] {
        let mut fates = Vec::new();
        for one_by_one in [true, false] {
            let stage = Stage::new();
            // One read tells where this ticket ends.
            stage.in_doubt("case-123", TEXT, true, reads);
            let file = stage.pending_file().display().to_string();
            let which = if one_by_one { file.as_str() } else { "--all" };
            let listed = stage.run(&["message", "reconcile", "-o", "json"]);
            let args = ["message", "reconcile", which, "--timeout", "3s", "-o"];
            let ran = stage.run(&[&args[..], &["json"]].concat());
            let expected = history(&stage, "case-123");
            for message in messages(&ran) {
                assert_is_the_same(&message, &expected, &ran.golden());
            }
            let fate = with_field(&documents(&ran), "outcome").remove(0);
            assert_eq!(fate["outcome"], outcome, "{}", ran.golden());
            // The record is that of the list.
            let record = listed.json()["pending"][0].clone();
            for name in [
                "id",
                "ticket",
                "group",
                "begun_at",
                "length",
                "reference",
                "problem",
            ] {
                assert!(record.get(name).is_some(), "{name}: {record}");
                assert_eq!(fate.get(name), record.get(name), "{name}: {fate}");
            }
            fates.push(fate);
        }
        assert_eq!(names(&fates[0]), names(&fates[1]));
    }
}

/// What became of a message or a ticket is a word, in one field.
#[test]
fn an_outcome_is_a_word_beside_its_ticket() {
    let stage = Stage::new();
    let confirmed = ["message", "send", TICKET, TEXT, "--confirm"];
    for (args, outcome) in [
        (&["message", "send", TICKET, "first"][..], "accepted"),
        (&confirmed[..], "confirmed"),
        (&["message", "mark-read", TICKET], "read"),
        (&["message", "recall", TICKET, "--last"], "recalled"),
    ] {
        let ran = stage.run(&[args, &["-o", "json"]].concat());
        let document = ran.json();
        assert_eq!(document["outcome"], outcome, "{}", ran.golden());
        assert_eq!(document["ticket"], TICKET, "{document}");
    }
}

/// What happened is an event of the SDK, be it read from the history or as it comes.
#[test]
fn an_event_is_one_of_the_sdk() {
    let stage = Stage::new();
    let told = |args: &[&str]| -> Vec<Value> {
        let ran = stage.run(&[args, &["-o", "ndjson"]].concat());
        documents(&ran)
    };
    let history = told(&["message", "history", "case-123", "--oldest-first"]);
    for events in [
        told(&follow("case-123")),
        told(&["chat", "case-123", "--interval", "10ms"]),
    ] {
        assert_eq!(events.len(), history.len());
        for (event, listed) in events.iter().zip(&history) {
            assert_eq!(names(event), names(listed));
            for event in [event, listed] {
                let Event::Message { ticket, message } = read(event) else {
                    panic!("{event}");
                };
                assert_eq!(ticket.as_str(), "case-123");
                assert_eq!(event["message"]["key"], message.key().to_string());
            }
        }
    }
    let until = ["message", "follow", "TT202611210005", "--until-status"];
    let status = told(&[&until[..], &["completed"]].concat());
    assert!(
        matches!(read(&status[0]), Event::Status { .. }),
        "{status:?}"
    );
    let lost = told(&["message", "follow", "case-999", "--for", "60s"]);
    let Event::TicketLost { ticket, error } = read(&lost[0]) else {
        panic!("{lost:?}");
    };
    assert_eq!(ticket.as_str(), "case-999");
    assert_eq!(lost[0]["error"]["summary"], error.summary());
}

#[test]
fn a_ticket_is_that_of_the_sdk() {
    let stage = Stage::new();
    let json = |args: &[&str]| stage.run(&[args, &["-o", "json"]].concat()).json();
    let shown = json(&["ticket", "show", "case-123"]);
    let detail: TicketDetail = read(&shown["detail"]);
    assert_eq!(detail.messages.len(), 4);
    let status = json(&["ticket", "status", "case-123"]);
    assert_eq!(status["status"], shown["detail"]["status"]);
    assert_eq!(read::<TicketStatus>(&status["status"]), detail.status);
    let history = json(&["message", "history", "case-123"]);
    assert!(read::<ReadReport>(&history["report"]).complete, "{history}");
    let unread = json(&["message", "unread", "case-123", "case-999"]);
    let unread_counts: UnreadCounts = read(&unread);
    assert_eq!(unread["total"], unread_counts.total());
    assert_eq!(unread_counts.unanswered.len(), 1, "{unread}");
}

/// A failure is told by the same fields, whether it ends the command or is that of one thing among others.
#[test]
fn a_failure_is_one_object_in_every_command() {
    let stage = Stage::new();
    stage.in_doubt(TICKET, TEXT, true, 1);
    let mut expected: Option<Value> = None;
    for args in [
        &["message", "history", TICKET][..],
        &["message", "follow", TICKET],
        &["chat", TICKET],
        &["message", "unread", TICKET],
        &["message", "reconcile", "--all"],
        &["ticket", "list"],
    ] {
        let args = [args, &["--timeout", "1s", "-o", "json"]].concat();
        let mut command = stage.command(&args);
        let ran = stage.finish(command.env("HWC_TICKETS_TOKEN", "WRONGEXAMPLE"));
        let failures = with_field(&documents(&ran), "exit_code");
        assert!(!failures.is_empty(), "{args:?}: {}", ran.golden());
        for failure in failures {
            let report: ErrorReport = read(&failure);
            assert_eq!(report.kind, ErrorKind::Unauthorized, "{args:?}: {failure}");
            for name in ["exit_code", "summary", "help", "what"] {
                assert!(!failure[name].is_null(), "{args:?}: {name}: {failure}");
            }
            let expected = expected.get_or_insert_with(|| failure.clone());
            assert_eq!(names(&failure), names(expected), "{args:?}");
            // It is the line that people read, if one is told as the end of the command.
            let line = format!("error: {}", failure["summary"].as_str().unwrap());
            let is_told = ran.stderr.contains(&line);
            assert!(is_told || args.contains(&"--all"), "{}", ran.golden());
        }
    }
    // One of the program itself has no more than its words.
    let lost = ["message", "follow", TICKET, "--for", "100ms"];
    let lost = [&lost[..], &["--timeout", "2s", "-o", "json"]].concat();
    let silence = FaultRule::new(Route::Any, Fault::Hang);
    stage.sim().fault(silence.times(FOREVER));
    let ran = stage.run(&lost);
    let failure = with_field(&documents(&ran), "exit_code").remove(0);
    for name in ["what", "summary", "help"] {
        assert!(failure[name].is_string(), "{name}: {}", ran.golden());
    }
    assert_eq!(failure["exit_code"], ran.code, "{}", ran.golden());
}
