//! A bill of materials of each crate, in the form of CycloneDX: who gets the program or builds on a crate can ask a list of known
//! weaknesses for its parts. The same revision gives the same bill, on every machine.

use super::{place, shipped};
use crate::{
    file::Workspace,
    problem::{Place, Problem, Problems, Result},
    programs::{self, must_pass},
};
use serde_json::Value;
use std::{collections::BTreeSet, process::Command};

/// The tool that writes them.
const TOOL: (&str, &str) = ("cargo-cyclonedx", "0.5.9");
/// The version of their form.
const FORM: &str = "1.5";
/// Where they go.
const BILLS: &str = "target/assurance/sbom";

/// Writes them, with the parts of every platform and every feature, and looks whether they are whole.
///
/// # Errors
/// The tool cannot be installed, or a bill lacks what those who read it need.
pub fn run(workspace: &Workspace, say: fn(&str)) -> Result<String> {
    let (name, version) = TOOL;
    let program = programs::tool(workspace, name, version, say)?;
    // It writes beside each manifest.
    let copy = workspace.copied(&place(workspace, "sbom-workspace"))?;
    let mut bills = Command::new(program);
    bills
        .current_dir(copy.root())
        .args(["cyclonedx", "--format", "json", "--spec-version", FORM])
        .args(["--target", "all", "--all", "--all-features"])
        // In the place of the time, and no number by chance.
        .env("SOURCE_DATE_EPOCH", committed(workspace));
    must_pass(
        bills,
        "cargo cyclonedx --format json --target all --all-features",
        "look at what it says of a manifest",
    )?;
    let root = copy.root().display().to_string();
    let (mut found, mut written, mut parts) = (Vec::new(), Vec::new(), 0);
    for name in shipped(workspace)? {
        let text = copy.read(&format!("crates/{name}/{name}.cdx.json"))?;
        // Where the copy lies is nobody's business.
        let text = text.replace(&root, "");
        let path = format!("{BILLS}/{name}.cdx.json");
        match parts_of(&name, &text) {
            Ok(count) => parts += count,
            Err(lacks) => found.extend(lacks.into_iter().map(|lack| {
                let remedy = "look at the package that is named, or at the version of cargo-cyclonedx in xtask/src/supply/sbom.rs";
                Problem::at(Place::file(&path), lack, remedy)
            })),
        }
        written.push((path, text));
    }
    let count = written.len();
    workspace.replace(&written)?;
    Problems::unless_empty(
        found,
        format!("{count} bills with {parts} parts in {BILLS}"),
    )
}

/// When the last commit was made, in seconds; 0 without git.
fn committed(workspace: &Workspace) -> String {
    programs::git(workspace, &["log", "-1", "--format=%ct"]).unwrap_or_else(|| "0".to_owned())
}

/// How many parts the bill of a crate has; or what it lacks.
fn parts_of(name: &str, text: &str) -> std::result::Result<usize, Vec<String>> {
    let bill: Value = serde_json::from_str(text).map_err(|error| vec![error.to_string()])?;
    let mut lacks = Vec::new();
    for (pointer, wanted) in [
        ("/bomFormat", "CycloneDX"),
        ("/specVersion", FORM),
        ("/metadata/component/name", name),
    ] {
        if bill.pointer(pointer).and_then(Value::as_str) != Some(wanted) {
            lacks.push(format!("{pointer} is not `{wanted}`"));
        }
    }
    if bill.get("serialNumber").is_some() {
        lacks.push("/serialNumber is another one each time".to_owned());
    }
    let parts = list(&bill, "components");
    if parts.is_empty() {
        lacks.push("it has no parts".to_owned());
    }
    let mut known: BTreeSet<&str> = parts
        .iter()
        .filter_map(|part| word(part, "bom-ref"))
        .collect();
    known.extend(
        bill.pointer("/metadata/component/bom-ref")
            .and_then(Value::as_str),
    );
    lacks.extend(parts.iter().flat_map(lacks_of));
    for dependency in list(&bill, "dependencies") {
        let on = list(dependency, "dependsOn")
            .iter()
            .filter_map(Value::as_str);
        for name in on.chain(word(dependency, "ref")) {
            if !known.contains(name) {
                lacks.push(format!("`{name}` is needed and is no part"));
            }
        }
    }
    match lacks.is_empty() {
        true => Ok(parts.len()),
        false => Err(lacks),
    }
}

/// What a part lacks.
fn lacks_of(part: &Value) -> Vec<String> {
    let name = word(part, "name").unwrap_or("a part without a name");
    let mut lacks = Vec::new();
    for key in ["name", "version", "bom-ref", "purl"] {
        if word(part, key).is_none_or(str::is_empty) {
            lacks.push(format!("{name}: no `{key}`"));
        }
    }
    if list(part, "licenses").is_empty() {
        lacks.push(format!("{name}: no licence"));
    }
    // Our own crates come from this directory, as a file.
    let is_own = word(part, "purl").is_some_and(|purl| purl.contains("download_url="));
    if !is_own && list(part, "hashes").is_empty() {
        lacks.push(format!("{name}: no digest"));
    }
    lacks
}

fn word<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key).and_then(Value::as_str)
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    let list = value.get(key).and_then(Value::as_array);
    list.map(Vec::as_slice).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn whole() -> Value {
        json!({
            "bomFormat": "CycloneDX",
            "specVersion": "1.5",
            "metadata": { "component": { "name": "a", "bom-ref": "own#a" } },
            "components": [
                { "name": "b", "version": "1.0.0", "bom-ref": "registry#b", "purl": "pkg:cargo/b@1.0.0",
                  "licenses": [{ "expression": "MIT" }], "hashes": [{ "alg": "SHA-256", "content": "00" }] },
                { "name": "c", "version": "0.1.0", "bom-ref": "own#c",
                  "purl": "pkg:cargo/c@0.1.0?download_url=file://../c", "licenses": [{ "expression": "MIT" }] },
            ],
            "dependencies": [
                { "ref": "own#a", "dependsOn": ["registry#b", "own#c"] },
                { "ref": "registry#b" },
            ],
        })
    }

    #[test]
    fn a_whole_bill_tells_its_parts() {
        assert_eq!(parts_of("a", &whole().to_string()), Ok(2));
    }

    #[test]
    fn what_a_bill_lacks_is_told() {
        let changes: [(&str, Value, &str); 8] = [
            ("/specVersion", json!("1.3"), "/specVersion"),
            (
                "/metadata/component/name",
                json!("z"),
                "/metadata/component/name",
            ),
            ("/components", json!([]), "no parts"),
            ("/components/0/hashes", json!([]), "b: no digest"),
            ("/components/1/licenses", json!([]), "c: no licence"),
            ("/components/0/purl", json!(""), "b: no `purl`"),
            ("/components/0/version", Value::Null, "b: no `version`"),
            ("/dependencies/1/ref", json!("registry#d"), "`registry#d`"),
        ];
        for (pointer, value, told) in changes {
            let mut bill = whole();
            *bill.pointer_mut(pointer).unwrap() = value;
            let lacks = parts_of("a", &bill.to_string()).unwrap_err();
            assert!(
                lacks.iter().any(|lack| lack.contains(told)),
                "{pointer}: {lacks:?}"
            );
        }
        let mut bill = whole();
        bill["serialNumber"] = json!("urn:uuid:1");
        assert!(parts_of("a", &bill.to_string()).is_err());
        assert!(parts_of("a", "no bill").is_err());
    }
}
