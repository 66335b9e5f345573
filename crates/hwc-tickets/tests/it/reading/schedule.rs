//! Random schedules of posts, recalls, faults and restarts: follow and history give each message once.
//!
//! The judge is the desk's own list of messages. `HWC_TICKETS_SCHEDULES=100000` runs more of them,
//! `HWC_TICKETS_SEED=n` runs one.

use super::desk::{Count, Desk, FirstPoll, Form, Listing, Rules};
use crate::schedules::{Tally, run_all};
use hwc_core::{Clock as _, testing::Step};
use hwc_tickets::{Client, Cursor, Event, TicketId};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

const S: fn(u64) -> Duration = Duration::from_secs;

/// What was handed out, and what may come again.
#[derive(Default)]
struct Book {
    /// Message numbers by ticket.
    given: BTreeMap<u64, u32>,
    since_checkpoint: BTreeSet<u64>,
    may_repeat: BTreeSet<u64>,
    checkpoint: Option<Cursor>,
    /// Within one run: the time of the last message of each ticket.
    last: BTreeMap<String, Timestamp>,
    /// Messages from before it began, when they are not asked for: a position that goes back, or holds the
    /// last message again, brings some, and nothing proves their age.
    old: BTreeSet<u64>,
}

impl Book {
    fn take(&mut self, event: Event, told: &str) {
        match event {
            Event::Message { ticket, message } => {
                let number: u64 = message.content.parse().unwrap();
                let times = self.given.entry(number).or_default();
                *times += 1;
                if *times > 1 {
                    assert!(
                        self.may_repeat.remove(&number),
                        "{number} came twice: {told}"
                    );
                }
                self.since_checkpoint.insert(number);
                if self.old.contains(&number) {
                    return;
                }
                let time = message.created_at.instant().unwrap();
                let last = self.last.entry(ticket.to_string()).or_insert(time);
                assert!(
                    *last <= time,
                    "{ticket}: {number} is older than the one before: {told}"
                );
                *last = time;
            }
            Event::Checkpoint(cursor) => {
                let text = serde_json::to_string(&cursor).unwrap();
                assert!(text.len() <= 4 << 20);
                self.checkpoint = Some(serde_json::from_str(&text).unwrap());
                self.since_checkpoint.clear();
            }
            Event::Fatal(error) => panic!("{error}: {told}"),
            Event::TicketLost { error, .. } => panic!("{error}: {told}"),
            _ => {}
        }
    }

    /// The process was killed: what came after the last checkpoint may come again.
    fn killed(&mut self) {
        self.may_repeat.append(&mut self.since_checkpoint);
    }
}

struct Schedule {
    seed: u64,
    random: fastrand::Rng,
    desk: Desk,
    client: Client,
    tickets: Vec<TicketId>,
    since: Option<Timestamp>,
    largest_burst: usize,
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

    /// Troubles the polls while `on` holds.
    fn trouble(&mut self, on: Arc<AtomicBool>) {
        let mut random = self.random.fork();
        let mut earlier: BTreeMap<Vec<String>, Value> = BTreeMap::new();
        self.desk.on_request(move |state, asked| {
            if !on.load(Ordering::Relaxed) {
                return None;
            }
            if asked.operation() != "poll" {
                return (random.u8(..12) == 0).then(Step::reset);
            }
            let group: Vec<String> = asked
                .values("case_ids")
                .iter()
                .map(|id| (*id).to_owned())
                .collect();
            let mut answer = state.answer(asked);
            let position = asked.value("last_message_time_id").map(str::to_owned);
            let act = random.u8(..24);
            if act >= 2 {
                earlier.insert(group.clone(), answer.clone());
            }
            match act {
                // The same answer once more.
                0 | 1 => {
                    if let Some(again) = earlier.get(&group) {
                        answer = again.clone();
                    }
                }
                2 => return Some(Step::reset()),
                3 => return Some(Step::answer(503)),
                4 => return Some(Step::answer(429).header("retry-after", "7")),
                5 => return Some(Step::json(200, answer.to_string()).cut(20)),
                6 => return Some(Step::hang()),
                // The position repeats, is empty, or is not there.
                7 => answer["last_message_time_id"] = json!(position),
                8 => answer["last_message_time_id"] = json!(""),
                9 => {
                    answer
                        .as_object_mut()
                        .unwrap()
                        .remove("last_message_time_id");
                }
                // It goes back.
                10 => {
                    let number = position
                        .as_deref()
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
            Some(Step::json(200, answer.to_string()))
        });
    }

    /// Follows for a while; `true` at the end: stopped gracefully, else killed.
    async fn follow(&mut self, book: &mut Book, time: Duration, posting: bool, graceful: bool) {
        book.last.clear();
        let told = format!("seed {}, rules {:?}", self.seed, self.desk.state().rules);
        let mut follow = self
            .client
            .follow(self.tickets.clone())
            .interval(S(3), S(20));
        if let Some(since) = self.since {
            follow = follow.since(since);
        }
        if let Some(cursor) = &book.checkpoint {
            follow = follow.resume(cursor.clone());
        }
        let mut events = follow.stream();
        let clock = self.desk.clock.clone();
        let end = clock.elapsed() + time;
        loop {
            // The next thing that happens at the desk.
            let pause = S(self.random.u64(1..25)).min(end.saturating_sub(clock.elapsed()));
            let next = clock.elapsed() + pause;
            loop {
                let timer = clock.sleep(next.saturating_sub(clock.elapsed()));
                let event = std::pin::pin!(events.next());
                match futures_util::future::select(event, timer).await {
                    futures_util::future::Either::Left((event, _)) => {
                        book.take(event.unwrap(), &told)
                    }
                    futures_util::future::Either::Right(_) => break,
                }
            }
            if clock.elapsed() >= end {
                break;
            }
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
            book.killed();
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
        if self.since.is_none() {
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
            }
            troubled.store(false, Ordering::Relaxed);
            // Long enough for all of it, some messages at each poll.
            let polls = self.numbers().len() / (self.desk.state().rules.poll_limit - 1);
            let rest = S(100 + 4 * polls as u64);
            self.follow(&mut book, rest, false, true).await;
        });
        let told = format!("seed {}, rules {:?}", self.seed, self.desk.state().rules);
        let is_wanted = |number: &u64| self.since.is_some() || !old.contains(number);
        for (number, recalled) in self.numbers() {
            let given = book.given.contains_key(&number);
            // The history of a burst that no page holds may have a gap, and says so.
            let excused = recalled || (old.contains(&number) && self.may_have_gap());
            assert!(
                given || excused || !is_wanted(&number),
                "{number} is missing: {told}"
            );
            add("old", u64::from(given && !is_wanted(&number)));
        }
        add("messages", book.given.len() as u64);
        add("polls", self.desk.count("poll") as u64);
        self.read_history(&told);
    }

    /// A second that no page holds is whole only with a listing that helps.
    fn may_have_gap(&self) -> bool {
        self.largest_burst >= 100 && self.desk.state().rules.listing != Listing::NewestFirst
    }

    fn numbers(&self) -> Vec<(u64, bool)> {
        let state = self.desk.state();
        let all = state.tickets.values().flatten();
        all.map(|message| (message.number, message.recalled))
            .collect()
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
            assert_eq!(texts, shown, "{told}");
        }
    }
}

#[test]
fn no_schedule_loses_or_repeats_a_message() {
    run_all(250, &[], |seed, tally| Schedule::new(seed).run(tally));
}
