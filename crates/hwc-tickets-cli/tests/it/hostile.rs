//! Hostile ids and texts: no request, and nothing on the terminal that a terminal would act on.

use crate::stage::{Ran, SETTINGS, Stage};

/// None of these is an id.
const IDS: [&str; 34] = [
    "",
    ".",
    "..",
    "...",
    "a/b",
    "../case-123",
    "a/../b",
    "a\\b",
    "..\\",
    "%2e%2e",
    "%2E%2E%2F",
    "a%00",
    "a b",
    " case-123",
    "case-123 ",
    "a?b=c",
    "a#b",
    "a;b",
    "a:b@c",
    "http://elsewhere.example/",
    "//elsewhere.example",
    "a\r\nX-Auth-Token: x",
    "a\nb",
    "a\tb",
    "\u{1b}[2J\u{1b}[31mred",
    "\u{9b}31m",
    "\u{202e}321-esac",
    "a\u{2215}b",
    "a\u{ff0f}b",
    "ｃａｓｅ",
    "工单",
    "case\u{200b}123",
    "😀",
    "0123456789012345678901234567890123456789012345678901234567890123x",
];

/// What a terminal would act on, line breaks of this program apart.
pub(crate) fn active(text: &str) -> Option<char> {
    text.chars().find(|c| (c.is_control() && *c != '\n') || matches!(*c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}'))
}

fn inert(ran: &Ran, what: &str) {
    for text in [&ran.stdout, &ran.stderr] {
        assert_eq!(active(text), None, "{what}: {text:?}");
    }
}

#[test]
fn no_request_and_no_escape_sequence() {
    let stage = Stage::new();
    for id in IDS {
        for args in [
            vec!["message", "send", "--", id, "hello"],
            vec!["message", "history", "--", id],
            vec!["message", "follow", "--", id],
            vec!["message", "follow", "--", "case-123", id],
            vec!["message", "unread", "--", "case-123", id],
            vec!["message", "mark-read", "--", id],
            vec!["message", "recall", "--", id, "m-1"],
            vec!["message", "recall", "--", "case-123", id],
            vec!["message", "recall", "--last", "--", id],
            vec!["ticket", "show", "--", id],
            vec!["ticket", "status", "--", id],
        ] {
            let ran = stage.run(&args);
            assert_eq!(
                (ran.code, ran.stdout.as_str()),
                (2, ""),
                "{args:?}: {}",
                ran.stderr
            );
            inert(&ran, id);
        }
        let attachment = stage.run(&[
            "message",
            "send",
            "case-123",
            "hello",
            &format!("--attachment={id}"),
        ]);
        assert_eq!(attachment.code, 2, "{id:?}");
        inert(&attachment, id);
        let group = stage.run(&["ticket", "status", "case-123", &format!("--group={id}")]);
        assert_eq!(group.code, 2, "{id:?}");
        inert(&group, id);
    }
    let input = stage.run_with_input(&["message", "unread", "-"], &IDS.join("\n"));
    assert_eq!(input.code, 2);
    inert(&input, "standard input");
    assert_eq!(stage.requests(), 0);
}

#[test]
fn hostile_arguments_in_every_place() {
    let stage = Stage::new();
    let evil = "\u{1b}]0;title\u{7}\u{1b}[31m\u{202e}\r\nx";
    for args in [
        vec![evil],
        vec!["message", evil],
        vec!["message", "history", "case-123", "--since", evil],
        vec!["message", "history", "case-123", "--limit", evil],
        vec!["message", "follow", "case-123", "--until-status", evil],
        vec!["message", "follow", "case-123", "--for", evil],
        vec!["message", "reconcile", evil],
        vec!["message", "send", "case-123", "--file", evil],
        vec!["ticket", "status", "case-123", "-o", evil],
        vec!["ticket", "status", "case-123", "--endpoint", evil],
        vec!["ticket", "status", "case-123", "--site", evil],
        vec!["ticket", "status", "case-123", "--language", evil],
        vec!["ticket", "status", "case-123", "--time-zone", evil],
        vec!["ticket", "status", "case-123", "--profile", evil],
        vec!["ticket", "status", "case-123", "--retries", evil],
        vec!["ticket", "status", "case-123", "--timeout", evil],
        vec!["ticket", "status", "case-123", "--ca-file", evil],
        vec!["ticket", "status", "case-123", "--color", evil],
        vec!["ticket", "status", "case-123", &format!("--{evil}")],
        vec!["api", evil, "/v2"],
        vec!["api", "GET", evil],
        vec!["api", "GET", "/v2", "--query", evil],
        vec!["api", "POST", "/v2", "--input", evil],
        vec!["completions", evil],
        vec!["auth", "login", "--with", evil],
    ] {
        let ran = stage.run(&args);
        assert_eq!(ran.code, 2, "{args:?}: {}", ran.stderr);
        inert(&ran, &format!("{args:?}"));
    }
    assert_eq!(stage.requests(), 0);
}

/// Texts that cannot be sent.
#[test]
fn hostile_texts() {
    let stage = Stage::new();
    for text in [
        "",
        " ",
        "\n\n",
        "\u{3000}",
        "nul \0 inside",
        &"x".repeat(2001),
        &"😀".repeat(1001),
    ] {
        let ran = stage.run_with_input(&["message", "send", "case-123", "-"], text);
        assert_eq!(
            (ran.code, ran.stdout.as_str()),
            (2, ""),
            "{text:?}: {}",
            ran.stderr
        );
        inert(&ran, text);
    }
    assert_eq!(stage.requests(), 0);
}

/// Hostile settings of the environment.
#[test]
fn hostile_environment() {
    let stage = Stage::new();
    let evil = "\u{1b}[31mx";
    for name in SETTINGS.into_iter().chain(["HWC_TICKETS_CA_FILE"]) {
        let ran = stage.finish(
            stage
                .command(&["ticket", "status", "case-123"])
                .env(name, evil),
        );
        assert_eq!(ran.code, 2, "{name}: {}", ran.golden());
        inert(&ran, name);
    }
    assert_eq!(stage.requests(), 0);
}
