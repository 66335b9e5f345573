//! `hwc-tickets message recall`.

use crate::{
    cli::{Form, message::Recall},
    context::{Context, interruptible, ticket_id},
    exit::Exit,
    failure::{Failure, telling},
    render::{self, Part, Show, fact, wrap::cut},
    view::{self, MessageJson},
    zone::Zone,
};
use hwc_tickets::{
    Advice, CallAdvice, Error, ErrorKind, Message, MessageId, Recalled, Ticket, TicketId,
};
use serde::Serialize;
use std::future::IntoFuture as _;

pub(crate) async fn run(args: Recall, context: &Context) -> Result<(), Failure> {
    let id = ticket_id(&args.ticket)?;
    let message = args
        .message_id
        .as_ref()
        .map(MessageId::new)
        .transpose()
        .map_err(Error::from)?;
    // What is in doubt is looked for before its message goes.
    let client = context.client_with(context.pending_files.clone())?;
    let ticket = client.ticket(id)?;
    let mut begun = None;
    let done = interruptible(recall(&ticket, message, &mut begun, context)).await;
    if let Some(id) = begun.filter(|_| done.as_ref().err().is_none_or(may_help)) {
        let ticket = ticket.id();
        context.screen.note(&format!(
            "To repeat it: hwc-tickets message recall {ticket} {id} (with --last it would be the message before)"
        ));
    }
    let Done {
        id,
        message,
        recalled,
    } = done?;
    let outcome = match recalled {
        Recalled::Already => "already_recalled",
        Recalled::Absent => return Err(unknown(ticket.id(), &id)),
        _ => "recalled",
    };
    let told = Told {
        ticket: ticket.id(),
        message_id: &id,
        outcome,
        message: message.as_ref().map(MessageJson),
        zone: context.settings.time_zone.value,
    };
    let what = format!("message {id} is {}", told.in_words());
    telling(what, || context.screen.show(&told))
}

/// How it ended.
#[derive(Serialize)]
struct Told<'a> {
    ticket: &'a TicketId,
    message_id: &'a MessageId,
    outcome: &'static str,
    message: Option<MessageJson<'a>>,
    #[serde(skip)]
    zone: Zone,
}

impl Told<'_> {
    fn in_words(&self) -> String {
        self.outcome.replace('_', " ")
    }
}

impl Show for Told<'_> {
    fn parts(&self, form: Form) -> Vec<Part> {
        let message = self.message.map(|message| message.0);
        let time = message.map(|message| view::time(&message.created_at, self.zone, form));
        let text = message.map(|message| match form {
            Form::Plain => message.content.clone(),
            _ => beginning(&message.content),
        });
        vec![Part::Facts(vec![
            fact("ticket", self.ticket.to_string()),
            fact("message", self.message_id.to_string()),
            fact("outcome", self.in_words()),
            fact("time", time),
            fact("text", text),
        ])]
    }
}

/// Whether repeating can end otherwise: what the service refuses, it refuses again.
fn may_help(failure: &Failure) -> bool {
    !matches!(failure.exit(), Exit::Refused | Exit::Usage | Exit::NotFound)
}

/// What was done.
struct Done {
    id: MessageId,
    /// The message, if the ticket showed it before.
    message: Option<Message>,
    recalled: Recalled,
}

async fn recall(
    ticket: &Ticket,
    id: Option<MessageId>,
    begun: &mut Option<MessageId>,
    context: &Context,
) -> Result<Done, Failure> {
    let (id, message) = match id {
        Some(id) => {
            let message = render::wait("reading the ticket", shown(ticket, &id)).await?;
            (id, message)
        }
        None => {
            let last = render::wait("reading the ticket", ticket.find_last().into_future()).await?;
            (last.id, Some(last.message))
        }
    };
    if let Some(message) = &message {
        announce(&id, message, context);
        *begun = Some(id.clone());
    }
    let recalled = render::wait("recalling", ticket.recall(&id).into_future()).await;
    let recalled = recalled.map_err(|error| in_doubt(error, ticket.id(), &id))?;
    let recalled = match recalled {
        // It was there a moment ago: so the id is right.
        Recalled::Absent if message.is_some() => Recalled::Now,
        recalled => recalled,
    };
    Ok(Done {
        id,
        message,
        recalled,
    })
}

/// Told before it is done: whatever comes of it, this is the message, and `--last` would name another one by then.
fn announce(id: &MessageId, message: &Message, context: &Context) {
    let zone = context.settings.time_zone.value;
    let time = view::time(&message.created_at, zone, Form::Table);
    let screen = &context.screen;
    screen.note(&format!(
        "Recalling {id} of {time}: {}",
        beginning(&message.content)
    ));
}

/// Columns of a text that is only to be recognised.
const BEGINNING: usize = 60;

/// The first line, cut.
fn beginning(text: &str) -> String {
    let mut lines = text.trim_start().lines();
    let first = lines.next().unwrap_or_default();
    let more = if lines.next().is_some() { " …" } else { "" };
    cut(&format!("{first}{more}"), BEGINNING)
}

/// The message, if the ticket shows it before anything is done: afterwards a wrong id cannot be told from one
/// that was taken back. When the ticket cannot be read, it is not known to be there.
async fn shown(ticket: &Ticket, id: &MessageId) -> Result<Option<Message>, Failure> {
    use ErrorKind as K;
    match ticket.messages_with_ids().await {
        Ok(messages) => Ok((messages.into_iter()).find(|own| own.id.as_ref() == Some(id))),
        // The recall would meet the same.
        Err(error)
            if matches!(
                error.kind(),
                K::Credentials | K::Unauthorized | K::Connect | K::Tls | K::NotFound
            ) =>
        {
            Err(error.into())
        }
        Err(_) => Ok(None),
    }
}

/// A failure after which the message may be gone: what is safe to repeat is the recall by its id, and no other.
fn in_doubt(error: Error, ticket: &TicketId, message: &MessageId) -> Failure {
    match error.advice() {
        Advice::Call(CallAdvice::RepeatSafely) => Failure::Advised {
            error: Box::new(error),
            advice: format!(
                "It may have been done. Done again by its id it does no harm: hwc-tickets message recall {ticket} {message}"
            ),
        },
        _ => error.into(),
    }
}

fn unknown(ticket: &TicketId, message: &MessageId) -> Failure {
    Failure::own(
        Exit::NotFound,
        format!("{ticket} shows no message {message}: it was recalled before, or the id is wrong"),
        format!("Look at the ids with: hwc-tickets message history {ticket} --ids"),
    )
}
