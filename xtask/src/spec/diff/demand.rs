//! What a change of the description owes its users: a raised version and a line in the changelog.

use super::{Edition, change::Class};
use crate::{
    problem::{Place, Problem},
    spec,
};

/// A version of three numbers.
type Version = (u64, u64, u64);

/// Where the changelog of the description is.
pub(super) const CHANGELOG: &str = "spec/CHANGELOG.md";
/// Where its version is.
const VERSION: &str = "/info/version";

/// What is owed and not there.
pub(super) fn unmet(worst: Option<Class>, before: &Edition, now: &Edition) -> Vec<Problem> {
    let mut found = Vec::new();
    match (read(before.version()), read(now.version())) {
        (Some(was), Some(is)) => found.extend(step(worst, was, is, &before.name)),
        (None, _) => found.push(no_version(&before.name, before.version())),
        (_, None) => found.push(no_version(&now.name, now.version())),
    }
    // Words alone may be noted, and need not.
    if worst > Some(Class::Words) {
        found.extend(line(before, now));
    }
    found
}

fn read(version: &str) -> Option<Version> {
    let mut numbers = version.split('.').map(|number| number.parse::<u64>().ok());
    let version = (numbers.next()??, numbers.next()??, numbers.next()??);
    numbers.next().is_none().then_some(version)
}

fn no_version(edition: &str, version: &str) -> Problem {
    Problem::at(
        Place::pointer(spec::OPENAPI, VERSION),
        format!("the version in {edition} is `{version}`, which is not three numbers"),
        "write it as `0.2.0`",
    )
}

/// The least version that may follow `was`: semver, where as long as the first number is 0 the second one stands for it.
fn least(worst: Option<Class>, (first, second, third): Version) -> Version {
    match (worst, first) {
        (Some(Class::Breaking), 0) => (0, second + 1, 0),
        (Some(Class::Breaking), _) => (first + 1, 0, 0),
        (Some(Class::Additive), 0) => (0, second, third + 1),
        (Some(Class::Additive), _) => (first, second + 1, 0),
        (Some(Class::Words) | None, _) => (first, second, third),
    }
}

fn step(worst: Option<Class>, was: Version, is: Version, since: &str) -> Option<Problem> {
    let least = least(worst, was);
    if is >= least {
        return None;
    }
    let of = |(first, second, third): Version| format!("{first}.{second}.{third}");
    let change = worst.map_or("different", Class::name);
    Some(Problem::at(
        Place::pointer(spec::OPENAPI, VERSION),
        format!(
            "what changed since {since} is {change}, and the version went from {} to {}",
            of(was),
            of(is)
        ),
        format!(
            "write `version: {}` or more and run `cargo xtask codegen`; `cargo xtask spec diff --since {since}` lists what \
             changed, and `Versions` in spec/README.md has the rule",
            of(least)
        ),
    ))
}

fn line(before: &Edition, now: &Edition) -> Option<Problem> {
    let version = now.version();
    let Some(section) = section(&now.changelog, version) else {
        return Some(Problem::at(
            Place::file(CHANGELOG),
            format!("has no section `## {version}`"),
            format!("add it, with a line on what changed since {}", before.name),
        ));
    };
    let known = entries(&before.changelog);
    let is_new = |entry: &String| !known.contains(entry);
    if entries(&section).iter().any(is_new) {
        return None;
    }
    Some(Problem::at(
        Place::file(CHANGELOG),
        format!("nothing under `## {version}` is new since {}", before.name),
        "add a line that tells users of the description what changed for them",
    ))
}

/// The text below the heading of a version, up to the next one.
fn section(changelog: &str, version: &str) -> Option<String> {
    let heading = |line: &str| line.strip_prefix("## ").map(str::to_owned);
    let mut lines = changelog.lines().skip_while(|line| {
        let heading = heading(line);
        heading.is_none_or(|heading| heading.split_whitespace().next() != Some(version))
    });
    lines.next()?;
    let text = lines.take_while(|line| heading(line).is_none());
    Some(text.collect::<Vec<_>>().join("\n"))
}

/// The entries of a list in a text, each on one line.
fn entries(text: &str) -> Vec<String> {
    let mut entries: Vec<String> = Vec::new();
    let mut is_inside = false;
    for line in text.lines() {
        if let Some(first) = line.strip_prefix("- ") {
            entries.push(first.trim().to_owned());
            is_inside = true;
        } else if let Some(entry) = entries.last_mut()
            && is_inside
            && line.starts_with(' ')
        {
            entry.push(' ');
            entry.push_str(line.trim());
        } else {
            is_inside = false;
        }
    }
    entries
}
