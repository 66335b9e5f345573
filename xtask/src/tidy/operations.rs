//! What is special about an operation stands with its resource, and nowhere else.

use super::{House, TextFile};
use crate::problem::Problem;
use serde_json::Value;
use std::collections::BTreeMap;

/// All operations as data, with their tags.
const OPERATIONS: &str = "spec/dist/operations.json";

/// An operation that is named outside of its tag's own files would have to be found there by whoever changes it. The
/// simulator's domain has commands of its own, whose names may be the same words. Tests name what they ask.
pub(super) fn ids_stay_with_their_resource(house: &House, found: &mut Vec<Problem>) {
    let tags = tags(house);
    let handwritten = house.rust().filter(|file| {
        file.path.starts_with("crates/")
            && file.path.contains("/src/")
            && !file.is_generated()
            && !file.is_test()
            && !file.path.starts_with("crates/hwc-tickets-sim/src/domain")
    });
    for file in handwritten {
        for (line, code) in file.code() {
            let words = code.split(|c: char| !(c.is_alphanumeric() || c == '_'));
            for (word, tag) in words.filter_map(|word| tags.get_key_value(word)) {
                if !is_of(file, tag) {
                    found.push(file.problem(
                        line,
                        format!("names the operation `{word}` outside of the files of `{tag}`"),
                        format!(
                            "take it from the table of operations, or move this to `{tag}/wire.rs` of hwc-tickets or to \
                             `http/handler/{tag}.rs` of the simulator"
                        ),
                    ));
                }
            }
        }
    }
}

/// Whether the file, or a folder it stands in, is that of the tag. The program has none: it knows operations as data alone.
fn is_of(file: &TextFile, tag: &str) -> bool {
    let rooms = [
        "crates/hwc-tickets/src/",
        "crates/hwc-tickets-sim/src/http/handler/",
    ];
    rooms.iter().any(|room| {
        let below = file.path.strip_prefix(room);
        let below = below.and_then(|below| below.strip_prefix(tag));
        below.is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
    })
}

/// The tag of each operation, by its id and by the name of its type.
fn tags(house: &House) -> BTreeMap<String, String> {
    let Some(table) = house.files.iter().find(|file| file.path == OPERATIONS) else {
        return BTreeMap::new();
    };
    // That it can be read is for the check of generated files to tell.
    let table: Value = serde_json::from_str(&table.text).unwrap_or_default();
    let rows = table.get("operations").and_then(Value::as_array);
    let named = rows.into_iter().flatten().filter_map(|row| {
        let name = row.get("name")?.as_str()?;
        let tag = row.get("tag")?.as_str()?;
        Some((name, tag))
    });
    named
        .flat_map(|(name, tag)| {
            let (first, rest) = name.split_at_checked(1).unwrap_or(("", name));
            [name.to_owned(), first.to_uppercase() + rest].map(|name| (name, tag.to_owned()))
        })
        .collect()
}
