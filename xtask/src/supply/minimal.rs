//! The oldest versions that the manifests allow. What a lock file holds is newer, so nobody sees a bound that is too low until a
//! user has the old version.

use super::{packages, place, shipped};
use crate::{
    file::Workspace,
    problem::Result,
    programs::{self, must_pass},
};

/// Chooses them, in a copy of the workspace, and checks what is shipped.
///
/// # Errors
/// The versions exclude each other, or something does not compile with them.
pub fn run(workspace: &Workspace) -> Result<String> {
    let copy = workspace.copied(&place(workspace, "minimal-versions"))?;
    let mut update = programs::cargo(&copy);
    update
        .args(["update", "-Z", "direct-minimal-versions"])
        // A flag of the nightly cargo. Not for what follows: build scripts of others look for it.
        .env("RUSTC_BOOTSTRAP", "1");
    must_pass(
        update,
        "cargo update -Z direct-minimal-versions",
        "raise the bound in Cargo.toml that keeps others from theirs",
    )?;
    let names = shipped(workspace)?;
    let mut check = programs::cargo(&copy);
    check
        .args(["check", "--locked", "--all-features"])
        .args(packages(&names))
        .env("CARGO_TARGET_DIR", place(workspace, "build"));
    must_pass(
        check,
        "cargo check --all-features, with the oldest versions",
        "raise the bound in Cargo.toml of what has not yet what is used",
    )?;
    Ok(format!(
        "{} build with the oldest versions of what they name",
        names.join(", ")
    ))
}
