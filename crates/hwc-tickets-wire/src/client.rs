//! The client of the wire, and the index of everything it can call.

use crate::{
    request::{Parts, Request, invalid},
    response::{Answer, Raw as _, Read, Response},
};
use hwc_core::{CallOptions, Download, Fault, Operation, Pipeline};
use serde::de::DeserializeOwned;
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
        let raw = <R::Response as Answer>::Raw::ask(&self.pipeline, http, R::OPERATION, options);
        R::Response::decode(R::OPERATION, raw.await?)
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
    ) -> Result<Response<Content>, Fault> {
        let (http, operation) = ((entry.parts)(arguments)?.into_http()?, entry.operation);
        match entry.read {
            Read::Object(read) => {
                let reply = self.pipeline.call(http, operation, options).await?;
                Ok(read(operation, reply)?.map(Content::Json))
            }
            Read::File => {
                let file = self.pipeline.download(http, operation, options).await?;
                Ok(Download::decode(operation, file)?.map(|file| Content::File(Box::new(file))))
            }
        }
    }
}

/// The body of an answer whose type nobody knows.
pub enum Content {
    /// An object.
    Json(Value),
    /// A file under way.
    File(Box<Download>),
}

/// How many fields there are, never a text.
impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(body) => {
                let fields = body.as_object().map_or(0, serde_json::Map::len);
                write!(f, "Json({fields} fields)")
            }
            Self::File(file) => f.debug_tuple("File").field(file).finish(),
        }
    }
}

/// One row of the index: an operation by its name, from JSON to JSON. So no test and no tool needs a list of its own.
pub struct Entry {
    /// What is called.
    pub operation: &'static Operation,
    /// The request for arguments: an object with a field for each parameter, and `body`. What the operation does not have
    /// is refused.
    pub parts: fn(Value) -> Result<Parts, Fault>,
    /// How an answer that was judged a success is read.
    pub read: Read,
}

impl Entry {
    pub(crate) const fn of<R>() -> Self
    where
        R: Request + DeserializeOwned,
    {
        Self {
            operation: R::OPERATION,
            parts: |arguments| Parts::of(&from_arguments::<R>(arguments)?),
            read: <R::Response as Answer>::READ,
        }
    }
}

/// The request for arguments: an object with a field for each parameter, and `body`.
///
/// # Errors
/// They are none of this operation: the fault names a field of the operation, and nothing that was given.
pub fn from_arguments<R: Request + DeserializeOwned>(arguments: Value) -> Result<R, Fault> {
    serde_json::from_value(arguments).map_err(|error| invalid(R::OPERATION, form_of(&error)))
}

/// What is wrong with arguments, without what was given: of a wrong type serde shows the value, of an unknown field its name, which
/// may stand within a value that is secret.
fn form_of(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let names_known_fields = ["missing field", "duplicate field"];
    if names_known_fields.iter().any(|what| text.starts_with(what)) {
        return text;
    }
    if text.starts_with("unknown field") {
        let known = text.rsplit_once("`, expected ");
        // Where there are no fields, all in front of these words was given.
        return match known.filter(|_| !text.ends_with("`, there are no fields")) {
            Some((_, known)) => format!("unknown field, expected {known}"),
            None => "unknown field, where none is expected".to_owned(),
        };
    }
    "the arguments do not have the form of the operation".to_owned()
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Entry").field(&self.operation.name).finish()
    }
}
