//! Tests of the public interface of the wire crate, over a scripted network: one program, one module per subject.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod answers;
mod calls;
mod debug;
mod fuzz;
mod kinds;
mod official;
mod paths;
mod service;
mod shallow;
mod tables;
