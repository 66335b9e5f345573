//! Finding out what became of a submit in doubt: the conversation is read until it tells.

use super::{
    fingerprint::Likeness,
    newest::{Reach, Snapshot},
    pending::{Pending, Span},
};
use crate::{
    client::{Client, Parts},
    error::{Error, Result},
    ids::GroupId,
    message::{Message, MessageKey},
    service::About,
};
use futures_util::{StreamExt as _, stream};
use hwc_core::{CallOptions, Fault, FaultKind};
use jiff::{SignedDuration, Timestamp};
use std::{collections::BTreeMap, time::Duration};

/// What became of a submit in doubt.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Outcome {
    /// It is in the ticket: this is it.
    Confirmed(Box<Message>),
    /// It is not in the ticket: at least two reads that lie apart by the consistency window agree.
    /// A service that shows a message later than that would still prove this wrong, so sending it again
    /// stays the caller's decision.
    Absent,
    /// Not known yet. Ask again later.
    Unknown,
}

/// One record of the outbox, and what became of it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Reconciled {
    /// The record.
    pub pending: Pending,
    /// What became of it; an error when the ticket could not be read.
    pub outcome: Result<Outcome>,
}

/// When to read after the moment of doubt.
const READS: [Duration; 5] = [
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
];
/// Pause between reads after those.
const LATER: Duration = Duration::from_secs(8);
/// However slow a read was, the next one comes no sooner.
const SHORTEST_PAUSE: Duration = Duration::from_millis(250);
/// Where only seconds are told, a message may seem this much older than it is.
const SECOND: SignedDuration = SignedDuration::from_secs(2);
/// How far the clock that stamps messages may differ from the one that stamps answers.
const FOREIGN_CLOCK: SignedDuration = SignedDuration::from_secs(5);
/// Records of an outbox that are looked into at once.
const AT_ONCE: usize = 4;

/// What one read tells.
enum Verdict {
    Found(Box<Message>),
    /// Everything since the baseline was seen, and nothing of it can be the message.
    NotThere,
    Unclear,
}

/// How a search ended.
pub(super) struct Search {
    pub(super) outcome: Outcome,
    /// Whether any read succeeded.
    pub(super) has_read: bool,
    /// The last read that failed.
    pub(super) fault: Option<Fault>,
}

/// When a POST was under way, on the monotonic clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Posting {
    pub(crate) from: Duration,
    pub(crate) until: Duration,
}

impl Posting {
    /// The same by the clock of the service, which showed `date` at the moment `at`. The wall clock of
    /// this machine plays no part in it.
    pub(super) fn by_service_clock(self, date: Timestamp, at: Duration) -> Option<Span> {
        let shifted = |moment: Duration| {
            let since = SignedDuration::try_from(moment)
                .ok()?
                .checked_sub(SignedDuration::try_from(at).ok()?)?;
            date.checked_add(since).ok()
        };
        Some(Span {
            from: shifted(self.from)?,
            until: shifted(self.until)?,
        })
    }
}

/// A search for one message.
pub(super) struct Seeker<'a> {
    pub(super) parts: &'a Parts,
    pub(super) pending: &'a mut Pending,
    /// The group to read with.
    pub(super) group: Option<&'a GroupId>,
    /// When the POST was under way. `None`: in another process.
    pub(super) posted: Option<Posting>,
    /// End of the whole call, on the monotonic clock.
    pub(super) deadline: Duration,
}

impl Seeker<'_> {
    /// Reads until the fate is known or the time is up.
    pub(super) async fn search(mut self) -> Search {
        let clock = &self.parts.clock;
        let window = self.parts.consistency_window;
        let began = clock.elapsed();
        let mut search = Search {
            outcome: Outcome::Unknown,
            has_read: false,
            fault: None,
        };
        // First of the reads in a row that did not find it.
        let mut missing_since: Option<Duration> = None;
        let mut planned = READS.iter().map(|offset| began + jittered(*offset));
        loop {
            let now = clock.elapsed();
            let next = planned.next().unwrap_or(now + jittered(LATER));
            // The read that can prove absence is put exactly where the window ends.
            let at = match missing_since.map(|since| since.saturating_add(window)) {
                Some(end) if end > now => next.min(end),
                _ => next,
            };
            let at = at.max(now + SHORTEST_PAUSE);
            if at >= self.deadline {
                return search;
            }
            clock.sleep(at - now).await;
            let asked_at = clock.elapsed();
            match self.look().await {
                Ok(Verdict::Found(message)) => {
                    search.outcome = Outcome::Confirmed(message);
                    return search;
                }
                Ok(Verdict::NotThere) => {
                    search.has_read = true;
                    let since = *missing_since.get_or_insert(asked_at);
                    if asked_at - since >= window && asked_at > since {
                        search.outcome = Outcome::Absent;
                        return search;
                    }
                }
                Ok(Verdict::Unclear) => {
                    search.has_read = true;
                    missing_since = None;
                }
                Err(fault) => {
                    let hopeless = is_hopeless(fault.kind);
                    search.fault = Some(fault);
                    if hopeless {
                        return search;
                    }
                }
            }
        }
    }

    async fn look(&mut self) -> Result<Verdict, Fault> {
        let left = self.deadline.saturating_sub(self.parts.clock.elapsed());
        let mut options = CallOptions::default();
        options.deadline = Some(left);
        // The search itself repeats.
        options.max_attempts = Some(1);
        let about = About {
            group: self.group,
            options: &options,
        };
        let reach = match &self.pending.baseline {
            Some(baseline) => Reach::Since(baseline.since),
            None => Reach::OnePage,
        };
        let snapshot =
            Snapshot::read(&self.parts.service, &self.pending.ticket, about, reach).await?;
        if self.pending.span.is_none() {
            let now = self.parts.clock.elapsed();
            self.pending.span = snapshot
                .date
                .zip(self.posted)
                .and_then(|(date, posted)| posted.by_service_clock(date, now));
        }
        Ok(self.judge(&snapshot))
    }

    fn judge(&self, snapshot: &Snapshot) -> Verdict {
        let pending = &*self.pending;
        let author = self.parts.author_id.as_deref();
        let reference = pending.reference.as_deref();
        let mut known: BTreeMap<MessageKey, usize> = BTreeMap::new();
        for key in pending.baseline.iter().flat_map(|baseline| &baseline.known) {
            *known.entry(*key).or_default() += 1;
        }
        let since = pending
            .baseline
            .as_ref()
            .and_then(|baseline| baseline.since);
        let (mut found, mut possible) = (Vec::new(), false);
        for (count, message) in snapshot.since(since) {
            let new = count.saturating_sub(known.get(&message.key()).copied().unwrap_or(0));
            if new == 0 {
                continue;
            }
            match pending.fingerprint.likeness(message, author, reference) {
                Likeness::Proven => return Verdict::Found(Box::new(message.clone())),
                Likeness::Same => found.extend(std::iter::repeat_n(message, new)),
                Likeness::Possible => possible = true,
                Likeness::Different => {}
            }
        }
        if pending.baseline.is_none() {
            // Only the time tells new from old.
            found.retain(|message| self.is_in_span(message, SECOND, None));
        }
        if !self.parts.own.keeps_count_for(pending.id) {
            // The same text may have been sent again since: what was made later is no proof. It does not
            // stand against it either, because clocks may differ.
            let before = found.len();
            found.retain(|message| {
                self.is_in_span(message, FOREIGN_CLOCK, Some(self.parts.consistency_window))
            });
            possible |= found.len() < before;
        }
        // Other own submits may have made what was found.
        let newest = found
            .iter()
            .max_by_key(|message| message.created_at.instant());
        if let Some(message) = newest
            && found.len() > self.parts.own.rivals_of(pending, &found)
        {
            return Verdict::Found(Box::new((*message).clone()));
        }
        let seen_all = pending.baseline.as_ref().is_some_and(|baseline| {
            !baseline.shaky
                && snapshot.is_covered(baseline.since)
                && snapshot.unreadable <= baseline.unreadable
        });
        if seen_all && found.is_empty() && !possible {
            Verdict::NotThere
        } else {
            Verdict::Unclear
        }
    }
}

impl Seeker<'_> {
    /// Whether `message` was made while the POST was under way, or `late` after it (`None`: any later),
    /// by the clock of the service and give or take `slack`.
    fn is_in_span(&self, message: &Message, slack: SignedDuration, late: Option<Duration>) -> bool {
        let Some((span, at)) = self.pending.span.zip(message.created_at.instant()) else {
            return false;
        };
        let from = span.from.checked_sub(slack).unwrap_or(Timestamp::MIN);
        let until = late.map(|late| {
            let late = SignedDuration::try_from(late).unwrap_or(SignedDuration::MAX);
            span.until
                .checked_add(late.saturating_add(slack))
                .unwrap_or(Timestamp::MAX)
        });
        at >= from && until.is_none_or(|until| at <= until)
    }
}

impl Client {
    /// Finds out what became of a submit whose fate was not known, from this process or another.
    ///
    /// Reads the conversation until it tells or the total deadline of the client is over. Absence takes
    /// at least the consistency window (10 s by default).
    ///
    /// If the same text was sent to the ticket again in the meantime, both may stay unknown: they look
    /// the same. This client and its outbox keep count of that. For a record that you keep yourself
    /// across a restart, only the time tells: the same text sent again within about 15 s of the doubt can
    /// then be taken for the first. A reference tag leaves no room for any of this.
    ///
    /// # Errors
    /// When the ticket could not be read at all. The record stays good: try again later.
    pub async fn reconcile(&self, pending: &Pending) -> Result<Outcome> {
        self.reconcile_within(pending, self.parts().deadline).await
    }

    /// Like [`Client::reconcile`] with a deadline of its own.
    ///
    /// # Errors
    /// When the ticket could not be read at all. The record stays good: try again later.
    pub async fn reconcile_within(&self, pending: &Pending, deadline: Duration) -> Result<Outcome> {
        let parts = self.parts();
        let began = parts.clock.elapsed();
        let mut pending = pending.clone();
        let group = pending.group.clone().or_else(|| parts.group.clone());
        let id = pending.id;
        let search = Seeker {
            parts,
            pending: &mut pending,
            group: group.as_ref(),
            posted: parts.own.posting(id),
            deadline: began.saturating_add(deadline),
        }
        .search()
        .await;
        match &search.outcome {
            Outcome::Confirmed(_) => parts.own.arrived(id, parts.clock.elapsed()),
            Outcome::Absent => parts.own.did_not_arrive(id),
            Outcome::Unknown => {
                if let (false, Some(fault)) = (search.has_read, search.fault) {
                    let elapsed = parts.clock.elapsed() - began;
                    return Err(Error::from_fault("reconcile message", fault).with_elapsed(elapsed));
                }
            }
        }
        Ok(search.outcome)
    }

    /// Reconciles every record of the outbox, a few at a time, and removes those whose fate is known.
    /// Call it once at the start of a program. Without an outbox it covers what this client itself has
    /// submitted and does not know the fate of.
    ///
    /// Each record has its own outcome: one ticket that cannot be read does not hide the others.
    pub async fn reconcile_outbox(&self) -> Vec<Reconciled> {
        stream::iter(self.parts().own.open())
            .map(|pending| async move {
                let outcome = self.reconcile(&pending).await;
                Reconciled { pending, outcome }
            })
            .buffered(AT_ONCE)
            .collect()
            .await
    }

    /// The submits whose fate is not known, from the outbox and from this client. Reads no ticket.
    #[must_use]
    pub fn pending(&self) -> Vec<Pending> {
        self.parts().own.open()
    }
}

/// Faults that reading again within this call cannot mend.
fn is_hopeless(kind: FaultKind) -> bool {
    matches!(
        kind,
        FaultKind::InvalidInput
            | FaultKind::Credentials
            | FaultKind::Tls
            | FaultKind::Unauthorized
            | FaultKind::Forbidden
            | FaultKind::NotFound
    )
}

/// A fifth more or less, so that many clients in doubt do not ask at the same moment.
fn jittered(duration: Duration) -> Duration {
    duration.mul_f64(0.8 + 0.4 * fastrand::f64())
}
