//! Following a service whose times cannot be trusted: what comes behind a position is new unless it is known.

use super::{
    desk::{Desk, FirstPoll, Rules},
    follow::{desk, ids, last_checkpoint, run},
};
use hwc_core::{Clock as _, testing::Step};
use hwc_tickets::{Cursor, Event, TicketId};
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;

const S: fn(u64) -> Duration = Duration::from_secs;
const FIRST_POLLS: [FirstPoll; 3] = [FirstPoll::Unread, FirstPoll::Nothing, FirstPoll::Everything];

/// Posts a message each minute, `behind(n)` seconds behind the clock.
fn post_behind(desk: &Desk, number: u64, behind: impl Fn(u64) -> i64 + Send + 'static) {
    let (clock, desk) = (desk.clock.clone(), desk.clone());
    tokio::spawn(async move {
        for n in 0..number {
            clock.sleep(S(60)).await;
            let mut state = desk.state();
            let millis = state.now_millis() - 1000 * behind(n);
            state.post_at("a", 1, &format!("{n}"), millis);
        }
    });
}

fn numbers(range: std::ops::Range<u64>) -> Vec<String> {
    range.map(|n| n.to_string()).collect()
}

#[test]
fn messages_stamped_behind_the_service_clock_come_all_the_same() {
    // 70 s to 8 h: a service that does not heed the zone that was asked for.
    for lag in [70, 600, 3600, 7 * 3600, 8 * 3600] {
        for first_poll in FIRST_POLLS {
            let desk = desk(
                &["a"],
                Rules {
                    first_poll,
                    ..Rules::default()
                },
            );
            desk.state().post("a", 1, "before");
            desk.clock.advance(S(3600));
            desk.clock.run(async {
                post_behind(&desk, 40, move |_| lag);
                let mut events = desk.client().follow(ids(&["a"])).stream();
                let (texts, cursor) = last_checkpoint(&mut events, &desk, S(20 * 60)).await;
                let mut events = desk.client().follow(ids(&["a"])).resume(cursor).stream();
                let (more, _) = last_checkpoint(&mut events, &desk, S(30 * 60)).await;
                let all = [texts, more].concat();
                assert_eq!(all, numbers(0..40), "{lag} s behind, {first_poll:?}");
            });
        }
    }
}

#[test]
fn a_clock_that_steps_back_hides_nothing() {
    for step in [60, 3600, 24 * 3600] {
        let desk = desk(&["a"], Rules::default());
        desk.clock.run(async {
            post_behind(&desk, 60, move |n| if n < 30 { 0 } else { step });
            let mut events = desk.client().follow(ids(&["a"])).stream();
            let (texts, _) = last_checkpoint(&mut events, &desk, S(70 * 60)).await;
            assert_eq!(texts, numbers(0..60), "{step} s back");
        });
    }
}

#[test]
fn a_date_header_that_is_off_or_missing_hides_nothing() {
    const HOUR: i64 = 3_600_000;
    for date_ahead in [Some(8 * HOUR), Some(70_000), Some(-8 * HOUR), None] {
        for first_poll in FIRST_POLLS {
            let desk = desk(
                &["a"],
                Rules {
                    first_poll,
                    date_ahead,
                    ..Rules::default()
                },
            );
            desk.clock.run(async {
                post_behind(&desk, 20, |_| 0);
                let mut events = desk.client().follow(ids(&["a"])).stream();
                let (texts, _) = last_checkpoint(&mut events, &desk, S(30 * 60)).await;
                assert_eq!(texts, numbers(0..20), "{date_ahead:?} {first_poll:?}");
            });
        }
    }
}

#[test]
fn a_message_written_late_is_new_or_a_gap_is_announced() {
    for known in [10, 300, 1000, 3000] {
        let desk = desk(&["a"], Rules::default());
        desk.clock.run(async {
            let posting = desk.clone();
            tokio::spawn(async move {
                posting.clock.sleep(S(10)).await;
                for n in 0..known {
                    posting.state().post("a", 1, &format!("{n}"));
                    posting.clock.sleep(S(1)).await;
                }
                posting.clock.sleep(S(100)).await;
                let mut state = posting.state();
                let millis = state.now_millis() - 8 * 3_600_000;
                state.post_at("a", 1, "late", millis);
            });
            let mut events = desk.client().follow(ids(&["a"])).stream();
            let told = run(&mut events, &desk, S(known + 400)).await;
            let late = told.contains(&"a: late".to_owned());
            let gaps = told.iter().filter(|t| *t == "possible gap in a").count();
            assert_eq!(told.len() as u64, known + 1, "{known}");
            assert!(late || gaps == 1, "{known}: {late} {gaps}");
            if known <= 1000 {
                assert!(late, "among {known} others it can be told");
            }
        });
    }
}

#[test]
fn a_service_that_repeats_everything_floods_nobody() {
    for (number, most_gaps) in [(600, 0), (2500, 1)] {
        let desk = desk(
            &["a"],
            Rules {
                first_poll: FirstPoll::Everything,
                poll_limit: 100_000,
                ..Rules::default()
            },
        );
        desk.on_request(|state, asked| {
            let mut asked = asked.clone();
            if asked.operation() == "poll" {
                asked
                    .query
                    .retain(|(name, _)| name != "last_message_time_id");
            }
            let body = state.answer(&asked).to_string();
            Some(state.dated(Step::json(200, body)))
        });
        desk.clock.run(async {
            let follow = || desk.client().follow(ids(&["a"])).interval(S(3), S(3));
            let mut events = follow().stream();
            let (_, cursor) = last_checkpoint(&mut events, &desk, S(5)).await;
            for n in 0..number {
                desk.state().post("a", 1, &format!("{n}"));
                desk.clock.sleep(S(1)).await;
            }
            let mut events = follow().resume(cursor).stream();
            let told = run(&mut events, &desk, S(60)).await;
            let mut messages: Vec<&String> = told.iter().filter(|t| t.starts_with("a: ")).collect();
            assert_eq!(messages.len(), number, "each comes");
            messages.sort_unstable();
            messages.dedup();
            assert_eq!(messages.len(), number, "each once");
            let gaps = told.iter().filter(|t| *t == "possible gap in a").count();
            assert!(gaps <= most_gaps, "{number}: {gaps} gaps");
        });
    }
}

/// Killed while history is still being read: the position of the service went past a message that history,
/// which goes by time, does not show.
#[test]
fn what_polls_brought_while_history_was_read_is_not_lost_with_the_process() {
    let desk = desk(&["a"], Rules::default());
    for n in 0..150 {
        desk.state().post("a", 1, &format!("{n}"));
        desk.clock.advance(S(1));
    }
    let since = desk.clock.now() - SignedDuration::from_secs(120);
    let mut polls = 0;
    desk.on_request(move |state, asked| {
        if asked.operation() == "poll" {
            polls += 1;
        } else if polls < 6 {
            // History is slow to come.
            return Some(Step::answer(503));
        }
        if polls == 3 && asked.operation() == "poll" {
            polls += 1;
            let millis = state.now_millis() - 8 * 3_600_000;
            state.post_at("a", 1, "stamped behind", millis);
        }
        None
    });
    desk.clock.run(async {
        let follow = || {
            desk.client()
                .follow(ids(&["a"]))
                .since(since)
                .interval(S(3), S(3))
        };
        let mut cursor: Option<Cursor> = None;
        let mut events = follow().stream();
        let mut texts = Vec::new();
        let end = desk.clock.elapsed() + S(15);
        while desk.clock.elapsed() < end {
            let timer = desk.clock.sleep(S(1));
            let event = std::pin::pin!(events.next());
            if let futures_util::future::Either::Left((Some(event), _)) =
                futures_util::future::select(event, timer).await
            {
                match event {
                    Event::Message { message, .. } => texts.push(message.content),
                    Event::Checkpoint(at) => cursor = Some(at),
                    _ => {}
                }
                if texts.len() == 3 {
                    break;
                }
            }
        }
        drop(events);
        let mut events = follow().resume(cursor.unwrap()).stream();
        let (more, _) = last_checkpoint(&mut events, &desk, S(120)).await;
        assert!(more.contains(&"stamped behind".to_owned()), "{more:?}");
    });
}

#[test]
fn a_long_answer_at_the_start_is_old_also_when_it_takes_several_polls() {
    for first_poll in [FirstPoll::Unread, FirstPoll::Everything] {
        for poll_limit in [3, 200] {
            let desk = desk(
                &["a"],
                Rules {
                    first_poll,
                    poll_limit,
                    ..Rules::default()
                },
            );
            for n in 0..500 {
                desk.state().post("a", 1, &format!("old {n}"));
            }
            desk.clock.advance(S(3600));
            desk.clock.run(async {
                post_behind(&desk, 10, |_| 8 * 3600);
                let mut events = desk.client().follow(ids(&["a"])).stream();
                let (texts, _) = last_checkpoint(&mut events, &desk, S(1000)).await;
                assert_eq!(texts, numbers(0..10), "{first_poll:?} {poll_limit}");
            });
        }
    }
}

#[test]
fn a_message_without_a_time_is_new_behind_a_position() {
    let desk = desk(&["a"], Rules::default());
    desk.on_request(|state, asked| {
        let mut answer = state.answer(asked);
        for list in answer["immsg"].as_array_mut().into_iter().flatten() {
            for row in list["message_list"].as_array_mut().unwrap() {
                row["create_time"] = "yesterday".into();
            }
        }
        Some(state.dated(Step::json(200, answer.to_string())))
    });
    desk.clock.run(async {
        post_behind(&desk, 200, |_| 0);
        let mut events = desk.client().follow(ids(&["a"])).stream();
        let (texts, _) = last_checkpoint(&mut events, &desk, S(250 * 60)).await;
        assert_eq!(texts, numbers(0..200));
    });
}

#[test]
fn what_came_while_the_first_polls_failed_is_new() {
    let desk = desk(&["a"], Rules::default());
    desk.state().post("a", 1, "before");
    desk.clock.advance(S(60));
    let mut polls = 0;
    desk.on_request(move |state, asked| {
        if asked.operation() != "poll" {
            return None;
        }
        polls += 1;
        if polls == 3 {
            state.post("a", 1, "meanwhile");
        }
        (polls < 6).then(|| Step::answer(503))
    });
    desk.clock.run(async {
        let mut events = desk.client().follow(ids(&["a"])).stream();
        let (texts, _) = last_checkpoint(&mut events, &desk, S(300)).await;
        assert_eq!(texts, ["meanwhile"]);
    });
}

#[test]
fn cursors_of_earlier_versions_go_on_where_they_stood() {
    // Written by version 1: one group, one ticket `a`, two messages known.
    let desk = desk(
        &["a"],
        Rules {
            inclusive_cursor: true,
            ..Rules::default()
        },
    );
    let start: Timestamp = "2026-03-01T02:00:00Z".parse().unwrap();
    assert_eq!(desk.clock.now(), start);
    let written = include_str!("cursor_v1.json");
    let cursor: Cursor = serde_json::from_str(written).unwrap();
    desk.clock.run(async {
        for text in ["one", "two"] {
            desk.state().post("a", 1, text);
            desk.clock.sleep(S(20)).await;
        }
        desk.state().post("a", 1, "three");
        // The last known one comes again with the position.
        let mut events = desk.client().follow(ids(&["a"])).resume(cursor).stream();
        let (texts, again) = last_checkpoint(&mut events, &desk, S(60)).await;
        assert_eq!(texts, ["three"]);
        let text = serde_json::to_string(&again).unwrap();
        assert!(text.contains("\"hwc_tickets_cursor\":2"), "{text}");
    });
}

const TWO_HOURS: Duration = Duration::from_secs(2 * 3600);

/// A ticket with six messages, an hour apart, and a machine whose clock is off by so many hours.
fn hourly(hours_ahead: i64, rules: Rules) -> Desk {
    let desk = desk(&["a"], rules);
    for minutes in [330, 270, 210, 150, 90, 30] {
        let mut state = desk.state();
        let millis = state.now_millis() - minutes * 60_000;
        state.post_at("a", 1, &format!("{minutes} min"), millis);
    }
    let wrong = SignedDuration::from_hours(hours_ahead);
    desk.clock.set_wall_time(desk.clock.now() + wrong);
    desk
}

/// What history has of the last two hours, the oldest first, and whether the clock of this machine counted.
fn last_two_hours(desk: &Desk, oldest_first: bool) -> (Vec<String>, bool) {
    desk.clock.run(async {
        let history = desk.client().ticket("a").unwrap().history();
        let history = match oldest_first {
            true => history.oldest_first(),
            false => history.newest_first(),
        };
        let read = history.max_age(TWO_HOURS).collect().await.unwrap();
        let texts = read.messages.into_iter().map(|message| message.content);
        let mut texts: Vec<String> = texts.collect();
        if !oldest_first {
            texts.reverse();
        }
        (texts, read.report.local_clock)
    })
}

#[test]
fn an_age_is_counted_back_from_the_clock_of_the_service() {
    for hours_ahead in [-3, 0, 3] {
        for oldest_first in [false, true] {
            let desk = hourly(hours_ahead, Rules::default());
            let (texts, local_clock) = last_two_hours(&desk, oldest_first);
            assert_eq!(texts, ["90 min", "30 min"], "{hours_ahead} h ahead");
            assert!(!local_clock, "{hours_ahead} h ahead");
        }
        let desk = hourly(hours_ahead, Rules::default());
        desk.clock.run(async {
            let follow = desk.client().follow(ids(&["a"])).max_age(TWO_HOURS);
            let mut events = follow.stream();
            let told = run(&mut events, &desk, S(30)).await;
            let expected = ["a: 90 min", "a: 30 min"];
            assert_eq!(told, expected, "{hours_ahead} h ahead");
            assert!(!events.used_local_clock(), "{hours_ahead} h ahead");
        });
    }
}

/// Also where the first ticket comes later, and whichever clock tells.
#[test]
fn an_age_is_counted_back_from_when_the_follower_began() {
    for date_ahead in [Some(0), None] {
        let rules = Rules {
            date_ahead,
            ..Rules::default()
        };
        let desk = hourly(0, rules);
        desk.clock.run(async {
            let follow = desk.client().follow(ids(&[])).interval(S(3), S(3));
            let mut events = follow.max_age(S(3600)).stream();
            let (handle, clock) = (events.handle(), desk.clock.clone());
            tokio::spawn(async move {
                clock.sleep(S(3600)).await;
                handle.add(TicketId::new("a").unwrap());
            });
            let told = run(&mut events, &desk, S(3660)).await;
            assert_eq!(told, ["a: 30 min"], "{date_ahead:?}");
            assert_eq!(events.used_local_clock(), date_ahead.is_none());
        });
    }
}

/// What is counted back from a clock that nothing proves is told to be so.
#[test]
fn an_age_by_the_clock_of_this_machine_is_told() {
    for (hours_ahead, expected) in [
        (
            -3,
            &["270 min", "210 min", "150 min", "90 min", "30 min"][..],
        ),
        (0, &["90 min", "30 min"]),
        (3, &[]),
    ] {
        let rules = Rules {
            date_ahead: None,
            ..Rules::default()
        };
        let desk = hourly(hours_ahead, rules.clone());
        let (texts, local_clock) = last_two_hours(&desk, false);
        assert_eq!(texts, expected, "{hours_ahead} h ahead");
        assert!(local_clock, "{hours_ahead} h ahead");

        // The date of an answer that was stored on the way tells when that was.
        let desk = hourly(hours_ahead, Rules::default());
        desk.on_request(|state, asked| {
            let body = state.answer(asked).to_string();
            Some(state.dated(Step::json(200, body)).header("age", "60"))
        });
        assert!(last_two_hours(&desk, false).1, "{hours_ahead} h ahead");

        let desk = hourly(hours_ahead, rules);
        desk.clock.run(async {
            let follow = desk.client().follow(ids(&["a"])).max_age(TWO_HOURS);
            let mut events = follow.stream();
            let told = run(&mut events, &desk, S(30)).await;
            let expected: Vec<String> = expected.iter().map(|text| format!("a: {text}")).collect();
            assert_eq!(told, expected, "{hours_ahead} h ahead");
            assert!(events.used_local_clock(), "{hours_ahead} h ahead");
        });
    }
}

/// It began in another way, and was stopped before that could be read: it begins as asked for now, and waits for the time of the service.
#[test]
fn a_ticket_that_goes_on_before_its_beginning_waits_for_the_time_of_the_service() {
    for hours_ahead in [-3, 3] {
        let desk = hourly(hours_ahead, Rules::default());
        desk.on_request(|_, asked| (asked.operation() == "more").then(|| Step::answer(503)));
        desk.clock.run(async {
            let follow = || desk.client().follow(ids(&["a"])).interval(S(3), S(3));
            let mut events = follow().tail(1).stream();
            let (texts, cursor) = last_checkpoint(&mut events, &desk, S(20)).await;
            assert!(texts.is_empty(), "{texts:?}");
            desk.on_request(|_, _| None);
            let mut events = follow().resume(cursor).max_age(TWO_HOURS).stream();
            let (texts, cursor) = last_checkpoint(&mut events, &desk, S(30)).await;
            assert_eq!(texts, ["90 min", "30 min"], "{hours_ahead} h ahead");
            // What the cursor knows goes on where it stood, and no age is counted.
            let mut events = follow().resume(cursor).max_age(TWO_HOURS).stream();
            assert!(run(&mut events, &desk, S(30)).await.is_empty());
            assert!(!events.used_local_clock());
        });
    }
}

/// Where history begins, the clock of this machine decides as well, unless the service tells its time: behind by more than a day, it leaves
/// out the newest messages.
#[test]
fn history_that_begins_by_the_clock_of_this_machine_is_told() {
    for (hours_ahead, tells_time, messages) in [
        (-72, true, 6),
        (-72, false, 0),
        (0, true, 6),
        (0, false, 6),
        (72, false, 6),
    ] {
        let rules = || Rules {
            date_ahead: tells_time.then_some(0),
            ..Rules::default()
        };
        let desk = hourly(hours_ahead, rules());
        let history = desk.client().ticket("a").unwrap().history();
        let read = desk.clock.run(history.collect()).unwrap();
        let told = (read.messages.len(), read.report.local_clock);
        assert_eq!(told, (messages, !tells_time), "{hours_ahead} h ahead");

        let desk = hourly(hours_ahead, rules());
        desk.clock.run(async {
            let follow = desk.client().follow(ids(&["a"])).tail(10);
            let mut events = follow.stream();
            run(&mut events, &desk, S(30)).await;
            assert_eq!(events.used_local_clock(), !tells_time, "{hours_ahead} h");
        });
    }
}
