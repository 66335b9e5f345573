//! Tickets that do not exist: a poll leaves them out without a word, so they are asked after.

use crate::{
    client::Client,
    error::{Error, ErrorKind},
    ids::{GroupId, TicketId},
    service::About,
};
use hwc_core::CallOptions;

/// What asking after tickets came to. Those that are in neither list exist.
#[derive(Debug, Default)]
pub(super) struct Missing {
    /// The service says that there is no such ticket.
    pub(super) lost: Vec<(TicketId, Error)>,
    /// The question was not answered.
    pub(super) unclear: Vec<TicketId>,
}

/// Asks for the unread messages of all at once; only a ticket that is left out of that answer too is asked
/// for by itself. Being left out proves nothing: closed tickets may be.
pub(super) async fn ask(
    client: &Client,
    group: Option<GroupId>,
    options: CallOptions,
    tickets: Vec<TicketId>,
) -> Missing {
    let mut query = client.unread(tickets);
    if let Some(group) = &group {
        query = query.group(group.clone());
    }
    if let Some(deadline) = options.deadline {
        query = query.timeout(deadline);
    }
    let unread_counts = query.fetch().await;
    let mut missing = Missing::default();
    let mut unanswered = unread_counts.unanswered;
    for failed in unread_counts.failed {
        if failed.error.is_retryable() {
            missing.unclear.extend(failed.tickets);
        } else {
            unanswered.extend(failed.tickets);
        }
    }
    let about = About {
        group: group.as_ref(),
        options: &options,
    };
    let service = &client.parts().service;
    for ticket in unanswered {
        if let Err(fault) = service.messages(&ticket, 0, 1, about).await {
            let error = Error::from_fault("follow tickets", fault);
            if error.denies_existence() {
                missing.lost.push((ticket, error));
            } else if error.is_retryable() || error.kind() == ErrorKind::NotFound {
                // Of a gateway: it says nothing of the ticket.
                missing.unclear.push(ticket);
            }
        }
    }
    missing
}
