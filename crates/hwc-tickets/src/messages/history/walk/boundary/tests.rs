//! How the second of the oldest message is read by row numbers, and what shows that all of it came again.

use super::*;
use crate::messages::history::walk::{
    Ask,
    fixtures::{message, page, walk},
};

/// A walk whose oldest second is 100, of which three messages are known. Two of them are equal.
fn walk_to_boundary() -> Walk {
    let mut walk = walk(3, None);
    let new = walk.accept(page(&[(100, "a"), (100, "a"), (100, "b")]), None);
    assert_eq!(new.len(), 3);
    walk
}

#[test]
fn a_page_of_rows_is_counted_and_gives_what_is_new() {
    let mut walk = walk_to_boundary();
    assert_eq!(walk.report.pages, 1);
    walk.build_bridge();
    assert_eq!(walk.next(), Some(Ask::Rows(0)));
    let rows = [(100, "a"), (100, "a"), (100, "b"), (100, "a"), (99, "c")];
    // What is older than the second comes by its time.
    assert_eq!(walk.accept(page(&rows), None), [message(100, "a")]);
    assert_eq!((walk.report.pages, walk.seen), (2, 4));
    assert!(walk.is_boundary_whole());
    // It is not read that way again.
    walk.build_bridge();
    assert!(matches!(walk.next(), Some(Ask::Before { .. })));
}

#[test]
fn only_the_last_page_of_rows_is_asked_for_behind_the_end() {
    let mut walk = walk_to_boundary();
    assert!(!walk.asks_behind_the_end());
    walk.build_bridge();
    assert!(!walk.asks_behind_the_end());
    assert!(walk.accept(page(&[(100, "a")]), None).is_empty());
    assert_eq!(walk.next(), Some(Ask::Rows(1)));
    assert!(walk.asks_behind_the_end());
    assert!(walk.accept(page(&[]), None).is_empty());
    assert!(!walk.asks_behind_the_end());
    assert_eq!(walk.report.pages, 3);
}

#[test]
fn a_page_shows_the_boundary_where_each_known_message_is_on_it_as_often() {
    let mut walk = walk_to_boundary();
    walk.known.find_keys();
    let cases: [(&[(&str, u32)], bool); 7] = [
        (&[("a", 2), ("b", 1)], true),
        (&[("a", 3), ("b", 1), ("c", 1)], true),
        (&[("a", 1), ("b", 1)], false),
        (&[("a", 1), ("b", 2)], false),
        (&[("a", 2)], false),
        (&[("b", 1)], false),
        (&[], false),
    ];
    for (counts, is_shown) in cases {
        let on_page: BTreeMap<MessageKey, u32> = (counts.iter())
            .map(|(text, count)| (message(100, *text).key(), *count))
            .collect();
        assert_eq!(walk.shows_boundary(&on_page), is_shown, "{counts:?}");
    }
}

#[test]
fn without_an_oldest_message_there_is_no_boundary_to_show() {
    assert!(walk(3, None).shows_boundary(&BTreeMap::new()));
}
