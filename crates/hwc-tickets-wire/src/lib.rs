//! Huawei Cloud Service Tickets (OSM v2) word for word.
//!
//! The types, the methods and the tables are generated from `spec/openapi.yaml` and `spec/errors.yaml` by
//! `cargo xtask codegen`. The little that is written by hand turns a generated request into a call of
//! [`hwc_core::Pipeline`], and the judged answer into an [`Answer`].
//!
//! This crate is complete and dull, and unstable on purpose: a change of the description changes it. Programs use
//! `hwc-tickets`, which is written for people and keeps its promises.
//!
//! What it does not do: it does not decide whether an answer is a success (the pipeline does), it checks no
//! documented limit (the front door does, from [`limits`]), and it prints no text of a message.

mod answer;
mod former;
#[rustfmt::skip]
#[allow(
    clippy::all,
    clippy::missing_errors_doc,
    dead_code,
    missing_docs,
    rustdoc::all,
    unreachable_pub,
    unused_imports,
    unused_mut,
    unused_qualifications,
    reason = "generated: its form is the generator's, and nobody edits it"
)]
mod generated;
mod hooks;
mod lenient;
mod limit;
mod page;
mod path;
mod redact;
mod session;
mod shallow;

pub use answer::{Answer, Undecodable};
pub use generated::{
    error_codes::{self, ERROR_CODES},
    limits, operations, types,
};
pub use limit::{Limit, Unit};
pub use page::{kind, set_aside_name};
pub use session::{Call, WireClient};

pub(crate) use session::Session;
