//! The newest messages of a ticket at one moment, and how far back they are complete.

use super::mark::{Mark, mark};
use crate::{
    doubt::{fingerprint::Forms, moment::ServiceClock},
    messages::{
        message::{Message, MessageKey},
        order::is_in_order,
        wire::MessagePage,
    },
    service::{self, Response},
};
use jiff::{SignedDuration, Timestamp};
use std::{collections::BTreeMap, sync::OnceLock};

/// Clocks of the machines behind the service may differ: messages this much older than the newest one
/// are still looked at. Costs nothing on a ticket with fewer than 100 messages.
const CLOCK_SLACK: SignedDuration = SignedDuration::from_secs(60);

/// The newest messages of a ticket at one moment.
#[derive(Debug, Default)]
pub(crate) struct Snapshot {
    messages: BTreeMap<MessageKey, Row>,
    /// Whether these are all messages of the ticket.
    pub(crate) whole: bool,
    /// Whether the pages begin at the newest message and hang together: no row can lie between them.
    pub(super) unbroken: bool,
    /// A message of a page is newer than the one before it.
    rises: bool,
    /// A message of a page is older than the one before it.
    falls: bool,
    /// Oldest time in it. Messages after it are complete when `unbroken` and in order of time.
    oldest: Option<Timestamp>,
    /// Newest time in it.
    newest: Option<Timestamp>,
    /// Items that could not be read.
    pub(crate) unreadable: u64,
    /// Messages of the ticket, as the service counts them. `None`: not told, or it may be the number of
    /// rows of the page alone.
    pub(crate) total: Option<u64>,
    /// The service's time of the first page.
    pub(crate) date: Option<Timestamp>,
    /// The same with the moment of it, unless that page was stored on the way.
    pub(super) service_clock: Option<ServiceClock>,
    /// The earliest time of a page. `None`: one had none.
    pub(super) earliest: Option<Timestamp>,
    /// Whether a page was stored by a machine on the way and is given once more.
    pub(super) is_stored: bool,
}

/// A message of a snapshot.
#[derive(Debug)]
pub(crate) struct Row {
    /// How often it was seen at once.
    pub(crate) count: usize,
    pub(crate) message: Message,
    forms: OnceLock<Forms>,
}

impl Row {
    /// Its text as it is compared.
    pub(crate) fn forms(&self) -> &Forms {
        self.forms.get_or_init(|| Forms::of(&self.message.content))
    }
}

/// How far back a snapshot has to reach.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Reach {
    /// As far as one page goes.
    OnePage,
    /// Far enough to tell later what is new.
    Baseline,
    /// To this instant, `None` to the beginning. Without a true total, always to the beginning.
    Since(Option<Timestamp>),
}

impl Snapshot {
    /// Before the first page is added.
    pub(super) fn begun(first: &Response<MessagePage>) -> Self {
        let date = service::date(first);
        Self {
            date,
            service_clock: service::clock(first),
            earliest: date,
            is_stored: service::is_stored(first),
            ..Self::default()
        }
    }

    /// Whether every page of it was made after `before`, by the clock of the service. A copy that a machine on the way kept
    /// tells the time at which it was made.
    pub(crate) fn is_later_than(&self, before: Option<Timestamp>) -> bool {
        !self.is_stored
            && match (before, self.earliest) {
                (Some(before), Some(earliest)) => earliest > before,
                (Some(_), None) => false,
                (None, _) => true,
            }
    }

    /// Whether every message since `since` (`None`: ever) is in it. One with an old time tells that older ones are farther back
    /// only where all stand in order of time.
    pub(crate) fn is_covered(&self, since: Option<Timestamp>) -> bool {
        self.unbroken
            && (self.whole
                || match (since, self.oldest) {
                    (Some(since), Some(oldest)) => self.is_in_order() && oldest < since,
                    _ => false,
                })
    }

    /// Whether the messages of all pages stand in one order of time, the newest or the oldest first.
    pub(crate) fn is_in_order(&self) -> bool {
        !(self.rises && self.falls)
    }

    /// The instant from which on later snapshots have to be complete, to be compared with this one.
    pub(crate) fn edge(&self) -> Option<Timestamp> {
        let edge = match (self.newest, self.date) {
            (Some(newest), Some(date)) => Some(newest.min(date)),
            (newest, date) => newest.or(date),
        };
        edge.and_then(|edge| edge.checked_sub(CLOCK_SLACK).ok())
    }

    /// Time of the oldest message in it. Older ones may not have been seen.
    pub(crate) fn oldest(&self) -> Option<Timestamp> {
        self.oldest
    }

    /// Each message with its key.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (MessageKey, &Row)> {
        self.messages.iter().map(|(key, row)| (*key, row))
    }

    /// How often the message `key` is in it.
    pub(crate) fn count(&self, key: MessageKey) -> usize {
        self.messages.get(&key).map_or(0, |row| row.count)
    }

    /// How often each message is in it.
    pub(super) fn counts(&self) -> BTreeMap<Mark, usize> {
        let mut counts = BTreeMap::new();
        for (key, row) in self.rows() {
            *counts.entry(mark(key)).or_default() += row.count;
        }
        counts
    }

    pub(super) fn reaches(&self, reach: Reach) -> bool {
        match reach {
            Reach::OnePage => true,
            Reach::Baseline => self.edge().is_some() && self.is_covered(self.edge()),
            // Without a total nothing but the end tells that no row lies between the pages.
            Reach::Since(since) => self.whole || (self.total.is_some() && self.is_covered(since)),
        }
    }

    /// Takes note of the order of a page.
    pub(super) fn note_order(&mut self, page: &MessagePage) {
        self.rises |= !is_in_order(&page.messages);
        self.falls |= !is_in_order(page.messages.iter().rev());
    }

    /// Adds a page, and tells whether it brought anything new. A row that appears on two pages is one
    /// message that moved, so each key counts as often as it stands on one page.
    pub(super) fn add(&mut self, page: &MessagePage) -> bool {
        self.note_order(page);
        let mut counts: BTreeMap<MessageKey, (usize, &Message)> = BTreeMap::new();
        for message in &page.messages {
            counts.entry(message.key()).or_insert((0, message)).0 += 1;
            if let Some(instant) = message.created_at.instant() {
                self.oldest = Some(self.oldest.map_or(instant, |oldest| oldest.min(instant)));
                self.newest = Some(self.newest.map_or(instant, |newest| newest.max(instant)));
            }
        }
        let mut grew = false;
        for (key, (count, message)) in counts {
            let row = self.messages.entry(key).or_insert_with(|| Row {
                count: 0,
                message: message.clone(),
                forms: OnceLock::new(),
            });
            grew |= count > row.count;
            row.count = row.count.max(count);
        }
        self.unreadable += page.undecodable.len() as u64;
        grew
    }
}

#[cfg(test)]
mod tests;
