//! The limits table: what the documents say about everything a caller can send, checked on the way out.

use super::{constant, literal};
use crate::{
    problem::Result,
    spec::{
        lower,
        pointer::{entries, items, resolve},
        read::Description,
    },
};
use serde_yaml::Value;
use std::collections::BTreeSet;

struct Row {
    operation: String,
    field: String,
    unit: &'static str,
    min: Option<i64>,
    max: Option<i64>,
    required: bool,
    enforced: bool,
}

/// The body of `limits.rs`.
///
/// # Errors
/// None today; the signature is that of its sisters.
pub fn text(description: &Description) -> Result<String> {
    let root = &description.root;
    let mut rows = Vec::new();
    for operation in description.operations() {
        if lower::is_left_out(operation.id()) {
            continue;
        }
        for (_, parameter) in operation.parameters(root) {
            let name = parameter
                .get("name")
                .and_then(Value::as_str)
                .unwrap_or_default();
            let required = parameter.get("required").and_then(Value::as_bool) == Some(true);
            if let Some(schema) = parameter.get("schema") {
                collect(root, operation.id(), name, schema, required, 0, &mut rows);
            }
        }
        if let Some(schema) = operation.body_schema(root) {
            collect(root, operation.id(), "", schema, true, 0, &mut rows);
        }
    }
    let mut text = String::from("use crate::limit::{Limit, Unit};\n\n");
    let mut all = String::new();
    let mut names = BTreeSet::new();
    for row in &rows {
        let mut name = constant(&format!(
            "{}_{}",
            row.operation,
            row.field.replace("[]", "_item")
        ));
        // A parameter and a field of the body may have one name; parameters come first.
        while !names.insert(name.clone()) {
            name.push_str("_IN_BODY");
        }
        let how = if row.enforced {
            "Limit"
        } else {
            "Limit, recorded but not enforced by the description,"
        };
        text.push_str(&format!(
            "/// {how} of `{}` in `{}`.\npub const {name}: Limit = Limit {{\n    operation: {},\n    field: {},\n    unit: Unit::{},\n    min: {:?},\n    max: {:?},\n    required: {},\n    enforced: {},\n}};\n\n",
            row.field,
            row.operation,
            literal(&row.operation),
            literal(&row.field),
            row.unit,
            row.min,
            row.max,
            row.required,
            row.enforced,
        ));
        all.push_str(&format!("    {name},\n"));
    }
    text.push_str(&format!(
        "/// Every limit, in the order of the description.\npub const ALL: &[Limit] = &[\n{all}];\n"
    ));
    Ok(text)
}

/// Adds the limits of `schema`, which is `field`, and of what it contains.
fn collect(
    root: &Value,
    operation: &str,
    field: &str,
    schema: &Value,
    required: bool,
    depth: usize,
    rows: &mut Vec<Row>,
) {
    // Schemas of requests do not contain themselves; a slip must not hang the build.
    let (Some(schema), true) = (resolve(root, schema), depth < 16) else {
        return;
    };
    let mandatory: Vec<&str> = items(schema.get("required"))
        .filter_map(Value::as_str)
        .collect();
    for (name, property) in entries(schema.get("properties")) {
        let inner = if field.is_empty() {
            name.to_owned()
        } else {
            format!("{field}.{name}")
        };
        collect(
            root,
            operation,
            &inner,
            property,
            mandatory.contains(&name),
            depth + 1,
            rows,
        );
    }
    for part in items(schema.get("allOf")) {
        collect(root, operation, field, part, required, depth + 1, rows);
    }
    let kind = schema
        .get("type")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let (unit, low, high) = match kind {
        "string" => ("Characters", "minLength", "maxLength"),
        "integer" => ("Value", "minimum", "maximum"),
        "array" => ("Items", "minItems", "maxItems"),
        _ => return,
    };
    let bounds = |holder: Option<&Value>| {
        let bound = |key| {
            holder
                .and_then(|holder| holder.get(key))
                .and_then(Value::as_i64)
        };
        (bound(low), bound(high))
    };
    let row = |(min, max), enforced| Row {
        operation: operation.to_owned(),
        field: field.to_owned(),
        unit,
        min,
        max,
        required,
        enforced,
    };
    match (
        bounds(Some(schema)),
        bounds(schema.get("x-documented-limits")),
    ) {
        ((None, None), (None, None)) => {}
        ((None, None), recorded) => rows.push(row(recorded, false)),
        (enforced, _) => rows.push(row(enforced, true)),
    }
    if let Some(item) = schema.get("items") {
        collect(
            root,
            operation,
            &format!("{field}[]"),
            item,
            required,
            depth + 1,
            rows,
        );
    }
}
