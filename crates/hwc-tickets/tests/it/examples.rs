//! The examples do what they say.

use crate::reading::desk::{Desk, Rules};
use hwc_tickets::{Recalled, SecretString};
use std::time::Duration;

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
    assert_eq!(desk.clock.run(drain::drain(&ticket)).unwrap(), 2);
    assert!(
        desk.state().tickets[TICKET]
            .iter()
            .all(|message| message.read)
    );
    assert_eq!(desk.clock.run(drain::drain(&ticket)).unwrap(), 0);
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
