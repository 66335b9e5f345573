//! An outbox that is kept beside the client as well: each call comes to it as it was made.

use hwc_tickets::{Outbox, Pending, PendingTicket, Removal, submit::PendingId};
use serde_json::json;
use std::{io, sync::Arc};

/// Answers each method with its name and what it was given. No answer is the default of the trait.
#[derive(Debug)]
struct Echo;

fn echo<T>(asked: String) -> io::Result<T> {
    Err(io::Error::other(asked))
}

#[warn(
    clippy::missing_trait_methods,
    reason = "the test is about every method"
)]
impl Outbox for Echo {
    fn put(&self, pending: &Pending) -> io::Result<()> {
        echo(format!("put {}", pending.id()))
    }

    fn remove(&self, id: &PendingId) -> io::Result<()> {
        echo(format!("remove {id}"))
    }

    fn list(&self) -> io::Result<Vec<Pending>> {
        echo("list".to_owned())
    }

    fn list_all(&self) -> io::Result<Vec<Pending>> {
        echo("list_all".to_owned())
    }

    fn remove_because(&self, id: &PendingId, why: Removal) -> io::Result<()> {
        echo(format!("remove_because {id} {why:?}"))
    }

    fn put_ticket(&self, pending: &PendingTicket) -> io::Result<()> {
        echo(format!("put_ticket {}", pending.id()))
    }

    fn remove_ticket(&self, id: &PendingId, why: Removal) -> io::Result<()> {
        echo(format!("remove_ticket {id} {why:?}"))
    }

    fn list_tickets(&self) -> io::Result<Vec<PendingTicket>> {
        echo("list_tickets".to_owned())
    }
}

/// What it answers to each method.
fn answers(outbox: &impl Outbox) -> [String; 8] {
    let digits = "0".repeat(64);
    let message: Pending = serde_json::from_value(json!({
        "hwc_tickets_pending": 2,
        "id": "a".repeat(32),
        "ticket": "case-1",
        "begun_at": "2026-03-01T02:00:00Z",
        "length": 4,
        "key": digits,
        "digest": digits,
        "head_digest": digits,
    }))
    .unwrap();
    let ticket: PendingTicket = serde_json::from_value(json!({
        "hwc_tickets_pending_ticket": 1,
        "id": "b".repeat(32),
        "problem_type": "kind-1",
        "begun_at": "2026-03-01T02:00:00Z",
        "description": { "length": 4, "key": digits, "digest": digits, "head_digest": digits },
    }))
    .unwrap();
    let told = |answer: io::Result<()>| answer.unwrap_err().to_string();
    [
        told(outbox.put(&message)),
        told(outbox.remove(&message.id())),
        told(outbox.list().map(drop)),
        told(outbox.list_all().map(drop)),
        told(outbox.remove_because(&message.id(), Removal::Absent)),
        told(outbox.put_ticket(&ticket)),
        told(outbox.remove_ticket(&ticket.id(), Removal::Over)),
        told(outbox.list_tickets().map(drop)),
    ]
}

#[test]
fn one_that_is_shared_answers_as_it_does_alone() {
    assert_eq!(answers(&Arc::new(Echo)), answers(&Echo));
}
