//! Mutants that cannot be built together with others: cargo-mutants builds each of them, in a copy of its own.

use super::{PLACE, areas::Chosen, ledger::Became, listed::cargo_mutants, trial::SCHEDULES};
use crate::problem::{Problem, Result};
use std::{path::Path, time::Duration};

/// Asks the tests about the area, then every test of the package about what these did not notice.
///
/// # Errors
/// cargo-mutants gives up.
pub(super) fn tried(
    root: &Path,
    program: &Path,
    part: &Chosen,
    names: &[String],
    limits: [Duration; 2],
) -> Result<Vec<(String, Became)>> {
    let [first, all] = limits;
    let first = if part.first.is_empty() { all } else { first };
    let place = format!("{PLACE}/{}-alone", part.name);
    let mut told = asked(root, program, &place, part, (names, part.first, first))?;
    let missed =
        |(name, became): &(String, Became)| (*became == Became::Missed).then(|| name.clone());
    let missed: Vec<String> = told.iter().filter_map(missed).collect();
    if !part.first.is_empty() && !missed.is_empty() {
        told.retain(|(_, became)| *became != Became::Missed);
        let place = format!("{place}-all");
        told.extend(asked(root, program, &place, part, (&missed, &[], all))?);
    }
    Ok(told)
}

/// One run of cargo-mutants on the mutants of these names, with the tests whose names hold one of `first`, or with every one of the
/// package.
fn asked(
    root: &Path,
    program: &Path,
    place: &str,
    part: &Chosen,
    (names, first, limit): (&[String], &[&str], Duration),
) -> Result<Vec<(String, Became)>> {
    let output = root.join(place);
    let broken = |what: String| {
        Problem::general(
            what,
            format!("look into {place}/mutants.out/log; the tests must pass in a copy of the tree"),
        )
    };
    std::fs::create_dir_all(&output).map_err(|error| broken(format!("{place}: {error}")))?;
    let mut command = cargo_mutants(root, program, part);
    for name in names {
        command.args(["--re", &literal(name)]);
    }
    command
        .args(["--test-package", &part.package])
        .args(["--jobs", "1", "--no-shuffle", "--baseline", "skip"])
        .args(["--timeout", &limit.as_secs().to_string()])
        .arg("--output")
        .arg(&output)
        // Each run has a copy of its own; what others wrote is built once for all of them.
        .env("CARGO_TARGET_DIR", root.join(PLACE).join("build"))
        // What changes is built anew for each mutant, and seldom runs for long.
        .arg(format!(
            "--cargo-arg=--config=profile.dev.package.{}.opt-level=0",
            part.package
        ));
    if first.is_empty() {
        // Those of the documentation are apart, as for the other mutants.
        command.arg("--cargo-arg=--tests");
    } else {
        let (variable, count) = SCHEDULES;
        command
            .env(variable, count)
            .args(["--cargo-arg=--lib", "--cargo-arg=--test=it"])
            // The first `--` ends what cargo-mutants reads, the second what cargo reads.
            .args(["--", "--"])
            .args(first);
    }
    let status = command
        .status()
        .map_err(|error| broken(format!("cargo-mutants does not start: {error}")))?;
    // 2: some survive; 3: some make the tests hang, which is noticed too.
    if !matches!(status.code(), Some(0 | 2 | 3)) {
        return Err(broken(format!("cargo-mutants gives up: {status}")).into());
    }
    let mut told = Vec::new();
    for (name, became) in [
        ("caught.txt", Became::Caught(None)),
        ("timeout.txt", Became::TimedOut),
        ("missed.txt", Became::Missed),
        ("unviable.txt", Became::Unviable),
    ] {
        let text = std::fs::read_to_string(output.join("mutants.out").join(name));
        let text = text.unwrap_or_default();
        told.extend(text.lines().map(|line| (line.to_owned(), became.clone())));
    }
    Ok(told)
}

/// An expression that finds this line and no other.
fn literal(line: &str) -> String {
    let mut expression = String::from("^");
    for letter in line.chars() {
        if r"\.+*?()|[]{}^$".contains(letter) {
            expression.push('\\');
        }
        expression.push(letter);
    }
    expression.push('$');
    expression
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_finds_its_line_alone() {
        assert_eq!(
            literal("a.rs:1:2: replace f -> bool with true"),
            r"^a\.rs:1:2: replace f -> bool with true$"
        );
    }
}
