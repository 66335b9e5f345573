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
//! // The other side answers, and goes on.
//! service.reply_as_engineer("case-123", "Thank you.")?;
//! service.set_status("case-123", sim::Status::Completed)?;
//! assert!(service.set_status("case-none", sim::Status::Completed).is_err_and(|refusal| refusal == sim::Refusal::NoSuchTicket));
//! # Ok(()) }
//! ```

pub use hwc_tickets_sim::{
    self, Arrival, Credentials, DEMO, Engineers, Entry, Fault, FaultRule, Label, MoreBoundary,
    Operation, Quirks, Refusal, Route, Rules, Simulator, SimulatorBuilder, StartError, Status,
    TicketSeed, Time,
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
