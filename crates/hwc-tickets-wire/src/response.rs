//! A success: the decoded body, what of it could not be read, and the facts of the call.

use crate::model::{self, Model};
use bytes::Bytes;
use hwc_core::{CallOptions, Effect, Fault, FaultKind, Operation, Pipeline, Reply, Sent};
use std::{fmt, future::Future, time::Duration};

/// A success.
#[non_exhaustive]
pub struct Response<T> {
    /// The decoded body.
    pub body: T,
    /// The list elements that are missing from `body`, because they have no reading. Mostly empty.
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
    operation: &'static Operation,
    /// Known fields at the top that have no reading: name, and what stands there instead.
    odd: Vec<(&'static str, &'static str)>,
}

/// A list element that could not be read.
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

impl<T> Response<T> {
    /// Makes sure that the field `name` at the top of the answer could be read, or is absent. A field with no reading
    /// is empty in [`Response::body`], and to take that for "nothing" would be a lie.
    ///
    /// # Errors
    /// A fault that names the field and what stands in its place, without the value.
    pub fn needs(&self, name: &str) -> Result<(), Fault> {
        match self.odd.iter().find(|(odd, _)| *odd == name) {
            None => Ok(()),
            Some((_, kind)) => Err(self.other_form(format!(
                "the field {name} is {kind}, which has no reading as what is documented"
            ))),
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
            operation: self.operation,
            odd: self.odd,
        }
    }

    /// The fault of an answer that does not have the documented form.
    pub(crate) fn other_form(&self, what: String) -> Fault {
        let mut fault = Fault::new(
            FaultKind::Protocol,
            Sent::Maybe,
            format!("the answer does not have the documented form: {what}"),
        )
        .of(self.operation);
        fault.http_status = Some(self.status.as_u16());
        fault.request_id.clone_from(&self.request_id);
        fault.attempts = self.attempts;
        fault.elapsed = self.elapsed;
        fault
    }
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

impl<T: ListAnswer> Response<T> {
    /// The list of the answer. That it is left out or has no reading is no proof that there is nothing.
    ///
    /// # Errors
    /// The answer has no list, or something else in its place.
    pub fn into_list(self) -> Result<Response<Vec<T::Item>>, Fault> {
        self.needs(T::LIST)?;
        let response = self.map(T::list);
        if response.body.is_none() {
            return Err(response.other_form(format!("the field {} is left out", T::LIST)));
        }
        Ok(response.map(Option::unwrap_or_default))
    }
}

/// Shows no header values and, as every type of this crate, no text.
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

/// What a success can bring. Implemented for the structs of answers.
pub trait Answer: Sized {
    /// Sends a request, and reads the answer.
    #[doc(hidden)]
    fn ask(
        pipeline: &Pipeline,
        request: http::Request<Bytes>,
        operation: &'static Operation,
        options: &CallOptions,
    ) -> impl Future<Output = Result<Response<Self>, Fault>> + Send;

    /// Reads an answer that was judged a success.
    #[doc(hidden)]
    fn from_reply(operation: &'static Operation, reply: Reply) -> Result<Response<Self>, Fault>;
}

impl<T: Model> Answer for T {
    async fn ask(
        pipeline: &Pipeline,
        request: http::Request<Bytes>,
        operation: &'static Operation,
        options: &CallOptions,
    ) -> Result<Response<Self>, Fault> {
        let reply = pipeline.call(request, operation, options).await?;
        Self::from_reply(operation, reply)
    }

    /// A write that was judged a success is never made a failure by its body.
    fn from_reply(operation: &'static Operation, reply: Reply) -> Result<Response<Self>, Fault> {
        if crate::shallow::is_crowded(&reply.body) {
            let detail = "the answer holds more values than any page of this service";
            return Err(Fault::new(FaultKind::BodyTooLarge, Sent::Maybe, detail).of(operation));
        }
        let writes = operation.effect != Effect::Read;
        let (body, notes) = match model::decode::<Self>(&reply.body) {
            Ok(decoded) => decoded,
            Err(_) if writes => Default::default(),
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
            lossy: reply.lossy,
            operation,
            odd: notes.odd,
        })
    }
}
