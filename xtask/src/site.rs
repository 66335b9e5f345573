//! The description as a page to read, by Redoc: operations by tag, error codes, discrepancies and guides, with a search. It is
//! one file that fetches nothing.

mod guides;
pub mod sections;

use crate::{
    file::Workspace,
    linters,
    problem::{Place, Problem, Result},
    programs::{self, Verdict, on_server, succeeds},
    spec,
};
use serde_json::Value;
use std::process::Command;

/// The page.
pub const PAGE: &str = "target/site/index.html";
/// What Redoc makes it of.
const DOCUMENT: &str = "target/site/openapi.json";

/// Whatever the scripts of the page would fetch, a browser refuses it.
const POLICY: &str = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; \
                      font-src data:; worker-src blob:; base-uri 'none'; form-action 'none'";

/// Redoc has its words in English alone. The page of the simulator reads the same file.
const LANGUAGE: &str = "crates/hwc-tickets-sim/src/reference/language.js";
/// How wide its text is, and what else is ours. The page of the simulator reads the same file.
const STYLE: &str = "crates/hwc-tickets-sim/src/reference/site.css";
/// Where the simulator has the renderer: it serves the same page without Node.js.
const RENDERER: &str = "crates/hwc-tickets-sim/redoc";

/// Writes the page, and looks whether everything is in it, and whether the simulator has the same renderer.
///
/// # Errors
/// Redoc fails, something is missing in the page, the simulator has another renderer, or on a server Redoc cannot be had.
pub fn ask(workspace: &Workspace) -> Result<Verdict> {
    make(workspace, Renderer::Check)
}

fn make(workspace: &Workspace, renderer: Renderer) -> Result<Verdict> {
    match programs::install_npm(workspace, linters::SETTINGS, linters::PLACE)? {
        Ok(()) => {}
        Err(why) if on_server() => return Err(linters::absent(why).into()),
        Err(why) => return Ok(Verdict::Absent(why)),
    }
    carry(workspace, renderer)?;
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
    let [page, language, style] = [PAGE, LANGUAGE, STYLE].map(|path| workspace.read(path));
    let page = closed(&page?, &language?, &style?)?;
    has_all(&page, &document)?;
    workspace.replace(&[(PAGE.to_owned(), page)])?;
    Ok(Verdict::Content)
}

/// Writes the page and the renderer of the simulator, or says why not.
///
/// # Errors
/// As [`ask`], or Redoc cannot be had here.
pub fn write(workspace: &Workspace) -> Result<String> {
    match make(workspace, Renderer::Write)? {
        Verdict::Content => Ok(format!("wrote {PAGE}: open it in a browser")),
        Verdict::Absent(why) => Err(linters::absent(why).into()),
    }
}

/// What the page is made of: the published description with its sections.
///
/// # Errors
/// A file cannot be read.
pub fn document(workspace: &Workspace) -> Result<Value> {
    let mut document = read(workspace, spec::BUNDLED)?;
    let sections = read(workspace, sections::PATH)?;
    sections::add(&mut document, &sections);
    Ok(document)
}

fn read(workspace: &Workspace, path: &str) -> Result<Value> {
    let text = workspace.read(path)?;
    serde_json::from_str(&text).map_err(|error| {
        let what = format!("is no JSON: {error}");
        Problem::at(Place::file(path), what, "run `cargo xtask codegen`").into()
    })
}

/// What to do with the renderer that the simulator carries.
#[derive(Debug, Clone, Copy)]
enum Renderer {
    /// Bring it to the version that is pinned here.
    Write,
    /// See that it is that version.
    Check,
}

/// The simulator carries the renderer of this page packed, in a file that is no text and that only this command writes.
fn carry(workspace: &Workspace, renderer: Renderer) -> Result<()> {
    let root = programs::absolute(workspace);
    let package = root.join(linters::PLACE).join("node_modules/@redocly/cli");
    let mut node = Command::new("node");
    node.arg(root.join("xtask/src/site/renderer.mjs"))
        .arg(match renderer {
            Renderer::Write => "write",
            Renderer::Check => "check",
        })
        .args([package, root.join(RENDERER)]);
    if succeeds(&mut node) {
        return Ok(());
    }
    let what = "is not the renderer that tests/linters/package.json pins; the words of xtask/src/site/renderer.mjs are above";
    Err(Problem::at(
        Place::file(RENDERER),
        what,
        "run `cargo xtask docs`, and commit it",
    )
    .into())
}

/// The page with a policy that closes it off from any network, with its own words in Chinese for who reads that, and with our style.
fn closed(page: &str, language: &str, style: &str) -> Result<String> {
    let Some((before, after)) = page.split_once("<head>") else {
        let what = "has no head to put the policy into";
        return Err(Problem::at(Place::file(PAGE), what, "mend xtask/src/site.rs").into());
    };
    Ok(format!(
        "{before}<head>\n<meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n<script>\n{language}</script>\n<style>\n{style}</style>{after}"
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
    use super::{closed, has_all};
    use serde_json::json;

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
        let page = "<html><head><title>A</title></head></html>";
        let page = closed(page, "words();\n", "p { width: 9rem; }\n").expect("a head");
        assert!(page.contains("<head>\n<meta http-equiv=\"Content-Security-Policy\""));
        assert!(page.contains("default-src 'none'"));
        assert!(
            page.contains("<script>\nwords();\n</script>")
                && page.ends_with("<title>A</title></head></html>")
        );
        assert!(page.contains("<style>\np { width: 9rem; }\n</style>"));
        assert!(closed("<html></html>", "", "").is_err());
    }
}
