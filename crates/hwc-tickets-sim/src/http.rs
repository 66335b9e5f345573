//! A thin coat of HTTP around the world: requests become commands, outcomes become bytes.

mod alarm;
pub(crate) mod answer;
mod archive;
mod asked;
pub(crate) mod auth;
mod call;
mod date;
mod files;
mod form;
pub(crate) mod gateway;
pub(crate) mod handler;
pub(crate) mod hex;
mod iam;
mod json;
mod linked;
mod render;
pub(crate) mod routes;
pub(crate) mod serve;
mod signature;
mod spoil;
mod stub;
mod validate;
mod zone;
