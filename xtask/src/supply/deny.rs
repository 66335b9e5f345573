//! Licences, bans and sources of dependencies: cargo-deny holds them to `deny.toml`. It reads no code. Known weaknesses are asked for
//! apart from them: their list is in the network.

use crate::{
    file::Workspace,
    problem::Result,
    programs::{self, Verdict, must_pass},
};
use std::{path::PathBuf, process::Command};

/// The tool.
const TOOL: (&str, &str) = ("cargo-deny", "0.20.2");
/// How it is asked something.
const ASK: [&str; 4] = ["deny", "--workspace", "--all-features", "--locked"];
/// What it is asked.
const QUESTION: [&str; 4] = ["check", "bans", "licenses", "sources"];
/// What it is asked of known weaknesses, of what [`FETCH`] has brought: by itself it would get their list once more.
const WEAKNESSES: [&str; 3] = ["--offline", "check", "advisories"];
/// How it gets their list, or brings the one that is here up to date; and the crates, those for other systems too, which it looks at.
const FETCH: [&str; 5] = ["deny", "--locked", "fetch", "db", "index"];
/// Where the list is, unless `deny.toml` says otherwise.
const LIST: &str = "https://github.com/RustSec/advisory-db";
/// What to do where a rule is broken.
const RULES: &str = "the rules and their reasons are in deny.toml";

/// Installs it, if it is not there, and asks.
///
/// # Errors
/// It cannot be installed, or a rule is broken.
pub fn run(workspace: &Workspace, say: fn(&str)) -> Result<String> {
    let (name, version) = TOOL;
    let program = programs::tool(workspace, name, version, say)?;
    checked(tool(workspace, program), &QUESTION, RULES)?;
    Ok(format!(
        "licences, bans and sources keep to deny.toml, says {name} {version}"
    ))
}

/// Installs it, if it is not there, gets the list of known weaknesses, and asks. An old list is not asked: it does not know what came to
/// light since.
///
/// # Errors
/// It cannot be installed, the list cannot be had, or a dependency has a weakness.
pub fn advisories(workspace: &Workspace, say: fn(&str)) -> Result<String> {
    let (name, version) = TOOL;
    let program = programs::tool(workspace, name, version, say)?;
    let unreachable = format!(
        "nothing was asked, for the list of known weaknesses, or a crate, cannot be had (why is above): let this machine reach {LIST}, or name a copy that it reaches as `db-urls` in [advisories] of deny.toml"
    );
    asked(tool(workspace, program.clone()), &FETCH, &unreachable)?;
    checked(
        tool(workspace, program),
        &WEAKNESSES,
        "take a version without the weakness; where it cannot be reached from here, write into `ignore` in [advisories] of deny.toml why",
    )?;
    Ok(format!(
        "{name} {version} knows of no weakness in a dependency, by the list as it is now"
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
    checked(deny, &QUESTION, RULES)?;
    Ok(Verdict::Content)
}

/// The installed one, in the workspace.
fn tool(workspace: &Workspace, program: PathBuf) -> Command {
    let mut deny = Command::new(program);
    deny.current_dir(workspace.root());
    deny
}

fn checked(deny: Command, question: &[&str], remedy: &str) -> Result<()> {
    asked(deny, &[&ASK[..], question].concat(), remedy)
}

fn asked(mut deny: Command, question: &[&str], remedy: &str) -> Result<()> {
    deny.args(question);
    must_pass(deny, &format!("cargo {}", question.join(" ")), remedy)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::{fs, os::unix::fs::symlink};

    /// In the place of the tool stands a shell: for that, the first word is the name of a script.
    #[test]
    fn the_list_of_weaknesses_is_fetched_once() {
        let root = tempfile::tempdir().unwrap();
        let workspace = Workspace::new(root.path());
        let script = ("deny".to_owned(), "echo \"$@\" >> asked\n".to_owned());
        workspace.replace(&[script]).unwrap();
        let (name, version) = TOOL;
        let place = format!("target/tools/{name}-{version}/bin");
        let place = root.path().join(place);
        fs::create_dir_all(&place).unwrap();
        symlink("/bin/sh", place.join(name)).unwrap();
        advisories(&workspace, |_| {}).unwrap();
        let asked = workspace.read("asked").unwrap();
        let asked: Vec<&str> = asked.lines().collect();
        let fetching = asked.iter().filter(|line| !line.contains("--offline"));
        assert_eq!(fetching.count(), 1, "{asked:?}");
        assert_eq!(asked.len(), 2, "{asked:?}");
        assert!(
            asked.iter().all(|line| line.contains("--locked")),
            "{asked:?}"
        );
    }
}
