//! A made-up description: one operation for each shape, put into a copy of the workspace. Everything ordinary must follow
//! from it without a line written by hand: types, methods, commands, what the simulator answers, and their tests.

use crate::{
    codegen,
    file::Workspace,
    problem::{Place, Problem, Result},
    programs::{self, Built, Kind},
};
use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

/// Where the made-up operations are.
const FIXTURE: &str = "tests/fixture";

/// How the list of tags begins in the description.
const TAGS: &str = "tags:\n";

/// The tag of the made-up operations, as the description lists it.
const TAG: (&str, &str) = (
    "spec/openapi.yaml",
    "  - name: shapes\n    description: Made up, one operation for each shape that an operation can have.\n",
);

/// Their test of the SDK.
const TEST: (&str, &str) = ("tests/tests/it/main.rs", "\nmod shapes;\n");

/// The tests that go by the description, with the module that does.
const TESTS: [(&str, &str, &str); 3] = [
    ("contract-tests", "tests", ""),
    ("hwc-tickets-wire", "crates/hwc-tickets-wire", ""),
    ("hwc-tickets-cli", "crates/hwc-tickets-cli", "described::"),
];

/// Tests that do not go by the description: they are empty in the copy, so that cargo builds the same packages with the same
/// features, and little of them.
const EMPTY: [&str; 4] = [
    "crates/hwc-core/tests/it/main.rs",
    "crates/hwc-tickets/tests/it/main.rs",
    "crates/hwc-tickets-sim/tests/it/main.rs",
    "xtask/tests/it/main.rs",
];

/// Only what is run, and no schedule runs long enough to be worth optimising for.
const ARGUMENTS: [&str; 6] = [
    "--test",
    "it",
    "--config",
    "profile.dev.package.hwc-core.opt-level=0",
    "--config",
    "profile.dev.package.hwc-tickets.opt-level=0",
];

/// Makes the copy, and runs what goes by the description in it.
///
/// # Errors
/// A file cannot be copied, the copy does not build, or a test fails.
pub fn run(workspace: &Workspace) -> Result<String> {
    let built = programs::build(workspace)?;
    let program = built.simulator()?;
    let Some(debug) = program.parent() else {
        return Err(failed("the programs have no directory".to_owned()).into());
    };
    let place = debug.with_file_name("fixture");
    let copy = Workspace::new(place.join("workspace"));
    let count = fill(workspace, &copy)?;
    codegen::write(&copy)?;
    let target = place.join("target");
    share(debug, &target.join("debug"), &members(workspace)?)
        .map_err(|error| failed(format!("{} cannot be filled: {error}", target.display())))?;
    let built = programs::build_into(&copy, &target, &ARGUMENTS)?;
    for (package, directory, filter) in TESTS {
        test(&built, &copy, package, directory, filter)?;
    }
    Ok(format!("{count} made-up operations, no line by hand"))
}

fn failed(what: String) -> Problem {
    Problem::general(
        what,
        "look at what is said above; the copy is in target/fixture",
    )
}

/// Brings the copy to the state of the workspace, with the made-up operations in it; tells how many. What is generated
/// stays as the copy has it, and what is the same keeps its time: so that little is built again.
fn fill(workspace: &Workspace, copy: &Workspace) -> Result<usize> {
    let within = format!("{FIXTURE}/");
    let mut wanted = BTreeMap::new();
    let mut count = 0;
    for path in workspace.files("", "")? {
        if codegen::is_generated(&path) {
            continue;
        }
        let content = read(workspace, &path)?;
        let place = match path.strip_prefix(&within) {
            None => path,
            Some("shapes.rs") => "tests/tests/it/shapes.rs".to_owned(),
            Some(place) => {
                count += usize::from(place.ends_with("/success.json"));
                place.to_owned()
            }
        };
        wanted.insert(place, content);
    }
    let (description, tag) = TAG;
    let text = workspace.read(description)?;
    if !text.contains(TAGS) {
        return Err(Problem::at(
            Place::file(description),
            "has no list of tags that one could be added to",
            "begin the list with a line `tags:`",
        )
        .into());
    }
    let text = text.replacen(TAGS, &format!("{TAGS}{tag}"), 1);
    wanted.insert(description.to_owned(), text.into_bytes());
    let (tests, line) = TEST;
    let text = workspace.read(tests)? + line;
    wanted.insert(tests.to_owned(), text.into_bytes());
    for path in EMPTY {
        wanted.insert(path.to_owned(), b"//! Not run here.\n".to_vec());
    }
    for path in copy.files("", "")? {
        if !wanted.contains_key(&path) && !codegen::is_generated(&path) {
            let gone = fs::remove_file(copy.root().join(&path));
            gone.map_err(|error| at(&path, "cannot be removed from the copy", &error))?;
        }
    }
    for (path, content) in &wanted {
        write(copy, path, content)?;
    }
    Ok(count)
}

fn at(path: &str, what: &str, error: &io::Error) -> Problem {
    Problem::at(
        Place::file(path),
        format!("{what}: {error}"),
        "make it accessible",
    )
}

fn read(workspace: &Workspace, path: &str) -> Result<Vec<u8>> {
    let content = fs::read(workspace.root().join(path));
    content.map_err(|error| at(path, "cannot be read", &error).into())
}

#[expect(
    clippy::disallowed_methods,
    reason = "a file of the copy, which nobody reads before it is whole"
)]
fn write(copy: &Workspace, path: &str, content: &[u8]) -> Result<()> {
    let place = copy.root().join(path);
    if fs::read(&place).is_ok_and(|there| there == content) {
        return Ok(());
    }
    let directory = place.parent().unwrap_or(&place);
    let written = fs::create_dir_all(directory).and_then(|()| fs::write(&place, content));
    written.map_err(|error| at(path, "cannot be copied", &error).into())
}

/// How the files of the own tests begin, which are named for themselves and not for their package.
const OWN_TESTS: [&str; 2] = ["it-", "memory-"];

/// How the files begin that cargo makes of the workspace: with the names of its packages, with `-` and with `_`, and with
/// those of their tests.
fn members(workspace: &Workspace) -> Result<Vec<String>> {
    let mut names = Vec::from(OWN_TESTS.map(str::to_owned));
    for manifest in workspace.files("", "Cargo.toml")? {
        let text = workspace.read(&manifest)?;
        let package = text.split_once("[package]").map(|(_, package)| package);
        let name = package.and_then(|package| package.split_once("name = \""));
        if let Some((name, _)) = name.and_then(|(_, rest)| rest.split_once('"')) {
            names.push(format!("{name}-"));
            names.push(format!("{}-", name.replace('-', "_")));
        }
    }
    Ok(names)
}

/// Gives the copy what was built of other packages, which is the same there. The own ones are other ones there.
fn share(from: &Path, to: &Path, members: &[String]) -> io::Result<()> {
    for part in ["deps", "build", ".fingerprint"] {
        share_part(&from.join(part), &to.join(part), &|name| {
            let name = name.strip_prefix("lib").unwrap_or(name);
            !members
                .iter()
                .any(|member| name.starts_with(member.as_str()))
        })?;
    }
    Ok(())
}

fn share_part(from: &Path, to: &Path, is_wanted: &dyn Fn(&str) -> bool) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (name, place) = (entry.file_name(), to.join(entry.file_name()));
        if !is_wanted(&name.to_string_lossy()) || !entry.file_type()?.is_dir() && place.exists() {
            continue;
        }
        if entry.file_type()?.is_dir() {
            share_part(&entry.path(), &place, &|_| true)?;
        } else {
            fs::hard_link(entry.path(), &place).or_else(|_| copied(&entry.path(), &place))?;
        }
    }
    Ok(())
}

/// A file of its own with the same content and the same time.
fn copied(from: &Path, to: &PathBuf) -> io::Result<()> {
    fs::copy(from, to)?;
    let time = fs::metadata(from)?.modified()?;
    fs::File::options().write(true).open(to)?.set_modified(time)
}

fn test(
    built: &Built,
    copy: &Workspace,
    package: &str,
    directory: &str,
    filter: &str,
) -> Result<()> {
    let tests = built.path(package, Kind::Tests, "it")?;
    if !programs::has_test(&tests, filter) {
        return Err(failed(format!("{package} has no test whose name holds `{filter}`")).into());
    }
    let passed = programs::succeeds(
        Command::new(tests)
            .current_dir(copy.root().join(directory))
            .arg(filter),
    );
    if passed {
        return Ok(());
    }
    Err(failed(format!(
        "a test of {package} fails with the made-up operations"
    ))
    .into())
}
