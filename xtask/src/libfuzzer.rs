//! The targets under libFuzzer, which looks for inputs that reach new places of the code. cargo-fuzz builds them with a nightly
//! compiler; their programs are started here, so that nothing is written outside of `target/`.

use crate::{
    file::Workspace,
    problem::{Place, Problem, Result},
    programs::{self, must_pass},
};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// The tool.
const TOOL: (&str, &str) = ("cargo-fuzz", "0.13.2");
/// The package of their programs, a workspace of its own.
const PACKAGE: &str = "tests/fuzzing/guided";
/// Where everything goes that comes of it.
const PLACE: &str = "target/guided";
/// No input keeps a reader busy for so many seconds, and none is longer: as in the package `fuzzing`.
const LIMITS: [&str; 2] = ["-timeout=10", "-max_len=65536"];
/// Lines of its own words that are shown when an input breaks a target.
const WORDS: usize = 60;

/// Each target that has such a program, with its corpus. That of xtask has none: `docs/assurance.md` says why.
pub const TARGETS: &[(&str, &str)] = &[
    ("classify", "crates/hwc-core/tests/corpus/classify"),
    (
        "retry_after_and_dates",
        "crates/hwc-core/tests/corpus/retry-after",
    ),
    (
        "canonical_requests",
        "crates/hwc-core/tests/corpus/canonical",
    ),
    ("endpoints", "crates/hwc-core/tests/corpus/endpoint"),
    (
        "credentials_file",
        "crates/hwc-core/tests/corpus/credentials",
    ),
    ("multipart", "crates/hwc-core/tests/corpus/multipart"),
    (
        "every_decoder",
        "crates/hwc-tickets-wire/tests/corpus/answers",
    ),
    ("ids", "crates/hwc-tickets/tests/corpus/ids"),
    ("times_and_zones", "crates/hwc-tickets/tests/corpus/times"),
    ("cursors", "crates/hwc-tickets/tests/corpus/cursors"),
    ("outbox_file", "crates/hwc-tickets/tests/corpus/outbox"),
    ("records", "crates/hwc-tickets/tests/corpus/records"),
    ("file_names", "crates/hwc-tickets/tests/corpus/names"),
    ("variables", "crates/hwc-tickets/tests/corpus/variables"),
    ("requests", "crates/hwc-tickets-sim/tests/corpus/requests"),
    ("forms", "crates/hwc-tickets-sim/tests/corpus/forms"),
    ("bodies", "crates/hwc-tickets-sim/tests/corpus/bodies"),
    ("terminal", "crates/hwc-tickets-cli/tests/corpus/terminal"),
    (
        "pending_file",
        "crates/hwc-tickets-cli/tests/corpus/pending",
    ),
    ("typed", "crates/hwc-tickets-cli/tests/corpus/typed"),
    ("config", "crates/hwc-tickets-cli/tests/corpus/config"),
];

/// Runs the targets whose names begin with `only`, or every one that has a program, one after the other, each for so many seconds.
///
/// # Errors
/// No time, no such target, no nightly compiler, cargo-fuzz cannot be installed, a program does not build, an input breaks a target, or
/// one was given none.
pub fn run(
    workspace: &Workspace,
    seconds: u64,
    only: Option<&str>,
    say: fn(&str),
) -> Result<String> {
    if seconds == 0 {
        return Err(Problem::general(
            "no time to try anything: for libFuzzer, 0 seconds are no limit",
            "say how long each target goes on: `--seconds 60`",
        )
        .into());
    }
    let chosen = chosen(only)?;
    let host = nightly()?;
    let (name, version) = TOOL;
    let tool = programs::tool(workspace, name, version, say)?;
    take_versions(workspace)?;
    let root = programs::absolute(workspace);
    say("builds them; the first time, that takes more than a quarter of an hour");
    match chosen.as_slice() {
        [(name, _)] => build(&root, &tool, &host, Some(*name))?,
        _ => build(&root, &tool, &host, None)?,
    }
    for (name, corpus) in &chosen {
        let program = root.join(PLACE).join("build").join(&host);
        let program = program.join("release").join(name);
        let seen = guide(&root, &program, name, corpus, seconds, say)?;
        say(&format!("{name}: {seen}"));
    }
    Ok(format!(
        "{} targets, {seconds} s each, guided by coverage: nothing breaks them",
        chosen.len()
    ))
}

fn chosen(only: Option<&str>) -> Result<Vec<(&'static str, &'static str)>> {
    let is_meant = |name: &str| only.is_none_or(|only| name.starts_with(only));
    let chosen: Vec<_> = (TARGETS.iter().copied())
        .filter(|(name, _)| is_meant(name))
        .collect();
    if chosen.is_empty() {
        let names: Vec<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
        return Err(Problem::general(
            "no target of this name has a program of libFuzzer",
            format!(
                "use one of {}; the others run without `--guided`",
                names.join(", ")
            ),
        )
        .into());
    }
    Ok(chosen)
}

/// The machine that the nightly compiler builds for.
fn nightly() -> Result<String> {
    let told = programs::with_toolchain("nightly", "rustc")
        .args(["--version", "--verbose"])
        .output();
    let told = told.ok().filter(|told| told.status.success());
    let told = told.map(|told| String::from_utf8_lossy(&told.stdout).into_owned());
    let host = told.as_deref().and_then(host);
    host.map(str::to_owned).ok_or_else(|| {
        Problem::general(
            "no nightly compiler is installed, which alone counts where an input goes and finds misused memory",
            "run `rustup toolchain install nightly --profile minimal`; `cargo xtask fuzz` runs the same targets without one",
        )
        .into()
    })
}

/// The machine that a compiler tells of.
fn host(told: &str) -> Option<&str> {
    let host = told.lines().find_map(|line| line.strip_prefix("host: "))?;
    Some(host.trim()).filter(|host| !host.is_empty())
}

/// Takes the versions of this workspace, as far as it has them: what is tried is what the tests try. Cargo adds the rest.
fn take_versions(workspace: &Workspace) -> Result<()> {
    let versions = workspace.read("Cargo.lock")?;
    let lock = format!("{PACKAGE}/Cargo.lock");
    let taken = format!("{PLACE}/taken.lock");
    let is_taken = workspace.read_if_there(&taken)?.as_ref() == Some(&versions);
    if !is_taken || workspace.read_if_there(&lock)?.is_none() {
        workspace.replace(&[(lock, versions.clone()), (taken, versions)])?;
    }
    Ok(())
}

/// Builds the program of one target, or all of them.
fn build(root: &Path, tool: &Path, host: &str, only: Option<&str>) -> Result<()> {
    let mut build = programs::with_toolchain("nightly", tool);
    build
        .args(["fuzz", "build", "--fuzz-dir", PACKAGE, "--target", host])
        .args(["--target-dir", &format!("{PLACE}/build")])
        .args(only)
        .current_dir(root);
    must_pass(
        build,
        "cargo +nightly fuzz build",
        "mend what the compiler names; another nightly may do, too",
    )
}

/// Lets libFuzzer look for inputs; what it has seen. The committed corpus is only read.
fn guide(
    root: &Path,
    program: &Path,
    name: &str,
    corpus: &str,
    seconds: u64,
    say: fn(&str),
) -> Result<String> {
    let place = |kind: &str| -> Result<PathBuf> {
        let below = format!("{PLACE}/{kind}/{name}");
        let made = root.join(&below);
        fs::create_dir_all(&made).map_err(|error| {
            let what = format!("cannot be made: {error}");
            Problem::at(Place::file(below), what, "make target/ writable")
        })?;
        Ok(made)
    };
    let (found, broken, scratch) = (place("found")?, place("broken")?, place("scratch")?);
    let told = Command::new(program)
        .arg(found)
        .arg(root.join(corpus))
        .args(LIMITS)
        .arg(format!("-max_total_time={seconds}"))
        // With the separator: what follows is a name.
        .arg(format!("-artifact_prefix={}/", broken.display()))
        .env("TMPDIR", &scratch)
        // As cargo-fuzz has it.
        .env("ASAN_OPTIONS", "detect_odr_violation=0")
        .current_dir(root)
        .stdin(Stdio::null())
        .output();
    let _ = fs::remove_dir_all(scratch);
    let told = told.map_err(|error| {
        let what = format!("the program of `{name}` does not start: {error}");
        Problem::general(what, "remove target/guided/build, and build it anew")
    })?;
    let words = String::from_utf8_lossy(&told.stderr);
    if !told.status.success() {
        say(&last(&words));
        return Err(Problem::at(
            Place::file(format!("{PLACE}/broken/{name}")),
            format!("an input breaks the target `{name}`; what it says is above"),
            format!("put the input into {corpus}, named for what it is, and mend what reads it"),
        )
        .into());
    }
    let seen = seen(&words).map(str::to_owned);
    seen.ok_or_else(|| {
        say(&last(&words));
        untried(name).into()
    })
}

/// The last lines of what a program says.
fn last(words: &str) -> String {
    let lines: Vec<&str> = words.lines().collect();
    let last = lines.get(lines.len().saturating_sub(WORDS)..);
    last.unwrap_or_default().join("\n")
}

/// A run that ends well and has tried nothing shows nothing.
fn untried(name: &str) -> Problem {
    Problem::general(
        format!("the target `{name}` was given no input; what libFuzzer says is above"),
        format!(
            "run `cargo xtask fuzz --guided {name}` for longer (`--seconds 600`); if that is no better, remove target/guided/build, and build it anew"
        ),
    )
}

/// How many inputs, and how many places they reach: the last line of libFuzzer. None if it tried no input.
fn seen(words: &str) -> Option<&str> {
    let mut lines = words.lines().rev();
    let line = lines.find(|line| line.starts_with('#') && line.contains("DONE"))?;
    let tried = line.split_whitespace().next()?.strip_prefix('#')?;
    tried
        .parse::<u64>()
        .is_ok_and(|tried| tried > 0)
        .then_some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_say_is_read() {
        let compiler = "rustc 1.97.0-nightly\nbinary: rustc\nhost: x86_64-unknown-linux-gnu\n";
        assert_eq!(host(compiler), Some("x86_64-unknown-linux-gnu"));
        assert_eq!(host("rustc 1.97.0-nightly\nhost: \n"), None);
        let fuzzer = "#2\tINITED cov: 9\n#70\tNEW cov: 10\n#812\tDONE   cov: 10 ft: 12\n###### Recommended dictionary. ######\nDone 812 runs in 2 second(s)\n";
        assert_eq!(seen(fuzzer), Some("#812\tDONE   cov: 10 ft: 12"));
        for untried in ["", "#2\tINITED cov: 9\n", "#0\tDONE   cov: 0 ft: 0\n"] {
            assert_eq!(seen(untried), None, "{untried}");
        }
        assert!(untried("ids").to_string().contains("fuzz --guided ids"));
    }

    #[test]
    fn no_time_is_refused() {
        let told = run(&Workspace::new("."), 0, None, |_| {}).unwrap_err();
        assert!(told.to_string().contains("--seconds"), "{told}");
    }

    #[test]
    fn a_target_is_named_by_how_it_begins() {
        assert_eq!(chosen(None).unwrap(), TARGETS);
        assert_eq!(chosen(Some("retry")).unwrap().len(), 1);
        let Err(problems) = chosen(Some("description")) else {
            panic!("it is of xtask, and has no program");
        };
        assert!(
            problems
                .iter()
                .any(|problem| problem.to_string().contains("classify"))
        );
    }
}
