//! Hostile and honest ids.

use crate::ledger::Service;
use hwc_tickets::{
    AttachmentId, ErrorKind, GroupId, MessageId, TicketId,
    ids::{IdRule, InvalidId},
};

/// Refused by every constructor.
const HOSTILE: &[&str] = &[
    "",
    ".",
    "..",
    "...",
    "..a",
    "/",
    "\\",
    "a/b",
    "a\\b",
    "a\\..\\b",
    "../x",
    "x/..",
    "%2e%2e",
    "%2E",
    "a%2Fb",
    "%00",
    "a%20b",
    "a?x=1",
    "?",
    "a#f",
    "#",
    "a;b",
    "..;",
    " ",
    "a b",
    "\ta",
    "a\n",
    "a\r\nX-Evil: 1",
    "\0",
    "a\u{7f}",
    "a\u{1b}[31m",
    "a\u{2215}b",
    "a\u{2044}b",
    "a\u{ff0f}b",
    "a\u{29f8}b",
    "\u{ff0e}\u{ff0e}",
    "\u{2024}\u{2024}",
    "工单",
    "é",
    "a\u{202e}b",
    "a\u{200b}",
    "\u{feff}a",
    "<a>",
    "\"a\"",
    "{a}",
    "a|b",
    "^",
    "`",
    "[a]",
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
];

#[test]
fn hostile_ids_never_become_ids_nor_requests() {
    assert!(HOSTILE.len() >= 40);
    let service = Service::new();
    let client = service.client();
    for text in HOSTILE {
        let error = client.ticket(*text).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{text:?}");
        let shown = error.to_string();
        assert!(
            text.is_empty() || text.len() < 3 || !shown.contains(text),
            "{shown} shows the text"
        );
        assert!(shown.contains("ticket id"), "{shown}");
        assert!(TicketId::lenient(text).is_err(), "{text:?}");
        assert!(
            MessageId::try_from(*text).is_err() && MessageId::lenient(text).is_err(),
            "{text:?}"
        );
        assert!(
            AttachmentId::lenient(text).is_err() && text.parse::<GroupId>().is_err(),
            "{text:?}"
        );
        let written = serde_json::to_string(text).unwrap();
        assert!(
            serde_json::from_str::<TicketId>(&written).is_err(),
            "{text:?}"
        );
    }
    assert!(service.line.requests().is_empty());
}

#[test]
fn honest_ids_pass() {
    let longest = "x".repeat(64);
    for text in [
        "TT201801020526",
        "case-123",
        "case_123",
        "0",
        longest.as_str(),
    ] {
        let id = TicketId::new(text).unwrap();
        assert_eq!(id.as_str(), text);
        assert_eq!(id.to_string(), text);
        assert_eq!(TicketId::from(&id), id);
        assert_eq!(
            serde_json::from_str::<TicketId>(&serde_json::to_string(&id).unwrap()).unwrap(),
            id
        );
    }
    // One that begins with a point is looked at rule by rule.
    let longest = format!(".{}", "x".repeat(63));
    let unusual = ["a.b", ".a", "a..", "a:b@c", "(x)", "a+b=c", "~", &longest];
    for text in unusual {
        assert!(
            matches!(
                TicketId::new(text).unwrap_err().rule(),
                IdRule::Character { .. }
            ),
            "{text}"
        );
        let id = TicketId::lenient(text).unwrap();
        assert_eq!(
            serde_json::from_str::<TicketId>(&serde_json::to_string(&id).unwrap()).unwrap(),
            id
        );
    }
    for too_long in ["x".repeat(65), format!("{longest}x")] {
        let rule = TicketId::lenient(&too_long).unwrap_err().rule();
        assert_eq!(rule, IdRule::TooLong { length: 65 }, "{too_long}");
    }
}

#[test]
fn each_character_is_allowed_or_named() {
    let rule = |id: Result<TicketId, InvalidId>| id.err().map(|refused| refused.rule());
    for found in '\0'..='\u{17f}' {
        let text = format!("a{found}");
        let is_plain = found.is_ascii_alphanumeric() || "_-".contains(found);
        let is_harmless = is_plain || ".~!$&'()*+,=:@".contains(found);
        let named = IdRule::Character { found, position: 1 };
        let strict = rule(TicketId::new(&text));
        assert_eq!(strict, (!is_plain).then_some(named), "{text:?}");
        let lenient = rule(TicketId::lenient(&text));
        assert_eq!(lenient, (!is_harmless).then_some(named), "{text:?}");
    }
}

#[test]
fn a_refusal_says_what_it_was_to_be() {
    for (refused, what) in [
        (TicketId::new("").unwrap_err(), "ticket id"),
        (MessageId::new("").unwrap_err(), "message id"),
        (AttachmentId::new("").unwrap_err(), "attachment id"),
        (GroupId::new("").unwrap_err(), "group id"),
    ] {
        assert_eq!((refused.what(), refused.rule()), (what, IdRule::Empty));
    }
}
