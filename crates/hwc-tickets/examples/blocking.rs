//! No async: a script that writes into a ticket and prints the conversation.
//!
//! Set `HWC_TICKETS_ENDPOINT` and `HWC_TICKETS_TOKEN`, for instance as `hwc-tickets sim` prints them, then
//! `cargo run -p hwc-tickets --features blocking --example blocking -- case-123`.
#![allow(
    clippy::print_stdout,
    reason = "an example tells its story on the terminal"
)]

use hwc_tickets::{
    Result,
    blocking::{Client, Ticket},
};

fn main() -> Result<()> {
    let id = std::env::args().nth(1).unwrap_or("case-123".to_owned());
    let ticket = Client::from_env()?.ticket(id)?;
    hello(&ticket)
}

pub(crate) fn hello(ticket: &Ticket) -> Result<()> {
    ticket.submit("Hello from a script")?;
    for message in ticket.history()? {
        let message = message?;
        println!("{} {}", message.created_at, message.content.escape_debug());
    }
    Ok(())
}
