//! The program `hwc-tickets`: Huawei Cloud Service Tickets on the command line.
//!
//! `cli` is the command tree, `settings` what applies in this run, `command` what each command does, `render` the only
//! place that prints, `failure` and `exit` how it ends.

mod cli;
mod clock;
mod command;
mod exit;
mod failure;
mod private_file;
mod render;
mod settings;

use clap::Parser as _;
use cli::Cli;
use exit::Exit;
use failure::Failure;
use render::Screen;
use settings::Settings;
use std::process::ExitCode;

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
        Ok(exit) => exit,
        Err(failure) => {
            render::report(&failure, verbose);
            failure.exit()
        }
    }
    .into()
}

fn run(cli: Cli) -> Result<Exit, Failure> {
    let settings = Settings::resolve(&cli.global, &settings::process_variable)?;
    let screen = Screen::new(settings.output.value, settings.verbose);
    command::run(cli.command, &screen)?;
    Ok(Exit::Ok)
}
