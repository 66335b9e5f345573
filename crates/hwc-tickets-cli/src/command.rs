//! What each command does, a file each.

mod age;
mod api;
mod attachment;
mod auth;
mod chat;
mod completions;
mod config;
mod create;
mod described;
mod doctor;
mod doubt;
mod dry_run;
mod follow;
mod history;
mod man;
mod mark_read;
mod parts;
mod recall;
mod reconcile;
mod send;
mod sim;
mod target;
mod ticket;
mod unread;

pub(crate) use completions::run as completions;
pub(crate) use described::run as described;
pub(crate) use man::run as man;
pub(crate) use sim::run as sim;

use crate::{
    cli::{Command, attachment::Attachment, message::Message, ticket::Ticket},
    context::Context,
    failure::Failure,
};

/// Runs a command that needs settings. The others are listed for completeness.
pub(crate) async fn run(command: Command, context: &Context) -> Result<(), Failure> {
    let named = named(&command);
    let outcome = by_hand(command, context).await;
    // Following ends by being told to.
    if matches!(outcome, Ok(()) | Err(Failure::Interrupted { .. })) {
        context.remember(named.iter().map(String::as_str));
    }
    outcome
}

/// The tickets that a command names.
fn named(command: &Command) -> Vec<String> {
    match command {
        Command::Message(Message::Send(args)) => vec![args.ticket.clone()],
        Command::Message(Message::History(args)) => vec![args.ticket.clone()],
        Command::Message(Message::Follow(args)) => args.ticket.clone(),
        Command::Message(Message::Unread(args)) => args.ticket.clone(),
        Command::Message(Message::MarkRead(args)) => vec![args.ticket.clone()],
        Command::Message(Message::Recall(args)) => vec![args.ticket.clone()],
        Command::Ticket(Ticket::Show(args) | Ticket::Status(args)) => vec![args.ticket.clone()],
        Command::Ticket(Ticket::Close(args) | Ticket::Confirm(args)) => vec![args.ticket.clone()],
        Command::Ticket(Ticket::Cancel(args)) => vec![args.ticket.clone()],
        Command::Ticket(Ticket::Urge(args)) => vec![args.ticket.clone()],
        Command::Ticket(Ticket::Score(args)) => vec![args.ticket.clone()],
        Command::Attachment(Attachment::List(args)) => vec![args.ticket.clone()],
        Command::Chat(args) => args.ticket.iter().cloned().collect(),
        _ => Vec::new(),
    }
}

async fn by_hand(command: Command, context: &Context) -> Result<(), Failure> {
    match command {
        Command::Message(Message::Send(args)) => send::run(args, context).await,
        Command::Message(Message::History(args)) => history::run(args, context).await,
        Command::Message(Message::Follow(args)) => follow::run(args, context).await,
        Command::Message(Message::Unread(args)) => unread::run(args, context).await,
        Command::Message(Message::MarkRead(args)) => mark_read::run(args, context).await,
        Command::Message(Message::Recall(args)) => recall::run(args, context).await,
        Command::Message(Message::Reconcile(args)) => reconcile::run(args, context).await,
        Command::Ticket(args) => ticket::run(args, context).await,
        Command::Attachment(args) => attachment::run(args, context).await,
        Command::Chat(args) => chat::run(args, context).await,
        Command::Api(args) => api::run(args, context).await,
        Command::Auth(args) => auth::run(args, context),
        Command::Config(args) => config::run(args, context),
        Command::Doctor => doctor::run(context).await,
        Command::Sim(args) => sim::run(*args, &context.screen).await,
        Command::Completions(args) => completions::run(&args, &context.screen),
        Command::Man(args) => man::run(&args, &context.screen),
    }
}
