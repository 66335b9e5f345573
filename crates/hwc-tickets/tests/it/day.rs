//! Random days of two programs: tickets are opened, messages sent, files uploaded and saved, while answers are lost, clocks
//! jump, and the programs are killed and begun again. Every end that they are told is compared with the ledger.
//!
//! `HWC_TICKETS_SCHEDULES=100000` runs more of them, `HWC_TICKETS_SEED=n` runs one and shows its steps.

mod actor;
mod judge;
mod service;

use self::{
    actor::{Actor, Manners},
    service::Service,
};
use crate::{
    jumps::Jumps,
    ledger::shelf::Shelf,
    schedules::{Tally, run_all},
};
use futures_util::future::join;
use std::time::Duration;

/// A day has some minutes, and few jumps.
const JUMPS_APART: Duration = Duration::from_secs(60);

/// A day. Gives what is wrong with it.
fn day(seed: u64, manners: Manners, tally: &mut Tally) -> Vec<String> {
    fastrand::seed(seed);
    let mut rng = fastrand::Rng::with_seed(seed);
    let service = Service::random(&mut rng);
    // With one outbox both may say the same; with one each they have words and tickets of their own, because nobody
    // could tell then who said it.
    let shelf = Shelf::default();
    let is_shared = rng.bool();
    let shelves = match is_shared {
        true => [shelf.clone(), shelf],
        false => [shelf, Shelf::default()],
    };
    let mut number = 0;
    let [mut one, mut two] = shelves.map(|shelf| {
        number += 1;
        let words = if is_shared { 0 } else { number };
        let rng = fastrand::Rng::with_seed(seed.wrapping_mul(2).wrapping_add(number));
        Actor::new(&service, shelf, rng, number, words, manners)
    });
    let mut jumps = Jumps::new(service.clock(), seed);
    let both = jumps.beside(JUMPS_APART, join(one.live(), two.live()));
    service.clock().run(both);
    tally.add("jumps", jumps.count);
    let found = judge::judge(&service, &[&one, &two], tally);
    found
        .into_iter()
        .map(|found| format!("seed {seed}: {found}"))
        .collect()
}

#[test]
fn nothing_is_doubled_lost_attached_twice_or_told_wrongly() {
    let least = [
        ("opened", 80),
        ("sent", 80),
        ("kept", 30),
        ("refused", 6),
        ("killed", 30),
        ("tried again", 60),
        ("saved", 16),
        ("not saved", 16),
        ("orphans", 16),
        ("named orphans", 1),
        ("jumps", 50),
    ];
    run_all(100, &least, |seed, tally| {
        let found = day(seed, Manners::Careful, tally);
        assert!(found.is_empty(), "{found:#?}");
    });
}

/// The judge sees what the rest is to prevent.
#[test]
fn a_program_that_sends_again_by_itself_is_found_out() {
    let mut tally = Tally::default();
    for (manners, sign) in [
        (Manners::SendsAgain, "stands 2 times"),
        (Manners::AttachesAgain, "attached twice"),
        (Manners::SavesByItself, "half a file"),
    ] {
        let mut found = (0..100).flat_map(|seed| day(seed, manners, &mut tally));
        assert!(found.any(|found| found.contains(sign)), "{manners:?}");
    }
}
