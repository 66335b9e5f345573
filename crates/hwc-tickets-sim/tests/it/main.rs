//! The simulator, from the pure world to the running program.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

mod agreements;
mod attachments;
mod bad_input;
mod catalog;
mod client;
mod contacts;
mod control;
mod errors;
mod examples;
mod faults;
mod files;
mod fixture;
mod fuzz;
mod identity;
mod invariants;
mod labels;
mod life;
mod oddities;
mod openings;
#[cfg(feature = "page")]
mod page;
mod particulars;
mod privileges;
#[cfg(feature = "program")]
mod program;
mod recorded;
mod relations;
mod replay;
mod stories;
mod tickets;
mod wire;
mod world;
