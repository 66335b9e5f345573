//! Versions of what is compared, as they are pinned.

use super::outside::LIST;
use crate::{
    file::Workspace,
    interop::{Judge, requirements},
    problem::Result,
};
use serde_json::Value;

/// What plain code and plain servers stand on, and most of this SDK as well.
const CRATES: [&str; 5] = ["reqwest", "hyper", "hyper-util", "serde_json", "axum"];

/// What is compared, by its name, and which version of it. What is pinned no longer is left out.
///
/// # Errors
/// A file that pins versions cannot be read.
pub fn versions(workspace: &Workspace) -> Result<Vec<(String, String)>> {
    let crates = workspace.read("Cargo.lock")?;
    let prism = workspace.read(&format!("{LIST}/package-lock.json"))?;
    let official = workspace.read(&requirements(Judge::PythonOfficial))?;
    let generator = workspace.read(&requirements(Judge::Java))?;
    let others = [
        ("Prism", of_npm(&prism, "@stoplight/prism-cli")),
        (
            "official Python SDK",
            of_pip(&official, "huaweicloudsdkosm"),
        ),
        (
            "openapi-generator",
            of_pip(&generator, "openapi-generator-cli"),
        ),
    ];
    let found = CRATES.map(|name| (name, of_cargo(&crates, name)));
    let found = found.into_iter().chain(others);
    Ok(found
        .filter_map(|(name, version)| Some((name.to_owned(), version?)))
        .collect())
}

/// The version of a package in a lock file of cargo; all of them, where there are several.
fn of_cargo(lock: &str, package: &str) -> Option<String> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines();
    let mut versions = Vec::new();
    while lines.any(|line| line == name) {
        let version = lines.next()?.strip_prefix("version = \"")?;
        versions.push(version.strip_suffix('"')?);
    }
    (!versions.is_empty()).then(|| versions.join(", "))
}

/// The version of a package in a lock file of npm.
fn of_npm(lock: &str, package: &str) -> Option<String> {
    let lock: Value = serde_json::from_str(lock).ok()?;
    let package = lock.get("packages")?.get(format!("node_modules/{package}"));
    Some(package?.get("version")?.as_str()?.to_owned())
}

/// The version of a package in a list of requirements of pip.
fn of_pip(requirements: &str, package: &str) -> Option<String> {
    let mut lines = requirements.lines();
    let version = lines.find_map(|line| line.strip_prefix(package)?.strip_prefix("=="))?;
    Some(version.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_that_of_the_package_of_this_name() {
        let lock = "[[package]]\nname = \"hyper-util\"\nversion = \"0.1.0\"\n\n\
                    [[package]]\nname = \"hyper\"\nversion = \"0.14.1\"\n\n\
                    [[package]]\nname = \"hyper\"\nversion = \"1.2.3\"\ndependencies = [\n \"axum\",\n]\n";
        for (package, version) in [
            ("hyper", Some("0.14.1, 1.2.3")),
            ("hyper-util", Some("0.1.0")),
            ("axum", None),
        ] {
            assert_eq!(of_cargo(lock, package).as_deref(), version, "{package}");
        }
        let lock = r#"{"packages": {"": {"version": "1.0.0"}, "node_modules/@a/b": {"version": "5.1.2"}, "node_modules/c": {}}}"#;
        for (package, version) in [("@a/b", Some("5.1.2")), ("b", None), ("c", None)] {
            assert_eq!(of_npm(lock, package).as_deref(), version, "{package}");
        }
        assert_eq!(of_npm("no lock", "c"), None);
        let list = "# Pinned: sdk==9.\nsdkcore==1.0.0\nsdk==3.1.219\nloose>=2\n";
        for (package, version) in [("sdk", Some("3.1.219")), ("loose", None)] {
            assert_eq!(of_pip(list, package).as_deref(), version, "{package}");
        }
    }
}
