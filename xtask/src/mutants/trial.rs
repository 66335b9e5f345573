//! Which tests are asked about a mutant, in which order, and how long they may take.

use super::{
    PLACE,
    areas::Chosen,
    build::{Binary, Built},
    ended::{End, ended},
    rewrite::VARIABLE,
};
use crate::{
    file::Workspace,
    problem::{Problem, Result},
    programs,
};
use std::{
    fs,
    path::PathBuf,
    process::Command,
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// What the tests get for a mutant at least: a machine may have other work.
const PATIENCE: Duration = Duration::from_secs(60);
/// How many times as long as without a mutant they may take.
const LONGER: u32 = 5;
/// How many schedules each kind runs for a mutant: as many as notice most in a second.
pub(super) const SCHEDULES: (&str, &str) = ("HWC_TICKETS_SCHEDULES", "50");
/// How many tests of a program run at once. Cargo has the variable from `.cargo/config.toml`; here no cargo starts them.
const THREADS: &str = "RUST_TEST_THREADS";
/// As it is there: tests wait more than they compute.
const USUAL_THREADS: u32 = 4;

/// A test that takes longer is asked last.
const SLOW: Duration = Duration::from_secs(2);

/// Which tests are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// Those about the area, but for those that are slow all the same.
    First,
    /// All but the slow ones.
    Fast,
    Slow,
}

/// How long each stage may take, for each program of tests.
#[derive(Debug, Clone, Copy)]
struct Limits {
    first: Duration,
    fast: Duration,
    slow: Duration,
}

impl Limits {
    fn of(self, stage: Stage) -> Duration {
        match stage {
            Stage::First => self.first,
            Stage::Fast => self.fast,
            Stage::Slow => self.slow,
        }
    }
}

/// The tests of a package, with mutants in them.
pub(super) struct Trial<'a> {
    built: &'a Built,
    first: &'static [&'static str],
    package: &'a str,
    /// Where the tests put files of their own.
    room: PathBuf,
    /// The slow tests of each program.
    slow: Vec<Vec<String>>,
    /// Of those about the area, those that are slow with few schedules too.
    late: Vec<Vec<String>>,
    limits: Limits,
}

impl<'a> Trial<'a> {
    /// Runs all tests without a mutant: they pass, and take their time.
    ///
    /// # Errors
    /// One fails.
    pub(super) fn new(workspace: &Workspace, part: &'a Chosen, built: &'a Built) -> Result<Self> {
        let mut trial = Self {
            built,
            first: part.first,
            package: &part.package,
            room: programs::absolute(workspace).join(PLACE).join("tmp"),
            slow: built.binaries.iter().map(|_| Vec::new()).collect(),
            late: built.binaries.iter().map(|_| Vec::new()).collect(),
            // Nobody knows yet.
            limits: Limits {
                first: PATIENCE * 60,
                fast: PATIENCE * 60,
                slow: PATIENCE * 60,
            },
        };
        let (fast, slow) = parted(trial.timed(Stage::Fast)?, &mut trial.slow);
        let (first, _) = parted(trial.timed(Stage::First)?, &mut trial.late);
        trial.limits = Limits {
            first: limit(&first, threads()),
            fast: limit(&fast, threads()),
            slow: limit(&slow, threads()),
        };
        Ok(trial)
    }

    /// How long each test takes without a mutant, and of which program it is.
    fn timed(&self, stage: Stage) -> Result<Vec<(usize, String, Duration)>> {
        let times = Mutex::new(Vec::new());
        self.passes(self.asked_of(None, stage, 0, &times)?)?;
        Ok(times.into_inner().unwrap_or_default())
    }

    /// How long the tests about the area may take, and all of them.
    pub(super) fn limits(&self) -> [Duration; 2] {
        let Limits { first, fast, slow } = self.limits;
        [first, fast + slow]
    }

    fn passes(&self, end: End) -> Result<()> {
        let test = match end {
            End::Passed => return Ok(()),
            End::Failed(Some(test)) => test,
            _ => "a program of tests".to_owned(),
        };
        Err(Problem::general(
            format!("{test} of {} fails without a mutant", self.package),
            format!(
                "run `cargo test --package {}` in {PLACE}/tree",
                self.package
            ),
        )
        .into())
    }

    /// Asks tests about a mutant. `worker` tells apart who asks at the same time.
    ///
    /// # Errors
    /// They cannot be run.
    pub(super) fn asked(&self, mutant: usize, stage: Stage, worker: usize) -> Result<End> {
        self.asked_of(Some(mutant), stage, worker, &Mutex::new(Vec::new()))
    }

    fn asked_of(
        &self,
        mutant: Option<usize>,
        stage: Stage,
        worker: usize,
        times: &Mutex<Vec<(usize, String, Duration)>>,
    ) -> Result<End> {
        for (place, binary) in self.built.binaries.iter().enumerate() {
            let slow = match stage {
                Stage::First => &self.late,
                Stage::Fast | Stage::Slow => &self.slow,
            };
            let slow = slow.get(place).map(Vec::as_slice).unwrap_or_default();
            let has_none = stage == Stage::Slow && slow.is_empty();
            if has_none || (stage == Stage::First && !binary.is_first) {
                continue;
            }
            let took = |test: &str, took: Duration| {
                let mut times = times.lock().unwrap_or_else(PoisonError::into_inner);
                times.push((place, test.to_owned(), took));
            };
            let end = self.asked_one(mutant, stage, worker, (binary, slow), &took)?;
            if end != End::Passed {
                return Ok(end);
            }
        }
        Ok(End::Passed)
    }

    /// Asks one program. A test that fails has to fail alone too: some do not stand the company of others on a machine with much to do.
    fn asked_one(
        &self,
        mutant: Option<usize>,
        stage: Stage,
        worker: usize,
        (binary, slow): (&Binary, &[String]),
        took: &(impl Fn(&str, Duration) + Sync),
    ) -> Result<End> {
        let mut apart: Vec<String> = Vec::new();
        loop {
            let mut command = self.command(binary, mutant);
            match stage {
                Stage::First => {
                    let (variable, count) = SCHEDULES;
                    command.env(variable, count).args(self.first);
                    command.args(slow.iter().flat_map(|test| ["--skip", test]));
                }
                Stage::Fast => {
                    command.arg("--exact");
                    command.args(slow.iter().flat_map(|test| ["--skip", test]));
                }
                Stage::Slow => {
                    command.arg("--exact").args(slow);
                }
            }
            command.args(apart.iter().flat_map(|test| ["--skip", test]));
            let limit = self.limits.of(stage);
            let end = self.in_room(command, limit, worker, took)?;
            let End::Failed(Some(test)) = &end else {
                return Ok(end);
            };
            if apart.contains(test) {
                return Ok(end);
            }
            let mut command = self.command(binary, mutant);
            command.args(["--exact", test]);
            if self.in_room(command, limit, worker, took)? != End::Passed {
                return Ok(end);
            }
            apart.push(test.clone());
        }
    }

    /// Runs it with a directory for its files, which goes with it: what is stopped does not clear up.
    fn in_room(
        &self,
        mut command: Command,
        limit: Duration,
        worker: usize,
        took: &(impl Fn(&str, Duration) + Sync),
    ) -> Result<End> {
        let room = self.room.join(worker.to_string());
        command.env("TMPDIR", &room);
        let end = fs::create_dir_all(&room).and_then(|()| ended(command, limit, took));
        let _ = fs::remove_dir_all(&room);
        end.map_err(|error| {
            Problem::general(
                format!("the tests of {} cannot be run: {error}", self.package),
                "mend that and run the command again: it goes on where it stopped",
            )
            .into()
        })
    }

    /// As cargo starts it.
    fn command(&self, binary: &Binary, mutant: Option<usize>) -> Command {
        let place = self.built.copy.root().join("crates").join(self.package);
        let mut command = Command::new(&binary.path);
        command
            .current_dir(&place)
            .env("CARGO_MANIFEST_DIR", &place)
            .env("CARGO_PKG_NAME", self.package)
            .env("INSTA_UPDATE", "no")
            // Nobody reads where a mutant panics.
            .env("RUST_BACKTRACE", "0")
            // How long each test takes is told to those who may use what is not stable.
            .env("RUSTC_BOOTSTRAP", "1")
            .args(["-Zunstable-options", "--report-time"])
            .env(THREADS, threads().to_string())
            .env_remove(VARIABLE);
        if let Some(mutant) = mutant {
            command.env(VARIABLE, mutant.to_string());
        }
        command
    }
}

/// How long the tests took that are not slow, and those that are; these go into `slow`, for each program.
fn parted(
    timed: Vec<(usize, String, Duration)>,
    slow: &mut [Vec<String>],
) -> (Vec<Duration>, Vec<Duration>) {
    let (mut quick, mut long) = (Vec::new(), Vec::new());
    for (place, test, took) in timed {
        match slow.get_mut(place) {
            Some(tests) if took > SLOW => {
                tests.push(test);
                long.push(took);
            }
            _ => quick.push(took),
        }
    }
    (quick, long)
}

/// How many tests of a program run at once.
fn threads() -> u32 {
    let told = std::env::var(THREADS).ok();
    let told = told.and_then(|told| told.parse().ok());
    told.filter(|told| *told > 0).unwrap_or(USUAL_THREADS)
}

/// How long tests may take for a mutant that take so long without one, with so many of them at once.
fn limit(times: &[Duration], threads: u32) -> Duration {
    let shared = times.iter().sum::<Duration>() / threads;
    // No thread takes a part of a test from another one.
    let longest = times.iter().copied().max().unwrap_or_default();
    (shared.max(longest) * LONGER).max(PATIENCE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slow_tests_are_those_of_more_than_two_seconds() {
        let seconds = Duration::from_secs;
        let timed = [(0, "a", 1), (1, "b", 3), (0, "c", 2)];
        let timed = timed.map(|(place, test, took)| (place, test.to_owned(), seconds(took)));
        let mut slow = [Vec::new(), Vec::new()];
        let (quick, long) = parted(timed.to_vec(), &mut slow);
        assert_eq!(
            (quick, long),
            (vec![seconds(1), seconds(2)], vec![seconds(3)])
        );
        assert_eq!(slow, [vec![], vec!["b".to_owned()]]);
    }

    /// What counts as noticed because it takes too long must take longer than any test does by itself.
    #[test]
    fn tests_get_some_times_as_long_as_they_take_without_a_mutant() {
        let rows: &[(&[u64], u64)] = &[
            (&[], 60),
            (&[1, 2], 60),
            (&[40, 40, 40, 40], 200),
            (&[40, 40, 40, 40, 80], 400),
            (&[100], 500),
        ];
        for (times, seconds) in rows {
            let times: Vec<Duration> = times.iter().copied().map(Duration::from_secs).collect();
            assert_eq!(limit(&times, 4), Duration::from_secs(*seconds));
        }
    }
}
