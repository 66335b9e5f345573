//! The client of the wire, and the index of everything it can call.

use crate::{
    request::{Parts, Request, invalid},
    response::{Answer, Response},
};
use hwc_core::{CallOptions, Fault, Operation, Pipeline, Reply};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::{fmt, sync::Arc};

/// The service word for word, over a [`Pipeline`]. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Client {
    pipeline: Arc<Pipeline>,
}

impl Client {
    /// A client over `pipeline`.
    #[must_use]
    pub fn new(pipeline: Arc<Pipeline>) -> Self {
        Self { pipeline }
    }

    /// The pipeline that carries the calls.
    #[must_use]
    pub fn pipeline(&self) -> &Arc<Pipeline> {
        &self.pipeline
    }

    /// Calls an operation.
    ///
    /// # Errors
    /// A [`Fault`] says what failed and whether the call may have had an effect.
    pub async fn send<R: Request + Sync>(
        &self,
        request: &R,
        options: &CallOptions,
    ) -> Result<Response<R::Response>, Fault> {
        let http = Parts::of(request)?.into_http()?;
        R::Response::ask(&self.pipeline, http, R::OPERATION, options).await
    }

    /// Calls an operation of the index: `arguments` is an object with a field for each parameter, and `body`.
    ///
    /// # Errors
    /// `arguments` are none of this operation; else as [`Client::send`].
    pub async fn send_json(
        &self,
        entry: &Entry,
        arguments: Value,
        options: &CallOptions,
    ) -> Result<Response<Value>, Fault> {
        let http = (entry.parts)(arguments)?.into_http()?;
        let reply = self.pipeline.call(http, entry.operation, options).await?;
        (entry.read)(reply)
    }
}

/// One row of the index: an operation by its name, from JSON to JSON. So no test and no tool needs a list of its own.
pub struct Entry {
    /// What is called.
    pub operation: &'static Operation,
    /// The request for arguments: an object with a field for each parameter, and `body`. What the operation does not have
    /// is refused.
    pub parts: fn(Value) -> Result<Parts, Fault>,
    /// An answer that was judged a success, read and written as JSON again.
    pub read: fn(Reply) -> Result<Response<Value>, Fault>,
}

impl Entry {
    pub(crate) const fn of<R>() -> Self
    where
        R: Request + DeserializeOwned,
        R::Response: Serialize,
    {
        Self {
            operation: R::OPERATION,
            parts: |arguments| {
                let request: R = serde_json::from_value(arguments)
                    .map_err(|error| invalid(R::OPERATION, form_of(&error)))?;
                Parts::of(&request)
            },
            read: |reply| {
                let response = R::Response::from_reply(R::OPERATION, reply)?;
                let body = serde_json::to_value(&response.body)
                    .map_err(|_| response.other_form("it has no JSON form".to_owned()))?;
                Ok(response.map(|_| body))
            },
        }
    }
}

/// What is wrong with arguments, without a value: of a wrong type serde shows the value.
fn form_of(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let names_fields_only = ["missing field", "unknown field", "duplicate field"];
    if names_fields_only.iter().any(|what| text.starts_with(what)) {
        return text;
    }
    "the arguments do not have the form of the operation".to_owned()
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Entry").field(&self.operation.name).finish()
    }
}
