//! `hwc-tickets message recall`.

use crate::{
    cli::{Form, message::Recall},
    context::{Context, interruptible, ticket_id},
    exit::Exit,
    failure::Failure,
    render,
};
use hwc_tickets::{Error, ErrorKind, MessageId, Recalled, Ticket, TicketId};
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
        Recalled::Absent => return Err(unknown(ticket.id(), &message)),
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
            let was_there = render::wait("reading the ticket", shows(ticket, &message)).await?;
            let recalled = render::wait("recalling", ticket.recall(&message).into_future()).await?;
            Ok((
                message,
                match recalled {
                    // It was there a moment ago: so the id is right.
                    Recalled::Absent if was_there => Recalled::Now,
                    recalled => recalled,
                },
            ))
        }
        None => Ok((
            render::wait("recalling", ticket.recall_last().into_future()).await?,
            Recalled::Now,
        )),
    }
}

/// Whether the ticket shows the message before anything is done: afterwards a wrong id cannot be told from one
/// that was taken back. When the ticket cannot be read, it is not known to be there.
async fn shows(ticket: &Ticket, message: &MessageId) -> Result<bool, Failure> {
    use ErrorKind as K;
    match ticket.messages_with_ids().await {
        Ok(messages) => Ok((messages.iter()).any(|own| own.id.as_ref() == Some(message))),
        // The recall would meet the same.
        Err(error)
            if matches!(
                error.kind(),
                K::Credentials | K::Unauthorized | K::Connect | K::Tls | K::NotFound
            ) =>
        {
            Err(error.into())
        }
        Err(_) => Ok(false),
    }
}

fn unknown(ticket: &TicketId, message: &MessageId) -> Failure {
    Failure::own(
        Exit::NotFound,
        format!("{ticket} shows no message {message}: it was recalled before, or the id is wrong"),
        format!("Look at the ids with: hwc-tickets message history {ticket} --ids"),
    )
}
