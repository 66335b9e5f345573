//! What is made wrong together, and which tests are asked first.

use crate::{
    file::Workspace,
    problem::{Problem, Result},
};

/// What is mutated together.
struct Area {
    /// Its name on the command line.
    name: &'static str,
    /// Whose tests have to notice.
    package: &'static str,
    /// Below the sources of the package.
    files: &'static [&'static str],
    /// What the names of the tests hold that are asked first: those about it. The others see only what these do not notice.
    first: &'static [&'static str],
}

/// The sources on which promises hang.
const AREAS: [Area; 9] = [
    Area {
        name: "classify",
        package: "hwc-core",
        files: &["pipeline/classify.rs", "pipeline/classify/**/*.rs"],
        first: &[
            "classify",
            "judge",
            "proof",
            "framing",
            "given",
            "matrix_answers",
        ],
    },
    Area {
        name: "envelope",
        package: "hwc-core",
        files: &["pipeline/envelope.rs", "pipeline/envelope/**/*.rs"],
        first: &["envelope", "classify", "judge", "proof", "framing"],
    },
    Area {
        name: "retry",
        package: "hwc-core",
        files: &[
            "retry.rs",
            "retry/**/*.rs",
            // Whether a write without an answer may have arrived.
            "pipeline/unanswered.rs",
            "transport/progress.rs",
        ],
        first: &[
            "retry",
            "idempotency",
            "progress",
            "matrix_pace",
            "matrix_outage",
            "matrix_answers",
            "matrix_deadlines",
            "matrix_connect",
            "matrix_sockets",
        ],
    },
    Area {
        name: "multipart",
        package: "hwc-core",
        files: &["body/form.rs", "body/outflow.rs", "body/watch.rs"],
        first: &["form", "outflow", "multipart", "upload"],
    },
    Area {
        name: "download",
        package: "hwc-core",
        files: &["pipeline/download.rs", "pipeline/incoming.rs"],
        first: &["download", "incoming", "judge_files", "framing"],
    },
    Area {
        name: "save",
        package: "hwc-tickets",
        files: &[
            "attachments/download.rs",
            "attachments/download/**/*.rs",
            "files/arrival.rs",
        ],
        first: &["download", "arrival", "attachments", "files"],
    },
    Area {
        name: "reconcile",
        package: "hwc-tickets",
        files: &[
            "messages/submit/judge.rs",
            "messages/submit/likeness.rs",
            "messages/submit/reconcile.rs",
            "messages/submit/search.rs",
            "messages/submit/snapshot.rs",
            "tickets/create/judge.rs",
            "tickets/create/looking.rs",
            "tickets/create/reconcile.rs",
        ],
        first: &[
            "judge", "likeness", "search", "submit", "doubt", "ledger", "create", "orders",
        ],
    },
    Area {
        name: "paging",
        package: "hwc-tickets",
        files: &[
            "api/walk.rs",
            "api/walk/**/*.rs",
            "messages/history.rs",
            "messages/history/**/*.rs",
        ],
        first: &["walk", "history", "reading", "api", "tickets", "unread_all"],
    },
    Area {
        name: "ids",
        package: "hwc-tickets",
        files: &["ids.rs"],
        first: &["ids"],
    },
];

/// The names of the areas.
pub(super) fn names() -> String {
    AREAS.map(|area| area.name).join(", ")
}

/// Files of one package, below the root.
pub(super) struct Chosen {
    pub(super) name: String,
    pub(super) package: String,
    pub(super) files: Vec<String>,
    /// What the names of the tests hold that are asked first; every test, if there is nothing.
    pub(super) first: &'static [&'static str],
}

/// What was asked for, or every area.
///
/// # Errors
/// It is neither an area nor a file.
pub(super) fn chosen(workspace: &Workspace, wanted: &[String]) -> Result<Vec<Chosen>> {
    if wanted.is_empty() {
        return Ok(AREAS.iter().map(Chosen::of).collect());
    }
    let mut chosen = Vec::new();
    for wanted in wanted {
        if let Some(area) = AREAS.iter().find(|area| area.name == wanted) {
            chosen.push(Chosen::of(area));
            continue;
        }
        let package = wanted
            .strip_prefix("crates/")
            .and_then(|rest| rest.split_once("/src/"))
            .map(|(package, _)| package.to_owned());
        match package {
            Some(package) if workspace.root().join(wanted).is_file() => chosen.push(Chosen {
                name: wanted.replace(['/', '.'], "-"),
                package,
                files: vec![wanted.clone()],
                first: &[],
            }),
            _ => {
                return Err(Problem::general(
                    format!("`{wanted}` is neither an area nor a source file of a crate"),
                    format!("use one of {}, or crates/NAME/src/FILE.rs", names()),
                )
                .into());
            }
        }
    }
    Ok(chosen)
}

impl Chosen {
    fn of(area: &Area) -> Self {
        let below = |file: &&str| format!("crates/{}/src/{file}", area.package);
        Self {
            name: area.name.to_owned(),
            package: area.package.to_owned(),
            files: area.files.iter().map(below).collect(),
            first: area.first,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mutants::PAGE;
    use std::path::Path;

    #[test]
    fn every_area_has_its_files() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        for area in &AREAS {
            for file in Chosen::of(area).files {
                // Up to what stands for any name.
                let path = root.join(file.split('*').next().unwrap_or_default());
                assert!(path.exists(), "{}: {file}", area.name);
            }
        }
    }

    #[test]
    fn every_area_is_on_the_page_with_its_files() {
        let root = Workspace::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
        let page = root.read(PAGE).unwrap();
        for area in &AREAS {
            let files = Chosen::of(area).files;
            // What is below a folder is told by the folder.
            let files = files.iter().map(|file| file.trim_end_matches("**/*.rs"));
            let files: Vec<String> = files.map(|file| format!("`{file}`")).collect();
            let row = format!("| `{}` | {} |", area.name, files.join(", "));
            assert!(page.contains(&row), "{PAGE} does not have {row}");
        }
    }

    #[test]
    fn every_area_names_tests_that_may_be_there() {
        let root = Workspace::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
        for area in &AREAS {
            let package = format!("crates/{}", area.package);
            let files = root.files(&package, ".rs").unwrap();
            assert!(!area.first.is_empty(), "{}", area.name);
            for test in area.first {
                let named = format!("fn {test}()");
                let is_there = |path: &String| {
                    path.contains(test) || root.read(path).unwrap().contains(&named)
                };
                assert!(
                    files.iter().any(is_there),
                    "{}: no file and no test of {package} is called {test}",
                    area.name
                );
            }
        }
    }
}
