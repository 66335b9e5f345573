//! The client that openapi-generator makes for Rust, with the program that calls it. Both are a package of their own below
//! `target`, made anew when what they are made of changes.

use super::broken;
use crate::{
    file::Workspace,
    interop::{self, Judge},
    problem::Result,
    programs::{self, Kind, absolute, on_path, succeeds},
    spec,
};
use std::{
    fs, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// Where the sources of the program are.
const SOURCES: &str = "tests/benchmarks/openapi-generator";
/// Where the package goes, and the client inside it.
const PLACE: &str = "target/benchmarks/openapi-generator";
const CLIENT: &str = "target/benchmarks/openapi-generator/client";
/// The package, by its manifest.
const PACKAGE: &str = "openapi-generator-calls";
/// The pinned version of the generator: that of the client for Java.
const REQUIREMENTS: &str = "tests/interop/java/requirements.txt";
/// What the generator is told. Documents and tests are never built.
const OPTIONS: &[&str] = &[
    "generate",
    "--generator-name",
    "rust",
    "--library",
    "reqwest",
    "--additional-properties",
    "packageName=generated_client",
    "--global-property",
    "apiDocs=false,modelDocs=false",
];

/// Makes and builds it; where the program is, or what is missing here.
pub(super) fn client(workspace: &Workspace) -> Result<std::result::Result<PathBuf, String>> {
    if on_path(&["java", "java.exe"]).is_none() {
        return Ok(Err("`java` is not installed".to_owned()));
    }
    let environment = match interop::environment(workspace, Judge::Java)? {
        Ok(environment) => environment,
        Err(why) => return Ok(Err(why)),
    };
    if !is_made(workspace, &environment)? {
        let why = "the generator fails; its own words are above";
        return Ok(Err(why.to_owned()));
    }
    match programs::build_apart(workspace, &format!("{PLACE}/Cargo.toml")) {
        Ok(built) => built.path(PACKAGE, Kind::Program, PACKAGE).map(Ok),
        Err(_) => Ok(Err("it does not build; why is above".to_owned())),
    }
}

/// Makes the package unless it is as it should be; whether that worked.
fn is_made(workspace: &Workspace, environment: &Path) -> Result<bool> {
    let copy = |from: &str, to: &str| -> Result<(String, String)> {
        Ok((format!("{PLACE}/{to}"), workspace.read(from)?))
    };
    workspace.replace(&[
        copy(&format!("{SOURCES}/manifest.toml"), "Cargo.toml")?,
        copy(&format!("{SOURCES}/calls.rs"), "src/main.rs")?,
    ])?;
    // The versions of the workspace, as far as it has them: what is compared are clients, not versions of what they stand on.
    let lock = copy("Cargo.lock", "Cargo.lock")?;
    let made_of = [
        OPTIONS.join(" "),
        workspace.read(REQUIREMENTS)?,
        workspace.read(spec::BUNDLED)?,
        lock.1.clone(),
    ]
    .join("\n");
    let stamp = format!("{PLACE}/made-of.txt");
    if workspace.read_if_there(&stamp)?.as_ref() == Some(&made_of) {
        return Ok(true);
    }
    if !generates(workspace, environment)? {
        return Ok(false);
    }
    workspace.replace(&[lock, (stamp, made_of)])?;
    Ok(true)
}

/// Runs the generator in the place of what it made before; whether it succeeds.
fn generates(workspace: &Workspace, environment: &Path) -> Result<bool> {
    let root = absolute(workspace);
    match fs::remove_dir_all(root.join(CLIENT)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(broken(&error.to_string()).into());
        }
        _ => {}
    }
    let mut generator = Command::new(interop::program(environment, "openapi-generator-cli"));
    generator
        .args(OPTIONS)
        .arg("--input-spec")
        .arg(root.join(spec::BUNDLED))
        .arg("--output")
        .arg(root.join(CLIENT))
        // Whatever it writes into its home stays below target/.
        .env("HOME", root.join(PLACE))
        // It tells hundreds of lines otherwise.
        .env("JAVA_OPTS", "-Dlog.level=error")
        .stdout(Stdio::null());
    Ok(succeeds(&mut generator))
}
