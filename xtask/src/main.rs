//! `cargo xtask`: reads the command line, runs the command, prints what it says.

use clap::Parser as _;
use std::{env, path::PathBuf, process::ExitCode};
use xtask::{commands, file::Workspace, flags::Flags};

fn main() -> ExitCode {
    let flags = Flags::parse();
    let workspace = Workspace::new(flags.root.unwrap_or_else(root));
    match commands::run(&workspace, &flags.command, say) {
        Ok(said) => {
            #[expect(
                clippy::print_stdout,
                reason = "the one place where this program speaks"
            )]
            {
                println!("{said}");
            }
            ExitCode::SUCCESS
        }
        Err(problems) => {
            #[expect(
                clippy::print_stderr,
                reason = "the one place where this program complains"
            )]
            {
                eprintln!("{problems}");
            }
            ExitCode::FAILURE
        }
    }
}

#[expect(
    clippy::print_stdout,
    reason = "the one place where this program speaks"
)]
fn say(line: &str) {
    println!("{line}");
}

/// The workspace this program was started for: cargo names the package, its parent is the root.
fn root() -> PathBuf {
    env::var_os("CARGO_MANIFEST_DIR").map_or_else(
        || PathBuf::from("."),
        |package| PathBuf::from(package).join(".."),
    )
}
