//! A bound on the requests under way: callers wait here instead of using up the descriptors of the process.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{
    Delivery, Fault, FaultKind,
    clock::Clock,
    deadline::{Deadline, Elapsed, Timer},
};

/// The places of one pipeline. Given out in the order of asking.
#[derive(Debug)]
pub(super) struct Places {
    free: Arc<Semaphore>,
    all: usize,
}

/// A place, until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    _permit: OwnedSemaphorePermit,
}

impl Places {
    pub(super) fn new(number: usize) -> Self {
        let all = number.min(Semaphore::MAX_PERMITS);
        Self {
            free: Arc::new(Semaphore::new(all)),
            all,
        }
    }

    /// Takes a place, waiting for it until `deadline`.
    pub(super) async fn take(&self, deadline: Deadline, clock: &dyn Clock) -> Result<Place, Fault> {
        let free = || Arc::clone(&self.free);
        let taken = match free().try_acquire_owned() {
            Ok(permit) => Ok(permit),
            Err(_) => {
                let mut timer = Timer::new(clock, deadline);
                match timer.race(free().acquire_owned()).await {
                    Ok(Ok(permit)) => Ok(permit),
                    // It is never closed.
                    Ok(Err(_)) | Err(Elapsed) => Err(self.none_free()),
                }
            }
        };
        taken.map(|permit| Place { _permit: permit })
    }

    #[cold]
    #[inline(never)]
    fn none_free(&self) -> Fault {
        Fault::new(
            FaultKind::Timeout,
            Delivery::NotSent,
            format!(
                "no connection became free within the deadline of the call: all {} are in use",
                self.all
            ),
        )
        .with_help("let fewer calls run at the same time, allow more connections, or give the call more time; nothing was sent")
    }
}
