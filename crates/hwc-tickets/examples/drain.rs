//! Handles what is unread, at least once: marked read only after all of it is handled.
//!
//! Set `HWC_TICKETS_ENDPOINT` and `HWC_TICKETS_TOKEN`, for instance as `hwc-tickets sim` prints them, then
//! `cargo run -p hwc-tickets --example drain -- case-123`.
#![allow(
    clippy::print_stdout,
    reason = "an example tells its story on the terminal"
)]

use hwc_tickets::{Client, Message, Ticket, mark_read::Drained};
use std::error::Error;

/// Errors of the bridge, those of the ticket service among them.
type Failure = Box<dyn Error + Send + Sync>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let id = std::env::args().nth(1).unwrap_or("case-123".to_owned());
    let ticket = Client::from_env().await?.ticket(id)?;
    let drained = drain(&ticket).await?;
    println!("{} handled; {} is read.", drained.handled, ticket.id());
    if drained.local_clock {
        println!("The service told no time: is the clock of this machine right?");
    }
    Ok(())
}

/// When `post_to_jira` fails, nothing of this round is marked, and it comes again next time.
pub(crate) async fn drain(ticket: &Ticket) -> Result<Drained, Failure> {
    ticket.drain_unread(post_to_jira).await
}

/// Stands for the other side. A message may come twice: its key tells.
async fn post_to_jira(message: Message) -> Result<(), Failure> {
    println!("{}", message.key());
    println!(
        "  {} {}",
        message.created_at,
        message.content.escape_debug()
    );
    Ok(())
}
