//! The description may be split: spec/paths and spec/components are put together, and places name the right file.

use crate::house::House;

fn split() -> House {
    let house = House::new();
    let text = house.read("spec/openapi.yaml");
    let (head, paths) = text.split_once("paths:\n").unwrap();
    let (paths, components) = paths.split_once("components:\n").unwrap();
    let unindent = |text: &str| {
        text.lines()
            .map(|line| format!("{}\n", line.strip_prefix("  ").unwrap_or(line)))
            .collect::<String>()
    };
    house.write("spec/openapi.yaml", head);
    house.write("spec/paths/messages.yaml", &unindent(paths));
    house.write("spec/components/messages.yaml", &unindent(components));
    house
}

#[test]
fn a_split_description_is_the_same_description() {
    let (whole, split) = (House::new(), split());
    for house in [&whole, &split] {
        assert!(house.xtask(&["spec", "bundle"]).passed);
    }
    assert_eq!(
        whole.read("spec/dist/openapi.json"),
        split.read("spec/dist/openapi.json")
    );
}

#[test]
fn a_problem_in_a_part_names_the_part() {
    let house = split();
    house.edit(
        "spec/components/messages.yaml",
        "maxLength: 2000",
        "maxLenght: 2000",
    );
    let line = house.line("spec/components/messages.yaml", "maxLenght");
    let run = house.xtask(&["spec", "lint"]);
    assert!(
        run.said.contains(&format!(
            "at: spec/components/messages.yaml:{line} (#/components/schemas/"
        )),
        "{}",
        run.said
    );
}

#[test]
fn an_entry_in_two_parts_is_refused() {
    let house = split();
    house.write(
        "spec/components/other.yaml",
        "schemas:\n  Message:\n    type: object\n",
    );
    let run = house.xtask(&["spec", "lint"]);
    assert!(
        run.said.contains("`Message` is already described")
            && run.said.contains("spec/components/other.yaml:2"),
        "{}",
        run.said
    );
}
