//! Iterators of a blocking client: what they give, report and refuse is what streams do, step by step, and so are the requests.

use super::{TICKET, client, one_thread};
use crate::{
    office::{Office, Row},
    reading::desk::{Desk, Rules},
};
use hwc_core::testing::Step;
use hwc_tickets::{
    AllCursor, ErrorKind, History, ListedTicket, Message, ReadReport,
    api::ListReport,
    blocking::{Messages, Rows},
};
use std::time::Duration;

/// What each step gave, and the report after it; the end too.
type Steps<T, R> = Vec<(Option<Result<T, ErrorKind>>, R)>;

/// Paths and queries.
type Requests = Vec<(String, Vec<(String, String)>)>;

/// Messages at so many different minutes.
fn desk_of(messages: usize) -> Desk {
    let desk = Desk::new(Rules::default());
    for place in 0..messages {
        let millis = 1_772_236_800_000 + place as i64 * 60_000;
        let mut state = desk.state();
        state.post_at(TICKET, (place % 2) as i64, &place.to_string(), millis);
    }
    desk
}

fn history(desk: &Desk, options: impl FnOnce(History) -> History) -> Messages {
    let ticket = client(desk).ticket(TICKET).unwrap();
    ticket.history_with(options).unwrap()
}

/// What was asked for since it was asked last.
fn asked(desk: &Desk) -> Requests {
    let asked = std::mem::take(&mut desk.state().asked);
    let requests = asked.into_iter();
    requests.map(|asked| (asked.path, asked.query)).collect()
}

fn streamed(desk: &Desk, history: History) -> Steps<Message, ReadReport> {
    let mut steps = Vec::new();
    desk.clock.run(async {
        let mut messages = history.stream();
        loop {
            let next = messages.next().await;
            let has_ended = next.is_none();
            let next = next.map(|next| next.map_err(|error| error.kind()));
            steps.push((next, messages.report()));
            if has_ended {
                return;
            }
        }
    });
    steps
}

fn iterated(mut messages: Messages) -> Steps<Message, ReadReport> {
    let mut steps = Vec::new();
    loop {
        let next = messages.next();
        let has_ended = next.is_none();
        let next = next.map(|next| next.map_err(|error| error.kind()));
        steps.push((next, messages.report()));
        if has_ended {
            return steps;
        }
    }
}

/// Reads in both ways, and gives what came of it.
fn both_ways(
    desk: &Desk,
    options: impl Fn(History) -> History,
    told: &str,
) -> Steps<Message, ReadReport> {
    asked(desk);
    let ticket = desk.client().ticket(TICKET).unwrap();
    let expected = streamed(desk, options(ticket.history()));
    let requests = asked(desk);
    let steps = iterated(history(desk, options));
    assert_eq!(steps, expected, "{told}");
    assert_eq!(asked(desk), requests, "{told}");
    steps
}

/// The number of messages that came before the end, or the error.
fn given<T, R>(steps: &[(Option<Result<T, ErrorKind>>, R)]) -> usize {
    let good = steps.iter().filter(|(next, _)| matches!(next, Some(Ok(_))));
    good.count()
}

#[test]
fn messages_come_and_are_reported_as_by_a_stream() {
    let desk = desk_of(20);
    for (oldest_first, size) in [(false, 3), (false, 100), (true, 3), (true, 100)] {
        let in_order = |history: History| match oldest_first {
            true => history.page_size(size).oldest_first(),
            false => history.page_size(size),
        };
        let whole = both_ways(&desk, in_order, "without a limit");
        assert_eq!(given(&whole), 20);
        for limit in [0_u64, 1, 2, 3, 4, 6, 19, 20, 21] {
            let told = format!("{oldest_first} {size} {limit}");
            let some = both_ways(&desk, |history| in_order(history).limit(limit), &told);
            assert_eq!(given(&some) as u64, limit.min(20), "{told}");
            let (_, report) = some.last().unwrap();
            assert!(report.complete, "{told}: {report:?}");
        }
    }
}

#[test]
fn an_error_comes_where_a_stream_gives_it_and_is_the_last_item() {
    for failing in 1..=4 {
        let desk = desk_of(20);
        desk.on_request(move |state, _| {
            let refused = || Step::json(200, r#"{"error_code":"OSM.01010015"}"#);
            (state.asked.len() == failing).then(refused)
        });
        let newest = both_ways(&desk, |history| history.page_size(5), "the newest first");
        assert_eq!(given(&newest), (failing - 1) * 5, "{failing}");
        let oldest = |history: History| history.page_size(5).oldest_first();
        let oldest = both_ways(&desk, oldest, "the oldest first");
        assert_eq!(given(&oldest), 0, "{failing}");
        for steps in [newest, oldest] {
            let place = steps.len() - 2;
            assert!(matches!(steps[place].0, Some(Err(_))), "{failing}");
        }
    }
    let desk = desk_of(20);
    let too_many = |history: History| history.page_size(5).oldest_first().buffer_limit(12);
    let steps = both_ways(&desk, too_many, "more than may be held");
    assert_eq!(steps[0].0, Some(Err(ErrorKind::LimitExceeded)));
}

/// The first answer tells no time; or one of which this machine is days behind, so that reading begins again.
#[test]
fn what_an_answer_tells_of_the_time_is_taken_as_by_a_stream() {
    const DAY: i64 = 24 * 3_600_000;
    for (date_ahead, requests) in [(Some(0), 1), (None, 1), (Some(3 * DAY), 2)] {
        let desk = desk_of(20);
        desk.state().rules.date_ahead = date_ahead;
        let mut messages = history(&desk, |history| history.page_size(8));
        messages.next().unwrap().unwrap();
        assert_eq!(desk.count("more"), requests, "{date_ahead:?}");
        let options: [fn(History) -> History; 4] = [
            |history| history.page_size(8),
            |history| history.page_size(8).oldest_first(),
            |history| history.page_size(8).limit(9),
            |history| history.page_size(8).max_age(Duration::MAX),
        ];
        for (place, options) in options.into_iter().enumerate() {
            let told = format!("{date_ahead:?} {place}");
            let steps = both_ways(&desk, options, &told);
            assert_eq!(given(&steps), if place == 2 { 9 } else { 20 }, "{told}");
            // In each step: it is decided with the first page.
            for (_, report) in steps {
                assert_eq!(report.local_clock, date_ahead.is_none(), "{told}");
            }
        }
    }
}

#[test]
fn no_page_is_asked_for_before_a_message_of_it_is_wanted() {
    let desk = desk_of(20);
    let mut messages = history(&desk, |history| history.page_size(8));
    assert_eq!(desk.count("more"), 0);
    for number in 1..=8 {
        messages.next().unwrap().unwrap();
        let report = messages.report();
        assert_eq!((report.yielded, report.pages), (number, 1));
        assert!(!report.complete);
    }
    assert_eq!(desk.count("more"), 1);
    messages.next().unwrap().unwrap();
    assert_eq!(messages.report().yielded, 9);
    drop(messages);
    assert_eq!(desk.count("more"), 2);
}

#[test]
fn what_was_read_already_is_refused_inside_a_runtime_too() {
    let desk = desk_of(4);
    let mut messages = history(&desk, |history| history);
    messages.next().unwrap().unwrap();
    one_thread().block_on(async {
        let error = messages.next().unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InsideRuntime);
        assert!(messages.next().is_none());
    });
    assert!(messages.next().is_none());
    assert_eq!(messages.report().yielded, 1);
    let office = Office::new((0..4).map(|n| Row::new(&format!("TT{n}"), 1, n)).collect());
    let client = office.builder().build_blocking().unwrap();
    let mut rows = client.tickets().list().items().unwrap();
    rows.next().unwrap().unwrap();
    one_thread().block_on(async {
        let error = rows.next().unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InsideRuntime);
        assert!(rows.next().is_none());
    });
    assert!(rows.next().is_none());
    // What has ended says nothing more, wherever it is asked.
    let mut messages = history(&desk, |history| history);
    let mut rows = client.tickets().list().items().unwrap();
    assert_eq!((messages.by_ref().count(), rows.by_ref().count()), (4, 4));
    one_thread().block_on(async {
        assert!(messages.next().is_none() && rows.next().is_none());
    });
}

fn listed(mut rows: Rows<ListedTicket>) -> Steps<ListedTicket, ListReport> {
    let mut steps = Vec::new();
    loop {
        let next = rows.next();
        let has_ended = next.is_none();
        let next = next.map(|next| next.map_err(|error| error.kind()));
        steps.push((next, rows.report().clone()));
        if has_ended {
            return steps;
        }
    }
}

/// With the request of this number, the first is 1, refused.
fn tickets(failing: usize) -> [(Steps<ListedTicket, ListReport>, usize); 2] {
    let office = || {
        let rows = (0..10).map(|n| Row::new(&format!("TT{n}"), 1, n));
        let office = Office::new(rows.collect());
        let mut number = 0;
        office.after(move |_| {
            number += 1;
            (number == failing).then(|| Step::json(200, r#"{"error_code":"OSM.01010015"}"#))
        });
        office
    };
    let other = office();
    let mut expected = Vec::new();
    other.clock.run(async {
        let mut rows = other.client().tickets().list().page_size(4).items();
        loop {
            let next = rows.next().await;
            let has_ended = next.is_none();
            let next = next.map(|next| next.map_err(|error| error.kind()));
            expected.push((next, rows.report().clone()));
            if has_ended {
                return;
            }
        }
    });
    let office = office();
    let client = office.builder().build_blocking().unwrap();
    let steps = listed(client.tickets().list().page_size(4).items().unwrap());
    [
        (steps, office.count("list")),
        (expected, other.count("list")),
    ]
}

#[test]
fn rows_come_and_are_reported_as_by_a_stream() {
    for failing in 0..=3 {
        let [(steps, asked), (expected, requests)] = tickets(failing);
        assert_eq!(steps, expected, "{failing}");
        assert_eq!(asked, requests, "{failing}");
        let good = given(&steps);
        assert!(if failing == 0 { good == 10 } else { good < 10 });
    }
}

/// As the cursor has it that it goes on from, before anything is asked.
#[test]
fn a_follower_of_all_tickets_says_that_the_clock_of_a_machine_counted() {
    let client = client(&desk_of(0));
    let mut cursor = serde_json::to_value(AllCursor::default()).unwrap();
    for counted in [false, true] {
        cursor["local_clock"] = counted.into();
        let cursor: AllCursor = serde_json::from_value(cursor.clone()).unwrap();
        let events = client.follow_all(|follow| follow.resume(cursor)).unwrap();
        assert_eq!(events.used_local_clock(), counted);
    }
}
