//! Random schedules of a service whose clocks cannot be trusted: stamps that are hours off, that step back and
//! forth or come late, a `Date` header that tells another time or nothing, and polls that fail or repeat. The clock of the machine
//! is set besides.
//!
//! The ledger of the desk judges: what came after the follower began is handed out, or a possible gap of its
//! ticket is announced afterwards; and nothing comes twice but what was handed out between a checkpoint and a
//! kill. `HWC_TICKETS_SCHEDULES=100000` runs more of them, `HWC_TICKETS_SEED=n` runs one.

use super::desk::{Desk, FirstPoll, Form, Listing, Rules};
use crate::{
    jumps::Jumps,
    lives::{Given, is_killed_until},
    schedules::{Tally, run_all},
};
use hwc_core::{Clock as _, testing::Step};
use hwc_tickets::{Client, Cursor, Event, TicketId};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

const S: fn(u64) -> Duration = Duration::from_secs;
const HOUR: i64 = 3_600_000;

/// What the follower gave.
#[derive(Default)]
struct Book {
    given: Given<Cursor>,
    /// Highest number that the desk had given out when a gap of the ticket was announced.
    gaps: BTreeMap<String, u64>,
}

impl Book {
    fn take(&mut self, event: Event, newest: u64, told: &str) {
        match event {
            Event::Message { message, .. } => {
                let number: u64 = message.content.parse().unwrap();
                self.given.take(number, told);
            }
            Event::Checkpoint(cursor) => self.given.keep(&cursor),
            Event::PossibleGap { ticket } => {
                self.gaps.insert(ticket.to_string(), newest);
            }
            Event::Fatal(error) => panic!("{error}: {told}"),
            Event::TicketLost { error, .. } => panic!("{error}: {told}"),
            _ => {}
        }
    }
}

struct Schedule {
    seed: u64,
    random: fastrand::Rng,
    desk: Desk,
    client: Client,
    tickets: Vec<TicketId>,
    /// Milliseconds that stamps are off now.
    off: i64,
    jumps: Jumps,
    faults: Arc<AtomicU64>,
}

fn offset(random: &mut fastrand::Rng) -> i64 {
    match random.u8(..6) {
        0 | 1 => 0,
        2 => -random.i64(60_000..600_000),
        3 => -8 * HOUR,
        4 => -random.i64(HOUR..24 * HOUR),
        _ => random.i64(0..8 * HOUR),
    }
}

impl Schedule {
    fn new(seed: u64) -> Self {
        let mut random = fastrand::Rng::with_seed(seed ^ 0xC10C);
        let rules = Rules {
            up_to: random.bool(),
            form: [Form::Text, Form::Utc, Form::Millis][random.usize(..3)],
            first_poll: [FirstPoll::Unread, FirstPoll::Nothing, FirstPoll::Everything]
                [random.usize(..3)],
            poll_limit: [3, 10, 200][random.usize(..3)],
            inclusive_cursor: random.bool(),
            names_first: random.bool(),
            date_ahead: random.bool().then(|| offset(&mut random)),
            listing: [Listing::NewestFirst, Listing::Refused][random.usize(..2)],
            ..Rules::default()
        };
        let desk = Desk::new(rules);
        let tickets: Vec<TicketId> = (0..random.usize(1..4))
            .map(|n| TicketId::new(format!("t{n}")).unwrap())
            .collect();
        for ticket in &tickets {
            desk.state().tickets.insert(ticket.to_string(), Vec::new());
        }
        let off = offset(&mut random);
        let mut schedule = Self {
            seed,
            client: desk.client(),
            jumps: Jumps::new(&desk.clock, seed),
            faults: Arc::default(),
            desk,
            tickets,
            off,
            random,
        };
        for _ in 0..schedule.random.usize(..8) {
            schedule.post();
            schedule.desk.clock.advance(S(schedule.random.u64(0..100)));
        }
        schedule
    }

    /// Posts one message or a burst, by a clock that may have stepped.
    fn post(&mut self) {
        if self.random.u8(..6) == 0 {
            self.off = offset(&mut self.random);
        }
        // Rarely more than a cursor of few keys would hold.
        let number = match self.random.u16(..1000) {
            0 => self.random.usize(1100..1300),
            1..100 => self.random.usize(2..12),
            _ => 1,
        };
        let ticket = self.random.choice(&self.tickets).unwrap().to_string();
        for _ in 0..number {
            let late = match self.random.u8(..8) {
                0 => self.random.i64(0..8 * HOUR),
                _ => 0,
            };
            let kind = i64::from(self.random.bool());
            let mut state = self.desk.state();
            let millis = state.now_millis() + self.off - late;
            let number = state.post_at(&ticket, kind, "", millis);
            let stored = state.tickets.get_mut(&ticket).unwrap().last_mut().unwrap();
            stored.text = number.to_string();
        }
    }

    fn trouble(&mut self) {
        let mut random = self.random.fork();
        let faults = Arc::clone(&self.faults);
        let mut earlier: BTreeMap<Vec<String>, Value> = BTreeMap::new();
        self.desk.on_request(move |state, asked| {
            if asked.operation() != "poll" {
                let is_cut = random.u8(..12) == 0;
                faults.fetch_add(u64::from(is_cut), Ordering::Relaxed);
                return is_cut.then(Step::reset);
            }
            let group: Vec<String> = (asked.values("case_ids").iter())
                .map(|id| (*id).to_owned())
                .collect();
            let mut answer = state.answer(asked);
            let act = random.u8(..24);
            faults.fetch_add(u64::from((1..6).contains(&act)), Ordering::Relaxed);
            match act {
                0 => {
                    if let Some(again) = earlier.get(&group) {
                        answer = again.clone();
                    }
                }
                1 => return Some(Step::reset()),
                2 => return Some(Step::answer(503)),
                3 => return Some(Step::json(200, answer.to_string()).cut(20)),
                4 => answer["last_message_time_id"] = json!(asked.value("last_message_time_id")),
                5 => answer["last_message_time_id"] = json!(""),
                _ => drop(earlier.insert(group, answer.clone())),
            }
            Some(state.dated(Step::json(200, answer.to_string())))
        });
    }

    fn newest(&self) -> u64 {
        let state = self.desk.state();
        let all = state.tickets.values().flatten();
        all.map(|message| message.number).max().unwrap_or(0)
    }

    /// Follows for a while, with posts in between; stopped gracefully, or killed, perhaps before a checkpoint.
    async fn follow(&mut self, book: &mut Book, time: Duration, posting: bool, graceful: bool) {
        let told = format!("seed {}, rules {:?}", self.seed, self.desk.state().rules);
        let follow = self.client.follow(self.tickets.clone());
        let mut follow = follow.interval(S(3), S(20));
        if let Some(cursor) = &book.given.checkpoint {
            follow = follow.resume(cursor.clone());
        }
        let mut events = follow.stream();
        let clock = self.desk.clock.clone();
        let end = clock.elapsed() + time;
        while clock.elapsed() < end {
            let pause = S(self.random.u64(1..25)).min(end.saturating_sub(clock.elapsed()));
            let next = clock.elapsed() + pause;
            let take = |event: Event| {
                let is_message = matches!(event, Event::Message { .. });
                book.take(event, self.newest(), &told);
                is_message && !graceful && self.random.u8(..4) == 0
            };
            if is_killed_until(&clock, next, async || events.next().await, take).await {
                break;
            }
            self.jumps.perhaps();
            if posting {
                self.post();
            }
        }
        if graceful {
            events.stop_handle().stop();
            while let Some(event) = events.next().await {
                book.take(event, self.newest(), &told);
            }
        } else {
            drop(events);
            book.given.killed();
        }
    }

    fn run(mut self, tally: &mut Tally) {
        let mut add = |name, number| tally.add(name, number);
        let mut book = Book::default();
        let begun_after = self.newest();
        let clock = self.desk.clock.clone();
        clock.run(async {
            // It begins in peace, so that it is known which messages are new.
            self.follow(&mut book, S(2), false, true).await;
            for _ in 0..self.random.u32(1..4) {
                self.trouble();
                let graceful = self.random.bool();
                add(if graceful { "stopped" } else { "killed" }, 1);
                let time = S(self.random.u64(10..120));
                self.follow(&mut book, time, true, graceful).await;
                if self.random.bool() {
                    self.post();
                    clock.sleep(S(self.random.u64(..300))).await;
                }
                self.jumps.perhaps();
            }
            self.desk.on_request(|_, _| None);
            let polls = self.newest() / (self.desk.state().rules.poll_limit as u64 - 1);
            self.follow(&mut book, S(100 + 4 * polls), false, true)
                .await;
        });
        let told = format!("seed {}, rules {:?}", self.seed, self.desk.state().rules);
        let state = self.desk.state();
        let (mut given, mut announced) = (0, 0);
        for (ticket, messages) in &state.tickets {
            for message in messages
                .iter()
                .filter(|message| message.number > begun_after)
            {
                if book.given.has(message.number) {
                    given += 1;
                } else {
                    let gap = book.gaps.get(ticket).copied().unwrap_or(0);
                    assert!(
                        gap >= message.number,
                        "{} was lost in silence: {told}",
                        message.number
                    );
                    announced += 1;
                }
            }
        }
        add("given", given);
        add("came again", book.given.came_again);
        add("faults", self.faults.load(Ordering::Relaxed));
        add("jumps", self.jumps.count);
        add("announced as a gap", announced);
        add("schedules with a gap", u64::from(announced > 0));
    }
}

#[test]
fn no_schedule_of_wrong_clocks_loses_a_message_in_silence() {
    // How many gaps there are is for the service to say: most schedules have none.
    let least = [
        ("stopped", 80),
        ("killed", 80),
        ("given", 500),
        ("came again", 30),
        ("faults", 150),
        ("jumps", 400),
    ];
    run_all(250, &least, |seed, tally| Schedule::new(seed).run(tally));
}
