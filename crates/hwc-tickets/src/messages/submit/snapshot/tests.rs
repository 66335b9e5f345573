//! What pages add to a snapshot, and how far back it is complete.

use super::*;
use crate::{
    messages::message::{MessageKind, Undecodable},
    time::{MessageTime, ZoneOffset},
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

/// A message stamped far back does not tell that those behind it are older. Seconds of the messages of each page, none: undated.
#[test]
fn pages_in_no_order_of_time_cover_what_they_show_as_a_whole() {
    let of = |pages: &[&[Option<i64>]]| {
        let mut snapshot = Snapshot {
            unbroken: true,
            ..Snapshot::default()
        };
        for seconds in pages {
            let mut page = page(&vec![0; seconds.len()]);
            for (message, second) in page.messages.iter_mut().zip(*seconds) {
                message.created_at = match second {
                    Some(second) => MessageTime::from(at(*second)),
                    None => MessageTime::read("yesterday", ZoneOffset::UTC),
                };
            }
            snapshot.add(&page);
        }
        snapshot
    };
    let falls = &[Some(150), Some(120)][..];
    let rises = &[Some(120), Some(150)][..];
    let (fell, rose) = (&[Some(120), Some(110)][..], &[Some(150), Some(160)][..]);
    let cases: [(&[&[Option<i64>]], bool); 12] = [
        (&[&[Some(150), Some(150), Some(100)]], true),
        (&[&[Some(100), Some(150), Some(150)]], true),
        (&[&[Some(150), None, Some(100), None]], true),
        (&[&[None, Some(100), None, Some(150)]], true),
        (&[&[Some(150), Some(100), Some(120)]], false),
        (&[&[Some(100), Some(150), Some(120)]], false),
        (&[&[Some(150), Some(100), None, Some(120)]], false),
        // Each page alone is in order, and here and there not in that of the others.
        (&[falls, &[Some(120), Some(100)]], true),
        (&[rises, &[Some(100), Some(120)]], true),
        (&[falls, fell, &[Some(100), Some(110)]], false),
        (&[rises, rose, &[Some(160), Some(100)]], false),
        (&[&[Some(150), Some(100), Some(120)], falls], false),
    ];
    for (pages, is_in_order) in cases {
        let mut snapshot = of(pages);
        let told = (snapshot.is_in_order(), snapshot.is_covered(Some(at(110))));
        assert_eq!(told, (is_in_order, is_in_order), "{pages:?}");
        snapshot.whole = true;
        assert!(snapshot.is_covered(Some(at(110))), "{pages:?}");
    }
    // That of a page that was read and is not part of it counts as well.
    let mut snapshot = of(&[falls]);
    snapshot.note_order(&page(&[100, 200]));
    assert!(!snapshot.is_in_order() && !snapshot.is_covered(Some(at(130))));
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
        (&[300, 100, 290], Reach::Baseline, false, None, false),
        // Nothing tells which moment a later read has to reach.
        (&[], Reach::Baseline, true, None, false),
        (&[300, 100], near, false, Some(9), true),
        (&[300, 100, 290], near, false, Some(9), false),
        (&[300, 100, 290], near, true, Some(9), true),
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
