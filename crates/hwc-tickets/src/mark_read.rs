//! Marking a ticket read, and handling what is unread without losing what arrives meanwhile.
//!
//! The service marks a whole ticket and has no "up to here": a message that arrives between the last
//! read and the mark loses its signal. So [`Ticket::drain_unread`] looks once more after each mark.

mod drain;

use crate::{
    error::{Error, Result},
    message::Message,
    service::About,
    ticket::Ticket,
    verb::{verb, within},
};
use std::{future::Future, time::Duration};

const OPERATION: &str = "mark read";

verb! {
    /// Marks all messages of a ticket as read: made by [`Ticket::mark_read`].
    ///
    /// # Errors
    /// When awaited: every kind of a call. Marking twice is the same as once, so it is repeated where a
    /// read would be.
    MarkRead {} -> (), mark_read,
    group: "Acts for `group`, as a colleague's ticket needs it (D-32)."
}

impl Ticket {
    /// Marks all messages of the ticket as read, those too that arrive in this very moment. To handle
    /// messages first, see [`Ticket::drain_unread`].
    pub fn mark_read(&self) -> MarkRead {
        MarkRead {
            ticket: self.clone(),
            timeout: None,
        }
    }

    /// Hands every unread message of the support to `handler`, the oldest first, and marks the ticket
    /// read after the handler succeeded for all of them. Then it looks once more and hands over what
    /// arrived meanwhile, until a look finds nothing. Gives the number of messages handed over.
    ///
    /// At least once, never zero times: when it is not sure which messages are unread, more are handed
    /// over, never fewer, so handle repeats by [`Message::key`]. When the handler fails, nothing that
    /// it was given in this round is marked. A message that slipped in before a mark is marked by the
    /// service all the same; it was handed over, and the handler's error for it is returned.
    ///
    /// An item that cannot be decoded cannot be handed over; it is marked with the rest.
    ///
    /// ```no_run
    /// # async fn post_to_jira(_: hwc_tickets::Message) -> hwc_tickets::Result<()> { Ok(()) }
    /// # async fn example(ticket: hwc_tickets::Ticket) -> hwc_tickets::Result<()> {
    /// ticket.drain_unread(|message| async move { post_to_jira(message).await }).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// The handler's own, as it is. Every kind of a call.
    /// [`ErrorKind::LimitExceeded`](crate::ErrorKind::LimitExceeded) when the unread messages cannot be
    /// told: more than 100,000 of them, or more in one second than one page holds.
    pub async fn drain_unread<F, Fut, E>(&self, mut handler: F) -> Result<u64, E>
    where
        F: FnMut(Message) -> Fut,
        Fut: Future<Output = Result<(), E>>,
        E: From<Error>,
    {
        let mut drain = drain::Drain::new(self.clone());
        let mut handled = 0;
        while let Some(messages) = drain.look().await? {
            for message in messages {
                handler(message).await?;
                handled += 1;
            }
            if !drain.may_mark()? {
                break;
            }
            self.mark_read().await?;
        }
        Ok(handled)
    }
}

async fn mark_read(ticket: Ticket, deadline: Duration) -> Result<()> {
    let about = About {
        group: ticket.group(),
        options: &within(deadline),
    };
    let service = &ticket.client.parts().service;
    match service.mark_read(&ticket.id, about).await {
        Ok(_) => Ok(()),
        Err(fault) => Err(Error::from_fault(OPERATION, fault)),
    }
}
