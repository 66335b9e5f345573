//! From a request to a judged answer: identity, deadline, attempts, judgement.

use crate::{CallOptions, Fault, Operation};
use bytes::Bytes;

/// A client of one endpoint: cheap to clone behind an `Arc`, safe to share.
#[derive(Debug)]
pub struct Pipeline {
    _private: (),
}

/// An answer that was judged a success.
#[derive(Debug)]
#[non_exhaustive]
pub struct Reply {
    /// HTTP status.
    pub status: http::StatusCode,
    /// Headers of the answer.
    pub headers: http::HeaderMap,
    /// Body of the answer, within the size limit. Empty only for writes.
    pub body: Bytes,
    /// Request id, if the answer has one.
    pub request_id: Option<String>,
    /// Attempts on the wire.
    pub attempts: u32,
}

impl Pipeline {
    /// Sends `request` as one call of `operation`: authenticates, repeats where that is safe, and judges.
    ///
    /// # Errors
    /// A [`Fault`] says what failed and whether the call may have had an effect.
    pub async fn call(
        &self,
        request: http::Request<Bytes>,
        operation: &Operation,
        options: &CallOptions,
    ) -> Result<Reply, Fault> {
        let _ = (request, operation, options);
        todo!()
    }
}
