//! What the state of a ticket tells of an action whose answer leaves it open.

use super::{
    action::{StateRefusal, TicketAction},
    detail::TicketStatus,
    ticket::Ticket,
};
use crate::error::{Error, ErrorKind, Result};
use std::time::Duration;

/// The state of a ticket now. The read of the state alone takes no group (D-39): a colleague's ticket is read as a whole.
pub(super) async fn look(ticket: &Ticket, deadline: Duration) -> Result<TicketStatus> {
    match ticket.group() {
        Some(_) => Ok(ticket.detail().timeout(deadline).await?.status),
        None => ticket.status().timeout(deadline).await,
    }
}

/// Whether the state of the ticket may be why the service refused: no document names the code of that.
pub(super) fn may_be_the_state(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::NotFound => true,
        ErrorKind::Refused | ErrorKind::Forbidden => !error.has_gateway_code(),
        _ => false,
    }
}

/// A refusal of `action`, with the state of the ticket if it can be read.
pub(super) async fn explained(
    error: Error,
    ticket: &Ticket,
    action: TicketAction,
    deadline: Duration,
) -> Error {
    if !may_be_the_state(&error) {
        return error;
    }
    match look(ticket, deadline).await {
        Ok(status) => error.refused_in(StateRefusal::new(action, status)),
        Err(_) => error,
    }
}
