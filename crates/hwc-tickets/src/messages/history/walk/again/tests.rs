//! What is dropped and counted where pages overlap.

use super::*;
use crate::messages::{
    history::walk::fixtures::{message, walk},
    message::Undecodable,
    wire::MessagePage,
};
use jiff::Timestamp;

/// A page with a message for each of these seconds. `None`: a row that cannot be read.
fn page(rows: &[Option<i64>]) -> MessagePage {
    let mut page = MessagePage {
        has_list: true,
        ..MessagePage::default()
    };
    for (index, row) in rows.iter().enumerate() {
        match row {
            None => page.undecodable.push(Undecodable::new(index, "odd")),
            Some(second) => page.messages.push(message(*second, "words")),
        }
    }
    page
}

/// The seconds of what is new on a page.
fn accept(walk: &mut Walk, rows: &[Option<i64>]) -> Vec<i64> {
    (walk.accept(page(rows), None).iter())
        .filter_map(|message| message.created_at.instant())
        .map(Timestamp::as_second)
        .collect()
}

#[test]
fn what_comes_again_is_dropped_and_counted() {
    // The second page is asked from 21. What is after that, and what was known, is new to nobody.
    type Case<'a> = (&'a [Option<i64>], &'a [i64], u64);
    let cases: [Case<'_>; 6] = [
        (&[Some(10)], &[10], 0),
        (&[Some(20), Some(10)], &[10], 1),
        (&[Some(40), Some(30), Some(10)], &[10], 2),
        (&[Some(40), Some(30), Some(20), Some(10)], &[10], 3),
        // The same once more, after a known one: there are two of them.
        (&[Some(30), Some(20), Some(20)], &[20], 2),
        (&[Some(40), Some(20)], &[], 2),
    ];
    for (rows, new, dropped) in cases {
        let mut walk = walk(2, None);
        assert_eq!(accept(&mut walk, &[Some(30), Some(20)]), [30, 20]);
        assert_eq!(accept(&mut walk, rows), new, "{rows:?}");
        assert_eq!(walk.report.duplicates_dropped, dropped, "{rows:?}");
    }
}

#[test]
fn a_row_that_cannot_be_read_is_counted_once_although_pages_overlap() {
    // The second page, and how many there are with the one at the end of the first page.
    let cases: [(&[Option<i64>], u64); 6] = [
        // It came again before a new one.
        (&[Some(20), None, Some(10)], 1),
        (&[Some(20), None, None, Some(10)], 2),
        // It came again at the end, with another behind it or not.
        (&[Some(20), None], 1),
        (&[Some(20), None, None], 2),
        // One before a known row is taken for a known one, too: the one at the end is still to be counted.
        (&[None, Some(20)], 1),
        (&[Some(20)], 1),
    ];
    for (rows, count) in cases {
        let mut walk = walk(2, None);
        accept(&mut walk, &[Some(20), None]);
        assert_eq!(walk.report.undecodable, 0, "{rows:?}");
        accept(&mut walk, rows);
        walk.no_rows();
        // An empty list is the end.
        accept(&mut walk, &[]);
        assert!(walk.has_ended(), "{rows:?}");
        assert_eq!(walk.report.undecodable, count, "{rows:?}");
    }
}
