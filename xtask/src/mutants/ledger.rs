//! What became of each mutant of an area, on disk: a run that was interrupted goes on where it stopped.

use super::{PLACE, ended::End, listed::VERSION, tree};
use crate::{
    file::Workspace,
    problem::{Problem, Result},
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What became of a mutant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Became {
    /// A test failed; the first of them, if it was named.
    Caught(Option<String>),
    TimedOut,
    Missed,
    /// It does not compile.
    Unviable,
}

impl Became {
    pub(super) fn is_noticed(&self) -> bool {
        matches!(self, Self::Caught(_) | Self::TimedOut)
    }
}

impl From<End> for Became {
    fn from(end: End) -> Self {
        match end {
            End::Passed => Self::Missed,
            End::Failed(test) => Self::Caught(test),
            End::TimedOut => Self::TimedOut,
        }
    }
}

/// What it holds for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Basis {
    /// What names the mutated sources, and who made the mutants.
    sources: String,
    /// What names everything else that counts.
    tests: String,
}

impl Basis {
    /// That of now, for mutants of the files `changed`.
    ///
    /// # Errors
    /// A file cannot be read, or git does not list them.
    pub(super) fn of(workspace: &Workspace, changed: &BTreeSet<String>) -> Result<Self> {
        let counts = |file: &&String| file.starts_with("crates/") || file.starts_with("tests/");
        let files = tree::files(workspace)?;
        Ok(Self {
            sources: format!("{VERSION} {}", tree::digest(workspace, changed.iter())?),
            tests: tree::digest(workspace, files.iter().filter(counts))?,
        })
    }

    /// Holds it to what is there now: a run takes long, and reads the files more than once.
    ///
    /// # Errors
    /// A file has changed.
    pub(super) fn still_holds(
        &self,
        workspace: &Workspace,
        changed: &BTreeSet<String>,
    ) -> Result<()> {
        if Self::of(workspace, changed)? == *self {
            return Ok(());
        }
        Err(Problem::general(
            "sources or tests have changed while mutants were tried",
            "run the command again, and change nothing below crates/ and tests/ until it has ended",
        )
        .into())
    }
}

/// The mutants of an area, by their names.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Ledger {
    #[serde(flatten)]
    basis: Basis,
    pub(super) mutants: BTreeMap<String, Became>,
}

impl Ledger {
    /// What is known of an area already: of other sources nothing; of the same with other tests, what was noticed.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(super) fn of(workspace: &Workspace, area: &str, basis: Basis) -> Result<Self> {
        let text = workspace.read_if_there(&path(area))?;
        let known: Self = text
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default();
        Ok(known.of_this(basis))
    }

    fn of_this(mut self, basis: Basis) -> Self {
        if self.basis.sources != basis.sources {
            self.mutants.clear();
        }
        if self.basis.tests != basis.tests {
            self.mutants.retain(|_, became| *became != Became::Missed);
        }
        Self {
            basis,
            mutants: self.mutants,
        }
    }

    /// Puts it on disk.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) fn keep(&self, workspace: &Workspace, area: &str) -> Result<()> {
        let text = serde_json::to_string_pretty(self).unwrap_or_default();
        workspace.replace(&[(path(area), text + "\n")]).map(|_| ())
    }

    /// How many became what `is` says.
    pub(super) fn count(&self, is: impl Fn(&Became) -> bool) -> usize {
        self.mutants.values().filter(|became| is(became)).count()
    }
}

fn path(area: &str) -> String {
    format!("{PLACE}/{area}.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_holds_for_the_same_sources() {
        for (sources, tests, known) in [("s", "t", 2), ("s", "u", 1), ("r", "t", 0)] {
            let basis = |sources: &str, tests: &str| Basis {
                sources: sources.to_owned(),
                tests: tests.to_owned(),
            };
            let ledger = Ledger {
                basis: basis("s", "t"),
                mutants: BTreeMap::from([
                    ("a".to_owned(), Became::Caught(None)),
                    ("b".to_owned(), Became::Missed),
                ]),
            };
            let ledger = ledger.of_this(basis(sources, tests));
            assert_eq!(ledger.mutants.len(), known, "{sources} {tests}");
        }
    }
}
