//! Licences, bans and sources of dependencies: cargo-deny holds them to `deny.toml`. It reads no code. Known weaknesses are not asked
//! for: their list is in the network.

use crate::{
    file::Workspace,
    problem::Result,
    programs::{self, Verdict, must_pass},
};
use std::{path::PathBuf, process::Command};

/// The tool.
const TOOL: (&str, &str) = ("cargo-deny", "0.20.2");
/// What it is asked.
const QUESTION: [&str; 8] = [
    "deny",
    "--workspace",
    "--all-features",
    "--locked",
    "check",
    "bans",
    "licenses",
    "sources",
];

/// Installs it, if it is not there, and asks.
///
/// # Errors
/// It cannot be installed, or a rule is broken.
pub fn run(workspace: &Workspace, say: fn(&str)) -> Result<String> {
    let (name, version) = TOOL;
    let program = programs::tool(workspace, name, version, say)?;
    asked(tool(workspace, program))?;
    Ok(format!(
        "licences, bans and sources keep to deny.toml, says {name} {version}"
    ))
}

/// Asks the one that is there: what [`run`] installed, or what is on the path, in whatever version.
///
/// # Errors
/// A rule is broken.
pub fn ask(workspace: &Workspace) -> Result<Verdict> {
    let (name, version) = TOOL;
    let deny = match programs::installed(workspace, name, version) {
        Some(program) => tool(workspace, program),
        None => {
            let mut asks = programs::cargo(workspace);
            asks.args(["deny", "--version"]);
            if !programs::is_there(asks) {
                let why = format!("{name} is not installed (`cargo xtask assurance deny` does it)");
                return Ok(Verdict::Absent(why));
            }
            programs::cargo(workspace)
        }
    };
    asked(deny)?;
    Ok(Verdict::Content)
}

/// The installed one, in the workspace.
fn tool(workspace: &Workspace, program: PathBuf) -> Command {
    let mut deny = Command::new(program);
    deny.current_dir(workspace.root());
    deny
}

fn asked(mut deny: Command) -> Result<()> {
    deny.args(QUESTION);
    must_pass(
        deny,
        &format!("cargo {}", QUESTION.join(" ")),
        "the rules and their reasons are in deny.toml",
    )
}
