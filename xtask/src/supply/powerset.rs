//! Every combination of features. Tests and clippy see them all at once; a user sees one.

use super::{packages, place, shipped};
use crate::{
    file::Workspace,
    problem::Result,
    programs::{self, must_pass},
};
use std::process::Command;

/// The tool that makes the combinations.
const TOOL: (&str, &str) = ("cargo-hack", "0.6.46");

/// Checks each crate with each of them.
///
/// # Errors
/// The tool cannot be installed, or a combination does not compile, or not without a warning.
pub fn run(workspace: &Workspace, say: fn(&str)) -> Result<String> {
    let (name, version) = TOOL;
    let program = programs::tool(workspace, name, version, say)?;
    let names = shipped(workspace)?;
    let mut hack = Command::new(program);
    hack.current_dir(workspace.root())
        .args(["hack", "check", "--feature-powerset", "--locked"])
        .args(packages(&names))
        // A user who builds this would see them: code that only another feature uses, for one.
        .env("RUSTFLAGS", "-D warnings")
        .env("CARGO_TARGET_DIR", place(workspace, "build"));
    must_pass(
        hack,
        "cargo hack check --feature-powerset",
        "mend the combination that is named: a feature needs another one, or code its own",
    )?;
    Ok(format!(
        "{} build with each combination of their features",
        names.join(", ")
    ))
}
