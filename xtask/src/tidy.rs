//! Rules about the house that no compiler knows. Run as a test and as the step `tidy`.

mod circles;
mod manifests;
mod modules;
mod operations;
mod sources;
mod tree;

use crate::{
    file::Workspace,
    problem::{Place, Problem, Problems, Result},
};
use std::collections::BTreeSet;

/// A file of the workspace.
struct TextFile {
    path: String,
    text: String,
    /// Whether another file declares it for tests only.
    is_declared_test: bool,
}

impl TextFile {
    fn problem(&self, line: usize, what: impl Into<String>, remedy: impl Into<String>) -> Problem {
        Problem::at(Place::line(&self.path, line), what, remedy)
    }

    fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    fn is_generated(&self) -> bool {
        crate::codegen::is_generated(&self.path)
    }

    fn is_test(&self) -> bool {
        self.is_declared_test
            || self.path.starts_with("tests/")
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

/// The files that this one declares for tests only.
fn tests_of(file: &TextFile) -> Vec<String> {
    let lines: Vec<&str> = file.text.lines().map(str::trim).collect();
    let folder = match file.path.strip_suffix(".rs").unwrap_or_default() {
        root if root.ends_with("/lib") || root.ends_with("/main") => {
            root.rsplit_once('/').map_or("", |(folder, _)| folder)
        }
        module => module,
    };
    let pairs = lines.iter().zip(lines.iter().skip(1));
    let declared = pairs.filter_map(|(attribute, module)| {
        let module = module.trim_start_matches("pub(crate) ");
        let name = module.strip_prefix("mod ")?.strip_suffix(';')?;
        begins_tests(attribute).then(|| format!("{folder}/{name}.rs"))
    });
    declared.collect()
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
    circles::no_circles,
    operations::ids_stay_with_their_resource,
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
            files.push(TextFile {
                path,
                text,
                is_declared_test: false,
            });
        }
    }
    let tests: BTreeSet<String> = files.iter().flat_map(tests_of).collect();
    for file in &mut files {
        file.is_declared_test = tests.contains(&file.path);
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
