//! The boundary: the second, or less, of the oldest message. A page may have cut it in two.

use super::{
    Oldest, Walk,
    bridge::{Bridge, Crossing},
};
use crate::messages::{
    history::query_time::resolution,
    message::{Message, MessageKey},
    wire::MessagePage,
};
use jiff::{SignedDuration, Timestamp};
use std::{collections::BTreeMap, ops::Range};

impl Walk {
    /// The span of the oldest message.
    fn boundary(&self) -> Option<Range<Timestamp>> {
        let Oldest { time, instant, .. } = self.oldest.as_ref()?;
        Some(span(*instant, resolution(time)))
    }

    /// Begins to read the boundary by row numbers, unless that was tried.
    pub(super) fn build_bridge(&mut self) {
        let Some(span) = self.boundary() else { return };
        if (self.bridged.as_ref()).is_some_and(|(bridged, _)| *bridged == span) {
            return;
        }
        let within = self
            .known
            .since(span.start)
            .saturating_sub(self.known.since(span.end));
        let newer = self.seen.saturating_sub(within);
        self.bridge = Some(Box::new(Bridge::new(span, newer)));
    }

    #[inline(never)]
    pub(super) fn accept_rows(&mut self, page: MessagePage) -> Vec<Message> {
        self.report.pages += 1;
        self.known.find_keys();
        let known = &self.known;
        let Some(bridge) = &mut self.bridge else {
            return Vec::new();
        };
        match bridge.take(page, |key| known.count(key)) {
            Crossing::Next => Vec::new(),
            Crossing::No => {
                self.no_rows();
                Vec::new()
            }
            Crossing::Whole(mut new) => {
                // With one that could not be read, only a total tells whether all are known.
                let is_whole = !bridge.has_lost();
                self.bridged = self.boundary().map(|span| (span, is_whole));
                self.bridge = None;
                self.seen += new.len() as u64;
                for message in &new {
                    self.known.add(message, self.report.pages);
                }
                Oldest::lower(&mut self.oldest, &new);
                self.drop_before_since(&mut new);
                new
            }
        }
    }

    /// Whether the next page is asked for by a row number behind the last row, as far as is known.
    pub(crate) fn asks_behind_the_end(&self) -> bool {
        (self.bridge.as_deref()).is_some_and(Bridge::asks_behind_the_end)
    }

    /// The boundary cannot be read by row numbers: the walk goes on without.
    #[cold]
    #[inline(never)]
    pub(crate) fn no_rows(&mut self) {
        self.bridge = None;
        self.bridged = self.boundary().map(|span| (span, false));
    }

    /// Whether all of the boundary was read.
    fn is_bridged(&self) -> bool {
        let span = self.boundary();
        (self.bridged.as_ref())
            .is_some_and(|(bridged, whole)| *whole && Some(bridged) == span.as_ref())
    }

    /// Whether all of the boundary is known: by row numbers, or from a page that had room for more.
    pub(super) fn is_boundary_whole(&self) -> bool {
        self.is_bridged() || (self.is_boundary_shown && !self.lengths.vary)
    }

    /// Whether all that is known of the boundary's moment came again: then the service answers up to
    /// the time it is given, and nothing of that moment can be missing from a page that goes past it.
    pub(super) fn shows_boundary(&self, on_page: &BTreeMap<MessageKey, u32>) -> bool {
        self.oldest.as_ref().is_none_or(|oldest| {
            self.known
                .at(oldest.instant)
                .all(|(key, count)| on_page.get(key).is_some_and(|seen| *seen >= count))
        })
    }
}

/// The span of length `step`, counted from the beginning of time, that `instant` lies in.
pub(super) fn span(instant: Timestamp, step: SignedDuration) -> Range<Timestamp> {
    let into = instant.as_nanosecond().rem_euclid(step.as_nanos().max(1));
    let start = (i64::try_from(into).ok())
        .and_then(|into| instant.checked_sub(SignedDuration::from_nanos(into)).ok())
        .unwrap_or(instant);
    start..start.checked_add(step).unwrap_or(start)
}

#[cfg(test)]
mod tests;
