//! Documented limits that the verbs keep to, as numbers of their own.

use hwc_tickets_wire::{Limit, limits};

/// Most UTF-16 units of a text (D-03).
pub(crate) const MAX_TEXT: usize = most(limits::CREATE_MESSAGES_MESSAGE_CONTENT);
/// Most UTF-16 units of a confidential note.
pub(crate) const MAX_CONFIDENTIAL: usize =
    most(limits::CREATE_MESSAGES_MESSAGE_AUTHORIZATION_CONTENT);
/// Most attachments of one message (D-29).
pub(crate) const MAX_ATTACHMENTS: usize = most(limits::CREATE_MESSAGES_MESSAGE_ACCESSORY_IDS);
/// Longest id (D-06).
pub(crate) const MAX_ID: usize = most(limits::CREATE_MESSAGES_CASE_ID);
/// Most rows of one page.
pub(crate) const MAX_PAGE: u64 = most(limits::LIST_MESSAGES_LIMIT) as u64;
/// Most tickets of one poll or unread call.
pub(crate) const MAX_TICKETS: usize = most(limits::LIST_NEW_INSTANT_MESSAGES_CASE_IDS);

/// The documented maximum. A field without one fails the build.
#[expect(clippy::panic, reason = "runs when the crate is built, not on data")]
const fn most(limit: Limit) -> usize {
    match limit.max {
        Some(max) if max > 0 => max as usize,
        _ => panic!("the description states no maximum here"),
    }
}
