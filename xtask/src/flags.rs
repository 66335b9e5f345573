//! The whole command line in one place.

use crate::interop::Judge;
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
    /// Tests the simulator's page in Chromium; needs Node.js with npm.
    PageTests,
    /// Makes the pictures in docs/pictures anew; needs Chromium and Node.js with npm.
    Pictures,
    /// Runs every check, or one: fmt, tidy, spec, codegen, clippy, docs, deps, deny, msrv, interop,
    /// clients, linters, completions, page, fixture.
    Ci {
        /// The one step to run.
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
