//! Which submits have a message of their own in sight.

use super::*;
use crate::{
    doubt::fingerprint::Fingerprint,
    ids::TicketId,
    messages::{
        message::MessageKind,
        submit::baseline::{Baseline, Seen},
        wire::MessagePage,
    },
    time::MessageTime,
};
use jiff::Timestamp;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// A submit of the text that all messages here have. `floor`: of a ticket of which only what came since was seen before.
fn record(floor: Option<Timestamp>) -> Pending {
    Pending {
        id: PendingId::new().unwrap(),
        key: None,
        origin: None,
        ticket: TicketId::new("case-1").unwrap(),
        group: None,
        begun_at: at(0),
        fingerprint: Fingerprint::of("words", &[]).unwrap(),
        reference: None,
        attachments: Vec::new(),
        baseline: Some(Baseline {
            since: floor,
            floor,
            seen: Seen::default(),
            alike: Seen::default(),
            shaky: false,
            date: None,
        }),
        span: None,
        rivals: BTreeSet::new(),
        past: BTreeSet::new(),
        counted_rivals: 0,
        settled: None,
        landed: None,
        recalled: None,
        recalling: None,
        forgotten: false,
    }
}

/// One that was not seen before is a message of its own where it is known to be new.
#[test]
fn a_message_is_in_sight_where_it_cannot_have_been_there_before() {
    let part = Some(at(150));
    for (floor, seconds, wanted) in [
        (None, &[300, 100, 200][..], true),
        (part, &[300, 200, 100], true),
        (part, &[100, 200, 300], true),
        (part, &[140, 100], false),
        // In no order of time: the newer ones may have been out of sight, too.
        (part, &[300, 100, 200], false),
    ] {
        let message = |second: &i64| {
            let time = MessageTime::from(at(*second));
            Message::new(MessageKind::Customer, time, "words")
        };
        let mut snapshot = Snapshot::default();
        snapshot.add(&MessagePage {
            messages: seconds.iter().map(message).collect(),
            ..MessagePage::default()
        });
        let record = record(floor);
        let shown = in_sight(&snapshot, [&record].into_iter(), Duration::ZERO);
        assert_eq!(shown.contains(&record.id), wanted, "{floor:?} {seconds:?}");
    }
}
