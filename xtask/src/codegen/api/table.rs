//! The table of operations: what a menu, or a program that knows no type, needs to call one.

use crate::{
    codegen::client::Parts,
    spec::{
        content::{self, Answers, Sends},
        pointer,
        read::{Description, Operation},
        sdk::{Sdk, Shape},
    },
    tables::literal,
};
use serde_yaml::Value;

/// Its module.
pub(super) const MODULE: &str = "table";

/// How deep the fields of a body are told apart; deeper ones are given as JSON.
const DEPTH: usize = 3;

/// One row, as text.
pub(super) fn row(
    description: &Description,
    parts: &Parts<'_>,
    described: &Operation<'_>,
    operation: &Operation<'_>,
    sdk: &Sdk,
) -> String {
    let root = &description.root;
    let text = |key: &str| {
        let text = described.value.get(key).and_then(Value::as_str);
        text.unwrap_or_default().trim()
    };
    let mut values = Vec::new();
    // The corrected operation has no parameters that the client sends by itself.
    let own = |name: &str| {
        let parameters = operation.parameters(parts.root).into_iter();
        parameters
            .filter_map(|(_, parameter)| parameter.get("name")?.as_str())
            .any(|own| own == name)
    };
    for (_, parameter) in described.parameters(root) {
        let name = parameter
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or_default();
        if let Some(schema) = parameter.get("schema").filter(|_| own(name)) {
            let is_mandatory = parameter.get("required").and_then(Value::as_bool) == Some(true);
            values.push(value(
                root,
                &[name.to_owned()],
                parameter,
                schema,
                is_mandatory,
            ));
        }
    }
    match content::sends(described, root) {
        Ok(Sends::Json(schema, required)) => {
            fields(root, &["body".to_owned()], schema, required, &mut values);
        }
        Ok(Sends::Form(form)) => {
            for (name, schema, is_mandatory) in content::parts(root, form) {
                values.push(value(root, &[name.to_owned()], schema, schema, is_mandatory));
            }
        }
        Ok(Sends::Bytes) => values.push(
            "        Value { path: &[\"body\"], kind: Kind::File, is_list: false, is_mandatory: true, is_sensitive: false, known: &[], about: \"The file.\" },\n".to_owned(),
        ),
        Ok(Sends::Nothing) | Err(_) => {}
    }
    let answer = match content::answers(described, root) {
        Ok(Answers::Bytes) => "Answer::File",
        _ => "Answer::Object",
    };
    let option = |text: Option<&str>| match text {
        Some(text) => format!("Some({})", literal(text)),
        None => "None".to_owned(),
    };
    let columns: Vec<String> = sdk.columns.iter().map(|column| literal(column)).collect();
    let pages = sdk.pages.as_ref();
    format!(
        "    Operation {{\n        name: {},\n        resource: {},\n        method: {},\n        command: {},\n        is_by_hand: {},\n        asks: {},\n        summary: {},\n        description: {},\n        is_safe: {},\n        answer: {answer},\n        list: {},\n        at: {},\n        columns: &[{}],\n        values: &[\n{}        ],\n    }},\n",
        literal(described.id()),
        literal(&sdk.resource),
        literal(&sdk.method),
        option(sdk.command.as_deref()),
        sdk.shape == Shape::Hand,
        sdk.asks,
        literal(text("summary")),
        literal(text("description")),
        described.idempotency() == Some(crate::spec::read::Idempotency::Safe),
        option(pages.map(|pages| pages.list.as_str())),
        option(pages.and_then(|pages| pages.at.as_deref())),
        columns.join(", "),
        values.concat(),
    )
}

/// The fields of a body that can be given one by one.
fn fields(
    root: &Value,
    path: &[String],
    schema: &Value,
    is_mandatory: bool,
    values: &mut Vec<String>,
) {
    let own = pointer::resolve(root, schema).unwrap_or(schema);
    let mandatory: Vec<&str> = pointer::items(own.get("required"))
        .filter_map(Value::as_str)
        .collect();
    for (name, property) in pointer::entries(own.get("properties")) {
        let mut path = path.to_vec();
        path.push(name.to_owned());
        let is_mandatory = is_mandatory && mandatory.contains(&name);
        let inner = pointer::resolve(root, property).unwrap_or(property);
        if inner.get("properties").is_some() && path.len() <= DEPTH {
            fields(root, &path, inner, is_mandatory, values);
        } else {
            values.push(value(root, &path, property, property, is_mandatory));
        }
    }
}

/// One value that can be given.
fn value(
    root: &Value,
    path: &[String],
    told: &Value,
    schema: &Value,
    is_mandatory: bool,
) -> String {
    let own = pointer::resolve(root, schema).unwrap_or(schema);
    let is_list = own.get("items").is_some();
    let element = content::element(root, own);
    let kind = match element.get("type").and_then(Value::as_str) {
        _ if content::is_file(root, element) => "File",
        Some("string") => "Text",
        Some("integer") => "Integer",
        Some("number") => "Number",
        Some("boolean") => "Flag",
        _ => "Json",
    };
    let about = [told, own]
        .iter()
        .find_map(|holder| holder.get("description").and_then(Value::as_str))
        .unwrap_or_default();
    let is_sensitive = [told, own, element]
        .iter()
        .any(|holder| holder.get("x-sensitive").and_then(Value::as_bool) == Some(true));
    let names = pointer::items(element.get("x-enum-varnames")).filter_map(Value::as_str);
    let known: Vec<String> = pointer::items(element.get("x-known-values"))
        .zip(names)
        .filter_map(|(value, name)| {
            let value = match value {
                Value::String(text) => text.clone(),
                Value::Number(number) => number.to_string(),
                _ => return None,
            };
            Some(format!("({}, {})", literal(&value), literal(name)))
        })
        .collect();
    let path: Vec<String> = path.iter().map(|name| literal(name)).collect();
    format!(
        "            Value {{ path: &[{}], kind: Kind::{kind}, is_list: {is_list}, is_mandatory: {is_mandatory}, is_sensitive: {is_sensitive}, known: &[{}], about: {} }},\n",
        path.join(", "),
        known.join(", "),
        literal(about.trim()),
    )
}

/// The body of the table's file.
pub(super) fn text(rows: &[String]) -> String {
    format!(
        "use crate::api::{{Answer, Kind, Operation, Value}};\n\n/// Every operation, in the order of the description.\npub const OPERATIONS: &[Operation] = &[\n{}];\n",
        rows.concat()
    )
}
