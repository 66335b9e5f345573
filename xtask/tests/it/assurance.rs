//! The pages that say what holds each promise: what they name is there, and each long proof has its name.

use crate::house::{House, real};
use std::{collections::BTreeSet, fs};
use xtask::{assurance::PROOFS, ci::STEPS};

#[test]
fn what_is_named_is_there() {
    for (page, least) in [("docs/assurance.md", 30), ("SECURITY.md", 15)] {
        names_what_is_there(page, least);
    }
}

fn names_what_is_there(page: &str, least: usize) {
    let text = fs::read_to_string(real().join(page)).unwrap();
    let spans = text.split('`').skip(1).step_by(2);
    let mut count = 0;
    for span in spans {
        let (path, test) = span.split_once("::").unwrap_or((span, ""));
        if !path.ends_with(".rs") {
            continue;
        }
        count += 1;
        let source = fs::read_to_string(real().join(path));
        let source = source.unwrap_or_else(|error| panic!("{path}: {error}"));
        let named = format!("fn {test}()");
        assert!(
            test.is_empty() || source.contains(&named),
            "{path} has no {named}"
        );
    }
    assert!(
        count > least,
        "{count}: {page} names its tests in backticks"
    );
}

/// What follows `before` in the page, up to the end of the word.
fn words<'a>(page: &'a str, before: &str) -> BTreeSet<&'a str> {
    let is_of_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    page.split(before)
        .skip(1)
        .map(|rest| {
            rest.split(|letter: char| !is_of_word(letter))
                .next()
                .unwrap()
        })
        .filter(|word| word.starts_with(|letter: char| letter.is_ascii_lowercase()))
        .collect()
}

#[test]
fn every_proof_is_on_the_page_and_every_one_on_the_page_is_there() {
    let names: BTreeSet<&str> = PROOFS.iter().map(|proof| proof.name).collect();
    assert_eq!(names.len(), PROOFS.len(), "a name is there twice");
    let page = fs::read_to_string(real().join("docs/assurance.md")).unwrap();
    assert_eq!(words(&page, "cargo xtask assurance "), names);
    for document in [
        "SECURITY.md",
        "CONTRIBUTING.md",
        "README.md",
        "README.zh.md",
    ] {
        let text = fs::read_to_string(real().join(document)).unwrap();
        for name in words(&text, "cargo xtask assurance ") {
            assert!(names.contains(name), "{document} names {name}");
        }
    }
}

/// Who changes something reads there what is run on it.
#[test]
fn every_step_has_its_word_in_the_rules_for_changes() {
    let rules = fs::read_to_string(real().join("CONTRIBUTING.md")).unwrap();
    for step in STEPS {
        let named = format!("`{}`", step.name);
        assert!(rules.contains(&named), "CONTRIBUTING.md has no {named}");
    }
}

#[test]
fn without_a_name_every_proof_is_listed() {
    let run = House::new().xtask(&["assurance"]);
    assert!(run.passed, "{}", run.said);
    for proof in PROOFS {
        assert!(run.said.contains(proof.name), "{}", run.said);
        assert!(run.said.contains(proof.about), "{}", run.said);
        assert!(run.said.contains(proof.takes), "{}", run.said);
    }
}

#[test]
fn an_unknown_proof_is_an_error_that_names_the_known_ones() {
    let run = House::new().xtask(&["assurance", "everything"]);
    assert!(!run.passed, "{}", run.said);
    assert!(run.said.contains("there is no such proof"), "{}", run.said);
    for proof in PROOFS {
        assert!(run.said.contains(proof.name), "{}", run.said);
    }
}

#[test]
fn a_copy_has_what_is_not_built_and_nothing_else() {
    let house = House::new();
    house.write("kept.txt", "kept");
    house.write("gone.txt", "gone");
    house.write("target/built.txt", "built");
    let place = tempfile::tempdir().unwrap();
    let directory = place.path().join("copy");
    let copy = house.workspace().copied(&directory).unwrap();
    assert_eq!(
        copy.files("", "").unwrap(),
        house.workspace().files("", "").unwrap()
    );
    assert_eq!(copy.read("kept.txt").unwrap(), "kept");
    assert!(!directory.join("target").exists());
    house.workspace().remove("gone.txt").unwrap();
    house.workspace().copied(&directory).unwrap();
    assert!(
        !directory.join("gone.txt").exists(),
        "what was there is replaced"
    );
}
