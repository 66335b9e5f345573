//! `hwc-tickets message recall`.

use crate::{
    cli::{Form, message::Recall},
    context::{Context, interruptible, ticket_id},
    failure::Failure,
    render,
};
use hwc_tickets::{Error, MessageId, Recalled, Ticket};
use serde_json::json;
use std::future::IntoFuture as _;

pub(crate) async fn run(args: Recall, context: &Context) -> Result<(), Failure> {
    let id = ticket_id(&args.ticket)?;
    let message = args
        .message_id
        .as_ref()
        .map(MessageId::new)
        .transpose()
        .map_err(Error::from)?;
    let ticket = context.client()?.ticket(id)?;
    let (message, recalled) = interruptible(recall(&ticket, message)).await?;
    let outcome = match recalled {
        Recalled::Already => "already recalled",
        _ => "recalled",
    };
    let screen = &context.screen;
    let written = match screen.form() {
        Form::Json | Form::Ndjson => {
            let outcome = outcome.replace(' ', "_");
            screen.document(
                &json!({ "ticket": ticket.id(), "message_id": message, "outcome": outcome }),
            )
        }
        Form::Table | Form::Plain => screen.facts(&[
            ("ticket", ticket.id().to_string()),
            ("message", message.to_string()),
            ("outcome", outcome.to_owned()),
        ]),
    };
    written.map_err(|failure| failure.after(format_args!("message {message} is {outcome}")))
}

async fn recall(
    ticket: &Ticket,
    message: Option<MessageId>,
) -> Result<(MessageId, Recalled), Failure> {
    match message {
        Some(message) => {
            let recalled = render::wait("recalling", ticket.recall(&message).into_future()).await?;
            Ok((message, recalled))
        }
        None => Ok((
            render::wait("recalling", ticket.recall_last().into_future()).await?,
            Recalled::Now,
        )),
    }
}
