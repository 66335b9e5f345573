//! `cargo xtask`: reads the command line, calls one function, prints what it says.

use clap::Parser as _;
use std::{env, path::PathBuf, process::ExitCode};
use xtask::{
    bench, ci, codegen, differential, file::Workspace, flags, fuzz, interop, linters, mutants,
    page, problem::Result, site, soak, spec,
};

fn main() -> ExitCode {
    let flags = flags::Flags::parse();
    match run(&flags) {
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

/// Runs the command; returns what to tell on success.
fn run(flags: &flags::Flags) -> Result<String> {
    let workspace = Workspace::new(flags.root.clone().unwrap_or_else(root));
    match &flags.command {
        flags::Command::Codegen { check: true } => codegen::check(&workspace)
            .map(|()| "generated files are what the description gives".to_owned()),
        flags::Command::Codegen { check: false } => {
            codegen::write(&workspace).map(|written| wrote(&written))
        }
        flags::Command::Interop { judge } => interop::run(&workspace, *judge),
        flags::Command::Differential { seed } => differential::run(&workspace, *seed),
        flags::Command::Fuzz { seconds, target } => {
            fuzz::run(&workspace, *seconds, target.as_deref())
        }
        flags::Command::Soak { minutes, seconds } => {
            soak::run(&workspace, seconds.unwrap_or(minutes.saturating_mul(60)))
        }
        flags::Command::Mutants { what, shard } => {
            mutants::run(&workspace, what, shard.as_deref(), say)
        }
        flags::Command::Linters => linters::run(&workspace),
        flags::Command::Docs | flags::Command::Spec(flags::Spec::Site) => site::write(&workspace),
        flags::Command::PageTests => page::test(&workspace),
        flags::Command::Pictures => page::pictures(&workspace),
        flags::Command::Bench { quick, only } => {
            let choice = bench::Choice {
                quick: *quick,
                only: only.clone(),
            };
            bench::run(&workspace, &choice, say)
        }
        flags::Command::Ci { step } => ci::run(&workspace, step.as_deref(), say),
        flags::Command::Spec(flags::Spec::Lint) => {
            spec::lint::checked(&workspace).map(|description| {
                format!(
                    "{} operations, every rule holds",
                    description.operations().len()
                )
            })
        }
        flags::Command::Spec(flags::Spec::Bundle) => {
            codegen::write_one(&workspace, spec::BUNDLED).map(|w| wrote(&w))
        }
        flags::Command::Spec(flags::Spec::Lower) => {
            codegen::write_one(&workspace, spec::LOWERED).map(|w| wrote(&w))
        }
        flags::Command::Spec(flags::Spec::Diff { since }) => {
            spec::diff::run(&workspace, since, say)
        }
        flags::Command::Spec(flags::Spec::Defects { seed, count }) => {
            spec::defects::run(&workspace, *seed, *count)
        }
        flags::Command::Spec(flags::Spec::Examples) => {
            spec::examples::run(&workspace).map(|count| {
                format!("{count} exchanges fit the description, except where they say so")
            })
        }
        flags::Command::Spec(flags::Spec::Kit { output }) => spec::kit::write(&workspace, output)
            .map(|count| format!("wrote {count} exchanges to {}", output.display())),
    }
}

fn wrote(files: &[String]) -> String {
    match files {
        [] => "nothing to change".to_owned(),
        _ => format!("wrote {}", files.join(", ")),
    }
}

/// The workspace this program was started for: cargo names the package, its parent is the root.
fn root() -> PathBuf {
    env::var_os("CARGO_MANIFEST_DIR").map_or_else(
        || PathBuf::from("."),
        |package| PathBuf::from(package).join(".."),
    )
}
