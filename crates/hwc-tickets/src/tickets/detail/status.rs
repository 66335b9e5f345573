//! The status of a ticket.

use crate::names::names;
use serde::{Deserialize, Serialize};

/// The status of a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TicketStatus {
    /// Not taken yet (0).
    Pending,
    /// Being worked on (1).
    InProgress,
    /// The result waits for the customer's confirmation (2).
    AwaitingConfirmation,
    /// Done (3).
    Completed,
    /// Canceled (4).
    Canceled,
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
    /// The service did not say, or a later version stored what this one has no name for.
    #[serde(other)]
    Unknown,
}

names! {
    TicketStatus: "a ticket status" {
        Pending = "pending",
        InProgress = "in_progress",
        AwaitingConfirmation = "awaiting_confirmation",
        Completed = "completed",
        Canceled = "canceled",
        Suspended = "suspended",
        Invalid = "invalid",
        Deleted = "deleted",
        AwaitingFeedback = "awaiting_feedback",
        Unknown = "unknown",
    }
    with Other read by from_code
}

impl TicketStatus {
    /// The status of wire value `value`.
    #[must_use]
    pub fn from_code(value: Option<i64>) -> Self {
        match value {
            Some(0) => Self::Pending,
            Some(1) => Self::InProgress,
            Some(2) => Self::AwaitingConfirmation,
            Some(3) => Self::Completed,
            Some(4) => Self::Canceled,
            Some(5) => Self::Suspended,
            Some(12) => Self::Invalid,
            Some(13) => Self::Deleted,
            Some(17) => Self::AwaitingFeedback,
            Some(other) => Self::Other(other),
            None => Self::Unknown,
        }
    }

    /// The wire value; `None` of an unknown one.
    #[must_use]
    pub fn code(self) -> Option<i64> {
        Some(match self {
            Self::Pending => 0,
            Self::InProgress => 1,
            Self::AwaitingConfirmation => 2,
            Self::Completed => 3,
            Self::Canceled => 4,
            Self::Suspended => 5,
            Self::Invalid => 12,
            Self::Deleted => 13,
            Self::AwaitingFeedback => 17,
            Self::Other(code) => code,
            Self::Unknown => return None,
        })
    }

    /// Whether nothing more is done to it: completed, canceled, invalid or deleted.
    #[must_use]
    pub fn has_ended(self) -> bool {
        matches!(
            self,
            Self::Completed | Self::Canceled | Self::Invalid | Self::Deleted
        )
    }
}
