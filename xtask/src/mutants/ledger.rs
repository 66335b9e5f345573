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
    /// For each mutated file what names it, but for its tests, and who made the mutants.
    sources: BTreeMap<String, String>,
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
        let mut sources = BTreeMap::new();
        for file in changed {
            let named = tree::digest_of(mutated(&workspace.read(file)?));
            sources.insert(file.clone(), format!("{VERSION} {named}"));
        }
        Ok(Self {
            sources,
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

/// What of a file is mutated: without the tests, where nothing else stands behind them.
fn mutated(source: &str) -> &str {
    let mut parts = source.split("\n#[cfg(test)]\nmod ");
    let before = parts.next().unwrap_or_default();
    let is_of_tests = |line: &str| line.is_empty() || line.starts_with(' ') || line == "}";
    // The first line names the module.
    match parts.all(|tests| tests.lines().skip(1).all(is_of_tests)) {
        true => before,
        false => source,
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
    /// What is known of an area already: of a file that has changed nothing; where anything else has, what was noticed, but by no test that
    /// is gone. `tests` lists those that are there by their names, and is asked only then.
    ///
    /// # Errors
    /// The file cannot be read, or the tests cannot be listed.
    pub(super) fn of(
        workspace: &Workspace,
        area: &str,
        basis: Basis,
        tests: impl FnOnce() -> Result<BTreeSet<String>>,
    ) -> Result<Self> {
        let text = workspace.read_if_there(&path(area))?;
        let known: Self = text
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default();
        known.of_this(basis, tests)
    }

    fn of_this(
        mut self,
        basis: Basis,
        tests: impl FnOnce() -> Result<BTreeSet<String>>,
    ) -> Result<Self> {
        self.mutants.retain(|name, _| {
            // The name of a mutant begins with its file and its line.
            let file = name.split(':').next().unwrap_or_default();
            self.basis.sources.get(file) == basis.sources.get(file)
        });
        if self.basis.tests != basis.tests {
            // A survivor may be noticed now, and what did not compile may compile now.
            self.mutants.retain(|_, became| became.is_noticed());
            let is_by_test = |became: &Became| matches!(became, Became::Caught(Some(_)));
            if self.mutants.values().any(is_by_test) {
                let tests = tests()?;
                self.mutants.retain(|_, became| match became {
                    Became::Caught(Some(test)) => tests.contains(test.as_str()),
                    _ => true,
                });
            }
        }
        Ok(Self {
            basis,
            mutants: self.mutants,
        })
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
        let basis = |a: &str, b: &str, tests: &str| Basis {
            sources: [("a.rs", a), ("b.rs", b)]
                .map(|(file, named)| (file.to_owned(), named.to_owned()))
                .into(),
            tests: tests.to_owned(),
        };
        let (caught, missed, other) = ("a.rs:1:2: f", "a.rs:3:4: g", "b.rs:5:6: h");
        let (there, gone, unviable) = ("b.rs:6:1: i", "b.rs:7:1: j", "b.rs:8:1: k");
        for (now, known, is_listed) in [
            (
                basis("s", "s", "t"),
                vec![caught, missed, other, there, gone, unviable],
                false,
            ),
            (basis("s", "s", "u"), vec![caught, other, there], true),
            (basis("s", "r", "t"), vec![caught, missed], false),
            // No test is named that may be gone.
            (basis("s", "r", "u"), vec![caught], false),
            (
                basis("r", "s", "t"),
                vec![other, there, gone, unviable],
                false,
            ),
            (basis("r", "s", "u"), vec![other, there], true),
            (Basis::default(), vec![], false),
        ] {
            let ledger = Ledger {
                basis: basis("s", "s", "t"),
                mutants: [
                    (caught, Became::Caught(None)),
                    (missed, Became::Missed),
                    (other, Became::TimedOut),
                    (there, Became::Caught(Some("tests::there".to_owned()))),
                    (gone, Became::Caught(Some("tests::gone".to_owned()))),
                    (unviable, Became::Unviable),
                ]
                .map(|(name, became)| (name.to_owned(), became))
                .into(),
            };
            let mut was_listed = false;
            let tests = || {
                was_listed = true;
                Ok(["tests::there", "tests::new"].map(str::to_owned).into())
            };
            let kept = ledger.of_this(now, tests).unwrap();
            let kept: Vec<&str> = kept.mutants.keys().map(String::as_str).collect();
            assert_eq!((kept, was_listed), (known, is_listed));
        }
    }

    #[test]
    fn nothing_is_known_where_the_tests_cannot_be_listed() {
        let ledger = Ledger {
            basis: Basis::default(),
            mutants: [(
                "a.rs:1:2: f".to_owned(),
                Became::Caught(Some("t".to_owned())),
            )]
            .into(),
        };
        let now = Basis {
            tests: "u".to_owned(),
            ..Basis::default()
        };
        let known = ledger.of_this(now, || {
            Err(Problem::general("it does not build", "mend it").into())
        });
        assert!(known.is_err());
    }

    #[test]
    fn tests_at_the_end_of_a_file_are_not_mutated() {
        for (source, expected) in [
            ("fn f() {}\n", "fn f() {}\n"),
            ("fn f() {}\n\n#[cfg(test)]\nmod tests;\n", "fn f() {}\n"),
            ("fn f() {}\n\n#[cfg(test)]\nmod tests {\n}\n", "fn f() {}\n"),
            (
                "fn f() {}\n\n#[cfg(test)]\nmod tests {\n    fn g() {}\n\n    fn h() {}\n}\n",
                "fn f() {}\n",
            ),
            (
                "fn f() {}\n\n#[cfg(test)]\nmod made;\n#[cfg(test)]\nmod tests;\n",
                "fn f() {}\n",
            ),
        ] {
            assert_eq!(mutated(source), expected);
        }
        for whole in [
            "mod a;\n#[cfg(test)]\nmod tests;\nmod walk;\n\nfn f() {}\n",
            "fn e() {}\n\n#[cfg(test)]\nmod tests {\n}\n\nfn f() {}\n",
        ] {
            assert_eq!(mutated(whole), whole);
        }
    }
}
