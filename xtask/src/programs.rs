//! Programs that other commands start: those of this workspace, and those of the system.

mod tool;
mod toolchain;

pub use self::{
    tool::{installed, tool},
    toolchain::with_toolchain,
};

use crate::{
    file::Workspace,
    problem::{Problem, Result},
};
use std::{
    env, io,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

/// What cargo makes of a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A program.
    Program,
    /// An example.
    Example,
    /// The integration tests of a package.
    Tests,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Program => "bin",
            Self::Example => "example",
            Self::Tests => "test",
        }
    }
}

/// What is run, and named where it fails.
const LINE: &str = "cargo test --workspace --no-run";

fn failed(what: String) -> Problem {
    Problem::general(what, format!("run `{LINE}` and mend what it names"))
}

/// What cargo has built.
pub struct Built {
    /// What it said of each target.
    messages: Vec<serde_json::Value>,
}

/// Builds the workspace as its tests need it.
///
/// Another selection of packages would have other features, and all dependencies would be built once more.
///
/// # Errors
/// It does not build.
pub fn build(workspace: &Workspace) -> Result<Built> {
    built(workspace, None, &[])
}

/// The same, into a directory of its own, with more arguments for cargo.
///
/// # Errors
/// It does not build.
pub fn build_into(workspace: &Workspace, target: &Path, arguments: &[&str]) -> Result<Built> {
    built(workspace, Some(target), arguments)
}

/// Builds what `arguments` name as people get it: with the profile `release`.
///
/// # Errors
/// It does not build.
pub fn build_release(workspace: &Workspace, arguments: &[&str]) -> Result<Built> {
    built_by(workspace, &["build", "--release", "--locked"], arguments)
}

/// Builds a package outside of the workspace with its profile `release`, by its manifest. Its lock file may grow.
///
/// # Errors
/// It does not build.
pub fn build_apart(workspace: &Workspace, manifest: &str) -> Result<Built> {
    let manifest = ["--manifest-path", manifest];
    built_by(workspace, &["build", "--release"], &manifest)
}

/// Builds the tests that `arguments` name, in a selection of packages or with a profile of their own.
///
/// # Errors
/// They do not build.
pub fn build_tests(workspace: &Workspace, arguments: &[&str]) -> Result<Built> {
    built_by(workspace, &["test", "--no-run", "--locked"], arguments)
}

fn built_by(workspace: &Workspace, command: &[&str], arguments: &[&str]) -> Result<Built> {
    let mut cargo = cargo(workspace);
    cargo.args(command).args(arguments);
    let line = format!("cargo {} {}", command.join(" "), arguments.join(" "));
    messages(cargo, || {
        Problem::general(
            format!("`{line}` fails"),
            format!("run `{line}` and mend what it names"),
        )
    })
}

/// What programs of others say.
pub enum Verdict {
    /// They are content.
    Content,
    /// They cannot be asked here; why.
    Absent(String),
}

/// Cargo in the workspace: the one that runs this, if one does.
#[must_use]
pub fn cargo(workspace: &Workspace) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(workspace.root()).stdin(Stdio::null());
    forget_package(&mut command);
    command
}

/// Takes out of the environment of a cargo what the cargo that runs this has told of xtask.
///
/// The build scripts of some dependencies look at it: with it they would run again, and all that stands on them would be built
/// anew, each time that `cargo xtask` follows a plain `cargo` or the other way round.
fn forget_package(cargo: &mut Command) {
    for (name, _) in env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            cargo.env_remove(&*name);
        }
    }
}

fn built(workspace: &Workspace, target: Option<&Path>, arguments: &[&str]) -> Result<Built> {
    let mut cargo = cargo(workspace);
    if let Some(target) = target {
        cargo.env("CARGO_TARGET_DIR", target);
    }
    cargo.args(["test", "--workspace", "--no-run", "--locked"]);
    cargo.args(arguments);
    messages(cargo, || failed(format!("`{LINE}` fails")))
}

/// Lets cargo build, and keeps what it says of each target.
fn messages(mut cargo: Command, fails: impl Fn() -> Problem) -> Result<Built> {
    let built = cargo
        .args(["--message-format", "json-render-diagnostics"])
        .stderr(Stdio::inherit())
        .output()
        .map_err(|_| fails())?;
    if !built.status.success() {
        return Err(fails().into());
    }
    let said = String::from_utf8_lossy(&built.stdout);
    let messages = said
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok());
    Ok(Built {
        messages: messages.collect(),
    })
}

impl Built {
    /// Where the target `name` of `package` is.
    ///
    /// # Errors
    /// There is no such target.
    pub fn path(&self, package: &str, kind: Kind, name: &str) -> Result<PathBuf> {
        let mut programs = self.messages.iter().filter_map(|message| {
            let target = message.get("target")?;
            // A program has tests of its own, which are a program too.
            let is_unit_tests = message.pointer("/profile/test")?.as_bool()? && kind != Kind::Tests;
            let is_wanted = target.get("name")? == name
                && target.pointer("/kind/0")? == kind.name()
                && is_of(message.get("package_id")?.as_str()?, package)
                && !is_unit_tests;
            let program = message.get("executable")?.as_str()?;
            is_wanted.then(|| PathBuf::from(program))
        });
        programs.next_back().ok_or_else(|| {
            let kind = kind.name();
            failed(format!("`{LINE}` makes no {kind} `{name}` of {package}")).into()
        })
    }

    /// Where the simulator is.
    ///
    /// # Errors
    /// It was not built.
    pub fn simulator(&self) -> Result<PathBuf> {
        self.path("hwc-tickets-sim", Kind::Program, "hwc-tickets-sim")
    }
}

/// Whether an id as cargo writes it, `path+file:///workspace/crates/name#0.1.0` or `..#name@0.1.0`, is that of `package`.
fn is_of(id: &str, package: &str) -> bool {
    let Some((place, rest)) = id.rsplit_once('#') else {
        return false;
    };
    let name = match rest.split_once('@') {
        Some((name, _)) => name,
        None => place.rsplit('/').next().unwrap_or_default(),
    };
    name == package
}

/// The first program of these names on the path.
#[must_use]
pub fn on_path(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .flat_map(|directory| names.iter().map(move |name| directory.join(name)))
        .find(|program| program.is_file())
}

/// Whether this is a server that checks submissions: what is missing there is installed, or the check fails.
#[must_use]
pub fn on_server() -> bool {
    env::var_os("CI").is_some_and(|value| !value.is_empty())
}

/// Installs packages of Debian; tells whether that worked. For servers only: nobody's own machine is changed.
#[must_use]
pub fn install(packages: &[&str]) -> bool {
    let mut update = Command::new("apt-get");
    let mut add = Command::new("apt-get");
    add.args(["install", "--yes", "--no-install-recommends"])
        .args(packages)
        .env("DEBIAN_FRONTEND", "noninteractive");
    succeeds(update.args(["update", "--quiet"])) && succeeds(&mut add)
}

/// Installs the packages of Node.js that `lists` pins, into `place`, when they are missing or their list changed; or says
/// why it cannot.
///
/// # Errors
/// A file cannot be read or written.
pub fn install_npm(
    workspace: &Workspace,
    lists: &str,
    place: &str,
) -> Result<std::result::Result<(), String>> {
    for [program, on_windows] in [["node", "node.exe"], ["npm", "npm.cmd"]] {
        if on_path(&[program, on_windows]).is_none() {
            return Ok(Err(format!("`{program}` is not installed")));
        }
    }
    let installed = format!("{place}/installed.json");
    let wanted = workspace.read(&format!("{lists}/package-lock.json"))?;
    if workspace.read_if_there(&installed)?.as_deref() == Some(&wanted) {
        return Ok(Ok(()));
    }
    let mut copies = Vec::new();
    for name in ["package.json", "package-lock.json"] {
        let text = workspace.read(&format!("{lists}/{name}"))?;
        copies.push((format!("{place}/{name}"), text));
    }
    workspace.replace(&copies)?;
    let mut npm = Command::new("npm");
    npm.current_dir(absolute(workspace).join(place)).args([
        "ci",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
    ]);
    if !succeeds(&mut npm) {
        return Ok(Err(format!(
            "`npm ci` cannot install what {lists}/package.json lists"
        )));
    }
    workspace.replace(&[(installed, wanted)])?;
    Ok(Ok(()))
}

/// The root of the workspace, whole: for programs that run elsewhere.
#[must_use]
pub fn absolute(workspace: &Workspace) -> PathBuf {
    let root: &Path = workspace.root();
    root.canonicalize().unwrap_or_else(|_| root.to_owned())
}

/// Runs a command to its end; tells whether it succeeded.
#[must_use]
pub fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Whether a command works here. What it says is not shown.
#[must_use]
pub fn is_there(mut command: Command) -> bool {
    succeeds(command.stdout(Stdio::null()).stderr(Stdio::null()))
}

/// Runs a command whose own output tells what is wrong, and which has nobody to ask; `line` is how people would type it.
///
/// # Errors
/// It does not start, or it fails.
pub fn must_pass(mut command: Command, line: &str, remedy: &str) -> Result<()> {
    let failed = |what: String| Problem::general(what, remedy.to_owned());
    let status = command
        .stdin(Stdio::null())
        .status()
        .map_err(|error| failed(format!("`{line}` does not start: {error}")))?;
    if !status.success() {
        return Err(failed(format!("`{line}` failed; its own words are above")).into());
    }
    Ok(())
}

/// What git says of the workspace, and whether it failed.
///
/// # Errors
/// It does not start.
pub fn ask_git(workspace: &Workspace, arguments: &[&str]) -> io::Result<Output> {
    Command::new("git")
        .current_dir(workspace.root())
        .args(arguments)
        .stdin(Stdio::null())
        .output()
}

/// What git says of the workspace, trimmed; nothing where it fails, says nothing, or is not there.
#[must_use]
pub fn git(workspace: &Workspace, arguments: &[&str]) -> Option<String> {
    let told = ask_git(workspace, arguments)
        .ok()
        .filter(|told| told.status.success())?;
    let text = String::from_utf8_lossy(&told.stdout).trim().to_owned();
    (!text.is_empty()).then_some(text)
}

/// Whether a program of tests has one whose name holds `filter`. Without one it succeeds, and nothing was tested.
#[must_use]
pub fn has_test(tests: &Path, filter: &str) -> bool {
    let listed = Command::new(tests)
        .args([filter, "--list"])
        .stdin(Stdio::null())
        .output();
    listed.is_ok_and(|listed| {
        let names = String::from_utf8_lossy(&listed.stdout);
        listed.status.success() && names.lines().any(|line| line.ends_with(": test"))
    })
}

#[cfg(test)]
mod tests {
    #[cfg(unix)]
    use super::{Command, must_pass};
    use super::{cargo, env, is_of};
    use crate::file::Workspace;

    #[test]
    fn cargo_is_not_told_of_the_package_of_who_runs_it() {
        let cargo = cargo(&Workspace::new("."));
        for name in ["CARGO_PKG_NAME", "CARGO_MANIFEST_DIR"] {
            // Cargo, which runs this test, has said it.
            assert!(env::var_os(name).is_some(), "{name}");
            let mut told = cargo.get_envs();
            assert!(
                told.any(|it| it == (name.as_ref(), None)),
                "{name} is handed on"
            );
        }
    }

    #[cfg(unix)]
    #[test]
    fn what_must_pass_has_nobody_to_ask() {
        let text = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
        let mut reads = Command::new("sh");
        reads
            .args(["-c", "read line"])
            .stdin(std::fs::File::open(text).unwrap());
        assert!(must_pass(reads, "read line", "").is_err());
    }

    #[test]
    fn a_package_is_known_by_its_id() {
        for (id, package, is) in [
            ("path+file:///w/crates/one-two#0.1.0", "one-two", true),
            ("path+file:///w/tests#one-two@0.1.0", "one-two", true),
            ("path+file:///w/crates/one-two#0.1.0", "two", false),
            ("registry+https://a/index#two@1.0.0", "one-two", false),
            ("one-two", "one-two", false),
        ] {
            assert_eq!(is_of(id, package), is, "{id}");
        }
    }
}
