//! How much is unread over a thousand tickets. One bad batch does not hide the rest.

use hwc_tickets::{Client, TicketId, UnreadCounts};

pub(crate) async fn unread_counts(client: &Client, thousand: Vec<TicketId>) -> UnreadCounts {
    let unread_counts = client.unread(thousand).concurrency(4).fetch().await;
    for (ticket, number) in unread_counts
        .unread
        .iter()
        .filter(|(_, number)| **number > 0)
    {
        println!("{number:>4} {ticket}");
    }
    for batch in &unread_counts.failed {
        println!(
            "{} tickets not answered: {}",
            batch.tickets.len(),
            batch.error
        );
    }
    unread_counts
}
