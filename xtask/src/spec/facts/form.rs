//! The form of the facts themselves: every row names its source, and an entry of the discrepancies where it is not followed.

use super::{Facts, Row, SERVICE};
use crate::{
    problem::Problem,
    spec::{
        DISCREPANCIES,
        lint::evidence::discrepancy_entries,
        pointer::{entries, items, join},
    },
};
use serde_yaml::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What a file may have besides [`SERVICE`].
const SECTIONS: &[&str] = &[
    "operations",
    "schemas",
    "every-operation",
    "failure",
    "responses",
    "headers",
    "securitySchemes",
    "errors",
];
/// The sources that `spec/README.md` explains, and the word for none of them.
const SOURCES: &[&str] = &[
    "seed",
    "zh",
    "zhmd",
    "guide",
    "eu",
    "eu22",
    "intl",
    "cnen",
    "sdk",
    "elsewhere",
];

/// What is wrong with the facts as such.
pub(super) fn wrong(facts: &Facts, discrepancies: &str) -> Vec<Problem> {
    let entries_of_page = discrepancy_entries(discrepancies);
    let known: BTreeSet<&str> = entries_of_page.iter().map(|(id, ..)| *id).collect();
    let mut found = Vec::new();
    let mut seen = BTreeMap::new();
    for file in &facts.files {
        for (section, value) in entries(Some(&file.value)) {
            let at = join("", section);
            let row = Row { file, at, value };
            if !SECTIONS.contains(&section) && !SERVICE.contains(&section) {
                found.push(Problem::at(
                    row.place(),
                    format!("nothing reads the facts `{section}`"),
                    "use a section that spec/README.md tells of",
                ));
            }
            if !["operations", "schemas", "errors"].contains(&section) {
                continue;
            }
            for (name, value) in entries(Some(value)) {
                let row = Row {
                    file,
                    at: join(&row.at, name),
                    value,
                };
                if let Some(first) = seen.insert((section, name), &file.path) {
                    found.push(Problem::at(
                        row.place(),
                        format!("facts about `{name}` stand in {first} too"),
                        "keep one of the two",
                    ));
                }
                sources(section, name, &row, &mut found);
                for key in ["parameters", "properties"] {
                    for (name, row) in row.below(key) {
                        source(name, &row, &mut found);
                        explained(name, &row, &known, &mut found);
                    }
                }
            }
        }
    }
    found
}

/// An operation and an error code name their documents in full.
fn sources(section: &str, name: &str, row: &Row<'_>, found: &mut Vec<Problem>) {
    let has = match section {
        "operations" => items(row.value.get("x-source")).next().is_some(),
        "errors" => row.value.get("source").is_some(),
        _ => true,
    };
    if !has {
        found.push(Problem::at(
            row.place(),
            format!("the fact about `{name}` names no document"),
            "add the title of the document and the table",
        ));
    }
}

/// A parameter and a field name the editions that have it.
fn source(name: &str, row: &Row<'_>, found: &mut Vec<Problem>) {
    let of = row.value.get("of").and_then(Value::as_str);
    let is_known = |of: &str| of.split(", ").all(|source| SOURCES.contains(&source));
    if !of.is_some_and(is_known) {
        found.push(Problem::at(
            row.place(),
            format!("the fact about `{name}` names no source"),
            format!("write `of:` with one or more of {}", SOURCES.join(", ")),
        ));
    }
}

/// What a source says and the description does not follow is explained by an entry.
fn explained(name: &str, row: &Row<'_>, known: &BTreeSet<&str>, found: &mut Vec<Problem>) {
    let Some(documented) = row.value.get("documented") else {
        return;
    };
    let by = documented.get("by").and_then(Value::as_str);
    if !by.is_some_and(|id| known.contains(id)) {
        found.push(Problem::at(
            row.place(),
            format!("a source says something else of `{name}`, and nothing explains why it is not followed"),
            format!("name the entry of {DISCREPANCIES}: `documented: {{..., by: D-01}}`"),
        ));
    }
}
