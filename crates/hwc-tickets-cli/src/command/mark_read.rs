//! `hwc-tickets message mark-read`.

use crate::{
    cli::{Form, message::MarkRead},
    context::{Context, interruptible, ticket_id},
    failure::{Failure, telling},
    render::{self, Part, Show, fact},
};
use hwc_tickets::TicketId;
use serde::Serialize;
use std::future::IntoFuture as _;

/// What was done.
#[derive(Serialize)]
struct Marked<'a> {
    ticket: &'a TicketId,
    outcome: &'static str,
}

impl Show for Marked<'_> {
    fn parts(&self, _: Form) -> Vec<Part> {
        vec![Part::Facts(vec![
            fact("ticket", self.ticket.to_string()),
            fact("outcome", self.outcome.to_owned()),
        ])]
    }
}

pub(crate) async fn run(args: MarkRead, context: &Context) -> Result<(), Failure> {
    let ticket = context.client()?.ticket(ticket_id(&args.ticket)?)?;
    let work = async { Ok(render::wait("marking read", ticket.mark_read().into_future()).await?) };
    interruptible(work).await?;
    let marked = Marked {
        ticket: ticket.id(),
        outcome: "read",
    };
    let what = "the messages are marked as read";
    telling(what, || context.screen.show(&marked))
}
