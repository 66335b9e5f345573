//! Tests of the project's own commands: one program, one module per subject.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod assurance;
mod bench;
mod calls;
mod defects;
mod diff;
mod drift;
mod exchanges;
mod facts;
mod fuzz;
mod house;
mod kit;
mod libfuzzer;
mod lowering;
mod parts;
mod program;
mod published;
mod readme;
mod table;
mod tidy;
