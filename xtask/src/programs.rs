//! Programs of this workspace that other commands start.

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
