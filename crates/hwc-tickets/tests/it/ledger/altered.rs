//! Random schedules of lost answers on a service that shows texts altered, stamps them with a clock of its
//! own, and gives short pages. Every end that the client tells is compared with the ledger.

use super::{
    Service,
    alter::Alteration,
    as_op,
    faults::Fault,
    shelf::Shelf,
    world::{Manner, OWN, Total},
};
use crate::schedules::{Tally, is_one, run_all};
use futures_util::future::{join, join_all};
use hwc_core::Clock as _;
use hwc_tickets::{
    Client, Confirm, Delivery, Outbox as _, Outcome, Result, Sent, submit::PendingId,
};
use jiff::SignedDuration;
use std::{collections::BTreeMap, future::IntoFuture as _, time::Duration};

const TICKET: &str = "case-1";
const TEXTS: [&str; 14] = [
    "Café \"zur Mühle\" is full.",
    "Cafe\u{301} is full.",
    "two\nlines\n\nand  more ",
    "call 555-1234 now",
    "call 555-9876 now",
    "Ａ１（wide）",
    "it\u{200b}em",
    "a  b",
    "a b",
    "\u{201c}quoted\u{201d} it\u{2019}s",
    "<b>bold</b> text",
    "bold text",
    "line with end   \nnext line",
    "ping",
];

struct Run {
    seed: u64,
    rng: fastrand::Rng,
    service: Service,
    shelf: Shelf,
    client: Client,
    next_op: u64,
    open: BTreeMap<PendingId, u64>,
}

impl Run {
    fn new(seed: u64) -> Self {
        let mut rng = fastrand::Rng::with_seed(seed);
        let service = Service::new();
        {
            let mut world = service.world();
            let capped = rng.u8(..4) == 0;
            world.manner = Manner {
                altered: *rng.choice(&Alteration::ALL).unwrap(),
                oldest_first: rng.bool(),
                escape: rng.u8(..4) == 0,
                trim: rng.bool(),
                cut_at: (rng.u8(..4) == 0).then_some(400),
                no_type: rng.u8(..8) == 0,
                page_cap: capped.then(|| rng.usize(1..90)),
                total: *rng
                    .choice(&[
                        Total::Messages,
                        Total::Messages,
                        Total::Rows,
                        Total::LeftOut,
                    ])
                    .unwrap(),
                ..Manner::default()
            };
            world.lag = Duration::from_millis(rng.u64(0..9000));
            if rng.u8(..3) == 0 {
                world.stamps_ahead = SignedDuration::from_secs(rng.i64(-30_000..30_000));
            }
        }
        let shelf = Shelf::default();
        let client = service.builder().outbox(shelf.clone()).build().unwrap();
        let mut run = Self {
            seed,
            rng,
            service,
            shelf,
            client,
            next_op: 1,
            open: BTreeMap::new(),
        };
        run.talk_before();
        run
    }

    /// What stands in the ticket already.
    fn talk_before(&mut self) {
        let earlier = match self.rng.u8(..8) {
            0 => self.rng.usize(90..130),
            _ => self.rng.usize(..8),
        };
        for number in 0..earlier {
            let mut world = self.service.world();
            match self.rng.u8(..4) {
                0 => world.post(TICKET, 1, "engineer", &format!("answer {number}")),
                1 => world.post(TICKET, 0, OWN, self.rng.choice(&TEXTS).unwrap()),
                _ => world.post(TICKET, 0, "colleague", &format!("words {number}")),
            }
            drop(world);
            self.service
                .clock
                .advance(Duration::from_secs(self.rng.u64(0..40)));
        }
    }

    fn run(&mut self, tally: &mut Tally) {
        self.tell(|| {
            let world = self.service.world();
            format!(
                "{:?}, lag {:?}, {:#?}",
                world.manner, world.lag, world.tickets
            )
        });
        for _ in 0..self.rng.usize(1..5) {
            self.submit_some(tally);
            let what = self.rng.u8(..6);
            self.tell(|| format!("then {what}"));
            match what {
                0 => self.recall_one(),
                3 => self.take_one_back(tally),
                1 => {
                    let jump = SignedDuration::from_secs(self.rng.i64(-100_000..100_000));
                    let clock = &self.service.clock;
                    clock.set_wall_time(clock.now() + jump);
                }
                2 => {
                    let builder = self.service.builder().outbox(self.shelf.clone());
                    self.client = builder.build().unwrap();
                }
                _ => {}
            }
            let pause = Duration::from_millis(self.rng.u64(0..40_000));
            self.service.clock.advance(pause);
            if self.rng.u8(..3) == 0 {
                self.reconcile(tally);
            }
        }
        self.reconcile(tally);
    }

    fn submit_some(&mut self, tally: &mut Tally) {
        let count = self.rng.usize(1..3);
        self.service.world().faults = (0..count * 2)
            .map(|_| {
                let acts = self.rng.bool();
                match self.rng.u8(..8) {
                    0 => Fault::None,
                    1 | 2 => Fault::Hang(acts),
                    3 => Fault::Page(acts),
                    4 => Fault::Status(503, acts),
                    _ => Fault::Reset(acts),
                }
            })
            .collect();
        let plans: Vec<(u64, &str, bool, Duration, Confirm)> = (0..count)
            .map(|_| {
                self.next_op += 1;
                (
                    self.next_op,
                    *self.rng.choice(&TEXTS).unwrap(),
                    self.rng.u8(..4) == 0,
                    Duration::from_millis(self.rng.u64(0..3000)),
                    *(self.rng)
                        .choice(&[
                            Confirm::OnDoubt,
                            Confirm::OnDoubt,
                            Confirm::Always,
                            Confirm::Never,
                        ])
                        .unwrap(),
                )
            })
            .collect();
        let colleague = (self.rng.u8(..5) == 0).then(|| self.rng.u64(0..12_000));
        let step = (self.rng.u8(..6) == 0)
            .then(|| (self.rng.u64(0..12_000), self.rng.i64(-30_000..30_000)));
        let (service, client) = (&self.service, &self.client);
        let disturb = async {
            if let Some(after) = colleague {
                service.clock.sleep(Duration::from_millis(after)).await;
                (service.world()).post(TICKET, 0, "colleague", "words of a colleague");
            }
            if let Some((after, by)) = step {
                service.clock.sleep(Duration::from_millis(after)).await;
                service.world().step(SignedDuration::from_secs(by));
            }
        };
        let submits = plans.iter().map(|(op, text, resend, after, confirm)| {
            as_op(*op, async move {
                service.clock.sleep(*after).await;
                let mut submit = client.ticket(TICKET)?.submit(*text).confirm(*confirm);
                if *resend {
                    submit = submit.resend_if_absent();
                }
                submit.into_future().await
            })
        });
        let (ends, ()) = service.clock.run(join(join_all(submits), disturb));
        self.tell(|| format!("colleague {colleague:?}, step {step:?}, {plans:?}"));
        for ((op, text, ..), end) in plans.into_iter().zip(ends) {
            tally.add("submits", 1);
            tally.add(self.check(op, text, end), 1);
        }
    }

    /// Shows one step, when a single schedule is run.
    fn tell(&self, step: impl FnOnce() -> String) {
        if is_one() {
            let clock = &self.service.clock;
            println!("at {:?}, {}: {}", clock.elapsed(), clock.now(), step());
        }
    }

    fn check(&mut self, op: u64, text: &str, end: Result<Sent>) -> &'static str {
        let (seed, arrived) = (self.seed, self.service.world().arrived(op));
        assert!(
            arrived <= 1,
            "seed {seed}: op {op} stands {arrived} times in the ledger"
        );
        self.tell(|| format!("op {op} {text:?}, {arrived} in the ledger, ended as {end:?}"));
        let (name, fits) = match &end {
            Ok(sent) if sent.is_confirmed() => ("confirmed", arrived == 1),
            Ok(_) => ("accepted", arrived == 1),
            Err(error) => match error.delivery() {
                Delivery::Absent => ("absent", arrived == 0),
                Delivery::Unknown => ("unknown", error.pending().is_some()),
                _ => ("not sent", arrived == 0),
            },
        };
        assert!(
            fits,
            "seed {seed}: op {op} {text:?} ended as {name}, the ledger has it {arrived} times: {end:?}, {:?}",
            self.service.world().manner
        );
        if let Err(error) = end
            && let Ok(pending) = error.into_pending()
        {
            assert!(
                self.shelf
                    .list()
                    .unwrap()
                    .iter()
                    .any(|record| record.id() == pending.id()),
                "seed {seed}: op {op} is lost without a record"
            );
            self.open.insert(pending.id(), op);
        }
        name
    }

    fn recall_one(&mut self) {
        let open: Vec<u64> = self.open.values().copied().collect();
        let mut world = self.service.world();
        let mut settled: Vec<_> = (world.tickets.values_mut().flatten())
            .filter(|message| message.op.is_none_or(|op| !open.contains(&op)))
            .collect();
        if !settled.is_empty() {
            let index = self.rng.usize(..settled.len());
            settled[index].recalled = true;
        }
    }

    /// The caller takes back what the ticket shows, in doubt or not.
    fn take_one_back(&mut self, tally: &mut Tally) {
        let ids = self.service.world().own_ids(TICKET);
        if let Some(id) = self.rng.choice(&ids) {
            let recall = self.client.ticket(TICKET).unwrap().recall(id);
            self.service.clock.run(recall.into_future()).unwrap();
            tally.add("taken back", 1);
        }
    }

    fn reconcile(&mut self, tally: &mut Tally) {
        self.tell(|| format!("{:#?}", self.service.world().tickets));
        for reconciled in self.service.clock.run(self.client.reconcile_outbox()) {
            let op = self.open[&reconciled.pending.id()];
            let arrived = self.service.world().arrived(op);
            let (name, fits) = match &reconciled.outcome {
                Ok(Outcome::Confirmed(_)) => ("later confirmed", arrived == 1),
                Ok(Outcome::Recalled(_)) => ("later recalled", arrived == 1),
                Ok(Outcome::Absent) => ("later absent", arrived == 0),
                _ => ("later unknown", true),
            };
            assert!(
                fits,
                "seed {}: op {op} was settled as {name}, the ledger has it {arrived} times",
                self.seed
            );
            tally.add(name, 1);
        }
    }
}

#[test]
fn no_altered_text_is_doubled_or_called_absent() {
    let least = [
        ("confirmed", 50),
        ("absent", 50),
        ("unknown", 50),
        ("later absent", 2),
        ("taken back", 30),
    ];
    run_all(300, &least, |seed, tally| Run::new(seed).run(tally));
}
