//! Every fuzz target for a given time. They are tests whose names hold `fuzz::`, and short in a usual test run.

use crate::{
    file::Workspace,
    problem::{Problem, Result},
    programs,
};
use std::process::{Command, Stdio};

/// What the names of the targets hold.
const FILTER: &str = "fuzz::";

/// The variable that makes a target go on; the package `fuzzing` reads it.
const SECONDS: &str = "FUZZ_SECONDS";

/// Runs the targets whose names hold `only`, or every one, one after the other, each for so many seconds.
///
/// # Errors
/// There is no such target, or an input breaks one.
pub fn run(workspace: &Workspace, seconds: u64, only: Option<&str>) -> Result<String> {
    let filter = format!("{FILTER}{}", only.unwrap_or_default());
    let targets = targets(workspace, &filter)?;
    if targets == 0 {
        return Err(Problem::general(
            format!("no test has a name that holds `{filter}`"),
            "leave the name out to run every target; they are in the files `fuzz.rs`",
        )
        .into());
    }
    let mut tests = tests(workspace, &filter);
    tests
        .args(["--test-threads", "1"])
        .env(SECONDS, seconds.to_string());
    if programs::succeeds(&mut tests) {
        return Ok(format!(
            "{targets} targets, {seconds} s each: nothing breaks them"
        ));
    }
    Err(Problem::general(
        "an input breaks a target; it is shown above",
        "put it into the corpus as a file named for what it is, and mend what reads it",
    )
    .into())
}

/// How many targets a filter names.
fn targets(workspace: &Workspace, filter: &str) -> Result<usize> {
    let fails = || {
        let remedy = "run `cargo test --workspace --no-run` and mend what it names";
        Problem::general("the tests do not build", remedy)
    };
    let listed = tests(workspace, filter)
        .arg("--list")
        .stderr(Stdio::inherit())
        .output()
        .map_err(|_| fails())?;
    if !listed.status.success() {
        return Err(fails().into());
    }
    let names = String::from_utf8_lossy(&listed.stdout);
    Ok(names
        .lines()
        .filter(|line| line.ends_with(": test"))
        .count())
}

/// The tests of the workspace whose names hold `filter`; what follows is for the programs of tests.
fn tests(workspace: &Workspace, filter: &str) -> Command {
    let mut cargo = programs::cargo(workspace);
    cargo
        .args(["test", "--workspace", "--locked", "--tests"])
        .args([filter, "--"]);
    cargo
}
