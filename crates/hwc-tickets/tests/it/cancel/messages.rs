//! What is read, taken back and handed over in a conversation.

use super::{Halting, Verb, each_await, is_ok, nothing_is_left, poll_at_most};
use crate::reading::desk::{Desk, Rules};
use hwc_tickets::{Error, Message, Ticket};
use std::{collections::BTreeSet, sync::Mutex, time::Duration};

#[test]
fn messages_are_marked_and_taken_back_once_or_not() {
    const ID: &str = "case-123";
    let desk = || {
        let desk = Desk::new(Rules::default());
        for (kind, text) in [(0, "opened"), (1, "an answer"), (0, "wrong"), (0, "last")] {
            desk.state().post(ID, kind, text);
            desk.clock.advance(Duration::from_secs(5));
        }
        desk
    };
    // What stands in the ledger: the texts, and whether all is read.
    type Ledger = (Vec<String>, bool);
    let state = |desk: &Desk| -> Ledger {
        let state = desk.state();
        let is_read = state.tickets[ID].iter().all(|message| message.read);
        (state.texts(ID), is_read)
    };
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    let all: Vec<String> = texts(&["opened", "an answer", "wrong", "last"]);
    let verbs: [(&str, Verb, Ledger); 3] = [
        ("mark read", |it| is_ok(it.mark_read()), (all.clone(), true)),
        (
            "recall",
            |it| is_ok(it.recall("m-3")),
            (texts(&["opened", "an answer", "last"]), false),
        ),
        (
            "recall last",
            |it| is_ok(it.recall_last()),
            (texts(&["opened", "an answer", "wrong"]), false),
        ),
    ];
    for (verb, run, after) in verbs {
        let before: Ledger = (all.clone(), false);
        each_await(verb, 1, |polls| {
            let told = format!("{verb}, {polls} polls");
            let desk = desk();
            let line = Halting::new(&desk.line, &desk.clock);
            let client = desk.builder().transport(line).build().unwrap();
            let ticket = client.ticket(ID).unwrap();
            let done = desk.clock.run(poll_at_most(run(&ticket), polls));
            nothing_is_left(&desk.clock, verb, polls);
            let now = state(&desk);
            match done {
                Some(succeeded) => assert!(succeeded && now == after, "{told}: {now:?}"),
                None => assert!(now == before || now == after, "{told}: {now:?}"),
            }
            // Once more, where that says the same; another last message would be taken back.
            if verb != "recall last" {
                let ticket = desk.client().ticket(ID).unwrap();
                assert!(desk.clock.run(run(&ticket)), "{told}");
                assert_eq!(state(&desk), after, "{told}");
            }
            done.is_some()
        });
    }
}

#[test]
fn what_is_marked_read_was_handled() {
    const ID: &str = "case-123";
    const TEXTS: [&str; 3] = ["one", "two", "three"];
    each_await("drain", 3, |polls| {
        let told = format!("drain, {polls} polls");
        let desk = Desk::new(Rules::default());
        for text in TEXTS {
            desk.state().post(ID, 1, text);
            desk.clock.advance(Duration::from_secs(20));
        }
        let handled = Mutex::new(BTreeSet::new());
        let drain = |ticket: Ticket| {
            let handled = &handled;
            async move {
                let handler = |message: Message| {
                    handled.lock().unwrap().insert(message.content);
                    async { Ok::<(), Error>(()) }
                };
                ticket.drain_unread(handler).await
            }
        };
        let line = Halting::new(&desk.line, &desk.clock);
        let client = desk.builder().transport(line).build().unwrap();
        let ticket = client.ticket(ID).unwrap();
        let done = desk.clock.run(poll_at_most(drain(ticket), polls));
        nothing_is_left(&desk.clock, "drain", polls);
        drop(client);
        for message in &desk.state().tickets[ID] {
            let is_handled = handled.lock().unwrap().contains(&message.text);
            assert!(is_handled || !message.read, "{told}: {}", message.text);
        }
        let ticket = desk.client().ticket(ID).unwrap();
        desk.clock.run(drain(ticket)).unwrap();
        let all: BTreeSet<String> = TEXTS.map(str::to_owned).into();
        assert_eq!(*handled.lock().unwrap(), all, "{told}");
        let is_read = desk.state().tickets[ID].iter().all(|message| message.read);
        assert!(is_read, "{told}");
        done.is_some()
    });
}
