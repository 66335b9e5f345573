//! Contract tests: where description, recorded exchanges, wire, SDK and simulator are made to agree.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod arguments;
mod decode;
mod exchanges;
mod fields;
mod hostile;
mod raw;
mod sdk;
mod simulator;
mod soak;
mod statuses;
mod stories;
mod wire;
