//! Reads the description and the recorded exchanges, and carries them over the wire. The contracts themselves are the
//! tests in `tests/it`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "all of this is test code: a test fails by panicking"
)]

pub mod compare;
pub mod description;
pub mod errors;
pub mod exchange;
pub mod facts;
pub mod loss;
pub mod request;
pub mod sample;
pub mod sdk;
pub mod server;
pub mod simulator;
pub mod synthesis;
pub mod wire;
