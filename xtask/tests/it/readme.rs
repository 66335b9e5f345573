//! A README in Chinese says what the English one beside it says, as far as a program can tell: the same headings, lists, rows,
//! commands, keys, numbers and entries, section by section.

use crate::house::real;
use serde_json::Value;
use std::{collections::BTreeSet, fs};

/// Both languages, and how many sections there are at least.
const PAIRS: [(&str, &str, usize); 2] = [
    ("README.md", "README.zh.md", 7),
    ("spec/README.md", "spec/README.zh.md", 20),
];

/// What of a section is the same in every language.
#[derive(Debug, Default, PartialEq, Eq)]
struct Section {
    level: usize,
    bullets: usize,
    steps: usize,
    rows: Vec<Row>,
    /// Lines of code, fences included.
    code: Vec<String>,
    /// Commands, keys and files in the text.
    words: Vec<String>,
    numbers: Vec<String>,
}

#[derive(Debug, PartialEq, Eq)]
struct Row {
    cells: usize,
    words: Vec<String>,
}

/// The sections of a document, each with its heading.
fn sections(text: &str) -> Vec<(String, Section)> {
    let mut sections: Vec<(String, Section)> = Vec::new();
    let mut prose: Vec<String> = Vec::new();
    let mut is_code = false;
    for line in text.lines() {
        let is_fence = line.starts_with("```");
        is_code ^= is_fence;
        if !is_code && line.starts_with('#') {
            let level = line.chars().take_while(|c| *c == '#').count();
            let section = Section {
                level,
                ..Section::default()
            };
            sections.push((line.to_owned(), section));
            prose.push(String::new());
        }
        let (_, section) = sections.last_mut().unwrap();
        if is_code || is_fence {
            section.code.push(line.to_owned());
            continue;
        }
        if line.starts_with('|') {
            section.rows.push(Row {
                cells: line.matches(" | ").count(),
                words: words(line),
            });
        }
        section.bullets += usize::from(line.starts_with("- "));
        let step = line.split_once(". ").map(|(number, _)| number);
        let is_step = step.is_some_and(|step| step.parse::<usize>().is_ok());
        section.steps += usize::from(is_step);
        let text = prose.last_mut().unwrap();
        text.push_str(line);
        // A command may go on in the next line.
        text.push(' ');
    }
    for ((_, section), prose) in sections.iter_mut().zip(prose) {
        section.words = words(&prose);
        section.numbers = numbers(&prose);
    }
    sections
}

/// What stands between backticks, sorted: another language has another order.
fn words(text: &str) -> Vec<String> {
    let words = text.split('`').skip(1).step_by(2);
    let mut words: Vec<String> = words.map(str::to_owned).collect();
    words.sort();
    words
}

/// The numbers, sorted; those of D entries among them.
fn numbers(text: &str) -> Vec<String> {
    let runs = text.split(|c: char| !c.is_ascii_digit());
    let mut numbers: Vec<String> = runs
        .filter(|run| !run.is_empty())
        .map(str::to_owned)
        .collect();
    numbers.sort();
    numbers
}

/// The headings of the sections that differ, in the words of the first document.
fn differences(one: &str, other: &str) -> Vec<String> {
    let (one, other) = (sections(one), sections(other));
    let pairs = one.iter().zip(&other);
    let mut different: Vec<String> = pairs
        .filter(|((_, one), (_, other))| one != other)
        .map(|((heading, one), (there, other))| {
            format!("{heading} / {there}:\n{one:#?}\n{other:#?}")
        })
        .collect();
    if one.len() != other.len() {
        different.push(format!("{} and {} sections", one.len(), other.len()));
    }
    different
}

#[test]
fn both_languages_say_the_same() {
    let read = |path: &str| fs::read_to_string(real().join(path)).unwrap();
    for (here, there, least) in PAIRS {
        let (english, chinese) = (read(here), read(there));
        let different = differences(&english, &chinese);
        assert!(
            different.is_empty(),
            "{here} and {there} differ; write both:\n{}",
            different.join("\n")
        );
        assert!(sections(&english).len() >= least && english.contains("(README.zh.md)"));
        assert!(chinese.contains("(README.md)"));
    }
}

/// Whoever copies the dependencies and writes `#[tokio::main]`, which is named beside them, has what it needs: without the
/// runtime of several threads that does not compile.
#[test]
fn the_dependencies_to_copy_are_enough() {
    for path in ["README.md", "README.zh.md", "crates/hwc-tickets/src/lib.rs"] {
        let text = fs::read_to_string(real().join(path)).unwrap();
        let mut lines = text.lines();
        let line = lines.find(|line| line.contains("tokio = { version"));
        let line = line.unwrap_or_else(|| panic!("{path} names no tokio"));
        assert!(text.contains("#[tokio::main]"), "{path}");
        for feature in ["macros", "net", "rt-multi-thread", "time"] {
            assert!(line.contains(&format!("\"{feature}\"")), "{path}: {line}");
        }
    }
}

/// Those in Chinese are held to their numbers by `both_languages_say_the_same`.
#[test]
fn the_pages_tell_how_many_operations_there_are() {
    let read = |path: &str| fs::read_to_string(real().join(path)).unwrap();
    let described: Value = serde_json::from_str(&read("spec/dist/operations.json")).unwrap();
    let operations = described["operations"].as_array().unwrap();
    let is_file =
        |operation: &&Value| operation["response"]["content"][0] == "application/octet-stream";
    let all = operations.len();
    let without_files = all - operations.iter().filter(is_file).count();
    for (path, counts) in [
        ("README.md", vec![all]),
        ("spec/README.md", vec![all]),
        ("docs/assurance.md", vec![all, without_files]),
        ("crates/hwc-tickets/docs/compare.md", vec![all]),
    ] {
        let page = read(path);
        let words: Vec<&str> = page.split_whitespace().collect();
        let named = words
            .windows(2)
            .filter(|pair| pair[1].starts_with("operations"));
        let told: BTreeSet<usize> = named.filter_map(|pair| pair[0].parse().ok()).collect();
        assert_eq!(told, BTreeSet::from_iter(counts), "{path}");
    }
}

#[test]
fn what_one_language_leaves_out_is_told() {
    let english = "# One\n\nRun `a b`\nwith 3 of D-07.\n\n| `key` | it |\n\n- a\n\n1. b\n\n```sh\n# no heading\nrun\n```\n";
    assert_eq!(differences(english, english), [""; 0]);
    for (from, to) in [
        ("# One", "## One"),
        ("`a b`", "`a c`"),
        ("with 3", "with 4"),
        ("D-07", "D-08"),
        ("| `key` | it |\n", ""),
        ("| `key` | it |", "| `key` |"),
        ("`key`", "key"),
        ("- a", "a"),
        ("1. b", "b"),
        ("run\n", "go\n"),
        ("- a", "- a\n\n## Two"),
    ] {
        let other = english.replacen(from, to, 1);
        assert!(!differences(english, &other).is_empty(), "{from} as {to}");
    }
}
