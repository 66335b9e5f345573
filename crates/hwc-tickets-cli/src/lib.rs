//! The program `hwc-tickets`: Huawei Cloud Service Tickets on the command line. It is a library so that libFuzzer reaches what is private in it
//! (`fuzz`, which is there for tests and for `cargo xtask fuzz --guided` alone); nobody else is to call anything but [`main`].
//!
//! `cli` is the command tree, `settings` and `credentials` what applies in this run, `context` what every command works
//! with, `command` what each command does, `view` how things look, `render` the only place that prints, `failure` and
//! `exit` how it ends. `zone` is the zone of times, `program` starts what the user names, `editor` is one
//! of these, `drafts` texts that were not sent.

mod cli;
mod clock;
mod command;
mod context;
mod credentials;
mod drafts;
mod editor;
mod exit;
mod failure;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzz;
mod input;
mod pending_files;
mod private_file;
mod program;
mod prompt;
mod render;
mod seen;
mod settings;
mod signal;
#[cfg(unix)]
mod terminal_modes;
mod view;
mod zone;

use cli::{Command, Typed, What, admin::Auth, config::Config};
use context::Context;
use exit::Exit;
use failure::Failure;
use render::{Filter, Screen};
use settings::Settings;
use std::{future::Future, process::ExitCode};

/// Runs the program: reads its command line, does what it says, and tells how that ended.
#[must_use]
pub fn main() -> ExitCode {
    let typed = match cli::parse() {
        Ok(typed) => typed,
        Err(error) => {
            let exit = if error.use_stderr() {
                Exit::Usage
            } else {
                Exit::Ok
            };
            return end(render::command_line(error), exit, false);
        }
    };
    render::set_colour(settings::colour(&typed.global));
    let verbose = typed.global.verbose;
    end(run(typed), Exit::Ok, verbose)
}

/// How the program ends; a failure is told.
fn end(outcome: Result<(), Failure>, exit: Exit, verbose: bool) -> ExitCode {
    match outcome {
        Ok(()) => exit,
        Err(failure) => {
            render::report(&failure, verbose);
            failure.exit()
        }
    }
    .into()
}

fn run(Typed { global, what }: Typed) -> Result<(), Failure> {
    signal::begin(render::last_words).map_err(|error| {
        Failure::own(
            Exit::Failure,
            format!("signals cannot be handled: {error}"),
            "Check the limits of the system.",
        )
    })?;
    // Before anything is done for nothing.
    if let Some(filter) = &global.jq {
        Filter::read(filter)?;
    }
    let screen = Screen::new(global.output.unwrap_or_default(), global.verbose);
    let command = match what {
        What::ByHand(command) => command,
        What::Described(described) => {
            let settings = Settings::resolve(&global, &settings::process_variable)?;
            return block_on(command::described(&described, &Context::new(settings)));
        }
    };
    match command {
        // These work whatever stands in the configuration.
        Command::Completions(args) => command::completions(&args, &screen),
        Command::Man(args) => command::man(&args, &screen),
        Command::Sim(args) => block_on(command::sim(*args, &screen)),
        command => {
            let settings = match command {
                // It makes the profile that is not there.
                Command::Auth(Auth::Login(_)) => Settings::resolve_to_make,
                Command::Auth(Auth::Logout) | Command::Config(Config::Unset(_) | Config::Path) => {
                    Settings::resolve_to_forget
                }
                Command::Config(Config::Set(_)) => Settings::resolve_to_change,
                _ => Settings::resolve,
            }(&global, &settings::process_variable)?;
            block_on(command::run(command, &Context::new(settings)))
        }
    }
}

fn block_on(work: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| {
            Failure::own(
                Exit::Failure,
                format!("the runtime does not start: {error}"),
                "Check the limits of the system.",
            )
        })?;
    #[cfg(not(unix))]
    let work = async {
        signal::begin_in_runtime();
        work.await
    };
    let done = runtime.block_on(work);
    // A name resolution that hangs must not keep the program from ending.
    runtime.shutdown_background();
    done
}
