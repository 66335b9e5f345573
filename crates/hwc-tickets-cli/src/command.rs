//! What each command does, a file each.

mod api;
mod auth;
mod completions;
mod doctor;
mod dry_run;
mod man;
mod reconcile;
mod send;
mod sim;

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
        Command::Message(Message::Reconcile(args)) => reconcile::run(args, context).await,
        Command::Api(args) => api::run(args, context).await,
        Command::Auth(args) => auth::run(args, context),
        Command::Doctor => doctor::run(context).await,
        Command::Sim(args) => sim::run(args, context).await,
        Command::Completions(args) => completions::run(&args, &context.screen),
        Command::Man(args) => man::run(&args, &context.screen),
        _ => Err(Failure::usage("not yet", "wait")),
    }
}
