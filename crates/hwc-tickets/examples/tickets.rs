//! A ticket from its opening to its end: opened, seen in the list, closed, and what to do where a call fails.
//!
//! `cargo run -p hwc-tickets --example tickets`. A simulated service in this process answers: no account and no network are needed.
#![allow(
    clippy::print_stdout,
    reason = "an example tells its story on the terminal"
)]

use hwc_tickets::{
    Client, Created, Delivery, DraftProblem, Ended, Error, ErrorKind, Ticket, TicketDraft,
    TicketStatus,
    sim::{self, Fault, FaultRule, Operation, Simulator},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let service = Simulator::builder().seed(7).start().await?;
    let client = sim::client(&service).build()?;

    println!("1. Opened on a bad day: the connection drops before the service says so.");
    service.fault(FaultRule::new(Operation::CreateCases, Fault::Close).after_commit());
    let created = open(&client, draft()).await?;
    println!("   {}, {:?}", created.ticket, created.receipt);

    println!("\n2. What is open?");
    let mut tickets = client.tickets().list().items();
    while let Some(listed) = tickets.next().await {
        let listed = listed?;
        if !listed.status.has_ended() {
            let title = listed.title.escape_debug();
            println!("   {} {:?}: {title}", listed.raw_id, listed.status);
        }
    }

    println!(
        "\n3. An engineer answers, and the ticket is closed. Doing it twice is doing it once."
    );
    let ticket = client.ticket(created.ticket)?;
    service.reply_as_engineer(ticket.id().as_str(), "Old snapshots fill it. May they go?")?;
    ticket.submit("Yes, delete them.").await?;
    let (first, second) = (end(&ticket).await?, end(&ticket).await?);
    println!("   {first:?}, then {second:?}");

    println!("\n4. And when it fails?");
    if let Err(error) = end(&client.ticket("no-such-ticket")?).await {
        println!("   {error}: {}", what_to_do(&error));
    }
    service.shutdown().await;
    Ok(())
}

pub(crate) fn draft() -> TicketDraft {
    // The ids are from `client.lookups()`.
    TicketDraft::new(
        "7d3e0c52b8f94a1e96c47f20d15ab8e3",
        "The disk of node 8 is full.",
    )
    .product("123")
    .region("cn-north-4")
}

/// Opens a ticket. An agreement that is not signed yet is shown, and signed with it.
pub(crate) async fn open(client: &Client, draft: TicketDraft) -> Result<Created, Error> {
    let error = match client.create_ticket(draft.clone()).await {
        Err(error) => error,
        created => return created,
    };
    let [DraftProblem::Unsigned { agreement }] = error.draft_problems() else {
        return Err(error);
    };
    // Ask a person here: signing binds.
    println!("   agreed to: {}", agreement.name.escape_debug());
    client.create_ticket(draft).agreed(agreement).await
}

/// Ends a ticket: one that nobody has taken yet is taken back, every other one is closed.
pub(crate) async fn end(ticket: &Ticket) -> Result<Ended, Error> {
    let closed = ticket.close().words("It works again.").await;
    let refusal = closed.as_ref().err().and_then(Error::state_refusal);
    match refusal {
        Some(refusal) if refusal.status == TicketStatus::Pending => ticket.cancel().await,
        _ => closed,
    }
}

/// A program decides by the kind and the delivery, never by the words.
pub(crate) fn what_to_do(error: &Error) -> &'static str {
    if error.is_write() && error.delivery() == Delivery::Unknown {
        return "it may have happened: find out before it is done again";
    }
    match error.kind() {
        ErrorKind::InvalidInput | ErrorKind::NotFound => "correct what was asked for",
        ErrorKind::Credentials | ErrorKind::Unauthorized | ErrorKind::Forbidden => {
            "mend the account"
        }
        _ if error.is_retryable() => "do it again, not before `retry_after` has passed",
        _ => "show it to a person",
    }
}
