//! Many messages: a few at a time, each with its own outcome. Their pace is the `rate_limit` of the client, if it has one.

use futures_util::stream;
use hwc_tickets::{Client, Delivery, Draft, ErrorKind};

/// Gives the tickets whose message was not sent, with the reason.
pub(crate) async fn submit_all(client: &Client, drafts: Vec<Draft>) -> Vec<(Draft, Delivery)> {
    let mut failed = Vec::new();
    let mut outcomes = client
        .submit_all(stream::iter(drafts))
        .concurrency(4)
        .stop_on(ErrorKind::Unauthorized)
        .stream();
    while let Some((draft, outcome)) = outcomes.next().await {
        match outcome {
            Ok(_) => println!("{} ok", draft.ticket),
            Err(error) => {
                println!("{} {:?} {error}", draft.ticket, error.delivery());
                failed.push((draft, error.delivery()));
            }
        }
    }
    failed
}
