//! What a look tells, from lists of tickets that are made here.

use super::*;
use crate::{
    doubt::{
        fingerprint::{Fingerprint, Forms},
        id::PendingId,
        moment::Span,
    },
    time::{MessageTime, ZoneOffset},
};
use std::collections::BTreeSet;

const WINDOW: Duration = Duration::from_secs(10);
const TEXT: &str = "The disk is full.";
/// The same words, with a blank more.
const SIMILAR: &str = "The  disk is full.";
const OTHER: &str = "No answer.";

/// So many seconds after the list before was read, by the clock of the service.
fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_767_225_600 + seconds).unwrap()
}

/// The list before, read whole when it held no ticket.
fn before() -> Before {
    Before {
        seen: BTreeSet::new(),
        is_whole: true,
        floor: None,
        date: Some(at(0)),
    }
}

/// The ticket in doubt. Its POST was under way for the two seconds after the list before was read.
fn pending(before: Option<Before>) -> PendingTicket {
    PendingTicket {
        id: PendingId::new().unwrap(),
        key: None,
        origin: None,
        problem_type: "kind-1".to_owned(),
        begun_at: at(0),
        fingerprint: Fingerprint::of(TEXT, &[]).unwrap(),
        before,
        span: Some(Span {
            from: at(0),
            until: at(2),
        }),
        rivals: BTreeSet::new(),
        past: BTreeSet::new(),
        settled: None,
        made: None,
        forgotten: false,
    }
}

/// A list of tickets with the ids TT1, TT2 and so on, each with its description and the second at which it was opened. `None`: that
/// cannot be read.
fn listing(tickets: &[(&str, Option<i64>)]) -> Listing {
    let mut listing = Listing::default();
    listing.is_newest_first = true;
    for (number, (text, second)) in (1..).zip(tickets) {
        let id = TicketId::new(format!("TT{number}")).unwrap();
        let created_at = match second {
            Some(second) => MessageTime::from(at(*second)),
            None => MessageTime::read("soon", ZoneOffset::CHINA),
        };
        let row = TicketRow {
            id: id.clone(),
            description: Some((*text).to_owned()),
            created_at,
        };
        let forms = Some(Forms::of(text));
        listing.tickets.insert(id.to_string(), Seen { row, forms });
    }
    listing
}

/// No other ticket of this caller is in doubt. `is_kept`: as far as it is known to this client or its outbox.
fn no_others(is_kept: bool) -> Others {
    let mut others = Others::default();
    others.is_kept = is_kept;
    others
}

/// The ticket that was found, or what was told in its place.
fn told(verdict: &Verdict) -> &str {
    match verdict {
        Verdict::Found(id) => id.as_str(),
        Verdict::NotThere => "not there",
        Verdict::Unclear(_) => "unclear",
    }
}

#[test]
fn the_one_new_ticket_that_fits_is_found() {
    let new = Some(1);
    // By the clock of the service it may have been there before, and out of sight.
    let doubtful = Some(-10);
    for (tickets, wanted) in [
        (&[(TEXT, new)][..], "TT1"),
        (&[(SIMILAR, new)], "TT1"),
        (&[(OTHER, new)], "unclear"),
        (&[(OTHER, new), (TEXT, new)], "TT2"),
        (&[(OTHER, new), (SIMILAR, new)], "unclear"),
        (&[(TEXT, new), (TEXT, new)], "unclear"),
        (&[(TEXT, new), (SIMILAR, new)], "unclear"),
        (&[(SIMILAR, new), (SIMILAR, new)], "unclear"),
        (&[(TEXT, doubtful)], "unclear"),
        (&[(TEXT, new), (TEXT, doubtful)], "unclear"),
        (&[(TEXT, new), (SIMILAR, doubtful)], "unclear"),
        (&[(SIMILAR, new), (TEXT, doubtful)], "unclear"),
        // What has other words is most likely old then.
        (&[(TEXT, new), (OTHER, doubtful)], "TT1"),
    ] {
        let verdict = judge(
            &pending(Some(before())),
            &listing(tickets),
            Some(&no_others(true)),
            WINDOW,
        );
        assert_eq!(told(&verdict), wanted, "{tickets:?}");
    }
}

/// A ticket that was not seen before may have been there all the same: below what was read, or in the time by which that was old.
#[test]
fn a_ticket_that_may_have_been_there_before_is_not_found() {
    let whole = before();
    let undated = Before {
        date: None,
        ..before()
    };
    let part = Before {
        is_whole: false,
        floor: Some(at(-3600)),
        ..before()
    };
    let without_order = Before {
        is_whole: false,
        ..before()
    };
    for (before, second, wanted) in [
        // What was read lacks at most the last 10 s, and the clock that stamps tickets may be 5 s off.
        (&whole, Some(-16), "TT1"),
        (&whole, Some(-15), "unclear"),
        (&whole, Some(-6), "unclear"),
        (&whole, Some(-5), "TT1"),
        (&whole, Some(1), "TT1"),
        (&whole, None, "TT1"),
        (&undated, Some(-10), "TT1"),
        (&part, Some(-3601), "unclear"),
        (&part, Some(-3600), "unclear"),
        (&part, Some(-3599), "TT1"),
        (&part, None, "unclear"),
        (&without_order, Some(1), "unclear"),
    ] {
        let verdict = judge(
            &pending(Some(before.clone())),
            &listing(&[(TEXT, second)]),
            Some(&no_others(true)),
            WINDOW,
        );
        assert_eq!(told(&verdict), wanted, "{before:?} {second:?}");
    }
}

/// In a list that is in no order of time, it may have been anywhere below what was read.
#[test]
fn a_ticket_of_a_list_in_no_order_is_found_where_the_whole_list_was_seen_before() {
    for (is_whole, is_newest_first, wanted) in [
        (true, true, "TT1"),
        (true, false, "TT1"),
        (false, true, "TT1"),
        (false, false, "unclear"),
    ] {
        let before = Before {
            is_whole,
            floor: Some(at(-3600)).filter(|_| !is_whole),
            ..before()
        };
        let mut listing = listing(&[(TEXT, Some(1))]);
        listing.is_newest_first = is_newest_first;
        let verdict = judge(
            &pending(Some(before)),
            &listing,
            Some(&no_others(true)),
            WINDOW,
        );
        assert_eq!(told(&verdict), wanted, "{is_whole} {is_newest_first}");
    }
}

/// Of a record that nobody kept it is not known what else was sent: a ticket that was not opened in time is not taken for its own.
#[test]
fn the_ticket_of_a_record_that_nobody_kept_is_found_only_in_time() {
    for (has_span, second, is_in_time) in [
        // From 5 s before the POST to 5 s after it.
        (true, Some(-6), false),
        (true, Some(-5), true),
        (true, Some(7), true),
        (true, Some(8), false),
        (true, None, false),
        (false, Some(1), false),
    ] {
        for is_kept in [true, false] {
            let mut pending = pending(Some(Before {
                date: None,
                ..before()
            }));
            pending.span = pending.span.filter(|_| has_span);
            let verdict = judge(
                &pending,
                &listing(&[(TEXT, second)]),
                Some(&no_others(is_kept)),
                WINDOW,
            );
            let wanted = match is_kept || is_in_time {
                true => "TT1",
                false => "unclear",
            };
            assert_eq!(told(&verdict), wanted, "{has_span} {second:?} {is_kept}");
        }
    }
}

#[test]
fn the_likeliest_candidate_comes_first() {
    let listing = listing(&[
        (OTHER, Some(1)),
        (TEXT, Some(3600)),
        (TEXT, Some(1)),
        (TEXT, Some(2)),
        // The window after the POST, and 5 s: the last second that is in time.
        (SIMILAR, Some(17)),
        (TEXT, None),
        (SIMILAR, Some(18)),
    ]);
    // Without a list before, nothing is found.
    let verdict = judge(&pending(None), &listing, Some(&no_others(true)), WINDOW);
    let Verdict::Unclear(candidates) = verdict else {
        panic!("{}", told(&verdict));
    };
    let shown: Vec<(&str, Resemblance, Option<bool>)> = (candidates.iter())
        .map(|it| (it.ticket.as_str(), it.resemblance, it.in_time))
        .collect();
    assert_eq!(
        shown,
        [
            ("TT4", Resemblance::SameText, Some(true)),
            ("TT3", Resemblance::SameText, Some(true)),
            ("TT2", Resemblance::SameText, Some(false)),
            ("TT6", Resemblance::SameText, None),
            ("TT5", Resemblance::SimilarText, Some(true)),
            ("TT7", Resemblance::SimilarText, Some(false)),
            ("TT1", Resemblance::OtherText, Some(true)),
        ]
    );
}
