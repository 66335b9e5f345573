//! What is done to a ticket as a whole, and a refusal that the state of the ticket explains.

use crate::tickets::detail::status::TicketStatus;
use serde::{Deserialize, Serialize};
use std::{borrow::Cow, fmt};

/// What is done to a ticket as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TicketAction {
    /// It ends as solved.
    Close,
    /// The result is confirmed: it ends as solved.
    Confirm,
    /// It is taken back.
    Cancel,
    /// It is deleted.
    Delete,
    /// The service is asked to hurry.
    Urge,
    /// It is rated.
    Score,
    /// One that a later version stored and this one has no name for.
    #[serde(other)]
    Other,
}

impl TicketAction {
    /// What is said of a ticket to which it was done: `closed`, `urged`.
    #[must_use]
    pub fn done(self) -> &'static str {
        match self {
            Self::Close => "closed",
            Self::Confirm => "confirmed",
            Self::Cancel => "canceled",
            Self::Delete => "deleted",
            Self::Urge => "urged",
            Self::Score => "rated",
            Self::Other => "changed",
        }
    }

    /// What a call that does it is named in errors.
    pub(crate) fn operation(self) -> &'static str {
        match self {
            Self::Close => "close ticket",
            Self::Confirm => "confirm ticket",
            Self::Cancel => "cancel ticket",
            Self::Delete => "delete ticket",
            Self::Urge => "urge ticket",
            Self::Score => "rate ticket",
            Self::Other => "change ticket",
        }
    }
}

/// The state of the ticket, read after the service refused to do something to it: [`Error::state_refusal`](crate::Error::state_refusal).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StateRefusal {
    /// What was to be done.
    pub action: TicketAction,
    /// The state the ticket is in.
    pub status: TicketStatus,
}

impl StateRefusal {
    /// `action` was refused, and the ticket is in `status`.
    #[must_use]
    pub fn new(action: TicketAction, status: TicketStatus) -> Self {
        Self { action, status }
    }

    /// Whether the state alone explains it: the ticket has ended, or nothing waits to be confirmed. In any other state the documents
    /// leave open what is allowed (D-64), and the permission of the caller may be the reason as well.
    #[must_use]
    pub fn is_explained(&self) -> bool {
        use TicketStatus as S;
        match self.action {
            TicketAction::Close | TicketAction::Cancel | TicketAction::Urge => {
                self.status.has_ended()
            }
            TicketAction::Confirm => self.status != S::AwaitingConfirmation,
            TicketAction::Delete => self.status == S::Deleted,
            TicketAction::Score | TicketAction::Other => false,
        }
    }
}

/// `a ticket that is completed cannot be closed`.
impl fmt::Display for StateRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (state, done) = (words(self.status), self.action.done());
        if self.is_explained() {
            write!(f, "a ticket that is {state} cannot be {done}")
        } else {
            write!(
                f,
                "the ticket was not {done}: the service refused it, and the ticket is {state}"
            )
        }
    }
}

fn words(status: TicketStatus) -> Cow<'static, str> {
    Cow::Borrowed(match status {
        TicketStatus::Pending => "not taken yet",
        TicketStatus::InProgress => "in progress",
        TicketStatus::AwaitingConfirmation => "waiting for the confirmation of its result",
        TicketStatus::Completed => "completed",
        TicketStatus::Canceled => "canceled",
        TicketStatus::Suspended => "suspended",
        TicketStatus::Invalid => "invalid",
        TicketStatus::Deleted => "deleted",
        TicketStatus::AwaitingFeedback => "waiting for an answer of the customer",
        TicketStatus::Other(code) => return Cow::Owned(format!("in state {code}")),
        TicketStatus::Unknown => "in a state that is not known",
    })
}
