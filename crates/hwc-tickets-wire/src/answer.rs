//! From what a generated method returns to an answer or the fault.

use crate::{page, page::Prune, path, session::Facts};
use bytes::Bytes;
use hwc_core::{Effect, Fault, FaultKind, Operation, Sent};
use progenitor_client::{Error, ResponseValue};
use std::fmt;

/// A decoded success: the body, what of it could not be decoded, and the facts of the call.
#[non_exhaustive]
pub struct Answer<T> {
    /// The decoded body.
    pub body: T,
    /// The list elements that are missing from `body`, because they could not be decoded. Mostly empty.
    pub undecodable: Vec<Undecodable>,
    /// HTTP status.
    pub status: http::StatusCode,
    /// Headers of the answer.
    pub headers: http::HeaderMap,
    /// Request id, if the answer has one.
    pub request_id: Option<String>,
    /// Attempts on the wire.
    pub attempts: u32,
}

/// Shows no header values and, as every type of this crate, no text.
impl<T: fmt::Debug> fmt::Debug for Answer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("body", &self.body)
            .field("undecodable", &self.undecodable)
            .field("status", &self.status)
            .field("request_id", &self.request_id)
            .field("attempts", &self.attempts)
            .finish_non_exhaustive()
    }
}

/// A list element that could not be decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Undecodable {
    /// The list it stood in, e.g. `message_list`; of nested lists the inner one.
    pub list: &'static str,
    /// Its place in that list, counted from 0.
    pub index: usize,
    /// Why, without any value.
    pub reason: String,
}

/// Turns the result of a generated method into an answer or the fault.
///
/// A body decodes as a whole; only if that fails, element by element. A write that was judged a success is never
/// made a failure by its body.
pub(crate) fn settle<T: Prune>(
    operation: &'static Operation,
    facts: Option<Facts>,
    result: Result<ResponseValue<T>, Error<()>>,
) -> Result<Answer<T>, Fault> {
    let (body, undecodable) = match result {
        Ok(value) => (value.into_inner(), Vec::new()),
        Err(error) => recover(operation, facts.as_ref(), error)?,
    };
    let facts = facts.ok_or_else(|| lost(operation))?;
    Ok(Answer {
        body,
        undecodable,
        status: facts.status,
        headers: facts.headers,
        request_id: facts.request_id,
        attempts: facts.attempts,
    })
}

/// What an error of the generated code still holds. None of its texts goes further: they show bodies and addresses.
fn recover<T: Prune>(
    operation: &'static Operation,
    facts: Option<&Facts>,
    error: Error<()>,
) -> Result<(T, Vec<Undecodable>), Fault> {
    match error {
        Error::UnexpectedResponse(mut response) => Err(response
            .extensions_mut()
            .remove::<Fault>()
            .unwrap_or_else(|| lost(operation))),
        Error::InvalidResponsePayload(body, _) => decode(operation, facts, &body),
        // Both come from building the request: the hooks never return an error of reqwest.
        Error::InvalidRequest(_) | Error::CommunicationError(_) => Err(path::invalid(
            operation,
            "the arguments make no valid HTTP request",
        )),
        Error::Custom(_)
        | Error::ErrorResponse(_)
        | Error::ResponseBodyError(_)
        | Error::InvalidUpgrade(_) => Err(lost(operation)),
    }
}

fn decode<T: Prune>(
    operation: &'static Operation,
    facts: Option<&Facts>,
    body: &Bytes,
) -> Result<(T, Vec<Undecodable>), Fault> {
    if let Some(decoded) = page::decode(body) {
        return Ok(decoded);
    }
    if operation.effect != Effect::Read {
        return Ok((T::default(), Vec::new()));
    }
    let detail = "the answer is JSON, but not of the documented form";
    let mut fault = Fault::new(FaultKind::Protocol, Sent::Maybe, detail).of(operation);
    if let Some(facts) = facts {
        fault.http_status = Some(facts.status.as_u16());
        fault.request_id.clone_from(&facts.request_id);
        fault.attempts = facts.attempts;
    }
    Err(fault)
}

/// The fault for what this crate's own hooks rule out.
fn lost(operation: &'static Operation) -> Fault {
    let detail = "the answer was lost between the pipeline and the generated client";
    Fault::new(FaultKind::Protocol, Sent::Maybe, detail).of(operation)
}
