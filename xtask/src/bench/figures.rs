//! What was measured, before it becomes a page.

use super::median;
use crate::{
    file::Workspace,
    programs::{self, absolute},
};
use serde::Deserialize;
use std::{fs, path::Path, process::Command, thread};

/// One way of doing one work.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Row {
    /// What was done.
    pub work: String,
    /// By which way.
    pub way: String,
    /// How often.
    pub calls: usize,
    /// Processor time of a call in each round, in microseconds.
    pub rounds: Vec<f64>,
    /// Time from one call to the next, in microseconds: the median of the rounds.
    pub wall_us: Option<f64>,
    /// Half of the calls took no longer, in microseconds.
    pub p50_us: Option<f64>,
    /// 99 of 100 calls took no longer, in microseconds.
    pub p99_us: Option<f64>,
}

/// One server.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Server {
    /// Its name.
    pub server: String,
    /// Time from one answer to the next, in microseconds.
    pub wall_us: Option<f64>,
    /// Processor time of an answer in each round, in microseconds.
    pub rounds: Vec<f64>,
}

/// What one call takes by one way, counted.
#[derive(Debug, Clone, PartialEq)]
pub struct Count {
    /// What was done.
    pub work: String,
    /// By which way.
    pub way: String,
    /// Instructions of the process.
    pub instructions: f64,
    /// Allocations.
    pub allocations: f64,
}

/// A program that makes its client, reads a page once, and stops.
#[derive(Debug, Clone, PartialEq)]
pub struct Start {
    /// By which way.
    pub way: String,
    /// From its start to its end, in milliseconds: the median of several.
    pub wall_ms: f64,
    /// The most memory of it, in KiB.
    pub peak_kib: Option<u64>,
    /// How large the program is, in bytes, where it is one file.
    pub bytes: Option<u64>,
}

/// Everything.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Figures {
    /// Machine, versions, date: name and words.
    pub here: Vec<(String, String)>,
    /// Clients.
    pub rows: Vec<Row>,
    /// Servers.
    pub servers: Vec<Server>,
    /// What valgrind counted.
    pub counts: Vec<Count>,
    /// Fresh programs of one client.
    pub starts: Vec<Start>,
    /// Work, way, and the most memory of the whole program, in KiB.
    pub memory: Vec<(String, String, Option<u64>)>,
    /// What else it takes: name and words.
    pub costs: Vec<(String, String)>,
    /// What could not be measured here, and why.
    pub missing: Vec<String>,
}

impl Figures {
    /// None yet, of this machine.
    pub(super) fn here(workspace: &Workspace) -> Self {
        let root = absolute(workspace);
        let says = |line: &[&str]| said(&root, line);
        let processor = field("/proc/cpuinfo", "model name");
        let cores = thread::available_parallelism().map_or(0, usize::from);
        let here = [
            ("date", says(&["date", "-u", "+%Y-%m-%d"])),
            (
                "revision",
                programs::git(workspace, &["rev-parse", "--short", "HEAD"]),
            ),
            (
                "processor",
                processor.map(|name| format!("{name}, {cores} cores")),
            ),
            ("memory", field("/proc/meminfo", "MemTotal")),
            ("system", says(&["uname", "-srm"])),
            ("rustc", says(&["rustc", "--version"])),
            ("Python", says(&["python3", "--version"])),
            ("Node.js", says(&["node", "--version"])),
            ("valgrind", says(&["valgrind", "--version"])),
        ];
        let here = here
            .into_iter()
            .filter_map(|(name, words)| Some((name.to_owned(), words?)));
        Self {
            here: here.collect(),
            ..Self::default()
        }
    }

    /// Notes what else it takes.
    pub(super) fn costs(&mut self, what: &str, words: &str) {
        self.costs.push((what.to_owned(), words.to_owned()));
    }

    /// Notes the size of a program.
    pub(super) fn size(&mut self, name: &str, program: &Path) {
        if let Ok(facts) = fs::metadata(program) {
            let mebibytes = facts.len() as f64 / f64::from(1 << 20);
            self.costs(
                &format!("size of `{name}`, release"),
                &format!("{mebibytes:.1} MiB"),
            );
        }
    }

    /// How many times the processor time of `way` the way of this row takes for the same work.
    pub(super) fn times(&self, row: &Row, way: &str) -> Option<f64> {
        paired(&row.rounds, &self.row(&row.work, way)?.rounds)
    }

    /// How many times the processor time of `other` this way takes for this work. Not told where either took none.
    pub(super) fn takes(&self, work: &str, way: &str, other: &str) -> Option<f64> {
        let times = self.times(self.row(work, way)?, other)?;
        (times > 0.0).then_some(times)
    }

    /// What this way took for this work.
    pub(super) fn row(&self, work: &str, way: &str) -> Option<&Row> {
        let is_it = |row: &&Row| row.work == work && row.way == way;
        self.rows.iter().find(is_it)
    }

    /// What was counted of this way and this work.
    pub(super) fn count(&self, work: &str, way: &str) -> Option<&Count> {
        let is_it = |count: &&Count| count.work == work && count.way == way;
        self.counts.iter().find(is_it)
    }

    /// What a fresh program of this way took.
    pub(super) fn start(&self, way: &str) -> Option<&Start> {
        self.starts.iter().find(|start| start.way == way)
    }

    /// How many times the answers of `other` this server gives for the same processor time.
    pub(super) fn answers(&self, server: &str, other: &str) -> Option<f64> {
        let rounds = |name: &str| {
            let found = self.servers.iter().find(|found| found.server == name);
            found.map(|found| &found.rounds)
        };
        paired(rounds(other)?, rounds(server)?)
    }
}

/// Processor time in the middle of the rounds, in microseconds. Not told where none was taken.
pub(super) fn middle(rounds: &[f64]) -> Option<f64> {
    median(rounds.to_vec()).filter(|cpu| *cpu > 0.0)
}

/// How many times the other one takes, in the middle of what each round tells by itself. The speed of a machine drifts from round to round, by
/// more than what is compared differs; within one it hardly does.
fn paired(own: &[f64], other: &[f64]) -> Option<f64> {
    if own.len() != other.len() {
        return None;
    }
    let rounds = own.iter().zip(other).filter(|(_, other)| **other > 0.0);
    median(rounds.map(|(own, other)| own / other).collect())
}

/// What all ways are compared with that do not block.
pub(super) const PLAIN: &str = "by-hand";
/// What all ways are compared with that block.
pub(super) const PLAIN_BLOCKING: &str = "by-hand-blocking";
/// Ways of this SDK.
pub(super) const VERB: &str = "sdk";
pub(super) const GENERATED: &str = "generated";
pub(super) const BLOCKING: &str = "blocking";
/// Plain code with the decoding of this SDK.
pub(super) const SAME_DECODE: &str = "same-decode";
/// Plain code without reqwest.
pub(super) const HYPER: &str = "hyper";
/// Ways of others, in programs of their own.
pub(super) const OFFICIAL: &str = "official";
pub(super) const OPENAPI_GENERATOR: &str = "openapi-generator";
/// What all servers are compared with.
pub(super) const BARE: &str = "bare axum";
/// The simulator among the servers.
pub(super) const SIMULATOR: &str = "simulator";
/// Prism among them.
pub(super) const PRISM: &str = "Prism";

/// The plain code that a way is compared with: one that blocks with one that blocks.
pub(super) fn plain(way: &str) -> &'static str {
    match way {
        BLOCKING | PLAIN_BLOCKING => PLAIN_BLOCKING,
        _ => PLAIN,
    }
}

/// A field of a file of Linux about itself.
fn field(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

/// The first line that a program of the system says.
fn said(root: &Path, line: &[&str]) -> Option<String> {
    let (program, arguments) = line.split_first()?;
    let output = Command::new(program)
        .current_dir(root)
        .args(arguments)
        .output();
    let output = output.ok().filter(|output| output.status.success())?;
    let words = String::from_utf8_lossy(&output.stdout);
    let first = words.lines().next()?.trim();
    (!first.is_empty()).then(|| first.to_owned())
}
