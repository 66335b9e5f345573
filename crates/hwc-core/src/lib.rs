//! How to talk to Huawei Cloud: identity, signing, retry, deadlines, transport, judgement.
//!
//! This crate does not know what a ticket is. A service crate hands it the request, the
//! [`Operation`] it belongs to and the service's [`ErrorCode`] table; it gets back a [`Reply`] that
//! was judged a success, or a [`Fault`] that says what failed and whether it may have had an effect.

pub mod clock;
mod deadline;
pub mod endpoint;
pub mod fault;
pub mod identity;
pub mod operation;
pub mod pipeline;
pub mod rate;
pub mod retry;
pub mod secret;
pub mod sign;
#[cfg(feature = "testing")]
pub mod testing;
pub mod timeouts;
mod trace;
pub mod transport;

pub use clock::{Clock, SystemClock};
pub use endpoint::Endpoint;
pub use fault::{Category, ErrorCode, Fault, FaultFacts, FaultKind, Sent};
pub use operation::{CallOptions, Effect, Operation};
pub use pipeline::{BuildError, Pipeline, PipelineBuilder, Reply};
pub use rate::RateLimit;
pub use retry::RetryPolicy;
pub use timeouts::Timeouts;
pub use transport::{HttpTransport, ProxyChoice, Transport};
