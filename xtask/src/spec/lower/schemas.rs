//! Corrections of schemas, wherever they stand.

use crate::spec::{
    grammar::Kind,
    pointer::{self, each_mapping, entries, get_mut, reference},
};
use serde_yaml::{Mapping, Value};
use std::collections::BTreeSet;

/// Keywords that limit a value.
const LIMITS: &[&str] = &[
    "minLength",
    "maxLength",
    "pattern",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
];

/// Runs `change` on every mapping that is a schema, found by the grammar and not by guess: a property may be
/// called `enum` or `minimum`.
fn each_schema(root: &mut Value, change: &mut impl FnMut(&mut Mapping)) {
    each_of(root, &[Kind::Schema], change);
}

/// Runs `change` on every mapping of these kinds.
pub(super) fn each_of(root: &mut Value, kinds: &[Kind], change: &mut impl FnMut(&mut Mapping)) {
    let pointers: Vec<String> = crate::spec::grammar::walk(root)
        .into_iter()
        .filter(|node| kinds.contains(&node.kind))
        .map(|node| node.pointer)
        .collect();
    for pointer in pointers {
        if let Some(schema) = get_mut(root, &pointer).and_then(Value::as_mapping_mut) {
            change(schema);
        }
    }
}

fn drop_keys(root: &mut Value, keys: &[&str]) -> usize {
    let mut count = 0;
    each_schema(root, &mut |schema| {
        for key in keys {
            count += usize::from(schema.remove(*key).is_some());
        }
    });
    count
}

pub(super) fn drop_limits(root: &mut Value) -> usize {
    drop_keys(root, LIMITS)
}

pub(super) fn drop_defaults(root: &mut Value) -> usize {
    drop_keys(root, &["default"])
}

pub(super) fn drop_enums(root: &mut Value) -> usize {
    drop_keys(root, &["enum"])
}

pub(super) fn drop_extensions(root: &mut Value) -> usize {
    let mut count = 0;
    each_mapping(root, &mut |map| {
        let all = map.len();
        // `properties` named x-... would be lost with this; the rules refuse them (snake_case).
        map.retain(|key, _| !key.as_str().is_some_and(|key| key.starts_with("x-")));
        count += all - map.len();
    });
    count
}

fn is_type(schema: &Mapping, name: &str) -> bool {
    schema.get("type").and_then(Value::as_str) == Some(name)
}

/// Whether it is a list, or a map: fields of any name. The generator takes an empty one for an absent one, unless it is told.
pub(super) fn is_many(schema: &Mapping) -> bool {
    let has_fields = entries(schema.get("properties")).next().is_some();
    is_type(schema, "array")
        || is_type(schema, "object") && !has_fields && !schema.contains_key("allOf")
}

pub(super) fn drop_text_formats(root: &mut Value) -> usize {
    let mut count = 0;
    each_schema(root, &mut |schema| {
        // Bytes are not text: which part of a form is a file is told by nothing else.
        let is_file = schema.get("format").and_then(Value::as_str) == Some("binary");
        if is_type(schema, "string") && !is_file {
            count += usize::from(schema.remove("format").is_some());
        }
    });
    count
}

pub(super) fn widen_integers(root: &mut Value) -> usize {
    let mut count = 0;
    each_schema(root, &mut |schema| {
        if is_type(schema, "integer") {
            schema.insert("format".into(), "int64".into());
            count += 1;
        }
    });
    count
}

pub(super) fn widen_decimals(root: &mut Value) -> usize {
    let mut count = 0;
    each_schema(root, &mut |schema| {
        if is_type(schema, "number") {
            schema.insert("format".into(), "double".into());
            count += 1;
        }
    });
    count
}

pub(super) fn inline_plain_schemas(root: &mut Value) -> usize {
    let plain: Vec<(String, Value)> =
        entries(root.get("components").and_then(|c| c.get("schemas")))
            .filter(|(_, schema)| {
                schema
                    .get("type")
                    .and_then(Value::as_str)
                    .is_some_and(|t| t != "object")
                    && schema.get("allOf").is_none()
            })
            .map(|(name, schema)| (format!("#/components/schemas/{name}"), schema.clone()))
            .collect();
    let mut count = 0;
    // A plain schema may be a list of another plain one: once per level.
    for _ in 0..4 {
        each_mapping(root, &mut |map| {
            let target = map.get("$ref").and_then(Value::as_str);
            let schema = plain.iter().find(|(name, _)| Some(name.as_str()) == target);
            if let Some((_, Value::Mapping(schema))) = schema {
                *map = schema.clone();
                count += 1;
            }
        });
    }
    count
}

pub(super) fn tell_empty_from_absent(root: &mut Value) -> usize {
    let mut count = 0;
    each_schema(root, &mut |schema| {
        let required: BTreeSet<String> = pointer::items(schema.get("required"))
            .filter_map(|name| name.as_str().map(str::to_owned))
            .collect();
        let Some(Value::Mapping(properties)) = schema.get_mut("properties") else {
            return;
        };
        for (name, property) in properties.iter_mut() {
            let optional = name.as_str().is_some_and(|name| !required.contains(name));
            if let (true, Some(property)) = (optional, property.as_mapping_mut())
                && is_many(property)
                && !property.contains_key("nullable")
            {
                property.insert("nullable".into(), true.into());
                count += 1;
            }
        }
    });
    count
}

pub(super) fn drop_unused_components(root: &mut Value) -> usize {
    let mut count = 0;
    // What only an unused component used is unused in the next round.
    loop {
        let mut used = BTreeSet::new();
        references(root, &mut used);
        let mut dropped = 0;
        if let Some(Value::Mapping(sections)) = root.get_mut("components") {
            for (section, members) in sections.iter_mut() {
                let section = section.as_str().unwrap_or_default().to_owned();
                let Some(members) = members.as_mapping_mut() else {
                    continue;
                };
                let all = members.len();
                members.retain(|name, _| {
                    let name = name.as_str().unwrap_or_default();
                    used.contains(&format!("#/components/{section}/{name}"))
                });
                dropped += all - members.len();
            }
            sections.retain(|_, members| {
                members
                    .as_mapping()
                    .is_some_and(|members| !members.is_empty())
            });
        }
        if dropped == 0 {
            return count;
        }
        count += dropped;
    }
}

/// Collects the targets of every `$ref` below `value`.
pub(super) fn references(value: &Value, found: &mut BTreeSet<String>) {
    if let Some(target) = reference(value) {
        found.insert(target.to_owned());
    }
    match value {
        Value::Mapping(map) => map.values().for_each(|value| references(value, found)),
        Value::Sequence(list) => list.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}
