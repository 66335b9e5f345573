//! The description as it is served: pointed at this simulator, with links to what it only names.

use serde_json::{Value, json};

use crate::catalogue;

const SOURCE: &str = include_str!("../../spec/openapi.json");

/// What the page to read has besides: the error codes, the discrepancies and the guides, and how it is grouped.
const SECTIONS: &str = include_str!("../../spec/sections.json");

const ABOUT: &str = "\n\nCalls made here go to this simulator, with the token `TOKENEXAMPLE` unless another is entered. \
                     Read also: [error codes](/docs/errors), [where the sources disagree](/docs/discrepancies), \
                     [a page to try requests](/docs/try), and \
                     the description [as a file](/docs/openapi.json) with its examples.";

/// The description as JSON text.
pub(super) fn served() -> String {
    description().to_string()
}

/// The same with the sections of the page to read, behind its tags.
pub(super) fn with_sections() -> String {
    let mut description = description();
    // A test holds the file to be JSON.
    let mut sections: Value = serde_json::from_str(SECTIONS).unwrap_or_default();
    if let Some(Value::Array(tags)) = description.get_mut("tags")
        && let Some(Value::Array(new)) = sections.get_mut("tags")
    {
        tags.append(new);
    }
    if let Some(description) = description.as_object_mut()
        && let Some(groups) = sections.get_mut("x-tagGroups")
    {
        description.insert("x-tagGroups".to_owned(), groups.take());
    }
    description.to_string()
}

fn description() -> Value {
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
    description
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
    fn the_page_to_read_has_a_section_for_each_part_and_stands_in_groups() {
        let page: Value = serde_json::from_str(&with_sections()).expect("JSON");
        let names: Vec<&str> = page["tags"]
            .as_array()
            .expect("tags")
            .iter()
            .filter_map(|tag| tag["name"].as_str())
            .collect();
        let grouped: Vec<&str> = page["x-tagGroups"]
            .as_array()
            .expect("groups")
            .iter()
            .filter_map(|group| group["tags"].as_array())
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        assert_eq!(grouped, names);
        for name in [
            "messages",
            "The service: error codes",
            "The service: discrepancies",
            "Guides: Rust",
            "Guides: command line",
            "Guides: delivery",
        ] {
            assert!(names.contains(&name), "{name} in {names:?}");
        }
    }

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
