//! Rules about the house that no compiler knows. Run as a test and as the step `tidy`.

mod manifests;
mod sources;
mod tree;

use crate::{
    file::Workspace,
    problem::{Place, Problem, Problems, Result},
};

/// A file of the workspace.
struct TextFile {
    path: String,
    text: String,
}

impl TextFile {
    fn problem(&self, line: usize, what: impl Into<String>, remedy: impl Into<String>) -> Problem {
        Problem::at(Place::line(&self.path, line), what, remedy)
    }

    fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    fn is_generated(&self) -> bool {
        crate::codegen::GENERATED.iter().any(|place| {
            let below = self.path.strip_prefix(place);
            below.is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
        })
    }

    fn is_test(&self) -> bool {
        self.path.starts_with("tests/")
            || self.path.contains("/tests/")
            || self.path.contains("/benches/")
    }

    /// Lines that are code, with their numbers: without comment lines, and without what follows the mark of the
    /// tests inside a module.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text
            .lines()
            .enumerate()
            .take_while(|(_, line)| !begins_tests(line))
            .filter(|(_, line)| !line.trim_start().starts_with("//"))
            .map(|(index, line)| (index + 1, line))
    }
}

/// Whether the line is the `#[cfg]` of tests inside a module.
fn begins_tests(line: &str) -> bool {
    let line = line.trim();
    line.starts_with("#[cfg(") && (line.contains("(test)") || line.contains("(test,"))
}

/// What the rules look at.
struct House {
    files: Vec<TextFile>,
    /// Names at the top level.
    top: Vec<String>,
}

impl House {
    fn rust(&self) -> impl Iterator<Item = &TextFile> {
        self.files.iter().filter(|file| file.is_rust())
    }
}

type Rule = fn(&House, &mut Vec<Problem>);

/// Every rule.
const RULES: &[Rule] = &[
    tree::top_level,
    tree::names,
    tree::generated_files_are_marked,
    tree::machine_names,
    tree::documents_are_included,
    sources::headers,
    sources::median_length,
    sources::exceptions_have_reasons,
    sources::open_ends_have_links,
    sources::service_paths,
    sources::core_knows_no_ticket,
    sources::one_judge,
    sources::wire_stays_inside,
    manifests::lints_are_shared,
    manifests::tools_stay_in_xtask,
    manifests::arrows,
];

/// Endings of files that are read. Anything else is taken for data.
const TEXT: &[&str] = &[
    ".rs", ".md", ".toml", ".yaml", ".yml", ".json", ".sh", "/run", ".html", ".css", ".js", ".py",
    ".txt",
];

/// Checks every rule.
///
/// # Errors
/// Everything that is out of order.
pub fn check(workspace: &Workspace) -> Result<usize> {
    let mut files = Vec::new();
    for path in workspace.files("", "")? {
        if TEXT.iter().any(|ending| path.ends_with(ending)) {
            let text = workspace.read(&path)?;
            files.push(TextFile { path, text });
        }
    }
    let house = House {
        files,
        top: workspace.top()?,
    };
    let mut found = Vec::new();
    for rule in RULES {
        rule(&house, &mut found);
    }
    Problems::unless_empty(found, house.files.len())
}
