//! One try: authorize, send, read, judge.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, header, response::Parts};
use jiff::Timestamp;
use memchr::memmem;

use super::{
    Pipeline,
    call::Call,
    classify::{self, Answer, Failure, Success, Verdict},
    incoming::Incoming,
    outgoing,
    read::{self, Read, ReadLimits, Unread},
    record::CallRecord,
    unanswered::{late, missing, overdue, transport_failure},
};
use crate::{
    Delivery, Fault, FaultKind, ResponseContent,
    body::Payload,
    deadline::{Deadline, Elapsed, Timer},
    headers,
    identity::Identity,
    retry::{Repeat, after},
    trace,
    transport::{RequestBody, ResponseBody, SendProgress},
};

/// A good answer.
pub(super) struct Good {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) content: Content,
}

/// What a good answer has in it.
pub(super) enum Content {
    Object(Success),
    /// The beginning, and what is still to come.
    Bytes(Bytes, Box<Incoming>),
}

/// Tries once. `signed_at` is the corrected time the request is signed with.
pub(super) async fn attempt(
    pipeline: &Pipeline,
    call: &Call<'_>,
    identity: &Identity,
    signed_at: Timestamp,
    record: &mut CallRecord,
) -> Result<Good, Failure> {
    let never = |fault| Failure {
        fault,
        repeat: Repeat::Never,
    };
    let (body, watch) = match &call.prepared.payload {
        // Of nearly every call: there is nothing to wait for.
        Payload::Whole(whole) => (whole.clone().into(), None),
        Payload::Streamed(body) => {
            let opened = outgoing::open(pipeline, call, body).await;
            opened.map_err(never)?
        }
    };
    let mut request = Request::from_parts(call.prepared.head.clone(), body);
    identity
        .authorize(&mut request, signed_at)
        .map_err(|error| never(error.into()))?;
    if call.idempotency.is_safe() {
        // After the signature: a machine on the way may change it. What is read must be what is there now.
        let fresh = HeaderValue::from_static("no-cache");
        headers::put_default(request.headers_mut(), header::CACHE_CONTROL, fresh);
    }
    let progress = SendProgress::new();
    request.extensions_mut().insert(progress.clone());
    record.attempts = record.attempts.saturating_add(1);

    let response = match &watch {
        None => send(pipeline, request, call, &progress).await?,
        Some(watch) => outgoing::send(pipeline, request, call, &progress, watch).await?,
    };
    let (head, body) = response.into_parts();
    record.see_head(&head.headers, pipeline.clock.elapsed());
    let now = pipeline.clock.now();
    // Only signatures depend on the clock. A stored answer has the time at which it was stored.
    if identity.is_signed()
        && let Some(service) = after::fresh_date(&head.headers)
    {
        pipeline.skew.learn(service, now);
    }
    refuse_large_head(&head.headers)?;
    let good = if call.response == ResponseContent::Bytes && head.status == StatusCode::OK {
        begin(pipeline, call, head, body, now).await?
    } else {
        read_whole(pipeline, call, head, body, now).await?
    };
    match watch {
        Some(watch) if !watch.is_done() => Err(outgoing::answered_too_early(&watch, good.status)),
        _ => Ok(good),
    }
}

fn refuse_large_head(headers: &HeaderMap) -> Result<(), Failure> {
    match headers::are_too_large(headers) {
        false => Ok(()),
        true => Err(large_head()),
    }
}

#[cold]
#[inline(never)]
fn large_head() -> Failure {
    Failure {
        fault: Fault::new(
            FaultKind::Protocol,
            Delivery::Unknown,
            "the headers of the answer are larger than 64 KiB",
        ),
        repeat: Repeat::Never,
    }
}

/// Reads a whole answer and judges it.
async fn read_whole(
    pipeline: &Pipeline,
    call: &Call<'_>,
    head: Parts,
    body: ResponseBody,
    now: Timestamp,
) -> Result<Good, Failure> {
    let limit = match call.response {
        ResponseContent::Object => call.body_limit,
        // That limits the file. This is no file.
        ResponseContent::Bytes => None,
    };
    let limits = ReadLimits {
        bytes: limit.unwrap_or(pipeline.body_limit as u64),
        idle: pipeline.timeouts.idle_body,
    };
    let deadline = call.total.unwrap_or_else(|| pipeline.document_deadline());
    let read = read::read(body, &head, limits, &*pipeline.clock, deadline).await;
    let (body, unread) = match read {
        Ok(body) => (body, None),
        Err(unread) => (Read::nothing(), Some(unread)),
    };
    if let Some(unread) = &unread
        && head.status.is_success()
    {
        return Err(unread_failure(unread, limits, head.status));
    }
    // An error status is proof enough without its body.
    let answer = Answer {
        idempotency: call.idempotency,
        makes: call.makes,
        response: call.response,
        status: head.status,
        headers: &head.headers,
        body: &body.bytes,
        whole: body.whole,
        now,
    };
    match classify::judge(&answer, pipeline.codes) {
        Verdict::Success(success) => {
            if is_called_otherwise(&head.headers) {
                trace::not_called_json();
            }
            Ok(Good {
                status: head.status,
                headers: head.headers,
                content: Content::Object(success),
            })
        }
        Verdict::Failure(mut failure) => {
            if let Some(Unread::Broken(source)) = unread {
                failure.fault = failure.fault.caused_by(source);
            }
            Err(failure)
        }
    }
}

/// Reads the beginning of a file and judges it.
async fn begin(
    pipeline: &Pipeline,
    call: &Call<'_>,
    head: Parts,
    body: ResponseBody,
    now: Timestamp,
) -> Result<Good, Failure> {
    let limits = ReadLimits {
        bytes: call.body_limit.unwrap_or(u64::MAX),
        idle: pipeline.timeouts.idle_body,
    };
    let broken = |unread: Unread| unread_failure(&unread, limits, head.status);
    let mut incoming = Incoming::new(body, &head, limits, call.total, Arc::clone(&pipeline.clock))
        .map_err(broken)?;
    let is_called_json = classify::Called::of(&head.headers).json;
    let beginning = incoming.beginning(is_called_json).await.map_err(broken)?;
    let answer = Answer {
        idempotency: call.idempotency,
        makes: call.makes,
        response: call.response,
        status: head.status,
        headers: &head.headers,
        body: &beginning.bytes,
        // A document shows by itself that it is whole; nothing does not.
        whole: beginning.is_all && (beginning.is_proven || !beginning.bytes.is_empty()),
        now,
    };
    match classify::judge(&answer, pipeline.codes) {
        Verdict::Failure(failure) => Err(failure),
        Verdict::Success(_) if beginning.is_all && !beginning.is_proven => {
            Err(broken(Unread::Unproven))
        }
        Verdict::Success(success) => Ok(Good {
            status: head.status,
            headers: head.headers,
            content: Content::Bytes(success.body, Box::new(incoming)),
        }),
    }
}

/// Whether a good answer has a content type that is not JSON.
fn is_called_otherwise(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|kind| {
        let kind = kind.as_bytes();
        // Nearly every answer is called so, and a search takes more.
        !kind.starts_with(b"application/json") && memmem::find(kind, b"json").is_none()
    })
}

async fn send(
    pipeline: &Pipeline,
    request: Request<RequestBody>,
    call: &Call<'_>,
    progress: &SendProgress,
) -> Result<Response<ResponseBody>, Failure> {
    let now = pipeline.clock.elapsed();
    let attempt = pipeline.timeouts.attempt;
    let limit = match call.total {
        Some(total) => total.left_at(now).min(attempt),
        None => attempt,
    };
    let mut timer = Timer::new(&*pipeline.clock, Deadline::after(now, limit));
    match timer.race(pipeline.transport.send(request)).await {
        Ok(Ok(response)) => Ok(response),
        Ok(Err(fault)) => Err(transport_failure(fault)),
        Err(Elapsed) => Err(overdue(progress, &missing(progress, "no answer"), limit)),
    }
}

/// A body that ended badly below a good status: the service may well have acted.
#[cold]
#[inline(never)]
pub(super) fn unread_failure(unread: &Unread, limits: ReadLimits, status: StatusCode) -> Failure {
    let mut failure = match unread {
        Unread::Broken(fault) => {
            let mut fault = fault.clone();
            fault.body_started = true;
            transport_failure(fault)
        }
        Unread::WrongLength => Failure {
            fault: Fault::new(
                FaultKind::Interrupted,
                Delivery::Unknown,
                "the answer is shorter or longer than it declares",
            ),
            repeat: Repeat::Backoff,
        },
        Unread::Idle => late(
            Delivery::Unknown,
            "the answer stopped: no byte",
            limits.idle,
        ),
        Unread::Late => Failure {
            fault: Fault::new(
                FaultKind::Timeout,
                Delivery::Unknown,
                "the answer was not complete within the deadline of the call",
            ),
            repeat: Repeat::Never,
        },
        Unread::TooLarge => Failure {
            fault: Fault::new(
                FaultKind::BodyTooLarge,
                Delivery::Unknown,
                format!("the answer is larger than {} bytes", limits.bytes),
            ),
            repeat: Repeat::Never,
        },
        Unread::Unproven => Failure {
            fault: Fault::new(
                FaultKind::Interrupted,
                Delivery::Unknown,
                "the connection was closed, and nothing shows that the file is whole",
            ),
            repeat: Repeat::Once,
        },
    };
    failure.fault.http_status = Some(status.as_u16());
    failure
}
