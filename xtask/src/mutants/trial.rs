//! Which tests are asked about a mutant, in which order, and how long they may take.

use super::{
    PLACE,
    areas::Chosen,
    build::{Binary, Built},
    ended::{End, ended},
    rewrite::{REACHED, VARIABLE},
    workers,
};
use crate::{
    file::Workspace,
    problem::{Problem, Problems, Result},
    programs,
};
use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
    process::Command,
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// What the tests get for a mutant at least: a machine may have other work.
const PATIENCE: Duration = Duration::from_secs(60);
/// How many times as long as without a mutant they may take.
const LONGER: u32 = 5;
/// What tests get of which nobody knows yet how long they take.
const UNKNOWN: Duration = Duration::from_secs(60 * 60);
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
    /// Those about the area, with few schedules, but for those that are slow all the same.
    First,
    /// All but the slow ones.
    Fast,
    Slow,
}

/// A test, and what it does without a mutant.
#[derive(Debug)]
struct Test {
    /// Of which program it is.
    binary: usize,
    name: String,
    took: Duration,
    /// How long it takes with few schedules, if it is about the area.
    first: Option<Duration>,
    /// The mutants to whose places it comes; nothing, if that is not known: then it may come to each.
    reaches: Option<BTreeSet<usize>>,
}

impl Test {
    /// How long it takes in a stage in which it is asked.
    fn takes(&self, stage: Stage) -> Option<Duration> {
        match stage {
            Stage::First => self.first.filter(|took| *took <= SLOW),
            Stage::Fast => Some(self.took).filter(|took| *took <= SLOW),
            Stage::Slow => Some(self.took).filter(|took| *took > SLOW),
        }
    }

    fn may_notice(&self, mutant: usize) -> bool {
        (self.reaches.as_ref()).is_none_or(|reaches| reaches.contains(&mutant))
    }
}

/// How a program of tests is started.
#[derive(Debug, Clone, Copy, Default)]
struct Asked<'a> {
    mutant: Option<usize>,
    has_few_schedules: bool,
    /// Where the numbers of the mutants go that it comes to.
    reached: Option<&'a Path>,
}

/// The tests of a package, with mutants in them.
pub(super) struct Trial<'a> {
    built: &'a Built,
    package: &'a str,
    /// Where the tests put files of their own.
    room: PathBuf,
    tests: Vec<Test>,
}

impl<'a> Trial<'a> {
    /// Runs each test without a mutant, one about the area also with few schedules: it passes, takes its time, and comes to the places of
    /// some mutants. Only about those it is asked, as it cannot notice another one.
    ///
    /// # Errors
    /// One fails.
    pub(super) fn new(workspace: &Workspace, part: &'a Chosen, built: &'a Built) -> Result<Self> {
        let mut trial = Self::untested(workspace, part, built);
        let mut names = Vec::new();
        for (place, binary) in built.binaries.iter().enumerate() {
            let listed = trial.listed(binary, &[])?;
            names.extend(listed.into_iter().map(|name| (place, name)));
        }
        let mut tests = Vec::new();
        workers::each(
            names,
            |(place, name), worker| trial.alone(*place, name, part.first, worker),
            |_, test| {
                tests.extend(test?);
                Ok::<(), Problems>(())
            },
        )?;
        trial.tests = tests;
        Ok(trial)
    }

    /// The names of all tests that run, as a failure names them too. Of two programs that have a test of the same name one is enough.
    ///
    /// # Errors
    /// A program does not list them.
    pub(super) fn names(
        workspace: &Workspace,
        part: &'a Chosen,
        built: &'a Built,
    ) -> Result<BTreeSet<String>> {
        let trial = Self::untested(workspace, part, built);
        let mut names = BTreeSet::new();
        for binary in &built.binaries {
            let left_out = trial.listed(binary, &["--ignored"])?;
            let listed = trial.listed(binary, &[])?.into_iter();
            names.extend(listed.filter(|name| !left_out.contains(name)));
        }
        Ok(names)
    }

    fn untested(workspace: &Workspace, part: &'a Chosen, built: &'a Built) -> Self {
        Self {
            built,
            package: &part.package,
            room: programs::absolute(workspace).join(PLACE).join("tmp"),
            tests: Vec::new(),
        }
    }

    /// The names of the tests of a program, of those that `which` picks.
    fn listed(&self, binary: &Binary, which: &[&str]) -> Result<Vec<String>> {
        let mut command = self.command(binary, Asked::default());
        command.args(["--list", "--format", "terse"]).args(which);
        let told = command.output();
        let told = told.map_err(|error| self.broken(&error))?;
        if !told.status.success() {
            // Where no test is known, no mutant is noticed.
            return Err(self.broken(&io::Error::other(told.status.to_string())));
        }
        Ok(names(&String::from_utf8_lossy(&told.stdout)))
    }

    /// Runs a test by itself; nothing, if it is one that is left out.
    fn alone(
        &self,
        place: usize,
        name: &str,
        first: &[&str],
        worker: usize,
    ) -> Result<Option<Test>> {
        let Some(binary) = self.built.binaries.get(place) else {
            return Ok(None);
        };
        let run = |asked: Asked<'_>| -> Result<(End, Option<Duration>)> {
            let took = Mutex::new(None);
            let mut command = self.command(binary, asked);
            command.args(["--exact", name]);
            let end = self.in_room(command, UNKNOWN, worker, &|_, time| {
                *took.lock().unwrap_or_else(PoisonError::into_inner) = Some(time);
            })?;
            Ok((end, took.into_inner().unwrap_or_default()))
        };
        fs::create_dir_all(&self.room).map_err(|error| self.broken(&error))?;
        let reached = self.room.join(format!("reached-{worker}"));
        let _ = fs::remove_file(&reached);
        let is_about = binary.is_first && first.iter().any(|part| name.contains(part));
        without_mutant(self.package, (place, name), is_about, &reached, run)
    }

    /// How long the tests about the area may take, and all of them, when they run together.
    pub(super) fn limits(&self) -> [Duration; 2] {
        let of = |stages: &[Stage]| {
            let times = |test| {
                stages
                    .iter()
                    .filter_map(move |stage| Test::takes(test, *stage))
            };
            limit(self.tests.iter().flat_map(times), threads())
        };
        [of(&[Stage::First]), of(&[Stage::Fast, Stage::Slow])]
    }

    /// Asks the tests of a stage about a mutant. `worker` tells apart who asks at the same time.
    ///
    /// # Errors
    /// They cannot be run.
    pub(super) fn asked(&self, mutant: usize, stage: Stage, worker: usize) -> Result<End> {
        for (place, binary) in self.built.binaries.iter().enumerate() {
            let tests: Vec<(&str, Duration)> = (self.tests.iter())
                .filter(|test| test.binary == place && test.may_notice(mutant))
                .filter_map(|test| Some((test.name.as_str(), test.takes(stage)?)))
                .collect();
            let asked = Asked {
                mutant: Some(mutant),
                has_few_schedules: stage == Stage::First,
                reached: None,
            };
            let end = self.asked_one(binary, asked, tests, worker)?;
            if end != End::Passed {
                return Ok(end);
            }
        }
        Ok(End::Passed)
    }

    /// Asks one program.
    fn asked_one(
        &self,
        binary: &Binary,
        asked: Asked<'_>,
        tests: Vec<(&str, Duration)>,
        worker: usize,
    ) -> Result<End> {
        confirmed(tests, |tests: &[(&str, Duration)]| {
            let mut command = self.command(binary, asked);
            let names = tests.iter().map(|(name, _)| name);
            command.arg("--exact").args(names);
            let limit = limit(tests.iter().map(|(_, took)| *took), threads());
            self.in_room(command, limit, worker, &|_, _| ())
        })
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
        end.map_err(|error| self.broken(&error))
    }

    fn broken(&self, error: &io::Error) -> Problems {
        Problem::general(
            format!("the tests of {} cannot be run: {error}", self.package),
            "mend that and run the command again: it goes on where it stopped",
        )
        .into()
    }

    /// As cargo starts it.
    fn command(&self, binary: &Binary, asked: Asked<'_>) -> Command {
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
            .env_remove(VARIABLE)
            .env_remove(REACHED);
        if let Some(mutant) = asked.mutant {
            command.env(VARIABLE, mutant.to_string());
        }
        if asked.has_few_schedules {
            let (variable, count) = SCHEDULES;
            command.env(variable, count);
        }
        if let Some(path) = asked.reached {
            command.env(REACHED, path);
        }
        command
    }
}

/// What a test does without a mutant: `run` runs it, and the places go to the file `reached`. Nothing, if it is one that is left out.
///
/// # Errors
/// It fails, also with few schedules where it is about the area, or it cannot be run.
fn without_mutant(
    package: &str,
    (binary, name): (usize, &str),
    is_about: bool,
    reached: &Path,
    run: impl Fn(Asked<'_>) -> Result<(End, Option<Duration>)>,
) -> Result<Option<Test>> {
    let fails = |with: &str, before: &str| -> Problems {
        Problem::general(
            format!("{name} of {package} fails without a mutant{with}"),
            format!("run `{before}cargo test --package {package}` in {PLACE}/tree"),
        )
        .into()
    };
    let (mut end, mut took) = run(Asked {
        reached: Some(reached),
        ..Asked::default()
    })?;
    let mut reaches = Some(numbers(&fs::read_to_string(reached).unwrap_or_default()));
    if end != End::Passed {
        // One that counts what is allocated sees what is kept of the places.
        reaches = None;
        (end, took) = run(Asked::default())?;
    }
    if end != End::Passed {
        return Err(fails("", ""));
    }
    let Some(took) = took else { return Ok(None) };
    let mut first = None;
    if is_about {
        // In the first stage it runs like this: what fails then must be the fault of a mutant.
        let (end, took) = run(Asked {
            has_few_schedules: true,
            ..Asked::default()
        })?;
        if end != End::Passed {
            let (variable, count) = SCHEDULES;
            return Err(fails(
                " with few schedules",
                &format!("{variable}={count} "),
            ));
        }
        first = took;
    }
    Ok(Some(Test {
        binary,
        name: name.to_owned(),
        took,
        first,
        reaches,
    }))
}

/// Runs tests together, with `run`; what does not pass is asked twice, as a machine with much to do makes tests fail. A test that fails is
/// run alone once more: it may pass without the company of others. Where none is named that failed, as they take too long or the program
/// is killed, all of them are run once more.
fn confirmed(
    mut tests: Vec<(&str, Duration)>,
    mut run: impl FnMut(&[(&str, Duration)]) -> Result<End>,
) -> Result<End> {
    let mut is_again = false;
    while !tests.is_empty() {
        let end = run(&tests)?;
        let failed = match &end {
            End::Passed => break,
            End::Failed(Some(failed)) => tests.iter().position(|(name, _)| name == failed),
            End::Failed(None) | End::TimedOut => None,
        };
        match failed {
            Some(place) => {
                let alone = tests.remove(place);
                if run(&[alone])? != End::Passed {
                    return Ok(end);
                }
                // These are fewer tests now.
                is_again = false;
            }
            None if is_again => return Ok(end),
            None => is_again = true,
        }
    }
    Ok(End::Passed)
}

/// The tests of a list as a program of tests gives it.
fn names(listed: &str) -> Vec<String> {
    let tests = listed
        .lines()
        .filter_map(|line| line.strip_suffix(": test"));
    tests.map(str::to_owned).collect()
}

/// The mutants of a file as the sources with mutants write it.
fn numbers(reached: &str) -> BTreeSet<usize> {
    reached
        .lines()
        .filter_map(|line| line.parse().ok())
        .collect()
}

/// How many tests of a program run at once.
fn threads() -> u32 {
    let told = std::env::var(THREADS).ok();
    let told = told.and_then(|told| told.parse().ok());
    told.filter(|told| *told > 0).unwrap_or(USUAL_THREADS)
}

/// How long tests may take for a mutant that take so long without one, with so many of them at once.
fn limit(times: impl Iterator<Item = Duration>, threads: u32) -> Duration {
    let (sum, longest) = times.fold(Default::default(), |(sum, longest): (Duration, _), took| {
        (sum + took, took.max(longest))
    });
    // No thread takes a part of a test from another one.
    ((sum / threads).max(longest) * LONGER).max(PATIENCE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_is_asked_in_its_stages_about_what_it_comes_to() {
        let seconds = Duration::from_secs;
        let rows = [
            // How long it takes, and with few schedules; in which stages it is asked.
            (1, None, [false, true, false]),
            (2, Some(2), [true, true, false]),
            (3, Some(1), [true, false, true]),
            (4, Some(3), [false, false, true]),
        ];
        for (took, first, expected) in rows {
            let test = Test {
                binary: 0,
                name: String::new(),
                took: seconds(took),
                first: first.map(seconds),
                reaches: None,
            };
            let stages = [Stage::First, Stage::Fast, Stage::Slow];
            let asked = stages.map(|stage| test.takes(stage).is_some());
            assert_eq!(asked, expected, "{took} {first:?}");
            assert!(test.may_notice(7), "what it comes to is not known");
            let reaches = Some(numbers("7\n12\n"));
            let test = Test { reaches, ..test };
            assert!(test.may_notice(7) && test.may_notice(12) && !test.may_notice(1));
        }
    }

    #[test]
    fn a_test_passes_without_a_mutant_as_often_as_it_is_asked_later() {
        let rows = [
            // Whether it is about the area; whether it passes where its places are written down, where they are not, and with few
            // schedules; how long it takes, and with few schedules, unless it fails.
            (false, [true, false, false], Some((3, None))),
            (false, [false, true, false], Some((2, None))),
            (false, [false, false, true], None),
            (true, [true, false, true], Some((3, Some(1)))),
            (true, [false, true, true], Some((2, Some(1)))),
            (true, [true, true, false], None),
            (true, [false, false, true], None),
        ];
        let place = tempfile::tempdir().unwrap();
        for (is_about, passes, expected) in rows {
            let [traced, usual, few] = passes;
            let run = |asked: Asked<'_>| {
                let (is_passed, seconds) = match (asked.reached, asked.has_few_schedules) {
                    (Some(_), _) => (traced, 3),
                    (None, false) => (usual, 2),
                    (None, true) => (few, 1),
                };
                let end = match is_passed {
                    true => End::Passed,
                    false => End::Failed(None),
                };
                Ok((end, Some(Duration::from_secs(seconds))))
            };
            let reached = place.path().join("reached");
            let test = without_mutant("package", (0, "name"), is_about, &reached, run);
            let told = test.ok().map(|test| {
                let test = test.expect("it is not left out");
                assert_eq!(test.reaches.is_some(), traced, "{is_about} {passes:?}");
                (test.took.as_secs(), test.first.map(|first| first.as_secs()))
            });
            assert_eq!(told, expected, "{is_about} {passes:?}");
        }
        let left_out = |_: Asked<'_>| Ok((End::Passed, None));
        let test = without_mutant("package", (0, "name"), true, place.path(), left_out);
        assert!(test.unwrap().is_none());
    }

    #[test]
    fn what_does_not_pass_counts_when_it_does_not_pass_again() {
        let failed = |test: &str| End::Failed(Some(test.to_owned()));
        let rows = [
            // Which tests are run, and how that ends; what counts.
            (vec![("a b", End::Passed)], End::Passed),
            (vec![("a b", failed("a")), ("a", failed("a"))], failed("a")),
            (
                vec![("a b", failed("a")), ("a", End::TimedOut)],
                failed("a"),
            ),
            (
                vec![("a b", failed("a")), ("a", End::Passed), ("b", End::Passed)],
                End::Passed,
            ),
            (
                vec![("a b", End::TimedOut), ("a b", End::TimedOut)],
                End::TimedOut,
            ),
            (
                vec![("a b", End::TimedOut), ("a b", End::Passed)],
                End::Passed,
            ),
            (
                vec![("a b", End::Failed(None)), ("a b", End::Failed(None))],
                End::Failed(None),
            ),
            (
                vec![("a b", End::Failed(None)), ("a b", End::Passed)],
                End::Passed,
            ),
            (
                vec![
                    ("a b", End::TimedOut),
                    ("a b", failed("b")),
                    ("b", failed("b")),
                ],
                failed("b"),
            ),
            (
                vec![
                    ("a b", End::TimedOut),
                    ("a b", failed("b")),
                    ("b", End::Passed),
                    ("a", End::TimedOut),
                    ("a", End::Passed),
                ],
                End::Passed,
            ),
            // None of those that were asked.
            (
                vec![("a b", failed("c")), ("a b", End::Passed)],
                End::Passed,
            ),
            (
                vec![("a b", failed("c")), ("a b", failed("c"))],
                failed("c"),
            ),
        ];
        for (runs, expected) in rows {
            let mut left = runs.iter();
            let run = |tests: &[(&str, Duration)]| {
                let names: Vec<&str> = tests.iter().map(|(name, _)| *name).collect();
                let (asked, end) = left.next().unwrap();
                assert_eq!(names.join(" "), *asked, "{runs:?}");
                Ok(end.clone())
            };
            let tests = vec![("a", Duration::ZERO), ("b", Duration::ZERO)];
            assert_eq!(confirmed(tests, run), Ok(expected), "{runs:?}");
            assert_eq!(left.next(), None, "{runs:?}");
        }
    }

    #[test]
    fn a_list_of_tests_has_no_benchmarks_and_no_counts() {
        let listed = "a::b: test\nc: benchmark\nd: test\n\n2 tests, 1 benchmark\n";
        assert_eq!(names(listed), ["a::b", "d"]);
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
            let times = times.iter().copied().map(Duration::from_secs);
            assert_eq!(limit(times, 4), Duration::from_secs(*seconds));
        }
    }
}
