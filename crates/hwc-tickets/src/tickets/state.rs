//! What the state of a ticket tells of an action whose answer leaves it open.

use super::{
    action::{StateRefusal, TicketAction},
    detail::{self, TicketDetail, TicketStatus},
    ticket::Ticket,
};
use crate::{
    error::{Error, ErrorKind, Result},
    service::{self, Response},
    verb::within,
};
use hwc_core::Fault;
use std::time::Duration;

/// The state of a ticket now. The read of the state alone takes no group (D-39): a colleague's ticket is read as a whole.
pub(super) async fn look(ticket: &Ticket, deadline: Duration) -> Result<TicketStatus> {
    if ticket.group().is_some() {
        return Ok(look_at_all(ticket, deadline).await?.status);
    }
    let service = &ticket.client.parts().service;
    told_now(service.status(&ticket.id, &within(deadline)).await)
}

/// The ticket as a whole, as it is now.
pub(super) async fn look_at_all(ticket: &Ticket, deadline: Duration) -> Result<TicketDetail> {
    told_now(detail::ask(ticket, deadline).await)
}

/// What an answer tells, if it tells how the ticket is now.
fn told_now<T>(answer: Result<Response<T>, Fault>) -> Result<T> {
    match answer.and_then(service::fresh) {
        Ok(answer) => Ok(answer.body),
        Err(fault) => Err(Error::from_fault("read ticket", fault)),
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
