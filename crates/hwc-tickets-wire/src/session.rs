//! The client of the wire: what it is made of, and what one call carries.

use crate::{
    answer::{self, Answer},
    former,
    generated::Client,
    page::Prune,
    path,
};
use hwc_core::{CallOptions, Fault, FaultKind, Operation, Pipeline, Reply, Sent};
use progenitor_client::{Error, ResponseValue};
use std::sync::{Arc, OnceLock};

/// The service word for word, over a [`Pipeline`]. Cheap to clone.
#[derive(Debug, Clone)]
pub struct WireClient {
    pipeline: Arc<Pipeline>,
    /// Scheme and host, without a slash at the end.
    base: Arc<str>,
}

impl WireClient {
    /// A client over `pipeline`.
    #[must_use]
    pub fn new(pipeline: Arc<Pipeline>) -> Self {
        let base = pipeline.endpoint().to_string();
        Self {
            base: base.trim_end_matches('/').into(),
            pipeline,
        }
    }

    /// The pipeline that carries the calls.
    #[must_use]
    pub fn pipeline(&self) -> &Arc<Pipeline> {
        &self.pipeline
    }

    /// The operations as methods, each call of which uses `options`.
    #[must_use]
    pub fn with(&self, options: CallOptions) -> Call {
        Call {
            client: self.clone(),
            options,
        }
    }
}

/// The operations of the service, one method each; arguments stand in the order of the generated client: path values,
/// then the rest by name, the body last.
#[derive(Debug, Clone)]
pub struct Call {
    client: WireClient,
    options: CallOptions,
}

impl Call {
    /// Prepares one call of `operation`.
    ///
    /// # Errors
    /// A path value that could change the route.
    pub(crate) fn open(
        &self,
        operation: &'static Operation,
        path_values: &[(&'static str, &str)],
    ) -> Result<Open, Fault> {
        path::check(operation, path_values)?;
        let former = former::former().ok_or_else(|| {
            Fault::new(
                FaultKind::InvalidInput,
                Sent::No,
                "the builder of HTTP requests does not start",
            )
            .of(operation)
        })?;
        let reply = Arc::new(OnceLock::new());
        let session = Session {
            pipeline: Arc::clone(&self.client.pipeline),
            options: self.options.clone(),
            reply: Arc::clone(&reply),
        };
        Ok(Open {
            client: Client::new_with_client(&self.client.base, former, session),
            operation,
            reply,
        })
    }
}

/// One call under way: the generated client made for it, and where its reply arrives.
pub(crate) struct Open {
    /// The generated client of this one call.
    pub(crate) client: Client,
    operation: &'static Operation,
    reply: Arc<OnceLock<Reply>>,
}

impl Open {
    /// The end of the call: an answer or the fault.
    pub(crate) fn settle<T: Prune>(
        self,
        result: Result<ResponseValue<T>, Error<()>>,
    ) -> Result<Answer<T>, Fault> {
        // The generated client holds the other end; without it the reply can be taken out without a copy.
        drop(self.client);
        let reply = Arc::into_inner(self.reply).and_then(OnceLock::into_inner);
        answer::settle(self.operation, reply, result)
    }
}

/// What the generated client carries through one call.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) pipeline: Arc<Pipeline>,
    pub(crate) options: CallOptions,
    /// Filled by the hook on success. The generated code has no way to hand these up when a body does not decode.
    pub(crate) reply: Arc<OnceLock<Reply>>,
}
