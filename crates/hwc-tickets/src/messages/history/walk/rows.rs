//! The rows of a page in one order, whatever order they came in.

use crate::messages::{
    message::{Message, Undecodable},
    order::{direction, is_in_order},
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
        match direction(&page.messages) {
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

#[cfg(test)]
mod tests;
