//! For tests of programs that use this crate: a scripted network and a clock on which no real time
//! passes.
//!
//! Needs the feature `testing`; put it in `dev-dependencies` only.
//!
//! ```
//! use hwc_tickets::{Client, Delivery, SecretString};
//! use hwc_tickets::testing::{FakeClock, ScriptedTransport, Step};
//!
//! // The first request reads the conversation, the second one is refused.
//! let clock = FakeClock::new();
//! let network = ScriptedTransport::new(&clock)
//!     .then(Step::json(200, r#"{"count":0,"message_list":[]}"#))
//!     .then(Step::json(200, r#"{"error_code":"OSM.01010001","error_msg":"Param validation failed."}"#));
//! let client = Client::builder()
//!     .token(SecretString::from("token-for-tests"))
//!     .clock(clock.clone())
//!     .transport(network.clone())
//!     .build()?;
//! let error = clock.run(async { client.ticket("case-123")?.submit("Hello").await }).unwrap_err();
//! assert_eq!(error.delivery(), Delivery::Rejected);
//! assert_eq!(network.requests().len(), 2);
//! # Ok::<(), hwc_tickets::Error>(())
//! ```

pub use hwc_core::testing::{CapturedRequest, FakeClock, ScriptedTransport, Step};
