//! What each command does.

mod completions;
mod man;

use crate::{cli::Command, failure::Failure, render::Screen};

/// Runs a command.
pub(crate) fn run(command: Command, screen: &Screen) -> Result<(), Failure> {
    match command {
        Command::Completions(args) => completions::run(&args, screen),
        Command::Man(args) => man::run(&args, screen),
        _ => Err(Failure::usage("not yet", "wait")),
    }
}
