//! The status of tickets: asked for slowly, one ticket after the other.

use crate::{ids::TicketId, tickets::detail::TicketStatus};
use std::{
    collections::{HashMap, VecDeque},
    time::Duration,
};

/// Shortest time between two questions.
const SHORTEST: Duration = Duration::from_secs(1);
/// Longest time between two questions after failures.
const LONGEST: Duration = Duration::from_secs(300);

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
        self.known.insert(ticket.clone(), status) != Some(status)
    }

    /// The question failed: the next one comes later. Gives the time until then.
    pub(super) fn failed(&mut self, now: Duration, asked: Option<Duration>) -> Duration {
        self.under_way = false;
        self.slowness = self.slowness.saturating_mul(2).min(1024);
        let wait = self.pace().max(asked.unwrap_or_default());
        self.due = now.saturating_add(wait);
        wait
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
