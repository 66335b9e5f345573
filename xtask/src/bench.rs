//! Measures this SDK side by side with plain code, and what it takes to build and start what is here. The clients are in the
//! package `benchmarks`; here they are built and started, and what they tell becomes `docs/benchmarks.md`. Nothing is
//! asserted on time: a number that is worse fails nothing.

mod aims;
mod chart;
mod clients;
mod counts;
mod figures;
mod generated;
mod memory;
mod outside;
mod report;
mod served;
mod shipped;
mod starts;
mod versions;
mod words;

pub use self::{
    chart::chart,
    figures::{Count, Figures, Row, Server, Start},
    report::page,
    versions::versions,
};

use self::{
    clients::{Clients, Others},
    served::Served,
};
use crate::{
    file::Workspace,
    problem::{Problem, Result},
    programs::{self, Built, Kind},
};
use serde::Deserialize;
use std::{
    cmp::Ordering,
    fs,
    path::PathBuf,
    process::{Command, Stdio},
};

/// What is written.
const PAGE: &str = "docs/benchmarks.md";
const CHART: &str = "docs/pictures/benchmarks.svg";
/// Where everything else goes, and the page too where it is not of everything.
const PLACE: &str = "target/benchmarks";
/// The package that has the clients.
const PACKAGE: &str = "benchmarks";

/// What can be named besides works.
const SERVERS: &str = "servers";
const STARTS: &str = "starts";
const PROGRAMS: &str = "programs";
const BUILDS: &str = "builds";

/// What is measured.
#[derive(Debug, Clone)]
pub struct Choice {
    /// Few rounds, and no builds from nothing.
    pub quick: bool,
    /// Only these. Without any: everything.
    pub only: Vec<String>,
}

impl Choice {
    /// Whether it is everything, so that it is worth keeping.
    fn is_whole(&self) -> bool {
        !self.quick && self.only.is_empty()
    }

    fn names(&self, part: &str) -> bool {
        self.only.iter().any(|name| name == part)
    }

    fn wants(&self, part: &str) -> bool {
        self.only.is_empty() || self.names(part)
    }

    /// The works that are wanted.
    fn works(&self) -> Vec<&'static str> {
        words::works().filter(|work| self.wants(work)).collect()
    }

    /// Whether a client is wanted, not only servers.
    fn wants_clients(&self) -> bool {
        self.wants(STARTS) || !self.works().is_empty()
    }

    /// How often a program is started to tell its start-up.
    fn starts(&self) -> usize {
        match self.quick {
            true => 5,
            false => 30,
        }
    }

    fn check(&self) -> Result<()> {
        let known: Vec<&str> = words::works()
            .chain([SERVERS, STARTS, PROGRAMS, BUILDS])
            .collect();
        match self
            .only
            .iter()
            .find(|name| !known.contains(&name.as_str()))
        {
            None => Ok(()),
            Some(name) => Err(Problem::general(
                format!("nothing that is measured is called `{name}`"),
                format!("name one of {}", known.join(", ")),
            )
            .into()),
        }
    }
}

/// Measures, and writes the page; tells where it is.
///
/// # Errors
/// A name is unknown, something does not build or start, or a way did not do its work. What a machine has no tools for is left
/// out, and the page says so.
pub fn run(workspace: &Workspace, choice: &Choice, say: fn(&str)) -> Result<String> {
    choice.check()?;
    let place = programs::absolute(workspace).join(PLACE);
    fs::create_dir_all(&place).map_err(|error| broken(&error.to_string()))?;
    let mut figures = Figures::here(workspace);
    figures.here.extend(versions(workspace)?);
    let mut bench = Bench {
        workspace,
        place,
        choice,
        say,
        figures,
    };
    if choice.wants(PROGRAMS) {
        say("builds the programs, as people get them");
        shipped::programs(workspace, &mut bench.figures, choice.starts())?;
    }
    if choice.wants(SERVERS) || choice.wants_clients() {
        bench.clients()?;
    }
    if choice.is_whole() || choice.names(BUILDS) {
        say("builds the SDK from nothing");
        shipped::builds(workspace, &bench.place, &mut bench.figures)?;
    }
    bench.write()
}

/// One measurement.
struct Bench<'a> {
    workspace: &'a Workspace,
    /// Where everything but the page goes.
    place: PathBuf,
    choice: &'a Choice,
    say: fn(&str),
    figures: Figures,
}

impl Bench<'_> {
    /// Notes what this machine has no tools for.
    fn skips(&mut self, what: &str, why: &str) {
        (self.say)(&format!("SKIPPED {what}: {why}"));
        self.figures.missing.push(format!("{what}: {why}"));
    }

    /// Clients and servers.
    fn clients(&mut self) -> Result<()> {
        (self.say)("builds what measures");
        let built = built(self.workspace)?;
        let measures = built.path(PACKAGE, Kind::Program, PACKAGE)?;
        let others = match self.choice.wants_clients() {
            true => Others::found(self.workspace, self.say)?,
            false => Others::default(),
        };
        for (what, why) in &others.missing {
            self.skips(what, why);
        }
        (self.say)("starts the servers");
        let served = Served::start(&measures)?;
        let clients = Clients {
            measures: &measures,
            simulator: &served.simulator,
            others: &others,
            say: self.say,
        };
        self.in_turns(&clients, &served)?;
        self.whole_programs(&built, &clients)
    }

    /// What is told of whole programs: their start-up, what valgrind counts in them, and their memory.
    fn whole_programs(&mut self, built: &Built, clients: &Clients<'_>) -> Result<()> {
        if self.choice.wants(STARTS) {
            (self.say)("starts fresh programs of one client each");
            self.figures.starts = starts::starts(built, clients, self.choice.starts())?;
        }
        if self.choice.works().is_empty() {
            return Ok(());
        }
        self.count(clients);
        (self.say)("looks at the memory of whole programs");
        self.figures.memory = memory::memory(clients, |work| self.choice.wants(work))?;
        Ok(())
    }

    /// Everything that is measured by the clock, in one run.
    fn in_turns(&mut self, clients: &Clients<'_>, served: &Served) -> Result<()> {
        let works = self.choice.works();
        if works.is_empty() && !self.choice.wants(SERVERS) {
            return Ok(());
        }
        let mut command = Command::new(clients.measures);
        command.arg("measure").arg(&served.simulator);
        command.args(self.choice.quick.then_some("--quick"));
        for work in &works {
            command.args(["--work", *work]);
        }
        let mut prism = None;
        if self.choice.wants(SERVERS) {
            served.servers(&mut command);
            match outside::prism(self.workspace)? {
                Ok(started) => prism = Some(started),
                Err(why) => self.skips("Prism", &why),
            }
        }
        if let Some(prism) = &prism {
            prism.server(&mut command);
        }
        if !works.is_empty() {
            clients.others.name(&mut command);
        }
        (self.say)("measures every way in turns");
        let measured: Measured = answer(&mut command)?;
        self.figures.rows = measured.rows;
        self.figures.servers = measured.servers;
        self.figures.missing.extend(measured.missing);
        Ok(())
    }

    /// What valgrind counts. Where it does not work, all else is told all the same.
    fn count(&mut self, clients: &Clients<'_>) {
        let Some(valgrind) = counts::Valgrind::found(&self.place) else {
            return self.skips("instructions and allocations", "valgrind is not installed");
        };
        (self.say)("counts instructions and allocations");
        match valgrind.count(clients, self.choice) {
            Ok(counts) => self.figures.counts = counts,
            Err(problems) => {
                (self.say)(&problems.to_string());
                self.skips(
                    "instructions and allocations",
                    "valgrind does not run the program to its end",
                );
            }
        }
    }

    fn write(self) -> Result<String> {
        let (page_at, chart_at) = match self.choice.is_whole() {
            true => (PAGE.to_owned(), CHART.to_owned()),
            false => (
                format!("{PLACE}/benchmarks.md"),
                format!("{PLACE}/pictures/benchmarks.svg"),
            ),
        };
        self.workspace.replace(&[
            (page_at.clone(), page(&self.figures)),
            (chart_at, chart(&self.figures)),
        ])?;
        Ok(format!("wrote {page_at}"))
    }
}

/// What the measurement tells.
#[derive(Deserialize)]
struct Measured {
    rows: Vec<Row>,
    servers: Vec<Server>,
    missing: Vec<String>,
}

/// The program that measures, and those of one client each.
fn built(workspace: &Workspace) -> Result<Built> {
    let arguments = ["-p", PACKAGE, "--features", "run", "--bins"];
    programs::build_release(workspace, &arguments)
}

/// What a program says in the one line it prints.
fn answer<T: for<'de> Deserialize<'de>>(command: &mut Command) -> Result<T> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| broken(&error.to_string()))?;
    if !output.status.success() {
        return Err(broken("it failed; its own words are above").into());
    }
    serde_json::from_slice(&output.stdout)
        .map_err(|error| broken(&format!("it says what is no JSON: {error}")).into())
}

fn broken(why: &str) -> Problem {
    Problem::general(
        format!("the measurement does not run: {why}"),
        "run `cargo xtask bench --quick` and mend what it says; `--only NAME` leaves out all else",
    )
}

/// The one in the middle.
fn median<T: Copy + PartialOrd>(mut values: Vec<T>) -> Option<T> {
    values.sort_by(|one, other| one.partial_cmp(other).unwrap_or(Ordering::Equal));
    values.get(values.len() / 2).copied()
}
