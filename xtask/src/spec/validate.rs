//! Whether a value fits a schema of the description, and where it does not, in the words of spec/README.md.
//!
//! OpenAPI 3.0 schemas are JSON Schema draft 4 with a few differences, so a JSON Schema validator is the judge. Lengths
//! are counted in Unicode characters.

use crate::spec::pointer;
use jsonschema::{Draft, ValidationError, Validator, error::ValidationErrorKind};
use serde_json::{Map, Value, json};
use std::{collections::HashMap, rc::Rc};

/// A place where a value leaves its schema.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Misfit {
    /// JSON pointer below the value.
    pub at: String,
    /// The rule it breaks.
    pub rule: String,
}

/// Which of a schema's statements are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Sight {
    /// The keywords, and no field that is not described.
    Enforced,
    /// What is only recorded: `x-documented-limits`, `x-documented-required`, `x-known-values`.
    Recorded,
}

/// Compares values with schemas of one description.
pub struct Judge {
    components: HashMap<Sight, Value>,
    compiled: std::cell::RefCell<HashMap<(Sight, String), Rc<Validator>>>,
}

impl Judge {
    /// A judge for the description `root`.
    #[must_use]
    pub fn new(root: &Value) -> Self {
        let schemas = root
            .pointer("/components/schemas")
            .and_then(Value::as_object);
        let components = [Sight::Enforced, Sight::Recorded].map(|sight| {
            let converted: Map<String, Value> = schemas
                .into_iter()
                .flatten()
                .map(|(name, schema)| (name.clone(), convert(schema, sight)))
                .collect();
            (sight, json!({ "schemas": converted }))
        });
        Self {
            components: components.into(),
            compiled: std::cell::RefCell::default(),
        }
    }

    /// Every place where `value` leaves `schema`, sorted.
    ///
    /// # Errors
    /// The schema itself cannot be used.
    pub fn misfits(&self, schema: &Value, value: &Value) -> Result<Vec<Misfit>, String> {
        let mut found = Vec::new();
        for sight in [Sight::Enforced, Sight::Recorded] {
            for error in self.validator(schema, sight)?.iter_errors(value) {
                collect(&error, sight, &mut found);
            }
        }
        found.sort();
        found.dedup();
        Ok(found)
    }

    /// As [`Judge::misfits`], without what is only recorded.
    ///
    /// # Errors
    /// The schema itself cannot be used.
    pub fn enforced_misfits(&self, schema: &Value, value: &Value) -> Result<Vec<Misfit>, String> {
        let mut found = Vec::new();
        for error in self.validator(schema, Sight::Enforced)?.iter_errors(value) {
            collect(&error, Sight::Enforced, &mut found);
        }
        found.sort();
        Ok(found)
    }

    fn validator(&self, schema: &Value, sight: Sight) -> Result<Rc<Validator>, String> {
        let key = (sight, schema.to_string());
        if let Some(validator) = self.compiled.borrow().get(&key) {
            return Ok(Rc::clone(validator));
        }
        let document = json!({
            "allOf": [convert(schema, sight)],
            "components": self.components.get(&sight),
        });
        let validator = jsonschema::options()
            .with_draft(Draft::Draft4)
            .should_validate_formats(false)
            .build(&document)
            .map_err(|error| error.to_string())?;
        let validator = Rc::new(validator);
        self.compiled
            .borrow_mut()
            .insert(key, Rc::clone(&validator));
        Ok(validator)
    }
}

fn collect(error: &ValidationError<'_>, sight: Sight, found: &mut Vec<Misfit>) {
    let at = error.instance_path().to_string();
    let mut misfit = |at: String, rule: &str| {
        let rule = match sight {
            Sight::Enforced => rule.to_owned(),
            Sight::Recorded => format!("documented-{rule}"),
        };
        found.push(Misfit { at, rule });
    };
    match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            for name in unexpected {
                misfit(pointer::join(&at, name), "undocumented");
            }
        }
        ValidationErrorKind::Required { property } => {
            misfit(
                pointer::join(&at, property.as_str().unwrap_or_default()),
                "required",
            );
        }
        // The only choice that the recorded form has.
        ValidationErrorKind::AnyOf { .. } if sight == Sight::Recorded => misfit(at, "value"),
        kind => misfit(at, kind.keyword()),
    }
}

/// The keywords that mean the same in both languages.
const KEPT: &[&str] = &[
    "type",
    "enum",
    "pattern",
    "minLength",
    "maxLength",
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
    "required",
];

/// An OpenAPI schema as a JSON Schema.
fn convert(schema: &Value, sight: Sight) -> Value {
    let Some(schema) = schema.as_object() else {
        return schema.clone();
    };
    if let Some(target) = schema.get("$ref") {
        return json!({ "$ref": target });
    }
    let mut out = Map::new();
    if sight == Sight::Enforced {
        for key in KEPT {
            if let Some(value) = schema.get(*key) {
                out.insert((*key).to_owned(), value.clone());
            }
        }
        let open = schema.contains_key("additionalProperties") || schema.contains_key("allOf");
        if schema.contains_key("properties") && !open {
            out.insert("additionalProperties".to_owned(), Value::Bool(false));
        }
        if schema.get("nullable") == Some(&Value::Bool(true)) {
            let kind = out.remove("type").unwrap_or_else(|| json!("object"));
            out.insert("type".to_owned(), json!([kind, "null"]));
        }
    } else {
        if let Some(limits) = schema.get("x-documented-limits").and_then(Value::as_object) {
            out.extend(limits.clone());
        }
        if let Some(required) = schema.get("x-documented-required") {
            out.insert("required".to_owned(), required.clone());
        }
        if let Some(values) = schema.get("x-known-values") {
            out.insert(
                "anyOf".to_owned(),
                json!([{ "not": { "type": "number" } }, { "enum": values }]),
            );
        }
    }
    for key in ["items", "not", "additionalProperties"] {
        if let Some(inner) = schema.get(key) {
            out.insert(key.to_owned(), convert(inner, sight));
        }
    }
    if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        let converted: Map<String, Value> = properties
            .iter()
            .map(|(name, inner)| (name.clone(), convert(inner, sight)))
            .collect();
        out.insert("properties".to_owned(), Value::Object(converted));
    }
    for key in ["allOf", "oneOf", "anyOf"] {
        let parts = schema
            .get(key)
            .and_then(Value::as_array)
            .filter(|_| sight == Sight::Enforced || key == "allOf");
        if let Some(parts) = parts {
            out.insert(
                key.to_owned(),
                parts.iter().map(|part| convert(part, sight)).collect(),
            );
        }
    }
    Value::Object(out)
}

/// Text of a path, query or header as the JSON value its schema means. `None`: it has no such reading.
#[must_use]
pub fn typed(text: &str, schema: &Value) -> Option<Value> {
    match schema.get("type").and_then(Value::as_str) {
        Some("integer") => text.parse::<i64>().ok().map(Value::from),
        Some("number") => text.parse::<f64>().ok().map(Value::from),
        Some("boolean") => text.parse::<bool>().ok().map(Value::from),
        _ => Some(Value::from(text)),
    }
}
