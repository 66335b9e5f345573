//! From what a generated method returns to an answer or the fault.

use crate::{
    page::{self, Decoded, Prune},
    path,
};
use hwc_core::{Effect, Fault, FaultKind, Operation, Reply, Sent};
use progenitor_client::{Error, ResponseValue};
use std::{fmt, time::Duration};

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
    /// Time from the beginning of the call to its end.
    pub elapsed: Duration,
    /// Bytes that were not UTF-8 were replaced by U+FFFD: ids that hold the mark must not be used.
    pub lossy: bool,
    /// The answer says failure besides what it brings: what it lacks is not empty, but missing.
    pub complains: bool,
    operation: &'static Operation,
    /// Known fields at the top that have no reading: name, and what stands there instead.
    odd: Vec<(String, &'static str)>,
}

impl<T> Answer<T> {
    /// Makes sure that the field `name` at the top of the answer could be read, or is absent. A field with no reading
    /// is empty in [`Answer::body`], and to take that for "nothing" would be a lie.
    ///
    /// # Errors
    /// A fault that names the field and what stands in its place, without the value.
    pub fn needs(&self, name: &str) -> Result<(), Fault> {
        let Some((_, kind)) = self.odd.iter().find(|(odd, _)| odd == name) else {
            return Ok(());
        };
        Err(self.unlike(format_args!(
            "the field {name} is {kind}, which has no reading as what is documented"
        )))
    }

    /// The fault of an answer that decodes and yet is not what is documented. `how` says what is wrong with it,
    /// without values.
    #[must_use]
    pub fn unlike(&self, how: impl fmt::Display) -> Fault {
        let mut fault = Fault::new(
            FaultKind::Protocol,
            Sent::Maybe,
            format!("the answer does not have the documented form: {how}"),
        )
        .of(self.operation);
        fault.http_status = Some(self.status.as_u16());
        fault.request_id.clone_from(&self.request_id);
        fault.attempts = self.attempts;
        fault.elapsed = self.elapsed;
        fault
    }
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
            .field("elapsed", &self.elapsed)
            .field("lossy", &self.lossy)
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
    /// JSON pointer to it in the answer, e.g. `/immsg/2/message_list/0`.
    pub pointer: String,
    /// Why, without any value.
    pub reason: String,
}

/// Turns the result of a generated method into an answer or the fault.
///
/// A body decodes as a whole; only if that fails, element by element and field by field. A write that was judged a success is never
/// made a failure by its body.
pub(crate) fn settle<T: Prune>(
    operation: &'static Operation,
    reply: Option<Reply>,
    result: Result<ResponseValue<T>, Error<()>>,
) -> Result<Answer<T>, Fault> {
    let (decoded, reply) = match (result, reply) {
        (Ok(value), Some(reply)) => (whole(value.into_inner()), reply),
        (Err(Error::InvalidResponsePayload(..)), Some(reply)) => {
            (decode(operation, &reply)?, reply)
        }
        (Err(error), _) => return Err(fault(operation, error)),
        (Ok(_), None) => return Err(lost(operation)),
    };
    Ok(Answer {
        body: decoded.body,
        undecodable: decoded.lost,
        status: reply.status,
        headers: reply.headers,
        request_id: reply.request_id,
        attempts: reply.attempts,
        elapsed: reply.elapsed,
        lossy: reply.lossy,
        complains: reply.complains,
        operation,
        odd: decoded.odd,
    })
}

/// Nothing of it is odd.
fn whole<T>(body: T) -> Decoded<T> {
    Decoded {
        body,
        lost: Vec::new(),
        odd: Vec::new(),
    }
}

fn decode<T: Prune>(operation: &'static Operation, reply: &Reply) -> Result<Decoded<T>, Fault> {
    match page::decode(&reply.body) {
        Ok(decoded) => Ok(decoded),
        Err(_) if operation.effect != Effect::Read => Ok(whole(T::default())),
        Err(reason) => Err(reply.undecodable(operation, reason)),
    }
}

/// What an error of the generated code still holds. None of its texts goes further: they show bodies and addresses.
fn fault(operation: &'static Operation, error: Error<()>) -> Fault {
    match error {
        Error::UnexpectedResponse(mut response) => response
            .extensions_mut()
            .remove::<Fault>()
            .unwrap_or_else(|| lost(operation)),
        // Both come from building the request: the hooks never return an error of reqwest.
        Error::InvalidRequest(_) | Error::CommunicationError(_) => {
            path::invalid(operation, "the arguments make no valid HTTP request")
        }
        Error::InvalidResponsePayload(..)
        | Error::Custom(_)
        | Error::ErrorResponse(_)
        | Error::ResponseBodyError(_)
        | Error::InvalidUpgrade(_) => lost(operation),
    }
}

/// The fault for what this crate's own hooks rule out.
fn lost(operation: &'static Operation) -> Fault {
    let detail = "the answer was lost between the pipeline and the generated client";
    Fault::new(FaultKind::Protocol, Sent::Maybe, detail).of(operation)
}
