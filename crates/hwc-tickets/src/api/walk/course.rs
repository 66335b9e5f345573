//! Where the reading of a list stands, whatever its items are.

use crate::api::{
    ListReport, Page, PagedBy, Undecodable,
    rows::{is_row, row_around},
};
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

/// What is known of a list before it is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Form {
    /// What names a page.
    pub(super) by: PagedBy,
    /// The field with the items.
    pub(super) list: &'static str,
    /// Whether an item has an id.
    pub(super) has_id: bool,
    /// The last row or page that the service has a name for.
    pub(super) last: Option<i64>,
    /// The longest page.
    pub(super) longest: Option<i64>,
}

/// An answer, without its items.
pub(super) struct Came {
    /// Of each item that could be read: what tells it from all others.
    pub(super) ids: Vec<Option<String>>,
    /// What could not be read.
    pub(super) undecodable: Vec<Undecodable>,
    /// The number of all items, as the answer states it.
    pub(super) total: Option<i64>,
    /// It reports a failure besides, or a machine on the way had stored it: what it lacks may be there.
    pub(super) is_unsure: bool,
}

/// What is known of a list while it is read.
pub(super) struct Course {
    form: Form,
    /// The first row or page there is, as far as this call is concerned.
    begin: i64,
    at: i64,
    size: i64,
    /// The page that is asked for begins with a row that was seen.
    overlaps: bool,
    /// That row: how many rows from the end of its page it stood, and its id.
    last_known: Option<(i64, String)>,
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
    report: ListReport,
    /// Nothing more can be asked.
    is_over: bool,
}

impl Course {
    /// `begin` and `size`: where the call says so, the page that is asked for first, and its length.
    pub(super) fn new(form: Form, (begin, size): (Option<i64>, Option<i64>)) -> Self {
        let first = match form.by {
            PagedBy::Number => 1,
            PagedBy::Offset | PagedBy::Whole => 0,
        };
        let begin = begin.unwrap_or(first);
        let size = size.or(form.longest).filter(|size| *size > 0);
        let size = size.map(|size| match (form.by, form.has_id) {
            // One row of them is that before.
            (PagedBy::Offset, true) => size.max(2),
            _ => size,
        });
        Self {
            form,
            begin,
            at: begin,
            size: size.unwrap_or(DEFAULT_SIZE),
            overlaps: false,
            last_known: None,
            least: None,
            stale: 0,
            short: 0,
            idle: 0,
            total_lies: false,
            seen: HashSet::new(),
            steps_back: 0,
            report: ListReport::default(),
            is_over: false,
        }
    }

    pub(super) fn report(&self) -> &ListReport {
        &self.report
    }

    /// The page to ask for, and its length; `None` at the end.
    pub(super) fn wanted(&mut self) -> Option<(i64, i64)> {
        if !self.is_over && self.form.last.is_some_and(|last| self.at > last) {
            // The service has no name for what comes next.
            self.give_up();
        }
        (!self.is_over).then_some((self.at, self.size))
    }

    /// Takes an answer in: what of it is new, and where to go on. Gives the page without its items, and of each item whether
    /// it belongs to it.
    pub(super) fn take(&mut self, came: Came) -> (Page<()>, Vec<bool>) {
        let Came {
            ids,
            undecodable,
            total,
            is_unsure,
        } = came;
        // What such an answer lacks is not empty, but missing.
        self.report.possible_gap |= is_unsure;
        let list = self.form.list;
        let (mut lost, mut within): (Vec<_>, Vec<_>) =
            (undecodable.into_iter()).partition(|lost| is_row(lost, list));
        self.report.pages += 1;
        let rows = i64::try_from(ids.len() + lost.len()).unwrap_or(i64::MAX);
        let mut page = Page::new(list, total);
        if !self.goes_on_from(ids.first().and_then(Option::as_deref)) {
            return (page, Vec::new());
        }
        let behind = self.came_behind(&ids, &lost);
        let is_behind = |place: usize| (1..=behind).contains(&place);
        // Rows that went while nothing tells whether they shifted others.
        self.report.possible_gap |= (!self.overlaps || behind > 0) && self.is_fewer(total);
        self.report.reported = total.or(self.report.reported);
        self.least = [self.least, total].into_iter().flatten().min();
        let known = known_at_the_end(&ids, &lost);
        let (before, known_before) = (ids.len(), self.seen.len());
        let mut again = HashSet::new();
        let mut are_new = Vec::with_capacity(before);
        for (place, id) in places(before, &lost).zip(ids) {
            let is_new = match id {
                Some(id) => self.seen.insert(id),
                None => !is_behind(place),
            };
            if is_new {
                page.places.push(place);
            } else {
                again.insert(place);
            }
            are_new.push(is_new);
        }
        // What is lost inside of a row that came before was told before.
        within.retain(|lost| row_around(lost, list).is_none_or(|row| !again.contains(&row)));
        let all = lost.len();
        lost.retain(|lost| !is_behind(lost.index));
        self.report.duplicates_dropped += (again.len() + all - lost.len()) as u64;
        self.report.yielded += page.places.len() as u64;
        self.report.undecodable += lost.len() as u64;
        self.report.undecodable_within += within.len() as u64;
        let has_news = self.seen.len() > known_before || (!self.form.has_id && before > 0);
        self.count(has_news, rows, before);
        self.total_lies |= total.is_some_and(|total| total < self.position());
        self.go_on(rows, known);
        // However far rows shifted, something new had come by now: the service does not go on.
        let is_stale = self.stale > self.seen.len() + MOST_WITHOUT_NEWS;
        if !self.is_over && (is_stale || self.idle > MOST_SHORT_PAGES) {
            self.give_up();
        }
        page.undecodable = lost;
        page.within = within;
        (page, are_new)
    }

    /// Whether a page that begins with an item of this id is the next one. Else the reading goes back.
    fn goes_on_from(&mut self, first: Option<&str>) -> bool {
        if !self.overlaps || first.is_some_and(|id| self.seen.contains(id)) {
            return true;
        }
        // What was last stands elsewhere by now: rows in between may have moved up, before this page.
        if self.steps_back < MOST_STEPS_BACK {
            self.steps_back += 1;
            self.at = (self.at - self.size + 1).max(self.begin);
            self.overlaps = self.at > self.begin;
            self.last_known = None;
            return false;
        }
        self.report.possible_gap = true;
        true
    }

    /// How many rows came behind the first of this page with the page before: as many stood there behind that row. Of them those
    /// without an id, and those that cannot be read, are not known again otherwise.
    fn came_behind(&mut self, ids: &[Option<String>], lost: &[Undecodable]) -> usize {
        let Some((from_the_end, known)) = self.last_known.take() else {
            return 0;
        };
        let is_first = ids.first().and_then(Option::as_ref) == Some(&known)
            && lost.iter().all(|lost| lost.index > 0);
        match is_first {
            true => usize::try_from(from_the_end.saturating_sub(1)).unwrap_or(0),
            false => 0,
        }
    }

    /// Counts a page of `rows` rows, of which `readable` could be read.
    fn count(&mut self, has_news: bool, rows: i64, readable: usize) {
        self.stale = match has_news {
            true => 0,
            false => {
                let rows = usize::try_from(rows).unwrap_or(usize::MAX);
                self.stale.saturating_add(rows)
            }
        };
        if rows < self.size {
            self.short += 1;
        }
        self.idle = match !has_news && (rows < self.size || readable == 0) {
            true => self.idle.saturating_add(1),
            false => 0,
        };
    }

    /// Where the next page begins, after one of `rows` rows; or that there is none. `known`: how many rows from the end
    /// stands one that can be known again, and its id.
    fn go_on(&mut self, rows: i64, known: Option<(i64, String)>) {
        let total = self.report.reported;
        match self.form.by {
            PagedBy::Whole => {
                self.is_over = true;
                self.report.complete = true;
                self.report.possible_gap |= total.is_some_and(|total| total > rows);
            }
            // Without an id, rows that come again are not known again: the total is all there is to go by. It is documented as the
            // number of all rows, so the end is where as many came. One that is less than what came is none, nor is any after it.
            PagedBy::Number | PagedBy::Offset
                if !self.form.has_id
                    && !self.total_lies
                    && total.is_some_and(|total| self.position() == total) =>
            {
                self.end();
            }
            PagedBy::Number | PagedBy::Offset
                if !self.form.has_id && self.short > MOST_SHORT_PAGES =>
            {
                // A service that says the same at every place has no end.
                self.give_up();
            }
            PagedBy::Number | PagedBy::Offset if rows == 0 => self.end(),
            PagedBy::Number => self.at += 1,
            PagedBy::Offset => {
                // That row again, to see whether rows shifted; but only where that leads on.
                self.last_known = known.filter(|(known, _)| *known < rows);
                self.overlaps = self.last_known.is_some();
                let next = self.at.saturating_add(rows);
                let again = self.last_known.as_ref().map_or(0, |(known, _)| *known);
                self.at = next.saturating_sub(again);
            }
        }
    }

    /// Whether there are fewer rows in all than before, but for the first page.
    fn is_fewer(&self, total: Option<i64>) -> bool {
        let both = self.report.reported.zip(total);
        let both = both.filter(|_| self.at != self.begin);
        both.is_some_and(|(before, now)| now < before)
    }

    /// The end: nothing came behind what was read.
    fn end(&mut self) {
        self.is_over = true;
        self.report.complete = true;
        // What came while the list was read need not be part of it.
        self.report.possible_gap |= self.least.is_some_and(|total| total > self.position());
    }

    /// No further page is asked for, though nothing says that there is none.
    fn give_up(&mut self) {
        self.is_over = true;
        self.report.possible_gap = true;
    }

    /// How many rows there are up to here, those before the first that was asked for among them.
    pub(super) fn position(&self) -> i64 {
        let before = match self.form.by {
            PagedBy::Number => self.begin.saturating_sub(1).saturating_mul(self.size),
            PagedBy::Offset => self.begin,
            PagedBy::Whole => 0,
        };
        let handled = self.report.yielded.saturating_add(self.report.undecodable);
        before.saturating_add(i64::try_from(handled).unwrap_or(i64::MAX))
    }
}

/// The places of `items` rows that could be read, among those that could not.
fn places(items: usize, lost: &[Undecodable]) -> impl Iterator<Item = usize> {
    let rows = items.saturating_add(lost.len());
    let lost: HashSet<usize> = lost.iter().map(|lost| lost.index).collect();
    (0..rows).filter(move |place| !lost.contains(place))
}

/// How many rows from the end of a page stands one that can be known again, and its id; 1 is the last.
fn known_at_the_end(ids: &[Option<String>], lost: &[Undecodable]) -> Option<(i64, String)> {
    let rows = ids.len() + lost.len();
    let known = places(ids.len(), lost).zip(ids);
    let known = known.filter_map(|(place, id)| Some((place, id.as_ref()?)));
    let (last, id) = known.last()?;
    let from_the_end = i64::try_from(rows.saturating_sub(last)).ok()?;
    Some((from_the_end, id.clone()))
}

#[cfg(test)]
mod tests;
