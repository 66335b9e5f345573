//! Reports what a stored message costs: `cargo run --release -p hwc-tickets-sim --example memory`.

use std::alloc::System;
use std::io::{self, Write};

use cap::Cap;
use hwc_tickets_sim::{Command, DEMO, Engineers, Outcome, Quirks, Rules, World};
use jiff::{SignedDuration, Timestamp};

#[global_allocator]
static COUNTED: Cap<System> = Cap::new(System, usize::MAX);

const MESSAGES: usize = 1_000_000;
const TEXT: &str = "The disk of node 7 is full again, please look at it.";

fn main() -> io::Result<()> {
    let mut now = Timestamp::UNIX_EPOCH;
    let mut rules = Rules::default();
    rules.engineers = Engineers::Silent;
    let mut world = World::demo(0, rules, Quirks::default(), now);
    let before = COUNTED.allocated();
    for _ in 0..MESSAGES {
        now = now
            .saturating_add(SignedDuration::from_millis(10))
            .unwrap_or(now);
        let submit = Command::Submit {
            by: DEMO.to_owned(),
            ticket: "case-123".to_owned(),
            group: None,
            content: TEXT.into(),
            attachments: Vec::new(),
            confidential: false,
        };
        world.apply(submit, now);
    }
    let used = COUNTED.allocated().saturating_sub(before);
    let page = Command::List {
        by: DEMO.to_owned(),
        ticket: "case-123".to_owned(),
        group: None,
        offset: 0,
        limit: 100,
    };
    let Outcome::Page { total, .. } = world.apply(page, now) else {
        return Err(io::Error::other("the ticket is gone"));
    };
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "{total} messages in the ticket, {MESSAGES} of them with a text of {} bytes",
        TEXT.len()
    )?;
    writeln!(
        out,
        "{} bytes a message, text included; {} MiB together",
        used / MESSAGES,
        used / 1024 / 1024
    )
}
