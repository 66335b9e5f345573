//! A whole conversation with a support engineer, against a simulated service in this process.
//!
//! Run it with `cargo run -p hwc-tickets --example conversation`. No account and no network are needed.
#![allow(
    clippy::print_stdout,
    reason = "an example tells its story on the terminal"
)]

use std::{error::Error, time::Duration};

use hwc_tickets::{
    Client, Endpoint, Event, Message, MessageKind, TicketId,
    identity::{CachedIdentity, IamPassword, IamUser},
    jiff::Timestamp,
    sim::{Fault, FaultRule, Operation, Simulator},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let service = Simulator::builder().seed(7).start().await?;
    println!("A simulated service listens on {}.\n", service.endpoint());

    println!("1. Who am I? A password becomes a token, which is renewed by itself.");
    let demo = service.credentials();
    let user = IamUser::new(demo.account, demo.user, demo.password);
    let login = IamPassword::new(user)?.with_endpoint(Endpoint::parse(&service.endpoint())?);
    let client = Client::builder()
        .endpoint(service.endpoint())
        .identity(CachedIdentity::new(login))
        .build()?;
    let ticket = client.ticket("case-123")?;
    let status = ticket.status().await?;
    println!(
        "   signed in as {}; the status of {} is {status:?}\n",
        demo.user,
        ticket.id()
    );

    // Followed from here on, so that nothing said below is missed.
    let mut events = client
        .follow([ticket.id().clone()])
        .interval(Duration::from_millis(20), Duration::from_millis(200))
        .stream();

    // The service tells times to the second.
    let began = Timestamp::from_second(service.now().as_second())?;
    println!(
        "2. I write, on a bad day: the service takes the message, and the connection drops before it says so."
    );
    service.fault(FaultRule::new(Operation::CreateMessages, Fault::Close).after_commit());
    let sent = ticket.submit("The disk of node 7 is full again.").await?;
    println!(
        "   {} request on the wire, read back from the ticket: {}",
        sent.attempts,
        if sent.is_confirmed() {
            "it is there"
        } else {
            "accepted"
        },
    );
    println!(
        "   the service's own ledger: {:?}\n",
        service.arrived("case-123")
    );

    println!("3. The engineer answers, and the follower hears of it.");
    service.trigger("case-123");
    let stop = events.stop_handle();
    while let Some(event) = events.next().await {
        match event {
            Event::Message { message, .. } => {
                say(&message);
                let new = message.created_at.instant() >= Some(began);
                if new && message.kind == MessageKind::Support {
                    stop.stop();
                }
            }
            Event::Degraded { error, .. } => println!("   (trouble, trying again: {error})"),
            Event::Fatal(error) => return Err(error.into()),
            _ => {}
        }
    }

    println!("\n4. How much is unread, over several tickets at once?");
    let tickets = ["case-123", "TT202611210003", "no-such-ticket"]
        .into_iter()
        .map(TicketId::try_from)
        .collect::<Result<Vec<_>, _>>()?;
    let unread_counts = client.unread(tickets).fetch().await;
    for (ticket, count) in &unread_counts.unread {
        println!("   {count:>3} {ticket}");
    }
    for ticket in &unread_counts.unanswered {
        println!("     ? {ticket} (the service said nothing about it, which is not the same as 0)");
    }

    println!("\n5. The whole conversation, oldest first, page by page behind the scenes.");
    let mut history = ticket.history().oldest_first().page_size(2).stream();
    while let Some(message) = history.next().await {
        say(&message?);
    }
    println!(
        "   a gap cannot be excluded: {}",
        history.report().possible_gap
    );

    println!("\n6. All of it is read.");
    ticket.mark_read().await?;
    let left = client.unread([ticket.id().clone()]).fetch().await.total();
    println!("   unread now: {left}");

    println!("\n7. One message too many, taken back.");
    ticket.submit("Sorry, wrong ticket.").await?;
    let id = ticket.recall_last().await?;
    println!(
        "   {id} is gone; taking it back again is harmless: {:?}",
        ticket.recall(&id).await?
    );

    println!(
        "\nWhat reached the ticket in the end: {:?}",
        service.arrived("case-123")
    );
    service.shutdown().await;
    Ok(())
}

/// One line per message. Foreign text is shown with its control characters escaped.
fn say(message: &Message) {
    let author = message.author.name.as_deref().unwrap_or("somebody");
    println!(
        "   {} {}: {}",
        message.created_at,
        author.escape_debug(),
        message.content.escape_debug(),
    );
    for attachment in &message.attachments {
        println!("       with {}", attachment.file_name.escape_debug());
    }
}
