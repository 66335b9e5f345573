//! What is kept of items that could not be read.

use super::*;

#[test]
fn all_are_counted_and_the_first_are_kept_with_their_reason() {
    let mut report = ReadReport::default();
    for place in 0..KEPT_REASONS + 2 {
        report.saw_undecodable(&Undecodable::new(place, "odd"));
    }
    assert_eq!(report.undecodable, 102);
    let places: Vec<usize> = report.unreadable.iter().map(|item| item.index).collect();
    assert_eq!(places, (0..100).collect::<Vec<_>>());
}
