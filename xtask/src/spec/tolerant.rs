//! The tolerant form of what is published, for clients that validate answers: nothing in an answer is mandatory, everything
//! may be null, and a number may be a text and a text a number (D-42). Requests are the same.

use super::{
    lower::{answer_schemas, responses, separate},
    pointer::{self, get_mut},
};
use serde_yaml::{Mapping, Value};
use std::collections::BTreeSet;

/// What is said of it at the top.
const ABOUT: &str = "In this form of the description answers are tolerant: everything in them may be null, and numbers and \
    texts may stand for each other.";

/// What a value that is described as one type may come as. An integer is a number besides: a language whose numbers are
/// floating rounds a large one beyond the limits of 64 bits, and its validator would refuse it.
const MIXED: &[(&str, &[&str])] = &[
    ("integer", &["integer", "number", "string"]),
    ("number", &["number", "string"]),
    ("string", &["string", "number"]),
    ("boolean", &["boolean", "string"]),
];

/// Fields that a recorded success has an object in, where a text is documented: schema and property. A text that cannot be
/// read costs itself alone, not the page it is on.
const OBJECTS: &[(&str, &str)] = &[
    ("IncidentMessageV2", "content"),
    ("QueryMessageInfoV2", "content"),
];

/// The schema of such an object.
const OBJECT: &str = "ObjectInPlaceOfText";

/// The tolerant form of `published`.
#[must_use]
pub fn tolerant(published: &Value) -> Value {
    let mut root = published.clone();
    separate(&mut root);
    let answers = responses(&root);
    let whole = whole_answers(&root, &answers);
    for target in answer_schemas(&root) {
        let at = target.trim_start_matches('#');
        if let Some(Value::Mapping(schema)) = get_mut(&mut root, at) {
            let is_object = loosen(schema);
            if is_object && !whole.contains(at) {
                schema.insert("nullable".into(), true.into());
            }
        }
    }
    for at in &answers {
        let content = get_mut(&mut root, at).and_then(|response| response.get_mut("content"));
        let Some(Value::Mapping(content)) = content else {
            continue;
        };
        for media in content.values_mut() {
            if let Some(Value::Mapping(schema)) = media.get_mut("schema") {
                loosen(schema);
            }
        }
    }
    let_objects_through(&mut root);
    if let Some(Value::Mapping(info)) = root.get_mut("info") {
        let before = info.get("description").and_then(Value::as_str);
        let whole = format!("{} {ABOUT}", before.unwrap_or_default());
        info.insert("description".into(), whole.trim_start().into());
    }
    root
}

/// Lets an object stand where a text does, by a schema of its own: generators stumble over one without a name.
fn let_objects_through(root: &mut Value) {
    for (schema, property) in OBJECTS {
        let at = format!("/components/schemas/{schema}/properties/{property}/anyOf");
        let Some(Value::Sequence(choices)) = get_mut(root, &at) else {
            continue;
        };
        let mut choice = Mapping::new();
        choice.insert(
            "$ref".into(),
            format!("#/components/schemas/{OBJECT}").into(),
        );
        choices.push(choice.into());
        if let Some(Value::Mapping(schemas)) = get_mut(root, "/components/schemas") {
            let mut object = Mapping::new();
            object.insert("type".into(), "object".into());
            let about = "An object where a text is documented. It costs this text alone.";
            object.insert("description".into(), about.into());
            schemas.insert(OBJECT.into(), object.into());
        }
    }
}

/// The schemas that are whole answers. Null in their place is no answer of the service.
fn whole_answers(root: &Value, answers: &BTreeSet<String>) -> BTreeSet<String> {
    let responses = answers.iter().filter_map(|at| pointer::get(root, at));
    responses
        .flat_map(|response| pointer::entries(response.get("content")))
        .filter_map(|(_, media)| pointer::reference(media.get("schema")?))
        .map(|target| target.trim_start_matches('#').to_owned())
        .collect()
}

/// Loosens a schema of an answer; whether it is that of an object. Bytes and references stay.
fn loosen(schema: &mut Mapping) -> bool {
    schema.shift_remove("required");
    let kind = schema
        .get("type")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let is_file = schema.get("format").and_then(Value::as_str) == Some("binary");
    let mixed = MIXED.iter().find(|(of, _)| *of == kind && !is_file);
    let is_object = kind == "object";
    if let Some((of, kinds)) = mixed {
        mix(schema, of, kinds);
        return false;
    }
    if is_object && !schema.contains_key("properties") {
        // Any value at all: generators stumble over an object that may be null and has no fields.
        schema.shift_remove("type");
        return false;
    }
    if let Some(Value::Mapping(properties)) = schema.get_mut("properties") {
        for property in properties.values_mut() {
            if let Value::Mapping(property) = property
                && (loosen(property) || property.get("type").is_some())
            {
                property.insert("nullable".into(), true.into());
            }
        }
    }
    if let Some(Value::Mapping(items)) = schema.get_mut("items")
        && loosen(items)
    {
        items.insert("nullable".into(), true.into());
    }
    is_object
}

/// A choice of types in the place of one; the words on it stay.
fn mix(schema: &mut Mapping, of: &str, kinds: &[&str]) {
    let format = schema.shift_remove("format");
    schema.shift_remove("type");
    let choices: Vec<Value> = kinds
        .iter()
        .map(|kind| {
            let mut choice = Mapping::new();
            choice.insert("type".into(), (*kind).into());
            if let Some(format) = format.clone().filter(|_| *kind == of) {
                choice.insert("format".into(), format);
            }
            choice.insert("nullable".into(), true.into());
            choice.into()
        })
        .collect();
    schema.insert("anyOf".into(), choices.into());
}
