//! The guides of the SDK and of the program, as sections of a page that is no rustdoc.

use crate::{
    file::Workspace,
    problem::{Place, Problem, Result},
    tables::guide,
};
use std::collections::BTreeSet;

/// Where the guides of the SDK are.
const DIRECTORY: &str = "crates/hwc-tickets/docs";
/// Where it is told how to begin.
const README: &str = "README.md";
/// The sections of it that are guides: what they are called on the page, and their headings.
const BEGINNINGS: [(&str, &str); 2] = [
    ("Rust", "## In Rust"),
    ("command line", "## On the command line"),
];

/// Name and text of each guide. The page of operations is generated, and given as it is to be.
///
/// # Errors
/// A file cannot be read, or a section is gone.
pub(super) fn guides(workspace: &Workspace, operations: &str) -> Result<Vec<(String, String)>> {
    let mut guides = Vec::new();
    // A description by itself, such as that of a test, has no guides.
    if let Some(readme) = workspace.read_if_there(README)? {
        for (name, heading) in BEGINNINGS {
            let Some(text) = section(&readme, heading) else {
                let what = format!("has no section `{heading}`");
                let remedy = "mend xtask/src/site/guides.rs";
                return Err(Problem::at(Place::file(README), what, remedy).into());
            };
            guides.push((name.to_owned(), readable(text)));
        }
    }
    // It may not be there yet.
    let mut paths: BTreeSet<String> = workspace.files(DIRECTORY, ".md")?.into_iter().collect();
    paths.insert(guide::PATH.to_owned());
    for path in paths {
        let file = path.rsplit('/').next().unwrap_or_default();
        let name = file.trim_end_matches(".md").to_owned();
        let text = match path == guide::PATH {
            true => readable(operations),
            false => readable(&workspace.read(&path)?),
        };
        guides.push((name, text));
    }
    Ok(guides)
}

/// What stands below a heading of the second level.
fn section<'t>(text: &'t str, heading: &str) -> Option<&'t str> {
    let (_, below) = text.split_once(&format!("\n{heading}\n"))?;
    Some(below.split("\n## ").next().unwrap_or(below))
}

/// The text without what rustdoc alone understands: hidden lines of examples, and links to items.
fn readable(text: &str) -> String {
    let mut readable = String::new();
    // The code under way; whether it is Rust.
    let mut code: Option<bool> = None;
    for line in text.lines() {
        let fence = line.strip_prefix("```");
        let told = match (code, fence) {
            (Some(_), Some(_)) => {
                code = None;
                line.to_owned()
            }
            (None, Some(words)) => {
                let first = words.split(',').next().unwrap_or_default();
                let is_rust = matches!(first, "" | "rust" | "no_run" | "ignore");
                code = Some(is_rust);
                match is_rust {
                    true => "```rust".to_owned(),
                    false => line.to_owned(),
                }
            }
            (Some(true), None) if line == "#" || line.starts_with("# ") => continue,
            (Some(_), None) => line.to_owned(),
            (None, None) if line.starts_with("<!--") => continue,
            (None, None) => unlinked(line),
        };
        readable.push_str(&told);
        readable.push('\n');
    }
    readable
}

/// The line with the words of links that lead nowhere from the page; addresses stay.
fn unlinked(line: &str) -> String {
    let mut told = String::new();
    let mut rest = line;
    while let Some((before, link)) = rest.split_once('[') {
        let parts = link
            .split_once("](")
            .and_then(|(words, after)| Some((words, after.split_once(')')?)));
        match parts {
            Some((words, (target, after)))
                if !words.contains('[') && !target.starts_with("http") =>
            {
                told.push_str(before.strip_suffix('!').unwrap_or(before));
                told.push_str(words);
                rest = after;
            }
            _ => {
                told.push_str(before);
                told.push('[');
                rest = link;
            }
        }
    }
    told.push_str(rest);
    told
}

#[cfg(test)]
mod tests {
    use super::{guides, readable, section};
    use crate::file::Workspace;

    #[test]
    fn what_rustdoc_alone_understands_is_gone() {
        for (text, told) in [
            (
                "See [`Error::help`](crate::Error::help).",
                "See `Error::help`.",
            ),
            (
                "[a](#a), [b](https://example.com/b), c[0]",
                "a, [b](https://example.com/b), c[0]",
            ),
            ("![a picture](docs/pictures/a.svg)", "a picture"),
            ("<!-- generated -->\n# Title", "# Title"),
            (
                "```no_run\n# use a::b;\n#\nlet c = d[0](e);\n#[test]\n```",
                "```rust\nlet c = d[0](e);\n#[test]\n```",
            ),
            ("```sh\n# not hidden\n```", "```sh\n# not hidden\n```"),
        ] {
            assert_eq!(readable(text), format!("{told}\n"));
        }
    }

    #[test]
    fn a_section_ends_where_the_next_one_begins() {
        let text = "# A\n\n## In Rust\n\none\n\n### more\n\n## On\n\ntwo\n";
        assert_eq!(section(text, "## In Rust"), Some("\none\n\n### more\n"));
        assert_eq!(section(text, "## On"), Some("\ntwo\n"));
        assert_eq!(section(text, "## Off"), None);
    }

    #[test]
    fn the_guides_of_the_sdk_and_of_the_program_are_there() {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
        let guides = guides(&Workspace::new(root), "All.\n").unwrap();
        let names: Vec<&str> = guides.iter().map(|(name, _)| name.as_str()).collect();
        for name in ["Rust", "command line", "delivery", "paging", "operations"] {
            assert!(names.contains(&name), "{name} in {names:?}");
        }
        for (name, text) in &guides {
            assert!(!text.contains("](crate::"), "{name}");
        }
    }
}
