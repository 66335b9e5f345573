//! The whole conversation, oldest first, and the proof that it is whole.

use hwc_tickets::{Audit, Ticket};
use std::error::Error;

pub(crate) async fn whole_conversation(ticket: &Ticket) -> Result<Audit, Box<dyn Error>> {
    let since = "2020-01-01T00:00:00+08:00".parse()?;
    let mut messages = ticket.history().since(since).oldest_first().stream();
    while let Some(message) = messages.next().await {
        let message = message?;
        println!(
            "{} {:?}: {}",
            message.created_at, message.kind, message.content
        );
    }
    assert!(!messages.audit().possible_gap);
    Ok(messages.audit())
}
