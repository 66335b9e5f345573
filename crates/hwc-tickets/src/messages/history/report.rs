//! What a walk through history can say about its own completeness.

use crate::{messages::message::Undecodable, setters::setters};
use serde::{Deserialize, Serialize};

/// Undecodable items that are kept with their reason; the others are counted only.
const KEPT_REASONS: usize = 100;

/// What was read, what was dropped, and whether anything may be missing.
///
/// While a stream runs, it says what is known so far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ReadReport {
    /// Total number of messages that the first answer stated. The service counts up to 65535 only
    /// (D-33), and whether it counts the ticket or the page is not documented (D-48).
    pub reported: Option<u64>,
    /// Messages that were handed out.
    pub yielded: u64,
    /// Messages that came again because pages overlap, and were dropped.
    pub duplicates_dropped: u64,
    /// Items that could not be read. They cost themselves alone.
    pub undecodable: u64,
    /// Place and reason of the first of them, never their content. In JSON the field is there only when there are any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unreadable: Vec<Undecodable>,
    /// Answers of the service that were used.
    pub pages: u64,
    /// Whether a message may be missing: more messages in one second than one page holds, where reading
    /// them by row numbers did not help or could not be trusted, a page whose rows stand in no order of time
    /// and which is not proven to be the whole conversation, a total above what was read (a message that
    /// was recalled meanwhile is among the causes), or an answer that a machine on the way had stored. `false` is a statement, not a guess, but for what `local_clock` says.
    pub possible_gap: bool,
    /// Whether the clock of this machine counted, because the service told no time of its own with the first answer. The reading began a
    /// day beyond it: if it is behind by more than that, the newest messages may be missing. And `max_age` was counted back from it, also
    /// where a machine on the way had stored that answer, which tells when it was made: then messages are missing if it is ahead, and there
    /// are more than asked for if it is behind. In JSON the field is there only when it is `true`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub local_clock: bool,
    /// Whether the walk came to its end: the beginning of the conversation, the moment given with
    /// `since` or `max_age`, or the number given with `limit`. A short page is no such end.
    pub complete: bool,
}

setters! {
    ReadReport {
        yielded: u64,
        duplicates_dropped: u64,
        undecodable: u64,
        unreadable: Vec<Undecodable>,
        pages: u64,
        possible_gap: bool,
        local_clock: bool,
        complete: bool,
    }
    optional { reported: u64 }
}

impl ReadReport {
    pub(super) fn saw_undecodable(&mut self, item: &Undecodable) {
        self.undecodable += 1;
        if self.unreadable.len() < KEPT_REASONS {
            self.unreadable.push(item.clone());
        }
    }
}

#[cfg(test)]
mod tests;
