//! What is proven for longer than a change may wait: each proof is one command. What each does is in a file of its own.

use crate::{
    bench,
    file::Workspace,
    fuzz,
    interop::{self, Judge},
    libfuzzer, mutants,
    problem::{Problem, Result},
    schedules, soak, spec, supply,
};

/// What gives a proof: it tells what it does on the way, and what came of it.
type Run = fn(&Workspace, fn(&str)) -> Result<String>;

/// One proof.
pub struct Proof {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it shows.
    pub about: &'static str,
    /// About how long it takes on two cores; the first time, tools are installed besides.
    pub takes: &'static str,
    run: Run,
}

/// Every proof, those of the code before those of what it is made of.
pub const PROOFS: &[Proof] = &[
    Proof {
        name: "schedules",
        about: "100,000 random schedules of each kind against a ledger",
        takes: "hours",
        run: schedules::run,
    },
    Proof {
        name: "soak",
        about: "500 tickets followed with a fault each second: nothing missed or doubled, memory within bounds",
        takes: "35 minutes",
        run: |workspace, _| soak::run(workspace, SOAK_SECONDS),
    },
    Proof {
        name: "mutants",
        about: "sources made wrong, one place at a time, in every area: a test notices each",
        takes: "minutes for each area of the core, longer for each of the SDK: hours for all",
        run: |workspace, say| mutants::run(workspace, &[], say),
    },
    Proof {
        name: "fuzz",
        about: "ten minutes of inputs that nobody would write, for each target",
        takes: "ten minutes for each of 22 targets",
        run: |workspace, _| fuzz::run(workspace, FUZZ_SECONDS, None),
    },
    Proof {
        name: "guided",
        about: "a minute of inputs that libFuzzer looks for, guided by coverage, for each target that has its program; needs a nightly compiler",
        takes: "a minute for each of 21 targets, and more than a quarter of an hour to build them",
        run: |workspace, say| libfuzzer::run(workspace, GUIDED_SECONDS, None, say),
    },
    Proof {
        name: "defects",
        about: "thousands of slips in the description: something notices each",
        takes: "minutes",
        run: |workspace, _| spec::defects::run(workspace, SEED, DEFECTS),
    },
    Proof {
        name: "interop-java",
        about: "the clients that openapi-generator makes for Java, against the simulator and every exchange; needs a JDK",
        takes: "10 minutes",
        run: |workspace, _| interop::run(workspace, Some(Judge::Java)),
    },
    Proof {
        name: "interop-go",
        about: "the client that openapi-generator makes for Go, against the simulator and every exchange; needs a JDK",
        takes: "10 minutes",
        run: |workspace, _| interop::run(workspace, Some(Judge::Go)),
    },
    Proof {
        name: "bench",
        about: "this SDK side by side with plain code: writes docs/benchmarks.md",
        takes: "16 minutes on a machine with nothing else to do, and a quarter of an hour to build",
        run: |workspace, say| bench::run(workspace, &MEASURED, say),
    },
    Proof {
        name: "minimal-versions",
        about: "what is shipped builds with the oldest versions that its manifests allow",
        takes: "10 minutes",
        run: |workspace, _| supply::minimal::run(workspace),
    },
    Proof {
        name: "msrv",
        about: "every crate compiles with the oldest compiler that is declared, without its tests; rustup installs it",
        takes: "10 minutes",
        run: supply::msrv::run,
    },
    Proof {
        name: "powerset",
        about: "each crate builds with each combination of its features",
        takes: "20 minutes",
        run: supply::powerset::run,
    },
    Proof {
        name: "package",
        about: "each crate builds from what its package holds",
        takes: "10 minutes",
        run: |workspace, _| supply::package::run(workspace),
    },
    Proof {
        name: "semver",
        about: "no name of the public interface is gone or changed since the baseline, unless the version says so",
        takes: "15 minutes",
        run: supply::semver::run,
    },
    Proof {
        name: "deny",
        about: "licences, bans and sources of every dependency keep to deny.toml",
        takes: "seconds",
        run: supply::deny::run,
    },
    Proof {
        name: "advisories",
        about: "no dependency has a weakness that is known, and none that our crates name is given up; needs the list of RustSec, from the network",
        takes: "a minute",
        run: supply::deny::advisories,
    },
    Proof {
        name: "sbom",
        about: "the parts of each crate with versions, licences and digests: writes target/assurance/sbom/*.cdx.json",
        takes: "a minute",
        run: supply::sbom::run,
    },
];

/// How long tickets are followed.
const SOAK_SECONDS: u64 = 30 * 60;
/// How long each fuzz target goes on.
const FUZZ_SECONDS: u64 = 600;
/// How long libFuzzer looks for inputs of each.
const GUIDED_SECONDS: u64 = 60;
/// Which slips are made, and how many.
const SEED: u64 = 2026;
const DEFECTS: usize = 3000;
/// All that is measured.
const MEASURED: bench::Choice = bench::Choice {
    quick: false,
    only: Vec::new(),
};

/// Runs the proof `only`, or lists them all.
///
/// # Errors
/// There is no such proof, or it fails.
pub fn run(workspace: &Workspace, only: Option<&str>, say: fn(&str)) -> Result<String> {
    let Some(only) = only else {
        return Ok(listed());
    };
    match PROOFS.iter().find(|proof| proof.name == only) {
        Some(proof) => {
            say(&format!(
                "{}: {} ({})",
                proof.name, proof.about, proof.takes
            ));
            (proof.run)(workspace, say)
        }
        None => {
            let names: Vec<&str> = PROOFS.iter().map(|proof| proof.name).collect();
            Err(Problem::general(
                "there is no such proof",
                format!("use one of {}", names.join(", ")),
            )
            .into())
        }
    }
}

fn listed() -> String {
    let width = PROOFS.iter().map(|proof| proof.name.len()).max();
    let width = width.unwrap_or_default();
    let lines: Vec<String> = PROOFS
        .iter()
        .map(|proof| {
            let Proof {
                name, about, takes, ..
            } = proof;
            format!("{name:width$}  {about}\n{:width$}  takes: {takes}", "")
        })
        .collect();
    format!("cargo xtask assurance NAME\n\n{}", lines.join("\n"))
}
