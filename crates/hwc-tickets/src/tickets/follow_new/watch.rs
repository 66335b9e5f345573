//! The course of a follower of the list: read, compare, hand out, checkpoint.
//!
//! A ticket counts as known when the stream has given its event; so a checkpoint may be taken between any two of them.

use super::{Existing, FirstReading, FollowNew, TicketEvent, TicketsCursor, TicketsCursorFile};
use crate::{
    api::List,
    client::Client,
    doubt::moment::ServiceClock,
    error::{Error, ErrorKind},
    ids::{GroupId, TicketId},
    kept_cursor,
    messages::follow::{cadence::Cadence, stop::Stop},
    tickets::{detail::status::TicketStatus, list::newest_first, listed::ListedTicket},
};
use hwc_core::{Clock, clock::Sleep};
use std::{
    collections::{BTreeSet, VecDeque},
    future::{Future, poll_fn},
    pin::Pin,
    sync::{Arc, OnceLock},
    task::Poll,
    time::Duration,
};

const OPERATION: &str = "follow the list of tickets";
/// Events after which a checkpoint is offered in the middle of many.
const CHECKPOINT_EVERY: usize = 100;
/// Refusals of the caller in a row after which a person is needed.
const MOST_REFUSALS: u32 = 3;

/// One reading of the list.
struct Pass {
    list: List<ListedTicket>,
    /// What the clock of the service showed when it began, or earlier, if it told.
    clock: Option<ServiceClock>,
    /// Why it ended before the end.
    error: Option<Error>,
}

type Job = Pin<Box<dyn Future<Output = Pass> + Send>>;

/// What waits to be handed out.
enum Out {
    Event(TicketEvent),
    Opened(Box<ListedTicket>),
    Status(Box<ListedTicket>, TicketStatus),
    Gone(TicketId),
    Checkpoint,
    End,
}

/// A follower at work.
pub(super) struct Watch {
    client: Client,
    group: Option<GroupId>,
    timeout: Option<Duration>,
    clock: Arc<dyn Clock>,
    stop: Stop,
    pace: Cadence,
    /// When to read next, on the monotonic clock.
    due: Duration,
    state: TicketsCursor,
    existing: Existing,
    /// Of the first reading that succeeded, where no earlier run had one.
    first: Arc<OnceLock<FirstReading>>,
    /// Tickets that the last whole reading did not show.
    missing: BTreeSet<TicketId>,
    gap_is_told: bool,
    refusals: u32,
    file: Option<TicketsCursorFile>,
    job: Option<Job>,
    queue: VecDeque<Out>,
    ended: bool,
}

impl Watch {
    pub(super) fn new(follow: FollowNew, stop: Stop) -> Self {
        let stored = follow.cursor;
        let stored = stored.or_else(|| follow.file.as_ref()?.cursor().cloned());
        Self {
            clock: Arc::clone(&follow.client.parts().clock),
            client: follow.client,
            group: follow.group,
            timeout: follow.timeout,
            stop,
            pace: Cadence::new(follow.shortest, follow.longest),
            due: Duration::ZERO,
            state: stored.unwrap_or_default(),
            existing: follow.existing,
            first: Arc::default(),
            missing: BTreeSet::new(),
            gap_is_told: false,
            refusals: 0,
            file: follow.file,
            job: None,
            queue: VecDeque::new(),
            ended: false,
        }
    }

    /// Where the first reading will be told.
    pub(super) fn first(&self) -> Arc<OnceLock<FirstReading>> {
        Arc::clone(&self.first)
    }

    /// The next event; `None` at the end.
    pub(super) async fn next_event(&mut self) -> Option<TicketEvent> {
        loop {
            if self.ended {
                return None;
            }
            if self.stop.is_asked() {
                // What waits was not handed out: it comes with the next run.
                self.queue.clear();
                self.job = None;
                self.queue.extend([Out::Checkpoint, Out::End]);
                self.stop = Stop::new();
            }
            if let Some(out) = self.queue.pop_front() {
                match self.hand_out(out) {
                    Some(event) => return Some(event),
                    None => continue,
                }
            }
            let now = self.clock.elapsed();
            if self.job.is_none() && now >= self.due {
                self.job = Some(self.read());
            }
            if let Some(pass) = self.wait(now).await {
                self.job = None;
                self.take(pass);
            }
        }
    }

    /// Reads the list.
    fn read(&self) -> Job {
        let mut list = self.client.tickets().list();
        if let Some(group) = &self.group {
            list = list.group(group.clone());
        }
        if let Some(request) = self.timeout {
            list = list.timeout(request);
        }
        let mut rows = list.items();
        Box::pin(async move {
            let (list, error) = match rows.gather().await {
                Ok(list) => (list, None),
                Err(interrupted) => {
                    let error = interrupted.error.with_operation(OPERATION);
                    (interrupted.read, Some(error))
                }
            };
            let clock = rows.clock();
            Pass { list, clock, error }
        })
    }

    /// Waits for the list, the time of the next reading, or the stop.
    async fn wait(&mut self, now: Duration) -> Option<Pass> {
        let mut sleep: Option<Sleep> = match self.job {
            Some(_) => None,
            None => Some(self.clock.sleep(self.due.saturating_sub(now))),
        };
        let (job, stop) = (&mut self.job, &self.stop);
        poll_fn(|context| {
            if stop.poll(context) {
                return Poll::Ready(None);
            }
            if let Some(job) = job.as_mut() {
                return job.as_mut().poll(context).map(Some);
            }
            match &mut sleep {
                Some(sleep) => sleep.as_mut().poll(context).map(|()| None),
                None => Poll::Pending,
            }
        })
        .await
    }

    /// Compares a reading with what is known.
    fn take(&mut self, pass: Pass) {
        let Pass { list, clock, error } = pass;
        let report = &list.report;
        let is_whole = error.is_none()
            && report.complete
            && !report.possible_gap
            && report.undecodable == 0
            && list.items.iter().all(|row| row.id.is_some());
        let before = self.queue.len();
        if error.is_none() && !is_whole && !self.gap_is_told {
            self.queue.push_back(Out::Event(TicketEvent::PossibleGap));
        }
        if error.is_none() {
            self.gap_is_told = !is_whole;
        }
        let begins = !self.state.has_begun && error.is_none();
        if begins {
            // What is there at the beginning is known, as far as it is not to be told.
            let known = (list.items.iter()).filter(|row| self.existing.is_known(row.status));
            let known = known.filter_map(|row| Some((row.id.clone()?, row.status.code())));
            self.state.known.extend(known);
            self.state.has_begun = true;
            let times = list.items.iter().map(|row| row.opened_at.instant());
            let newest = times.max().flatten();
            // Once in a run.
            let _ = self.first.set(FirstReading { clock, newest });
        }
        if self.state.has_begun {
            self.compare(list.items, is_whole);
            if self.queue.len() > before || begins {
                self.queue.push_back(Out::Checkpoint);
            }
        }
        let has_news = self.queue.len() > before;
        let now = self.clock.elapsed();
        match error {
            None => {
                self.refusals = 0;
                let wait = match has_news {
                    true => self.pace.after_traffic(now),
                    false => self.pace.after_quiet(now, fastrand::f64()),
                };
                self.due = now.saturating_add(wait);
            }
            Some(error) => self.failed(error, now),
        }
    }

    /// Queues what is other than known. A reading that is not whole shows what it shows, and proves nothing gone.
    fn compare(&mut self, mut rows: Vec<ListedTicket>, is_whole: bool) {
        newest_first(&mut rows);
        let mut shown = BTreeSet::new();
        let mut told = 0;
        for row in rows.into_iter().rev() {
            let Some(id) = &row.id else {
                continue;
            };
            shown.insert(id.clone());
            let out = match self.state.known.get(id) {
                None => Out::Opened(Box::new(row)),
                // A status that the service did not say is no change.
                Some(was) if row.status.code().is_some() && *was != row.status.code() => {
                    Out::Status(Box::new(row), TicketStatus::from_code(*was))
                }
                Some(_) => continue,
            };
            self.queue.push_back(out);
            told += 1;
            if told % CHECKPOINT_EVERY == 0 {
                self.queue.push_back(Out::Checkpoint);
            }
        }
        if is_whole {
            let known = self.state.known.keys();
            let absent: BTreeSet<TicketId> =
                known.filter(|id| !shown.contains(*id)).cloned().collect();
            let gone = absent.intersection(&self.missing).cloned();
            self.queue.extend(gone.map(Out::Gone));
            self.missing = absent;
        } else {
            // What is shown is there, whatever else is missing.
            self.missing.retain(|ticket| !shown.contains(ticket));
        }
    }

    fn failed(&mut self, error: Error, now: Duration) {
        let is_of_caller = matches!(
            error.kind(),
            ErrorKind::Unauthorized | ErrorKind::Credentials | ErrorKind::Forbidden
        );
        self.refusals = if is_of_caller { self.refusals + 1 } else { 0 };
        if error.kind() == ErrorKind::InvalidInput || self.refusals >= MOST_REFUSALS {
            self.queue
                .extend([Out::Event(TicketEvent::Fatal(error)), Out::End]);
            return;
        }
        let asked = error.retry_after();
        let next_try = self.pace.after_failure(now, asked, fastrand::f64());
        self.due = now.saturating_add(next_try);
        self.queue
            .push_back(Out::Event(TicketEvent::Degraded { error, next_try }));
    }

    /// Gives the event of `out`, if it has one, and does what handing it out means.
    fn hand_out(&mut self, out: Out) -> Option<TicketEvent> {
        match out {
            Out::Event(event) => Some(event),
            Out::Opened(ticket) => {
                self.learn(&ticket);
                Some(TicketEvent::Opened { ticket })
            }
            Out::Status(ticket, was) => {
                self.learn(&ticket);
                Some(TicketEvent::Status { ticket, was })
            }
            Out::Gone(ticket) => {
                self.state.known.remove(&ticket);
                self.missing.remove(&ticket);
                Some(TicketEvent::Gone { ticket })
            }
            Out::Checkpoint => Some(self.checkpoint()),
            Out::End => {
                self.ended = true;
                None
            }
        }
    }

    fn learn(&mut self, ticket: &ListedTicket) {
        if let Some(id) = &ticket.id {
            let status = ticket.status.code();
            self.state.known.insert(id.clone(), status);
        }
    }

    /// Everything handed out so far was handled: the stream was asked for more.
    fn checkpoint(&mut self) -> TicketEvent {
        let (event, next) = kept_cursor::checkpoint(
            self.file.as_mut().map(|file| &mut file.0),
            self.state.clone(),
            TicketEvent::Checkpoint,
            |error, next_try| TicketEvent::Degraded { error, next_try },
        );
        if let Some(next) = next {
            self.queue.push_front(Out::Event(next));
        }
        event
    }
}
