//! Ending a ticket: closing, confirming, canceling and deleting it, so that doing it twice is the same as doing it once.

use super::{
    action::{StateRefusal, TicketAction},
    detail::TicketStatus,
    rating::{Rating, Saying},
    state::{look, may_be_the_state},
    ticket::Ticket,
};
use crate::{
    error::{Delivery, Error, ErrorKind, Result},
    service::About,
    verb::{verb, within},
};
use hwc_core::Idempotency;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How ending a ticket went. Whichever way, the ticket is in the state that was asked for, or there is no such ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Ended {
    /// The service did it now.
    Now,
    /// It was so before: the service refused it, and the ticket is in that state. What was said with it is not stored.
    Already,
    /// An answer was lost, and the ticket is in that state: this call did it, or somebody else did. Whether what was said with it
    /// is stored is not known.
    Found,
    /// An answer to deleting was lost, and the service knows no such ticket: it was deleted by this call or before, or the id is a
    /// wrong one.
    Absent,
    /// A way that this version has no name for: a later one stored it.
    #[serde(other)]
    Other,
}

verb! {
    /// Closes a ticket as solved: made by [`Ticket::close`].
    ///
    /// # Errors
    /// When awaited: a refusal, which names the state of the ticket as [`Error::state_refusal`];
    /// [`ErrorKind::InvalidInput`] when a text is too long; every kind of a call. While
    /// [`Error::delivery`] is [`Delivery::Unknown`] it may still happen:
    /// doing it again is safe.
    Close { saying: Saying } -> Ended, close,
    group: "Acts for `group`, as a colleague's ticket needs it (D-32)."
}

verb! {
    /// Confirms the result of a ticket, which closes it: made by [`Ticket::confirm`].
    ///
    /// # Errors
    /// As of [`Close`]; when no result waits for a confirmation nothing is sent, and the error has that state.
    ConfirmResult { saying: Saying } -> Ended, confirm,
    group: "Acts for `group`, as a colleague's ticket needs it (D-32)."
}

verb! {
    /// Takes a ticket back: made by [`Ticket::cancel`].
    ///
    /// # Errors
    /// As of [`Close`].
    Cancel { saying: Saying } -> Ended, cancel,
    group: "Acts for `group`, as a colleague's ticket needs it (D-32)."
}

verb! {
    /// Deletes a ticket: made by [`Ticket::delete`].
    ///
    /// # Errors
    /// As of [`Close`]; [`ErrorKind::NotFound`] when there is no such ticket.
    Delete { saying: Saying } -> Ended, delete,
    group: "Acts for `group`, as a colleague's ticket needs it (D-32)."
}

impl Close {
    /// Says this with it, up to the documented limit.
    pub fn words(mut self, words: impl Into<String>) -> Self {
        self.saying.words = Some(words.into());
        self
    }

    /// Rates the ticket with it. Only [`Ended::Now`] says that the rating is stored; else see [`Ticket::score`].
    pub fn rating(mut self, rating: Rating) -> Self {
        self.saying.rating = Some(rating);
        self
    }
}

impl ConfirmResult {
    /// Says this with it, up to the documented limit.
    pub fn words(mut self, words: impl Into<String>) -> Self {
        self.saying.words = Some(words.into());
        self
    }

    /// Rates the ticket with it. Only [`Ended::Now`] says that the rating is stored; else see [`Ticket::score`].
    pub fn rating(mut self, rating: Rating) -> Self {
        self.saying.rating = Some(rating);
        self
    }
}

impl Cancel {
    /// Says this with it, up to the documented limit.
    pub fn words(mut self, words: impl Into<String>) -> Self {
        self.saying.words = Some(words.into());
        self
    }
}

impl Delete {
    /// Says this with it, up to the documented limit.
    pub fn words(mut self, words: impl Into<String>) -> Self {
        self.saying.words = Some(words.into());
        self
    }
}

impl Ticket {
    /// Closes the ticket as solved. No operation opens it again.
    ///
    /// Safe to repeat. After a refusal or a lost answer the state of the ticket is read: a ticket that is completed by then is no
    /// error, but [`Ended::Already`] or [`Ended::Found`].
    ///
    /// ```no_run
    /// # async fn example(ticket: hwc_tickets::Ticket) -> hwc_tickets::Result<()> {
    /// use hwc_tickets::Rating;
    /// ticket.close().rating(Rating::new("Thank you.").points(1, 5)).await?;
    /// # Ok(()) }
    /// ```
    pub fn close(&self) -> Close {
        Close {
            ticket: self.clone(),
            timeout: None,
            saying: Saying::default(),
        }
    }

    /// Confirms the result of the ticket, which closes it. The state is read first, and nothing is sent unless a result waits to be
    /// confirmed; a ticket that is completed already is [`Ended::Already`]. Else as [`Ticket::close`].
    pub fn confirm(&self) -> ConfirmResult {
        ConfirmResult {
            ticket: self.clone(),
            timeout: None,
            saying: Saying::default(),
        }
    }

    /// Takes the ticket back. The documents offer it while nobody has taken the ticket. Safe to repeat, as [`Ticket::close`].
    pub fn cancel(&self) -> Cancel {
        Cancel {
            ticket: self.clone(),
            timeout: None,
            saying: Saying::default(),
        }
    }

    /// Deletes the ticket, which cannot be undone. Safe to repeat, as [`Ticket::close`].
    pub fn delete(&self) -> Delete {
        Delete {
            ticket: self.clone(),
            timeout: None,
            saying: Saying::default(),
        }
    }
}

async fn close(ticket: Ticket, deadline: Duration, saying: Saying) -> Result<Ended> {
    end(ticket, deadline, TicketAction::Close, saying).await
}

async fn cancel(ticket: Ticket, deadline: Duration, saying: Saying) -> Result<Ended> {
    end(ticket, deadline, TicketAction::Cancel, saying).await
}

async fn delete(ticket: Ticket, deadline: Duration, saying: Saying) -> Result<Ended> {
    end(ticket, deadline, TicketAction::Delete, saying).await
}

async fn confirm(ticket: Ticket, deadline: Duration, saying: Saying) -> Result<Ended> {
    let action = TicketAction::Confirm;
    let parts = ticket.client.parts();
    let began = parts.clock.elapsed();
    let unread = |error: Error| {
        error
            .with_operation(action.operation())
            .with_delivery(Delivery::NotSent)
    };
    match look(&ticket, deadline / 4).await.map_err(unread)? {
        TicketStatus::Completed => Ok(Ended::Already),
        TicketStatus::AwaitingConfirmation => {
            let took = parts.clock.elapsed().saturating_sub(began);
            end(
                ticket.clone(),
                deadline.saturating_sub(took),
                action,
                saying,
            )
            .await
        }
        status => {
            let refusal = StateRefusal::new(action, status);
            Err(Error::local(ErrorKind::Refused, refusal.to_string())
                .with_operation(action.operation())
                .refused_in(refusal))
        }
    }
}

async fn end(
    ticket: Ticket,
    deadline: Duration,
    action: TicketAction,
    saying: Saying,
) -> Result<Ended> {
    let parts = ticket.client.parts();
    let began = parts.clock.elapsed();
    // The rest is for reading the state, should the answer leave a doubt.
    let options = within(deadline - deadline / 4).with_idempotency(Idempotency::IdempotentInEffect);
    let about = About {
        group: ticket.group(),
        options: &options,
    };
    let fault = match parts.service.act(&ticket.id, action, &saying, about).await {
        Ok(_) => return Ok(Ended::Now),
        Err(fault) => fault,
    };
    let in_doubt = [fault.delivery, fault.earlier].contains(&Delivery::Unknown);
    let error = Error::from_fault(action.operation(), fault);
    if !in_doubt && !may_be_the_state(&error) {
        return Err(error);
    }
    let took = parts.clock.elapsed().saturating_sub(began);
    let error = error.with_elapsed(took);
    match look(&ticket, deadline.saturating_sub(took)).await {
        Ok(status) if is_reached(action, status) => Ok(match in_doubt {
            true => Ended::Found,
            false => Ended::Already,
        }),
        // It may still come into effect: what the state says now is no proof that it will not.
        Ok(_) if in_doubt => Err(error.with_delivery(Delivery::Unknown)),
        Ok(status) => Err(error.refused_in(StateRefusal::new(action, status))),
        Err(look) if in_doubt && gone(action, &look) => Ok(Ended::Absent),
        Err(_) if in_doubt => Err(error.with_delivery(Delivery::Unknown)),
        Err(_) => Err(error),
    }
}

/// Whether `status` is what `action` leads to.
fn is_reached(action: TicketAction, status: TicketStatus) -> bool {
    match action {
        TicketAction::Close | TicketAction::Confirm => status == TicketStatus::Completed,
        TicketAction::Cancel => status == TicketStatus::Canceled,
        TicketAction::Delete => status == TicketStatus::Deleted,
        TicketAction::Urge | TicketAction::Score | TicketAction::Other => false,
    }
}

/// Whether a ticket that was to be deleted is not there.
fn gone(action: TicketAction, look: &Error) -> bool {
    action == TicketAction::Delete && look.denies_existence()
}
