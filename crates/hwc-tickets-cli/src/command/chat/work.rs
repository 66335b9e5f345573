//! What is done in the background for a conversation, and what comes out of it.

use super::{
    conversation::{Enclosure, Event, Fate, Secret},
    older::Reader,
    tickets::Listing,
};
use crate::{clock, editor::NotEdited, exit::Exit, failure::Failure, pending_files::PendingFiles};
use hwc_tickets::{
    Attachment, AttachmentId, Client, Delivery, Outcome, Pending, Receipt, TicketId,
    attachments::Saved,
};
use std::{
    future::{Future, IntoFuture as _},
    path::PathBuf,
    pin::Pin,
    time::Duration,
};

/// Longest time to find out what became of a message: absence takes two reads some seconds apart.
const LOOK: Duration = Duration::from_secs(30);

/// What was done.
pub(super) enum Done {
    /// Something for a conversation, by its number.
    Talk(usize, Event),
    /// What became of a message; the record of one in doubt.
    Told {
        talk: usize,
        number: usize,
        fate: Fate,
        pending: Option<Box<Pending>>,
    },
    /// Older messages were read; there may be more where they came from.
    Older {
        talk: usize,
        reader: Option<Reader>,
        event: Event,
    },
    Listed(Listing),
    /// The editor has ended.
    Edited(usize, Result<(), NotEdited>),
    /// It has been quiet since trouble of this number.
    Calm(usize, u64),
    /// It is time to keep what was written.
    Keep,
    /// It is time to read the list again.
    Stale,
}

pub(super) type Work = Pin<Box<dyn Future<Output = Done>>>;

/// After so much time, this.
pub(super) async fn later(wait: Duration, done: Done) -> Done {
    clock::sleep(wait).await;
    done
}

pub(super) async fn list(client: Client) -> Done {
    Done::Listed(Listing::from(client.unread_all().open_only().fetch().await))
}

/// How many messages of a ticket are unread.
pub(super) async fn count(client: Client, ticket: TicketId, talk: usize) -> Done {
    let counts = client.unread([ticket.clone()]).fetch().await;
    Done::Talk(talk, Event::Counted(counts.unread.get(&ticket).copied()))
}

/// Messages that stand before those on the screen.
pub(super) async fn older(reader: hwc_tickets::Result<Reader>, talk: usize) -> Done {
    let (reader, event) = match reader {
        Ok(reader) => reader.page().await,
        Err(error) => (None, Event::OlderFailed(error.to_string())),
    };
    Done::Older {
        talk,
        reader,
        event,
    }
}

pub(super) async fn mark_read(client: Client, ticket: TicketId, talk: usize) -> Done {
    let marked = match client.ticket(ticket) {
        Ok(ticket) => ticket.mark_read().await,
        Err(error) => Err(error),
    };
    Done::Talk(
        talk,
        Event::Marked(marked.map_err(|error| error.to_string())),
    )
}

/// Saves a file under a safe name; one that is there stays.
pub(super) async fn save(
    client: Client,
    file: Attachment,
    directory: PathBuf,
    talk: usize,
) -> Done {
    let saved = client.download(&file).into_directory(directory).await;
    let told = match saved {
        Ok(Saved { path, bytes, .. }) => Ok(format!("Saved {} ({bytes} bytes).", path.display())),
        Err(error) => Err(format!("Not saved: {error}")),
    };
    Done::Talk(talk, Event::Saved(told))
}

/// A message of a conversation.
pub(super) struct Letter {
    pub(super) talk: usize,
    pub(super) number: usize,
    pub(super) text: Secret,
    pub(super) files: Vec<Enclosure>,
}

/// Sends a message, once.
pub(super) async fn send(
    client: Client,
    ticket: TicketId,
    letter: Letter,
    records: PendingFiles,
) -> Done {
    let Letter {
        talk,
        number,
        text,
        files,
    } = letter;
    let sent = match client.ticket(ticket) {
        Ok(ticket) => {
            let mut submit = ticket.submit(text.0);
            for file in files {
                submit = match file.uploaded {
                    Some(id) => submit.attach(id),
                    None => submit.attach(file.path),
                };
            }
            submit.into_future().await
        }
        Err(error) => Err(error),
    };
    let mut pending = None;
    let fate = match sent {
        Ok(sent) => match sent.receipt {
            Receipt::Confirmed(message) => Fate::Confirmed(message),
            _ => Fate::Accepted,
        },
        Err(error) if error.delivery() == Delivery::Unknown => {
            pending = error.pending().cloned().map(Box::new);
            let file = pending.as_ref();
            let file = file.map(|pending| records.hand_over(pending.id()));
            Fate::Unknown { file }
        }
        Err(error) => {
            let uploaded = error.uploaded().to_vec();
            let failure = Failure::from(error);
            Fate::Failed {
                reason: format!("{}{}", reason(&failure), stored(&uploaded)),
                exit: failure.exit(),
                uploaded,
            }
        }
    };
    Done::Told {
        talk,
        number,
        fate,
        pending,
    }
}

/// Asks the ticket what became of a message in doubt.
pub(super) async fn look(
    client: Client,
    pending: Pending,
    file: PathBuf,
    (talk, number): (usize, usize),
) -> Done {
    let fate = match client.reconcile_within(&pending, LOOK).await {
        Ok(Outcome::Confirmed(message)) => Fate::Confirmed(message),
        // It was there, so it is not to be sent again.
        Ok(Outcome::Recalled(_)) => Fate::Accepted,
        Ok(Outcome::Absent) => Fate::Failed {
            reason: "It is not in the ticket.".to_owned(),
            exit: Exit::Failure,
            uploaded: pending.attachments().to_vec(),
        },
        _ => Fate::Unknown { file: Some(file) },
    };
    Done::Told {
        talk,
        number,
        fate,
        pending: None,
    }
}

/// What was stored for a message that did not arrive: nobody else tells the ids.
fn stored(uploaded: &[AttachmentId]) -> String {
    let ids: Vec<&str> = uploaded.iter().map(AttachmentId::as_str).collect();
    match ids.is_empty() {
        true => String::new(),
        false => format!("; its files are stored already: {}", ids.join(", ")),
    }
}

/// Why a message is not in the ticket, on one line.
fn reason(failure: &Failure) -> String {
    let told = failure.told(false).unwrap_or_default();
    let mut facts = told.facts.iter();
    let id = facts.find(|(name, _)| *name == "request id");
    let id = id.map(|(_, id)| format!(" (request id {id})"));
    format!("{}{}", told.what, id.unwrap_or_default())
}
