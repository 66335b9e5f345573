//! Instructions and allocations of a call, counted by valgrind: the same every time, whatever else the machine does.
//!
//! A whole program is counted twice, with few calls and with many. The difference is what the calls cost; its start
//! and its end are in both. Ways that block have threads that wake each other, and differ a little from run to run.

use super::{
    Choice, broken,
    clients::{Clients, Program},
    figures::{BLOCKING, Count, GENERATED, HYPER, PLAIN, PLAIN_BLOCKING, SAME_DECODE, VERB},
};
use crate::{problem::Result, programs::on_path};
use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

/// Calls of both programs, the few and the many.
const CALLS: [u64; 2] = [20, 120];
/// The same of files of 1 MiB.
const FILES: [u64; 2] = [2, 12];
/// The same of works of many requests. Below valgrind a program takes some fifty times as long: a list of 10,000 tickets some
/// four seconds, a conversation of 10,000 messages one.
const TENS_OF_REQUESTS: [u64; 2] = [5, 25];
const HUNDRED_REQUESTS: [u64; 2] = [1, 3];
const HUNDREDS_OF_REQUESTS: [u64; 2] = [1, 2];

/// Something that is counted.
struct Counted {
    /// Its name in the counts: that of the work, unless less is done than by the clock.
    name: &'static str,
    work: &'static str,
    calls: [u64; 2],
    ways: &'static [&'static str],
}

impl Counted {
    /// A work as it is measured by the clock.
    const fn whole(work: &'static str, calls: [u64; 2], ways: &'static [&'static str]) -> Self {
        Self {
            name: work,
            work,
            calls,
            ways,
        }
    }

    /// The same with less to do, for what would take minutes below valgrind.
    const fn small(
        name: &'static str,
        work: &'static str,
        calls: [u64; 2],
        ways: &'static [&'static str],
    ) -> Self {
        Self {
            name,
            work,
            calls,
            ways,
        }
    }

    fn is_small(&self) -> bool {
        self.name != self.work
    }
}

/// What is counted. How much the small ones do is in `World::small` of the package `benchmarks`.
const COUNTED: &[Counted] = &[
    Counted::whole("page1", CALLS, PAGE),
    Counted::whole("page10", CALLS, PAGE),
    Counted::whole("page100", CALLS, PAGE),
    Counted::whole("signed", CALLS, &[GENERATED, PLAIN]),
    Counted::whole("unread", TENS_OF_REQUESTS, OWN),
    Counted::whole("submit", CALLS, &[VERB, GENERATED, PLAIN, HYPER]),
    Counted::whole("list", HUNDREDS_OF_REQUESTS, OWN),
    Counted::small(
        "history-small",
        "history",
        HUNDRED_REQUESTS,
        &[VERB, BLOCKING, PLAIN, PLAIN_BLOCKING],
    ),
    Counted::small("follow-small", "follow", HUNDRED_REQUESTS, VERBS),
    Counted::small("upload-small", "upload", FILES, VERBS),
    Counted::small("download-small", "download", FILES, VERBS),
];
/// Not the client of openapi-generator: valgrind 3.19 ends it with a fault of the memory, in code that starts it.
const PAGE: &[&str] = &[
    VERB,
    GENERATED,
    BLOCKING,
    PLAIN,
    PLAIN_BLOCKING,
    SAME_DECODE,
    HYPER,
];
const OWN: &[&str] = &[VERB, GENERATED, PLAIN];
const VERBS: &[&str] = &[VERB, PLAIN];
/// The ways that tell whether a call costs what plain code costs. Each is run four times, some seconds long; works of many
/// requests are left out.
const QUICK: &[&str] = &[GENERATED, PLAIN];

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
    pub(super) fn count(&self, clients: &Clients<'_>, choice: &Choice) -> Result<Vec<Count>> {
        let mut counts = Vec::new();
        for counted in COUNTED.iter().filter(|counted| choice.wants(counted.work)) {
            let is_wanted =
                |way: &&str| !choice.quick || (counted.calls == CALLS && QUICK.contains(way));
            for way in counted.ways.iter().copied().filter(is_wanted) {
                counts.push(self.of_way(clients, counted, way)?);
            }
        }
        Ok(counts)
    }

    /// What one call takes by this way.
    fn of_way(&self, clients: &Clients<'_>, counted: &Counted, way: &str) -> Result<Count> {
        let [few, many] = counted.calls;
        let whole = |calls: u64| {
            let program = clients.own(way, counted.work, calls);
            self.whole(&match counted.is_small() {
                true => program.smaller(),
                false => program,
            })
        };
        let (less, more) = (whole(few)?, whole(many)?);
        let each = |less: u64, more: u64| more.saturating_sub(less) as f64 / (many - few) as f64;
        Ok(Count {
            work: counted.name.to_owned(),
            way: way.to_owned(),
            instructions: each(less.instructions, more.instructions),
            allocations: each(less.allocations, more.allocations),
        })
    }

    fn whole(&self, program: &Program) -> Result<Whole> {
        let out = self.place.join("callgrind.out");
        let file = format!("--callgrind-out-file={}", out.display());
        self.run(&["--tool=callgrind", &file], program)?;
        let counted = fs::read_to_string(&out).map_err(|error| broken(&error.to_string()))?;
        let counting = [
            "--tool=memcheck",
            "--leak-check=no",
            "--undef-value-errors=no",
        ];
        let said = self.run(&counting, program)?;
        match (instructions(&counted), allocations(&said)) {
            (Some(instructions), Some(allocations)) => Ok(Whole {
                instructions,
                allocations,
            }),
            _ => Err(broken("valgrind does not tell what it counted").into()),
        }
    }

    /// What it says on its error stream.
    fn run(&self, tool: &[&str], program: &Program) -> Result<String> {
        let mut valgrind = vec![self.program.as_os_str().to_owned()];
        valgrind.extend(tool.iter().map(OsString::from));
        let output = program.run(&valgrind)?;
        Ok(String::from_utf8_lossy(&output.stderr).into_owned())
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
    use crate::bench::{
        figures::plain,
        words::{self, OTHERS},
    };

    #[test]
    fn what_is_counted_has_plain_code_beside_it_and_calls_between_its_two_runs() {
        for counted in COUNTED {
            let name = counted.name;
            let [few, many] = counted.calls;
            assert!(few < many, "{name}");
            for way in counted.ways {
                assert!(counted.ways.contains(&plain(way)), "{name}, {way}");
            }
        }
    }

    #[test]
    fn what_is_counted_is_a_work_and_the_page_has_words_of_its_own_for_a_smaller_one() {
        for counted in COUNTED {
            let name = counted.name;
            let is_work = words::works().any(|work| work == counted.work);
            assert!(is_work, "{name}");
            assert_ne!(words::work(name), name);
            // Clients of others are not counted.
            let is_other = |way: &&str| OTHERS.contains(way);
            assert!(!counted.ways.iter().any(is_other), "{name}");
            if counted.is_small() {
                assert_ne!(words::work(name), words::work(counted.work));
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
