//! A conversation from the terminal: each line typed is submitted, and what others write appears.
//!
//! `cargo run -p hwc-tickets-sim -- --control --engineers manual` in one terminal, with `http://127.0.0.1:8480/` in a
//! browser to play the engineer, and in another:
//!
//! `HWC_TICKETS_ENDPOINT=http://127.0.0.1:8480 HWC_TICKETS_TOKEN=TOKENEXAMPLE cargo run -p hwc-tickets --example talk case-123`
#![allow(
    clippy::print_stdout,
    reason = "an example tells its story on the terminal"
)]

use std::{env, error::Error, io, pin::pin, thread, time::Duration};

use hwc_tickets::{Client, Event, Ticket};
use tokio::sync::mpsc::{self, UnboundedReceiver};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = Client::from_env().await?;
    let id = env::args().nth(1).unwrap_or_else(|| "case-123".to_owned());
    let ticket = client.ticket(id)?;
    let mut events = client
        .follow([ticket.id().clone()])
        .interval(Duration::from_millis(500), Duration::from_secs(3))
        .skip_own()
        .stream();
    // Beside the events, not between them: a message whose answer is lost is looked for, and that takes a while.
    let mut sending = pin!(send(&ticket, typed()));
    println!("talking in {}; an empty line ends it", ticket.id());
    loop {
        tokio::select! {
            event = events.next() => match event {
                Some(Event::Message { message, .. }) => {
                    let author = message.author.name.as_deref().unwrap_or("somebody");
                    // What others wrote must not move the cursor.
                    println!("{}: {}", author.escape_debug(), message.content.escape_debug());
                }
                Some(Event::Degraded { error, .. }) => println!("(trouble, trying again: {error})"),
                Some(Event::Fatal(error)) => return Err(error.into()),
                Some(_) => {}
                None => return Ok(()),
            },
            () = sending.as_mut() => return Ok(()),
        }
    }
}

/// Submits the lines in their order, up to an empty one.
async fn send(ticket: &Ticket, mut lines: UnboundedReceiver<String>) {
    while let Some(line) = lines.recv().await.filter(|line| !line.is_empty()) {
        match ticket.submit(&line).await {
            Ok(sent) if sent.is_confirmed() => println!("(confirmed)"),
            Ok(_) => println!("(accepted)"),
            Err(error) => println!("({error})"),
        }
    }
}

/// Lines of the terminal. Reading them blocks, so a thread of its own does it.
fn typed() -> UnboundedReceiver<String> {
    let (sender, lines) = mpsc::unbounded_channel();
    thread::spawn(move || {
        for line in io::stdin().lines() {
            let Ok(line) = line else { return };
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    lines
}
