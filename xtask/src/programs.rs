//! Programs that other commands start: those of this workspace, and those of the system.

use crate::{
    file::Workspace,
    problem::{Problem, Result},
};
use std::{
    env,
    path::PathBuf,
    process::{Command, Stdio},
};

/// Builds what `arguments` of `cargo build` name, and says where the program is.
///
/// # Errors
/// It does not build.
pub fn build(workspace: &Workspace, arguments: &[&str]) -> Result<PathBuf> {
    let line = format!("cargo build {}", arguments.join(" "));
    let failed = || {
        let remedy = format!("run `{line}` and mend what it names");
        Problem::general(format!("`{line}` fails"), remedy)
    };
    let built = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .current_dir(workspace.root())
        .arg("build")
        .args(arguments)
        .args(["--locked", "--message-format", "json-render-diagnostics"])
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|_| failed())?;
    let said = String::from_utf8_lossy(&built.stdout);
    let messages = said
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let mut programs =
        messages.filter_map(|message| message.get("executable")?.as_str().map(PathBuf::from));
    programs
        .next_back()
        .filter(|_| built.status.success())
        .ok_or_else(|| failed().into())
}

/// The first program of these names on the path.
#[must_use]
pub fn on_path(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .flat_map(|directory| names.iter().map(move |name| directory.join(name)))
        .find(|program| program.is_file())
}

/// Whether this is a server that checks submissions: what is missing there is installed, or the check fails.
#[must_use]
pub fn on_server() -> bool {
    env::var_os("CI").is_some_and(|value| !value.is_empty())
}

/// Installs packages of Debian; tells whether that worked. For servers only: nobody's own machine is changed.
#[must_use]
pub fn install(packages: &[&str]) -> bool {
    let mut update = Command::new("apt-get");
    let mut add = Command::new("apt-get");
    add.args(["install", "--yes", "--no-install-recommends"])
        .args(packages)
        .env("DEBIAN_FRONTEND", "noninteractive");
    succeeds(update.args(["update", "--quiet"])) && succeeds(&mut add)
}

/// Runs a command to its end; tells whether it succeeded.
#[must_use]
pub fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
