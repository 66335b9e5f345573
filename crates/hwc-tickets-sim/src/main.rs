//! The simulator as a program of its own.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use hwc_tickets_sim::Simulator;
use hwc_tickets_sim::program::{self, Options};

/// Simulator of Huawei Cloud Service Tickets: a local service to develop against.
///
/// Independent project. Credentials: access key AKEXAMPLE with secret key SKEXAMPLE, token TOKENEXAMPLE, or user demo
/// with password demo in account demo. The ticket to begin with is case-123.
#[derive(Debug, Parser)]
#[command(name = "hwc-tickets-sim", version)]
struct CommandLine {
    #[command(flatten)]
    options: Options,
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = CommandLine::parse().options;
    let advice: fn(&Simulator) = if options.no_log { |_| {} } else { how_to_call };
    match program::run(options, program::stop_signal(), advice).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "hwc-tickets-sim: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What a client needs. Nobody reading it is no reason to stop.
fn how_to_call(simulator: &Simulator) {
    let _ = writeln!(
        std::io::stderr(),
        "point your client at {} with the token {}",
        simulator.endpoint(),
        simulator.credentials().token
    );
    if let Some(page) = simulator.page() {
        let _ = writeln!(std::io::stderr(), "open {page} to play the engineer");
    }
}
