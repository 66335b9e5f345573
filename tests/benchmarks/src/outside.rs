//! A client of others: a process that makes as many calls as it is told, and tells what they cost it.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::Duration,
};

use serde::Deserialize;
use serde_json::Value;

use crate::{failure::Result, work::Work, world::World};

/// What every one of them is asked for before anything is measured, one of each kind.
const KINDS: [Work; 3] = [Work::Page1, Work::Unread, Work::Submit];

/// A process with the client in it; it ends with its input.
pub(crate) struct Outside {
    process: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
}

/// What a round cost.
#[derive(Deserialize)]
pub(crate) struct Cost {
    /// Processor time, in nanoseconds.
    cpu: u64,
    /// The time of each call, in nanoseconds.
    calls: Vec<u64>,
    /// What came of one call: of the last or of the least one.
    pub(crate) seen: usize,
}

impl Cost {
    pub(crate) fn cpu(&self) -> Duration {
        Duration::from_nanos(self.cpu)
    }

    pub(crate) fn latencies(&self) -> Vec<Duration> {
        self.calls
            .iter()
            .copied()
            .map(Duration::from_nanos)
            .collect()
    }
}

impl Outside {
    /// Starts it with the address as its last argument, and asks it for each kind of work: it may be there and not run.
    pub(crate) fn start(mut command: Command, endpoint: &str, world: &World) -> Result<Self> {
        let mut process = command
            .arg(endpoint)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let (orders, answers) = (process.stdin.take(), process.stdout.take());
        let mut outside = Self {
            process,
            orders: orders.ok_or("no input")?,
            answers: BufReader::new(answers.ok_or("no output")?),
        };
        for work in KINDS {
            let seen = outside.round(work, 1, world)?.seen;
            if seen < work.least(world) {
                return Err(format!("it brought {seen} in {}", work.name()).into());
            }
        }
        Ok(outside)
    }

    /// Whether these processes know the work. One call at a time: they have no other way.
    pub(crate) fn can(work: Work) -> bool {
        (work.page().is_some() && work != Work::Flight)
            || matches!(work, Work::Unread | Work::Submit)
    }

    /// What such a process is told, to make so many calls of this work.
    pub(crate) fn order(work: Work, calls: usize, world: &World) -> Value {
        let ticket = match work {
            Work::Submit => World::SUBMIT,
            _ => World::PAGE,
        };
        serde_json::json!({
            "work": work.name(),
            "calls": calls,
            "ticket": ticket,
            "rows": work.page(),
            "tickets": world.ids(),
        })
    }

    pub(crate) fn round(&mut self, work: Work, calls: usize, world: &World) -> Result<Cost> {
        writeln!(self.orders, "{}", Self::order(work, calls, world))?;
        self.orders.flush()?;
        let mut answer = String::new();
        if self.answers.read_line(&mut answer)? == 0 {
            return Err("a client of others ended; its own words are above".into());
        }
        Ok(serde_json::from_str(&answer)?)
    }
}

impl Drop for Outside {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
