//! Mark read, drain, recall, detail and status.

use super::desk::{Count, Desk, ENGINEER, FirstPoll, OWN, Rules, refusal};
use hwc_core::testing::Step;
use hwc_tickets::{Error, ErrorKind, Message, MessageKind, Recalled, TicketStatus};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

const TICKET: &str = "case-123";

fn desk() -> Desk {
    Desk::new(Rules {
        first_poll: FirstPoll::Nothing,
        ..Rules::default()
    })
}

/// Drains, and gives what the handler got.
fn drain(
    desk: &Desk,
    handler: impl Fn(&str) -> Result<(), Error> + Send,
) -> (Vec<String>, Result<u64, Error>) {
    let got = Mutex::new(Vec::new());
    let ticket = desk.client().ticket(TICKET).unwrap();
    let result = desk.clock.run(ticket.drain_unread(|message: Message| {
        assert_ne!(message.kind, MessageKind::Customer);
        let outcome = handler(&message.content);
        got.lock().unwrap().push(message.content);
        async { outcome }
    }));
    (got.into_inner().unwrap(), result)
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
    let broken = || Error::from("..".parse::<hwc_tickets::TicketId>().unwrap_err());
    let (got, result) = drain(
        &desk,
        |text| if text == "two" { Err(broken()) } else { Ok(()) },
    );
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

#[test]
fn an_unknown_ticket_is_an_error_not_nothing() {
    let (got, result) = drain(&desk(), |_| Ok(()));
    assert!(got.is_empty());
    assert_eq!(result.unwrap_err().kind(), ErrorKind::NotFound);
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
            .with_group("group-2".parse().unwrap())
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

fn id_of(desk: &Desk, text: &str) -> String {
    let state = desk.state();
    let found = state.tickets[TICKET]
        .iter()
        .find(|message| message.text == text);
    format!("m-{}", found.unwrap().number)
}

#[test]
fn recalling_twice_is_recalling_once() {
    let desk = desk();
    post(
        &desk,
        0,
        &["opened", "wrong ticket, sorry"],
        Duration::from_secs(5),
    );
    let ticket = desk.client().ticket(TICKET).unwrap();
    let id = id_of(&desk, "wrong ticket, sorry");
    desk.clock.run(async {
        assert_eq!(ticket.recall(&id).await.unwrap(), Recalled::Now);
        assert_eq!(ticket.recall(&id).await.unwrap(), Recalled::Already);
    });
    assert_eq!(desk.state().texts(TICKET), ["opened"]);
}

#[test]
fn a_recall_that_is_refused_or_not_answered_is_told_by_the_ticket() {
    // (what happens at the recall, whether it is done, result)
    let lost = |done: bool| {
        move |desk: &Desk| {
            desk.on_request(move |state, asked| {
                (asked.operation() == "recall").then(|| {
                    if done {
                        state.answer(asked);
                    }
                    Step::reset()
                })
            });
        }
    };
    let refused = |code: &'static str| {
        move |desk: &Desk| {
            desk.on_request(move |_, asked| {
                let answer = refusal(code).to_string();
                (asked.operation() == "recall").then(|| Step::json(200, answer))
            });
        }
    };
    type Trouble = Box<dyn Fn(&Desk)>;
    let cases: [(Trouble, Result<Recalled, ErrorKind>); 6] = [
        (Box::new(lost(true)), Ok(Recalled::Already)),
        (Box::new(lost(false)), Err(ErrorKind::Interrupted)),
        // Too late, for instance: the message is still there.
        (Box::new(refused("OSM.01010088")), Err(ErrorKind::Refused)),
        (Box::new(refused("OSM.01010015")), Err(ErrorKind::NotFound)),
        (Box::new(refused("OSM.01010002")), Err(ErrorKind::Forbidden)),
        (
            Box::new(refused("OSM.01010014")),
            Err(ErrorKind::Unavailable),
        ),
    ];
    for (trouble, expected) in cases {
        let desk = desk();
        post(&desk, 0, &["opened", "second"], Duration::from_secs(5));
        trouble(&desk);
        let ticket = desk.client().ticket(TICKET).unwrap();
        let id = id_of(&desk, "second");
        let result = desk.clock.run(ticket.recall(&id).into_future());
        assert_eq!(result.map_err(|error| error.kind()), expected);
    }
}

#[test]
fn a_recall_keeps_to_its_deadline_and_leaves_time_to_look() {
    let desk = desk();
    post(&desk, 0, &["opened", "second"], Duration::from_secs(5));
    desk.on_request(|state, asked| {
        (asked.operation() == "recall").then(|| {
            state.answer(asked);
            Step::hang()
        })
    });
    let ticket = desk.client().ticket(TICKET).unwrap();
    let recall = ticket
        .recall(id_of(&desk, "second"))
        .timeout(Duration::from_secs(8));
    let before = hwc_core::Clock::elapsed(&desk.clock);
    assert_eq!(
        desk.clock.run(recall.into_future()).unwrap(),
        Recalled::Already
    );
    assert!(hwc_core::Clock::elapsed(&desk.clock) - before <= Duration::from_secs(8));
}

#[test]
fn ids_that_cannot_be_are_refused_before_anything_is_sent() {
    let desk = desk();
    let ticket = desk.client().ticket(TICKET).unwrap();
    for id in ["", "..", "a/b", "a\\..\\b", "%2e", "x\r\ny", "中"] {
        let error = desk.clock.run(ticket.recall(id).into_future()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
    }
    assert!(desk.state().asked.is_empty());
}

#[test]
fn the_last_own_message_is_found_and_recalled() {
    let desk = desk();
    post(&desk, 0, &["opened", "mine"], Duration::from_secs(5));
    post(&desk, 1, &["answer"], Duration::from_secs(5));
    post(&desk, 0, &["a colleague's"], Duration::from_secs(5));
    desk.state().tickets.get_mut(TICKET).unwrap()[3].replier = "colleague".to_owned();
    let known = desk.builder().author_id(OWN).build().unwrap();
    let id = desk
        .clock
        .run(known.ticket(TICKET).unwrap().recall_last().into_future())
        .unwrap();
    assert_eq!(id.as_str(), id_of(&desk, "mine"));

    // Without a known author: what this client submitted.
    let client = desk.client();
    let ticket = client.ticket(TICKET).unwrap();
    let id = desk.clock.run(async {
        ticket.submit("sent here").await.unwrap();
        desk.state().post(TICKET, 0, "and a colleague again");
        ticket.recall_last().await.unwrap()
    });
    assert_eq!(id.as_str(), id_of(&desk, "sent here"));

    // Else the newest of the customer's side; and when there is none, a clear error.
    let stranger = desk.client().ticket(TICKET).unwrap();
    desk.clock.run(async {
        assert_eq!(
            stranger.recall_last().await.unwrap().as_str(),
            id_of(&desk, "and a colleague again")
        );
        stranger.recall_last().await.unwrap();
        let error = stranger.recall_last().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
    });
    assert_eq!(desk.state().texts(TICKET), ["opened", "answer"]);
}

#[test]
fn the_id_of_a_message_from_history_is_found() {
    let desk = desk();
    post(&desk, 0, &["same", "same"], Duration::ZERO);
    post(&desk, 1, &["answer"], Duration::from_secs(5));
    let ticket = desk.client().ticket(TICKET).unwrap();
    desk.clock.run(async {
        let history = ticket.history().collect().await.unwrap();
        let answer = ticket.find_id(&history.messages[0]).await.unwrap();
        assert_eq!(answer.unwrap().as_str(), "m-3");
        let same = ticket.find_id(&history.messages[1]).await.unwrap();
        assert!(["m-1", "m-2"].contains(&same.unwrap().as_str()));
        desk.state().tickets.get_mut(TICKET).unwrap()[2].recalled = true;
        assert_eq!(ticket.find_id(&history.messages[0]).await.unwrap(), None);
        let with_ids = ticket.messages_with_ids().await.unwrap();
        assert!(with_ids.iter().all(|message| message.id.is_some()));
    });
}

#[test]
fn detail_and_status() {
    let desk = desk();
    post(&desk, 0, &["opened"], Duration::from_secs(5));
    post(&desk, 1, &["answer"], Duration::from_secs(5));
    let client = desk
        .builder()
        .group("group-1".parse().unwrap())
        .build()
        .unwrap();
    let ticket = client.ticket(TICKET).unwrap();
    let table = [
        (0, TicketStatus::Waiting),
        (1, TicketStatus::Processing),
        (2, TicketStatus::AwaitingConfirmation),
        (3, TicketStatus::Completed),
        (4, TicketStatus::Cancelled),
        (5, TicketStatus::Suspended),
        (12, TicketStatus::Invalid),
        (13, TicketStatus::Deleted),
        (17, TicketStatus::AwaitingFeedback),
        (6, TicketStatus::Other(6)),
    ];
    for (code, expected) in table {
        desk.state().status.insert(TICKET.to_owned(), code);
        desk.clock.run(async {
            assert_eq!(ticket.status().await.unwrap(), expected);
            assert_eq!(ticket.detail().await.unwrap().status, expected);
        });
    }
    let detail = desk
        .clock
        .run(
            ticket
                .detail()
                .with_group("group-2".parse().unwrap())
                .into_future(),
        )
        .unwrap();
    assert_eq!(detail.id.unwrap().as_str(), TICKET);
    assert_eq!(detail.description.as_deref(), Some("disk full"));
    let author = detail.messages[1].author.id.as_deref();
    assert_eq!(author, Some(ENGINEER));
    let state = desk.state();
    let last = state.asked.last().unwrap();
    assert_eq!(last.value("group_id"), Some("group-2"));
    // The status takes no group.
    assert!(
        state
            .asked
            .iter()
            .filter(|a| a.operation() == "status")
            .all(|a| a.query.is_empty())
    );
}

#[test]
fn errors_of_reading_name_the_operation_and_what_to_do() {
    let desk = desk();
    let ticket = desk.client().ticket("case-9").unwrap();
    let errors = desk.clock.run(async {
        [
            ticket.detail().await.map(drop).unwrap_err(),
            ticket.status().await.map(drop).unwrap_err(),
            ticket.history().collect().await.map(drop).unwrap_err(),
        ]
    });
    let names = ["read ticket", "read ticket status", "read history"];
    for (error, name) in errors.iter().zip(names) {
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert_eq!(error.code(), Some("OSM.01010015"));
        assert!(error.to_string().starts_with(name), "{error}");
        assert!(error.help().is_some());
    }
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
