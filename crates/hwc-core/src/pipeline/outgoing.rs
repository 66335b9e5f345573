//! Sending a streamed body: its limits are those of its movement, not of its size.

use std::{sync::Arc, time::Duration};

use http::{Request, Response, StatusCode};

use super::{
    Pipeline,
    call::Call,
    classify::Failure,
    unanswered::{missing, overdue, transport_failure},
};
use crate::{
    Delivery, Fault, FaultKind,
    body::{Streamed, Watch},
    deadline::{Deadline, Elapsed, Timer},
    retry::Repeat,
    transport::{RequestBody, ResponseBody, SendProgress, TransportFault},
};

/// Opens a streamed body for one attempt.
pub(super) async fn open(
    pipeline: &Pipeline,
    call: &Call<'_>,
    body: &Streamed,
) -> Result<(RequestBody, Option<Arc<Watch>>), Fault> {
    // A file on a dead network share.
    let deadline = call.total.unwrap_or_else(|| pipeline.document_deadline());
    let mut timer = Timer::new(&*pipeline.clock, deadline);
    match timer.race(body.open(&pipeline.clock)).await {
        Ok(opened) => opened,
        Err(Elapsed) => Err(Fault::new(
            FaultKind::Timeout,
            Delivery::NotSent,
            "the source of the body could not be opened in time",
        )),
    }
}

/// Sends a streamed body. The limit of an attempt runs anew with each piece that goes out. When the last one was handed over, it is longer by
/// what the line needs for what the system still holds.
pub(super) async fn send(
    pipeline: &Pipeline,
    request: Request<RequestBody>,
    call: &Call<'_>,
    progress: &SendProgress,
    watch: &Watch,
) -> Result<Response<ResponseBody>, Failure> {
    let mut sending = pipeline.transport.send(request);
    loop {
        let idle = end_of_pause(pipeline, watch);
        let until = call.total.map_or(idle, |total| total.min(idle));
        let mut timer = Timer::new(&*pipeline.clock, until);
        match timer.race(sending.as_mut()).await {
            Ok(Ok(response)) => return Ok(response),
            Ok(Err(fault)) => return Err(transport_failure(blame(fault, watch))),
            Err(Elapsed) => {}
        }
        let now = pipeline.clock.elapsed();
        let is_over = call.total.is_some_and(|total| total.left_at(now).is_zero());
        if is_over || end_of_pause(pipeline, watch).left_at(now).is_zero() {
            // It is not waited for any more.
            drop(sending);
            return Err(stopped(pipeline, watch, progress, is_over));
        }
    }
}

/// When it has stood still for too long, unless something moves before.
fn end_of_pause(pipeline: &Pipeline, watch: &Watch) -> Deadline {
    Deadline::after(watch.moved_at(), longest_pause(pipeline, watch))
}

/// How long nothing may move.
fn longest_pause(pipeline: &Pipeline, watch: &Watch) -> Duration {
    let attempt = pipeline.timeouts.attempt;
    match watch.is_done() {
        true => attempt.saturating_add(watch.still_carried()),
        false => attempt,
    }
}

/// The source, if it was the source that failed. Of a body of which no byte was handed over, nothing arrived.
fn blame(fault: TransportFault, watch: &Watch) -> TransportFault {
    match watch.failure() {
        Some(own) if watch.handed() == 0 => own.not_arrived(),
        Some(own) => own,
        None => fault,
    }
}

fn stopped(pipeline: &Pipeline, watch: &Watch, progress: &SendProgress, is_over: bool) -> Failure {
    let limit = longest_pause(pipeline, watch);
    let what = if watch.is_done() {
        missing(progress, "no answer")
    } else if watch.waits_for_source() {
        "the source of the body gave no byte".to_owned()
    } else {
        missing(progress, "the service took no byte of the body")
    };
    let mut failure = overdue(progress, &what, limit);
    if is_over {
        failure.fault.detail = format!("the deadline of the call passed: {what}").into();
    }
    if !watch.is_done() {
        let (handed, length) = (watch.handed(), watch.length());
        failure.fault.detail = format!(
            "{}; {handed} of {length} bytes were on their way",
            failure.fault.detail
        )
        .into();
    }
    failure
}

/// A success before the request was whole: nobody can have acted on all of it.
pub(super) fn answered_too_early(watch: &Watch, status: StatusCode) -> Failure {
    let mut fault = Fault::new(
        FaultKind::Protocol,
        Delivery::Unknown,
        format!(
            "the answer says success, but came when only {} of {} bytes were on their way",
            watch.handed(),
            watch.length()
        ),
    );
    fault.http_status = Some(status.as_u16());
    Failure {
        fault,
        repeat: Repeat::Never,
    }
}
