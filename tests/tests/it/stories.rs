//! Stories that the SDK and the simulator live through together. What is true at the end is asked of the simulator's
//! ledger and journal, never of the client. Every answer on the way is held to the description.

use contract_tests::simulator::Watched;
use hwc_tickets::{
    Client, ClientBuilder, CursorFile, Delivery, ErrorKind, Event, Events, GroupId, Recalled,
    Receipt, RetryPolicy, Ticket,
    identity::{CachedIdentity, IamPassword, IamUser},
};
use hwc_tickets_sim::{
    Credentials, DEMO, Entry, Fault, FaultRule, GROUP, Operation, Quirks, Simulator,
};
use std::{collections::BTreeSet, time::Duration};

const CASE: &str = "case-123";
/// A colleague's ticket that the group may see.
const SHARED: &str = "TT202611210007";

/// Settings of an impatient client: nothing here waits for real time.
fn settings(simulator: &Simulator) -> ClientBuilder {
    let moment = Duration::from_millis(20);
    Client::builder()
        .endpoint(simulator.endpoint())
        .transport(Watched::default())
        .retry(RetryPolicy::standard().base_wait(Duration::from_millis(1)))
        .consistency_window(moment)
}

fn client(simulator: &Simulator, who: Credentials) -> Client {
    let settings = settings(simulator).token(who.token);
    settings.build().unwrap()
}

fn group() -> GroupId {
    GroupId::new(GROUP).unwrap()
}

/// How often the service was asked to store a message.
fn posts(simulator: &Simulator) -> usize {
    let journal = simulator.journal();
    let is_submit = |entry: &&Entry| entry.operation == Some(Operation::CreateMessages);
    journal.iter().filter(is_submit).count()
}

/// Follows `ticket`, past the first look at what is there already.
async fn follow(ticket: &Ticket, file: Option<CursorFile>) -> Events {
    let shortest = Duration::from_millis(10);
    let mut follow = ticket
        .client()
        .follow([ticket.id().clone()])
        .interval(shortest, shortest)
        .skip_own();
    if let Some(group) = ticket.group() {
        follow = follow.group(group.clone());
    }
    let resumes = file.as_ref().is_some_and(|file| file.cursor().is_some());
    if let Some(file) = file {
        follow = follow.cursor_file(file);
    }
    let mut events = follow.stream();
    if !resumes {
        let first = events.next().await.unwrap();
        assert!(
            matches!(first, Event::Checkpoint(_)),
            "{first:?} before anything happened"
        );
    }
    events
}

/// The texts of the next messages.
async fn hear(events: &mut Events, messages: usize) -> Vec<String> {
    let mut heard = Vec::new();
    while heard.len() < messages {
        match events.next().await.unwrap() {
            Event::Message { message, .. } => heard.push(message.content.clone()),
            Event::Checkpoint(_) => {}
            other => panic!("{other:?}"),
        }
    }
    heard
}

#[tokio::test]
async fn two_clients_talk_in_one_ticket() {
    let simulator = Simulator::start().await.unwrap();
    let demo = client(&simulator, simulator.credentials());
    let demo = demo.ticket(SHARED).unwrap().with_group(group());
    let colleague = client(&simulator, simulator.colleague());
    let colleague = colleague.ticket(SHARED).unwrap();
    let mut demo_hears = follow(&demo, None).await;
    let mut colleague_hears = follow(&colleague, None).await;

    let (one, other) = tokio::join!(
        async { demo.submit("I can help on Sunday.").await },
        async { colleague.submit("Good, I will be there too.").await },
    );
    one.unwrap();
    other.unwrap();
    simulator
        .reply_as_engineer(SHARED, "See you both on Sunday.")
        .unwrap();

    let mut arrived = simulator.arrived(SHARED);
    arrived.sort();
    assert_eq!(
        arrived,
        ["Good, I will be there too.", "I can help on Sunday."]
    );
    assert_eq!(
        hear(&mut demo_hears, 2).await,
        ["Good, I will be there too.", "See you both on Sunday."]
    );
    assert_eq!(
        hear(&mut colleague_hears, 2).await,
        ["I can help on Sunday.", "See you both on Sunday."]
    );

    // Each reads for himself.
    demo.mark_read().await.unwrap();
    let unread = async |ticket: &Ticket| {
        let query = ticket.client().unread([ticket.id().clone()]);
        let query = match ticket.group() {
            Some(group) => query.group(group.clone()),
            None => query,
        };
        query.fetch().await.total()
    };
    assert_eq!((unread(&demo).await, unread(&colleague).await), (0, 2));
}

#[tokio::test]
async fn a_recall_comes_in_time_twice_and_too_late() {
    let simulator = Simulator::start().await.unwrap();
    let client = client(&simulator, simulator.credentials());
    let ticket = client.ticket(CASE).unwrap();
    let recalled = || {
        let ledger = simulator.ledger(CASE).into_iter();
        let ledger = ledger.filter(|arrival| arrival.recalled);
        ledger
            .map(|arrival| arrival.text.to_string())
            .collect::<Vec<_>>()
    };

    ticket.submit("Too early.").await.unwrap();
    let id = ticket.recall_last().await.unwrap();
    assert_eq!(recalled(), ["Too early."]);
    assert_eq!(ticket.recall(&id).await.unwrap(), Recalled::Already);

    ticket.submit("This one stays.").await.unwrap();
    let messages = ticket.messages_with_ids().await.unwrap();
    let last = messages
        .iter()
        .find(|message| message.content == "This one stays.");
    let id = last.unwrap().id.clone().unwrap();
    let arrival = simulator.ledger(CASE).pop().unwrap();
    assert_eq!(
        arrival.message_id,
        id.to_string(),
        "the id is that of the ledger"
    );
    simulator.advance(Duration::from_secs(601));
    let error = ticket.recall(&id).await.unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Forbidden | ErrorKind::Refused),
        "{error}"
    );
    assert_eq!(recalled(), ["Too early."]);
}

#[tokio::test]
async fn following_is_restarted_in_the_middle() {
    let simulator = Simulator::start().await.unwrap();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("cursor.json");
    let ticket = || {
        client(&simulator, simulator.credentials())
            .ticket(CASE)
            .unwrap()
    };
    let reply = |range: std::ops::Range<u32>| {
        for number in range {
            simulator
                .reply_as_engineer(CASE, format!("part {number}"))
                .unwrap();
        }
    };
    let parts = |range: std::ops::Range<u32>| {
        range
            .map(|number| format!("part {number}"))
            .collect::<Vec<_>>()
    };

    // Stopped in order, in the middle of an answer.
    let mut events = follow(&ticket(), Some(CursorFile::open(&path).unwrap())).await;
    reply(0..5);
    assert_eq!(hear(&mut events, 2).await, parts(0..2));
    events.stop_handle().stop();
    while let Some(event) = events.next().await {
        assert!(matches!(event, Event::Checkpoint(_)), "{event:?}");
    }
    drop(events);
    reply(5..8);
    let mut events = follow(&ticket(), Some(CursorFile::open(&path).unwrap())).await;
    assert_eq!(
        hear(&mut events, 6).await,
        parts(2..8),
        "each once, none lost"
    );

    // Killed in the middle: what was handled since the last checkpoint comes again, nothing else does.
    reply(8..12);
    let before = hear(&mut events, 2).await;
    drop(events);
    let mut events = follow(&ticket(), Some(CursorFile::open(&path).unwrap())).await;
    let mut all = before;
    while !all.contains(&"part 11".to_owned()) {
        all.extend(hear(&mut events, 1).await);
    }
    let all: BTreeSet<String> = all.into_iter().collect();
    let expected: BTreeSet<String> = parts(8..12).into_iter().collect();
    assert!(all.is_superset(&expected), "{all:?}");
    // Six messages came before, perhaps after the last checkpoint.
    assert!(
        all.len() <= expected.len() + 6,
        "only what was not in a checkpoint: {all:?}"
    );
    assert_eq!(
        simulator.arrived(CASE),
        Vec::<String>::new(),
        "following writes nothing"
    );
}

#[tokio::test]
async fn a_lost_answer_is_no_lost_message() {
    let simulator = Simulator::start().await.unwrap();
    for (number, fault) in [
        Fault::Close,
        Fault::Reset,
        Fault::Html { status: 200 },
        Fault::Status {
            status: 502,
            code: None,
            retry_after: None,
        },
    ]
    .into_iter()
    .enumerate()
    {
        simulator.reset();
        // Another client each time: one that knows of messages which went with the world believes less.
        let client = client(&simulator, simulator.credentials());
        let ticket = client.ticket(CASE).unwrap();
        simulator.fault(FaultRule::new(Operation::CreateMessages, fault.clone()).after_commit());
        let text = format!("Please restart node {number}.");
        let sent = ticket.submit(&*text).await.unwrap();
        assert!(matches!(sent.receipt, Receipt::Confirmed(_)), "{fault:?}");
        assert_eq!(simulator.arrived(CASE), [text], "{fault:?}");
        assert_eq!(posts(&simulator), 1, "{fault:?}");
    }
}

#[tokio::test]
async fn a_lost_request_is_told_to_be_absent() {
    let simulator = Simulator::start().await.unwrap();
    let client = client(&simulator, simulator.credentials());
    let ticket = client.ticket(CASE).unwrap();
    simulator.fault(FaultRule::new(Operation::CreateMessages, Fault::Reset));
    let error = ticket.submit("Nobody hears this.").await.unwrap_err();
    assert_eq!(error.delivery(), Delivery::Absent, "{error}");
    assert_eq!(simulator.arrived(CASE), Vec::<String>::new());
    assert_eq!(posts(&simulator), 1);
}

#[tokio::test]
async fn a_refused_submit_is_sent_again_only_where_that_is_safe() {
    let simulator = Simulator::start().await.unwrap();
    let client = client(&simulator, simulator.credentials());
    let ticket = client.ticket(CASE).unwrap();
    let throttled = Fault::Status {
        status: 429,
        code: None,
        retry_after: Some("0".to_owned()),
    };
    simulator.fault(FaultRule::new(Operation::CreateMessages, throttled).times(2));
    ticket.submit("Third time lucky.").await.unwrap();
    assert_eq!(simulator.arrived(CASE), ["Third time lucky."]);
    assert_eq!(posts(&simulator), 3);

    let refused = Fault::Business {
        code: "OSM.01010001".to_owned(),
    };
    simulator.fault(FaultRule::new(Operation::CreateMessages, refused));
    let error = ticket.submit("Never taken.").await.unwrap_err();
    assert_eq!(error.delivery(), Delivery::Rejected);
    assert_eq!(simulator.arrived(CASE), ["Third time lucky."]);
    assert_eq!(posts(&simulator), 4);
}

#[tokio::test]
async fn a_token_expires_between_two_messages() {
    let simulator = Simulator::start().await.unwrap();
    let demo = simulator.credentials();
    let login = IamPassword::new(IamUser::new(demo.account, demo.user, demo.password));
    let login = login
        .unwrap()
        .with_endpoint(simulator.endpoint().parse().unwrap());
    let client = settings(&simulator)
        .identity(CachedIdentity::new(login))
        .build()
        .unwrap();
    let ticket = client.ticket(CASE).unwrap();
    ticket.submit("one").await.unwrap();
    simulator.expire_tokens();
    ticket.submit("two").await.unwrap();
    assert_eq!(simulator.arrived(CASE), ["one", "two"]);
    let logins = simulator.journal().into_iter();
    let logins = logins.filter(|entry| entry.operation == Some(Operation::CreateToken));
    assert_eq!(logins.count(), 2);
}

#[tokio::test]
async fn a_colleagues_ticket_needs_the_group() {
    let simulator = Simulator::start().await.unwrap();
    let client = client(&simulator, simulator.credentials());
    let alone = client.ticket(SHARED).unwrap();

    let error = alone.submit("Without the group.").await.unwrap_err();
    assert!(
        matches!(error.delivery(), Delivery::NotSent | Delivery::Rejected),
        "{error}"
    );
    assert!(error.help().contains("group"), "{:?}", error.help());
    let unread_counts = client.unread([alone.id().clone()]).fetch().await;
    assert!(
        unread_counts.unread.is_empty(),
        "a number that is not known is not 0"
    );
    assert!(!unread_counts.is_complete());
    assert!(alone.history().collect().await.is_err());
    assert_eq!(simulator.arrived(SHARED), Vec::<String>::new());

    let together = alone.with_group(group());
    together.submit("With the group.").await.unwrap();
    let arrival = simulator.ledger(SHARED).pop().unwrap();
    assert_eq!(
        (arrival.by.as_str(), &*arrival.text.to_string()),
        (DEMO, "With the group.")
    );
    let conversation = together.history().collect().await.unwrap();
    assert_eq!(conversation.messages.len(), simulator.ledger(SHARED).len());
    let unread_counts = client
        .unread([together.id().clone()])
        .group(group())
        .fetch()
        .await;
    assert_eq!(unread_counts.total(), 1);
    together.mark_read().await.unwrap();
    let unread_counts = client
        .unread([together.id().clone()])
        .group(group())
        .fetch()
        .await;
    assert_eq!(unread_counts.total(), 0);
}

#[tokio::test]
async fn what_arrives_while_the_unread_is_handled_is_handled_too() {
    let simulator = Simulator::start().await.unwrap();
    let client = client(&simulator, simulator.credentials());
    let ticket = client.ticket(CASE).unwrap();
    simulator.reply_as_engineer(CASE, "first").unwrap();
    let mut handled = Vec::new();
    let mut more = vec!["third", "second"];
    ticket
        .drain_unread(|message| {
            handled.push(message.content.clone());
            if let Some(text) = more.pop() {
                simulator.reply_as_engineer(CASE, text).unwrap();
            }
            std::future::ready(Ok::<_, hwc_tickets::Error>(()))
        })
        .await
        .unwrap();
    for text in ["first", "second", "third"] {
        assert!(
            handled.iter().any(|handled| handled == text),
            "{text} was lost: {handled:?}"
        );
    }
    assert_eq!(
        client.unread([ticket.id().clone()]).fetch().await.total(),
        0
    );
}

#[tokio::test]
async fn a_long_conversation_is_read_without_gap_and_repeat() {
    let simulator = Simulator::start().await.unwrap();
    let client = client(&simulator, simulator.credentials());
    // Sixty messages over an hour, and a dozen within one second.
    for id in ["TT202611210011", "TT202611210012"] {
        let ledger: Vec<String> = simulator
            .ledger(id)
            .into_iter()
            .map(|arrival| arrival.text.into())
            .collect();
        for rows in [5, 7, 100] {
            let history = client
                .ticket(id)
                .unwrap()
                .history()
                .page_size(rows)
                .oldest_first();
            let conversation = history.collect().await.unwrap();
            let texts: Vec<_> = conversation
                .messages
                .into_iter()
                .map(|message| message.content)
                .collect();
            let (mut texts, mut ledger) = (texts, ledger.clone());
            // Within one second the order is the service's own.
            texts.sort();
            ledger.sort();
            assert_eq!(texts, ledger, "{id} in pages of {rows}");
        }
    }
}

/// Numbers as text are one of the oddities that the simulator has a switch for, and none of the description.
#[tokio::test]
#[should_panic(
    expected = "showCaseStatus: [Misfit { place: \"/response/body/status\", rule: \"type\" }]"
)]
async fn an_answer_that_is_not_as_described_is_noticed() {
    let simulator = Simulator::start().await.unwrap();
    let mut quirks = Quirks::default();
    quirks.numbers_as_text = true;
    simulator.set_quirks(quirks);
    let client = client(&simulator, simulator.credentials());
    let _ = client.ticket(CASE).unwrap().status().await;
}
