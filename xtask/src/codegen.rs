//! From the description to everything that is generated: six JSON documents, the client, its index and three tables, the page
//! of operations, the simulator's copies, and the sections of the page to read.

pub mod api;
pub mod client;
pub mod generator;
pub mod header;
pub mod requests;
pub mod structs;

use crate::{
    file::Workspace,
    problem::{Place, Problem, Problems, Result},
    site, spec, tables,
    threads::both,
};

/// The command that mends a drift.
pub const COMMAND: &str = "cargo xtask codegen";

/// Where printed code is: in files of these names with `.rs` behind them, and in the directories.
pub const GENERATED: &[&str] = &[CLIENT, CALLS];
/// Where the client is, but for its list of modules.
const CLIENT: &str = "crates/hwc-tickets-wire/src/generated";
/// Where the printed calls of the SDK are, but for their list of modules.
const CALLS: &str = "crates/hwc-tickets/src/api/generated";

/// Whether the file at `path` is generated.
#[must_use]
pub fn is_generated(path: &str) -> bool {
    let is_below = |place: &str| {
        let below = path.strip_prefix(place);
        below.is_some_and(|rest| rest.starts_with('/'))
    };
    let is_printed = |place: &str| is_below(place) || path.strip_prefix(place) == Some(".rs");
    GENERATED.iter().any(|place| is_printed(place))
        || [spec::DIST, spec::SIMULATOR].into_iter().any(is_below)
        || path == tables::guide::PATH
}

/// Path and text of every generated file.
///
/// # Errors
/// The description breaks a rule, a correction found nothing to do, or the generator refused the result.
pub fn outputs(workspace: &Workspace) -> Result<Vec<(String, String)>> {
    let description = spec::lint::checked(workspace)?;
    let errors = workspace.read(spec::ERRORS)?;
    let catalogue = tables::error_codes::read(&errors)?;
    // What other languages get takes about as long as what is printed, and neither needs the other.
    let (published, printed) = both(
        || Published::of(&description, &catalogue),
        || printed(&description),
    );
    let Published {
        bundled,
        tolerant: tolerant_json,
        upgraded: upgraded_json,
        header,
    } = published?;
    let Printed {
        files,
        lowered: lowered_json,
    } = printed?;
    let with_errors = header::Header::new().of(spec::ERRORS, &errors);
    let rust = |name: &str| format!("{CLIENT}/{name}.rs");

    let discrepancies = workspace.read(spec::DISCREPANCIES)?;
    let errors_json = tables::error_codes::json(&catalogue)?;
    let operations_json = tables::operations::json(&description)?;
    let guide = tables::guide::text(workspace, &description)?;
    let sections = site::sections::text(workspace, &bundled, &errors_json, &guide)?;
    let copy = |name: &str, text: &String| (format!("{}/{name}", spec::SIMULATOR), text.clone());

    let mut outputs: Vec<(String, String)> = files
        .into_iter()
        .map(|(place, file)| {
            let path = match file.module.as_str() {
                "" => format!("{place}.rs"),
                module => format!("{place}/{module}.rs"),
            };
            (path, header.rust(&file.about, &file.text))
        })
        .collect();
    outputs.extend([
        (
            rust("operations"),
            header.rust(
                "The operations: name, method, path template, idempotency, contents.",
                &tables::operations::text(&description)?,
            ),
        ),
        (
            rust("limits"),
            header.rust(
                "The documented limits of everything a caller can send.",
                &tables::limits::text(&description)?,
            ),
        ),
        (
            rust("error_codes"),
            with_errors.rust(
                "The documented error codes.",
                &tables::error_codes::text(&catalogue),
            ),
        ),
        (tables::guide::PATH.to_owned(), guide),
        (site::sections::PATH.to_owned(), sections),
        copy("openapi.json", &bundled),
        copy("errors.json", &errors_json),
        copy("operations.json", &operations_json),
        copy("discrepancies.md", &discrepancies),
        (spec::BUNDLED.to_owned(), bundled),
        (spec::TOLERANT.to_owned(), tolerant_json),
        (spec::UPGRADED.to_owned(), upgraded_json),
        (spec::ERRORS_JSON.to_owned(), errors_json),
        (spec::OPERATIONS_JSON.to_owned(), operations_json),
        (spec::LOWERED.to_owned(), lowered_json),
    ]);
    Ok(outputs)
}

/// The description in the forms that other languages get.
struct Published {
    bundled: String,
    tolerant: String,
    upgraded: String,
    /// That of what is printed from it.
    header: header::Header,
}

impl Published {
    fn of(
        description: &spec::read::Description,
        catalogue: &tables::error_codes::Catalogue,
    ) -> Result<Self> {
        let published = spec::publish::published(&description.root, catalogue);
        let bundled = spec::bundle::json(&published)?;
        Ok(Self {
            tolerant: spec::bundle::json(&spec::tolerant::tolerant(&published))?,
            upgraded: spec::bundle::json(&spec::upgrade::upgraded(&published))?,
            header: header::Header::new().of(spec::BUNDLED, &bundled),
            bundled,
        })
    }
}

/// What is printed in Rust.
struct Printed {
    /// Each with its place: [`CLIENT`] or [`CALLS`].
    files: Vec<(&'static str, client::File)>,
    /// What it was made of.
    lowered: String,
}

fn printed(description: &spec::read::Description) -> Result<Printed> {
    let lowered = lower(description)?;
    let json = spec::bundle::json(&lowered.document)?;
    let parts = client::Parts::new(&lowered, &json)?;
    let calls = api::files(description, &parts);
    let files = client::files(description, parts)?;
    let printed = [(CLIENT, files), (CALLS, calls)].into_iter();
    let files = printed.flat_map(|(place, files)| files.into_iter().map(move |file| (place, file)));
    Ok(Printed {
        files: files.collect(),
        lowered: json,
    })
}

/// Lowers the description. What is wrong is told with its place in the files that people edit.
fn lower(description: &spec::read::Description) -> Result<spec::lower::Lowered> {
    spec::lower::lower(&description.root).map_err(|mut problems| {
        for place in problems
            .0
            .iter_mut()
            .filter_map(|problem| problem.place.as_mut())
        {
            if let Some(pointer) = place.pointer.take() {
                *place = description.place(&pointer);
            }
        }
        problems
    })
}

/// Files in the places of printed code that nothing generates: those of a tag that is gone.
fn left_over(workspace: &Workspace, outputs: &[(String, String)]) -> Result<Vec<String>> {
    let mut files = Vec::new();
    for place in GENERATED {
        files.extend(workspace.files(place, "")?);
    }
    files.retain(|file| outputs.iter().all(|(path, _)| path != file));
    Ok(files)
}

/// Writes every generated file that is different, and removes those of the client that nothing generates. Returns their
/// paths.
///
/// # Errors
/// As [`outputs`], or a file cannot be written or removed.
pub fn write(workspace: &Workspace) -> Result<Vec<String>> {
    let outputs = outputs(workspace)?;
    let left_over = left_over(workspace, &outputs)?;
    let mut changed = workspace.replace(&outputs)?;
    for file in left_over {
        workspace.remove(&file)?;
        changed.push(file);
    }
    Ok(changed)
}

/// Writes one of the two documents in `spec/dist` if it is different.
///
/// # Errors
/// The description breaks a rule, a correction found nothing to do, or the file cannot be written.
pub fn write_one(workspace: &Workspace, path: &str) -> Result<Vec<String>> {
    let description = spec::lint::checked(workspace)?;
    let text = if path == spec::LOWERED {
        spec::bundle::json(&lower(&description)?.document)?
    } else {
        let catalogue = tables::error_codes::read(&workspace.read(spec::ERRORS)?)?;
        spec::bundle::json(&spec::publish::published(&description.root, &catalogue))?
    };
    workspace.replace(&[(path.to_owned(), text)])
}

/// Compares every generated file with what the description gives now.
///
/// # Errors
/// As [`outputs`], or one problem per file that is different, with a short diff.
pub fn check(workspace: &Workspace) -> Result<()> {
    let mut found = Vec::new();
    let outputs = outputs(workspace)?;
    for path in left_over(workspace, &outputs)? {
        found.push(Problem::at(
            Place::file(&path),
            "is generated from nothing in the description",
            format!("run `{COMMAND}` and commit the result"),
        ));
    }
    for (path, text) in outputs {
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
