//! Lists: their pages, and their items one by one.

use super::{
    Call, Caller, Response, Undecodable,
    call::{About, Described, send},
};
use crate::{
    client::Client,
    error::{Error, Result},
};
use futures_core::Stream;
use hwc_tickets_wire::limits;
use serde::Serialize;
use std::{
    collections::{HashSet, VecDeque},
    fmt,
    future::{Future, poll_fn},
    pin::Pin,
    task::{Context, Poll},
};

/// What names a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PagedBy {
    /// The number of items before it.
    Offset,
    /// Its number; the first one is 1.
    Number,
    /// Nothing: there is one.
    Whole,
}

/// An operation that answers with a list. Implemented by the generator.
pub trait Paged: Described<Response: Send> + Unpin {
    /// An item.
    type Item: Send + Unpin + 'static;
    /// What names a page.
    const BY: PagedBy;
    /// The field with the items.
    const LIST: &'static str;
    /// The parameter of the page.
    const AT: &'static str;
    /// The parameter of its length.
    const SIZE: &'static str;
    /// Whether an item has an id.
    const HAS_ID: bool;
    /// The page that is asked for first, and its length, where the call says so.
    #[doc(hidden)]
    fn begins(&self) -> (Option<i64>, Option<i64>);
    /// Asks for a page.
    #[doc(hidden)]
    fn ask(&mut self, at: i64, size: i64);
    /// The number of all items, as the answer states it.
    #[doc(hidden)]
    fn total(answer: &Self::Response) -> Option<i64>;
    /// The items.
    #[doc(hidden)]
    fn list(answer: Self::Response) -> Option<Vec<Self::Item>>;
    /// What tells an item from all others.
    #[doc(hidden)]
    fn id(item: &Self::Item) -> Option<String>;
}

/// One page.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Page<T> {
    /// Its items, without those that came before.
    pub items: Vec<T>,
    /// Items that could not be read: they cost themselves alone.
    pub undecodable: Vec<Undecodable>,
    /// The number of all items, as this answer states it.
    pub total: Option<i64>,
}

/// What was read of a list, and whether anything may be missing. While it is read, what is known so far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ListAudit {
    /// The number of all items, as the last answer stated it.
    pub reported: Option<i64>,
    /// Items that were handed out.
    pub yielded: u64,
    /// Items that came again, because pages overlap or rows shifted, and were dropped.
    pub duplicates_dropped: u64,
    /// Items that could not be read.
    pub undecodable: u64,
    /// Answers that were used.
    pub pages: u64,
    /// Whether an item may be missing: the list changed while it was read in a way that could not be made good, its rows end
    /// before the total that is stated, or where no further page can be asked for.
    /// Numbered pages cannot overlap: rows that go from them while as many come are not noticed.
    pub possible_gap: bool,
    /// Whether the end was reached: nothing came where more would stand. A short page is no end.
    pub complete: bool,
}

/// How often the reading goes back to where it last knew its way, because rows shifted.
const MOST_STEPS_BACK: u32 = 100;

/// So many rows may come again, or without an id, beside those that are known, before the reading ends: such a service does
/// not go on.
const MOST_WITHOUT_NEWS: usize = 1000;

/// Rows of a page where neither the call nor the description says how many.
const DEFAULT_SIZE: i64 = 100;

/// A list being read.
struct Walk<R> {
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
    /// Ids of what was handed out.
    seen: HashSet<String>,
    steps_back: u32,
    audit: ListAudit,
    /// Nothing more can be asked.
    is_over: bool,
}

impl<R: Paged> Walk<R> {
    fn new(client: &Client, request: R, about: About) -> Self {
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
            seen: HashSet::new(),
            steps_back: 0,
            audit: ListAudit::default(),
            is_over: false,
        }
    }

    /// The next page that holds anything new, or could not be read in part; `None` at the end.
    async fn page(&mut self) -> Result<Option<Page<R::Item>>> {
        while !self.is_over {
            if self.last.is_some_and(|last| self.at > last) {
                // The service has no name for what comes next.
                self.audit.possible_gap = true;
                self.is_over = true;
                break;
            }
            let mut request = self.request.clone();
            request.ask(self.at, self.size);
            let answer = send(&self.client, request, &self.about).await?;
            let page = self.take(answer)?;
            if !page.items.is_empty() || !page.undecodable.is_empty() {
                return Ok(Some(page));
            }
        }
        Ok(None)
    }

    /// Takes an answer in: what of it is new, and where to go on.
    fn take(&mut self, answer: Response<R::Response>) -> Result<Page<R::Item>> {
        let named = |fault| Error::from_fault(R::OPERATION.name, fault);
        answer.needs(R::LIST).map_err(named)?;
        let total = R::total(&answer.body);
        let complains = answer.complains;
        let answer = answer.map(R::list);
        let mut lost = answer.undecodable.clone();
        lost.retain(|lost| lost.list == R::LIST);
        let rows = answer.body.as_deref().map_or(0, <[_]>::len) + lost.len();
        // Some services leave an empty list out: behind the last row that says nothing new.
        let is_behind = total.is_some_and(|total| self.at > self.begin && self.position() >= total);
        if answer.body.is_none() && total != Some(0) && !is_behind {
            let how = format!("the field {} is left out", R::LIST);
            return Err(named(answer.unlike(how)));
        }
        if rows == 0 && complains {
            let how = format!("it says failure, and {} is empty", R::LIST);
            return Err(named(answer.unlike(how)));
        }
        let items = answer.body.unwrap_or_default();
        self.audit.pages += 1;
        let rows = i64::try_from(rows).unwrap_or(i64::MAX);
        let page = |items, undecodable| Page {
            items,
            undecodable,
            total,
        };
        let first = items.first().and_then(R::id);
        if self.overlaps && first.is_none_or(|id| !self.seen.contains(&id)) {
            // What was last stands elsewhere by now: rows in between may have moved up, before this page.
            if self.steps_back < MOST_STEPS_BACK {
                self.steps_back += 1;
                self.at = (self.at - self.size + 1).max(self.begin);
                self.overlaps = self.at > self.begin;
                return Ok(page(Vec::new(), Vec::new()));
            }
            self.audit.possible_gap = true;
        }
        // Rows that went while nothing tells whether they shifted others.
        self.audit.possible_gap |= !self.overlaps && self.is_fewer(total);
        self.audit.reported = total.or(self.audit.reported);
        self.least = [self.least, total].into_iter().flatten().min();
        let known = known_at_the_end::<R>(&items, &lost);
        let (before, known_before) = (items.len(), self.seen.len());
        let new: Vec<_> = (items.into_iter())
            .filter(|item| R::id(item).is_none_or(|id| self.seen.insert(id)))
            .collect();
        self.audit.duplicates_dropped += (before - new.len()) as u64;
        self.audit.yielded += new.len() as u64;
        self.audit.undecodable += lost.len() as u64;
        self.stale = match self.seen.len() > known_before {
            true => 0,
            false => self.stale.saturating_add(before + lost.len()),
        };
        self.go_on(rows, known);
        if R::HAS_ID && !self.is_over && self.stale > self.seen.len() + MOST_WITHOUT_NEWS {
            // However far rows shifted, something new had come by now: the service does not go on.
            self.is_over = true;
            self.audit.possible_gap = true;
        }
        Ok(page(new, lost))
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
            // Without an id, rows that come again are not known again: the total is all there is to go by.
            PagedBy::Number | PagedBy::Offset
                if !R::HAS_ID && total.is_some_and(|total| self.position() >= total) =>
            {
                self.end();
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
            PagedBy::Number => (self.begin - 1).saturating_mul(self.size),
            PagedBy::Offset => self.begin,
            PagedBy::Whole => 0,
        };
        let handled = self.audit.yielded.saturating_add(self.audit.undecodable);
        before.saturating_add(i64::try_from(handled).unwrap_or(i64::MAX))
    }
}

/// How many rows from the end of a page stands one that can be known again; 1 is the last.
fn known_at_the_end<R: Paged>(items: &[R::Item], lost: &[Undecodable]) -> Option<i64> {
    let lost: HashSet<usize> = lost.iter().map(|lost| lost.index).collect();
    let rows = items.len() + lost.len();
    let mut items = items.iter().rev();
    let known = (0..rows).rev().position(|row| {
        let item = (!lost.contains(&row)).then(|| items.next()).flatten();
        item.is_some_and(|item| R::id(item).is_some())
    });
    known.and_then(|known| i64::try_from(known + 1).ok())
}

/// The documented maximum of a parameter.
fn most<R: Paged>(field: &str) -> Option<i64> {
    let mut limits = limits::ALL.iter();
    let own = limits.find(|limit| limit.operation == R::OPERATION.name && limit.field == field);
    own.and_then(|limit| limit.max)
}

type Step<R> = (Box<Walk<R>>, Option<Result<Page<<R as Paged>::Item>>>);

/// Where a stream stands. A step that was begun goes on, even when nobody waited for it any more.
enum State<R: Paged> {
    Idle(Box<Walk<R>>),
    Busy(Pin<Box<dyn Future<Output = Step<R>> + Send>>),
    /// Between two others; and after an error.
    Moving,
}

/// The pages of a list, as a stream: made by [`Call::pages`]. A page holds at least one item, or says what of it could not
/// be read. Ends after an error.
#[must_use = "nothing is sent before it is polled"]
pub struct Pages<R: Paged> {
    state: State<R>,
    audit: ListAudit,
}

impl<R: Paged> Pages<R> {
    pub(crate) fn new(call: Call<R, impl Caller>) -> Self {
        let Call {
            caller,
            request,
            about,
        } = call;
        Self {
            state: State::Idle(Box::new(Walk::new(caller.client(), request, about))),
            audit: ListAudit::default(),
        }
    }

    /// The next page; `None` at the end.
    pub async fn next(&mut self) -> Option<Result<Page<R::Item>>> {
        poll_fn(|context| self.poll(context)).await
    }

    /// What is known of the reading so far; final once the stream has ended.
    #[must_use]
    pub fn audit(&self) -> &ListAudit {
        &self.audit
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Page<R::Item>>>> {
        loop {
            match std::mem::replace(&mut self.state, State::Moving) {
                State::Idle(mut walk) => {
                    self.state = State::Busy(Box::pin(async move {
                        let page = walk.page().await.transpose();
                        (walk, page)
                    }));
                }
                State::Busy(mut step) => match step.as_mut().poll(context) {
                    Poll::Pending => {
                        self.state = State::Busy(step);
                        return Poll::Pending;
                    }
                    Poll::Ready((walk, page)) => {
                        self.audit = walk.audit.clone();
                        if !matches!(page, Some(Err(_))) {
                            self.state = State::Idle(walk);
                        }
                        return Poll::Ready(page);
                    }
                },
                State::Moving => return Poll::Ready(None),
            }
        }
    }
}

impl<R: Paged> Stream for Pages<R> {
    type Item = Result<Page<R::Item>>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll(context)
    }
}

impl<R: Paged> fmt::Debug for Pages<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Pages");
        shown.field("audit", &self.audit).finish_non_exhaustive()
    }
}

/// The items of a list, as a stream: made by [`Call::items`]. Items that cannot be read are left out and counted in the
/// audit.
#[must_use = "nothing is sent before it is polled"]
pub struct Items<R: Paged> {
    pages: Pages<R>,
    held: VecDeque<R::Item>,
}

impl<R: Paged> Items<R> {
    pub(crate) fn new(call: Call<R, impl Caller>) -> Self {
        Self {
            pages: Pages::new(call),
            held: VecDeque::new(),
        }
    }

    /// The next item; `None` at the end.
    pub async fn next(&mut self) -> Option<Result<R::Item>> {
        poll_fn(|context| self.poll(context)).await
    }

    /// All items, in memory.
    ///
    /// # Errors
    /// The first page that cannot be had.
    pub async fn collect(mut self) -> Result<(Vec<R::Item>, ListAudit)> {
        let mut items = Vec::new();
        while let Some(item) = self.next().await {
            items.push(item?);
        }
        Ok((items, self.pages.audit))
    }

    /// What is known of the reading so far; final once the stream has ended. Whole pages are counted.
    #[must_use]
    pub fn audit(&self) -> &ListAudit {
        self.pages.audit()
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<R::Item>>> {
        loop {
            if let Some(item) = self.held.pop_front() {
                return Poll::Ready(Some(Ok(item)));
            }
            match self.pages.poll(context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Ready(Some(Ok(page))) => self.held.extend(page.items),
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Some(Err(error))),
            }
        }
    }
}

impl<R: Paged> Stream for Items<R> {
    type Item = Result<R::Item>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll(context)
    }
}

impl<R: Paged> fmt::Debug for Items<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Items");
        shown.field("audit", self.audit()).finish_non_exhaustive()
    }
}

impl<R: Paged> Call<R> {
    /// The pages, as a stream. They overlap by a row, where an item has an id: a list that changes while it is read neither
    /// doubles nor loses an item in silence, see [`ListAudit`].
    pub fn pages(self) -> Pages<R> {
        Pages::new(self)
    }

    /// The items, as a stream. What sets the size of a page sets only that: every item comes.
    pub fn items(self) -> Items<R> {
        Items::new(self)
    }
}
