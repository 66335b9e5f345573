//! Tools of cargo: each is installed in one version, below `target`.

use super::{absolute, cargo, succeeds};
use crate::{
    file::Workspace,
    problem::{Problem, Result},
};
use std::{env, path::PathBuf};

/// Where they are installed.
const TOOLS: &str = "target/tools";

/// Where a tool of cargo is; installs it below `target`, once. In one version: another one may say other things.
///
/// # Errors
/// It cannot be installed.
pub fn tool(workspace: &Workspace, name: &str, version: &str, say: fn(&str)) -> Result<PathBuf> {
    if let Some(program) = installed(workspace, name, version) {
        return Ok(program);
    }
    say(&format!("installs {name} {version} below {TOOLS}/"));
    let mut cargo = cargo(workspace);
    cargo
        .args(["install", name, "--locked", "--force"])
        .args(["--version", &format!("={version}"), "--root"])
        .arg(place_of(workspace, name, version))
        // Away from the settings of this workspace.
        .current_dir(env::temp_dir());
    if !succeeds(&mut cargo) {
        return Err(Problem::general(
            format!("{name} {version} cannot be installed; why is above"),
            "look for the version that the registry has, and name it where it is asked for in xtask/src",
        )
        .into());
    }
    Ok(program_of(workspace, name, version))
}

/// Where a tool of cargo is, if [`tool`] has installed it.
#[must_use]
pub fn installed(workspace: &Workspace, name: &str, version: &str) -> Option<PathBuf> {
    let program = program_of(workspace, name, version);
    // Cargo puts it there when it is whole.
    program.is_file().then_some(program)
}

/// Where a tool of cargo is installed, in this version.
fn place_of(workspace: &Workspace, name: &str, version: &str) -> PathBuf {
    let place = absolute(workspace).join(TOOLS);
    place.join(format!("{name}-{version}"))
}

/// Its program.
fn program_of(workspace: &Workspace, name: &str, version: &str) -> PathBuf {
    let programs = place_of(workspace, name, version).join("bin");
    programs.join(format!("{name}{}", env::consts::EXE_SUFFIX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_is_installed_in_one_version() {
        let root = tempfile::tempdir().unwrap();
        let workspace = Workspace::new(root.path());
        assert_eq!(installed(&workspace, "cargo-tool", "1.0.0"), None);
        let program = format!(
            "target/tools/cargo-tool-1.0.0/bin/cargo-tool{}",
            env::consts::EXE_SUFFIX
        );
        workspace
            .replace(&[(program, "program".to_owned())])
            .unwrap();
        assert!(installed(&workspace, "cargo-tool", "1.0.0").is_some());
        assert_eq!(installed(&workspace, "cargo-tool", "1.0.1"), None);
    }
}
