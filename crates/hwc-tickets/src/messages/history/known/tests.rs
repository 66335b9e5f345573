//! What is remembered from page to page, and how much of it is counted.

use super::*;
use crate::{
    messages::message::MessageKind,
    time::{MessageTime, ZoneOffset},
};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// A message of this second. Without one its time cannot be read.
fn message(second: Option<i64>) -> Message {
    let time = match second {
        Some(second) => MessageTime::from(at(second)),
        None => MessageTime::read("odd", ZoneOffset::UTC),
    };
    Message::new(MessageKind::Customer, time, "words")
}

fn page(seconds: &[Option<i64>]) -> Vec<Message> {
    seconds.iter().copied().map(message).collect()
}

/// How often each of these messages was handed out.
fn counts<const N: usize>(known: &Known, seconds: [Option<i64>; N]) -> [u32; N] {
    seconds.map(|second| known.count(&message(second).key()))
}

#[test]
fn what_is_newer_than_the_next_page_is_forgotten() {
    let seconds = [Some(300), Some(200), Some(100)];
    let mut known = Known::default();
    known.turn_page(&page(&seconds), Some(at(200)), 1);
    known.find_keys();
    assert_eq!(counts(&known, seconds), [0, 1, 1]);
    known.turn_page(&[], Some(at(199)), 2);
    assert_eq!(counts(&known, seconds), [0, 0, 1]);
    // As long as nobody knows where the next page begins, all of it may come again.
    known.turn_page(&page(&[Some(300)]), None, 3);
    known.find_keys();
    assert_eq!(counts(&known, seconds), [1, 0, 1]);
}

#[test]
fn one_without_a_time_is_forgotten_three_pages_after_it_came_last() {
    let mut known = Known::default();
    // Whether each page brings one, and how often it is counted then.
    let pages = [
        (true, 1),
        (false, 1),
        (true, 2),
        (false, 2),
        (false, 2),
        (false, 0),
    ];
    for (number, (brings_one, count)) in (1..).zip(pages) {
        let messages: &[Option<i64>] = if brings_one { &[None] } else { &[] };
        known.turn_page(&page(messages), Some(at(100)), number);
        assert_eq!(counts(&known, [None]), [count], "page {number}");
    }
}

#[test]
fn a_key_is_needed_only_where_it_may_be_known() {
    let mut known = Known::default();
    let times = [None, Some(99), Some(100), Some(150), Some(201)];
    let may_hold = |known: &Known| times.map(|second| known.may_hold(second.map(at)));
    assert_eq!(may_hold(&known), [false; 5]);
    known.turn_page(&page(&[Some(200), Some(100)]), Some(at(200)), 1);
    known.find_keys();
    assert_eq!(may_hold(&known), [true, false, true, true, true]);
}

#[test]
fn messages_are_counted_with_and_without_their_keys() {
    let mut known = Known::default();
    assert_eq!((known.until(at(300)), known.since(at(100))), (0, 0));
    let seconds = [Some(300), Some(200), Some(200), Some(100)];
    known.turn_page(&page(&seconds), Some(at(300)), 1);
    // The moment, those that come again from there (at first without the one of no time), and those made since.
    let numbers = [
        (99, 0, 4),
        (100, 1, 4),
        (101, 1, 3),
        (200, 3, 3),
        (300, 4, 1),
        (301, 4, 0),
    ];
    let check = |known: &Known, undated: u64, state: &str| {
        for (second, until, since) in numbers {
            let found = (known.until(at(second)), known.since(at(second)));
            assert_eq!(found, (until + undated, since), "{second}, {state}");
        }
    };
    check(&known, 0, "none has a key");
    known.turn_page(&page(&[None]), Some(at(300)), 2);
    check(&known, 1, "the one of no time has a key");
    known.find_keys();
    check(&known, 1, "all have a key");
}

#[test]
fn those_of_one_moment_are_told_with_their_number() {
    let mut known = Known::default();
    let seconds = [Some(300), Some(200), Some(200), None];
    known.turn_page(&page(&seconds), Some(at(300)), 1);
    known.find_keys();
    for (second, count) in [(200, 2), (300, 1)] {
        let own = known.at(at(second));
        let own: Vec<(MessageKey, u32)> = own.map(|(key, count)| (*key, count)).collect();
        assert_eq!(own, [(message(Some(second)).key(), count)]);
    }
    assert_eq!(known.at(at(250)).count(), 0);
}
