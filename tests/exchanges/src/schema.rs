//! Whether a value fits a schema of the description, and where it does not, in the words of `spec/README.md`.
//!
//! OpenAPI 3.0 schemas are JSON Schema draft 4 with a few differences, so a JSON Schema validator is the judge. Lengths
//! are counted in Unicode characters.

use crate::description::COMPONENT;
use jsonschema::{Draft, ValidationError, Validator, error::ValidationErrorKind};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Places below a value, and the rules that are broken there.
pub type Broken = BTreeSet<(String, String)>;

/// Which statements of a schema count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Statements {
    /// Those that JSON Schema knows; a field that is not described is not allowed.
    Enforced,
    /// `x-documented-limits`, `x-documented-required` and `x-known-values`.
    Recorded,
}

const STATEMENTS: [Statements; 2] = [Statements::Enforced, Statements::Recorded];

/// A schema that values are held against: compiling one takes longer than using it.
#[derive(Debug)]
pub struct Compiled([Validator; 2]);

impl Compiled {
    /// `schema` holds no references.
    ///
    /// # Errors
    /// It cannot be used.
    pub fn new(schema: &Value) -> Result<Self, String> {
        let [enforced, recorded] = STATEMENTS.map(|statements| {
            jsonschema::options()
                .with_draft(Draft::Draft4)
                .should_validate_formats(false)
                .build(&convert(schema, statements))
                .map_err(|error| error.to_string())
        });
        Ok(Self([enforced?, recorded?]))
    }

    /// Where `value` leaves the schema.
    #[must_use]
    pub fn broken(&self, value: &Value) -> Broken {
        let mut found = Broken::new();
        for (statements, validator) in STATEMENTS.iter().zip(&self.0) {
            for error in validator.iter_errors(value) {
                add(&error, *statements, &mut found);
            }
        }
        // Where the type is another one, its values and limits say nothing.
        let wrong: BTreeSet<String> = found
            .iter()
            .filter(|(_, rule)| rule == "type")
            .map(|(place, _)| place.clone())
            .collect();
        found.retain(|(place, rule)| rule == "type" || !wrong.contains(place));
        found
    }
}

/// Compiled schemas, by the shared part that each is. Schemas are large: comparing them ends at the first difference, and
/// making a digest of one does not.
#[derive(Debug, Default)]
pub(crate) struct Schemas(BTreeMap<String, Vec<(Value, Compiled)>>);

impl Schemas {
    /// Where `value` leaves `schema`, which holds no references.
    ///
    /// # Errors
    /// The schema cannot be used.
    pub(crate) fn broken(&mut self, schema: &Value, value: &Value) -> Result<Broken, String> {
        let part = schema.get(COMPONENT).and_then(Value::as_str);
        let part = part.unwrap_or_default();
        let known = self.0.get(part).into_iter().flatten();
        let mut known = known.filter(|(known, _)| known == schema);
        if let Some((_, compiled)) = known.next() {
            return Ok(compiled.broken(value));
        }
        let compiled = Compiled::new(schema)?;
        let broken = compiled.broken(value);
        let known = self.0.entry(part.to_owned()).or_default();
        known.push((schema.clone(), compiled));
        Ok(broken)
    }
}

fn add(error: &ValidationError<'_>, statements: Statements, found: &mut Broken) {
    let place = error.instance_path().to_string();
    let below = |name: &str| format!("{place}/{}", name.replace('~', "~0").replace('/', "~1"));
    let mut note = |place: String, rule: &str| {
        let rule = match statements {
            Statements::Enforced => rule.to_owned(),
            Statements::Recorded => format!("documented-{rule}"),
        };
        found.insert((place, rule));
    };
    match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            for name in unexpected {
                note(below(name), "undocumented");
            }
        }
        ValidationErrorKind::Required { property } => {
            note(below(property.as_str().unwrap_or_default()), "required");
        }
        // The only choice that the recorded form has.
        ValidationErrorKind::AnyOf { .. } if statements == Statements::Recorded => {
            note(place.clone(), "value");
        }
        kind => note(place.clone(), kind.keyword()),
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

/// The JSON Schema that makes `statements` of an OpenAPI schema.
fn convert(schema: &Value, statements: Statements) -> Value {
    let Some(schema) = schema.as_object() else {
        return schema.clone();
    };
    let mut made = match statements {
        Statements::Enforced => enforced(schema),
        Statements::Recorded => recorded(schema),
    };
    for key in ["items", "not", "additionalProperties"] {
        if let Some(inner) = schema.get(key) {
            made.insert(key.to_owned(), convert(inner, statements));
        }
    }
    if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        let converted: Map<String, Value> = properties
            .iter()
            .map(|(name, inner)| (name.clone(), convert(inner, statements)))
            .collect();
        made.insert("properties".to_owned(), Value::Object(converted));
    }
    for key in ["allOf", "oneOf", "anyOf"] {
        let parts = schema
            .get(key)
            .and_then(Value::as_array)
            .filter(|_| statements == Statements::Enforced || key == "allOf");
        if let Some(parts) = parts {
            let parts = parts.iter().map(|part| convert(part, statements)).collect();
            made.insert(key.to_owned(), parts);
        }
    }
    made.into()
}

fn enforced(schema: &Map<String, Value>) -> Map<String, Value> {
    let mut made = Map::new();
    for key in KEPT {
        // JSON Schema has no empty list of mandatory fields.
        if let Some(value) = schema.get(*key).filter(|value| **value != json!([])) {
            made.insert((*key).to_owned(), value.clone());
        }
    }
    let open = schema.contains_key("additionalProperties") || schema.contains_key("allOf");
    if schema.contains_key("properties") && !open {
        made.insert("additionalProperties".to_owned(), Value::Bool(false));
    }
    if schema.get("nullable") == Some(&Value::Bool(true)) {
        let kind = made.remove("type").unwrap_or_else(|| json!("object"));
        made.insert("type".to_owned(), json!([kind, "null"]));
    }
    made
}

fn recorded(schema: &Map<String, Value>) -> Map<String, Value> {
    let mut made = Map::new();
    if let Some(limits) = schema.get("x-documented-limits").and_then(Value::as_object) {
        made.extend(limits.clone());
    }
    if let Some(required) = schema
        .get("x-documented-required")
        .filter(|required| **required != json!([]))
    {
        made.insert("required".to_owned(), required.clone());
    }
    if let Some(values) = schema.get("x-known-values") {
        // A value of another type is told by its type.
        let kind = match values.get(0) {
            Some(Value::String(_)) => "string",
            _ => "number",
        };
        let choice = json!([{ "not": { "type": kind } }, { "enum": values }]);
        made.insert("anyOf".to_owned(), choice);
    }
    made
}

/// The text of a parameter as a value of the type that `schema` names; itself if it is none.
#[must_use]
pub fn typed(schema: &Value, text: &str) -> Value {
    let value = match schema.get("type").and_then(Value::as_str) {
        Some("integer") => text.parse::<i64>().ok().map(Value::from),
        Some("number") => text.parse::<f64>().ok().map(Value::from),
        Some("boolean") => text.parse::<bool>().ok().map(Value::from),
        _ => None,
    };
    value.unwrap_or_else(|| text.into())
}
