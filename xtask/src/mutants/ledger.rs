//! What became of each mutant of an area, on disk: a run that was interrupted goes on where it stopped.

use super::{PLACE, ended::End};
use crate::{file::Workspace, problem::Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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

impl From<End> for Became {
    fn from(end: End) -> Self {
        match end {
            End::Passed => Self::Missed,
            End::Failed(test) => Self::Caught(test),
            End::TimedOut => Self::TimedOut,
        }
    }
}

/// The mutants of an area, by their names.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Ledger {
    /// What names the mutated sources, and who made the mutants.
    sources: String,
    /// What names everything else that counts.
    tests: String,
    pub(super) mutants: BTreeMap<String, Became>,
}

impl Ledger {
    /// What is known of an area already: of other sources nothing; of the same with other tests, what was noticed.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(super) fn of(
        workspace: &Workspace,
        area: &str,
        sources: String,
        tests: String,
    ) -> Result<Self> {
        let text = workspace.read_if_there(&path(area))?;
        let known: Self = text
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default();
        Ok(known.for_these(sources, tests))
    }

    fn for_these(mut self, sources: String, tests: String) -> Self {
        if self.sources != sources {
            self.mutants.clear();
        }
        if self.tests != tests {
            self.mutants.retain(|_, became| *became != Became::Missed);
        }
        Self {
            sources,
            tests,
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
            let ledger = Ledger {
                sources: "s".to_owned(),
                tests: "t".to_owned(),
                mutants: BTreeMap::from([
                    ("a".to_owned(), Became::Caught(None)),
                    ("b".to_owned(), Became::Missed),
                ]),
            };
            let ledger = ledger.for_these(sources.to_owned(), tests.to_owned());
            assert_eq!(ledger.mutants.len(), known, "{sources} {tests}");
        }
    }
}
