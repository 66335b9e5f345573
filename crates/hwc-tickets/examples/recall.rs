//! Sends a message with an attachment and a confidential note, and takes it back.
//!
//! Set `HWC_TICKETS_ENDPOINT` and `HWC_TICKETS_TOKEN`, for instance as `hwc-tickets sim` prints them, then
//! `cargo run -p hwc-tickets --example recall -- case-123 [ATTACHMENT_ID]`. A note is sent along when
//! `CONFIDENTIAL_NOTE` is set.
#![allow(
    clippy::print_stdout,
    reason = "an example tells its story on the terminal"
)]

use hwc_tickets::{AttachmentId, Client, Confirm, Recalled, Result, SecretString, Ticket};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let id = arguments.next().unwrap_or("case-123".to_owned());
    let attachment = arguments.next().map(AttachmentId::try_from).transpose()?;
    let note = std::env::var("CONFIDENTIAL_NOTE").ok();
    let ticket = Client::from_env().await?.ticket(id)?;
    match send_and_recall(&ticket, attachment, note.map(SecretString::from)).await? {
        Some(recalled) => println!("Sent, found and taken back: {recalled:?}."),
        None => println!("Sent, but the ticket does not show its id yet."),
    }
    Ok(())
}

pub(crate) async fn send_and_recall(
    ticket: &Ticket,
    attachment: Option<AttachmentId>,
    note: Option<SecretString>,
) -> Result<Option<Recalled>> {
    let mut submit = ticket.submit("See the log.").confirm(Confirm::Always);
    if let Some(attachment) = attachment {
        submit = submit.attach(attachment);
    }
    if let Some(note) = note {
        submit = submit.confidential(note);
    }
    let sent = submit.await?;
    // Submitting gives no id, and neither does history: the ticket detail does.
    let id = match sent.message() {
        Some(message) => ticket.find_id(message).await?,
        None => None,
    };
    match id {
        Some(id) => Ok(Some(ticket.recall(&id).await?)),
        None => Ok(None),
    }
}
