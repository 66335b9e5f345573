//! Exchanges with the service, in one place: recorded ones, those made from the description, what they are compared with,
//! and the facts of the description made wrong. `cargo xtask spec` and the contract tests both ask here, so there is one
//! answer. Its form and its words are explained in `spec/README.md`.
//!
//! What reads a description or a recorded file gives errors. What only tests and the kit for other languages call
//! ([`description::Description::read`], [`exchange::recorded`], [`synthesis`], [`facts`], [`sample`]) panics instead.

pub mod compare;
pub mod description;
pub mod errors;
pub mod exchange;
pub mod facts;
pub mod loss;
mod path;
pub mod sample;
mod schema;
pub mod synthesis;

pub use schema::{Broken, Compiled, typed};
