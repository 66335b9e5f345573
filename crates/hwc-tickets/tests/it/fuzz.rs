//! What the SDK reads of others and of its own earlier runs, with inputs that nobody would write: the corpus of
//! `tests/corpus`, and changes of it.

pub(crate) mod targets;

use fuzzing::fuzz;
use std::path::{Path, PathBuf};

fn corpus(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/corpus")
        .join(target)
}

#[test]
fn ids() {
    fuzz(corpus("ids"), 256, targets::ids());
}

#[test]
fn times_and_zones() {
    fuzz(corpus("times"), 256, targets::times_and_zones());
}

#[test]
fn cursors() {
    fuzz(corpus("cursors"), 128, targets::cursors());
}

#[test]
fn outbox_file() {
    fuzz(corpus("outbox"), 32, targets::outbox_file());
}

#[test]
fn records() {
    fuzz(corpus("records"), 128, targets::records());
}

#[test]
fn file_names() {
    fuzz(corpus("names"), 256, targets::file_names());
}

#[test]
fn variables() {
    fuzz(corpus("variables"), 64, targets::variables());
}
