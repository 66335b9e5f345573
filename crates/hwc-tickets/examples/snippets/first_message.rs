//! The first message. Address and credentials come from the environment.

use hwc_tickets::{Client, Result, Sent};

pub(crate) async fn first_message() -> Result<Sent> {
    let client = Client::from_env().await?;
    let sent = client
        .ticket("case-123")?
        .submit("The disk is full again.")
        .await?;
    println!("in the ticket after {} attempt(s)", sent.attempts);
    Ok(sent)
}
