//! A second with more messages than one page holds: read by row numbers, where no time helps.
//!
//! `listMessages` counts rows from the newest message. Rows move while they are read: down when a
//! message arrives, up when one is recalled. So pages share rows, and when the shared rows are not the
//! same, the second is read anew. What stands between a row that is newer than the second and one that
//! is older is the whole of it.
//!
//! Equal rows tell nothing: a page that has no row which the one before did not have is the answer of a
//! service that ignores row numbers, or of a second full of equal messages. A row far behind the end tells
//! which: where that answer is the same again, numbers are ignored. Behind the end, only an answer tells. A failure there
//! may have any cause, and some services fail there each time: the second counts as one that cannot be read this way.

use crate::{
    messages::{
        message::{Message, MessageKey},
        order::is_in_order,
        wire::MessagePage,
    },
    service::MAX_PAGE,
};
use jiff::Timestamp;
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

/// Rows that two pages share; fewer where pages are short.
const SHARED: usize = 10;
/// Where row numbers end (D-33).
const LAST_ROW: u64 = 65_535;
/// Times that a second is read anew because rows moved.
const MOST_TRIES: u32 = 5;
/// New messages of one second that are held.
const MOST_NEW: usize = 10_000;
/// Pages that are asked for to read one second. More than full ones up to the last row take.
const MOST_PAGES: u32 = 1_000;

/// The rows of one second being read.
#[derive(Debug)]
pub(super) struct Bridge {
    span: Range<Timestamp>,
    /// Row that the current try began at, and the next one to ask for.
    first_row: u64,
    row: u64,
    tries: u32,
    /// The last rows of the page before, which the next one begins with; unreadable ones are `None`.
    last_rows: Vec<Option<MessageKey>>,
    /// A page brought nothing beyond those rows: the next one should be empty.
    expects_end: bool,
    on_rows: BTreeMap<MessageKey, u32>,
    new: Vec<Message>,
    /// A row could not be read that may belong to the second.
    has_lost: bool,
    /// The rows of the page before, in no order.
    page_before: BTreeSet<MessageKey>,
    numbers: Numbers,
    pages: u32,
}

/// Whether the service reads the row numbers it is asked with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Numbers {
    Believed,
    /// The next page is asked for to see.
    InQuestion,
    Proven,
}

/// What a page of rows came to.
#[derive(Debug)]
pub(super) enum Crossing {
    /// There is more to read.
    Next,
    /// What was not known of the second, in the order of the rows.
    Whole(Vec<Message>),
    /// It cannot be read this way.
    No,
}

impl Bridge {
    /// `newer`: how many rows are known to be newer than the second, at least about.
    pub(super) fn new(span: Range<Timestamp>, newer: u64) -> Self {
        let first_row = newer.saturating_sub(SHARED as u64).min(LAST_ROW);
        Self {
            span,
            first_row,
            row: first_row,
            tries: 0,
            last_rows: Vec::new(),
            expects_end: false,
            on_rows: BTreeMap::new(),
            new: Vec::new(),
            has_lost: false,
            page_before: BTreeSet::new(),
            numbers: Numbers::Believed,
            pages: 0,
        }
    }

    /// The next row to ask for.
    pub(super) fn row(&self) -> u64 {
        match self.numbers {
            Numbers::InQuestion => LAST_ROW,
            _ => self.row,
        }
    }

    /// Whether a row could not be read that may belong to the second.
    pub(super) fn has_lost(&self) -> bool {
        self.has_lost
    }

    /// Whether the next row stands behind the end, as far as is known: it is asked for only to see whether numbers are
    /// read, or whether nothing follows.
    pub(super) fn asks_behind_the_end(&self) -> bool {
        self.numbers == Numbers::InQuestion || self.expects_end
    }

    /// Takes the page that begins at [`Bridge::row`]. `known`: how often a message was handed out.
    pub(super) fn take(
        &mut self,
        page: MessagePage,
        known: impl Fn(&MessageKey) -> u32,
    ) -> Crossing {
        let returned = page.returned();
        self.pages += 1;
        if self.pages > MOST_PAGES {
            return Crossing::No;
        }
        if self.numbers == Numbers::InQuestion {
            self.numbers = Numbers::Proven;
            return match returned > 0 && self.is_like_the_page_before(&page) {
                true => Crossing::No,
                false => Crossing::Next,
            };
        }
        if !is_in_order(&page.messages) {
            // Counted from the oldest message, or in no order of time: then an older row is not behind all of the second.
            return Crossing::No;
        }
        let mut rows: Vec<Option<Message>> = Vec::with_capacity(returned);
        let lost: BTreeSet<usize> = page.undecodable.iter().map(|item| item.index).collect();
        let mut readable = page.messages.into_iter();
        for place in 0..returned {
            rows.push(if lost.contains(&place) {
                None
            } else {
                readable.next()
            });
        }
        let keys: Vec<Option<MessageKey>> = rows
            .iter()
            .map(|row| row.as_ref().map(Message::key))
            .collect();
        let on_page: BTreeSet<MessageKey> = keys.iter().flatten().copied().collect();
        let is_like_before = on_page.is_subset(&self.page_before);
        self.page_before = on_page;
        if self.expects_end {
            return match returned {
                0 => Crossing::Whole(std::mem::take(&mut self.new)),
                _ => self.again(0),
            };
        }
        let is_first = self.row == self.first_row;
        if is_first {
            // It has to begin before the second does.
            let begins_at = rows
                .iter()
                .flatten()
                .find_map(|row| row.created_at.instant());
            let is_newer = begins_at.is_some_and(|first| first >= self.span.end);
            if self.first_row > 0 && !is_newer {
                return self.again(MAX_PAGE);
            }
            let is_older = begins_at.is_some_and(|first| first < self.span.start);
            if returned == 0 || is_older {
                // Nothing, or not counted from the newest message.
                return Crossing::No;
            }
        } else if keys.get(..self.last_rows.len()) != Some(self.last_rows.as_slice()) {
            return self.again(0);
        }
        let skip = self.last_rows.len();
        let mut past = false;
        for (row, key) in rows.into_iter().zip(&keys).skip(skip) {
            let (Some(message), Some(key)) = (row, key) else {
                self.has_lost |= !past;
                continue;
            };
            match message.created_at.instant() {
                Some(instant) if instant < self.span.start => past = true,
                Some(instant) if self.span.contains(&instant) => {
                    let occurrence = self.on_rows.entry(*key).or_insert(0);
                    *occurrence += 1;
                    if *occurrence > known(key) {
                        self.new.push(message);
                    }
                }
                _ => {}
            }
        }
        if past {
            return Crossing::Whole(std::mem::take(&mut self.new));
        }
        // A short page is not the last one: only nothing behind it is the end.
        self.expects_end = returned <= skip.max(1);
        let shared = match self.expects_end {
            true => 0,
            false => SHARED.min(returned / 3).max(1),
        };
        self.last_rows = keys
            .get(returned.saturating_sub(shared)..)
            .unwrap_or_default()
            .to_vec();
        self.row += (returned.saturating_sub(shared)) as u64;
        if self.row > LAST_ROW || self.new.len() > MOST_NEW {
            return Crossing::No;
        }
        // A page of shared rows alone is no such answer: it begins where it was asked to.
        let tells_nothing = !is_first && is_like_before && !self.expects_end;
        if tells_nothing && self.numbers == Numbers::Believed {
            self.numbers = Numbers::InQuestion;
        }
        Crossing::Next
    }

    /// Whether `page` has no row that the page before did not have.
    fn is_like_the_page_before(&self, page: &MessagePage) -> bool {
        (page.messages.iter()).all(|message| self.page_before.contains(&message.key()))
    }

    /// Begins anew, so many rows earlier.
    fn again(&mut self, earlier: u64) -> Crossing {
        self.tries += 1;
        if self.tries > MOST_TRIES {
            return Crossing::No;
        }
        self.first_row = self.first_row.saturating_sub(earlier);
        self.row = self.first_row;
        self.last_rows.clear();
        self.expects_end = false;
        self.on_rows.clear();
        self.new.clear();
        self.has_lost = false;
        Crossing::Next
    }
}

#[cfg(test)]
mod tests;
