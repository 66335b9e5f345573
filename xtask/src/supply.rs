//! What the crates are made of, and what those get who build on them: parts, oldest versions and compiler, features, packages, the
//! public interface. What is tried in another state than the workspace has is tried in a copy of it, below `target/assurance`.

pub mod deny;
pub mod minimal;
pub mod msrv;
pub mod package;
pub mod powerset;
pub mod sbom;
pub mod semver;

use crate::{file::Workspace, problem::Result, programs};
use std::path::PathBuf;

/// Where copies are made, and what is built of them.
const PLACE: &str = "target/assurance";

/// A directory below it.
fn place(workspace: &Workspace, name: &str) -> PathBuf {
    programs::absolute(workspace).join(PLACE).join(name)
}

/// The names of the crates that people get: a crate has the name of its directory.
fn shipped(workspace: &Workspace) -> Result<Vec<String>> {
    let manifests = workspace.files("crates", "Cargo.toml")?;
    let name = |path: &String| {
        let name = path.strip_prefix("crates/")?.strip_suffix("/Cargo.toml")?;
        (!name.contains('/')).then(|| name.to_owned())
    };
    Ok(manifests.iter().filter_map(name).collect())
}

/// `--package NAME` for each of them.
fn packages(names: &[String]) -> impl Iterator<Item = &str> {
    names.iter().flat_map(|name| ["--package", name.as_str()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crates_are_known_by_their_directories() {
        let workspace = Workspace::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
        let names = shipped(&workspace).unwrap();
        for name in ["hwc-core", "hwc-tickets", "hwc-tickets-cli"] {
            assert!(names.iter().any(|it| it == name), "{name}: {names:?}");
        }
        for name in &names {
            let manifest = workspace.read(&format!("crates/{name}/Cargo.toml"));
            let line = format!("name = \"{name}\"");
            assert!(manifest.unwrap().contains(&line), "{name}");
        }
    }
}
