//! Where a walk begins, what the next page is asked with, and where it ends.

use super::{
    fixtures::{NOW, at, page_of, walk},
    *,
};

#[test]
fn a_walk_starts_at_least_23_hours_beyond_the_clock_of_the_service() {
    let mut walk = walk(2, None);
    // How far the service's clock is ahead, in seconds.
    for (ahead, is_too_early) in [(-1, false), (3600, false), (3601, true)] {
        let date = at(NOW + ahead);
        assert_eq!(walk.starts_too_early(date), is_too_early, "{ahead}");
    }
    walk.accept(page_of(&[300, 200]), None);
    assert!(!walk.starts_too_early(at(NOW + 3601)));
}

#[test]
fn only_an_age_is_reckoned_and_only_once() {
    assert!(!walk(2, None).is_to_reckon());
    assert!(!walk(2, Some(Since::At(at(100)))).is_to_reckon());
    let mut walk = walk(2, Some(Since::Ago(Duration::from_secs(100))));
    assert!(walk.is_to_reckon());
    walk.reckon(Some(at(350)), at(NOW));
    assert!(!walk.is_to_reckon());
    assert_eq!(walk.options.since, Some(Since::At(at(250))));
}

#[test]
fn the_next_page_is_asked_with_the_side_of_the_oldest_message() {
    let sides = [
        (MessageKind::Customer, 0),
        (MessageKind::Support, 1),
        (MessageKind::Unknown, 0),
    ];
    for (side, code) in sides {
        let mut walk = walk(2, None);
        let mut page = page_of(&[300, 200]);
        page.messages[1].kind = side;
        for (messages, expected) in [(None, 0), (Some(page), code)] {
            if let Some(page) = messages {
                walk.accept(page, None);
            }
            let Some(Ask::Before { kind, .. }) = walk.next() else {
                panic!("no time is asked from");
            };
            assert_eq!(kind, expected, "{side:?}");
        }
    }
}

/// A limit counts what is handed out, which is known only later where messages before `since` are left out.
#[test]
fn there_is_no_page_after_as_many_as_are_wanted() {
    let since = Some(Since::At(at(100)));
    let cases = [
        (None, Some(1), true),
        (None, Some(2), true),
        (None, Some(3), false),
        (None, None, false),
        (since, Some(2), false),
    ];
    for (since, wanted, is_last) in cases {
        let mut walk = walk(2, since);
        assert_eq!(walk.accept(page_of(&[300, 200]), wanted).len(), 2);
        assert_eq!(walk.has_ended(), is_last, "{since:?} {wanted:?}");
        assert_eq!(walk.next().is_none(), is_last, "{since:?} {wanted:?}");
    }
}

#[test]
fn a_walk_ends_with_the_first_page_that_goes_past_since() {
    // The moment, how many are handed out, and whether that is all.
    for (since, number, is_all) in [(200, 2, false), (201, 1, true), (301, 0, true)] {
        let mut walk = walk(2, Some(Since::At(at(since))));
        assert_eq!(walk.accept(page_of(&[300, 200]), None).len(), number);
        assert_eq!(walk.has_ended(), is_all, "{since}");
        assert_eq!(walk.report().complete, is_all, "{since}");
        assert!(!walk.report().possible_gap, "{since}");
    }
}

#[test]
fn a_total_above_what_was_read_is_no_skipped_message() {
    // Seconds of a first page that states a total of 5, and whether a message may be missing then: not as long as a full page
    // says that there is another.
    let pages: [(&[i64], bool); 2] = [(&[300, 200], false), (&[300], true)];
    for (seconds, possible_gap) in pages {
        let mut walk = walk(2, None);
        let page = MessagePage {
            count: Some(5),
            ..page_of(seconds)
        };
        walk.accept(page, None);
        assert_eq!(walk.report().possible_gap, possible_gap, "{seconds:?}");
        assert!(!walk.may_have_skipped(), "{seconds:?}");
        assert!(!walk.has_ended(), "{seconds:?}");
    }
    // An answer that leaves its list out passes over whatever there is.
    let mut walk = walk(2, None);
    walk.accept(MessagePage::default(), None);
    assert!(walk.may_have_skipped() && walk.has_ended());
    assert!(walk.report().possible_gap && !walk.report().complete);
}

/// A page of messages of these seconds. The last one is the first of the conversation, if `has_first`.
fn page_with(seconds: &[i64], count: Option<u64>, has_first: bool) -> MessagePage {
    let mut page = MessagePage {
        count,
        ..page_of(seconds)
    };
    if let Some(last) = page.messages.last_mut() {
        last.is_first = has_first;
    }
    page
}

#[test]
fn rows_in_no_order_of_time_are_a_possible_gap_unless_all_is_proven_to_be_there() {
    // Rows that are asked for, the first page, a total, whether it ends with the first message, and whether a message may be missing.
    // The second page brings what is left of four messages, and an empty one ends the walk.
    type Case<'a> = (u64, &'a [i64], Option<u64>, bool, bool);
    let cases: [Case<'_>; 9] = [
        (3, &[300, 200, 100], None, false, false),
        (3, &[100, 200, 300], None, false, false),
        (3, &[300, 300, 100], None, false, false),
        (3, &[300, 100, 200], None, false, true),
        (3, &[100, 300, 200], None, false, true),
        // The total agrees in the end.
        (3, &[300, 100, 200], Some(4), false, false),
        (3, &[300, 100, 200], Some(5), false, true),
        // A short page may have been cut as well.
        (9, &[300, 100, 200], None, false, true),
        (9, &[300, 100, 200, 50], None, true, false),
    ];
    for (rows, seconds, total, has_first, is_gap) in cases {
        let mut walk = walk(rows, None);
        walk.accept(page_with(seconds, total, has_first), None);
        if !walk.has_ended() {
            walk.accept(page_with(&[200, 100, 50], total, false), None);
        }
        if !walk.has_ended() {
            walk.accept(page_with(&[], total, false), None);
        }
        let told = format!("{rows} {seconds:?} {total:?} {has_first}");
        assert!(walk.has_ended() && walk.report().complete, "{told}");
        assert_eq!(walk.report().possible_gap, is_gap, "{told}");
    }
}

/// What a full page in no order brings, where the next one begins, and what that brings.
#[test]
fn a_walk_goes_on_from_the_row_that_stands_last() {
    // The rows that are asked for, the first page, the second of the oldest message then, and what of the page was taken.
    type Case<'a> = (u64, &'a [i64], i64, &'a [i64]);
    let cases: [Case<'_>; 5] = [
        (4, &[400, 100, 300, 200], 200, &[400, 300, 200]),
        (4, &[200, 300, 100, 400], 200, &[400, 300, 200]),
        (4, &[400, 300, 200, 100], 100, &[400, 300, 200, 100]),
        // The old one stands last: nothing tells that it is old.
        (4, &[400, 200, 300, 100], 100, &[400, 300, 200, 100]),
        // No full page: it may be the last one.
        (9, &[400, 100, 300, 200], 100, &[400, 300, 200, 100]),
    ];
    let seconds_of = |new: &[Message]| -> Vec<i64> {
        let times = new
            .iter()
            .filter_map(|message| message.created_at.instant());
        times.map(Timestamp::as_second).collect()
    };
    for (rows, page, oldest, taken) in cases {
        let told = format!("{rows} {page:?}");
        let mut walk = walk(rows, None);
        let new = walk.accept(page_of(page), None);
        assert_eq!(seconds_of(&new), taken, "{told}");
        assert_eq!(walk.bound(), at(oldest + 1), "{told}");
        // What was left out comes again, and once.
        let new = walk.accept(page_of(&[200, 150, 100, 50]), None);
        let expected: &[i64] = match oldest {
            200 => &[150, 100, 50],
            _ => &[50],
        };
        assert_eq!(seconds_of(&new), expected, "{told}");
    }
}

/// The same page again and again brings the walk to its end.
#[test]
fn a_walk_ends_where_rows_in_no_order_bring_nothing_new() {
    let mut walk = walk(3, None);
    let mut pages = 0;
    while walk.next().is_some() {
        walk.accept(page_of(&[300, 100, 200]), None);
        pages += 1;
        assert!(pages < 10);
    }
    assert!(walk.report().possible_gap);
}

#[test]
fn rows_in_no_order_of_time_do_not_prove_that_all_since_a_moment_or_the_newest_came() {
    let since = Some(Since::At(at(160)));
    // What is asked for, the rows and the page, whether it ends with the first message, and whether a message may be missing.
    type Case<'a> = (Option<Since>, Option<u64>, u64, &'a [i64], bool, bool);
    let cases: [Case<'_>; 6] = [
        (since, None, 4, &[300, 200, 150, 100], false, false),
        (since, None, 4, &[300, 200, 100, 150], false, true),
        (since, None, 9, &[300, 200, 100, 150], false, true),
        (since, None, 9, &[300, 100, 200, 50], true, false),
        (None, Some(2), 4, &[300, 200, 150, 100], false, false),
        (None, Some(2), 4, &[300, 200, 100, 150], false, true),
    ];
    for (since, wanted, rows, seconds, has_first, is_gap) in cases {
        let mut walk = walk(rows, since);
        walk.accept(page_with(seconds, None, has_first), wanted);
        let told = format!("{since:?} {wanted:?} {rows} {seconds:?}");
        assert!(walk.has_ended(), "{told}");
        walk.stop();
        assert_eq!(walk.report().possible_gap, is_gap, "{told}");
        assert_eq!(walk.may_have_skipped(), is_gap, "{told}");
    }
}

#[test]
fn a_stored_answer_makes_the_walk_stale() {
    let mut walk = walk(2, None);
    assert!(!walk.is_stale());
    walk.take_for_stored();
    assert!(walk.is_stale());
    walk.accept(page_of(&[300, 200]), None);
    assert!(walk.is_stale() && walk.report().possible_gap);
}
