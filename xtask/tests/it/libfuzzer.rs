//! The fuzz targets under libFuzzer: those of the package `guided` are those that the tests run.

use crate::house::real;
use std::fs;
use xtask::{assurance::PROOFS, libfuzzer::TARGETS};

/// The file with the tests of the targets of a package. What those of the program try is private in it.
fn tests_of(package: &str) -> String {
    let file = match package {
        "crates/hwc-tickets-cli" => "src/fuzz.rs",
        _ => "tests/it/fuzz.rs",
    };
    let path = real().join(package).join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// `text` with every run of white space as one space, and none inside of brackets.
fn in_one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").replace("( ", "(").replace(", )", ")")
}

/// Every target of what users get has its program of libFuzzer, and both call the same function with the same corpus.
#[test]
fn every_target_of_what_users_get_is_guided_too() {
    let read = |path: &str| fs::read_to_string(real().join(path)).unwrap();
    let manifest = read("tests/fuzzing/guided/Cargo.toml");
    let tests = [
        "hwc-core",
        "hwc-tickets-wire",
        "hwc-tickets",
        "hwc-tickets-sim",
        "hwc-tickets-cli",
    ]
    .map(|package| tests_of(&format!("crates/{package}")));
    for (name, corpus) in TARGETS {
        let program = format!("src/bin/{name}.rs");
        assert!(manifest.contains(&format!("name = \"{name}\"\npath = \"{program}\"")));
        let program = read(&format!("tests/fuzzing/guided/{program}"));
        assert!(program.contains(&format!("guided::program!({name});")));
        let (package, corpus) = corpus.split_once("/tests/corpus/").unwrap();
        let test = in_one_line(&tests_of(package));
        let begins = format!("fn {name}() {{ fuzz(corpus(\"{corpus}\"), ");
        assert!(test.contains(&begins), "{package}: {begins}");
        assert!(test.contains(&format!(", targets::{name}(")), "{name}");
    }
    let count: usize = (tests.iter())
        .map(|test| test.matches("#[test]").count())
        .sum();
    assert_eq!(count, TARGETS.len(), "one is missing in TARGETS");
    assert_eq!(manifest.matches("[[bin]]").count(), count);
    // The other ones are of xtask.
    let all = count + read("xtask/tests/it/fuzz.rs").matches("#[test]").count();
    for (name, count) in [("guided", count), ("fuzz", all)] {
        let proof = PROOFS.iter().find(|proof| proof.name == name).unwrap();
        let told = format!("each of {count} targets");
        assert!(proof.takes.contains(&told), "{}", proof.takes);
    }
    let told = format!("all targets of what users get, {count} of {all}.");
    assert!(read("docs/assurance.md").contains(&told), "{told}");
}
