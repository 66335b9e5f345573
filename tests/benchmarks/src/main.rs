//! Measures the SDK side by side with plain code: `cargo xtask bench` builds and starts this, and writes what it tells into
//! `docs/benchmarks.md`. Nothing here is asserted on time; that each way did its work is.
//!
//! - `serve` is the simulator with its tickets, and a bare handler beside it, until its input ends. It tells its addresses.
//! - `measure` runs every way of a client in turns against it, and tells rows of figures as JSON.
//! - `one` runs one way so many times, for tools that count instructions, allocations or memory of a whole program.
//! - `order` tells what a client of others is told, for the same tools.
//!
//! Beside it are the programs in `start`: one client each, which reads one page.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a measurement: it prints, reads the real clock, and builds the clients it compares with"
)]

mod bounds;
mod by_hand;
mod by_hand_blocking;
mod failure;
mod measure;
mod median;
mod models;
mod outside;
mod recorded;
mod requests;
mod sdk;
mod serve;
mod servers;
mod usage;
mod ways;
mod work;
mod world;

use clap::{Parser, Subcommand};
use std::path::PathBuf;

use crate::{
    failure::Result,
    measure::Settings,
    outside::Outside,
    ways::{Way, Ways},
    work::Work,
    world::World,
};

/// Measures the SDK side by side with plain code.
#[derive(Debug, Parser)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The simulator and a bare handler, until the input ends
    Serve,
    /// Every way in turns
    Measure {
        /// Address of the simulator
        simulator: String,
        /// Few rounds
        #[arg(long)]
        quick: bool,
        /// A work that is done
        #[arg(long)]
        work: Vec<Work>,
        /// A server of the same operation: its name, its address, its process
        #[arg(long, num_args = 3, value_names = ["NAME", "ADDRESS", "PROCESS"])]
        server: Vec<String>,
        /// The official Python SDK: its interpreter and the script that calls it
        #[arg(long, num_args = 2, value_names = ["PYTHON", "SCRIPT"])]
        official: Vec<PathBuf>,
        /// The program that calls the client of openapi-generator
        #[arg(long, value_name = "PROGRAM")]
        openapi_generator: Option<PathBuf>,
    },
    /// One way, so many times
    One {
        /// Address of the simulator
        simulator: String,
        /// Which way
        way: Way,
        /// Which work
        work: Work,
        /// How often
        calls: usize,
        /// A shorter conversation, fewer tickets and a smaller file, for tools that are slow
        #[arg(long)]
        small: bool,
    },
    /// The line that tells a client of others to do a work so many times
    Order {
        /// Which work
        work: Work,
        /// How often
        calls: usize,
    },
}

fn main() -> Result<()> {
    let line = CommandLine::parse();
    let world = World::full();
    match line.command {
        Command::Serve => serve::serve(&world),
        Command::Measure {
            simulator,
            quick,
            work,
            server,
            official,
            openapi_generator,
        } => {
            let settings = Settings {
                simulator,
                quick,
                work,
                server,
                official,
                openapi_generator,
            };
            let told = measure::measure(&settings, world)?;
            println!("{told}");
            Ok(())
        }
        Command::One {
            simulator,
            way,
            work,
            calls,
            small,
        } => {
            let world = if small { World::small() } else { world };
            let mut ways = Ways::new(&simulator, world)?;
            let round = ways.round(way, work, calls)?;
            let told = serde_json::json!({ "seen": round.seen, "peak_kib": usage::peak() });
            println!("{told}");
            Ok(())
        }
        Command::Order { work, calls } => {
            println!("{}", Outside::order(work, calls, &world));
            Ok(())
        }
    }
}
