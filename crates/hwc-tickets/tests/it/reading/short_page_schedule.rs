//! Random schedules of a service that gives fewer rows than it is asked for: history, a follower's beginning and
//! a drain lose nothing in silence, and give nothing twice, whatever the clock of the machine is set to before each of them.
//!
//! The judge is the desk's own list of messages. `HWC_TICKETS_SCHEDULES=100000` runs more of them,
//! `HWC_TICKETS_SEED=n` runs one.

use super::desk::{Count, Desk, Form, Listing, Rules};
use crate::{
    jumps::Jumps,
    schedules::{Tally, run_all},
};
use hwc_core::Clock as _;
use hwc_tickets::{Client, Error, Event};
use jiff::Timestamp;
use std::{collections::BTreeMap, time::Duration};

const TICKET: &str = "case-123";
const S: fn(u64) -> Duration = Duration::from_secs;

struct Schedule {
    random: fastrand::Rng,
    desk: Desk,
    client: Client,
    jumps: Jumps,
    told: String,
}

impl Schedule {
    fn new(seed: u64) -> Self {
        let mut random = fastrand::Rng::with_seed(seed ^ 0x5A0E);
        let cap = [1, 2, 3, 7, 20, 50, 80, 99][random.usize(..8)];
        let varies = cap >= 7 && random.u8(..4) == 0;
        let rules = Rules {
            up_to: random.bool(),
            ascending: random.bool(),
            form: [Form::Text, Form::Fraction, Form::Millis][random.usize(..3)],
            count: [Count::Ticket, Count::Older, Count::Page, Count::Nothing][random.usize(..4)],
            names_first: random.bool(),
            page_cap: cap,
            listing: match varies {
                // Pages of changing length prove nothing by themselves: see the guide on paging.
                true => Listing::NewestFirst,
                false => [Listing::NewestFirst, Listing::OldestFirst, Listing::Refused]
                    [random.usize(..3)],
            },
            ..Rules::default()
        };
        let desk = Desk::new(rules.clone());
        desk.state().tickets.insert(TICKET.to_owned(), Vec::new());
        let most = [10, 100, 400][random.usize(..3)];
        let number = random.usize(..most);
        let mut left = number;
        while left > 0 {
            let burst = match random.u8(..10) {
                0 => random.usize(1..30),
                _ => random.usize(1..4),
            }
            .min(left);
            left -= burst;
            for _ in 0..burst {
                let mut state = desk.state();
                let number = state.post(TICKET, i64::from(random.bool()), "");
                let stored = state.tickets.get_mut(TICKET).unwrap().last_mut().unwrap();
                stored.text = number.to_string();
            }
            desk.clock.advance(S(random.u64(1..100)));
        }
        if varies {
            let mut random = random.fork();
            desk.on_request(move |state, _| {
                state.rules.page_cap = random.usize(cap / 2..=cap);
                None
            });
        }
        Self {
            told: format!("seed {seed}, varies {varies}, {number} messages, {rules:?}"),
            client: desk.client(),
            jumps: Jumps::new(&desk.clock, seed),
            desk,
            random,
        }
    }

    /// Checks what a reader gave against the desk. Gives whether something was missing, as announced.
    fn judge(&self, reader: &str, texts: &[String], is_gap: bool) -> bool {
        let mut times: BTreeMap<&str, u32> = BTreeMap::new();
        for text in texts {
            *times.entry(text).or_default() += 1;
        }
        let told = format!("{reader}, {}", self.told);
        assert!(times.values().all(|times| *times == 1), "twice: {told}");
        let shown = self.desk.state().texts(TICKET);
        let missing = shown
            .iter()
            .filter(|text| !times.contains_key(text.as_str()));
        let missing = missing.count();
        assert!(missing == 0 || is_gap, "{missing} lost in silence: {told}");
        missing > 0
    }

    fn read_history(&mut self, tally: &mut Tally) {
        let ticket = self.client.ticket(TICKET).unwrap();
        let mut history = ticket.history().page_size(self.random.u8(1..=100));
        if self.random.bool() {
            history = history.oldest_first();
        }
        self.jumps.perhaps();
        let read = self.desk.clock.run(history.collect()).unwrap();
        let texts: Vec<String> = read.messages.into_iter().map(|m| m.content).collect();
        let is_gap = read.report.possible_gap || !read.report.complete;
        let missing = self.judge("history", &texts, is_gap);
        tally.add("history", 1);
        tally.add("messages", texts.len() as u64);
        tally.add("history, whole but in doubt", u64::from(is_gap && !missing));
        tally.add("history, gap", u64::from(missing));
    }

    fn follow(&mut self, tally: &mut Tally) {
        self.jumps.perhaps();
        let ticket = self.client.ticket(TICKET).unwrap();
        let clock = self.desk.clock.clone();
        let (texts, is_gap) = clock.run(async {
            let follow = self.client.follow([ticket.id().clone()]);
            let mut events = follow.since(Timestamp::UNIX_EPOCH).stream();
            let stop = events.stop_handle();
            let timer = clock.sleep(S(60));
            let (mut texts, mut is_gap) = (Vec::new(), false);
            let read = async {
                while let Some(event) = events.next().await {
                    match event {
                        Event::Message { message, .. } => texts.push(message.content),
                        Event::PossibleGap { .. } => is_gap = true,
                        Event::Fatal(error) => panic!("{error}"),
                        _ => {}
                    }
                }
            };
            let timed = async {
                timer.await;
                stop.stop();
            };
            futures_util::future::join(read, timed).await;
            (texts, is_gap)
        });
        let missing = self.judge("follow", &texts, is_gap);
        tally.add("follow, gap", u64::from(missing));
    }

    fn drain(&mut self, tally: &mut Tally) {
        self.jumps.perhaps();
        let mut handed: Vec<String> = Vec::new();
        let unread: Vec<String> = (self.desk.state().tickets[TICKET].iter())
            .filter(|message| !message.read)
            .map(|message| message.text.clone())
            .collect();
        let ticket = self.client.ticket(TICKET).unwrap();
        let drained = self.desk.clock.run(ticket.drain_unread(|message| {
            handed.push(message.content);
            async { Ok::<(), Error>(()) }
        }));
        let told = format!("drain: {drained:?} {}", self.told);
        let marked = self.desk.count("mark_read") > 0;
        for text in unread.iter().filter(|_| marked) {
            assert!(
                handed.contains(text),
                "{text} was marked and not handed over: {told}"
            );
        }
        tally.add(
            "drain, not marked",
            u64::from(!marked && !unread.is_empty()),
        );
        tally.add("drain, marked", u64::from(marked));
        tally.add("drained", drained.map_or(0, |drained| drained.handled));
    }

    fn run(mut self, tally: &mut Tally) {
        self.read_history(tally);
        self.follow(tally);
        self.drain(tally);
        tally.add("jumps", self.jumps.count);
    }
}

#[test]
fn no_schedule_of_short_pages_loses_a_message_in_silence() {
    let least = [
        ("history", 250),
        ("messages", 5000),
        ("history, gap", 6),
        ("drain, marked", 20),
        ("drained", 500),
        ("jumps", 80),
    ];
    run_all(250, &least, |seed, tally| Schedule::new(seed).run(tally));
}
