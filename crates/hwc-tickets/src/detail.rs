//! A ticket as a whole: its status, its title, and its messages with their ids.

use crate::{
    error::{Error, Result},
    ids::{MessageId, TicketId},
    message::{Message, Undecodable},
    service::About,
    setters::setters,
    ticket::Ticket,
    time::MessageTime,
    verb::{verb, within},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::{fmt, time::Duration};

/// A list of this length may have been cut (D-33): then a message that is not in it may exist.
const LIST_END: usize = 65_535;

/// The status of a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TicketStatus {
    /// Waiting to be taken (0).
    Waiting,
    /// Being worked on (1).
    Processing,
    /// The result waits for the customer's confirmation (2).
    AwaitingConfirmation,
    /// Done (3).
    Completed,
    /// Cancelled (4).
    Cancelled,
    /// Suspended (5).
    Suspended,
    /// Invalid (12).
    Invalid,
    /// Deleted (13).
    Deleted,
    /// Waiting for the customer's answer (17).
    AwaitingFeedback,
    /// A value that no document names.
    Other(i64),
    /// The service did not say.
    Unknown,
}

impl TicketStatus {
    /// The status of wire value `value`.
    #[must_use]
    pub fn from_code(value: Option<i64>) -> Self {
        match value {
            Some(0) => Self::Waiting,
            Some(1) => Self::Processing,
            Some(2) => Self::AwaitingConfirmation,
            Some(3) => Self::Completed,
            Some(4) => Self::Cancelled,
            Some(5) => Self::Suspended,
            Some(12) => Self::Invalid,
            Some(13) => Self::Deleted,
            Some(17) => Self::AwaitingFeedback,
            Some(other) => Self::Other(other),
            None => Self::Unknown,
        }
    }
}

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

async fn read_detail(ticket: Ticket, deadline: Duration) -> Result<TicketDetail> {
    let about = About {
        group: ticket.group(),
        options: &within(deadline),
    };
    let service = &ticket.client.parts().service;
    match service.detail(&ticket.id, about).await {
        Ok(answer) => Ok(answer.body),
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

/// A ticket as a whole.
#[derive(Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TicketDetail {
    /// Its id, if it can be used in a request.
    pub id: Option<TicketId>,
    /// Its status.
    pub status: TicketStatus,
    /// Its description, as the customer wrote it.
    pub description: Option<String>,
    /// When it was made.
    pub created_at: MessageTime,
    /// Its messages, with ids, in the order of the answer.
    pub messages: Vec<Message>,
    /// Messages that could not be read. In JSON the field is there only when there are any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub undecodable: Vec<Undecodable>,
    /// Fields this version has no name for, as they came.
    pub extra: Map<String, Value>,
    /// Whether the answer had a list of messages at all, be it empty.
    #[serde(skip)]
    pub(crate) has_list: bool,
}

impl TicketDetail {
    /// A ticket of this status, made at this time, without messages.
    #[must_use]
    pub fn new(status: TicketStatus, created_at: MessageTime) -> Self {
        Self {
            id: None,
            status,
            description: None,
            created_at,
            messages: Vec::new(),
            undecodable: Vec::new(),
            extra: Map::new(),
            has_list: true,
        }
    }

    /// Whether message `id` is not in the ticket: every message is here, with an id, and none has this one.
    pub(crate) fn proves_absence_of(&self, id: &MessageId) -> bool {
        self.has_list
            && self.undecodable.is_empty()
            && self.messages.len() < LIST_END
            && (self.messages.iter())
                .all(|message| message.id.as_ref().is_some_and(|own| own != id))
    }
}

setters! {
    TicketDetail {
        messages: Vec<Message>,
        undecodable: Vec<Undecodable>,
        extra: Map<String, Value>,
    }
    optional { id: TicketId, description: impl Into<String> }
}

/// By all that is told to users.
impl PartialEq for TicketDetail {
    fn eq(&self, other: &Self) -> bool {
        let Self {
            id,
            status,
            description,
            created_at,
            messages,
            undecodable,
            extra,
            has_list: _,
        } = self;
        (id, status, description) == (&other.id, &other.status, &other.description)
            && (created_at, messages) == (&other.created_at, &other.messages)
            && (undecodable, extra) == (&other.undecodable, &other.extra)
    }
}

/// Never shows the description or unknown fields.
impl fmt::Debug for TicketDetail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TicketDetail")
            .field("id", &self.id)
            .field("status", &self.status)
            .field("created_at", &self.created_at)
            .field("messages", &self.messages)
            .field("undecodable", &self.undecodable)
            .finish_non_exhaustive()
    }
}
