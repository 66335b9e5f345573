//! What the tests of a walk and of its parts make: walks, messages and pages.

use super::{Since, Walk, WalkOptions, decide::Found};
use crate::{
    messages::{
        history::query_time::TimeForm,
        message::{Message, MessageKind},
        wire::MessagePage,
    },
    time::{MessageTime, ZoneOffset},
};
use jiff::Timestamp;

/// What this machine's clock shows when a walk is made.
pub(super) const NOW: i64 = 1_000_000;

pub(super) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// A walk in pages of so many rows.
pub(super) fn walk(page_size: u64, since: Option<Since>) -> Walk {
    let options = WalkOptions {
        page_size,
        since,
        form: TimeForm::default(),
        zone: ZoneOffset::UTC,
    };
    Walk::new(options, at(NOW))
}

pub(super) fn message(second: i64, text: impl Into<String>) -> Message {
    Message::new(MessageKind::Support, MessageTime::from(at(second)), text)
}

/// A page of messages, each told by its second and its text.
pub(super) fn page(rows: &[(i64, &str)]) -> MessagePage {
    MessagePage {
        messages: rows.iter().map(|(at, text)| message(*at, *text)).collect(),
        has_list: true,
        ..MessagePage::default()
    }
}

/// A page of a message for each of these seconds.
pub(super) fn page_of(seconds: &[i64]) -> MessagePage {
    let rows: Vec<(i64, &str)> = seconds.iter().map(|second| (*second, "words")).collect();
    page(&rows)
}

/// What was found on a page of so many rows: whether it was full, and whether it brought something new.
pub(super) fn found(returned: u64, full: bool, progress: bool) -> Found {
    Found {
        returned,
        says_none: false,
        full,
        progress,
        reached_since: false,
        reached_beginning: false,
        has_time: true,
        came_in_order: true,
    }
}
