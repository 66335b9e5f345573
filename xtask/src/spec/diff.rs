//! What changed for users of the description: compares what is published with an older edition of it, classifies every
//! difference, and asks for the version and the line in the changelog that it owes.

mod change;
mod demand;
mod revision;
mod table;
mod value;
mod walk;

pub use change::{Change, Class, Report};

use crate::{
    file::Workspace,
    problem::{Place, Problem, Problems, Result},
    spec,
};
use revision::Revision;
use serde_json::Value;
use std::collections::BTreeMap;
use table::Kind;

/// The files that are compared. The other ones in `spec/dist` are made of the first.
const FILES: &[(&str, Kind)] = &[
    (spec::BUNDLED, Kind::Document),
    (spec::ERRORS_JSON, Kind::Errors),
    (spec::OPERATIONS_JSON, Kind::Operations),
];

/// What was published together.
#[derive(Debug, Clone, Default)]
pub struct Edition {
    /// What to call it.
    pub name: String,
    /// The files by their path.
    pub files: BTreeMap<String, Value>,
    /// The text of `spec/CHANGELOG.md`.
    pub changelog: String,
}

impl Edition {
    /// The edition whose files `read` gives.
    fn read(name: &str, read: impl Fn(&str) -> Result<Option<String>>) -> Result<Self> {
        let mut files = BTreeMap::new();
        for &(path, _) in FILES {
            let Some(text) = read(path)? else {
                continue;
            };
            let value = serde_json::from_str(&text).map_err(|error| {
                Problem::at(
                    Place::file(path),
                    format!("is no JSON in {name}: {error}"),
                    "run `cargo xtask codegen`, or take another revision",
                )
            })?;
            files.insert(path.to_owned(), value);
        }
        if !files.contains_key(spec::BUNDLED) {
            return Err(Problem::at(
                Place::file(spec::BUNDLED),
                format!("is missing in {name}"),
                "run `cargo xtask codegen`, or take another revision",
            )
            .into());
        }
        Ok(Self {
            name: name.to_owned(),
            files,
            changelog: read(demand::CHANGELOG)?.unwrap_or_default(),
        })
    }

    /// `info.version`; empty if it has none.
    fn version(&self) -> &str {
        let version = self
            .files
            .get(spec::BUNDLED)
            .and_then(|root| root.pointer("/info/version"));
        version.and_then(Value::as_str).unwrap_or_default()
    }
}

/// Everything that is different between two editions.
#[must_use]
pub fn report(before: &Edition, now: &Edition) -> Report {
    let mut report = Report::default();
    for &(file, kind) in FILES {
        let mut whole = |class, what: &str| {
            let change = Report::change(class, file, "", "the file", what.to_owned());
            report.add(change, None, change::Way::Both);
        };
        match (before.files.get(file), now.files.get(file)) {
            (Some(was), Some(is)) => {
                walk::compare(file, kind, was, is, &mut report);
                // What the walk did not see must not pass for nothing.
                let is_untold = report.changes().all(|change| change.file != file)
                    && report.unclassified.is_empty();
                if kind != Kind::Operations && was != is && is_untold {
                    let what = "is different, and no difference was found";
                    report.unknown(file, "", what.to_owned());
                }
            }
            (None, Some(_)) => whole(Class::Additive, "is new"),
            (Some(_), None) => whole(Class::Breaking, "is gone"),
            (None, None) => {}
        }
    }
    report
}

/// How many differences of which class there are.
///
/// # Errors
/// A difference of a kind that no table knows, a version that was not raised as it must be, no line in the changelog.
pub fn judge(before: &Edition, now: &Edition, report: &Report) -> Result<String> {
    let mut found = report.unclassified.clone();
    found.extend(demand::unmet(report.worst(), before, now));
    let counts = Class::ALL.map(|class| {
        let count = report.changes().filter(|it| it.class == class).count();
        format!("{count} {}", class.name())
    });
    Problems::unless_empty(
        found,
        format!("{} since {}", counts.join(", "), before.name),
    )
}

/// The published description as it was at `since`, and as it is.
fn editions(workspace: &Workspace, since: &str) -> Result<(Edition, Edition)> {
    let revision = Revision::find(workspace, since)?;
    let before = Edition::read(since, |path| revision.read(path))?;
    let now = Edition::read("the working tree", |path| workspace.read_if_there(path))?;
    Ok((before, now))
}

/// Says what changed since a revision of git, by class, and what is owed for it.
///
/// # Errors
/// As [`judge`], or the revision cannot be read.
pub fn run(workspace: &Workspace, since: &str, mut say: impl FnMut(&str)) -> Result<String> {
    let (before, now) = editions(workspace, since)?;
    let report = report(&before, &now);
    let list = report.to_string();
    if !list.is_empty() {
        say(&list);
    }
    judge(&before, &now, &report)
}

/// The same since the last published edition, without the list.
///
/// # Errors
/// As [`run`].
pub fn since_release(workspace: &Workspace) -> Result<String> {
    let Some(tag) = revision::release(workspace) else {
        return Ok(format!("no tag `{}` to compare with", revision::TAGS));
    };
    let (before, now) = editions(workspace, &tag)?;
    judge(&before, &now, &report(&before, &now))
}
