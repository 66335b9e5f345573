//! Generated files follow from the description: same input, same bytes; any drift is told.

use crate::house::{House, real};
use std::{fs, time::Instant};
use xtask::{codegen, file::Workspace};

#[test]
fn generating_twice_gives_the_same_bytes_and_writes_nothing() {
    let house = House::new();
    assert!(house.xtask(&["codegen"]).passed);
    let first = house.files();
    assert!(
        first.contains_key("crates/hwc-tickets-wire/src/generated.rs")
            && first.contains_key("spec/dist/openapi.json")
            && first.contains_key("spec/dist/errors.json")
            && first.contains_key("spec/dist/operations.json")
            && first.contains_key("crates/hwc-tickets-sim/spec/errors.json")
    );
    let run = house.xtask(&["codegen"]);
    assert!(run.said.contains("nothing to change"), "{}", run.said);
    assert_eq!(first, house.files());
}

#[test]
fn an_edited_limit_is_a_drift_until_it_is_regenerated() {
    let house = House::new();
    assert!(house.xtask(&["codegen"]).passed);
    house.edit("spec/openapi.yaml", "maxLength: 2000", "maxLength: 1999");
    house.edit(
        "spec/examples/createMessages/text-too-long.json",
        "2001",
        "2000",
    );
    let before = house.files();
    let run = house.xtask(&["codegen", "--check"]);
    assert!(!run.passed);
    for part in [
        "crates/hwc-tickets-wire/src/generated/limits.rs",
        "-    max: Some(2000)",
        "+    max: Some(1999)",
        "cargo xtask codegen",
    ] {
        assert!(run.said.contains(part), "{part} in {}", run.said);
    }
    assert_eq!(before, house.files(), "--check writes nothing");
    assert!(house.xtask(&["codegen"]).passed && house.xtask(&["codegen", "--check"]).passed);
}

#[test]
fn other_languages_get_operations_and_error_codes_as_json() {
    let house = House::new();
    assert!(house.xtask(&["codegen"]).passed);
    let json =
        |path: &str| -> serde_json::Value { serde_json::from_str(&house.read(path)).unwrap() };
    let operations = json("spec/dist/operations.json");
    assert_eq!(
        operations["operations"][0],
        serde_json::json!({
            "name": "createMessages",
            "tag": "messages",
            "method": "POST",
            "path": "/v2/servicerequest/cases/{case_id}/message",
            "summary": "Submits a message.",
            "idempotency": "no",
            "sdk": {"resource": "tickets", "method": "submit", "command": "message send"},
            "parameters": [
                {"name": "case_id", "in": "path", "required": true, "type": "string"},
                {"name": "X-Site", "in": "header", "required": false, "type": "integer"},
            ],
            "request": {"content": ["application/json"], "schema": "CreateMessageV2Req"},
            "response": {"content": ["application/json"], "schema": "WriteResult"},
        })
    );
    let list = &operations["operations"][1]["parameters"][0];
    assert_eq!(
        (&list["type"], &list["items"]),
        (&"array".into(), &"string".into())
    );
    let errors = json("spec/dist/errors.json");
    let source: serde_yaml::Value = serde_yaml::from_str(&house.read("spec/errors.yaml")).unwrap();
    assert_eq!(
        errors,
        serde_json::to_value(source).unwrap(),
        "the catalogue, whole"
    );
    for (copy, source) in [
        ("openapi.json", "spec/dist/openapi.json"),
        ("errors.json", "spec/dist/errors.json"),
        ("operations.json", "spec/dist/operations.json"),
        ("discrepancies.md", "spec/discrepancies.md"),
    ] {
        let copy = format!("crates/hwc-tickets-sim/spec/{copy}");
        assert_eq!(house.read(&copy), house.read(source), "{copy}");
    }
}

/// Packages carry what their tests need.
#[test]
fn the_signed_requests_are_the_same_everywhere() {
    let read = |path: &str| fs::read_to_string(real().join(path)).unwrap();
    let published = read("spec/signing-vectors.json");
    for copy in [
        "crates/hwc-core/tests/it/signing_vectors.json",
        "crates/hwc-tickets-sim/tests/signing_vectors.json",
    ] {
        assert!(read(copy) == published, "{copy}");
    }
}

/// Each file is told once. That one alone is enough is shown with the first: a run of the generator for each of them would
/// show the same comparison again.
#[test]
fn an_edited_or_missing_generated_file_is_a_drift() {
    type Slip<'a> = &'a dyn Fn(&str, &str);

    let house = House::new();
    assert!(house.xtask(&["codegen"]).passed);
    let mut files = house.files();
    files.retain(|path, _| {
        path.contains("generated")
            || path.contains("/dist/")
            || path.starts_with("crates/hwc-tickets-sim/spec/")
    });
    let edit = |path: &str, text: &str| house.write(path, &format!("{text} "));
    let remove = |path: &str, _: &str| fs::remove_file(house.path(path)).unwrap();
    let slips: [(&str, Slip<'_>); 2] = [
        ("is not what the description gives", &edit),
        ("is missing", &remove),
    ];
    for (says, slip) in slips {
        for number in [1, files.len()] {
            let slipped: Vec<_> = files.iter().take(number).collect();
            slipped.iter().for_each(|(path, text)| slip(path, text));
            let run = house.xtask(&["codegen", "--check"]);
            assert!(!run.passed, "{says}: {number} files");
            for (path, text) in slipped {
                let place = format!("\n   at: {path}\n");
                let told = run.said.split("\n\n");
                let told = told.filter(|block| format!("\n{block}\n").contains(&place));
                let told: Vec<&str> = told.collect();
                assert!(
                    matches!(&told[..], [one] if one.contains(says)),
                    "{path}: {}",
                    run.said
                );
                house.write(path, text);
            }
        }
    }
    assert!(house.xtask(&["codegen", "--check"]).passed);
}

/// A tag that is gone leaves no file behind: it would be a drift that nothing tells.
#[test]
fn a_file_that_nothing_generates_any_more_is_a_drift() {
    let house = House::new();
    assert!(house.xtask(&["codegen"]).passed);
    let path = "crates/hwc-tickets-wire/src/generated/gone.rs";
    house.write(path, "//! Of a tag that is gone.\n");
    let run = house.xtask(&["codegen", "--check"]);
    assert!(
        !run.passed && run.said.contains(path) && run.said.contains("cargo xtask codegen"),
        "{}",
        run.said
    );
    assert!(house.xtask(&["codegen"]).passed && !house.files().contains_key(path));
    assert!(house.xtask(&["codegen", "--check"]).passed);
}

#[test]
fn when_one_file_cannot_be_written_none_is() {
    let house = House::new();
    let in_the_way = "crates/hwc-tickets-wire/src/generated/limits.rs/in-the-way";
    house.write(in_the_way, "");
    let before = house.files();
    let run = house.xtask(&["codegen"]);
    assert!(
        !run.passed && run.said.contains("generated/limits.rs") && run.said.contains("mend: "),
        "{}",
        run.said
    );
    assert_eq!(before, house.files());
}

#[test]
fn what_the_generator_panics_on_is_a_message() {
    let house = House::new();
    assert!(house.xtask(&["codegen"]).passed);
    // Straight to the generator, past the rules: a reference without target makes it panic.
    let lowered = house.read("spec/dist/openapi.codegen.json").replacen(
        "schemas/CreateMessageDoV2",
        "schemas/Missing",
        1,
    );
    let problems = codegen::generator::generate(&lowered)
        .err()
        .unwrap()
        .to_string();
    assert!(
        problems.contains("the generator refuses") && problems.contains("mend: "),
        "{problems}"
    );
}

#[test]
fn this_workspace_has_no_drift() {
    let started = started();
    codegen::check(&Workspace::new(real())).unwrap();
    println!("codegen of this description: {:?}", started.elapsed());
}

#[expect(
    clippy::disallowed_methods,
    reason = "measures the tool itself; nothing is asserted"
)]
fn started() -> Instant {
    Instant::now()
}
