//! The state of a conversation just before a submit, to tell new messages from old ones afterwards.
//!
//! Reading it also opens or warms the connection: the POST that follows does not meet a line that the
//! other side closed while it was idle.

use super::{
    fingerprint::{Fingerprint, Likeness},
    newest::Snapshot,
};
use crate::message::MessageKey;
use jiff::{SignedDuration, Timestamp};

/// Clocks of the machines behind the service may differ: messages this much older than the newest one
/// are still looked at. Costs nothing on a ticket with fewer than 100 messages.
const CLOCK_SLACK: SignedDuration = SignedDuration::from_secs(60);

/// A message of the second of the watermark and one that is submitted right after it can look the same.
const SAME_SECOND: SignedDuration = SignedDuration::from_secs(2);

/// What was in the ticket before a submit, as far as it looks like the message to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Baseline {
    /// All messages since this instant were seen. `None`: all there were.
    pub(crate) since: Option<Timestamp>,
    /// Those of them that look like the message to be sent, or could be it. A multiset.
    pub(crate) known: Vec<MessageKey>,
    /// Items that could not be read.
    pub(crate) unreadable: u64,
    /// One of `known` cannot be told from a message that is sent now. Absence cannot be claimed then:
    /// the known one may be recalled while the new one arrives.
    pub(crate) shaky: bool,
}

impl Baseline {
    /// The baseline of a snapshot, or `None` when it does not reach far enough back.
    pub(crate) fn of(
        snapshot: &Snapshot,
        fingerprint: &Fingerprint,
        author: Option<&str>,
    ) -> Option<Self> {
        let newest = snapshot
            .messages()
            .filter_map(|(_, message)| message.created_at.instant())
            .max();
        let edge = match (newest, snapshot.date) {
            (Some(newest), Some(date)) => Some(newest.min(date)),
            (newest, date) => newest.or(date),
        };
        let since = edge.and_then(|edge| edge.checked_sub(CLOCK_SLACK).ok());
        if !snapshot.is_covered(since) {
            return None;
        }
        // The whole conversation was seen: then no message is too old to be compared.
        let since = if snapshot.whole { None } else { since };
        let fresh = snapshot
            .date
            .and_then(|date| date.checked_sub(SAME_SECOND).ok());
        let mut known = Vec::new();
        let mut shaky = false;
        for (count, message) in snapshot.since(since) {
            if fingerprint.likeness(message, author, None) == Likeness::Different {
                continue;
            }
            let key = message.key();
            known.extend(std::iter::repeat_n(key, count));
            shaky |= match (message.created_at.instant(), fresh) {
                (Some(instant), Some(fresh)) => instant >= fresh,
                _ => true,
            };
        }
        Some(Self {
            since,
            known,
            unreadable: snapshot.unreadable,
            shaky,
        })
    }
}
