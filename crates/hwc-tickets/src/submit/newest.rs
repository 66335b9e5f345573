//! The newest messages of a ticket, and how far back they are complete.
//!
//! Reads `listMessages` by offset: it needs no time format, and no document states its order, so both
//! orders are understood. Rows shift while paging, so pages overlap and the overlap is checked.

use crate::{
    ids::TicketId,
    message::{Message, MessageKey},
    service::{About, MessagePage, Service},
};
use hwc_core::Fault;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// Rows of one page.
const PAGE: u64 = crate::service::MAX_PAGE;
/// Rows that two pages share.
const OVERLAP: u64 = 5;
/// Where the total of the service ends: it may stand for more.
const LAST_COUNT: u64 = 65_535;
/// Pages of one snapshot. A ticket with more new messages than these hold cannot be judged.
const MOST_PAGES: usize = 10;

/// The newest messages of a ticket at one moment.
#[derive(Debug, Default)]
pub(crate) struct Snapshot {
    /// How often each message was seen at once.
    messages: BTreeMap<MessageKey, (usize, Message)>,
    /// Whether these are all messages of the ticket.
    pub(crate) whole: bool,
    /// Whether the pages hang together: no row can lie between them.
    unbroken: bool,
    /// Oldest time in it. Messages after it are complete when `unbroken`.
    oldest: Option<Timestamp>,
    /// Items that could not be read.
    pub(crate) unreadable: u64,
    /// The service's time of the first page.
    pub(crate) date: Option<Timestamp>,
}

impl Snapshot {
    /// Reads pages, the newest messages first, as far back as `reach` says.
    pub(crate) async fn read(
        service: &Service,
        ticket: &TicketId,
        about: About<'_>,
        reach: Reach,
    ) -> Result<Self, Fault> {
        let first = service.messages(ticket, 0, PAGE, about).await?;
        let mut snapshot = Self {
            date: first.facts.date,
            unbroken: true,
            ..Self::default()
        };
        let page = first.body;
        let rows = page.returned() as u64;
        // A full page proves nothing: a total equal to it might count the page alone.
        snapshot.whole = rows < PAGE && page.count.is_none_or(|count| count <= rows);
        if snapshot.whole || rows == 0 {
            snapshot.unbroken = snapshot.whole;
            snapshot.add(&page);
            return Ok(snapshot);
        }
        let order = Order::of(&page);
        let count = page.count;
        let mut last = page;
        let mut offset = 0;
        match (order, count) {
            (Some(Order::NewestFirst), _) => snapshot.add(&last),
            (Some(Order::OldestFirst), Some(count)) if count < LAST_COUNT => {
                // Leaves room for rows that are added in between.
                offset = (count + OVERLAP).saturating_sub(rows);
                last = service.messages(ticket, offset, PAGE, about).await?.body;
                snapshot.add(&last);
            }
            // All in one second, or oldest first without a true total: the newest rows cannot be found.
            _ => {
                snapshot.unbroken = false;
                snapshot.add(&last);
                return Ok(snapshot);
            }
        }
        let step = rows.saturating_sub(OVERLAP).max(1);
        for _ in 1..MOST_PAGES {
            let enough = match reach {
                Reach::OnePage => true,
                Reach::Since(since) => snapshot.is_covered(since),
            };
            if enough {
                break;
            }
            offset = match order {
                Some(Order::OldestFirst) if offset == 0 => break,
                Some(Order::OldestFirst) => offset.saturating_sub(step),
                _ => offset + step,
            };
            let next = service.messages(ticket, offset, PAGE, about).await?.body;
            if !share_a_row(&last, &next) {
                snapshot.unbroken = false;
                break;
            }
            snapshot.add(&next);
            let reached_end = match order {
                Some(Order::OldestFirst) => offset == 0,
                _ => (next.returned() as u64) < rows,
            };
            last = next;
            if reached_end {
                snapshot.whole = true;
                break;
            }
        }
        Ok(snapshot)
    }

    /// Whether every message since `since` (`None`: ever) is in it.
    pub(crate) fn is_covered(&self, since: Option<Timestamp>) -> bool {
        self.unbroken
            && (self.whole
                || match (since, self.oldest) {
                    (Some(since), Some(oldest)) => oldest < since,
                    _ => false,
                })
    }

    /// Each message with its number of occurrences.
    pub(crate) fn messages(&self) -> impl Iterator<Item = (usize, &Message)> {
        self.messages
            .values()
            .map(|(count, message)| (*count, message))
    }

    /// Those made since `since`, or at a time that could not be read.
    pub(crate) fn since(
        &self,
        since: Option<Timestamp>,
    ) -> impl Iterator<Item = (usize, &Message)> {
        self.messages().filter(
            move |(_, message)| match (since, message.created_at.instant()) {
                (Some(since), Some(instant)) => instant >= since,
                _ => true,
            },
        )
    }

    /// Adds a page. A row that appears on two pages is one message that moved, so each key counts as
    /// often as it stands on one page.
    fn add(&mut self, page: &MessagePage) {
        let mut counts: BTreeMap<MessageKey, (usize, &Message)> = BTreeMap::new();
        for message in &page.messages {
            counts.entry(message.key()).or_insert((0, message)).0 += 1;
            if let Some(instant) = message.created_at.instant() {
                self.oldest = Some(self.oldest.map_or(instant, |oldest| oldest.min(instant)));
            }
        }
        for (key, (count, message)) in counts {
            let entry = self
                .messages
                .entry(key)
                .or_insert_with(|| (0, message.clone()));
            entry.0 = entry.0.max(count);
        }
        self.unreadable += page.undecodable.len() as u64;
    }
}

/// How far back a snapshot has to reach.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Reach {
    /// As far as one page goes.
    OnePage,
    /// To this instant; `None`: to the beginning.
    Since(Option<Timestamp>),
}

/// The order of the rows of `listMessages`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    NewestFirst,
    OldestFirst,
}

impl Order {
    fn of(page: &MessagePage) -> Option<Self> {
        let mut times = page
            .messages
            .iter()
            .filter_map(|message| message.created_at.instant());
        let first = times.next()?;
        let last = times.next_back()?;
        match first.cmp(&last) {
            std::cmp::Ordering::Greater => Some(Self::NewestFirst),
            std::cmp::Ordering::Less => Some(Self::OldestFirst),
            std::cmp::Ordering::Equal => None,
        }
    }
}

fn share_a_row(one: &MessagePage, other: &MessagePage) -> bool {
    let keys: BTreeSet<MessageKey> = one.messages.iter().map(Message::key).collect();
    other
        .messages
        .iter()
        .any(|message| keys.contains(&message.key()))
}
