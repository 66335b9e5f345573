//! Following: what is handed out, when, and how it goes on after trouble.

use super::desk::{Asked, Desk, FirstPoll, Listing, OWN, Rules, State, refusal};
use hwc_core::{Clock as _, testing::Step};
use hwc_tickets::{Cursor, CursorFile, ErrorKind, Event, Events, Follow, TicketId, TicketStatus};
use jiff::Timestamp;
use serde_json::json;
use std::time::Duration;

const S: fn(u64) -> Duration = Duration::from_secs;

pub(super) fn ids(names: &[&str]) -> Vec<TicketId> {
    names
        .iter()
        .map(|name| TicketId::new(name).unwrap())
        .collect()
}

/// A desk that knows the tickets.
pub(super) fn desk(names: &[&str], rules: Rules) -> Desk {
    let desk = Desk::new(rules);
    for name in names {
        desk.state().tickets.insert((*name).to_owned(), Vec::new());
    }
    desk
}

/// Posts at moments after now, while something else runs.
pub(super) fn post_later(desk: &Desk, posts: &[(u64, &'static str, i64, &'static str)]) {
    let clock = desk.clock.clone();
    let desk = desk.clone();
    let start = clock.elapsed();
    let mut posts: Vec<_> = posts.to_vec();
    posts.sort_by_key(|(second, ..)| *second);
    tokio::spawn(async move {
        for (second, ticket, kind, text) in posts {
            let at = start + S(second);
            clock.sleep(at.saturating_sub(clock.elapsed())).await;
            desk.state().post(ticket, kind, text);
        }
    });
}

/// What a follower gave, shortly: messages as `ticket: text`, other events by name.
pub(super) async fn run(events: &mut Events, desk: &Desk, time: Duration) -> Vec<String> {
    let stop = events.stop_handle();
    let clock = desk.clock.clone();
    tokio::spawn(async move {
        clock.sleep(time).await;
        stop.stop();
    });
    let mut told = Vec::new();
    while let Some(event) = events.next().await {
        match event {
            Event::Message { ticket, message } => {
                told.push(format!("{ticket}: {}", message.content))
            }
            Event::Status { ticket, status, .. } => told.push(format!("{ticket} is {status:?}")),
            Event::Checkpoint(_) => {}
            Event::Degraded { error, .. } => told.push(format!("degraded {:?}", error.kind())),
            Event::TicketLost { ticket, error } => {
                told.push(format!("lost {ticket} {:?}", error.kind()))
            }
            Event::Fatal(error) => told.push(format!("fatal {:?}", error.kind())),
            Event::PossibleGap { ticket } => told.push(format!("possible gap in {ticket}")),
            Event::Undecodable(_) => told.push("undecodable".to_owned()),
            _ => told.push("new kind".to_owned()),
        }
    }
    told
}

/// The last checkpoint of a run.
pub(super) async fn last_checkpoint(
    events: &mut Events,
    desk: &Desk,
    time: Duration,
) -> (Vec<String>, Cursor) {
    let stop = events.stop_handle();
    let clock = desk.clock.clone();
    tokio::spawn(async move {
        clock.sleep(time).await;
        stop.stop();
    });
    let (mut texts, mut last) = (Vec::new(), None);
    while let Some(event) = events.next().await {
        match event {
            Event::Message { message, .. } => texts.push(message.content),
            Event::Checkpoint(cursor) => last = Some(cursor),
            _ => {}
        }
    }
    // Through its written form, as after a restart.
    let text = serde_json::to_string(&last.unwrap()).unwrap();
    (texts, serde_json::from_str(&text).unwrap())
}

#[test]
fn new_messages_of_every_kind_once_and_in_order() {
    for first_poll in [FirstPoll::Unread, FirstPoll::Nothing, FirstPoll::Everything] {
        for inclusive_cursor in [false, true] {
            let rules = Rules {
                first_poll,
                inclusive_cursor,
                ..Rules::default()
            };
            let desk = desk(&["a", "b"], rules);
            desk.state().post("a", 1, "long ago");
            desk.state().post("b", 0, "long ago too");
            desk.clock.advance(S(3600));
            desk.clock.run(async {
                post_later(
                    &desk,
                    &[
                        (5, "a", 1, "one"),
                        (5, "a", 1, "two"),
                        (6, "b", 0, "three"),
                        (200, "a", 0, "four"),
                        (500, "b", 1, "five"),
                    ],
                );
                let mut events = desk.client().follow(ids(&["a", "b"])).stream();
                let told = run(&mut events, &desk, S(600)).await;
                let news = ["a: one", "a: two", "b: three", "a: four", "b: five"];
                // The last message before the first position comes with it, and nothing proves its age.
                let before: &[&str] = match (first_poll, inclusive_cursor) {
                    (FirstPoll::Unread, true) => &["possible gap in b"],
                    (FirstPoll::Nothing, true) => &["b: long ago too"],
                    _ => &[],
                };
                let expected = [before, &news].concat();
                assert_eq!(told, expected, "{first_poll:?} {inclusive_cursor}");
            });
        }
    }
}

#[test]
fn the_position_goes_back_byte_for_byte_and_an_empty_one_changes_nothing() {
    let desk = desk(&["a"], Rules::default());
    let mut number = 0;
    desk.on_request(move |state, asked| {
        number += 1;
        let mut answer = state.answer(asked);
        match number {
            2 => answer["last_message_time_id"] = json!(""),
            3 => {
                answer
                    .as_object_mut()
                    .unwrap()
                    .remove("last_message_time_id");
            }
            4 => answer["last_message_time_id"] = json!(null),
            5 => answer["last_message_time_id"] = json!("x".repeat(100_000)),
            _ => {}
        }
        Some(Step::json(200, answer.to_string()))
    });
    desk.clock.run(async {
        post_later(
            &desk,
            &[
                (1, "a", 1, "one"),
                (5, "a", 1, "two"),
                (60, "a", 1, "three"),
            ],
        );
        let mut events = desk
            .client()
            .follow(ids(&["a"]))
            .interval(S(3), S(3))
            .stream();
        assert_eq!(
            run(&mut events, &desk, S(120)).await,
            ["a: one", "a: two", "possible gap in a", "a: three"]
        );
    });
    let state = desk.state();
    let positions: Vec<_> = (state.asked.iter().take(6))
        .map(|asked| asked.value("last_message_time_id").map(str::to_owned))
        .collect();
    assert_eq!(positions[0], None);
    assert_eq!(positions[1].as_deref(), Some("@ 0+=&"));
    assert!(
        positions[2..]
            .iter()
            .all(|position| *position == positions[1])
    );
}

#[test]
fn polls_slow_down_when_it_is_quiet_and_a_full_answer_is_followed_at_once() {
    fastrand::seed(7);
    let rules = Rules {
        poll_limit: 120,
        ..Rules::default()
    };
    let desk = desk(&["a"], rules);
    desk.clock.run(async {
        let mut events = desk.client().follow(ids(&["a"])).stream();
        run(&mut events, &desk, S(3600)).await;
        let quiet = desk.count("poll");
        assert!((70..240).contains(&quiet), "{quiet} polls in an hour");
    });

    let desk = super::follow::desk(
        &["a"],
        Rules {
            poll_limit: 120,
            ..Rules::default()
        },
    );
    desk.clock.run(async {
        let client = desk.client();
        let mut events = client.follow(ids(&["a"])).stream();
        let (_, cursor) = last_checkpoint(&mut events, &desk, S(1)).await;
        for n in 0..600 {
            desk.state().post("a", 1, &format!("{n}"));
        }
        let before = desk.count("poll");
        let mut events = client.follow(ids(&["a"])).resume(cursor).stream();
        // All in less than the shortest wait: 600 in answers of 120, and one more that is empty.
        let (texts, _) = last_checkpoint(&mut events, &desk, S(2)).await;
        assert_eq!(texts, (0..600).map(|n| n.to_string()).collect::<Vec<_>>());
        assert_eq!(desk.count("poll") - before, 6);
    });
}

#[test]
fn where_a_follower_begins() {
    type Begin = fn(Follow, Timestamp) -> Follow;
    let cases: [(Begin, &[&str]); 5] = [
        (|follow, _| follow, &["new"]),
        (|follow, then| follow.since(then), &["3", "4", "5", "new"]),
        (
            |follow, _| follow.since(Timestamp::UNIX_EPOCH),
            &["1", "2", "3", "4", "5", "new"],
        ),
        (|follow, _| follow.tail(2), &["4", "5", "new"]),
        (|follow, _| follow.tail(0), &["new"]),
    ];
    for first_poll in [FirstPoll::Unread, FirstPoll::Nothing, FirstPoll::Everything] {
        for (begin, expected) in cases {
            let desk = desk(
                &["a"],
                Rules {
                    first_poll,
                    ..Rules::default()
                },
            );
            let mut then = Timestamp::UNIX_EPOCH;
            for text in ["1", "2", "3", "4", "5"] {
                if text == "3" {
                    then = desk.clock.now();
                }
                desk.state().post("a", 1, text);
                desk.clock.advance(S(60));
            }
            desk.clock.run(async {
                post_later(&desk, &[(4, "a", 1, "new")]);
                let mut events = begin(desk.client().follow(ids(&["a"])), then).stream();
                let (texts, _) = last_checkpoint(&mut events, &desk, S(60)).await;
                assert_eq!(texts, *expected, "{first_poll:?}");
            });
        }
    }
}

#[test]
fn what_arrives_while_history_is_read_comes_after_it_and_once() {
    for at in 1..6 {
        let desk = desk(
            &["a"],
            Rules {
                first_poll: FirstPoll::Everything,
                ..Rules::default()
            },
        );
        for n in 0..250 {
            desk.state().post("a", 1, &format!("{n}"));
            desk.clock.advance(S(1));
        }
        let mut requests = 0;
        desk.on_request(move |state, _| {
            requests += 1;
            if requests == at {
                state.post("a", 1, "meanwhile");
            }
            None
        });
        desk.clock.run(async {
            let client = desk.client();
            let mut events = client
                .follow(ids(&["a"]))
                .since(Timestamp::UNIX_EPOCH)
                .stream();
            let (texts, _) = last_checkpoint(&mut events, &desk, S(60)).await;
            let mut expected: Vec<String> = (0..250).map(|n| n.to_string()).collect();
            expected.push("meanwhile".to_owned());
            assert_eq!(texts, expected, "at request {at}");
        });
    }
}

#[test]
fn a_history_that_may_have_a_gap_is_told() {
    let desk = desk(
        &["a"],
        Rules {
            first_poll: FirstPoll::Nothing,
            listing: Listing::Refused,
            ..Rules::default()
        },
    );
    for n in 0..150 {
        desk.state().post("a", 1, &format!("{n}"));
    }
    desk.clock.advance(S(60));
    desk.clock.run(async {
        let client = desk.client();
        let mut events = client
            .follow(ids(&["a"]))
            .since(Timestamp::UNIX_EPOCH)
            .stream();
        let told = run(&mut events, &desk, S(10)).await;
        assert_eq!(told.len(), 101);
        assert_eq!(told[0], "possible gap in a");
    });
}

#[test]
fn a_restart_in_the_middle_of_history_goes_on_where_it_stopped() {
    for stop_after in [0, 1, 99, 100, 101, 249] {
        let desk = desk(&["a"], Rules::default());
        for n in 0..250 {
            desk.state().post("a", 1, &format!("{n}"));
            desk.clock.advance(S(1));
        }
        desk.clock.run(async {
            let client = desk.client();
            let follow = || client.follow(ids(&["a"])).since(Timestamp::UNIX_EPOCH);
            let mut events = follow().stream();
            let stop = events.stop_handle();
            let (mut texts, mut last) = (Vec::new(), None);
            while let Some(event) = events.next().await {
                match event {
                    Event::Message { message, .. } => texts.push(message.content),
                    Event::Checkpoint(cursor) => last = Some(cursor),
                    _ => {}
                }
                if texts.len() >= stop_after && last.is_some() {
                    stop.stop();
                }
            }
            assert!(texts.len() <= stop_after.max(1));
            desk.state().post("a", 1, "250");
            let text = serde_json::to_string(&last.unwrap()).unwrap();
            let cursor = serde_json::from_str(&text).unwrap();
            let mut events = follow().resume(cursor).stream();
            texts.extend(last_checkpoint(&mut events, &desk, S(60)).await.0);
            assert_eq!(
                texts,
                (0..=250).map(|n| n.to_string()).collect::<Vec<_>>(),
                "{stop_after}"
            );
        });
    }
}

#[test]
fn what_is_far_back_is_known_by_its_time() {
    let desk = desk(
        &["a"],
        Rules {
            first_poll: FirstPoll::Everything,
            ..Rules::default()
        },
    );
    for n in 0..600 {
        desk.state().post("a", 1, &format!("{n}"));
        desk.clock.advance(S(1));
    }
    desk.on_request(|state, asked| {
        // The service forgets every position and answers with all there is.
        let mut asked = asked.clone();
        if asked.operation() == "poll" {
            asked
                .query
                .retain(|(name, _)| name != "last_message_time_id");
            state.rules.poll_limit = 10_000;
        }
        Some(Step::json(200, state.answer(&asked).to_string()))
    });
    desk.clock.run(async {
        let client = desk.client();
        let mut events = client
            .follow(ids(&["a"]))
            .since(Timestamp::UNIX_EPOCH)
            .stream();
        let (texts, cursor) = last_checkpoint(&mut events, &desk, S(30)).await;
        assert_eq!(texts, (0..600).map(|n| n.to_string()).collect::<Vec<_>>());
        let polls = desk.count("poll");
        desk.state().post("a", 1, "new");
        let mut events = client.follow(ids(&["a"])).resume(cursor).stream();
        assert_eq!(last_checkpoint(&mut events, &desk, S(30)).await.0, ["new"]);
        assert!(polls > 2);
    });
}

#[test]
fn a_message_is_part_of_a_checkpoint_only_after_it_was_handed_out() {
    let desk = desk(&["a"], Rules::default());
    desk.clock.run(async {
        let client = desk.client();
        let mut events = client.follow(ids(&["a"])).stream();
        let (_, cursor) = last_checkpoint(&mut events, &desk, S(1)).await;
        for text in ["one", "two", "three"] {
            desk.state().post("a", 1, text);
        }
        // Killed after the first message: no checkpoint came, so all come again.
        let mut events = client.follow(ids(&["a"])).resume(cursor.clone()).stream();
        let Some(Event::Message { message, .. }) = events.next().await else {
            panic!()
        };
        assert_eq!(message.content, "one");
        drop(events);
        let mut events = client.follow(ids(&["a"])).resume(cursor.clone()).stream();
        assert!(matches!(events.next().await, Some(Event::Message { .. })));
        // Stopped after the first message: its checkpoint holds that one, and no other.
        events.stop_handle().stop();
        let Some(Event::Checkpoint(cursor)) = events.next().await else {
            panic!()
        };
        assert!(events.next().await.is_none());
        let mut events = client.follow(ids(&["a"])).resume(cursor).stream();
        let (texts, cursor) = last_checkpoint(&mut events, &desk, S(10)).await;
        assert_eq!(texts, ["two", "three"]);
        let mut events = client.follow(ids(&["a"])).resume(cursor).stream();
        assert!(
            last_checkpoint(&mut events, &desk, S(10))
                .await
                .0
                .is_empty()
        );
    });
}

#[test]
fn the_set_of_tickets_may_change() {
    let desk = desk(
        &["a", "b", "c"],
        Rules {
            first_poll: FirstPoll::Everything,
            ..Rules::default()
        },
    );
    desk.clock.run(async {
        let client = desk.client();
        let mut events = client.follow(ids(&["a", "b"])).stream();
        let (_, cursor) = last_checkpoint(&mut events, &desk, S(30)).await;
        desk.state().post("a", 1, "a while away");
        desk.state().post("b", 1, "b while away");
        desk.state().post("c", 1, "c before it is followed");
        desk.clock.sleep(S(3600)).await;
        let mut events = client.follow(ids(&["c", "a"])).resume(cursor).stream();
        let (texts, cursor) = last_checkpoint(&mut events, &desk, S(30)).await;
        assert_eq!(texts, ["a while away"]);
        desk.state().post("c", 1, "c now");
        let mut events = client.follow(ids(&["a", "b", "c"])).resume(cursor).stream();
        let (texts, _) = last_checkpoint(&mut events, &desk, S(30)).await;
        assert_eq!(texts, ["b while away", "c now"]);
    });
}

#[test]
fn many_tickets_are_polled_in_groups() {
    let names: Vec<String> = (0..250).map(|n| format!("TT{n:030}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let desk = desk(&names, Rules::default());
    desk.clock.run(async {
        let client = desk.client();
        let mut events = client
            .follow(ids(&names))
            .group("g-1".parse().unwrap())
            .stream();
        let (_, cursor) = last_checkpoint(&mut events, &desk, S(1)).await;
        assert_eq!(desk.count("poll"), 3);
        for name in [names[0], names[120], names[249]] {
            desk.state().post(name, 1, name);
        }
        assert_eq!(desk.state().asked[0].value("group_id"), Some("g-1"));
        let mut events = client.follow(ids(&names)).resume(cursor).stream();
        let (mut texts, _) = last_checkpoint(&mut events, &desk, S(1)).await;
        texts.sort_unstable();
        assert_eq!(texts, [names[0], names[120], names[249]]);
        assert_eq!(desk.count("poll"), 6);
    });
}

#[test]
fn the_number_of_tickets_is_checked_before_anything_is_sent() {
    let desk = desk(&[], Rules::default());
    for number in [0, 1501] {
        let tickets: Vec<TicketId> = (0..number)
            .map(|n| TicketId::new(format!("t{n}")).unwrap())
            .collect();
        let events = desk.client().follow(tickets).stream();
        let told = desk
            .clock
            .run(async { run(&mut { events }, &desk, S(1)).await });
        assert_eq!(told, ["fatal InvalidInput"]);
    }
    assert!(desk.state().asked.is_empty());
}

#[test]
fn own_messages_are_left_out_only_when_they_are_known_to_be_own() {
    let desk = desk(&["a"], Rules::default());
    desk.clock.run(async {
        let client = desk.client();
        let ticket = client.ticket("a").unwrap();
        let mut events = client
            .follow(ids(&["a"]))
            .skip_own()
            .interval(S(3), S(3))
            .stream();
        let submit = async {
            desk.clock.sleep(S(5)).await;
            ticket.submit("mine & <b>").await.unwrap();
            desk.state().post("a", 0, "a colleague's");
            desk.state().post("a", 1, "mine & <b>");
        };
        let (told, ()) = futures_util::future::join(run(&mut events, &desk, S(60)), submit).await;
        assert_eq!(
            told,
            ["a: a colleague's", "a: mine & <b>"],
            "the support repeats it"
        );

        // With a known author all own messages are left out, other programs' too.
        let known = desk.builder().author_id(OWN).build().unwrap();
        // A colleague's words are not the caller's, even when they are the same.
        let mut events = known
            .follow(ids(&["a"]))
            .skip_own()
            .interval(S(3), S(3))
            .stream();
        let submit = async {
            desk.clock.sleep(S(5)).await;
            let ticket = known.ticket("a").unwrap();
            ticket.submit("Any news?").await.unwrap();
            let mut state = desk.state();
            state.post("a", 0, "Any news?");
            let messages = state.tickets.get_mut("a").unwrap();
            messages.last_mut().unwrap().replier = "colleague".to_owned();
        };
        let (told, ()) = futures_util::future::join(run(&mut events, &desk, S(60)), submit).await;
        assert_eq!(told, ["a: Any news?"], "the colleague's");
        desk.state().tickets.get_mut("a").unwrap().truncate(3);

        let mut events = known.follow(ids(&["a"])).skip_own().tail(10).stream();
        let (texts, cursor) = last_checkpoint(&mut events, &desk, S(10)).await;
        assert_eq!(texts, ["mine & <b>"]);
        // What was left out does not come later either.
        let mut events = known.follow(ids(&["a"])).resume(cursor).stream();
        assert!(
            last_checkpoint(&mut events, &desk, S(10))
                .await
                .0
                .is_empty()
        );
    });
}

#[test]
fn trouble_is_told_and_tried_again() {
    // (what happens to the second and third poll, events)
    let cases: [(Step, &str); 8] = [
        (Step::reset(), "degraded Interrupted"),
        (Step::refused(), "degraded Connect"),
        (Step::hang(), "degraded Timeout"),
        (Step::answer(503), "degraded Unavailable"),
        (Step::json(200, "<html>"), "degraded Protocol"),
        (Step::json(200, "null"), "degraded Protocol"),
        (
            Step::json(200, refusal("OSM.01010014").to_string()),
            "degraded Unavailable",
        ),
        (
            Step::json(200, refusal("OSM.01010004").to_string()),
            "degraded Throttled",
        ),
    ];
    for (step, expected) in cases {
        let desk = desk(&["a"], Rules::default());
        let mut number = 0;
        desk.on_request(move |_, _| {
            number += 1;
            (number == 2 || number == 3).then(|| step.clone())
        });
        desk.clock.run(async {
            post_later(&desk, &[(1, "a", 1, "one")]);
            let mut events = desk.client().follow(ids(&["a"])).stream();
            let told = run(&mut events, &desk, S(300)).await;
            assert_eq!(told, [expected, expected, "a: one"]);
        });
    }
}

/// What a machine on the way had stored is how things were then: no position moves behind what it says, and no status is told by
/// it. What came meanwhile comes with the next answer.
#[test]
fn a_stored_answer_is_no_news() {
    for stored in [1, 2] {
        let desk = desk(&["a"], Rules::default());
        let mut polls = 0;
        desk.on_request(move |state, asked| {
            polls += usize::from(asked.operation() == "poll");
            (polls == stored).then(|| {
                // The position behind all there is, and nothing of it: as if another question were answered.
                let mut answer = state.answer(asked);
                answer["immsg"] = json!([]);
                let answer = Step::json(200, answer.to_string());
                state.dated(answer).header("age", "60")
            })
        });
        desk.clock.run(async {
            post_later(&desk, &[(1, "a", 1, "one")]);
            let mut events = desk.client().follow(ids(&["a"])).stream();
            let told = run(&mut events, &desk, S(300)).await;
            assert_eq!(told, ["degraded Protocol", "a: one"], "{stored}");
        });
        let state = desk.state();
        let asked = state.asked.iter();
        let positions: Vec<_> = asked
            .map(|asked| asked.value("last_message_time_id"))
            .collect();
        assert_eq!(positions[stored - 1], positions[stored], "{stored}");
    }
    let desk = desk(&["a"], Rules::default());
    desk.state().status.insert("a".to_owned(), 3);
    let mut questions = 0;
    desk.on_request(move |_, asked| {
        questions += usize::from(asked.operation() == "status");
        (asked.operation() == "status" && questions == 1).then(|| {
            let answer = json!({ "incident_id": "a", "status": 1 });
            Step::json(200, answer.to_string()).header("age", "60")
        })
    });
    desk.clock.run(async {
        let follow = desk.client().follow(ids(&["a"])).status_events(S(30));
        let told = run(&mut follow.stream(), &desk, S(300)).await;
        let status = format!("a is {:?}", TicketStatus::Completed);
        assert_eq!(told, ["degraded Protocol", status.as_str()]);
    });
}

#[test]
fn the_wait_that_the_service_asks_for_is_kept() {
    let desk = desk(&["a"], Rules::default());
    let mut number = 0;
    desk.on_request(move |_, _| {
        number += 1;
        (number == 2).then(|| Step::answer(429).header("retry-after", "200"))
    });
    desk.clock.run(async {
        let mut events = desk.client().follow(ids(&["a"])).stream();
        assert_eq!(
            run(&mut events, &desk, S(200)).await,
            ["degraded Throttled"]
        );
        assert_eq!(desk.count("poll"), 2, "not before 200 s");
    });
}

#[test]
fn a_wait_beyond_every_clock_is_kept_without_harm() {
    let desk = desk(&["a"], Rules::default());
    let mut number = 0;
    desk.on_request(move |_, _| {
        number += 1;
        (number > 1).then(|| Step::answer(429).header("retry-after", "99999999999999999999999"))
    });
    desk.clock.run(async {
        let mut events = desk
            .client()
            .follow(ids(&["a"]))
            .status_events(S(60))
            .stream();
        let told = run(&mut events, &desk, S(3600)).await;
        assert!(told.contains(&"degraded Throttled".to_owned()), "{told:?}");
        assert!(desk.count("poll") <= 2, "not before its time");
    });
}

/// A machine with a wrong clock asks for years: nobody means that.
#[test]
fn a_wait_of_years_ends_after_a_day() {
    let desk = desk(&["a"], Rules::default());
    let (mut number, clock) = (0, desk.clock.clone());
    desk.on_request(move |_, _| {
        number += 1;
        let is_early = number > 1 && clock.elapsed() < S(7200);
        is_early.then(|| Step::answer(429).header("retry-after", "99999999999"))
    });
    desk.clock.run(async {
        post_later(&desk, &[(7300, "a", 1, "one")]);
        let mut events = desk.client().follow(ids(&["a"])).stream();
        let told = run(&mut events, &desk, S(2 * 24 * 3600)).await;
        assert_eq!(told, ["degraded Throttled", "a: one"]);
    });
}

#[test]
fn refused_credentials_pause_everything_or_end() {
    // A fixed token: waiting changes nothing.
    let desk = desk(&["a"], Rules::default());
    desk.on_request(|_, _| Some(Step::json(401, r#"{"error_code":"APIGW.0301"}"#)));
    desk.clock.run(async {
        let mut events = desk.client().follow(ids(&["a"])).stream();
        assert_eq!(
            run(&mut events, &desk, S(3600)).await,
            ["fatal Unauthorized"]
        );
        assert_eq!(desk.count("poll"), 1);
    });
    // A gateway that keeps the caller out: three tries with growing pauses, then a person is needed.
    desk.on_request(|_, _| Some(Step::json(403, r#"{"error_code":"APIGW.0302"}"#)));
    desk.clock.run(async {
        let mut events = desk.client().follow(ids(&["a"])).stream();
        let told = run(&mut events, &desk, S(3600)).await;
        let pause = "degraded Forbidden";
        assert_eq!(told, [pause, pause, pause, "fatal Forbidden"]);
        assert_eq!(desk.count("poll"), 5);
        assert!(desk.clock.elapsed() >= S(60 + 120 + 240));
    });
}

#[test]
fn one_bad_ticket_does_not_stop_the_others() {
    let names: Vec<String> = (0..64).map(|n| format!("t{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let desk = desk(
        &names[1..],
        Rules {
            refuse_unknown: true,
            ..Rules::default()
        },
    );
    desk.clock.run(async {
        // Further apart than two polls of one group ever are.
        post_later(&desk, &[(30, "t1", 1, "one"), (130, "t63", 1, "two")]);
        let mut events = desk.client().follow(ids(&names)).stream();
        let told = run(&mut events, &desk, S(600)).await;
        assert_eq!(told, ["lost t0 Refused", "t1: one", "t63: two"]);
        // Once the bad one is out, the parts are polled together again.
        let last = desk
            .state()
            .asked
            .iter()
            .rev()
            .take(3)
            .map(|a| a.values("case_ids").len())
            .max();
        assert_eq!(last, Some(63));
    });
    // When every ticket is refused, it is not the tickets.
    desk.on_request(|_, _| Some(Step::json(200, refusal("OSM.01010002").to_string())));
    desk.clock.run(async {
        let mut events = desk.client().follow(ids(&names)).stream();
        let told = run(&mut events, &desk, S(600)).await;
        assert_eq!(told.last().unwrap(), "fatal Forbidden");
        assert!(told.len() <= 22);
    });
}

#[test]
fn requests_that_are_too_large_are_made_smaller_for_good() {
    let names: Vec<String> = (0..64).map(|n| format!("t{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let desk = desk(&names, Rules::default());
    desk.on_request(|_, asked| (asked.values("case_ids").len() > 20).then(|| Step::answer(414)));
    desk.clock.run(async {
        // Further apart than two polls of one group ever are.
        post_later(&desk, &[(30, "t1", 1, "one"), (130, "t63", 1, "two")]);
        let mut events = desk.client().follow(ids(&names)).stream();
        assert_eq!(
            run(&mut events, &desk, S(600)).await,
            ["t1: one", "t63: two"]
        );
    });
    let state = desk.state();
    let refused = state
        .asked
        .iter()
        .filter(|asked| asked.values("case_ids").len() > 20)
        .count();
    assert_eq!(refused, 3, "64, then twice 32");
}

#[test]
fn status_events_come_from_their_own_slow_question() {
    let names = ["a", "b", "c"];
    let desk = desk(&names, Rules::default());
    for (name, status) in [("a", 1), ("b", 17)] {
        desk.state().status.insert(name.to_owned(), status);
    }
    desk.clock.run(async {
        let clock = desk.clock.clone();
        let changed = desk.clone();
        tokio::spawn(async move {
            clock.sleep(S(100)).await;
            changed.state().status.insert("a".to_owned(), 3);
        });
        let follow = desk.client().follow(ids(&names)).status_events(S(30));
        let told = run(&mut follow.stream(), &desk, S(600)).await;
        let status: Vec<&String> = told.iter().filter(|t| t.contains(" is ")).collect();
        assert_eq!(
            status,
            [
                &format!("a is {:?}", TicketStatus::InProgress),
                &format!("b is {:?}", TicketStatus::AwaitingFeedback),
                &format!("a is {:?}", TicketStatus::Completed),
            ]
        );
        assert!(told.iter().any(|t| t == "degraded NotFound"), "c has none");
        let asked = desk.count("status");
        assert!(
            (30..=61).contains(&asked),
            "{asked} questions in ten minutes"
        );
        assert_eq!(desk.count("detail"), 0);
    });
    // A thousand tickets: not more than one question each second.
    let names: Vec<String> = (0..1000).map(|n| format!("t{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let desk = super::follow::desk(&names, Rules::default());
    for name in &names {
        desk.state().status.insert((*name).to_owned(), 1);
    }
    desk.clock.run(async {
        let follow = desk.client().follow(ids(&names)).status_events(S(10));
        run(&mut follow.stream(), &desk, S(100)).await;
        assert!(desk.count("status") <= 101);
    });
}

/// Whoever may read messages and no statuses reads messages: each ticket that is refused is asked about once, and all of them
/// are given up when the caller was kept out three times in a row.
#[test]
fn a_status_that_is_refused_is_given_up() {
    for (code, asked) in [("OSM.01010002", 2), ("APIGW.0302", 3)] {
        let desk = desk(&["a", "b"], Rules::default());
        desk.on_request(move |_, asked| {
            let is_refused = asked.operation() == "status";
            is_refused.then(|| match code.starts_with("OSM") {
                true => Step::json(200, refusal(code).to_string()),
                false => Step::json(403, format!(r#"{{"error_code":"{code}"}}"#)),
            })
        });
        desk.clock.run(async {
            post_later(&desk, &[(500, "a", 1, "one")]);
            let follow = desk.client().follow(ids(&["a", "b"])).status_events(S(10));
            let told = run(&mut follow.stream(), &desk, S(3600)).await;
            let refused = told.iter().filter(|told| *told == "degraded Forbidden");
            assert_eq!(refused.count(), asked, "{code}: {told:?}");
            assert!(told.contains(&"a: one".to_owned()), "{told:?}");
            assert_eq!(desk.count("status"), asked, "{code}");
        });
    }
}

/// A cursor knows the status that was told last.
#[test]
fn a_cursor_holds_the_last_status() {
    let desk = desk(&["a", "b"], Rules::default());
    desk.state().status.insert("a".to_owned(), 2);
    desk.clock.run(async {
        let [a, b] = ["a", "b"].map(|name| TicketId::new(name).unwrap());
        let follow = || desk.client().follow(ids(&["a"])).status_events(S(10));
        let (_, cursor) = last_checkpoint(&mut follow().stream(), &desk, S(60)).await;
        let status = Some(TicketStatus::AwaitingConfirmation);
        assert_eq!((cursor.status(&a), cursor.status(&b)), (status, None));
        // A ticket that is left out keeps it.
        let other = desk.client().follow(ids(&["b"])).resume(cursor);
        let (_, cursor) = last_checkpoint(&mut other.stream(), &desk, S(60)).await;
        assert_eq!(cursor.status(&a), status);
        // One that only a later version knows is none.
        let text = serde_json::to_string(&cursor).unwrap();
        let later = text.replace("awaiting_confirmation", "of_a_later_version");
        let cursor: Cursor = serde_json::from_str(&later).unwrap();
        assert_eq!(cursor.status(&a), None);
    });
}

#[test]
fn an_item_that_cannot_be_read_is_an_event() {
    let desk = desk(
        &["a"],
        Rules {
            first_poll: FirstPoll::Everything,
            ..Rules::default()
        },
    );
    desk.clock.run(async {
        let clock = desk.clock.clone();
        let posting = desk.clone();
        tokio::spawn(async move {
            clock.sleep(S(5)).await;
            let mut state = posting.state();
            state.post("a", 1, "one");
            state.post("a", 1, "broken");
            state.post("a", 1, "two");
            state.tickets.get_mut("a").unwrap()[1].broken = true;
        });
        let mut events = desk.client().follow(ids(&["a"])).stream();
        let mut told = run(&mut events, &desk, S(60)).await;
        told.sort_unstable();
        assert_eq!(told, ["a: one", "a: two", "undecodable"]);
    });
}

#[test]
fn a_cursor_file_is_written_at_each_checkpoint_and_locked() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("cursor.json");
    let desk = desk(&["a"], Rules::default());
    desk.clock.run(async {
        let client = desk.client();
        let file = CursorFile::open(&path).unwrap();
        assert!(file.cursor().is_none());
        let mut events = client.follow(ids(&["a"])).cursor_file(file).stream();
        assert!(matches!(events.next().await, Some(Event::Checkpoint(_))));
        // Another follower of the same file, and a save behind its back.
        let error = CursorFile::open(&path).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Locked);
        let cursor = Cursor::load(&path).unwrap().unwrap();
        assert_eq!(cursor.save(&path).unwrap_err().kind(), ErrorKind::Locked);
        desk.state().post("a", 1, "one");
        while !matches!(events.next().await, Some(Event::Message { .. })) {}
        assert!(matches!(events.next().await, Some(Event::Checkpoint(_))));
        drop(events);
        let file = CursorFile::open(&path).unwrap();
        desk.state().post("a", 1, "two");
        let mut events = client.follow(ids(&["a"])).cursor_file(file).stream();
        let (texts, _) = last_checkpoint(&mut events, &desk, S(10)).await;
        assert_eq!(texts, ["two"]);
    });
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains("\"hwc_tickets_cursor\":2"));
}

#[test]
#[cfg(unix)]
fn a_checkpoint_that_cannot_be_written_is_told_and_tried_again() {
    let directory = tempfile::tempdir().unwrap();
    let inner = directory.path().join("inner");
    std::fs::create_dir(&inner).unwrap();
    let path = inner.join("cursor.json");
    let desk = desk(&["a"], Rules::default());
    desk.clock.run(async {
        let file = CursorFile::open(&path).unwrap();
        let mut events = desk.client().follow(ids(&["a"])).cursor_file(file).stream();
        assert!(matches!(events.next().await, Some(Event::Checkpoint(_))));
        std::fs::remove_dir_all(&inner).unwrap();
        desk.state().post("a", 1, "one");
        assert!(matches!(events.next().await, Some(Event::Message { .. })));
        let Some(Event::Degraded { error, .. }) = events.next().await else {
            panic!()
        };
        assert_eq!(error.kind(), ErrorKind::Storage);
        assert!(matches!(events.next().await, Some(Event::Checkpoint(_))));
        std::fs::create_dir(&inner).unwrap();
        desk.state().post("a", 1, "two");
        assert!(matches!(events.next().await, Some(Event::Message { .. })));
        assert!(matches!(events.next().await, Some(Event::Checkpoint(_))));
        assert!(Cursor::load(&path).unwrap().is_some());
    });
}

#[test]
fn cursor_files_that_cannot_be_used_are_refused_with_a_reason() {
    let directory = tempfile::tempdir().unwrap();
    assert_eq!(
        Cursor::load(directory.path().join("none.json")).unwrap(),
        None
    );
    let digits = |n: usize| {
        format!(
            r#"{{"hwc_tickets_cursor":1,"groups":[{{"tickets":"{}"}}]}}"#,
            "0".repeat(n)
        )
    };
    let cases = [
        (String::new(), "cannot be understood"),
        ("{}".to_owned(), "cannot be understood"),
        (
            r#"{"hwc_tickets_cursor":3,"groups":[]}"#.to_owned(),
            "version 3",
        ),
        (
            r#"{"hwc_tickets_cursor":0,"groups":[]}"#.to_owned(),
            "version 0",
        ),
        (digits(3), "damaged"),
        (digits(5 << 20), "larger than 4 MiB"),
    ];
    for (number, (content, reason)) in cases.iter().enumerate() {
        let path = directory.path().join(format!("{number}.json"));
        write_private(&path, content);
        let error = Cursor::load(&path).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Storage);
        assert!(error.to_string().contains(reason), "{error}");
        assert!(error.help().contains("Remove the file"), "{error}");
    }
    // A wrong file may hold anything: nothing of it is told.
    let foreign = [
        r#""canary-token""#,
        r#"{"hwc_tickets_cursor":"canary-token","groups":[]}"#,
        r#"{"hwc_tickets_cursor":1,"groups":["canary-token"]}"#,
        r#"{"hwc_tickets_cursor":1,"groups":[{"tickets":12345678901}]}"#,
    ];
    for (number, content) in foreign.iter().enumerate() {
        let path = directory.path().join(format!("foreign-{number}.json"));
        write_private(&path, content);
        let error = Cursor::load(&path).unwrap_err();
        let told = format!("{error:#} {error:?}");
        assert!(told.contains("cannot be understood"), "{told}");
        assert!(
            !told.contains("canary") && !told.contains("12345678901"),
            "{told}"
        );
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let path = directory.path().join("shared.json");
        write_private(&path, r#"{"hwc_tickets_cursor":1,"groups":[]}"#);
        assert!(Cursor::load(&path).unwrap().is_some());
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        let error = Cursor::load(&path).unwrap_err();
        assert!(error.to_string().contains("chmod 600"), "{error}");
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test makes the file that the crate refuses"
)]
pub(super) fn write_private(path: &std::path::Path, content: &str) {
    std::fs::write(path, content).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
}

#[test]
fn a_dropped_stream_leaves_nothing_behind() {
    let desk = desk(&["a"], Rules::default());
    desk.on_request(|state: &mut State, asked: &Asked| {
        let body = state.answer(asked).to_string();
        Some(Step::json(200, body).after(S(2)))
    });
    desk.clock.run(async {
        let mut events = desk
            .client()
            .follow(ids(&["a"]))
            .status_events(S(5))
            .stream();
        for _ in 0..20 {
            // The future of each event is dropped early again and again; nothing is lost by that.
            let patience = desk.clock.sleep(Duration::from_millis(700));
            futures_util::future::select(std::pin::pin!(events.next()), patience).await;
        }
        assert!(desk.count("poll") >= 2);
    });
    assert_eq!(desk.clock.sleepers(), 0);
}

/// Each answer costs one look into the outbox at most, not each message.
#[test]
fn own_messages_are_told_without_reading_the_outbox_for_each() {
    let desk = desk(&["a"], Rules::default());
    let shelf = crate::ledger::shelf::Shelf::default();
    let client = desk.builder().outbox(shelf.clone()).build().unwrap();
    desk.clock.run(async {
        let ticket = client.ticket("a").unwrap();
        let mut events = (client.follow(ids(&["a"])).skip_own())
            .interval(S(3), S(3))
            .stream();
        let posts = async {
            desk.clock.sleep(S(5)).await;
            ticket.submit("mine").await.unwrap();
            for n in 0..100 {
                desk.state().post("a", 0, &format!("a colleague's {n}"));
            }
            shelf.listings()
        };
        let (told, before) = futures_util::future::join(run(&mut events, &desk, S(7)), posts).await;
        assert_eq!(told.len(), 100, "{told:?}");
        let listings = shelf.listings() - before;
        assert!(listings <= 6, "{listings} for {} messages", told.len());
    });
}

/// The clock of the service stands still: no time tells old from new, and memory has its bound all the same.
#[test]
fn what_is_known_of_one_second_is_bounded_and_the_rest_is_announced() {
    const ALL: usize = 12_000;
    let rules = Rules {
        first_poll: FirstPoll::Nothing,
        poll_limit: 1000,
        ..Rules::default()
    };
    let desk = desk(&["a"], rules);
    let now = desk.state().now_millis();
    desk.state().fixed_now = Some(now);
    desk.clock.run(async {
        let client = desk.client();
        let mut events = client.follow(ids(&["a"])).stream();
        let (_, cursor) = last_checkpoint(&mut events, &desk, S(5)).await;
        for n in 0..ALL {
            desk.state().post("a", 1, &format!("{n}"));
        }
        let mut events = client.follow(ids(&["a"])).resume(cursor).stream();
        let stop = events.stop_handle();
        let clock = desk.clock.clone();
        tokio::spawn(async move {
            clock.sleep(S(120)).await;
            stop.stop();
        });
        let (mut texts, mut gaps, mut cursor) = (Vec::new(), 0, None);
        while let Some(event) = events.next().await {
            match event {
                Event::Message { message, .. } => texts.push(message.content),
                Event::PossibleGap { .. } => gaps += 1,
                Event::Checkpoint(at) => cursor = Some(at),
                other => panic!("{other:?}"),
            }
        }
        assert!((10_000..ALL).contains(&texts.len()), "{}", texts.len());
        assert!((1..=3).contains(&gaps), "{gaps}");
        let expected: Vec<String> = (0..texts.len()).map(|n| n.to_string()).collect();
        assert!(texts == expected, "in order, and each once");
        let written = serde_json::to_value(cursor.unwrap()).unwrap();
        let known = written["groups"][0]["marks"][0]["known"]
            .as_array()
            .unwrap();
        assert!(known.len() <= 10_000, "{}", known.len());
    });
}

/// Polls go on while history cannot be read: what they bring waits, up to a bound. Beyond it history shows
/// the rest, and a gap is announced.
#[test]
fn what_waits_for_history_is_bounded() {
    const ALL: usize = 12_000;
    let rules = Rules {
        poll_limit: 500,
        ..Rules::default()
    };
    let desk = desk(&["a"], rules);
    let begin = desk.state().now_millis();
    desk.on_request(|_, asked| (asked.operation() == "more").then(|| Step::answer(503)));
    desk.clock.run(async {
        let since = Timestamp::from_millisecond(begin).unwrap();
        let mut events = desk.client().follow(ids(&["a"])).since(since).stream();
        let stop = events.stop_handle();
        let busy = desk.clone();
        tokio::spawn(async move {
            for n in 0..ALL {
                busy.state().post("a", 1, &format!("{n}"));
                if n % 100 == 0 {
                    busy.clock.sleep(S(1)).await;
                }
            }
            busy.clock.sleep(S(60)).await;
            busy.on_request(|_, _| None);
            busy.clock.sleep(S(300)).await;
            stop.stop();
        });
        let (mut texts, mut gaps) = (Vec::new(), 0);
        while let Some(event) = events.next().await {
            match event {
                Event::Message { message, .. } => texts.push(message.content),
                Event::PossibleGap { .. } => gaps += 1,
                _ => {}
            }
        }
        let mut numbers: Vec<usize> = texts.iter().map(|text| text.parse().unwrap()).collect();
        numbers.sort_unstable();
        assert!(numbers == (0..ALL).collect::<Vec<_>>(), "{}", numbers.len());
        assert_eq!(gaps, 1, "more came than can wait");
    });
}

/// The position of an answer lies behind messages that no ticket can be found for, so they do not come again: that they came is told.
#[test]
fn messages_of_no_ticket_that_was_asked_for_are_told() {
    let without = "immsg: the field incident_id is missing, null or empty";
    let other =
        |id: &str| format!("immsg: the field incident_id names {id}, which was not asked for");
    // (the id of the entry, what is told of it)
    let cases = [
        (None, without.to_owned()),
        (Some(json!(null)), without.to_owned()),
        (Some(json!("")), without.to_owned()),
        (Some(json!("b")), other("b")),
        (Some(json!("A")), other("A")),
        (
            Some(json!(" a")),
            "immsg: the field incident_id is not a valid ticket id: character U+0020 at position 0 is not allowed"
                .to_owned(),
        ),
        (
            Some(json!({ "a": "secret" })),
            "immsg: the field incident_id is an object, which cannot be read as documented".to_owned(),
        ),
    ];
    for (id, expected) in cases {
        let desk = desk(&["a"], Rules::default());
        desk.on_request({
            let id = id.clone();
            move |state, asked| {
                let mut answer = state.answer(asked);
                for entry in answer["immsg"].as_array_mut()? {
                    if entry["message_list"][0]["content"] == "secret" {
                        let entry = entry.as_object_mut()?;
                        match &id {
                            Some(id) => entry.insert("incident_id".to_owned(), id.clone()),
                            None => entry.remove("incident_id"),
                        };
                    }
                }
                Some(Step::json(200, answer.to_string()))
            }
        });
        desk.clock.run(async {
            post_later(&desk, &[(5, "a", 1, "secret"), (200, "a", 1, "later")]);
            let mut events = desk.client().follow(ids(&["a"])).stream();
            let stop = events.stop_handle();
            let mut told = Vec::new();
            while let Some(event) = events.next().await {
                match event {
                    Event::Undecodable(item) => {
                        assert!(!format!("{item:?}").contains("secret"), "{item:?}");
                        told.push(item.reason);
                    }
                    Event::Message { message, .. } => {
                        told.push(message.content);
                        stop.stop();
                    }
                    Event::Checkpoint(_) => {
                        assert!(desk.clock.elapsed() < S(600), "{id:?}: {told:?}");
                    }
                    event => panic!("{id:?}: {event:?}"),
                }
            }
            assert_eq!(told, [expected.as_str(), "later"], "{id:?}");
        });
    }
}

/// An entry without messages loses nothing, whatever ticket it names; nor does one of a ticket that is taken out while it is polled.
#[test]
fn an_entry_that_costs_no_message_is_not_told() {
    for entry in [
        json!({}),
        json!({ "incident_id": null, "message_list": [] }),
        json!({ "incident_id": "b", "message_list": null }),
    ] {
        let desk = desk(&["a"], Rules::default());
        let stray = entry.clone();
        desk.on_request(move |state, asked| {
            let mut answer = state.answer(asked);
            answer["immsg"].as_array_mut()?.push(stray.clone());
            Some(Step::json(200, answer.to_string()))
        });
        desk.clock.run(async {
            post_later(&desk, &[(5, "a", 1, "one")]);
            let mut events = desk.client().follow(ids(&["a"])).stream();
            assert_eq!(run(&mut events, &desk, S(60)).await, ["a: one"], "{entry}");
        });
    }

    let desk = desk(&["a", "b"], Rules::default());
    desk.clock.run(async {
        let mut events = desk.client().follow(ids(&["a", "b"])).stream();
        let handle = events.handle();
        let removing = handle.clone();
        let mut polls = 0;
        desk.on_request(move |state, asked| {
            polls += usize::from(asked.operation() == "poll");
            if polls == 2 && asked.operation() == "poll" {
                state.post("b", 1, "while it goes");
                removing.remove(ids(&["b"]).remove(0));
            }
            None
        });
        let clock = desk.clock.clone();
        tokio::spawn(async move {
            clock.sleep(S(300)).await;
            handle.add(ids(&["b"]).remove(0));
        });
        post_later(&desk, &[(200, "a", 1, "one")]);
        let told = run(&mut events, &desk, S(600)).await;
        assert_eq!(told, ["a: one", "b: while it goes"]);
    });
}
