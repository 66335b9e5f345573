//! A file goes along with a message: checked, uploaded, named by the message, and saved again.

use hwc_tickets::Client;
use std::{error::Error, path::Path};

/// The bytes of the file as the service has them.
pub(crate) async fn attachment(client: &Client, file: &Path) -> Result<Vec<u8>, Box<dyn Error>> {
    let ticket = client.ticket("case-123")?;
    // If the message is not made in the end, the error tells the id of what was uploaded for it.
    ticket.submit("Here is the log.").attach(file).await?;

    // As anybody finds it in the conversation.
    let newest = ticket.history().limit(1).collect().await?.messages;
    let attachment = newest
        .first()
        .and_then(|message| message.attachments.first());
    let attachment = attachment.ok_or("the message shows no attachment")?;
    // Under its own name, made safe; whole or not at all, however large it is.
    let directory = tempfile::tempdir()?;
    let saved = client
        .download(attachment)
        .into_directory(directory.path())
        .await?;
    println!("{} bytes came back", saved.bytes);
    Ok(std::fs::read(saved.path)?)
}
