//! Sources that are made wrong on purpose, one place at a time: a test of the owning crate has to fail each time. cargo-mutants makes
//! them, in a copy of the workspace. A mutant that survives is a missing test, or is argued in `docs/assurance.md`.

use crate::{
    file::Workspace,
    problem::{Place, Problem, Problems, Result},
    programs::{self, succeeds},
};
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// The version that is installed. Another one makes other mutants.
const VERSION: &str = "27.0.0";
/// Where it and what it says goes.
const PLACE: &str = "target/mutants";
/// Where survivors are argued.
const PAGE: &str = "docs/assurance.md";
/// Mutants of one shard: with a minute for each, it takes less than two hours.
const SHARD: usize = 100;
/// What the tests get for one of them at least, in seconds: a machine may have other work.
const PATIENCE: &str = "120";

/// What is mutated together.
struct Area {
    name: &'static str,
    /// Whose tests have to notice.
    package: &'static str,
    /// Below the sources of the package.
    files: &'static [&'static str],
}

const AREAS: [Area; 9] = [
    Area {
        name: "classify",
        package: "hwc-core",
        files: &["pipeline/classify.rs", "pipeline/classify/**/*.rs"],
    },
    Area {
        name: "envelope",
        package: "hwc-core",
        files: &["pipeline/envelope.rs", "pipeline/envelope/**/*.rs"],
    },
    Area {
        name: "retry",
        package: "hwc-core",
        files: &["retry.rs", "retry/**/*.rs"],
    },
    Area {
        name: "multipart",
        package: "hwc-core",
        files: &["body/form.rs", "body/outflow.rs"],
    },
    Area {
        name: "download",
        package: "hwc-core",
        files: &["pipeline/download.rs", "pipeline/incoming.rs"],
    },
    Area {
        name: "save",
        package: "hwc-tickets",
        files: &[
            "attachments/download.rs",
            "attachments/download/**/*.rs",
            "files/arrival.rs",
        ],
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
    },
    Area {
        name: "ids",
        package: "hwc-tickets",
        files: &["ids.rs"],
    },
];

/// Files of one package, below the root.
struct Chosen {
    name: String,
    package: String,
    files: Vec<String>,
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
    let program = installed(&root, say)?;
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
            survivors.extend(told.missed);
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
        }
    }
}

/// Where cargo-mutants is; installs it below `target`, once.
fn installed(root: &Path, say: fn(&str)) -> Result<PathBuf> {
    let place = root.join(PLACE).join("program");
    let program = place.join("bin").join("cargo-mutants");
    let is_there = Command::new(&program)
        .args(["mutants", "--version"])
        .stdin(Stdio::null())
        .output()
        .is_ok_and(|told| String::from_utf8_lossy(&told.stdout).contains(VERSION));
    if is_there {
        return Ok(program);
    }
    say("installs cargo-mutants below target/");
    let mut cargo = Command::new("cargo");
    cargo
        .args(["install", "cargo-mutants", "--locked", "--force"])
        .args(["--version", &format!("={VERSION}"), "--root"])
        .arg(&place)
        // Away from the settings of this workspace.
        .current_dir(std::env::temp_dir());
    if !succeeds(&mut cargo) {
        return Err(Problem::general(
            format!("cargo-mutants {VERSION} cannot be installed; why is above"),
            "look for the version that the registry has, and name it in xtask/src/mutants.rs",
        )
        .into());
    }
    Ok(program)
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
            "name in xtask/src/mutants.rs the files as they are called now",
        )
        .into());
    }
    Ok(count)
}

/// What became of the mutants of a shard.
struct Told {
    caught: usize,
    /// Without the place in the file, which moves.
    missed: Vec<String>,
}

fn tested(root: &Path, program: &Path, part: &Chosen, shard: &str) -> Result<Told> {
    let place = format!("{PLACE}/{}-{}", part.name, shard.replace('/', "-of-"));
    let output = root.join(&place);
    let broken = |what: String| {
        Problem::general(
            what,
            format!("look into {place}/mutants.out/log; the tests must pass in a copy of the tree"),
        )
    };
    std::fs::create_dir_all(&output).map_err(|error| broken(format!("{place}: {error}")))?;
    let status = mutants(root, program, part)
        .args(["--test-package", &part.package])
        .args(["--shard", shard, "--no-shuffle"])
        .args(["--minimum-test-timeout", PATIENCE])
        .arg("--output")
        .arg(&output)
        .status()
        .map_err(|error| broken(format!("cargo-mutants does not start: {error}")))?;
    // 2: some survive; 3: some make the tests hang, which is noticed too.
    if !matches!(status.code(), Some(0 | 2 | 3)) {
        return Err(broken(format!("cargo-mutants gives up: {status}")).into());
    }
    let lines = |name: &str| {
        let text = std::fs::read_to_string(output.join("mutants.out").join(name));
        let text = text.unwrap_or_default();
        text.lines().map(unplaced).collect::<Vec<String>>()
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
}
