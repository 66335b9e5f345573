//! Marking read, and handling what is unread without losing what arrives meanwhile.

use crate::reading::desk::{Asked, Count, Desk, Listing, Rules, State};
use hwc_core::{Clock as _, testing::Step};
use hwc_tickets::{Client, Error, ErrorKind, Message, MessageKind, mark_read::Drained};
use jiff::SignedDuration;
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

const TICKET: &str = "case-123";

fn desk() -> Desk {
    Desk::new(Rules::default())
}

/// Drains with a client that remembers nothing, and gives what the handler got.
fn drain(
    desk: &Desk,
    handler: impl Fn(&str) -> Result<(), Error> + Send,
) -> (Vec<String>, Result<u64, Error>) {
    drain_with(&desk.client(), desk, handler)
}

fn drain_with(
    client: &Client,
    desk: &Desk,
    handler: impl Fn(&str) -> Result<(), Error> + Send,
) -> (Vec<String>, Result<u64, Error>) {
    let got = Mutex::new(Vec::new());
    let ticket = client.ticket(TICKET).unwrap();
    let result = desk.clock.run(ticket.drain_unread(|message: Message| {
        assert_ne!(message.kind, MessageKind::Customer);
        let outcome = handler(&message.content);
        got.lock().unwrap().push(message.content);
        async { outcome }
    }));
    let handled = result.map(|drained| drained.handled);
    (got.into_inner().unwrap(), handled)
}

/// Posts, one message after the other at some distance.
fn post(desk: &Desk, kind: i64, texts: &[&str], apart: Duration) {
    for text in texts {
        desk.state().post(TICKET, kind, text);
        desk.clock.advance(apart);
    }
}

fn unread(desk: &Desk) -> usize {
    desk.state().tickets[TICKET]
        .iter()
        .filter(|message| !message.read)
        .count()
}

fn mark_all(desk: &Desk) {
    for message in desk.state().tickets.get_mut(TICKET).unwrap() {
        message.read = true;
    }
}

/// What a machine on the way had stored may lack unread messages: by it nothing is marked.
#[test]
fn a_stored_answer_marks_nothing() {
    for operation in ["unread", "more"] {
        let desk = desk();
        post(&desk, 1, &["one"], Duration::from_secs(60));
        desk.on_request(move |state, asked| {
            (asked.operation() == operation).then(|| {
                let body = state.answer(asked).to_string();
                state.dated(Step::json(200, body)).header("age", "60")
            })
        });
        let (_, result) = drain(&desk, |_| Ok(()));
        let error = result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol, "{operation}");
        let told = error.to_string();
        assert!(told.starts_with("drain unread messages"), "{told}");
        assert!(told.contains("had stored the answer"), "{told}");
        assert_eq!(desk.count("mark_read"), 0, "{operation}");
        assert_eq!(unread(&desk), 1, "{operation}");
    }
}

#[test]
fn exactly_the_unread_ones_when_nothing_is_in_doubt() {
    let desk = desk();
    let minute = Duration::from_secs(60);
    post(&desk, 1, &["read before"], minute);
    post(&desk, 0, &["question"], minute);
    mark_all(&desk);
    post(&desk, 1, &["one", "two"], minute);
    post(&desk, 0, &["thanks"], minute);
    post(&desk, 1, &["three"], minute);
    let (got, result) = drain(&desk, |_| Ok(()));
    assert_eq!(got, ["one", "two", "three"], "the oldest first");
    assert_eq!(result.unwrap(), 3);
    assert_eq!(unread(&desk), 0);
    assert_eq!(desk.count("mark_read"), 1);
    let (got, result) = drain(&desk, |_| Ok(()));
    assert!(got.is_empty());
    assert_eq!(result.unwrap(), 0);
    assert_eq!(desk.count("mark_read"), 1, "nothing unread, nothing marked");
}

#[test]
fn equal_seconds_and_fresh_messages_give_more_never_fewer() {
    let desk = desk();
    // Two read and two unread ones in one second: which are which cannot be told.
    post(&desk, 1, &["a", "b"], Duration::ZERO);
    mark_all(&desk);
    post(&desk, 1, &["c", "d"], Duration::ZERO);
    desk.clock.advance(Duration::from_secs(60));
    let (got, _) = drain(&desk, |_| Ok(()));
    assert_eq!(got, ["a", "b", "c", "d"]);
    // A message of this very second may be visible and not yet counted: it does not take a place.
    post(&desk, 1, &["counted"], Duration::from_secs(60));
    post(&desk, 1, &["not yet counted"], Duration::ZERO);
    desk.on_request(|state, asked| {
        (asked.operation() == "unread").then(|| {
            let mut answer = state.answer(asked);
            answer["imunread"][0]["unread_num"] = 1.into();
            Step::json(200, answer.to_string())
        })
    });
    let (got, _) = drain(&desk, |_| Ok(()));
    assert_eq!(got, ["counted", "not yet counted"]);
}

#[test]
fn nothing_is_marked_when_the_handler_fails() {
    let desk = desk();
    post(&desk, 1, &["one", "two", "three"], Duration::from_secs(60));
    let (got, result) = drain(&desk, |text| {
        if text == "two" {
            Err(refusal_of_the_handler())
        } else {
            Ok(())
        }
    });
    assert_eq!(got, ["one", "two"]);
    assert_eq!(result.unwrap_err().kind(), ErrorKind::InvalidInput);
    assert_eq!(unread(&desk), 3);
    assert_eq!(desk.count("mark_read"), 0);
    assert_eq!(drain(&desk, |_| Ok(())).0, ["one", "two", "three"]);
}

#[test]
fn what_arrives_between_reading_and_marking_is_handed_over() {
    // At which request something arrives: conversation, count, mark, second look, second mark.
    for operation in ["more", "unread", "mark_read"] {
        for nth in 1..=2 {
            let desk = desk();
            post(&desk, 1, &["one"], Duration::from_secs(60));
            let mut seen = 0;
            desk.on_request(move |state, asked| {
                if asked.operation() == operation {
                    seen += 1;
                    if seen == nth {
                        state.post(TICKET, 1, "slipped in");
                    }
                }
                None
            });
            let (got, result) = drain(&desk, |_| Ok(()));
            result.unwrap();
            let told = format!("at {operation} {nth}: {got:?}");
            assert!(got.contains(&"one".to_owned()), "{told}");
            let slipped = desk.state().texts(TICKET).len() == 2;
            let handed_over = got.iter().filter(|text| *text == "slipped in").count();
            let still_unread = unread(&desk);
            // Handed over once, or else still unread for the next time.
            assert!(!slipped || handed_over == 1 || still_unread == 1, "{told}");
            assert!(handed_over <= 1, "{told}");
        }
    }
}

#[test]
fn a_stream_of_arrivals_ends_with_unread_ones_not_with_lost_ones() {
    let desk = desk();
    post(&desk, 1, &["first"], Duration::from_secs(60));
    let mut number = 0;
    desk.on_request(move |state, asked| {
        if asked.operation() == "mark_read" {
            number += 1;
            state.post(TICKET, 1, &format!("more {number}"));
        }
        None
    });
    let (got, result) = drain(&desk, |_| Ok(()));
    assert!(result.unwrap() >= 7);
    let missed = desk.state().texts(TICKET).len() - got.len();
    assert!(
        missed <= unread(&desk),
        "what was not handed over is unread"
    );
}

#[test]
fn a_burst_that_cannot_be_read_whole_is_not_marked() {
    let desk = Desk::new(Rules {
        count: Count::Nothing,
        listing: Listing::Refused,
        ..Rules::default()
    });
    post(&desk, 1, &["old"], Duration::from_secs(60));
    for n in 0..150 {
        desk.state().post(TICKET, 1, &format!("burst {n}"));
    }
    desk.clock.advance(Duration::from_secs(60));
    let (got, result) = drain(&desk, |_| Ok(()));
    assert_eq!(result.unwrap_err().kind(), ErrorKind::LimitExceeded);
    assert!(got.len() >= 100);
    assert_eq!(unread(&desk), 151);
}

fn refusal_of_the_handler() -> Error {
    Error::from("..".parse::<hwc_tickets::TicketId>().unwrap_err())
}

/// Says that so many are unread, whatever is true.
fn count_as(desk: &Desk, unread: Option<u64>) {
    desk.on_request(move |state, asked| {
        (asked.operation() == "unread").then(|| {
            let mut answer = state.answer(asked);
            answer["imunread"][0]["unread_num"] = unread.into();
            Step::json(200, answer.to_string())
        })
    });
}

#[test]
fn a_client_repeats_nothing_that_it_handled_and_marked() {
    // Messages come faster than the consistency window ends, some of them in one second.
    let desk = desk();
    post(&desk, 1, &["long ago"], Duration::from_secs(3600));
    mark_all(&desk);
    let client = desk.client();
    let mut got = Vec::new();
    for round in 0..20_u64 {
        post(&desk, 1, &[&format!("message {round}")], Duration::ZERO);
        if round % 3 == 0 {
            post(&desk, 1, &["the same text"], Duration::ZERO);
        }
        let (texts, result) = drain_with(&client, &desk, |_| Ok(()));
        assert_eq!(result.unwrap(), texts.len() as u64);
        got.extend(texts);
        desk.clock.advance(Duration::from_millis(round * 400));
    }
    // The first drain remembered nothing, so it could not be sure.
    assert_eq!(got.remove(0), "long ago");
    assert_eq!(got, desk.state().texts(TICKET)[1..]);
    assert_eq!(unread(&desk), 0);
}

/// A message slips in at the mark, and then something goes wrong. The next drain makes up for it.
#[test]
fn what_slipped_in_is_handed_over_after_a_failure() {
    type Wrong = fn(&mut State, &Asked, &mut bool) -> Option<Step>;
    let no_trouble: Wrong = |_, _, _| None;
    let look_fails: Wrong = |_, asked, marked| {
        (*marked && asked.operation() == "more").then(|| {
            *marked = false;
            Step::reset()
        })
    };
    let mark_is_lost: Wrong = |state, asked, _| {
        let first = state
            .asked
            .iter()
            .filter(|a| a.operation() == "mark_read")
            .count()
            == 1;
        (first && asked.operation() == "mark_read").then(|| {
            state.answer(asked);
            Step::reset()
        })
    };
    for (trouble, handler_fails) in [
        (no_trouble, true),
        (look_fails, false),
        (mark_is_lost, false),
    ] {
        let desk = desk();
        post(&desk, 1, &["one", "two"], Duration::from_secs(60));
        let mut marked = false;
        desk.on_request(move |state, asked| {
            if asked.operation() == "mark_read"
                && !state.texts(TICKET).contains(&"slipped in".to_owned())
            {
                state.post(TICKET, 1, "slipped in");
                marked = true;
            }
            trouble(state, asked, &mut marked)
        });
        let client = desk.client();
        let failing = AtomicBool::new(handler_fails);
        let handler = |text: &str| {
            if text == "slipped in" && failing.load(Ordering::Relaxed) {
                return Err(refusal_of_the_handler());
            }
            Ok(())
        };
        let (got, result) = drain_with(&client, &desk, handler);
        result.unwrap_err();
        assert_eq!(got.get(..2).unwrap(), ["one", "two"]);
        assert_eq!(unread(&desk), 0, "the signal is gone");
        failing.store(false, Ordering::Relaxed);
        let (got, result) = drain_with(&client, &desk, handler);
        assert_eq!(got, ["slipped in"]);
        assert_eq!(result.unwrap(), 1);
        let (got, _) = drain_with(&client, &desk, handler);
        assert!(got.is_empty());
    }
}

/// The answer to what was asked, which comes and is dated so many seconds later.
fn late(state: &mut State, asked: &Asked, seconds: u32) -> Step {
    let body = state.answer(asked).to_string();
    let ahead = state.rules.date_ahead;
    state.rules.date_ahead = ahead.map(|ahead| ahead + i64::from(seconds) * 1000);
    let step = state.dated(Step::json(200, body));
    state.rules.date_ahead = ahead;
    step.after(Duration::from_secs(seconds.into()))
}

/// Nothing in the conversation has a time yet, or the newest message has none that can be read: what comes next is new all the same.
#[test]
fn a_clock_that_is_ahead_hides_nothing_that_slips_in() {
    // What is counted late came after the conversation was read. A service that tells no time shows nothing to a machine that is behind.
    for hours in [-48, 0, 1, 48] {
        for (before, operation, seconds, tells_time) in [
            (None, "unread", 0, true),
            (Some("undated"), "mark_read", 0, true),
            (None, "unread", 8, true),
            (Some("undated"), "unread", 8, true),
            (None, "unread", 0, hours < 0),
            (Some("undated"), "mark_read", 0, hours < 0),
        ] {
            let desk = Desk::new(Rules {
                date_ahead: tells_time.then_some(0),
                ..Rules::default()
            });
            desk.state().tickets.insert(TICKET.to_owned(), Vec::new());
            if let Some(text) = before {
                post(&desk, 1, &[text], Duration::from_secs(60));
            }
            let wrong = SignedDuration::from_hours(hours);
            desk.clock.set_wall_time(desk.clock.now() + wrong);
            let mut has_slipped_in = false;
            desk.on_request(move |state, asked| {
                if asked.operation() == operation && !has_slipped_in {
                    has_slipped_in = true;
                    state.post(TICKET, 1, "slipped in");
                    return Some(late(state, asked, seconds));
                }
                if asked.operation() != "more" {
                    return None;
                }
                let mut answer = state.answer(asked);
                for row in answer["message_list"].as_array_mut().unwrap() {
                    if row["content"] == "undated" {
                        row["create_time"] = "yesterday".into();
                    }
                }
                Some(state.dated(Step::json(200, answer.to_string())))
            });
            let client = desk.builder().consistency_window(Duration::from_secs(2));
            let (got, result) = drain_with(&client.build().unwrap(), &desk, |_| Ok(()));
            let told = format!("{hours} h, at {operation}, {seconds} s, {tells_time}");
            let expected: Vec<&str> = before.into_iter().chain(["slipped in"]).collect();
            assert_eq!(got, expected, "{told}");
            assert_eq!(result.unwrap(), expected.len() as u64, "{told}");
            assert_eq!(unread(&desk), 0, "{told}");
        }
    }
}

/// Behind by more than a day, and with nothing that tells the time, what is newer is marked unseen. Whoever drains is told which clock counted.
#[test]
fn a_drain_by_the_clock_of_this_machine_is_told() {
    for (hours_ahead, tells_time, expected) in [
        (-72, true, &["new"][..]),
        (0, true, &["new"]),
        (72, true, &["new"]),
        (-72, false, &["old"]),
        // Without a time, what may not be counted yet takes no place.
        (0, false, &["old", "new"]),
        (72, false, &["old", "new"]),
    ] {
        let desk = Desk::new(Rules {
            date_ahead: tells_time.then_some(0),
            count: Count::Older,
            ..Rules::default()
        });
        let ago = |desk: &Desk, text: &str, hours: i64| {
            let mut state = desk.state();
            let millis = state.now_millis() - hours * 3_600_000;
            state.post_at(TICKET, 1, text, millis);
        };
        ago(&desk, "old", 100);
        mark_all(&desk);
        let wrong = SignedDuration::from_hours(hours_ahead);
        desk.clock.set_wall_time(desk.clock.now() + wrong);
        let client = desk.client();
        let ticket = client.ticket(TICKET).unwrap();
        let drain = || {
            let got = Mutex::new(Vec::new());
            let drained = desk.clock.run(ticket.drain_unread(|message: Message| {
                got.lock().unwrap().push(message.content);
                async { Ok::<(), Error>(()) }
            }));
            (got.into_inner().unwrap(), drained.unwrap())
        };
        // Where nothing is unread, no clock decides anything.
        let told = format!("{hours_ahead} h ahead, {tells_time}");
        assert_eq!(drain(), (Vec::new(), Drained::default()), "{told}");

        ago(&desk, "new", 1);
        let (got, drained) = drain();
        assert_eq!(got, expected, "{told}");
        assert_eq!(drained.handled, expected.len() as u64, "{told}");
        assert_eq!(drained.local_clock, !tells_time, "{told}");
        assert_eq!(unread(&desk), 0, "{told}");
    }
}

/// The count has no time with it, and the machine is ahead: a message that is not counted yet does not take the place of one that is.
#[test]
fn a_clock_that_is_ahead_takes_no_fresh_message_for_a_counted_one() {
    let desk = desk();
    post(&desk, 1, &["counted"], Duration::from_secs(60));
    post(&desk, 1, &["not yet counted"], Duration::ZERO);
    let ahead = SignedDuration::from_hours(1);
    desk.clock.set_wall_time(desk.clock.now() + ahead);
    count_as(&desk, Some(1));
    let (got, _) = drain(&desk, |_| Ok(()));
    assert_eq!(got, ["counted", "not yet counted"]);
}

/// The look after the mark fails, and the next drain comes later, when other messages have arrived.
#[test]
fn what_slipped_in_is_handed_over_however_late() {
    let desk = desk();
    post(&desk, 1, &["one"], Duration::from_secs(60));
    let mut marked = false;
    desk.on_request(move |state, asked| {
        if asked.operation() == "mark_read" && !marked {
            marked = true;
            state.post(TICKET, 1, "slipped in");
        } else if marked && asked.operation() == "more" && state.texts(TICKET).len() == 2 {
            return Some(Step::reset());
        }
        None
    });
    let client = desk.client();
    drain_with(&client, &desk, |_| Ok(())).1.unwrap_err();
    desk.clock.advance(Duration::from_secs(60));
    post(&desk, 1, &["later", "still later"], Duration::from_secs(60));
    let (got, result) = drain_with(&client, &desk, |_| Ok(()));
    assert_eq!(got, ["slipped in", "later", "still later"]);
    assert_eq!(result.unwrap(), 3);
}

#[test]
fn what_was_read_elsewhere_is_left_alone_once_nothing_is_owed() {
    for look_fails in [false, true] {
        let desk = desk();
        post(&desk, 1, &["one"], Duration::from_secs(60));
        let mut failures = i32::from(look_fails);
        desk.on_request(move |state, asked| {
            let marked = state
                .asked
                .iter()
                .any(|asked| asked.operation() == "mark_read");
            let fails = marked && asked.operation() == "more" && failures > 0;
            failures -= i32::from(fails);
            fails.then(Step::reset)
        });
        let client = desk.client();
        assert_eq!(
            drain_with(&client, &desk, |_| Ok(())).1.is_err(),
            look_fails
        );
        if look_fails {
            assert!(drain_with(&client, &desk, |_| Ok(())).0.is_empty());
        }
        post(&desk, 1, &["read in the console"], Duration::from_secs(60));
        mark_all(&desk);
        let (got, result) = drain_with(&client, &desk, |_| Ok(()));
        assert!(got.is_empty(), "{got:?}");
        result.unwrap();
    }
}

/// One read, the nth, does not show a message that others show, though the total counts it.
#[test]
fn a_message_that_one_read_does_not_show_is_handed_over_once() {
    // (which read, the message, marks before it is handed over)
    for (nth, text, marks) in [(1, "two", 0), (2, "two", 0), (2, "slipped in", 1)] {
        let desk = desk();
        post(&desk, 1, &["old"], Duration::from_secs(60));
        mark_all(&desk);
        post(&desk, 1, &["one"], Duration::from_secs(58));
        post(&desk, 1, &["two"], Duration::from_secs(2));
        let mut looks = 0;
        desk.on_request(move |state, asked| {
            looks += i32::from(asked.operation() == "more");
            if asked.operation() == "mark_read" && state.texts(TICKET).len() == 3 {
                state.post(TICKET, 1, "slipped in");
            }
            (asked.operation() == "more" && looks == nth).then(|| {
                let mut answer = state.answer(asked);
                let rows = answer["message_list"].as_array_mut().unwrap();
                rows.retain(|row| row["content"] != text);
                Step::json(200, answer.to_string())
            })
        });
        let client = desk.client();
        let order = Mutex::new(Vec::new());
        let (got, result) = drain_with(&client, &desk, |text| {
            order
                .lock()
                .unwrap()
                .push((text.to_owned(), desk.count("mark_read")));
            Ok(())
        });
        result.unwrap();
        // The last one is fresh when it is counted, so it does not take the place of an older one.
        let expected = ["old", "one", "two", "slipped in"];
        assert_eq!(got, expected, "{text} at look {nth}");
        let order = order.into_inner().unwrap();
        assert!(order.contains(&(text.to_owned(), marks)), "{order:?}");
        assert_eq!(unread(&desk), 0);
    }
}

/// Anything goes wrong at any time, over and over, with one client: no message of the support is ever
/// without its handler, and in the end nothing is unread.
#[test]
fn in_random_schedules_no_message_is_lost() {
    for seed in 0..300 {
        let random = Arc::new(Mutex::new(fastrand::Rng::with_seed(seed)));
        let chance = {
            let random = Arc::clone(&random);
            move |percent: u32| random.lock().unwrap().u32(0..100) < percent
        };
        let desk = desk();
        desk.state().post(TICKET, 0, "opened");
        let calm = Arc::new(AtomicBool::new(false));
        let (bad, is_calm) = (chance.clone(), Arc::clone(&calm));
        let mut number = 0;
        desk.on_request(move |state, asked| {
            if is_calm.load(Ordering::Relaxed) {
                return None;
            }
            if bad(15) {
                number += 1;
                // Texts repeat within a second, too.
                state.post(TICKET, 1, &format!("slipped in {}", number / 2));
            }
            let answer = (!bad(8)).then(|| state.answer(asked).to_string());
            Some(match answer {
                Some(answer) if !bad(8) => Step::json(200, answer).after(Duration::from_millis(10)),
                _ => Step::reset(),
            })
        });
        let mut client = desk.client();
        let handled = Arc::new(Mutex::new(Vec::new()));
        for step in 0..20 {
            let posts = random.lock().unwrap().u32(0..4);
            for place in 0..posts {
                let kind = i64::from(chance(70));
                desk.state()
                    .post(TICKET, kind, &format!("{step} {}", place / 2));
            }
            let pause = random.lock().unwrap().u64(0..20_000);
            desk.clock.advance(Duration::from_millis(pause));
            let ticket = client.ticket(TICKET).unwrap();
            let (handled, fails, clock) = (&handled, &chance, desk.clock.clone());
            let cut = Duration::from_millis(random.lock().unwrap().u64(0..400));
            let outcome = desk.clock.run(async {
                let drain = ticket.drain_unread(|message: Message| async move {
                    if fails(5) {
                        return Err(refusal_of_the_handler());
                    }
                    handled.lock().unwrap().push(message.content);
                    Ok(())
                });
                let (drain, end) = (std::pin::pin!(drain), clock.sleep(cut));
                match futures_util::future::select(drain, end).await {
                    futures_util::future::Either::Left((result, _)) => Some(result),
                    futures_util::future::Either::Right(_) => None,
                }
            });
            // A new process. It knows nothing, so it may begin only where nothing is owed.
            if matches!(outcome, Some(Ok(_))) && chance(20) {
                client = desk.client();
            }
        }
        calm.store(true, Ordering::Relaxed);
        let (got, result) = drain_with(&client, &desk, |_| Ok(()));
        result.unwrap();
        let mut handled = handled.lock().unwrap().clone();
        handled.extend(got);
        let state = desk.state();
        let from_support = state.tickets[TICKET]
            .iter()
            .filter(|message| message.kind == 1);
        let mut wanted: Vec<&str> = from_support.map(|message| message.text.as_str()).collect();
        wanted.sort_unstable();
        for group in wanted.chunk_by(|one, other| one == other) {
            let times = handled.iter().filter(|text| *text == group[0]).count();
            assert!(
                times >= group.len(),
                "seed {seed}: {} {times} times",
                group[0]
            );
        }
        drop(state);
        assert_eq!(unread(&desk), 0, "seed {seed}");
    }
}

#[test]
fn a_mark_that_did_not_come_through_is_made_up_for() {
    let desk = desk();
    post(&desk, 1, &["one", "two"], Duration::from_secs(4));
    let mut failures = 1;
    desk.on_request(move |_, asked| {
        let fails = asked.operation() == "mark_read" && failures > 0;
        failures -= i32::from(fails);
        fails.then(Step::refused)
    });
    let client = desk.client();
    let (got, result) = drain_with(&client, &desk, |_| Ok(()));
    assert_eq!(got, ["one", "two"]);
    assert_eq!(result.unwrap_err().kind(), ErrorKind::Connect);
    assert_eq!(unread(&desk), 2);
    let (got, result) = drain_with(&client, &desk, |_| Ok(()));
    assert!(got.is_empty(), "{got:?} is handled");
    assert_eq!(result.unwrap(), 0);
    assert_eq!(unread(&desk), 0);
}

/// Matrix 52, wherever it is cut off: while a request is under way, or while the handler works.
#[test]
fn a_drain_that_is_dropped_anywhere_loses_nothing() {
    let step = Duration::from_millis(10);
    for cut in (5..).step_by(5).map(Duration::from_millis) {
        let desk = desk();
        post(&desk, 1, &["one", "two"], Duration::from_secs(60));
        desk.on_request(move |state, asked| {
            if asked.operation() == "mark_read" && state.texts(TICKET).len() == 2 {
                state.post(TICKET, 1, "slipped in");
            }
            let answer = state.answer(asked).to_string();
            Some(Step::json(200, answer).after(step))
        });
        let client = desk.client();
        let ticket = client.ticket(TICKET).unwrap();
        let (handled, clock) = (Mutex::new(Vec::new()), desk.clock.clone());
        let whole = clock.run(async {
            let drain = ticket.drain_unread(|message: Message| {
                let working = clock.sleep(step);
                let handled = &handled;
                async move {
                    working.await;
                    handled.lock().unwrap().push(message.content);
                    Ok::<(), Error>(())
                }
            });
            let (drain, end) = (std::pin::pin!(drain), clock.sleep(cut));
            matches!(
                futures_util::future::select(drain, end).await,
                futures_util::future::Either::Left(_)
            )
        });
        assert_eq!(
            clock.sleepers(),
            0,
            "cut at {cut:?}: something is left behind"
        );
        let (again, result) = drain_with(&client, &desk, |_| Ok(()));
        result.unwrap();
        let mut handled = handled.into_inner().unwrap();
        handled.extend(again);
        for text in desk.state().texts(TICKET) {
            let times = handled.iter().filter(|handled| **handled == text).count();
            assert!(
                (1..=2).contains(&times),
                "cut at {cut:?}: {text} {times} times"
            );
        }
        assert_eq!(unread(&desk), 0);
        if whole {
            assert!(cut >= step * 9, "{cut:?} is too soon to be whole");
            return;
        }
    }
}

#[test]
fn more_counted_than_there_is() {
    // Nothing more shows: after the consistency window it is believed that there is nothing.
    let desk = desk();
    post(&desk, 0, &["question"], Duration::from_secs(60));
    post(
        &desk,
        1,
        &["answer", "and another"],
        Duration::from_secs(60),
    );
    count_as(&desk, Some(9));
    let began = desk.clock.elapsed();
    let (got, result) = drain(&desk, |_| Ok(()));
    assert_eq!(got, ["answer", "and another"]);
    assert_eq!(result.unwrap(), 2);
    assert_eq!(unread(&desk), 0);
    assert_eq!(desk.clock.elapsed() - began, Duration::from_secs(10));

    // Something shows late: it is handed over before anything is marked.
    let desk = Desk::new(Rules::default());
    post(&desk, 1, &["answer"], Duration::from_secs(60));
    let made = desk.state().now_millis() - 2_000;
    desk.on_request(move |state, asked| {
        let looks = state
            .asked
            .iter()
            .filter(|a| a.operation() == "more")
            .count();
        if looks == 3 && state.texts(TICKET).len() == 1 {
            state.post_at(TICKET, 1, "late", made);
        }
        let marks = state
            .asked
            .iter()
            .filter(|a| a.operation() == "mark_read")
            .count();
        (asked.operation() == "unread" && marks == 0).then(|| {
            let mut answer = state.answer(asked);
            answer["imunread"][0]["unread_num"] = 2.into();
            Step::json(200, answer.to_string())
        })
    });
    let order = Mutex::new(Vec::new());
    let (got, result) = drain(&desk, |text| {
        let marks = desk.count("mark_read");
        order.lock().unwrap().push((text.to_owned(), marks));
        Ok(())
    });
    assert_eq!(got, ["answer", "late"]);
    assert_eq!(result.unwrap(), 2);
    assert!(order.lock().unwrap().iter().all(|(_, marks)| *marks == 0));
}

#[test]
fn a_total_that_never_fits_costs_one_wait_and_holds_nothing_up() {
    let desk = desk();
    post(&desk, 1, &["one", "two"], Duration::from_secs(60));
    desk.on_request(|state, asked| {
        (asked.operation() == "more").then(|| {
            let mut answer = state.answer(asked);
            answer["count"] = 17.into();
            Step::json(200, answer.to_string())
        })
    });
    let began = desk.clock.elapsed();
    let (got, result) = drain(&desk, |_| Ok(()));
    assert_eq!(got, ["one", "two"]);
    assert_eq!(result.unwrap(), 2);
    assert_eq!(unread(&desk), 0);
    assert_eq!(desk.clock.elapsed() - began, Duration::from_secs(10));
}

#[test]
fn a_ticket_without_a_number_is_not_taken_for_empty() {
    let desk = desk();
    post(&desk, 1, &["one"], Duration::from_secs(60));
    count_as(&desk, None);
    let (got, result) = drain(&desk, |_| Ok(()));
    assert!(got.is_empty());
    let error = result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.help().contains("group"));
    assert_eq!(desk.count("mark_read"), 0);
}

#[test]
fn what_cannot_be_decoded_is_told_once_and_holds_nothing_up() {
    let desk = desk();
    post(
        &desk,
        1,
        &["one", "unreadable", "two"],
        Duration::from_secs(60),
    );
    desk.state().tickets.get_mut(TICKET).unwrap()[1].broken = true;
    let client = desk.client();
    // A whole row of a hopeless type, not only a field.
    let spoil = |tells_time: bool| {
        desk.on_request(move |state, asked| {
            (asked.operation() == "more").then(|| {
                let mut answer = state.answer(asked);
                for row in answer["message_list"].as_array_mut().unwrap() {
                    if row["content"].is_object() {
                        *row = 7.into();
                    }
                }
                let step = Step::json(200, answer.to_string());
                match tells_time {
                    true => state.dated(step),
                    false => step,
                }
            })
        });
    };
    for tells_time in [false, true] {
        spoil(tells_time);
        let (got, result) = drain(&desk, |_| Ok(()));
        assert_eq!(got, ["one", "two"]);
        let error = result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol);
        assert!(!error.help().is_empty());
        let told = error.to_string();
        assert_eq!(told.contains("told no time"), !tells_time, "{told}");
        for message in desk.state().tickets.get_mut(TICKET).unwrap() {
            message.read = false;
        }
    }
    let (got, result) = drain_with(&client, &desk, |_| Ok(()));
    assert_eq!(got, ["one", "two"]);
    assert_eq!(result.unwrap_err().kind(), ErrorKind::Protocol);
    assert_eq!(unread(&desk), 0);
    post(&desk, 1, &["three"], Duration::from_secs(60));
    let (got, result) = drain_with(&client, &desk, |_| Ok(()));
    assert_eq!(got, ["three"]);
    assert_eq!(result.unwrap(), 1, "the same item is no news");
}

#[test]
fn the_group_goes_with_every_request_of_a_drain() {
    let desk = desk();
    post(&desk, 1, &["one"], Duration::from_secs(60));
    let ticket = desk.client().ticket(TICKET).unwrap();
    let ticket = ticket.with_group("group-1".parse().unwrap());
    let handled = desk
        .clock
        .run(ticket.drain_unread(|_| async { Ok::<(), Error>(()) }));
    assert_eq!(handled.unwrap().handled, 1);
    for asked in &desk.state().asked {
        let group = asked.value("group_id").or(asked.body["group_id"].as_str());
        assert_eq!(group, Some("group-1"), "{}", asked.operation());
    }
}

#[test]
fn an_unknown_ticket_is_an_error_not_nothing() {
    let (got, result) = drain(&desk(), |_| Ok(()));
    assert!(got.is_empty());
    assert_eq!(result.unwrap_err().kind(), ErrorKind::NotFound);
}

#[test]
fn every_answer_to_marking_has_its_end() {
    use ErrorKind as K;
    let page = "<html>sign in</html>";
    let table: [(Step, Result<(), K>); 13] = [
        // The example of the document, with no error code in it (D-08), and other ways to say yes.
        (Step::json(200, r#"{"group_id":"123456"}"#), Ok(())),
        (Step::json(200, "{}"), Ok(())),
        (Step::answer(200), Ok(())),
        (
            Step::json(200, r#"{"error_code":"","error_msg":""}"#),
            Ok(()),
        ),
        (Step::json(200, r#"{"error_code":"CBC.0000"}"#), Ok(())),
        (
            Step::json(200, r#"{"error_code":"OSM.01010015"}"#),
            Err(K::NotFound),
        ),
        (
            Step::json(200, r#"{"error_code":"OSM.01010002"}"#),
            Err(K::Forbidden),
        ),
        (Step::answer(200).body(page), Err(K::Protocol)),
        (
            Step::answer(302).header("location", "http://other.example/"),
            Err(K::Protocol),
        ),
        (
            Step::json(401, r#"{"error_code":"APIGW.0307"}"#),
            Err(K::Unauthorized),
        ),
        (Step::answer(503), Err(K::Unavailable)),
        (Step::hang(), Err(K::Timeout)),
        (Step::refused(), Err(K::Connect)),
    ];
    for (step, expected) in table {
        let desk = desk();
        post(&desk, 1, &["one"], Duration::ZERO);
        let told = format!("{step:?}");
        desk.on_request(move |_, _| Some(step.clone()));
        let ticket = desk.client().ticket(TICKET).unwrap();
        let began = desk.clock.elapsed();
        let result = desk.clock.run(ticket.mark_read().into_future());
        assert_eq!(result.map_err(|error| error.kind()), expected, "{told}");
        assert!(desk.clock.elapsed() - began <= Duration::from_secs(30));
        assert_eq!(desk.state().asked.len(), 1);
        assert_eq!(desk.clock.sleepers(), 0);
    }
}

#[test]
fn marking_read_sends_the_group_and_repeats_what_may_be_repeated() {
    let desk = desk();
    post(&desk, 1, &["one"], Duration::ZERO);
    let mut failures = 2;
    desk.on_request(move |_, _| {
        failures -= 1;
        (failures >= 0).then(Step::reset)
    });
    let retry = hwc_tickets::RetryPolicy::standard();
    let client = desk
        .builder()
        .retry(retry)
        .group("group-1".parse().unwrap())
        .build()
        .unwrap();
    let ticket = client.ticket(TICKET).unwrap();
    desk.clock.run(async {
        ticket.mark_read().await.unwrap();
        ticket
            .mark_read()
            .group("group-2".parse().unwrap())
            .await
            .unwrap();
    });
    let state = desk.state();
    let groups: Vec<&str> = state
        .asked
        .iter()
        .map(|asked| asked.body["group_id"].as_str().unwrap())
        .collect();
    assert_eq!(groups, ["group-1", "group-1", "group-1", "group-2"]);
}

#[test]
fn futures_can_cross_threads() {
    fn crosses<T: Send>(_: &T) {}
    let desk = desk();
    let client = desk.client();
    let ticket = client.ticket(TICKET).unwrap();
    crosses(&ticket.history().stream());
    crosses(&ticket.history().collect());
    crosses(&client.unread([ticket.id().clone()]).fetch());
    crosses(&ticket.recall("m-1").into_future());
    let counter = Arc::new(Mutex::new(0));
    crosses(&ticket.drain_unread(|_| {
        *counter.lock().unwrap() += 1;
        async { Ok::<(), Error>(()) }
    }));
}
