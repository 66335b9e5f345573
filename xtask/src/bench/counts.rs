//! Instructions and allocations of a call, counted by valgrind: the same every time, whatever else the machine does.
//!
//! A whole program is counted twice, with few calls and with many. The difference is what the calls cost; its start
//! and its end are in both. Ways that block have threads that wake each other, and differ a little from run to run.

use super::{Choice, broken, figures::Count};
use crate::{problem::Result, programs::on_path};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// Calls of both programs, the few and the many.
const CALLS: [u64; 2] = [20, 120];
/// The same of works of many requests. Below valgrind a program takes some fifty times as long: a list of 10,000 tickets some
/// four seconds.
const TENS_OF_REQUESTS: [u64; 2] = [5, 25];
const HUNDREDS_OF_REQUESTS: [u64; 2] = [1, 2];
/// What is counted: work, calls, and the ways that do it.
const COUNTED: &[(&str, [u64; 2], &[&str])] = &[
    ("page1", CALLS, PAGE),
    (
        "page10",
        CALLS,
        &[
            "sdk",
            "generated",
            "blocking",
            "by-hand",
            "by-hand-blocking",
            "same-decode",
            "hyper",
        ],
    ),
    ("page100", CALLS, PAGE),
    ("signed", CALLS, &["generated", "by-hand"]),
    ("unread", TENS_OF_REQUESTS, OWN),
    ("submit", CALLS, &["sdk", "generated", "by-hand", "hyper"]),
    ("list", HUNDREDS_OF_REQUESTS, OWN),
];
const PAGE: &[&str] = &["sdk", "generated", "by-hand", "same-decode", "hyper"];
const OWN: &[&str] = &["sdk", "generated", "by-hand"];
/// The ways that tell whether a call costs what plain code costs. Each is run four times, some seconds long; works of many
/// requests are left out.
const QUICK: &[&str] = &["generated", "by-hand"];

/// The tool that counts.
pub(super) struct Valgrind {
    program: PathBuf,
    /// Where its files go.
    place: PathBuf,
}

/// What a whole program did.
#[derive(Clone, Copy)]
struct Whole {
    instructions: u64,
    allocations: u64,
}

impl Valgrind {
    /// The one on the path.
    pub(super) fn found(place: &Path) -> Option<Self> {
        let program = on_path(&["valgrind"])?;
        let place = place.to_owned();
        Some(Self { program, place })
    }

    /// Counts.
    pub(super) fn count(
        &self,
        measures: &Path,
        simulator: &str,
        choice: &Choice,
    ) -> Result<Vec<Count>> {
        let mut counts = Vec::new();
        for (work, calls, ways) in COUNTED.iter().filter(|(work, ..)| choice.wants(work)) {
            let [few, many] = *calls;
            let is_wanted = |way: &&&str| !choice.quick || (*calls == CALLS && QUICK.contains(way));
            for way in ways.iter().filter(is_wanted) {
                let whole = |calls: u64| {
                    let calls = calls.to_string();
                    self.whole(measures, &["one", simulator, way, work, &calls])
                };
                let (less, more) = (whole(few)?, whole(many)?);
                let each =
                    |less: u64, more: u64| more.saturating_sub(less) as f64 / (many - few) as f64;
                counts.push(Count {
                    work: (*work).to_owned(),
                    way: (*way).to_owned(),
                    instructions: each(less.instructions, more.instructions),
                    allocations: each(less.allocations, more.allocations),
                });
            }
        }
        Ok(counts)
    }

    fn whole(&self, measures: &Path, line: &[&str]) -> Result<Whole> {
        let out = self.place.join("callgrind.out");
        let file = format!("--callgrind-out-file={}", out.display());
        self.run(&["--tool=callgrind", &file], measures, line)?;
        let counted = fs::read_to_string(&out).map_err(|error| broken(&error.to_string()))?;
        let counting = [
            "--tool=memcheck",
            "--leak-check=no",
            "--undef-value-errors=no",
        ];
        let said = self.run(&counting, measures, line)?;
        match (instructions(&counted), allocations(&said)) {
            (Some(instructions), Some(allocations)) => Ok(Whole {
                instructions,
                allocations,
            }),
            _ => Err(broken("valgrind does not tell what it counted").into()),
        }
    }

    /// What it says on its error stream.
    fn run(&self, tool: &[&str], measures: &Path, line: &[&str]) -> Result<String> {
        let output = Command::new(&self.program)
            .args(tool)
            .arg(measures)
            .args(line)
            .stdin(Stdio::null())
            .output()
            .map_err(|error| broken(&error.to_string()))?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        match output.status.success() {
            true => Ok(said),
            false => Err(broken(&format!("below valgrind it fails: {said}")).into()),
        }
    }
}

/// The sum that a file of callgrind ends with.
fn instructions(file: &str) -> Option<u64> {
    let sum = |name: &str| file.lines().rev().find_map(|line| line.strip_prefix(name));
    let sum = sum("totals:").or_else(|| sum("summary:"))?;
    sum.split_whitespace().next()?.parse().ok()
}

/// `total heap usage: 1,234 allocs, 1,200 frees, 99,999 bytes allocated`.
fn allocations(said: &str) -> Option<u64> {
    let (_, rest) = said.split_once("total heap usage: ")?;
    let (number, _) = rest.split_once(" allocs")?;
    number.replace(',', "").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::figures::plain;

    #[test]
    fn what_is_counted_has_plain_code_beside_it_and_calls_between_its_two_runs() {
        for (work, [few, many], ways) in COUNTED {
            assert!(few < many, "{work}");
            for way in *ways {
                assert!(ways.contains(&plain(way)), "{work}, {way}");
            }
        }
    }

    #[test]
    fn what_valgrind_says_is_read() {
        let file = "events: Ir\nfn=(1)\n1 20\nsummary: 12\ntotals: 1234567\n";
        assert_eq!(instructions(file), Some(1_234_567));
        assert_eq!(instructions("summary: 12 3\n"), Some(12));
        assert_eq!(instructions("events: Ir\n"), None);
        let said = "==1== HEAP SUMMARY:\n==1==   total heap usage: 12,345 allocs, 12 frees, 9 bytes allocated\n";
        assert_eq!(allocations(said), Some(12_345));
        assert_eq!(allocations("==1== HEAP SUMMARY:"), None);
    }
}
