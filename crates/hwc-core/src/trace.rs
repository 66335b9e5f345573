//! What a log may know of a call: names, numbers and kinds. Never ids, queries, text or secrets.
//!
//! Without the feature `tracing` all of this is nothing.

use std::{future::Future, time::Duration};

use crate::{Endpoint, Fault, Operation, retry::Repeat};

/// Runs `call` inside a span with the name and the path template of its operation.
#[cfg(feature = "tracing")]
pub(crate) fn in_span<F: Future>(
    operation: &Operation,
    endpoint: &Endpoint,
    call: F,
) -> impl Future<Output = F::Output> + use<F> {
    use tracing::Instrument as _;
    call.instrument(tracing::debug_span!(
        target: "hwc_core",
        "call",
        operation = operation.name,
        method = operation.method,
        path = operation.path,
        host = endpoint.host(),
    ))
}

#[cfg(not(feature = "tracing"))]
pub(crate) fn in_span<F: Future>(_: &Operation, _: &Endpoint, call: F) -> F {
    call
}

/// An attempt ended well.
pub(crate) fn attempt_succeeded(attempt: u32, status: u16, took: Duration) {
    #[cfg(feature = "tracing")]
    tracing::debug!(
        target: "hwc_core",
        attempt,
        status,
        outcome = "success",
        milliseconds = milliseconds(took),
    );
    #[cfg(not(feature = "tracing"))]
    let _ = (attempt, status, took);
}

/// An attempt failed.
pub(crate) fn attempt_failed(attempt: u32, fault: &Fault, repeat: Repeat, took: Duration) {
    #[cfg(feature = "tracing")]
    tracing::debug!(
        target: "hwc_core",
        attempt,
        status = fault.http_status,
        outcome = ?fault.kind,
        delivery = fault.delivery.as_str(),
        code = fault.code,
        repeat = ?repeat,
        milliseconds = milliseconds(took),
    );
    #[cfg(not(feature = "tracing"))]
    let _ = (attempt, fault, repeat, took);
}

/// A file came whole.
pub(crate) fn download_ended(operation: &Operation, bytes: u64) {
    #[cfg(feature = "tracing")]
    tracing::debug!(
        target: "hwc_core",
        operation = operation.name,
        bytes,
        outcome = "success",
        "download ended",
    );
    #[cfg(not(feature = "tracing"))]
    let _ = (operation, bytes);
}

/// A file did not come whole.
pub(crate) fn download_failed(fault: &Fault) {
    #[cfg(feature = "tracing")]
    tracing::debug!(
        target: "hwc_core",
        operation = fault.operation,
        bytes = fault.received,
        outcome = ?fault.kind,
        "download failed",
    );
    #[cfg(not(feature = "tracing"))]
    let _ = fault;
}

/// A good answer calls itself something other than JSON.
pub(crate) fn not_called_json() {
    #[cfg(feature = "tracing")]
    tracing::debug!(target: "hwc_core", "the content type of the answer is not JSON; its content is");
}

/// The local clock is far from the service's.
pub(crate) fn clock_is_off(seconds: i64) {
    #[cfg(feature = "tracing")]
    tracing::warn!(
        target: "hwc_core",
        seconds,
        "the clock of this machine differs from the service's; signatures are corrected, please set it",
    );
    #[cfg(not(feature = "tracing"))]
    let _ = seconds;
}

#[cfg(feature = "tracing")]
fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
