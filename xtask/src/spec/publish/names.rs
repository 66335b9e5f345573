//! Names of schemas that generators leave free. Of an operation `listThings` they make types of their own, one of them
//! `ListThingsResponse`; a schema of that name becomes `ListThingsResponse2`, or does not compile.

use crate::spec::{
    operation::operations,
    pointer::{each_mapping, entries},
};
use serde_yaml::{Mapping, Value};
use std::collections::BTreeMap;

const SCHEMAS: &str = "#/components/schemas/";
/// How the vendor ends the name of an answer.
const VENDOR: &str = "Response";
/// How it is published.
const OURS: &str = "Answer";

/// What generators put behind the name of an operation, and what is put there here.
pub const TAKEN: &[&str] = &[
    "",
    OURS,
    "Body",
    "Data",
    "Error",
    "Errors",
    "Headers",
    "Params",
    "Request",
    "Responses",
    "Result",
];

/// The name of an operation as a type.
#[must_use]
pub fn of_type(id: &str) -> String {
    let mut letters = id.chars();
    match letters.next() {
        Some(first) => format!("{}{}", first.to_ascii_uppercase(), letters.as_str()),
        None => String::new(),
    }
}

/// The schemas that have another name in what is published: name in the sources, name there.
#[must_use]
pub fn renamed(root: &Value) -> BTreeMap<String, String> {
    let schemas = root
        .get("components")
        .and_then(|components| components.get("schemas"));
    let own: Vec<&str> = entries(schemas).map(|(name, _)| name).collect();
    operations(root)
        .iter()
        .map(|operation| of_type(operation.id()))
        .map(|name| (format!("{name}{VENDOR}"), format!("{name}{OURS}")))
        .filter(|(name, _)| own.contains(&name.as_str()))
        .collect()
}

/// Renames them, and every reference to them.
pub(super) fn rename(root: &mut Value) {
    let renamed = renamed(root);
    each_mapping(root, &mut |map| {
        let target = map.get("$ref").and_then(Value::as_str);
        let name = target.and_then(|target| target.strip_prefix(SCHEMAS));
        if let Some(name) = name.and_then(|name| renamed.get(name)) {
            map.insert("$ref".into(), format!("{SCHEMAS}{name}").into());
        }
    });
    let schemas = root
        .get_mut("components")
        .and_then(|components| components.get_mut("schemas"));
    if let Some(Value::Mapping(schemas)) = schemas {
        *schemas = std::mem::take(schemas)
            .into_iter()
            .map(|(name, schema)| {
                let other = name.as_str().and_then(|name| renamed.get(name));
                (
                    other.map_or(name.clone(), |other| other.as_str().into()),
                    schema,
                )
            })
            .collect::<Mapping>();
    }
}
