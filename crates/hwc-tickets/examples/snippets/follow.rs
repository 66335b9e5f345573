//! Many tickets, resumed after a restart, without an echo of own messages.

use hwc_tickets::{Client, Cursor, Event, TicketId};
use std::{error::Error, path::Path, time::Duration};

/// Follows `tickets` until `enough` messages came, and gives their texts.
pub(crate) async fn follow(
    client: &Client,
    tickets: Vec<TicketId>,
    cursor: &Path,
    interval: (Duration, Duration),
    enough: usize,
) -> Result<Vec<String>, Box<dyn Error>> {
    let mut follow = client
        .follow(tickets)
        .tail(10)
        .skip_own()
        .status_events(Duration::from_secs(600))
        .interval(interval.0, interval.1);
    if let Some(cursor) = Cursor::load(cursor)? {
        follow = follow.resume(cursor);
    }
    let mut texts = Vec::new();
    let mut events = follow.stream();
    let stop = events.stop_handle();
    while let Some(event) = events.next().await {
        match event {
            Event::Message { ticket, message } => {
                println!("{ticket}: {}", message.content);
                texts.push(message.content);
                if texts.len() == enough {
                    stop.stop();
                }
            }
            Event::Status { ticket, status, .. } => println!("{ticket} is now {status:?}"),
            Event::Checkpoint(now) => now.save(cursor)?,
            Event::Degraded { error, next_try } => {
                println!("{error}; trying again in {next_try:?}");
            }
            Event::Fatal(error) => return Err(error.into()),
            _ => {}
        }
    }
    Ok(texts)
}
