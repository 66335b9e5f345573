//! The operations table: name, method, path template, idempotency and contents, for the pipeline; and as JSON for other programs.

use super::{constant, literal, method};
use crate::{
    problem::{Problem, Problems, Result},
    spec::{
        bundle, pointer,
        read::{Description, Operation, json_schema},
    },
};
use serde::Serialize;
use serde_yaml::Value;

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
    idempotent: bool,
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
    /// The name of its schema in the description; absent if it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    schema: Option<&'d str>,
}

fn text_of<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn body<'d>(root: &'d Value, holder: Option<&'d Value>) -> Option<Body<'d>> {
    let holder = pointer::resolve(root, holder?)?;
    Some(Body {
        content: pointer::entries(holder.get("content"))
            .map(|(kind, _)| kind)
            .collect(),
        schema: json_schema(holder)
            .and_then(pointer::reference)
            .and_then(|target| target.rsplit('/').next()),
    })
}

/// The operations in the order of the description, as JSON.
///
/// # Errors
/// An operation does not say whether it is idempotent.
pub fn json(description: &Description) -> Result<String> {
    let root = &description.root;
    let mut operations = Vec::new();
    let mut found = Vec::new();
    for operation in description.operations() {
        if idempotency(&operation).is_none() {
            found.push(idempotency_missing(description, &operation));
        }
        let parameters = operation.parameters(root).into_iter();
        let success = pointer::entries(operation.value.get("responses"))
            .find(|(status, _)| status.starts_with('2'))
            .map(|(_, response)| response);
        operations.push(Row {
            name: operation.id(),
            tag: pointer::items(operation.value.get("tags"))
                .find_map(Value::as_str)
                .unwrap_or_default(),
            method: operation.method.to_uppercase(),
            path: operation.path,
            summary: text_of(operation.value, "summary"),
            idempotent: operation.value.get("x-idempotent").and_then(Value::as_bool) == Some(true),
            parameters: parameters
                .map(|(_, parameter)| {
                    let schema = parameter
                        .get("schema")
                        .and_then(|schema| pointer::resolve(root, schema))
                        .unwrap_or(&Value::Null);
                    Parameter {
                        name: text_of(parameter, "name"),
                        place: text_of(parameter, "in"),
                        required: parameter.get("required").and_then(Value::as_bool) == Some(true),
                        kind: text_of(schema, "type"),
                        items: schema
                            .get("items")
                            .and_then(|items| pointer::resolve(root, items))
                            .map(|items| text_of(items, "type")),
                    }
                })
                .collect(),
            request: body(root, operation.value.get("requestBody")),
            response: body(root, success).unwrap_or(Body {
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
        "`x-idempotent` is missing or neither true nor false",
        "say `x-idempotent: true` if calling it twice leaves the same state as calling it once, else false",
    )
}

/// What doing it twice does, as a variant of `hwc_core::Idempotency`.
fn idempotency(operation: &Operation<'_>) -> Option<&'static str> {
    let idempotent = operation
        .value
        .get("x-idempotent")
        .and_then(Value::as_bool)?;
    Some(match (operation.method, idempotent) {
        ("get" | "head", true) => "Safe",
        (_, true) => "Idempotent",
        (_, false) => "NotIdempotent",
    })
}

/// The body of `operations.rs`.
///
/// # Errors
/// An operation does not say whether it is idempotent.
pub fn text(description: &Description) -> Result<String> {
    let mut text = String::from(
        "use hwc_core::{Idempotency, Operation, RequestContent, ResponseContent};\n\n",
    );
    let (mut all, mut arms, mut found) = (String::new(), String::new(), Vec::new());
    for operation in description.operations() {
        let id = operation.id();
        let Some(idempotency) = idempotency(&operation) else {
            found.push(idempotency_missing(description, &operation));
            continue;
        };
        let request = match operation.value.get("requestBody") {
            Some(_) => "Json",
            None => "Nothing",
        };
        let name = constant(id);
        let summary = operation
            .value
            .get("summary")
            .and_then(Value::as_str)
            .unwrap_or(id);
        text.push_str(&format!(
            "/// {}\npub const {name}: Operation = Operation {{\n    name: {},\n    method: {},\n    path: {},\n    idempotency: Idempotency::{idempotency},\n    request: RequestContent::{request},\n    response: ResponseContent::Object,\n}};\n\n",
            summary.trim(),
            literal(id),
            literal(&operation.method.to_uppercase()),
            literal(operation.path),
        ));
        all.push_str(&format!("    {name},\n"));
        arms.push_str(&format!(
            "        {} => Some(&{name}),\n",
            literal(&method(id))
        ));
    }
    text.push_str(&format!("/// Every operation, in the order of the description.\npub const ALL: &[Operation] = &[\n{all}];\n\n"));
    text.push_str(&format!(
        "/// The operation of a generated method, by the name of the method.\n#[must_use]\npub fn by_method(method: &str) -> Option<&'static Operation> {{\n    match method {{\n{arms}        _ => None,\n    }}\n}}\n"
    ));
    Problems::unless_empty(found, text)
}
