//! What the detail of a ticket holds.

use super::status::TicketStatus;
use crate::{
    ids::{MessageId, TicketId},
    messages::message::{Message, Undecodable},
    setters::setters,
    time::MessageTime,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::fmt;

/// A list of this length may have been cut (D-33): then a message that is not in it may exist.
const LIST_END: usize = 65_535;

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
    /// Whether a machine on the way had stored the answer.
    #[serde(skip)]
    pub(crate) is_stored: bool,
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
            is_stored: false,
        }
    }

    /// Whether message `id` is not in the ticket: every message is here, as the ticket is now, with an id, and none has this one.
    pub(crate) fn proves_absence_of(&self, id: &MessageId) -> bool {
        self.has_list
            && !self.is_stored
            && self.undecodable.is_empty()
            && self.messages.len() < LIST_END
            && (self.messages.iter())
                .all(|message| message.id.as_ref().is_some_and(|own| own != id))
    }
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
            is_stored: _,
        } = self;
        (id, status, description) == (&other.id, &other.status, &other.description)
            && (created_at, messages) == (&other.created_at, &other.messages)
            && (undecodable, extra) == (&other.undecodable, &other.extra)
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
