//! Sources that are made wrong on purpose, one place at a time: a test of the owning crate has to fail each time. cargo-mutants makes
//! them, in a copy of the workspace. A mutant that survives is a missing test, or is argued in `docs/assurance.md`.

mod areas;

use self::areas::{AREAS, Area};
use crate::{
    file::Workspace,
    problem::{Place, Problem, Problems, Result},
    programs,
};
use std::{
    collections::BTreeSet,
    path::Path,
    process::{Command, Stdio},
};

/// The version that is installed. Another one makes other mutants.
const VERSION: &str = "27.0.0";
/// Where what it says goes, and what it builds.
const PLACE: &str = "target/mutants";
/// Where survivors are argued.
const PAGE: &str = "docs/assurance.md";
/// Mutants of one shard: with half a minute for each, it takes less than half an hour on one core.
const SHARD: usize = 50;
/// What the tests get for one of them at least, in seconds: a machine may have other work.
const PATIENCE: &str = "60";
/// How many schedules each kind runs for one of them: as many as notice most in a second.
const SCHEDULES: (&str, &str) = ("HWC_TICKETS_SCHEDULES", "50");

/// Files of one package, below the root.
struct Chosen {
    name: String,
    package: String,
    files: Vec<String>,
    first: &'static [&'static str],
}

/// Mutates what `wanted` names, areas or files, or every area; tells how many mutants were noticed.
///
/// # Errors
/// cargo-mutants cannot be had, the tests fail without a mutant, or one survives that the page does not argue.
pub fn run(
    workspace: &Workspace,
    wanted: &[String],
    shard: Option<&str>,
    say: fn(&str),
) -> Result<String> {
    let chosen = chosen(workspace, wanted)?;
    let root = programs::absolute(workspace);
    let program = programs::tool(workspace, "cargo-mutants", VERSION, say)?;
    let mut survivors = BTreeSet::new();
    let mut count = 0;
    for part in &chosen {
        let mutants = listed(&root, &program, part)?;
        let shards = match shard {
            Some(shard) => vec![shard.to_owned()],
            None => {
                let number = mutants.div_ceil(SHARD).max(1);
                (0..number)
                    .map(|place| format!("{place}/{number}"))
                    .collect()
            }
        };
        for shard in shards {
            say(&format!(
                "{}: {mutants} mutants, shard {shard}, with the tests of {}",
                part.name, part.package
            ));
            let told = tested(&root, &program, part, &shard)?;
            count += told.caught;
            // Without the place in the file, which moves.
            survivors.extend(told.missed.iter().map(|line| unplaced(line)));
        }
    }
    let page = workspace.read(PAGE)?;
    let (argued, open): (Vec<String>, Vec<String>) = survivors
        .into_iter()
        .partition(|survivor| page.contains(survivor.as_str()));
    let problems = open.into_iter().map(|survivor| {
        Problem::at(
            Place::file(PAGE),
            format!("no test notices this: {survivor}"),
            "write the test, or put the line into the list of survivors, as it is here, with the reason why it changes nothing",
        )
    });
    Problems::unless_empty(
        problems.collect(),
        format!("{count} mutants are noticed, {} are argued", argued.len()),
    )
}

fn chosen(workspace: &Workspace, wanted: &[String]) -> Result<Vec<Chosen>> {
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
                let names: Vec<&str> = AREAS.iter().map(|area| area.name).collect();
                return Err(Problem::general(
                    format!("`{wanted}` is neither an area nor a source file of a crate"),
                    format!(
                        "use one of {}, or crates/NAME/src/FILE.rs",
                        names.join(", ")
                    ),
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

/// cargo-mutants on some files.
fn mutants(root: &Path, program: &Path, part: &Chosen) -> Command {
    let mut command = Command::new(program);
    command
        .current_dir(root)
        .stdin(Stdio::null())
        .args(["mutants", "--package", &part.package]);
    for file in &part.files {
        command.args(["--file", file]);
    }
    command
}

/// How many mutants there are.
fn listed(root: &Path, program: &Path, part: &Chosen) -> Result<usize> {
    let listed = mutants(root, program, part)
        .arg("--list")
        .stderr(Stdio::inherit())
        .output();
    let count = match &listed {
        Ok(listed) if listed.status.success() => {
            String::from_utf8_lossy(&listed.stdout).lines().count()
        }
        _ => 0,
    };
    if count == 0 {
        return Err(Problem::general(
            format!("cargo-mutants finds nothing to mutate in {}", part.name),
            "name in xtask/src/mutants/areas.rs the files as they are called now",
        )
        .into());
    }
    Ok(count)
}

/// What became of the mutants of a shard.
struct Told {
    caught: usize,
    /// As cargo-mutants names them, with the place in the file.
    missed: Vec<String>,
}

/// Asks the tests about the area, then every test of the package about what these did not notice.
fn tested(root: &Path, program: &Path, part: &Chosen, shard: &str) -> Result<Told> {
    let place = format!("{PLACE}/{}-{}", part.name, shard.replace('/', "-of-"));
    let mut command = mutants(root, program, part);
    command.args(["--shard", shard]);
    if part.first.is_empty() {
        return asked(root, &place, part, command, &[]);
    }
    let first = asked(root, &place, part, command, part.first)?;
    if first.missed.is_empty() {
        return Ok(first);
    }
    let mut command = mutants(root, program, part);
    // Not `--iterate`: it leaves out what was caught before it makes the shards, which are other ones then.
    for line in &first.missed {
        command.args(["--re", &literal(line)]);
    }
    let rest = asked(root, &format!("{place}-all"), part, command, &[])?;
    Ok(Told {
        caught: first.caught + rest.caught,
        missed: rest.missed,
    })
}

/// An expression that finds this line and no other.
fn literal(line: &str) -> String {
    let mut expression = String::from("^");
    for letter in line.chars() {
        if r"\.+*?()|[]{}^$".contains(letter) {
            expression.push('\\');
        }
        expression.push(letter);
    }
    expression.push('$');
    expression
}

/// One run of cargo-mutants, with the tests whose names hold one of `first`, or with every one of the package.
fn asked(
    root: &Path,
    place: &str,
    part: &Chosen,
    mut command: Command,
    first: &[&str],
) -> Result<Told> {
    let output = root.join(place);
    let broken = |what: String| {
        Problem::general(
            what,
            format!("look into {place}/mutants.out/log; the tests must pass in a copy of the tree"),
        )
    };
    std::fs::create_dir_all(&output).map_err(|error| broken(format!("{place}: {error}")))?;
    command
        .args(["--test-package", &part.package])
        .args(["--jobs", "1", "--no-shuffle"])
        .args(["--minimum-test-timeout", PATIENCE])
        .arg("--output")
        .arg(&output)
        // Each run has a copy of its own; what others wrote is built once for all of them.
        .env("CARGO_TARGET_DIR", root.join(PLACE).join("build"))
        // What changes is built anew for each mutant, and seldom runs for long.
        .arg(format!(
            "--cargo-arg=--config=profile.dev.package.{}.opt-level=0",
            part.package
        ));
    if !first.is_empty() {
        let (variable, count) = SCHEDULES;
        command
            .env(variable, count)
            .args(["--cargo-arg=--lib", "--cargo-arg=--test=it"])
            // The first `--` ends what cargo-mutants reads, the second what cargo reads.
            .args(["--", "--"])
            .args(first);
    }
    let status = command
        .status()
        .map_err(|error| broken(format!("cargo-mutants does not start: {error}")))?;
    // 2: some survive; 3: some make the tests hang, which is noticed too.
    if !matches!(status.code(), Some(0 | 2 | 3)) {
        return Err(broken(format!("cargo-mutants gives up: {status}")).into());
    }
    let lines = |name: &str| {
        let text = std::fs::read_to_string(output.join("mutants.out").join(name));
        let text = text.unwrap_or_default();
        text.lines().map(str::to_owned).collect::<Vec<String>>()
    };
    Ok(Told {
        caught: lines("caught.txt").len() + lines("timeout.txt").len(),
        missed: lines("missed.txt"),
    })
}

/// `file.rs:12:5: replace ..` without the numbers.
fn unplaced(line: &str) -> String {
    let Some((place, what)) = line.split_once(": ") else {
        return line.to_owned();
    };
    let file = place.split(':').next().unwrap_or(place);
    format!("{file}: {what}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_survivor_is_named_without_its_line() {
        for (line, name) in [
            (
                "crates/a/src/b.rs:12:5: replace f -> bool with true",
                "crates/a/src/b.rs: replace f -> bool with true",
            ),
            (
                "crates/a/src/b.rs:1:2: replace == with != in <impl A for B>::f",
                "crates/a/src/b.rs: replace == with != in <impl A for B>::f",
            ),
            ("nothing of that form", "nothing of that form"),
        ] {
            assert_eq!(unplaced(line), name);
        }
    }

    #[test]
    fn an_expression_finds_its_line_alone() {
        assert_eq!(
            literal("a.rs:1:2: replace f -> bool with true"),
            r"^a\.rs:1:2: replace f -> bool with true$"
        );
    }

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
