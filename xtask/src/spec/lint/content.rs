//! What bodies are made of: JSON, a form with files, or bytes. Each kind of body has its own rules.

use super::{Subject, references::has_type};
use crate::{
    problem::Problem,
    spec::{
        content::{BYTES, FORM, JSON},
        grammar::Kind,
        operation::{Operation, media},
        pointer::{self, entries, join, resolve},
    },
};
use heck::ToSnakeCase as _;
use serde_yaml::Value;
use std::collections::BTreeSet;

/// Media types that clients can send and read, each with a schema, and what stands beside what.
pub(super) fn media_types(subject: &Subject<'_>, found: &mut Vec<Problem>) {
    for node in subject.of(Kind::RequestBody) {
        known(
            subject,
            &node.pointer,
            node.value,
            &[JSON, FORM, BYTES],
            found,
        );
        if media(node.value).count() > 1 {
            found.push(subject.problem(
                &join(&node.pointer, "content"),
                "a request body in several forms",
                "describe the one that the document shows: a client sends one",
            ));
        }
    }
    for node in subject.of(Kind::Response) {
        known(subject, &node.pointer, node.value, &[JSON, BYTES], found);
        let names: Vec<&str> = media(node.value).map(|(name, _)| name).collect();
        // The first one is meant; the other one is what comes in its place.
        if names.contains(&BYTES) && names != [BYTES, JSON] {
            found.push(subject.problem(
                &join(&node.pointer, "content"),
                "bytes without the failure that may come in their place",
                format!("describe `{BYTES}` first and `{JSON}` after it: this service tells failures with HTTP 200"),
            ));
        }
    }
    for operation in &subject.operations {
        request(subject, operation, found);
        for (status, response) in entries(operation.value.get("responses")) {
            let is_bytes = resolve(subject.root, response)
                .is_some_and(|response| media(response).any(|(name, _)| name == BYTES));
            if is_bytes && !status.starts_with('2') {
                found.push(subject.problem(
                    &join(&join(&operation.pointer(), "responses"), status),
                    "an error made of bytes",
                    format!("write `{JSON}`"),
                ));
            }
        }
    }
}

/// What only the operation knows of its body.
fn request(subject: &Subject<'_>, operation: &Operation<'_>, found: &mut Vec<Problem>) {
    let Some(body) = operation.value.get("requestBody") else {
        return;
    };
    let at = join(&operation.pointer(), "requestBody");
    let body = resolve(subject.root, body).unwrap_or(body);
    let required = body.get("required").and_then(Value::as_bool) == Some(true);
    for (name, media) in media(body) {
        let at_media = join(&join(&at, "content"), name);
        let schema = media
            .get("schema")
            .and_then(|schema| resolve(subject.root, schema));
        if name == JSON && schema.is_some_and(|schema| !has_type(schema, "object")) {
            found.push(subject.problem(
                &join(&at_media, "schema"),
                "a request body of JSON that is no object",
                "every body of this service is one: check it against the document",
            ));
        }
        if name != JSON && !required {
            let what = if name == FORM { "a form" } else { "bytes" };
            found.push(subject.problem(
                &at,
                format!("{what} that may be missing"),
                "write `required: true`: the client sends it always",
            ));
        }
        if name != JSON && operation.method != "post" && operation.method != "put" {
            found.push(subject.problem(
                &at_media,
                format!("{} with a file", operation.method.to_uppercase()),
                "check the method against the document",
            ));
        }
        let parts = schema.filter(|_| name == FORM);
        for (part, _) in entries(parts.and_then(|schema| schema.get("properties"))) {
            let field = part.to_snake_case();
            let parameters = operation.parameters(subject.root).into_iter();
            let same = parameters
                .filter_map(|(_, parameter)| parameter.get("name")?.as_str())
                .find(|parameter| parameter.to_snake_case() == field);
            if let Some(parameter) = same {
                found.push(subject.problem(
                    &at_media,
                    format!("the part `{part}` and the parameter `{parameter}` are one field to the client"),
                    "the generator has to learn another name for one of them first",
                ));
            }
        }
    }
}

fn known(
    subject: &Subject<'_>,
    at: &str,
    holder: &Value,
    kinds: &[&str],
    found: &mut Vec<Problem>,
) {
    for (name, media) in media(holder) {
        let at = join(&join(at, "content"), name);
        // A new kind of content needs a decision first: no client could send or read it.
        if !kinds.contains(&name) {
            found.push(subject.problem(
                &at,
                format!("`{name}` is not a content type of this service"),
                format!("write {}", super::listed(kinds.iter().copied())),
            ));
        }
        let Some(schema) = media.get("schema") else {
            found.push(subject.problem(&at, "the content has no schema", "add `schema:`"));
            continue;
        };
        if media.get("encoding").is_some() {
            found.push(subject.problem(
                &join(&at, "encoding"),
                "`encoding`: the client has one coding for each kind of part",
                "delete it: a file is sent as it is, anything else as text",
            ));
        }
        let schema = resolve(subject.root, schema).unwrap_or(schema);
        let at = join(&at, "schema");
        match name {
            BYTES if !is_binary(schema) => found.push(subject.problem(
                &at,
                "bytes that are not described as bytes",
                "write `{type: string, format: binary}`",
            )),
            FORM => form(subject, &at, schema, found),
            _ => {}
        }
    }
}

/// A form is one flat object: each field is a part, a file or a text.
fn form(subject: &Subject<'_>, at: &str, schema: &Value, found: &mut Vec<Problem>) {
    if !has_type(schema, "object") {
        found.push(subject.problem(
            at,
            "a form that is no object",
            "its parts are the properties of an object",
        ));
    }
    let mut files = 0;
    for (name, part) in entries(schema.get("properties")) {
        let part = resolve(subject.root, part).unwrap_or(part);
        files += usize::from(is_binary(part));
        let plain = ["string", "integer", "boolean"]
            .iter()
            .any(|kind| has_type(part, kind));
        if !plain {
            found.push(subject.problem(
                &join(&join(at, "properties"), name),
                format!("the part `{name}` of a form is neither a file nor a text"),
                "a file is `{type: string, format: binary}`; what has fields of its own is sent as JSON text",
            ));
        }
    }
    if files != 1 {
        found.push(subject.problem(
            at,
            format!("a form with {files} files"),
            "one part is the file, with `format: binary`; a form without a file is sent as JSON by this service",
        ));
    }
}

fn is_binary(schema: &Value) -> bool {
    has_type(schema, "string") && schema.get("format").and_then(Value::as_str) == Some("binary")
}

/// Bytes stand only where they can be sent: as a whole body, or as a part of a form.
pub(super) fn bytes(subject: &Subject<'_>, found: &mut Vec<Problem>) {
    let mut homes = BTreeSet::new();
    for node in subject.of(Kind::MediaType) {
        let Some(schema) = node.value.get("schema") else {
            continue;
        };
        let own = join(&node.pointer, "schema");
        let (at, schema) =
            match pointer::reference(schema).and_then(|target| target.strip_prefix('#')) {
                Some(target) => (
                    target.to_owned(),
                    resolve(subject.root, schema).unwrap_or(schema),
                ),
                None => (own, schema),
            };
        if node.pointer.ends_with("octet-stream") {
            homes.insert(at);
        } else if node.pointer.ends_with("form-data") {
            homes.extend(
                entries(schema.get("properties"))
                    .map(|(name, _)| join(&join(&at, "properties"), name)),
            );
        }
    }
    for node in subject
        .of(Kind::Schema)
        .filter(|node| is_binary(node.value))
    {
        if !homes.contains(&node.pointer) {
            found.push(subject.problem(
                &join(&node.pointer, "format"),
                "bytes inside of JSON",
                "JSON has no bytes: write `format: byte` for base64, or make it a form",
            ));
        }
        let limited = ["minLength", "maxLength", "pattern", "enum"]
            .into_iter()
            .find(|key| node.value.get(*key).is_some());
        if let Some(key) = limited {
            found.push(subject.problem(
                &join(&node.pointer, key),
                format!("`{key}` of bytes: a client would have to read the whole file to know"),
                "say in words what a file may be",
            ));
        }
    }
}

/// A name of each style among `names`.
fn mixed<'n>(names: &[&'n str]) -> Option<(&'n str, &'n str)> {
    let snake = names.iter().find(|name| name.contains('_'))?;
    let is_capital = |c: char| c.is_ascii_uppercase();
    let camel = names.iter().find(|name| name.contains(is_capital))?;
    Some((snake, camel))
}

/// The words of one request or one object are written in one style, snake_case or camelCase.
pub(super) fn one_style(subject: &Subject<'_>, found: &mut Vec<Problem>) {
    for operation in &subject.operations {
        let parameters = operation.parameters(subject.root);
        let names: Vec<&str> = parameters
            .iter()
            .filter(|(_, parameter)| parameter.get("in").and_then(Value::as_str) == Some("query"))
            .filter_map(|(_, parameter)| parameter.get("name").and_then(Value::as_str))
            .collect();
        if let Some((snake, camel)) = mixed(&names) {
            found.push(subject.problem(
                &join(&operation.pointer(), "parameters"),
                format!("`{snake}` and `{camel}` in one query"),
                "check both against the document: no operation of this service mixes the two styles",
            ));
        }
    }
    for node in subject.of(Kind::Schema) {
        // What was put in (the error fields) is the same everywhere.
        let names: Vec<&str> = entries(node.value.get("properties"))
            .filter(|(_, property)| property.get("x-inferred").is_none())
            .map(|(name, _)| name)
            .collect();
        if let Some((snake, camel)) = mixed(&names) {
            found.push(subject.problem(
                &join(&node.pointer, "properties"),
                format!("`{snake}` and `{camel}` in one object"),
                "check both against the document: no object of this service mixes the two styles",
            ));
        }
    }
}
