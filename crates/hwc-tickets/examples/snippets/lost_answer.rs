//! When the network fails at the worst moment: the outcome of the message is kept, and found out later.

use hwc_tickets::{Client, Delivery, Outcome};
use std::error::Error;

/// `keep` puts a text where it survives a crash; `None`: the message was not in doubt.
pub(crate) async fn lost_answer(
    client: &Client,
    keep: impl FnOnce(&str),
) -> Result<Option<Outcome>, Box<dyn Error>> {
    match client
        .ticket("case-123")?
        .submit("Please restart node 7")
        .await
    {
        Ok(sent) => println!("in the ticket: {:?}", sent.message()),
        Err(error) if error.delivery() == Delivery::NotSent => {
            println!("safe to send again: {error}");
        }
        Err(error) => match error.into_pending() {
            Ok(pending) => {
                // Plain JSON without the text.
                keep(&serde_json::to_string(&pending)?);
                let outcome = client.reconcile(&pending).await?;
                match &outcome {
                    Outcome::Confirmed(message) => {
                        println!("it did arrive at {}", message.created_at);
                    }
                    Outcome::Absent => println!("it did not arrive"),
                    _ => println!("still unknown, ask again later"),
                }
                return Ok(Some(outcome));
            }
            Err(error) => println!(
                "{error}\n  request {:?}\n  {}",
                error.request_id(),
                error.help()
            ),
        },
    }
    Ok(None)
}
