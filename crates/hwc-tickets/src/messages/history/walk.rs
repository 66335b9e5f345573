//! The walk back through a conversation: which page to ask for next, and what of it is new. No I/O.
//!
//! Times have a resolution of one second (if the service writes milliseconds: of one), and no document
//! says whether it answers with messages before the given time or up to it. So every page is asked from
//! one second after the oldest known message: under both readings that second comes again as a whole,
//! and what is known already is counted and dropped. When a page brings nothing new, it is asked wider;
//! then the second is read by row numbers; then the walk goes on at the second itself, and below it. A
//! step that may have passed over a message says so in the report.

mod boundary;
mod bridge;
mod decide;
mod lengths;
mod rows;
mod totals;

use self::{
    boundary::span, bridge::Bridge, decide::Found, lengths::Lengths, rows::Rows, totals::Totals,
};
use super::{
    known::Known,
    query_time::{TimeForm, resolution},
    report::ReadReport,
};
use crate::{
    messages::{
        message::{Message, MessageKey, MessageKind, Undecodable},
        wire::MessagePage,
    },
    service::MAX_PAGE,
    time::{MessageTime, ZoneOffset, earlier},
};
use jiff::{SignedDuration, Timestamp};
use std::{collections::BTreeMap, ops::Range, time::Duration};

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
    /// New items of all pages: handed out, before `since`, or unreadable.
    seen: u64,
    /// The totals that answers stated.
    totals: Totals,
    /// A step passed over a second that may hold more.
    passed_over: bool,
    /// An answer was one that a machine on the way had stored: it may lack what came since, totals too.
    is_stale: bool,
    /// Whether pages came with the oldest message first, once one told.
    ascending: bool,
    /// The boundary that is being read by row numbers.
    bridge: Option<Bridge>,
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
            start: now.checked_add(BEYOND_NOW).unwrap_or(Timestamp::MAX),
            beyond: BEYOND_NOW,
            oldest: None,
            step: Step::Overlap,
            known: Known::default(),
            report: ReadReport::default(),
            done: false,
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
        let least = date.checked_add(BEYOND_SERVICE).unwrap_or(Timestamp::MAX);
        self.report.pages == 0 && self.start < least
    }

    /// Starts again, beyond what the clock of the service shows at `date`. Each time twice as far beyond it as before: so a few requests catch
    /// up with a clock that leaps from one answer to the next, where there would be no end of them otherwise.
    pub(crate) fn start_again(&mut self, date: Timestamp) {
        self.start = date.checked_add(self.beyond).unwrap_or(Timestamp::MAX);
        self.beyond = self.beyond.saturating_add(self.beyond);
    }

    /// Whether [`Walk::reckon`] is to be called before the first page is accepted.
    pub(crate) fn is_to_reckon(&self) -> bool {
        matches!(self.options.since, Some(Since::Ago(_)))
    }

    /// Reckons where what is asked for begins, once: by the time that the service `told` with the first page. Only without one `own`
    /// of this machine counts, which proves nothing.
    pub(crate) fn reckon(&mut self, told: Option<Timestamp>, own: Timestamp) {
        if let Some(Since::Ago(age)) = self.options.since {
            self.report.local_clock = told.is_none();
            self.options.since = Some(Since::At(earlier(told.unwrap_or(own), age)));
        }
    }

    /// What is known of completeness; messages are counted by who hands them out.
    pub(crate) fn report(&self) -> &ReadReport {
        &self.report
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

    /// The next page to ask for; `None` at the end. Asking twice without an answer asks the same.
    pub(crate) fn next(&self) -> Option<Ask> {
        if self.done {
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

    /// Takes the answer to [`Walk::next`], and gives what is new in it, the newest first.
    pub(crate) fn accept(&mut self, page: MessagePage) -> Vec<Message> {
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
        // What is newer than asked for was handed out before, unless there was nothing before.
        let bound = if is_first_page {
            None
        } else {
            Some(self.bound())
        };
        let rows = Rows::newest_first(page, &mut self.ascending);

        let mut on_page: BTreeMap<MessageKey, u32> = BTreeMap::new();
        let mut last_known_place = None;
        let mut reached_beginning = false;
        let last_place = rows.places.last().copied();
        let mut places = rows.places.into_iter();
        let mut new = rows.messages;
        // In place: a message is large, and most pages are new from end to end.
        new.retain(|message| {
            let place = places.next();
            let instant = message.created_at.instant();
            if let (Some(instant), Some(bound)) = (instant, bound)
                && instant > bound
            {
                self.report.duplicates_dropped += 1;
                return false;
            }
            reached_beginning = message.is_first;
            // Of most messages the time alone tells that they are new: a key is a digest of all of a message.
            if self.known.may_hold(instant) {
                let key = message.key();
                let occurrence = on_page.entry(key).or_insert(0);
                *occurrence += 1;
                if *occurrence <= self.known.count(&key) {
                    self.report.duplicates_dropped += 1;
                    last_known_place = place;
                    return false;
                }
            }
            true
        });
        let progress = !new.is_empty();
        self.seen += new.len() as u64;
        // Those before the last known message were counted with the page before, and those at the end
        // come again with the next one, if there is one.
        let (comes_again, new_items): (Vec<_>, Vec<_>) = (rows.undecodable.into_iter())
            .filter(|(place, _)| last_known_place.is_none_or(|known| *place > known))
            .partition(|(place, _)| last_place.is_none_or(|last| *place > last));
        self.count_undecodable(&new_items);
        if progress || !comes_again.is_empty() {
            self.at_the_end = comes_again;
        }
        if self.step == Step::AtOldest && !self.is_boundary_whole() {
            self.passed_over |= !self.shows_boundary(&on_page);
        }
        Oldest::lower(&mut self.oldest, &new);
        // A later page may be asked from the end of the whole second, whatever this one's times tell.
        let newest_again = (self.oldest.as_ref()).map(|oldest| span(oldest.instant, SECOND).end);
        self.known.turn_page(&new, newest_again, self.report.pages);
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
        };
        self.lengths.add(&found);
        self.reached_since |= reached_since;
        self.decide(&found);
        self.judge(!found.full);
        new
    }

    /// What is older than was asked for is not handed out.
    fn drop_before_since(&self, messages: &mut Vec<Message>) {
        let since = match self.options.since {
            Some(Since::At(since)) => since,
            Some(Since::Ago(_)) | None => Timestamp::MIN,
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
