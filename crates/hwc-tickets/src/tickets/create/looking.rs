//! A search for tickets in doubt: the list is read until it tells, or the time is up.

use super::{
    judge::{Verdict, judge},
    listing::{Listing, Reading},
    outcome::TicketOutcome,
    pending::PendingTicket,
};
use crate::{
    client::Parts,
    doubt::{
        moment::Posting,
        pace::{self, jittered, yield_now},
    },
};
use hwc_core::Fault;
use jiff::Timestamp;
use std::{io, sync::Arc, time::Duration};

/// One ticket that is searched for, and what was found out about it.
pub(super) struct Sought {
    pub(super) pending: PendingTicket,
    /// When the POST was under way. `None`: in another process.
    pub(super) posted: Option<Posting>,
    pub(super) outcome: TicketOutcome,
    /// Why the outbox could not be read at the last look.
    pub(super) hindered: Option<Arc<io::Error>>,
    /// Nothing told at the last look whether the list was that of the same account.
    pub(super) is_of_unknown: bool,
    /// When the first of the reads in a row began that did not find it.
    missing_since: Option<Duration>,
}

impl Sought {
    pub(super) fn new(pending: PendingTicket, posted: Option<Posting>) -> Self {
        Self {
            pending,
            posted,
            outcome: TicketOutcome::Unknown(Vec::new()),
            hindered: None,
            is_of_unknown: false,
            missing_since: None,
        }
    }

    fn is_open(&self) -> bool {
        matches!(self.outcome, TicketOutcome::Unknown(_))
    }

    fn see(&mut self, verdict: Verdict, asked_at: Duration, window: Duration) {
        self.outcome = match verdict {
            Verdict::Found(ticket) => TicketOutcome::Confirmed(ticket),
            Verdict::NotThere => match self.missing_since {
                Some(since) if asked_at.saturating_sub(since) >= window => TicketOutcome::Absent,
                // However short the window is, one read alone proves nothing.
                _ => {
                    self.missing_since.get_or_insert(asked_at);
                    TicketOutcome::Unknown(Vec::new())
                }
            },
            Verdict::Unclear(candidates) => {
                self.missing_since = None;
                TicketOutcome::Unknown(candidates)
            }
        };
    }
}

/// A search for tickets: each read serves all of them.
pub(super) struct Looking<'a> {
    parts: &'a Parts,
    /// End of the whole call, on the monotonic clock.
    deadline: Duration,
    pub(super) sought: Vec<Sought>,
    /// Whether any read succeeded.
    pub(super) has_read: bool,
    /// The last read that failed.
    pub(super) fault: Option<Fault>,
    /// What the clock of the service showed at the last read.
    pub(super) date: Option<Timestamp>,
}

impl<'a> Looking<'a> {
    pub(super) fn new(parts: &'a Parts, deadline: Duration, sought: Vec<Sought>) -> Self {
        Self {
            parts,
            deadline,
            sought,
            has_read: false,
            fault: None,
            date: None,
        }
    }

    /// Reads until every outcome is known or the time is up.
    pub(super) async fn run(&mut self) {
        let clock = &self.parts.clock;
        let window = self.parts.consistency_window;
        let began = clock.elapsed();
        let mut planned = pace::READS.iter().map(|offset| began + jittered(*offset));
        while self.sought.iter().any(Sought::is_open) {
            let now = clock.elapsed();
            let next = planned.next().unwrap_or(now + jittered(pace::LATER));
            // The read that can prove absence is put exactly where the window ends.
            let ends = (self.sought.iter())
                .filter(|sought| sought.is_open())
                .filter_map(|sought| Some(sought.missing_since?.saturating_add(window)))
                .filter(|end| *end > now);
            let at = ends
                .fold(next, Duration::min)
                .max(now + pace::SHORTEST_PAUSE);
            if at >= self.deadline {
                return;
            }
            clock.sleep(at - now).await;
            let asked_at = clock.elapsed();
            if asked_at >= self.deadline {
                return;
            }
            let reading = Reading {
                parts: self.parts,
                until: self.deadline,
                // The search itself repeats.
                attempts: Some(1),
            };
            match Listing::read(reading).await {
                Ok(listing) => self.look_at(&listing, asked_at).await,
                Err(fault) => {
                    let hopeless = pace::is_hopeless(fault.kind);
                    self.fault = Some(fault);
                    if hopeless {
                        return;
                    }
                }
            }
        }
    }

    async fn look_at(&mut self, listing: &Listing, asked_at: Duration) {
        self.has_read = true;
        self.date = listing.date.or(self.date);
        let Parts {
            clock,
            tickets,
            consistency_window: window,
            origin,
            ..
        } = self.parts;
        for sought in self.sought.iter_mut().filter(|sought| sought.is_open()) {
            if sought.pending.span.is_none() {
                sought.pending.span = (listing.service_clock.zip(sought.posted))
                    .and_then(|(clock, posted)| posted.by(clock));
            }
            // Read after the list: whatever stood there by then was written down before.
            let others = tickets.own.others(&sought.pending);
            let told = others.as_ref().ok();
            // A list of which nothing says that it is that of the same account shows what is there, and proves nothing.
            let before = sought.pending.before.as_ref();
            sought.is_of_unknown = tickets.own.is_of_unknown(&sought.pending, origin)
                && before.is_some_and(|before| !listing.shows_any(&before.seen));
            let told = told.filter(|_| !sought.is_of_unknown);
            let verdict = judge(&sought.pending, listing, told, *window);
            sought.hindered = others.err().map(Arc::new);
            sought.see(verdict, asked_at, *window);
            yield_now().await;
            if clock.elapsed() >= self.deadline {
                return;
            }
        }
    }
}
