//! Fresh programs of one client: what it takes until the first answer is there, and how large they are.

use super::{
    PACKAGE,
    clients::{Clients, Program},
    figures::{BLOCKING, OFFICIAL, PLAIN, PLAIN_BLOCKING, Start, VERB},
    median, timed,
    words::OTHERS,
};
use crate::{
    problem::Result,
    programs::{Built, Kind},
};
use std::time::Duration;

/// The ways that have a program of their own in `tests/benchmarks/src/start`.
const OWN: [&str; 4] = [VERB, BLOCKING, PLAIN, PLAIN_BLOCKING];
/// What all of them do once.
const WORK: &str = "page10";

/// One of them, and what its starts took so far.
struct Fresh {
    way: &'static str,
    program: Program,
    times: Vec<Duration>,
    peak_kib: Option<u64>,
}

impl Fresh {
    fn new(way: &'static str, program: Program) -> Self {
        Self {
            way,
            program,
            times: Vec::new(),
            peak_kib: None,
        }
    }

    /// Starts it once more.
    fn again(&mut self, clients: &Clients<'_>) -> Result<()> {
        let (took, peak) = timed(|| self.program.peak());
        if let Some(peak) = clients.unless_other(self.way, peak)? {
            self.times.push(took);
            self.peak_kib = self.peak_kib.max(peak);
        }
        Ok(())
    }

    /// What is told of it; nothing of one that never did its work.
    fn told(self) -> Option<Start> {
        let wall = median(self.times)?;
        // An interpreter is not the client that it runs.
        let bytes = self.program.size().filter(|_| self.way != OFFICIAL);
        Some(Start {
            way: self.way.to_owned(),
            wall_ms: wall.as_secs_f64() * 1e3,
            peak_kib: self.peak_kib,
            bytes,
        })
    }
}

/// Starts each of them so often, in turns.
pub(super) fn starts(built: &Built, clients: &Clients<'_>, times: usize) -> Result<Vec<Start>> {
    let mut programs = Vec::new();
    for way in OWN {
        let path = built.path(PACKAGE, Kind::Program, &format!("start-{way}"))?;
        let program = Program::new(&path, &[clients.simulator]);
        programs.push(Fresh::new(way, program));
    }
    for way in OTHERS.iter().copied() {
        let program = clients.program(way, WORK, 1)?;
        programs.extend(program.map(|program| Fresh::new(way, program)));
    }
    for round in 0..times {
        for fresh in &mut programs {
            // A tenth of the starts tells enough of what takes many times as long.
            if fresh.way != OFFICIAL || round < times.div_ceil(10) {
                fresh.again(clients)?;
            }
        }
    }
    Ok(programs.into_iter().filter_map(Fresh::told).collect())
}
