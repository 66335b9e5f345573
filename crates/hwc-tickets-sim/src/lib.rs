//! Huawei Cloud Service Tickets as a local service to develop and test against.
//!
#![doc = include_str!("../README.md")]

mod catalogue;
mod clock;
mod control;
mod credentials;
mod description;
mod domain;
mod fault;
mod http;
mod journal;
mod operation;
#[cfg(feature = "page")]
mod page;
#[cfg(feature = "program")]
pub mod program;
mod quirks;
#[cfg(feature = "page")]
mod reference;
mod replay;
mod simulator;
mod state;

pub use clock::Time;
pub use credentials::Credentials;
pub use description::UnknownOperation;
pub use domain::*;
pub use fault::{Fault, FaultRule, Route};
pub use journal::{Entry, Example};
pub use operation::Operation;
pub use quirks::*;
pub use replay::Replay;
pub use simulator::{Simulator, SimulatorBuilder, StartError};
