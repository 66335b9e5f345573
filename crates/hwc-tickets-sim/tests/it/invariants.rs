//! Any sequence of commands keeps what must always hold. The model beside the world is the plainest one possible.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use hwc_tickets_sim::{
    Arrival, Author, COLLEAGUE, Command, DEMO, Engineers, FirstPoll, GROUP, MessageView,
    MoreBoundary, Outcome, Position, Rules, STRANGER, Status, World,
};
use proptest::prelude::*;

use crate::world::{at, small};

const PEOPLE: [&str; 4] = [DEMO, COLLEAGUE, STRANGER, "nobody"];
const TICKETS: [&str; 3] = ["own", "shared", "gone"];

/// A step of a random history: time passes, then something happens.
#[derive(Clone, Debug)]
struct Step {
    millis: i64,
    by: usize,
    ticket: usize,
    group: bool,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    Submit(String),
    List(usize, usize),
    More(i64, usize),
    Poll,
    Unread,
    MarkRead,
    Recall(u64),
    Detail,
    Status,
    Trigger,
    Reply,
    SetStatus(Status),
}

fn step() -> impl Strategy<Value = Step> {
    let status = prop_oneof![
        Just(Status::InProgress),
        Just(Status::ToConfirm),
        Just(Status::Completed),
        Just(Status::Deleted)
    ];
    let kind = prop_oneof![
        6 => "[a-c工😀]{0,4}".prop_map(Kind::Submit),
        3 => (0..12_usize, 0..12_usize).prop_map(|(offset, limit)| Kind::List(offset, limit)),
        3 => (-1..60_i64, 0..12_usize).prop_map(|(before, limit)| Kind::More(before, limit)),
        3 => Just(Kind::Poll),
        2 => Just(Kind::Unread),
        3 => Just(Kind::MarkRead),
        4 => (0..24_u64).prop_map(Kind::Recall),
        1 => Just(Kind::Detail),
        1 => Just(Kind::Status),
        3 => Just(Kind::Trigger),
        3 => Just(Kind::Reply),
        1 => status.prop_map(Kind::SetStatus),
    ];
    (-500..4000_i64, 0..8_usize, 0..8_usize, any::<bool>(), kind).prop_map(
        |(millis, by, ticket, group, kind)| Step {
            millis,
            by,
            ticket,
            group,
            kind,
        },
    )
}

fn rules() -> impl Strategy<Value = Rules> {
    let engineers = prop_oneof![
        Just(Engineers::Silent),
        Just(Engineers::Manual),
        Just(Engineers::Timed {
            min: Duration::from_secs(1),
            max: Duration::from_secs(9)
        }),
    ];
    let boundary = prop_oneof![Just(MoreBoundary::Before), Just(MoreBoundary::UpTo)];
    (engineers, boundary, 0..7_u64, 1..6_usize, 0..40_usize).prop_map(
        |(engineers, more_boundary, lag, poll_limit, capacity)| {
            let mut rules = Rules::default();
            rules.engineers = engineers;
            rules.more_boundary = more_boundary;
            rules.visible_lag = Duration::from_secs(lag);
            rules.poll_limit = poll_limit;
            rules.capacity = capacity + 2;
            rules.first_poll = FirstPoll::Everything;
            rules.recall_window = Duration::from_secs(20);
            rules
        },
    )
}

/// Most steps are the owner's, in the ticket of their own.
fn pick<'a>(of: &[&'a str], index: usize) -> &'a str {
    of.get(index).copied().unwrap_or(of[0])
}

fn command(step: &Step, cursor: Option<Position>) -> Command {
    let (by, ticket) = (
        pick(&PEOPLE, step.by).to_owned(),
        pick(&TICKETS, step.ticket).to_owned(),
    );
    let group = step.group.then(|| GROUP.to_owned());
    match step.kind.clone() {
        Kind::Submit(content) => Command::Submit {
            by,
            ticket,
            group,
            content: content.into(),
            attachments: Vec::new(),
            confidential: false,
        },
        Kind::List(offset, limit) => Command::List {
            by,
            ticket,
            group,
            offset,
            limit,
        },
        Kind::More(before, limit) => Command::More {
            by,
            ticket,
            group,
            before: (before >= 0).then(|| at(before)),
            limit,
        },
        Kind::Poll => Command::Poll {
            by,
            tickets: Some(vec![ticket]),
            group,
            since: cursor,
        },
        Kind::Unread => Command::Unread {
            by,
            tickets: None,
            group,
        },
        Kind::MarkRead => Command::MarkRead { by, ticket, group },
        Kind::Recall(number) => Command::Recall {
            by,
            ticket,
            message: format!("msg-{number:010}"),
        },
        Kind::Detail => Command::Detail { by, ticket, group },
        Kind::Status => Command::Status { by, ticket },
        Kind::Trigger => Command::Trigger {
            ticket: step.group.then_some(ticket),
        },
        Kind::Reply => Command::Reply {
            ticket,
            content: "answer".into(),
            attachments: Vec::new(),
        },
        Kind::SetStatus(status) => Command::SetStatus { ticket, status },
    }
}

fn ledgers(world: &World) -> BTreeMap<String, Vec<Arrival>> {
    world
        .ticket_ids()
        .into_iter()
        .map(|id| (id.clone(), world.ledger(&id)))
        .collect()
}

/// Visible messages in the order in which they became visible, as the owner's ticket detail has them.
fn shown(
    world: &World,
    ticket: &str,
    owner: &str,
    now: jiff::Timestamp,
) -> Option<Vec<MessageView>> {
    let detail = Command::Detail {
        by: owner.to_owned(),
        ticket: ticket.to_owned(),
        group: None,
    };
    match world.clone().apply(detail, now) {
        Outcome::Detail(ticket) => Some(ticket.messages),
        _ => None,
    }
}

/// Entries are added and nothing about them changes, but that they may show or be recalled.
fn check_grows(before: &[Arrival], after: &[Arrival]) {
    assert!(before.len() <= after.len());
    for (old, new) in before.iter().zip(after) {
        let mut expected = old.clone();
        expected.visible |= new.visible;
        expected.recalled |= new.recalled;
        assert_eq!(&expected, new);
    }
}

fn check_answer(command: &Command, outcome: &Outcome, world: &World, now: jiff::Timestamp) {
    match (command, outcome) {
        (
            Command::List {
                ticket,
                offset,
                limit,
                ..
            },
            Outcome::Page { total, messages },
        ) => {
            let owner = if ticket == "own" { DEMO } else { COLLEAGUE };
            let shown = shown(world, ticket, owner, now).unwrap();
            assert_eq!(*total, shown.len());
            let expected: Vec<_> = shown.into_iter().rev().skip(*offset).take(*limit).collect();
            assert_eq!(*messages, expected);
        }
        (
            Command::More {
                ticket,
                before,
                limit,
                ..
            },
            Outcome::Page { messages, .. },
        ) => {
            let owner = if ticket == "own" { DEMO } else { COLLEAGUE };
            let boundary = world.rules().more_boundary;
            let older = |message: &MessageView| match (before, boundary) {
                (None, _) => true,
                (Some(before), MoreBoundary::UpTo) => message.at.as_second() <= before.as_second(),
                (Some(before), _) => message.at.as_second() < before.as_second(),
            };
            let shown = shown(world, ticket, owner, now).unwrap();
            let expected: Vec<_> = shown.into_iter().rev().filter(older).take(*limit).collect();
            assert_eq!(*messages, expected);
        }
        _ => {}
    }
}

fn run(rules: &Rules, steps: &[Step]) -> (World, Vec<Outcome>) {
    let mut world = small(5, rules.clone());
    let mut now = at(0);
    let mut read: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut cursor = None;
    let mut outcomes = Vec::new();
    for step in steps {
        now += jiff::SignedDuration::from_millis(step.millis);
        let command = command(step, cursor);
        let before = ledgers(&world);
        let outcome = world.apply(command.clone(), now);
        let after = ledgers(&world);
        for (ticket, arrivals) in &after {
            check_grows(&before[ticket], arrivals);
        }
        let stored: usize = after.values().map(Vec::len).sum();
        assert_eq!(stored, world.stored());
        assert!(stored <= world.rules().capacity.max(2));
        let ids: BTreeSet<_> = after
            .values()
            .flatten()
            .map(|arrival| &arrival.message_id)
            .collect();
        assert_eq!(ids.len(), stored, "ids are unique");

        let latest = after
            .values()
            .flatten()
            .map(|arrival| arrival.at)
            .max()
            .unwrap_or(now)
            .max(now);
        check_answer(&command, &outcome, &world, latest);
        let answers = |ticket: &str| {
            after[ticket]
                .iter()
                .filter(|arrival| arrival.author == Author::Engineer && arrival.visible)
                .count()
        };
        match (&command, &outcome) {
            (Command::MarkRead { by, ticket, .. }, Outcome::Done) => {
                read.insert((by.clone(), ticket.clone()), answers(ticket));
            }
            (Command::Unread { by, .. }, Outcome::Unread(tickets)) => {
                for ticket in tickets {
                    let seen = read
                        .get(&(by.clone(), ticket.ticket.clone()))
                        .copied()
                        .unwrap_or(0);
                    assert_eq!(ticket.unread, answers(&ticket.ticket) - seen);
                }
            }
            (Command::Poll { since, .. }, Outcome::News { next, messages, .. }) => {
                assert!(
                    since.is_none_or(|since| since <= *next),
                    "cursors do not go back"
                );
                assert!(
                    messages
                        .iter()
                        .map(|(_, messages)| messages.len())
                        .sum::<usize>()
                        <= world.rules().poll_limit
                );
                if pick(&PEOPLE, step.by) == DEMO && pick(&TICKETS, step.ticket) == "own" {
                    cursor = Some(*next);
                }
            }
            _ => {}
        }
        outcomes.push(outcome);
    }
    (world, outcomes)
}

/// Who polls on and on sees each message that stays, and none twice.
fn follow(world: &mut World, steps: &[Step]) {
    let mut now = at(0);
    let mut seen = BTreeSet::new();
    let mut since = None;
    let mut poll = |world: &mut World, now| {
        let tickets = Some(vec!["own".to_owned(), "shared".to_owned()]);
        let command = Command::Poll {
            by: DEMO.to_owned(),
            tickets,
            group: Some(GROUP.to_owned()),
            since,
        };
        let Outcome::News { messages, next, .. } = world.apply(command, now) else {
            panic!("a poll is never refused")
        };
        since = Some(next);
        let new: Vec<String> = messages
            .into_iter()
            .flat_map(|(_, messages)| messages)
            .map(|message| message.id.to_string())
            .collect();
        let count = new.len();
        for id in new {
            assert!(seen.insert(id.clone()), "{id} came twice");
        }
        (count, seen.clone())
    };
    for step in steps {
        now += jiff::SignedDuration::from_millis(step.millis);
        if !matches!(step.kind, Kind::SetStatus(_)) {
            world.apply(command(step, None), now);
        }
        if step.group {
            poll(world, now);
        }
    }
    now += jiff::SignedDuration::from_secs(1000);
    let seen = loop {
        let (new, seen) = poll(world, now);
        if new == 0 {
            break seen;
        }
    };
    for ticket in ["own", "shared"] {
        for arrival in world.ledger(ticket) {
            assert!(
                arrival.recalled || seen.contains(&arrival.message_id),
                "{arrival:?} was never seen"
            );
        }
    }
}

proptest! {
    #[test]
    fn any_history_keeps_them(rules in rules(), steps in prop::collection::vec(step(), 0..60)) {
        let (world, outcomes) = run(&rules, &steps);
        let (again, same) = run(&rules, &steps);
        prop_assert_eq!(outcomes, same, "the same commands at the same times make the same world");
        prop_assert_eq!(ledgers(&world), ledgers(&again));
        follow(&mut small(5, rules), &steps);
    }
}
