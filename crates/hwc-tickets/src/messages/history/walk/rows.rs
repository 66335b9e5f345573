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
    /// Whether they came in an order of time, the newest or the oldest first.
    pub(super) came_in_order: bool,
}

impl Rows {
    pub(super) fn newest_first(page: MessagePage, ascending: &mut bool) -> Self {
        // No document states the order. An ascending page is turned round; then every page is sorted,
        // which keeps the order of equal times.
        // A page of one moment is like the pages before.
        let order = order(page.messages.iter());
        *ascending = order.map_or(*ascending, |order| order == Ordering::Less);
        // Most pages are in order, and readable as a whole: nothing of them moves.
        if !*ascending && page.undecodable.is_empty() && is_in_order(&page.messages) {
            return Self {
                messages: page.messages,
                places: Vec::new(),
                undecodable: Vec::new(),
                came_in_order: true,
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
        let came_in_order = is_in_order(&messages);
        if !came_in_order {
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
            came_in_order,
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

/// How the first time of a list compares with the last; `None` when there is no difference.
fn order<'a>(messages: impl DoubleEndedIterator<Item = &'a Message>) -> Option<Ordering> {
    let mut times = messages.filter_map(|message| message.created_at.instant());
    let order = times.next()?.cmp(&times.next_back()?);
    (order != Ordering::Equal).then_some(order)
}

#[cfg(test)]
mod tests;
