//! Random schedules of the submit side: many operations at once, faults, restarts, clock jumps. Every
//! end that the client tells is compared with the ledger.
//!
//! `HWC_TICKETS_SCHEDULES=100000` runs more of them, `HWC_TICKETS_SEED=n` runs one.

use super::{
    Service, as_op,
    faults::{Fault, ReadFault},
    shelf::Shelf,
    world::{Manner, OWN},
};
use crate::schedules::{Tally, is_one, run_all};
use futures_util::future::{Either, join_all, select};
use hwc_core::Clock as _;
use hwc_tickets::{Client, Confirm, Delivery, Error, Outcome, Pending, Sent};
use jiff::SignedDuration;
use std::{fmt, pin::pin, time::Duration};

const TICKETS: [&str; 2] = ["case-1", "case-2"];
/// Few, so that equal texts meet often. Some look alike only after canonicalisation.
const TEXTS: [&str; 7] = [
    "ping",
    "ping\r\n",
    "The disk is full.",
    "a < b & c",
    "a &lt; b &amp; c",
    "行\n工单",
    "<b>bold</b>",
];
const WINDOW: Duration = Duration::from_secs(10);

/// One submit of a schedule.
struct Plan {
    op: u64,
    ticket: &'static str,
    text: String,
    confirm: Confirm,
    reference: bool,
    resend: bool,
    baseline: bool,
    timeout: Duration,
    begin_after: Duration,
    drop_after: Option<Duration>,
}

/// What the schedule keeps about a submit whose outcome is open.
struct Open {
    op: u64,
    ticket: &'static str,
    text: String,
    /// Its record, if the caller got one.
    pending: Option<Pending>,
    /// The client that sent it still lives, or its outbox does.
    remembered: bool,
    /// When the doubt began.
    since: Duration,
    /// The same text went out again soon after. Documented: a record that is kept by hand does not learn
    /// of that.
    repeated: bool,
}

struct Run {
    seed: u64,
    rng: fastrand::Rng,
    service: Service,
    shelf: Option<Shelf>,
    client: Client,
    open: Vec<Open>,
    next_op: u64,
    knows_author: bool,
}

impl Run {
    fn new(seed: u64) -> Self {
        let mut rng = fastrand::Rng::with_seed(seed);
        let service = Service::new();
        {
            let mut world = service.world();
            world.manner = Manner {
                oldest_first: rng.bool(),
                escape: rng.bool(),
                trim: rng.bool(),
                crlf: rng.bool(),
                cut_at: rng.bool().then_some(400),
                strip_tags: rng.u8(..4) == 0,
                no_type: rng.u8(..4) == 0,
                three_bytes: seed.is_multiple_of(4),
                ..Manner::default()
            };
            // Together with the slowest action this stays within the window.
            world.lag = Duration::from_millis(rng.u64(0..6500));
        }
        let shelf = rng.bool().then(Shelf::default);
        let knows_author = rng.u8(..4) == 0;
        let client = client_of(&service, shelf.as_ref(), knows_author);
        Self {
            seed,
            rng,
            service,
            shelf,
            client,
            open: Vec::new(),
            next_op: 1,
            knows_author,
        }
    }

    fn run(&mut self, tally: &mut Tally) {
        self.tell(|| {
            let world = self.service.world();
            format!(
                "{:?}, lag {:?}, outbox {}",
                world.manner,
                world.lag,
                self.shelf.is_some()
            )
        });
        for _ in 0..self.rng.usize(4..14) {
            match self.rng.u8(..20) {
                0..=9 => self.submit_some(tally),
                10 => self.someone_else_writes(),
                11 => self.recall_one(),
                12 => self.jump(),
                13 => self.restart(),
                14..=16 => self.reconcile_one(tally),
                17 => self.reconcile_outbox(tally),
                _ => self
                    .service
                    .clock
                    .advance(Duration::from_millis(self.rng.u64(0..30_000))),
            }
        }
    }

    /// One to three submits at once, each with its faults.
    fn submit_some(&mut self, tally: &mut Tally) {
        let count = self.rng.usize(1..4);
        let plans: Vec<Plan> = (0..count).filter_map(|_| self.plan()).collect();
        {
            let mut world = self.service.world();
            world.faults = match self.rng.u8(..25) {
                // An outage that outlasts every attempt.
                0 => vec![Fault::Refused; 40].into(),
                _ => (0..count * 2)
                    .map(|_| Fault::random(&mut self.rng))
                    .collect(),
            };
            world.read_faults = (0..count * 4)
                .map(|_| ReadFault::random(&mut self.rng))
                .collect();
        }
        let (client, clock) = (&self.client, &self.service.clock);
        let ends = clock.run(join_all(
            plans
                .iter()
                .map(|plan| as_op(plan.op, carry_out(client, clock, plan))),
        ));
        assert_eq!(
            clock.sleepers(),
            0,
            "seed {}: something is left behind",
            self.seed
        );
        let batch: Vec<_> = plans
            .iter()
            .map(|plan| (plan.ticket, family(&plan.text)))
            .collect();
        for (plan, end) in plans.into_iter().zip(ends) {
            tally.add("submits", 1);
            let op = plan.op;
            let alike = |one: &&(&str, String)| **one == (plan.ticket, family(&plan.text));
            let repeated = batch.iter().filter(alike).count() > 1;
            tally.add(self.check(plan, end), 1);
            if let Some(open) = self.open.iter_mut().find(|open| open.op == op) {
                open.repeated = repeated;
            }
        }
    }

    fn plan(&mut self) -> Option<Plan> {
        let rng = &mut self.rng;
        let op = self.next_op;
        let ticket = *rng.choice(&TICKETS).unwrap();
        let mut text = (*rng.choice(&TEXTS).unwrap()).to_owned();
        if rng.u8(..5) == 0 {
            text = format!("{text} 世界 ").repeat(60);
        }
        let reference = rng.u8(..5) == 0;
        // Documented: what another process sent cannot be told from the same text sent again, unless an
        // outbox keeps count.
        let family = family(&text);
        let now = self.service.clock.elapsed();
        for open in self
            .open
            .iter_mut()
            .filter(|open| open.ticket == ticket && self::family(&open.text) == family)
        {
            open.repeated |= now < open.since + Duration::from_secs(20);
        }
        if !reference
            && self.open.iter().any(|open| {
                open.ticket == ticket && !open.remembered && self::family(&open.text) == family
            })
        {
            return None;
        }
        self.next_op += 1;
        Some(Plan {
            op,
            ticket,
            text,
            confirm: *rng
                .choice(&[
                    Confirm::OnDoubt,
                    Confirm::OnDoubt,
                    Confirm::Always,
                    Confirm::Never,
                ])
                .unwrap(),
            reference,
            resend: rng.u8(..8) == 0,
            baseline: rng.u8(..8) != 0,
            timeout: Duration::from_millis(
                *rng.choice(&[30_000, 30_000, 45_000, 5_000, 1_000]).unwrap(),
            ),
            begin_after: Duration::from_millis(rng.u64(0..4000)),
            drop_after: (rng.u8(..6) == 0).then(|| Duration::from_millis(rng.u64(0..20_000))),
        })
    }

    /// Compares the end of a submit with the ledger.
    fn check(&mut self, plan: Plan, end: End) -> &'static str {
        let seed = self.seed;
        self.tell(|| format!("{plan:?}\n    ended as {end:?}"));
        let arrived = self.service.world().arrived(plan.op);
        assert!(
            arrived <= 1,
            "seed {seed}: op {} stands {arrived} times in the ledger",
            plan.op
        );
        let (name, fits) = match &end {
            End::Dropped => ("dropped", true),
            End::Done(result, took) => {
                assert!(
                    *took <= plan.timeout + Duration::from_millis(100),
                    "seed {seed}: {took:?} of {:?}",
                    plan.timeout
                );
                match result {
                    Ok(sent) if sent.is_confirmed() => ("confirmed", arrived == 1),
                    Ok(_) => ("accepted", arrived == 1),
                    Err(error) => match error.delivery() {
                        Delivery::NotSent => ("not sent", arrived == 0),
                        Delivery::Rejected => ("rejected", arrived == 0),
                        Delivery::Absent => ("absent", arrived == 0),
                        _ => ("unknown", error.pending().is_some()),
                    },
                }
            }
        };
        assert!(
            fits,
            "seed {seed}: op {} ended as {name}, the ledger has it {arrived} times: {:?}",
            plan.op, end
        );
        let pending = match end {
            End::Done(Err(error), _) if error.delivery() == Delivery::Unknown => {
                Some(error.into_pending().unwrap())
            }
            End::Done(..) => return name,
            End::Dropped => None,
        };
        self.open.push(Open {
            op: plan.op,
            ticket: plan.ticket,
            text: plan.text,
            pending,
            remembered: true,
            since: self.service.clock.elapsed(),
            repeated: false,
        });
        name
    }

    fn someone_else_writes(&mut self) {
        let ticket = *self.rng.choice(&TICKETS).unwrap();
        let text = *self.rng.choice(&TEXTS).unwrap();
        let mut world = self.service.world();
        match self.rng.u8(..3) {
            0 => world.post(ticket, 1, "engineer", text),
            // A colleague with the same words is told apart only by the author's id.
            1 if self.knows_author => world.post(ticket, 0, "colleague", text),
            _ => world.post(ticket, 0, "colleague", "words of a colleague"),
        }
    }

    /// Recalls a message whose submit is settled.
    fn recall_one(&mut self) {
        let open: Vec<u64> = self.open.iter().map(|open| open.op).collect();
        let mut world = self.service.world();
        let mut settled: Vec<_> = (world.tickets.values_mut().flatten())
            .filter(|message| message.op.is_none_or(|op| !open.contains(&op)))
            .collect();
        if !settled.is_empty() {
            let index = self.rng.usize(..settled.len());
            settled[index].recalled = true;
        }
    }

    /// The wall clock of this machine jumps.
    fn jump(&mut self) {
        let by = SignedDuration::from_secs(self.rng.i64(-100_000..100_000));
        let clock = &self.service.clock;
        clock.set_wall_time(clock.now() + by);
    }

    /// The process ends, and another begins at least a window later.
    fn restart(&mut self) {
        self.service.clock.advance(WINDOW);
        self.tell(|| "restart".to_owned());
        for open in &mut self.open {
            open.remembered = self.shelf.is_some();
        }
        self.client = client_of(&self.service, self.shelf.as_ref(), self.knows_author);
    }

    fn reconcile_one(&mut self, tally: &mut Tally) {
        let candidates: Vec<usize> = (0..self.open.len())
            .filter(|at| {
                self.open[*at].pending.is_some()
                    && (self.open[*at].remembered || !self.open[*at].repeated)
            })
            .collect();
        let Some(at) = self.rng.choice(candidates) else {
            return;
        };
        let pending = self.open[at].pending.clone().unwrap();
        self.service.world().read_faults =
            (0..4).map(|_| ReadFault::random(&mut self.rng)).collect();
        let began = self.service.clock.elapsed();
        let outcome = self.service.clock.run(self.client.reconcile(&pending));
        let took = self.service.clock.elapsed() - began;
        assert!(
            took <= Duration::from_millis(30_100),
            "seed {}: {took:?}",
            self.seed
        );
        self.settle(self.open[at].op, outcome, tally);
    }

    fn reconcile_outbox(&mut self, tally: &mut Tally) {
        self.service.world().read_faults =
            (0..4).map(|_| ReadFault::random(&mut self.rng)).collect();
        for reconciled in self.service.clock.run(self.client.reconcile_outbox()) {
            let id = reconciled.pending.id();
            let known = self.open.iter().find(|open| {
                open.pending
                    .as_ref()
                    .is_some_and(|pending| pending.id() == id)
            });
            match known.map(|open| open.op) {
                Some(op) => self.settle(op, reconciled.outcome, tally),
                // A dropped future left only this record: found by ticket and text.
                None => self.settle_dropped(&reconciled.pending, reconciled.outcome, tally),
            }
        }
    }

    /// Shows one step, when a single schedule is run.
    fn tell(&self, step: impl FnOnce() -> String) {
        if is_one() {
            println!("at {:?}: {}", self.service.clock.elapsed(), step());
        }
    }

    fn settle(&mut self, op: u64, outcome: Result<Outcome, Error>, tally: &mut Tally) {
        self.tell(|| format!("op {op} settled as {outcome:?}"));
        let arrived = self.service.world().arrived(op);
        let (name, fits) = match &outcome {
            Ok(Outcome::Confirmed(_)) => ("later confirmed", arrived == 1),
            Ok(Outcome::Absent) => ("later absent", arrived == 0),
            _ => ("later unknown", true),
        };
        assert!(
            fits,
            "seed {}: op {op} was settled as {name}, the ledger has it {arrived} times",
            self.seed
        );
        if name != "later unknown" {
            self.open.retain(|open| open.op != op);
        }
        tally.add(name, 1);
    }

    fn settle_dropped(
        &mut self,
        pending: &Pending,
        outcome: Result<Outcome, Error>,
        tally: &mut Tally,
    ) {
        let of_it: Vec<u64> = (self.open.iter())
            .filter(|open| {
                open.pending.is_none()
                    && open.ticket == pending.ticket().as_str()
                    && pending.is_of(&open.text)
            })
            .map(|open| open.op)
            .collect();
        // With a tag in it, or several of the same text, the op cannot be named: any that fits will do.
        let world = self.service.world();
        let fits = match &outcome {
            Ok(Outcome::Confirmed(_)) => {
                of_it.is_empty() || of_it.iter().any(|op| world.arrived(*op) == 1)
            }
            Ok(Outcome::Absent) => {
                of_it.is_empty() || of_it.iter().any(|op| world.arrived(*op) == 0)
            }
            _ => true,
        };
        assert!(
            fits,
            "seed {}: a dropped submit was settled as {outcome:?}",
            self.seed
        );
        drop(world);
        if let ([op], Ok(Outcome::Confirmed(_) | Outcome::Absent)) = (&of_it[..], &outcome) {
            let op = *op;
            self.open.retain(|open| open.op != op);
        }
        tally.add("dropped, later settled or not", 1);
    }
}

impl fmt::Debug for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text: String = self.text.chars().take(12).collect();
        let Self {
            op,
            ticket,
            confirm,
            reference,
            resend,
            baseline,
            timeout,
            begin_after,
            drop_after,
            ..
        } = self;
        write!(
            f,
            "op {op} to {ticket}: {text:?}.. ({} bytes), {confirm:?}, tag {reference}, resend {resend}, baseline {baseline}, \
             {timeout:?}, after {begin_after:?}, dropped {drop_after:?}",
            self.text.len()
        )
    }
}

/// How a submit of a schedule ended.
#[derive(Debug)]
enum End {
    Dropped,
    Done(Result<Sent, Error>, Duration),
}

async fn carry_out(client: &Client, clock: &hwc_core::testing::FakeClock, plan: &Plan) -> End {
    clock.sleep(plan.begin_after).await;
    let began = clock.elapsed();
    let ticket = client.ticket(plan.ticket).unwrap();
    let mut submit = ticket
        .submit(plan.text.as_str())
        .confirm(plan.confirm)
        .timeout(plan.timeout);
    if plan.reference {
        submit = submit.with_reference();
    }
    if plan.resend {
        submit = submit.resend_if_absent();
    }
    if !plan.baseline {
        submit = submit.skip_baseline();
    }
    let submit = pin!(submit.into_future());
    let result = match plan.drop_after {
        None => submit.await,
        Some(after) => match select(submit, pin!(clock.sleep(after))).await {
            Either::Left((result, _)) => result,
            Either::Right(_) => return End::Dropped,
        },
    };
    End::Done(result, clock.elapsed() - began)
}

fn client_of(service: &Service, shelf: Option<&Shelf>, knows_author: bool) -> Client {
    let mut builder = service.builder().consistency_window(WINDOW);
    if let Some(shelf) = shelf {
        builder = builder.outbox(shelf.clone());
    }
    if knows_author {
        builder = builder.author_id(OWN);
    }
    builder.build().unwrap()
}

/// Texts that may look the same when they are read back: told by their beginning.
fn family(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&amp;", "&")
        .chars()
        .filter(|c| !c.is_whitespace())
        .take(8)
        .collect()
}

#[test]
fn no_schedule_doubles_a_message_or_tells_a_wrong_end() {
    let least = [
        "accepted",
        "confirmed",
        "not sent",
        "rejected",
        "absent",
        "unknown",
        "dropped",
        "later confirmed",
        "later absent",
    ]
    .map(|end| (end, 20));
    run_all(800, &least, |seed, tally| Run::new(seed).run(tally));
}

#[test]
fn with_a_readable_history_every_doubt_resolves() {
    let mut rng = fastrand::Rng::with_seed(11);
    let service = Service::new();
    let mut resolved = 0;
    for op in 0..500 {
        // Another client each time: one that knows of messages which went with the ticket believes less.
        let client = service.client();
        {
            let mut world = service.world();
            world.manner = Manner {
                oldest_first: rng.bool(),
                escape: rng.bool(),
                trim: rng.bool(),
                ..Manner::default()
            };
            world.lag = Duration::from_millis(rng.u64(0..9000));
            world.faults = [Fault::random(&mut rng)].into();
            // A ticket has few messages: let it stay so.
            world.tickets.clear();
        }
        let ticket = client.ticket("case-1").unwrap();
        let end = service
            .clock
            .run(as_op(op, ticket.submit(format!("text {op}")).into_future()));
        let arrived = service.world().arrived(op);
        match &end {
            Ok(sent) => {
                assert_eq!(arrived, 1, "{end:?}");
                resolved += u32::from(sent.is_confirmed());
            }
            Err(error) => {
                assert_eq!(arrived, 0, "{end:?}");
                assert_ne!(error.delivery(), Delivery::Unknown, "{end:?}");
                resolved += u32::from(error.delivery() == Delivery::Absent);
            }
        }
    }
    assert!(resolved > 150, "only {resolved} doubts");
}
