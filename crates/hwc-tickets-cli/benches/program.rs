//! Start-up time and memory of the program. Reports; asserts nothing.
//!
//! `cargo bench -p hwc-tickets-cli` follows 1,000 tickets for a minute; `-- --seconds 10` makes it shorter.
//! Goals: 15 ms for `--version` and `--help`, 40 MiB for following.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a measurement, not a library: it looks at the clock and prints"
)]

use hwc_tickets_sim::{DEMO, Simulator, TicketSeed};
use std::{
    process::{Command, Stdio},
    time::{Duration, Instant},
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_hwc-tickets");
const TICKETS: usize = 1_000;

fn main() {
    for argument in ["--version", "--help"] {
        let (median, best) = start_up(argument);
        println!("start-up {argument}: median {median:.1?}, best {best:.1?} (goal 15 ms)");
    }
    let seconds = seconds();
    match memory(Duration::from_secs(seconds)) {
        Some(kibibytes) => println!(
            "memory: following {TICKETS} tickets for {seconds} s took at most {:.1} MiB (goal 40 MiB)",
            kibibytes / 1024.0
        ),
        None => println!("memory: not told by this system"),
    }
}

/// `--seconds N`, else a minute.
fn seconds() -> u64 {
    let arguments: Vec<String> = std::env::args().collect();
    let at = arguments
        .iter()
        .position(|argument| argument == "--seconds");
    at.and_then(|at| arguments.get(at + 1)?.parse().ok())
        .unwrap_or(60)
}

fn start_up(argument: &str) -> (Duration, Duration) {
    let mut times: Vec<Duration> = (0..50)
        .map(|_| {
            let started = Instant::now();
            let status = Command::new(PROGRAM)
                .arg(argument)
                .env_clear()
                .stdout(Stdio::null())
                .status()
                .unwrap();
            assert!(status.success());
            started.elapsed()
        })
        .collect();
    times.sort();
    (
        times.get(times.len() / 2).copied().unwrap_or_default(),
        times.first().copied().unwrap_or_default(),
    )
}

/// Largest resident set of the program, in KiB.
fn memory(time: Duration) -> Option<f64> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let sim = runtime.block_on(Simulator::start()).unwrap();
    let now = sim.now();
    let ids: Vec<String> = (0..TICKETS)
        .map(|number| format!("TT-{number:029}"))
        .collect();
    for id in &ids {
        sim.open(TicketSeed::new(id, DEMO, now).customer(now, "A message to begin with."))
            .unwrap();
    }
    let home = tempfile::tempdir().unwrap();
    let mut child = Command::new(PROGRAM)
        .args(["message", "follow", "-o", "ndjson"])
        .args(&ids)
        .env_clear()
        .env("HOME", home.path())
        .env("HWC_TICKETS_ENDPOINT", sim.endpoint())
        .env("HWC_TICKETS_TOKEN", sim.credentials().token)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let started = Instant::now();
    let mut most = None;
    while started.elapsed() < time {
        // Somebody writes: a quiet minute would say nothing.
        for id in ids.iter().step_by(97) {
            sim.reply_as_engineer(id, "We are looking into it.")
                .unwrap();
        }
        std::thread::sleep(Duration::from_millis(500));
        most = high_water_mark(child.id()).or(most);
        if let Some(status) = child.try_wait().unwrap() {
            println!("memory: following ended early: {status}");
            return None;
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    runtime.block_on(sim.shutdown());
    most
}

/// `VmHWM` of Linux.
fn high_water_mark(process: u32) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
