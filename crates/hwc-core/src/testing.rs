//! A network and a clock under control, for this project's tests and for yours.
//!
//! Needs the feature `testing`. Put it in `dev-dependencies` only.
//!
//! ```
//! use std::{sync::Arc, time::Duration};
//! use bytes::Bytes;
//! use hwc_core::{CallOptions, Clock, Idempotency, Operation, Pipeline};
//! use hwc_core::testing::{FakeClock, ScriptedTransport, Step};
//! use hwc_core::identity::Token;
//!
//! const READ: Operation = Operation::new("read", "GET", "/v1/thing", Idempotency::Safe);
//!
//! let clock = FakeClock::new();
//! let network = ScriptedTransport::new(&clock)
//!     .then(Step::answer(503))
//!     .then(Step::json(200, r#"{"count":1}"#).after(Duration::from_millis(40)));
//! let pipeline = Pipeline::builder("https://example.com".parse()?)
//!     .identity(Token::new(&"token-for-tests".into())?)
//!     .clock(Arc::new(clock.clone()))
//!     .transport(Arc::new(network.clone()))
//!     .build()?;
//! let request = http::Request::get("/v1/thing").body(Bytes::new())?;
//! let reply = clock.run(pipeline.call(request, &READ, &CallOptions::default()))?;
//! assert_eq!(&*reply.body, br#"{"count":1}"#);
//! assert_eq!(network.requests().len(), 2);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub use crate::{
    clock::fake::FakeClock,
    transport::scripted::{CapturedRequest, ScriptedTransport, Step},
};
