//! In what order of time the messages of a page stand. No document states one.

use crate::messages::message::Message;
use jiff::Timestamp;
use std::cmp::Ordering;

/// Whether no message is newer than the one before it. One without a readable time keeps to the one before it.
pub(crate) fn is_in_order<'a>(messages: impl IntoIterator<Item = &'a Message>) -> bool {
    let mut previous = Timestamp::MAX;
    for message in messages {
        let own = message.created_at.instant().unwrap_or(previous);
        if own > previous {
            return false;
        }
        previous = own;
    }
    true
}

/// How a time compares with the next one, most often. A single row with the time of another clock does not turn a page round.
pub(crate) fn direction(messages: &[Message]) -> Ordering {
    let mut times = (messages.iter()).filter_map(|message| message.created_at.instant());
    let Some(mut previous) = times.next() else {
        return Ordering::Equal;
    };
    let (mut rises, mut falls) = (0_usize, 0_usize);
    for own in times {
        match previous.cmp(&own) {
            Ordering::Less => rises += 1,
            Ordering::Equal => {}
            Ordering::Greater => falls += 1,
        }
        previous = own;
    }
    falls.cmp(&rises)
}

#[cfg(test)]
mod tests;
