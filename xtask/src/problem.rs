//! What went wrong, where it is, and the edit or command that mends it.

use std::fmt;

/// Where a problem is: a file of the workspace, as exactly as the reader knows it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Path below the workspace root, with forward slashes.
    pub file: String,
    /// Line, counted from 1.
    pub line: Option<usize>,
    /// JSON pointer inside the file.
    pub pointer: Option<String>,
}

impl Place {
    /// A whole file.
    #[must_use]
    pub fn file(file: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            line: None,
            pointer: None,
        }
    }

    /// A line of a file.
    #[must_use]
    pub fn line(file: impl Into<String>, line: usize) -> Self {
        Self {
            line: Some(line),
            ..Self::file(file)
        }
    }

    /// A JSON pointer in a file.
    #[must_use]
    pub fn pointer(file: impl Into<String>, pointer: impl Into<String>) -> Self {
        Self {
            pointer: Some(pointer.into()),
            ..Self::file(file)
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(pointer) = &self.pointer {
            write!(f, " (#{pointer})")?;
        }
        Ok(())
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Where, if there is a place.
    pub place: Option<Place>,
    /// What is wrong, as a sentence without full stop.
    pub what: String,
    /// What to edit or to run.
    pub remedy: String,
}

impl Problem {
    /// A problem at a place.
    #[must_use]
    pub fn at(place: Place, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            place: Some(place),
            what: what.into(),
            remedy: remedy.into(),
        }
    }

    /// A problem of the whole run.
    #[must_use]
    pub fn general(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            place: None,
            what: what.into(),
            remedy: remedy.into(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.what)?;
        if let Some(place) = &self.place {
            write!(f, "\n   at: {place}")?;
        }
        write!(f, "\n mend: {}", self.remedy.replace('\n', "\n       "))
    }
}

/// Everything that one run found: never empty, sorted by place, no repeats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems(pub(crate) Vec<Problem>);

impl Problems {
    /// `Ok(value)` when nothing was found.
    ///
    /// # Errors
    /// All of `found`, sorted.
    pub fn unless_empty<T>(mut found: Vec<Problem>, value: T) -> Result<T> {
        match found.pop() {
            None => Ok(value),
            Some(last) => Err(Self::found(last, found)),
        }
    }

    /// What one run found; there is something.
    #[must_use]
    pub fn found(first: Problem, rest: Vec<Problem>) -> Self {
        let mut found = rest;
        found.push(first);
        found.sort();
        found.dedup();
        Self(found)
    }

    /// The single problems.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.0.iter()
    }

    /// The single problems, to add to another list.
    #[must_use]
    pub fn into_vec(self) -> Vec<Problem> {
        self.0
    }
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Self(vec![problem])
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for problem in &self.0 {
            writeln!(f, "{problem}\n")?;
        }
        match self.0.len() {
            1 => f.write_str("1 problem"),
            n => write!(f, "{n} problems"),
        }
    }
}

impl std::error::Error for Problems {}

/// What every command returns.
pub type Result<T> = std::result::Result<T, Problems>;
