//! Following the list of tickets: what is new and what changed, across failures, kills and restarts.

use crate::office::{Office, Row, State, refusal};
use hwc_core::{Clock as _, testing::Step};
use hwc_tickets::{
    ErrorKind, TicketStatus,
    follow_new::{FollowNew, TicketEvent, TicketEvents, TicketsCursor, TicketsCursorFile},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};
use tempfile::TempDir;

const S: fn(u64) -> Duration = Duration::from_secs;

type Change = Box<dyn FnOnce(&mut State) + Send>;

fn change(at: u64, change: impl FnOnce(&mut State) + Send + 'static) -> (u64, Change) {
    (at, Box::new(change))
}

fn follow(office: &Office) -> FollowNew {
    let follow = office.client().tickets().follow_new();
    follow.interval(S(10), S(10))
}

/// Changes the list at some seconds, and stops the stream at the end.
fn play(office: &Office, events: &TicketEvents, plan: Vec<(u64, Change)>, end: u64) {
    let (office, stop) = (office.clone(), events.stop_handle());
    let start = office.clock.elapsed();
    tokio::spawn(async move {
        for (second, change) in plan {
            let at = start + S(second);
            office
                .clock
                .sleep(at.saturating_sub(office.clock.elapsed()))
                .await;
            change(&mut office.state());
        }
        let at = start + S(end);
        office
            .clock
            .sleep(at.saturating_sub(office.clock.elapsed()))
            .await;
        stop.stop();
    });
}

fn short(event: &TicketEvent) -> Option<String> {
    Some(match event {
        TicketEvent::Opened { ticket } => format!("new {}", ticket.raw_id),
        TicketEvent::Status { ticket, was } => {
            format!("{} {was:?} -> {:?}", ticket.raw_id, ticket.status)
        }
        TicketEvent::Gone { ticket } => format!("gone {ticket}"),
        TicketEvent::PossibleGap => "possible gap".to_owned(),
        TicketEvent::Degraded { error, .. } => format!("degraded {:?}", error.kind()),
        TicketEvent::Fatal(error) => format!("fatal {:?}", error.kind()),
        _ => return None,
    })
}

/// A run: what it gave, and its last cursor in its written form, as after a restart.
fn run(
    office: &Office,
    follow: FollowNew,
    plan: Vec<(u64, Change)>,
    end: u64,
) -> (Vec<String>, TicketsCursor) {
    office.clock.run(async {
        let mut events = follow.stream();
        play(office, &events, plan, end);
        let (mut told, mut last) = (Vec::new(), TicketsCursor::default());
        while let Some(event) = events.next().await {
            told.extend(short(&event));
            if let TicketEvent::Checkpoint(cursor) = event {
                last = cursor;
            }
        }
        let text = serde_json::to_string(&last).unwrap();
        (told, serde_json::from_str(&text).unwrap())
    })
}

fn two() -> Office {
    Office::new(vec![Row::new("TT2", 1, 2), Row::new("TT1", 0, 1)])
}

fn status(id: &'static str, status: i64) -> impl FnOnce(&mut State) + Send + 'static {
    move |state| state.row(id).unwrap().status = status
}

#[test]
fn what_is_there_at_the_beginning_is_known_and_what_comes_is_told() {
    let office = two();
    let plan = vec![
        change(15, |state| {
            state.rows.insert(0, Row::new("TT3", 0, 3));
            state.rows.insert(0, Row::new("TT4", 0, 4));
        }),
        change(35, status("TT1", 1)),
        change(55, status("TT3", 17)),
        change(75, status("TT3", 1)),
    ];
    let (told, cursor) = run(&office, follow(&office), plan, 100);
    let expected = [
        "new TT3",
        "new TT4",
        "TT1 Pending -> InProgress",
        "TT3 Pending -> AwaitingFeedback",
        "TT3 AwaitingFeedback -> InProgress",
    ];
    assert_eq!(told, expected);
    let known: BTreeMap<String, TicketStatus> = cursor
        .tickets()
        .map(|(id, status)| (id.to_string(), status))
        .collect();
    assert_eq!(known.len(), 4);
    assert_eq!(known["TT3"], TicketStatus::InProgress);
}

#[test]
fn existing_tickets_are_told_when_asked_for() {
    let office = two();
    let (told, cursor) = run(&office, follow(&office).tell_existing(), Vec::new(), 50);
    assert_eq!(told, ["new TT1", "new TT2"]);
    // They are known then.
    let again = follow(&office).tell_existing().resume(cursor);
    assert!(run(&office, again, Vec::new(), 50).0.is_empty());
}

/// What changes and changes back between two readings is not seen, and nothing is made up.
#[test]
fn a_status_that_flips_between_two_readings_is_no_event() {
    let office = two();
    let plan = vec![
        change(12, status("TT1", 17)),
        change(15, status("TT1", 0)),
        change(22, status("TT1", 17)),
    ];
    let (told, _) = run(&office, follow(&office), plan, 60);
    assert_eq!(told, ["TT1 Pending -> AwaitingFeedback"]);
}

#[test]
fn a_ticket_is_gone_after_two_whole_readings_without_it() {
    let office = two();
    let plan = vec![
        change(15, |state| state.rows.reverse()),
        // Away for one reading alone.
        change(25, |state| {
            state.rows.retain(|row| row.id != "TT1");
        }),
        change(35, |state| state.rows.push(Row::new("TT1", 0, 1))),
        change(55, |state| {
            state.rows.retain(|row| row.id != "TT1");
        }),
        change(95, |state| state.rows.push(Row::new("TT1", 0, 1))),
    ];
    let (told, _) = run(&office, follow(&office), plan, 130);
    assert_eq!(told, ["gone TT1", "new TT1"]);
}

#[test]
fn what_a_reading_with_a_gap_shows_is_not_gone() {
    let office = two();
    let plan = vec![
        change(15, |state| state.rows.retain(|row| row.id != "TT1")),
        change(25, |state| {
            state.total = Some(9);
            state.rows.push(Row::new("TT1", 0, 1));
        }),
        change(35, |state| {
            state.total = None;
            state.rows.retain(|row| row.id != "TT1");
        }),
        change(45, |state| state.rows.push(Row::new("TT1", 0, 1))),
    ];
    let (told, _) = run(&office, follow(&office), plan, 80);
    assert_eq!(told, ["possible gap"]);
}

/// A list that may have a gap proves nothing gone, and says so once.
#[test]
fn a_total_that_lies_is_a_possible_gap_and_nothing_is_gone() {
    let office = two();
    let plan = vec![
        change(15, |state| {
            state.total = Some(9);
            state.rows.retain(|row| row.id != "TT1");
        }),
        change(75, |state| {
            state.total = None;
            state.rows.push(Row::new("TT1", 3, 1));
        }),
        change(95, |state| state.total = Some(9)),
    ];
    let (told, _) = run(&office, follow(&office), plan, 120);
    assert_eq!(
        told,
        ["possible gap", "TT1 Pending -> Completed", "possible gap"]
    );
}

#[test]
fn what_happened_between_two_runs_is_told_by_the_second() {
    let office = two();
    let (told, cursor) = run(&office, follow(&office), Vec::new(), 30);
    assert!(told.is_empty());
    {
        let mut state = office.state();
        state.row("TT2").unwrap().status = 2;
        state.rows.insert(0, Row::new("TT3", 0, 3));
    }
    let (told, _) = run(&office, follow(&office).resume(cursor), Vec::new(), 30);
    assert_eq!(told, ["TT2 InProgress -> AwaitingConfirmation", "new TT3"]);
}

#[test]
fn failures_are_told_and_go_by() {
    let office = two();
    let mut number = 0;
    office.after(move |_| {
        number += 1;
        match number {
            // The very first reading as well: what is known is decided by the first one that is read to its end.
            1 => Some(Step::reset()),
            // In the middle of a later one: what was read before counts.
            6 => Some(Step::answer(503)),
            _ => None,
        }
    });
    let plan = vec![change(12, |state| {
        state.rows.insert(0, Row::new("TT3", 0, 3));
    })];
    let (told, _) = run(&office, follow(&office), plan, 100);
    assert_eq!(told[0], "degraded Interrupted", "{told:?}");
    assert_eq!(
        told.iter().filter(|told| *told == "new TT3").count(),
        1,
        "{told:?}"
    );
    assert!(!told.iter().any(|told| told == "new TT1"), "{told:?}");
}

#[test]
fn what_only_a_person_can_mend_ends_it() {
    let office = two();
    office.after(|_| Some(Step::json(200, refusal("OSM.01010002").to_string())));
    let (told, _) = run(&office, follow(&office), Vec::new(), 100_000);
    assert_eq!(
        told,
        [
            "degraded Forbidden",
            "degraded Forbidden",
            "fatal Forbidden"
        ]
    );
}

#[test]
fn a_file_is_written_before_the_event_and_held_by_one() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("tickets.json");
    let office = two();
    office.clock.run(async {
        let file = TicketsCursorFile::open(&path).unwrap();
        let locked = TicketsCursorFile::open(&path).unwrap_err();
        assert_eq!(locked.kind(), ErrorKind::Locked);
        let mut events = follow(&office).cursor_file(file).stream();
        let Some(TicketEvent::Checkpoint(first)) = events.next().await else {
            panic!("the first event is a checkpoint");
        };
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(serde_json::from_str::<TicketsCursor>(&text).unwrap(), first);
        office.state().rows.insert(0, Row::new("TT3", 0, 3));
        // Killed behind the event, and before its checkpoint.
        while !matches!(events.next().await, Some(TicketEvent::Opened { .. })) {}
        drop(events);
        let file = TicketsCursorFile::open(&path).unwrap();
        let mut events = follow(&office).cursor_file(file).stream();
        let Some(TicketEvent::Opened { ticket }) = events.next().await else {
            panic!("it comes again");
        };
        assert_eq!(ticket.raw_id, "TT3");
        assert!(matches!(
            events.next().await,
            Some(TicketEvent::Checkpoint(_))
        ));
        drop(events);
        let file = TicketsCursorFile::open(&path).unwrap();
        assert_eq!(file.cursor().unwrap().tickets().count(), 3);
    });
    std::fs::write(&path, "{\"hwc_tickets_list_cursor\":9}").unwrap();
    let error = TicketsCursorFile::open(&path).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Storage, "{error}");
    // Longer than any cursor: there is a way on from that as well.
    let file = std::fs::File::options().write(true).open(&path).unwrap();
    file.set_len((16 << 20) + 1).unwrap();
    let error = TicketsCursorFile::open(&path).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Storage, "{error}");
    assert!(error.help().contains("start anew"), "{}", error.help());
}

#[test]
fn events_can_be_stored() {
    let office = two();
    office.clock.run(async {
        let mut events = follow(&office).tell_existing().stream();
        for _ in 0..3 {
            let event = events.next().await.unwrap();
            let text = serde_json::to_string(&event).unwrap();
            let again: TicketEvent = serde_json::from_str(&text).unwrap();
            assert_eq!(serde_json::to_string(&again).unwrap(), text);
            assert!(!format!("{event:?}").contains("title of"), "{event:?}");
        }
    });
}

/// Tickets open, change, go and hide while runs are killed and go on: no opened ticket is lost, none is told twice but after a kill,
/// and what is known in the end is what there is.
#[test]
fn random_lists_with_kills() {
    for seed in 0..150 {
        let mut random = fastrand::Rng::with_seed(seed);
        let office = two();
        let mut opened: BTreeSet<String> = BTreeSet::new();
        let mut told: BTreeMap<String, usize> = BTreeMap::new();
        let mut next = 10;
        let (mut cursor, mut kills) = (None::<TicketsCursor>, 0);
        for round in 0..4 {
            let mut plan = Vec::new();
            for step in 1..20 {
                let at = step * 7;
                match random.u8(0..3) {
                    0 => {
                        let id = format!("TT{next}");
                        if round > 0 {
                            opened.insert(id.clone());
                        }
                        let row = Row::new(&id, 0, next);
                        next += 1;
                        plan.push(change(at, move |state| state.rows.insert(0, row)));
                    }
                    1 => {
                        let status = [0, 1, 2, 17][random.usize(0..4)];
                        let place = random.usize(0..100);
                        plan.push(change(at, move |state| {
                            let place = place % state.rows.len();
                            state.rows[place].status = status;
                        }));
                    }
                    _ => {}
                }
            }
            let is_killed = round < 3 && random.bool();
            kills += usize::from(is_killed);
            let most = if is_killed {
                random.usize(1..12)
            } else {
                usize::MAX
            };
            if random.bool() {
                let mut number = 0;
                office.after(move |_| {
                    number += 1;
                    (number % 5 == 3).then(Step::reset)
                });
            }
            let mut run = follow(&office);
            if let Some(cursor) = &cursor {
                run = run.resume(TicketsCursor::clone(cursor));
            }
            let last = office.clock.run(async {
                let mut events = run.stream();
                play(&office, &events, plan, 300);
                let mut last = None;
                for _ in 0..most {
                    match events.next().await {
                        None => break,
                        Some(TicketEvent::Opened { ticket }) => {
                            *told.entry(ticket.raw_id).or_default() += 1;
                        }
                        Some(TicketEvent::Checkpoint(cursor)) => last = Some(cursor),
                        Some(TicketEvent::Fatal(error)) => panic!("{error} with seed {seed}"),
                        Some(_) => {}
                    }
                }
                drop(events);
                // What was planned goes on without it.
                office.clock.sleep(S(400)).await;
                last
            });
            cursor = last.or(cursor);
            if cursor.is_none() {
                // Killed before it knew anything: what comes later is no news to the next run.
                opened.clear();
                break;
            }
        }
        for id in &opened {
            let times = told.get(id).copied().unwrap_or(0);
            assert!(times > 0, "{id} is lost with seed {seed}");
        }
        for (id, times) in &told {
            assert!(
                *times <= 1 + kills,
                "{id} came {times} times with seed {seed}"
            );
        }
        let Some(cursor) = cursor else {
            continue;
        };
        if opened.is_empty() {
            continue;
        }
        let known: BTreeMap<String, TicketStatus> = cursor
            .tickets()
            .map(|(id, status)| (id.to_string(), status))
            .collect();
        for row in &office.state().rows {
            let status = TicketStatus::from_code(Some(row.status));
            assert_eq!(
                known.get(&row.id),
                Some(&status),
                "{} with seed {seed}",
                row.id
            );
        }
    }
}

#[cfg(feature = "blocking")]
#[test]
fn the_same_without_async() {
    let office = two();
    let client = office.builder().build_blocking().unwrap();
    let follow = |follow: FollowNew| follow.tell_existing().interval(S(10), S(10));
    let mut events = client.tickets().follow_new(follow).unwrap();
    let told: Vec<String> = events
        .by_ref()
        .take(2)
        .filter_map(|event| short(&event))
        .collect();
    assert_eq!(told, ["new TT1", "new TT2"]);
    events.stop_handle().stop();
    assert!(matches!(events.next(), Some(TicketEvent::Checkpoint(_))));
    assert!(events.next().is_none());
}
