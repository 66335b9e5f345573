//! Examples of failures: the documented texts of the catalogue, under the status that they are documented with.

use crate::{
    spec::{
        operation::operations,
        pointer::{self, entries, join},
    },
    tables::error_codes::Catalogue,
};
use serde_yaml::{Mapping, Value};
use std::collections::BTreeMap;

/// Most examples of one status: enough to see what they are like; the catalogue has all.
const MOST: usize = 3;

/// Puts the examples into every described failure that has none.
pub(super) fn show(root: &mut Value, catalogue: &Catalogue) {
    let mut places: BTreeMap<String, u16> = BTreeMap::new();
    for operation in operations(root) {
        let at = join(&operation.pointer(), "responses");
        for (status, response) in entries(operation.value.get("responses")) {
            let Ok(code) = status.parse::<u16>() else {
                continue;
            };
            let place = match pointer::reference(response) {
                Some(target) => target.trim_start_matches('#').to_owned(),
                None => join(&at, status),
            };
            if code >= 400 {
                places.insert(place, code);
            }
        }
    }
    for (place, status) in places {
        let examples = examples(catalogue, status);
        let media = pointer::get_mut(root, &place)
            .and_then(|response| response.get_mut("content"))
            .and_then(|content| content.get_mut("application/json"));
        if let Some(Value::Mapping(media)) = media
            && !examples.is_empty()
            && !media.contains_key("examples")
        {
            media.insert("examples".into(), examples.into());
        }
    }
}

fn examples(catalogue: &Catalogue, status: u16) -> Mapping {
    let rows = catalogue
        .errors
        .iter()
        .filter(|row| row.http_status == status);
    rows.filter_map(|row| Some((row, row.message.as_deref()?)))
        .take(MOST)
        .map(|(row, message)| {
            let mut value = Mapping::new();
            value.insert("error_code".into(), row.code.as_str().into());
            value.insert("error_msg".into(), message.into());
            let mut example = Mapping::new();
            example.insert("summary".into(), row.meaning.as_str().into());
            example.insert("value".into(), value.into());
            (Value::from(row.code.as_str()), Value::from(example))
        })
        .collect()
}
