//! What an operation sends and what it answers, by the media types of the description. The one place that knows them.

use super::{
    operation::Operation,
    pointer::{self, entries, items},
};
use serde_yaml::Value;

/// A JSON document.
pub const JSON: &str = "application/json";
/// A form, with a file perhaps.
pub const FORM: &str = "multipart/form-data";
/// Bytes.
pub const BYTES: &str = "application/octet-stream";

/// The body of a request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Sends<'d> {
    /// None.
    Nothing,
    /// JSON of this schema; whether the body is mandatory.
    Json(&'d Value, bool),
    /// A form; its schema, `$ref` followed.
    Form(&'d Value),
    /// Bytes.
    Bytes,
}

/// The body of an answer of success.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Answers<'d> {
    /// A JSON object of this schema.
    Object(&'d Value),
    /// A file. An error document may come in its place.
    Bytes,
}

/// Whether a media type is JSON, its parameters aside.
fn is(media: &str, name: &str) -> bool {
    let name_only = media.split(';').next().unwrap_or_default();
    name_only.trim().eq_ignore_ascii_case(name)
}

/// Whether the value of a schema is bytes.
#[must_use]
pub fn is_file(root: &Value, schema: &Value) -> bool {
    let schema = pointer::resolve(root, schema).unwrap_or(schema);
    let text = |key: &str| schema.get(key).and_then(Value::as_str);
    text("type") == Some("string") && text("format") == Some("binary")
}

/// What `operation` sends. `Err`: what no client here can say.
///
/// # Errors
/// The place below the operation, and what is wrong.
pub fn sends<'d>(
    operation: &Operation<'d>,
    root: &'d Value,
) -> Result<Sends<'d>, (String, String)> {
    let at = "/requestBody".to_owned();
    let Some(body) = operation.value.get("requestBody") else {
        return Ok(Sends::Nothing);
    };
    let body = pointer::resolve(root, body).unwrap_or(body);
    let content: Vec<(&str, &Value)> = entries(body.get("content")).collect();
    let [(media, holder)] = content.as_slice() else {
        let what = format!(
            "{} media types of a request, of which one is sent",
            content.len()
        );
        return Err((at, what));
    };
    let Some(schema) = holder.get("schema") else {
        return Err((at, format!("{media} without a schema")));
    };
    if is(media, JSON) {
        let required = body.get("required").and_then(Value::as_bool) == Some(true);
        return Ok(Sends::Json(schema, required));
    }
    if is(media, FORM) {
        return Ok(Sends::Form(
            pointer::resolve(root, schema).unwrap_or(schema),
        ));
    }
    if is_file(root, schema) {
        return Ok(Sends::Bytes);
    }
    Err((at, format!("a request of {media}")))
}

/// What `operation` answers. `Err`: what no client here can read.
///
/// # Errors
/// The place below the operation, and what is wrong.
pub fn answers<'d>(
    operation: &Operation<'d>,
    root: &'d Value,
) -> Result<Answers<'d>, (String, String)> {
    let success =
        entries(operation.value.get("responses")).find(|(status, _)| status.starts_with('2'));
    let Some((status, response)) = success else {
        return Err(("/responses".to_owned(), "no answer of success".to_owned()));
    };
    let at = pointer::join("/responses", status);
    let response = pointer::resolve(root, response).unwrap_or(response);
    let content: Vec<(&str, &Value)> = entries(response.get("content")).collect();
    let file = |(_, holder): &&(&str, &Value)| {
        holder
            .get("schema")
            .is_none_or(|schema| is_file(root, schema))
    };
    if content.iter().any(|pair| file(&pair)) {
        return Ok(Answers::Bytes);
    }
    let json = content.iter().find(|(media, _)| is(media, JSON));
    match json.and_then(|(_, holder)| holder.get("schema")) {
        Some(schema) => Ok(Answers::Object(schema)),
        None => Err((
            at,
            "an answer of success that is neither a JSON object nor a file".to_owned(),
        )),
    }
}

/// The parts of a form in the order they are sent: texts first, so that a server that streams knows them when the file
/// comes. Name, schema, and whether it is mandatory.
#[must_use]
pub fn parts<'d>(root: &'d Value, form: &'d Value) -> Vec<(&'d str, &'d Value, bool)> {
    let mandatory: Vec<&str> = items(form.get("required"))
        .filter_map(Value::as_str)
        .collect();
    let mut parts: Vec<_> = entries(form.get("properties"))
        .map(|(name, schema)| (name, schema, mandatory.contains(&name)))
        .collect();
    parts.sort_by_key(|(_, schema, _)| is_file(root, element(root, schema)));
    parts
}

/// The schema of an element, of a list; of anything else its own.
#[must_use]
pub fn element<'d>(root: &'d Value, schema: &'d Value) -> &'d Value {
    let own = pointer::resolve(root, schema).unwrap_or(schema);
    match own.get("items") {
        Some(items) => pointer::resolve(root, items).unwrap_or(items),
        None => own,
    }
}

/// Fields that an answer has whatever was done.
const OF_ANY_ANSWER: [&str; 3] = ["error_code", "error_msg", "request_id"];

/// The fields of an answer that tell something of what was asked for or done.
pub fn own_fields<'d>(
    root: &'d Value,
    schema: &'d Value,
) -> impl Iterator<Item = (&'d str, &'d Value)> {
    let schema = pointer::resolve(root, schema).unwrap_or(schema);
    entries(schema.get("properties")).filter(|(name, _)| !OF_ANY_ANSWER.contains(name))
}
