//! Rules about files and their names.

use super::House;
use crate::{
    codegen::header::MARK,
    problem::{Place, Problem},
};
use memchr::memmem;

/// What the top level may hold; papers and dot files come on top.
const TOP: &[&str] = &[
    "Cargo.toml",
    "Cargo.lock",
    "README.md",
    "spec",
    "crates",
    "xtask",
    "tests",
    "docs",
    "fuzz",
    "target",
];
const PAPERS: &[&str] = &[
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.zh.md",
    "SECURITY.md",
    "clippy.toml",
    "deny.toml",
    "rustfmt.toml",
];

/// The top level holds what it should and nothing else.
pub(super) fn top_level(house: &House, found: &mut Vec<Problem>) {
    for name in &house.top {
        if !TOP.contains(&name.as_str())
            && !PAPERS.contains(&name.as_str())
            && !name.starts_with('.')
        {
            found.push(Problem::at(
                Place::file(name),
                "does not belong on the top level",
                "move it into the room it belongs to; the top level is fixed",
            ));
        }
    }
}

/// No file is named for not knowing what it holds.
pub(super) fn names(house: &House, found: &mut Vec<Problem>) {
    for file in house.rust() {
        let stem = file
            .path
            .rsplit('/')
            .next()
            .and_then(|name| name.strip_suffix(".rs"))
            .unwrap_or_default();
        if matches!(
            stem,
            "util" | "utils" | "helper" | "helpers" | "common" | "manager" | "misc" | "mod"
        ) {
            found.push(Problem::at(
                Place::file(&file.path),
                format!("`{stem}` says nothing about what is inside"),
                "name the file for the noun or the verb in it; `foo.rs` beside `foo/`, no `mod.rs`",
            ));
        }
    }
}

/// Generated files begin with their mark, and only they do.
pub(super) fn generated_files_are_marked(house: &House, found: &mut Vec<Problem>) {
    for file in house.rust() {
        if file.is_generated() != file.text.starts_with(MARK) {
            found.push(file.problem(
                1,
                if file.is_generated() {
                    "a generated file without its mark"
                } else {
                    "a handwritten file with the mark of a generated one"
                },
                format!(
                    "run `{}`; generated files live in {}",
                    crate::codegen::COMMAND,
                    crate::codegen::GENERATED.join(", ")
                ),
            ));
        }
    }
}

/// No file names a directory of somebody's machine or the host of a registry.
pub(super) fn machine_names(house: &House, found: &mut Vec<Problem>) {
    // Put together here, so that this file does not hold them.
    let banned = [
        ["/wo", "rk/"],
        ["/ro", "ot/"],
        ["C:\\", "Users"],
        ["arti", "factory"],
        ["index.", "crates.io"],
        ["registry.", "npmjs.org"],
        ["files.", "pythonhosted.org"],
        ["pypi.org/", "simple"],
    ]
    .map(|parts| parts.concat());
    let homes = [["/ho", "me/"], ["/Us", "ers/"]].map(|parts| parts.concat());
    for file in &house.files {
        // As a whole first: hardly any file has one of them, and there are many lines.
        let text = file.text.as_bytes();
        let mut names = homes.iter().chain(&banned);
        if !names.any(|name| memmem::find(text, name.as_bytes()).is_some()) {
            continue;
        }
        for (index, line) in file.text.lines().enumerate() {
            let homes = homes.iter().filter(|home| names_a_person(line, home));
            if let Some(name) = homes
                .chain(&banned)
                .find(|name| line.contains(name.as_str()))
            {
                found.push(file.problem(
                    index + 1,
                    format!("names something of one machine: `{name}`"),
                    "use a path relative to the workspace, or leave it out",
                ));
            }
        }
    }
}

/// Whether a home directory of somebody is named, and not one of the names that examples use.
fn names_a_person(line: &str, home: &str) -> bool {
    line.match_indices(home).any(|(start, _)| {
        let rest = line.get(start + home.len()..).unwrap_or_default();
        let name: String = rest
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || *c == '_' || *c == '-')
            .collect();
        name.len() > 1 && !matches!(name.as_str(), "you" | "user" | "me")
    })
}

/// A document of a crate is part of its documentation.
pub(super) fn documents_are_included(house: &House, found: &mut Vec<Problem>) {
    for file in &house.files {
        let Some((owner, document)) = file
            .path
            .split_once("/docs/")
            .filter(|(owner, _)| owner.starts_with("crates/"))
        else {
            continue;
        };
        let mut sources = house.rust().filter(|source| source.path.starts_with(owner));
        let name = format!("docs/{document}");
        if document.ends_with(".md")
            && !sources
                .any(|source| memmem::find(source.text.as_bytes(), name.as_bytes()).is_some())
        {
            found.push(file.problem(
                1,
                "no module includes this document, so nobody reads it and its examples are not run",
                "add `#[doc = include_str!(...)]` to the module it explains, or delete it",
            ));
        }
    }
}
