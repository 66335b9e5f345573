//! Where a slip can be made, by class, and the draw among these places.

use super::{Defect, Document, Edit};
use crate::spec::{
    facts::{Codes, is_documented},
    operation::METHODS,
    pointer::{self, entries, items, join},
    read::Description,
};
use serde_yaml::{Mapping, Value};
use std::collections::BTreeMap;

const SERVICE: &str = "servers and info";
const STATUSES: &str = "statuses";
const VALUE_NAMES: &str = "value names";
const DEFAULTS: &str = "documented defaults";
const MARKS: &str = "sensitive and inferred marks";
const DISCREPANCIES: &str = "discrepancy lists";
const EXAMPLES: &str = "documented examples";
const SECURITY: &str = "security";
const CATALOGUE: &str = "catalogue of error codes";
const WORDS: &str = "tags and descriptions";
const IDEMPOTENCY: &str = "idempotency";
const FORMATS: &str = "integer formats";
const LIMITS: &str = "limits";
const TYPES: &str = "types";
const MANDATORY: &str = "mandatory flags";
const PATHS: &str = "paths and methods";
const PARAMETERS: &str = "parameter names and places";
const FIELDS: &str = "fields";

/// `count` defects, or all there are if they are fewer: the same ones for the same seed. Each class gets its turn.
#[must_use]
pub fn draw(description: &Description, codes: &Codes, seed: u64, count: usize) -> Vec<Defect> {
    let mut candidates = Candidates::default();
    candidates.service(&description.root);
    candidates.operations(description);
    for at in [
        "/paths",
        "/components/schemas",
        "/components/parameters",
        "/components/responses",
        "/components/headers",
    ] {
        if let Some(value) = pointer::get(&description.root, at) {
            candidates.below(&description.root, at, value);
        }
    }
    candidates.catalogue(&codes.value);

    let mut random = fastrand::Rng::with_seed(seed);
    let mut classes: Vec<Vec<Defect>> = candidates.by_class.into_values().collect();
    for class in &mut classes {
        random.shuffle(class);
    }
    let mut drawn = Vec::new();
    while drawn.len() < count && classes.iter().any(|class| !class.is_empty()) {
        let turn = classes.iter_mut().filter_map(Vec::pop);
        drawn.extend(turn);
    }
    drawn.truncate(count);
    drawn
}

/// The places of each class.
#[derive(Default)]
struct Candidates {
    by_class: BTreeMap<&'static str, Vec<Defect>>,
}

impl Candidates {
    fn add(&mut self, class: &'static str, at: &str, edit: Edit) {
        let document = match class {
            CATALOGUE => Document::Codes,
            _ => Document::Description,
        };
        self.by_class.entry(class).or_default().push(Defect {
            class,
            document,
            at: at.to_owned(),
            edit,
        });
    }

    fn put(&mut self, class: &'static str, at: &str, value: impl Into<Value>) {
        self.add(class, at, Edit::Put(value.into()));
    }

    /// Gone, or something else.
    fn gone_or_altered(&mut self, class: &'static str, at: &str, value: &Value) {
        self.add(class, at, Edit::Remove);
        self.put(class, at, altered(value));
    }

    /// Every text and number below.
    fn leaves(&mut self, class: &'static str, at: &str, value: &Value) {
        match value {
            Value::Mapping(_) => {
                for (key, value) in entries(Some(value)).filter(|(key, _)| *key != "version") {
                    self.leaves(class, &join(at, key), value);
                }
            }
            Value::Sequence(list) => {
                for (index, value) in list.iter().enumerate() {
                    self.leaves(class, &join(at, &index.to_string()), value);
                }
            }
            _ => self.gone_or_altered(class, at, value),
        }
    }

    /// What is said of the whole.
    fn service(&mut self, root: &Value) {
        for (class, key) in [
            (SERVICE, "info"),
            (SERVICE, "externalDocs"),
            (SERVICE, "servers"),
            (WORDS, "tags"),
        ] {
            let at = join("", key);
            let Some(value) = root.get(key) else { continue };
            self.leaves(class, &at, value);
            for (index, _) in items(Some(value)).enumerate() {
                self.add(class, &join(&at, &index.to_string()), Edit::Remove);
            }
        }
        self.add(SECURITY, "/security", Edit::Remove);
        self.put(SECURITY, "/security", Value::Sequence(Vec::new()));
        let nothing = Value::Mapping(Mapping::new());
        self.put(SECURITY, "/security", Value::Sequence(vec![nothing]));
        let at = "/components/securitySchemes";
        if let Some(schemes) = pointer::get(root, at) {
            self.leaves(SECURITY, at, schemes);
        }
    }

    fn operations(&mut self, description: &Description) {
        let tags: Vec<&str> = items(description.root.get("tags"))
            .filter_map(|tag| tag.get("name")?.as_str())
            .collect();
        for operation in description.operations() {
            let at = operation.pointer();
            let path = join("/paths", operation.path);
            let other_version = operation.path.replacen("/v2", "/v3", 1);
            for name in [format!("{}/more", operation.path), other_version] {
                if name != operation.path {
                    self.add(PATHS, &path, Edit::Rename(name));
                }
            }
            for method in METHODS
                .iter()
                .filter(|method| operation.item.get(**method).is_none())
            {
                self.add(PATHS, &at, Edit::Rename((*method).to_owned()));
            }
            self.put(
                PATHS,
                &join(&at, "operationId"),
                format!("{}Again", operation.id()),
            );
            self.put(
                SECURITY,
                &join(&at, "security"),
                Value::Sequence(Vec::new()),
            );
            for tag in tags.iter().filter(|tag| operation.tag() != Some(**tag)) {
                let tag = Value::String((*tag).to_owned());
                self.put(WORDS, &join(&at, "tags"), Value::Sequence(vec![tag]));
            }
            self.add(WORDS, &join(&at, "description"), Edit::Remove);
            if let Some(summary) = operation.value.get("summary") {
                self.gone_or_altered(WORDS, &join(&at, "summary"), summary);
            }
            let said = operation.idempotency().map(|said| said.word());
            for word in ["safe", "idempotent", "idempotent-in-effect", "no"] {
                if said != Some(word) {
                    self.put(IDEMPOTENCY, &join(&at, "x-idempotency"), word);
                }
            }
            if let Some(makes) = operation.value.get("x-makes") {
                self.gone_or_altered(IDEMPOTENCY, &join(&at, "x-makes"), makes);
            }
            for (status, _) in entries(operation.value.get("responses")) {
                let at = join(&join(&at, "responses"), status);
                self.add(STATUSES, &at, Edit::Remove);
                self.add(STATUSES, &at, Edit::Rename("409".to_owned()));
            }
        }
    }

    /// Every key that means something, below `at`.
    fn below(&mut self, root: &Value, at: &str, value: &Value) {
        match value {
            Value::Mapping(_) => {
                // Names of fields are no keys.
                let are_names = pointer::last(at) == "properties";
                let is_parameter = value.get("in").is_some() && value.get("schema").is_some();
                for (key, below) in entries(Some(value)) {
                    let here = join(at, key);
                    if are_names {
                        self.field(&here, key, below);
                    } else if is_parameter && matches!(key, "name" | "in") {
                        self.parameter(&here, key, below);
                    } else if is_parameter && key == "description" {
                        self.add(WORDS, &here, Edit::Remove);
                    } else {
                        self.key(root, &here, key, below);
                    }
                    if are_names || !matches!(key, "example" | "examples" | "x-sdk") {
                        self.below(root, &here, below);
                    }
                }
            }
            Value::Sequence(list) => {
                for (index, below) in list.iter().enumerate() {
                    self.below(root, &join(at, &index.to_string()), below);
                }
            }
            _ => {}
        }
    }

    fn field(&mut self, at: &str, name: &str, value: &Value) {
        self.add(FIELDS, at, Edit::Remove);
        self.add(FIELDS, at, Edit::Rename(format!("{name}x")));
        if value.get("description").is_some() {
            self.add(WORDS, &join(at, "description"), Edit::Remove);
        }
    }

    fn parameter(&mut self, at: &str, key: &str, value: &Value) {
        let text = value.as_str().unwrap_or_default();
        match (key, text) {
            ("name", name) => self.put(PARAMETERS, at, format!("{name}x")),
            (_, "query") => self.put(PARAMETERS, at, "header"),
            _ => self.put(PARAMETERS, at, "query"),
        }
    }

    fn key(&mut self, root: &Value, at: &str, key: &str, value: &Value) {
        match key {
            "x-enum-varnames" | "x-known-values" => {
                self.put(VALUE_NAMES, at, altered(value));
                let mut swapped: Vec<Value> = items(Some(value)).cloned().collect();
                if let [first, second, ..] = swapped.as_mut_slice() {
                    std::mem::swap(first, second);
                    self.put(VALUE_NAMES, at, Value::Sequence(swapped));
                }
            }
            "x-documented-default" => self.gone_or_altered(DEFAULTS, at, value),
            "x-sensitive" | "x-inferred" => self.add(MARKS, at, Edit::Remove),
            "x-discrepancy" => self.add(DISCREPANCIES, at, Edit::Remove),
            "format" => {
                self.add(FORMATS, at, Edit::Remove);
                let other = match value.as_str() {
                    Some("int32") => "int64",
                    _ => "int32",
                };
                self.put(FORMATS, at, other);
            }
            "minLength" | "maxLength" | "minimum" | "maximum" | "minItems" | "maxItems" => {
                self.gone_or_altered(LIMITS, at, value);
            }
            "type" => {
                let other = match value.as_str() {
                    Some("string") => "integer",
                    _ => "string",
                };
                self.put(TYPES, at, other);
            }
            "required" | "x-documented-required" => {
                self.add(MANDATORY, at, Edit::Remove);
                match value {
                    Value::Sequence(names) if names.len() > 1 => {
                        self.add(MANDATORY, &join(at, "0"), Edit::Remove);
                    }
                    Value::Bool(is) => self.put(MANDATORY, at, !is),
                    _ => {}
                }
            }
            "deprecated" => self.add(FIELDS, at, Edit::Remove),
            "examples" => self.examples(at, value),
            "$ref" => self.reference(root, at, value),
            _ => {}
        }
    }

    /// What is made up follows from nothing, so that any other would do.
    fn examples(&mut self, at: &str, value: &Value) {
        for (name, example) in entries(Some(value)).filter(|(name, _)| is_documented(name)) {
            let at = join(at, name);
            if let Some(value) = example.get("value") {
                self.put(EXAMPLES, &join(&at, "value"), altered(value));
                self.add(EXAMPLES, &at, Edit::Remove);
            }
        }
    }

    /// Another component of the same kind.
    fn reference(&mut self, root: &Value, at: &str, value: &Value) {
        let Some((kind, name)) = value.as_str().and_then(|target| target.rsplit_once('/')) else {
            return;
        };
        let class = match kind {
            "#/components/responses" => STATUSES,
            "#/components/parameters" => PARAMETERS,
            _ => TYPES,
        };
        let components = kind.strip_prefix('#').and_then(|at| pointer::get(root, at));
        let names: Vec<&str> = entries(components).map(|(name, _)| name).collect();
        let place = names
            .iter()
            .position(|other| *other == name)
            .unwrap_or_default();
        let next = names.iter().cycle().nth(place + 1);
        if let Some(other) = next.filter(|other| **other != name) {
            self.put(class, at, format!("{kind}/{other}"));
        }
    }

    fn catalogue(&mut self, codes: &Value) {
        for (index, entry) in items(codes.get("errors")).enumerate() {
            let at = format!("/errors/{index}");
            self.add(CATALOGUE, &at, Edit::Remove);
            for (key, value) in entries(Some(entry)) {
                let at = join(&at, key);
                let words: &[&str] = match key {
                    "category" => &["validation", "internal"],
                    "repeatable" => &["never", "later"],
                    "meaning" | "unreachable" => continue,
                    _ => {
                        self.gone_or_altered(CATALOGUE, &at, value);
                        continue;
                    }
                };
                for word in words.iter().filter(|word| value.as_str() != Some(**word)) {
                    self.put(CATALOGUE, &at, *word);
                }
            }
        }
    }
}

/// Something near `value` that it is not.
fn altered(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(format!("{text}x")),
        Value::Bool(is) => Value::Bool(!is),
        // Down where that is possible: the greatest number has none above it.
        Value::Number(number) => match number.as_i64() {
            Some(number) if number > 0 => (number - 1).into(),
            Some(number) => (number + 1).into(),
            None => 1.into(),
        },
        Value::Sequence(list) => {
            let mut list = list.clone();
            if let Some(first) = list.first_mut() {
                *first = altered(first);
            } else {
                list.push(1.into());
            }
            Value::Sequence(list)
        }
        Value::Mapping(map) => {
            let mut map = map.clone();
            if map.is_empty() {
                map.insert("x".into(), 1.into());
            }
            for first in map.values_mut().take(1) {
                *first = altered(first);
            }
            Value::Mapping(map)
        }
        _ => Value::Bool(true),
    }
}
