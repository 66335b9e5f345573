//! The description as it is served: pointed at this simulator, with links to what it only names.

use serde_json::{Value, json};

use crate::catalogue;

const SOURCE: &str = include_str!("../../spec/openapi.json");

const ABOUT: &str = "\n\nCalls made here go to this simulator, with the token `TOKENEXAMPLE` unless another is entered. \
                     Read also: [error codes](/docs/errors), [where the sources disagree](/docs/discrepancies), and \
                     the description [as a file](/docs/openapi.json) with its examples.";

/// The description as JSON text.
pub(super) fn served() -> String {
    // A test holds the file to be JSON.
    let mut description: Value = serde_json::from_str(SOURCE).unwrap_or_default();
    name_what_concerns_operations(&mut description);
    link_discrepancies(&mut description);
    if let Some(info) = description.pointer_mut("/info") {
        append(info, ABOUT);
    }
    if let Some(description) = description.as_object_mut() {
        let here = json!([{ "url": "/", "description": "This simulator" }]);
        description.insert("servers".to_owned(), here);
    }
    description.to_string()
}

/// Sources and error codes are fields of this project, which no renderer shows.
fn name_what_concerns_operations(description: &mut Value) {
    let paths = description
        .pointer_mut("/paths")
        .and_then(Value::as_object_mut);
    let operations = paths
        .into_iter()
        .flat_map(|paths| paths.values_mut())
        .filter_map(Value::as_object_mut)
        .flat_map(|path| path.values_mut());
    for operation in operations {
        let Some(id) = operation.get("operationId").and_then(Value::as_str) else {
            continue;
        };
        let codes: Vec<String> = catalogue::concerning(id)
            .map(|code| format!("[{0}](/docs/errors#{0}) {1}", code.code, code.meaning))
            .collect();
        let sources: Vec<&str> = strings(operation.get("x-source")).collect();
        let sources = format!("\n\nSource: {}.", sources.join("; "));
        append(operation, &sources);
        if !codes.is_empty() {
            append(
                operation,
                &format!("\n\nError codes of this operation: {}", codes.join(" ")),
            );
        }
    }
}

/// Each place says which discrepancies concern it.
fn link_discrepancies(value: &mut Value) {
    let links: Vec<String> = strings(value.get("x-discrepancy"))
        .map(|number| format!("[{number}](/docs/discrepancies#{number})"))
        .collect();
    if !links.is_empty() {
        append(
            value,
            &format!("\n\nWhere the sources disagree: {}.", links.join(", ")),
        );
    }
    match value {
        Value::Object(members) => members.values_mut().for_each(link_discrepancies),
        Value::Array(members) => members.iter_mut().for_each(link_discrepancies),
        _ => {}
    }
}

fn strings(list: Option<&Value>) -> impl Iterator<Item = &str> {
    list.and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
}

/// Adds to the description of something, or begins one.
fn append(place: &mut Value, text: &str) {
    let Some(members) = place.as_object_mut() else {
        return;
    };
    let before = members
        .get("description")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let whole = format!("{before}{text}").trim_start().to_owned();
    members.insert("description".to_owned(), Value::String(whole));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_the_description_with_links_and_this_server() {
        let ours: Value = serde_json::from_str(&served()).expect("JSON");
        let source: Value = serde_json::from_str(SOURCE).expect("JSON");
        assert_eq!(ours["servers"].as_array().map(Vec::len), Some(1));
        assert_eq!(ours["servers"][0]["url"], "/");
        let paths = source["paths"].as_object().expect("paths");
        assert_eq!(
            ours["paths"].as_object().map(serde_json::Map::len),
            Some(paths.len())
        );
        for (path, methods) in paths {
            for (method, operation) in methods.as_object().expect("methods") {
                let text = ours["paths"][path][method]["description"]
                    .as_str()
                    .expect("a description");
                for number in strings(operation.get("x-discrepancy")) {
                    assert!(
                        text.contains(&format!("(/docs/discrepancies#{number})")),
                        "{path}: {text}"
                    );
                }
                for title in strings(operation.get("x-source")) {
                    assert!(text.contains(title), "{path}: {text}");
                }
            }
        }
        let older =
            &ours["paths"]["/v2/servicerequest/cases/{case_id}/instant-messages/more"]["get"];
        assert!(
            older["description"]
                .as_str()
                .expect("text")
                .contains("OSM.01010012")
        );
    }
}
