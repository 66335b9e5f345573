//! In what order a page is taken.

use super::*;
use crate::{
    messages::message::MessageKind,
    time::{MessageTime, ZoneOffset},
};

/// A page with a message for each of these seconds: `a`, `b` and so on. `None`: its time cannot be read.
fn page(seconds: &[Option<i64>]) -> MessagePage {
    let message = |(second, text): (&Option<i64>, char)| {
        let time = match second {
            Some(second) => MessageTime::from(Timestamp::from_second(*second).unwrap()),
            None => MessageTime::read("yesterday", ZoneOffset::UTC),
        };
        Message::new(MessageKind::Customer, time, text)
    };
    MessagePage {
        messages: seconds.iter().zip('a'..).map(message).collect(),
        ..MessagePage::default()
    }
}

fn texts(rows: &Rows) -> String {
    let texts = rows.messages.iter().map(|row| row.content.as_str());
    texts.collect()
}

#[test]
fn a_page_is_turned_round_where_it_or_the_ones_before_are_ascending() {
    // Whether the pages before were ascending, the page, what it comes to, and what the pages after it are told.
    let cases: [(bool, &[Option<i64>], &str, bool); 8] = [
        (false, &[Some(3), Some(2), Some(1)], "abc", false),
        (false, &[Some(1), Some(2), Some(3)], "cba", true),
        (true, &[Some(3), Some(2), Some(1)], "abc", false),
        // One moment tells no order: it is that of the pages before.
        (false, &[Some(2), Some(2)], "ab", false),
        (true, &[Some(2), Some(2)], "ba", true),
        // Neither order: put in order by time, and one without keeps to the one before it.
        (false, &[Some(2), Some(3), Some(1)], "bac", false),
        (false, &[Some(2), None, Some(3), Some(1)], "cabd", false),
        (true, &[Some(1), Some(3), Some(2)], "bca", true),
    ];
    for (before, seconds, order, after) in cases {
        let mut ascending = before;
        let rows = Rows::newest_first(page(seconds), &mut ascending);
        assert_eq!(texts(&rows), order, "{before} {seconds:?}");
        assert_eq!(ascending, after, "{before} {seconds:?}");
    }
}

#[test]
fn of_a_page_in_no_order_the_time_that_came_last_is_known() {
    let cases: [(&[Option<i64>], Option<i64>); 9] = [
        (&[], None),
        (&[Some(3), Some(2), Some(1)], None),
        (&[Some(1), Some(2), Some(3)], None),
        (&[Some(1), Some(1), None, Some(2)], None),
        (&[Some(2), Some(2)], None),
        (&[Some(4), Some(1), Some(3), Some(2)], Some(2)),
        (&[Some(2), Some(3), Some(1), Some(4)], Some(2)),
        (&[Some(4), Some(1), Some(3), Some(2), None], Some(2)),
        // One row alone does not turn the page round.
        (&[Some(1), Some(4), Some(3), Some(2)], Some(2)),
    ];
    for (seconds, last) in cases {
        let rows = Rows::newest_first(page(seconds), &mut false);
        let last = last.map(|second| Timestamp::from_second(second).unwrap());
        assert_eq!(rows.came_last, last, "{seconds:?}");
    }
}

#[test]
fn each_row_has_its_place_where_one_cannot_be_read() {
    // The places of messages, and of the second row of the answer, which cannot be read.
    type Case<'a> = (&'a [Option<i64>], &'a str, &'a [usize], usize);
    let cases: [Case<'_>; 3] = [
        (&[Some(3), Some(2), Some(1)], "abc", &[0, 2, 3], 1),
        (&[Some(1), Some(2), Some(3)], "cba", &[0, 1, 3], 2),
        (&[Some(2), Some(3), Some(1)], "bac", &[2, 0, 3], 1),
    ];
    for (seconds, order, places, lost) in cases {
        let item = Undecodable::new(1, "odd");
        let page = MessagePage {
            undecodable: vec![item.clone()],
            ..page(seconds)
        };
        let rows = Rows::newest_first(page, &mut false);
        assert_eq!(texts(&rows), order, "{seconds:?}");
        assert_eq!(rows.places, places, "{seconds:?}");
        assert_eq!(rows.undecodable, [(lost, item)], "{seconds:?}");
    }
}

#[test]
fn a_page_in_order_that_can_be_read_as_a_whole_has_no_places() {
    let rows = Rows::newest_first(page(&[Some(2), None, Some(1)]), &mut false);
    assert!(rows.places.is_empty() && rows.undecodable.is_empty());
    assert_eq!(texts(&rows), "abc");
}
