//! Random schedules of programs that die at any moment and begin again with the same keys, at a service that loses answers, on a machine
//! whose clock jumps. Every end that they are told is compared with the ledger, and what is in the ledger has a record under its key.
//!
//! `HWC_TICKETS_SCHEDULES=100000` runs more of them, `HWC_TICKETS_SEED=n` runs one and shows its steps.

use super::TICKET;
use crate::{
    jumps::Jumps,
    ledger::{
        self,
        faults::{Fault, ReadFault},
        shelf::Shelf,
    },
    opening,
    schedules::{Tally, is_one, run_all},
};
use futures_util::future::{Either, select};
use hwc_core::{Clock as _, testing::FakeClock};
use hwc_tickets::{Client, Delivery, Error, Outbox as _, Receipt, TicketDraft, TicketReceipt};
use std::{collections::VecDeque, fmt::Debug, future::IntoFuture as _, pin::pin, time::Duration};

/// How often a program begins again. From this try on the service is well.
const WELL: u32 = 5;
const MOST_TRIES: u32 = 9;
/// The deadline of a call is over, whatever clock was set.
const LONGEST: Duration = Duration::from_millis(30_100);
const JUMPS_APART: Duration = Duration::from_secs(8);

/// What is done under one key, as this operation.
#[derive(Debug, Clone, Copy)]
enum Job {
    Ticket(u64),
    Message(u64),
}

/// What a program was told at the end of a job.
#[derive(Debug)]
struct Done {
    is_kept: bool,
    /// `None`: a message has no id.
    ticket: Option<String>,
}

struct Run {
    seed: u64,
    rng: fastrand::Rng,
    tickets: opening::Service,
    messages: ledger::Service,
    clock: FakeClock,
    shelf: Shelf,
    jumps: Jumps,
}

impl Job {
    fn key(self) -> String {
        match self {
            Self::Ticket(op) => format!("ticket-{op}"),
            Self::Message(op) => format!("message-{op}"),
        }
    }

    async fn call(self, client: &Client) -> Result<Done, Error> {
        match self {
            Self::Ticket(op) => {
                let draft = TicketDraft::new("kind-1", format!("words {op}"));
                let create = client.create_ticket(draft).unchecked().key(self.key());
                let created = opening::as_op(op, create.into_future()).await?;
                Ok(Done {
                    is_kept: created.receipt == TicketReceipt::Kept,
                    ticket: Some(created.ticket.to_string()),
                })
            }
            Self::Message(op) => {
                let ticket = client.ticket(TICKET).unwrap();
                let submit = ticket.submit(format!("words {op}")).key(self.key());
                let sent = ledger::as_op(op, submit.into_future()).await?;
                Ok(Done {
                    is_kept: sent.receipt == Receipt::Kept,
                    ticket: None,
                })
            }
        }
    }
}

impl Run {
    fn new(seed: u64) -> Self {
        let mut rng = fastrand::Rng::with_seed(seed);
        let messages = ledger::Service::new();
        let clock = messages.clock.clone();
        let tickets = opening::Service::on(clock.clone());
        tickets.world().lag = Duration::from_millis(rng.u64(0..6500));
        messages.world().lag = Duration::from_millis(rng.u64(0..6500));
        tickets.world().oldest_first = rng.bool();
        messages.world().manner.oldest_first = rng.bool();
        Self {
            seed,
            rng,
            tickets,
            messages,
            jumps: Jumps::new(&clock, seed),
            clock,
            shelf: Shelf::default(),
        }
    }

    fn run(&mut self, tally: &mut Tally) {
        let mut kept = Vec::new();
        for op in 1..3 {
            for job in [Job::Ticket(op), Job::Message(op)] {
                if self.do_in_the_end(job, tally) {
                    kept.push(job);
                }
            }
        }
        // What nobody has taken note of is there as long as it takes, whatever the clock says by now.
        self.clock
            .advance(Duration::from_millis(self.rng.u64(0..400_000)));
        self.jumps.perhaps();
        for job in kept {
            let client = self.client(job);
            let done = self.clock.run(job.call(&client));
            let told = self.told(job, &done);
            let is_kept = done.is_ok_and(|done| done.is_kept && self.is_of(job, &done));
            assert!(is_kept && self.count(job) == 1, "not kept: {told}");
            tally.add("kept", 1);
        }
        tally.add("jumps", self.jumps.count);
    }

    /// Begins again until it is done. Whether its key is kept then.
    fn do_in_the_end(&mut self, job: Job, tally: &mut Tally) -> bool {
        for number in 0..MOST_TRIES {
            self.weather(job, number);
            self.jumps.perhaps();
            let client = self.client(job);
            let ended = self.perhaps_killed(number, job.call(&client));
            let count = self.count(job);
            let told = self.told(job, &ended);
            assert!(count <= 1, "doubled: {told}");
            assert!(count == 0 || self.has_record(job), "lost: {told}");
            match ended {
                None => tally.add("killed", 1),
                Some(Ok(done)) => {
                    assert!(count == 1 && self.is_of(job, &done), "false: {told}");
                    let name = match job {
                        Job::Ticket(_) => "opened",
                        Job::Message(_) => "sent",
                    };
                    tally.add(name, 1);
                    let is_kept = self.rng.bool();
                    if !is_kept {
                        client.acknowledge(&job.key()).unwrap();
                    }
                    return is_kept;
                }
                Some(Err(error)) => {
                    let is_open = error.delivery() == Delivery::Unknown;
                    assert!(is_open || count == 0, "false: {told}");
                }
            }
            tally.add("tried again", 1);
            self.clock
                .advance(Duration::from_millis(self.rng.u64(0..40_000)));
        }
        // A doubt without a look from before stays one; its record says so.
        tally.add("left in doubt", 1);
        false
    }

    /// What goes wrong next.
    fn weather(&mut self, job: Job, number: u32) {
        let (mut faults, mut read_faults) = (VecDeque::new(), VecDeque::new());
        if number < WELL {
            faults.push_back(Fault::random(&mut self.rng));
            read_faults.extend((0..3).map(|_| ReadFault::random(&mut self.rng)));
        }
        match job {
            Job::Ticket(_) => {
                let mut world = self.tickets.world();
                world.faults = faults;
                world.read_faults = read_faults;
            }
            Job::Message(_) => {
                let mut world = self.messages.world();
                world.faults = faults;
                world.read_faults = read_faults;
            }
        }
    }

    /// `None`: the program was killed in the middle.
    fn perhaps_killed<T>(&mut self, number: u32, call: impl Future<Output = T>) -> Option<T> {
        let killed_after = (number < WELL && self.rng.u8(..3) == 0)
            .then(|| Duration::from_millis(self.rng.u64(0..15_000)));
        let clock = self.clock.clone();
        let began = clock.elapsed();
        let work = async {
            let Some(after) = killed_after else {
                return Some(call.await);
            };
            match select(pin!(call), pin!(clock.sleep(after))).await {
                Either::Left((result, _)) => Some(result),
                Either::Right(_) => None,
            }
        };
        let ended = clock.run(self.jumps.beside(JUMPS_APART, work));
        let took = clock.elapsed() - began;
        assert!(took <= LONGEST, "seed {}: {took:?}", self.seed);
        ended
    }

    fn client(&self, job: Job) -> Client {
        let builder = match job {
            Job::Ticket(_) => self.tickets.builder(),
            Job::Message(_) => self.messages.builder(),
        };
        builder.outbox(self.shelf.clone()).build().unwrap()
    }

    /// How often it stands in the ledger.
    fn count(&self, job: Job) -> usize {
        match job {
            Job::Ticket(op) => self.tickets.world().made(op).len(),
            Job::Message(op) => self.messages.world().arrived(op),
        }
    }

    /// Whether the ticket that was named is that of this job.
    fn is_of(&self, job: Job, done: &Done) -> bool {
        match job {
            Job::Ticket(op) => self.tickets.world().made(op).first() == done.ticket.as_ref(),
            Job::Message(_) => true,
        }
    }

    fn has_record(&self, job: Job) -> bool {
        let key = job.key();
        let key = Some(key.as_str());
        match job {
            Job::Ticket(_) => {
                let records = self.shelf.list_tickets().unwrap();
                records.iter().any(|record| record.key() == key)
            }
            Job::Message(_) => {
                let records = self.shelf.list().unwrap();
                records.iter().any(|record| record.key() == key)
            }
        }
    }

    /// What a failure is shown with.
    fn told(&self, job: Job, ended: &impl Debug) -> String {
        let count = self.count(job);
        let told = format!("seed {}, {job:?}, {count} times: {ended:?}", self.seed);
        if is_one() {
            println!("at {:?}: {told}", self.clock.elapsed());
        }
        told
    }
}

#[test]
fn no_schedule_doubles_or_loses_what_has_a_key() {
    let least = [
        ("killed", 20),
        ("tried again", 90),
        ("opened", 330),
        ("sent", 330),
        ("kept", 250),
        ("jumps", 300),
    ];
    run_all(250, &least, |seed, tally| Run::new(seed).run(tally));
}
