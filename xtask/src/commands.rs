//! What each command of the command line calls. The program prints what comes of it; tests run the same without a program.

use crate::{
    assurance, bench, ci, codegen, differential,
    file::Workspace,
    flags::{Command, Spec},
    fuzz, interop, libfuzzer, linters, mutants, page,
    problem::Result,
    site, soak, spec,
};

/// Runs `command` on `workspace`; returns what to tell on success. `say` gets what is told on the way.
///
/// # Errors
/// Everything that the command found wrong.
pub fn run(workspace: &Workspace, command: &Command, say: fn(&str)) -> Result<String> {
    match command {
        Command::Codegen { check: true } => codegen::check(workspace)
            .map(|()| "generated files are what the description gives".to_owned()),
        Command::Codegen { check: false } => {
            codegen::write(workspace).map(|written| wrote(&written))
        }
        Command::Interop { judge } => interop::run(workspace, *judge),
        Command::Differential { seed } => differential::run(workspace, *seed),
        Command::Fuzz {
            guided: true,
            seconds,
            target,
        } => libfuzzer::run(workspace, *seconds, target.as_deref(), say),
        Command::Fuzz {
            guided: false,
            seconds,
            target,
        } => fuzz::run(workspace, *seconds, target.as_deref()),
        Command::Soak { minutes, seconds } => {
            soak::run(workspace, seconds.unwrap_or(minutes.saturating_mul(60)))
        }
        Command::Mutants { what } => mutants::run(workspace, what, say),
        Command::Assurance { name } => assurance::run(workspace, name.as_deref(), say),
        Command::Linters => linters::run(workspace),
        Command::Docs | Command::Spec(Spec::Site) => site::write(workspace),
        Command::PageTests => page::test(workspace),
        Command::Pictures => page::pictures(workspace),
        Command::Bench { quick, only } => {
            let choice = bench::Choice {
                quick: *quick,
                only: only.clone(),
            };
            bench::run(workspace, &choice, say)
        }
        Command::Ci { step } => ci::run(workspace, step.as_deref(), say),
        Command::Spec(Spec::Lint) => spec::lint::checked(workspace).map(|description| {
            format!(
                "{} operations, every rule holds",
                description.operations().len()
            )
        }),
        Command::Spec(Spec::Bundle) => {
            codegen::write_one(workspace, spec::BUNDLED).map(|w| wrote(&w))
        }
        Command::Spec(Spec::Lower) => {
            codegen::write_one(workspace, spec::LOWERED).map(|w| wrote(&w))
        }
        Command::Spec(Spec::Diff { since }) => spec::diff::run(workspace, since, say),
        Command::Spec(Spec::Defects { seed, count }) => {
            spec::defects::run(workspace, *seed, *count)
        }
        Command::Spec(Spec::Examples) => spec::examples::run(workspace).map(|count| {
            format!("{count} exchanges fit the description, except where they say so")
        }),
        Command::Spec(Spec::Kit { output }) => spec::kit::write(workspace, output)
            .map(|count| format!("wrote {count} exchanges to {}", output.display())),
    }
}

fn wrote(files: &[String]) -> String {
    match files {
        [] => "nothing to change".to_owned(),
        _ => format!("wrote {}", files.join(", ")),
    }
}
