//! The mutants that there are: cargo-mutants says.

use super::areas::Chosen;
use crate::problem::{Problem, Result};
use serde::Deserialize;
use std::{
    ops::Range,
    path::Path,
    process::{Command, Stdio},
};

/// The version that is installed. Another one makes other mutants.
pub(super) const VERSION: &str = "27.0.0";

/// What is made wrong, in one place.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Mutant {
    /// `file.rs:12:5: replace ..`.
    pub(super) name: String,
    /// Below the root.
    pub(super) file: String,
    pub(super) genre: String,
    pub(super) replacement: String,
    pub(super) span: Span,
}

/// What is replaced.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct Span {
    pub(super) start: Position,
    pub(super) end: Position,
}

/// A place in a file: both numbers begin at 1, columns are characters.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct Position {
    pub(super) line: usize,
    pub(super) column: usize,
}

impl Span {
    #[cfg(test)]
    pub(super) fn between(start: (usize, usize), end: (usize, usize)) -> Self {
        let position = |(line, column)| Position { line, column };
        Self {
            start: position(start),
            end: position(end),
        }
    }

    /// In bytes; `lines` says where each line begins.
    pub(super) fn bytes(&self, source: &str, lines: &[usize]) -> Option<Range<usize>> {
        Some(self.start.byte(source, lines)?..self.end.byte(source, lines)?)
    }
}

impl Position {
    fn byte(self, source: &str, lines: &[usize]) -> Option<usize> {
        let line = *lines.get(self.line.checked_sub(1)?)?;
        let rest = source.get(line..)?;
        let column = self.column.checked_sub(1)?;
        let ends = std::iter::once(rest.len());
        let mut places = rest.char_indices().map(|(place, _)| place).chain(ends);
        Some(line + places.nth(column)?)
    }
}

/// cargo-mutants on some files.
pub(super) fn cargo_mutants(root: &Path, program: &Path, part: &Chosen) -> Command {
    let mut command = Command::new(program);
    command
        .current_dir(root)
        .stdin(Stdio::null())
        .args(["mutants", "--package", &part.package]);
    for file in &part.files {
        command.args(["--file", file]);
    }
    command
}

/// Every mutant of these files.
pub(super) fn listed(root: &Path, program: &Path, part: &Chosen) -> Result<Vec<Mutant>> {
    let listed = cargo_mutants(root, program, part)
        .args(["--list", "--json"])
        .stderr(Stdio::inherit())
        .output();
    let mutants: Vec<Mutant> = match &listed {
        Ok(listed) if listed.status.success() => {
            serde_json::from_slice(&listed.stdout).unwrap_or_default()
        }
        _ => Vec::new(),
    };
    if mutants.is_empty() {
        return Err(Problem::general(
            format!("cargo-mutants finds nothing to mutate in {}", part.name),
            "name in xtask/src/mutants/areas.rs the files as they are called now",
        )
        .into());
    }
    Ok(mutants)
}

/// `file.rs:12:5: replace ..` without the numbers, which move.
pub(super) fn unplaced(line: &str) -> String {
    let Some((place, what)) = line.split_once(": ") else {
        return line.to_owned();
    };
    let file = place.split(':').next().unwrap_or(place);
    format!("{file}: {what}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_survivor_is_named_without_its_line() {
        for (line, name) in [
            (
                "crates/a/src/b.rs:12:5: replace f -> bool with true",
                "crates/a/src/b.rs: replace f -> bool with true",
            ),
            (
                "crates/a/src/b.rs:1:2: replace == with != in <impl A for B>::f",
                "crates/a/src/b.rs: replace == with != in <impl A for B>::f",
            ),
            ("nothing of that form", "nothing of that form"),
        ] {
            assert_eq!(unplaced(line), name);
        }
    }

    #[test]
    fn a_column_counts_characters() {
        let source = "a\n\u{4e2d}+b\n";
        let span = Span::between((2, 2), (2, 3));
        assert_eq!(span.bytes(source, &[0, 2, 8]), Some(5..6));
        assert_eq!(
            Span::between((4, 1), (4, 1)).bytes(source, &[0, 2, 8]),
            None
        );
    }
}
