//! Which rows are new, where the next page is asked for, and when the reading ends.

use super::*;
use serde_json::json;

/// The reading of a list in pages of `size` rows, before its first answer.
fn begun(by: PagedBy, has_id: bool, size: i64) -> Course {
    let form = Form {
        by,
        list: "rows",
        has_id,
        last: None,
        longest: None,
    };
    Course::new(form, (None, Some(size)))
}

/// An answer with these rows. A row is its id, `-` where it has none, or `?` where it cannot be read.
fn came(rows: &str, total: Option<i64>) -> Came {
    let rows: Vec<&str> = rows.split_whitespace().collect();
    let lost = rows.iter().enumerate().filter(|(_, row)| **row == "?");
    let read = rows.iter().filter(|row| **row != "?");
    Came {
        ids: read
            .map(|row| (*row != "-").then(|| String::from(*row)))
            .collect(),
        undecodable: lost.map(|(index, _)| undecodable(index)).collect(),
        total,
        is_unsure: false,
    }
}

fn undecodable(index: usize) -> Undecodable {
    let pointer = format!("/rows/{index}");
    let lost = json!({"list": "rows", "index": index, "pointer": pointer, "reason": "odd"});
    serde_json::from_value(lost).unwrap()
}

/// Where the next page is asked for.
fn next(course: &mut Course) -> Option<i64> {
    course.wanted().map(|(at, _)| at)
}

#[test]
fn each_row_of_pages_that_overlap_is_told_once_and_counted() {
    let mut course = begun(PagedBy::Offset, true, 3);
    // Rows, which of those that can be read are new, where these stand, and where the next page is asked for.
    type Row<'a> = (&'a str, &'a [bool], &'a [usize], Option<i64>);
    let pages: [Row<'_>; 4] = [
        ("a b c", &[true, true, true], &[0, 1, 2], Some(2)),
        ("c ? d", &[false, true], &[2], Some(4)),
        ("d", &[false], &[], Some(5)),
        ("", &[], &[], None),
    ];
    for (rows, wanted, places, at) in pages {
        let (page, are_new) = course.take(came(rows, None));
        assert_eq!(are_new, wanted, "{rows}");
        assert_eq!(page.places, places, "{rows}");
        assert_eq!(next(&mut course), at, "{rows}");
    }
    let report = ListReport {
        yielded: 4,
        duplicates_dropped: 2,
        undecodable: 1,
        pages: 4,
        complete: true,
        ..ListReport::default()
    };
    assert_eq!(*course.report(), report);
}

/// Rows behind the one that is known again have no id: they are known by how many stood there, which tells nothing once rows went.
#[test]
fn fewer_rows_than_before_are_a_gap_where_nothing_tells_whether_others_shifted() {
    for (by, first, second, total, is_gap) in [
        (PagedBy::Offset, "a b c", "c d e", 8, false),
        (PagedBy::Offset, "a b -", "b - c", 8, true),
        (PagedBy::Offset, "a b -", "b - c", 9, false),
        (PagedBy::Number, "a b c", "d e f", 8, true),
        (PagedBy::Number, "a b c", "d e f", 9, false),
    ] {
        let mut course = begun(by, true, 3);
        course.take(came(first, Some(9)));
        course.take(came(second, Some(total)));
        let case = (by, second, total);
        assert_eq!(course.report().possible_gap, is_gap, "{case:?}");
    }
}

/// Rows that have no id, or cannot be read, are dropped only where the row before them is known to be the same as before.
#[test]
fn rows_behind_the_one_that_is_known_again_are_not_told_twice() {
    // Rows of the second page, where those stand that are new, and how many are told to be lost.
    let pages: [(&str, &[usize], usize); 4] = [
        ("b - - c", &[3], 0),
        ("b - ? c", &[3], 0),
        ("? b - c", &[2, 3], 1),
        ("a b - -", &[2, 3], 0),
    ];
    for (rows, places, lost) in pages {
        let mut course = begun(PagedBy::Offset, true, 4);
        course.take(came("a b - -", None));
        assert_eq!(next(&mut course), Some(1));
        let (page, _) = course.take(came(rows, None));
        assert_eq!(page.places, places, "{rows}");
        assert_eq!(page.undecodable.len(), lost, "{rows}");
    }
}

#[test]
fn a_page_that_does_not_begin_with_a_known_row_is_left_for_the_one_before() {
    let mut course = begun(PagedBy::Offset, true, 3);
    let pages: [(&str, &[usize], i64); 7] = [
        ("a b c", &[0, 1, 2], 2),
        ("c d e", &[1, 2], 4),
        ("e f g", &[1, 2], 6),
        ("x y z", &[], 4),
        ("x y z", &[], 2),
        ("x y z", &[], 0),
        // Before the first page there is nothing to go back to.
        ("x y z", &[0, 1, 2], 2),
    ];
    for (rows, places, at) in pages {
        let case = (rows, next(&mut course));
        let (page, are_new) = course.take(came(rows, None));
        assert_eq!(page.places, places, "{case:?}");
        let new = are_new.into_iter().filter(|is_new| *is_new).count();
        assert_eq!(new, places.len(), "{case:?}");
        assert_eq!(next(&mut course), Some(at), "{case:?}");
    }
    assert!(!course.report().possible_gap);
}

#[test]
fn the_reading_goes_back_a_hundred_times_and_tells_a_gap_then() {
    let mut course = begun(PagedBy::Offset, true, 2);
    for row in 0..150 {
        course.take(came(&format!("{row} {}", row + 1), None));
    }
    for at in (50..150).rev() {
        let (page, _) = course.take(came("x y", None));
        assert!(page.places.is_empty(), "{at}");
        assert_eq!(next(&mut course), Some(at));
    }
    assert!(!course.report().possible_gap);
    let (page, _) = course.take(came("x y", None));
    assert_eq!(page.places, [0, 1]);
    assert_eq!(next(&mut course), Some(51));
    assert!(course.report().possible_gap);
}

/// Neither many pages that give little, nor many rows that have no id, are an end.
#[test]
fn as_long_as_there_is_news_the_reading_goes_on() {
    let with_id = |page: u32| format!("row-{page}");
    let without = |_: u32| "- ".repeat(10);
    for by in [PagedBy::Number, PagedBy::Offset] {
        let cases: [(bool, &dyn Fn(u32) -> String); 2] = [(true, &with_id), (false, &without)];
        for (has_id, rows) in cases {
            let mut course = begun(by, has_id, 10);
            for page in 0..150 {
                course.take(came(&rows(page), None));
                assert!(next(&mut course).is_some(), "{by:?} {has_id} {page}");
            }
            assert!(!course.report().possible_gap, "{by:?} {has_id}");
            course.take(came("", None));
            assert_eq!(next(&mut course), None, "{by:?} {has_id}");
            assert!(course.report().complete, "{by:?} {has_id}");
        }
    }
}

#[test]
fn a_service_that_says_the_same_on_every_page_is_left_with_a_gap() {
    // Rows of every page, whether they have ids, the length that is asked for, and the number of the last page.
    for (rows, has_id, size, last) in [
        // A thousand rows and as many as are known, and one more page.
        ("a b", true, 2, 503),
        // A hundred short pages behind the first, and one more.
        ("a", true, 10, 102),
        ("? ?", true, 2, 101),
        ("-", false, 10, 101),
    ] {
        let mut course = begun(PagedBy::Number, has_id, size);
        for page in 1..=last {
            assert!(next(&mut course).is_some(), "{rows} {page}");
            assert!(!course.report().possible_gap, "{rows} {page}");
            course.take(came(rows, None));
        }
        assert_eq!(next(&mut course), None, "{rows}");
        assert!(course.report().possible_gap, "{rows}");
        assert!(!course.report().complete, "{rows}");
    }
}

#[test]
fn rows_without_an_id_end_where_as_many_came_as_are_stated() {
    let cases: [(&[(&str, i64)], bool); 4] = [
        (&[("- - -", 5)], false),
        (&[("- - -", 5), ("- -", 5)], true),
        (&[("- - -", 3)], true),
        // After a total that was less than what came, none of this service is an end.
        (&[("- - -", 2), ("- - -", 6)], false),
    ];
    for by in [PagedBy::Number, PagedBy::Offset] {
        for (pages, is_end) in cases {
            let mut course = begun(by, false, 3);
            for (rows, total) in pages {
                assert!(next(&mut course).is_some(), "{by:?} {pages:?}");
                course.take(came(rows, Some(*total)));
            }
            assert_eq!(next(&mut course).is_none(), is_end, "{by:?} {pages:?}");
            assert_eq!(course.report().complete, is_end, "{by:?} {pages:?}");
            assert!(!course.report().possible_gap, "{by:?} {pages:?}");
        }
    }
}
