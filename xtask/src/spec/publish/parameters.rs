//! The words on a parameter, on its schema too: some generators show those of the schema and no others.

use crate::spec::{
    grammar::{self, Kind},
    pointer::{self, join},
};
use serde_yaml::Value;

/// Puts the description of each parameter into its schema. A schema with words of its own keeps them, and a reference has
/// no place for any: what it names is not of this parameter alone.
pub(super) fn describe(root: &mut Value) {
    let mut found: Vec<(String, Value)> = Vec::new();
    for node in grammar::walk(root) {
        let words = node.value.get("description");
        let (Kind::Parameter, Some(words), Some(schema)) =
            (node.kind, words, node.value.get("schema"))
        else {
            continue;
        };
        if pointer::reference(schema).is_none() && schema.get("description").is_none() {
            found.push((join(&node.pointer, "schema"), words.clone()));
        }
    }
    for (at, words) in found {
        if let Some(Value::Mapping(schema)) = pointer::get_mut(root, &at) {
            schema.insert("description".into(), words);
        }
    }
}
