//! Where a follower stands: positions that are long, refused or gone, tickets that are left out of a run, and
//! tickets that do not exist.

use super::{
    desk::{Desk, FirstPoll, Rules, refusal},
    follow::{desk, ids, last_checkpoint, post_later, run},
};
use hwc_core::{Clock as _, testing::Step};
use hwc_tickets::{Cursor, Event, Outbox, Pending, TicketId, submit::PendingId};
use serde_json::json;
use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex},
    time::Duration,
};

const S: fn(u64) -> Duration = Duration::from_secs;

/// Where a follower stands that begins now and runs for `time`.
async fn begun(desk: &Desk, names: &[&str], time: Duration) -> Cursor {
    let mut events = desk.client().follow(ids(names)).stream();
    last_checkpoint(&mut events, desk, time).await.1
}

/// What one gives that goes on from `cursor`, and where it stands then.
async fn resumed(
    desk: &Desk,
    names: &[&str],
    cursor: Cursor,
    time: Duration,
) -> (Vec<String>, Cursor) {
    let follow = desk.client().follow(ids(names)).resume(cursor);
    last_checkpoint(&mut follow.stream(), desk, time).await
}

/// Puts so many characters before each position of the service.
fn lengthen(desk: &Desk, length: usize) {
    let padding = "x".repeat(length);
    desk.on_request(move |state, asked| {
        if asked.operation() != "poll" {
            return None;
        }
        let mut asked = asked.clone();
        for (name, value) in &mut asked.query {
            if name == "last_message_time_id" {
                *value = value.strip_prefix(&padding).unwrap().to_owned();
            }
        }
        let mut answer = state.answer(&asked);
        let position = answer["last_message_time_id"].as_str().unwrap();
        answer["last_message_time_id"] = json!(format!("{padding}{position}"));
        Some(state.dated(Step::json(200, answer.to_string())))
    });
}

#[test]
fn a_long_position_is_kept_and_saved() {
    for length in [1020, 1100, 4000, 15_000] {
        for first_poll in [FirstPoll::Unread, FirstPoll::Nothing] {
            let desk = desk(
                &["a"],
                Rules {
                    first_poll,
                    poll_limit: 20,
                    ..Rules::default()
                },
            );
            lengthen(&desk, length);
            desk.clock.run(async {
                let cursor = begun(&desk, &["a"], S(1)).await;
                let mut all = Vec::new();
                let mut cursor = cursor;
                for run in 0..5 {
                    for n in 0..50 {
                        desk.state().post("a", 1, &format!("{run} {n}"));
                    }
                    let (texts, next) = resumed(&desk, &["a"], cursor, S(60)).await;
                    all.extend(texts);
                    cursor = next;
                    desk.clock.sleep(S(600)).await;
                }
                let expected: Vec<String> = (0..5)
                    .flat_map(|run| (0..50).map(move |n| format!("{run} {n}")))
                    .collect();
                assert_eq!(all, expected, "{length} {first_poll:?}");
            });
        }
    }
}

#[test]
fn a_position_too_long_to_keep_is_announced() {
    let desk = desk(
        &["a"],
        Rules {
            poll_limit: 5,
            ..Rules::default()
        },
    );
    let mut number = 0;
    desk.on_request(move |state, asked| {
        if asked.operation() != "poll" {
            return None;
        }
        number += 1;
        let mut answer = state.answer(asked);
        if number > 1 {
            answer["last_message_time_id"] = json!("x".repeat(100_000));
        }
        Some(state.dated(Step::json(200, answer.to_string())))
    });
    desk.clock.run(async {
        post_later(&desk, &[(5, "a", 1, "one"), (30, "a", 1, "two")]);
        let follow = desk.client().follow(ids(&["a"])).interval(S(3), S(3));
        let told = run(&mut follow.stream(), &desk, S(120)).await;
        let messages: Vec<&String> = told.iter().filter(|t| t.starts_with("a: ")).collect();
        assert_eq!(messages, ["a: one", "a: two"]);
        let gaps = told.iter().filter(|t| *t == "possible gap in a").count();
        assert_eq!(gaps, 1, "{told:?}");
    });
}

/// The service forgets every position that it gave, and takes those that it gives from now on.
fn refuse_positions(desk: &Desk, code: &'static str, status: u16) {
    desk.on_request(move |state, asked| {
        let position = asked.value("last_message_time_id");
        if position.is_some_and(|position| !position.starts_with("fresh")) {
            return Some(Step::json(status, refusal(code).to_string()));
        }
        if asked.operation() != "poll" {
            return None;
        }
        let mut asked = asked.clone();
        for (_, value) in &mut asked.query {
            if let Some(rest) = value.strip_prefix("fresh") {
                *value = rest.to_owned();
            }
        }
        let mut answer = state.answer(&asked);
        if let Some(position) = answer["last_message_time_id"].as_str() {
            answer["last_message_time_id"] = json!(format!("fresh{position}"));
        }
        Some(state.dated(Step::json(200, answer.to_string())))
    });
}

#[test]
fn a_refused_position_is_dropped_and_what_is_missed_is_read_from_history() {
    for first_poll in [FirstPoll::Unread, FirstPoll::Nothing, FirstPoll::Everything] {
        for (code, status) in [("OSM.01010001", 200), ("OSM.0001", 400)] {
            for before in [0, 3, 40] {
                let desk = desk(
                    &["a", "b"],
                    Rules {
                        first_poll,
                        ..Rules::default()
                    },
                );
                desk.state().post("a", 1, "long ago");
                desk.clock.advance(S(3600));
                desk.clock.run(async {
                    let client = desk.client();
                    let cursor = begun(&desk, &["a", "b"], S(5)).await;
                    for n in 0..before {
                        desk.state().post("a", 1, &format!("before {n}"));
                    }
                    let (texts, cursor) = resumed(&desk, &["a", "b"], cursor, S(60)).await;
                    assert_eq!(texts.len(), before);
                    desk.clock.sleep(S(600)).await;
                    desk.state().post("a", 1, "missed");
                    desk.state().post("b", 1, "missed too");
                    desk.clock.sleep(S(600)).await;
                    refuse_positions(&desk, code, status);
                    let follow = client.follow(ids(&["a", "b"])).resume(cursor);
                    let told = run(&mut follow.stream(), &desk, S(60)).await;
                    let case = format!("{first_poll:?} {code} {before}: {told:?}");
                    let mut messages: Vec<&String> =
                        told.iter().filter(|t| t.contains(": ")).collect();
                    messages.sort_unstable();
                    assert_eq!(messages, ["a: missed", "b: missed too"], "{case}");
                    for warning in ["degraded Refused", "possible gap in a", "possible gap in b"] {
                        assert!(told.contains(&warning.to_owned()), "{case}");
                    }
                    assert!(
                        !told
                            .iter()
                            .any(|t| t.starts_with("fatal") || t.starts_with("lost")),
                        "{case}"
                    );
                });
            }
        }
    }
}

/// Every restart with a refused position is the same as the first: it heals once, then the new position holds.
#[test]
fn a_refused_position_is_not_fatal_at_every_restart() {
    let desk = desk(&["a"], Rules::default());
    desk.clock.run(async {
        let cursor = begun(&desk, &["a"], S(5)).await;
        // The first position after the loss is an old one to the check below, so it is fresh from then on.
        refuse_positions(&desk, "OSM.01010001", 200);
        let mut cursor = cursor;
        for restart in 0..4 {
            desk.state().post("a", 1, &format!("{restart}"));
            desk.clock.sleep(S(60)).await;
            let (texts, next) = resumed(&desk, &["a"], cursor, S(60)).await;
            assert_eq!(texts, [format!("{restart}")]);
            cursor = next;
        }
        let state = desk.state();
        let refused = state.asked.iter().filter(|asked| {
            let position = asked.value("last_message_time_id");
            position.is_some_and(|position| !position.starts_with("fresh"))
        });
        assert_eq!(refused.count(), 1 + 1, "once before the loss, once refused");
    });
}

#[test]
fn a_ticket_that_is_refused_is_still_told_from_a_position_that_is() {
    let desk = desk(
        &["a", "b"],
        Rules {
            refuse_unknown: true,
            ..Rules::default()
        },
    );
    desk.clock.run(async {
        let client = desk.client();
        let cursor = begun(&desk, &["a", "b"], S(5)).await;
        desk.state().tickets.remove("b");
        desk.state().post("a", 1, "one");
        let follow = client.follow(ids(&["a", "b"])).resume(cursor);
        let mut told = run(&mut follow.stream(), &desk, S(60)).await;
        told.sort_unstable();
        assert_eq!(told, ["a: one", "lost b Refused"]);
    });
}

/// A service that takes none of its own positions: whatever its first answers hold, it is asked at the pace of
/// failures, a gap is announced until something is handed out or time passes, and what history shows is handed out once.
#[test]
fn a_service_that_takes_no_position_is_asked_at_the_pace_of_failures() {
    for first_poll in [FirstPoll::Unread, FirstPoll::Nothing, FirstPoll::Everything] {
        for before in [0, 5, 150] {
            let desk = desk(
                &["a"],
                Rules {
                    first_poll,
                    poll_limit: 100,
                    ..Rules::default()
                },
            );
            for n in 0..before {
                desk.state().post("a", 1, &format!("long ago {n}"));
            }
            desk.clock.advance(S(3600));
            desk.on_request(|_, asked| {
                let position = asked.value("last_message_time_id");
                position.map(|_| Step::json(200, refusal("OSM.01010001").to_string()))
            });
            desk.clock.run(async {
                post_later(&desk, &[(2, "a", 1, "one"), (500, "a", 1, "two")]);
                let mut events = desk.client().follow(ids(&["a"])).stream();
                let stop = events.stop_handle();
                let (clock, counts) = (desk.clock.clone(), desk.clone());
                let polls = tokio::spawn(async move {
                    clock.sleep(S(6)).await;
                    let at_first = counts.count("poll");
                    clock.sleep(S(1794)).await;
                    stop.stop();
                    (at_first, counts.count("poll"))
                });
                let mut told = Vec::new();
                while let Some(event) = events.next().await {
                    match event {
                        Event::Message { message, .. } => told.push(message.content),
                        Event::PossibleGap { .. } => told.push("gap".to_owned()),
                        Event::Degraded { error, .. } => told.push(format!("{:?}", error.kind())),
                        Event::Checkpoint(_) => {}
                        other => panic!("{other:?}"),
                    }
                }
                let (at_first, in_all) = polls.await.unwrap();
                let case =
                    format!("{first_poll:?}, {before} before: {at_first}, {in_all}, {told:?}");
                let count = |what: &str| told.iter().filter(|one| *one == what).count();
                assert!(at_first <= 12, "in six seconds: {case}");
                assert!(in_all <= 120, "in half an hour: {case}");
                assert!(count("Refused") >= 10, "each loss is told: {case}");
                // Twice something is handed out, and a quarter of an hour passes.
                assert!((1..=5).contains(&count("gap")), "{case}");
                assert_eq!((count("one"), count("two")), (1, 1), "{case}");
            });
        }
    }
}

/// A position is not proven to be good because the poll without it was refused too.
#[test]
fn a_refused_position_and_a_lost_ticket_at_once_cost_no_other_ticket() {
    let names = ["a", "b", "c"];
    let rules = Rules {
        refuse_unknown: true,
        ..Rules::default()
    };
    let desk = desk(&names, rules);
    desk.clock.run(async {
        let client = desk.client();
        let cursor = begun(&desk, &names, S(5)).await;
        desk.clock.sleep(S(600)).await;
        desk.state().tickets.remove("b");
        desk.state().post("a", 1, "missed");
        desk.state().post("c", 1, "missed too");
        refuse_positions(&desk, "OSM.01010001", 200);
        let follow = client.follow(ids(&names)).resume(cursor);
        let told = run(&mut follow.stream(), &desk, S(60)).await;
        let mut told: Vec<&String> = told.iter().filter(|one| !one.starts_with("deg")).collect();
        told.sort_unstable();
        told.dedup();
        let expected = [
            "a: missed",
            "c: missed too",
            "lost b Refused",
            "possible gap in a",
            "possible gap in c",
        ];
        assert_eq!(told, expected);
    });
}

#[test]
fn a_ticket_left_out_of_a_run_keeps_its_place() {
    let desk = desk(&["a", "b"], Rules::default());
    desk.clock.run(async {
        let cursor = begun(&desk, &["a", "b"], S(30)).await;
        desk.state().post("b", 1, "while b was left out");
        desk.clock.sleep(S(600)).await;
        let mut cursor = cursor;
        for _ in 0..3 {
            cursor = resumed(&desk, &["a"], cursor, S(60)).await.1;
        }
        let (texts, _) = resumed(&desk, &["a", "b"], cursor, S(60)).await;
        assert_eq!(texts, ["while b was left out"]);
    });
}

#[test]
fn a_lost_ticket_keeps_its_place() {
    let desk = desk(
        &["a", "b"],
        Rules {
            refuse_unknown: true,
            ..Rules::default()
        },
    );
    desk.clock.run(async {
        let cursor = begun(&desk, &["a", "b"], S(30)).await;
        // The permission is withdrawn, and given back.
        let kept = desk.state().tickets.remove("b").unwrap();
        let (_, cursor) = resumed(&desk, &["a", "b"], cursor, S(60)).await;
        desk.state().tickets.insert("b".to_owned(), kept);
        desk.state().post("b", 1, "meanwhile");
        desk.clock.sleep(S(600)).await;
        let (texts, _) = resumed(&desk, &["a", "b"], cursor, S(60)).await;
        assert_eq!(texts, ["meanwhile"]);
    });
}

#[test]
fn tickets_left_out_are_bounded_and_a_forgotten_one_is_announced() {
    let names: Vec<String> = (0..1400).map(|n| format!("t{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let desk = desk(&names, Rules::default());
    desk.clock.run(async {
        let client = desk.client();
        let mut cursor: Option<Cursor> = None;
        for part in [
            &names[..1000],
            &names[1000..1001],
            &names[1..1000],
            &names[1000..],
        ] {
            let mut follow = client.follow(ids(part));
            if let Some(cursor) = cursor.take() {
                follow = follow.resume(cursor);
            }
            let (_, next) = last_checkpoint(&mut follow.stream(), &desk, S(10)).await;
            assert!(serde_json::to_string(&next).unwrap().len() <= 4 << 20);
            cursor = Some(next);
        }
        desk.state().post("t0", 1, "t0 was left out longest");
        desk.state().post("t999", 1, "t999");
        desk.clock.sleep(S(60)).await;
        let follow = client.follow(ids(&["t0", "t999"])).resume(cursor.unwrap());
        let told = run(&mut follow.stream(), &desk, S(60)).await;
        assert!(told.contains(&"t999: t999".to_owned()), "{told:?}");
        assert!(
            told.contains(&"t0: t0 was left out longest".to_owned()),
            "{told:?}"
        );
    });
}

#[test]
fn a_ticket_that_does_not_exist_is_lost_at_once() {
    // Alone, and among others.
    let desk = desk(&["a"], Rules::default());
    desk.clock.run(async {
        let before = desk.clock.elapsed();
        let mut events = desk.client().follow(ids(&["no-such"])).stream();
        let told = run(&mut events, &desk, S(3600)).await;
        assert_eq!(told, ["lost no-such NotFound", "fatal NotFound"]);
        assert!(desk.clock.elapsed() - before < S(1), "at once");
        post_later(&desk, &[(30, "a", 1, "one")]);
        let mut events = desk.client().follow(ids(&["a", "no-such"])).stream();
        let told = run(&mut events, &desk, S(300)).await;
        assert_eq!(told, ["lost no-such NotFound", "a: one"]);
    });
    // Also when the tickets stand in a cursor, and when the question fails at first.
    desk.clock.run(async {
        let client = desk.client();
        let cursor = begun(&desk, &["a"], S(5)).await;
        let kept = desk.state().tickets.remove("a").unwrap();
        let mut failures = 3;
        desk.on_request(move |_, asked| {
            let hit = asked.operation() != "poll" && failures > 0;
            failures -= i32::from(hit);
            hit.then(|| Step::answer(503))
        });
        let mut events = client.follow(ids(&["a"])).resume(cursor).stream();
        let told = run(&mut events, &desk, S(3600)).await;
        assert_eq!(told, ["lost a NotFound", "fatal NotFound"]);
        desk.state().tickets.insert("a".to_owned(), kept);
    });
}

#[test]
fn tickets_that_are_there_cost_no_further_request() {
    let names: Vec<String> = (0..150).map(|n| format!("t{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let desk = desk(&names, Rules::default());
    desk.clock.run(async {
        let mut events = desk.client().follow(ids(&names)).stream();
        assert!(run(&mut events, &desk, S(2)).await.is_empty());
        assert_eq!(desk.state().asked.len(), 2);
    });
    // A service that names only tickets with news: one question for all of them, and none is lost.
    desk.on_request(|state, asked| {
        let mut answer = state.answer(asked);
        if asked.operation() == "poll" {
            answer["imstatus"] = json!([]);
        }
        Some(state.dated(Step::json(200, answer.to_string())))
    });
    desk.clock.run(async {
        let tickets: Vec<TicketId> = ids(&names);
        let mut events = desk.client().follow(tickets).stream();
        assert!(run(&mut events, &desk, S(2)).await.is_empty());
        assert_eq!(desk.count("unread"), 2);
        assert_eq!(desk.count("list"), 0);
    });
}

#[test]
fn whether_every_ticket_was_heard_of_can_be_asked() {
    let names: Vec<String> = (0..150).map(|n| format!("t{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let desk = desk(&names, Rules::default());
    desk.on_request(|_, asked| {
        asked
            .values("case_ids")
            .contains(&"t149")
            .then(|| Step::answer(503))
    });
    desk.clock.run(async {
        let mut events = desk.client().follow(ids(&names)).stream();
        run(&mut events, &desk, S(60)).await;
        assert!(
            !events.has_connected(),
            "the second group was never answered"
        );
        desk.on_request(|_, _| None);
        let mut events = desk.client().follow(ids(&names)).stream();
        assert!(!events.has_connected(), "nothing was sent yet");
        run(&mut events, &desk, S(60)).await;
        assert!(events.has_connected());
    });
}

#[test]
fn what_another_process_sent_is_the_callers_own_too() {
    let desk = desk(&["a"], Rules::default());
    let shared = Shared::default();
    let one = desk.builder().outbox(shared.clone()).build().unwrap();
    let other = desk.builder().outbox(shared).build().unwrap();
    desk.on_request(|state, asked| {
        let slow = asked.operation() == "submit";
        let body = state.answer(asked).to_string();
        slow.then(|| state.dated(Step::json(200, body.clone()).after(S(6))))
            .or_else(|| Some(state.dated(Step::json(200, body))))
    });
    desk.clock.run(async {
        let mut events = one.follow(ids(&["a"])).skip_own().stream();
        let submit = async {
            desk.clock.sleep(S(100)).await;
            let ticket = other.ticket("a").unwrap();
            ticket.submit("from the other shell").await.unwrap();
            desk.state().post("a", 0, "a colleague's");
        };
        let told = run(&mut events, &desk, S(300));
        let (told, ()) = futures_util::future::join(told, submit).await;
        assert_eq!(told, ["a: a colleague's"]);
    });
}

/// An outbox that several processes share, in memory.
#[derive(Debug, Clone, Default)]
struct Shared(Arc<Mutex<BTreeMap<PendingId, Pending>>>);

impl Outbox for Shared {
    fn put(&self, pending: &Pending) -> io::Result<()> {
        self.0.lock().unwrap().insert(pending.id(), pending.clone());
        Ok(())
    }

    fn remove(&self, id: &PendingId) -> io::Result<()> {
        self.0.lock().unwrap().remove(id);
        Ok(())
    }

    fn list(&self) -> io::Result<Vec<Pending>> {
        Ok(self.0.lock().unwrap().values().cloned().collect())
    }
}

/// One position that is taken in between makes a service that refuses every third poll no better.
#[test]
fn a_service_that_refuses_a_position_now_and_then_is_asked_at_the_pace_of_failures() {
    let rules = Rules {
        first_poll: FirstPoll::Everything,
        poll_limit: 100,
        ..Rules::default()
    };
    let desk = desk(&["a"], rules);
    for n in 0..1000 {
        desk.state().post("a", 1, &format!("long ago {n}"));
    }
    desk.clock.advance(S(3600));
    let polls = std::sync::atomic::AtomicUsize::new(0);
    desk.on_request(move |_, asked| {
        let position = asked.value("last_message_time_id");
        let number = match asked.operation() {
            "poll" => polls.fetch_add(1, std::sync::atomic::Ordering::Relaxed),
            _ => return None,
        };
        (position.is_some() && number % 3 == 2)
            .then(|| Step::json(400, refusal("OSM.01010001").to_string()))
    });
    desk.clock.run(async {
        let follow = desk.client().follow(ids(&["a"]));
        let told = run(&mut follow.stream(), &desk, S(60)).await;
        let in_all = desk.count("poll");
        assert!(in_all <= 40, "in a minute: {in_all}");
        // The first answer was cut: that is a reason of its own, told before.
        let lost = told.iter().position(|told| told.contains("Refused"));
        let gaps = told[lost.unwrap()..].iter();
        let gaps = gaps.filter(|told| told.contains("gap")).count();
        // One at the first loss, and one at the end for all others.
        assert_eq!(gaps, 2, "{told:?}");
        assert_eq!(told.last().unwrap(), "possible gap in a");
    });
}

/// The gap of each loss is told, that of several in a row as one: also when they end, and when the run does.
#[test]
fn no_loss_of_a_position_is_passed_over() {
    // When positions are refused, how long the run is, and when a gap is told.
    let table: [(&[u64], u64, &[u64]); 5] = [
        (&[10], 1000, &[10]),
        (&[10, 60], 1000, &[10, 180]),
        (&[10, 60], 100, &[10, 100]),
        (&[10, 60, 170, 280], 2000, &[10, 400]),
        (&[10, 1000], 2000, &[10, 1000]),
    ];
    for (refused, length, wanted) in table {
        let desk = desk(&["a"], Rules::default());
        desk.state().post("a", 1, "long ago");
        desk.clock.advance(S(3600));
        let clock = desk.clock.clone();
        let began = clock.elapsed();
        let mut left: Vec<Duration> = refused.iter().map(|at| began + S(*at)).collect();
        desk.on_request(move |_, asked| {
            let due = left.first().is_some_and(|at| clock.elapsed() >= *at);
            (due && asked.value("last_message_time_id").is_some()).then(|| {
                left.remove(0);
                Step::json(400, refusal("OSM.01010001").to_string())
            })
        });
        desk.clock.run(async {
            let follow = desk.client().follow(ids(&["a"])).interval(S(1), S(1));
            let mut events = follow.stream();
            let stop = events.stop_handle();
            let clock = desk.clock.clone();
            tokio::spawn(async move {
                clock.sleep(S(length)).await;
                stop.stop();
            });
            let mut told = Vec::new();
            while let Some(event) = events.next().await {
                if matches!(event, Event::PossibleGap { .. }) {
                    told.push((desk.clock.elapsed() - began).as_secs());
                }
            }
            let is_near = |(told, wanted): (&u64, &u64)| (*wanted..=wanted + 5).contains(told);
            assert!(
                told.len() == wanted.len() && told.iter().zip(wanted).all(is_near),
                "{refused:?}: {told:?}, not {wanted:?}"
            );
        });
    }
}

/// The question whether it exists and the read of its history are both refused.
#[test]
fn a_lost_ticket_is_told_once() {
    for names in [&["no-such"][..], &["a", "no-such"]] {
        let desk = desk(&["a"], Rules::default());
        // Both are under way together.
        desk.on_request(|state, asked| {
            let answer = state.answer(asked).to_string();
            Some(state.dated(Step::json(200, answer).after(S(1))))
        });
        desk.clock.run(async {
            let follow = desk.client().follow(ids(names)).tail(5);
            let told = run(&mut follow.stream(), &desk, S(60)).await;
            let lost = told.iter().filter(|told| told.starts_with("lost"));
            assert_eq!(lost.count(), 1, "{told:?}");
            let fatal = told.iter().filter(|told| told.starts_with("fatal"));
            assert_eq!(fatal.count(), usize::from(names.len() == 1), "{told:?}");
        });
    }
}
