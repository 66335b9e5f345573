//! A success: the decoded body, what of it could not be read, and the facts of the call.

use crate::{
    model::{self, Model},
    undecodable::Undecodable,
};
use hwc_core::{
    Body, CallOptions, Delivery, Download, Fault, FaultKind, Operation, Pipeline, Reply,
};
use serde::Serialize;
use serde_json::Value;
use std::{fmt, future::Future, marker::PhantomData, time::Duration};

/// An error that a fault can be told as.
pub trait FromFault {
    /// The error for a fault of an operation.
    fn from_fault(fault: Fault) -> Self;
}

impl FromFault for Fault {
    fn from_fault(fault: Fault) -> Self {
        fault
    }
}

/// A success. What is asked of it fails as an `E`.
#[non_exhaustive]
pub struct Response<T, E = Fault> {
    /// What it brings.
    pub body: T,
    /// The list elements that are missing from `body`, because they have no reading. Mostly empty.
    pub undecodable: Vec<Undecodable>,
    /// HTTP status.
    pub status: http::StatusCode,
    /// Headers of the answer.
    pub headers: http::HeaderMap,
    /// Request id, if the answer has one: quote it to support.
    pub request_id: Option<String>,
    /// Attempts on the wire.
    pub attempts: u32,
    /// Time from the beginning of the call to its end; of a file, until it began to come.
    pub elapsed: Duration,
    /// When the head of the answer came, as [`Clock::elapsed`](hwc_core::Clock::elapsed) of the pipeline's clock tells time.
    pub answered_at: Duration,
    /// Bytes that were not UTF-8 were replaced by U+FFFD: ids that hold the mark must not be used.
    pub lossy: bool,
    /// The answer reports a failure beside the data it brings: what it lacks is not empty, but missing.
    pub partial_failure: bool,
    operation: &'static Operation,
    /// Known fields at the top that have no reading: name, and what stands there instead.
    odd: Vec<(&'static str, &'static str)>,
    fails_as: PhantomData<fn() -> E>,
}

impl<T, E> Response<T, E> {
    /// The same facts about another body.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Response<U, E> {
        self.rebuilt(change)
    }

    /// The same facts about another body, but what is asked of it fails as an `F`.
    #[doc(hidden)]
    #[must_use]
    pub fn rebuilt<U, F>(self, change: impl FnOnce(T) -> U) -> Response<U, F> {
        Response {
            body: change(self.body),
            undecodable: self.undecodable,
            status: self.status,
            headers: self.headers,
            request_id: self.request_id,
            attempts: self.attempts,
            elapsed: self.elapsed,
            answered_at: self.answered_at,
            lossy: self.lossy,
            partial_failure: self.partial_failure,
            operation: self.operation,
            odd: self.odd,
            fails_as: PhantomData,
        }
    }
}

impl<T, E: FromFault> Response<T, E> {
    /// Makes sure that the field `name` at the top of the answer could be read, or is absent. A field with no reading
    /// is empty in [`Response::body`], and to take that for "nothing" would be a lie. `name` is as the service writes it.
    ///
    /// # Errors
    /// It names the field and what stands in its place, without the value.
    pub fn needs(&self, name: &str) -> Result<(), E> {
        match odd(&self.odd, name) {
            None => Ok(()),
            Some(how) => Err(self.unlike(how)),
        }
    }

    /// The error of an answer that decodes and yet is not what is documented. `how` says what is wrong with it: it is shown,
    /// so it must hold no value of the answer.
    #[must_use]
    pub fn unlike(&self, how: impl fmt::Display) -> E {
        E::from_fault(self.attach_to(unlike(&how)))
    }

    /// `fault`, with what is known of this answer: its operation, its status, its request id, and what it took.
    #[must_use]
    pub fn attach_to(&self, fault: Fault) -> Fault {
        let mut fault = fault.of(self.operation);
        fault.http_status = Some(self.status.as_u16());
        fault.request_id.clone_from(&self.request_id);
        fault.attempts = self.attempts;
        fault.elapsed = self.elapsed;
        fault
    }
}

/// What is wrong with the field `name`, if it is one of the `odd` ones.
fn odd(odd: &[(&'static str, &'static str)], name: &str) -> Option<String> {
    let (_, kind) = odd.iter().find(|(odd, _)| *odd == name)?;
    Some(format!(
        "the field {name} is {kind}, which cannot be read as documented"
    ))
}

#[cold]
fn unlike(how: &dyn fmt::Display) -> Fault {
    let detail = format!("the answer does not have the documented form: {how}");
    Fault::new(FaultKind::Protocol, Delivery::Unknown, detail)
}

/// An answer with one list, which is what it was asked for. Implemented by the generator.
pub trait ListAnswer {
    /// An element of the list.
    type Item;
    /// The name of the list.
    const LIST: &'static str;
    /// The list, if the answer has it.
    fn list(self) -> Option<Vec<Self::Item>>;
}

impl<T: ListAnswer, E: FromFault> Response<T, E> {
    /// The one list of the answer. That it is left out or has no reading is no proof that there is nothing.
    ///
    /// # Errors
    /// The answer has no list, or something else in its place.
    pub fn into_list(self) -> Result<Response<Vec<T::Item>, E>, E> {
        self.needs(T::LIST)?;
        let response = self.map(T::list);
        if response.body.is_none() {
            return Err(response.unlike(format_args!("the field {} is left out", T::LIST)));
        }
        Ok(response.map(Option::unwrap_or_default))
    }
}

/// Shows no header values and, as every type of this crate, no text.
impl<T: fmt::Debug, E> fmt::Debug for Response<T, E> {
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

/// What a success can bring: a struct of the description, or a [`Download`].
pub trait Answer: Sized {
    /// How an answer becomes JSON.
    const READ: Read;

    /// What the pipeline brings.
    #[doc(hidden)]
    type Raw: Raw;

    /// Reads what was brought, and was judged a success.
    ///
    /// # Errors
    /// It has no reading as what is documented.
    #[doc(hidden)]
    fn decode(operation: &'static Operation, raw: Self::Raw) -> Result<Response<Self>, Fault>;
}

/// What a pipeline brings. Of this there are two, so that the making of a call is compiled twice, not for each operation.
#[doc(hidden)]
pub trait Raw: Sized + Send {
    /// Sends a request.
    ///
    /// # Errors
    /// As of the pipeline.
    fn ask(
        pipeline: &Pipeline,
        request: http::Request<Body>,
        operation: &'static Operation,
        options: &CallOptions,
    ) -> impl Future<Output = Result<Self, Fault>> + Send;
}

impl Raw for Reply {
    async fn ask(
        pipeline: &Pipeline,
        request: http::Request<Body>,
        operation: &'static Operation,
        options: &CallOptions,
    ) -> Result<Self, Fault> {
        pipeline.call(request, operation, options).await
    }
}

impl Raw for Download {
    async fn ask(
        pipeline: &Pipeline,
        request: http::Request<Body>,
        operation: &'static Operation,
        options: &CallOptions,
    ) -> Result<Self, Fault> {
        pipeline.download(request, operation, options).await
    }
}

/// How an answer that was judged a success is read by somebody who knows no type of it.
#[derive(Debug, Clone, Copy)]
pub enum Read {
    /// An object, written as JSON again.
    Object(fn(&'static Operation, Reply) -> Result<Response<Value>, Fault>),
    /// A file: it is no JSON, and comes by [`Pipeline::download`].
    File,
}

impl<T: Model + Serialize> Answer for T {
    const READ: Read = Read::Object(|operation, reply| {
        let response = from_reply::<Self>(operation, reply)?;
        let body = serde_json::to_value(&response.body)
            .map_err(|_| response.unlike("it has no JSON form"))?;
        Ok(response.map(|_| body))
    });

    type Raw = Reply;

    fn decode(operation: &'static Operation, reply: Reply) -> Result<Response<Self>, Fault> {
        from_reply(operation, reply)
    }
}

impl Answer for Download {
    const READ: Read = Read::File;

    type Raw = Self;

    fn decode(operation: &'static Operation, file: Self) -> Result<Response<Self>, Fault> {
        Ok(Response {
            undecodable: Vec::new(),
            status: file.status(),
            headers: file.headers().clone(),
            request_id: file.request_id().map(str::to_owned),
            attempts: file.attempts(),
            elapsed: file.elapsed(),
            answered_at: file.answered_at(),
            lossy: false,
            partial_failure: false,
            operation,
            odd: Vec::new(),
            fails_as: PhantomData,
            body: file,
        })
    }
}

/// Reads an answer that was judged a success. A write that was is never made a failure by its body.
fn from_reply<T: Model>(operation: &'static Operation, reply: Reply) -> Result<Response<T>, Fault> {
    refuse_crowded(operation, &reply)?;
    let (body, notes) = match model::decode::<T>(&reply.body) {
        Ok(decoded) => decoded,
        Err(_) if !operation.idempotency.is_safe() => Default::default(),
        Err(reason) => return Err(reply.undecodable(operation, reason)),
    };
    Ok(Response {
        body,
        undecodable: notes.lost,
        status: reply.status,
        headers: reply.headers,
        request_id: reply.request_id,
        attempts: reply.attempts,
        elapsed: reply.elapsed,
        answered_at: reply.answered_at,
        lossy: reply.lossy,
        partial_failure: reply.partial_failure,
        operation,
        odd: notes.odd,
        fails_as: PhantomData,
    })
}

fn refuse_crowded(operation: &'static Operation, reply: &Reply) -> Result<(), Fault> {
    match crate::shallow::is_crowded(&reply.body) {
        true => Err(crowded(operation)),
        false => Ok(()),
    }
}

#[cold]
#[inline(never)]
fn crowded(operation: &'static Operation) -> Fault {
    let detail = "the answer holds more values than any page of this service";
    Fault::new(FaultKind::BodyTooLarge, Delivery::Unknown, detail).of(operation)
}
