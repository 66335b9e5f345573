//! The description and the facts of the documents are held to each other, in both directions, with place and remedy.

use crate::house::{House, real};
use serde_yaml::Value;
use std::{collections::BTreeSet, sync::LazyLock};
use xtask::{
    file::Workspace,
    spec::{
        self,
        defects::{self, Defect, Document, Edit},
        facts::{self, Codes, Facts},
        pointer,
        read::{self, Description},
    },
};

/// The real description, read once for all that change nothing in it.
static DESCRIPTION: LazyLock<Description> = LazyLock::new(description);

/// The real description, to change.
fn description() -> Description {
    read::read(&Workspace::new(real())).unwrap()
}

/// The facts, alone in a house, to break.
fn house() -> House {
    let house = House::new();
    let workspace = Workspace::new(real());
    let files = workspace.files(spec::FACTS, ".yaml").unwrap();
    let others = [spec::DISCREPANCIES.to_owned(), spec::ERRORS.to_owned()];
    for path in files.into_iter().chain(others) {
        house.write(&path, &workspace.read(&path).unwrap());
    }
    house
}

/// What is told when the real description and the facts of `house` are held to each other.
fn told(house: &House) -> Vec<String> {
    let workspace = house.workspace();
    let found = match Facts::read(&workspace) {
        Ok(facts) => facts.differences(&DESCRIPTION, &Codes::read(&workspace).unwrap()),
        Err(problems) => problems.into_vec(),
    };
    found.iter().map(ToString::to_string).collect()
}

#[test]
fn the_description_is_what_the_facts_tell() {
    let count = facts::check(&Workspace::new(real()), &DESCRIPTION).unwrap();
    assert!(count > 800, "{count} facts are few");
}

/// A slip in the description: where, what is done, and what is told.
#[test]
fn a_slip_in_the_description_is_told_with_its_place_and_the_fact() {
    let at = "/components/schemas/CreateMessageDoV2/properties";
    let workspace = Workspace::new(real());
    let facts = Facts::read(&workspace).unwrap();
    let codes = Codes::read(&workspace).unwrap();
    let mut description = description();
    for (at, edit, says) in [
        (
            format!("{at}/content/maxLength"),
            Edit::Put(200.into()),
            &[
                "`200` is here, and the facts have `2000`",
                "at: spec/components/messages.yaml:",
            ][..],
        ),
        (
            format!("{at}/authorization_content/x-sensitive"),
            Edit::Remove,
            &[
                "`x-sensitive` is missing",
                "mend the fact at spec/facts/messages.yaml:",
            ],
        ),
        (
            format!("{at}/content"),
            Edit::Rename("contents".to_owned()),
            &[
                "no fact tells of `contents`",
                "add its row in spec/facts with the document",
            ],
        ),
        (
            "/servers/0/url".to_owned(),
            Edit::Put("https://osm.example.com".into()),
            &[
                "osm.example.com",
                "at: spec/openapi.yaml:",
                "spec/facts/service.yaml:",
            ],
        ),
        (
            "/paths/~1v2~1servicerequest~1cases~1{case_id}~1message/post/responses/404".to_owned(),
            Edit::Remove,
            &["`404` is missing", "spec/facts/shared.yaml:"],
        ),
        (
            "/paths/~1v2~1servicerequest~1cases~1{case_id}~1message/post/security".to_owned(),
            Edit::Put(Value::Sequence(Vec::new())),
            &["no fact tells of `security`", "spec/paths/messages.yaml:"],
        ),
        (
            "/paths/~1v2~1servicerequest~1cases~1{case_id}~1message/post/description".to_owned(),
            Edit::Remove,
            &[
                "the operation says nothing about itself",
                "spec/paths/messages.yaml:",
            ],
        ),
        (
            "/components/parameters/XSite/schema/x-enum-varnames/0".to_owned(),
            Edit::Put("Mainland".into()),
            &["`\"Mainland\"` is here", "spec/facts/shared.yaml:"],
        ),
    ] {
        let around = pointer::parent(&at).unwrap().to_owned();
        let clean = pointer::get(&description.root, &around).cloned().unwrap();
        let class = "of the test";
        let document = Document::Description;
        let defect = Defect {
            class,
            document,
            at,
            edit,
        };
        defect.apply(&mut description.root);
        let told = facts.differences(&description, &codes);
        let told: Vec<String> = told.iter().map(ToString::to_string).collect();
        *pointer::get_mut(&mut description.root, &around).unwrap() = clean;
        let is_told = |told: &String| says.iter().all(|words| told.contains(words));
        assert!(told.iter().any(is_told), "{says:?}: {told:#?}");
        assert!(
            told.iter().all(|told| told.contains(" mend: ")),
            "{told:#?}"
        );
    }
}

/// A slip in the facts or in the catalogue: file, edit, and what is told.
#[test]
fn a_slip_in_the_facts_is_told_with_its_place() {
    for (path, from, to, says) in [
        (
            "spec/facts/messages.yaml",
            "  createMessages:\n",
            "  createMessage:\n",
            "the facts tell of `createMessage`, and the description does not have it\n   at: spec/facts/messages.yaml:4 ",
        ),
        (
            "spec/facts/messages.yaml",
            "maxLength: 10000, by: D-03",
            "maxLength: 10000, by: D-999",
            "a source says something else of `content`, and nothing explains why",
        ),
        ("spec/facts/labels.yaml", "of: ", "off: ", "names no source"),
        (
            "spec/facts/labels.yaml",
            "operations:\n",
            "operation:\n",
            "nothing reads the facts `operation`",
        ),
        (
            "spec/facts/labels.yaml",
            "operations:\n",
            "operations:\n  createMessages: {x-source: [Somewhere]}\n",
            "facts about `createMessages` stand in spec/facts/labels.yaml too",
        ),
        (
            "spec/errors.yaml",
            "category: validation",
            "category: internal",
            "`\"internal\"` is here, and the facts have `\"validation\"`\n   at: spec/errors.yaml:",
        ),
    ] {
        let house = house();
        house.edit(path, from, to);
        let told = told(&house);
        assert!(
            told.iter().any(|told| told.contains(says)),
            "{says}: {told:#?}"
        );
    }
}

#[test]
fn an_exchange_that_leaves_its_document_is_told() {
    let house = house();
    let workspace = Workspace::new(real());
    for path in workspace.files("spec/examples", ".json").unwrap() {
        house.write(&path, &workspace.read(&path).unwrap());
    }
    facts::check(&house.workspace(), &DESCRIPTION).unwrap();
    let path = "spec/examples/listAreaCodes/success.json";
    house.edit(path, "354", "355");
    let problems = facts::check(&house.workspace(), &DESCRIPTION).unwrap_err();
    let told = problems.to_string();
    assert!(
        told.contains("the facts have another example of the document\n   at: spec/examples/listAreaCodes/success.json")
            && told.contains("into the fact at spec/facts/catalog.yaml:")
            && told.ends_with("1 problem"),
        "{told}"
    );
}

#[test]
fn facts_that_are_gone_are_missed() {
    let house = House::new();
    let told = told(&house);
    assert!(
        matches!(told.as_slice(), [one] if one.contains("there are no facts")),
        "{told:#?}"
    );
}

/// The long form is `cargo xtask spec defects`.
#[test]
fn drawn_defects_are_seen() {
    let workspace = Workspace::new(real());
    let told = defects::run(&workspace, 15, 40).unwrap_or_else(|problems| panic!("{problems}"));
    assert!(
        told.starts_with("40 defects of seed 15, none missed"),
        "{told}"
    );
}

#[test]
fn a_seed_draws_the_same_defects_again_and_every_class() {
    let mut description = description();
    let mut codes = Codes::read(&Workspace::new(real())).unwrap();
    let drawn = defects::draw(&description, &codes, 1, 300);
    assert_eq!(drawn.len(), 300);
    assert_eq!(drawn, defects::draw(&description, &codes, 1, 300));
    assert_ne!(drawn, defects::draw(&description, &codes, 2, 300));
    let classes: BTreeSet<&str> = drawn.iter().map(|defect| defect.class).collect();
    assert_eq!(classes.len(), 18, "{classes:?}");
    for defect in &drawn {
        let root = match defect.document {
            Document::Description => &mut description.root,
            Document::Codes => &mut codes.value,
        };
        // A defect is a change of what its place stands in; the rest of the document is large.
        let around = pointer::parent(&defect.at).unwrap();
        let clean = pointer::get(root, around).cloned().unwrap();
        defect.apply(root);
        let changed = pointer::get_mut(root, around).unwrap();
        assert_ne!(*changed, clean, "{defect:?} changes nothing");
        *changed = clean;
    }
}

/// A list gets shorter, a key keeps its place.
#[test]
fn a_defect_is_one_change() {
    let root: Value = serde_yaml::from_str("{a: [1, 2], b: {c: 1, d: 2}}").unwrap();
    for (at, edit, wanted) in [
        ("/a/0", Edit::Remove, "{a: [2], b: {c: 1, d: 2}}"),
        ("/a/1", Edit::Put(3.into()), "{a: [1, 3], b: {c: 1, d: 2}}"),
        (
            "/b/c",
            Edit::Rename("e".to_owned()),
            "{a: [1, 2], b: {e: 1, d: 2}}",
        ),
        ("/b/d", Edit::Remove, "{a: [1, 2], b: {c: 1}}"),
        (
            "/b/f",
            Edit::Put(4.into()),
            "{a: [1, 2], b: {c: 1, d: 2, f: 4}}",
        ),
        ("/x/y", Edit::Remove, "{a: [1, 2], b: {c: 1, d: 2}}"),
    ] {
        let mut root = root.clone();
        let class = "of the test";
        let document = Document::Description;
        let at = at.to_owned();
        Defect {
            class,
            document,
            at,
            edit,
        }
        .apply(&mut root);
        assert_eq!(root, serde_yaml::from_str::<Value>(wanted).unwrap());
    }
}
