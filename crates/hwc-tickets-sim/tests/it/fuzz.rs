//! Requests that nobody would send: the corpus of `tests/corpus`, and changes of it. The simulator answers or ends the connection, and
//! goes on.

pub(crate) mod targets;

use fuzzing::fuzz;
use std::path::{Path, PathBuf};

fn corpus(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/corpus")
        .join(target)
}

#[test]
fn requests() {
    fuzz(corpus("requests"), 128, targets::requests());
}

#[test]
fn forms() {
    fuzz(corpus("forms"), 24, targets::forms());
}

#[test]
fn bodies() {
    fuzz(corpus("bodies"), 16, targets::bodies());
}
