//! Random schedules of the SDK, as many of each kind as nobody waits for in a usual test run. They are tests of `hwc-tickets`, which
//! read from a variable how many to run; each is told by its number alone.

use crate::{
    digits::grouped,
    file::Workspace,
    problem::{Problem, Problems, Result},
    programs::{self, Kind},
};
use std::{
    collections::BTreeMap,
    env,
    path::Path,
    process::{Command, Stdio},
};

/// The package with the tests.
const PACKAGE: &str = "hwc-tickets";
/// Fast, and with every check of the compiler; the manifest of the workspace says what it is.
const PROFILE: &str = "schedules";
/// The variable that says how many.
const VARIABLE: &str = "HWC_TICKETS_SCHEDULES";
/// The one that asks for a single schedule.
const SINGLE: &str = "HWC_TICKETS_SEED";
/// How many of each kind.
const COUNT: u64 = 100_000;

/// The modules of the tests with schedules, each a kind.
const KINDS: [&str; 12] = [
    "attachments::schedule::",
    "create::schedule::",
    "day::",
    "follow_all::schedule::",
    "handling::",
    "key::schedule::",
    "ledger::altered::",
    "ledger::processes::",
    "ledger::schedule::",
    "reading::clock_schedule::",
    "reading::schedule::",
    "reading::short_page_schedule::",
];

/// Runs them, 100,000 of each kind, or as many as the variable `HWC_TICKETS_SCHEDULES` says; tells what each kind came to,
/// and at the end all of that as rows of `docs/assurance.md`.
///
/// # Errors
/// The tests do not build, or a schedule ends in another way than it may.
pub fn run(workspace: &Workspace, say: fn(&str)) -> Result<String> {
    let count = wanted(env::var(VARIABLE).ok().as_deref())?;
    let built = programs::build_tests(
        workspace,
        &["--package", PACKAGE, "--profile", PROFILE, "--test", "it"],
    )?;
    let tests = built.path(PACKAGE, Kind::Tests, "it")?;
    let directory = programs::absolute(workspace).join("crates").join(PACKAGE);
    let (mut found, mut rows) = (Vec::new(), Vec::new());
    for kind in KINDS {
        let run = kind_of(&tests, &directory, kind, count);
        for tally in &run.tallies {
            say(&format!("{kind} {tally}"));
        }
        let of_kind = run.tallies.iter();
        rows.extend(of_kind.map(|tally| row(kind, count, tally)));
        if !run.succeeded || run.tallies.is_empty() {
            say(&run.said);
            found.push(Problem::general(
                format!("not every schedule of {kind} ends as it may; why is above"),
                format!(
                    "run the number that is named alone: `{SINGLE}=N cargo test -p {PACKAGE} --test it {kind}`"
                ),
            ));
        }
    }
    for row in &rows {
        say(row);
    }
    let told = rows.len();
    Problems::unless_empty(
        found,
        format!("{told} tests, {count} schedules of each: none is told wrongly"),
    )
}

/// What a test came to as a row of the page of proofs, to be copied there.
fn row(kind: &str, count: u64, tally: &str) -> String {
    // A map of texts and numbers is shown as JSON writes it.
    let ends = match serde_json::from_str::<BTreeMap<String, u64>>(tally) {
        Ok(ends) => {
            let ends = ends.iter();
            let ends =
                ends.map(|(name, number)| format!("{name} {}", grouped(&number.to_string())));
            ends.collect::<Vec<String>>().join("; ")
        }
        Err(_) => tally.to_owned(),
    };
    let kind = kind.trim_end_matches(':');
    let count = grouped(&count.to_string());
    format!("| `schedules`, `{kind}` | {count}: {ends} |")
}

/// How many are asked for.
fn wanted(variable: Option<&str>) -> Result<u64> {
    let Some(text) = variable else {
        return Ok(COUNT);
    };
    match text.parse() {
        Ok(count) if count > 0 => Ok(count),
        _ => Err(Problem::general(
            format!("{VARIABLE} is no number of schedules"),
            format!("use a whole number above 0, or leave it out for {COUNT}"),
        )
        .into()),
    }
}

/// What the schedules of a kind came to.
struct Run {
    succeeded: bool,
    /// Of each test, how many schedules came to each end.
    tallies: Vec<String>,
    said: String,
}

fn kind_of(tests: &Path, directory: &Path, kind: &str, count: u64) -> Run {
    let output = Command::new(tests)
        .current_dir(directory)
        // Each test runs on every processor by itself.
        .args([kind, "--nocapture", "--test-threads", "1"])
        .env(VARIABLE, count.to_string())
        .env_remove(SINGLE)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output();
    match output {
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stdout).into_owned();
            Run {
                succeeded: output.status.success(),
                tallies: tallies(&said, count),
                said,
            }
        }
        Err(error) => Run {
            succeeded: false,
            tallies: Vec::new(),
            said: format!("the tests do not start: {error}"),
        },
    }
}

/// What the tests say at their ends: `0..100000: {"confirmed": 70210}`, behind the name of the test.
fn tallies(said: &str, count: u64) -> Vec<String> {
    let mark = format!("0..{count}: ");
    said.lines()
        .filter_map(|line| line.split_once(&mark))
        .map(|(_, ends)| ends.to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_number_is_above_zero() {
        assert_eq!(wanted(None).ok(), Some(COUNT));
        assert_eq!(wanted(Some("7")).ok(), Some(7));
        for wrong in ["", "0", "-1", "many", "1e5"] {
            assert!(wanted(Some(wrong)).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn what_schedules_came_to_stands_behind_the_name_of_their_test() {
        let said =
            "running 2 tests\ntest key::one ... 0..50: {\"sent\": 3}\nok\ntest key::two ... ok\n";
        assert_eq!(tallies(said, 50), ["{\"sent\": 3}"]);
        assert!(tallies(said, 5).is_empty());
    }

    #[test]
    fn what_schedules_came_to_is_a_row_of_the_page() {
        let tally = "{\"drain, marked\": 12, \"sent\": 1234567}";
        assert_eq!(
            row("key::schedule::", 100_000, tally),
            "| `schedules`, `key::schedule` | 100,000: drain, marked 12; sent 1,234,567 |"
        );
        assert_eq!(row("day::", 50, "cut"), "| `schedules`, `day` | 50: cut |");
    }

    #[test]
    fn every_test_with_schedules_is_of_a_kind_and_holds_a_promise_of_the_page() {
        let root = Workspace::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
        let page = root.read("docs/assurance.md").unwrap();
        let tests = root.root().join("crates/hwc-tickets/tests/it");
        let workspace = Workspace::new(&tests);
        let mut count = 0;
        for path in workspace.files("", ".rs").unwrap() {
            let source = fs::read_to_string(tests.join(&path)).unwrap();
            if path == "schedules.rs" || !source.contains("run_all(") {
                continue;
            }
            count += 1;
            let module = path.trim_end_matches(".rs").replace('/', "::") + "::";
            assert!(KINDS.contains(&module.as_str()), "{module} is not listed");
            let file = format!("`crates/hwc-tickets/tests/it/{path}`");
            let mut rows = page.lines().filter(|line| line.starts_with('|'));
            assert!(
                rows.any(|row| row.contains(&file)),
                "no row of the page of proofs has {file}"
            );
        }
        assert_eq!(count, KINDS.len(), "a kind has no schedules");
    }
}
