//! Packages, as a registry would get them. A file outside of a crate is not in its package, and nobody sees that in the workspace.

use super::{packages, place, shipped};
use crate::{
    file::Workspace,
    problem::Result,
    programs::{self, must_pass},
};

/// Makes the package of each crate and builds it from that.
///
/// # Errors
/// A package cannot be made, or does not build.
pub fn run(workspace: &Workspace) -> Result<String> {
    let names = shipped(workspace)?;
    let mut package = programs::cargo(workspace);
    package
        // What is there is tried, committed or not.
        .args(["package", "--allow-dirty"])
        .args(packages(&names))
        .env("CARGO_TARGET_DIR", place(workspace, "package"));
    must_pass(
        package,
        "cargo package --allow-dirty",
        "move the file into the crate that needs it, or give the dependency a version",
    )?;
    Ok(format!("{} build from their packages", names.join(", ")))
}
