//! The service in a bottle.

pub mod domain;
mod quirks;

pub use domain::*;
pub use quirks::*;
