//! What totals say and what they do not.

use super::*;

#[test]
fn totals_speak_only_below_the_end_of_the_count_and_prove_only_what_stays() {
    const LAST: u64 = COUNT_END - 1;
    // Each total with the rows of its page, how many messages were seen, whether there are more, and whether these are all.
    type Case<'a> = (&'a [(Option<u64>, u64)], u64, bool, bool);
    let cases: [Case<'_>; 12] = [
        (&[(Some(3), 2)], 2, true, false),
        (&[(Some(3), 2)], 3, false, true),
        (&[(Some(3), 2)], 4, false, false),
        (&[(Some(3), 2), (Some(3), 3)], 3, false, true),
        // Something arrived or was recalled, or an answer does not say.
        (&[(Some(3), 2), (Some(4), 2)], 3, false, false),
        (&[(Some(3), 2), (Some(4), 2), (Some(3), 2)], 3, false, false),
        (&[(Some(3), 2), (None, 2)], 3, false, false),
        (&[], 0, false, false),
        // It may count the rows of the page.
        (&[(Some(3), 3)], 3, false, false),
        // The count ends.
        (&[(Some(LAST), 2)], LAST - 1, true, false),
        (&[(Some(LAST), 2)], LAST, false, true),
        (&[(Some(COUNT_END), 2)], LAST, false, false),
    ];
    for (answers, seen, says_more, agrees) in cases {
        let mut totals = Totals::default();
        for (total, rows) in answers {
            totals.add(*total, *rows);
        }
        assert_eq!(totals.says_more_than(seen), says_more, "{answers:?} {seen}");
        assert_eq!(totals.agrees_with(seen), agrees, "{answers:?} {seen}");
    }
}
