//! The whole command line in one place.

use crate::{ci, interop::Judge, mutants};
use clap::{Parser, Subcommand};
use std::path::PathBuf;

/// The project's own commands.
#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    disable_help_subcommand = true
)]
pub struct Flags {
    /// Root of the workspace to work on, if not this one.
    #[arg(long, global = true, hide = true)]
    pub root: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Writes everything that is generated from the description.
    Codegen {
        /// Writes nothing; fails if a generated file is not what the description gives.
        #[arg(long)]
        check: bool,
    },
    /// Works on the description alone.
    #[command(subcommand)]
    Spec(Spec),
    /// Lets programs of others judge the simulator, and makes clients of the description and tries them; needs Python 3,
    /// and for some of them Node.js with npm or a JDK.
    Interop {
        /// The one to ask; without it, every one.
        judge: Option<Judge>,
    },
    /// Holds what is published to every rule of Redocly CLI and Spectral; needs Node.js with npm.
    Linters,
    /// Writes target/site/index.html: the description and the guides as one page, in English or Chinese; as `spec site`.
    Docs,
    /// Tests the simulator's page in Chromium; needs Node.js with npm.
    PageTests,
    /// Makes the pictures in docs/pictures anew; needs Chromium and Node.js with npm.
    Pictures,
    /// Holds our signer and our decoders against the official Python SDK on random requests and answers; needs Python 3.
    Differential {
        /// Which ones: the same number draws the same.
        #[arg(long, default_value_t = 7)]
        seed: u64,
    },
    /// Runs every fuzz target for a time; an input that breaks one is shown as small as it can be made.
    Fuzz {
        /// Runs the targets of what users get under libFuzzer, guided by coverage. Needs a nightly compiler; installs cargo-fuzz below target/.
        #[arg(long)]
        guided: bool,
        /// For how long each target goes on.
        #[arg(long, default_value_t = 60)]
        seconds: u64,
        /// The targets whose names begin with this; without it, every one.
        target: Option<String>,
    },
    /// Follows hundreds of tickets of the simulator with a fault each second; what was told is compared with its ledger.
    Soak {
        /// For how long.
        #[arg(long, default_value_t = 30)]
        minutes: u64,
        /// For how long, when a minute is too much.
        #[arg(long, conflicts_with = "minutes")]
        seconds: Option<u64>,
    },
    /// Makes sources wrong, one place at a time, and fails where no test notices; installs cargo-mutants below target/.
    ///
    /// What became of each mutant is in target/mutants/AREA.json; what is known there of the same sources is not tried again.
    #[command(after_help = mutants::help())]
    Mutants {
        /// Areas, or files such as crates/hwc-tickets/src/ids.rs; without one, every area.
        #[arg(value_name = "AREA|FILE")]
        what: Vec<String>,
    },
    /// Runs one of the proofs that take too long for `ci`; without a name, lists them with what they show and how long they take.
    Assurance {
        /// The one to run.
        name: Option<String>,
    },
    /// Measures the SDK side by side with plain code, and writes docs/benchmarks.md.
    Bench {
        /// Each figure out of few rounds, in some three minutes when all is built; the page goes below target/.
        #[arg(long)]
        quick: bool,
        /// Only this: page1, page10, page100, signed, flight, unread, submit, history, decode, follow, list, upload, download,
        /// servers, starts, programs or builds. Once for each; the page goes below target/.
        #[arg(long, value_name = "NAME")]
        only: Vec<String>,
    },
    /// Runs every check that a change must pass, or one of them.
    #[command(after_help = ci::help())]
    Ci {
        /// The one step to run; without it, every one.
        step: Option<String>,
    },
}

/// The commands on the description.
#[derive(Debug, Clone, Subcommand)]
pub enum Spec {
    /// Reads the description strictly and checks every rule.
    Lint,
    /// Writes spec/dist/openapi.json.
    Bundle,
    /// Writes spec/dist/openapi.codegen.json.
    Lower,
    /// Writes target/site/index.html, the description as one page to read without a network; needs Node.js with npm.
    Site,
    /// Checks the recorded exchanges against the description.
    Examples,
    /// Lists what changed in the published description, by class, and checks its version and its changelog.
    Diff {
        /// The revision of git to compare with: the tag of the last published description.
        #[arg(long, value_name = "REV")]
        since: String,
    },
    /// Writes the kit for testers of other languages: every exchange, recorded and made, for `hwc-tickets-sim --replay`.
    Kit {
        /// A new archive (FILE.zip), or a directory that is empty or not there.
        #[arg(long, value_name = "FILE.zip|DIR")]
        output: PathBuf,
    },
    /// Draws defects, makes each in memory, and fails if nothing sees one of them.
    Defects {
        /// Which ones: the same number draws the same defects.
        #[arg(long)]
        seed: u64,
        /// How many.
        #[arg(long, default_value_t = 300)]
        count: usize,
    },
}
