//! The operations table: name, method, path template, idempotency and contents, for the pipeline; and as JSON for other
//! programs.

use super::{constant, literal};
use crate::{
    problem::{Problem, Problems, Result},
    spec::{
        bundle,
        content::{self, Answers, Sends},
        operation::{Idempotency, Operation, media},
        pointer::{self, entries},
        publish::names,
        read::Description,
        sdk::{self, Sdk},
    },
};
use serde::Serialize;
use serde_yaml::Value;
use std::collections::BTreeMap;

/// `operations.json`: what a router, a menu or a page of documentation needs to know of each operation.
#[derive(Debug, Serialize)]
struct Index<'d> {
    operations: Vec<Row<'d>>,
}

#[derive(Debug, Serialize)]
struct Row<'d> {
    /// `operationId`.
    name: &'d str,
    tag: &'d str,
    /// In capitals.
    method: String,
    /// With `{name}` for each path parameter.
    path: &'d str,
    summary: &'d str,
    /// `safe`, `idempotent`, `idempotent-in-effect`, `depends-on` or `no`.
    idempotency: &'static str,
    /// The parameter whose value decides, with `depends-on`.
    #[serde(skip_serializing_if = "Option::is_none")]
    depends_on: Option<&'d str>,
    /// The field of a success with the id of what was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    makes: Option<&'d str>,
    /// How people call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    sdk: Option<Sdk>,
    parameters: Vec<Parameter<'d>>,
    /// Absent: the request has no body.
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<Body<'d>>,
    /// The answer of success.
    response: Body<'d>,
}

#[derive(Debug, Serialize)]
struct Parameter<'d> {
    name: &'d str,
    #[serde(rename = "in")]
    place: &'d str,
    required: bool,
    /// `type` of its schema; of a list, that of its items too.
    #[serde(rename = "type")]
    kind: &'d str,
    #[serde(skip_serializing_if = "Option::is_none")]
    items: Option<&'d str>,
}

#[derive(Debug, Serialize)]
struct Body<'d> {
    /// The media types, the first one is meant.
    content: Vec<&'d str>,
    /// The name of its schema in `openapi.json`; absent if it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    schema: Option<String>,
}

fn body<'d>(
    root: &'d Value,
    renamed: &BTreeMap<String, String>,
    holder: Option<&'d Value>,
) -> Option<Body<'d>> {
    let holder = pointer::resolve(root, holder?)?;
    Some(Body {
        content: entries(holder.get("content"))
            .map(|(kind, _)| kind)
            .collect(),
        schema: media(holder)
            .next()
            .and_then(|(_, media)| pointer::reference(media.get("schema")?))
            .and_then(|target| target.rsplit('/').next())
            .map(|name| renamed.get(name).map_or(name, String::as_str).to_owned()),
    })
}

/// The operations in the order of the description, as JSON.
///
/// # Errors
/// An operation does not say whether it is idempotent.
pub fn json(description: &Description) -> Result<String> {
    let root = &description.root;
    let renamed = names::renamed(root);
    let mut operations = Vec::new();
    let mut found = Vec::new();
    for operation in description.operations() {
        let Some(idempotency) = operation.idempotency() else {
            found.push(idempotency_missing(description, &operation));
            continue;
        };
        let parameters = operation.parameters(root).into_iter();
        let success = entries(operation.value.get("responses"))
            .find(|(status, _)| status.starts_with('2'))
            .map(|(_, response)| response);
        operations.push(Row {
            name: operation.id(),
            tag: operation.tag().unwrap_or_default(),
            method: operation.method.to_uppercase(),
            path: operation.path,
            summary: pointer::text(operation.value, "summary"),
            idempotency: idempotency.word(),
            depends_on: idempotency.parameter(),
            makes: operation.makes(),
            sdk: sdk::of(&operation).and_then(|said| said.ok()),
            parameters: parameters
                .map(|(_, parameter)| {
                    let schema = parameter
                        .get("schema")
                        .and_then(|schema| pointer::resolve(root, schema))
                        .unwrap_or(&Value::Null);
                    Parameter {
                        name: pointer::text(parameter, "name"),
                        place: pointer::text(parameter, "in"),
                        required: parameter.get("required").and_then(Value::as_bool) == Some(true),
                        kind: pointer::text(schema, "type"),
                        items: schema
                            .get("items")
                            .and_then(|items| pointer::resolve(root, items))
                            .map(|items| pointer::text(items, "type")),
                    }
                })
                .collect(),
            request: body(root, &renamed, operation.value.get("requestBody")),
            response: body(root, &renamed, success).unwrap_or(Body {
                content: Vec::new(),
                schema: None,
            }),
        });
    }
    Problems::unless_empty(found, ())?;
    bundle::json(&Index { operations })
}

fn idempotency_missing(description: &Description, operation: &Operation<'_>) -> Problem {
    description.problem(
        &operation.pointer(),
        "`x-idempotency` is missing or none of its words",
        "say what calling it twice does: spec/README.md has the words",
    )
}

/// What doing it twice does, as a variant of `hwc_core::Idempotency`.
fn idempotency(operation: &Operation<'_>) -> Option<&'static str> {
    Some(match operation.idempotency()? {
        Idempotency::Safe => "Safe",
        Idempotency::Idempotent => "Idempotent",
        Idempotency::IdempotentInEffect => "IdempotentInEffect",
        Idempotency::DependsOn(_) => "DependsOnCall",
        Idempotency::No => "NotIdempotent",
    })
}

/// What it sends and answers, as variants of `hwc_core::RequestContent` and `ResponseContent`.
fn contents(
    operation: &Operation<'_>,
    root: &Value,
) -> std::result::Result<(&'static str, &'static str), (String, String)> {
    let sends = match content::sends(operation, root)? {
        Sends::Nothing => "Nothing",
        Sends::Json(..) => "Json",
        Sends::Form(_) => "Multipart",
        Sends::Bytes => "Bytes",
    };
    let answers = match content::answers(operation, root)? {
        Answers::Object(_) => "Object",
        Answers::Bytes => "Bytes",
    };
    Ok((sends, answers))
}

/// What a success tells of what was made, as a variant of `hwc_core::Makes`. Where a document gives the answer no fields of
/// its own, there is nothing that it could tell.
fn makes(operation: &Operation<'_>, root: &Value) -> String {
    if let Some(field) = operation.makes() {
        return format!("Makes::Id({})", literal(field));
    }
    let is_empty = match content::answers(operation, root) {
        Ok(Answers::Object(schema)) => content::own_fields(root, schema).next().is_none(),
        _ => false,
    };
    let writes = operation.idempotency() != Some(Idempotency::Safe);
    let kind = match writes && (is_empty || operation.idempotency() == Some(Idempotency::No)) {
        true => "Nothing",
        false => "Unknown",
    };
    format!("Makes::{kind}")
}

/// The body of `operations.rs`.
///
/// # Errors
/// An operation does not say whether it is idempotent.
pub fn text(description: &Description) -> Result<String> {
    let mut text = String::from(
        "use hwc_core::{Idempotency, Makes, Operation, RequestContent, ResponseContent};\n\n",
    );
    let (mut all, mut found) = (String::new(), Vec::new());
    for operation in description.operations() {
        let id = operation.id();
        let Some(idempotency) = idempotency(&operation) else {
            found.push(idempotency_missing(description, &operation));
            continue;
        };
        let (request, response) = match contents(&operation, &description.root) {
            Ok(contents) => contents,
            Err((at, what)) => {
                let at = format!("{}{at}", operation.pointer());
                found.push(description.problem(&at, what, "describe JSON, a form or bytes"));
                continue;
            }
        };
        let name = constant(id);
        let summary = operation
            .value
            .get("summary")
            .and_then(Value::as_str)
            .unwrap_or(id);
        text.push_str(&format!(
            "/// {}\npub const {name}: Operation = Operation::new(\n    {},\n    {},\n    {},\n    Idempotency::{idempotency},\n)\n.with_request(RequestContent::{request})\n.with_response(ResponseContent::{response})\n.with_makes({});\n\n",
            summary.trim(),
            literal(id),
            literal(&operation.method.to_uppercase()),
            literal(operation.path),
            makes(&operation, &description.root),
        ));
        all.push_str(&format!("    {name},\n"));
    }
    text.push_str(&format!("/// Every operation, in the order of the description.\npub const ALL: &[Operation] = &[\n{all}];\n\n"));
    Problems::unless_empty(found, text)
}
