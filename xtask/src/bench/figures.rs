//! What was measured, before it becomes a page.

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
    /// Processor time of a call, in microseconds: the median of the rounds.
    pub cpu_us: Option<f64>,
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
    /// Processor time of an answer, in microseconds.
    pub cpu_us: Option<f64>,
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
        let is_other = |other: &&Row| other.work == row.work && other.way == way;
        let other = self.rows.iter().find(is_other)?.cpu_us?;
        (other > 0.0).then_some(row.cpu_us? / other)
    }
}

/// What all ways are compared with.
pub(super) const PLAIN: &str = "by-hand";
/// What all servers are compared with.
pub(super) const BARE: &str = "bare axum";

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
