//! Random schedules of two processes of one user that open tickets with the same few descriptions, with one outbox, lost answers,
//! altered descriptions, short pages, kills, restarts and clocks that jump. Every end that a client tells is compared with the ledger.

use crate::{
    jumps::Jumps,
    ledger::{
        alter::Alteration,
        faults::{Fault, ReadFault},
        shelf::Shelf,
    },
    opening::{Service, as_op},
    schedules::{Tally, is_one, run_all},
};
use futures_util::future::{Either, join, join_all, select};
use hwc_core::Clock as _;
use hwc_tickets::{
    Client, Created, Delivery, Error, Outbox as _, Result, TicketDraft, TicketOutcome,
    submit::PendingId,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    future::IntoFuture as _,
    pin::pin,
    time::Duration,
};

const TEXTS: [&str; 4] = [
    "The disk is full.",
    "The disk is full. ",
    "The disk 12 is full.",
    "No answer.",
];
const JUMPS_APART: Duration = Duration::from_secs(20);

#[derive(Debug, Clone)]
struct Plan {
    op: u64,
    text: &'static str,
    begin_after: Duration,
    without_looking: bool,
    timeout: Duration,
    /// The process dies so long after it began.
    killed_after: Option<Duration>,
}

struct Run {
    seed: u64,
    rng: fastrand::Rng,
    service: Service,
    shelf: Shelf,
    jumps: Jumps,
    next_op: u64,
    /// Records in doubt, by the operation that they are of.
    open: BTreeMap<PendingId, u64>,
    killed: Vec<u64>,
    /// Tickets of killed operations that were found after a restart.
    found: BTreeSet<String>,
}

impl Run {
    fn new(seed: u64) -> Self {
        let mut rng = fastrand::Rng::with_seed(seed);
        let service = Service::new();
        {
            let mut world = service.world();
            world.oldest_first = rng.u8(..4) == 0;
            world.page_cap = *rng.choice(&[usize::MAX, usize::MAX, 3, 10]).unwrap();
            world.has_total = rng.u8(..6) != 0;
            world.altered = match rng.bool() {
                true => Alteration::None,
                false => *rng.choice(&Alteration::ALL).unwrap(),
            };
            world.lag = Duration::from_millis(rng.u64(0..6500));
            for number in 0..rng.usize(..8) {
                world.open(&format!("words {number}"));
            }
        }
        service.clock.advance(Duration::from_secs(60));
        Self {
            seed,
            rng,
            jumps: Jumps::new(&service.clock, seed),
            service,
            shelf: Shelf::default(),
            next_op: 0,
            open: BTreeMap::new(),
            killed: Vec::new(),
            found: BTreeSet::new(),
        }
    }

    fn client(&self) -> Client {
        let builder = self.service.builder().outbox(self.shelf.clone());
        builder.build().unwrap()
    }

    fn plans(&mut self) -> Vec<Plan> {
        let count = self.rng.usize(1..3);
        (0..count)
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
                    without_looking: rng.u8(..4) == 0,
                    timeout: Duration::from_secs(*rng.choice(&[30, 30, 30, 5]).unwrap()),
                    killed_after: (rng.u8(..8) == 0)
                        .then(|| Duration::from_millis(rng.u64(0..15_000))),
                }
            })
            .collect()
    }

    /// What came of each plan; `None`: the process died.
    fn carry_out(
        &self,
        client: &Client,
        plans: Vec<Plan>,
    ) -> impl Future<Output = Vec<End>> + use<> {
        let clock = self.service.clock.clone();
        let client = client.clone();
        join_all(plans.into_iter().map(move |plan| {
            let (clock, client) = (clock.clone(), client.clone());
            async move {
                clock.sleep(plan.begin_after).await;
                let began = clock.elapsed();
                let draft = TicketDraft::new("kind-1", plan.text);
                let mut create = client.create_ticket(draft).unchecked();
                create = create.timeout(plan.timeout);
                if plan.without_looking {
                    create = create.without_looking();
                }
                let call = as_op(plan.op, create.into_future());
                let result = match plan.killed_after {
                    None => Some(call.await),
                    Some(after) => match select(pin!(call), pin!(clock.sleep(after))).await {
                        Either::Left((result, _)) => Some(result),
                        Either::Right(_) => None,
                    },
                };
                // A deadline is none of the wall clock.
                let took = clock.elapsed() - began;
                let most = plan.timeout + Duration::from_millis(100);
                assert!(took <= most, "{plan:?} took {took:?}");
                (plan, result)
            }
        }))
    }

    fn run(&mut self, tally: &mut Tally) {
        for _ in 0..self.rng.usize(1..4) {
            let plans = [self.plans(), self.plans()];
            let count = plans.iter().map(Vec::len).sum::<usize>();
            {
                let mut world = self.service.world();
                let rng = &mut self.rng;
                world.faults = (0..count)
                    .map(|_| match rng.bool() {
                        true => Fault::random(rng),
                        false => Fault::Reset(rng.bool()),
                    })
                    .collect();
                world.read_faults = (0..count * 2).map(|_| ReadFault::random(rng)).collect();
            }
            if self.rng.u8(..4) == 0 {
                self.service.world().open("a colleague's words");
            }
            let clients = [self.client(), self.client()];
            let [one, two] = plans;
            let both = join(
                self.carry_out(&clients[0], one),
                self.carry_out(&clients[1], two),
            );
            let both = self.jumps.beside(JUMPS_APART, both);
            let (one, two) = self.service.clock.run(both);
            for (plan, result) in one.into_iter().chain(two) {
                self.check(&plan, result, tally);
            }
            self.jumps.perhaps();
            self.reconcile(tally);
        }
        self.service.world().read_faults.clear();
        self.service.clock.advance(Duration::from_secs(60));
        self.reconcile(tally);
        tally.add("jumps", self.jumps.count);
        // Nothing is lost: what a killed process opened has a record, whatever became of it.
        let records = self.shelf.list_tickets().unwrap();
        let world = self.service.world();
        for op in &self.killed {
            let made = world.made(*op);
            assert!(made.len() <= 1, "{}: {op} was doubled", self.seed);
            let is_known = |id: &String| {
                (records.iter()).any(|record| match record.ticket() {
                    Some(ticket) => ticket.as_str() == id,
                    None => !self.open.contains_key(&record.id()),
                })
            };
            let is_known = |id: &String| self.found.contains(id) || is_known(id);
            assert!(made.iter().all(is_known), "{}: {op} is lost", self.seed);
        }
    }

    fn check(&mut self, plan: &Plan, result: Option<Result<Created>>, tally: &mut Tally) {
        let made = self.service.world().made(plan.op);
        let told = format!("seed {}, {plan:?}, {made:?}: {result:?}", self.seed);
        if is_one() {
            println!("{told}");
        }
        assert!(made.len() <= 1, "doubled: {told}");
        match result {
            None => {
                tally.add("killed", 1);
                self.killed.push(plan.op);
            }
            Some(Ok(created)) => {
                tally.add("opened", 1);
                assert_eq!(made, [created.ticket.to_string()], "false: {told}");
            }
            Some(Err(error)) => self.check_error(plan.op, error, &made, &told, tally),
        }
    }

    fn check_error(
        &mut self,
        op: u64,
        error: Error,
        made: &[String],
        told: &str,
        tally: &mut Tally,
    ) {
        match error.delivery() {
            Delivery::Unknown => {
                tally.add("in doubt", 1);
                let pending = error.into_pending_ticket().unwrap();
                self.open.insert(pending.id(), op);
            }
            Delivery::Absent => {
                tally.add("absent", 1);
                assert!(made.is_empty(), "false: {told}");
            }
            _ => assert!(made.is_empty(), "false: {told}"),
        }
    }

    /// After a restart.
    fn reconcile(&mut self, tally: &mut Tally) {
        let client = self.client();
        for found in self.service.clock.run(client.reconcile_tickets()) {
            let Some(op) = self.open.get(&found.pending.id()).copied() else {
                if let Ok(TicketOutcome::Confirmed(id)) = found.outcome {
                    let id = id.to_string();
                    let world = self.service.world();
                    let ticket = world.tickets.iter().find(|it| it.id == id).unwrap();
                    let op = ticket.op.unwrap_or_default();
                    assert!(self.killed.contains(&op), "false: seed {}, {id}", self.seed);
                    drop(world);
                    self.found.insert(id);
                }
                continue;
            };
            let made = self.service.world().made(op);
            let told = format!("seed {}, {op}, {made:?}: {:?}", self.seed, found.outcome);
            if is_one() {
                println!("{told}");
            }
            match found.outcome {
                Ok(TicketOutcome::Confirmed(id)) => {
                    tally.add("found later", 1);
                    assert_eq!(made, [id.to_string()], "false: {told}");
                    self.open.remove(&found.pending.id());
                }
                Ok(TicketOutcome::Absent) => {
                    tally.add("absent later", 1);
                    assert!(made.is_empty(), "false: {told}");
                    self.open.remove(&found.pending.id());
                }
                Ok(_) | Err(_) => tally.add("still in doubt", 1),
            }
        }
    }
}

type End = (Plan, Option<Result<Created>>);

#[test]
fn no_ticket_is_doubled_lost_or_told_wrongly() {
    let least = [
        ("opened", 120),
        ("in doubt", 20),
        ("absent", 8),
        ("found later", 2),
        ("absent later", 2),
        ("killed", 8),
        ("jumps", 200),
    ];
    run_all(200, &least, |seed, tally| Run::new(seed).run(tally));
}
