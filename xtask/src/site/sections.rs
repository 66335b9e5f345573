//! What the page has besides the operations: the error codes, the discrepancies and the guides, each as a section, and the
//! groups that they stand in. One generated file of the simulator has it, which serves the same page.

use super::guides;
use crate::{file::Workspace, problem::Result, spec};
use serde_json::{Value, json};

/// Where it is.
pub const PATH: &str = "crates/hwc-tickets-sim/spec/sections.json";

/// The sections of the page, as JSON text: `tags`, which go behind those of the description, and `x-tagGroups`.
///
/// `description` and `errors` are what is published, as JSON text, `operations` is the text of the page of operations: both
/// may be newer than the files.
///
/// # Errors
/// A file cannot be read, or a guide lacks what the page shows of it.
pub fn text(
    workspace: &Workspace,
    description: &str,
    errors: &str,
    operations: &str,
) -> Result<String> {
    // What is written as JSON in the same run is JSON.
    let description: Value = serde_json::from_str(description).unwrap_or_default();
    let errors: Value = serde_json::from_str(errors).unwrap_or_default();
    let besides = vec![
        ("error codes".to_owned(), error_codes(&errors)),
        (
            "discrepancies".to_owned(),
            workspace.read(spec::DISCREPANCIES)?,
        ),
    ];
    let guides = guides::guides(workspace, operations)?;
    let own = description.get("tags").and_then(Value::as_array);
    let own: Vec<&Value> = own
        .into_iter()
        .flatten()
        .filter_map(|tag| tag.get("name"))
        .collect();
    let mut groups = vec![json!({"name": "Operations", "tags": own})];
    let mut tags = Vec::new();
    for (group, sections) in [("The service", besides), ("Guides", guides)] {
        let mut names = Vec::new();
        for (name, text) in sections {
            // There are guides called as tags of operations are.
            let whole = format!("{group}: {name}");
            // Redoc shows a tag with this mark as a section of text. Keys are in the order of the alphabet: whether others
            // keep theirs is a feature that any package may switch.
            tags.push(json!({
                "description": text,
                "name": whole,
                "x-displayName": name,
                "x-traitTag": true,
            }));
            names.push(whole);
        }
        groups.push(json!({"name": group, "tags": names}));
    }
    spec::bundle::json(&json!({"tags": tags, "x-tagGroups": groups}))
}

/// Puts the sections into the description.
pub(super) fn add(document: &mut Value, sections: &Value) {
    let new = sections.get("tags").and_then(Value::as_array);
    if let Some(Value::Array(tags)) = document.get_mut("tags") {
        tags.extend(new.into_iter().flatten().cloned());
    }
    if let (Some(document), Some(groups)) = (document.as_object_mut(), sections.get("x-tagGroups"))
    {
        document.insert("x-tagGroups".to_owned(), groups.clone());
    }
}

/// The error codes, each under a heading: the search goes by headings.
fn error_codes(codes: &Value) -> String {
    let mut text = String::from(
        "The codes of the service and of the gateway in front of it, as far as they are published. The set is open.\n",
    );
    let rows = codes.get("errors").and_then(Value::as_array);
    let mut last = "";
    for row in rows.into_iter().flatten() {
        let of = |key: &str| row.get(key).and_then(Value::as_str).unwrap_or_default();
        let code = of("code");
        if code != last {
            text.push_str(&format!("\n## {code}\n"));
        }
        last = code;
        let status = row.get("http_status").map(Value::to_string);
        let message = match of("message") {
            "" => String::new(),
            message => format!("- Message: `{message}`\n"),
        };
        text.push_str(&format!(
            "\n{}\n\n- HTTP status: {}\n- Category: {}\n- Repeat: {}\n{message}- Source: {}\n",
            of("meaning"),
            status.unwrap_or_default(),
            of("category"),
            of("repeatable"),
            of("source"),
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{add, error_codes};
    use serde_json::json;

    #[test]
    fn sections_stand_behind_the_tags_of_the_description() {
        let mut document = json!({"tags": [{"name": "a"}], "paths": {}});
        let groups = json!([{"name": "Operations", "tags": ["a"]}]);
        add(
            &mut document,
            &json!({"tags": [{"name": "b"}], "x-tagGroups": groups}),
        );
        assert_eq!(
            document,
            json!({"tags": [{"name": "a"}, {"name": "b"}], "paths": {}, "x-tagGroups": groups})
        );
    }

    #[test]
    fn each_error_code_has_one_heading_and_each_of_its_rows_is_told() {
        let row = |status: u16| {
            json!({"code": "A.1", "http_status": status, "category": "request", "repeatable": "never",
                   "message": "No.", "meaning": "It is not.", "source": "Page"})
        };
        let text = error_codes(&json!({"errors": [row(400), row(200)]}));
        assert_eq!(text.matches("## A.1\n").count(), 1, "{text}");
        for told in ["HTTP status: 400", "HTTP status: 200", "Message: `No.`"] {
            assert!(text.contains(told), "{told} in {text}");
        }
    }
}
