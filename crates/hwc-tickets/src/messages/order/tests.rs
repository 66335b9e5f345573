//! When times go one way, and which way most of them go.

use super::*;
use crate::{
    messages::message::MessageKind,
    time::{MessageTime, ZoneOffset},
};

/// A message for each of these seconds. `None`: its time cannot be read.
fn messages(seconds: &[Option<i64>]) -> Vec<Message> {
    let message = |second: &Option<i64>| {
        let time = match second {
            Some(second) => MessageTime::from(Timestamp::from_second(*second).unwrap()),
            None => MessageTime::read("yesterday", ZoneOffset::UTC),
        };
        Message::new(MessageKind::Customer, time, "words")
    };
    seconds.iter().map(message).collect()
}

#[test]
fn times_are_in_order_where_none_is_newer_than_the_one_before() {
    let cases: [(&[Option<i64>], bool); 9] = [
        (&[], true),
        (&[Some(1)], true),
        (&[Some(3), Some(2), Some(1)], true),
        (&[Some(2), Some(2)], true),
        (&[Some(2), Some(3)], false),
        (&[Some(3), Some(1), Some(2)], false),
        (&[Some(2), None, Some(2), None], true),
        (&[Some(2), None, Some(3)], false),
        (&[None, Some(2)], true),
    ];
    for (seconds, is_so) in cases {
        assert_eq!(is_in_order(&messages(seconds)), is_so, "{seconds:?}");
    }
}

#[test]
fn most_times_tell_the_direction() {
    let cases: [(&[Option<i64>], Ordering); 8] = [
        (&[], Ordering::Equal),
        (&[Some(1)], Ordering::Equal),
        (&[Some(2), Some(2)], Ordering::Equal),
        (&[Some(1), Some(2), Some(2)], Ordering::Less),
        (&[Some(2), None, Some(1)], Ordering::Greater),
        (&[Some(3), Some(1), Some(2)], Ordering::Equal),
        // The first or the last row alone does not tell it.
        (&[Some(1), Some(4), Some(3), Some(2)], Ordering::Greater),
        (&[Some(2), Some(3), Some(4), Some(1)], Ordering::Less),
    ];
    for (seconds, wanted) in cases {
        assert_eq!(direction(&messages(seconds)), wanted, "{seconds:?}");
    }
}
