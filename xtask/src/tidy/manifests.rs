//! Rules about manifests.

use super::{House, TextFile};
use crate::problem::Problem;

fn manifests(house: &House) -> impl Iterator<Item = &TextFile> {
    house
        .files
        .iter()
        .filter(|file| file.path.ends_with("/Cargo.toml") && !file.path.contains("/fixtures/"))
}

/// The dependencies of a manifest: line, name, and whether they reach users.
fn dependencies(file: &TextFile) -> Vec<(usize, &str, bool)> {
    let mut section = "";
    let mut found = Vec::new();
    for (index, line) in file.text.lines().enumerate() {
        if line.starts_with('[') {
            section = line.trim();
        } else if section.ends_with("dependencies]") {
            let name = line.split(['.', '=', ' ']).next().unwrap_or_default();
            if !name.is_empty() && !name.starts_with('#') {
                found.push((index + 1, name, !section.contains("dev-dependencies")));
            }
        }
    }
    found
}

/// Every package uses the lints of the workspace, `unsafe_code = "forbid"` among them.
pub(super) fn lints_are_shared(house: &House, found: &mut Vec<Problem>) {
    for file in manifests(house).filter(|file| !file.text.contains("[lints]\nworkspace = true")) {
        found.push(file.problem(
            1,
            "the package does not use the lints of the workspace",
            "add `[lints]` with `workspace = true`",
        ));
    }
    let root = house.files.iter().find(|file| file.path == "Cargo.toml");
    if let Some(root) = root.filter(|root| !root.text.contains("unsafe_code = \"forbid\"")) {
        found.push(root.problem(
            1,
            "unsafe code is not forbidden",
            "add `unsafe_code = \"forbid\"` to `[workspace.lints.rust]`",
        ));
    }
}

/// The generator and its friends are named by xtask only. What is no longer developed never reaches a user.
pub(super) fn tools_stay_in_xtask(house: &House, found: &mut Vec<Problem>) {
    const TOOLS: &[&str] = &["progenitor", "openapiv3", "prettyplease", "syn"];
    for file in manifests(house).filter(|file| file.path != "xtask/Cargo.toml") {
        for (line, name, reaches_users) in dependencies(file) {
            let tests = file.path == "tests/Cargo.toml" || !reaches_users;
            if TOOLS.contains(&name) || (name == "serde_yaml" && !tests) {
                found.push(file.problem(
                    line,
                    format!("`{name}` outside xtask"),
                    "only xtask generates; serde_yaml may be a dev-dependency",
                ));
            }
        }
    }
}

/// Who may depend on whom, among the packages of this workspace. Dev-dependencies follow the same arrows.
const ARROWS: &[(&str, &[&str])] = &[
    ("crates/hwc-core/Cargo.toml", &["fuzzing"]),
    (
        "crates/hwc-tickets-wire/Cargo.toml",
        &["hwc-core", "fuzzing"],
    ),
    ("crates/hwc-tickets-sim/Cargo.toml", &["fuzzing"]),
    (
        "crates/hwc-tickets/Cargo.toml",
        &["hwc-core", "hwc-tickets-wire", "hwc-tickets-sim", "fuzzing"],
    ),
    (
        "crates/hwc-tickets-cli/Cargo.toml",
        // The tests of the program put into the simulator what a recorded request names.
        &[
            "hwc-core",
            "hwc-tickets",
            "hwc-tickets-sim",
            "contract-tests",
            "fuzzing",
        ],
    ),
    (
        "tests/Cargo.toml",
        &[
            "hwc-core",
            "hwc-tickets",
            "hwc-tickets-wire",
            "hwc-tickets-sim",
            "exchanges",
        ],
    ),
    ("tests/exchanges/Cargo.toml", &[]),
    (
        "tests/benchmarks/Cargo.toml",
        &[
            "hwc-core",
            "hwc-tickets",
            "hwc-tickets-wire",
            "hwc-tickets-sim",
        ],
    ),
    ("tests/fuzzing/Cargo.toml", &[]),
    (
        "tests/fuzzing/guided/Cargo.toml",
        &[
            "hwc-core",
            "hwc-tickets",
            "hwc-tickets-cli",
            "hwc-tickets-wire",
            "hwc-tickets-sim",
            "fuzzing",
        ],
    ),
    ("xtask/Cargo.toml", &["exchanges", "fuzzing"]),
];

/// The arrows between packages.
pub(super) fn arrows(house: &House, found: &mut Vec<Problem>) {
    for file in manifests(house) {
        let allowed = ARROWS
            .iter()
            .find(|(path, _)| *path == file.path)
            .map(|(_, allowed)| *allowed);
        let Some(allowed) = allowed else {
            found.push(file.problem(
                1,
                "a package that no arrow mentions",
                "add it to ARROWS in xtask/src/tidy/manifests.rs, or remove it",
            ));
            continue;
        };
        for (line, name, _) in dependencies(file) {
            // A package may name itself to switch its own features on for its tests.
            let itself = file.text.contains(&format!("name = \"{name}\""));
            let own = name.starts_with("hwc-")
                || ["xtask", "contract-tests", "exchanges", "fuzzing"].contains(&name);
            if own && !itself && !allowed.contains(&name) {
                found.push(file.problem(
                    line,
                    format!("no arrow leads to `{name}`"),
                    "core <- wire <- tickets <- cli; the simulator depends on none; no crate that users get depends on tests or xtask, only the tests of cli use contract-tests; tests and xtask may use exchanges, and any tests fuzzing",
                ));
            }
        }
    }
}
