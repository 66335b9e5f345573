//! The whole conversation, oldest first, and the proof that it is whole.

use hwc_tickets::{ReadReport, Ticket};
use std::error::Error;

pub(crate) async fn whole_conversation(ticket: &Ticket) -> Result<ReadReport, Box<dyn Error>> {
    let since = "2020-01-01T00:00:00+08:00".parse()?;
    let mut messages = ticket.history().since(since).oldest_first().stream();
    while let Some(message) = messages.next().await {
        let message = message?;
        println!(
            "{} {:?}: {}",
            message.created_at, message.kind, message.content
        );
    }
    assert!(!messages.report().possible_gap);
    Ok(messages.report())
}
