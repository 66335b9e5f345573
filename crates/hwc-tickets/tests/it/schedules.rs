//! Running of random schedules, each told by its seed alone.
//!
//! `HWC_TICKETS_SCHEDULES=100000` runs more of them, `HWC_TICKETS_SEED=n` runs one and shows its steps.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU64, Ordering},
    thread,
};

/// What a number of schedules came to, to see that they are not idle.
#[derive(Debug, Default)]
pub struct Tally(BTreeMap<&'static str, u64>);

impl Tally {
    pub fn add(&mut self, name: &'static str, number: u64) {
        *self.0.entry(name).or_default() += number;
    }
}

/// Runs `usual` schedules, or as many as `HWC_TICKETS_SCHEDULES` says, or the one that `HWC_TICKETS_SEED` names,
/// on all processors. Each is independent of the others and of the thread it runs on. Of the usual number at least so
/// many come to each end in `least`, and of more the more.
pub fn run_all(usual: u64, least: &[(&str, u64)], run: impl Fn(u64, &mut Tally) + Sync) {
    let seeds = match variable("HWC_TICKETS_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..variable("HWC_TICKETS_SCHEDULES").unwrap_or(usual),
    };
    let next = AtomicU64::new(seeds.start);
    let worker = || {
        let mut tally = Tally::default();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end {
                return tally;
            }
            // Jitter and waits inside the client come from this thread's generator.
            fastrand::seed(seed);
            run(seed, &mut tally);
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let mut all = Tally::default();
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        for worker in workers {
            let tally = worker
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            tally
                .0
                .into_iter()
                .for_each(|(name, number)| all.add(name, number));
        }
    });
    println!("{seeds:?}: {:?}", all.0);
    let count = seeds.end - seeds.start;
    if count >= usual {
        for (name, least) in least {
            let least = in_proportion(*least, usual, count);
            let number = all.0.get(name).copied().unwrap_or(0);
            assert!(
                number >= least,
                "too few schedules come to {name}, {least} are wanted: {all:?}"
            );
        }
    }
}

/// How many of `count` schedules come to an end, where `least` of the usual ones do. Which those are is known, and may be luck: of more
/// it is half as many in proportion.
fn in_proportion(least: u64, usual: u64, count: u64) -> u64 {
    least.max(least * count / (2 * usual))
}

/// Whether a single schedule runs, whose steps are shown.
pub fn is_one() -> bool {
    variable("HWC_TICKETS_SEED").is_some()
}

fn variable(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap())
}

#[test]
fn more_schedules_come_to_an_end_more_often() {
    assert_eq!(in_proportion(8, 250, 250), 8);
    assert_eq!(in_proportion(8, 250, 300), 8);
    assert_eq!(in_proportion(8, 250, 100_000), 1_600);
}
