//! How a list is read: what is asked for next, what of an answer is new, and where the end is.

use super::{
    ListAudit, Page, Paged, PagedBy, Undecodable,
    call::{About, send},
    rows::{is_row, row_around},
};
use crate::{client::Client, error::Result};
use hwc_tickets_wire::{Response, limits};
use std::collections::HashSet;

/// How often the reading goes back to where it last knew its way, because rows shifted.
const MOST_STEPS_BACK: u32 = 100;

/// So many rows may come again, or without an id, beside those that are known, before the reading ends: such a service does
/// not go on.
const MOST_WITHOUT_NEWS: usize = 1000;

/// Of a list whose rows cannot be known again, the reading ends after so many pages that were not full: a service that
/// does not go on is not told from one that gives little at a time. Of any list, after so many in a row that were not full, or
/// of which no row could be read, and brought nothing new.
const MOST_SHORT_PAGES: u32 = 100;

/// Rows of a page where neither the call nor the description says how many.
const DEFAULT_SIZE: i64 = 100;

/// A list being read.
pub(super) struct Walk<R> {
    client: Client,
    request: R,
    about: About,
    /// The first row or page there is, as far as this call is concerned.
    begin: i64,
    at: i64,
    /// The last row or page that the service has a name for.
    last: Option<i64>,
    size: i64,
    /// The page that is asked for begins with a row that was seen.
    overlaps: bool,
    /// The least number of all items that an answer stated.
    least: Option<i64>,
    /// Rows in a row that were seen before.
    stale: usize,
    /// Pages with fewer rows than were asked for.
    short: u32,
    /// Pages in a row that were not full, or of which no row could be read, and brought nothing new.
    idle: u32,
    /// A total was less than the rows that came: none of this service is an end.
    total_lies: bool,
    /// Ids of what was handed out.
    seen: HashSet<String>,
    steps_back: u32,
    pub(super) audit: ListAudit,
    /// Nothing more can be asked.
    is_over: bool,
}

impl<R: Paged> Walk<R> {
    pub(super) fn new(client: &Client, request: R, about: About) -> Self {
        let (begin, size) = request.begins();
        let first = match R::BY {
            PagedBy::Number => 1,
            PagedBy::Offset | PagedBy::Whole => 0,
        };
        let begin = begin.unwrap_or(first);
        Self {
            client: client.clone(),
            begin,
            at: begin,
            last: most::<R>(R::AT),
            size: size
                .or(most::<R>(R::SIZE))
                .filter(|size| *size > 0)
                .map(|size| match (R::BY, R::HAS_ID) {
                    // One row of them is that before.
                    (PagedBy::Offset, true) => size.max(2),
                    _ => size,
                })
                .unwrap_or(DEFAULT_SIZE),
            request,
            about,
            overlaps: false,
            least: None,
            stale: 0,
            short: 0,
            idle: 0,
            total_lies: false,
            seen: HashSet::new(),
            steps_back: 0,
            audit: ListAudit::default(),
            is_over: false,
        }
    }

    /// The next page that holds anything new, or could not be read in part; `None` at the end.
    pub(super) async fn page(&mut self) -> Result<Option<Page<R::Item>>> {
        while !self.is_over {
            if self.last.is_some_and(|last| self.at > last) {
                // The service has no name for what comes next.
                self.audit.possible_gap = true;
                self.is_over = true;
                break;
            }
            let mut request = self.request.clone();
            request.ask(self.at, self.size);
            let reached = self.position();
            let answer = send(&self.client, request, &self.about, reached).await?;
            let page = self.take(answer);
            if !page.is_empty() {
                return Ok(Some(page));
            }
        }
        Ok(None)
    }

    /// Takes an answer in: what of it is new, and where to go on.
    fn take(&mut self, answer: Response<R::Response>) -> Page<R::Item> {
        let total = R::total(&answer.body);
        // What an answer lacks that says failure besides is not empty, but missing.
        self.audit.possible_gap |= answer.complains;
        let answer = answer.map(R::list);
        let (lost, mut within): (Vec<_>, Vec<_>) =
            (answer.undecodable.into_iter()).partition(|lost| is_row(lost, R::LIST));
        let rows = answer.body.as_deref().map_or(0, <[_]>::len) + lost.len();
        let items = answer.body.unwrap_or_default();
        self.audit.pages += 1;
        let rows = i64::try_from(rows).unwrap_or(i64::MAX);
        let first = items.first().and_then(R::id);
        if self.overlaps && first.is_none_or(|id| !self.seen.contains(&id)) {
            // What was last stands elsewhere by now: rows in between may have moved up, before this page.
            if self.steps_back < MOST_STEPS_BACK {
                self.steps_back += 1;
                self.at = (self.at - self.size + 1).max(self.begin);
                self.overlaps = self.at > self.begin;
                return Page::new(R::LIST, total);
            }
            self.audit.possible_gap = true;
        }
        // Rows that went while nothing tells whether they shifted others.
        self.audit.possible_gap |= !self.overlaps && self.is_fewer(total);
        self.audit.reported = total.or(self.audit.reported);
        self.least = [self.least, total].into_iter().flatten().min();
        let known = known_at_the_end::<R>(&items, &lost);
        let (before, known_before) = (items.len(), self.seen.len());
        let mut page = Page::new(R::LIST, total);
        let mut again = HashSet::new();
        for (place, item) in places(before, &lost).zip(items) {
            if R::id(&item).is_none_or(|id| self.seen.insert(id)) {
                page.items.push(item);
                page.places.push(place);
            } else {
                again.insert(place);
            }
        }
        // What is lost inside of a row that came before was told before.
        within.retain(|lost| row_around(lost, R::LIST).is_none_or(|row| !again.contains(&row)));
        self.audit.duplicates_dropped += again.len() as u64;
        self.audit.yielded += page.items.len() as u64;
        self.audit.undecodable += lost.len() as u64;
        self.audit.undecodable_within += within.len() as u64;
        let has_news = self.seen.len() > known_before || (!R::HAS_ID && before > 0);
        self.stale = match has_news {
            true => 0,
            false => self.stale.saturating_add(before + lost.len()),
        };
        if rows < self.size {
            self.short += 1;
        }
        self.idle = match !has_news && (rows < self.size || before == 0) {
            true => self.idle.saturating_add(1),
            false => 0,
        };
        self.total_lies |= total.is_some_and(|total| total < self.position());
        self.go_on(rows, known);
        // However far rows shifted, something new had come by now: the service does not go on.
        let is_stale = self.stale > self.seen.len() + MOST_WITHOUT_NEWS;
        if !self.is_over && (is_stale || self.idle > MOST_SHORT_PAGES) {
            self.is_over = true;
            self.audit.possible_gap = true;
        }
        page.undecodable = lost;
        page.within = within;
        page
    }

    /// Where the next page begins, after one of `rows` rows; or that there is none. `known`: how many rows from the end
    /// stands one that can be known again.
    fn go_on(&mut self, rows: i64, known: Option<i64>) {
        let total = self.audit.reported;
        match R::BY {
            PagedBy::Whole => {
                self.is_over = true;
                self.audit.complete = true;
                self.audit.possible_gap |= total.is_some_and(|total| total > rows);
            }
            // Without an id, rows that come again are not known again: the total is all there is to go by. It is documented as the
            // number of all rows, so the end is where as many came. One that is less than what came is none, nor is any after it.
            PagedBy::Number | PagedBy::Offset
                if !R::HAS_ID
                    && !self.total_lies
                    && total.is_some_and(|total| self.position() == total) =>
            {
                self.end();
            }
            PagedBy::Number | PagedBy::Offset if !R::HAS_ID && self.short > MOST_SHORT_PAGES => {
                // A service that says the same at every place has no end.
                self.is_over = true;
                self.audit.possible_gap = true;
            }
            PagedBy::Number | PagedBy::Offset if rows == 0 => self.end(),
            PagedBy::Number => self.at += 1,
            PagedBy::Offset => {
                // That row again, to see whether rows shifted; but only where that leads on.
                let known = known.filter(|known| *known < rows);
                self.overlaps = known.is_some();
                let next = self.at.saturating_add(rows);
                self.at = next.saturating_sub(known.unwrap_or(0));
            }
        }
    }

    /// Whether there are fewer rows in all than before, but for the first page.
    fn is_fewer(&self, total: Option<i64>) -> bool {
        let both = self.audit.reported.zip(total);
        let both = both.filter(|_| self.at != self.begin);
        both.is_some_and(|(before, now)| now < before)
    }

    /// The end: nothing came behind what was read.
    fn end(&mut self) {
        self.is_over = true;
        self.audit.complete = true;
        // What came while the list was read need not be part of it.
        self.audit.possible_gap |= self.least.is_some_and(|total| total > self.position());
    }

    /// How many rows there are up to here, those before the first that was asked for among them.
    fn position(&self) -> i64 {
        let before = match R::BY {
            PagedBy::Number => self.begin.saturating_sub(1).saturating_mul(self.size),
            PagedBy::Offset => self.begin,
            PagedBy::Whole => 0,
        };
        let handled = self.audit.yielded.saturating_add(self.audit.undecodable);
        before.saturating_add(i64::try_from(handled).unwrap_or(i64::MAX))
    }
}

/// The places of `items` rows that could be read, among those that could not.
fn places(items: usize, lost: &[Undecodable]) -> impl Iterator<Item = usize> {
    let rows = items.saturating_add(lost.len());
    let lost: HashSet<usize> = lost.iter().map(|lost| lost.index).collect();
    (0..rows).filter(move |place| !lost.contains(place))
}

/// How many rows from the end of a page stands one that can be known again; 1 is the last.
fn known_at_the_end<R: Paged>(items: &[R::Item], lost: &[Undecodable]) -> Option<i64> {
    let rows = items.len() + lost.len();
    let known = places(items.len(), lost).zip(items);
    let known = known.filter(|(_, item)| R::id(item).is_some());
    let (last, _) = known.last()?;
    i64::try_from(rows.saturating_sub(last)).ok()
}

/// The documented maximum of a parameter.
fn most<R: Paged>(field: Option<&str>) -> Option<i64> {
    let field = field?;
    let mut limits = limits::ALL.iter();
    let own = limits.find(|limit| limit.operation == R::OPERATION.name && limit.field == field);
    own.and_then(|limit| limit.max)
}
