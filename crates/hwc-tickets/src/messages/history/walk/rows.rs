//! The rows of a page in one order, whatever order they came in.

use crate::messages::{
    message::{Message, Undecodable},
    wire::MessagePage,
};
use jiff::Timestamp;
use std::cmp::Ordering;

/// The rows of a page, the newest first.
pub(super) struct Rows {
    pub(super) messages: Vec<Message>,
    /// The place of each of them. None at all where nothing is undecodable: nobody asks for places then.
    pub(super) places: Vec<usize>,
    pub(super) undecodable: Vec<(usize, Undecodable)>,
    /// Where they came in no order of time, neither the newest nor the oldest first: the time of the last one, as the service lists
    /// them from the newest on.
    pub(super) came_last: Option<Timestamp>,
}

impl Rows {
    pub(super) fn newest_first(page: MessagePage, ascending: &mut bool) -> Self {
        // No document states the order. An ascending page is turned round; then every page is sorted,
        // which keeps the order of equal times.
        // A page of one moment is like the pages before.
        match order(&page.messages) {
            Ordering::Less => *ascending = true,
            Ordering::Equal => {}
            Ordering::Greater => *ascending = false,
        }
        // Most pages are in order, and readable as a whole: nothing of them moves.
        if !*ascending && page.undecodable.is_empty() && is_in_order(&page.messages) {
            return Self {
                messages: page.messages,
                places: Vec::new(),
                undecodable: Vec::new(),
                came_last: None,
            };
        }
        Self::in_order(page, *ascending)
    }

    #[cold]
    fn in_order(page: MessagePage, ascending: bool) -> Self {
        let total = page.returned();
        let mut lost: Vec<usize> = page.undecodable.iter().map(|item| item.index).collect();
        lost.sort_unstable();
        let mut messages = page.messages;
        let places = (0..).filter(|place| lost.binary_search(place).is_err());
        let mut places: Vec<usize> = places.take(messages.len()).collect();
        let turn = |place: usize| match ascending {
            true => total.saturating_sub(place + 1),
            false => place,
        };
        if ascending {
            messages.reverse();
            places = places.into_iter().rev().map(turn).collect();
        }
        let mut came_last = None;
        if !is_in_order(&messages) {
            let mut from_last = messages.iter().rev();
            came_last = from_last.find_map(|message| message.created_at.instant());
            let mut previous = Timestamp::MAX;
            let own = messages.iter().map(|message| {
                previous = message.created_at.instant().unwrap_or(previous);
                previous
            });
            let times: Vec<Timestamp> = own.collect();
            let rows = messages.into_iter().zip(places);
            let mut dated: Vec<_> = times.into_iter().zip(rows).collect();
            dated.sort_by_key(|(time, _)| std::cmp::Reverse(*time));
            (messages, places) = dated.into_iter().map(|(_, row)| row).unzip();
        }
        Self {
            messages,
            places,
            undecodable: (page.undecodable.into_iter())
                .map(|item| (turn(item.index), item))
                .collect(),
            came_last,
        }
    }
}

/// Whether no message is newer than the one before it. One without a readable time keeps to the one before it.
pub(super) fn is_in_order(messages: &[Message]) -> bool {
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
fn order(messages: &[Message]) -> Ordering {
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
