//! What the pipeline sees of a body while it is read and sent.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;

use super::source::lock;
use crate::{Clock, transport::TransportFault};

/// So many bytes may still be on their way when the last one was handed over: in the buffers of the system, which asks for more before
/// they are gone, and of what stands along the line.
const ON_THE_WAY: u64 = 1024 * 1024;

/// What is seen of a body on its way out.
#[derive(Debug)]
pub(crate) struct Watch {
    clock: Arc<dyn Clock>,
    length: u64,
    handed: AtomicU64,
    /// When the last piece was handed over, in nanoseconds on the clock.
    moved_at: AtomicU64,
    /// How long the transport asked for no more while the last [`ON_THE_WAY`] bytes were handed over, in nanoseconds.
    carried: AtomicU64,
    waits_for_source: AtomicBool,
    failure: Mutex<Option<TransportFault>>,
}

impl Watch {
    pub(super) fn new(clock: Arc<dyn Clock>, length: u64) -> Self {
        let now = nanoseconds(clock.elapsed());
        Self {
            clock,
            length,
            handed: AtomicU64::new(0),
            moved_at: AtomicU64::new(now),
            carried: AtomicU64::new(0),
            waits_for_source: AtomicBool::new(false),
            failure: Mutex::new(None),
        }
    }

    /// When the transport last took a piece; in the beginning, when the body was opened.
    pub(crate) fn moved_at(&self) -> Duration {
        Duration::from_nanos(self.moved_at.load(Ordering::Acquire))
    }

    /// Whether the transport took the whole body.
    pub(crate) fn is_done(&self) -> bool {
        self.handed() >= self.length
    }

    /// Bytes of the whole body.
    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// Bytes that the transport took.
    pub(crate) fn handed(&self) -> u64 {
        self.handed.load(Ordering::Acquire)
    }

    /// What it looks at.
    pub(super) fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// Whether the transport asks for the next piece, and the source does not give it.
    pub(crate) fn waits_for_source(&self) -> bool {
        self.waits_for_source.load(Ordering::Acquire)
    }

    pub(super) fn wait_for_source(&self, waits: bool) {
        self.waits_for_source.store(waits, Ordering::Release);
    }

    /// The source could not be read to its end.
    pub(super) fn fail(&self, fault: &TransportFault) {
        *lock(&self.failure) = Some(fault.clone());
    }

    /// Why the source could not be read to its end.
    pub(crate) fn failure(&self) -> Option<TransportFault> {
        lock(&self.failure).clone()
    }

    /// How long the line needs at its pace for what may still be on its way when all is handed over. What the source took to give
    /// it does not count.
    pub(crate) fn still_carried(&self) -> Duration {
        Duration::from_nanos(self.carried.load(Ordering::Acquire))
    }

    /// The transport took these bytes.
    pub(super) fn hand_over(&self, data: &Bytes) {
        self.handed.fetch_add(data.len() as u64, Ordering::AcqRel);
        let now = nanoseconds(self.clock.elapsed());
        self.moved_at.store(now, Ordering::Release);
    }

    /// The transport asks for more: it has found room for what it got before.
    pub(super) fn ask(&self) {
        let handed = self.handed();
        let is_last = self.length.saturating_sub(handed) <= ON_THE_WAY;
        if handed > 0 && is_last && !self.waits_for_source() {
            let took = self.clock.elapsed().saturating_sub(self.moved_at());
            self.carried.fetch_add(nanoseconds(took), Ordering::AcqRel);
        }
    }
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
