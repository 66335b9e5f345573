//! Measures this SDK side by side with plain code, and what it takes to build and start what is here. The clients are in the
//! package `benchmarks`; here they are built and started, and what they tell becomes `docs/benchmarks.md`. Nothing is
//! asserted on time: a number that is worse fails nothing.

mod aims;
mod chart;
mod counts;
mod figures;
mod generated;
mod outside;
mod report;
mod served;
mod versions;

pub use self::{
    chart::chart,
    figures::{Count, Figures, Row, Server},
    report::page,
    versions::versions,
};

use self::served::Served;
use crate::{
    codegen,
    file::Workspace,
    interop::{self, Judge},
    problem::{Problem, Result},
    programs::{self, Built, Kind},
};
use serde::Deserialize;
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

/// What is written.
const PAGE: &str = "docs/benchmarks.md";
const CHART: &str = "docs/pictures/benchmarks.svg";
/// Where everything else goes, and the page too where it is not of everything.
const PLACE: &str = "target/benchmarks";
/// How often a program is started to tell its start-up.
const STARTS: usize = 30;

/// What can be named besides works.
const SERVERS: &str = "servers";
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
        report::works().filter(|work| self.wants(work)).collect()
    }

    fn check(&self) -> Result<()> {
        let known: Vec<&str> = report::works().chain([SERVERS, PROGRAMS, BUILDS]).collect();
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
    let root = programs::absolute(workspace);
    let place = root.join(PLACE);
    fs::create_dir_all(&place).map_err(|error| broken(&error.to_string()))?;
    let mut figures = Figures::here(workspace);
    figures.here.extend(versions(workspace)?);
    let mut bench = Bench {
        workspace,
        root,
        place,
        choice,
        say,
        figures,
    };
    if choice.wants(PROGRAMS) {
        bench.programs()?;
    }
    if choice.wants(SERVERS) || !choice.works().is_empty() {
        bench.clients()?;
    }
    if choice.is_whole() || choice.names(BUILDS) {
        bench.builds()?;
    }
    bench.write()
}

/// One measurement.
struct Bench<'a> {
    workspace: &'a Workspace,
    root: PathBuf,
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

    /// Size and start-up of what people install, and how long the generators take.
    fn programs(&mut self) -> Result<()> {
        (self.say)("builds the programs, as people get them");
        let shipped = programs::build_release(
            self.workspace,
            &["-p", "hwc-tickets-cli", "-p", "hwc-tickets-sim", "--bins"],
        )?;
        let program = shipped.path("hwc-tickets-cli", Kind::Program, "hwc-tickets")?;
        let simulator = shipped.simulator()?;
        self.figures.size("hwc-tickets", &program);
        self.figures.size("hwc-tickets-sim", &simulator);
        let starts = if self.choice.quick { 5 } else { STARTS };
        for (name, program, argument) in [
            ("hwc-tickets", &program, "--version"),
            ("hwc-tickets", &program, "--help"),
            ("hwc-tickets-sim", &simulator, "--version"),
        ] {
            let line = format!("`{name} {argument}`");
            let took = start_up(program, argument, starts);
            let took = took.ok_or_else(|| broken(&format!("{line} fails")))?;
            self.figures.costs(&format!("start of {line}"), &told(took));
        }
        let (took, checked) = timed(|| codegen::check(self.workspace));
        checked?;
        self.figures
            .costs("codegen of every operation, compared", &told(took));
        Ok(())
    }

    /// Clients and servers.
    fn clients(&mut self) -> Result<()> {
        (self.say)("builds what measures");
        let measures = built(self.workspace)?;
        (self.say)("starts the servers");
        let served = Served::start(&measures)?;
        self.in_turns(&measures, &served)?;
        if self.choice.works().is_empty() {
            return Ok(());
        }
        self.count(&measures, &served.simulator);
        (self.say)("looks at the memory of whole programs");
        for work in ["history", "follow", "list", "upload", "download"] {
            if !self.choice.wants(work) {
                continue;
            }
            for way in ["sdk", "by-hand"] {
                let mut command = Command::new(&measures);
                command.args(["one", served.simulator.as_str(), way, work, "1"]);
                let one: One = answer(&mut command)?;
                self.figures
                    .memory
                    .push((work.to_owned(), way.to_owned(), one.peak_kib));
            }
        }
        Ok(())
    }

    /// Everything that is measured by the clock, in one run.
    fn in_turns(&mut self, measures: &Path, served: &Served) -> Result<()> {
        let works = self.choice.works();
        let mut command = Command::new(measures);
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
            self.name_others(&mut command)?;
        }
        (self.say)("measures every way in turns");
        let measured: Measured = answer(&mut command)?;
        self.figures.rows = measured.rows;
        self.figures.servers = measured.servers;
        self.figures.missing.extend(measured.missing);
        Ok(())
    }

    /// Names the clients of others to the measurement, those that can be had here.
    fn name_others(&mut self, command: &mut Command) -> Result<()> {
        match interop::environment(self.workspace, Judge::PythonOfficial)? {
            Ok(environment) => {
                let script = self.root.join("tests/benchmarks/official/calls.py");
                let python = interop::program(&environment, "python");
                command.arg("--official").arg(python).arg(script);
            }
            Err(why) => self.skips("the official Python SDK", &why),
        }
        (self.say)("makes and builds the client of openapi-generator");
        match generated::client(self.workspace)? {
            Ok(program) => {
                command.arg("--openapi-generator").arg(program);
            }
            Err(why) => self.skips("the client that openapi-generator makes for Rust", &why),
        }
        Ok(())
    }

    /// What valgrind counts. Where it does not work, all else is told all the same.
    fn count(&mut self, measures: &Path, simulator: &str) {
        let Some(valgrind) = counts::Valgrind::found(&self.place) else {
            return self.skips("instructions and allocations", "valgrind is not installed");
        };
        (self.say)("counts instructions and allocations");
        match valgrind.count(measures, simulator, self.choice) {
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

    /// What it takes to build the SDK.
    fn builds(&mut self) -> Result<()> {
        (self.say)("builds the SDK from nothing");
        for profile in ["dev", "release"] {
            let took = build_from_nothing(self.workspace, &self.place, profile)?;
            self.figures.costs(
                &format!("build of `hwc-tickets`, profile {profile}"),
                &told(took),
            );
        }
        Ok(())
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

/// What one way tells of itself.
#[derive(Deserialize)]
struct One {
    peak_kib: Option<u64>,
}

/// The program that measures.
fn built(workspace: &Workspace) -> Result<PathBuf> {
    let arguments = ["-p", "benchmarks", "--features", "run", "--bins"];
    let built: Built = programs::build_release(workspace, &arguments)?;
    built.path("benchmarks", Kind::Program, "benchmarks")
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

/// How long work takes.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place where this program looks at a clock"
)]
fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let began = Instant::now();
    let done = work();
    (began.elapsed(), done)
}

/// The median of so many starts, unless one of them fails.
fn start_up(program: &Path, argument: &str, starts: usize) -> Option<Duration> {
    let mut times = Vec::new();
    for _ in 0..starts {
        let mut command = Command::new(program);
        command.arg(argument).env_clear().stdout(Stdio::null());
        let (took, succeeded) = timed(|| programs::succeeds(&mut command));
        times.push(succeeded.then_some(took)?);
    }
    times.sort_unstable();
    times.get(times.len() / 2).copied()
}

/// A directory of its own, empty before and after.
fn build_from_nothing(workspace: &Workspace, place: &Path, profile: &str) -> Result<Duration> {
    let target = place.join("build");
    // Nobody built there before.
    let _ = fs::remove_dir_all(&target);
    let mut cargo = programs::cargo(workspace);
    cargo
        .args([
            "build",
            "--quiet",
            "--locked",
            "-p",
            "hwc-tickets",
            "--profile",
            profile,
        ])
        .env("CARGO_TARGET_DIR", &target);
    let (took, succeeded) = timed(|| programs::succeeds(&mut cargo));
    let _ = fs::remove_dir_all(&target);
    match succeeded {
        true => Ok(took),
        false => Err(broken("`cargo build -p hwc-tickets` fails").into()),
    }
}

/// A time, for people.
fn told(time: Duration) -> String {
    match time.as_secs() {
        0 => format!("{:.1} ms", time.as_secs_f64() * 1e3),
        _ => format!("{:.1} s", time.as_secs_f64()),
    }
}
