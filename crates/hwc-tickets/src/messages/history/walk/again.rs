//! What of a page came again: pages overlap.

use super::{Walk, rows::Rows};
use crate::messages::message::MessageKey;
use std::collections::BTreeMap;

/// What of a page was known.
#[derive(Default)]
pub(super) struct Again {
    /// How often each message of it came that may be known.
    pub(super) on_page: BTreeMap<MessageKey, u32>,
    /// The place of the last one that is.
    pub(super) last_known_place: Option<usize>,
    /// The last row is the first message of the conversation.
    pub(super) reached_beginning: bool,
}

impl Walk {
    /// Leaves in `rows` what is new, in place: a message is large, and most pages are new from end to end.
    pub(super) fn drop_known(&mut self, rows: &mut Rows) -> Again {
        // What is newer than asked for was handed out before.
        let bound = self.bound();
        let mut again = Again::default();
        let mut places = rows.places.iter().copied();
        rows.messages.retain(|message| {
            let place = places.next();
            let instant = message.created_at.instant();
            if instant.is_some_and(|instant| instant > bound) {
                self.report.duplicates_dropped += 1;
                return false;
            }
            again.reached_beginning = message.is_first;
            // Of most messages the time alone tells that they are new: a key is a digest of all of a message.
            if self.known.may_hold(instant) {
                let key = message.key();
                let occurrence = again.on_page.entry(key).or_insert(0);
                *occurrence += 1;
                if *occurrence <= self.known.count(&key) {
                    self.report.duplicates_dropped += 1;
                    again.last_known_place = place;
                    return false;
                }
            }
            true
        });
        again
    }

    /// Counts what of a page could not be read. Those before the last known message were counted with the page before, and those at
    /// the end come again with the next one, if there is one.
    #[cold]
    pub(super) fn take_undecodable(&mut self, rows: &mut Rows, last_known_place: Option<usize>) {
        let last_place = rows.places.last().copied();
        let (comes_again, new_items): (Vec<_>, Vec<_>) = std::mem::take(&mut rows.undecodable)
            .into_iter()
            .filter(|(place, _)| last_known_place.is_none_or(|known| *place > known))
            .partition(|(place, _)| last_place.is_none_or(|last| *place > last));
        self.count_undecodable(&new_items);
        if !rows.messages.is_empty() || !comes_again.is_empty() {
            self.at_the_end = comes_again;
        }
    }
}

#[cfg(test)]
mod tests;
