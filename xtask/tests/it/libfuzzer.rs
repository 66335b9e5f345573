//! The fuzz targets under libFuzzer: those of the package `guided` are those that the tests run.

use crate::house::real;
use std::fs;
use xtask::{assurance::PROOFS, libfuzzer::TARGETS};

/// Every target of a library has its program of libFuzzer, and both call the same function with the same corpus.
#[test]
fn every_target_of_a_library_is_guided_too() {
    let read = |path: &str| fs::read_to_string(real().join(path)).unwrap();
    let manifest = read("tests/fuzzing/guided/Cargo.toml");
    let tests = [
        "hwc-core",
        "hwc-tickets-wire",
        "hwc-tickets",
        "hwc-tickets-sim",
    ]
    .map(|package| read(&format!("crates/{package}/tests/it/fuzz.rs")));
    for (name, corpus) in TARGETS {
        let program = format!("src/bin/{name}.rs");
        assert!(manifest.contains(&format!("name = \"{name}\"\npath = \"{program}\"")));
        let program = read(&format!("tests/fuzzing/guided/{program}"));
        assert!(program.contains(&format!("guided::program!({name});")));
        let (package, corpus) = corpus.split_once("/tests/corpus/").unwrap();
        let test = read(&format!("{package}/tests/it/fuzz.rs"));
        let begins = format!("fn {name}() {{\n    fuzz(corpus(\"{corpus}\"), ");
        assert!(test.contains(&begins), "{package}: {begins}");
        assert!(test.contains(&format!(", targets::{name}());")), "{name}");
    }
    let count: usize = (tests.iter())
        .map(|test| test.matches("#[test]").count())
        .sum();
    assert_eq!(count, TARGETS.len(), "one is missing in TARGETS");
    assert_eq!(manifest.matches("[[bin]]").count(), count);
    let proof = PROOFS.iter().find(|proof| proof.name == "guided").unwrap();
    let told = format!("each of {count} targets");
    assert!(proof.takes.contains(&told), "{}", proof.takes);
}
