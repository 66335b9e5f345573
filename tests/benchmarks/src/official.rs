//! The official Python SDK: a process that makes as many calls as it is told, and tells what they cost it.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::Duration,
};

use serde::Deserialize;

use crate::{failure::Result, work::Work, world::World};

/// A process with the SDK in it; it ends with its input.
pub(crate) struct Official {
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
    /// What came of the last call.
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

impl Official {
    /// Starts it, and makes a call: it may be installed and not run.
    pub(crate) fn start(
        python: &Path,
        script: &Path,
        endpoint: &str,
        world: &World,
    ) -> Result<Self> {
        let mut process = Command::new(python)
            .arg(script)
            .arg(endpoint)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let (orders, answers) = (process.stdin.take(), process.stdout.take());
        let mut official = Self {
            process,
            orders: orders.ok_or("no input")?,
            answers: BufReader::new(answers.ok_or("no output")?),
        };
        official.round(Work::Page1, 1, world)?;
        Ok(official)
    }

    /// Whether the script knows this work.
    pub(crate) fn can(work: Work) -> bool {
        (work.page().is_some() && work != Work::Flight)
            || matches!(work, Work::Unread | Work::Submit)
    }

    pub(crate) fn round(&mut self, work: Work, calls: usize, world: &World) -> Result<Cost> {
        let ticket = match work {
            Work::Submit => World::SUBMIT,
            _ => World::PAGE,
        };
        let order = serde_json::json!({
            "work": work.name(),
            "calls": calls,
            "ticket": ticket,
            "rows": work.page(),
            "tickets": world.ids(),
        });
        writeln!(self.orders, "{order}")?;
        self.orders.flush()?;
        let mut answer = String::new();
        if self.answers.read_line(&mut answer)? == 0 {
            return Err("the official SDK ended; its own words are above".into());
        }
        Ok(serde_json::from_str(&answer)?)
    }
}

impl Drop for Official {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
