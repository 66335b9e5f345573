//! The kit for testers of other languages: every exchange, recorded and made, with what is needed to replay them.

use super::{ERRORS_JSON, examples};
use crate::{
    file::{self, Workspace},
    problem::{Place, Problem, Result},
};
use exchanges::{exchange, exchange::Exchange, synthesis};
use std::{collections::BTreeSet, path::Path};

/// Explains the kit; its `README.md`.
const GUIDE: &str = "spec/kit.md";

/// Papers of the kit: where they are, and what they are called in it.
const PAPERS: &[(&str, &str)] = &[
    (GUIDE, "README.md"),
    (ERRORS_JSON, "errors.json"),
    ("spec/exchange.schema.json", "exchange.schema.json"),
    ("LICENSE-APACHE", "LICENSE-APACHE"),
    ("LICENSE-MIT", "LICENSE-MIT"),
];

/// Where the exchanges are in the kit.
const EXCHANGES: &str = "exchanges";

/// Longest name of a file in characters, ending left out: some systems have paths of 260 at most.
const LONGEST: usize = 100;

/// Writes the kit, an archive if `output` ends in `.zip`, else a directory. Returns how many exchanges it has.
///
/// # Errors
/// A recorded exchange does not fit the description, something cannot be read or written, or the directory is not empty.
pub fn write(workspace: &Workspace, output: &Path) -> Result<usize> {
    // Other exchanges are made around the recorded ones.
    examples::run(workspace)?;
    let files = files(workspace)?;
    match output.extension().is_some_and(|ending| ending == "zip") {
        true => file::archive(output, &files)?,
        false => file::fill(output, &files)?,
    }
    Ok(files.len() - PAPERS.len())
}

/// The files of the kit with their texts.
///
/// # Errors
/// Something cannot be read.
pub fn files(workspace: &Workspace) -> Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    for (path, name) in PAPERS {
        files.push(((*name).to_owned(), workspace.read(path)?));
    }
    let mut taken = BTreeSet::new();
    let mut add = |name: &str, text: String| {
        let name = free(name, &mut taken);
        files.push((format!("{EXCHANGES}/{name}.json"), text));
    };
    // The recorded ones come first, and as they are.
    let recorded = exchange::recorded();
    for exchange in &recorded {
        let path = format!("{}/{}.json", examples::DIRECTORY, exchange.name);
        add(&exchange.name, workspace.read(&path)?);
    }
    for exchange in synthesis::all().iter().skip(recorded.len()) {
        let (operation, made) = exchange.name.split_once('/').unwrap_or_default();
        let named = Exchange {
            note: Some(made.to_owned()),
            ..exchange.clone()
        };
        let text = named.text().map_err(|error| {
            Problem::at(
                Place::file(examples::DIRECTORY),
                format!("`{}` cannot be written: {error}", exchange.name),
                "mend the recorded success of its operation",
            )
        })?;
        add(&format!("{operation}/{}", portable(made)), text);
    }
    Ok(files)
}

/// What was made, in letters that every file system, address and header takes.
fn portable(made: &str) -> String {
    let mut name = String::new();
    for letter in made.chars().filter(char::is_ascii) {
        if letter.is_ascii_alphanumeric() || letter == '_' {
            name.push(letter);
        } else if !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
    }
    let short: String = name.chars().take(LONGEST).collect();
    short.trim_end_matches('-').to_owned()
}

/// The name, with a number if it is taken; some file systems do not tell capitals from small letters.
fn free(name: &str, taken: &mut BTreeSet<String>) -> String {
    let mut free = name.to_owned();
    let mut number = 1;
    while !taken.insert(free.to_lowercase()) {
        number += 1;
        free = format!("{name}-{number}");
    }
    free
}
