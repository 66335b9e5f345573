//! Gaps that were found and are not told yet, and places that are not saved yet: whatever ends a run, nothing of
//! it is forgotten.

use super::{
    desk::{Desk, FirstPoll, Rules, refusal},
    follow::{desk, ids, last_checkpoint, post_later, run},
};
use futures_util::future::{Either, select};
use hwc_core::{Clock as _, testing::Step};
use hwc_tickets::{Cursor, CursorFile, ErrorKind, Event};
use serde_json::{Value, json};
use std::{pin::pin, time::Duration};

const S: fn(u64) -> Duration = Duration::from_secs;
/// How long the first run lasts, and when the next one begins and ends, in seconds from the beginning.
const RUNS: [u64; 3] = [250, 300, 550];

/// What a service does while two tickets are followed, in seconds from the beginning.
#[derive(Debug, Clone, Copy)]
struct Weather {
    /// It forgets every position that it gave.
    forgets: &'static [u64],
    /// It refuses what is asked about ticket `b` alone or with others: polls, or reads of its history.
    refuses_b: Option<(Asks, u64)>,
    /// Its first answers are cut.
    cuts: bool,
    /// A gap of each ticket is to be told from here on.
    gap_from: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asks {
    Polls,
    History,
}

/// How a run ends: after so many events, or by time.
#[derive(Debug, Clone, Copy)]
enum End {
    Stopped(usize),
    Dropped(usize),
    Time,
}

const CALM: Weather = Weather {
    forgets: &[],
    refuses_b: None,
    cuts: false,
    gap_from: 0,
};

fn second(desk: &Desk, began: Duration) -> u64 {
    (desk.clock.elapsed() - began).as_secs()
}

impl Weather {
    fn desk(self) -> Desk {
        let mut rules = Rules::default();
        if self.cuts {
            rules.first_poll = FirstPoll::Everything;
            rules.poll_limit = 2;
        }
        let desk = desk(&["a", "b"], rules);
        for text in ["one", "two", "three"] {
            desk.state().post("a", 1, text);
            desk.state().post("b", 1, text);
        }
        desk.clock.advance(S(3600));
        let began = desk.clock.elapsed();
        let clock = desk.clock.clone();
        desk.on_request(move |state, asked| {
            let now = (clock.elapsed() - began).as_secs();
            let is_poll = asked.operation() == "poll";
            if let Some((asks, from)) = self.refuses_b
                && (from..RUNS[1]).contains(&now)
                && is_poll == (asks == Asks::Polls)
                && (asked.values("case_ids").contains(&"b") || asked.path.contains("/b/"))
            {
                return Some(Step::json(200, refusal("OSM.01010001").to_string()));
            }
            if !is_poll {
                return None;
            }
            let generation = self.forgets.iter().filter(|at| now >= **at).count();
            let prefix = format!("{generation}:");
            let mut asked = asked.clone();
            for (name, value) in &mut asked.query {
                if name == "last_message_time_id" {
                    let Some(own) = value.strip_prefix(&prefix) else {
                        return Some(Step::json(400, refusal("OSM.01010001").to_string()));
                    };
                    *value = own.to_owned();
                }
            }
            let mut answer = state.answer(&asked);
            if let Some(position) = answer["last_message_time_id"].as_str() {
                answer["last_message_time_id"] = json!(format!("{prefix}{position}"));
            }
            Some(state.dated(Step::json(200, answer.to_string())))
        });
        desk
    }

    /// Two runs, of which the first ends as `end` says and the second goes on from its last checkpoint. What was
    /// told and when; how many events the first had.
    fn course(self, end: End) -> (Vec<(u64, String)>, usize) {
        let desk = self.desk();
        let began = desk.clock.elapsed();
        let mut told = Vec::new();
        let number = desk.clock.run(async {
            post_later(&desk, &[(2, "a", 1, "four"), (2, "b", 1, "four")]);
            let (number, cursor) = part(&desk, began, None, end, RUNS[0], &mut told).await;
            let pause = RUNS[1].saturating_sub(second(&desk, began));
            desk.clock.sleep(S(pause)).await;
            part(&desk, began, cursor, End::Time, RUNS[2], &mut told).await;
            number
        });
        (told, number)
    }
}

/// One run, until the second `until` at the latest. How many events it gave, and where its last checkpoint stands.
async fn part(
    desk: &Desk,
    began: Duration,
    cursor: Option<Cursor>,
    end: End,
    until: u64,
    told: &mut Vec<(u64, String)>,
) -> (usize, Option<Cursor>) {
    let mut follow = desk.client().follow(ids(&["a", "b"])).interval(S(5), S(5));
    if let Some(cursor) = cursor {
        follow = follow.resume(cursor);
    }
    let mut events = follow.stream();
    let stop = events.stop_handle();
    let clock = desk.clock.clone();
    let (at_time, rest) = (stop.clone(), until - second(desk, began));
    tokio::spawn(async move {
        clock.sleep(S(rest)).await;
        at_time.stop();
    });
    let (mut number, mut last) = (0, None);
    while let Some(event) = events.next().await {
        let what = match event {
            Event::Checkpoint(cursor) => {
                last = Some(serde_json::to_string(&cursor).unwrap());
                None
            }
            Event::PossibleGap { ticket } => Some(format!("gap in {ticket}")),
            Event::TicketLost { ticket, .. } => Some(format!("lost {ticket}")),
            _ => None,
        };
        told.extend(what.map(|what| (second(desk, began), what)));
        number += 1;
        match end {
            End::Stopped(after) if after == number => stop.stop(),
            End::Dropped(after) if after == number => break,
            _ => {}
        }
    }
    // Through its written form, as after a restart.
    (
        number,
        last.map(|text| serde_json::from_str(&text).unwrap()),
    )
}

/// Positions are lost twice within two minutes: the second gap is told later. A run may end at any event before it is, or
/// give a ticket up.
#[test]
fn a_gap_that_was_found_is_told_whatever_ends_the_run() {
    let table = [
        Weather { cuts: true, ..CALM },
        Weather {
            forgets: &[10, 60],
            gap_from: 60,
            ..CALM
        },
        Weather {
            forgets: &[10, 60],
            refuses_b: Some((Asks::Polls, 100)),
            gap_from: 60,
            ..CALM
        },
        Weather {
            forgets: &[10, 60],
            refuses_b: Some((Asks::History, 60)),
            gap_from: 60,
            ..CALM
        },
    ];
    let mut silent = Vec::new();
    for weather in table {
        let (told, number) = weather.course(End::Time);
        assert!(number > 4, "{weather:?}");
        let is_later = |(at, what): &(u64, String)| what != "gap in a" || !(60..100).contains(at);
        assert!(told.iter().all(is_later), "{weather:?}: {told:?}");
        let ends = (1..=number).flat_map(|after| [End::Stopped(after), End::Dropped(after)]);
        for end in ends.chain([End::Time]) {
            let (told, _) = weather.course(end);
            for gap in ["gap in a", "gap in b"] {
                let mut gaps = told.iter().filter(|(_, what)| what == gap);
                if !gaps.any(|(at, _)| *at >= weather.gap_from) {
                    silent.push(format!("{gap}: {end:?} in {weather:?}: {told:?}"));
                }
            }
        }
    }
    assert!(silent.is_empty(), "{}\n{}", silent.len(), silent.join("\n"));
}

/// What is owed of a ticket is told before it is given up, and not again when it is followed later.
#[test]
fn a_ticket_that_owes_a_gap_is_not_lost_without_it() {
    for (asks, from, again) in [(Asks::Polls, 100, 0), (Asks::History, 60, 1)] {
        let weather = Weather {
            forgets: &[10, 60],
            refuses_b: Some((asks, from)),
            gap_from: 60,
            ..CALM
        };
        let (told, _) = weather.course(End::Time);
        let place = |what: &str| {
            let since = told.iter().filter(|(at, _)| *at >= 60);
            since.map(|(_, told)| told).position(|told| told == what)
        };
        let (gap, lost) = (place("gap in b"), place("lost b"));
        assert!(
            gap.is_some() && lost.is_some() && gap < lost,
            "{asks:?}: {told:?}"
        );
        // Without a position the next run begins with a gap of its own.
        let later = told.iter().filter(|(at, _)| *at >= RUNS[1]);
        let later = later.filter(|(_, what)| what == "gap in b").count();
        assert_eq!(later, again, "{asks:?}: {told:?}");
    }
}

/// A gap that is owed is written into the cursor, one that was told is not; a cursor of before has neither.
#[test]
fn a_cursor_says_which_gaps_are_owed() {
    let weather = Weather {
        forgets: &[10, 60],
        ..CALM
    };
    let desk = weather.desk();
    let began = desk.clock.elapsed();
    let owing = |cursor: &Option<Cursor>| -> usize {
        let text = serde_json::to_string(cursor).unwrap();
        text.matches("\"owes_gap\":true").count()
    };
    desk.clock.run(async {
        let mut told = Vec::new();
        post_later(&desk, &[(2, "a", 1, "four"), (2, "b", 1, "four")]);
        let mut events = desk
            .client()
            .follow(ids(&["a", "b"]))
            .interval(S(5), S(5))
            .stream();
        let mut last = None;
        let mut over = desk.clock.sleep(S(90));
        while let Either::Left((event, _)) = select(pin!(events.next()), &mut over).await {
            if let Some(Event::Checkpoint(cursor)) = event {
                last = Some(cursor);
            }
        }
        drop(events);
        assert_eq!(owing(&last), 2);
        let text = serde_json::to_string(&last).unwrap();
        let before: Value = serde_json::from_str(&text.replace("\"owes_gap\":true,", "")).unwrap();
        let before: Option<Cursor> = serde_json::from_value(before).unwrap();
        assert_eq!(owing(&before), 0);
        let (_, next) = part(&desk, began, last, End::Time, 120, &mut told).await;
        assert_eq!(told.len(), 2, "{told:?}");
        assert_eq!(owing(&next), 0);
        told.clear();
        part(&desk, began, before, End::Time, 150, &mut told).await;
        assert!(told.is_empty(), "{told:?}");
    });
}

/// Whether a ticket exists is asked for, also when its group is joined to one that was heard of before.
#[test]
fn a_missing_ticket_is_asked_after_when_groups_are_joined() {
    let names = ["a", "b", "c", "d", "e"];
    let desk = desk(&names, Rules::default());
    desk.clock.run(async {
        let client = desk.client();
        let mut cursor: Option<Cursor> = None;
        for name in names {
            desk.state()
                .post(name, 1, "moves the position of the service");
            let mut follow = client.follow(ids(&[name]));
            if let Some(cursor) = cursor.take() {
                follow = follow.resume(cursor);
            }
            cursor = Some(last_checkpoint(&mut follow.stream(), &desk, S(5)).await.1);
        }
        desk.state().tickets.remove("e");
        let follow = client.follow(ids(&names)).resume(cursor.unwrap());
        let told = run(&mut follow.stream(), &desk, S(60)).await;
        assert_eq!(told, ["lost e NotFound"]);
    });
}

/// A place that could not be saved is saved as soon as it can be, without another message, and at the end.
#[test]
fn a_place_that_could_not_be_saved_is_saved_later() {
    for ends in [false, true] {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("cursor.json");
        let desk = desk(&["a"], Rules::default());
        let clock = desk.clock.clone();
        let began = clock.elapsed();
        desk.on_request(move |_, _| {
            let is_over = ends && clock.elapsed() - began > S(57);
            is_over.then(|| Step::answer(401))
        });
        let in_the_way = path.clone();
        desk.clock.run(async {
            let file = CursorFile::open(&path).unwrap();
            let follow = desk.client().follow(ids(&["a"])).interval(S(5), S(5));
            let mut events = follow.cursor_file(file).stream();
            let stop = events.stop_handle();
            let clock = desk.clock.clone();
            std::fs::create_dir(&in_the_way).unwrap();
            tokio::spawn(async move {
                clock.sleep(S(57)).await;
                std::fs::remove_dir(&in_the_way).unwrap();
                clock.sleep(S(600)).await;
                stop.stop();
            });
            let mut failed = 0;
            while let Some(event) = events.next().await {
                match event {
                    Event::Degraded { error, .. } if error.kind() == ErrorKind::Storage => {
                        assert!(second(&desk, began) <= 57);
                        failed += 1;
                    }
                    Event::Checkpoint(_) if second(&desk, began) > 57 => break,
                    _ => {}
                }
            }
            assert!(failed > 0);
            assert!(Cursor::load(&path).unwrap().is_some(), "{ends}");
            assert!(second(&desk, began) < 100, "{ends}");
        });
    }
}
