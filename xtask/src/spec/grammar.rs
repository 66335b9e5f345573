//! What stands where in an OpenAPI 3.0 document, and of what form it is: read from the JSON Schema that the OpenAPI
//! Initiative publishes (`xtask/schemas`). A definition of that schema is a kind of object, and a reference to a
//! definition says what stands below a key.
//!
//! Each object is judged alone, with the objects inside of it left out, so that what is wrong is told where it is.

use super::{operation::METHODS, pointer};
use jsonschema::{Draft, Validator, error::ValidationErrorKind};
use serde::{
    Deserialize,
    de::{IntoDeserializer, value::Error},
};
use serde_json::{Map, Value as Json, json};
use serde_yaml::Value;
use std::{collections::BTreeMap, sync::LazyLock};

/// The published schema.
const SCHEMA: &str = include_str!("../../schemas/openapi-3.0.schema.json");

/// The kind of an object in the document: a definition of the published schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[allow(
    missing_docs,
    reason = "the names are those of the OpenAPI specification"
)]
pub enum Kind {
    Document,
    Info,
    Contact,
    License,
    Server,
    ServerVariable,
    Paths,
    PathItem,
    Operation,
    Parameter,
    Header,
    RequestBody,
    MediaType,
    Encoding,
    Responses,
    Response,
    Callback,
    Example,
    Link,
    Components,
    Schema,
    Discriminator,
    #[serde(rename = "XML")]
    Xml,
    SecurityScheme,
    SecurityRequirement,
    Tag,
    ExternalDocumentation,
}

impl Kind {
    fn of_definition(name: &str) -> Option<Self> {
        Self::deserialize(IntoDeserializer::<Error>::into_deserializer(name)).ok()
    }

    /// What a person calls it.
    #[must_use]
    pub fn name(self) -> String {
        use heck::ToSnakeCase as _;
        let words = format!("{self:?}").to_snake_case().replace('_', " ");
        match self {
            Kind::Document | Kind::Paths | Kind::Responses => format!("the {words}"),
            Kind::Info | Kind::Components | Kind::ExternalDocumentation | Kind::Xml => words,
            _ if words.starts_with(['a', 'e', 'i', 'o', 'u']) => format!("an {words}"),
            _ => format!("a {words}"),
        }
    }

    /// The section of `components` that holds this kind.
    #[must_use]
    pub fn section(self) -> Option<&'static str> {
        let components = GRAMMAR.get(&Kind::Components)?;
        let mut sections = components.below.iter();
        sections.find_map(|(name, below)| (*below == Below::Map(self)).then_some(name.as_str()))
    }

    /// What is wrong with an object of this kind, the objects inside of it left out.
    #[must_use]
    pub fn slips(self, value: &Json) -> Vec<Slip> {
        let Some(form) = GRAMMAR.get(&self) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for error in form.validator.iter_errors(value) {
            let at = error.instance_path().to_string();
            match error.kind() {
                ValidationErrorKind::AdditionalProperties { unexpected } => {
                    found.extend(unexpected.iter().map(|key| Slip::Key {
                        key: key.clone(),
                        nearest: form.nearest(key),
                    }));
                }
                ValidationErrorKind::Type { .. } if at.is_empty() => found.push(Slip::NoMapping),
                _ => found.push(Slip::Form {
                    at,
                    why: error.masked_with("the value").to_string(),
                }),
            }
        }
        found
    }
}

/// Something that the specification does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Slip {
    /// The object is no mapping.
    NoMapping,
    /// A key that such an object does not have.
    Key {
        /// The key.
        key: String,
        /// The key that it is probably a slip of.
        nearest: Option<&'static str>,
    },
    /// A value of another form, or one that is missing.
    Form {
        /// JSON pointer below the object.
        at: String,
        /// What is wrong.
        why: String,
    },
}

/// What stands below a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Below {
    One(Kind),
    List(Kind),
    Map(Kind),
}

/// What is known of a kind of object.
struct Form {
    /// By key.
    below: BTreeMap<String, Below>,
    /// What stands below the keys that have no name of their own: paths, methods, statuses.
    members: Option<Kind>,
    keys: Vec<String>,
    validator: Validator,
}

impl Form {
    fn nearest(&self, key: &str) -> Option<&str> {
        let methods = METHODS
            .iter()
            .copied()
            .filter(|_| self.members == Some(Kind::Operation));
        self.keys
            .iter()
            .map(String::as_str)
            .chain(methods)
            .map(|name| (similar::TextDiff::from_chars(name, key).ratio(), name))
            .filter(|(ratio, _)| *ratio > 0.6)
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, name)| name)
    }
}

static GRAMMAR: LazyLock<BTreeMap<Kind, Form>> = LazyLock::new(|| {
    let schema: Json = serde_json::from_str(SCHEMA).unwrap_or_default();
    let definitions = schema.get("definitions").cloned().unwrap_or_default();
    let named = definitions.as_object().into_iter().flatten();
    let named =
        named.filter_map(|(name, definition)| Some((Kind::of_definition(name)?, definition)));
    [(Kind::Document, &schema)]
        .into_iter()
        .chain(named)
        .filter_map(|(kind, definition)| Some((kind, form(definition, &definitions)?)))
        .collect()
});

fn form(definition: &Json, definitions: &Json) -> Option<Form> {
    let empty = Map::new();
    let part = |key| {
        definition
            .get(key)
            .and_then(Json::as_object)
            .unwrap_or(&empty)
    };
    let mut alone = definition.as_object()?.clone();
    alone.remove("id");
    alone.remove("definitions");
    let mut properties = part("properties").clone();
    let mut below = BTreeMap::new();
    for (key, schema) in &mut properties {
        if let Some(found) = below_key(schema) {
            below.insert(key.clone(), found);
            *schema = match found {
                Below::One(_) => json!({}),
                Below::List(_) => json!({"type": "array"}),
                Below::Map(_) => json!({"type": "object"}),
            };
        }
    }
    let mut patterns = part("patternProperties").clone();
    let mut members = definition.get("additionalProperties").and_then(target);
    if members.is_some() {
        alone.insert("additionalProperties".to_owned(), json!({}));
    }
    for schema in patterns.values_mut() {
        if let Some(kind) = target(schema) {
            members = Some(kind);
            *schema = json!({});
        }
    }
    let keys = properties.keys().cloned().collect();
    alone.insert("properties".to_owned(), properties.into());
    alone.insert("patternProperties".to_owned(), patterns.into());
    // Most refer to few of them now, and a validator reads all that it is given.
    let needed = needed(&alone, definitions);
    alone.insert("definitions".to_owned(), needed.into());
    let validator = jsonschema::options()
        .with_draft(Draft::Draft4)
        .should_validate_formats(false)
        .build(&alone.into())
        .ok()?;
    Some(Form {
        below,
        members,
        keys,
        validator,
    })
}

/// The definitions that a schema refers to, and those that these refer to.
fn needed(schema: &Map<String, Json>, definitions: &Json) -> Map<String, Json> {
    let mut needed = Map::new();
    let mut open = Vec::new();
    schema.values().for_each(|part| references(part, &mut open));
    while let Some(name) = open.pop() {
        let definition = definitions.get(name);
        if let Some(definition) = definition.filter(|_| !needed.contains_key(name)) {
            needed.insert(name.to_owned(), definition.clone());
            references(definition, &mut open);
        }
    }
    needed
}

/// Puts the names of the definitions that stand in a `$ref` somewhere in `part` into `names`.
fn references<'p>(part: &'p Json, names: &mut Vec<&'p str>) {
    match part {
        Json::Object(fields) => {
            let target = fields.get("$ref").and_then(Json::as_str);
            names.extend(target.and_then(|target| target.rsplit('/').next()));
            fields.values().for_each(|part| references(part, names));
        }
        Json::Array(items) => items.iter().for_each(|part| references(part, names)),
        _ => {}
    }
}

/// The kind that a schema refers to, alone or beside `$ref`.
fn target(schema: &Json) -> Option<Kind> {
    if let Some(target) = schema.get("$ref").and_then(Json::as_str) {
        return Kind::of_definition(target.rsplit('/').next()?);
    }
    let mut choices = ["oneOf", "anyOf"].into_iter();
    choices.find_map(|key| schema.get(key)?.as_array()?.iter().find_map(target))
}

fn below_key(schema: &Json) -> Option<Below> {
    if let Some(kind) = target(schema) {
        return Some(Below::One(kind));
    }
    if let Some(kind) = schema.get("items").and_then(target) {
        return Some(Below::List(kind));
    }
    if let Some(kind) = schema.get("additionalProperties").and_then(target) {
        return Some(Below::Map(kind));
    }
    let mut patterns = schema.get("patternProperties")?.as_object()?.values();
    patterns.find_map(target).map(Below::Map)
}

/// An object of the document.
#[derive(Debug, Clone)]
pub struct Node<'v> {
    /// JSON pointer to it.
    pub pointer: String,
    /// What it is.
    pub kind: Kind,
    /// Its value; may be a `$ref`.
    pub value: &'v Value,
}

/// Every object of the document, in document order.
#[must_use]
pub fn walk(root: &Value) -> Vec<Node<'_>> {
    let mut nodes = Vec::new();
    visit(root, Kind::Document, String::new(), &mut nodes);
    nodes
}

fn visit<'v>(value: &'v Value, kind: Kind, pointer: String, nodes: &mut Vec<Node<'v>>) {
    nodes.push(Node {
        pointer: pointer.clone(),
        kind,
        value,
    });
    let Some(form) = GRAMMAR
        .get(&kind)
        .filter(|_| pointer::reference(value).is_none())
    else {
        return;
    };
    for (key, child) in pointer::entries(Some(value)) {
        let at = || pointer::join(&pointer, key);
        let extension = key.starts_with("x-");
        match (form.below.get(key), form.members) {
            // `additionalProperties: true` is no schema.
            (Some(Below::One(_)), _) if child.is_bool() => {}
            (Some(Below::One(kind)), _) => visit(child, *kind, at(), nodes),
            (Some(Below::List(kind)), _) => {
                let at = at();
                for (index, item) in pointer::items(Some(child)).enumerate() {
                    visit(item, *kind, pointer::join(&at, &index.to_string()), nodes);
                }
            }
            (Some(Below::Map(kind)), _) => {
                let at = at();
                for (name, item) in pointer::entries(Some(child)) {
                    visit(item, *kind, pointer::join(&at, name), nodes);
                }
            }
            (None, Some(kind)) if !extension && !form.keys.iter().any(|name| name == key) => {
                visit(child, kind, at(), nodes);
            }
            (None, _) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_a_definition_of_the_published_schema() {
        // All but those that only say what excludes what, what a `$ref` is, and the forms of one security scheme.
        let schema: Json = serde_json::from_str(SCHEMA).expect("JSON");
        let names = schema["definitions"]
            .as_object()
            .expect("definitions")
            .keys();
        let unknown: Vec<_> = names
            .filter(|name| Kind::of_definition(name).is_none())
            .filter(|name| !name.contains("XOR") && !name.ends_with("SecurityScheme"))
            .filter(|name| {
                !name.contains("Flow")
                    && !["Reference", "ParameterLocation"].contains(&name.as_str())
            })
            .collect();
        assert!(unknown.is_empty(), "{unknown:?}");
        assert_eq!(GRAMMAR.len(), 27, "each compiled");
    }

    #[test]
    fn what_stands_below_a_key_is_read_from_the_schema() {
        for (kind, key, below) in [
            (Kind::Document, "info", Below::One(Kind::Info)),
            (Kind::Document, "paths", Below::One(Kind::Paths)),
            (Kind::Operation, "parameters", Below::List(Kind::Parameter)),
            (Kind::MediaType, "schema", Below::One(Kind::Schema)),
            (Kind::Schema, "properties", Below::Map(Kind::Schema)),
            (
                Kind::Schema,
                "additionalProperties",
                Below::One(Kind::Schema),
            ),
            (
                Kind::Components,
                "securitySchemes",
                Below::Map(Kind::SecurityScheme),
            ),
        ] {
            assert_eq!(
                GRAMMAR[&kind].below.get(key),
                Some(&below),
                "{kind:?} {key}"
            );
        }
        for (kind, members) in [
            (Kind::Paths, Some(Kind::PathItem)),
            (Kind::PathItem, Some(Kind::Operation)),
            (Kind::Responses, Some(Kind::Response)),
            (Kind::Callback, Some(Kind::PathItem)),
            (Kind::Operation, None),
        ] {
            assert_eq!(GRAMMAR[&kind].members, members, "{kind:?}");
        }
        assert_eq!(Kind::Response.section(), Some("responses"));
        assert_eq!(Kind::Operation.section(), None);
        assert_eq!(Kind::Operation.name(), "an operation");
        assert_eq!(Kind::MediaType.name(), "a media type");
    }
}
