//! What the description says about itself: extensions, discrepancies, recorded limits, descriptions, error codes.

use super::{Subject, listed};
use crate::{
    problem::{Place, Problem},
    spec::{
        DISCREPANCIES, README,
        grammar::Kind,
        pointer::{entries, items, join},
    },
    tables,
};
use serde_yaml::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Every `x-` field is explained in spec/README.md.
pub(super) fn extensions(subject: &Subject<'_>, found: &mut Vec<Problem>) {
    // The page is long, and the same few keys stand everywhere.
    let mut explained: BTreeMap<&str, bool> = BTreeMap::new();
    for node in &subject.nodes {
        for (key, value) in entries(Some(node.value)).filter(|(key, _)| key.starts_with("x-")) {
            let at = join(&node.pointer, key);
            let is_explained = *explained
                .entry(key)
                .or_insert_with(|| subject.readme.contains(&format!("`{key}`")));
            if !is_explained {
                found.push(subject.problem(
                    &at,
                    format!("the extension `{key}` is not explained"),
                    format!(
                        "add it to the table of extensions in {README}, or use one that is there"
                    ),
                ));
            }
            if matches!(key, "x-inferred" | "x-sensitive") && value.as_bool() != Some(true) {
                found.push(subject.problem(
                    &at,
                    format!("`{key}` is `true` or absent"),
                    "write `true` or delete it",
                ));
            }
        }
    }
}

/// The ids in a text: `D-` and two or three digits.
pub(crate) fn ids(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("D-").filter_map(|(start, _)| {
        let rest = text.get(start..)?;
        let digits = rest
            .get(2..)?
            .chars()
            .take_while(char::is_ascii_digit)
            .count();
        (digits >= 2).then(|| rest.get(..digits + 2)).flatten()
    })
}

/// The entries of the page of discrepancies: id to line and text.
pub(crate) fn discrepancy_entries(page: &str) -> Vec<(&str, usize, String)> {
    let mut entries: Vec<(&str, usize, String)> = Vec::new();
    for (index, line) in page.lines().enumerate() {
        if let Some(title) = line.strip_prefix("## ") {
            let id = title.split_whitespace().next().unwrap_or_default();
            entries.push((id, index + 1, format!("{title}\n")));
        } else if let Some((_, _, text)) = entries.last_mut() {
            text.push_str(line);
            text.push('\n');
        }
    }
    entries
}

/// Description and page of discrepancies name each other.
pub(super) fn discrepancies(subject: &Subject<'_>, found: &mut Vec<Problem>) {
    let entries_of_page = discrepancy_entries(&subject.discrepancies);
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    for (id, line, text) in &entries_of_page {
        let place = || Place::line(DISCREPANCIES, *line);
        if ids(id).next() != Some(*id) {
            found.push(Problem::at(
                place(),
                format!("`{id}` is no id of a discrepancy"),
                "write `## D-nn title`",
            ));
        }
        if let Some(first) = known.insert(id, *line) {
            found.push(Problem::at(
                place(),
                format!("{id} is there twice, first in line {first}"),
                "give it the next free number",
            ));
        }
        for part in ["- Where:", "- Sources:", "- What we do:"] {
            if !text.contains(part) {
                found.push(Problem::at(
                    place(),
                    format!("{id} has no `{part}`"),
                    "each entry says where, what the sources say, and what we do",
                ));
            }
        }
    }
    let mut used = BTreeSet::new();
    for node in &subject.nodes {
        let Some(value) = node.value.get("x-discrepancy") else {
            continue;
        };
        let at = join(&node.pointer, "x-discrepancy");
        let list: Vec<&str> = items(Some(value)).filter_map(Value::as_str).collect();
        if list.is_empty() {
            found.push(subject.problem(
                &at,
                "`x-discrepancy` names nothing",
                "write a list: `[D-01, D-02]`",
            ));
        }
        for id in list {
            used.insert(id);
            if !known.contains_key(id) {
                found.push(subject.problem(
                    &at,
                    format!("{id} is not in {DISCREPANCIES}"),
                    "add the entry there, or mend the number",
                ));
            }
        }
    }
    for (id, line, text) in &entries_of_page {
        if !used.contains(id) && !text.to_lowercase().contains("handled in") {
            found.push(Problem::at(
                Place::line(DISCREPANCIES, *line),
                format!("nothing in the description names {id}"),
                "add it to `x-discrepancy` where it applies, or say in the entry where it is handled: `handled in ...`",
            ));
        }
    }
}

/// Recorded limits, known values and their names have their forms.
pub(super) fn documented(subject: &Subject<'_>, found: &mut Vec<Problem>) {
    const LIMITS: &[&str] = &[
        "minLength",
        "maxLength",
        "minimum",
        "maximum",
        "minItems",
        "maxItems",
    ];
    for node in &subject.nodes {
        for (key, value) in entries(node.value.get("x-documented-limits")) {
            if !LIMITS.contains(&key) || !value.is_number() {
                found.push(subject.problem(
                    &join(&join(&node.pointer, "x-documented-limits"), key),
                    format!("`{key}` is no recorded limit"),
                    format!("use {} with a number", listed(LIMITS.iter().copied())),
                ));
            }
        }
        let values = items(node.value.get("x-known-values")).count();
        let names: Vec<&str> = items(node.value.get("x-enum-varnames"))
            .filter_map(Value::as_str)
            .collect();
        let unique: BTreeSet<&&str> = names.iter().collect();
        if node.value.get("x-known-values").is_some()
            && (values != names.len() || unique.len() != names.len())
        {
            found.push(subject.problem(
                &join(&node.pointer, "x-known-values"),
                "`x-known-values` and `x-enum-varnames` do not belong together",
                "as many names as values, each once; quote names that YAML reads as a truth value",
            ));
        }
        if node.value.get("x-enum-varnames").is_some() && node.value.get("x-known-values").is_none()
        {
            found.push(subject.problem(
                &node.pointer,
                "names of values without `x-known-values`",
                "add the values",
            ));
        }
    }
}

/// Descriptions become documentation: one paragraph, nothing that a documentation tool reads as mark-up.
pub(super) fn descriptions(subject: &Subject<'_>, found: &mut Vec<Problem>) {
    for node in &subject.nodes {
        for key in ["description", "summary"] {
            let Some(text) = node.value.get(key).and_then(Value::as_str) else {
                continue;
            };
            let odd = ["<", ">", "[", "]", "://", "\n\n"]
                .into_iter()
                .find(|part| text.trim().contains(part));
            if let Some(odd) = odd {
                found.push(subject.problem(
                    &join(&node.pointer, key),
                    format!("the {key} holds {odd:?}"),
                    "write one plain paragraph without angle brackets, square brackets and addresses",
                ));
            }
        }
    }
    for node in subject.of(Kind::Schema) {
        for (name, property) in entries(node.value.get("properties")) {
            if property.get("description").is_none()
                && property.get("$ref").is_none()
                && property.get("allOf").is_none()
            {
                found.push(subject.problem(
                    &join(&join(&node.pointer, "properties"), name),
                    format!("the property `{name}` has no description"),
                    "say what it is, in own words",
                ));
            }
        }
    }
    for node in subject.of(Kind::Parameter) {
        if node.value.get("description").is_none() {
            found.push(subject.problem(
                &node.pointer,
                "the parameter has no description",
                "say what it is, in own words",
            ));
        }
    }
}

/// The catalogue reads, and speaks of operations that exist.
pub(super) fn error_codes(subject: &Subject<'_>, found: &mut Vec<Problem>) {
    let catalogue = match tables::error_codes::read(&subject.errors) {
        Ok(catalogue) => catalogue,
        Err(problems) => {
            found.extend(problems.into_vec());
            return;
        }
    };
    let known: BTreeSet<&str> = subject
        .operations
        .iter()
        .map(|operation| operation.id())
        .collect();
    for (index, entry) in catalogue.errors.iter().enumerate() {
        for operation in entry
            .operations
            .iter()
            .filter(|operation| !known.contains(operation.as_str()))
        {
            found.push(Problem::at(
                Place::pointer(crate::spec::ERRORS, format!("/errors/{index}/operations")),
                format!(
                    "{} concerns `{operation}`, which is no operation",
                    entry.code
                ),
                "use the operationId of spec/openapi.yaml",
            ));
        }
    }
}
