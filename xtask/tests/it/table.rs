//! The table of operations: what a program needs that knows no type.

use crate::house::House;

const SPEC: &str = "spec/openapi.yaml";

/// The table of a description.
fn table(house: &House) -> String {
    let run = house.xtask(&["codegen"]);
    assert!(run.passed, "{}", run.said);
    house.read("crates/hwc-tickets/src/api/generated/table.rs")
}

/// The line of the value at `path`.
fn value<'t>(table: &'t str, path: &str) -> &'t str {
    let start = format!("Value {{ path: &[{path}],");
    let line = table.lines().find(|line| line.contains(&start));
    line.unwrap_or_else(|| panic!("{path}: {table}"))
}

/// What a correction makes optional is optional: the table says what is really asked for.
#[test]
fn what_is_mandatory_is_what_is_asked_for() {
    let table = table(&House::new());
    let content = value(&table, r#""body", "message", "content""#);
    assert!(content.contains("is_mandatory: true"), "{content}");
    let kind = value(&table, r#""body", "type""#);
    assert!(kind.contains("is_mandatory: false"), "{kind}");
}

/// A value with a secret somewhere in it is one.
#[test]
fn a_secret_within_makes_a_secret() {
    let house = House::new();
    let plain = table(&house);
    let ids = r#""body", "message", "accessory_ids""#;
    assert!(value(&plain, ids).contains("is_sensitive: false"));
    house.edit(
        SPEC,
        "          items:\n            type: string\n            maxLength: 32\n",
        "          items:\n            $ref: \"#/components/schemas/Login\"\n",
    );
    house.edit(
        SPEC,
        "    WriteResult:\n",
        "    Login:\n      type: object\n      properties:\n        password:\n          type: string\n          description: A password.\n          x-sensitive: true\n    WriteResult:\n",
    );
    let table = table(&house);
    let login = value(&table, ids);
    assert!(login.contains("is_sensitive: true"), "{login}");
    assert!(login.contains("is_list: true"), "{login}");
}

/// A program hides such a column where somebody may look on.
#[test]
fn a_sensitive_column_is_told() {
    let house = House::new();
    house.edit(
        SPEC,
        "    Message:\n      type: object\n      properties:\n        content:\n          type: string\n          description: Text of the message.\n",
        "    Message:\n      type: object\n      properties:\n        content:\n          type: string\n          description: Text of the message.\n          x-sensitive: true\n",
    );
    house.edit(SPEC, "columns: [content]", "columns: [content, type]");
    let table = table(&house);
    let content = r#"Column { name: "content", known: &[], is_sensitive: true }"#;
    assert!(table.contains(content), "{table}");
}

/// The group is known by its name; a column brings the names of its known values.
#[test]
fn groups_and_columns_are_told() {
    let house = House::new();
    house.edit(
        SPEC,
        "        - name: limit\n",
        "        - name: group_id\n",
    );
    house.edit(SPEC, "type: integer\n            format: int32\n            minimum: 0\n            maximum: 100", "type: string");
    house.edit(
        SPEC,
        "              value: 10\n",
        "              value: g\n",
    );
    house.edit(SPEC, "          x-documented-default: 10\n", "");
    house.edit(SPEC, "columns: [content]", "columns: [content, type]");
    let table = table(&house);
    let group = value(&table, r#""group_id""#);
    assert!(group.contains("is_group: true"), "{group}");
    let known = r#"Column { name: "type", known: &[("0", "Customer"), ("1", "Support")], is_sensitive: false }"#;
    assert!(table.contains(known), "{table}");
    assert!(table.contains("way: Way::list::<"), "{table}");
}
