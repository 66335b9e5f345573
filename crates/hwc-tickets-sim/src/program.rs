//! The simulator as a program: its options, its one line on stdout, its log on stderr.

use std::fmt;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use clap::{Args, ValueEnum, ValueHint};
use jiff::Timestamp;

use crate::clock::Time;
use crate::domain::{Engineers, Rules};
use crate::journal::Entry;
use crate::quirks::Quirks;
use crate::replay::{Observer, Replay};
use crate::simulator::{Simulator, StartError};

/// How the engineers behave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
#[non_exhaustive]
pub enum EngineerMode {
    /// They answer by themselves after a while.
    #[default]
    Timed,
    /// They answer when triggered under /_sim.
    Manual,
    /// They never answer by themselves.
    Silent,
}

/// Options of the program.
#[derive(Args, Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// Address to listen on; port 0 picks a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8480", value_parser = address)]
    pub listen: SocketAddr,
    /// Number that fixes what the engineers say and when
    #[arg(
        long,
        default_value_t = 0,
        value_parser = number,
        allow_negative_numbers = true
    )]
    pub seed: u64,
    /// How the engineers behave
    #[arg(long, value_enum, default_value_t)]
    pub engineers: EngineerMode,
    /// Longest time to an engineer's answer, in seconds; the shortest is a third of it
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 6,
        value_parser = number,
        allow_negative_numbers = true
    )]
    pub answer_within: u64,
    /// Documented oddities to switch, as JSON, such as '{"time_format":"utc"}'
    #[arg(long, value_name = "JSON", value_parser = json::<Quirks>)]
    pub quirks: Option<Quirks>,
    /// Choices where the documents are silent, as JSON, such as '{"more_boundary":"up_to"}'
    #[arg(long, value_name = "JSON", value_parser = json::<Rules>)]
    pub rules: Option<Rules>,
    /// Let the clock stand at this time until it is put forward, such as 2026-11-21T08:00:00Z
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub clock: Option<Timestamp>,
    /// Answer under /_sim, where tests inject faults and read the ledger, and show it all on the page at /
    #[arg(long)]
    pub control: bool,
    /// Answer under /_sim to other machines too: whoever reaches it reads and changes everything
    #[arg(long, requires = "control")]
    pub control_from_anywhere: bool,
    /// Largest request of an upload in bytes, the form around the file included
    #[arg(long, value_name = "BYTES", value_parser = bytes, allow_negative_numbers = true)]
    pub max_upload: Option<usize>,
    /// Replay the exchanges of this directory instead: give each recorded request its recorded answer
    #[arg(
        long,
        value_name = "DIR",
        value_hint = ValueHint::DirPath,
        conflicts_with_all = [
            "seed", "engineers", "answer_within", "quirks", "rules", "clock", "control", "max_upload",
        ]
    )]
    pub replay: Option<PathBuf>,
    /// Do not log requests
    #[arg(long)]
    pub no_log: bool,
}

/// Runs a simulator until `stop` completes, such as [`stop_signal`]. When it listens, calls `ready`, for advice to people, and prints `listening on
/// http://..` on stdout: an address that works on this machine, with the port it got. Logs requests on stderr: no text, no
/// credential. The address of the page, where there is one, is for `ready` to tell ([`Simulator::page`]).
///
/// With `replay`, it is a [`Replay`] that runs, and `ready` is not called: there is no simulator.
///
/// # Errors
///
/// What [`SimulatorBuilder::start`](crate::SimulatorBuilder::start) and [`Replay::start`] give. Nothing is printed and
/// `ready` is not called then.
pub async fn run(
    options: Options,
    stop: impl Future<Output = ()>,
    ready: impl FnOnce(&Simulator),
) -> Result<(), StartError> {
    if let Some(directory) = &options.replay {
        return replay(directory, &options, stop).await;
    }
    let mut rules = options.rules.unwrap_or_default();
    let max = Duration::from_secs(options.answer_within);
    rules.engineers = match options.engineers {
        EngineerMode::Timed => Engineers::Timed { min: max / 3, max },
        EngineerMode::Manual => Engineers::Manual,
        EngineerMode::Silent => Engineers::Silent,
    };
    let mut builder = Simulator::builder()
        .listen(options.listen)
        .seed(options.seed)
        .quirks(options.quirks.unwrap_or_default())
        .rules(rules)
        .control(options.control)
        .control_from_anywhere(options.control_from_anywhere);
    if let Some(time) = options.clock {
        builder = builder.time(Time::Manual(time));
    }
    if let Some(bytes) = options.max_upload {
        builder = builder.max_upload(bytes);
    }
    if !options.no_log {
        builder = builder.on_request(log);
    }
    let simulator = builder.start().await?;
    // Before the line that lets programs go on, so that it stands above their requests.
    ready(&simulator);
    say_where(&simulator.endpoint());
    stop.await;
    simulator.shutdown().await;
    Ok(())
}

/// Replays the exchanges of a directory until told to stop.
async fn replay(
    directory: &Path,
    options: &Options,
    stop: impl Future<Output = ()>,
) -> Result<(), StartError> {
    let observer: Option<Observer> = match options.no_log {
        true => None,
        false => Some(Box::new(|line: &str| say(&mut io::stderr().lock(), line))),
    };
    let replay = Replay::start_on(directory, options.listen, observer).await?;
    let endpoint = replay.endpoint();
    if !options.no_log {
        let count = replay.count();
        let advice = format!("{count} exchanges: {endpoint}/_replay lists them");
        say(&mut io::stderr().lock(), &advice);
    }
    say_where(&endpoint);
    stop.await;
    replay.shutdown().await;
    Ok(())
}

/// One line for a request.
fn log(entry: &Entry) {
    let status = entry
        .status
        .map_or("no answer".to_owned(), |status| status.to_string());
    let mut line = format!(
        "{} {} {} {status}",
        entry.at.strftime("%H:%M:%S%.3fZ"),
        entry.method,
        entry.path.escape_default()
    );
    if let Some(operation) = entry.operation {
        line.push_str(&format!(" {}", operation.name()));
    }
    let code = entry.error_code.as_deref();
    for (name, value) in [("by", entry.caller.as_deref()), ("error", code)] {
        if let Some(value) = value {
            line.push_str(&format!(" {name}={value}"));
        }
    }
    if let Some(example) = entry.example {
        line.push_str(&format!(" answer={}", example.name()));
    }
    if let Some(fault) = &entry.fault {
        line.push_str(&format!(" fault={fault:?}"));
    }
    line.push_str(&format!(" id={}", entry.request_id));
    say(&mut io::stderr().lock(), &line);
}

/// The line that lets programs go on.
fn say_where(endpoint: &str) {
    say(
        &mut io::stdout().lock(),
        &format!("listening on {endpoint}"),
    );
}

/// Writes a line. Nobody listening is no reason to stop.
fn say(out: &mut impl Write, line: &str) {
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// Completes when Ctrl-C or SIGTERM comes. It listens from the moment it is made, so that no signal is missed; call it inside a tokio
/// runtime. A program with handlers of its own gives [`run`] what they tell: two that hear one signal race for its end.
#[cfg(unix)]
pub fn stop_signal() -> impl Future<Output = ()> + Send {
    use tokio::signal::unix::{Signal, SignalKind, signal};
    async fn comes(signal: io::Result<Signal>) {
        match signal {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    }
    let interrupt = signal(SignalKind::interrupt());
    let terminate = signal(SignalKind::terminate());
    async {
        tokio::select! {
            () = comes(interrupt) => {}
            () = comes(terminate) => {}
        }
    }
}

/// Completes when Ctrl-C comes. Call it inside a tokio runtime.
#[cfg(not(unix))]
pub fn stop_signal() -> impl Future<Output = ()> + Send {
    async {
        // Where nothing can be heard, the system ends the program.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    }
}

fn time(text: &str) -> Result<Timestamp, &'static str> {
    let reason = "not a time with its offset: write it like 2026-11-21T08:00:00Z or 2026-11-21T16:00:00+08:00";
    text.trim().parse().map_err(|_| reason)
}

fn address(text: &str) -> Result<SocketAddr, &'static str> {
    let reason = "not an address with a port: write it like 127.0.0.1:8480 or [::1]:8480";
    text.trim().parse().map_err(|_| reason)
}

fn number(text: &str) -> Result<u64, String> {
    whole(text, u64::MAX)
}

fn bytes(text: &str) -> Result<usize, String> {
    whole(text, usize::MAX)
}

/// Reads a number without a sign. One that is out of range is told the range, in the words that `hwc-tickets` has for it.
fn whole<T: FromStr + fmt::Display>(text: &str, most: T) -> Result<T, String> {
    let number = text.trim().parse::<T>();
    number.map_err(|_| format!("it must be a whole number from 0 to {most}"))
}

fn json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}
