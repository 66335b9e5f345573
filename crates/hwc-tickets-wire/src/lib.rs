//! Huawei Cloud Service Tickets (OSM v2) word for word.
//!
//! One struct for each operation, which is a [`Request`]; one for each model; and the tables, all generated from
//! `spec/openapi.yaml` and `spec/errors.yaml` by `cargo xtask codegen`. The little that is written by hand turns a request
//! into a call of [`hwc_core::Pipeline`], and the judged answer into a [`Response`].
//!
//! This crate is complete and plain, and unstable on purpose: a change of the description changes it. Programs use
//! `hwc-tickets`, which is written for people and keeps its promises.
//!
//! What it does not do: it does not decide whether an answer is a success (the pipeline does), it checks no
//! documented limit by itself (the SDK asks for that, [`check`]), and it prints no text of a message.

mod client;
#[rustfmt::skip]
#[allow(
    clippy::all,
    missing_docs,
    rustdoc::all,
    unused_imports,
    unused_qualifications,
    reason = "generated: its form is the generator's, and nobody edits it"
)]
mod generated;
mod limit;
mod model;
mod request;
mod response;
mod shallow;
mod undecodable;
mod upload;
mod value;

pub use client::{Client, Content, Entry, from_arguments};
pub use generated::{error_codes::ERROR_CODES, index::INDEX, *};
pub use hwc_core::Download;
pub use limit::{Breach, Exceeded, Limit, Measured, Path as MeasuredPath, Unit};
pub use model::{is_set_aside, kind, set_aside_name};
pub use request::{Parts, Request, check, limits_of};
#[doc(hidden)]
pub use response::Raw;
pub use response::{Answer, FromFault, ListAnswer, Read, Response};
pub use undecodable::Undecodable;
pub use upload::Upload;
