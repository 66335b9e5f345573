//! What pages of rows come to, told page by page. The second that is read is 100.

use super::*;
use crate::messages::history::walk::fixtures::{at, message, page};

fn bridge(newer: u64) -> Bridge {
    Bridge::new(at(100)..at(101), newer)
}

/// What a page came to: `None` where there is more to read, otherwise the texts of what is new, or that it is of no use.
type Taken = Option<Result<Vec<String>, &'static str>>;

fn whole(texts: &[&str]) -> Taken {
    Some(Ok(texts.iter().map(|text| (*text).to_owned()).collect()))
}

/// Takes a page where nothing was handed out before.
fn take(bridge: &mut Bridge, page: MessagePage) -> Taken {
    match bridge.take(page, |_| 0) {
        Crossing::Next => None,
        Crossing::Whole(new) => Some(Ok(new.into_iter().map(|row| row.content).collect())),
        Crossing::No => Some(Err("no")),
    }
}

/// What the first page comes to, of a second behind about so many newer rows, and the row to ask for after it.
#[test]
fn the_first_page_has_to_begin_before_the_second() {
    type Case = (u64, &'static [(i64, &'static str)], Taken, u64);
    let cases: [Case; 10] = [
        // It does.
        (
            200,
            &[(102, "a"), (100, "b"), (99, "c")],
            whole(&["b"]),
            190,
        ),
        (200, &[(101, "a"), (100, "b"), (100, "c")], None, 192),
        // It does not: asked for a page earlier.
        (200, &[(100, "a"), (100, "b"), (99, "c")], None, 90),
        (200, &[(99, "a"), (98, "b")], None, 90),
        (200, &[], None, 90),
        (50, &[(100, "a"), (99, "b")], None, 0),
        // Nothing stands before the first row of all.
        (
            0,
            &[(100, "a"), (100, "b"), (99, "c")],
            whole(&["a", "b"]),
            0,
        ),
        (10, &[(100, "a"), (99, "c")], whole(&["a"]), 0),
        // And nothing, or what is older, is no answer there.
        (0, &[], Some(Err("no")), 0),
        (0, &[(99, "a"), (98, "b")], Some(Err("no")), 0),
    ];
    for (newer, rows, comes_to, next_row) in cases {
        let mut bridge = bridge(newer);
        assert_eq!(take(&mut bridge, page(rows)), comes_to, "{newer} {rows:?}");
        assert_eq!(bridge.row(), next_row, "{newer} {rows:?}");
        assert!(!bridge.asks_behind_the_end(), "{newer} {rows:?}");
    }
}

#[test]
fn rows_counted_from_the_oldest_message_are_of_no_use() {
    let mut bridge = bridge(0);
    let ascending = page(&[(100, "a"), (101, "b")]);
    assert_eq!(take(&mut bridge, ascending), Some(Err("no")));
}

/// An older row within the second is no sign that all of the second was read.
#[test]
fn rows_in_no_order_of_time_are_of_no_use() {
    let mut bridge = bridge(0);
    let mixed = page(&[(102, "a"), (100, "b"), (99, "c"), (100, "d"), (98, "e")]);
    assert_eq!(take(&mut bridge, mixed), Some(Err("no")));
}

#[test]
fn a_page_of_shared_rows_alone_asks_for_what_is_behind_the_end() {
    let mut bridge = bridge(0);
    assert_eq!(take(&mut bridge, page(&[(100, "a"), (100, "b")])), None);
    assert_eq!((bridge.row(), bridge.asks_behind_the_end()), (1, false));
    assert_eq!(take(&mut bridge, page(&[(100, "b")])), None);
    assert_eq!((bridge.row(), bridge.asks_behind_the_end()), (2, true));
    assert_eq!(take(&mut bridge, page(&[])), whole(&["a", "b"]));
}

/// A page like the one before: a row far behind the end tells whether numbers are read.
#[test]
fn numbers_are_ignored_only_where_the_same_rows_come_from_far_behind_the_end() {
    let cases: [(&[(i64, &str)], Taken); 4] = [
        (&[(100, "a"), (100, "a"), (100, "a")], Some(Err("no"))),
        (&[(100, "a")], Some(Err("no"))),
        (&[(100, "a"), (99, "b")], None),
        (&[], None),
    ];
    for (far_behind, comes_to) in cases {
        let mut bridge = bridge(0);
        let alike = page(&[(100, "a"), (100, "a"), (100, "a")]);
        assert_eq!(take(&mut bridge, alike.clone()), None);
        assert_eq!((bridge.row(), bridge.asks_behind_the_end()), (2, false));
        assert_eq!(take(&mut bridge, alike), None);
        assert_eq!(
            (bridge.row(), bridge.asks_behind_the_end()),
            (LAST_ROW, true)
        );
        assert_eq!(
            take(&mut bridge, page(far_behind)),
            comes_to,
            "{far_behind:?}"
        );
        assert_eq!((bridge.row(), bridge.asks_behind_the_end()), (4, false));
    }
}

#[test]
fn a_second_is_read_anew_only_a_few_times() {
    let mut bridge = bridge(0);
    for tries in 1..=MOST_TRIES + 1 {
        let first = page(&[(100, "a"), (100, "b"), (100, "c")]);
        assert_eq!(take(&mut bridge, first), None, "{tries}");
        assert_eq!(bridge.row(), 2, "{tries}");
        // It would begin with the last row of the first one, had no row moved.
        let moved = take(&mut bridge, page(&[(100, "d"), (100, "e")]));
        match tries > MOST_TRIES {
            true => assert_eq!(moved, Some(Err("no"))),
            false => assert_eq!((moved, bridge.row()), (None, 0), "{tries}"),
        }
    }
}

#[test]
fn a_second_of_too_many_pages_is_given_up() {
    let mut bridge = bridge(0);
    for number in 0..=MOST_PAGES {
        // Of two rows the second one is new, and comes again.
        let rows = [number, number + 1].map(|row| message(100, row.to_string()));
        let page = MessagePage {
            messages: rows.into(),
            ..MessagePage::default()
        };
        let comes_to = (number == MOST_PAGES).then_some(Err("no"));
        assert_eq!(take(&mut bridge, page), comes_to, "{number}");
    }
}

#[test]
fn a_second_of_too_many_messages_is_given_up() {
    for (count, comes_to) in [(MOST_NEW, None), (MOST_NEW + 1, Some(Err("no")))] {
        let rows = (0..count).map(|row| message(100, row.to_string()));
        let page = MessagePage {
            messages: rows.collect(),
            ..MessagePage::default()
        };
        assert_eq!(take(&mut bridge(0), page), comes_to, "{count}");
    }
}

#[test]
fn a_second_that_goes_on_behind_the_last_row_number_is_given_up() {
    for (first_row, comes_to) in [(LAST_ROW - 2, None), (LAST_ROW - 1, Some(Err("no")))] {
        let mut bridge = bridge(first_row + SHARED as u64);
        assert_eq!(bridge.row(), first_row);
        // The last of three rows comes again.
        let rows = page(&[(101, "a"), (100, "b"), (100, "c")]);
        assert_eq!(take(&mut bridge, rows), comes_to, "{first_row}");
        assert_eq!(bridge.row(), first_row + 2);
    }
}
