//! How much is unread over a thousand tickets. One bad batch does not hide the rest.

use hwc_tickets::{Client, Digest, TicketId};

pub(crate) async fn unread_digest(client: &Client, thousand: Vec<TicketId>) -> Digest {
    let digest = client.unread(thousand).concurrency(4).fetch().await;
    for (ticket, number) in digest.unread.iter().filter(|(_, number)| **number > 0) {
        println!("{number:>4} {ticket}");
    }
    for batch in &digest.failed {
        println!(
            "{} tickets not answered: {}",
            batch.tickets.len(),
            batch.error
        );
    }
    digest
}
