//! A ticket as a whole: its status, its title, and its messages with their ids.

use crate::{
    ids::TicketId,
    message::{Message, Undecodable},
    time::MessageTime,
};
use serde::Serialize;
use serde_json::{Map, Value};
use std::fmt;

/// The status of a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
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

/// A ticket as a whole.
#[derive(Clone, Serialize)]
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
    /// Messages that could not be read.
    #[serde(skip)]
    pub undecodable: Vec<Undecodable>,
    /// Fields this version has no name for, as they came.
    pub extra: Map<String, Value>,
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
