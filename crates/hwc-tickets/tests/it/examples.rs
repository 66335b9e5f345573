//! The examples do what they say.

use crate::reading::desk::{Desk, Rules};
use hwc_tickets::{
    Ended, Error, ErrorKind, ErrorReport, Recalled, SecretString, TicketReceipt,
    sim::{self, Fault, FaultRule, Operation, Simulator},
};
use std::{collections::BTreeSet, fs, path::Path, time::Duration};

/// An example as a module: its `main` is not called here.
macro_rules! example {
    ($name:ident, $path:literal) => {
        #[allow(dead_code, reason = "see above")]
        #[path = $path]
        mod $name;
    };
}
#[cfg(feature = "blocking")]
example!(blocking, "../../examples/blocking.rs");
example!(drain, "../../examples/drain.rs");
example!(recall, "../../examples/recall.rs");
example!(tickets, "../../examples/tickets.rs");

const TICKET: &str = "case-123";

fn desk() -> Desk {
    let desk = Desk::new(Rules::default());
    for (kind, text) in [(0, "opened"), (1, "answer"), (1, "and more")] {
        desk.state().post(TICKET, kind, text);
        desk.clock.advance(Duration::from_secs(60));
    }
    desk
}

#[test]
fn drain_handles_what_is_unread_and_marks_it() {
    let desk = desk();
    let ticket = desk.client().ticket(TICKET).unwrap();
    assert_eq!(desk.clock.run(drain::drain(&ticket)).unwrap().handled, 2);
    assert!(
        desk.state().tickets[TICKET]
            .iter()
            .all(|message| message.read)
    );
    assert_eq!(desk.clock.run(drain::drain(&ticket)).unwrap().handled, 0);
}

#[test]
fn recall_takes_back_what_it_sent() {
    let desk = desk();
    let ticket = desk.client().ticket(TICKET).unwrap();
    let note = Some(SecretString::from("for this ticket alone"));
    let recalled = desk.clock.run(recall::send_and_recall(&ticket, None, note));
    assert_eq!(recalled.unwrap(), Some(Recalled::Now));
    let state = desk.state();
    assert_eq!(state.texts(TICKET), ["opened", "answer", "and more"]);
    let submit = state
        .asked
        .iter()
        .find(|asked| asked.operation() == "submit");
    let note = &submit.unwrap().body["message"]["authorization_content"];
    assert_eq!(note, "for this ticket alone");
}

#[cfg(feature = "blocking")]
#[test]
fn blocking_writes_into_the_ticket() {
    let desk = desk();
    let client = desk.builder().build_blocking().unwrap();
    blocking::hello(&client.ticket(TICKET).unwrap()).unwrap();
    assert_eq!(
        desk.state().texts(TICKET).last().unwrap(),
        "Hello from a script"
    );
    assert_eq!(desk.count("more"), 1);
}

#[tokio::test]
async fn a_ticket_is_opened_once_and_ended_in_whatever_state_it_is() {
    let service = Simulator::builder().seed(7).start().await.unwrap();
    let client = sim::client(&service).build().unwrap();
    service.fault(FaultRule::new(Operation::CreateCases, Fault::Close).after_commit());
    let created = tickets::open(&client, tickets::draft()).await.unwrap();
    assert_eq!(created.receipt, TicketReceipt::Found);
    let ticket = client.ticket(created.ticket).unwrap();
    assert_eq!(tickets::end(&ticket).await.unwrap(), Ended::Now);
    assert!(ticket.status().await.unwrap().has_ended());
}

#[test]
fn what_to_do_follows_from_kind_and_delivery() {
    for (kind, expected) in [
        (ErrorKind::InvalidInput, "correct what was asked for"),
        (ErrorKind::Unauthorized, "mend the account"),
        (ErrorKind::Protocol, "show it to a person"),
    ] {
        let error = Error::from(ErrorReport::new(kind, "told"));
        assert_eq!(tickets::what_to_do(&error), expected);
    }
}

#[test]
fn every_example_stands_on_the_front_page() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let there: BTreeSet<String> = fs::read_dir(examples)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    let page = include_str!("../../src/lib.rs");
    let (_, section) = page.split_once("//! # Examples\n").unwrap();
    let section = section.split("//! # ").next().unwrap();
    let told: BTreeSet<String> = section
        .lines()
        .filter_map(|line| line.strip_prefix("//! | `")?.split_once('`'))
        .map(|(name, _)| name.to_owned())
        .collect();
    assert_eq!(told, there);
}
