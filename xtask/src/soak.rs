//! A follower of hundreds of tickets, for as long as is wanted, with a fault each second. It is a test of the contract tests
//! that does nothing unless it is told for how long; the simulator runs in a process of its own.

use crate::{
    file::Workspace,
    problem::{Problem, Result},
    programs::{self, Kind, succeeds},
};
use std::process::Command;

/// The package with the test.
const PACKAGE: &str = "contract-tests";
/// Its whole name. The small tests of its parts are called `soak::` as well: without the long one they would pass for it.
const TEST: &str = "soak::a_fault_every_second_loses_and_doubles_nothing";

/// Follows for so many seconds.
///
/// # Errors
/// Something was missed, doubled or told wrongly, a fault struck nothing, or memory grew by more than it may.
pub fn run(workspace: &Workspace, seconds: u64) -> Result<String> {
    let root = programs::absolute(workspace);
    let built = programs::build(workspace)?;
    let tests = built.path(PACKAGE, Kind::Tests, "it")?;
    if !programs::has_test(&tests, TEST) {
        return Err(Problem::general(
            format!("{PACKAGE} has no test whose name holds `{TEST}`"),
            "name in xtask/src/soak.rs what it is called",
        )
        .into());
    }
    let mut soak = Command::new(tests);
    soak.current_dir(root.join("tests"))
        .args([TEST, "--nocapture"])
        .env("SOAK_SECONDS", seconds.to_string())
        .env("SOAK_SIMULATOR", built.simulator()?);
    if succeeds(&mut soak) {
        // Before that the test does not look at memory, and Linux alone tells it.
        let memory = if seconds >= 300 && cfg!(target_os = "linux") {
            ", and memory within bounds"
        } else {
            ""
        };
        return Ok(format!(
            "{seconds} s with a fault in each: nothing missed, nothing doubled{memory}"
        ));
    }
    Err(Problem::general(
        format!("{seconds} s with a fault in each are not survived; why is above"),
        "mend the client, or the simulator where it is wrong; make it a test on the fake clock first",
    )
    .into())
}
