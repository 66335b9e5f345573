//! A file goes along with a message: uploaded, named by the message, and read back.

use hwc_tickets::{AttachmentId, Client, api::Source};
use std::{error::Error, path::Path};

/// The bytes of the file as the service has them.
pub(crate) async fn attachment(client: &Client, file: &Path) -> Result<Vec<u8>, Box<dyn Error>> {
    // Opened here, streamed from the disk, and sent again from the start where the service allows a repeat.
    let source = Source::file(file)?;
    let for_messages = r#"{"accessFrom":"message"}"#;
    let upload = client.attachments().upload(for_messages, source).await?;
    // The answer is the only place that tells the id. It can be used once.
    let id = upload.body.accessory_id.ok_or("the service gave no id")?;

    let ticket = client.ticket("case-123")?;
    let attached = AttachmentId::try_from(id.as_str())?;
    ticket.submit("Here is the log.").attach(attached).await?;

    // Piece by piece, however large it is; `None` comes only when it is whole.
    let mut download = client.attachments().download(id).await?.body;
    let mut whole = Vec::new();
    while let Some(piece) = download.chunk().await? {
        whole.extend_from_slice(&piece);
    }
    println!("{} bytes came back", download.received());
    Ok(whole)
}
