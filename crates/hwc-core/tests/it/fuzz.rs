//! Whatever reads what others wrote, with inputs that nobody would write: the corpus of `tests/corpus`, and changes of it.

pub(crate) mod targets;

use fuzzing::fuzz;
use std::path::{Path, PathBuf};

fn corpus(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/corpus")
        .join(target)
}

#[test]
fn classify() {
    fuzz(corpus("classify"), 128, targets::classify());
}

#[test]
fn retry_after_and_dates() {
    fuzz(corpus("retry-after"), 256, targets::retry_after_and_dates());
}

#[test]
fn canonical_requests() {
    fuzz(corpus("canonical"), 128, targets::canonical_requests());
}

#[test]
fn endpoints() {
    fuzz(corpus("endpoint"), 256, targets::endpoints());
}

#[test]
fn credentials_file() {
    fuzz(corpus("credentials"), 64, targets::credentials_file());
}

#[test]
fn multipart() {
    fuzz(corpus("multipart"), 64, targets::multipart());
}
