//! The walk back through a conversation: which page to ask for next, and what of it is new. No I/O.
//!
//! Times have a resolution of one second (if the service writes milliseconds: of one), and no document
//! says whether it answers with messages before the given time or up to it. So every page is asked from
//! one second after the oldest known message: under both readings that second comes again as a whole,
//! and what is known already is counted and dropped. When a page brings nothing new, it is asked wider;
//! then the second is read by row numbers; then the walk goes on at the second itself, and below it. A
//! step that may have passed over a message says so in the report.
//!
//! All of it rests on pages that are cut by time. Rows that stand in no order of time show that a page is not: unless it is
//! proven to hold all, a message may be missing. The walk then goes on from the row that stands last, and not from the oldest one.

mod again;
mod boundary;
mod bridge;
mod decide;
mod lengths;
mod rows;
mod totals;

use self::{
    again::Again, boundary::span, bridge::Bridge, decide::Found, lengths::Lengths, rows::Rows,
    totals::Totals,
};
use super::{
    known::Known,
    query_time::{TimeForm, resolution},
    report::ReadReport,
};
use crate::{
    messages::{
        message::{Message, MessageKind, Undecodable},
        wire::MessagePage,
    },
    service::MAX_PAGE,
    time::{MessageTime, ZoneOffset, earlier, later},
};
use jiff::{SignedDuration, Timestamp};
use std::{ops::Range, time::Duration};

/// How far beyond now a walk starts.
const BEYOND_NOW: SignedDuration = SignedDuration::from_hours(24);
/// How far beyond the service's own time it has to start. More than the 20 hours by which the service reads a time wrongly when it heeds no
/// zone (GMT-12 as GMT+8), with room for the parts of a second that times leave out, and for a clock of its own that stamps messages.
/// Less than [`BEYOND_NOW`], so that a clock that is nearly right costs no second request.
const BEYOND_SERVICE: SignedDuration = SignedDuration::from_hours(23);
const SECOND: SignedDuration = SignedDuration::from_secs(1);

/// What the next page is asked with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ask {
    /// Messages older than a moment.
    Before {
        /// Text of the moment.
        time: String,
        /// Side of the oldest known message: 0 customer, 1 support.
        kind: i64,
        /// Most rows.
        limit: u64,
    },
    /// Rows from this one on, as many as the service gives.
    Rows(u64),
}

/// Where what is asked for begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Since {
    At(Timestamp),
    /// So long before the first page comes.
    Ago(Duration),
}

/// How a walk is made.
#[derive(Debug, Clone)]
pub(crate) struct WalkOptions {
    pub(crate) page_size: u64,
    pub(crate) since: Option<Since>,
    pub(crate) form: TimeForm,
    pub(crate) zone: ZoneOffset,
}

/// The state of a walk.
#[derive(Debug)]
pub(crate) struct Walk {
    options: WalkOptions,
    /// Where the first page is asked from.
    start: Timestamp,
    /// How far beyond the service's own time it would start if it had to start again.
    beyond: SignedDuration,
    /// The oldest message with a readable time.
    oldest: Option<Oldest>,
    step: Step,
    known: Known,
    report: ReadReport,
    done: bool,
    /// The caller has as many as it wants: there is no next page, and nothing is known of what one would need.
    is_last_page: bool,
    /// New items of all pages: handed out, before `since`, or unreadable.
    seen: u64,
    /// The totals that answers stated.
    totals: Totals,
    /// A step passed over a second that may hold more, or a page whose rows stand in no order of time was no proof of where the
    /// rest begins.
    passed_over: bool,
    /// An answer was one that a machine on the way had stored: it may lack what came since, totals too.
    is_stale: bool,
    /// Whether pages came with the oldest message first, once one told.
    ascending: bool,
    /// The boundary that is being read by row numbers.
    bridge: Option<Box<Bridge>>,
    /// The last boundary that was, and whether all of it was read.
    bridged: Option<(Range<Timestamp>, bool)>,
    /// A message from before `since` was seen.
    reached_since: bool,
    /// The page that showed the boundary last had room for more rows.
    is_boundary_shown: bool,
    /// What tells whether a page was cut.
    lengths: Lengths,
    /// Unreadable items behind the last readable row: they come again with the next page, if there is one.
    at_the_end: Vec<(usize, Undecodable)>,
}

#[derive(Debug, Clone)]
struct Oldest {
    time: MessageTime,
    instant: Timestamp,
    kind: MessageKind,
}

impl Oldest {
    /// Lowers `oldest` to the oldest of `messages`, the last of several, if it is as old or older.
    fn lower(oldest: &mut Option<Self>, messages: &[Message]) {
        let mut lowest = oldest.as_ref().map(|oldest| oldest.instant);
        let mut found = None;
        for message in messages {
            if let Some(instant) = message.created_at.instant()
                && lowest.is_none_or(|lowest| instant <= lowest)
            {
                lowest = Some(instant);
                found = Some((message, instant));
            }
        }
        if let Some((message, instant)) = found {
            *oldest = Some(Self {
                time: message.created_at.clone(),
                instant,
                kind: message.kind,
            });
        }
    }
}

/// From where the next page is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// One step of the service's times after the oldest message, as many as wanted.
    Overlap,
    /// The same, as many as the service gives.
    Wide,
    /// At the oldest message itself.
    AtOldest,
    /// Just before it.
    Below,
}

impl Walk {
    /// A walk that starts at the newest message. `now` may be off: what the service says of its own time is held against the start, by
    /// [`Walk::starts_too_early`].
    pub(crate) fn new(options: WalkOptions, now: Timestamp) -> Self {
        Self {
            options,
            start: later(now, BEYOND_NOW),
            beyond: BEYOND_NOW,
            oldest: None,
            step: Step::Overlap,
            known: Known::default(),
            report: ReadReport::default(),
            done: false,
            is_last_page: false,
            seen: 0,
            totals: Totals::default(),
            passed_over: false,
            is_stale: false,
            ascending: false,
            bridge: None,
            bridged: None,
            reached_since: false,
            is_boundary_shown: false,
            lengths: Lengths::default(),
            at_the_end: Vec::new(),
        }
    }

    /// Whether nothing was accepted yet, and the first page is asked from a moment that may lie behind a message: what the clock of the
    /// service shows at `date` need not be before it.
    pub(crate) fn starts_too_early(&self, date: Timestamp) -> bool {
        self.report.pages == 0 && self.start < later(date, BEYOND_SERVICE)
    }

    /// Starts again, beyond what the clock of the service shows at `date`. Each time twice as far beyond it as before: so a few requests catch
    /// up with a clock that leaps from one answer to the next, where there would be no end of them otherwise.
    #[cold]
    #[inline(never)]
    pub(crate) fn start_again(&mut self, date: Timestamp) {
        self.start = later(date, self.beyond);
        self.beyond = self.beyond.saturating_add(self.beyond);
    }

    /// The answer that comes next tells no time. If it is the first page, nothing proves that the newest messages are in it.
    pub(crate) fn take_for_untold(&mut self) {
        self.report.local_clock |= self.report.pages == 0;
    }

    /// Whether [`Walk::reckon`] is to be called before the first page is accepted.
    pub(crate) fn is_to_reckon(&self) -> bool {
        matches!(self.options.since, Some(Since::Ago(_)))
    }

    /// Reckons where what is asked for begins, once: by the time that the service `told` with the first page. Only without one `own`
    /// of this machine counts, which proves nothing.
    #[inline(never)]
    pub(crate) fn reckon(&mut self, told: Option<Timestamp>, own: Timestamp) {
        if let Some(Since::Ago(age)) = self.options.since {
            self.report.local_clock |= told.is_none();
            self.options.since = Some(Since::At(earlier(told.unwrap_or(own), age)));
        }
    }

    /// What is known of completeness; messages are counted by who hands them out.
    pub(crate) fn report(&self) -> &ReadReport {
        &self.report
    }

    /// The same, at the end of the walk. There is no other after it.
    pub(crate) fn take_report(&mut self) -> ReadReport {
        std::mem::take(&mut self.report)
    }

    /// Whether a step may have gone past a message. A total that does not fit is no such step.
    pub(crate) fn may_have_skipped(&self) -> bool {
        self.passed_over && self.report.possible_gap
    }

    /// Whether an answer was one that a machine on the way had stored.
    pub(crate) fn is_stale(&self) -> bool {
        self.is_stale
    }

    /// The answer that comes next is such a one.
    pub(crate) fn take_for_stored(&mut self) {
        self.is_stale = true;
    }

    /// Whether there is no next page.
    pub(crate) fn has_ended(&self) -> bool {
        self.done || self.is_last_page
    }

    /// The next page to ask for; `None` at the end. Asking twice without an answer asks the same.
    pub(crate) fn next(&self) -> Option<Ask> {
        if self.has_ended() {
            return None;
        }
        if let Some(bridge) = &self.bridge {
            return Some(Ask::Rows(bridge.row()));
        }
        let WalkOptions { form, zone, .. } = self.options;
        let like = self.oldest.as_ref().map(|oldest| &oldest.time);
        Some(Ask::Before {
            time: form.write(self.bound(), like, zone),
            // A first page has no message before it; the document demands a value all the same.
            kind: match self.oldest.as_ref().map(|oldest| oldest.kind) {
                Some(MessageKind::Support) => 1,
                _ => 0,
            },
            limit: self.limit(),
        })
    }

    fn limit(&self) -> u64 {
        match self.step {
            // Room for what comes again, so that a page brings as much new as was wanted.
            Step::Overlap => {
                let again = self.known.until(self.bound());
                self.options.page_size.saturating_add(again).min(MAX_PAGE)
            }
            _ => MAX_PAGE,
        }
    }

    /// The moment the next page is asked from.
    fn bound(&self) -> Timestamp {
        let Some(Oldest { time, instant, .. }) = &self.oldest else {
            return self.start;
        };
        let moved = match self.step {
            Step::Overlap | Step::Wide => Ok(span(*instant, resolution(time)).end),
            Step::AtOldest => Ok(*instant),
            Step::Below => instant.checked_sub(resolution(time)),
        };
        moved.unwrap_or(*instant)
    }

    /// Takes the answer to [`Walk::next`], and gives what is new in it, the newest first. Who has no use for more than `wanted` of
    /// them asks for no page after one with so many.
    pub(crate) fn accept(&mut self, page: MessagePage, wanted: Option<u64>) -> Vec<Message> {
        if self.bridge.is_some() {
            return self.accept_rows(page);
        }
        self.known.find_keys();
        let limit = self.limit();
        let is_first_page = self.report.pages == 0;
        self.report.pages += 1;
        let returned = page.returned() as u64;
        let says_none = page.says_none();
        self.totals.add(page.count, returned);
        self.report.reported = self.totals.first;
        let full = returned >= limit;
        let mut rows = Rows::newest_first(page, &mut self.ascending);
        // Before the first page there was nothing: all of it is new.
        let again = (!is_first_page).then(|| self.drop_known(&mut rows));
        let reached_beginning = match &again {
            None => (rows.messages.last()).is_some_and(|message| message.is_first),
            Some(again) => again.reached_beginning,
        };
        if full && let Some(last) = rows.came_last {
            leave_older(&mut rows.messages, last);
        }
        let came_in_order = rows.came_last.is_none();
        let progress = !rows.messages.is_empty();
        self.seen += rows.messages.len() as u64;
        if !rows.undecodable.is_empty() {
            let last_known_place = again.as_ref().and_then(|again| again.last_known_place);
            self.take_undecodable(&mut rows, last_known_place);
        } else if progress {
            self.at_the_end.clear();
        }
        let mut new = rows.messages;
        if let Some(Again { on_page, .. }) = &again
            && self.step == Step::AtOldest
            && !self.is_boundary_whole()
        {
            self.passed_over |= !self.shows_boundary(on_page);
        }
        // Before `since` may lie some of them.
        self.is_last_page =
            self.options.since.is_none() && wanted.is_some_and(|wanted| new.len() as u64 >= wanted);
        if !self.is_last_page {
            self.prepare_next(&new);
        }
        let has_time = self.oldest.is_some()
            || (new.iter()).any(|message| message.created_at.instant().is_some());
        let all_new = new.len();
        self.drop_before_since(&mut new);
        let reached_since = new.len() < all_new;
        let found = Found {
            returned,
            says_none,
            full,
            progress,
            reached_since,
            reached_beginning,
            has_time,
            came_in_order,
        };
        self.lengths.add(&found);
        self.reached_since |= reached_since;
        self.decide(&found);
        self.judge(!found.full);
        new
    }

    /// Keeps what a next page is asked by and told from, of the messages that were `new` on this one.
    fn prepare_next(&mut self, new: &[Message]) {
        Oldest::lower(&mut self.oldest, new);
        // A later page may be asked from the end of the whole second, whatever this one's times tell.
        let newest_again = (self.oldest.as_ref()).map(|oldest| span(oldest.instant, SECOND).end);
        self.known.turn_page(new, newest_again, self.report.pages);
    }

    /// What is older than was asked for is not handed out.
    fn drop_before_since(&self, messages: &mut Vec<Message>) {
        let Some(Since::At(since)) = self.options.since else {
            return;
        };
        messages.retain(|message| {
            let instant = message.created_at.instant();
            instant.is_none_or(|instant| instant >= since)
        });
    }

    fn count_undecodable(&mut self, items: &[(usize, Undecodable)]) {
        for (_, item) in items {
            self.report.saw_undecodable(item);
            self.seen += 1;
        }
    }
}

/// Leaves out what is older than `last`, the time of the row that came last on a full page: it comes again with a later one, and so
/// does not set where the next one begins. Nothing is left out where nothing would remain, so that each page brings the walk on.
fn leave_older(new: &mut Vec<Message>, last: Timestamp) {
    let is_older = |message: &Message| {
        let instant = message.created_at.instant();
        instant.is_some_and(|instant| instant < last)
    };
    if !new.iter().all(is_older) {
        new.retain(|message| !is_older(message));
    }
}

#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod tests;
