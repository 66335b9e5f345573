//! The description as a page to read, by Redoc: operations by tag, error codes, discrepancies and guides, with a search. It is
//! one file that fetches nothing.

mod guides;

use crate::{
    file::Workspace,
    linters,
    problem::{Place, Problem, Result},
    programs::{self, Verdict, on_server, succeeds},
    spec,
};
use serde_json::{Value, json};
use std::process::Command;

/// The page.
pub const PAGE: &str = "target/site/index.html";
/// What Redoc makes it of.
const DOCUMENT: &str = "target/site/openapi.json";

/// Whatever the scripts of the page would fetch, a browser refuses it.
const POLICY: &str = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; \
                      font-src data:; worker-src blob:; base-uri 'none'; form-action 'none'";

/// Redoc has its words in English alone.
const LANGUAGE: &str = include_str!("site/language.js");

/// Writes the page, and looks whether everything is in it.
///
/// # Errors
/// Redoc fails, something is missing in the page, or on a server Redoc cannot be had.
pub fn ask(workspace: &Workspace) -> Result<Verdict> {
    match programs::install_npm(workspace, linters::SETTINGS, linters::PLACE)? {
        Ok(()) => {}
        Err(why) if on_server() => return Err(linters::absent(why).into()),
        Err(why) => return Ok(Verdict::Absent(why)),
    }
    let document = document(workspace)?;
    workspace.replace(&[(DOCUMENT.to_owned(), spec::bundle::json(&document)?)])?;
    let root = programs::absolute(workspace);
    let place = root.join(linters::PLACE);
    let mut redoc = Command::new("node");
    redoc
        .current_dir(&place)
        .env("REDOCLY_TELEMETRY", "off")
        .env("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true")
        .arg(place.join("node_modules/@redocly/cli/bin/cli.js"))
        .arg("build-docs")
        .arg(root.join(DOCUMENT))
        .args(["--inlineBundle", "--title", "Service Tickets (OSM v2)"])
        .arg("--output")
        .arg(root.join(PAGE));
    if !succeeds(&mut redoc) {
        let what = "Redoc makes no page of the description; its own words are above";
        return Err(Problem::general(what, "mend the description or xtask/src/site.rs").into());
    }
    let page = closed(&workspace.read(PAGE)?)?;
    has_all(&page, &document)?;
    workspace.replace(&[(PAGE.to_owned(), page)])?;
    Ok(Verdict::Content)
}

/// Writes the page, or says why not.
///
/// # Errors
/// As [`ask`], or Redoc cannot be had here.
pub fn write(workspace: &Workspace) -> Result<String> {
    match ask(workspace)? {
        Verdict::Content => Ok(format!("wrote {PAGE}: open it in a browser")),
        Verdict::Absent(why) => Err(linters::absent(why).into()),
    }
}

/// What the page is made of: the published description, with a section for the error codes, one for the discrepancies and
/// one for each guide.
///
/// # Errors
/// A file cannot be read.
pub fn document(workspace: &Workspace) -> Result<Value> {
    let mut document = read(workspace, spec::BUNDLED)?;
    let codes = read(workspace, spec::ERRORS_JSON)?;
    let discrepancies = workspace.read(spec::DISCREPANCIES)?;
    let besides = vec![
        ("error codes".to_owned(), error_codes(&codes)),
        ("discrepancies".to_owned(), discrepancies),
    ];
    let guides = guides::guides(workspace)?;
    let Some(Value::Array(tags)) = document.get_mut("tags") else {
        return Ok(document);
    };
    let names = |tags: &[Value]| -> Vec<Value> {
        tags.iter()
            .filter_map(|tag| tag.get("name"))
            .cloned()
            .collect()
    };
    let mut groups = vec![json!({"name": "Operations", "tags": names(tags.as_slice())})];
    for (group, sections) in [("The service", besides), ("Guides", guides)] {
        let from = tags.len();
        for (name, text) in sections {
            // Redoc shows a tag with this mark as a section of text. There are guides called as tags of operations are.
            tags.push(json!({
                "name": format!("{group}: {name}"),
                "x-displayName": name,
                "description": text,
                "x-traitTag": true,
            }));
        }
        let new = tags.get(from..).unwrap_or_default();
        groups.push(json!({"name": group, "tags": names(new)}));
    }
    if let Some(document) = document.as_object_mut() {
        document.insert("x-tagGroups".to_owned(), groups.into());
    }
    Ok(document)
}

fn read(workspace: &Workspace, path: &str) -> Result<Value> {
    let text = workspace.read(path)?;
    serde_json::from_str(&text).map_err(|error| {
        let what = format!("is no JSON: {error}");
        Problem::at(Place::file(path), what, "run `cargo xtask codegen`").into()
    })
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

/// The page with a policy that closes it off from any network, and with its own words in Chinese for who reads that.
fn closed(page: &str) -> Result<String> {
    let Some((before, after)) = page.split_once("<head>") else {
        let what = "has no head to put the policy into";
        return Err(Problem::at(Place::file(PAGE), what, "mend xtask/src/site.rs").into());
    };
    Ok(format!(
        "{before}<head>\n<meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n<script>\n{LANGUAGE}</script>{after}"
    ))
}

/// Each operation, error code and discrepancy is in the page, and no script or style is elsewhere.
fn has_all(page: &str, document: &Value) -> Result<()> {
    let failed = |what: String| {
        Problem::at(
            Place::file(PAGE),
            what,
            "look at the page, and mend xtask/src/site.rs",
        )
    };
    for elsewhere in ["<script src=", "<link "] {
        if page.contains(elsewhere) {
            return Err(failed(format!("fetches something: it has `{elsewhere}`")).into());
        }
    }
    let items = document.get("paths").and_then(Value::as_object);
    let operations = items
        .into_iter()
        .flatten()
        .filter_map(|(_, item)| item.as_object())
        .flatten()
        .filter_map(|(_, operation)| operation.get("operationId")?.as_str());
    let tags = document.get("tags").and_then(Value::as_array);
    let sections = tags
        .into_iter()
        .flatten()
        .filter_map(|tag| tag.get("description")?.as_str())
        .flat_map(str::lines)
        .filter_map(|line| line.strip_prefix("## ")?.split(' ').next());
    for name in operations.chain(sections) {
        if !page.contains(name) {
            return Err(failed(format!("has no `{name}`")).into());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{closed, error_codes, has_all};
    use serde_json::json;

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

    #[test]
    fn a_page_that_fetches_something_or_lacks_something_is_refused() {
        let document = json!({
            "paths": {"/a": {"get": {"operationId": "showThing"}}},
            "tags": [{"name": "discrepancies", "description": "# All\n\n## D-01 One\n"}],
        });
        assert!(has_all("showThing D-01", &document).is_ok());
        for page in [
            "showThing",
            "D-01",
            "showThing D-01 <script src=\"a.js\">",
            "showThing D-01 <link rel=\"stylesheet\" href=\"a.css\">",
        ] {
            assert!(has_all(page, &document).is_err(), "{page}");
        }
    }

    #[test]
    fn the_page_is_closed_off_from_the_network() {
        let page = closed("<html><head><title>A</title></head></html>").expect("a head");
        assert!(page.contains("<head>\n<meta http-equiv=\"Content-Security-Policy\""));
        assert!(page.contains("default-src 'none'"));
        assert!(
            page.contains("Operations: \"操作\"")
                && page.ends_with("<title>A</title></head></html>")
        );
        assert!(closed("<html></html>").is_err());
    }
}
