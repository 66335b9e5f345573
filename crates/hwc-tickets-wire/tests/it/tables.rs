//! The generated tables hang together.

use hwc_core::Idempotency;
use hwc_tickets_wire::{ERROR_CODES, Unit, limits, operations};
use std::collections::BTreeSet;

#[test]
fn each_operation_is_found_by_its_method() {
    for operation in operations::ALL {
        let method =
            operation
                .name
                .chars()
                .fold(String::new(), |name, c| match c.is_ascii_uppercase() {
                    true => name + "_" + &c.to_ascii_lowercase().to_string(),
                    false => name + &c.to_string(),
                });
        assert_eq!(operations::by_method(&method), Some(operation));
        assert_eq!(
            operation.idempotency == Idempotency::Safe,
            operation.method == "GET",
            "{}",
            operation.name
        );
    }
    assert_eq!(operations::by_method("create_message"), None);
    assert_eq!(
        operations::CREATE_MESSAGES.idempotency,
        Idempotency::NotIdempotent,
        "a submit is never repeated by itself"
    );
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
            assert!(
                limit.allows(bound) && !limit.allows(bound + beyond),
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
