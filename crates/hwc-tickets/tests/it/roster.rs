//! Tickets that come to a running follower and go from it: nothing twice, nothing lost, and their places kept.

use crate::reading::desk::{Desk, Rules};
use hwc_core::{Clock as _, testing::Step};
use hwc_tickets::{Cursor, Event, Events, FollowHandle, TicketId, TicketStatus};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

const S: fn(u64) -> Duration = Duration::from_secs;

fn id(name: &str) -> TicketId {
    TicketId::new(name).unwrap()
}

fn ids(names: &[&str]) -> Vec<TicketId> {
    names.iter().map(|name| id(name)).collect()
}

fn desk(names: &[&str]) -> Desk {
    let desk = Desk::new(Rules::default());
    for name in names {
        let mut state = desk.state();
        state.tickets.insert((*name).to_owned(), Vec::new());
        state.status.insert((*name).to_owned(), 1);
    }
    desk
}

/// What happens at some second.
#[derive(Debug, Clone, Copy)]
enum Act {
    Post(&'static str, &'static str),
    Add(&'static str),
    Remove(&'static str),
}

/// Does what is planned, and stops the stream at the end.
fn play(desk: &Desk, handle: FollowHandle, plan: Vec<(u64, Act)>, end: u64) {
    let desk = desk.clone();
    let start = desk.clock.elapsed();
    tokio::spawn(async move {
        for (second, act) in plan {
            let at = start + S(second);
            desk.clock
                .sleep(at.saturating_sub(desk.clock.elapsed()))
                .await;
            match act {
                Post(ticket, text) => {
                    desk.state().post(ticket, 1, text);
                }
                // Without effect where the stream was dropped meanwhile.
                Add(ticket) => {
                    handle.add(id(ticket));
                }
                Remove(ticket) => {
                    handle.remove(id(ticket));
                }
            }
        }
        let at = start + S(end);
        desk.clock
            .sleep(at.saturating_sub(desk.clock.elapsed()))
            .await;
        handle.stop();
    });
}

/// What a follower gave, shortly, and the last cursor.
async fn told(events: &mut Events) -> (Vec<String>, Option<Cursor>) {
    let (mut told, mut last) = (Vec::new(), None);
    while let Some(event) = events.next().await {
        match event {
            Event::Message { ticket, message } => {
                told.push(format!("{ticket}: {}", message.content));
            }
            Event::Status { ticket, status, .. } => told.push(format!("{ticket} is {status:?}")),
            Event::TicketLost { ticket, error } => {
                told.push(format!("lost {ticket} {:?}", error.kind()));
            }
            Event::PossibleGap { ticket } => told.push(format!("possible gap in {ticket}")),
            Event::Fatal(error) => told.push(format!("fatal {:?}", error.kind())),
            Event::Checkpoint(cursor) => last = Some(cursor),
            _ => {}
        }
    }
    (told, last)
}

#[test]
fn one_without_tickets_waits_for_its_handle() {
    let desk = desk(&["case-1"]);
    let plan = [(5, Add("case-1")), (20, Post("case-1", "one"))];
    let (with_handle, _) = run(&desk, &[], None, &plan, 60);
    assert_eq!(with_handle, ["case-1: one"]);
    // Nobody could add one.
    let (without, _) = desk.clock.run(async {
        let mut events = desk.client().follow([]).stream();
        told(&mut events).await
    });
    assert_eq!(without, ["fatal InvalidInput"]);
}

/// A run of a follower of `tickets`.
fn run(
    desk: &Desk,
    tickets: &[&str],
    cursor: Option<Cursor>,
    plan: &[(u64, Act)],
    end: u64,
) -> (Vec<String>, Cursor) {
    let mut follow = desk.client().follow(ids(tickets)).interval(S(3), S(3));
    if let Some(cursor) = cursor {
        // Through its written form, as after a restart.
        let text = serde_json::to_string(&cursor).unwrap();
        follow = follow.resume(serde_json::from_str(&text).unwrap());
    }
    desk.clock.run(async {
        let mut events = follow.stream();
        play(desk, events.handle(), plan.to_vec(), end);
        let (told, last) = told(&mut events).await;
        (told, last.unwrap())
    })
}

use Act::{Add, Post, Remove};

/// A gateway that knows no such address says nothing of a ticket: it is asked after again, and lost when the service says so.
#[test]
fn a_gateway_does_not_say_that_a_ticket_is_lost() {
    let desk = desk(&["a"]);
    let clock = desk.clock.clone();
    desk.on_request(move |_, asked| {
        let is_about_it = asked.operation() == "list" && asked.path.contains("nobody");
        let is_refused = is_about_it && clock.elapsed() < S(300);
        is_refused.then(|| Step::json(404, r#"{"error_code":"APIGW.0101"}"#))
    });
    let plan = [(30, Post("a", "goes on"))];
    let (early, _) = run(&desk, &["a", "nobody"], None, &plan, 200);
    assert_eq!(early, ["a: goes on"]);
    let (late, _) = run(&desk, &["a", "nobody"], None, &[], 1200);
    assert_eq!(late, ["lost nobody NotFound"]);
}

#[test]
fn each_plan_has_its_events() {
    type Row = (&'static str, &'static [(u64, Act)], &'static [&'static str]);
    let table: [Row; 7] = [
        (
            "from when it was added",
            &[
                (5, Post("b", "before")),
                (10, Add("b")),
                (30, Post("b", "after")),
                (30, Post("a", "as ever")),
            ],
            &["b: after", "a: as ever"],
        ),
        (
            "one that does not exist is told at once, and the others go on",
            &[(10, Add("nobody")), (30, Post("a", "goes on"))],
            &["lost nobody NotFound", "a: goes on"],
        ),
        (
            "twice is once",
            &[
                (10, Add("b")),
                (11, Add("b")),
                (12, Add("a")),
                (30, Post("b", "one")),
            ],
            &["b: one"],
        ),
        (
            "one that was removed is not told, and goes on where it stood",
            &[
                (10, Post("a", "one")),
                (20, Add("b")),
                (30, Remove("a")),
                (40, Post("a", "two")),
                (41, Post("b", "three")),
                (60, Add("a")),
                (80, Post("a", "four")),
            ],
            &["a: one", "b: three", "a: two", "a: four"],
        ),
        (
            "without any it waits for others",
            &[
                (10, Remove("a")),
                (500, Add("b")),
                (520, Post("b", "one")),
                (600, Add("a")),
                (620, Post("a", "two")),
            ],
            &["b: one", "a: two"],
        ),
        (
            "the loss of the last one is not the end",
            &[
                (10, Remove("a")),
                (20, Add("nobody")),
                (40, Add("b")),
                (60, Post("b", "one")),
            ],
            &["lost nobody NotFound", "b: one"],
        ),
        (
            "who was never followed is not removed",
            &[(10, Remove("b")), (20, Post("a", "one"))],
            &["a: one"],
        ),
    ];
    for (name, plan, expected) in table {
        let desk = desk(&["a", "b"]);
        let (told, _) = run(&desk, &["a"], None, plan, 700);
        let mut told: Vec<&str> = told.iter().map(String::as_str).collect();
        let mut expected = expected.to_vec();
        // Of two tickets, what comes in one moment has no order.
        told.sort_unstable();
        expected.sort_unstable();
        assert_eq!(told, expected, "{name}");
        assert_eq!(desk.clock.sleepers(), 0, "{name}");
    }
}

#[test]
fn a_ticket_that_does_not_exist_is_told_within_the_second() {
    let desk = desk(&["a"]);
    desk.clock.run(async {
        let mut events = desk.client().follow(ids(&["a"])).stream();
        let handle = events.handle();
        assert!(matches!(events.next().await, Some(Event::Checkpoint(_))));
        handle.add(id("nobody"));
        let began = desk.clock.elapsed();
        loop {
            match events.next().await.unwrap() {
                Event::TicketLost { ticket, .. } => {
                    assert_eq!(ticket, id("nobody"));
                    break;
                }
                Event::Checkpoint(_) => {}
                other => panic!("{other:?}"),
            }
        }
        assert!(desk.clock.elapsed() - began < S(1));
    });
}

#[test]
fn who_was_removed_is_asked_after_no_more() {
    let desk = desk(&["a"]);
    desk.on_request(|_, asked| (asked.operation() == "unread").then(Step::hang));
    let plan = [(5, Add("nobody")), (10, Remove("nobody"))];
    let (told, _) = run(&desk, &["a"], None, &plan, 700);
    assert!(told.is_empty(), "{told:?}");
    assert!(desk.count("unread") < 3, "{}", desk.count("unread"));
}

/// One that goes while its first answer is handed out: what waited of it comes when it is added again.
#[test]
fn what_waited_of_a_first_answer_is_not_lost() {
    let desk = desk(&["a"]);
    let told = desk.clock.run(async {
        let mut events = desk.client().follow([]).interval(S(3), S(3)).stream();
        let handle = events.handle();
        for text in ["one", "two"] {
            desk.state().post("a", 1, text);
        }
        handle.add(id("a"));
        play(&desk, handle.clone(), Vec::new(), 60);
        let mut told = Vec::new();
        while let Some(event) = events.next().await {
            if let Event::Message { message, .. } = event {
                if told.is_empty() {
                    handle.remove(id("a"));
                    handle.add(id("a"));
                }
                told.push(message.content.clone());
            }
        }
        told
    });
    assert_eq!(told, ["one", "two"]);
}

#[test]
fn the_cursor_keeps_the_place_of_what_was_removed() {
    let desk = desk(&["a", "b"]);
    let plan = [
        (10, Post("a", "one")),
        (20, Remove("a")),
        (30, Post("a", "two")),
        (31, Post("b", "three")),
    ];
    let (first, cursor) = run(&desk, &["a", "b"], None, &plan, 60);
    assert_eq!(first, ["a: one", "b: three"]);
    desk.state().post("a", 1, "four");
    // Left out in the next run too, and followed again later in it.
    let (second, cursor) = run(&desk, &["b"], Some(cursor), &[(10, Post("b", "five"))], 30);
    assert_eq!(second, ["b: five"]);
    let (third, _) = run(&desk, &["b"], Some(cursor), &[(10, Add("a"))], 60);
    assert_eq!(third, ["a: two", "a: four"]);
}

#[test]
fn the_status_of_one_that_comes_is_told() {
    let desk = desk(&["a", "b"]);
    let follow = desk.client().follow(ids(&["a"])).status_events(S(60));
    let told = desk.clock.run(async {
        let mut events = follow.stream();
        play(
            &desk,
            events.handle(),
            vec![(30, Add("b")), (200, Remove("b"))],
            400,
        );
        told(&mut events).await.0
    });
    let state = TicketStatus::InProgress;
    assert_eq!(told, [format!("a is {state:?}"), format!("b is {state:?}")]);
}

/// Tickets come, go, and are written in at random; runs are killed and go on from their last cursor.
#[test]
fn random_plans_lose_nothing_and_double_nothing_but_after_a_kill() {
    const TICKETS: [&str; 3] = ["a", "b", "c"];
    for seed in 0..150 {
        let mut random = fastrand::Rng::with_seed(seed);
        let desk = desk(&TICKETS);
        let mut number = 0;
        let mut cursor = None;
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        let mut gaps: BTreeSet<String> = BTreeSet::new();
        let mut posted: Vec<String> = Vec::new();
        let mut kills = 0;
        for round in 0..4 {
            let mut follow = desk.client().follow(ids(&TICKETS)).interval(S(3), S(3));
            if let Some(cursor) = &cursor {
                follow = follow.resume(Cursor::clone(cursor));
            }
            let is_killed = round < 3 && random.bool();
            kills += usize::from(is_killed);
            let mut plan = Vec::new();
            // All are followed for a while at first, and at the end.
            for second in 20..80 {
                let ticket = TICKETS[random.usize(0..3)];
                match random.u8(0..6) {
                    0 => plan.push((second, Add(ticket))),
                    1 => plan.push((second, Remove(ticket))),
                    2 => {
                        number += 1;
                        let text = format!("message {number}");
                        posted.push(format!("{ticket}: {text}"));
                        plan.push((second, Post(ticket, Box::leak(text.into_boxed_str()))));
                    }
                    _ => {}
                }
            }
            plan.extend(TICKETS.map(|ticket| (90, Add(ticket))));
            let most = if is_killed {
                random.usize(1..40)
            } else {
                usize::MAX
            };
            let last = desk.clock.run(async {
                let mut events = follow.stream();
                play(&desk, events.handle(), plan, 150);
                let mut last = None;
                for _ in 0..most {
                    match events.next().await {
                        None => break,
                        Some(Event::Message { ticket, message }) => {
                            *seen
                                .entry(format!("{ticket}: {}", message.content))
                                .or_default() += 1;
                        }
                        Some(Event::PossibleGap { ticket }) => {
                            gaps.insert(ticket.to_string());
                        }
                        Some(Event::Checkpoint(cursor)) => last = Some(cursor),
                        Some(Event::Fatal(error)) => panic!("{error} with seed {seed}"),
                        Some(_) => {}
                    }
                }
                drop(events);
                // What was planned goes on without it.
                desk.clock.sleep(S(200)).await;
                last
            });
            cursor = last.or(cursor);
            if cursor.is_none() {
                // Killed before it stood anywhere: it cannot know what came.
                break;
            }
        }
        if cursor.is_none() {
            continue;
        }
        for message in &posted {
            let times = seen.get(message).copied().unwrap_or(0);
            let ticket = message.split(':').next().unwrap();
            assert!(
                times > 0 || gaps.contains(ticket),
                "{message} is lost with seed {seed}"
            );
            assert!(
                times <= 1 + kills,
                "{message} came {times} times with seed {seed}"
            );
        }
    }
}

#[test]
fn what_comes_too_late_is_told() {
    let desk = desk(&["a"]);
    desk.clock.run(async {
        let mut stopped = desk.client().follow(ids(&["a"])).stream();
        let handle = stopped.handle();
        assert!(handle.add(id("b")) && handle.remove(id("b")));
        handle.stop();
        assert!(!handle.add(id("b")) && !handle.remove(id("a")));
        while stopped.next().await.is_some() {}
        assert!(!handle.add(id("b")));

        let dropped = desk.client().follow(ids(&["a"])).stream();
        let handle = dropped.handle();
        assert!(handle.add(id("b")));
        drop(dropped);
        assert!(!handle.add(id("b")) && !handle.remove(id("a")));

        // More than can be followed: it ends at once.
        let many = (0..2000).map(|number| id(&format!("case-{number}")));
        let mut ended = desk.client().follow(many).stream();
        let handle = ended.handle();
        assert!(matches!(ended.next().await, Some(Event::Fatal(_))));
        assert!(!handle.add(id("b")));
    });
}
