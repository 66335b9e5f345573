//! Random sequences of what is done to one ticket, with lost answers, restarts and clocks that jump: what is told of each call is
//! compared with the ledger.
//!
//! `HWC_TICKETS_SCHEDULES=100000` runs more of them, `HWC_TICKETS_SEED=n` runs one and shows its steps.

use crate::{
    office::{Office, Row},
    reading::desk::{Asked, Desk, Rules, State, refusal},
    schedules::{Tally, is_one, run_all},
};
use hwc_core::{Clock as _, testing::Step};
use hwc_tickets::{Client, Delivery, Error, Rating, RetryPolicy, Ticket, jiff::SignedDuration};
use std::{
    collections::VecDeque,
    fmt::Debug,
    sync::{Arc, Mutex},
    time::Duration,
};

const TICKET: &str = "TT1";
const STEPS: usize = 12;

/// In place of an answer.
fn loss(random: &mut fastrand::Rng) -> Step {
    match random.u8(..7) {
        0 => Step::reset(),
        1 => Step::hang(),
        2 => Step::answer(500),
        3 => Step::answer(200).body("<html>"),
        4 => Step::json(200, "{\"a\":").cut(3),
        5 => Step::json(200, refusal("OSM.01010014").to_string()),
        _ => Step::answer(429).header("retry-after", "1"),
    }
}

/// What is known of the effect of a call that failed.
fn effect(error: &Error) -> &'static str {
    match error.delivery() {
        Delivery::Unknown => "in doubt",
        _ => "not done",
    }
}

fn show(seed: u64, told: &dyn Debug) {
    if is_one() {
        println!("seed {seed}: {told:?}");
    }
}

/// Closing, confirming, cancelling, deleting, urging and rating.
mod endings {
    use super::*;

    /// What stands in the ledger.
    type Ledger = (i64, u32, String);

    struct Run {
        seed: u64,
        random: fastrand::Rng,
        office: Office,
        client: Client,
        /// What becomes of the answers to the next requests, which take effect; `None`: they come.
        lost: Arc<Mutex<VecDeque<Option<Step>>>>,
        number: u32,
    }

    fn client(office: &Office) -> Client {
        let builder = office.builder().retry(RetryPolicy::standard());
        builder.build().unwrap()
    }

    fn ledger(office: &Office) -> Ledger {
        let row = office.state().rows[0].clone();
        (row.status, row.urged, row.judgement)
    }

    impl Run {
        fn new(seed: u64) -> Self {
            let mut random = fastrand::Rng::with_seed(seed);
            let status = *random.choice(&[0, 1, 2, 3]).unwrap();
            let office = Office::new(vec![Row::new(TICKET, status, 0)]);
            let lost = Arc::new(Mutex::new(VecDeque::new()));
            let next = Arc::clone(&lost);
            office.after(move |_| next.lock().unwrap().pop_front().flatten());
            Self {
                seed,
                random,
                client: client(&office),
                office,
                lost,
                number: 0,
            }
        }

        fn run(mut self, tally: &mut Tally) {
            for _ in 0..STEPS {
                match self.random.u8(..8) {
                    0 => self.client = client(&self.office),
                    1 => {
                        let by = SignedDuration::from_secs(self.random.i64(-100_000..100_000));
                        let clock = &self.office.clock;
                        clock.set_wall_time(clock.now() + by);
                    }
                    // The support works on it.
                    2 => {
                        let status = *self.random.choice(&[0, 1, 2, 3, 17]).unwrap();
                        self.office.state().rows[0].status = status;
                    }
                    _ => self.act(tally),
                }
            }
        }

        fn weather(&mut self) {
            self.lost.lock().unwrap().clear();
            for _ in 0..self.random.usize(..3) {
                let lost = self.random.bool().then(|| loss(&mut self.random));
                self.lost.lock().unwrap().push_back(lost);
            }
            // These do not even arrive.
            for _ in 0..self.random.usize(..2) {
                let step = loss(&mut self.random);
                drop(self.office.line.clone().then(step));
            }
        }

        fn act(&mut self, tally: &mut Tally) {
            self.weather();
            self.number += 1;
            let words = format!("words {}", self.number);
            let before = ledger(&self.office);
            let ticket = self.client.ticket(TICKET).unwrap();
            let kind = self.random.usize(..6);
            let result = self.office.clock.run(call(&ticket, kind, &words));
            assert_eq!(self.office.clock.sleepers(), 0, "seed {}", self.seed);
            let now = ledger(&self.office);
            let told = format!(
                "seed {}: {kind} from {before:?} to {now:?}: {result:?}",
                self.seed
            );
            show(self.seed, &told);
            let done = match kind {
                0 | 1 => now.0 == 3,
                2 => now.0 == 4,
                3 => now.0 == 13,
                4 => now.1 == before.1 + 1,
                _ => now.2 == words,
            };
            match &result {
                Ok(()) => {
                    assert!(done, "{told}");
                    tally.add("done", 1);
                }
                Err(error) => {
                    let effect = effect(error);
                    assert!(effect == "in doubt" || now == before, "{told}");
                    tally.add(effect, 1);
                }
            }
            // Whatever was told, nothing counts twice.
            assert!(now.1 <= before.1 + 1, "{told}");
            // What waits for a request that was not made.
            while self.office.line.steps_left() > 0 {
                let ticket = self.client.ticket(TICKET).unwrap();
                let _ = self.office.clock.run(ticket.status().into_future());
            }
        }
    }

    async fn call(ticket: &Ticket, kind: usize, words: &str) -> Result<(), Error> {
        match kind {
            0 => ticket.close().await.map(|_| ()),
            1 => ticket.confirm().await.map(|_| ()),
            2 => ticket.cancel().await.map(|_| ()),
            3 => ticket.delete().await.map(|_| ()),
            4 => ticket.urge().await,
            _ => ticket.score(Rating::new(words)).await.map(|_| ()),
        }
    }

    #[test]
    fn what_is_told_of_an_ending_is_what_the_ledger_says() {
        let least = [("done", 150), ("not done", 150), ("in doubt", 20)];
        run_all(200, &least, |seed, tally| Run::new(seed).run(tally));
    }
}

/// Writing, marking as read and taking back.
mod messages {
    use super::*;

    struct Run {
        seed: u64,
        random: fastrand::Rng,
        desk: Desk,
        client: Client,
        /// Own messages of which it is known that they arrived.
        settled: Vec<u64>,
        number: u32,
    }

    fn client(desk: &Desk) -> Client {
        let builder = desk.builder().retry(RetryPolicy::standard());
        builder.build().unwrap()
    }

    /// What becomes of the next requests; whether the service does what is asked.
    type Fates = VecDeque<Option<(bool, Step)>>;

    fn suffer(fates: &mut Fates, state: &mut State, asked: &Asked) -> Option<Step> {
        let (acts, step) = fates.pop_front().flatten()?;
        if acts {
            let _ = state.answer(asked);
        }
        Some(step)
    }

    impl Run {
        fn new(seed: u64) -> Self {
            let random = fastrand::Rng::with_seed(seed);
            let desk = Desk::new(Rules::default());
            desk.state().post(TICKET, 0, "opened");
            Self {
                seed,
                random,
                client: client(&desk),
                desk,
                settled: Vec::new(),
                number: 0,
            }
        }

        fn run(mut self, tally: &mut Tally) {
            for _ in 0..STEPS {
                self.desk.clock.advance(Duration::from_secs(15));
                match self.random.u8(..8) {
                    0 => self.client = client(&self.desk),
                    1 | 2 => {
                        self.number += 1;
                        let text = format!("answer {}", self.number);
                        self.desk.state().post(TICKET, 1, &text);
                    }
                    3 | 4 => self.submit(tally),
                    5 => self.mark_read(tally),
                    _ => self.recall(tally),
                }
                assert_eq!(self.desk.clock.sleepers(), 0, "seed {}", self.seed);
            }
        }

        fn weather(&mut self) {
            let fates = (0..self.random.usize(..3)).map(|_| {
                let is_lost = self.random.bool();
                is_lost.then(|| (self.random.bool(), loss(&mut self.random)))
            });
            let mut fates: Fates = fates.collect();
            self.desk
                .on_request(move |state, asked| suffer(&mut fates, state, asked));
        }

        fn note(&self, tally: &mut Tally, told: &str, end: Result<bool, &Error>, unchanged: bool) {
            show(self.seed, &told);
            match end {
                Ok(done) => {
                    assert!(done, "{told}");
                    tally.add("done", 1);
                }
                Err(error) => {
                    let effect = effect(error);
                    assert!(effect == "in doubt" || unchanged, "{told}: {error:?}");
                    tally.add(effect, 1);
                }
            }
        }

        fn submit(&mut self, tally: &mut Tally) {
            self.weather();
            self.number += 1;
            let text = format!("message {}", self.number);
            let ticket = self.client.ticket(TICKET).unwrap();
            let result = self.desk.clock.run(ticket.submit(&*text).into_future());
            let stored = {
                let state = self.desk.state();
                let all = state.tickets[TICKET].iter();
                let own = all.filter(|message| message.text == text);
                own.map(|message| message.number).collect::<Vec<u64>>()
            };
            let told = format!("seed {}: {text} stands {} times", self.seed, stored.len());
            assert!(stored.len() <= 1, "{told}: {result:?}");
            let end = result.as_ref().map(|_| stored.len() == 1);
            self.note(tally, &told, end, stored.is_empty());
            if result.is_ok() {
                self.settled.extend(stored);
            }
        }

        fn unread(&self) -> usize {
            let state = self.desk.state();
            let all = state.tickets[TICKET].iter();
            all.filter(|message| !message.read).count()
        }

        fn mark_read(&mut self, tally: &mut Tally) {
            self.weather();
            let before = self.unread();
            let ticket = self.client.ticket(TICKET).unwrap();
            let result = self.desk.clock.run(ticket.mark_read().into_future());
            let now = self.unread();
            let told = format!("seed {}: {before} unread, then {now}", self.seed);
            let end = result.as_ref().map(|_| now == 0);
            self.note(tally, &told, end, now == before);
        }

        /// Takes one of the own messages back, some for the second time.
        fn recall(&mut self, tally: &mut Tally) {
            self.weather();
            let Some(number) = self.random.choice(self.settled.iter().copied()) else {
                return;
            };
            let recalled = |desk: &Desk| -> Vec<u64> {
                let state = desk.state();
                let all = state.tickets[TICKET].iter();
                all.filter(|message| message.recalled)
                    .map(|message| message.number)
                    .collect()
            };
            let before = recalled(&self.desk);
            let ticket = self.client.ticket(TICKET).unwrap();
            let recall = ticket.recall(format!("m-{number}")).into_future();
            let result = self.desk.clock.run(recall);
            let now = recalled(&self.desk);
            let told = format!(
                "seed {}: {number} is taken back: {before:?}, {now:?}",
                self.seed
            );
            let others = now.iter().filter(|other| !before.contains(other));
            assert!(others.copied().all(|other| other == number), "{told}");
            let end = result.as_ref().map(|_| now.contains(&number));
            self.note(tally, &told, end, now == before);
        }
    }

    #[test]
    fn what_is_told_of_a_message_is_what_the_ledger_says() {
        let least = [("done", 300), ("not done", 10)];
        run_all(200, &least, |seed, tally| Run::new(seed).run(tally));
    }
}
