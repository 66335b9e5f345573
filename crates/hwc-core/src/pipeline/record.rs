//! What is remembered of a call while it runs, and put on its verdict at the end.

use std::time::Duration;

use http::{HeaderMap, HeaderName};

use crate::{Delivery, Fault, Operation, clock::Clock};

/// The id of an answer. A name that is known needs no reading.
const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What is remembered of a call. Opened before anything happens, so that it survives every failure.
#[derive(Debug)]
pub(super) struct CallRecord {
    /// When the call began.
    pub(super) started: Duration,
    /// Requests handed to the transport.
    pub(super) attempts: u32,
    /// Repeats paid out of the budget.
    pub(super) repeats: u32,
    /// When the head of the last answer came. Zero: none did.
    pub(super) answered_at: Duration,
    /// Id of the last answer that had one.
    pub(super) request_id: Option<String>,
    /// The most that may have happened in any attempt.
    pub(super) delivery: Delivery,
    /// The most that may have happened in any attempt before the last.
    pub(super) earlier: Delivery,
}

impl CallRecord {
    pub(super) fn open(clock: &dyn Clock) -> Self {
        Self {
            started: clock.elapsed(),
            attempts: 0,
            repeats: 0,
            answered_at: Duration::ZERO,
            request_id: None,
            delivery: Delivery::NotSent,
            earlier: Delivery::NotSent,
        }
    }

    /// Keeps when an answer came and its request id, as soon as its head is there: the body may come slowly.
    pub(super) fn see_head(&mut self, headers: &HeaderMap, at: Duration) {
        self.answered_at = at;
        self.request_id = headers
            .get(X_REQUEST_ID)
            .and_then(|value| value.to_str().ok())
            .and_then(printable_id);
    }

    /// Takes in what a failed attempt proves.
    #[cold]
    #[inline(never)]
    pub(super) fn see_failure(&mut self, fault: &Fault) {
        self.earlier = self.delivery;
        self.delivery = self.delivery.max(fault.delivery);
        if self.request_id.is_none() {
            self.request_id.clone_from(&fault.request_id);
        }
    }

    /// The fault of the call: the last attempt's, with the facts of all of them.
    #[cold]
    #[inline(never)]
    pub(super) fn close(
        &self,
        mut fault: Fault,
        operation: &Operation,
        clock: &dyn Clock,
    ) -> Fault {
        // `Rejected` says that an answer proved it; without any effect before, it stays.
        fault.delivery = self.delivery.max(fault.delivery);
        fault.earlier = self.earlier;
        fault.attempts = self.attempts;
        fault.elapsed = clock.elapsed().saturating_sub(self.started);
        if self.request_id.is_some() {
            fault.request_id.clone_from(&self.request_id);
        }
        fault.of(operation)
    }
}

/// A request id as it may be shown: letters, digits, `-`, `_`, `.` and `:`, at most 128 of them. What does
/// not look like one may be any foreign text, and is left out.
pub(super) fn printable_id(id: &str) -> Option<String> {
    let is_printable = |id: &str| {
        (1..=128).contains(&id.len())
            && id.bytes().all(|byte| {
                byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':')
            })
    };
    // Hardly any has blanks around it.
    let id = if is_printable(id) { id } else { id.trim() };
    is_printable(id).then(|| id.to_owned())
}
