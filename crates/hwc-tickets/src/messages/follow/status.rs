//! The status of tickets: asked for slowly, one ticket after the other.

use super::cadence::heeded;
use crate::{ids::TicketId, tickets::detail::TicketStatus};
use std::{
    collections::{HashMap, VecDeque},
    time::Duration,
};

/// Shortest time between two questions.
const SHORTEST: Duration = Duration::from_secs(1);
/// Longest time between two questions after failures.
const LONGEST: Duration = Duration::from_secs(300);

/// Refusals of the caller in a row after which nothing is asked any more: a gateway may keep it out for a while.
const MOST_REFUSALS: u32 = 3;

/// Which ticket to ask about next, and when.
#[derive(Debug)]
pub(super) struct StatusWatch {
    /// Each ticket about once in this time.
    every: Duration,
    queue: VecDeque<TicketId>,
    known: HashMap<TicketId, TicketStatus>,
    pub(super) due: Duration,
    pub(super) under_way: bool,
    /// Doubled with each failure.
    slowness: u32,
    /// Refusals of the caller without an answer in between.
    refusals: u32,
}

impl StatusWatch {
    pub(super) fn new(every: Duration, tickets: impl Iterator<Item = TicketId>) -> Self {
        Self {
            every,
            queue: tickets.collect(),
            known: HashMap::new(),
            due: Duration::ZERO,
            under_way: false,
            slowness: 1,
            refusals: 0,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// The next ticket to ask about, if it is time.
    pub(super) fn take_due(&mut self, now: Duration) -> Option<TicketId> {
        if self.under_way || now < self.due {
            return None;
        }
        let ticket = self.queue.pop_front()?;
        self.queue.push_back(ticket.clone());
        self.under_way = true;
        self.due = now.saturating_add(self.pace());
        Some(ticket)
    }

    fn pace(&self) -> Duration {
        let tickets = u32::try_from(self.queue.len().max(1)).unwrap_or(u32::MAX);
        let pace = (self.every / tickets).max(SHORTEST);
        pace.saturating_mul(self.slowness).min(LONGEST.max(pace))
    }

    /// Whether `status` is news.
    pub(super) fn learn(&mut self, ticket: &TicketId, status: TicketStatus) -> bool {
        self.under_way = false;
        self.slowness = 1;
        self.refusals = 0;
        self.known.insert(ticket.clone(), status) != Some(status)
    }

    /// The question failed: the next one comes later. Gives the time until then.
    pub(super) fn failed(&mut self, now: Duration, asked: Option<Duration>) -> Duration {
        self.under_way = false;
        self.slowness = self.slowness.saturating_mul(2).min(1024);
        let wait = self.pace().max(heeded(asked));
        self.due = now.saturating_add(wait);
        wait
    }

    /// The caller may not ask: it is given up for this ticket, or for all of them when that is not for a ticket and has
    /// happened a few times in a row. Gives the time until the next try, zero when there is none.
    pub(super) fn refused(&mut self, now: Duration, ticket: &TicketId, of_all: bool) -> Duration {
        if !of_all {
            self.under_way = false;
            self.queue.retain(|queued| queued != ticket);
            return Duration::ZERO;
        }
        let wait = self.failed(now, None);
        self.refusals += 1;
        if self.refusals < MOST_REFUSALS {
            return wait;
        }
        self.refusals = 0;
        self.queue.clear();
        Duration::ZERO
    }

    /// Asks about one more, and about that one next.
    pub(super) fn add(&mut self, ticket: TicketId) {
        if !self.queue.contains(&ticket) {
            self.queue.push_front(ticket);
        }
    }

    pub(super) fn forget(&mut self, ticket: &TicketId) {
        self.queue.retain(|queued| queued != ticket);
        self.known.remove(ticket);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is asked for is waited for, and a number that means something else ends nothing.
    #[test]
    fn a_service_that_asks_for_years_is_asked_again() {
        let ticket = TicketId::new("case-1").unwrap();
        let mut watch = StatusWatch::new(Duration::from_secs(60), [ticket].into_iter());
        let hour = Duration::from_secs(3600);
        assert_eq!(watch.failed(Duration::ZERO, Some(hour)), hour);
        assert_eq!(watch.due, hour);
        let years = Some(Duration::from_secs(99_999_999_999));
        let day = hour * 24;
        assert_eq!(watch.failed(hour, years), day);
        assert!(watch.take_due(hour + day).is_some());
    }
}
