//! Where a walk goes from a page, and what it says at its end.

use super::*;
use crate::messages::{
    history::walk::fixtures::{found, page_of, walk},
    wire::MessagePage,
};

/// A page of two rows that brings nothing new.
fn nothing_new(full: bool) -> Found {
    found(2, full, false)
}

/// A page with a message for each of these seconds, and a total.
fn page(seconds: &[i64], total: u64) -> MessagePage {
    MessagePage {
        count: Some(total),
        ..page_of(seconds)
    }
}

#[test]
fn a_short_page_is_the_end_only_where_the_total_is_reached() {
    // The total of the first page, and the second one, which begins with a known row: it is full with three rows.
    let cases: [(u64, &[i64], u64, bool); 4] = [
        (3, &[20, 10], 3, true),
        (3, &[20], 3, false),
        (3, &[20, 10], 4, false),
        (4, &[20, 10, 9], 4, false),
    ];
    for (first_total, seconds, total, is_end) in cases {
        let mut walk = walk(2, None);
        walk.accept(page(&[30, 20], first_total), None);
        assert!(!walk.has_ended());
        walk.accept(page(seconds, total), None);
        let told = format!("{first_total} {seconds:?} {total}");
        assert_eq!(walk.has_ended(), is_end, "{told}");
        assert_eq!(walk.report.complete, is_end, "{told}");
    }
}

#[test]
fn a_page_that_brings_nothing_new_is_asked_wider_only_where_it_was_cut() {
    let cases = [
        (true, 2, Step::Wide),
        (true, MAX_PAGE - 1, Step::Wide),
        (true, MAX_PAGE, Step::AtOldest),
        (false, 2, Step::AtOldest),
        (false, MAX_PAGE, Step::AtOldest),
    ];
    for (full, page_size, step) in cases {
        let mut walk = walk(page_size, None);
        walk.decide(&nothing_new(full));
        assert_eq!(walk.step, step, "{full} {page_size}");
        assert!(!walk.has_ended() && !walk.passed_over);
    }
}

#[test]
fn a_walk_goes_below_the_oldest_second_without_a_doubt_where_a_page_had_room() {
    // Whether one had before, and the rows of this one, where the longest had five.
    let cases = [
        (false, 4, false),
        (false, 5, true),
        (true, 5, false),
        (true, 4, false),
    ];
    for (is_boundary_shown, returned, passed_over) in cases {
        let mut walk = walk(2, None);
        let of_rows = |returned| Found {
            returned,
            ..nothing_new(true)
        };
        walk.lengths.add(&of_rows(5));
        walk.step = Step::AtOldest;
        walk.is_boundary_shown = is_boundary_shown;
        walk.decide(&of_rows(returned));
        assert_eq!(walk.step, Step::Below);
        let told = format!("{is_boundary_shown} {returned}");
        assert_eq!(walk.passed_over, passed_over, "{told}");
    }
}

#[test]
fn a_total_that_is_not_reached_counts_at_the_end_and_after_a_short_page() {
    // Whether the walk has ended, whether the page was short, and whether there are older messages than were asked for.
    let cases = [
        (false, false, false, false),
        (false, true, false, true),
        (true, false, false, true),
        (true, true, false, true),
        (true, false, true, false),
        (false, true, true, false),
    ];
    for (done, is_short, reached_since, possible_gap) in cases {
        let mut walk = walk(2, None);
        walk.totals.add(Some(3), 2);
        walk.seen = 2;
        walk.done = done;
        walk.reached_since = reached_since;
        walk.judge(is_short);
        let told = format!("{done} {is_short} {reached_since}");
        assert_eq!(walk.report.possible_gap, possible_gap, "{told}");
    }
}

#[test]
fn a_walk_that_is_stopped_tells_only_of_what_it_may_have_lost() {
    // Whether it has ended before, whether a gap was told then, whether a step passed over something, whether an answer
    // was a stored one, and whether a gap is told in the end.
    let cases = [
        (false, false, false, false, false),
        // The total was not reached: it need not be.
        (false, true, false, false, false),
        (false, true, true, false, true),
        (false, true, false, true, true),
        (true, true, false, false, true),
        (true, false, true, false, false),
    ];
    for (done, before, passed_over, is_stale, possible_gap) in cases {
        let mut walk = walk(2, None);
        walk.done = done;
        walk.report.possible_gap = before;
        walk.passed_over = passed_over;
        walk.is_stale = is_stale;
        walk.stop();
        let told = format!("{done} {before} {passed_over} {is_stale}");
        assert_eq!(walk.report.possible_gap, possible_gap, "{told}");
        assert!(walk.has_ended() && walk.report.complete, "{told}");
    }
}
