//! What people install and what they build: size and start-up of the programs, and how long builds take.

use super::{broken, figures::Figures, median};
use crate::{
    clock::timed,
    codegen,
    file::Workspace,
    problem::Result,
    programs::{self, Kind},
};
use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

/// Size and start-up of what people install, each started so often, and how long the generators take.
pub(super) fn programs(workspace: &Workspace, figures: &mut Figures, times: usize) -> Result<()> {
    let shipped = programs::build_release(
        workspace,
        &["-p", "hwc-tickets-cli", "-p", "hwc-tickets-sim", "--bins"],
    )?;
    let program = shipped.path("hwc-tickets-cli", Kind::Program, "hwc-tickets")?;
    let simulator = shipped.simulator()?;
    figures.size("hwc-tickets", &program);
    figures.size("hwc-tickets-sim", &simulator);
    for (name, program, argument) in [
        ("hwc-tickets", &program, "--version"),
        ("hwc-tickets", &program, "--help"),
        ("hwc-tickets-sim", &simulator, "--version"),
    ] {
        let line = format!("`{name} {argument}`");
        let took = start_up(program, argument, times);
        let took = took.ok_or_else(|| broken(&format!("{line} fails")))?;
        figures.costs(&format!("start of {line}"), &told(took));
    }
    let (took, checked) = timed(|| codegen::check(workspace));
    checked?;
    figures.costs("codegen of every operation, compared", &told(took));
    Ok(())
}

/// What it takes to build the SDK.
pub(super) fn builds(workspace: &Workspace, place: &Path, figures: &mut Figures) -> Result<()> {
    for profile in ["dev", "release"] {
        let took = build_from_nothing(workspace, place, profile)?;
        figures.costs(
            &format!("build of `hwc-tickets`, profile {profile}"),
            &told(took),
        );
    }
    Ok(())
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
    median(times)
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
