//! Carries the exchanges over the wire, to the SDK and to the simulator. What exchanges are and how they are compared with the
//! description is in the package `exchanges`; the contracts themselves are the tests in `tests/it`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "all of this is test code: a test fails by panicking"
)]

pub use exchanges::{compare, description, errors, exchange, facts, loss, sample, synthesis};

pub mod request;
pub mod sdk;
pub mod server;
pub mod simulator;
pub mod wire;
