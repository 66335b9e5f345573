//! The published description in OpenAPI 3.1. Made here, so that it needs nobody else's program; `linters` holds it to what a
//! public converter makes of the same file.

use super::{
    grammar::{self, Kind},
    pointer::get_mut,
};
use serde_yaml::{Mapping, Value};

/// What the document says it is.
const EDITION: &str = "3.1.0";

/// `published` in OpenAPI 3.1.
#[must_use]
pub fn upgraded(published: &Value) -> Value {
    let mut root = published.clone();
    for node in grammar::walk(published) {
        if node.kind == Kind::Schema
            && let Some(Value::Mapping(schema)) = get_mut(&mut root, &node.pointer)
        {
            upgrade(schema);
        }
    }
    if let Value::Mapping(root) = &mut root {
        root.insert("openapi".into(), EDITION.into());
    }
    root
}

/// What JSON Schema says in another way. `nullable` is none of it: the description has none.
fn upgrade(schema: &mut Mapping) {
    for (exclusive, bound) in [
        ("exclusiveMinimum", "minimum"),
        ("exclusiveMaximum", "maximum"),
    ] {
        let is_exclusive = schema.get(exclusive).and_then(Value::as_bool);
        if is_exclusive.is_some() {
            schema.shift_remove(exclusive);
        }
        if is_exclusive == Some(true)
            && let Some(limit) = schema.shift_remove(bound)
        {
            schema.insert(exclusive.into(), limit);
        }
    }
    if let Some(example) = schema.shift_remove("example") {
        schema.insert("examples".into(), Value::Sequence(vec![example]));
    }
    let values = schema.get("enum").and_then(Value::as_sequence);
    let only = values.filter(|values| values.len() == 1);
    if let Some(only) = only.and_then(|values| values.first()).cloned() {
        schema.shift_remove("enum");
        schema.insert("const".into(), only);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_schemas_that_mean_something_else_are_written_anew() {
        for (before, after) in [
            (
                "{type: integer, minimum: 1, exclusiveMinimum: true}",
                "{type: integer, exclusiveMinimum: 1}",
            ),
            (
                "{type: integer, maximum: 9, exclusiveMaximum: false}",
                "{type: integer, maximum: 9}",
            ),
            (
                "{type: string, example: a}",
                "{type: string, examples: [a]}",
            ),
            ("{type: string, enum: [a]}", "{type: string, const: a}"),
            (
                "{type: string, enum: [a, b]}",
                "{type: string, enum: [a, b]}",
            ),
            (
                "{type: string, format: binary}",
                "{type: string, format: binary}",
            ),
        ] {
            let mut schema: Value = serde_yaml::from_str(before).expect("YAML");
            if let Value::Mapping(schema) = &mut schema {
                upgrade(schema);
            }
            let wanted: Value = serde_yaml::from_str(after).expect("YAML");
            assert_eq!(schema, wanted, "{before}");
        }
    }
}
