//! The program `hwc-tickets`: Huawei Cloud Service Tickets on the command line.
//!
//! `cli` is the command tree, `settings` and `credentials` what applies in this run, `context` what every command works
//! with, `command` what each command does, `view` how things look, `render` the only place that prints, `failure` and
//! `exit` how it ends.

mod cli;
mod clock;
mod command;
mod context;
mod credentials;
mod exit;
mod failure;
mod input;
mod pending_files;
mod private_file;
mod render;
mod settings;
mod view;

use clap::Parser as _;
use cli::{Cli, Command};
use context::Context;
use exit::Exit;
use failure::Failure;
use render::Screen;
use settings::Settings;
use std::{future::Future, process::ExitCode};

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let exit = if error.use_stderr() {
                Exit::Usage
            } else {
                Exit::Ok
            };
            render::command_line(error);
            return exit.into();
        }
    };
    render::set_colour(settings::colour(&cli.global));
    let verbose = cli.global.verbose;
    match run(cli) {
        Ok(()) => Exit::Ok,
        Err(failure) => {
            render::report(&failure, verbose);
            failure.exit()
        }
    }
    .into()
}

fn run(cli: Cli) -> Result<(), Failure> {
    let screen = Screen::new(cli.global.output.unwrap_or_default(), cli.global.verbose);
    match cli.command {
        // These work whatever stands in the configuration.
        Command::Completions(args) => command::completions(&args, &screen),
        Command::Man(args) => command::man(&args, &screen),
        Command::Sim(args) => block_on(command::sim(args, &screen)),
        command => {
            let settings = Settings::resolve(&cli.global, &settings::process_variable)?;
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
    let done = runtime.block_on(work);
    // A name resolution that hangs must not keep the program from ending.
    runtime.shutdown_background();
    done
}
