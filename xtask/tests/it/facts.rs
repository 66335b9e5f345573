//! Breaking any single fact of the real description is noticed by a recorded exchange, wherever one can show it.

use crate::house::real;
use serde_yaml::{Mapping, Value};
use std::collections::{BTreeMap, BTreeSet};
use xtask::{
    file::Workspace,
    spec::{
        examples::Records,
        grammar::{Kind, walk},
        pointer::{entries, get, items, join, parent, reference},
        read::{self, Description},
    },
};

/// One broken fact: what is said about it, where it stands, and the change.
struct Break {
    name: String,
    pointer: String,
    change: Box<dyn Fn(&mut Mapping)>,
}

/// What exchanges cannot show: an empty list in a query is an absent parameter.
fn cannot_show(name: &str) -> bool {
    name.contains("/parameters/") && name.ends_with("minItems 1 -> 0")
}

#[test]
fn breaking_any_fact_is_noticed() {
    let workspace = Workspace::new(real());
    let records = Records::read(&workspace).unwrap();
    let mut description = read::read(&workspace).unwrap();
    let reach = operations_by_component(&description);
    let breaks = breaks(&description.root);
    let all = description
        .operations()
        .iter()
        .map(|operation| operation.id().to_owned())
        .collect();
    assert!(
        records.fit(&description, &all).unwrap(),
        "run `cargo xtask spec examples`"
    );
    let mut unnoticed = Vec::new();
    for Break {
        name,
        pointer,
        change,
    } in &breaks
    {
        let operations = concerned(&description, &reach, pointer);
        let sound = description.root.clone();
        change(
            get_mut(&mut description.root, pointer)
                .as_mapping_mut()
                .unwrap(),
        );
        let noticed =
            operations.is_empty() || !records.fit(&description, &operations).unwrap_or(false);
        description.root = sound;
        if noticed == cannot_show(name) {
            unnoticed.push(format!(
                "{} {name}",
                if noticed {
                    "noticed after all:"
                } else {
                    "not noticed:"
                }
            ));
        }
    }
    assert!(breaks.len() > 400, "{} facts", breaks.len());
    println!("{} facts broken one by one", breaks.len());
    assert!(
        unnoticed.is_empty(),
        "{} of {}:\n{}",
        unnoticed.len(),
        breaks.len(),
        unnoticed.join("\n")
    );
}

fn get_mut<'v>(root: &'v mut Value, pointer: &str) -> &'v mut Value {
    xtask::spec::pointer::segments(pointer).fold(root, |value, segment| match value {
        Value::Sequence(list) => &mut list[segment.parse::<usize>().unwrap()],
        other => other.get_mut(segment.as_str()).unwrap(),
    })
}

/// Every fact that can be broken, and how.
fn breaks(root: &Value) -> Vec<Break> {
    let mut breaks = Vec::new();
    let mut add = |pointer: &str, what: String, change: Box<dyn Fn(&mut Mapping)>| {
        breaks.push(Break {
            name: format!("{pointer}: {what}"),
            pointer: pointer.to_owned(),
            change,
        });
    };
    for node in walk(root)
        .into_iter()
        .filter(|node| reference(node.value).is_none())
    {
        let at = &node.pointer;
        if node.kind == Kind::Schema && !at.contains("/headers/") {
            limits(at, node.value, &mut add);
            members(at, node.value, &mut add);
            let kind = node
                .value
                .get("type")
                .and_then(Value::as_str)
                .unwrap_or_default();
            if matches!(kind, "string" | "integer" | "boolean") {
                let other = if kind == "integer" {
                    "boolean"
                } else {
                    "integer"
                };
                add(
                    at,
                    format!("type {kind} -> {other}"),
                    Box::new(move |map| {
                        map.insert("type".into(), other.into());
                    }),
                );
            }
        }
        if node.kind == Kind::Parameter {
            let required = node.value.get("required").and_then(Value::as_bool) == Some(true);
            let is_path = node.value.get("in").and_then(Value::as_str) == Some("path");
            let is_shared = at.starts_with("/components/");
            if !is_path {
                if !is_shared || !required {
                    add(
                        at,
                        format!("required {required} -> {}", !required),
                        Box::new(move |map| {
                            map.insert("required".into(), (!required).into());
                        }),
                    );
                }
                add(
                    at,
                    "another name".to_owned(),
                    Box::new(|map| {
                        map.insert("name".into(), "other".into());
                    }),
                );
            }
        }
        if let Some(explode) = node.value.get("explode").and_then(Value::as_bool) {
            add(
                at,
                format!("explode {explode} -> {}", !explode),
                Box::new(move |map| {
                    map.insert("explode".into(), (!explode).into());
                }),
            );
        }
        if node.kind == Kind::Parameter {
            let place = node
                .value
                .get("in")
                .and_then(Value::as_str)
                .unwrap_or_default();
            let other = if place == "query" { "header" } else { "query" };
            add(
                at,
                format!("in {place} -> {other}"),
                Box::new(move |map| {
                    map.insert("in".into(), other.into());
                }),
            );
        }
        if node.kind == Kind::RequestBody {
            let required = node.value.get("required").and_then(Value::as_bool) == Some(true);
            add(
                at,
                format!("required {required} -> {}", !required),
                Box::new(move |map| {
                    map.insert("required".into(), (!required).into());
                }),
            );
        }
        if node.kind == Kind::PathItem {
            for (method, _) in
                entries(Some(node.value)).filter(|(key, _)| read::METHODS.contains(key))
            {
                let method = method.to_owned();
                add(
                    at,
                    format!("{method} -> put"),
                    Box::new(move |map| {
                        let operation = map.remove(method.as_str()).unwrap();
                        map.insert("put".into(), operation);
                    }),
                );
            }
        }
        if node.kind == Kind::Document {
            for (path, _) in entries(node.value.get("paths")) {
                let path = path.to_owned();
                add(
                    at,
                    format!("path {path} -> {path}s"),
                    Box::new(move |map| {
                        let paths = map.get_mut("paths").unwrap().as_mapping_mut().unwrap();
                        let item = paths.remove(path.as_str()).unwrap();
                        paths.insert(format!("{path}s").into(), item);
                    }),
                );
            }
        }
        if node.kind == Kind::Operation {
            for (status, _) in
                entries(node.value.get("responses")).filter(|(status, _)| *status == "200")
            {
                let status = status.to_owned();
                add(
                    at,
                    format!("without response {status}"),
                    Box::new(move |map| {
                        map.get_mut("responses")
                            .unwrap()
                            .as_mapping_mut()
                            .unwrap()
                            .remove(status.as_str());
                    }),
                );
            }
        }
    }
    breaks
}

type Add<'a> = dyn FnMut(&str, String, Box<dyn Fn(&mut Mapping)>) + 'a;

/// Each limit one lower and one higher.
fn limits(at: &str, schema: &Value, add: &mut Add<'_>) {
    for holder in ["", "x-documented-limits"] {
        let limits = if holder.is_empty() {
            Some(schema)
        } else {
            schema.get(holder)
        };
        for (key, value) in entries(limits) {
            let is_limit = key.starts_with("min") || key.starts_with("max");
            let Some(number) = value.as_i64().filter(|_| is_limit) else {
                continue;
            };
            // A length or a number of items below 0 is no limit at all.
            let counts = key != "minimum" && key != "maximum";
            let others = [number.checked_sub(1), number.checked_add(1)];
            for other in others
                .into_iter()
                .flatten()
                .filter(|other| !counts || *other >= 0)
            {
                let key = key.to_owned();
                add(
                    at,
                    format!("{holder} {key} {number} -> {other}"),
                    Box::new(move |map| {
                        let map = if holder.is_empty() {
                            map
                        } else {
                            map.get_mut(holder).unwrap().as_mapping_mut().unwrap()
                        };
                        map.insert(key.as_str().into(), other.into());
                    }),
                );
            }
        }
    }
    for (index, value) in items(schema.get("x-known-values")).enumerate() {
        add(
            at,
            format!("x-known-values without {value:?}"),
            Box::new(move |map| {
                map.get_mut("x-known-values")
                    .unwrap()
                    .as_sequence_mut()
                    .unwrap()
                    .remove(index);
            }),
        );
    }
}

/// Each property renamed, each mandatory flag turned.
fn members(at: &str, schema: &Value, add: &mut Add<'_>) {
    let is_answer =
        schema.get("x-documented-required").is_some() || !at.contains("Req") && !at.contains("Do");
    for (name, _) in entries(schema.get("properties")) {
        let owned = name.to_owned();
        add(
            at,
            format!("property {name} renamed"),
            Box::new(move |map| {
                let properties = map.get_mut("properties").unwrap().as_mapping_mut().unwrap();
                let property = properties.remove(owned.as_str()).unwrap();
                properties.insert(format!("{owned}_x").into(), property);
            }),
        );
        for key in ["required", "x-documented-required"] {
            if (key == "required") == is_answer {
                continue;
            }
            let required = items(schema.get(key)).any(|item| item.as_str() == Some(name));
            let owned = name.to_owned();
            add(
                at,
                format!("{key} {name}: {required} -> {}", !required),
                Box::new(move |map| {
                    let list = map
                        .entry(key.into())
                        .or_insert_with(|| Value::Sequence(Vec::new()));
                    let list = list.as_sequence_mut().unwrap();
                    if required {
                        list.retain(|item| item.as_str() != Some(owned.as_str()));
                    } else {
                        list.push(owned.as_str().into());
                    }
                }),
            );
        }
    }
}

/// For each component, the operations that use it.
fn operations_by_component(description: &Description) -> BTreeMap<String, BTreeSet<String>> {
    let mut reach: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for operation in description.operations() {
        let mut open = vec![
            operation.value.clone(),
            operation
                .item
                .get("parameters")
                .cloned()
                .unwrap_or_default(),
        ];
        let mut seen = BTreeSet::new();
        while let Some(value) = open.pop() {
            for node in targets(&value) {
                if seen.insert(node.clone()) {
                    open.extend(get(&description.root, &node).cloned());
                    reach
                        .entry(node)
                        .or_default()
                        .insert(operation.id().to_owned());
                }
            }
        }
    }
    reach
}

fn targets(value: &Value) -> Vec<String> {
    let own = reference(value)
        .and_then(|target| target.strip_prefix('#'))
        .map(str::to_owned);
    let below: Vec<String> = match value {
        Value::Mapping(map) => map.values().flat_map(targets).collect(),
        Value::Sequence(list) => list.iter().flat_map(targets).collect(),
        _ => Vec::new(),
    };
    own.into_iter().chain(below).collect()
}

/// The operations that a place belongs to.
fn concerned(
    description: &Description,
    reach: &BTreeMap<String, BTreeSet<String>>,
    pointer: &str,
) -> BTreeSet<String> {
    let mut at = pointer;
    loop {
        if let Some(operations) = reach.get(at) {
            return operations.clone();
        }
        let own = description.operations().into_iter().find(|operation| {
            let own = operation.pointer();
            at == own
                || Some(at) == parent(&own)
                || at == join(parent(&own).unwrap_or_default(), "parameters")
        });
        if let Some(own) = own {
            return BTreeSet::from([own.id().to_owned()]);
        }
        match parent(at) {
            Some(parent) => at = parent,
            None => {
                return description
                    .operations()
                    .iter()
                    .map(|operation| operation.id().to_owned())
                    .collect();
            }
        }
    }
}
