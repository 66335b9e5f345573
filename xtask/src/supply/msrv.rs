//! The oldest compiler that is supported: what the manifest declares is what README says, and every crate compiles with it. Their tests
//! need not: they are of nobody who builds on the crates. It comes from rustup alone.

use crate::{
    file::Workspace,
    problem::{Place, Problem, Result},
    programs::{self, Verdict, must_pass},
};
use std::process::Command;

/// How the line of the manifest begins that declares it.
const KEY: &str = "rust-version = ";
/// What it is to do.
const CHECK: [&str; 4] = ["check", "--workspace", "--all-features", "--locked"];

/// Lets rustup install it, if it is not there, and compiles.
///
/// # Errors
/// Manifest and README disagree, it cannot be installed, or something needs a newer one.
pub fn run(workspace: &Workspace, say: fn(&str)) -> Result<String> {
    let number = declared(workspace)?;
    if !is_there(workspace, &number) {
        say(&format!("lets rustup install Rust {number}"));
        let mut install = Command::new("rustup");
        install.args(["toolchain", "install", &number]);
        install.args(["--profile", "minimal", "--no-self-update"]);
        must_pass(
            install,
            &format!("rustup toolchain install {number} --profile minimal"),
            "install rustup, and let it reach the place that it takes compilers from",
        )?;
    }
    compile(workspace, &number)?;
    Ok(format!("all crates compile with Rust {number}"))
}

/// Compiles with the one that is there.
///
/// # Errors
/// Manifest and README disagree, or something needs a newer one.
pub fn ask(workspace: &Workspace) -> Result<Verdict> {
    let number = declared(workspace)?;
    if !is_there(workspace, &number) {
        return Ok(Verdict::Absent(format!(
            "Rust {number} is not installed (`cargo xtask assurance msrv` does it); README and manifest agree"
        )));
    }
    compile(workspace, &number)?;
    Ok(Verdict::Content)
}

/// What the manifest declares, and README says.
fn declared(workspace: &Workspace) -> Result<String> {
    let manifest = workspace.read("Cargo.toml")?;
    let number = manifest.lines().find_map(|line| line.strip_prefix(KEY));
    let Some(number) = number.map(|number| number.trim_matches('"')) else {
        return Err(Problem::at(
            Place::file("Cargo.toml"),
            "declares no rust-version",
            "add it to [workspace.package]",
        )
        .into());
    };
    let readme = workspace.read_if_there("README.md")?.unwrap_or_default();
    if !readme.contains(&format!("Rust {number}")) {
        return Err(Problem::at(
            Place::file("README.md"),
            format!("does not say that Rust {number} is needed, as Cargo.toml does"),
            format!("write `Rust {number}` where it says what is needed"),
        )
        .into());
    }
    Ok(number.to_owned())
}

fn is_there(workspace: &Workspace, number: &str) -> bool {
    programs::is_there(cargo(workspace, number, &["--version"]))
}

fn compile(workspace: &Workspace, number: &str) -> Result<()> {
    must_pass(
        cargo(workspace, number, &CHECK),
        &format!("cargo +{number} {}", CHECK.join(" ")),
        "use nothing newer, or raise rust-version in a minor release",
    )
}

/// The cargo of that compiler.
fn cargo(workspace: &Workspace, number: &str, arguments: &[&str]) -> Command {
    let mut command = programs::with_toolchain(number, "cargo");
    command.current_dir(workspace.root()).args(arguments);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_declared_is_what_people_are_told() {
        let real = Workspace::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
        let number = declared(&real).unwrap();
        assert!(number.starts_with("1."), "{number}");
        let root = tempfile::tempdir().unwrap();
        let workspace = Workspace::new(root.path());
        let write = |name: &str, text: &str| {
            workspace
                .replace(&[(name.to_owned(), text.to_owned())])
                .unwrap();
        };
        write("Cargo.toml", "[workspace.package]\n");
        assert!(declared(&workspace).is_err(), "nothing is declared");
        write(
            "Cargo.toml",
            "[workspace.package]\nrust-version = \"1.70\"\n",
        );
        assert!(declared(&workspace).is_err(), "nobody is told");
        write("README.md", "Rust 1.71 or newer.\n");
        assert!(declared(&workspace).is_err(), "people are told otherwise");
        write("README.md", "Rust 1.70 or newer.\n");
        assert_eq!(declared(&workspace).ok().as_deref(), Some("1.70"));
    }
}
