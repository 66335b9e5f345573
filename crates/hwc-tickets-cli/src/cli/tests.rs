//! What documents say to type can be typed: their command lines are understood, and the commands that they name are there.

use super::{read, tree};
use clap::error::ErrorKind;
use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

/// The name of the program.
const PROGRAM: &str = "hwc-tickets";
/// Where a line of a shell goes on with another command.
const BETWEEN: [&str; 5] = ["|", "&&", "||", ";", "&"];
/// What a shell reads from or writes to a file.
const REDIRECTIONS: [&str; 5] = ["<", ">", ">>", "2>", "2>>"];

/// Kinds of fences with lines of a shell.
const SHELLS: [&str; 3] = ["sh", "text", ""];

/// The documents for people, but for what tells of former times.
fn documents() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut places = vec![root.clone(), root.join("docs"), root.join("spec")];
    for entry in std::fs::read_dir(root.join("crates")).unwrap() {
        let place = entry.unwrap().path();
        places.extend([place.join("docs"), place]);
    }
    let files = places
        .iter()
        .filter_map(|place| std::fs::read_dir(place).ok())
        .flatten()
        .map(|entry| entry.unwrap().path());
    let is_meant = |path: &PathBuf| {
        let is_history = path.file_name().is_some_and(|name| name == "CHANGELOG.md");
        path.extension().is_some_and(|end| end == "md") && !is_history
    };
    files
        .filter(is_meant)
        .map(|path| {
            let text = std::fs::read_to_string(&path).unwrap();
            (path, text)
        })
        .collect()
}

/// The lines of a shell inside of fences, a continued one with what continues it, and the text between them.
fn parts(document: &str) -> (Vec<String>, String) {
    let mut lines: Vec<String> = Vec::new();
    let mut text = String::new();
    let mut fence = None;
    let mut continues = false;
    for line in document.lines() {
        if let Some(kind) = line.trim_start().strip_prefix("```") {
            fence = fence.is_none().then_some(kind);
            continues = false;
            continue;
        }
        match fence {
            None => {
                text.push_str(line);
                text.push('\n');
                continue;
            }
            Some(kind) if !SHELLS.contains(&kind) => continue,
            Some(_) => {}
        }
        let line = line.trim();
        let line = line.strip_prefix("$ ").unwrap_or(line);
        let part = line.strip_suffix('\\');
        let whole = part.unwrap_or(line);
        match lines.last_mut().filter(|_| continues) {
            Some(last) => {
                last.push(' ');
                last.push_str(whole);
            }
            None => lines.push(whole.to_owned()),
        }
        continues = part.is_some();
    }
    (lines, text)
}

/// The commands of this program in a line of a shell: the installed one, and those that cargo builds and runs.
fn commands(line: &str) -> Vec<Vec<String>> {
    // A line that is none of a shell may have an odd quote.
    let Ok(words) = shell_words::split(line) else {
        assert!(!line.starts_with(PROGRAM), "not a command line: {line}");
        return Vec::new();
    };
    let commands = words.split(|word| BETWEEN.contains(&word.as_str()));
    commands.filter_map(command).collect()
}

/// The command line of this program, if it is one.
fn command(words: &[String]) -> Option<Vec<String>> {
    let is_set = |word: &&String| {
        let name = word.split_once('=').map(|(name, _)| name);
        name.is_some_and(|name| {
            name.chars()
                .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
        })
    };
    let words: Vec<&str> = words
        .iter()
        .skip_while(is_set)
        .map(String::as_str)
        .collect();
    let words = match words.as_slice() {
        [PROGRAM, arguments @ ..] => [&[PROGRAM][..], arguments].concat(),
        [
            "cargo",
            "run",
            "-p",
            "hwc-tickets-cli",
            "--",
            arguments @ ..,
        ] => [&[PROGRAM][..], arguments].concat(),
        [
            "cargo",
            "run",
            "-p",
            "hwc-tickets-sim",
            "--",
            arguments @ ..,
        ] => [&[PROGRAM, "sim"][..], arguments].concat(),
        _ => return None,
    };
    let mut command = Vec::new();
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        if REDIRECTIONS.contains(&word) {
            words.next();
        } else {
            command.push(word.to_owned());
        }
    }
    Some(command)
}

#[test]
fn command_lines_of_documents_are_understood() {
    let mut count = 0;
    for (path, document) in documents() {
        for line in parts(&document).0 {
            for command in commands(&line) {
                count += 1;
                let outcome = read(command.iter().map(OsString::from));
                let problem = outcome.err().filter(|error| {
                    !matches!(
                        error.kind(),
                        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
                    )
                });
                if let Some(problem) = problem {
                    panic!("{}: {line}\n{problem}", path.display());
                }
            }
        }
    }
    // Fewer are found only by a reader that is wrong.
    assert!(count > 20, "{count}");
}

/// Which word of a command is neither a command nor an option.
fn unknown<'w>(tree: &clap::Command, words: &[&'w str]) -> Option<&'w str> {
    let takes = |command: &clap::Command, option: &str| {
        command
            .get_arguments()
            .any(|argument| argument.get_long() == Some(option))
    };
    let mut command = tree;
    for &word in words {
        if let Some(option) = word.strip_prefix("--") {
            let option = option.split('=').next().unwrap_or_default();
            let is_general = matches!(option, "" | "help" | "version") || takes(tree, option);
            if !is_general && !takes(command, option) {
                return Some(word);
            }
        } else if command.has_subcommands() {
            match command.find_subcommand(word) {
                Some(below) => command = below,
                None => return Some(word),
            }
        }
    }
    None
}

#[test]
fn commands_that_documents_name_are_there() {
    let tree = tree();
    let is_name = |word: &str| word.chars().all(|c| c.is_ascii_lowercase() || c == '-');
    let mut count = 0;
    for (path, document) in documents() {
        let (_, text) = parts(&document);
        // What stands between backticks.
        for code in text.split('`').skip(1).step_by(2) {
            let words: Vec<&str> = code.split_whitespace().collect();
            let words = match words.as_slice() {
                [PROGRAM, words @ ..] => words,
                // Named without the program: `ticket close`.
                [noun, verb, ..] if tree.find_subcommand(noun).is_some() && is_name(verb) => {
                    words.as_slice()
                }
                _ => continue,
            };
            count += 1;
            let unknown = unknown(&tree, words);
            assert_eq!(unknown, None, "{}: `{code}`", path.display());
        }
    }
    assert!(count > 50, "{count}");
}

#[test]
fn what_is_not_there_is_found() {
    let tree = tree();
    for (words, expected) in [
        (&["ticket", "close", "case-123", "--yes"][..], None),
        (&["ticket", "list", "--output", "json"], None),
        (&["ticket", "shut", "case-123"], Some("shut")),
        (&["message", "send", "--atach"], Some("--atach")),
    ] {
        assert_eq!(unknown(&tree, words), expected, "{words:?}");
    }
    let line = "A=1 hwc-tickets ticket list --limit 5 > list | hwc-tickets nothing \
                && cargo run -p hwc-tickets-sim -- --control";
    assert_eq!(
        commands(line),
        [
            vec![PROGRAM, "ticket", "list", "--limit", "5"],
            vec![PROGRAM, "nothing"],
            vec![PROGRAM, "sim", "--control"],
        ]
    );
}
