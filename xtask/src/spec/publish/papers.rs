//! Where the documents stand: each operation names the pages that it follows.

use crate::spec::{operation::operations, pointer};
use serde_yaml::{Mapping, Value};

/// Puts `externalDocs` into the operations: the titles of their pages, at the address of the whole reference. The pages
/// have no lasting addresses of their own.
pub(super) fn put_in(root: &mut Value) {
    let url = root
        .get("externalDocs")
        .and_then(|docs| docs.get("url"))
        .cloned();
    let Some(url) = url else { return };
    let found: Vec<(String, String)> = operations(root)
        .iter()
        .filter(|operation| operation.value.get("externalDocs").is_none())
        .map(|operation| {
            let source = operation.value.get("x-source");
            let one = source.and_then(Value::as_str);
            let titles: Vec<&str> = one
                .into_iter()
                .chain(pointer::items(source).filter_map(Value::as_str))
                .collect();
            (operation.pointer(), titles.join("; "))
        })
        .collect();
    for (at, titles) in found {
        if let Some(Value::Mapping(operation)) = pointer::get_mut(root, &at) {
            let mut docs = Mapping::new();
            docs.insert("description".into(), titles.into());
            docs.insert("url".into(), url.clone());
            operation.insert("externalDocs".into(), docs.into());
        }
    }
}
