//! Random schedules of posts, recalls, faults and restarts, on a machine whose clock is set: follow and history give each message
//! once, and what is unread is counted.
//!
//! The judge is the desk's own list of messages. `HWC_TICKETS_SCHEDULES=100000` runs more of them,
//! `HWC_TICKETS_SEED=n` runs one.

mod book;

use self::book::Book;
use super::desk::{Count, Desk, FirstPoll, Form, Listing, Rules};
use crate::{
    jumps::Jumps,
    lives::is_killed_until,
    schedules::{Tally, run_all},
};
use hwc_core::{Clock as _, testing::Step};
use hwc_tickets::{Client, Event, TicketId};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

const S: fn(u64) -> Duration = Duration::from_secs;

struct Schedule {
    seed: u64,
    random: fastrand::Rng,
    desk: Desk,
    client: Client,
    tickets: Vec<TicketId>,
    since: Option<Timestamp>,
    largest_burst: usize,
    /// `None`: nobody sets the clock, and the desk reads times in its own form only.
    jumps: Option<Jumps>,
    faults: Arc<AtomicU64>,
}

/// What comes in place of an answer, if `act` is one of these.
fn failure(act: u8, answer: &Value) -> Option<Step> {
    Some(match act {
        2 => Step::reset(),
        3 => Step::answer(503),
        4 => Step::answer(429).header("retry-after", "7"),
        5 => Step::json(200, answer.to_string()).cut(20),
        6 => Step::hang(),
        _ => return None,
    })
}

/// Makes an answer odd, if `act` is one of these. `position`: behind which it was asked for.
fn distort(act: u8, position: Option<&str>, answer: &mut Value, random: &mut fastrand::Rng) {
    match act {
        // The position repeats, is empty, or is not there.
        7 => answer["last_message_time_id"] = json!(position),
        8 => answer["last_message_time_id"] = json!(""),
        9 => {
            let fields = answer.as_object_mut().unwrap();
            fields.remove("last_message_time_id");
        }
        // It goes back.
        10 => {
            let number = position
                .and_then(|p| p.strip_prefix("@ ")?.strip_suffix("+=&")?.parse().ok())
                .map_or(0, |number: u64| number.saturating_sub(random.u64(..5)));
            if position.is_some() {
                answer["last_message_time_id"] = json!(format!("@ {number}+=&"));
            }
        }
        // Rows the other way round.
        11 => {
            for list in answer["immsg"].as_array_mut().unwrap() {
                list["message_list"].as_array_mut().unwrap().reverse();
            }
        }
        _ => {}
    }
}

impl Schedule {
    fn new(seed: u64) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        let rules = Rules {
            up_to: random.bool(),
            ascending: random.bool(),
            form: [
                Form::Text,
                Form::Fraction,
                Form::Utc,
                Form::Millis,
                Form::TextOfMillis,
            ][random.usize(..5)],
            count: [Count::Ticket, Count::Older, Count::Page, Count::Nothing][random.usize(..4)],
            first_poll: [FirstPoll::Unread, FirstPoll::Nothing, FirstPoll::Everything]
                [random.usize(..3)],
            poll_limit: [3, 10, 200][random.usize(..3)],
            inclusive_cursor: random.bool(),
            listing: [
                Listing::NewestFirst,
                Listing::NewestFirst,
                Listing::OldestFirst,
            ][random.usize(..3)],
            ..Rules::default()
        };
        let desk = Desk::new(rules);
        let number = if random.u8(..20) == 0 {
            120
        } else {
            random.usize(1..4)
        };
        let tickets: Vec<TicketId> = (0..number)
            .map(|n| TicketId::new(format!("t{n}")).unwrap())
            .collect();
        for ticket in &tickets {
            desk.state().tickets.insert(ticket.to_string(), Vec::new());
        }
        let since = (random.u8(..3) == 0 && number < 10).then_some(Timestamp::UNIX_EPOCH);
        let mut schedule = Self {
            seed,
            client: desk.client(),
            jumps: (!seed.is_multiple_of(4)).then(|| Jumps::new(&desk.clock, seed)),
            faults: Arc::default(),
            desk,
            tickets,
            since,
            largest_burst: 0,
            random,
        };
        for _ in 0..schedule.random.usize(..6) {
            schedule.post();
            schedule.desk.clock.advance(S(schedule.random.u64(0..3)));
        }
        schedule.desk.clock.advance(S(60));
        schedule
    }

    /// Posts one message or a burst into one ticket.
    fn post(&mut self) {
        let burst = match self.random.u8(..12) {
            0 => self.random.usize(2..8),
            1 if self.random.u8(..8) == 0 => self.random.usize(90..160),
            _ => 1,
        };
        self.largest_burst = self.largest_burst.max(burst);
        let ticket = self.random.choice(&self.tickets).unwrap().to_string();
        for _ in 0..burst {
            let kind = i64::from(self.random.bool());
            let mut state = self.desk.state();
            let number = state.post(&ticket, kind, "");
            let stored = state.tickets.get_mut(&ticket).unwrap().last_mut().unwrap();
            stored.text = number.to_string();
        }
    }

    fn recall(&mut self) {
        let ticket = self.random.choice(&self.tickets).unwrap().to_string();
        let mut state = self.desk.state();
        let stored = state.tickets.get_mut(&ticket).unwrap();
        if !stored.is_empty() {
            let place = self.random.usize(..stored.len());
            stored[place].recalled = true;
        }
    }

    /// Perhaps somebody sets the clock of the machine.
    fn set_clock(&mut self) {
        if let Some(jumps) = &mut self.jumps {
            jumps.perhaps();
        }
    }

    /// Troubles the polls while `on` holds.
    fn trouble(&mut self, on: Arc<AtomicBool>) {
        let mut random = self.random.fork();
        let faults = Arc::clone(&self.faults);
        let mut earlier: BTreeMap<Vec<String>, Value> = BTreeMap::new();
        self.desk.on_request(move |state, asked| {
            if !on.load(Ordering::Relaxed) {
                return None;
            }
            if asked.operation() != "poll" {
                let is_cut = random.u8(..12) == 0;
                faults.fetch_add(u64::from(is_cut), Ordering::Relaxed);
                return is_cut.then(Step::reset);
            }
            let group: Vec<String> = asked
                .values("case_ids")
                .iter()
                .map(|id| (*id).to_owned())
                .collect();
            let mut answer = state.answer(asked);
            let act = random.u8(..24);
            if act >= 2 {
                earlier.insert(group.clone(), answer.clone());
            }
            faults.fetch_add(u64::from((2..12).contains(&act)), Ordering::Relaxed);
            // The same answer once more.
            if act < 2
                && let Some(again) = earlier.get(&group)
            {
                answer = again.clone();
            }
            if let Some(failure) = failure(act, &answer) {
                return Some(failure);
            }
            let position = asked.value("last_message_time_id");
            distort(act, position, &mut answer, &mut random);
            Some(Step::json(200, answer.to_string()))
        });
    }

    /// Follows for a while; `true` at the end: stopped gracefully, else killed, perhaps before a checkpoint.
    async fn follow(&mut self, book: &mut Book, time: Duration, posting: bool, graceful: bool) {
        book.last.clear();
        let told = self.told();
        let mut follow = self
            .client
            .follow(self.tickets.clone())
            .interval(S(3), S(20));
        if let Some(since) = self.since {
            follow = follow.since(since);
        }
        if let Some(cursor) = &book.given.checkpoint {
            follow = follow.resume(cursor.clone());
        }
        let mut events = follow.stream();
        let clock = self.desk.clock.clone();
        let end = clock.elapsed() + time;
        loop {
            // The next thing that happens at the desk.
            let pause = S(self.random.u64(1..25)).min(end.saturating_sub(clock.elapsed()));
            let next = clock.elapsed() + pause;
            let take = |event: Event| {
                let is_message = matches!(event, Event::Message { .. });
                book.take(event, &told);
                is_message && !graceful && self.random.u8(..4) == 0
            };
            let is_killed = is_killed_until(&clock, next, async || events.next().await, take).await;
            if is_killed || clock.elapsed() >= end {
                break;
            }
            self.set_clock();
            if posting {
                match self.random.u8(..6) {
                    0 => self.recall(),
                    _ => self.post(),
                }
            }
        }
        if graceful {
            events.stop_handle().stop();
            while let Some(event) = events.next().await {
                book.take(event, &told);
            }
        } else {
            drop(events);
            book.given.killed();
        }
    }

    fn run(mut self, tally: &mut Tally) {
        let mut add = |name, number| tally.add(name, number);
        let troubled = Arc::new(AtomicBool::new(false));
        self.trouble(Arc::clone(&troubled));
        let clock = self.desk.clock.clone();
        let mut book = Book::default();
        let old: BTreeSet<u64> = self
            .numbers()
            .into_iter()
            .map(|(number, _)| number)
            .collect();
        // What a history with a gap left out may come later all the same, when a position goes back.
        if self.since.is_none() || self.may_have_gap() {
            book.old.clone_from(&old);
        }
        clock.run(async {
            // It begins in peace, so that it is known which messages are new.
            self.follow(&mut book, S(2), false, true).await;
            for _ in 0..self.random.u32(1..4) {
                troubled.store(true, Ordering::Relaxed);
                let graceful = self.random.bool();
                add(if graceful { "stopped" } else { "killed" }, 1);
                let time = S(self.random.u64(10..90));
                self.follow(&mut book, time, true, graceful).await;
                if self.random.bool() {
                    // Something happens while nobody follows.
                    self.post();
                    clock.sleep(S(self.random.u64(..30))).await;
                }
                self.set_clock();
                add("counted", self.count_unread().await);
            }
            troubled.store(false, Ordering::Relaxed);
            // Long enough for all of it, some messages at each poll.
            let polls = self.numbers().len() / (self.desk.state().rules.poll_limit - 1);
            let rest = S(100 + 4 * polls as u64);
            self.follow(&mut book, rest, false, true).await;
            add("counted", self.count_unread().await);
        });
        let told = self.told();
        let is_wanted = |number: &u64| self.since.is_some() || !old.contains(number);
        for (number, recalled) in self.numbers() {
            let given = book.given.has(number);
            // The history of a burst that no page holds may have a gap, and says so.
            let excused = recalled || (old.contains(&number) && self.may_have_gap());
            assert!(
                given || excused || !is_wanted(&number),
                "{number} is missing: {told}"
            );
            add("old", u64::from(given && !is_wanted(&number)));
        }
        add("messages", book.given.count());
        add("came again", book.given.came_again);
        add("polls", self.desk.count("poll") as u64);
        add("faults", self.faults.load(Ordering::Relaxed));
        add("jumps", self.jumps.as_ref().map_or(0, |jumps| jumps.count));
        self.set_clock();
        self.read_history(&told);
    }

    /// A second that no page holds is whole only with a listing that helps.
    fn may_have_gap(&self) -> bool {
        let state = self.desk.state();
        // Two bursts may fall into one second.
        let fullest = state.tickets.values().filter_map(|messages| {
            let mut seconds: BTreeMap<i64, usize> = BTreeMap::new();
            for message in messages {
                *seconds.entry(message.millis.div_euclid(1000)).or_default() += 1;
            }
            seconds.into_values().max()
        });
        fullest.max() >= Some(100) && state.rules.listing != Listing::NewestFirst
    }

    fn numbers(&self) -> Vec<(u64, bool)> {
        let state = self.desk.state();
        let all = state.tickets.values().flatten();
        all.map(|message| (message.number, message.recalled))
            .collect()
    }

    fn told(&self) -> String {
        format!("seed {}, rules {:?}", self.seed, self.desk.state().rules)
    }

    /// Counts what is unread, as the desk does. Gives of how many tickets; a request that fails says of which it does not know it.
    async fn count_unread(&self) -> u64 {
        let told = self.told();
        let counts = self.client.unread(self.tickets.clone()).fetch().await;
        let failed: usize = counts.failed.iter().map(|it| it.tickets.len()).sum();
        let known = counts.unread.len();
        assert_eq!(known + failed, self.tickets.len(), "{counts:?}: {told}");
        let state = self.desk.state();
        for (ticket, unread) in &counts.unread {
            let stored = state.tickets[ticket.as_str()].iter();
            let expected = stored.filter(|message| !message.read && !message.recalled);
            assert_eq!(*unread, expected.count() as u64, "{ticket}: {told}");
        }
        known as u64
    }

    /// History gives what the desk shows, each once.
    fn read_history(&mut self, told: &str) {
        let ticket = self.tickets[0].clone();
        let page_size = self.random.u8(1..=100);
        let history = self
            .client
            .ticket(&ticket)
            .unwrap()
            .history()
            .page_size(page_size);
        let read = self.desk.clock.run(history.collect()).unwrap();
        let mut texts: Vec<String> = read.messages.iter().map(|m| m.content.clone()).collect();
        let mut shown = self.desk.state().texts(ticket.as_str());
        texts.sort_unstable();
        shown.sort_unstable();
        // Without rows by number, a page of one second may have been cut.
        let may_doubt =
            self.largest_burst > 1 && self.desk.state().rules.listing != Listing::NewestFirst;
        if !may_doubt {
            assert!(!read.report.possible_gap, "{:?} {told}", read.report);
        }
        if self.may_have_gap() && read.report.possible_gap {
            assert!(texts.windows(2).all(|pair| pair[0] != pair[1]), "{told}");
        } else {
            assert_eq!(texts, shown, "{:?} {told}", read.report);
        }
    }
}

#[test]
fn no_schedule_loses_or_repeats_a_message() {
    let least = [
        ("stopped", 80),
        ("killed", 80),
        ("messages", 400),
        ("came again", 30),
        ("counted", 300),
        ("polls", 800),
        ("faults", 150),
        ("jumps", 200),
    ];
    run_all(250, &least, |seed, tally| Schedule::new(seed).run(tally));
}
