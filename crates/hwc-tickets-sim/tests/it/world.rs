//! The pure world: rules at made-up times.

use std::time::Duration;

use hwc_tickets_sim::{
    Author, COLLEAGUE, Command, DEMO, Engineers, GROUP, MessageView, Outcome, Position, Quirks,
    RecallAgain, Refusal, Rules, STRANGER, Status, TicketSeed, User, World,
};
use jiff::{SignedDuration, Timestamp};

pub(crate) fn start() -> Timestamp {
    "2026-11-21T00:00:00Z".parse().unwrap()
}

pub(crate) fn at(seconds: i64) -> Timestamp {
    start() + SignedDuration::from_secs(seconds)
}

/// Three people, two tickets: `own` of `demo`, `shared` of the colleague and the group.
pub(crate) fn small(seed: u64, rules: Rules) -> World {
    let mut world = World::empty(seed, rules, Quirks::default());
    for user in [
        User::new(DEMO, "demo", "demo").in_group(GROUP),
        User::new(COLLEAGUE, "li.wei", "demo")
            .sub_user()
            .in_group(GROUP),
        User::new(STRANGER, "stranger", "elsewhere"),
    ] {
        world.apply(Command::Enrol(user), start());
    }
    let tickets = [
        TicketSeed::new("own", DEMO, start()).customer(start(), "it began"),
        TicketSeed::new("shared", COLLEAGUE, start())
            .group(GROUP)
            .customer(start(), "it began"),
    ];
    for ticket in tickets {
        assert_eq!(world.apply(Command::Open(ticket), start()), Outcome::Done);
    }
    world
}

pub(crate) fn submit(by: &str, ticket: &str, content: &str) -> Command {
    Command::Submit {
        by: by.to_owned(),
        ticket: ticket.to_owned(),
        group: None,
        content: content.into(),
        attachments: Vec::new(),
        confidential: false,
    }
}

fn recall(by: &str, ticket: &str, message: &str) -> Command {
    Command::Recall {
        by: by.to_owned(),
        ticket: ticket.to_owned(),
        message: message.to_owned(),
    }
}

fn stored(outcome: Outcome) -> String {
    match outcome {
        Outcome::Stored { message } => message,
        other => panic!("{other:?}"),
    }
}

fn messages(world: &mut World, by: &str, ticket: &str, now: Timestamp) -> Vec<MessageView> {
    let command = Command::List {
        by: by.to_owned(),
        ticket: ticket.to_owned(),
        group: Some(GROUP.to_owned()),
        offset: 0,
        limit: 100,
    };
    match world.apply(command, now) {
        Outcome::Page { messages, .. } => messages,
        other => panic!("{other:?}"),
    }
}

#[test]
fn recalling_has_rules() {
    let mut world = small(0, Rules::default());
    let old = stored(world.apply(submit(DEMO, "own", "old"), at(0)));
    let new = stored(world.apply(submit(DEMO, "own", "new"), at(500)));
    let reply = Command::Reply {
        ticket: "own".to_owned(),
        content: "hello".into(),
        attachments: Vec::new(),
    };
    let engineers = stored(world.apply(reply, at(500)));
    let first = messages(&mut world, DEMO, "own", at(500)).pop().unwrap();
    let first = first.id.to_string();
    let cases = [
        (recall(DEMO, "own", &old), Refusal::TooLate),
        (recall(DEMO, "own", &engineers), Refusal::NotOwn),
        (recall(DEMO, "own", &first), Refusal::NotOwn),
        (recall(COLLEAGUE, "own", &new), Refusal::NotAllowed),
        (recall(STRANGER, "own", &new), Refusal::NoSuchTicket),
        (recall("nobody", "own", &new), Refusal::NoSuchCustomer),
        (
            recall(DEMO, "own", "msg-0000000999"),
            Refusal::NoSuchMessage,
        ),
        (recall(DEMO, "own", "msg-1"), Refusal::NoSuchMessage),
        (recall(DEMO, "own", "x"), Refusal::NoSuchMessage),
        (recall(DEMO, "shared", &new), Refusal::NoSuchMessage),
        (recall(DEMO, "gone", &new), Refusal::NoSuchTicket),
    ];
    for (command, refusal) in cases {
        assert_eq!(
            world.apply(command.clone(), at(601)),
            Outcome::Refused(refusal),
            "{command:?}"
        );
    }
    assert_eq!(
        world.apply(recall(DEMO, "own", &new), at(1100)),
        Outcome::Done
    );
    assert_eq!(
        world.apply(recall(DEMO, "own", &new), at(1100)),
        Outcome::Refused(Refusal::AlreadyRecalled)
    );
    assert!(
        messages(&mut world, DEMO, "own", at(1100))
            .iter()
            .all(|message| message.id.to_string() != new)
    );
    assert!(
        world
            .ledger("own")
            .iter()
            .any(|arrival| arrival.message_id == new && arrival.recalled)
    );

    let mut rules = Rules::default();
    rules.recall_again = RecallAgain::Accepted;
    world.set_rules(rules);
    assert_eq!(
        world.apply(recall(DEMO, "own", &new), at(1100)),
        Outcome::Done
    );
}

#[test]
fn a_colleagues_ticket_needs_its_group() {
    let mut world = small(0, Rules::default());
    let detail = |by: &str, group: Option<&str>| Command::Detail {
        by: by.to_owned(),
        ticket: "shared".to_owned(),
        group: group.map(str::to_owned),
    };
    assert_eq!(
        world.apply(detail(DEMO, None), at(1)),
        Outcome::Refused(Refusal::NotAllowed)
    );
    assert_eq!(
        world.apply(detail(DEMO, Some("other")), at(1)),
        Outcome::Refused(Refusal::NotAllowed)
    );
    assert!(matches!(
        world.apply(detail(DEMO, Some(GROUP)), at(1)),
        Outcome::Detail(_)
    ));
    assert!(matches!(
        world.apply(detail(COLLEAGUE, None), at(1)),
        Outcome::Detail(_)
    ));
    // The documents' own example names a group with a ticket of one's own.
    assert!(matches!(
        world.apply(detail(COLLEAGUE, Some("any")), at(1)),
        Outcome::Detail(_)
    ));
    assert_eq!(
        world.apply(detail(STRANGER, Some(GROUP)), at(1)),
        Outcome::Refused(Refusal::NoSuchTicket)
    );
    let status = Command::Status {
        by: DEMO.to_owned(),
        ticket: "shared".to_owned(),
    };
    assert_eq!(
        world.apply(status, at(1)),
        Outcome::Status(Status::InProgress)
    );
}

#[test]
fn closed_tickets_take_no_message_and_deleted_ones_are_gone() {
    for (status, refusal) in [
        (Status::Completed, Refusal::Closed),
        (Status::Cancelled, Refusal::Closed),
        (Status::Invalid, Refusal::Closed),
        (Status::Deleted, Refusal::NoSuchTicket),
    ] {
        let mut world = small(0, Rules::default());
        world.apply(
            Command::SetStatus {
                ticket: "own".to_owned(),
                status,
            },
            at(1),
        );
        assert_eq!(
            world.apply(submit(DEMO, "own", "x"), at(2)),
            Outcome::Refused(refusal),
            "{status:?}"
        );
        assert_eq!(world.ledger("own").len(), 1);
    }
}

#[test]
fn text_is_counted_in_utf16_units() {
    let mut world = small(0, Rules::default());
    for (unit, fits) in [("a", 2000), ("工", 2000), ("😀", 1000)] {
        assert!(
            matches!(
                world.apply(submit(DEMO, "own", &unit.repeat(fits)), at(1)),
                Outcome::Stored { .. }
            ),
            "{unit}"
        );
        let refused = world.apply(submit(DEMO, "own", &unit.repeat(fits + 1)), at(1));
        assert_eq!(refused, Outcome::Refused(Refusal::Invalid), "{unit}");
    }
}

#[test]
fn engineers_say_the_same_with_the_same_seed() {
    let talk = |seed: u64| {
        let mut world = small(seed, Rules::default());
        for step in 0..8 {
            world.apply(
                submit(DEMO, "own", if step < 4 { "help" } else { "帮忙" }),
                at(step * 10),
            );
            assert_eq!(
                world.apply(Command::Trigger { ticket: None }, at(step * 10 + 5)),
                Outcome::Answered(1)
            );
        }
        let texts: Vec<String> = world
            .ledger("own")
            .into_iter()
            .map(|arrival| arrival.text.into())
            .collect();
        (texts, world.ledger("own")[2].by.clone())
    };
    assert_eq!(talk(7), talk(7));
    assert!((0..20).any(|seed| talk(seed).0 != talk(7).0));
    assert!((0..20).any(|seed| talk(seed).1 != talk(7).1));
    let (texts, _) = talk(7);
    assert!(
        texts[2].is_ascii() && !texts[10].is_ascii(),
        "each answer in the language of the question"
    );
}

#[test]
fn timed_engineers_answer_at_their_own_moment_and_once() {
    let mut rules = Rules::default();
    rules.engineers = Engineers::Timed {
        min: Duration::from_secs(2),
        max: Duration::from_secs(6),
    };
    let mut world = small(3, rules);
    for line in 0..3 {
        world.apply(submit(DEMO, "own", "one of three lines"), at(line));
    }
    let due = world.next_due().expect("an answer is planned");
    assert!((at(2)..=at(6)).contains(&due));
    // Nobody asks for an hour; the answer still bears its own time.
    world.apply(Command::Tick, at(3600));
    let answers: Vec<_> = world
        .ledger("own")
        .into_iter()
        .filter(|arrival| arrival.author == Author::Engineer)
        .collect();
    assert_eq!(answers.len(), 1);
    assert_eq!(answers[0].at, due);
    assert_eq!(world.next_due(), None);
}

#[test]
fn a_message_can_arrive_before_it_shows() {
    let mut rules = Rules::default();
    rules.visible_lag = Duration::from_secs(5);
    rules.engineers = Engineers::Silent;
    let mut world = small(0, rules);
    let id = stored(world.apply(submit(DEMO, "own", "late"), at(10)));
    assert_eq!(
        world
            .ledger("own")
            .last()
            .map(|arrival| (arrival.message_id.clone(), arrival.visible)),
        Some((id, false))
    );
    let poll = |since| Command::Poll {
        by: DEMO.to_owned(),
        tickets: Some(vec!["own".to_owned()]),
        group: None,
        since,
    };
    let Outcome::News {
        next,
        messages: news,
        ..
    } = world.apply(poll(None), at(12))
    else {
        panic!()
    };
    assert!(news.is_empty());
    assert_eq!(messages(&mut world, DEMO, "own", at(14)).len(), 1);
    assert_eq!(messages(&mut world, DEMO, "own", at(15)).len(), 2);
    // The cursor from before it showed still finds it.
    let Outcome::News { messages: news, .. } = world.apply(poll(Some(next)), at(16)) else {
        panic!()
    };
    assert_eq!(news[0].1.len(), 1);
    assert_eq!(news[0].1[0].at, at(10));
}

#[test]
fn time_does_not_run_backwards() {
    let mut world = small(0, Rules::default());
    world.apply(submit(DEMO, "own", "first"), at(100));
    world.apply(submit(DEMO, "own", "second"), at(50));
    let times: Vec<_> = world
        .ledger("own")
        .iter()
        .map(|arrival| arrival.at)
        .collect();
    assert_eq!(times, [at(0), at(100), at(100)]);
}

#[test]
fn places_only_grow_whatever_the_times_say() {
    let mut world = small(0, Rules::default());
    let ahead = TicketSeed::new("ahead", DEMO, at(0)).customer(at(1000), "written in the future");
    world.apply(Command::Open(ahead), at(0));
    let poll = |since| Command::Poll {
        by: DEMO.to_owned(),
        tickets: Some(vec!["ahead".to_owned()]),
        group: None,
        since,
    };
    let Outcome::News { next, .. } = world.apply(poll(None), at(1)) else {
        panic!()
    };
    world.apply(submit(DEMO, "ahead", "written now"), at(2));
    let Outcome::News { messages, .. } = world.apply(poll(Some(next)), at(3)) else {
        panic!()
    };
    assert_eq!(messages[0].1[0].content, "written now");

    // A cursor of another run may be later than anything here. It does not go back.
    let later = Position {
        millis: at(9999).as_millisecond(),
        number: 1,
    };
    let Outcome::News { next, messages, .. } = world.apply(poll(Some(later)), at(4)) else {
        panic!()
    };
    assert_eq!((next, messages.len()), (later, 0));
}

#[test]
fn the_usual_world_is_worth_looking_at() {
    let mut world = World::demo(7, Rules::default(), Quirks::default(), start());
    let ids = world.ticket_ids();
    assert!(ids.len() >= 13 && ids.contains(&"case-123".to_owned()));
    let unread = Command::Unread {
        by: DEMO.to_owned(),
        tickets: Some(vec!["case-123".to_owned()]),
        group: None,
    };
    let Outcome::Unread(unread) = world.apply(unread, start()) else {
        panic!()
    };
    assert_eq!(unread[0].unread, 1);
    assert!(
        world
            .ledger("case-123")
            .iter()
            .any(|arrival| !arrival.attachments.is_empty())
    );
    let chinese = world
        .ledger("TT202611210003")
        .iter()
        .any(|arrival| arrival.text.contains('数'));
    assert!(chinese);
    let own = |id: &&String| {
        matches!(
            world.clone().apply(
                Command::Status {
                    by: DEMO.to_owned(),
                    ticket: (*id).clone()
                },
                start()
            ),
            Outcome::Status(_)
        )
    };
    assert!(ids.iter().filter(own).count() >= 13);
}
