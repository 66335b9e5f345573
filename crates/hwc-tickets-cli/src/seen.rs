//! Ids of tickets that the service has answered for, for completions: a small file for each profile, a line each, the newest
//! first. Nothing but words depends on it, and nobody asks the service for it.

use crate::{
    private_file,
    settings::{Setting, Source},
};
use std::path::Path;

/// So many are kept.
const MOST: usize = 200;
/// Says which profile is used when none is named: shells do not read the configuration. No profile has a file of that name.
const USUAL: &str = ".usual";

/// Keeps ids of a profile. A file that cannot be written is no reason to say anything: what was to be done is done.
pub(crate) fn remember<'a>(
    directory: Option<&Path>,
    profile: &Setting<String>,
    ids: impl IntoIterator<Item = &'a str>,
) {
    let Some(directory) = directory.filter(|_| is_plain(&profile.value)) else {
        return;
    };
    let file = directory.join(&profile.value);
    let known = private_file::read(&file, false).unwrap_or_default();
    let known: Vec<&str> = known.lines().filter(|line| is_plain(line)).collect();
    let mut kept: Vec<&str> = Vec::new();
    for id in ids {
        if is_plain(id) && !known.contains(&id) && !kept.contains(&id) {
            kept.push(id);
        }
    }
    if !kept.is_empty() {
        kept.extend(&known);
        kept.truncate(MOST);
        write(&file, &kept.join("\n"));
    }
    let is_named = matches!(profile.source, Source::Flag(_) | Source::Environment(_));
    if !is_named && file.exists() {
        let usual = directory.join(USUAL);
        let before = private_file::read(&usual, false).unwrap_or_default();
        if before.trim_end() != profile.value {
            write(&usual, &profile.value);
        }
    }
}

/// Whether the id is one of those that were kept of the profile.
pub(crate) fn is_known(directory: Option<&Path>, profile: &Setting<String>, id: &str) -> bool {
    let Some(directory) = directory.filter(|_| is_plain(&profile.value)) else {
        return false;
    };
    let known = private_file::read(&directory.join(&profile.value), false).unwrap_or_default();
    known.lines().any(|line| line == id)
}

fn write(file: &Path, text: &str) {
    let _ = private_file::write(file, format!("{text}\n").as_bytes());
}

/// Shells read the file, and its name: nothing in them may mean anything to them.
fn is_plain(text: &str) -> bool {
    let is_usual = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    text.bytes().all(is_usual) && text.starts_with(|first: char| first.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, source: Source) -> Setting<String> {
        Setting::new(name.to_owned(), source)
    }

    #[test]
    fn the_newest_stand_first_and_each_once() {
        let home = tempfile::tempdir().unwrap();
        let directory = home.path().join("state/seen");
        let profile = of("default", Source::Default);
        let remember = |ids: &[&str]| {
            remember(Some(&directory), &profile, ids.iter().copied());
        };
        let text = || std::fs::read_to_string(directory.join("default")).unwrap_or_default();
        super::remember(None, &profile, ["a"]);
        remember(&["", "-", "$(id)", "a b", "-x", ".hidden"]);
        assert!(!directory.exists());
        remember(&["case-1", "case-2", "case-1"]);
        assert_eq!(text(), "case-1\ncase-2\n");
        remember(&["case-2", "TT3"]);
        assert_eq!(text(), "TT3\ncase-1\ncase-2\n");
        for (id, known) in [("case-1", true), ("case", false), ("", false)] {
            assert_eq!(is_known(Some(&directory), &profile, id), known, "{id}");
        }
        assert!(!is_known(None, &profile, "case-1"));
        let many: Vec<String> = (0..MOST + 5).map(|number| format!("n{number}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        remember(&many);
        assert_eq!(text().lines().count(), MOST);
        assert!(text().starts_with("n0\nn1\n"));
    }

    /// Two accounts do not mix, and shells learn which one is the usual one.
    #[test]
    fn each_profile_has_its_own() {
        let home = tempfile::tempdir().unwrap();
        let directory = home.path().join("seen");
        let text = |name: &str| std::fs::read_to_string(directory.join(name)).unwrap_or_default();
        let in_file = || Source::File("config.toml".into());
        for (profile, id) in [
            (of("default", Source::Default), "case-1"),
            (of("work", Source::Flag("--profile")), "case-2"),
            (
                of("third", Source::Environment("HWC_TICKETS_PROFILE")),
                "case-3",
            ),
            (of("../evil", in_file()), "case-4"),
            (of("", in_file()), "case-5"),
        ] {
            remember(Some(&directory), &profile, [id]);
            assert_eq!(text(USUAL), "default\n", "{profile:?}");
        }
        for (name, ids) in [
            ("default", "case-1\n"),
            ("work", "case-2\n"),
            ("third", "case-3\n"),
        ] {
            assert_eq!(text(name), ids);
        }
        assert_eq!(std::fs::read_dir(&directory).unwrap().count(), 4);
        // Made the usual one; its ticket is known already.
        remember(Some(&directory), &of("work", in_file()), ["case-2"]);
        assert_eq!(text(USUAL), "work\n");
    }
}
