//! What the lengths of pages say.

use super::*;
use crate::messages::history::walk::fixtures::found;

#[test]
fn short_pages_that_others_follow_tell_whether_their_length_varies() {
    let full = |rows| found(rows, true, true);
    let short = |rows| found(rows, false, true);
    let nothing_new = |rows| found(rows, false, false);
    let cases: [(&[Found], bool); 9] = [
        (&[], false),
        (&[short(5), short(5), short(5)], false),
        (&[full(5), full(3), full(1), full(1)], false),
        // The last page may well have fewer rows.
        (&[short(5), short(5), short(3)], false),
        (&[short(5), short(3), short(1)], true),
        (&[short(5), full(9), short(3), full(9)], true),
        (&[short(5), full(9), short(5), full(9)], false),
        // It stays so.
        (&[short(5), short(3), short(3), short(3)], true),
        // A page that is followed by nothing new was not cut.
        (&[short(5), short(3), nothing_new(1)], false),
    ];
    for (number, (pages, vary)) in cases.into_iter().enumerate() {
        let mut lengths = Lengths::default();
        pages.iter().for_each(|page| lengths.add(page));
        assert_eq!(lengths.vary, vary, "{number}");
    }
}

#[test]
fn a_page_has_room_where_a_longer_one_came_and_no_length_varies() {
    let mut lengths = Lengths::default();
    assert!(!lengths.has_room(0));
    lengths.add(&found(5, false, true));
    lengths.add(&found(3, false, true));
    assert_eq!(
        [4, 5, 6].map(|rows| lengths.has_room(rows)),
        [true, false, false]
    );
    lengths.add(&found(1, false, true));
    assert_eq!([4, 5, 6].map(|rows| lengths.has_room(rows)), [false; 3]);
}
