//! Corrections of the schemas that answers are decoded with.

use super::schemas::references;
use crate::spec::{
    operation::operations,
    pointer::{self, each_mapping, entries, get_mut, join},
};
use serde_yaml::Value;
use std::collections::BTreeSet;

const SCHEMAS: &str = "#/components/schemas/";

/// Pointers to the responses of every operation, `$ref`s to shared responses followed.
pub(in crate::spec) fn responses(root: &Value) -> BTreeSet<String> {
    operations(root)
        .iter()
        .flat_map(|operation| {
            let at = join(&operation.pointer(), "responses");
            entries(operation.value.get("responses")).map(move |(status, response)| {
                match pointer::reference(response).and_then(|target| target.strip_prefix('#')) {
                    Some(target) => target.to_owned(),
                    None => join(&at, status),
                }
            })
        })
        .collect()
}

/// The schema components that can be reached from `start`.
pub(super) fn reachable<'v>(
    root: &'v Value,
    start: impl Iterator<Item = &'v Value>,
) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open: Vec<&Value> = start.collect();
    while let Some(value) = open.pop() {
        let mut targets = BTreeSet::new();
        references(value, &mut targets);
        for target in targets {
            let next = target
                .strip_prefix('#')
                .and_then(|at| pointer::get(root, at));
            if found.insert(target) {
                open.extend(next);
            }
        }
    }
    found.retain(|target| target.starts_with(SCHEMAS));
    found
}

/// References to the schemas that answers are made of.
pub(in crate::spec) fn answer_schemas(root: &Value) -> BTreeSet<String> {
    let answers = responses(root);
    reachable(root, answers.iter().filter_map(|at| pointer::get(root, at)))
}

fn request_schemas(root: &Value) -> BTreeSet<String> {
    let requests = operations(root).into_iter().flat_map(|operation| {
        [
            operation.item.get("parameters"),
            operation.value.get("parameters"),
            operation.value.get("requestBody"),
        ]
        .into_iter()
        .flatten()
    });
    reachable(root, requests)
}

fn in_answer(target: &str) -> String {
    format!("{target}InResponse")
}

/// Gives answers schemas of their own, where requests use them too; how many.
pub(in crate::spec) fn separate(root: &mut Value) -> usize {
    let answers = answer_schemas(root);
    let both: BTreeSet<String> = request_schemas(root)
        .intersection(&answers)
        .cloned()
        .collect();
    if both.is_empty() {
        return 0;
    }
    for target in &both {
        let name = target.trim_start_matches(SCHEMAS);
        let copy = pointer::get(root, target.trim_start_matches('#')).cloned();
        let schemas = root
            .get_mut("components")
            .and_then(|c| c.get_mut("schemas"));
        if let (Some(copy), Some(Value::Mapping(schemas))) = (copy, schemas) {
            schemas.insert(in_answer(name).into(), copy);
        }
    }
    // Answers, and every schema only answers use, point to the copies.
    let mut redirect: Vec<String> = responses(root).into_iter().collect();
    redirect.extend(
        answers
            .difference(&both)
            .map(|target| target.trim_start_matches('#').to_owned()),
    );
    redirect.extend(
        both.iter()
            .map(|target| in_answer(target.trim_start_matches('#'))),
    );
    for at in redirect {
        if let Some(value) = get_mut(root, &at) {
            each_mapping(value, &mut |map| {
                let target = map
                    .get("$ref")
                    .and_then(Value::as_str)
                    .filter(|target| both.contains(*target));
                if let Some(copy) = target.map(in_answer) {
                    map.insert("$ref".into(), copy.into());
                }
            });
        }
    }
    both.len()
}

pub(super) fn open(root: &mut Value) -> usize {
    let mut count = 0;
    let components = answer_schemas(root);
    for at in components
        .iter()
        .map(|target| target.trim_start_matches('#'))
    {
        if let Some(schema) = get_mut(root, at) {
            open_schema(schema, &mut count);
        }
    }
    for at in responses(root) {
        let content = get_mut(root, &at).and_then(|response| response.get_mut("content"));
        let Some(Value::Mapping(content)) = content else {
            continue;
        };
        for media in content.values_mut() {
            if let Some(schema) = media.get_mut("schema") {
                open_schema(schema, &mut count);
            }
        }
    }
    count
}

/// Nothing is required, everything may be null, and unknown fields are kept in `extra`.
fn open_schema(schema: &mut Value, count: &mut usize) {
    let Some(schema) = schema.as_mapping_mut() else {
        return;
    };
    schema.remove("required");
    if let Some(Value::Mapping(properties)) = schema.get_mut("properties") {
        for property in properties.values_mut() {
            if let Some(map) = property.as_mapping_mut()
                && map.contains_key("type")
            {
                map.insert("nullable".into(), true.into());
            }
            open_schema(property, count);
        }
        schema.insert(
            "additionalProperties".into(),
            Value::Mapping(serde_yaml::Mapping::new()),
        );
        *count += 1;
    }
    for key in ["items", "additionalProperties"] {
        if let Some(inner) = schema.get_mut(key) {
            open_schema(inner, count);
        }
    }
    for key in ["allOf", "oneOf", "anyOf"] {
        if let Some(Value::Sequence(list)) = schema.get_mut(key) {
            list.iter_mut().for_each(|inner| open_schema(inner, count));
        }
    }
}
