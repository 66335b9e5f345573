//! A ticket as a whole: its status, its title, and its messages with their ids.

pub(crate) mod content;
pub(crate) mod status;

pub use content::TicketDetail;
pub use status::TicketStatus;

use crate::{
    error::{Error, Result},
    ids::MessageId,
    messages::message::Message,
    service::{self, About, Response},
    tickets::ticket::Ticket,
    verb::{verb, within},
};
use hwc_core::Fault;
use std::time::Duration;

verb! {
    /// Reads a ticket as a whole: made by [`Ticket::detail`].
    ///
    /// # Errors
    /// When awaited: every kind of a read.
    Detail {} -> TicketDetail, read_detail,
    group: "Acts for `group`, as a colleague's ticket needs it (D-32)."
}

verb! {
    /// Reads the status of a ticket: made by [`Ticket::status`].
    ///
    /// # Errors
    /// When awaited: every kind of a read.
    StatusQuery {} -> TicketStatus, read_status
}

impl Ticket {
    /// Reads the ticket as a whole. The only read that shows message ids (D-15).
    ///
    /// The service puts all messages into one answer; for long conversations without ids prefer
    /// [`Ticket::history`].
    pub fn detail(&self) -> Detail {
        Detail {
            ticket: self.clone(),
            timeout: None,
        }
    }

    /// Reads the status. No message answer carries it (D-34). The service takes no group here (D-39).
    pub fn status(&self) -> StatusQuery {
        StatusQuery {
            ticket: self.clone(),
            timeout: None,
        }
    }

    /// The messages with their ids, in the order of the service's answer.
    ///
    /// # Errors
    /// Every kind of a read.
    pub async fn messages_with_ids(&self) -> Result<Vec<Message>> {
        Ok(self.detail().await?.messages)
    }

    /// The id of `message`, which came from history, follow or a confirmed submit; `None` when the
    /// ticket does not show it. Of several messages that cannot be told apart, the newest.
    ///
    /// # Errors
    /// Every kind of a read.
    pub async fn find_id(&self, message: &Message) -> Result<Option<MessageId>> {
        let key = message.key();
        let detail = self.detail().await?;
        let same = detail.messages.into_iter().filter(|own| own.key() == key);
        Ok(same
            .max_by_key(|own| own.created_at.instant())
            .and_then(|own| own.id))
    }
}

/// The answer with the ticket as a whole.
pub(super) async fn ask(
    ticket: &Ticket,
    deadline: Duration,
) -> Result<Response<TicketDetail>, Fault> {
    let about = About {
        group: ticket.group(),
        options: &within(deadline),
    };
    let service = &ticket.client.parts().service;
    service.detail(&ticket.id, about).await
}

async fn read_detail(ticket: Ticket, deadline: Duration) -> Result<TicketDetail> {
    match ask(&ticket, deadline).await {
        Ok(answer) => {
            let is_stored = service::is_stored(&answer);
            let mut detail = answer.body;
            detail.is_stored = is_stored;
            Ok(detail)
        }
        Err(fault) => Err(Error::from_fault("read ticket", fault)),
    }
}

async fn read_status(ticket: Ticket, deadline: Duration) -> Result<TicketStatus> {
    let service = &ticket.client.parts().service;
    match service.status(&ticket.id, &within(deadline)).await {
        Ok(answer) => Ok(answer.body),
        Err(fault) => Err(Error::from_fault("read ticket status", fault)),
    }
}
