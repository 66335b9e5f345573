//! The list of tickets at one moment, and how much of it was seen.
//!
//! Read by offset and without a filter: what a filter compares is not documented, and a clock is part of the one by time. No
//! document states the order, and rows move while pages are read, so pages overlap and the overlap is checked. A short page is
//! no end: the end is where a further page brings nothing new.

use super::pending::Before;
use crate::{
    client::Parts,
    doubt::{fingerprint::Forms, moment::ServiceClock},
    service::{self, Response},
    tickets::wire::{TicketPage, TicketRow},
};
use hwc_core::{CallOptions, Fault};
use jiff::Timestamp;
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// Rows of one page.
const PAGE: u64 = service::MAX_PAGE;
/// Rows that two pages share.
const OVERLAP: u64 = 5;
/// Where the total of the service ends: it may stand for more.
const LAST_COUNT: u64 = 65_535;
/// Pages of one reading. Of a longer list no ticket is found to be absent.
const MOST_PAGES: usize = 12;

/// A ticket of the list, with its description as it is compared.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) row: TicketRow,
    /// `None`: it has no description that could be read.
    pub(super) forms: Option<Forms>,
}

/// The list of tickets at one moment.
#[derive(Debug, Default)]
pub(super) struct Listing {
    /// By their ids.
    pub(super) tickets: BTreeMap<String, Seen>,
    /// Whether these are all.
    pub(super) is_whole: bool,
    /// Whether no row stands before a newer one, and none lies between the pages.
    pub(super) is_newest_first: bool,
    /// Time of the first row.
    first: Option<Timestamp>,
    oldest: Option<Timestamp>,
    last: Option<Timestamp>,
    pub(super) unreadable: u64,
    /// The service's time of the first page.
    pub(super) date: Option<Timestamp>,
    /// The same with the moment of it, unless that page was stored on the way.
    pub(super) service_clock: Option<ServiceClock>,
    /// The earliest time of a page. `None`: one had none.
    earliest: Option<Timestamp>,
    /// Whether a page was stored by a machine on the way and is given once more.
    is_stored: bool,
}

/// How to read.
#[derive(Clone, Copy)]
pub(super) struct Reading<'a> {
    pub(super) parts: &'a Parts,
    /// End of all its requests together, on the monotonic clock.
    pub(super) until: Duration,
    /// Attempts of one request; `None`: as the client's policy says.
    pub(super) attempts: Option<u32>,
}

impl Reading<'_> {
    async fn page(self, offset: u64) -> Result<Response<TicketPage>, Fault> {
        let mut options = CallOptions::default();
        options.deadline = Some(self.until.saturating_sub(self.parts.clock.elapsed()));
        options.max_attempts = self.attempts;
        self.parts.service.tickets(offset, PAGE, &options).await
    }
}

impl Listing {
    /// Reads the list to its end, or as far as a dozen pages reach.
    pub(super) async fn read(reading: Reading<'_>) -> Result<Self, Fault> {
        let first = reading.page(0).await?;
        let date = service::date(&first);
        let mut listing = Self {
            date,
            service_clock: service::clock(&first),
            earliest: date,
            is_stored: service::is_stored(&first),
            is_newest_first: true,
            ..Self::default()
        };
        let rows = first.body.returned();
        if rows == 0 {
            // A list that is missing beside a total that is missing is no proof that there is nothing.
            listing.is_whole = first.body.total == Some(0) && first.body.has_list;
            return Ok(listing);
        }
        // A total equal to the rows might count the page alone.
        let total = (first.body.total).filter(|total| *total < LAST_COUNT && *total > rows);
        listing.add(&first.body);
        // What was read is of use when the rest cannot be.
        let ended = listing.onwards(reading, first.body, total).await;
        listing.is_whole = matches!(ended, Ok(true));
        Ok(listing)
    }

    /// Reads on until a page brings nothing new. Whether that was the end of the list.
    async fn onwards(
        &mut self,
        reading: Reading<'_>,
        mut page: TicketPage,
        total: Option<u64>,
    ) -> Result<bool, Fault> {
        let mut offset = 0;
        for _ in 1..MOST_PAGES {
            let rows = page.returned();
            let overlap = OVERLAP.min(rows.saturating_sub(1));
            offset += rows - overlap;
            let next = reading.page(offset).await?;
            self.is_stored |= service::is_stored(&next);
            self.earliest = (self.earliest.zip(service::date(&next)))
                .map(|(earliest, date)| earliest.min(date));
            let next = next.body;
            let returned = next.returned();
            let is_at_end = total.is_none_or(|total| offset + returned >= total);
            if returned == 0 {
                // Where pages overlap, the next one holds some of the same rows.
                return Ok(is_at_end && overlap == 0);
            }
            let hangs_together = share_a_row(&page, &next);
            let grew = self.add(&next);
            if !grew && returned <= overlap && is_at_end {
                return Ok(true);
            }
            if !grew || !hangs_together {
                self.is_newest_first = false;
                return Ok(false);
            }
            page = next;
        }
        Ok(false)
    }

    /// Adds a page, and tells whether it brought anything new.
    fn add(&mut self, page: &TicketPage) -> bool {
        self.unreadable += page.unreadable;
        let mut grew = false;
        for row in &page.rows {
            let id = row.id.to_string();
            if self.tickets.contains_key(&id) {
                continue;
            }
            grew = true;
            match row.created_at.instant() {
                Some(at) => {
                    self.is_newest_first &= self.last.is_none_or(|last| at <= last);
                    self.first.get_or_insert(at);
                    self.last = Some(at);
                    self.oldest = Some(self.oldest.map_or(at, |oldest| oldest.min(at)));
                }
                None => self.is_newest_first = false,
            }
            let forms = row.description.as_deref().map(Forms::of);
            let row = row.clone();
            self.tickets.insert(id, Seen { row, forms });
        }
        grew
    }

    /// The list as it is before a ticket is opened.
    pub(super) fn before(&self) -> Before {
        // Rows of one and the same time tell no order.
        let is_ordered = self.is_newest_first && self.first > self.last;
        let is_known = is_ordered && self.unreadable == 0;
        Before {
            seen: self.tickets.keys().cloned().collect(),
            is_whole: self.is_whole && self.unreadable == 0,
            floor: self.oldest.filter(|_| is_known && !self.is_whole),
            date: self.date,
        }
    }

    /// Whether every page of it was made after `before`, by the clock of the service. A copy that a machine on the way kept
    /// tells the time at which it was made.
    pub(super) fn is_later_than(&self, before: Option<Timestamp>) -> bool {
        !self.is_stored
            && match (before, self.earliest) {
                (Some(before), Some(earliest)) => earliest > before,
                (Some(_), None) => false,
                (None, _) => true,
            }
    }

    /// Whether any of these tickets is shown: then it is the list of an account that they are of.
    pub(super) fn shows_any(&self, seen: &BTreeSet<String>) -> bool {
        seen.iter().any(|id| self.tickets.contains_key(id))
    }

    /// Whether all tickets that were seen before are still shown. If not, it was answered from an older state, or a ticket is
    /// gone: either leaves a doubt open.
    pub(super) fn shows_all(&self, seen: &BTreeSet<String>) -> bool {
        seen.iter().all(|id| self.tickets.contains_key(id))
    }
}

fn share_a_row(one: &TicketPage, other: &TicketPage) -> bool {
    let ids: BTreeSet<&str> = one.rows.iter().map(|row| row.id.as_str()).collect();
    (other.rows.iter()).any(|row| ids.contains(row.id.as_str()))
}
