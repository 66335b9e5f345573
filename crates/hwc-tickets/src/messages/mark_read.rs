//! Marking a ticket read, and handling what is unread without losing what arrives meanwhile.
//!
//! The service marks a whole ticket and has no "up to here": a message that arrives between the last
//! read and the mark loses its signal. So [`Ticket::drain_unread`] looks once more after each mark.

mod drain;
pub(crate) mod memory;

pub(crate) use drain::Drain;

use crate::{
    error::{Error, Result},
    messages::message::Message,
    service::About,
    setters::setters,
    tickets::ticket::Ticket,
    verb::{verb, within},
};
use serde::{Deserialize, Serialize};
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

/// What came of a drain that went through to its end: given by [`Ticket::drain_unread`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Drained {
    /// Messages that were handed over.
    pub handled: u64,
    /// Whether the clock of this machine counted, because the service told no time of its own with the conversation: as in
    /// [`ReadReport::local_clock`](crate::ReadReport::local_clock), reading began a day beyond it. If it is behind by more than that, the
    /// newest messages were not seen, and may be marked as read all the same. `false` where nothing was unread and nothing was owed from
    /// an earlier drain: then the conversation decides nothing. In JSON the field is there only when it is `true`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub local_clock: bool,
}

setters! {
    Drained {
        handled: u64,
        local_clock: bool,
    }
}

impl Ticket {
    /// Marks all messages of the ticket as read, those too that arrive in this very moment. To handle
    /// messages first, see [`Ticket::drain_unread`]. The answer that the document shows, a group and no
    /// code, is a success (D-08).
    pub fn mark_read(&self) -> MarkRead {
        MarkRead {
            ticket: self.clone(),
            timeout: None,
        }
    }

    /// Hands every unread message of the support to `handler`, the oldest first, and marks the ticket
    /// read after the handler succeeded for all of them. Then it looks once more and hands over what
    /// arrived meanwhile, until a look finds nothing. Gives the number of messages handed over, and whether the clock of this machine
    /// counted.
    ///
    /// At least once, never zero times: when it is not sure which messages are unread, more are handed
    /// over, never fewer, so handle repeats by [`Message::key`]. The doubts are messages of one second,
    /// whose order says nothing, and those of the last 10 s (see
    /// [`ClientBuilder::consistency_window`](crate::ClientBuilder::consistency_window)), which may be
    /// shown and not counted yet. The client remembers what it has handed over and marked, so the next
    /// drain with it, or with a clone, does not repeat it.
    ///
    /// When the handler fails, nothing that it was given since the last mark is marked. A message that
    /// slipped in before a mark is marked by the service all the same. If it is then not handled, because
    /// the handler fails, the look after the mark fails or this future is dropped, the next drain with the
    /// same client hands it over. Across a crash nothing can: there use
    /// [`Client::follow`](crate::Client::follow) with a cursor file.
    ///
    /// It goes by the time that the service tells with its answers. Where it tells none, the conversation is read from a day beyond the
    /// clock of this machine, and all else is taken so that more is handed over. A clock that is ahead does no harm then. One that is behind
    /// by more than a day hides the newest messages, which are marked unseen: [`Drained::local_clock`] says that it counted, and so does the
    /// error that comes when all is marked.
    ///
    /// Each request has the deadline of the client; the drain as a whole has none, as its pace is that of
    /// the handler. When the service counts more messages than it shows, the drain gives it the
    /// consistency window to show them before it marks.
    ///
    /// ```no_run
    /// # async fn post_to_jira(_: hwc_tickets::Message) -> hwc_tickets::Result<()> { Ok(()) }
    /// # async fn example(ticket: hwc_tickets::Ticket) -> hwc_tickets::Result<()> {
    /// let drained = ticket.drain_unread(|message| async move { post_to_jira(message).await }).await?;
    /// if drained.local_clock {
    ///     println!("{} handled, by the clock of this machine", drained.handled);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// The handler's own, as it is. Every kind of a call.
    /// [`ErrorKind::LimitExceeded`](crate::ErrorKind::LimitExceeded) when the unread messages cannot be
    /// told: more than 100,000 of them, or more in one second than the service shows at once.
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) when the service does not say how many there
    /// are. [`ErrorKind::Protocol`](crate::ErrorKind::Protocol) at the end, when all else is handled and
    /// marked, for items that could not be decoded and so could not be handed over; and for an answer that a machine on the way had
    /// stored.
    pub async fn drain_unread<F, Fut, E>(&self, mut handler: F) -> Result<Drained, E>
    where
        F: FnMut(Message) -> Fut,
        Fut: Future<Output = Result<(), E>>,
        E: From<Error>,
    {
        let mut drain = Drain::new(self.clone());
        let mut handled = 0;
        while let Some(messages) = drain.next().await? {
            for message in messages {
                handler(message).await?;
                handled += 1;
            }
        }
        Ok(drain.drained(handled))
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
