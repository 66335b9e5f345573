//! Faults at work: what becomes of an answer that a fault was injected into.

use std::io;
use std::time::Duration;

use axum::body::Body;
use futures_util::stream;
use http::Response;
use http::header::{CONTENT_LENGTH, HeaderValue, LOCATION, RETRY_AFTER};

use super::answer::{Answer, status_of};
use super::render;
use super::serve::{End, Line};
use crate::catalogue;
use crate::clock::Clock;
use crate::fault::Fault;
use crate::quirks::Quirks;

const PAGE: &str = "<!DOCTYPE html>\n<html><head><title>Sign in</title></head>\n\
    <body><h1>Sign in</h1><p>Please sign in to use this network.</p></body></html>\n";

/// What a fault answers in place of the service, if it answers at all.
pub(super) fn instead(fault: &Fault, request_id: &str, quirks: &Quirks) -> Option<Answer> {
    match fault {
        Fault::Status {
            status,
            code,
            retry_after,
        } => {
            let code = code
                .as_deref()
                .or_else(|| catalogue::for_status(*status).map(|entry| entry.code.as_str()));
            let answer = Answer::gateway(*status, code.unwrap_or("APIGW.0601"), request_id);
            Some(match retry_after {
                Some(value) => answer.header(RETRY_AFTER, value),
                None => answer,
            })
        }
        Fault::Business { code } => Some(render::business(code, quirks)),
        Fault::Html { status } => Some(Answer::new(
            status_of(*status),
            "text/html; charset=utf-8",
            PAGE,
        )),
        Fault::Redirect { status, location } => Some(
            Answer::new(status_of(*status), "text/html; charset=utf-8", "")
                .header(LOCATION, location),
        ),
        Fault::Body {
            status,
            content_type,
            body,
        } => Some(Answer::new(status_of(*status), content_type, body.clone())),
        _ => None,
    }
}

/// Sends an answer the way a fault wants it sent.
pub(super) fn send(
    fault: Option<&Fault>,
    answer: Answer,
    line: &Line,
    clock: &Clock,
) -> Response<Body> {
    match fault {
        Some(Fault::Reset) => line.order(End::Reset),
        // Whoever hangs until the simulator stops is closed then.
        Some(Fault::Close | Fault::Hang) => line.order(End::Close),
        Some(Fault::ResetNext) => line.order(End::ResetOnRead),
        Some(Fault::DripHead { every }) => line.order(End::Drip(*every)),
        Some(Fault::Cut { keep, chunked }) => return cut(answer, *keep, *chunked),
        Some(Fault::Drip { every }) => return drip(answer, *every, clock.clone()),
        _ => {}
    }
    answer.into_response()
}

/// Some bytes, and then the connection breaks off.
fn cut(answer: Answer, keep: Option<usize>, chunked: bool) -> Response<Body> {
    let length = answer.body.len();
    let kept = answer
        .body
        .first(keep.unwrap_or(length / 2).min(length.saturating_sub(1)));
    let body = stream::unfold(Some(kept.pieces()), |pieces| async {
        let mut pieces = pieces?;
        if let Some(piece) = pieces.next() {
            return Some((piece, Some(pieces)));
        }
        // Give the server a moment to put on the wire what it has.
        for _ in 0..8 {
            tokio::task::yield_now().await;
        }
        Some((Err(io::Error::from(io::ErrorKind::ConnectionAborted)), None))
    });
    let mut response = answer.with_body(Body::from_stream(body));
    if !chunked {
        response
            .headers_mut()
            .insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
    response
}

/// One byte at a time.
fn drip(answer: Answer, every: Duration, clock: Clock) -> Response<Body> {
    let length = answer.body.len();
    let body = stream::unfold(
        (0..length, answer.body.clone(), clock),
        move |(mut starts, bytes, clock)| async move {
            let start = starts.next()?;
            clock.sleep(every).await;
            Some((bytes.read(start, 1), (starts, bytes, clock)))
        },
    );
    let mut response = answer.with_body(Body::from_stream(body));
    response
        .headers_mut()
        .insert(CONTENT_LENGTH, HeaderValue::from(length));
    response
}
