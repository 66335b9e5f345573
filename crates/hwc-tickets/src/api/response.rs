//! A success of a call, and its facts.

use super::Undecodable;
use crate::error::{Error, Result};
use hwc_tickets_wire::{self as wire, ListAnswer};
use std::{fmt, time::Duration};

/// A success.
#[non_exhaustive]
pub struct Response<T> {
    /// What it brings.
    pub body: T,
    /// The list elements that are missing from `body`, because they have no reading. Mostly empty.
    pub undecodable: Vec<Undecodable>,
    /// HTTP status.
    pub status: http::StatusCode,
    /// Headers of the answer.
    pub headers: http::HeaderMap,
    /// Request id, if the answer has one: quote it to the support.
    pub request_id: Option<String>,
    /// Attempts on the wire.
    pub attempts: u32,
    /// Time from the beginning of the call to its end; of a file, until it began to come.
    pub elapsed: Duration,
    /// Bytes that were not UTF-8 were replaced by U+FFFD: ids that hold the mark must not be used.
    pub lossy: bool,
    /// The answer says failure besides what it brings: what it lacks is not empty, but missing.
    pub complains: bool,
    operation: &'static str,
    /// What else the wire knows of the answer.
    facts: wire::Response<()>,
}

impl<T> Response<T> {
    pub(crate) fn of(operation: &'static str, answer: wire::Response<T>) -> Self {
        let (body, mut facts) = answer.split();
        Self {
            body,
            undecodable: std::mem::take(&mut facts.undecodable),
            status: facts.status,
            headers: std::mem::take(&mut facts.headers),
            request_id: facts.request_id.clone(),
            attempts: facts.attempts,
            elapsed: facts.elapsed,
            lossy: facts.lossy,
            complains: facts.complains,
            operation,
            facts,
        }
    }

    /// The same facts about another body.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Response<U> {
        Response {
            body: change(self.body),
            undecodable: self.undecodable,
            status: self.status,
            headers: self.headers,
            request_id: self.request_id,
            attempts: self.attempts,
            elapsed: self.elapsed,
            lossy: self.lossy,
            complains: self.complains,
            operation: self.operation,
            facts: self.facts,
        }
    }

    /// Makes sure that the field `name` at the top of the answer could be read, or is absent. A field with no reading is empty
    /// in [`Response::body`], and to take that for "nothing" would be a lie. `name` is as the service writes it.
    ///
    /// # Errors
    /// [`ErrorKind::Protocol`](crate::ErrorKind::Protocol) names the field and what stands in its place, without the value.
    pub fn needs(&self, name: &str) -> Result<()> {
        let needed = self.facts.needs(name);
        needed.map_err(|fault| Error::from_fault(self.operation, fault))
    }

    /// The error of an answer that decodes and yet is not what is documented. `how` says what is wrong with it: it is shown, so
    /// it must hold no value of the answer.
    #[must_use]
    pub fn unlike(&self, how: impl fmt::Display) -> Error {
        Error::from_fault(self.operation, self.facts.unlike(how))
    }
}

impl<T: ListAnswer> Response<T> {
    /// The one list of the answer. That it is left out or has no reading is no proof that there is nothing. What comes in pages is
    /// looked at before already: see [`Call::pages`](super::Call::pages).
    ///
    /// # Errors
    /// [`ErrorKind::Protocol`](crate::ErrorKind::Protocol): the answer has no list, or something else in its place.
    pub fn into_list(self) -> Result<Response<Vec<T::Item>>> {
        self.needs(T::LIST)?;
        let answer = self.map(T::list);
        if answer.body.is_none() {
            return Err(answer.unlike(format_args!("the field {} is left out", T::LIST)));
        }
        Ok(answer.map(Option::unwrap_or_default))
    }
}

/// Shows no header values and no text.
impl<T: fmt::Debug> fmt::Debug for Response<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
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
