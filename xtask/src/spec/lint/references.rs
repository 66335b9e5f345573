//! `$ref`s: each has a target of the right kind, stands alone, and every component is the target of one.

use super::Subject;
use crate::{
    problem::Problem,
    spec::{
        grammar::Kind,
        pointer::{self, entries},
    },
};
use serde_yaml::Value;
use std::collections::BTreeSet;

/// Targets are there and are of the kind that is needed.
pub(super) fn targets(subject: &Subject<'_>, found: &mut Vec<Problem>) {
    for node in &subject.nodes {
        let Some(target) = pointer::reference(node.value) else {
            continue;
        };
        let at = pointer::join(&node.pointer, "$ref");
        let Some(section) = node.kind.section() else {
            found.push(subject.problem(
                &at,
                format!("{} cannot be a $ref here", node.kind.name()),
                "write it out; to split the file, put whole paths into spec/paths/<tag>.yaml",
            ));
            continue;
        };
        let Some(local) = target.strip_prefix('#') else {
            found.push(subject.problem(
                &at,
                format!("$ref to another file: {target}"),
                format!(
                    "write `#/components/{section}/<name>`; files under spec/paths and spec/components are put together by the reader"
                ),
            ));
            continue;
        };
        let name = local.strip_prefix(&format!("/components/{section}/"));
        if name.is_none_or(|name| name.contains('/')) {
            found.push(subject.problem(
                &at,
                format!("{} is needed here, and {target} is none", node.kind.name()),
                format!("point to `#/components/{section}/<name>`"),
            ));
        } else if pointer::get(subject.root, local).is_none() {
            let known = entries(subject.root.get("components").and_then(|c| c.get(section)))
                .map(|(name, _)| name);
            let nearest = nearest(name.unwrap_or_default(), known);
            let remedy = match nearest {
                Some(nearest) => format!("did you mean `#/components/{section}/{nearest}`?"),
                None => format!("describe it under components/{section}"),
            };
            found.push(subject.problem(
                &at,
                format!("$ref to {target}, which does not exist"),
                remedy,
            ));
        } else if pointer::resolve(subject.root, node.value).is_none() {
            found.push(subject.problem(
                &at,
                format!("$ref to {target} goes round in a circle"),
                "break the circle",
            ));
        }
    }
}

fn nearest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    known
        .map(|other| (similar::TextDiff::from_chars(other, name).ratio(), other))
        .filter(|(ratio, _)| *ratio > 0.6)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, other)| other)
}

/// In 3.0 whatever stands beside a `$ref` is ignored.
pub(super) fn siblings(subject: &Subject<'_>, found: &mut Vec<Problem>) {
    for node in &subject.nodes {
        if pointer::reference(node.value).is_none() {
            continue;
        }
        for (key, _) in entries(Some(node.value)).filter(|(key, _)| *key != "$ref") {
            found.push(subject.problem(
                &pointer::join(&node.pointer, key),
                format!("`{key}` stands beside a $ref, where OpenAPI 3.0 ignores it"),
                "move it to the component, or wrap the $ref: `allOf: [{$ref: ...}]`",
            ));
        }
    }
}

/// No component that nothing refers to.
pub(super) fn unused(subject: &Subject<'_>, found: &mut Vec<Problem>) {
    let mut used: BTreeSet<String> = subject
        .nodes
        .iter()
        .filter_map(|node| pointer::reference(node.value))
        .filter_map(|target| target.strip_prefix('#'))
        .map(str::to_owned)
        .collect();
    let owners = subject
        .nodes
        .iter()
        .filter(|node| matches!(node.kind, Kind::Document | Kind::Operation));
    for requirement in owners.flat_map(|node| pointer::items(node.value.get("security"))) {
        used.extend(
            entries(Some(requirement))
                .map(|(name, _)| format!("/components/securitySchemes/{name}")),
        );
    }
    for (section, members) in entries(subject.root.get("components")) {
        for (name, _) in entries(Some(members).filter(|_| !section.starts_with("x-"))) {
            let at = pointer::join(&format!("/components/{section}"), name);
            if !used.contains(&at) {
                found.push(subject.problem(
                    &at,
                    format!("nothing refers to the component `{name}`"),
                    "delete it, or $ref it where it belongs",
                ));
            }
        }
    }
}

/// Whether the value is a schema's `type` of this name.
pub(super) fn has_type(schema: &Value, name: &str) -> bool {
    schema.get("type").and_then(Value::as_str) == Some(name)
}
