//! The table of operations: what a menu, or a program that knows no type, needs to call one.

use super::words;
use crate::{
    codegen::client::Parts,
    spec::{
        content::{self, Answers, Sends},
        lower::requests as objects,
        operation::{Idempotency, Operation},
        pointer,
        read::Description,
        sdk::{self, DEPTH_OF_SECRETS, GROUP, Sdk, Shape, is_sensitive},
    },
    tables::literal,
};
use heck::ToSnakeCase as _;
use serde_yaml::Value;

/// Its module.
pub(super) const MODULE: &str = "table";

/// How deep the fields of a body are told apart; deeper ones are given as JSON.
const DEPTH: usize = 3;

/// What is printed of one operation, as text.
pub(super) struct Row {
    /// The row.
    row: String,
    /// How files come into the request.
    files: String,
}

/// One row.
pub(super) fn row(
    description: &Description,
    parts: &Parts<'_>,
    described: &Operation<'_>,
    operation: &Operation<'_>,
    sdk: &Sdk,
) -> Row {
    let root = &description.root;
    let text = |key: &str| {
        let text = described.value.get(key).and_then(Value::as_str);
        text.unwrap_or_default().trim()
    };
    let (values, files) = values(root, parts, described, operation);
    let option = |text: Option<&str>| match text {
        Some(text) => format!("Some({})", literal(text)),
        None => "None".to_owned(),
    };
    let pages = sdk.pages.as_ref();
    let is_file = matches!(content::answers(described, root), Ok(Answers::Bytes));
    let way = match (is_file, pages) {
        (true, _) => "file",
        (false, Some(_)) => "list",
        (false, None) => "object",
    };
    let name = objects::name(operation);
    let request = format!("wire::{}::{name}", parts.home(&name));
    let has_body = matches!(
        content::sends(operation, parts.root),
        Ok(Sends::Json(_, true))
    );
    let row = format!(
        "    Operation {{\n        name: {},\n        resource: {},\n        method: {},\n        command: {},\n        is_by_hand: {},\n        asks: {},\n        topic: {},\n        summary: {},\n        description: {},\n        is_safe: {},\n        answer: Answer::{},\n        list: {},\n        at: {},\n        size: {},\n        columns: &[{}],\n        values: &[\n{}        ],\n        way: Way::{way}::<{request}>(),\n    }},\n",
        literal(described.id()),
        literal(&sdk.resource),
        literal(&sdk.method),
        option(sdk.command.as_deref()),
        sdk.shape == Shape::Hand,
        sdk.asks,
        literal(&super::about(root, described.tag().unwrap_or_default())),
        literal(text("summary")),
        literal(text("description")),
        described.idempotency() == Some(Idempotency::Safe),
        if is_file { "File" } else { "Object" },
        option(pages.map(|pages| pages.list.as_str())),
        option(pages.and_then(|pages| pages.at.as_deref())),
        option(pages.and_then(|pages| pages.size.as_deref())),
        columns(root, described, sdk).join(", "),
        values.concat(),
    );
    Row {
        row,
        files: putting(parts, &request, &name, &files, has_body),
    }
}

/// How files come into a request.
fn putting(
    parts: &Parts<'_>,
    request: &str,
    name: &str,
    files: &[String],
    has_body: bool,
) -> String {
    let item = parts.item(name);
    let fields = files.iter().filter_map(|file| item?.field(file));
    let arms = fields.map(|field| {
        let (wire, ident) = (literal(&field.wire), &field.ident);
        let value = if field.is_optional {
            "Some(file)"
        } else {
            "file"
        };
        format!("            {wire} => self.{ident} = {value},\n")
    });
    let arms: String = arms.collect();
    let names: Vec<String> = files.iter().map(|file| literal(file)).collect();
    let put = match arms.is_empty() {
        true => "    fn put(&mut self, _: &str, _: Upload) {}\n".to_owned(),
        false => format!(
            "    fn put(&mut self, name: &str, file: Upload) {{\n        match name {{\n{arms}            _ => {{}}\n        }}\n    }}\n"
        ),
    };
    format!(
        "\nimpl Row for {request} {{\n    const FILES: &'static [&'static str] = &[{}];\n    const HAS_BODY: bool = {has_body};\n{put}}}\n",
        names.join(", ")
    )
}

/// The fields worth showing.
fn columns(root: &Value, described: &Operation<'_>, sdk: &Sdk) -> Vec<String> {
    let row = sdk::row(described, root, sdk);
    let columns = sdk.columns.iter().map(|name| {
        let schema = row.and_then(|row| sdk::property(root, row, name));
        let known = schema.map(known).unwrap_or_default();
        let is_secret = |schema| is_sensitive(root, schema, DEPTH_OF_SECRETS);
        format!(
            "Column {{ name: {}, known: &[{known}], is_sensitive: {} }}",
            literal(name),
            schema.is_some_and(is_secret)
        )
    });
    columns.collect()
}

/// Everything that the operation takes, and which of it are files.
fn values(
    root: &Value,
    parts: &Parts<'_>,
    described: &Operation<'_>,
    operation: &Operation<'_>,
) -> (Vec<String>, Vec<String>) {
    let (mut values, mut files) = (Vec::new(), Vec::new());
    let name = |parameter: &Value| {
        let name = parameter.get("name").and_then(Value::as_str);
        name.unwrap_or_default().to_owned()
    };
    let is_required = |parameter: &Value| {
        let is_required = parameter.get("required").and_then(Value::as_bool);
        is_required == Some(true)
    };
    // The corrected operation has no parameters that the client sends by itself, and knows what is really mandatory.
    let corrected = operation.parameters(parts.root);
    for (_, parameter) in described.parameters(root) {
        let own = corrected
            .iter()
            .find(|(_, own)| name(own) == name(parameter));
        if let (Some((_, own)), Some(schema)) = (own, parameter.get("schema")) {
            let path = [name(parameter)];
            values.push(value(root, &path, parameter, schema, is_required(own)));
        }
    }
    match (
        content::sends(described, root),
        content::sends(operation, parts.root),
    ) {
        (Ok(Sends::Json(schema, _)), Ok(Sends::Json(own, required))) => {
            let body = Body {
                root,
                corrected: parts.root,
            };
            body.fields(&["body".to_owned()], schema, own, required, &mut values);
        }
        (Ok(Sends::Form(form)), _) => {
            for (name, schema, is_mandatory) in content::parts(root, form) {
                if content::is_file(root, content::element(root, schema)) {
                    files.push(name.to_owned());
                }
                let path = [name.to_owned()];
                values.push(value(root, &path, schema, schema, is_mandatory));
            }
        }
        (Ok(Sends::Bytes), _) => {
            files.push("body".to_owned());
            values.push(
                "            Value { path: &[\"body\"], kind: Kind::File, is_list: false, is_mandatory: true, is_sensitive: false, is_group: false, known: &[], about: \"The file.\" },\n".to_owned(),
            );
        }
        _ => {}
    }
    (values, files)
}

/// A body in JSON, as it is described and as it is corrected.
struct Body<'d> {
    root: &'d Value,
    corrected: &'d Value,
}

impl Body<'_> {
    /// The fields that can be given one by one.
    fn fields(
        &self,
        path: &[String],
        schema: &Value,
        own: &Value,
        is_mandatory: bool,
        values: &mut Vec<String>,
    ) {
        let schema = pointer::resolve(self.root, schema).unwrap_or(schema);
        let own = pointer::resolve(self.corrected, own).unwrap_or(own);
        let mandatory: Vec<&str> = pointer::items(own.get("required"))
            .filter_map(Value::as_str)
            .collect();
        for (name, property) in pointer::entries(schema.get("properties")) {
            let Some(own) = own.get("properties").and_then(|all| all.get(name)) else {
                continue;
            };
            let mut path = path.to_vec();
            path.push(name.to_owned());
            let is_mandatory = is_mandatory && mandatory.contains(&name);
            let inner = pointer::resolve(self.root, property).unwrap_or(property);
            if inner.get("properties").is_some() && path.len() <= DEPTH {
                self.fields(&path, inner, own, is_mandatory, values);
            } else {
                values.push(value(self.root, &path, property, property, is_mandatory));
            }
        }
    }
}

/// Values that a source names, and their names.
fn known(schema: &Value) -> String {
    let known: Vec<String> = words::named(schema)
        .map(|(value, name)| format!("({}, {})", literal(&value), literal(name)))
        .collect();
    known.join(", ")
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
    let is_sensitive = is_sensitive(root, told, 0) || is_sensitive(root, schema, DEPTH_OF_SECRETS);
    let is_group = path
        .last()
        .is_some_and(|name| name.to_snake_case() == GROUP);
    let path: Vec<String> = path.iter().map(|name| literal(name)).collect();
    format!(
        "            Value {{ path: &[{}], kind: Kind::{kind}, is_list: {is_list}, is_mandatory: {is_mandatory}, is_sensitive: {is_sensitive}, is_group: {is_group}, known: &[{}], about: {} }},\n",
        path.join(", "),
        known(element),
        literal(about.trim()),
    )
}

/// The body of the table's file.
pub(super) fn text(rows: &[Row]) -> String {
    let table: String = rows.iter().map(|row| row.row.as_str()).collect();
    let files: String = rows.iter().map(|row| row.files.as_str()).collect();
    format!(
        "use crate::api::{{Answer, Column, Kind, Operation, Upload, Value, operation::{{Row, Way}}}};\nuse hwc_tickets_wire as wire;\n\n/// Every operation, in the order of the description.\n// A constant would have every call made again in each crate that names it.\npub static OPERATIONS: &[Operation] = &[\n{table}];\n{files}"
    )
}
