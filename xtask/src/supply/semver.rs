//! The public interface against a baseline: the last released version, or, before there is one, the revision that the manifest
//! of the workspace names. cargo-semver-checks compares what rustdoc knows of both.

use crate::{
    file::Workspace,
    problem::{Place, Problem, Result},
    programs::{self, must_pass},
};
use std::process::Command;

/// The tool. It knows the form of what rustdoc of Rust 1.93 and later says.
const TOOL: (&str, &str) = ("cargo-semver-checks", "0.50.0");
/// What is promised to others. The wire crate is unstable on purpose, and the program is no library.
const PROMISED: [&str; 3] = ["hwc-core", "hwc-tickets", "hwc-tickets-sim"];
/// The tags of released versions. Those of the description begin otherwise.
const TAGS: &str = "v[0-9]*";
/// The key of the revision in `[workspace.metadata.assurance]`.
const KEY: &str = "semver-baseline = ";

/// Compares.
///
/// # Errors
/// The tool cannot be installed, there is no baseline, or something is gone or changed and the version does not say so.
pub fn run(workspace: &Workspace, say: fn(&str)) -> Result<String> {
    let since = baseline(workspace)?;
    let (name, version) = TOOL;
    let program = programs::tool(workspace, name, version, say)?;
    let mut checks = Command::new(program);
    checks.current_dir(workspace.root()).args([
        "semver-checks",
        "--baseline-rev",
        &since,
        "--all-features",
    ]);
    for package in PROMISED {
        checks.args(["--package", package]);
    }
    must_pass(
        checks,
        &format!("cargo semver-checks --baseline-rev {since}"),
        "keep what is named, or raise the version in Cargo.toml; before the first release the baseline may move instead, in a commit that says why",
    )?;
    Ok(format!("{} keep what {since} has", PROMISED.join(", ")))
}

/// What is compared with.
fn baseline(workspace: &Workspace) -> Result<String> {
    let last = ["describe", "--tags", "--abbrev=0", "--match", TAGS];
    if let Some(tag) = programs::git(workspace, &last) {
        return Ok(tag);
    }
    named(&workspace.read("Cargo.toml")?).ok_or_else(|| {
        Problem::at(
            Place::file("Cargo.toml"),
            format!("no tag {TAGS}, and no `{KEY}`"),
            "name a revision in [workspace.metadata.assurance], or tag the release",
        )
        .into()
    })
}

/// The revision that the manifest names.
fn named(manifest: &str) -> Option<String> {
    let line = manifest.lines().find_map(|line| line.strip_prefix(KEY))?;
    let revision = line.split('"').nth(1)?;
    (!revision.is_empty()).then(|| revision.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_baseline_is_named() {
        let real = Workspace::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
        let revision = named(&real.read("Cargo.toml").unwrap()).unwrap();
        assert_eq!(revision.len(), 40, "a whole revision: {revision}");
        assert_eq!(
            named("a = 1\nsemver-baseline = \"abc\" # why\n").as_deref(),
            Some("abc")
        );
        for without in ["", "semver-baseline = \"\"\n", "[package]\n"] {
            assert_eq!(named(without), None, "{without:?}");
        }
    }
}
