//! What is published has words for people and names that generators leave free.

use super::Subject;
use crate::{
    problem::Problem,
    spec::{
        pointer::{entries, join, text},
        publish::{
            hints::PAGINATION,
            names::{TAKEN, of_type},
            words,
        },
        sdk::{self, Pages, Sdk},
    },
};

/// Known values and defaults stand where a description tells them too, whole.
pub(super) fn told(subject: &Subject<'_>, found: &mut Vec<Problem>) {
    for (at, key) in words::untold(&subject.nodes) {
        found.push(subject.problem(
            &join(&at, key),
            format!("`{key}` stands where generators show no description, so that no person is told"),
            "move it to a parameter, to a property or to a schema of `components`: the words are put in there",
        ));
    }
    for (at, left_out) in words::half_told(subject.root, &subject.nodes) {
        found.push(subject.problem(
            &at,
            format!(
                "the description tells some of the known values and leaves out {}",
                left_out.join(", ")
            ),
            "tell all in the description, or none: then they are put in with their names",
        ));
    }
}

/// No schema has a name that generators make of the name of an operation.
pub(super) fn free_names(subject: &Subject<'_>, found: &mut Vec<Problem>) {
    let schemas = subject
        .root
        .get("components")
        .and_then(|components| components.get("schemas"));
    for operation in &subject.operations {
        let own = of_type(operation.id());
        for (name, _) in entries(schemas) {
            let taken = name
                .strip_prefix(own.as_str())
                .is_some_and(|end| TAKEN.contains(&end));
            if taken && !own.is_empty() {
                found.push(subject.problem(
                    &join("/components/schemas", name),
                    format!(
                        "`{name}` is the name of something that generators make of `{}`",
                        operation.id()
                    ),
                    "name it for the thing that it describes",
                ));
            }
        }
    }
}

/// Typed where a method is written by hand, and then right.
pub(super) fn pagination(subject: &Subject<'_>, found: &mut Vec<Problem>) {
    for operation in &subject.operations {
        let Some(said) = operation.value.get(PAGINATION) else {
            continue;
        };
        let at = join(&operation.pointer(), PAGINATION);
        let has_pages = matches!(sdk::of(operation), Some(Ok(Sdk { pages: Some(_), .. })));
        if has_pages {
            found.push(subject.problem(
                &at,
                "`x-sdk` says already how the list comes in pages",
                "delete it: it is put in",
            ));
            continue;
        }
        let pages = match serde_yaml::from_value::<Pages>(said.clone()) {
            Ok(pages) => pages,
            Err(error) => {
                found.push(subject.problem(
                    &at,
                    format!("`{PAGINATION}` cannot be read: {error}"),
                    "it has the keys of `pages` in `x-sdk`: see spec/README.md",
                ));
                continue;
            }
        };
        let answer = sdk::answer(operation, subject.root);
        for field in [Some(&pages.list), pages.total.as_ref()]
            .into_iter()
            .flatten()
        {
            if answer.is_none_or(|answer| sdk::property(subject.root, answer, field).is_none()) {
                found.push(subject.problem(
                    &at,
                    format!(
                        "`{field}` is no field of the answer of `{}`",
                        operation.id()
                    ),
                    "name the field with the items, and the one with their number",
                ));
            }
        }
        let parameters = operation.parameters(subject.root);
        for name in [&pages.at, &pages.size].into_iter().flatten() {
            let is_there = parameters
                .iter()
                .any(|(_, parameter)| text(parameter, "name") == name.as_str());
            if !is_there {
                found.push(subject.problem(
                    &at,
                    format!("`{name}` is no parameter of `{}`", operation.id()),
                    "name the parameter of the page, and the one of its length",
                ));
            }
        }
    }
}
