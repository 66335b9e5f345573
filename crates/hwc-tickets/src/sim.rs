//! A local simulator of the service, to test your own integration against (feature `sim`).
//!
//! Here is what most tests need, and [`client`] makes a client of a running one. Everything else of the crate `hwc-tickets-sim`
//! is in [`hwc_tickets_sim`].
//!
//! ```
//! use hwc_tickets::sim::{self, Fault, Operation, FaultRule, Simulator};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let service = Simulator::start().await?;
//! // It acts, then the connection drops.
//! service.fault(FaultRule::new(Operation::CreateMessages, Fault::Close).after_commit());
//! let client = sim::client(&service).build()?;
//! let sent = client.ticket("case-123")?.submit("only once").await?;
//! assert_eq!(sent.attempts, 1);
//! assert_eq!(service.arrived("case-123"), ["only once"]);
//! # Ok(()) }
//! ```

pub use hwc_tickets_sim::{
    self, Credentials, Fault, FaultRule, Operation, Quirks, Route, Rules, Simulator,
    SimulatorBuilder, StartError, TicketSeed, Time,
};

use crate::{Client, ClientBuilder, SecretString};

/// A builder of clients of `service`, signed in as its customer.
///
/// It takes nothing from the environment. Set what your test needs, then build.
pub fn client(service: &Simulator) -> ClientBuilder {
    Client::builder()
        .endpoint(service.endpoint())
        .token(SecretString::from(service.credentials().token))
}
