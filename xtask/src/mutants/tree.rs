//! A copy of the workspace at one place, in which files are made wrong. What did not change is left as it is, so that cargo builds only
//! what did.

use super::PLACE;
use crate::{
    file::Workspace,
    problem::{Problem, Result},
    programs,
};
use sha2::{Digest as _, Sha256};
use std::{collections::BTreeSet, fs, io, path::Path};

/// What belongs to the workspace: what git knows of or would take. A test that was just written has not been added yet.
///
/// # Errors
/// Git is not there.
pub(super) fn files(workspace: &Workspace) -> Result<Vec<String>> {
    let which = [
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ];
    let told = programs::git(workspace, &which);
    let files: Vec<String> = (told.as_deref().unwrap_or_default().split('\0'))
        .filter(|path| !path.is_empty() && workspace.root().join(path).is_file())
        .map(str::to_owned)
        .collect();
    if files.is_empty() {
        return Err(Problem::general(
            "git does not list the files of the workspace",
            "run it in a clone of the repository, with git installed",
        )
        .into());
    }
    Ok(files)
}

/// Makes the copy what the workspace is; `others` are written by whoever calls.
///
/// # Errors
/// A file cannot be copied.
pub(super) fn copied(
    workspace: &Workspace,
    files: &[String],
    others: &BTreeSet<String>,
) -> Result<Workspace> {
    let copy = Workspace::new(programs::absolute(workspace).join(PLACE).join("tree"));
    let known: BTreeSet<&str> = files.iter().map(String::as_str).collect();
    for path in copy.files("", "")? {
        if !known.contains(path.as_str()) {
            copy.remove(&path)?;
        }
    }
    for path in files.iter().filter(|path| !others.contains(*path)) {
        copied_file(&workspace.root().join(path), &copy.root().join(path)).map_err(|error| {
            Problem::general(
                format!("{path} cannot be copied below {PLACE}: {error}"),
                "make room there, or remove the directory",
            )
        })?;
    }
    Ok(copy)
}

fn copied_file(from: &Path, to: &Path) -> io::Result<()> {
    let is_same = to.is_file() && fs::read(from)? == fs::read(to)?;
    if !is_same {
        if let Some(directory) = to.parent() {
            fs::create_dir_all(directory)?;
        }
        fs::copy(from, to)?;
    }
    Ok(())
}

/// What names the content of files.
///
/// # Errors
/// One cannot be read.
pub(super) fn digest<'a>(
    workspace: &Workspace,
    files: impl Iterator<Item = &'a String>,
) -> Result<String> {
    let mut digest = Sha256::new();
    for path in files {
        let content = fs::read(workspace.root().join(path)).map_err(|error| {
            Problem::general(
                format!("{path} cannot be read: {error}"),
                "make it readable",
            )
        })?;
        digest.update(path.as_bytes());
        digest.update(content.len().to_le_bytes());
        digest.update(content);
    }
    Ok(format!("{:x}", digest.finalize()))
}

/// What names a text.
pub(super) fn digest_of(text: &str) -> String {
    format!("{:x}", Sha256::digest(text))
}
