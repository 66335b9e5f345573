//! Random schedules of a follower of all tickets, on a machine whose clock is set: tickets are opened, end and are opened again, requests
//! fail, and the follower is stopped or killed and goes on from its last checkpoint.
//!
//! The desk's own list judges. What is written comes, and within one life once, while its ticket is open, or has ended and is promised to
//! be followed still; and in the end what has ended is let go. No clock that is set changes that. `HWC_TICKETS_SCHEDULES=100000` runs more
//! of them, `HWC_TICKETS_SEED=n` runs one.

mod book;

use self::book::{Book, Moment};
use super::{S, is_list, list};
use crate::{
    jumps::Jumps,
    lives::is_killed_until,
    reading::desk::{Desk, FirstPoll, Form, Rules},
    schedules::{Tally, run_all},
};
use hwc_core::{Clock as _, testing::Step};
use hwc_tickets::{AllEvent, FollowAll, TicketStatus, jiff::Timestamp};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

/// Ended before anybody followed: it is never asked after.
const OVER: &str = "over";
/// Beyond this no more tickets are opened.
const MOST_TICKETS: usize = 30;

/// What goes wrong on the way, and what was asked for.
#[derive(Default)]
struct Line {
    is_bad: AtomicBool,
    faults: AtomicU64,
    /// When each ticket was polled last.
    polled: Mutex<BTreeMap<String, Duration>>,
}

struct Schedule {
    seed: u64,
    random: fastrand::Rng,
    desk: Desk,
    line: Arc<Line>,
    jumps: Jumps,
    /// For how long a ticket that has ended is followed.
    keep: Duration,
    number: usize,
    /// They stay open: a status that changes and changes back is not seen.
    opened_again: BTreeSet<String>,
    noted: Vec<&'static str>,
}

fn has_ended(status: i64) -> bool {
    TicketStatus::from_code(Some(status)).has_ended()
}

fn fault(random: &mut fastrand::Rng) -> Option<Step> {
    Some(match random.u8(..24) {
        0 => Step::reset(),
        1 => Step::answer(503),
        2 => Step::answer(429).header("retry-after", "7"),
        3 => Step::json(200, "{\"a\": 1}").cut(3),
        4 => Step::hang(),
        _ => return None,
    })
}

impl Schedule {
    fn new(seed: u64) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        let rules = Rules {
            up_to: random.bool(),
            form: [Form::Text, Form::Fraction, Form::Utc, Form::Millis][random.usize(..4)],
            first_poll: [FirstPoll::Unread, FirstPoll::Nothing, FirstPoll::Everything]
                [random.usize(..3)],
            inclusive_cursor: random.bool(),
            ..Rules::default()
        };
        let desk = Desk::new(rules);
        desk.state().status.insert(OVER.to_owned(), 3);
        desk.state().post(OVER, 1, "long ago");
        let mut schedule = Self {
            seed,
            jumps: Jumps::new(&desk.clock, seed),
            line: Arc::default(),
            desk,
            keep: [S(200), S(600), S(1500)][random.usize(..3)],
            number: 0,
            opened_again: BTreeSet::new(),
            noted: Vec::new(),
            random,
        };
        schedule.serve();
        schedule
    }

    /// Makes the desk list its tickets, and lose answers where the line is bad.
    fn serve(&mut self) {
        let (mut random, line) = (self.random.fork(), Arc::clone(&self.line));
        let clock = self.desk.clock.clone();
        self.desk.on_request(move |state, asked| {
            if asked.operation() == "poll" {
                let ids = asked.values("case_ids").into_iter();
                let polled = ids.map(|id| (id.to_owned(), clock.elapsed()));
                line.polled.lock().unwrap().extend(polled);
            }
            if line.is_bad.load(Ordering::Relaxed)
                && let Some(fault) = fault(&mut random)
            {
                line.faults.fetch_add(1, Ordering::Relaxed);
                return Some(fault);
            }
            is_list(asked).then(|| state.dated(Step::json(200, list(state, asked).to_string())))
        });
    }

    fn told(&self) -> String {
        let rules = self.desk.state().rules.clone();
        format!("seed {}, {:?}, rules {rules:?}", self.seed, self.keep)
    }

    fn now(&self) -> Moment {
        Moment {
            at: self.desk.clock.elapsed(),
            jumps: self.jumps.count,
        }
    }

    /// One thing that happens at the desk.
    fn act(&mut self, book: &mut Book) {
        match self.random.u8(..12) {
            // Some have ended when they are seen first.
            0 => {
                let status = [1, 0, 17, 3][self.random.usize(..4)];
                self.open(status, book);
            }
            1 | 2 => self.end_one(),
            3 => self.open_again(),
            other => {
                if let Some(ticket) = self.choose(other < 9) {
                    self.write(&ticket, book);
                }
            }
        }
    }

    fn choose(&mut self, is_over: bool) -> Option<String> {
        let all = self.desk.state().status.clone();
        let found = all
            .into_iter()
            .filter(|(id, status)| id != OVER && has_ended(*status) == is_over);
        let found: Vec<String> = found.map(|(id, _)| id).collect();
        self.random.choice(found)
    }

    /// A ticket with a first message.
    fn open(&mut self, status: i64, book: &mut Book) {
        if self.number == MOST_TICKETS {
            return;
        }
        self.number += 1;
        let ticket = format!("t{}", self.number);
        self.desk.state().status.insert(ticket.clone(), status);
        self.write(&ticket, book);
        self.noted.push("opened");
    }

    fn end_one(&mut self) {
        let Some(ticket) = self.choose(false) else {
            return;
        };
        if !self.opened_again.contains(&ticket) {
            let status = if self.random.bool() { 3 } else { 4 };
            self.desk.state().status.insert(ticket, status);
            self.noted.push("ended");
        }
    }

    fn open_again(&mut self) {
        if let Some(ticket) = self.choose(true) {
            self.desk.state().status.insert(ticket.clone(), 1);
            self.opened_again.insert(ticket);
            self.noted.push("opened again");
        }
    }

    /// The support writes a message.
    fn write(&mut self, ticket: &str, book: &mut Book) {
        let now = self.now();
        let mut state = self.desk.state();
        let number = state.post(ticket, 1, "");
        let stored = state.tickets.get_mut(ticket).unwrap().last_mut().unwrap();
        stored.text = number.to_string();
        let is_open = !has_ended(state.status[ticket]);
        drop(state);
        let is_promised = book.is_followed(ticket, now.at);
        if is_open || is_promised {
            book.owed.insert(number);
        }
        self.noted.push(match is_promised {
            _ if is_open => "written into an open one",
            true if book.was_set_since(ticket, now) => "promised over a jump",
            true => "promised",
            false => "not promised",
        });
    }

    fn follower(&self, book: &Book) -> FollowAll {
        let follow = self.desk.client().follow_all().since(Timestamp::UNIX_EPOCH);
        let follow = follow.interval(S(3), S(20)).list_interval(S(10), S(30));
        let follow = follow.keep_ended(self.keep);
        match book.given.checkpoint.clone() {
            Some(cursor) => follow.resume(cursor),
            None => follow,
        }
    }

    /// Follows for a while; then it is stopped, or was killed behind any event.
    async fn follow(&mut self, book: &mut Book, time: Duration, is_busy: bool, is_killed: bool) {
        let (clock, told) = (self.desk.clock.clone(), self.told());
        book.begin(self.now());
        let mut events = self.follower(book).stream();
        let end = clock.elapsed() + time;
        while clock.elapsed() < end {
            let pause = S(self.random.u64(1..25)).min(end.saturating_sub(clock.elapsed()));
            let next = clock.elapsed() + pause;
            let take = |event: AllEvent| {
                let is_message = matches!(event, AllEvent::Message { .. });
                book.take(event, self.now(), self.keep, &told);
                let most = if is_message { 12 } else { 24 };
                is_killed && self.random.u8(..most) == 0
            };
            if is_killed_until(&clock, next, async || events.next().await, take).await {
                break;
            }
            self.jumps.perhaps();
            if is_busy {
                self.act(book);
            }
        }
        if is_killed {
            drop(events);
        } else {
            events.stop_handle().stop();
            while let Some(event) = events.next().await {
                book.take(event, self.now(), self.keep, &told);
            }
        }
        book.end(clock.elapsed(), is_killed, &told);
    }

    fn run(mut self, tally: &mut Tally) {
        let clock = self.desk.clock.clone();
        let mut book = Book::default();
        for _ in 0..self.random.usize(1..6) {
            self.open(1, &mut book);
        }
        let began = clock.run(async {
            // It begins in peace, so that it is known which tickets there were.
            self.follow(&mut book, S(30), false, false).await;
            for _ in 0..self.random.u32(2..5) {
                self.line.is_bad.store(true, Ordering::Relaxed);
                let is_killed = self.random.bool();
                self.noted
                    .push(if is_killed { "killed" } else { "stopped" });
                let time = S(self.random.u64(60..400));
                self.follow(&mut book, time, true, is_killed).await;
                // Nobody follows.
                for _ in 0..self.random.usize(..3) {
                    self.act(&mut book);
                    clock.sleep(S(self.random.u64(..200))).await;
                    self.jumps.perhaps();
                }
            }
            self.line.is_bad.store(false, Ordering::Relaxed);
            let began = clock.elapsed();
            let rest = self.keep + S(200);
            self.follow(&mut book, rest, false, false).await;
            began
        });
        self.judge(&book, began);
        for name in self.noted.iter().copied() {
            tally.add(name, 1);
        }
        tally.add("messages", book.given.count());
        tally.add("came again", book.given.came_again);
        tally.add("faults", self.line.faults.load(Ordering::Relaxed));
        tally.add("jumps", self.jumps.count);
    }

    /// `began`: when the last life did, in which nothing happened.
    fn judge(&self, book: &Book, began: Duration) {
        let told = self.told();
        let state = self.desk.state();
        for (ticket, messages) in &state.tickets {
            let is_open = !has_ended(state.status[ticket]);
            for number in messages.iter().map(|message| message.number) {
                // One that is open goes on where it stood.
                let is_owed = is_open || book.owed.contains(&number);
                let is_given = book.given.has(number);
                assert!(
                    is_given || !is_owed,
                    "{number} of {ticket} is missing: {told}"
                );
            }
        }
        let cursor = book.given.checkpoint.as_ref().unwrap();
        let known = cursor.tickets().tickets();
        let known: BTreeMap<String, i64> = known
            .map(|(id, status)| (id.to_string(), status.code().unwrap()))
            .collect();
        assert_eq!(known, state.status, "{told}");
        let (now, polled) = (self.desk.clock.elapsed(), self.line.polled.lock().unwrap());
        for (ticket, status) in &state.status {
            let last = polled.get(ticket).copied();
            let is_right = match last {
                None => ticket == OVER || has_ended(*status),
                Some(last) if has_ended(*status) => {
                    ticket != OVER && last <= began + self.keep + S(60)
                }
                Some(last) => last + S(40) >= now,
            };
            assert!(is_right, "{ticket}, polled at {last:?} of {now:?}: {told}");
        }
    }
}

#[test]
fn no_schedule_misses_or_repeats_a_reply_or_lets_a_ticket_go_before_its_time() {
    let least = [
        ("stopped", 90),
        ("killed", 90),
        ("opened", 200),
        ("ended", 200),
        ("opened again", 60),
        ("promised", 100),
        ("promised over a jump", 80),
        ("not promised", 40),
        ("messages", 1000),
        ("came again", 20),
        ("faults", 500),
        ("jumps", 2000),
    ];
    run_all(200, &least, |seed, tally| Schedule::new(seed).run(tally));
}
