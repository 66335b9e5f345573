//! The status of a ticket.

use serde::Serialize;

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
