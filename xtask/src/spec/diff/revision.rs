//! Files as they are in a revision of git.

use crate::{
    file::Workspace,
    problem::{Problem, Result},
    programs,
};
use std::process::Output;

/// How the tags of published descriptions are called: `spec-v0.2.0`.
pub(super) const TAGS: &str = "spec-v[0-9]*";

/// A commit.
pub(super) struct Revision<'w> {
    workspace: &'w Workspace,
    /// Its hash: whatever a caller names, git gets no option of it.
    id: String,
}

fn git(workspace: &Workspace, arguments: &[&str]) -> Result<Output> {
    programs::ask_git(workspace, arguments).map_err(|error| {
        Problem::general(format!("`git` does not start: {error}"), "install git").into()
    })
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

impl<'w> Revision<'w> {
    /// The commit that `name` means.
    ///
    /// # Errors
    /// There is none, or no git.
    pub(super) fn find(workspace: &'w Workspace, name: &str) -> Result<Self> {
        let commit = format!("{name}^{{commit}}");
        let line = [
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            commit.as_str(),
        ];
        let output = git(workspace, &line)?;
        let id = text(&output).trim().to_owned();
        if !output.status.success() || id.is_empty() {
            return Err(Problem::general(
                format!("git knows no revision `{name}`"),
                "name a tag, a branch or a commit; in a shallow clone run `git fetch --unshallow --tags` first",
            )
            .into());
        }
        Ok(Self { workspace, id })
    }

    /// The text of a file of the workspace as it is there; `None` if it is not.
    ///
    /// # Errors
    /// Git cannot read it.
    pub(super) fn read(&self, path: &str) -> Result<Option<String>> {
        let listed = git(self.workspace, &["ls-tree", "--name-only", &self.id, path])?;
        if listed.status.success() && listed.stdout.is_empty() {
            return Ok(None);
        }
        // Both take the path as below this directory, which need not be the root of the repository.
        let shown = git(self.workspace, &["show", &format!("{}:./{path}", self.id)])?;
        if !shown.status.success() {
            let said = String::from_utf8_lossy(&shown.stderr);
            return Err(Problem::general(
                format!("git cannot read {path} of {}: {}", self.id, said.trim()),
                "run `git fsck`, or take another revision",
            )
            .into());
        }
        Ok(Some(text(&shown)))
    }
}

/// The newest tag of a published description that the commit at hand comes from.
pub(super) fn release(workspace: &Workspace) -> Option<String> {
    let line = ["describe", "--tags", "--abbrev=0", "--match", TAGS, "HEAD"];
    // Without git or a repository there is nothing to compare with either.
    programs::git(workspace, &line)
}
