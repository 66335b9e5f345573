//! What the program reads and shows of others, with inputs that nobody would write: the corpus of `tests/corpus`, and changes of
//! it.

use crate::{
    cli::{Moment, Span},
    pending_files, private_file,
    render::{foreign, json},
    zone::Zone,
};
use fuzzing::{fuzz, text};
use hwc_tickets::{Pending, PendingTicket};
use serde_json::Value;
use std::path::{Path, PathBuf};

fn corpus(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/corpus")
        .join(target)
}

/// What a terminal would act on. Line breaks are the program's own business.
fn active(shown: &str) -> Option<char> {
    shown.chars().find(|c| {
        (c.is_control() && *c != '\n')
            || matches!(*c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}')
    })
}

/// Whatever others wrote, a terminal acts on nothing of it, it does not grow beyond reason, and JSON gives it back.
#[test]
fn terminal() {
    fuzz(corpus("terminal"), 256, |bytes| {
        let written = text(bytes);
        let most = written.len() * 10 + 16;
        for shown in [
            foreign::line(&written),
            foreign::field(&written),
            foreign::text(&written),
            foreign::lines(&written).join("\n"),
        ] {
            assert_eq!(active(&shown), None, "{shown:?}");
            assert!(shown.len() <= most, "{}", shown.len());
        }
        let line = foreign::line(&written);
        assert!(!line.contains('\n'));
        assert_eq!(foreign::line(&line), line, "twice changes nothing");
        for shown in [
            json::line(&written).unwrap(),
            json::document(&written).unwrap(),
        ] {
            assert_eq!(active(&shown), None, "{shown:?}");
            assert_eq!(serde_json::from_str::<Value>(&shown).unwrap(), written);
        }
    });
}

/// A pending file, of a message or of a ticket, is a record or has a reason, which shows nothing of what stands in it.
#[test]
fn pending_file() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join(format!("{}.json", "a".repeat(32)));
    fuzz(corpus("pending"), 48, |bytes| {
        private_file::write(&path, bytes).unwrap();
        let message = pending_files::read::<Pending>(&path).err();
        let ticket = pending_files::read::<PendingTicket>(&path).err();
        for reason in message.into_iter().chain(ticket) {
            fuzzing::assert_hidden(&reason);
            assert!(!reason.is_empty() && reason.len() < 1_000, "{reason}");
        }
    });
}

/// What people type as a time, a length or a zone is read or refused, and a refusal is one line.
#[test]
fn typed() {
    let now = "2026-03-01T00:00:00Z".parse().unwrap();
    fuzz(corpus("typed"), 128, |bytes| {
        let words = text(bytes);
        if let Err(error) = words.parse::<Span>() {
            assert!(!error.to_string().contains('\n'));
        }
        match words.parse::<Moment>() {
            Ok(moment) => {
                let utc = Zone::parse("GMT", now).unwrap();
                let _ = moment.instant(now, utc);
            }
            Err(error) => assert!(!error.to_string().contains('\n')),
        }
        if let Err(error) = Zone::parse(&words, now) {
            assert!(!error.contains('\n'), "{error}");
        }
    });
}
