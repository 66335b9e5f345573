//! What each command does, a file each.

mod api;
mod auth;
mod completions;
mod doctor;
mod dry_run;
mod history;
mod man;
mod mark_read;
mod recall;
mod reconcile;
mod send;
mod sim;
mod ticket;
mod unread;

pub(crate) use doctor::redacted;

use crate::{
    cli::{Command, message::Message},
    context::Context,
    failure::Failure,
};

/// Runs a command.
pub(crate) async fn run(command: Command, context: &Context) -> Result<(), Failure> {
    match command {
        Command::Message(Message::Send(args)) => send::run(args, context).await,
        Command::Message(Message::History(args)) => history::run(args, context).await,
        Command::Message(Message::Unread(args)) => unread::run(args, context).await,
        Command::Message(Message::MarkRead(args)) => mark_read::run(args, context).await,
        Command::Message(Message::Recall(args)) => recall::run(args, context).await,
        Command::Message(Message::Reconcile(args)) => reconcile::run(args, context).await,
        Command::Ticket(args) => ticket::run(args, context).await,
        Command::Api(args) => api::run(args, context).await,
        Command::Auth(args) => auth::run(args, context),
        Command::Doctor => doctor::run(context).await,
        Command::Sim(args) => sim::run(args, context).await,
        Command::Completions(args) => completions::run(&args, &context.screen),
        Command::Man(args) => man::run(&args, &context.screen),
        _ => Err(Failure::usage("not yet", "wait")),
    }
}
