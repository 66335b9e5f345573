//! Where tickets begin when nothing is said of it, and what is told of the clock that it was taken from.

use super::{ClientClock, S, change, is_list, list, lists, play, put, told};
use crate::reading::desk::{Desk, Rules, State};
use hwc_core::testing::Step;
use hwc_tickets::{AllCursor, FollowAll, jiff::Timestamp};
use serde_json::{Value, json};
use std::sync::{Arc, atomic::AtomicI64};

/// One open ticket with a message that is an hour old.
fn desk(date_ahead: Option<i64>) -> Desk {
    let desk = Desk::new(Rules {
        date_ahead,
        ..Rules::default()
    });
    put(&mut desk.state(), "old", 1, "before");
    lists(&desk);
    desk.clock.advance(S(3_600));
    desk
}

/// Of a machine whose clock is so many hours ahead.
fn follow(desk: &Desk, hours_ahead: i64) -> FollowAll {
    let clock = ClientClock {
        clock: desk.clock.clone(),
        ahead: Arc::new(AtomicI64::new(hours_ahead * 3_600)),
    };
    let client = desk.builder().clock(clock).build().unwrap();
    let follow = client.follow_all().interval(S(3), S(3));
    follow.list_interval(S(10), S(10))
}

/// What is told while a ticket is opened, or an open one gets a message, whether the clock of the machine counted, and the last cursor.
fn run(desk: &Desk, follow: FollowAll, opened: &'static str) -> (Vec<String>, bool, AllCursor) {
    desk.clock.run(async {
        let mut events = follow.stream();
        let plan = vec![change(40, move |state| put(state, opened, 1, "first"))];
        play(desk, &events, plan, 100);
        let (told, cursor) = told(&mut events, usize::MAX).await;
        (told, events.used_local_clock(), cursor.unwrap())
    })
}

#[test]
fn that_no_time_was_told_is_told_in_each_run_that_begins_so() {
    // Ahead, it leaves messages out; behind, it tells more.
    for (hours, has_before, has_first) in [(-2, true, true), (0, false, true), (2, false, false)] {
        let desk = desk(None);
        let (told, is_local, cursor) = run(&desk, follow(&desk, hours), "young");
        for (text, is_told) in [("old: before", has_before), ("young: first", has_first)] {
            assert_eq!(
                told.contains(&text.to_owned()),
                is_told,
                "{hours} h ahead: {told:?}"
            );
        }
        assert!(is_local, "{hours} h ahead");

        // The service tells its time by now. The beginning is as it was.
        desk.state().rules.date_ahead = Some(0);
        let again = follow(&desk, hours).resume(cursor.clone());
        let (_, is_local, _) = run(&desk, again, "later");
        assert!(is_local, "{hours} h ahead");

        let named = follow(&desk, hours)
            .resume(cursor)
            .since(Timestamp::UNIX_EPOCH);
        let (_, is_local, cursor) = run(&desk, named, "last");
        assert!(!is_local, "{hours} h ahead");
        let (_, is_local, _) = run(&desk, follow(&desk, hours).resume(cursor), "latest");
        assert!(!is_local, "{hours} h ahead");
    }
}

#[test]
fn a_time_that_was_told_is_none_of_this_machine() {
    for hours in [-2, 0, 2] {
        let desk = desk(Some(0));
        let (told, is_local, _) = run(&desk, follow(&desk, hours), "young");
        assert_eq!(told, ["new old", "new young", "young: first"]);
        assert!(!is_local, "{hours} h ahead");
    }
}

/// The service tells a time that lies far beyond, always or with the first list alone: nothing that is written until then may be left
/// out.
#[test]
fn a_time_that_nothing_bears_out_is_none() {
    const DAY: i64 = 24 * 3_600_000;
    for (days, lasts) in [(2, true), (2, false), (26_000, true), (26_000, false)] {
        let desk = desk(Some(days * DAY));
        let (told, is_local, cursor) = run(&desk, follow(&desk, 0), "young");
        let expected = ["new old", "new young", "young: first"];
        assert_eq!(told, expected, "{days} days");
        assert!(is_local, "{days} days");
        if !lasts {
            desk.state().rules.date_ahead = Some(0);
        }
        let (told, ..) = run(&desk, follow(&desk, 0).resume(cursor), "later");
        let is_told = told.contains(&"later: first".to_owned());
        assert!(is_told, "{days} days: {told:?}");
    }
}

/// Years behind, the machine proves nothing against the service where that has a ticket of today.
#[test]
fn a_machine_that_is_behind_is_no_doubt_of_a_time_that_the_newest_ticket_bears_out() {
    let desk = desk(Some(0));
    let (told, is_local, _) = run(&desk, follow(&desk, -9_000 * 24), "young");
    assert_eq!(told, ["new old", "new young", "young: first"]);
    assert!(!is_local);

    // Not where that is days old. Then no more than what came from a day before it is told.
    let desk = Desk::new(Rules::default());
    put(&mut desk.state(), "old", 1, "before");
    lists(&desk);
    desk.clock.advance(S(5 * 24 * 3_600));
    let (told, is_local, _) = run(&desk, follow(&desk, -9_000 * 24), "young");
    let expected = ["new old", "old: before", "new young", "young: first"];
    assert_eq!(told, expected);
    assert!(is_local);
}

/// Each ticket with the time of its first message as that of its opening.
fn opened(state: &State, mut list: Value) -> Value {
    for row in list["incident_info_list"].as_array_mut().unwrap() {
        let id = row["incident_id"].as_str().unwrap();
        let messages = state.tickets.get(id).into_iter().flatten();
        let first = messages.map(|message| message.millis).min();
        row["create_time"] = json!(first.unwrap_or_default().to_string());
    }
    list
}

/// The time that is told with answers is hours ahead of the one that messages have, or nothing tells it and the machine is ahead: what is
/// opened after the first list is told whole, in that run and in the next one.
#[test]
fn a_ticket_that_is_newer_than_the_first_list_is_told_whole() {
    const HOUR: i64 = 3_600_000;
    for (date_ahead, hours) in [(Some(8 * HOUR), 0), (Some(8 * HOUR), 8), (None, 2)] {
        for in_first_run in [true, false] {
            let desk = desk(date_ahead);
            desk.on_request(|state, asked| {
                is_list(asked).then(|| {
                    let rows = opened(state, list(state, asked));
                    state.dated(Step::json(200, rows.to_string()))
                })
            });
            let ticket = if in_first_run { "young" } else { "old" };
            let (told, _, cursor) = run(&desk, follow(&desk, hours), ticket);
            let expected = match in_first_run {
                true => &["new old", "new young", "young: first"][..],
                false => &["new old", "old: first"],
            };
            assert_eq!(told, expected, "{date_ahead:?} {hours} h");
            let (told, ..) = run(&desk, follow(&desk, hours).resume(cursor), "later");
            let expected = ["new later", "later: first"];
            assert_eq!(told, expected, "{date_ahead:?} {hours} h");
        }
    }
}
