//! Asking the service to hurry. Each time counts, so nothing is repeated.

use super::{action::TicketAction, rating::Saying, state::explained, ticket::Ticket};
use crate::{
    error::{Delivery, Error, Result},
    service::About,
    verb::{verb, within},
};
use hwc_core::Idempotency;
use std::time::Duration;

verb! {
    /// Asks the service to hurry: made by [`Ticket::urge`].
    ///
    /// # Errors
    /// When awaited: [`ErrorKind::Throttled`](crate::ErrorKind::Throttled) when it was urged a short while ago; a refusal, which names
    /// the state of the ticket as [`Error::state_refusal`]; every kind of a call. After a lost answer
    /// [`Error::delivery`] is [`Delivery::Unknown`]: no state shows whether a
    /// ticket was urged. [`Ticket::log`] may.
    Urge { saying: Saying } -> (), urge,
    group: "Acts for `group`, as a colleague's ticket needs it (D-32)."
}

impl Urge {
    /// Says this with it, up to the documented limit.
    pub fn words(mut self, words: impl Into<String>) -> Self {
        self.saying.words = Some(words.into());
        self
    }
}

impl Ticket {
    /// Asks the service to hurry. It changes no state, counts each time and is refused when it comes too often; so it is not
    /// repeated by itself unless it is proven that it did not happen. Urging again after a lost answer does no harm beyond that: it
    /// is refused as too often when the first one arrived.
    pub fn urge(&self) -> Urge {
        Urge {
            ticket: self.clone(),
            timeout: None,
            saying: Saying::default(),
        }
    }
}

async fn urge(ticket: Ticket, deadline: Duration, saying: Saying) -> Result<()> {
    let action = TicketAction::Urge;
    let parts = ticket.client.parts();
    let began = parts.clock.elapsed();
    let options = within(deadline - deadline / 4).with_idempotency(Idempotency::NotIdempotent);
    let about = About {
        group: ticket.group(),
        options: &options,
    };
    let fault = match parts.service.act(&ticket.id, action, &saying, about).await {
        Ok(_) => return Ok(()),
        Err(fault) => fault,
    };
    let in_doubt = fault.delivery == Delivery::Unknown;
    let error = Error::from_fault(action.operation(), fault).of_write();
    if in_doubt {
        return Err(error);
    }
    let took = parts.clock.elapsed().saturating_sub(began);
    Err(explained(error, &ticket, action, deadline.saturating_sub(took)).await)
}
