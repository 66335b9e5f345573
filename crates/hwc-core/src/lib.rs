//! How to talk to Huawei Cloud: identity, signing, retry, deadlines, transport, judgement.
//!
//! This crate does not know what a ticket is. A service crate hands it the request, the
//! [`Operation`] it belongs to and the service's [`ErrorCode`] table; it gets back a [`Reply`] that
//! was judged a success, or a [`Fault`] that says what failed and whether it may have had an effect.
//! Files go up from a [`Source`] and come down as a [`Download`], both streamed.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use bytes::Bytes;
//! use hwc_core::{
//!     CallOptions, Delivery, Idempotency, Makes, Operation, Pipeline, RequestContent, identity::Token,
//! };
//!
//! const SUBMIT: Operation = Operation::new(
//!     "submitThing",
//!     "POST",
//!     "/v1/things/{thing_id}/message",
//!     Idempotency::NotIdempotent,
//! )
//! .with_request(RequestContent::Json)
//! .with_makes(Makes::Nothing);
//! let pipeline = Pipeline::builder("https://things.cn-south-1.myhuaweicloud.com".parse()?)
//!     .identity(Token::new(&std::env::var("TOKEN")?.into())?)
//!     .build()?;
//! let request = http::Request::post("/v1/things/T-1/message")
//!     .header("content-type", "application/json")
//!     .body(Bytes::from_static(br#"{"content":"The disk is full."}"#))?;
//! match pipeline.call(request, &SUBMIT, &CallOptions::default()).await {
//!     Ok(reply) => println!("done after {} attempts", reply.attempts),
//!     Err(fault) if fault.delivery == Delivery::Unknown => println!("read back first: {fault}"),
//!     Err(fault) => println!("not done: {fault}; {}", fault.help()),
//! }
//! # Ok(())
//! # }
//! ```

pub mod body;
pub mod clock;
mod deadline;
pub mod delivery;
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

// Public for the other crates of this project alone: nothing in these is promised.
#[doc(hidden)]
pub mod file;
#[doc(hidden)]
pub mod foreign;
#[doc(hidden)]
pub mod headers;
#[doc(hidden)]
pub mod offload;
#[doc(hidden)]
pub mod variables;

pub use body::{Body, FilePart, Form, Source};
pub use clock::{Clock, SystemClock};
pub use delivery::Delivery;
pub use endpoint::Endpoint;
pub use fault::{Category, ErrorCode, Fault, FaultFacts, FaultKind};
#[doc(inline)]
pub use file::Unreadable;
pub use operation::{CallOptions, Idempotency, Makes, Operation, RequestContent, ResponseContent};
pub use pipeline::{BuildError, Download, Pipeline, PipelineBuilder, Reply};
pub use rate::RateLimit;
pub use retry::RetryPolicy;
pub use timeouts::Timeouts;
pub use transport::{HttpTransport, ProxyChoice, Transport};
