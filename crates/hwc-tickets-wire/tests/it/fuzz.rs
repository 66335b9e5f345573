//! Every decoder, with answers that nobody would give: the corpus of `tests/corpus`, and changes of it.

pub(crate) mod targets;

use fuzzing::fuzz;
use std::path::{Path, PathBuf};

fn corpus(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/corpus")
        .join(target)
}

#[test]
fn every_decoder() {
    fuzz(corpus("answers"), 8, targets::every_decoder());
}
