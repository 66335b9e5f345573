//! What the program reads and shows of others, with inputs that nobody would write: the corpus of `tests/corpus`, and changes of
//! it. libFuzzer brings inputs of its own to the same targets.

pub mod targets;

#[cfg(test)]
use fuzzing::{assert_hidden, fuzz, secret_where};
#[cfg(test)]
use std::path::{Path, PathBuf};

#[cfg(test)]
fn corpus(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/corpus")
        .join(target)
}

#[test]
fn terminal() {
    fuzz(corpus("terminal"), 256, targets::terminal());
}

#[test]
fn pending_file() {
    fuzz(corpus("pending"), 48, targets::pending_file(assert_hidden));
}

#[test]
fn typed() {
    fuzz(corpus("typed"), 128, targets::typed());
}

#[test]
fn config() {
    fuzz(
        corpus("config"),
        64,
        targets::config(secret_where, assert_hidden),
    );
}
