//! The service in a bottle: Huawei Cloud Service Tickets as a local service to develop and test against.
//!
//! An independent project. It behaves as the published documents say the service does; it was never compared with the live
//! service. It shares no code with the client of this project, so that two equal mistakes cannot cancel out.
//!
//! ```
//! use hwc_tickets_sim::{Fault, Operation, Order, Simulator};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), hwc_tickets_sim::StartError> {
//! let sim = Simulator::start().await?;
//! println!("point your client at {} with token {}", sim.endpoint(), sim.credentials().token);
//!
//! // The next submit is stored, and then the line drops before anybody is told.
//! sim.fault(Order::new(Operation::CreateMessages, Fault::Close).after_acting());
//! // .. let your program run, then ask what really arrived:
//! assert_eq!(sim.arrived("case-123"), Vec::<String>::new());
//! sim.shutdown().await;
//! # Ok(())
//! # }
//! ```
//!
//! - [`Simulator`] is a running one; [`Simulator::builder`] sets it up, and [`program`] is the same as a program.
//! - [`World`] is the service itself as a plain value: no network, no clock, no surprises.
//! - [`Order`] is bad weather; [`Quirks`] are the documented oddities; [`Rules`] are the choices where documents are silent.
//! - [`Simulator::ledger`] and [`Simulator::journal`] say what really happened.

mod catalogue;
mod clock;
mod control;
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
mod simulator;
mod state;

pub use clock::Time;
pub use domain::*;
pub use fault::{Fault, Order, Route};
pub use journal::Entry;
pub use operation::Operation;
pub use quirks::*;
pub use simulator::{Credentials, Simulator, SimulatorBuilder, StartError};
