//! Completions in the shells themselves.
//!
//! The tests are those of the program, which leave out a shell that is not installed. Here none is left out: on a server
//! a missing one is installed.

use crate::{
    file::Workspace,
    problem::{Problem, Result},
    programs::{self, Kind, Verdict},
};
use std::process::Command;

/// The shells, each a Debian package of the same name.
const SHELLS: [&str; 3] = ["bash", "zsh", "fish"];

/// The package with the program that completes.
const PACKAGE: &str = "hwc-tickets-cli";

/// What the names of its tests in shells begin with.
const FILTER: &str = "completions::";

/// Asks every shell.
///
/// # Errors
/// One does not complete as it should, or on a server one cannot be had.
pub fn ask(workspace: &Workspace) -> Result<Verdict> {
    let missing = || -> Vec<&str> {
        let is_missing = |shell: &&str| programs::on_path(&[*shell]).is_none();
        SHELLS.into_iter().filter(is_missing).collect()
    };
    if programs::on_server() && !missing().is_empty() {
        // What is still missing then is told below.
        let _ = programs::install(&missing());
    }
    let missing = missing();
    if !missing.is_empty() {
        let why = format!("not installed here: {}", missing.join(", "));
        if programs::on_server() {
            let remedy = format!(
                "install them (on Debian: `apt-get install {}`)",
                missing.join(" ")
            );
            return Err(Problem::general(why, remedy).into());
        }
        return Ok(Verdict::Absent(why));
    }
    let tests = programs::build(workspace)?.path(PACKAGE, Kind::Tests, "it")?;
    if !programs::has_test(&tests, FILTER) {
        return Err(Problem::general(
            format!("{PACKAGE} has no test whose name holds `{FILTER}`"),
            "name in xtask/src/completions.rs what its tests are called",
        )
        .into());
    }
    let passed = programs::succeeds(
        Command::new(tests)
            .current_dir(workspace.root().join("crates").join(PACKAGE))
            .arg(FILTER)
            .env("COMPLETIONS_REQUIRED", "1"),
    );
    if passed {
        return Ok(Verdict::Content);
    }
    Err(Problem::general(
        "a shell does not complete as it should; its screen is above",
        "mend crates/hwc-tickets-cli/src/command/completions.rs",
    )
    .into())
}
