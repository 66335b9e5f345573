//! One service for a whole day: the ledgers of messages, of tickets and of files on one clock.

use crate::{
    attachments::desk::Desk,
    ledger::{
        alter::Alteration,
        faults::{Fault, ReadFault},
        world::Manner,
    },
    opening,
};
use hwc_core::testing::{FakeClock, Step};
use hwc_tickets::ClientBuilder;
use std::time::Duration;

/// The bytes of every file that is saved.
pub const CONTENT: usize = 40_000;

#[derive(Clone)]
pub struct Service {
    pub desk: Desk,
    pub opening: opening::Service,
    /// From a request to its answer, at least.
    pub latency: Duration,
}

/// What a download gets when all is well.
pub fn whole() -> Step {
    Step::answer(200)
        .header("content-type", "application/octet-stream")
        .body(vec![b'x'; CONTENT])
}

impl Service {
    /// One with habits of its own.
    pub fn random(rng: &mut fastrand::Rng) -> Self {
        let desk = Desk::new();
        let opening = opening::Service::on(desk.clock().clone());
        let altered = match rng.bool() {
            true => Alteration::None,
            false => *rng.choice(&Alteration::ALL).unwrap(),
        };
        let page_cap = *rng.choice(&[None, None, Some(3), Some(10)]).unwrap();
        let (oldest_first, escape, trim) = (rng.u8(..4) == 0, rng.bool(), rng.bool());
        let [of_messages, of_tickets] = [(); 2].map(|()| Duration::from_millis(rng.u64(0..6500)));
        // So that a program can be killed between any two requests.
        let latency = Duration::from_millis(rng.u64(1..200));
        desk.files().download = Some(whole());
        {
            let mut world = desk.service.world();
            world.lag = of_messages;
            world.manner = Manner {
                oldest_first,
                escape,
                trim,
                page_cap,
                altered,
                ..Manner::default()
            };
        }
        {
            let mut world = opening.world();
            world.lag = of_tickets;
            world.oldest_first = oldest_first;
            world.altered = altered;
            world.page_cap = page_cap.unwrap_or(usize::MAX);
            for number in 0..rng.usize(..6) {
                world.open(&format!("an old ticket {number}"));
            }
        }
        desk.clock().advance(Duration::from_secs(60));
        let (files, messages) = (desk.files.clone(), desk.service.world.clone());
        let tickets = opening.world.clone();
        let line = desk.service.line.clone().answering(move |request| {
            let path = request.uri.path();
            let step = if path.contains("/accessorys") {
                files.lock().unwrap().serve(request)
            } else if path.ends_with("/cases") {
                let mut world = tickets.lock().unwrap();
                world.serve(request, opening::running())
            } else {
                let mut world = messages.lock().unwrap();
                world.serve(request, opening::running())
            };
            step.after(latency)
        });
        drop(line);
        Self {
            desk,
            opening,
            latency,
        }
    }

    pub fn clock(&self) -> &FakeClock {
        self.desk.clock()
    }

    pub fn builder(&self) -> ClientBuilder {
        self.desk.builder()
    }

    /// What goes wrong next, for whoever asks first.
    pub fn order_faults(&self, rng: &mut fastrand::Rng) {
        let mut reads = || (0..2).map(|_| ReadFault::random(rng)).collect::<Vec<_>>();
        let (of_messages, of_tickets) = (reads(), reads());
        let mut world = self.desk.service.world();
        world.faults.push_back(Fault::random(rng));
        world.read_faults.extend(of_messages);
        drop(world);
        let mut world = self.opening.world();
        world.faults.push_back(Fault::random(rng));
        world.read_faults.extend(of_tickets);
    }

    /// From now on all is well, until the next order.
    pub fn clear_faults(&self) {
        let mut world = self.desk.service.world();
        world.faults.clear();
        world.read_faults.clear();
        drop(world);
        let mut world = self.opening.world();
        world.faults.clear();
        world.read_faults.clear();
        drop(world);
        self.desk.files().faults.clear();
    }
}
