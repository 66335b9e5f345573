//! Taking a message back, so that doing it twice is the same as doing it once.

use crate::{
    error::{Error, ErrorKind, Result},
    ids::MessageId,
    message::{Message, MessageKind},
    ticket::Ticket,
    verb::{verb, within},
};
use std::time::Duration;

const OPERATION: &str = "recall message";
/// A list of this length may have been cut (D-33): then a message that is not in it may exist.
const LIST_END: usize = 65_535;

/// How a recall ended. Either way the message is not in the ticket any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Recalled {
    /// The service took it back now.
    Now,
    /// It is not in the ticket: recalled before, recalled by an earlier attempt whose answer was lost,
    /// or never there. Checked by reading the ticket.
    Already,
}

verb! {
    /// Takes a message back: made by [`Ticket::recall`].
    ///
    /// # Errors
    /// When awaited: [`ErrorKind::InvalidInput`] when the id is none; [`ErrorKind::Refused`] or
    /// [`ErrorKind::Forbidden`] when the service does not let it go, because it is not the caller's or
    /// too old (the time limit is not documented); every kind of a call.
    Recall { id: Result<MessageId> } -> Recalled, recall,
    group: "Acts for `group` when the ticket is read to confirm. Recalling itself takes no group (D-39)."
}

verb! {
    /// Takes the caller's last message back: made by [`Ticket::recall_last`].
    ///
    /// # Errors
    /// When awaited: [`ErrorKind::NotFound`] when there is no message to take back; what [`Recall`]
    /// ends with.
    RecallLast {} -> MessageId, recall_last,
    group: "Acts for `group` when the ticket is read. Recalling itself takes no group (D-39)."
}

impl Ticket {
    /// Takes message `id` back. Safe to repeat.
    ///
    /// Ids are shown by the ticket detail only: [`Ticket::messages_with_ids`], [`Ticket::find_id`].
    ///
    /// ```no_run
    /// # async fn example(ticket: hwc_tickets::Ticket) -> hwc_tickets::Result<()> {
    /// ticket.recall("message-123").await?;
    /// # Ok(()) }
    /// ```
    pub fn recall<T>(&self, id: T) -> Recall
    where
        T: TryInto<MessageId>,
        Error: From<T::Error>,
    {
        Recall {
            ticket: self.clone(),
            timeout: None,
            id: id.try_into().map_err(Error::from),
        }
    }

    /// Takes the last message of the caller back, and gives its id.
    ///
    /// With a known author id (see the client's builder) only own messages count; otherwise what this
    /// client submitted, and failing that the newest message of the customer's side.
    pub fn recall_last(&self) -> RecallLast {
        RecallLast {
            ticket: self.clone(),
            timeout: None,
        }
    }
}

async fn recall(ticket: Ticket, deadline: Duration, id: Result<MessageId>) -> Result<Recalled> {
    let id = id.map_err(|error| error.with_operation(OPERATION))?;
    let parts = ticket.client.parts();
    let began = parts.clock.elapsed();
    // The rest is for reading the ticket, should the answer leave a doubt.
    let options = within(deadline * 3 / 4);
    let fault = match parts.service.recall(&ticket.id, &id, &options).await {
        Ok(_) => return Ok(Recalled::Now),
        Err(fault) => fault,
    };
    let error = Error::from_fault(OPERATION, fault);
    if !may_be_gone(&error) {
        return Err(error);
    }
    let spent = parts.clock.elapsed().saturating_sub(began);
    let detail = ticket.detail().timeout(deadline.saturating_sub(spent));
    let Ok(detail) = detail.await else {
        return Err(error);
    };
    let is_whole = detail.undecodable.is_empty() && detail.messages.len() < LIST_END;
    let is_there = (detail.messages.iter()).any(|message| message.id.as_ref() == Some(&id));
    // An answer without ids cannot tell.
    let has_ids = detail.messages.iter().all(|message| message.id.is_some());
    if is_whole && has_ids && !is_there {
        Ok(Recalled::Already)
    } else {
        Err(error)
    }
}

/// Whether the message may be gone in spite of the error. No document says which code a second recall
/// is answered with, so every refusal by the service itself is looked into.
fn may_be_gone(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::Refused => true,
        ErrorKind::Interrupted
        | ErrorKind::Timeout
        | ErrorKind::Unavailable
        | ErrorKind::Protocol
        | ErrorKind::BodyTooLarge => error.attempts() > 0,
        _ => false,
    }
}

async fn recall_last(ticket: Ticket, deadline: Duration) -> Result<MessageId> {
    let parts = ticket.client.parts();
    let began = parts.clock.elapsed();
    let detail = ticket.detail().timeout(deadline / 2).await;
    let detail = detail.map_err(|error| error.with_operation(OPERATION))?;
    let mut candidates: Vec<&Message> = (detail.messages.iter())
        .filter(|message| message.kind != MessageKind::Support && !message.is_first)
        .filter(|message| message.id.is_some())
        .collect();
    candidates.sort_by_key(|message| message.created_at.instant());
    let is_by_author =
        |message: &&&Message| parts.author_id.is_some() && message.author.id == parts.author_id;
    let is_own = |message: &&&Message| parts.own.recognises(&ticket.id, message);
    let newest = || candidates.iter().rev();
    let last = match parts.author_id {
        Some(_) => newest().find(is_by_author),
        None => newest().find(is_own).or_else(|| newest().next()),
    };
    let Some(id) = last.and_then(|message| message.id.clone()) else {
        let detail = "the ticket has no message that could be taken back";
        return Err(Error::local(ErrorKind::NotFound, detail).with_operation(OPERATION));
    };
    let spent = parts.clock.elapsed().saturating_sub(began);
    let rest = deadline.saturating_sub(spent);
    ticket.recall(&id).timeout(rest).await?;
    Ok(id)
}
