//! A thin coat of HTTP around the world: requests become commands, outcomes become bytes.

pub(crate) mod answer;
mod archive;
pub(crate) mod auth;
mod form;
pub(crate) mod gateway;
mod iam;
mod parse;
mod render;
pub(crate) mod routes;
pub(crate) mod serve;
mod signature;
mod spoil;
mod zone;
