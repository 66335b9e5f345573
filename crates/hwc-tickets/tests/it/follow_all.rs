//! Following all tickets: old ones and new ones, their messages, and one cursor for both, over kills and restarts.

mod begin;
mod schedule;

use crate::reading::desk::{Asked, Desk, Rules, State, refusal};
use hwc_core::{
    Clock,
    testing::{FakeClock, Step},
};
use hwc_tickets::{
    AllCursor, AllCursorFile, AllEvent, AllEvents, Client, ErrorKind, FollowAll,
    jiff::{SignedDuration, Timestamp},
};
use serde_json::{Value, json};
use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
        mpsc,
    },
    time::Duration,
};

const S: fn(u64) -> Duration = Duration::from_secs;

type Change = Box<dyn FnOnce(&mut State) + Send>;

fn change(at: u64, change: impl FnOnce(&mut State) + Send + 'static) -> (u64, Change) {
    (at, Box::new(change))
}

/// A ticket in this status, with a message of the support.
pub fn put(state: &mut State, ticket: &str, status: i64, text: &str) {
    state.status.insert(ticket.to_owned(), status);
    state.post(ticket, 1, text);
}

fn is_list(asked: &Asked) -> bool {
    asked.method == "GET" && asked.path.split('/').nth(4).is_none()
}

fn list(state: &State, asked: &Asked) -> Value {
    let number = |name, otherwise| asked.value(name).map_or(otherwise, |v| v.parse().unwrap());
    let rows = state.status.iter().skip(number("offset", 0));
    let row = |(id, status): (&String, &i64)| {
        json!({
            "incident_id": id, "status": status, "simple_description": "about a disk",
            "create_time": "2026-03-01 08:00:00",
        })
    };
    let rows: Vec<Value> = rows.take(number("limit", 10)).map(row).collect();
    json!({ "total_count": state.status.len(), "incident_info_list": rows })
}

/// Makes the desk list its tickets.
pub fn lists(desk: &Desk) {
    desk.on_request(|state, asked| {
        is_list(asked).then(|| state.dated(Step::json(200, list(state, asked).to_string())))
    });
}

/// One open ticket and one that has ended.
fn desk() -> Desk {
    let desk = Desk::new(Rules::default());
    put(&mut desk.state(), "old", 1, "before");
    put(&mut desk.state(), "over", 3, "long ago");
    lists(&desk);
    desk
}

/// As the tests ask, from now on.
fn from_now(client: &Client) -> FollowAll {
    let follow = client.follow_all().interval(S(3), S(3));
    follow.list_interval(S(10), S(10))
}

fn follow(desk: &Desk, cursor: Option<AllCursor>) -> FollowAll {
    let follow = from_now(&desk.client()).since(Timestamp::UNIX_EPOCH);
    match cursor {
        Some(cursor) => follow.resume(cursor),
        None => follow,
    }
}

/// Changes the service at some seconds, and stops the stream at the end.
fn play(desk: &Desk, events: &AllEvents, plan: Vec<(u64, Change)>, end: u64) {
    let (desk, stop) = (desk.clone(), events.stop_handle());
    let start = desk.clock.elapsed();
    tokio::spawn(async move {
        for (second, change) in plan {
            let at = start + S(second);
            let wait = at.saturating_sub(desk.clock.elapsed());
            desk.clock.sleep(wait).await;
            change(&mut desk.state());
        }
        let wait = (start + S(end)).saturating_sub(desk.clock.elapsed());
        desk.clock.sleep(wait).await;
        stop.stop();
    });
}

fn short(event: &AllEvent) -> Option<String> {
    Some(match event {
        AllEvent::Opened { ticket } => format!("new {}", ticket.raw_id),
        AllEvent::Status { ticket, was } => {
            format!("{}: {was} -> {}", ticket.raw_id, ticket.status)
        }
        AllEvent::Message { ticket, message } => format!("{ticket}: {}", message.content),
        AllEvent::Gone { ticket } => format!("gone {ticket}"),
        AllEvent::TicketLost { ticket, .. } => format!("lost {ticket}"),
        AllEvent::PossibleGap { ticket } => format!("possible gap {ticket:?}"),
        AllEvent::Degraded { error, .. } => format!("degraded {:?}", error.kind()),
        AllEvent::Fatal(error) => format!("fatal {:?}", error.kind()),
        _ => return None,
    })
}

/// A run that is killed behind so many events: what it told up to its last checkpoint, and that one in its written form.
async fn told(events: &mut AllEvents, most: usize) -> (Vec<String>, Option<AllCursor>) {
    let (mut told, mut sure, mut last) = (Vec::new(), Vec::new(), None);
    for _ in 0..most {
        match events.next().await {
            None => break,
            Some(AllEvent::Checkpoint(cursor)) => {
                let text = serde_json::to_string(&cursor).unwrap();
                last = Some(serde_json::from_str(&text).unwrap());
                sure.clone_from(&told);
            }
            Some(event) => told.extend(short(&event)),
        }
    }
    if most == usize::MAX {
        sure = told;
    }
    (sure, last)
}

fn run(
    desk: &Desk,
    follow: FollowAll,
    plan: Vec<(u64, Change)>,
    end: u64,
) -> (Vec<String>, Option<AllCursor>) {
    desk.clock.run(async {
        let mut events = follow.stream();
        play(desk, &events, plan, end);
        told(&mut events, usize::MAX).await
    })
}

#[test]
fn old_and_new_tickets_are_followed_over_a_restart() {
    let desk = desk();
    let plan = vec![
        change(20, |state| put(state, "old", 1, "one")),
        change(40, |state| put(state, "young", 0, "first")),
    ];
    let (first, cursor) = run(&desk, follow(&desk, None), plan, 100);
    let expected = [
        "new old",
        "old: before",
        "old: one",
        "new young",
        "young: first",
    ];
    assert_eq!(first, expected);

    put(&mut desk.state(), "young", 0, "while nobody listened");
    // Opened and ended between the two.
    put(&mut desk.state(), "brief", 3, "brief words");
    let (mut second, _) = run(&desk, follow(&desk, cursor), Vec::new(), 100);
    second.sort();
    let expected = [
        "brief: brief words",
        "new brief",
        "young: while nobody listened",
    ];
    assert_eq!(second, expected);
}

#[test]
fn killed_behind_any_event_it_goes_on_where_it_stood() {
    for most in 1..30 {
        let desk = desk();
        let (mut all, cursor) = desk.clock.run(async {
            let mut events = follow(&desk, None).stream();
            let plan = vec![
                change(15, |state| put(state, "young", 0, "first")),
                change(31, |state| put(state, "old", 17, "one")),
                change(45, |state| put(state, "young", 3, "last")),
            ];
            play(&desk, &events, plan, 60);
            let killed = told(&mut events, most).await;
            drop(events);
            // What was planned goes on without it.
            desk.clock.sleep(S(100)).await;
            killed
        });
        all.extend(run(&desk, follow(&desk, cursor), Vec::new(), 60).0);
        // A status that changed while it did not run is told once, from what is known.
        all.retain(|told| !told.contains(" -> "));
        all.sort();
        let expected = [
            "new old",
            "new young",
            "old: before",
            "old: one",
            "young: first",
            "young: last",
        ];
        let is_late = !all.contains(&expected[1].to_owned());
        // Killed before it knew the list, so that it had ended by the first reading.
        let left_out = if is_late { "young" } else { "none" };
        let expected = expected.iter().filter(|told| !told.contains(left_out));
        let expected: Vec<String> = expected.map(|told| (*told).to_owned()).collect();
        assert_eq!(all, expected, "killed behind event {most}");
    }
}

#[test]
fn one_that_has_ended_is_let_go_after_its_last_words_and_goes_on_when_it_is_open_again() {
    let desk = desk();
    let (sender, polls) = mpsc::channel();
    let plan = vec![
        change(60, |state| {
            state.status.insert("old".to_owned(), 3);
        }),
        change(200, |state| {
            state.post("old", 1, "last words");
        }),
        change(600, |state| state.asked.clear()),
        change(900, move |state| {
            let asked = state.asked.iter();
            let polls = asked.filter(|asked| asked.operation() == "poll");
            sender.send(polls.count()).unwrap();
            put(state, "old", 1, "again");
        }),
    ];
    let follow = follow(&desk, None).keep_ended(S(300));
    let (told, _) = run(&desk, follow, plan, 1_000);
    let expected = [
        "new old",
        "old: before",
        "old: in_progress -> completed",
        "old: last words",
        "old: completed -> in_progress",
        "old: again",
    ];
    assert_eq!(told, expected);
    assert_eq!(polls.recv().unwrap(), 0);
}

/// The clock of the client, which is set ahead or back. That of the service is not.
#[derive(Debug, Clone)]
struct ClientClock {
    clock: FakeClock,
    ahead: Arc<AtomicI64>,
}

impl Clock for ClientClock {
    fn now(&self) -> Timestamp {
        self.clock.now() + SignedDuration::from_secs(self.ahead.load(Ordering::Relaxed))
    }

    fn elapsed(&self) -> Duration {
        self.clock.elapsed()
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        self.clock.sleep(duration)
    }
}

/// As [`follow`] by this clock, with 300 s for what has ended.
fn keeping(desk: &Desk, clock: &ClientClock) -> FollowAll {
    let client = desk.builder().clock(clock.clone()).build().unwrap();
    let follow = from_now(&client).since(Timestamp::UNIX_EPOCH);
    follow.keep_ended(S(300))
}

/// A clock that is set neither lets it go before its time nor keeps it.
#[test]
fn one_that_has_ended_is_followed_as_long_whatever_the_clock_is_set_to() {
    for hours in [-2, 2] {
        let desk = desk();
        let (sender, polls) = mpsc::channel();
        let clock = ClientClock {
            clock: desk.clock.clone(),
            ahead: Arc::default(),
        };
        let ahead = Arc::clone(&clock.ahead);
        let plan = vec![
            change(80, |state| {
                state.status.insert("old".to_owned(), 3);
            }),
            change(120, move |_| ahead.store(hours * 3600, Ordering::Relaxed)),
            change(200, |state| {
                state.post("old", 1, "last words");
            }),
            change(600, |state| state.asked.clear()),
            change(900, move |state| {
                let asked = state.asked.iter();
                let polls = asked.filter(|asked| asked.operation() == "poll");
                sender.send(polls.count()).unwrap();
            }),
        ];
        let (told, _) = run(&desk, keeping(&desk, &clock), plan, 1_000);
        let expected = [
            "new old",
            "old: before",
            "old: in_progress -> completed",
            "old: last words",
        ];
        assert_eq!(told, expected, "{hours}");
        assert_eq!(polls.recv().unwrap(), 0, "{hours}");
    }
}

/// Messages have the times of the service: a machine that is ahead must not take those of a new ticket for older than this run, nor one that
/// is behind old ones for new.
#[test]
fn a_ticket_begins_where_the_first_run_began_whatever_the_clock_shows() {
    // Without a `Date` there is the clock of the machine alone.
    for (hours, date_ahead) in [
        (-48, Some(0)),
        (-2, Some(0)),
        (0, Some(0)),
        (2, Some(0)),
        (48, Some(0)),
        (0, None),
    ] {
        let desk = Desk::new(Rules {
            date_ahead,
            ..Rules::default()
        });
        put(&mut desk.state(), "old", 1, "before");
        lists(&desk);
        desk.clock.advance(S(3_600));
        let clock = ClientClock {
            clock: desk.clock.clone(),
            ahead: Arc::new(AtomicI64::new(hours * 3_600)),
        };
        let client = desk.builder().clock(clock).build().unwrap();
        let follow = || from_now(&client);
        let plan = vec![change(40, |state| put(state, "young", 0, "first"))];
        let (told, cursor) = run(&desk, follow(), plan, 100);
        let expected = ["new old", "new young", "young: first"];
        assert_eq!(told, expected, "{hours} {date_ahead:?}");

        // The next run has it of the cursor.
        put(&mut desk.state(), "later", 0, "meanwhile");
        desk.clock.advance(S(60));
        let (mut told, _) = run(&desk, follow().resume(cursor.unwrap()), Vec::new(), 100);
        told.sort();
        let expected = ["later: meanwhile", "new later"];
        assert_eq!(told, expected, "{hours} {date_ahead:?}");
    }
}

/// What stamps messages may be some seconds behind what stamps answers.
#[test]
fn a_ticket_that_is_opened_at_once_is_told_whole() {
    let desk = Desk::new(Rules {
        date_ahead: Some(4_900),
        ..Rules::default()
    });
    lists(&desk);
    let follow = from_now(&desk.client());
    let plan = vec![change(1, |state| put(state, "young", 0, "first"))];
    let (told, _) = run(&desk, follow, plan, 100);
    assert_eq!(told, ["new young", "young: first"]);
}

/// The first page of the first list has no `Date`. The machine is ahead.
#[test]
fn the_date_of_any_page_of_the_first_list_does() {
    let desk = Desk::new(Rules::default());
    for number in 0..150 {
        desk.state().status.insert(format!("over-{number}"), 3);
    }
    let mut is_dated = false;
    desk.on_request(move |state, asked| {
        if !is_list(asked) {
            return None;
        }
        let answer = Step::json(200, list(state, asked).to_string());
        Some(match std::mem::replace(&mut is_dated, true) {
            true => state.dated(answer),
            false => answer,
        })
    });
    let clock = ClientClock {
        clock: desk.clock.clone(),
        ahead: Arc::new(AtomicI64::new(2 * 3_600)),
    };
    let client = desk.builder().clock(clock).build().unwrap();
    let plan = vec![change(40, |state| put(state, "young", 0, "first"))];
    let (told, _) = run(&desk, from_now(&client), plan, 100);
    assert_eq!(told, ["new young", "young: first"]);
}

/// Stopped before it knew the list, it has not begun: the clock of the machine is not kept for the runs to come.
#[test]
fn a_run_that_ended_before_the_first_list_is_not_the_first() {
    let desk = Desk::new(Rules::default());
    lists(&desk);
    let clock = ClientClock {
        clock: desk.clock.clone(),
        ahead: Arc::new(AtomicI64::new(2 * 3_600)),
    };
    let client = desk.builder().clock(clock).build().unwrap();
    let follow = || from_now(&client);
    let (told, cursor) = desk.clock.run(async {
        let mut events = follow().stream();
        events.stop_handle().stop();
        told(&mut events, usize::MAX).await
    });
    assert!(told.is_empty(), "{told:?}");
    let plan = vec![change(40, |state| put(state, "young", 0, "first"))];
    let (told, _) = run(&desk, follow().resume(cursor.unwrap()), plan, 100);
    assert_eq!(told, ["new young", "young: first"]);
}

/// Another run has the wall clock alone to go by, which was set in the one before, or went on while the machine slept; or it was wrong
/// then and is right now.
#[test]
fn one_that_has_ended_is_followed_as_long_in_the_next_run() {
    for (at_first, meanwhile, next) in [(0, 2, 2), (0, -2, -2), (2, 2, 0)] {
        let desk = desk();
        let (sender, polls) = mpsc::channel();
        let ahead = Arc::new(AtomicI64::new(at_first * 3600));
        let clock = ClientClock {
            clock: desk.clock.clone(),
            ahead: Arc::clone(&ahead),
        };
        let set = Arc::clone(&ahead);
        let plan = vec![
            change(80, |state| {
                state.status.insert("old".to_owned(), 3);
            }),
            change(120, move |state| {
                set.store(meanwhile * 3600, Ordering::Relaxed);
                state.post("old", 1, "a word");
            }),
        ];
        let (_, cursor) = run(&desk, keeping(&desk, &clock), plan, 150);
        ahead.store(next * 3600, Ordering::Relaxed);
        let plan = vec![
            change(150, |state| {
                state.post("old", 1, "last words");
            }),
            change(600, |state| state.asked.clear()),
            change(900, move |state| {
                let asked = state.asked.iter();
                let polls = asked.filter(|asked| asked.operation() == "poll");
                sender.send(polls.count()).unwrap();
            }),
        ];
        let follow = keeping(&desk, &clock).resume(cursor.unwrap());
        let (told, _) = run(&desk, follow, plan, 1_000);
        assert_eq!(told, ["old: last words"], "{at_first} {meanwhile} {next}");
        assert_eq!(polls.recv().unwrap(), 0, "{at_first} {meanwhile} {next}");
    }
}

/// What was written last is heard of by the next run, however long nobody listened.
#[test]
fn one_whose_time_was_over_between_two_runs_is_heard_of_once_more() {
    let desk = desk();
    let plan = vec![change(20, |state| {
        state.status.insert("old".to_owned(), 3);
    })];
    let (_, cursor) = run(&desk, follow(&desk, None), plan, 60);
    desk.state().post("old", 1, "last words");
    desk.clock.advance(S(100_000));
    let (told, _) = run(&desk, follow(&desk, cursor), Vec::new(), 600);
    assert_eq!(told, ["old: last words"]);
}

#[test]
fn what_only_a_person_can_mend_ends_it() {
    let desk = desk();
    desk.on_request(|_, _| Some(Step::json(200, refusal("OSM.01010002").to_string())));
    let (told, _) = run(&desk, follow(&desk, None), Vec::new(), 100_000);
    let (last, before) = told.split_last().unwrap();
    assert_eq!(last, "fatal Forbidden");
    assert!(before.iter().all(|told| told == "degraded Forbidden"));
}

#[test]
fn a_file_is_written_before_the_event_and_held_by_one() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("all.json");
    let desk = desk();
    desk.clock.run(async {
        let file = AllCursorFile::open(&path).unwrap();
        let locked = AllCursorFile::open(&path).unwrap_err();
        assert_eq!(locked.kind(), ErrorKind::Locked);
        let mut events = follow(&desk, None).cursor_file(file).stream();
        loop {
            if let AllEvent::Checkpoint(cursor) = events.next().await.unwrap() {
                let text = std::fs::read_to_string(&path).unwrap();
                assert_eq!(serde_json::from_str::<AllCursor>(&text).unwrap(), cursor);
                break;
            }
        }
    });
    let file = AllCursorFile::open(&path).unwrap();
    assert_eq!(file.cursor().unwrap().tickets().tickets().count(), 2);
    drop(file);
    std::fs::write(&path, "{\"hwc_tickets_all_cursor\":9}").unwrap();
    let error = AllCursorFile::open(&path).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Storage, "{error}");
    assert!(error.to_string().contains("a cursor of all tickets"));
}
