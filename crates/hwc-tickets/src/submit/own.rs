//! What this client has submitted lately: the rivals of a submit in doubt, and the outbox behind them.
//!
//! Two submits of the same text to the same ticket cannot be told apart in history. When one of them
//! is in doubt, the other must not stand as its proof: a message that is found counts only when there
//! are more new ones than other own submits could have made.

use super::{
    fingerprint::Likeness,
    outbox::Outbox,
    pending::{Pending, PendingId},
    reconcile::Posting,
};
use crate::{ids::TicketId, message::Message};
use std::{
    fmt, io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// Submits that are remembered. Older ones that arrived are forgotten first.
const MOST_ENTRIES: usize = 10_000;

/// The recent submits of one client, shared by its clones.
#[derive(Clone)]
pub(crate) struct OwnSubmits(Arc<Inner>);

struct Inner {
    outbox: Option<Arc<dyn Outbox>>,
    window: Duration,
    entries: Mutex<Vec<Entry>>,
}

struct Entry {
    pending: Pending,
    state: State,
    /// When its baseline was begun, on the monotonic clock. `None`: in another process.
    baseline_at: Option<Duration>,
    /// When its POST was under way. `None`: in another process, or it was not seen to its end.
    posted: Option<Posting>,
    /// Rivals it had when it was taken over from another process.
    inherited_rivals: u32,
    /// Whose written record counts this one as a rival.
    counted_by: Vec<PendingId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// On its way, or its fate is not known.
    Open,
    /// It is in the ticket, at the latest since this moment of the monotonic clock.
    Arrived { at: Duration },
}

impl OwnSubmits {
    /// Takes over what an outbox holds from earlier processes.
    pub(crate) fn new(outbox: Option<Arc<dyn Outbox>>, window: Duration) -> io::Result<Self> {
        let inherited = outbox
            .as_ref()
            .map_or(Ok(Vec::new()), |outbox| outbox.list())?;
        let entries = inherited
            .into_iter()
            .map(|pending| Entry {
                inherited_rivals: pending.rivals,
                pending,
                state: State::Open,
                baseline_at: None,
                posted: None,
                counted_by: Vec::new(),
            })
            .collect();
        Ok(Self(Arc::new(Inner {
            outbox,
            window,
            entries: Mutex::new(entries),
        })))
    }

    /// Writes a submit down before its first byte goes out. `text` is what will be sent.
    ///
    /// Until [`OwnSubmits::arrived`] or [`OwnSubmits::did_not_arrive`] is called, its fate counts as not
    /// known: a future that is dropped in the middle leaves it so.
    pub(crate) fn begin(
        &self,
        mut pending: Pending,
        text: &str,
        baseline_at: Duration,
    ) -> io::Result<()> {
        let mut entries = self.lock();
        let mut counted_by = Vec::new();
        for rival in entries
            .iter_mut()
            .filter(|entry| entry.pending.ticket == pending.ticket)
        {
            if !self.may_appear_after(rival.state, Some(baseline_at))
                || !rival.pending.fingerprint.matches_text(text)
            {
                continue;
            }
            pending.rivals = pending.rivals.saturating_add(1);
            if rival.state == State::Open {
                rival.counted_by.push(pending.id);
                rival.pending.rivals = rival.pending.rivals.saturating_add(1);
                counted_by.push(rival.pending.id);
                self.store(&rival.pending)?;
            }
        }
        self.store(&pending)?;
        if entries.len() >= MOST_ENTRIES {
            let oldest = entries
                .iter()
                .position(|entry| entry.state != State::Open)
                .unwrap_or(0);
            entries.remove(oldest);
        }
        entries.push(Entry {
            pending,
            state: State::Open,
            baseline_at: Some(baseline_at),
            posted: None,
            inherited_rivals: 0,
            counted_by,
        });
        Ok(())
    }

    /// How many other own submits could have made the new messages that look like `pending`.
    pub(crate) fn rivals_of(&self, pending: &Pending, found: &[&Message]) -> usize {
        let entries = self.lock();
        let known = entries.iter().find(|entry| entry.pending.id == pending.id);
        let begun_here = known.and_then(|entry| entry.baseline_at);
        let inherited = match (begun_here, known) {
            (Some(_), _) => 0,
            (None, Some(entry)) => entry.inherited_rivals,
            (None, None) => pending.rivals,
        };
        let rivals = entries.iter().filter(|entry| {
            entry.pending.id != pending.id
                && entry.pending.ticket == pending.ticket
                // Taken over together: each already counts the other.
                && (begun_here.is_some() || entry.baseline_at.is_some())
                && self.may_appear_after(entry.state, begun_here)
                && found.iter().any(|message| looks_like(&entry.pending, message))
        });
        rivals
            .count()
            .saturating_add(usize::try_from(inherited).unwrap_or(usize::MAX))
    }

    /// When the POST of `id` was under way, if this client saw it to its end.
    pub(crate) fn posting(&self, id: PendingId) -> Option<Posting> {
        let entries = self.lock();
        entries.iter().find(|entry| entry.pending.id == id)?.posted
    }

    /// Whether all later submits of the same text are counted for `id`: it was begun by this client, or
    /// taken over from the outbox that its text went through.
    pub(crate) fn keeps_count_for(&self, id: PendingId) -> bool {
        self.lock().iter().any(|entry| entry.pending.id == id)
    }

    /// Whether `message` looks like one that this client sent, or that its outbox holds.
    pub(crate) fn recognises(&self, ticket: &TicketId, message: &Message) -> bool {
        self.lock()
            .iter()
            .any(|entry| entry.pending.ticket == *ticket && looks_like(&entry.pending, message))
    }

    /// Whether there is an outbox, which other processes may share.
    pub(crate) fn has_outbox(&self) -> bool {
        self.0.outbox.is_some()
    }

    /// What the outbox holds now, whoever wrote it; nothing when it cannot be read.
    pub(crate) fn listed(&self) -> Vec<Pending> {
        let outbox = self.0.outbox.as_ref();
        outbox.map_or_else(Vec::new, |outbox| outbox.list().unwrap_or_default())
    }

    /// The submits of earlier and of this process whose fate is not known.
    pub(crate) fn open(&self) -> Vec<Pending> {
        self.lock()
            .iter()
            .filter(|entry| entry.state == State::Open)
            .map(|entry| entry.pending.clone())
            .collect()
    }

    /// Its fate stays unknown: writes down what was learned, and gives the record to keep.
    pub(crate) fn keep(&self, pending: &Pending, posted: Posting) -> Pending {
        let mut entries = self.lock();
        let Some(entry) = entries
            .iter_mut()
            .find(|entry| entry.pending.id == pending.id)
        else {
            return pending.clone();
        };
        entry.posted = Some(posted);
        if entry.pending.span != pending.span {
            entry.pending.span = pending.span;
            // The older record is in the outbox: less is known from it, nothing wrong.
            let _ = self.store(&entry.pending);
        }
        entry.pending.clone()
    }

    /// It is in the ticket.
    pub(crate) fn arrived(&self, id: PendingId, at: Duration) {
        if let Some(entry) = self.lock().iter_mut().find(|entry| entry.pending.id == id) {
            entry.state = State::Arrived { at };
            // Only its looks are needed from now on.
            entry.pending.baseline = None;
        }
        self.forget(id);
    }

    /// It is not in the ticket and never will be.
    pub(crate) fn did_not_arrive(&self, id: PendingId) {
        let mut entries = self.lock();
        if let Some(position) = entries.iter().position(|entry| entry.pending.id == id) {
            let gone = entries.remove(position);
            for entry in entries
                .iter_mut()
                .filter(|entry| gone.counted_by.contains(&entry.pending.id))
            {
                entry.pending.rivals = entry.pending.rivals.saturating_sub(1);
                if entry.state == State::Open {
                    // A failure to write that down is on the careful side.
                    let _ = self.store(&entry.pending);
                }
            }
        }
        drop(entries);
        self.forget(id);
    }

    /// Whether a submit in `state` may show in reads while it is not part of a baseline begun at `baseline_at`.
    fn may_appear_after(&self, state: State, baseline_at: Option<Duration>) -> bool {
        match (state, baseline_at) {
            (State::Arrived { at }, Some(baseline_at)) => {
                at.saturating_add(self.0.window) >= baseline_at
            }
            _ => true,
        }
    }

    fn store(&self, pending: &Pending) -> io::Result<()> {
        self.0
            .outbox
            .as_ref()
            .map_or(Ok(()), |outbox| outbox.put(pending))
    }

    /// A record that cannot be removed stays and is reconciled once more later: harmless.
    fn forget(&self, id: PendingId) {
        if let Some(outbox) = &self.0.outbox {
            let _ = outbox.remove(&id);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.0
            .entries
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether `message` looks like that of `record`.
pub(crate) fn looks_like(record: &Pending, message: &Message) -> bool {
    let Pending {
        fingerprint,
        reference,
        ..
    } = record;
    matches!(
        fingerprint.likeness(message, None, reference.as_deref()),
        Likeness::Proven | Likeness::Same
    )
}

/// Shows no content.
impl fmt::Debug for OwnSubmits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnSubmits")
            .field("entries", &self.lock().len())
            .finish_non_exhaustive()
    }
}
