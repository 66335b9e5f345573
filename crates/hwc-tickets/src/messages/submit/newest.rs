//! Reading the newest messages of a ticket.
//!
//! Reads `listMessages` by offset: it needs no time format, and no document states its order, so both
//! orders are understood. Rows shift while paging, so pages overlap and the overlap is checked. A short
//! page is no end: the end is where a further page brings nothing new. Rows in no order of time are read
//! to the end: no time tells then what is farther back.

use super::snapshot::{Reach, Snapshot};
use crate::{
    client::Parts,
    ids::{GroupId, TicketId},
    messages::{
        message::{Message, MessageKey},
        order::direction,
        wire::MessagePage,
    },
    service::{self, About, Response},
};
use hwc_core::{CallOptions, Fault};
use std::{cmp::Ordering, collections::BTreeSet, time::Duration};

/// Rows of one page.
const PAGE: u64 = service::MAX_PAGE;
/// Rows that two pages share.
const OVERLAP: u64 = 5;
/// Where the total of the service ends: it may stand for more.
const LAST_COUNT: u64 = 65_535;
/// Pages of one snapshot. A ticket with more new messages than these hold cannot be judged.
const MOST_PAGES: usize = 12;
/// Where and how to read.
#[derive(Clone, Copy)]
pub(crate) struct Reading<'a> {
    pub(crate) parts: &'a Parts,
    pub(crate) ticket: &'a TicketId,
    pub(crate) group: Option<&'a GroupId>,
    /// End of all its requests together, on the monotonic clock.
    pub(crate) until: Duration,
    /// Attempts of one request; `None`: as the client's policy says.
    pub(crate) attempts: Option<u32>,
}

impl Snapshot {
    /// Reads pages, the newest messages first, as far back as `reach` says.
    pub(crate) async fn read(reading: Reading<'_>, reach: Reach) -> Result<Self, Fault> {
        let first = reading.page(0).await?;
        let mut walk = Walk {
            reading,
            snapshot: Self::begun(&first),
            left: MOST_PAGES - 1,
        };
        walk.run(first.body, reach).await?;
        Ok(walk.snapshot)
    }
}

impl Reading<'_> {
    async fn page(self, offset: u64) -> Result<Response<MessagePage>, Fault> {
        let mut options = CallOptions::default();
        options.deadline = Some(self.until.saturating_sub(self.parts.clock.elapsed()));
        options.max_attempts = self.attempts;
        let about = About {
            group: self.group,
            options: &options,
        };
        let service = &self.parts.service;
        service.messages(self.ticket, offset, PAGE, about).await
    }
}

/// A snapshot in the making.
struct Walk<'a> {
    reading: Reading<'a>,
    snapshot: Snapshot,
    /// Pages that may still be read.
    left: usize,
}

impl Walk<'_> {
    /// Goes on from the page at offset 0.
    async fn run(&mut self, first: MessagePage, reach: Reach) -> Result<(), Fault> {
        let rows = first.returned() as u64;
        if rows == 0 {
            // A list that is missing beside a total that is missing is no proof that there is nothing.
            self.snapshot.whole = first.count == Some(0) && first.has_list;
            self.snapshot.unbroken = self.snapshot.whole;
            return Ok(());
        }
        // A total equal to the rows might count the page alone.
        self.snapshot.total = first
            .count
            .filter(|count| *count < LAST_COUNT && *count > rows);
        // Also where this page is not among those that are added: the others have to go the same way.
        self.snapshot.note_order(&first);
        match Order::of(&first) {
            Some(Order::NewestFirst) => {
                self.newest_first(first, reach).await;
                Ok(())
            }
            order => self.oldest_first(order, first, reach).await,
        }
    }

    /// The newest rows are there. When further ones cannot be read, they are still of use.
    async fn newest_first(&mut self, first: MessagePage, reach: Reach) {
        self.snapshot.add(&first);
        self.snapshot.unbroken = true;
        let opens = (first.messages.last()).is_some_and(|message| message.is_first);
        if opens && self.snapshot.total.is_none() && self.snapshot.is_in_order() {
            self.snapshot.whole = true;
        } else if !self.snapshot.reaches(reach) {
            let ended = self.onwards(0, first, Some(reach)).await;
            self.snapshot.whole = matches!(ended, Ok(true));
        }
    }

    /// The newest rows are at the end, wherever that is; or no time tells where they are.
    async fn oldest_first(
        &mut self,
        order: Option<Order>,
        first: MessagePage,
        reach: Reach,
    ) -> Result<(), Fault> {
        let rows = first.returned() as u64;
        let (mut offset, mut last) = (0, first);
        if let (Some(_), Some(total)) = (order, self.snapshot.total) {
            // Leaves room for rows that are added in between.
            offset = (total + OVERLAP).saturating_sub(rows);
            last = self.page(offset).await?;
        }
        self.snapshot.add(&last);
        self.snapshot.unbroken = self.onwards(offset, last.clone(), None).await?;
        if !self.snapshot.unbroken {
            return Ok(());
        }
        let step = rows.saturating_sub(OVERLAP).max(1);
        while offset > 0 && self.left > 0 && !self.snapshot.reaches(reach) {
            offset = offset.saturating_sub(step);
            let next = self.page(offset).await?;
            if !share_a_row(&last, &next) {
                self.snapshot.unbroken = false;
                return Ok(());
            }
            self.snapshot.add(&next);
            last = next;
        }
        self.snapshot.whole = offset == 0;
        Ok(())
    }

    /// Reads on from the page at `offset` until a page brings nothing new, or far enough. Whether that
    /// was the end of the list.
    async fn onwards(
        &mut self,
        mut offset: u64,
        mut page: MessagePage,
        reach: Option<Reach>,
    ) -> Result<bool, Fault> {
        while self.left > 0 && !reach.is_some_and(|reach| self.snapshot.reaches(reach)) {
            let rows = page.returned() as u64;
            let overlap = OVERLAP.min(rows.saturating_sub(1));
            offset += rows - overlap;
            let next = self.page(offset).await?;
            let returned = next.returned() as u64;
            let is_at_end = (self.snapshot.total).is_none_or(|total| offset + returned >= total);
            if returned == 0 {
                // Where pages overlap, the next one holds some of the same rows.
                return Ok(is_at_end && overlap == 0);
            }
            let hangs_together = share_a_row(&page, &next);
            let grew = self.snapshot.add(&next);
            if !grew && returned <= overlap && is_at_end {
                return Ok(true);
            }
            if !grew || !hangs_together {
                self.snapshot.unbroken = false;
                return Ok(false);
            }
            page = next;
        }
        Ok(false)
    }

    async fn page(&mut self, offset: u64) -> Result<MessagePage, Fault> {
        self.left = self.left.saturating_sub(1);
        let page = self.reading.page(offset).await?;
        self.snapshot.is_stored |= service::is_stored(&page);
        self.snapshot.earliest = (self.snapshot.earliest)
            .zip(service::date(&page))
            .map(|(earliest, date)| earliest.min(date));
        Ok(page.body)
    }
}

/// The order of the rows of `listMessages`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    NewestFirst,
    OldestFirst,
}

impl Order {
    fn of(page: &MessagePage) -> Option<Self> {
        match direction(&page.messages) {
            Ordering::Greater => Some(Self::NewestFirst),
            Ordering::Less => Some(Self::OldestFirst),
            Ordering::Equal => None,
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
