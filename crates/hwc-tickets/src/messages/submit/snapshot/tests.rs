//! What pages add to a snapshot, and how far back it is complete.

use super::*;
use crate::{
    messages::message::{MessageKind, Undecodable},
    time::MessageTime,
};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// A page of one message for each of these seconds, all of one text.
fn page(seconds: &[i64]) -> MessagePage {
    let message = |second: &i64| {
        let time = MessageTime::from(at(*second));
        Message::new(MessageKind::Customer, time, "words")
    };
    MessagePage {
        messages: seconds.iter().map(message).collect(),
        ..MessagePage::default()
    }
}

fn of_page(seconds: &[i64]) -> Snapshot {
    let mut snapshot = Snapshot::default();
    snapshot.add(&page(seconds));
    snapshot
}

/// Where paging ends is told by that: a page that brings nothing new.
#[test]
fn a_page_is_news_where_it_shows_a_message_more_often_than_any_before() {
    let key = page(&[100]).messages[0].key();
    let mut snapshot = Snapshot::default();
    // Seconds of its messages, whether it is news, and how often that of second 100 is counted then.
    let pages: [(&[i64], bool, usize); 6] = [
        (&[], false, 0),
        (&[100], true, 1),
        (&[100], false, 1),
        (&[200, 100], true, 1),
        (&[100, 100], true, 2),
        (&[100], false, 2),
    ];
    for (seconds, is_news, count) in pages {
        assert_eq!(snapshot.add(&page(seconds)), is_news, "{seconds:?}");
        assert_eq!(snapshot.count(key), count, "{seconds:?}");
    }
    assert!((snapshot.rows()).all(|(key, row)| key == row.message.key()));
    let mut counts: Vec<usize> = snapshot.rows().map(|(_, row)| row.count).collect();
    counts.sort_unstable();
    assert_eq!(counts, [1, 2]);
}

#[test]
fn what_cannot_be_read_is_counted_on_every_page() {
    let mut snapshot = Snapshot::default();
    let page = MessagePage {
        undecodable: [0, 1].map(|index| Undecodable::new(index, "odd")).into(),
        ..MessagePage::default()
    };
    for wanted in [2, 4] {
        snapshot.add(&page);
        assert_eq!(snapshot.unreadable, wanted);
    }
}

/// Of the oldest second, a further page may hold more.
#[test]
fn what_came_after_the_oldest_message_is_covered() {
    let (later, oldest, earlier) = (Some(at(101)), Some(at(100)), Some(at(99)));
    for (unbroken, whole, since, wanted) in [
        (true, false, later, true),
        (true, false, oldest, false),
        (true, false, earlier, false),
        (true, false, None, false),
        (true, true, earlier, true),
        (true, true, None, true),
        (false, false, later, false),
        (false, true, None, false),
    ] {
        let snapshot = Snapshot {
            unbroken,
            whole,
            ..of_page(&[150, 100])
        };
        let case = (unbroken, whole, since);
        assert_eq!(snapshot.is_covered(since), wanted, "{case:?}");
    }
}

/// The edge lies a minute before the newest message, or before the service's time where that is earlier.
#[test]
fn oldest_message_and_edge() {
    for (seconds, date, oldest, edge) in [
        (&[300, 100][..], None, Some(100), Some(240)),
        (&[100, 300], Some(200), Some(100), Some(140)),
        (&[300, 100], Some(400), Some(100), Some(240)),
        (&[], Some(200), None, Some(140)),
        (&[], None, None, None),
    ] {
        let snapshot = Snapshot {
            date: date.map(at),
            ..of_page(seconds)
        };
        let told = (snapshot.oldest(), snapshot.edge());
        let wanted = (oldest.map(at), edge.map(at));
        assert_eq!(told, wanted, "{seconds:?} {date:?}");
    }
}

/// Without a total, no row is known to be missing only where the list was read to its end.
#[test]
fn reading_goes_on_until_enough_is_seen() {
    let (near, far) = (Reach::Since(Some(at(200))), Reach::Since(Some(at(50))));
    for (seconds, reach, whole, total, wanted) in [
        (&[300, 100][..], Reach::OnePage, false, None, true),
        (&[300, 100], Reach::Baseline, false, None, true),
        (&[300, 250], Reach::Baseline, false, None, false),
        // Nothing tells which moment a later read has to reach.
        (&[], Reach::Baseline, true, None, false),
        (&[300, 100], near, false, Some(9), true),
        (&[300, 100], near, false, None, false),
        (&[300, 100], near, true, None, true),
        (&[300, 100], far, false, Some(9), false),
        (&[300, 100], Reach::Since(None), false, Some(9), false),
        (&[300, 100], Reach::Since(None), true, None, true),
    ] {
        let snapshot = Snapshot {
            unbroken: true,
            whole,
            total,
            ..of_page(seconds)
        };
        let case = (seconds, reach, whole, total);
        assert_eq!(snapshot.reaches(reach), wanted, "{case:?}");
    }
}
