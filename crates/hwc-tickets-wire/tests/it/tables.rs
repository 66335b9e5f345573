//! The generated tables hang together.

use hwc_core::{Delivery, FaultKind, Idempotency};
use hwc_tickets_wire::{ERROR_CODES, INDEX, Unit, limits, limits_of, operations};
use serde_json::json;
use std::collections::BTreeSet;

#[test]
fn the_index_has_each_operation_once() {
    let indexed: Vec<_> = INDEX.iter().map(|entry| *entry.operation).collect();
    assert_eq!(indexed, operations::ALL);
    for operation in operations::ALL {
        let is_safe = operation.idempotency == Idempotency::Safe;
        let methods: &[&str] = match is_safe {
            // Some ask with a body.
            true => &["GET", "POST"],
            false => &["POST", "PUT", "DELETE"],
        };
        assert!(methods.contains(&operation.method), "{}", operation.name);
    }
    assert_eq!(
        operations::CREATE_MESSAGES.idempotency,
        Idempotency::NotIdempotent,
        "a submit is never repeated by itself"
    );
}

/// Two fields of one type with the keys of each other would be read, and written again, as if nothing were wrong.
#[test]
fn each_key_belongs_to_the_field_of_its_name() {
    // `type` is `type_`, and `dcName` is `dc_name`.
    let letters = |name: &str| -> String {
        let kept = name.chars().filter(char::is_ascii_alphanumeric);
        kept.map(|letter| letter.to_ascii_lowercase()).collect()
    };
    let mut rows = 0;
    for file in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/generated")).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let words: Vec<&str> = text.split_whitespace().collect();
        let mut seen = 0;
        for row in words.windows(3) {
            if let [key, "=>", field] = row {
                assert_eq!(letters(key), letters(field), "{key} => {field}");
                seen += 1;
            }
        }
        assert_eq!(seen, text.matches("=>").count(), "rows of another form");
        rows += seen;
    }
    assert!(rows > 0, "no rows at all");
}

#[test]
fn arguments_by_name_are_checked() {
    let entry = |name| INDEX.iter().find(|entry| entry.operation.name == name);
    let submit = entry("createMessages").unwrap();
    for (arguments, says) in [
        (json!({"case_id": "c1"}), "missing field `body`"),
        (
            json!({"case_id": "c1", "body": {"message": {"content": "x"}}, "limit": 1}),
            "unknown field, expected",
        ),
        (
            json!({"case_id": "c1", "body": {"message": {"content": "x", "contnt": 1}}}),
            "`content`",
        ),
        // The name of what is not known may be a part of something secret.
        (
            json!({"case_id": "c1", "body": {"message": {"content": "x", "secret": 1}}}),
            "unknown field, expected",
        ),
        (
            json!({"case_id": "c1", "body": {"message": {"`, expected `secret`": 1}}}),
            "unknown field, expected",
        ),
        (
            json!({"case_id": {"secret": 1}, "body": {"message": {"content": "x"}}}),
            "the form of the operation",
        ),
        (
            json!({"case_id": "secret/words", "body": {"message": {"content": "x"}}}),
            "case_id holds one of",
        ),
    ] {
        let fault = (submit.parts)(arguments.clone()).unwrap_err();
        assert_eq!(
            (fault.kind, fault.delivery),
            (FaultKind::InvalidInput, Delivery::NotSent)
        );
        let text = format!("{fault} {fault:?}");
        assert!(
            text.contains(says) && !text.contains("secret"),
            "{arguments}: {text}"
        );
    }
    // Also of an operation that takes nothing.
    let regions = entry("listRegions").unwrap();
    let fault = (regions.parts)(json!({"`, expected `secret": 1})).unwrap_err();
    let text = format!("{fault} {fault:?}");
    assert!(text.contains("where none is expected"), "{text}");
    assert!(!text.contains("secret"), "{text}");
    // A call about no ticket would be about all of them.
    let none = entry("listNewInstantMessages").unwrap();
    let fault = (none.parts)(json!({"case_ids": []})).unwrap_err();
    assert!(format!("{fault}").contains("case_ids is empty"), "{fault}");
}

#[test]
fn all_limits_of_an_operation_are_found_by_its_name() {
    for operation in operations::ALL {
        let own = limits::ALL.iter();
        let own = own.filter(|limit| limit.operation == operation.name);
        let found = limits_of(operation.name).iter().copied();
        assert!(found.eq(own), "{}", operation.name);
    }
    assert!(limits_of("noSuchOperation").is_empty());
}

#[test]
fn limits_belong_to_operations_and_allow_what_they_say() {
    let names: BTreeSet<&str> = operations::ALL
        .iter()
        .map(|operation| operation.name)
        .collect();
    for limit in limits::ALL {
        assert!(names.contains(limit.operation), "{limit:?}");
        assert!(limit.min.is_some() || limit.max.is_some(), "{limit:?}");
        for (bound, beyond) in [(limit.min, -1), (limit.max, 1)] {
            let Some(bound) = bound else { continue };
            assert!(limit.allows(bound), "{limit:?}");
            // Nothing is beyond all numbers there are.
            let beyond = bound.checked_add(beyond);
            assert!(
                beyond.is_none_or(|beyond| !limit.allows(beyond)),
                "{limit:?}"
            );
        }
    }
    let content = limits::CREATE_MESSAGES_MESSAGE_CONTENT;
    assert_eq!(
        (content.unit, content.min, content.max, content.required),
        (Unit::Characters, Some(0), Some(2000), true)
    );
    assert!(content.allows_text(&"工".repeat(2000)) && !content.allows_text(&"工".repeat(2001)));
}

#[test]
fn error_codes_are_sorted_and_unique() {
    assert!(ERROR_CODES.len() > 40);
    assert!(
        ERROR_CODES
            .windows(2)
            .all(|pair| (pair[0].code, pair[0].http_status) < (pair[1].code, pair[1].http_status))
    );
}
