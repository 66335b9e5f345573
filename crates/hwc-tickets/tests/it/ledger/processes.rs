//! Random schedules of two processes of one user that send the same few texts to the same ticket, with one
//! outbox or with one each. A process is a client here, which dies by being dropped, and an outbox lies in
//! memory. Every end that a client tells is compared with the ledger.

use super::{
    Service, as_op,
    faults::{Fault, ReadFault},
    shelf::Shelf,
    world::Manner,
};
use crate::schedules::{Tally, run_all};
use futures_util::future::{Either, join, join_all, select};
use hwc_core::Clock as _;
use hwc_tickets::{
    Client, Confirm, Delivery, Error, Outbox as _, Outcome, Pending, Result, Sent,
    submit::PendingId,
};
use jiff::SignedDuration;
use std::{collections::BTreeMap, future::IntoFuture as _, pin::pin, time::Duration};

const TICKET: &str = "case-1";
const TEXTS: [&str; 4] = ["ping", "ping ", "pong", "The \u{201c}disk\u{201d} is full."];

/// One submit of a process.
#[derive(Debug, Clone)]
struct Plan {
    op: u64,
    text: &'static str,
    begin_after: Duration,
    confirm: Confirm,
    reference: bool,
    baseline: bool,
    timeout: Duration,
    /// The process dies so long after it began.
    killed_after: Option<Duration>,
}

/// How a submit ended, and when it began.
struct End {
    plan: Plan,
    began: Duration,
    /// `None`: the process died.
    result: Option<Result<Sent>>,
}

struct Run {
    seed: u64,
    rng: fastrand::Rng,
    service: Service,
    /// One outbox for both, or one each.
    shelves: [Shelf; 2],
    is_shared: bool,
    next_op: u64,
    began: BTreeMap<u64, Duration>,
    open: BTreeMap<PendingId, Plan>,
    killed: Vec<Plan>,
}

impl Run {
    fn new(seed: u64, is_shared: bool) -> Self {
        let mut rng = fastrand::Rng::with_seed(seed);
        let service = Service::new();
        {
            let mut world = service.world();
            world.manner = Manner {
                oldest_first: rng.bool(),
                trim: rng.bool(),
                ..Manner::default()
            };
            world.lag = Duration::from_millis(rng.u64(0..6500));
        }
        let shelf = Shelf::default();
        let other = if is_shared {
            shelf.clone()
        } else {
            Shelf::default()
        };
        Self {
            seed,
            rng,
            service,
            shelves: [shelf, other],
            is_shared,
            next_op: 1,
            began: BTreeMap::new(),
            open: BTreeMap::new(),
            killed: Vec::new(),
        }
    }

    fn client(&self, process: usize) -> Client {
        let builder = self.service.builder().outbox(self.shelves[process].clone());
        builder.build().unwrap()
    }

    fn plans(&mut self) -> Vec<Plan> {
        (0..self.rng.usize(1..4))
            .map(|_| {
                self.next_op += 1;
                let rng = &mut self.rng;
                Plan {
                    op: self.next_op,
                    text: rng.choice(&TEXTS).unwrap(),
                    begin_after: Duration::from_millis(match rng.u8(..4) {
                        0 => rng.u64(0..40_000),
                        _ => rng.u64(0..1500),
                    }),
                    confirm: *rng
                        .choice(&[
                            Confirm::OnDoubt,
                            Confirm::OnDoubt,
                            Confirm::OnDoubt,
                            Confirm::Always,
                            Confirm::Never,
                        ])
                        .unwrap(),
                    reference: rng.u8(..8) == 0,
                    baseline: rng.u8(..10) != 0,
                    timeout: Duration::from_secs(*rng.choice(&[30, 30, 30, 5]).unwrap()),
                    killed_after: (rng.u8(..10) == 0)
                        .then(|| Duration::from_millis(rng.u64(0..15_000))),
                }
            })
            .collect()
    }

    fn run(&mut self, tally: &mut Tally) {
        for _ in 0..self.rng.usize(1..4) {
            let plans = [self.plans(), self.plans()];
            let count = plans.iter().map(Vec::len).sum::<usize>();
            {
                let mut world = self.service.world();
                world.faults = (0..count * 2)
                    .map(|_| match self.rng.bool() {
                        true => Fault::random(&mut self.rng),
                        false => Fault::Reset(self.rng.bool()),
                    })
                    .collect();
                world.read_faults = (0..count * 2)
                    .map(|_| ReadFault::random(&mut self.rng))
                    .collect();
            }
            let jumps: Vec<(u64, i64)> = (0..self.rng.usize(..3))
                .map(|_| (self.rng.u64(0..20_000), self.rng.i64(-100_000..100_000)))
                .collect();
            let clock = &self.service.clock;
            // The clock of the machine is set, once and again.
            let set_clock = async {
                for (after, by) in jumps {
                    clock.sleep(Duration::from_millis(after)).await;
                    clock.set_wall_time(clock.now() + SignedDuration::from_secs(by));
                }
            };
            let processes = plans.into_iter().enumerate().map(|(process, plans)| {
                let first = self.client(process);
                self.process(process, first, plans)
            });
            let (ends, ()) = clock.run(join(join_all(processes), set_clock));
            for end in ends.into_iter().flatten() {
                tally.add("submits", 1);
                self.began.insert(end.plan.op, end.began);
                tally.add(self.check(end), 1);
            }
            // What was on its way when a process died has arrived by now, or never will.
            let pause = Duration::from_millis(10_000 + self.rng.u64(0..300_000));
            self.service.clock.advance(pause);
            if self.rng.bool() {
                self.reconcile(tally);
            }
        }
        self.reconcile(tally);
    }

    /// One process after the other: when one dies, the next begins.
    async fn process(&self, process: usize, mut client: Client, plans: Vec<Plan>) -> Vec<End> {
        let clock = &self.service.clock;
        let mut ends = Vec::new();
        for plan in plans {
            clock.sleep(plan.begin_after).await;
            let began = clock.elapsed();
            let ticket = client.ticket(TICKET).unwrap();
            let mut submit = ticket
                .submit(plan.text)
                .confirm(plan.confirm)
                .timeout(plan.timeout);
            if plan.reference {
                submit = submit.with_reference();
            }
            if !plan.baseline {
                submit = submit.skip_baseline();
            }
            let submit = pin!(as_op(plan.op, submit.into_future()));
            let result = match plan.killed_after {
                None => Some(submit.await),
                Some(after) => match select(submit, pin!(clock.sleep(after))).await {
                    Either::Left((result, _)) => Some(result),
                    Either::Right(_) => None,
                },
            };
            if result.is_none() {
                client = self.client(process);
            }
            ends.push(End {
                plan,
                began,
                result,
            });
        }
        ends
    }

    /// Whether a confirmation of `plan` is true.
    fn is_there(&self, plan: &Plan) -> bool {
        let world = self.service.world();
        if self.is_shared || plan.reference {
            return world.arrived(plan.op) == 1;
        }
        // Two outboxes cannot see each other: such a message came into sight since the submit began.
        let began = self.began[&plan.op];
        let same = |text: &str| text.trim() == plan.text.trim();
        (world.tickets.values().flatten())
            .any(|message| message.visible_at >= began && same(&message.text))
    }

    fn check(&mut self, end: End) -> &'static str {
        let seed = self.seed;
        let End { plan, result, .. } = end;
        let arrived = self.service.world().arrived(plan.op);
        assert!(
            arrived <= 1,
            "seed {seed}: {plan:?} stands {arrived} times in the ledger"
        );
        let Some(result) = result else {
            assert!(
                arrived == 0
                    || self.is_written_down(|record| record.is_of(plan.text) || plan.reference),
                "seed {seed}: {plan:?} is lost without a record"
            );
            self.killed.push(plan);
            return "killed";
        };
        let (name, fits) = match &result {
            Ok(sent) if sent.is_confirmed() && plan.confirm != Confirm::Always => {
                ("confirmed", self.is_there(&plan))
            }
            // Of these it is known by the answer as well, or it is a confirmation like the others.
            Ok(sent) if sent.is_confirmed() => ("confirmed anyway", self.is_there(&plan)),
            Ok(_) => ("accepted", arrived == 1),
            Err(error) => match error.delivery() {
                Delivery::NotSent => ("not sent", arrived == 0),
                Delivery::Rejected => ("rejected", arrived == 0),
                Delivery::Absent => ("absent", arrived == 0),
                _ => ("unknown", error.pending().is_some()),
            },
        };
        assert!(
            fits,
            "seed {seed}: {plan:?} ended as {name}, the ledger has it {arrived} times: {result:?}"
        );
        if let Some(pending) = result
            .err()
            .and_then(|error: Error| error.into_pending().ok())
        {
            assert!(
                self.is_written_down(|record| record.id() == pending.id()),
                "seed {seed}: {plan:?} is lost without a record"
            );
            self.open.insert(pending.id(), plan);
        }
        name
    }

    fn is_written_down(&self, is_it: impl Fn(&Pending) -> bool) -> bool {
        let mut all = self.shelves.iter().flat_map(|shelf| shelf.list().unwrap());
        all.any(|record| is_it(&record))
    }

    /// A third process looks into what is open.
    fn reconcile(&mut self, tally: &mut Tally) {
        self.service.world().read_faults =
            (0..3).map(|_| ReadFault::random(&mut self.rng)).collect();
        let shelves = if self.is_shared { 1 } else { 2 };
        for process in 0..shelves {
            let client = self.client(process);
            for reconciled in self.service.clock.run(client.reconcile_outbox()) {
                let (name, settled) = match &reconciled.outcome {
                    Ok(Outcome::Confirmed(_)) => ("later confirmed", Some(true)),
                    Ok(Outcome::Absent) => ("later absent", Some(false)),
                    _ => ("later unknown", None),
                };
                tally.add(name, 1);
                let Some(is_there) = settled else { continue };
                let fits = |plan: &Plan| match is_there {
                    true => self.is_there(plan),
                    false => self.service.world().arrived(plan.op) == 0,
                };
                let record = reconciled.pending;
                let right = match self.open.get(&record.id()) {
                    Some(plan) => fits(plan),
                    // Of a process that died only the record is left, without its number.
                    None => (self.killed.iter())
                        .filter(|plan| plan.reference || record.is_of(plan.text))
                        .any(fits),
                };
                assert!(
                    right,
                    "seed {}: {:?} was settled as {name}",
                    self.seed,
                    self.open.get(&record.id())
                );
            }
        }
    }
}

fn run(is_shared: bool) {
    let least = [
        "confirmed",
        "absent",
        "unknown",
        "later confirmed",
        "later absent",
    ];
    run_all(250, &least.map(|end| (end, 8)), |seed, tally| {
        Run::new(seed, is_shared).run(tally)
    });
}

#[test]
fn two_processes_with_one_outbox_are_never_wrong() {
    run(true);
}

#[test]
fn two_processes_with_two_outboxes_claim_no_more_than_they_know() {
    run(false);
}
