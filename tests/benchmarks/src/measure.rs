//! Every way in turns: rounds of all of them follow each other, so that what else the machine does meets all alike.

use serde_json::{Value, json};
use std::{path::PathBuf, process::Command, time::Duration};

use crate::{
    failure::Result,
    median::median,
    outside::Outside,
    servers::{self, Server},
    ways::{Round, Way, Ways},
    work::Work,
    world::World,
};
use clap::ValueEnum as _;

/// What is measured, and against what.
pub(crate) struct Settings {
    pub(crate) simulator: String,
    pub(crate) quick: bool,
    /// What is done.
    pub(crate) work: Vec<Work>,
    /// Name, address and process of each server, one after the other.
    pub(crate) server: Vec<String>,
    /// Interpreter and script of the official Python SDK, or nothing.
    pub(crate) official: Vec<PathBuf>,
    /// The program that calls the client of openapi-generator.
    pub(crate) openapi_generator: Option<PathBuf>,
}

/// What was told of one way.
#[derive(Default)]
struct Told {
    /// Microseconds of a processor for each call, one number a round.
    cpu: Vec<f64>,
    /// Microseconds until the next call, one number a round.
    wall: Vec<f64>,
    latencies: Vec<Duration>,
}

impl Told {
    fn take(&mut self, round: Round) {
        let calls = round.latencies.len().max(1) as f64;
        self.cpu.push(round.cpu.as_secs_f64() * 1e6 / calls);
        self.wall.push(round.wall.as_secs_f64() * 1e6 / calls);
        self.latencies.extend(round.latencies);
    }
}

/// Measures; `{"rows": [..], "servers": [..], "missing": [..]}`. What is of others and does not work here is missing, and
/// takes no other figure with it.
pub(crate) fn measure(settings: &Settings, world: World) -> Result<Value> {
    let mut ways = Ways::new(&settings.simulator, world)?;
    let mut missing = Vec::new();
    let mut start =
        |name: &str, line: &[PathBuf]| started(settings, &world, name, line, &mut missing);
    ways.official = start("the official Python SDK", &settings.official);
    ways.openapi_generator = start(
        "the client that openapi-generator makes for Rust",
        settings.openapi_generator.as_slice(),
    );
    let mut rows = Vec::new();
    for work in &settings.work {
        eprintln!("  {}", work.name());
        rows.extend(of_work(&mut ways, *work, settings.quick)?);
    }
    let servers: Vec<Server> = settings
        .server
        .chunks(3)
        .filter_map(|server| match server {
            [name, address, process] => Some(Server {
                name: name.clone(),
                address: address.clone(),
                process: process.parse().ok()?,
            }),
            _ => None,
        })
        .collect();
    let compared = servers::compare(&servers, settings.quick, &mut missing)?;
    Ok(json!({ "rows": rows, "servers": compared, "missing": missing }))
}

/// A client of others, if it was named and does its work.
fn started(
    settings: &Settings,
    world: &World,
    name: &str,
    line: &[PathBuf],
    missing: &mut Vec<String>,
) -> Option<Outside> {
    let (program, arguments) = line.split_first()?;
    let mut command = Command::new(program);
    command.args(arguments);
    let started = Outside::start(command, &settings.simulator, world);
    started
        .inspect_err(|why| {
            eprintln!("{name}: {why}");
            missing.push(format!("{name}: it does not do its work here"));
        })
        .ok()
}

/// A row for each way that does this work.
fn of_work(ways: &mut Ways, work: Work, quick: bool) -> Result<Vec<Value>> {
    let (rounds, calls) = work.rounds(quick);
    let able: Vec<Way> = (Way::value_variants().iter().copied())
        .filter(|way| ways.can(*way, work))
        .collect();
    let mut told: Vec<Told> = able.iter().map(|_| Told::default()).collect();
    // The first call of each opens its connections, and is not counted.
    let first = if work == Work::Flight { calls } else { 1 };
    for way in &able {
        ways.round(*way, work, first)?;
    }
    for round in 0..rounds {
        // Nobody is always the first.
        for place in 0..able.len() {
            let place = (place + round) % able.len();
            if let (Some(way), Some(told)) = (able.get(place), told.get_mut(place)) {
                // A tenth of the calls tells enough of what is many times slower.
                let calls = if *way == Way::Official {
                    calls.div_ceil(10)
                } else {
                    calls
                };
                told.take(ways.round(*way, work, calls)?);
            }
        }
    }
    let rows = able.into_iter().zip(told);
    Ok(rows.map(|(way, told)| row(way, work, told)).collect())
}

fn row(way: Way, work: Work, mut told: Told) -> Value {
    told.latencies.sort_unstable();
    let latency = |share: f64| {
        let place = (told.latencies.len() as f64 * share) as usize;
        let last = told.latencies.len().saturating_sub(1);
        let found = told.latencies.get(place.min(last));
        found.map(|latency| latency.as_secs_f64() * 1e6)
    };
    json!({
        "work": work.name(),
        "way": way.name(),
        "calls": told.latencies.len(),
        "p50_us": latency(0.50),
        "p99_us": latency(0.99),
        "rounds": told.cpu,
        "wall_us": median(told.wall),
    })
}
