//! From the description to everything that is generated: four JSON documents, the client, three tables, the simulator's
//! copies.

pub mod calls;
pub mod generator;
pub mod header;
pub mod polish;

use crate::{
    file::Workspace,
    problem::{Place, Problem, Problems, Result},
    spec, tables,
};

/// The command that mends a drift.
pub const COMMAND: &str = "cargo xtask codegen";

/// The other generated files, as modules of the client.
const MODULES: &str = "mod calls;\npub mod error_codes;\npub mod limits;\npub mod operations;\n";

/// Path and text of every generated file.
///
/// # Errors
/// The description breaks a rule, a correction found nothing to do, or the generator refused the result.
pub fn outputs(workspace: &Workspace) -> Result<Vec<(String, String)>> {
    let description = spec::lint::checked(workspace)?;
    let bundled = spec::bundle::json(&description.root)?;
    let lowered = spec::lower::lower(&description.root)?;
    let lowered_json = spec::bundle::json(&lowered)?;
    let errors = workspace.read(spec::ERRORS)?;

    let header = header::Header::new().of(spec::BUNDLED, &bundled);
    let with_errors = header::Header::new().of(spec::ERRORS, &errors);
    let rust = |name: &str| format!("crates/hwc-tickets-wire/src/{name}");

    let discrepancies = workspace.read(spec::DISCREPANCIES)?;
    let errors_json = tables::error_codes::json(&errors)?;
    let operations_json = tables::operations::json(&description)?;
    let copy = |name: &str, text: &String| (format!("{}/{name}", spec::SIMULATOR), text.clone());

    let client = polish::polish(generator::generate(&lowered_json)?)?;
    Ok(vec![
        (
            rust("generated.rs"),
            header.rust(
                "The service's types and one method per operation.",
                &format!("{MODULES}\n{}", client.text),
            ),
        ),
        (
            rust("generated/calls.rs"),
            header.rust(
                "One method per operation, from arguments to a judged answer.",
                &calls::text(&description, &client)?,
            ),
        ),
        (
            rust("generated/operations.rs"),
            header.rust(
                "The operations: name, method, path template, idempotency, contents.",
                &tables::operations::text(&description)?,
            ),
        ),
        (
            rust("generated/limits.rs"),
            header.rust(
                "The documented limits of everything a caller can send.",
                &tables::limits::text(&description)?,
            ),
        ),
        (
            rust("generated/error_codes.rs"),
            with_errors.rust(
                "The documented error codes.",
                &tables::error_codes::text(&errors)?,
            ),
        ),
        copy("openapi.json", &bundled),
        copy("errors.json", &errors_json),
        copy("operations.json", &operations_json),
        copy("discrepancies.md", &discrepancies),
        (spec::BUNDLED.to_owned(), bundled),
        (spec::ERRORS_JSON.to_owned(), errors_json),
        (spec::OPERATIONS_JSON.to_owned(), operations_json),
        (spec::LOWERED.to_owned(), lowered_json),
    ])
}

/// Writes every generated file that is different. Returns their paths.
///
/// # Errors
/// As [`outputs`], or a file cannot be written.
pub fn write(workspace: &Workspace) -> Result<Vec<String>> {
    workspace.replace(&outputs(workspace)?)
}

/// Writes one of the two documents in `spec/dist` if it is different.
///
/// # Errors
/// The description breaks a rule, a correction found nothing to do, or the file cannot be written.
pub fn write_one(workspace: &Workspace, path: &str) -> Result<Vec<String>> {
    let description = spec::lint::checked(workspace)?;
    let text = if path == spec::LOWERED {
        spec::bundle::json(&spec::lower::lower(&description.root)?)?
    } else {
        spec::bundle::json(&description.root)?
    };
    workspace.replace(&[(path.to_owned(), text)])
}

/// Compares every generated file with what the description gives now.
///
/// # Errors
/// As [`outputs`], or one problem per file that is different, with a short diff.
pub fn check(workspace: &Workspace) -> Result<()> {
    let mut found = Vec::new();
    for (path, text) in outputs(workspace)? {
        match workspace.read_if_there(&path)? {
            Some(old) if old == text => {}
            Some(old) => found.push(Problem::at(
                Place::file(&path),
                format!("is not what the description gives:\n{}", diff(&old, &text)),
                format!("run `{COMMAND}` and commit the result; generated files are not edited"),
            )),
            None => found.push(Problem::at(
                Place::file(&path),
                "is missing",
                format!("run `{COMMAND}` and commit the result"),
            )),
        }
    }
    Problems::unless_empty(found, ())
}

/// The first changed lines, enough to see what it is about.
fn diff(old: &str, new: &str) -> String {
    const SHOWN: usize = 12;
    let diff = similar::TextDiff::from_lines(old, new);
    let changed: Vec<String> = diff
        .iter_all_changes()
        .filter(|change| change.tag() != similar::ChangeTag::Equal)
        .map(|change| format!("       {}{}", change.tag(), change.value().trim_end()))
        .collect();
    let mut text = changed
        .iter()
        .take(SHOWN)
        .cloned()
        .collect::<Vec<_>>()
        .join("\n");
    if changed.len() > SHOWN {
        text.push_str(&format!(
            "\n       ... and {} more changed lines",
            changed.len() - SHOWN
        ));
    }
    text
}
