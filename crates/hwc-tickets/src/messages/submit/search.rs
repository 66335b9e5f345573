//! A search for messages in doubt: their ticket is read until it tells, or the time is up.

use super::{
    judge::{Verdict, judge},
    newest::Reading,
    outcome::Outcome,
    pending::Pending,
    snapshot::{Reach, Snapshot},
};
use crate::{
    client::Parts,
    doubt::{
        moment::Posting,
        pace::{self, jittered, yield_now},
    },
    ids::{GroupId, TicketId},
};
use futures_util::lock::Mutex as AsyncMutex;
use hwc_core::Fault;
use jiff::Timestamp;
use std::{io, sync::Arc, time::Duration};

/// One message that is searched for, and what was found out about it.
pub(super) struct Sought {
    pub(super) pending: Pending,
    /// When the POST was under way. `None`: in another process.
    pub(super) posted: Option<Posting>,
    pub(super) outcome: Outcome,
    /// Why the outbox could not be read at the last look, when that alone kept it from being told.
    pub(super) hindered: Option<Arc<io::Error>>,
    /// When the first of the reads in a row began that did not find it.
    missing_since: Option<Duration>,
}

/// A search for messages of one ticket: each read serves all of them.
pub(super) struct Search<'a> {
    parts: &'a Parts,
    ticket: &'a TicketId,
    group: Option<&'a GroupId>,
    /// End of the whole call, on the monotonic clock.
    deadline: Duration,
    /// Searches share these places: one read at a time in each.
    place: Option<Arc<AsyncMutex<()>>>,
    pub(super) sought: Vec<Sought>,
    /// Whether any read succeeded.
    pub(super) has_read: bool,
    /// The last read that failed.
    pub(super) fault: Option<Fault>,
    /// What the clock of the service showed at the last read.
    pub(super) date: Option<Timestamp>,
}

impl Sought {
    pub(super) fn new(pending: Pending, posted: Option<Posting>) -> Self {
        Self {
            pending,
            posted,
            outcome: Outcome::Unknown(Vec::new()),
            hindered: None,
            missing_since: None,
        }
    }

    fn is_open(&self) -> bool {
        matches!(self.outcome, Outcome::Unknown(_))
    }

    fn see(&mut self, verdict: Verdict, asked_at: Duration, window: Duration) {
        match verdict {
            Verdict::Found { message, landed } => {
                self.outcome = Outcome::Confirmed(message);
                self.pending.landed = landed;
            }
            Verdict::NotThere => {
                self.outcome = match self.missing_since {
                    Some(since) if asked_at.saturating_sub(since) >= window => Outcome::Absent,
                    // However short the window is, one read alone proves nothing.
                    _ => {
                        self.missing_since.get_or_insert(asked_at);
                        Outcome::Unknown(Vec::new())
                    }
                };
            }
            Verdict::Unclear(candidates) => {
                self.missing_since = None;
                self.outcome = Outcome::Unknown(candidates);
            }
        }
    }
}

impl<'a> Search<'a> {
    pub(super) fn new(
        parts: &'a Parts,
        ticket: &'a TicketId,
        group: Option<&'a GroupId>,
        deadline: Duration,
        sought: Vec<Sought>,
    ) -> Self {
        Self {
            parts,
            ticket,
            group,
            deadline,
            place: None,
            sought,
            has_read: false,
            fault: None,
            date: None,
        }
    }

    /// Reads only while it holds `place`.
    pub(super) fn taking_turns(mut self, place: Arc<AsyncMutex<()>>) -> Self {
        self.place = Some(place);
        self
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
            let turn = match &self.place {
                Some(place) => Some(place.lock().await),
                None => None,
            };
            let asked_at = clock.elapsed();
            if asked_at >= self.deadline {
                return;
            }
            let read = Snapshot::read(self.reading(), self.reach()).await;
            drop(turn);
            match read {
                Ok(snapshot) => self.look_at(&snapshot, asked_at).await,
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

    fn reading(&self) -> Reading<'a> {
        Reading {
            parts: self.parts,
            ticket: self.ticket,
            group: self.group,
            until: self.deadline,
            // The search itself repeats.
            attempts: Some(1),
        }
    }

    /// As far as the one that needs most of it.
    fn reach(&self) -> Reach {
        let since: Vec<Option<Timestamp>> = (self.sought.iter())
            .filter(|sought| sought.is_open())
            .filter_map(|sought| Some(sought.pending.baseline.as_ref()?.since))
            .collect();
        match since.iter().min() {
            // `None` comes first in order, and reaches farthest.
            Some(since) => Reach::Since(*since),
            None => Reach::OnePage,
        }
    }

    async fn look_at(&mut self, snapshot: &Snapshot, asked_at: Duration) {
        self.has_read = true;
        self.date = snapshot.date.or(self.date);
        let clock = &self.parts.clock;
        let own = self.parts.messages.own.after_look(snapshot);
        let open = self.sought.iter_mut().filter(|sought| sought.is_open());
        for (number, sought) in open.enumerate() {
            // Many records take a while: others have their turn, and the deadline holds.
            if number != 0 {
                yield_now().await;
                if clock.elapsed() >= self.deadline {
                    return;
                }
            }
            if sought.pending.span.is_none() {
                sought.pending.span = (snapshot.service_clock.zip(sought.posted))
                    .and_then(|(clock, posted)| posted.by(clock));
            }
            let verdict = judge(self.parts, &own, &sought.pending, snapshot);
            // Without a baseline nothing is told anyhow, and where nothing is new nobody asked.
            let asked = matches!(&verdict, Verdict::Unclear(candidates) if !candidates.is_empty());
            sought.hindered = (own.problem())
                .filter(|_| asked && sought.pending.baseline.is_some())
                .map(|error| Arc::new(io::Error::new(error.kind(), error.to_string())));
            sought.see(verdict, asked_at, self.parts.consistency_window);
        }
    }
}
