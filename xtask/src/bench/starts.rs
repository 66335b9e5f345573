//! Fresh programs of one client: what it takes until the first answer is there, and how large they are.

use super::{
    PACKAGE,
    clients::{Clients, Program},
    figures::{BLOCKING, OFFICIAL, PLAIN, PLAIN_BLOCKING, Start, VERB},
    median,
    words::OTHERS,
};
use crate::{
    clock::timed,
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

    /// Starts it once more; whether it did its work.
    fn again(&mut self, clients: &Clients<'_>) -> Result<bool> {
        let (took, peak) = timed(|| self.program.peak());
        let Some(peak) = clients.unless_other(self.way, peak)? else {
            return Ok(false);
        };
        self.times.push(took);
        self.peak_kib = self.peak_kib.max(peak);
        Ok(true)
    }

    /// What is told of it; nothing of one that was never started.
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
    let started = in_turns(programs, clients, times)?;
    Ok(started.into_iter().filter_map(Fresh::told).collect())
}

/// Starts each so often. One that does not do its work is started no more and left out, which is said once.
fn in_turns(mut programs: Vec<Fresh>, clients: &Clients<'_>, times: usize) -> Result<Vec<Fresh>> {
    for round in 0..times {
        let mut left = Vec::with_capacity(programs.len());
        for mut fresh in programs {
            // A tenth of the starts tells enough of what takes many times as long.
            let is_due = fresh.way != OFFICIAL || round < times.div_ceil(10);
            if !is_due || fresh.again(clients)? {
                left.push(fresh);
            }
        }
        programs = left;
    }
    Ok(programs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::{clients::Others, figures::OPENAPI_GENERATOR};
    use std::{
        path::Path,
        sync::atomic::{AtomicUsize, Ordering},
    };

    static SAID: AtomicUsize = AtomicUsize::new(0);

    fn say(what: &str) {
        assert!(what.starts_with("LEFT OUT openapi-generator"), "{what}");
        SAID.fetch_add(1, Ordering::Relaxed);
    }

    #[test]
    fn a_client_that_does_not_do_its_work_is_left_out_once() {
        let others = Others::default();
        let clients = Clients {
            measures: Path::new(""),
            simulator: "",
            others: &others,
            say,
        };
        let program = Program::new(Path::new("no-such-directory/no-such-program"), &[]);
        let programs = vec![Fresh::new(OPENAPI_GENERATOR, program)];
        let left = in_turns(programs, &clients, 5).unwrap();
        assert!(left.is_empty());
        assert_eq!(SAID.load(Ordering::Relaxed), 1);
    }
}
