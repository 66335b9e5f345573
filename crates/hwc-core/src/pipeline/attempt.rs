//! One try: authorize, send, read, judge.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode, header};
use jiff::Timestamp;
use memchr::memmem;

use super::{
    Pipeline,
    classify::{self, Answer, Failure, Success, Verdict},
    read::{self, BodyLimits, Read, Unread},
    record::CallRecord,
};
use crate::{
    Effect, Fault, FaultKind, Sent,
    deadline::{Deadline, Elapsed, Timer},
    fault::Spoken,
    identity::Identity,
    retry::{Repeat, after},
    trace,
    transport::{AnswerBody, SendProgress, TransportFault, TransportFaultKind},
};

/// Most bytes of all header lines of an answer together.
const HEADER_LIMIT: usize = 64 * 1024;
/// What a header line has besides name and value: the colon and its blank, and the line break.
const HEADER_EXTRA: usize = 4;

/// A good answer.
pub(super) struct Good {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) success: Success,
}

/// Tries once. `signed_at` is the corrected time the request is signed with.
pub(super) async fn attempt(
    pipeline: &Pipeline,
    mut request: Request<Bytes>,
    effect: Effect,
    identity: &Identity,
    signed_at: Timestamp,
    deadline: Deadline,
    record: &mut CallRecord,
) -> Result<Good, Failure> {
    identity
        .authorize(&mut request, signed_at)
        .map_err(|error| Failure {
            fault: error.into(),
            repeat: Repeat::Never,
        })?;
    // A read is repeated anyway; only a write needs the proof that it did not arrive.
    let progress = (effect != Effect::Read).then(SendProgress::new);
    if let Some(progress) = &progress {
        request.extensions_mut().insert(progress.clone());
    }
    record.attempts = record.attempts.saturating_add(1);

    let response = send(pipeline, request, deadline, progress).await?;
    let (head, body) = response.into_parts();
    record.see_head(&head.headers);
    let now = pipeline.clock.now();
    // Only signatures depend on the clock.
    if identity.is_signed()
        && let Some(service) = after::date(&head.headers)
    {
        pipeline.skew.learn(service, now);
    }
    let headers_size = head.headers.iter().fold(0_usize, |size, (name, value)| {
        size.saturating_add(name.as_str().len())
            .saturating_add(value.len())
            .saturating_add(HEADER_EXTRA)
    });
    if headers_size > HEADER_LIMIT {
        return Err(Failure {
            fault: Fault::new(
                FaultKind::Protocol,
                Sent::Maybe,
                "the headers of the answer are larger than 64 KiB",
            ),
            repeat: Repeat::Never,
        });
    }

    let limits = BodyLimits {
        bytes: pipeline.body_limit,
        idle: pipeline.timeouts.idle_body,
    };
    let mut total = Timer::new(&*pipeline.clock, deadline);
    let read = read::read(body, &head, limits, &*pipeline.clock, &mut total).await;
    let (body, unread) = match read {
        Ok(body) => (body, None),
        Err(unread) => (Read::nothing(), Some(unread)),
    };
    if let Some(unread) = &unread
        && head.status.is_success()
    {
        return Err(unread_failure(unread, pipeline, head.status));
    }
    // An error status is proof enough without its body.
    let answer = Answer {
        effect,
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
                success,
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

/// Whether a good answer has a content type that is not JSON.
fn is_called_otherwise(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| memmem::find(kind.as_bytes(), b"json").is_none())
}

async fn send(
    pipeline: &Pipeline,
    request: Request<Bytes>,
    deadline: Deadline,
    progress: Option<SendProgress>,
) -> Result<Response<AnswerBody>, Failure> {
    let now = pipeline.clock.elapsed();
    let limit = deadline.left_at(now).min(pipeline.timeouts.attempt);
    let mut timer = Timer::new(&*pipeline.clock, Deadline::after(now, limit));
    match timer.race(pipeline.transport.send(request)).await {
        Ok(Ok(response)) => Ok(response),
        Ok(Err(fault)) => Err(transport_failure(fault)),
        Err(Elapsed) => {
            let given_up = progress.is_some_and(|progress| progress.give_up());
            let sent = if given_up { Sent::No } else { Sent::Maybe };
            Err(late(sent, "no answer", limit))
        }
    }
}

fn late(sent: Sent, what: &str, limit: Duration) -> Failure {
    Failure {
        fault: Fault::new(
            FaultKind::Timeout,
            sent,
            format!("{what} within {}", Spoken(limit)),
        ),
        repeat: Repeat::Backoff,
    }
}

fn transport_failure(fault: TransportFault) -> Failure {
    let (kind, repeat) = match fault.kind {
        TransportFaultKind::Resolve => (FaultKind::Connect, Repeat::Once),
        TransportFaultKind::Connect => (FaultKind::Connect, Repeat::Backoff),
        TransportFaultKind::Tls(_) => (FaultKind::Tls, Repeat::Never),
        TransportFaultKind::Interrupted => (FaultKind::Interrupted, Repeat::Backoff),
        TransportFaultKind::Malformed
        | TransportFaultKind::HeadTooLarge
        | TransportFaultKind::TooManyInterim => (FaultKind::Protocol, Repeat::Never),
        TransportFaultKind::Unsendable => (FaultKind::InvalidInput, Repeat::Never),
    };
    let sent = if fault.body_started {
        Sent::Maybe
    } else {
        Sent::No
    };
    let mut verdict = Fault::new(kind, sent, fault.to_string());
    if let TransportFaultKind::Tls(flaw) = fault.kind {
        verdict.tls_flaw = Some(flaw);
    }
    Failure {
        fault: verdict.caused_by(fault),
        repeat,
    }
}

/// A body that ended badly below a good status: the service may well have acted.
fn unread_failure(unread: &Unread, pipeline: &Pipeline, status: StatusCode) -> Failure {
    let mut failure = match unread {
        Unread::Broken(fault) => {
            let mut fault = fault.clone();
            fault.body_started = true;
            transport_failure(fault)
        }
        Unread::WrongLength => Failure {
            fault: Fault::new(
                FaultKind::Interrupted,
                Sent::Maybe,
                "the answer is shorter or longer than it declares",
            ),
            repeat: Repeat::Backoff,
        },
        Unread::Idle => late(
            Sent::Maybe,
            "the answer stopped: no byte",
            pipeline.timeouts.idle_body,
        ),
        Unread::Late => Failure {
            fault: Fault::new(
                FaultKind::Timeout,
                Sent::Maybe,
                "the answer was not complete within the deadline of the call",
            ),
            repeat: Repeat::Never,
        },
        Unread::TooLarge => Failure {
            fault: Fault::new(
                FaultKind::BodyTooLarge,
                Sent::Maybe,
                format!("the answer is larger than {} bytes", pipeline.body_limit),
            ),
            repeat: Repeat::Never,
        },
    };
    failure.fault.http_status = Some(status.as_u16());
    failure
}
