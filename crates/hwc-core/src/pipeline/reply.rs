//! A good answer that was read whole.

use std::{fmt, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use crate::{Delivery, Fault, FaultKind, Operation};

/// An answer that was judged a success.
#[derive(Clone)]
#[non_exhaustive]
pub struct Reply {
    /// HTTP status.
    pub status: StatusCode,
    /// Headers of the answer.
    pub headers: HeaderMap,
    /// Body of the answer, within the size limit: UTF-8, without byte order mark. Empty only for
    /// writes.
    pub body: Bytes,
    /// Bytes of the body that were not UTF-8 were replaced by U+FFFD: text is readable, ids that hold
    /// the mark must not be used.
    pub lossy: bool,
    /// A read that reports a failure beside the data it brings (D-50): what it lacks is not empty, but missing.
    pub partial_failure: bool,
    /// Request id, if the answer has one.
    pub request_id: Option<String>,
    /// Attempts on the wire.
    pub attempts: u32,
    /// Time from the beginning of the call to its end.
    pub elapsed: Duration,
    /// When the head of the answer came, as [`Clock::elapsed`](crate::Clock::elapsed) tells time: so it belongs to the `Date` of
    /// the answer, however slowly the body came.
    pub answered_at: Duration,
}

impl Reply {
    /// The fault of a success whose body does not decode. `what` says where it failed, without values.
    ///
    /// For a write this leaves open whether it was done.
    #[must_use]
    #[cold]
    #[inline(never)]
    pub fn undecodable(&self, operation: &Operation, what: impl fmt::Display) -> Fault {
        let mut fault = Fault::new(
            FaultKind::Protocol,
            Delivery::Unknown,
            format!("the answer does not have the documented form: {what}"),
        )
        .of(operation);
        fault.http_status = Some(self.status.as_u16());
        fault.request_id.clone_from(&self.request_id);
        fault.attempts = self.attempts;
        fault.elapsed = self.elapsed;
        fault
    }
}

/// Without the body: it holds messages of customers.
impl fmt::Debug for Reply {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Reply")
            .field("status", &self.status)
            .field("body_bytes", &self.body.len())
            .field("lossy", &self.lossy)
            .field("partial_failure", &self.partial_failure)
            .field("request_id", &self.request_id)
            .field("attempts", &self.attempts)
            .field("elapsed", &self.elapsed)
            .field("answered_at", &self.answered_at)
            .finish_non_exhaustive()
    }
}
