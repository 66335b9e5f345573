//! Measures this SDK side by side with plain code, and what it takes to build and start what is here. The clients are in the
//! package `benchmarks`; here they are built and started, and what they tell becomes `docs/benchmarks.md`. Nothing is
//! asserted on time: a number that is worse fails nothing.

mod chart;
mod counts;
mod figures;
mod outside;
mod report;
mod served;

pub use self::{
    chart::chart,
    figures::{Count, Figures, Row, Server},
    report::page,
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
/// Where everything else goes, and with `--quick` the page too.
const PLACE: &str = "target/benchmarks";
/// How often a program is started to tell its start-up.
const STARTS: usize = 30;

/// What is measured.
#[derive(Debug, Clone, Copy)]
pub struct Choice {
    /// A small world and few rounds: shows that everything runs. The page goes below `target/`.
    pub quick: bool,
    /// Besides, what it takes to build the SDK from nothing.
    pub builds: bool,
}

/// Measures, and writes the page; tells where it is.
///
/// # Errors
/// Something does not build or start, or a way did not do its work. What a machine has no tools for is left out, and the page
/// says so.
pub fn run(workspace: &Workspace, choice: Choice, say: fn(&str)) -> Result<String> {
    let root = programs::absolute(workspace);
    let place = root.join(PLACE);
    fs::create_dir_all(&place).map_err(|error| broken(&error.to_string()))?;
    let mut figures = Figures::here(workspace);

    say("builds the programs, as people get them");
    let shipped = programs::build_release(
        workspace,
        &["-p", "hwc-tickets-cli", "-p", "hwc-tickets-sim", "--bins"],
    )?;
    let program = shipped.path("hwc-tickets-cli", Kind::Program, "hwc-tickets")?;
    figures.size("hwc-tickets", &program);
    figures.size("hwc-tickets-sim", &shipped.simulator()?);
    for argument in ["--version", "--help"] {
        let starts = if choice.quick { 3 } else { STARTS };
        let took = start_up(&program, argument, starts)?;
        figures.costs(&format!("start of `hwc-tickets {argument}`"), &told(took));
    }
    let (took, checked) = timed(|| codegen::check(workspace));
    checked?;
    figures.costs("codegen of every operation, compared", &told(took));

    say("builds what measures");
    let measures = built(workspace)?;

    say("starts the servers");
    let served = Served::start(&measures, choice.quick)?;
    let prism = match outside::prism(workspace)? {
        Ok(prism) => Some(prism),
        Err(why) => figures.lacks(&format!("Prism: {why}")),
    };
    let official = match interop::environment(workspace, Judge::PythonOfficial)? {
        Ok(environment) => Some(interop::program(&environment, "python")),
        Err(why) => figures.lacks(&format!("the official Python SDK: {why}")),
    };

    say("measures every way in turns");
    let mut command = asked(&measures, choice.quick);
    command.arg("measure").arg(&served.simulator);
    served.servers(&mut command);
    if let Some(prism) = &prism {
        prism.server(&mut command);
    }
    if let Some(python) = &official {
        let script = root.join("tests/benchmarks/official/calls.py");
        command.arg("--official").arg(python).arg(script);
    }
    let measured: Measured = answer(&mut command)?;
    figures.rows = measured.rows;
    figures.servers = measured.servers;
    drop(prism);

    say("counts instructions and allocations");
    match counts::Valgrind::found(&place) {
        Some(valgrind) => {
            figures.counts = valgrind.count(&measures, &served.simulator, choice.quick)?;
        }
        None => {
            let why = "valgrind, which counts: it is not installed";
            figures.missing.push(why.to_owned());
        }
    }

    say("looks at the memory of whole programs");
    for work in ["history", "follow", "list", "upload", "download"] {
        for way in ["sdk", "by-hand"] {
            let mut command = asked(&measures, choice.quick);
            command.args(["one", served.simulator.as_str(), way, work, "1"]);
            let one: One = answer(&mut command)?;
            figures
                .memory
                .push((work.to_owned(), way.to_owned(), one.peak_kib));
        }
    }
    drop(served);

    if choice.builds {
        say("builds the SDK from nothing");
        for profile in ["dev", "release"] {
            let took = build_from_nothing(workspace, &place, profile)?;
            figures.costs(
                &format!("build of `hwc-tickets`, profile {profile}"),
                &told(took),
            );
        }
    }

    let (page_at, chart_at) = match choice.quick {
        true => (
            format!("{PLACE}/benchmarks.md"),
            format!("{PLACE}/pictures/benchmarks.svg"),
        ),
        false => (PAGE.to_owned(), CHART.to_owned()),
    };
    workspace.replace(&[
        (page_at.clone(), page(&figures)),
        (chart_at, chart(&figures)),
    ])?;
    Ok(format!("wrote {page_at}"))
}

/// What the measurement tells.
#[derive(Deserialize)]
struct Measured {
    rows: Vec<Row>,
    servers: Vec<Server>,
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

/// The program that measures, about to be told what.
fn asked(measures: &Path, quick: bool) -> Command {
    let mut command = Command::new(measures);
    command.args(quick.then_some("--quick"));
    command
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
        "run `cargo xtask bench --quick` and mend what it says",
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

/// The median of so many starts.
fn start_up(program: &Path, argument: &str, starts: usize) -> Result<Duration> {
    let mut times = Vec::new();
    for _ in 0..starts {
        let mut command = Command::new(program);
        command.arg(argument).env_clear().stdout(Stdio::null());
        let (took, succeeded) = timed(|| programs::succeeds(&mut command));
        if !succeeded {
            return Err(broken(&format!("`hwc-tickets {argument}` fails")).into());
        }
        times.push(took);
    }
    times.sort_unstable();
    Ok(times.get(times.len() / 2).copied().unwrap_or_default())
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
