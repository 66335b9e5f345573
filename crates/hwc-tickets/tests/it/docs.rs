//! The guides say what the code says.

use hwc_tickets::ErrorKind;

#[test]
fn every_error_kind_stands_in_the_guide() {
    let guide = include_str!("../../docs/errors.md");
    for kind in ErrorKind::ALL {
        let row = format!(
            "| [`{kind:?}`](crate::ErrorKind::{kind:?}) | {} | {} |\n",
            kind.meaning(),
            kind.advice()
        );
        assert!(guide.contains(&row), "missing or out of date: {row}");
    }
    let rows = guide.matches("(crate::ErrorKind::").count();
    assert_eq!(
        rows,
        ErrorKind::ALL.len(),
        "the guide has rows of kinds that are gone"
    );
}
